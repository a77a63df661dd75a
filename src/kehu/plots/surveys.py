"""Charts of surveys: answers by item, and willingness to recommend."""

from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.ticker import FixedLocator, MaxNLocator

from kehu.figures.look import BLUE, GREY, INK, VERMILLION
from kehu.figures.numerals import axis_numbers, number, percent
from kehu.figures.ticks import Localised, Names, Percents, Words, literal, shorten
from kehu.figures.ticks import width as text_width
from kehu.figures.words import say
from kehu.frames import closest
from kehu.plots._canvas import canvas, note_size
from kehu.plots._rows import beside, legend_of_rows, with_limits
from kehu.plots._rules import dot, growth
from kehu.plots._weights import ROW, letters, named
from kehu.plots.hierarchy import wrap
from kehu.satisfaction import NetPromoterScore
from kehu.satisfaction.promoters import BANDS
from kehu.surveys import Survey

_MOST_ANSWERS = 11
_LONGEST, _TWO_LINES = 28, 6.8  # letters of a line of an item's name; mm of a row with two
_LOW = LinearSegmentedColormap.from_list("kehu_low", ["#F7D2B5", "#E58A4B", "#A94A00"])
_HIGH = LinearSegmentedColormap.from_list("kehu_high", ["#BBD9EA", "#5BA3CF", "#00558A"])
_NEUTRAL = "#DEDEDE"
_BANDS = {"detractors": VERMILLION, "passives": "#D4D4D4", "promoters": BLUE}
# Where the scores stand beside the bands, which reach from 0 to 1.
_SCORES = (1.45, 2.45)


class _Lines(Names):
    """Finished names of one or more lines, row by row."""

    def __init__(self, texts: Sequence[str]) -> None:
        super().__init__(())
        self._texts = list(texts)


class _BothWays(Percents):
    """Shares on both sides of 0, without signs."""

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        """Labels of all ticks."""
        return super().format_ticks([abs(value) for value in values])


def likert(
    survey: Survey,
    *,
    block: str | None = None,
    answers: Sequence[str] | None = None,
    ax: Axes | None = None,
    language: str = "en",
    width: str = "single",
) -> Axes:
    """Answers by item as bars on both sides of the middle of the scale, block by block, with the means.

    Shares of answers below and above the middle stand at the sides. Items in which agreement is bad are
    turned round, and marked with a star. Shares are of those who answered the item.

    Parameters
    ----------
    survey : kehu.surveys.Survey
        The answers; whole numbers on a scale of up to eleven, the same for all items that are drawn.
    block : str, optional
        Only the items of this block.
    answers : sequence of str, optional
        Words for the answers, from the low end to the high one; numbers if not given.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure, as tall as the items need, when not given.
    language : {"en", "zh"}
        Language of the labels.
    width : {"single", "double", "slide"}
        Size of a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    KeyError, TypeError, ValueError
        If it is no survey, has no such block, has scales that differ or are too fine, answers that are not
        whole or lie outside the scale, or ``answers`` are not as many as the scale has.

    Examples
    --------
    >>> import pandas as pd
    >>> from kehu.surveys import read
    >>> table = pd.DataFrame({"quick": [5, 4, 1, 3], "late": [1, 2, 4, 1]})
    >>> ax = likert(read(table, blocks={"delivery": ["quick", "late"]}, scale=(1, 5), reverse=["late"]))
    >>> [text.get_text() for text in ax.texts]
    ['25%', '50%', '25%', '75%']
    """
    if not isinstance(survey, Survey):
        raise TypeError(f"survey must come from kehu.surveys.read, got {type(survey).__name__}")
    if block is not None and block not in survey.blocks:
        raise KeyError(f"there is no block {block!r}; {closest(block, survey.blocks)}")
    items = survey.items if block is None else survey.items[survey.items["block"] == block]
    low, high = _scale(items)
    words = [str(answer) for answer in range(low, high + 1)] if answers is None else list(answers)
    if len(words) != high - low + 1:
        raise ValueError(f"answers must name the {high - low + 1} answers {low} to {high}, got {words!r}")
    found = survey.scored(block).to_numpy()
    if (found[np.isfinite(found)] % 1).any():
        raise ValueError("answers must be whole numbers; round them, or draw their means")
    if (found < low).any() or (found > high).any():
        raise ValueError(f"answers lie outside the scale ({low}, {high}); see kehu.surveys.clean")
    counts = np.array([_counts(one, low, high) for one in found.T])
    rows = _rows(items, headed=items["block"].nunique() > 1)
    names = [_item(items, row) if row >= 0 else [""] for row, _ in rows]
    tall = _TWO_LINES if max(map(len, names)) > 1 else ROW
    with canvas(ax, language=language, width=width, height=30 + tall * max(len(rows), 3)) as ax:
        places = [place for place, (row, _) in enumerate(rows) if row >= 0]
        reach = _bars(ax, counts, places)
        for place, (row, header) in enumerate(rows):
            if row < 0:
                _header(ax, place, header)
        ax.set_ylim(len(rows) - 0.4, -0.6)
        ax.yaxis.set_major_locator(FixedLocator(places))
        ax.yaxis.set_major_formatter(_Lines(["\n".join(lines) for lines in names]))
        ax.tick_params(axis="y", length=0)
        ticks = MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]).tick_values(*reach)
        ax.xaxis.set_major_locator(FixedLocator(ticks[(ticks >= reach[0]) & (ticks <= reach[1])]))
        ax.xaxis.set_major_formatter(_BothWays(language))
        ax.set_xlabel(_below(counts, items["reverse"].any(), language), linespacing=1.4)
        means = counts @ np.arange(low, high + 1) / np.maximum(counts.sum(axis=1), 1)
        written = dict(zip(places, _written(means, counts), strict=True))
        beside(ax, [written.get(place, "") for place in range(len(rows))], say("axis.mean_answer", language))
        named_answers = words if answers is None else [named(word, 20) for word in words]
        colours = _colours(len(words))
        legend_of_rows(
            ax,
            [dot(word, colour, colour, "s") for word, colour in zip(named_answers, colours, strict=True)],
            taken=9,
        )
    return ax


