"""The units of the documents' figures and of the public record, and how they convert."""

from dataclasses import dataclass

from kehu.frames import closest

__all__ = ["UNITS", "Unit", "convert", "unit"]


@dataclass(frozen=True)
class Unit:
    """A unit: what it measures, its size in the basic unit, and its Chinese name.

    Attributes
    ----------
    dimension : str
        Units of one dimension convert into each other.
    size : float
        How many basic units (yuan, people, 1 for shares) it is.
    chinese : str
        What Chinese text calls the basic unit.
    exact : bool
        Whether its figures are counted and never rounded, as calendar years are.
    """

    dimension: str
    size: float
    chinese: str
    exact: bool = False

    @property
    def whole_chinese(self) -> str:
        """What Chinese text calls the unit itself."""
        return f"{_POWERS.get(self.size, '')}{self.chinese}"


_POWERS = {1e6: "百万", 1e9: "十亿", 1e12: "万亿"}
UNITS = {
    "yuan": Unit("money", 1, "元"),
    "million yuan": Unit("money", 1e6, "元"),
    "billion yuan": Unit("money", 1e9, "元"),
    "trillion yuan": Unit("money", 1e12, "元"),
    "yuan per person": Unit("money per person", 1, "元/人"),
    "people": Unit("people", 1, "人"),
    "million people": Unit("people", 1e6, "人"),
    "million merchants": Unit("merchants", 1e6, "家"),
    "million pieces": Unit("pieces", 1e6, "件"),
    "%": Unit("share", 0.01, "%"),
    "percentage points": Unit("share", 0.01, "个百分点"),
    "times": Unit("share", 1, "倍"),
    "out of 5": Unit("rating", 1, "分（满分5分）"),
    "rank": Unit("rank", 1, "位", exact=True),
    "year": Unit("calendar year", 1, "年", exact=True),
    "years": Unit("years", 1, "年", exact=True),
    "days": Unit("days", 1, "天", exact=True),
    "hours": Unit("hours", 1, "小时", exact=True),
    "years of age": Unit("age", 1, "岁", exact=True),
    "word": Unit("word", 1, "", exact=True),
}


def unit(name: str) -> Unit:
    """Look up a unit.

    Parameters
    ----------
    name : str
        One of `UNITS`.

    Returns
    -------
    Unit

    Raises
    ------
    KeyError
        If there is no such unit; the message names the closest one.

    Examples
    --------
    >>> unit("billion yuan").dimension
    'money'
    """
    if name not in UNITS:
        raise KeyError(f"{name!r} is no unit; {closest(name, UNITS)}")
    return UNITS[name]


def convert(value: float, name: str, to: str) -> float:
    """Express a figure in another unit of the same dimension.

    Parameters
    ----------
    value : float
        The figure.
    name : str
        Its unit, one of `UNITS`.
    to : str
        The unit wanted.

    Returns
    -------
    float

    Raises
    ------
    KeyError
        If there is no such unit.
    ValueError
        If the units measure different things.

    Examples
    --------
    >>> convert(9.08, "trillion yuan", "billion yuan")
    9080.0
    """
    old, new = unit(name), unit(to)
    if old.dimension != new.dimension:
        raise ValueError(
            f"{name!r} measures {old.dimension}, {to!r} {new.dimension}; only units of one kind convert"
        )
    # Rounded to the precision of a float, so that 9.08 trillion does not end in 9080.000000000002 billion.
    return float(f"{value * (old.size / new.size):.15g}")
