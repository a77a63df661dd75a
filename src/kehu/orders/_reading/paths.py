"""Which kind of file a path names, and whether the file is what its name says."""

import difflib
import os
import zipfile
from pathlib import Path

__all__ = ["existing", "kind"]

_TEXT = (".csv", ".txt", ".tsv")
_KINDS = {
    **dict.fromkeys(_TEXT, "text"),
    **dict.fromkeys((f"{suffix}.gz" for suffix in _TEXT), "compressed text"),
    **dict.fromkeys((".xlsx", ".xlsm"), "Excel workbook"),
    **dict.fromkeys((".parquet", ".pq"), "Parquet"),
}
_RENAME = {"text": ".csv", "compressed text": ".csv.gz", "Excel workbook": ".xlsx", "Parquet": ".parquet"}
_SAVE_AS = "open it in Excel and save it as .xlsx or as CSV UTF-8"
_OTHER = {
    "locked": "is protected by a password; open it in Excel and save it without one",
    "old": f"is an old Excel workbook (.xls); {_SAVE_AS}",
    "html": f"is really a web page (HTML); {_SAVE_AS}",
    "zip": "is an archive (zip), but no Excel workbook; unpack it and name the file in it",
    "binary": "is neither text nor an Excel workbook nor Parquet, or it is damaged",
}


def existing(path: str | os.PathLike[str]) -> Path:
    """Path of a file that is there and not empty.

    Raises
    ------
    TypeError
        If it is no path.
    IsADirectoryError, FileNotFoundError, ValueError
        If it is a folder, absent or empty; says which files there are.
    """
    if not isinstance(path, str | os.PathLike):
        raise TypeError(f"path must name a file, got {type(path).__name__}")
    path = Path(path).expanduser()
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder, not a file; {_tables(path, '')}")
    if not path.exists():
        if not path.parent.is_dir():
            raise FileNotFoundError(f"there is no folder {path.parent}")
        raise FileNotFoundError(f"there is no file {path}; {_tables(path.parent, path.name)}")
    if path.stat().st_size == 0:
        raise ValueError(f"{path.name} is empty")
    return path


def _tables(folder: Path, name: str) -> str:
    """Say which tables are in a folder, those of similar name first."""
    names = sorted(file.name for file in folder.iterdir() if _suffix(file) in _KINDS)
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    listed = [*near, *(other for other in names if other not in near)][:8]
    more = ", …" if len(names) > len(listed) else ""
    return (
        f"there are: {', '.join(map(repr, listed))}{more}" if names else "there are no tables in that folder"
    )


def _suffix(path: Path) -> str:
    suffixes = "".join(path.suffixes[-2:]).lower()
    return suffixes if suffixes.endswith(".gz") else path.suffix.lower()


def kind(path: Path, *, encoded: bool = False) -> str:
    """Kind of a file by its name, which its content must bear out.

    Parameters
    ----------
    path : Path
        The file.
    encoded : bool
        Whether an encoding is named, so that zero bytes may be text.

    Returns
    -------
    {"text", "compressed text", "Excel workbook", "Parquet"}

    Raises
    ------
    ValueError
        If the kind is not known, or the content is of another kind.
    """
    suffix = _suffix(path)
    named = _KINDS.get(suffix)
    found = _content(path)
    if encoded and found == "binary":
        found = "text"
    if found in _OTHER and (named or found != "binary"):
        raise ValueError(f"{path.name} {_OTHER[found]}")
    if named is None:
        raise ValueError(f"{path.name} has the ending {suffix!r}; known are {', '.join(_KINDS)}")
    if found != named:
        raise ValueError(
            f"{path.name} is named like {named}, but is {found}: rename it to {path.stem}{_RENAME[found]}"
        )
    return named


def _content(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(1 << 14)
        if head.startswith(b"\xd0\xcf\x11\xe0"):
            locked = "EncryptedPackage".encode("utf-16-le")
            return "locked" if locked in head + file.read() else "old"
    if head.startswith(b"PK\x03\x04"):
        return "Excel workbook" if _holds_workbook(path) else "zip"
    if head.startswith(b"PAR1"):
        return "Parquet"
    if head.startswith(b"\x1f\x8b"):
        return "compressed text"
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:15].lower().startswith((b"<html", b"<!doctype html", b"<table")):
        return "html"
    marked = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    return "binary" if b"\x00" in head and not marked else "text"


def _holds_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.startswith("xl/workbook") for name in archive.namelist())
    except (zipfile.BadZipFile, OSError):
        # Damaged; what its name says decides who complains.
        return path.suffix.lower() in (".xlsx", ".xlsm")
