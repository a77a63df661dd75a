"""Dates as files write them: find out the one format that fits all values, or say why there is none."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from kehu import frames
from kehu.orders.dateformats import DATES, FORMATS, check, decode, is_missing, shape, spans

__all__ = ["parse", "parse_text"]

_EXCEL_START = np.datetime64("1899-12-30", "us")  # day 0 as Excel counts from March 1900 on
_EXCEL_DAYS = (20_000, 80_000)  # 1954 to 2119


def parse(values: pd.Series, *, date_format: str | None = None, name: str = "ordered_at") -> pd.Series:
    """Read a column of dates.

    Dates and times pass through. Text and whole numbers are read with **one** format that must fit all
    values. It is found out among: year-month-day with ``-``, ``/``, ``.`` or 年月日; day.month.year;
    day/month/year and month/day/year (also with ``-``); 11-Nov-2017, 11 Nov 2017, Nov 11, 2017; each with
    or without a time of day (24 or 12 hours, 时分秒, fractions of a second, zone); ``20171111`` and
    ``20171111093000``; Unix seconds (10 digits) and milliseconds (13 digits).

    Parameters
    ----------
    values : pandas.Series
        Dates, times, text or whole numbers. Empty text and words such as NULL or N/A are missing.
    date_format : str, optional
        The format, in the notation of `time.strptime` (``"%d/%m/%y"``), or one of ``"ISO8601"`` (year
        first, each value with or without time), ``"unix"``, ``"unix-ms"``, ``"excel"`` (days since
        1899-12-30). Two-digit years and Excel's day numbers are read only when asked for here.
    name : str
        Name of the column, for messages.

    Returns
    -------
    pandas.Series of datetime64[us]
        With the same index and name; NaT where missing. A zone is dropped and the time on the wall kept;
        Unix times are read as universal time. Fractions finer than a microsecond are cut off.

    Raises
    ------
    ValueError
        If no format fits all values (also for an impossible date such as 2017-02-30), if two formats fit
        and disagree (03/04/2017), or if ``date_format`` does not fit.
    TypeError
        If the values are neither dates nor text nor whole numbers, or real dates mixed with text.

    Examples
    --------
    >>> parse(pd.Series(["1/12/2010 8:26", "13/12/2010 15:04"])).tolist()
    [Timestamp('2010-12-01 08:26:00'), Timestamp('2010-12-13 15:04:00')]
    >>> parse(pd.Series(["2017年11月11日", ""])).tolist()
    [Timestamp('2017-11-11 00:00:00'), NaT]
    >>> parse(pd.Series(["03/04/2017"]), date_format="%m/%d/%Y").tolist()
    [Timestamp('2017-03-04 00:00:00')]
    """
    values = pd.Series(values)
    if date_format is not None:
        check(date_format)
    times = _times_or_text(values, name)
    if isinstance(times, pa.ChunkedArray):
        times = parse_text(times, date_format, name, lambda row: f"row {values.index[row]}")
    return pd.Series(times, index=values.index, name=values.name)


def _times_or_text(values: pd.Series, name: str) -> np.ndarray | pa.ChunkedArray:
    """Times where there are times, else the text to parse."""
    dtype = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return _from_categories(values, name)
    if isinstance(dtype, pd.ArrowDtype):
        return _from_arrow(_chunked(pa.array(values.array)), name)
    if getattr(dtype, "kind", "") == "M":
        return frames.times(values, name)
    if isinstance(dtype, pd.StringDtype):
        return _from_arrow(_chunked(pa.array(values)), name)
    if dtype.kind in "iuf":
        return _number_text(values)
    kind = (
        pd.api.types.infer_dtype(values, skipna=True) if pd.api.types.is_object_dtype(dtype) else str(dtype)
    )
    if kind in ("date", "datetime", "datetime64", "empty"):
        return frames.times(values, name)
    if kind in ("integer", "floating", "mixed-integer-float", "decimal"):
        return _number_text(values.astype("Float64"))
    if kind != "string":
        raise _no_dates(values, name)
    return _chunked(pa.array(values, type=pa.large_string(), from_pandas=True))


def _from_categories(values: pd.Series, name: str) -> np.ndarray | pa.ChunkedArray:
    codes = values.cat.codes.to_numpy()
    different = _times_or_text(pd.Series(values.cat.categories), name)
    if isinstance(different, np.ndarray):
        return np.append(different, np.datetime64("NaT"))[codes]
    places = pa.array(codes, mask=codes < 0)
    return _chunked(pa.DictionaryArray.from_arrays(places, different.combine_chunks()))


def _from_arrow(values: pa.ChunkedArray, name: str) -> np.ndarray | pa.ChunkedArray:
    kind = values.type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return values
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return _number_text(values.to_pandas())
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        walls = pc.local_timestamp(values) if getattr(kind, "tz", None) else values
        return walls.cast(pa.timestamp("us"), safe=False).to_numpy()
    raise TypeError(f"{name} must hold dates, got {kind}")


def _chunked(values: pa.Array | pa.ChunkedArray) -> pa.ChunkedArray:
    return values if isinstance(values, pa.ChunkedArray) else pa.chunked_array([values])


def _number_text(values: pd.Series) -> pa.ChunkedArray:
    """Numbers as text: 20171111.0 becomes ``20171111``; fractions, as Excel's day numbers have, are kept."""
    plain = values.to_numpy(dtype=np.float64, na_value=np.nan)
    known = plain[~np.isnan(plain)]
    if (known == np.floor(known)).all() and (np.abs(known) < 2**53).all():
        whole = pa.array(values.astype("Int64"), from_pandas=True)
        return _chunked(pc.cast(whole, pa.large_string()))
    return _chunked(pc.cast(pa.array(plain, from_pandas=True), pa.large_string()))


