"""A figure and what its rounding leaves open, and figures made of such figures."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from itertools import product

from kehu.claims import units

__all__ = ["Figure", "combine", "overlap", "rounding", "tidy"]


@dataclass(frozen=True)
class Figure:
    """A figure in basic units and the range in which the true one lies.

    Attributes
    ----------
    value : float
        The figure as it is written; NaN where only a range is stated.
    low, high : float
        The range; infinite where it is open.
    rounding : float
        Half a unit of the last digit written; NaN for what was worked out.
    """

    value: float
    low: float
    high: float
    rounding: float = math.nan

    @classmethod
    def stated(cls, value: float, rounding: float, low: float, high: float, unit: str) -> "Figure":
        """A figure of a table; ``low`` and ``high`` are NaN unless the statement itself gives a range."""
        if math.isnan(low) and math.isnan(high):
            low, high = value - rounding, value + rounding
        low = -math.inf if math.isnan(low) else low
        high = math.inf if math.isnan(high) else high
        size = units.unit(unit).size
        return cls(value * size, low * size, high * size, rounding * size)


def rounding(text: str, unit: str) -> float:
    """Half a unit of the last digit written; 0 for what is counted, such as calendar years.

    Examples
    --------
    >>> rounding("9.08", "trillion yuan"), rounding("7.0", "trillion yuan"), rounding("2008", "year")
    (0.005, 0.05, 0.0)
    """
    if units.unit(unit).exact:
        return 0.0
    places = -min(int(Decimal(text).as_tuple().exponent), 0)
    return float(Decimal(5).scaleb(-places - 1))


def tidy(value: float) -> float:
    """A number without the noise of its last binary digits.

    Examples
    --------
    >>> tidy(1 - 0.476)
    0.524
    """
    return float(f"{value:.12g}")


def combine(formula: Callable[..., float], figures: list[Figure]) -> Figure:
    """What follows from figures, with the range that their roundings leave together.

    The formula has to rise or fall steadily with each figure, so that its extremes lie at the corners of
    their ranges.

    Examples
    --------
    >>> sales, growth = Figure(22, 21.5, 22.5), Figure(0.25, 0.245, 0.255)
    >>> base = combine(lambda level, rate: level / (1 + rate), [sales, growth])
    >>> round(base.value, 1), round(base.low, 2), round(base.high, 2)
    (17.6, 17.13, 18.07)
    """
    corners = [formula(*corner) for corner in product(*({figure.low, figure.high} for figure in figures))]
    return Figure(formula(*(figure.value for figure in figures)), min(corners), max(corners))


def overlap(first: Figure, second: Figure) -> bool:
    """Whether one true figure can stand behind both.

    Ranges that only touch do not overlap: 18.3 and 18.4, each rounded to one decimal, are two figures.

    Examples
    --------
    >>> overlap(Figure(18.3, 18.25, 18.35), Figure(18.4, 18.35, 18.45))
    False
    >>> overlap(Figure(9.01, 9.005, 9.015), Figure(9.0065, 9.00645, 9.00655))
    True
    """
    low, high = max(first.low, second.low), min(first.high, second.high)
    slack = 1e-9 * max(abs(low), abs(high)) if math.isfinite(low) and math.isfinite(high) else 0.0
    if first.low == first.high or second.low == second.high:
        return low <= high + slack
    return low < high - slack
