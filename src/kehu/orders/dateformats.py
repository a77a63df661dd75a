"""Formats of dates, and decoding whole columns of text by them.

Texts are read by their *shape*: the text with each digit replaced by 0 (``0000-00-00``). All texts of one
shape have their fields at the same places, so they are decoded at once, whatever the format.
"""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache, lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["DATES", "FORMATS", "MISSING", "check", "decode", "is_missing", "shape", "spans"]

# What databases and spreadsheets write where there is nothing.
MISSING = ("", "NULL", "null", "None", "NaN", "nan", "NaT", "NA", "N/A", "#N/A", "\\N")

DATES = (
    *("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%Y"),
    *("%d %b %Y", "%d-%b-%Y", "%b %d, %Y"),
)
_CLOCKS = (
    *("", " %H:%M:%S", " %H:%M", " %H:%M:%S%z", " %H:%M%z"),
    *(" %I:%M:%S %p", " %I:%M %p", " %p %I:%M:%S", " %p %I:%M"),
)
FORMATS = (
    *(day + clock for day in DATES for clock in _CLOCKS),
    *("%Y-%m-%d" + clock for clock in ("T%H:%M:%S", "T%H:%M", "T%H:%M:%S%z", "T%H:%M%z")),
    *("%Y年%m月%d日" + clock for clock in (*_CLOCKS, " %H时%M分%S秒", " %H时%M分")),
    *(
        "%Y%m%d" + clock
        for clock in ("", "%H", "%H%M", "%H%M%S", " %H:%M:%S", " %H:%M", "T%H%M%S", "T%H%M%S%z")
    ),
    *("unix", "unix-ms"),
)

_BATCH = 1 << 15
_LONGEST = 64


def _bytewise(text: str) -> str:
    """Text with one character a byte, so that places found by a pattern are places in the bytes."""
    return text.encode().decode("latin-1")


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_NAMES = (
    *("january", "february", "march", "april", "june", "july"),
    *("august", "september", "sept", "october", "november", "december"),
)
_HALVES = {"am": 0, "pm": 1, "a.m.": 0, "p.m.": 1, _bytewise("上午"): 0, _bytewise("下午"): 1}
_BLANK = f"(?: |{_bytewise(chr(0xA0))}|{_bytewise(chr(0x202F))})"
_NUMERIC = {"Y": "0000", "y": "00", "f": "0{1,9}"} | dict.fromkeys("mdHIMS", "00?")
_WORDS = {
    "b": f"(?P<b>(?i:{'|'.join((*_MONTH_NAMES, *_MONTHS))}))",
    "p": f"(?P<p>(?i:{'|'.join(map(re.escape, _HALVES))}))",
    "z": f"(?:{_BLANK}?(?:Z|UTC|GMT|[+-]00(?::?00)?))",
    "a": "(?:[A-Za-z]{3,9})",
}
_LONG = {"%F": "%Y-%m-%d", "%T": "%H:%M:%S", "%R": "%H:%M", "%B": "%b", "%A": "%a"}


def check(date_format: str) -> None:
    """Refuse a format that cannot be read.

    Parameters
    ----------
    date_format : str
        In the notation of `time.strptime`, or ``"ISO8601"``, ``"unix"``, ``"unix-ms"``, ``"excel"``.

    Raises
    ------
    TypeError, ValueError
        If it is no text, has unknown fields, or lacks year, month or day.
    """
    if not isinstance(date_format, str):
        raise TypeError(f"date_format must be text such as '%d/%m/%Y', got {date_format!r}")
    if date_format in ("ISO8601", "unix", "unix-ms", "excel"):
        return
    fields = [field for field in re.findall("%(.?)", _long(date_format)) if field != "%"]
    known = "".join((*_NUMERIC, *_WORDS))
    wrong = [f"%{field}" for field in fields if not field or field not in known or fields.count(field) > 1]
    if wrong:
        raise ValueError(
            f"date_format {date_format!r} has {wrong[0]}; it may have each of "
            f"{', '.join(f'%{field}' for field in known)} once, or be 'ISO8601', 'unix', 'unix-ms' or 'excel'"
        )
    if re.search("[0-9]", re.sub("%.", "", date_format)):
        raise ValueError(f"date_format {date_format!r} has fixed digits; write a field such as %H for each")
    if not all(set(fields) & set(part) for part in ("Yy", "mb", "d")):
        raise ValueError(f"date_format {date_format!r} must name year, month and day, such as '%d/%m/%Y'")
    if ("I" in fields) != ("p" in fields):
        raise ValueError(f"date_format {date_format!r}: %I (hours up to 12) and %p (AM or PM) go together")