def _no_dates(values: pd.Series, name: str) -> TypeError:
    known = values[values.notna()]
    kinds = known.map(lambda value: type(value).__name__)
    shown = " and ".join(
        f"{count} of type {kind} ({known[kinds == kind].iloc[0]!r} in row {known.index[kinds == kind][0]})"
        for kind, count in kinds.value_counts().items()
    )
    advice = "; a spreadsheet that reads some dates and leaves others as text may have swapped day and month"
    return TypeError(
        f"{name} must hold dates of one kind, got {shown}{advice if 'str' in set(kinds) else ''}"
    )


def parse_text(
    text: pa.ChunkedArray, date_format: str | None, name: str, where: Callable[[int], str]
) -> np.ndarray:
    """Read dates given as text; see `parse`.

    Parameters
    ----------
    text : pyarrow.ChunkedArray of string, large_string or dictionary of these
        The texts.
    date_format : str or None
        The format; found out when None.
    name : str
        Name of the column, for messages.
    where : function of int
        Says in a message where a row is.

    Returns
    -------
    numpy.ndarray of datetime64[us]
        The times; NaT where missing.

    Raises
    ------
    ValueError
        As `parse`.
    """
    if pa.types.is_dictionary(text.type):
        return _parse_coded(text, date_format, name, where)
    if date_format == "excel":
        return _from_excel(text, name, where)
    if date_format is not None:
        times, good = decode(text, date_format)
        if not good.all():
            raise ValueError(f"date_format does not fit. {_misfit(text, date_format, good, name, where)}")
        return times
    sample = _sample(text)
    if not len(sample) and is_missing(text).to_numpy().all():
        return np.full(len(text), np.datetime64("NaT"), dtype="datetime64[us]")
    readings = {}
    for found in _candidates(sample):
        times, good = decode(text, found)
        if good.all():
            readings[found] = times
    if not readings:
        raise ValueError(_diagnosis(text, sample, name, where))
    first, *others = readings
    for other in others:
        differ = (readings[first] != readings[other]) & ~np.isnat(readings[first])
        if differ.any():
            raise ValueError(_ambiguity(text, readings, (first, other), differ, name, where))
    return readings[first]


def _parse_coded(
    coded: pa.ChunkedArray, date_format: str | None, name: str, where: Callable[[int], str]
) -> np.ndarray:
    """Read each different text once."""
    texts = pa.chunked_array([chunk.dictionary for chunk in coded.chunks], type=coded.type.value_type)
    try:
        different = parse_text(texts, date_format, name, str)
    except ValueError:
        # Row by row, for a message that counts rows; a text that no row uses does no harm then.
        return parse_text(coded.cast(texts.type), date_format, name, where)
    times = np.empty(len(coded), dtype="datetime64[us]")
    start = first = 0
    for chunk in coded.chunks:
        stop, last = start + len(chunk), first + len(chunk.dictionary)
        places = chunk.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        times[start:stop] = np.append(different[first:last], np.datetime64("NaT"))[places]
        start, first = stop, last
    return times


