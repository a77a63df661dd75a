"""Any dataframe in: the columns that a method asks for, checked once and coded once.

Every method takes tables through this module, so that pandas, polars, pyarrow and DuckDB behave alike and
a wrong column, a text among numbers or a mixed label is refused before any work starts.
"""

import difflib
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
import pyarrow as pa

__all__ = ["closest", "labels", "names", "numbers", "select", "times", "used"]

# Comparing with a million labels would take longer than the user's patience.
_MOST_OPTIONS = 10_000
_LIBRARIES = "pandas, polars, pyarrow or DuckDB"


def closest(name: object, options: Iterable[object]) -> str:
    """Hint for an error message: the option most like ``name`` and all that there are.

    Parameters
    ----------
    name : object
        What was received.
    options : iterable
        What would have been accepted.

    Returns
    -------
    str
        A sentence such as ``"did you mean 'lift'? There are: 'conviction', 'lift'"``.

    Examples
    --------
    >>> closest("lifft", ["conviction", "lift"])
    "did you mean 'lift'? There are: 'conviction', 'lift'"
    """
    options = [str(option) for option in islice(options, _MOST_OPTIONS)]
    folded = {option.casefold(): option for option in options}
    near = difflib.get_close_matches(str(name).casefold(), folded, n=1)
    listed = ", ".join(repr(option) for option in options[:30]) + (", …" if len(options) > 30 else "")
    hint = f"did you mean {folded[near[0]]!r}? " if near else ""
    return f"{hint}There are: {listed or 'none'}"


def select(
    data: Any, columns: Mapping[str, str], *, optional: Mapping[str, str] | None = None, what: str = "data"
) -> pd.DataFrame:
    """Take columns out of a dataframe of any library and give them the names a method uses.

    Parameters
    ----------
    data : dataframe
        pandas, polars (eager or lazy), pyarrow or DuckDB.
    columns : mapping of str to str
        New name → name in ``data``; each must be there.
    optional : mapping of str to str, optional
        The same for columns that may be absent.
    what : str
        What the table is, for messages.

    Returns
    -------
    pandas.DataFrame
        The columns under their new names, with a fresh index from 0; the values are not copied where that
        can be helped.

    Raises
    ------
    TypeError
        If ``data`` is not a dataframe.
    KeyError
        If a column is missing, naming the closest one there is.
    ValueError
        If a wanted column stands in the table more than once.

    Examples
    --------
    >>> select(pd.DataFrame({"买家": ["a", "b"]}), {"customer_id": "买家"})
      customer_id
    0           a
    1           b
    """
    frame, names = _opened(data, what)
    present = {new: old for new, old in (optional or {}).items() if old in names}
    wanted = {**columns, **present}
    for new, old in wanted.items():
        if old not in names:
            asked = f"column {old!r}" if old == new else f"column {old!r} (for {new})"
            raise KeyError(f"{what} has no {asked}; {closest(old, names)}")
        if names.count(old) > 1:
            raise ValueError(f"{what} has {names.count(old)} columns named {old!r}; keep one of them")
    if isinstance(frame, pd.DataFrame):
        # Taking columns of a frame, and not their arrays, leaves copy-on-write to guard the caller's.
        base = frame.reset_index(drop=True)
        return pd.DataFrame({new: base[old] for new, old in wanted.items()}, index=base.index, copy=False)
    lazy = frame.select([nw.col(old) for old in dict.fromkeys(wanted.values())])
    table = (lazy.collect(backend="pyarrow") if isinstance(lazy, nw.LazyFrame) else lazy).to_arrow()
    return pd.DataFrame({new: _from_arrow(table.column(old)) for new, old in wanted.items()})


def names(data: Any, what: str = "data") -> list[str]:
    """Column names of a dataframe of any library.

    Parameters
    ----------
    data : dataframe
        pandas, polars (eager or lazy), pyarrow or DuckDB.
    what : str
        What the table is, for messages.

    Returns
    -------
    list of str

    Raises
    ------
    TypeError
        If ``data`` is not a dataframe.

    Examples
    --------
    >>> names(pd.DataFrame({"item": ["tea"], "count": [3]}))
    ['item', 'count']
    """
    return _opened(data, what)[1]


