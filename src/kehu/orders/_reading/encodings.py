"""Which encoding a text file is written in."""

import codecs
import gzip
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO

__all__ = ["SAMPLE", "check", "find", "open_bytes", "undecodable"]

SAMPLE = 1 << 20

_BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",  # before UTF-16, whose mark it begins with
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_ASK = "pass encoding=, for example 'gb18030' (Chinese Windows) or 'cp1252' (Western Windows)"
# So many characters beyond ASCII are not valid UTF-8 by chance.
_ENOUGH = 8


def open_bytes(path: Path) -> IO[bytes]:
    """Open a file that may be compressed (.gz)."""
    return gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb")


def find(path: Path, *, whole: bool = False) -> str:
    """Find out the encoding from the beginning of a file, or from the whole of it.

    Parameters
    ----------
    path : Path
        The file.
    whole : bool
        Whether to look at all of it. Only the beginning is needed where that has characters beyond ASCII.

    Returns
    -------
    str
        By its mark utf-8-sig, utf-16 or utf-32, else utf-8, else gb18030 (which holds GBK and GB 2312).

    Raises
    ------
    ValueError
        If it is none of these, or may well be a Western encoding.
    """
    with open_bytes(path) as file:
        start = file.read(4)
    for mark, encoding in _BOMS.items():
        if start.startswith(mark):
            return encoding
    failure = undecodable(path, "utf-8", whole=whole)
    if failure is None:
        return "utf-8-sig"
    if undecodable(path, "gb18030", whole=whole) is None and _reads_as_chinese(path):
        return "gb18030"
    raise ValueError(f"{path.name} is neither utf-8 nor clearly Chinese (gb18030): {failure}; {_ASK}")


def check(path: Path, encoding: str) -> str:
    """Refuse an encoding that does not exist or does not fit the beginning of the file.

    Returns
    -------
    str
        The encoding; for utf-8 one that leaves out a mark at the beginning.
    """
    try:
        name = codecs.lookup(encoding).name
        "".encode(name)
    except (LookupError, TypeError):
        raise ValueError(f"encoding {encoding!r} is not known; {_ASK}") from None
    failure = undecodable(path, name)
    if failure is not None:
        raise ValueError(f"{path.name} is not in encoding={encoding!r}: {failure}; {_advice(path)}")
    if not name.startswith("utf") and undecodable(path, "utf-8") is None:
        with open_bytes(path) as file:
            beyond = [letter for letter in file.read(SAMPLE).decode(errors="ignore") if letter > "\x7f"]
        if len(beyond) >= _ENOUGH:
            raise ValueError(
                f"{path.name} is utf-8, not {encoding!r}, which would garble it; leave encoding= out"
            )
    return "utf-8-sig" if name == "utf-8" else name


def _advice(path: Path) -> str:
    try:
        return f"it reads as {find(path)!r}"
    except ValueError:
        return _ASK


def undecodable(path: Path, encoding: str, *, whole: bool = False) -> str | None:
    """Say where a file cannot be decoded: byte, line and what stands there; None if it can.

    Parameters
    ----------
    path : Path
        The file.
    encoding : str
        The encoding.
    whole : bool
        Whether to look at all of it, or at the first mebibyte.
    """
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    position = line = 0
    for block in _blocks(path, whole):
        pending = decoder.getstate()[0]
        try:
            decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            line += (pending + block)[: error.start].count(b"\n")
            bad = (pending + block)[error.start : error.start + 4]
            return f"byte {position - len(pending) + error.start:,} (line {line + 1:,}) is {bad!r}"
        position += len(block)
        line += block.count(b"\n")
    return None


def _blocks(path: Path, whole: bool) -> Iterator[bytes]:
    """Blocks of the file; an empty one says that it ended."""
    with open_bytes(path) as file:
        for block in islice(iter(lambda: file.read(SAMPLE), None), None if whole else 1):
            yield block
            if not block:
                return
        if not whole and not file.read(1):
            yield b""


def _reads_as_chinese(path: Path) -> bool:
    """Whether most characters beyond ASCII are of the common kind, both bytes beyond ASCII.

    Nearly any Western text can be decoded as gb18030 too, but then an accented letter swallows the plain
    letter that follows it.
    """
    for block in _blocks(path, whole=True):
        beyond = [letter.encode("gb18030") for letter in block.decode("gb18030", "ignore") if letter > "\x7f"]
        if beyond:
            common = sum(len(letter) == 2 and letter[1] > 0x7F for letter in beyond)
            return common * 2 > len(beyond)
    return False