def _scale(items: Any) -> tuple[int, int]:
    """Ends of the scale of all items."""
    scales = items[["low", "high"]].drop_duplicates()
    if len(scales) > 1:
        shown = " and ".join(f"({low:g}, {high:g})" for low, high in scales.to_numpy()[:2])
        raise ValueError(f"items have scales that differ, {shown}; draw them block by block (block=)")
    low, high = scales.to_numpy()[0]
    if low % 1 or high % 1 or high - low >= _MOST_ANSWERS:
        raise ValueError(
            f"a scale of up to {_MOST_ANSWERS} whole numbers can be drawn, got ({low:g}, {high:g})"
        )
    return int(low), int(high)


def _counts(answers: np.ndarray, low: int, high: int) -> np.ndarray:
    """How often each answer was given."""
    given = answers[np.isfinite(answers)].astype(int)
    return np.bincount(given - low, minlength=high - low + 1)


def _rows(items: Any, *, headed: bool) -> list[tuple[int, str]]:
    """What stands in each row: the place of an item, or −1 and the name of a block."""
    rows: list[tuple[int, str]] = []
    blocks = items["block"].tolist()
    for name in dict.fromkeys(blocks):
        rows += [(-1, str(name))] if headed else []
        rows += [(place, "") for place, block in enumerate(blocks) if block == name]
    return rows


def _item(items: Any, place: int) -> list[str]:
    """Lines of an item's name."""
    star = " *" if items["reverse"].iloc[place] else ""
    lines = wrap(str(items["item"].iloc[place]), _LONGEST - len(star), 2) or ['" "']
    return [*map(literal, lines[:-1]), f"{literal(lines[-1])}{star}"]


def _colours(n: int) -> list[Any]:
    """Colours of answers, from the low end by a neutral middle to the high end."""
    half, odd = divmod(n, 2)
    strong = np.linspace(1 if half > 1 else 0.6, 0, half)
    return [*_LOW(strong), *[_NEUTRAL] * odd, *_HIGH(strong[::-1])]


