"""The public record: published figures, each with its body, its basis and where it was read."""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from kehu._files import data_folder
from kehu.claims import units
from kehu.claims.ranges import Figure, overlap, rounding
from kehu.frames import closest

__all__ = ["equals", "facts", "figure", "find_figure", "is_comparable", "sources"]

_COLUMNS = [
    *("file", "series", "quantity", "quantity_zh", "subject", "subject_zh", "period", "value", "rounding"),
    *("unit", "body", "body_zh", "basis", "basis_zh", "reported_by", "note"),
]


def facts(name: str | None = None) -> pd.DataFrame:
    """Read published figures.

    Parameters
    ----------
    name : str, optional
        ``"online_retail"``, ``"online_shoppers"``, ``"market_share"``, ``"alibaba"``, ``"singles_day"`` or
        ``"dates"``; all of them by default.

    Returns
    -------
    pandas.DataFrame
        One row a figure: ``file``, ``series``, ``quantity``, ``subject``, ``period``, ``value`` (NaN where
        none was found), ``rounding`` (half a unit of the last digit written), ``unit``, ``body`` (who
        published it), ``basis`` (what is counted), ``reported_by`` (where it was read), ``note``, and the
        Chinese names.

    Raises
    ------
    KeyError
        If there is no such file.

    Notes
    -----
    Two series are never one line: bodies count differently, and a window may change, as that of Singles'
    Day did in 2020.

    Examples
    --------
    >>> import kehu
    >>> retail = kehu.claims.facts("online_retail").query("series == 'online_retail'")
    >>> retail[["period", "value", "unit", "body"]].head(2)
      period   value           unit                           body
    0   2014  2.7898  trillion yuan  National Bureau of Statistics
    1   2015  3.8773  trillion yuan  National Bureau of Statistics
    """
    folder = data_folder() / "facts"
    series = pd.read_csv(folder / "series.csv", dtype=str, keep_default_na=False)
    names = list(dict.fromkeys(series["file"]))
    if name is not None and name not in names:
        raise KeyError(f"there are no facts named {name!r}; {closest(name, names)}")
    tables = [
        pd.read_csv(folder / f"{file}.csv", dtype=str, keep_default_na=False)
        for file in (names if name is None else [name])
    ]
    table = pd.concat(tables, ignore_index=True).merge(
        series, on="series", how="left", validate="many_to_one"
    )
    written = list(zip(table["value"], table["unit"], strict=True))
    table["rounding"] = [rounding(text, unit) if text else math.nan for text, unit in written]
    table["value"] = [float(text) if text else math.nan for text, _ in written]
    return table[_COLUMNS]


def sources() -> pd.DataFrame:
    """List the published series and who stands behind them.

    Returns
    -------
    pandas.DataFrame
        One row a series: ``series``, ``quantity``, ``quantity_zh``, ``body``, ``body_zh``, ``basis``,
        ``basis_zh``, ``unit``, ``unit_zh``, ``first`` and ``last`` period with a figure, ``figures`` (how
        many), ``reported_by`` (all places where they were read).

    Examples
    --------
    >>> import kehu
    >>> found = kehu.claims.sources().set_index("series")
    >>> found.loc["singles_day_eleven_days", ["body", "first", "last"]].tolist()
    ['Alibaba Group', '2020', '2021']
    """
    known = facts().dropna(subset="value")
    names = ["series", "quantity", "quantity_zh", "body", "body_zh", "basis", "basis_zh", "unit"]
    listed = known.groupby(names, sort=False, as_index=False).agg(
        first=("period", "min"),
        last=("period", "max"),
        figures=("value", "size"),
        reported_by=("reported_by", lambda places: "; ".join(dict.fromkeys(places))),
    )
    return listed.assign(unit_zh=[units.unit(name).whole_chinese for name in listed["unit"]])


def figure(row: Mapping[str, Any]) -> Figure:
    """A published figure with its rounding, in basic units."""
    return Figure.stated(row["value"], row["rounding"], math.nan, math.nan, row["unit"])


def find_figure(value: float | str, unit: str, *, facts: pd.DataFrame | None = None) -> pd.DataFrame:
    """Find the published figures that a figure equals, within the rounding of both.

    Parameters
    ----------
    value : float or str
        The figure; as text it keeps its last zeros, as in ``"7.0"``.
    unit : str
        Its unit; all figures of its dimension are searched.
    facts : pandas.DataFrame, optional
        What to search, as `facts` gives it; all of the public record by default.

    Returns
    -------
    pandas.DataFrame
        The rows of `facts` that equal it. The more figures there are to search, the sooner one is equal by
        chance.

    Raises
    ------
    KeyError
        If there is no such unit.
    ValueError
        If the value is no number.

    Examples
    --------
    >>> import kehu
    >>> kehu.claims.find_figure("7.18", "trillion yuan")[["quantity", "period"]].to_dict("records")
    [{'quantity': 'online retail sales', 'period': '2017'}]
    """
    units.unit(unit)
    text = str(value).strip().removesuffix(".0") if isinstance(value, float) else str(value).strip()
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"value={value!r} is no number; write it like 7.18 or '7.0'")
    wanted = Figure.stated(number, rounding(text, unit), math.nan, math.nan, unit)
    table = _whole_record() if facts is None else facts
    return table[[equals(wanted, unit, row) for row in table.to_dict("records")]]


def is_comparable(unit: str, row: Mapping[str, Any]) -> bool:
    """Whether a row of the public record holds a figure of the unit's dimension."""
    return units.unit(row["unit"]).dimension == units.unit(unit).dimension and not math.isnan(row["value"])


def equals(wanted: Figure, unit: str, row: Mapping[str, Any]) -> bool:
    """Whether a row of the public record can be the same figure."""
    return is_comparable(unit, row) and overlap(wanted, figure(row))


def _whole_record() -> pd.DataFrame:
    return facts()
