"""Numbers as charts write them: 12.3k and 1.2M in English, 1.23万 and 120万 in Chinese."""

import math
import re
from collections.abc import Sequence

_UNITS = {
    "en": ((1e12, "tn"), (1e9, "bn"), (1e6, "M"), (1e3, "k"), (1.0, "")),
    "zh": ((1e12, "万亿"), (1e8, "亿"), (1e4, "万"), (1.0, "")),
}
_SHORT_FROM = 1e4  # below it a number is written out
_NUMBER = re.compile(r"[−<>-]*(?:[\d,.]+(?:e−?\d+)?(?:tn|bn|M|k|万亿|亿|万|%)?|∞)|–")
_WRITTEN = re.compile(r"([−-]?)([\d,]+(?:\.\d+)?)(tn|bn|M|k|万亿|亿|万)")


def number(value: float, language: str = "en", digits: int = 3) -> str:
    """Write a number with few digits and the language's own unit.

    Parameters
    ----------
    value : float
        The number.
    language : {"en", "zh"}
        English counts in thousands, Chinese in ten thousands.
    digits : int
        Significant digits; whole numbers below 10,000 are written in full.

    Returns
    -------
    str
        The number; "–" for a missing one.

    Examples
    --------
    >>> number(1234), number(12345), number(12345, "zh"), number(-0.04567)
    ('1,234', '12.3k', '1.23万', '−0.0457')
    """
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    rounded = float(f"{value:.{digits - 1}e}") if abs(value) >= _SHORT_FROM else value
    if rounded and abs(rounded) < 1e-4:
        mantissa, exponent = f"{rounded:.{digits - 1}e}".split("e")
        return f"{_trim(mantissa)}e{int(exponent)}".replace("-", "−")
    size, unit = _unit(abs(rounded), language)
    return _plain(rounded / size, _decimals(rounded / size, digits)) + unit


def axis_numbers(values: Sequence[float], language: str = "en") -> list[str]:
    """Write the numbers of an axis: one unit for all, and no more decimals than tell them apart.

    Examples
    --------
    >>> axis_numbers([0, 5000, 10000]), axis_numbers([0, 0.25, 0.5])
    (['0', '5k', '10k'], ['0', '0.25', '0.5'])
    """
    largest = max((abs(value) for value in values), default=0.0)
    if 0 < largest < 1e-4:
        return [number(value, language) for value in values]
    units = _UNITS[language] if largest >= _SHORT_FROM else _UNITS[language][-1:]
    fitting = [(size, unit) for size, unit in units if size <= largest] or [units[-1]]
    # A unit that needs two decimals, such as 0.25万, gives way to the next smaller one.
    size, unit = next((entry for entry in fitting if _places(values, entry[0]) <= 1), fitting[-1])
    decimals = _places(values, size)
    return [_plain(value / size, decimals) + (unit if value else "") for value in values]


def _places(values: Sequence[float], size: float) -> int:
    """Decimals that tell the values apart when counted in units of ``size``."""
    scaled = [value / size for value in values]
    tolerance = 1e-9 * max(map(abs, scaled), default=0.0)
    exact = (n for n in range(9) if all(abs(round(value, n) - value) <= tolerance for value in scaled))
    return next(exact, 9)


def percent(share: float) -> str:
    """Write a share as per cent, with three digits at most; the same in both languages.

    Examples
    --------
    >>> percent(0.2), percent(0.12345), percent(1)
    ('20%', '12.3%', '100%')
    """
    rounded = float(f"{share * 100:.2e}")
    return f"{_plain(rounded, _decimals(rounded, 3))}%"


def percents(shares: Sequence[float]) -> list[str]:
    """Write a column of shares as per cent, with the same decimals; small ones as <0.1% or >−0.1%.

    Examples
    --------
    >>> percents([1, 0.247, 0.00001, -0.0423, -0.0001, 0])
    ['100.0%', '24.7%', '<0.1%', '−4.2%', '>−0.1%', '0.0%']
    """
    largest = 100 * max((abs(share) for share in shares), default=0.0)
    decimals = min(6, max(1, 1 - math.floor(math.log10(largest)))) if largest else 1
    least = f"{10.0**-decimals:.{decimals}f}%"
    tiny = 0.5 * 10.0**-decimals
    signs = {-1: f">−{least}", 0: None, 1: f"<{least}"}
    return [
        signs[(0 < 100 * share < tiny) - (-tiny < 100 * share < 0)]
        or f"{100 * share:.{decimals}f}%".replace("-", "−")
        for share in shares
    ]


def is_number(text: str) -> bool:
    """Whether a text is a number as charts write them.

    Examples
    --------
    >>> [is_number(text) for text in ("27.5", "−1.2M", "<0.1%", "age")]
    [True, True, True, False]
    """
    return bool(_NUMBER.fullmatch(text))


def rewrite(text: str, language: str) -> str:
    """Write a number with its unit anew in ``language``; other text comes back as it is.

    Examples
    --------
    >>> rewrite("1.2M", "zh"), rewrite("120万", "en"), rewrite("27.5", "zh")
    ('120万', '1.2M', '27.5')
    """
    match = _WRITTEN.fullmatch(text)
    if not match:
        return text
    sign, digits, unit = match.groups()
    size = next(size for units in _UNITS.values() for size, name in units if name == unit)
    significant = len(digits.replace(",", "").replace(".", "").strip("0")) or 1
    return number(float(digits.replace(",", "")) * size * (-1 if sign else 1), language, max(3, significant))


def _unit(magnitude: float, language: str) -> tuple[float, str]:
    if magnitude < _SHORT_FROM:
        return 1.0, ""
    return next((size, unit) for size, unit in _UNITS[language] if magnitude >= size)


def _decimals(value: float, digits: int) -> int:
    return max(0, digits - 1 - math.floor(math.log10(abs(value)))) if value else 0


def _plain(value: float, decimals: int) -> str:
    text = f"{value:,.{decimals}f}"
    text = _trim(text) if "." in text else text
    return "0" if text in ("-0", "0") else text.replace("-", "−")


def _trim(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text
