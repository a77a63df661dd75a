"""What an audit says, in both languages: figures with their units, and the sentence for each outcome."""

import math

import pandas as pd

from kehu.claims import units
from kehu.claims.ranges import Figure

__all__ = ["chinese", "difference", "say", "sentence"]

_LARGE = ("money", "people", "merchants", "pieces")
_TENS = ((1e12, "万亿"), (1e8, "亿"), (1e4, "万"), (1, ""))

_SENTENCES = {
    ("equal", "agrees"): (
        "{mine} and {theirs} agree within both roundings.",
        "{mine}与{theirs}在舍入误差内一致。",
    ),
    ("equal", "differs"): (
        "{mine} against {theirs}: differs by {difference}; roundings explain less than {tolerance}.",
        "{mine}与{theirs}相差{difference}；舍入误差小于{tolerance}，不足以解释。",
    ),
    ("counted", "agrees"): ("{mine} is the same as {theirs}.", "{mine}与{theirs}一致。"),
    ("counted", "differs"): (
        "{mine} against {theirs}: differs by {difference}.",
        "{mine}与{theirs}相差{difference}。",
    ),
    ("counted", "contradicts"): (
        "{mine} and {theirs} cannot both be true.",
        "{mine}与{theirs}不可能同时成立。",
    ),
    ("equal", "contradicts"): (
        "{mine} and {theirs} cannot both be true.",
        "{mine}与{theirs}不可能同时成立。",
    ),
    ("same scale", "agrees"): (
        "{mine} is {ratio} times {theirs}: of the same order.",
        "{mine}是{theirs}的{ratio}倍，属同一量级。",
    ),
    ("same scale", "differs"): (
        "{mine} against {theirs}: differs by a factor of {factor}.",
        "{mine}与{theirs}相差{factor}倍。",
    ),
    ("follows from", "agrees"): ("{mine} can follow from {theirs}.", "由{theirs}可以得出{mine}。"),
    ("follows from", "contradicts"): (
        "{mine} does not follow from {theirs}.",
        "由{theirs}不能得出{mine}。",
    ),
    ("part of", "agrees"): (
        "{mine} can be part of {theirs}.",
        "{mine}可以是{theirs}的一部分。",
    ),
    ("part of", "contradicts"): (
        "{mine} is more than {theirs}, of which it is to be part.",
        "{mine}超过其所属的{theirs}。",
    ),
    ("not below", "agrees"): ("{mine} is not below {theirs}.", "{mine}不低于{theirs}。"),
    ("not below", "contradicts"): (
        "{mine} is below {theirs}, which cannot be.",
        "{mine}低于{theirs}，不可能成立。",
    ),
    ("not before", "agrees"): ("{mine} is not before {theirs}.", "{mine}不早于{theirs}。"),
    ("not before", "contradicts"): (
        "{mine} is before {theirs}, which cannot be.",
        "{mine}早于{theirs}，不可能成立。",
    ),
    ("not after", "agrees"): ("{mine} is not after {theirs}.", "{mine}不晚于{theirs}。"),
    ("not after", "contradicts"): (
        "{mine} is after {theirs}, which cannot be.",
        "{mine}晚于{theirs}，不可能成立。",
    ),
    ("another basis", "cannot be checked"): (
        "{mine} beside {theirs}, on another basis: neither confirms the other.",
        "{mine}与{theirs}口径不同，仅并列展示，不能互证。",
    ),
    ("one of", "agrees"): (
        "{mine} equals {found}, as it should.",
        "{mine}与{found}相等，符合应有之值。",
    ),
    ("one of", "differs"): (
        "{mine} equals {found}; it should equal {own}.",
        "{mine}等于{found}，而应等于{own}。",
    ),
    ("one of", "cannot be checked"): (
        "{mine} equals none of {searched} published figures; it should equal {own}.",
        "在{searched}个发布值中无一与{mine}相等；应等于{own}。",
    ),
    ("garbled", "cannot be checked"): (
        "The sentence is garbled; this reading gives {mine}, beside {theirs}.",
        "原句残缺；按此理解为{mine}，并列{theirs}。",
    ),
    ("implied", "cannot be checked"): (
        "The document does not state it; what it states elsewhere implies {theirs}.",
        "文献未给出该数值；由其他数值推算为{theirs}。",
    ),
    ("published", "cannot be checked"): (
        "The document does not state it; published is {theirs}.",
        "文献未给出该数值；发布值为{theirs}。",
    ),
    ("nothing beside", "cannot be checked"): (
        "There is nothing to compare with: {missing}.",
        "无可比对：{missing}。",
    ),
    ("alone", "blank"): ("The document leaves it blank.", "文献此处空缺。"),
    ("alone", "garbled"): (
        "The sentence is garbled, and there is nothing to compare with.",
        "原句残缺，且无可比对。",
    ),
    ("alone", "stated"): (
        "No public figure and no other statement of the documents speaks of it.",
        "没有公开数据，文献中也没有其他说法可供比对。",
    ),
}


