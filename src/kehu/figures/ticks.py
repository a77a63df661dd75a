"""Tick labels that know their language, so that one figure can be drawn in both."""

from collections.abc import Sequence
from datetime import datetime

from matplotlib import dates as mdates
from matplotlib.ticker import Formatter

from kehu.figures import numerals, words

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Localised(Formatter):
    """A formatter whose ``language`` may be switched between two drawings."""

    def __init__(self, language: str = "en") -> None:
        self.language = words.check_language(language)


class Numbers(Localised):
    """Numbers with thousands as k or 万.

    Parameters
    ----------
    language : {"en", "zh"}
        Language of the labels.
    each : bool
        Give each label a unit of its own, as suits a logarithmic axis.
    """

    def __init__(self, language: str = "en", *, each: bool = False) -> None:
        super().__init__(language)
        self._each = each

    def __call__(self, x: float, pos: int | None = None) -> str:  # noqa: ARG002
        """Label of one value."""
        return numerals.number(x, self.language)

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        """Labels of all ticks."""
        return super().format_ticks(values) if self._each else numerals.axis_numbers(values, self.language)


class Percents(Localised):
    """Shares as per cent."""

    def __call__(self, x: float, pos: int | None = None) -> str:  # noqa: ARG002
        """Label of one share."""
        return numerals.percent(x)

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        """Labels of all ticks."""
        return [f"{label}%" for label in numerals.axis_numbers([value * 100 for value in values])]


class Words(Localised):
    """Texts of the catalogue at the places 0, 1, 2 and so on.

    Parameters
    ----------
    texts : sequence of str
        The texts, in either language.
    language : {"en", "zh"}
        Language of the labels.
    """

    def __init__(self, texts: Sequence[str], language: str = "en") -> None:
        super().__init__(language)
        self._texts = list(texts)

    def __call__(self, x: float, pos: int | None = None) -> str:  # noqa: ARG002
        """Text at a place; nothing between the places."""
        place = round(x)
        if place not in range(len(self._texts)) or abs(x - place) > 1e-6:
            return ""
        return self._at(place)

    def _at(self, place: int) -> str:
        return words.translate(self._texts[place], self.language)


class Names(Words):
    """Names from the data, such as products, at the places 0, 1, 2, …: never translated, never mathematics.

    Parameters
    ----------
    texts : sequence of str
        The names.
    longest : int
        Longer names are cut; a Chinese character counts as two.
    """

    def __init__(self, texts: Sequence[str], longest: int = 32) -> None:
        super().__init__([literal(shorten(text, longest)) for text in texts])

    def _at(self, place: int) -> str:
        return self._texts[place]


class Dates(Localised):
    """Dates at the precision of the ticks, with the year (or day) below the first and where it changes."""

    def __call__(self, x: float, pos: int | None = None) -> str:  # noqa: ARG002
        """Label of one date."""
        return self.format_ticks([x])[0]

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        """Labels of all ticks."""
        moments = [mdates.num2date(value).replace(tzinfo=None) for value in values]
        seen = [True] * len(moments)
        if self.axis is not None and len(moments) > 1:
            low, high = sorted(self.axis.get_view_interval())
            seen = [low <= value <= high for value in values]
        small, large = self._styles([moment for moment, here in zip(moments, seen, strict=True) if here])
        labels, before = [], ""
        for moment, here in zip(moments, seen, strict=True):
            below = large(moment) if here else ""
            labels.append(small(moment) + (f"\n{below}" if below != before and below else ""))
            before = below or before
        return labels

    def _styles(self, moments: list[datetime]) -> tuple:
        chinese = self.language == "zh"

        def year(m: datetime) -> str:
            return f"{m.year}年" if chinese else f"{m.year}"

        def month(m: datetime) -> str:
            return f"{m.month}月" if chinese else _MONTHS[m.month - 1]

        def day(m: datetime) -> str:
            return f"{m.month}月{m.day}日" if chinese else f"{m.day} {_MONTHS[m.month - 1]}"

        if any(m.hour or m.minute or m.second for m in moments):
            return lambda m: f"{m:%H:%M}", day
        if any(m.day != 1 for m in moments):
            return day, year
        if any(m.month != 1 for m in moments):
            return month, year
        return year, lambda _: ""


def literal(text: str) -> str:
    """Text from the data, so that a dollar sign is a dollar sign and not the start of mathematics."""
    return text.replace("$", r"\$")


def shorten(text: str, longest: int) -> str:
    """Cut a text that is too wide; a Chinese character counts as two.

    Examples
    --------
    >>> shorten("WHITE HANGING HEART T-LIGHT HOLDER", 20), shorten("手机", 4)
    ('WHITE HANGING HEA...', '手机')
    """
    text = " ".join(text.split())
    if width(text) <= longest:
        return text
    while width(text) > longest - 3:
        text = text[:-1]
    text = text.rstrip()
    # The font's ellipsis is the Chinese one, at half height.
    return f"{text}…" if text and wide(text[-1]) else f"{text}..."


def width(text: str) -> int:
    """Width of a text in Latin letters."""
    return sum(1 + wide(character) for character in text)


def wide(character: str) -> bool:
    """Whether a character takes the room of two Latin letters."""
    return character >= "\u2e80"