def _opened(data: Any, what: str) -> tuple[pd.DataFrame | nw.DataFrame | nw.LazyFrame, list[str]]:
    """Return the frame, through narwhals unless it is pandas, and its column names."""
    if isinstance(data, pd.DataFrame):
        return data, list(data.columns)
    wanted = f"{what} must be a dataframe of {_LIBRARIES}"
    try:
        frame = nw.from_native(data)
    except TypeError:
        raise TypeError(f"{wanted}, got {type(data).__module__}.{type(data).__name__}") from None
    return frame, frame.collect_schema().names()


def _from_arrow(column: pa.ChunkedArray) -> pd.Series:
    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        column = column.cast(pa.large_string()).dictionary_encode()
    if pa.types.is_dictionary(column.type):
        return column.unify_dictionaries().combine_chunks().to_pandas()
    if pa.types.is_integer(column.type) and column.null_count:
        return column.to_pandas(types_mapper=None, integer_object_nulls=True).astype("Int64")
    return column.to_pandas()


def labels(values: pd.Series, name: str = "label") -> pd.Categorical:
    """Code a column of labels (customers, orders, products): integers that point into a list.

    Labels are text or whole numbers and are kept exactly, blanks included. Missing values and empty text
    become missing (code -1). Numbers that were stored as 17850.0 become 17850.

    Parameters
    ----------
    values : pandas.Series
        Text, whole numbers or categories.
    name : str
        Name of the column, for messages.

    Returns
    -------
    pandas.Categorical
        Categories in the order of their first appearance. A column that is coded already keeps its
        categories, also those that no row uses; see `used`.

    Raises
    ------
    TypeError
        If labels of several types are mixed, or are neither text nor whole numbers.

    Examples
    --------
    >>> coded = labels(pd.Series(["tea", "milk ", "tea", None]))
    >>> coded.codes.tolist(), coded.categories.tolist()
    ([0, 1, 0, -1], ['tea', 'milk '])
    """
    values = pd.Series(values)
    coded = isinstance(values.dtype, pd.CategoricalDtype)
    plain = _label_values(pd.Series(values.cat.categories) if coded else values, name)
    if coded:
        codes, uniques = np.asarray(values.cat.codes), pd.Index(plain)
    else:
        codes, uniques = pd.factorize(plain)
        uniques = pd.Index(uniques)
    numeric = pd.api.types.is_integer_dtype(uniques.dtype)
    if numeric:
        uniques = uniques.astype("int64")
    empty = [] if numeric else np.flatnonzero(uniques == "")
    if len(empty):
        codes = np.where(codes == empty[0], -1, codes - (codes > empty[0]))
        uniques = uniques.delete(empty[0])
    elif coded and uniques.dtype == values.cat.categories.dtype:
        return values.array
    return pd.Categorical.from_codes(codes, categories=uniques)


def used(coded: pd.Categorical) -> tuple[np.ndarray, pd.Index]:
    """Codes and labels of those labels that occur, in the order of their first appearance.

    Parameters
    ----------
    coded : pandas.Categorical
        What `labels` gives.

    Returns
    -------
    codes : numpy.ndarray of int32
        For each row the position of its label; -1 where missing.
    categories : pandas.Index
        The labels; each occurs in some row.

    Examples
    --------
    >>> codes, categories = used(pd.Categorical(["tea", "milk"], categories=["milk", "salt", "tea"]))
    >>> codes.tolist(), categories.tolist()
    ([0, 1], ['tea', 'milk'])
    """
    from kehu._kernels.labels import number

    codes, present = number(coded.codes.astype(np.int32, copy=False), len(coded.categories))
    if len(present) == len(coded.categories) and (present[1:] > present[:-1]).all():
        return codes, coded.categories
    return codes, coded.categories[present]