def _sample(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """Take values from all over the column, and leave out what is missing."""
    n = len(text)
    rows = {*range(min(n, 1000)), *np.linspace(0, max(n - 1, 0), min(n, 1000), dtype=np.int64).tolist()}
    sample = pa.chunked_array([pa.array([text[row].as_py() for row in sorted(rows)], type=text.type)])
    return sample.filter(pc.invert(is_missing(sample)))


def _candidates(sample: pa.ChunkedArray) -> list[str]:
    """Formats that fit all of the sample."""
    forms = {shape(value.encode()) for value in sample.unique().to_pylist()}
    fitting = [found for found in FORMATS if all(spans(found, form) is not None for form in forms)]
    return [found for found in fitting if _plausible(sample, found)]


def _plausible(sample: pa.ChunkedArray, found: str) -> bool:
    times, good = decode(sample, found)
    # Eight or more digits without separators may be numbers of another kind; as dates they would be remote.
    compact = found.startswith("%Y%m%d")
    remote = (times < np.datetime64("1900")) | (times >= np.datetime64("2100"))
    return bool(good.all() and not (compact and remote.any()))


def _ambiguity(
    text: pa.ChunkedArray,
    readings: dict[str, np.ndarray],
    formats: tuple[str, str],
    differ: np.ndarray,
    name: str,
    where: Callable[[int], str],
) -> str:
    row = int(np.argmax(differ))
    choices = " or ".join(f"{_shown(readings[found][row])} (date_format={found!r})" for found in formats)
    return (
        f"{name} is ambiguous: {text[row].as_py()!r} ({where(row)}) may be {choices}, "
        "and no other value decides; say which by date_format="
    )


def _diagnosis(text: pa.ChunkedArray, sample: pa.ChunkedArray, name: str, where: Callable[[int], str]) -> str:
    some = sample[:300]
    fits = {found: int(decode(some, found)[1].sum()) for found in FORMATS}
    best = max(fits, key=fits.__getitem__)
    if fits[best]:
        _, good = decode(text, best)
        message = _misfit(text, best, good, name, where)
        if decode(text, "ISO8601")[1].all():
            return f"{message}; date_format='ISO8601' reads values with and without time of day"
        return f"{message}; one format must fit all: mend the odd ones, or give the format by date_format="
    first = sample[0].as_py()
    day = _excel_times(sample)[0]
    if not np.isnat(day):
        return (
            f"{name} looks like Excel's day numbers: {first!r} would be {_shown(day)}. Read them so by "
            "date_format='excel', or give the column a date format in Excel and export it again"
        )
    if any(spans(found, shape(first.encode())) for found in FORMATS):
        return f"{name} must hold dates, got {first!r}, which is no possible date"
    advice = "say how its dates are written, for example date_format='%d/%m/%Y %H:%M'"
    if any(spans(found.replace("%Y", "%y"), shape(first.encode())) for found in DATES):
        advice = "years of two digits are read only when asked for, for example date_format='%d/%m/%y'"
    return f"{name} must hold dates, got {first!r}, which no known format fits; {advice}"


def _misfit(
    text: pa.ChunkedArray, found: str, good: np.ndarray, name: str, where: Callable[[int], str]
) -> str:
    row = int(np.argmin(good))
    value = text[row].as_py()
    present = int((~is_missing(text).to_numpy()).sum())
    reason = "is no possible date" if spans(found, shape(value.encode())) else "does not"
    return (
        f"{name}: {present - int((~good).sum())} of {present} values fit {found!r}, "
        f"but {value!r} ({where(row)}) {reason}"
    )


def _shown(time: np.datetime64) -> str:
    return str(pd.Timestamp(time))


def _excel_times(text: pa.ChunkedArray) -> np.ndarray:
    """Times of Excel's day numbers, to the millisecond; NaT for anything else."""
    days = pd.to_numeric(text.to_pandas().astype("object"), errors="coerce").to_numpy(dtype=np.float64)
    days = np.where((days >= _EXCEL_DAYS[0]) & (days <= _EXCEL_DAYS[1]), days, np.nan)
    gaps = np.isnan(days)
    times = _EXCEL_START + np.round(np.where(gaps, 0, days) * 86_400_000).astype("timedelta64[ms]")
    return np.where(gaps, np.datetime64("NaT"), times)


def _from_excel(text: pa.ChunkedArray, name: str, where: Callable[[int], str]) -> np.ndarray:
    times = _excel_times(text)
    wrong = np.isnat(times) & ~is_missing(text).to_numpy()
    if wrong.any():
        row = int(np.argmax(wrong))
        raise ValueError(
            f"{name} must hold Excel's day numbers from {_EXCEL_DAYS[0]} to {_EXCEL_DAYS[1]} (1954 to 2119), "
            f"got {text[row].as_py()!r} ({where(row)}; {int(wrong.sum())} such values)"
        )
    return times