def _long(date_format: str) -> str:
    for short, long in _LONG.items():
        date_format = date_format.replace(short, long)
    return date_format


@cache
def _pattern(date_format: str) -> re.Pattern[str]:
    """Pattern of the shapes that a format fits."""
    if date_format.startswith("unix"):
        core = "(?P<U>0{13})" if date_format == "unix-ms" else "(?P<U>0{10})"
    elif date_format == "ISO8601":
        clock = f"{_fields('%H:%M')}(?::{_fields('%S')})?{_WORDS['z']}?"
        core = f"{_fields('%Y-%m-%d')}(?:[T ]{clock})?"
    else:
        core = _fields(date_format)
    return re.compile(f"[ \t]*{core}[ \t]*")


def _fields(date_format: str) -> str:
    parts = re.findall("%.|[^%]+", _long(date_format))
    pattern = ""
    for place, part in enumerate(parts):
        before, after = parts[place - 1] if place else "", "".join(parts[place + 1 : place + 2])
        if part == "%%":
            pattern += "%"
        elif part[0] != "%":
            loose = "%p" in (before, after)
            blank = _BLANK + ("*" if loose or not (before and after) else "+")
            pattern += re.escape(_bytewise(part)).replace(r"\ ", blank)
        elif part[1] in _NUMERIC:
            digits = _NUMERIC[part[1]]
            if digits == "00?" and any(side[:1] == "%" and side[1] in _NUMERIC for side in (before, after)):
                digits = "00"
            pattern += f"(?P<{part[1]}>{digits})"
            if part == "%S" and "%f" not in parts:
                pattern += "(?:[.,](?P<f>0{1,9}))?"
        else:
            pattern += _WORDS[part[1]]
    return pattern


@lru_cache(maxsize=1 << 14)
def spans(date_format: str, shape: bytes) -> dict[str, Any] | None:
    """Where the fields of a format are in texts of a shape: (start, stop) in bytes; None if it does not fit.

    The values of ``b`` (month by name) and ``p`` (half of the day) are given themselves.
    """
    # Most formats are ruled out by their separators, which saves compiling their patterns.
    if "%" in date_format and not all(letter in shape for letter in re.sub("%.| ", "", date_format).encode()):
        return None
    found = _pattern(date_format).fullmatch(shape.decode("latin-1"))
    if found is None:
        return None
    where: dict[str, Any] = {field: found.span(field) for field, text in found.groupdict().items() if text}
    if "b" in where:
        where["b"] = _MONTHS.index(found["b"][:3].lower()) + 1
    if "p" in where:
        where["p"] = _HALVES[found["p"].lower()]
    return where


def shape(text: bytes) -> bytes:
    """Text with each digit replaced by 0."""
    return re.sub(rb"[0-9]", b"0", text)


def is_missing(texts: pa.Array | pa.ChunkedArray) -> Any:
    """Whether texts stand for nothing."""
    words = pa.array(MISSING, type=texts.type)
    return pc.or_(pc.is_null(texts), pc.is_in(pc.utf8_trim_whitespace(texts), words))


def decode(text: pa.ChunkedArray, date_format: str) -> tuple[np.ndarray, np.ndarray]:
    """Read all texts by one format.

    Parameters
    ----------
    text : pyarrow.ChunkedArray of string or large_string
        The texts.
    date_format : str
        The format.

    Returns
    -------
    times : numpy.ndarray of datetime64[us]
        NaT where missing or misfit.
    good : numpy.ndarray of bool
        Whether a text fits, or stands for nothing.
    """
    times = np.empty(len(text), dtype="datetime64[us]")
    good = np.empty(len(text), dtype=bool)

    def work(batch: tuple[int, pa.Array]) -> None:
        start, texts = batch
        rows = slice(start, start + len(texts))
        _decode_batch(texts, date_format, times[rows], good[rows])

    with ThreadPoolExecutor(pa.cpu_count()) as pool:
        for _ in pool.map(work, _batches(text)):
            pass
    return times, good


def _batches(text: pa.ChunkedArray) -> Iterator[tuple[int, pa.Array]]:
    start = 0
    for chunk in text.chunks:
        for first in range(0, len(chunk), _BATCH):
            yield start + first, chunk.slice(first, _BATCH)
        start += len(chunk)