def _bars(ax: Axes, counts: np.ndarray, places: list[int]) -> tuple[float, float]:
    """Bars around the middle of the scale, with what lies on either side; gives how far they reach."""
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    half, odd = divmod(shares.shape[1], 2)
    below, above = shares[:, :half].sum(axis=1), shares[:, half + odd :].sum(axis=1)
    start = -below - (shares[:, half] / 2 if odd else 0)
    ends = start + shares.sum(axis=1)
    for share, colour in zip(shares.T, _colours(shares.shape[1]), strict=True):
        look = {"color": colour, "edgecolor": "white", "linewidth": 0.3 * growth(ax)}
        ax.barh(places, share, left=start, height=0.74, **look)
        start = start + share
    ax.axvline(0, color=GREY, linewidth=0.5 * growth(ax), zorder=0.5)
    reach = min(float((ends - shares.sum(axis=1)).min()), 0.0), max(float(ends.max()), 0.0)
    # Room for a share at each side: five letters of those beside the names.
    part = 5.2 / max(letters(ax) - _LONGEST - 12, 12)
    room = part / (1 - 2 * part) * max(reach[1] - reach[0], 0.5)
    left, right = reach[0] - room, reach[1] + room
    ax.set_xlim(left, right)
    style = {"va": "center", "fontsize": note_size(ax)}
    for place, one, other, count in zip(places, below, above, counts.sum(axis=1), strict=True):
        if count:
            ax.text(left + 0.1 * room, place, percent(round(one, 2)), ha="left", color="#A94A00", **style)
            ax.text(right, place, percent(round(other, 2)), ha="right", color="#00558A", **style)
    return reach


def _header(ax: Axes, place: int, name: str) -> None:
    """Name a block above its items, with a line between the blocks."""
    style = {"va": "center", "ha": "left", "fontsize": note_size(ax), "color": INK}
    text = f" {literal(shorten(name, int(letters(ax)) - _LONGEST - 15))} "
    ax.text(0.0, place + 0.1, text, transform=ax.get_yaxis_transform(), **style)
    if place:
        ax.axhline(place - 0.45, color=GREY, linewidth=0.5 * growth(ax), zorder=0.5)


def _below(counts: np.ndarray, turned: bool, language: str) -> str:
    n = counts.sum(axis=1)
    key = "note.answers_an_item" if n.min() == n.max() else "note.answers_an_item_between"
    said = {"n": f"{n.min():,}"} if n.min() == n.max() else {"low": f"{n.min():,}", "high": f"{n.max():,}"}
    lines = [say("axis.share_of_answers", language), say(key, language, **said)]
    return "\n".join([*lines, say("note.turned_round", language)] if turned else lines)


def _written(means: np.ndarray, counts: np.ndarray) -> list[str]:
    known = counts.sum(axis=1) > 0
    return [
        f"{mean:.2f}".replace("-", "−") if there else "–" for mean, there in zip(means, known, strict=True)
    ]


def net_promoter(
    nps: NetPromoterScore, *, ax: Axes | None = None, language: str = "en", width: str = "single"
) -> Axes:
    """Bands of detractors, passives and promoters, and beside them the net promoter score with its limits.

    Groups, if any, stand below the whole, the highest score first. Shares are written where they have room.

    Parameters
    ----------
    nps : kehu.satisfaction.NetPromoterScore
        What `kehu.satisfaction.net_promoter_score` gives.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure, as tall as the groups need, when not given. Bands reach from 0 to 1
        of its horizontal axis, the scores stand to the right of them.
    language : {"en", "zh"}
        Language of the labels.
    width : {"single", "double", "slide"}
        Size of a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError
        If it is no such result.

    Examples
    --------
    >>> import pandas as pd
    >>> from kehu.satisfaction import net_promoter_score
    >>> ax = net_promoter(net_promoter_score(pd.DataFrame({"recommend": [10, 9, 9, 8, 7, 3, 10, 6, 9, 8]})))
    >>> [text.get_text() for text in ax.texts]
    ['30%', '50%']
    """
    if not isinstance(nps, NetPromoterScore):
        raise TypeError(f"nps must come from kehu.satisfaction.net_promoter_score, got {type(nps).__name__}")
    shares = [nps.bands["share"].to_numpy()]
    scores, names = [(nps.score, nps.low, nps.high)], [""]
    if nps.groups is not None:
        groups = nps.groups.sort_values("score", ascending=False, kind="stable")
        shares += list(groups[list(BANDS)].to_numpy())
        scores += [tuple(row) for row in groups[["score", "low", "high"]].to_numpy()]
        for group, n in zip(groups["group"], groups["n"], strict=True):
            lines = wrap(str(group), 16, 2) or ['" "']
            names.append("\n".join([*map(literal, lines[:-1]), f"{literal(lines[-1])} ({n:,})"]))
    tall = _TWO_LINES if any("\n" in name for name in names) else ROW
    places, level = np.arange(len(names)), percent(nps.confidence_level)
    with canvas(ax, language=language, width=width, height=26 + tall * max(len(names), 3)) as ax:
        scale, handles = growth(ax), []
        whole = say("note.whole_of", language, n=f"{nps.n:,}")
        lines = [whole, *(line for name in names for line in name.split("\n"))]
        _bands(ax, np.array(shares), max(map(text_width, lines)))
        for band, colour in _BANDS.items():
            handles.append(dot(say(f"nps.{band}", language), colour, colour, "s"))
        ticks = _score_ticks(np.array(scores))
        place = _Scores(ticks[0], ticks[-1], ticks, language)
        ax.axvline(place.of(0.0), color=GREY, linewidth=0.6 * scale, zorder=0.5)
        value, low, high = place.of(np.array(scores).T)
        ax.hlines(places, low, high, color=INK, linewidth=1.2 * scale, zorder=2)
        ax.scatter(value, places, s=18 * scale**2, color=INK, linewidth=0, zorder=3)
        handles.append(dot(say("note.score_with_interval", language, level=level), INK, INK))
        if len(names) > 1:
            ax.axhline(0.5, color=GREY, linewidth=0.5 * scale)
        ax.set_ylim(len(names) - 0.4, -0.6)
        ax.set_xlim(-0.02, _SCORES[1] + 0.05)
        # The whole is a word of the catalogue, groups are names from the data.
        ax.yaxis.set_minor_locator(FixedLocator([0]))
        ax.yaxis.set_minor_formatter(Words([whole], language))
        ax.yaxis.set_major_locator(FixedLocator(places[1:]))
        ax.yaxis.set_major_formatter(_Lines(names))
        ax.tick_params(axis="y", which="both", length=0)
        ax.xaxis.set_major_locator(FixedLocator(place.places))
        ax.xaxis.set_major_formatter(place)
        beside(ax, [with_limits(*score, 0) for score in scores], "")
        legend_of_rows(ax, handles, taken=16)
    return ax


