"""What growth figures imply: the level before, and the paths that satisfy several of them."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

__all__ = ["growth_paths", "implied_base"]


def implied_base(value: float, growth_pct: float) -> float:
    """Level before a growth.

    Parameters
    ----------
    value : float
        Level after it, above 0.
    growth_pct : float
        Growth in per cent, above -100.

    Returns
    -------
    float
        ``value / (1 + growth_pct / 100)``.

    Raises
    ------
    ValueError
        If the level is not above 0 or the growth not above -100.

    Examples
    --------
    >>> implied_base(22, 25)
    17.6
    """
    _level(value, "value")
    _growth(growth_pct, "growth_pct")
    return value / (1 + growth_pct / 100)


def growth_paths(
    *,
    compound_pct: float = 30,
    last_pct: float = 25,
    last_level: float = 22,
    first_pct: Sequence[float] = (10, 20, 30, 40, 50),
) -> pd.DataFrame:
    r"""Paths over three years with a given compound growth and a given last year.

    The growth of the first year is free; that of the second follows.

    Parameters
    ----------
    compound_pct : float
        Compound growth a year over the three years, in per cent (D2.k8).
    last_pct : float
        Growth of the last year (D2.k1).
    last_level : float
        Level at the end (D2.k1, billion yuan).
    first_pct : sequence of float
        Growth of the first year; each makes one path.

    Returns
    -------
    pandas.DataFrame
        Four rows a path: ``path`` (from 1), ``first_pct``, ``year`` (-3 to 0, the last), ``growth_pct``
        (NaN in year -3), ``level`` (in the unit of ``last_level``).

    Raises
    ------
    ValueError
        If a growth is not above -100 per cent, the level not above 0, or there is no first growth.

    Notes
    -----
    With growths :math:`a`, :math:`b`, :math:`c` as shares and compound growth :math:`g`:
    :math:`(1 + a)(1 + b)(1 + c) = (1 + g)^3`.

    Examples
    --------
    >>> paths = growth_paths(first_pct=[30])
    >>> paths["growth_pct"].round(1).tolist()
    [nan, 30.0, 35.2, 25.0]
    >>> paths["level"].round(2).tolist()
    [10.01, 13.02, 17.6, 22.0]
    """
    _level(last_level, "last_level")
    for value, name in ((compound_pct, "compound_pct"), (last_pct, "last_pct")):
        _growth(value, name)
    if not len(first_pct):
        raise ValueError(
            "first_pct is empty; name the growth of the first year of each path, such as [20, 30]"
        )
    for value in first_pct:
        _growth(value, "first_pct")
    return pd.concat(
        [
            _path(number, first, compound_pct, last_pct, last_level)
            for number, first in enumerate(first_pct, 1)
        ],
        ignore_index=True,
    )


def _path(number: int, first: float, compound: float, last: float, level: float) -> pd.DataFrame:
    factors = np.array([1.0, 1 + first / 100, math.nan, 1 + last / 100])
    factors[2] = (1 + compound / 100) ** 3 / (factors[1] * factors[3])
    growth = 100 * (factors - 1)
    growth[0] = math.nan
    levels = np.cumprod(factors)
    return pd.DataFrame(
        {
            "path": number,
            "first_pct": float(first),
            "year": range(-3, 1),
            "growth_pct": growth,
            "level": levels / levels[-1] * level,
        }
    )


def _level(value: float, name: str) -> None:
    if not (math.isfinite(value) and value > 0):
        raise ValueError(f"{name}={value!r} is no level; it must be a number above 0")


def _growth(value: float, name: str) -> None:
    if not (math.isfinite(value) and value > -100):
        raise ValueError(
            f"{name}={value!r} is no growth; it is in per cent and above -100, as nothing falls below 0"
        )