def _decode_batch(texts: pa.Array, date_format: str, times: np.ndarray, good: np.ndarray) -> None:
    times[:] = np.datetime64("NaT")
    good[:] = False
    for rows, letters in _by_length(texts):
        for members, form in _by_shape(letters):
            where = spans(date_format, form)
            if where is not None:
                alike = letters if len(members) == len(rows) else letters[:, members]
                read, possible = _decode_alike(alike, where)
                read[~possible] = np.datetime64("NaT")
                times[rows[members]] = read
                good[rows[members]] = possible
    if not good.all():
        rest = np.flatnonzero(~good)
        good[rest] = is_missing(texts.take(pa.array(rest))).to_numpy(zero_copy_only=False)


def _by_length(texts: pa.Array) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Rows of each length and their letters, one row of the matrix a place in the text."""
    _, places, data = texts.buffers()
    width = np.int64 if pa.types.is_large_string(texts.type) else np.int32
    offsets = np.frombuffer(places, dtype=width)[texts.offset : texts.offset + len(texts) + 1]
    data = np.frombuffer(data or b"", dtype=np.uint8)
    lengths = np.diff(offsets)
    for length in np.flatnonzero(np.bincount(np.minimum(lengths, _LONGEST + 1))[: _LONGEST + 1]):
        rows = np.flatnonzero(lengths == length)
        if length == 0:
            continue
        if len(rows) == len(texts):
            letters = data[offsets[0] : offsets[-1]].reshape(-1, length)
        else:
            letters = data[offsets[rows][:, None] + np.arange(length)]
        yield rows, np.ascontiguousarray(letters.T)


def _by_shape(letters: np.ndarray) -> Iterator[tuple[np.ndarray, bytes]]:
    """Texts of each shape: the first few shapes one by one, as there are seldom more, the rest by sorting."""
    left = np.arange(letters.shape[1])
    for _ in range(3):
        rest = letters if len(left) == letters.shape[1] else letters[:, left]
        form = shape(rest[:, 0].tobytes())
        same = np.ones(len(left), dtype=bool)
        for place, letter in enumerate(form):
            same &= (rest[place] - 48 <= 9) if letter == 48 else (rest[place] == letter)
        yield left[same], form
        left = left[~same]
        if not len(left):
            return
    masks = letters[:, left]
    masks[masks - 48 <= 9] = 48
    forms, member = np.unique(
        np.ascontiguousarray(masks.T).view(f"V{len(letters)}").ravel(), return_inverse=True
    )
    for number, form in enumerate(forms):
        yield left[member == number], form.tobytes()


def _decode_alike(letters: np.ndarray, where: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Times of texts of one shape, and which of them are possible."""

    def number(field: str, kind: type = np.int32) -> np.ndarray | int:
        value = 0
        for place in range(*where.get(field, (0, 0))):
            value = value * kind(10) + (letters[place] - 48)
        return value

    if "U" in where:
        start, stop = where["U"]
        unix = number("U", np.int64).astype("datetime64[s]" if stop - start == 10 else "datetime64[ms]")
        return unix.astype("datetime64[us]"), np.ones(len(unix), dtype=bool)
    year = number("Y")
    if "y" in where:
        year = number("y")
        year = year + np.where(year < 69, 2000, 1900)
    month = where["b"] if "b" in where else number("m")
    day, hour, minute, second = number("d"), number("H"), number("M"), number("S")
    possible = (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1)
    possible &= (hour <= 23) & (minute <= 59) & (second <= 59)
    if "I" in where:
        hour = number("I")
        possible &= (hour >= 1) & (hour <= 12)
        hour = hour % 12 + 12 * where["p"]
    starts, lengths = _calendar()
    index = np.clip(year * 12 + month - 13, 0, len(lengths) - 1)
    possible &= day <= lengths[index]
    seconds = (starts[index] + (day - 1)) * 86400 + ((hour * 60 + minute) * 60 + second)
    micros = seconds * 1_000_000
    if "f" in where:
        start, stop = where["f"]
        digits = min(stop - start, 6)
        where = {"f": (start, start + digits)}
        micros += number("f") * 10 ** (6 - digits)
    return micros.view("datetime64[us]"), possible


@cache
def _calendar() -> tuple[np.ndarray, np.ndarray]:
    """First day (since 1970) and length of each month of the years 1 to 9999."""
    months = np.datetime64("0001-01") + np.arange(9999 * 12 + 1)
    starts = months.astype("datetime64[D]").astype(np.int64)
    return starts[:-1], np.diff(starts)