def sentence(
    relation: str, outcome: str, basis: tuple[str, str], said: dict[str, tuple[str, str]]
) -> list[str]:
    """What came out and on what basis, in English and Chinese."""
    told = []
    for place, space in enumerate((" ", "")):
        words = {name: both[place] for name, both in said.items()}
        text = _SENTENCES[relation, outcome][place].format(**words)
        told.append(f"{text[0].upper()}{text[1:]}{space}{basis[place]}".strip())
    return told


def say(figure: Figure, unit: str) -> tuple[str, str]:
    """A figure with its unit: '9.08 trillion yuan', '9.08万亿元'."""
    kind = units.unit(unit)
    english = _number(figure, kind.size, ("more than {}", "nearly {}", "at least {}", "at most {}"), unit)
    largest = next(number for number in (figure.value, figure.low, figure.high) if math.isfinite(number))
    size, name = _counted_in(largest, unit)
    chinese = _number(figure, size, ("超过{}", "近{}", "至少{}", "至多{}"), unit)
    if unit == "rank":
        return f"rank {english}", f"第{chinese}位"
    return (english if unit == "year" else f"{english} {unit}"), f"{chinese}{name}"


def difference(value: float, relative: float, unit: str) -> tuple[str, str]:
    """A difference in basic units with its sign, and in per cent where that means something."""
    shown = "percentage points" if unit == "%" else "years" if unit == "year" else unit
    number = value / units.unit(unit).size
    size, name = _counted_in(value, shown)
    share = "" if math.isnan(relative) else f"{relative:+.2g} %"
    english = f"{number:+,.4g} {shown.removesuffix('s') if abs(number) == 1 else shown}"
    chinese = f"{value / size:+,.4g}{name}"
    return (f"{english} ({share})", f"{chinese}（{share}）") if share else (english, chinese)


def _counted_in(value: float, unit: str) -> tuple[float, str]:
    """The unit in which Chinese text counts: by ten thousands and hundred millions."""
    kind = units.unit(unit)
    if kind.dimension not in _LARGE:
        return kind.size, kind.chinese
    return next((size, f"{name}{kind.chinese}") for size, name in _TENS if abs(value) >= size or size == 1)


def _number(figure: Figure, size: float, words: tuple[str, str, str, str], unit: str) -> str:
    more, nearly, least, most = words
    value, low, high = (
        _digits(number, size, figure, unit) for number in (figure.value, figure.low, figure.high)
    )
    if math.isnan(figure.value):
        if math.isinf(figure.high):
            return least.format(low)
        return most.format(high) if math.isinf(figure.low) else f"{low}–{high}"
    if figure.low < figure.value == figure.high:
        return nearly.format(value)
    return more.format(value) if figure.low == figure.value < figure.high else value


def _digits(number: float, size: float, figure: Figure, unit: str) -> str:
    """As many digits as were written; of what was worked out, one more than its range warrants."""
    shown = number / size
    if not math.isfinite(shown):
        return ""
    if units.unit(unit).exact:
        return f"{shown:.0f}"
    if figure.rounding > 0:
        return f"{shown:,.{max(_places(figure.rounding / size), 0)}f}"
    spread = min(abs(figure.value - end) for end in (figure.low, figure.high)) / size
    if shown and 0 < spread < math.inf:
        return f"{shown:,.{max(min(_places(spread) + 1, _places(abs(shown)) + 4), 0)}f}"
    return f"{shown:,.4g}" if abs(shown) < 1e4 else f"{shown:,.0f}"


def _places(number: float) -> int:
    """Whole powers of ten by which it is below 1: 1 for 0.05, 0 for 0.5, -2 for 40."""
    return math.floor(-math.log10(number) + 1e-9)


def chinese(*tables: pd.DataFrame) -> dict[str, str]:
    """Read off tables what their English texts are called in Chinese.

    Parameters
    ----------
    *tables : pandas.DataFrame
        Of this module or any other: a column ``item`` stands in Chinese in ``item_zh``.

    Returns
    -------
    dict of str to str
        For ``translations`` of `kehu.figures.save` and ``save_table``.

    Examples
    --------
    >>> chinese(pd.DataFrame({"item": ["sales"], "item_zh": ["销售额"], "value": [22]}))
    {'sales': '销售额'}
    """
    return {
        english: translated
        for table in tables
        for name in table
        if f"{name}_zh" in table
        for english, translated in zip(table[name], table[f"{name}_zh"], strict=True)
        if isinstance(english, str) and isinstance(translated, str) and english and translated
    }