def _bands(ax: Axes, shares: np.ndarray, longest: int) -> None:
    """Stacked bars, with the shares in those that are long enough."""
    bar = (letters(ax) - longest - 18) / (_SCORES[1] + 0.1)
    left = np.zeros(len(shares))
    for share, colour in zip(shares.T, _BANDS.values(), strict=True):
        places = np.arange(len(shares))
        look = {"color": colour, "edgecolor": "white", "linewidth": 0.4 * growth(ax)}
        ax.barh(places, share, left=left, height=0.72, **look)
        light = np.dot(mpl.colors.to_rgb(colour), (0.3, 0.59, 0.11)) > 0.55
        ink = INK if light else "white"
        style = {"ha": "center", "va": "center", "fontsize": note_size(ax)}
        for row in np.flatnonzero(share >= 3.7 / bar):
            ax.text(left[row] + share[row] / 2, row, percent(round(float(share[row]), 2)), color=ink, **style)
        left = left + share


def _score_ticks(scores: np.ndarray) -> np.ndarray:
    """Round scores that hold all limits and 0, three or four of them."""
    low, high = min(float(scores.min()), 0.0), max(float(scores.max()), 0.0)
    ticks = MaxNLocator(3, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    first = max(np.flatnonzero(ticks <= low)[-1:], default=0)
    last = min(np.flatnonzero(ticks >= high)[:1], default=len(ticks) - 1)
    return ticks[first : last + 1]


class _Scores(Localised):
    """Labels of an axis that holds shares from 0 to 1 and, to the right of them, scores."""

    def __init__(self, low: float, high: float, ticks: np.ndarray, language: str) -> None:
        super().__init__(language)
        self._low, self._high, self._ticks = low, high, ticks
        self.places = [0.0, 0.5, 1.0, *self.of(ticks)]

    def of(self, score: Any) -> Any:
        """Place of scores on the axis."""
        return _SCORES[0] + (score - self._low) / (self._high - self._low) * (_SCORES[1] - _SCORES[0])

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        """Labels of all ticks; below those in the middle what is shown."""
        scores = axis_numbers(self._ticks.tolist(), self.language)
        scores[len(scores) // 2] += f"\n{say('axis.score', self.language)}"
        return ["0%", f"50%\n{say('share', self.language)}", "100%", *scores][: len(values)]

    def __call__(self, x: float, pos: int | None = None) -> str:  # noqa: ARG002
        """Label of one place."""
        return percent(x) if x <= 1 else number(x, self.language)