def _label_values(values: pd.Series, name: str) -> pd.Series:
    """Text as ``str`` and whole numbers as integers; anything else is refused."""
    dtype = values.dtype
    if isinstance(dtype, pd.StringDtype):
        return values.astype("str")
    if pd.api.types.is_integer_dtype(dtype):
        return values if isinstance(dtype, np.dtype) else values.astype("Int64")
    if pd.api.types.is_float_dtype(dtype):
        return _whole_numbers(values, name)
    kind = pd.api.types.infer_dtype(values, skipna=True)
    if kind in ("string", "empty"):
        return values.astype("str")
    if kind == "integer":
        return values.astype("Int64")
    if kind in ("floating", "mixed-integer-float"):
        return _whole_numbers(values.astype("Float64"), name)
    by_type = {type(value).__name__: value for value in values[values.notna()]}
    if len(by_type) == 1:
        raise TypeError(f"{name} must hold labels (text or whole numbers), got {next(iter(by_type))}")
    shown = " and ".join(f"{kind} ({value!r})" for kind, value in sorted(by_type.items()))
    raise TypeError(f"{name} mixes labels of different types: {shown}; make them one with .astype(str)")


def _whole_numbers(values: pd.Series, name: str) -> pd.Series:
    known = values[values.notna()]
    odd = known[known != known.round()] if len(known) else known
    if len(odd):
        raise TypeError(f"{name} must hold text or whole numbers, got {odd.iloc[0]} in row {odd.index[0]}")
    return values.astype("Int64")


def numbers(values: pd.Series, name: str = "number") -> np.ndarray:
    """Check that a column holds numbers.

    Parameters
    ----------
    values : pandas.Series
        Numbers of any kind; missing values are allowed.
    name : str
        Name of the column, for messages.

    Returns
    -------
    numpy.ndarray of float64
        The numbers; NaN where missing.

    Raises
    ------
    ValueError
        If there is text that is not a number, quoting the first and its row.
    TypeError
        If the column holds neither numbers nor text.

    Examples
    --------
    >>> numbers(pd.Series([1, None, 2.5]))
    array([1. , nan, 2.5])
    """
    values = pd.Series(values)
    dtype = values.dtype
    types = pd.api.types
    if types.is_bool_dtype(dtype) or types.is_datetime64_any_dtype(dtype) or types.is_complex_dtype(dtype):
        raise TypeError(f"{name} must hold numbers, got {dtype}")
    if types.is_object_dtype(dtype) and types.infer_dtype(values, skipna=True) == "boolean":
        raise TypeError(f"{name} must hold numbers, got true and false")
    if types.is_numeric_dtype(dtype):
        return values.to_numpy(dtype=np.float64, na_value=np.nan)
    parsed = pd.to_numeric(values.astype("object"), errors="coerce")
    wrong = parsed.isna() & values.notna() & (values.astype("object") != "")
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise ValueError(
            f"{name} must hold numbers, got {values.iloc[row]!r} in row {row} "
            f"({int(wrong.sum())} such rows); write plain numbers such as 1234.5"
        )
    return parsed.to_numpy(dtype=np.float64)


def times(values: pd.Series, name: str = "time") -> np.ndarray:
    """Check that a column holds dates or times.

    Parameters
    ----------
    values : pandas.Series
        Dates or times; missing values are allowed. Of times with a zone the local wall time is kept, as
        shopping follows the clock on the wall.
    name : str
        Name of the column, for messages.

    Returns
    -------
    numpy.ndarray of datetime64[us]
        The times; NaT where missing.

    Raises
    ------
    TypeError
        If the column holds no dates or times.

    Examples
    --------
    >>> times(pd.Series(pd.to_datetime(["2017-11-11 09:30"])))
    array(['2017-11-11T09:30:00.000000'], dtype='datetime64[us]')
    """
    values = pd.Series(values)
    if pd.api.types.infer_dtype(values, skipna=True) in ("date", "datetime", "empty"):
        values = pd.Series(pd.to_datetime(values.astype("object")), index=values.index)
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        values = values.dt.tz_localize(None)
    if not pd.api.types.is_datetime64_dtype(values.dtype):
        example = values[values.notna()].iloc[0]
        raise TypeError(f"{name} must hold dates or times, got {type(example).__name__} ({example!r})")
    return values.to_numpy(dtype="datetime64[us]")
