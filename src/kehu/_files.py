"""Where the project's files are, and writing that never leaves half a file behind."""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent

_WRITE_ERRORS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EROFS: "the disk is read-only",
    errno.EACCES: "writing is not permitted there",
    errno.EPERM: "writing is not permitted there",
    errno.ENOTDIR: "it is a file, not a folder",
    errno.EEXIST: "it is a file, not a folder",
}


def checkout() -> Path | None:
    """Root of the source checkout the library runs from, or None when it is installed from a wheel."""
    root = _PACKAGE.parent.parent
    return root if (root / "run.py").is_file() and (root / "data").is_dir() else None


def data_folder() -> Path:
    """Folder of the data files that belong to the project."""
    root = checkout()
    return root / "data" if root else _PACKAGE / "_data"


def figures_folder() -> Path:
    """Folder for figures: ``$KEHU_FIGURES``, else ``figures`` in the checkout or the current folder."""
    named = os.environ.get("KEHU_FIGURES")
    return Path(named) if named else (checkout() or Path.cwd()) / "figures"


def cache_folder() -> Path:
    """Folder for downloaded data: ``$KEHU_CACHE``, else the user's cache folder."""
    named = os.environ.get("KEHU_CACHE")
    if named:
        return Path(named)
    import pooch

    return Path(pooch.os_cache("kehu"))


@contextmanager
def staged(folder: str | os.PathLike[str]) -> Iterator[Path]:
    """Write several files so that either all of them appear in ``folder`` or none does.

    Yields an empty folder beside the final places. When the block ends well, each file in it is
    moved into ``folder``; when anything fails, ``folder`` holds what it held before.

    Raises
    ------
    OSError
        Saying in plain words why ``folder`` cannot be written; nothing is changed then.
    """
    folder = Path(folder)
    stage = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        stage = Path(tempfile.mkdtemp(prefix=".kehu-", dir=folder))
        new, old = stage / "new", stage / "old"
        new.mkdir()
        old.mkdir()
        yield new
        _exchange(new, old, folder)
    except OSError as error:
        reason = _WRITE_ERRORS.get(error.errno or 0)
        if reason is None:
            raise
        raise OSError(
            error.errno,
            f"cannot write to {folder}: {reason}; nothing was changed. Make room or name another folder",
        ) from error
    finally:
        if stage is not None:
            shutil.rmtree(stage, ignore_errors=True)


def _exchange(new: Path, old: Path, folder: Path) -> None:
    """Move the new files in and those they replace out; undo all of it if a move fails."""
    moved: list[str] = []
    try:
        for path in sorted(new.iterdir()):
            there = folder / path.name
            moved.append(path.name)
            if there.exists():
                there.replace(old / path.name)
            path.replace(there)
    except BaseException:
        for name in moved:
            if (old / name).exists():
                (old / name).replace(folder / name)
            elif not (new / name).exists():
                (folder / name).unlink(missing_ok=True)
        raise
