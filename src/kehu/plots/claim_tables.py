"""Charts that read like tables: an audit of figures, and indicators before and after."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from kehu import frames
from kehu.figures.look import BLUE, GREY, INK, OCHRE, VERMILLION
from kehu.figures.words import check_language, say
from kehu.plots._boxes import LETTER, LINE, Paragraph, across_of, in_points, lines_for, tall
from kehu.plots._canvas import canvas
from kehu.plots._rows import legend_of_rows, line
from kehu.plots._rules import dot, growth
from kehu.plots._tables import figure, head, mark, rule, with_chinese, worded, write
from kehu.plots.diagrams import texts

# Verdict → marker, face, edge: told apart by shape and by colour.
VERDICTS = {
    "agrees": ("o", BLUE, BLUE),
    "differs": ("^", OCHRE, OCHRE),
    "contradicts": ("X", VERMILLION, VERMILLION),
    "cannot be checked": ("s", "white", GREY),
}
_PAD = 5.0
_KEY = 8 * LETTER
_NUMBER = 10.5 * LETTER
_WIDE = 380.0  # points across from which figures stand beside the marks
_LEGEND = 20.0  # points
_FINE = 0.01  # ratios within one per cent of 1 are on an even scale, others on a logarithmic one
_NO_RATIO = ("year", "rank")  # units of which a ratio says nothing
_RATIOS = {0.01: "1/100", 0.1: "1/10", 0.5: "1/2", 0.9: "0.9", 1.1: "1.1", 2.0: "2", 10.0: "10", 100.0: "100"}


class _Row(NamedTuple):
    """A check, in words and figures."""

    key: str
    item: str
    check: str
    unit: str
    stated: float
    compared: float
    verdict: str
    written: dict[str, str]
    has_ratio: bool

    @property
    def ratio(self) -> float:
        """Stated over compared, where both are above 0 and their ratio means something."""
        if not (self.has_ratio and self.stated > 0 and self.compared > 0):
            return float("nan")
        return self.stated / self.compared

    @property
    def is_open(self) -> bool:
        """Whether there is nothing to compare with."""
        return self.verdict == "cannot be checked" and bool(np.isnan(self.compared))


def audit(checks: Any, *, ax: Axes | None = None, language: str = "en", width: str = "single") -> Axes:
    """Stated figures over those they are compared with, row by row, with a verdict by colour and shape.

    The scale is one of ratios, even within one per cent of 1 and logarithmic beyond; years and ranks have
    none. Items for which there is nothing to compare are listed below. On a page (``width="double"``) the
    figures stand beside.

    Parameters
    ----------
    checks : dataframe
        ``key``, ``item``, ``stated``, ``compared`` and ``verdict`` (``"agrees"``, ``"differs"``,
        ``"contradicts"`` or ``"cannot be checked"``), and if there are such ``check`` and ``unit``; the
        table of `kehu.claims.audit`, or rows of it. In Chinese, texts are taken from columns with ``_zh``.
        More than some 45 rows are too many for a page.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure, as tall as the rows need, when not given.
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
        If a column is missing or holds something else, or there are no rows.

    Examples
    --------
    >>> import pandas as pd
    >>> checks = pd.DataFrame({"key": ["D3.m1"], "item": ["online retail"], "stated": [9.08],
    ...                        "compared": [9.0065], "verdict": ["differs"]})
    >>> ax = audit(checks)
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['differs']
    """
    check_language(language)
    rows = _rows(checks, language)
    across = across_of(ax, width)
    shown = {(row.key, row.item) for row in rows if not row.is_open}
    compared = [row for row in rows if (row.key, row.item) in shown]
    listed = list({(row.key, row.item): row for row in rows if (row.key, row.item) not in shown}.values())
    # A key and an item stand once.
    seen = [None, *((row.key, row.item) for row in compared)]
    fresh = [(row.key, row.item) != before for row, before in zip(compared, seen, strict=False)]
    columns = _columns(across)
    heights = [_height(row, new, columns) for row, new in zip(compared, fresh, strict=True)]
    top = 2 * LINE + 4 if compared else 2.0
    below = top + sum(heights)
    grid = _listing(listed, across)
    down = below + (grid[-1][1] if grid else 0) + 4
    with canvas(ax, language=language, width=width, height=tall(down + _LEGEND)) as ax:
        in_points(ax, across, down)
        end = max([np.log(1.1), *(abs(np.log(row.ratio)) for row in compared if row.ratio > 0)]) * 1.15
        if compared:
            _draw_head(ax, columns, top, language)
            _draw_scale(ax, columns["scale"], top, below, end)
        rule(ax, across, top, 0.7)
        y = top
        for place, (row, new, height) in enumerate(zip(compared, fresh, heights, strict=True)):
            if place and new:
                rule(ax, across, y)
            _draw_row(ax, row, new, columns, y, y + height, end)
            y += height
        rule(ax, across, below, 0.7)
        if listed:
            _draw_listing(ax, listed, grid, across, below, language)
        kinds = [verdict for verdict in VERDICTS if any(row.verdict == verdict for row in rows)]
        legend_of_rows(
            ax,
            [dot(say(f"verdict.{kind}", language), *VERDICTS[kind][1:], VERDICTS[kind][0]) for kind in kinds],
        )
    return ax


def _rows(checks: Any, language: str) -> list[_Row]:
    wanted = ("key", "item", "stated", "compared", "verdict")
    data = with_chinese(checks, wanted, "checks", texts=("item", "check", "unit"), optional=("check", "unit"))
    for verdict in data["verdict"].unique():
        if verdict not in VERDICTS:
            raise ValueError(f"verdict {verdict!r} is not known; {frames.closest(verdict, VERDICTS)}")
    stated, compared = (frames.numbers(data[name], name) for name in ("stated", "compared"))
    keys = texts(data["key"], "key")
    items = [text or "" for text in worded(data, "item", language)]
    more, units = (
        [text or "" for text in worded(data, name, language)] if name in data else [""] * len(data)
        for name in ("check", "unit")
    )
    written = [
        {name: figure(value, unit, language) for name, value in (("stated", one), ("compared", other))}
        for one, other, unit in zip(stated, compared, units, strict=True)
    ]
    has_ratio = ~data["unit"].isin(_NO_RATIO) if "unit" in data else [True] * len(data)
    columns = (keys, items, more, units, stated, compared, data["verdict"].astype(str), written, has_ratio)
    return [_Row(*row) for row in zip(*columns, strict=True)]


def _columns(across: float) -> dict[str, tuple[float, float]]:
    """Left and right side of each column, in points."""
    scale = float(np.clip(0.26 * across, 66, 120))
    right = across - 14
    found = {"verdict": (right, across), "scale": (right - scale, right - 8)}
    left, free = _KEY, right - scale - _PAD - 8
    if across < _WIDE:
        found |= {"item": (left, free), "check": (left, free)}
    else:
        numbers = free - 2 * _NUMBER - 14 * LETTER
        middle = left + 0.44 * (numbers - left)
        found |= {"item": (left, middle - _PAD), "check": (middle, numbers - _PAD)}
        found |= {
            "stated": (numbers, numbers + _NUMBER),
            "compared": (numbers + _NUMBER, numbers + 2 * _NUMBER),
        }
        found["unit"] = (numbers + 2 * _NUMBER + _PAD, free)
    return found | {"key": (0.0, _KEY)}


def _height(row: _Row, new: bool, columns: dict[str, tuple[float, float]]) -> float:
    wanted = {
        name: lines_for(getattr(row, name), columns[name][1] - columns[name][0])
        for name in ("item", "check", "unit")
        if name in columns and getattr(row, name)
    }
    if not new:
        wanted.pop("item", None)
    if "unit" in columns:
        return LINE * max(wanted.values(), default=1) + 5
    return LINE * max(sum(wanted.values()), 1) + 5


def _draw_head(ax: Axes, columns: dict[str, tuple[float, float]], top: float, language: str) -> None:
    for name in ("stated", "compared"):
        if name in columns:
            head(ax, (*columns[name], 0, top - 2), say(f"audit.{name}", language), "right")
    left, right = columns["scale"]
    write(
        ax,
        (left + right) / 2,
        top - LINE * 1.6,
        say("axis.stated_over_compared", language),
        ha="center",
        color=GREY,
    )


def _draw_scale(ax: Axes, side: tuple[float, float], top: float, below: float, end: float) -> None:
    """Ratios above the rows, as many as have room, and faint lines down."""
    shown: list[float] = []
    for ratio, text in {1.0: "1", 1.1: "1.1", 0.9: "0.9", 10.0: "10", 0.1: "1/10", **_RATIOS}.items():
        if abs(np.log(ratio)) > end:
            continue
        x = _at(ratio, side, end)
        if all(abs(x - other) > LETTER * 3.9 for other in shown):
            shown.append(x)
            write(ax, x, top - LINE * 0.55, text, ha="center", color=GREY)
            look = {"color": INK if ratio == 1 else "#C4C4C4", "zorder": 1}
            ax.plot([x, x], [top, below], linewidth=(0.7 if ratio == 1 else 0.4) * growth(ax), **look)


def _at(ratio: float, side: tuple[float, float], end: float) -> float:
    """Place of a ratio on the scale."""
    place = np.arcsinh(np.log(ratio) / _FINE) / np.arcsinh(end / _FINE)
    return float(np.mean(side) + place * (side[1] - side[0]) / 2)


def _draw_row(
    ax: Axes,
    row: _Row,
    new: bool,
    columns: dict[str, tuple[float, float]],
    top: float,
    bottom: float,
    end: float,
) -> None:
    stacked = "unit" not in columns
    split = top  # between the item and, below it on a narrow page, what it is compared with
    if new:
        beside = not (stacked and row.check)
        split = bottom if beside else top + 3 + LINE * lines_for(row.item, np.ptp(columns["item"]))
        Paragraph(ax, (*columns["key"], top, split), row.key, ha="left", color=BLUE)
        Paragraph(ax, (*columns["item"], top, split), row.item, ha="left")
    upper = split if stacked and row.check else top
    middle = (upper + bottom) / 2
    if row.check:
        Paragraph(ax, (*columns["check"], upper, bottom), row.check, ha="left", color=GREY)
    if not stacked:
        for name in ("stated", "compared"):
            write(ax, columns[name][1], middle, row.written[name])
        Paragraph(ax, (*columns["unit"], top, bottom), row.unit, ha="left", color=GREY)
    look = VERDICTS[row.verdict]
    if row.ratio > 0:
        one, x = _at(1.0, columns["scale"], end), _at(row.ratio, columns["scale"], end)
        ax.plot([one, x], [middle, middle], color=look[2], linewidth=0.8 * growth(ax), zorder=3)
        mark(ax, x, middle, *look)
    mark(ax, np.mean(columns["verdict"]) + 2, middle, *look)


def _listing(listed: list[_Row], across: float) -> list[tuple[float, float]]:
    """Upper and lower side of the rows of the list, below its heading; entries stand side by side in them."""
    if not listed:
        return []
    n = max(int(across // (46 * LETTER)), 1)
    room = across / n - _KEY - _PAD
    found, y = [], LINE + 8
    for start in range(0, len(listed), n):
        lines = max(lines_for(row.item, room) for row in listed[start : start + n])
        found.append((y, y + LINE * lines + 2))
        y = found[-1][1]
    return found


def _draw_listing(
    ax: Axes, listed: list[_Row], grid: list[tuple[float, float]], across: float, below: float, language: str
) -> None:
    n = -(-len(listed) // len(grid))
    mark(ax, 5, below + LINE / 2 + 5, *VERDICTS["cannot be checked"])
    write(ax, 13, below + LINE / 2 + 5, say("note.nothing_compared", language), ha="left", color=GREY)
    for place, row in enumerate(listed):
        upper, lower = (below + side for side in grid[place // n])
        left, right = across / n * (place % n), across / n * (place % n + 1)
        Paragraph(ax, (left, left + _KEY, upper, lower), row.key, ha="left", color=BLUE)
        Paragraph(ax, (left + _KEY, right - _PAD, upper, lower), row.item, ha="left")


def before_after(
    indicators: Any, *, ax: Axes | None = None, language: str = "en", width: str = "single"
) -> Axes:
    """Indicators before and after as figures, and after as an index where before is 100.

    What is missing is left blank. A value before that was implied by a growth rate is hollow.

    Parameters
    ----------
    indicators : dataframe
        ``item``, ``before`` and ``after`` (missing where the source is blank), and if there are such
        ``key``, ``unit``, ``implied`` (whether before is implied, not stated) and ``change_pct`` (a stated
        change in per cent, shown where before or after is missing). In Chinese, texts are taken from
        columns with ``_zh``.
    ax, language, width
        As in `audit`.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    KeyError, TypeError, ValueError
        If a column is missing or holds something else, or there are no rows.

    Examples
    --------
    >>> import pandas as pd
    >>> ax = before_after(pd.DataFrame({"item": ["sales", "satisfaction"], "before": [17.6, None],
    ...                                 "after": [22.0, None], "implied": [True, False]}))
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['Before: implied', 'After']
    """
    check_language(language)
    optional = ("key", "unit", "implied", "change_pct")
    data = with_chinese(
        indicators, ("item", "before", "after"), "indicators", texts=("item", "unit"), optional=optional
    )
    items = texts(pd.Series(worded(data, "item", language)), "item")
    units, keys = (
        [text or "" for text in worded(data, name, language)] if name in data else [""] * len(data)
        for name in ("unit", "key")
    )
    before, after = (frames.numbers(data[name], name) for name in ("before", "after"))
    implied = data["implied"].fillna(False).astype(bool).to_numpy() if "implied" in data else before != before
    change = frames.numbers(data["change_pct"], "change_pct") if "change_pct" in data else np.nan * before
    index = np.where(before > 0, 100 * after / np.where(before > 0, before, 1), np.nan)
    alone = np.isnan(index) & ~np.isnan(change)
    index = np.where(alone, 100 + change, index)
    across = across_of(ax, width)
    columns = _before_columns(across)
    room, indent = np.ptp(columns["item"]), _KEY if any(keys) else 0.0
    second = [bool(key or unit) for key, unit in zip(keys, units, strict=True)]
    heights = [
        LINE * (lines_for(item, room) + lines_for(unit, room - indent) * two) + 7
        for item, unit, two in zip(items, units, second, strict=True)
    ]
    top = 2 * LINE + 4
    below = top + sum(heights)
    with canvas(ax, language=language, width=width, height=tall(below + 2 + _LEGEND)) as ax:
        in_points(ax, across, below + 2)
        for name in ("before", "after"):
            head(ax, (*columns[name], 0, top - 2), say(f"axis.{name}", language), "right")
        place = _index_scale(ax, columns["scale"], index, top, below, language)
        rule(ax, across, top, 0.7)
        y = top
        for row, (item, unit, key, height) in enumerate(zip(items, units, keys, heights, strict=True)):
            middle, bottom = y + height / 2, y + height
            split = y + 3 + LINE * lines_for(item, room) if second[row] else bottom
            left, right = columns["item"]
            if row:
                rule(ax, across, y)
            Paragraph(ax, (left, right, y + 1, split), item, ha="left")
            if key:
                Paragraph(ax, (left, left + indent, split - 1, bottom - 1), key, ha="left", color=BLUE)
            if unit:
                Paragraph(ax, (left + indent, right, split - 1, bottom - 1), unit, ha="left", color=GREY)
            write(
                ax,
                columns["before"][1],
                middle,
                figure(before[row], unit, language),
                color=GREY if implied[row] else INK,
            )
            write(ax, columns["after"][1], middle, figure(after[row], unit, language))
            if np.isfinite(index[row]):
                colour = GREY if alone[row] else BLUE
                look = {"color": colour, "linewidth": 1.4 * growth(ax), "zorder": 3}
                ax.plot([place(100.0), place(index[row])], [middle, middle], **look)
                if not alone[row]:
                    mark(ax, place(100.0), middle, "o", "white" if implied[row] else INK, INK)
                mark(ax, place(index[row]), middle, "D", "white" if alone[row] else BLUE, colour)
            y += height
        rule(ax, across, below, 0.7)
        legend_of_rows(ax, _before_handles(np.isfinite(index) & ~alone, implied, alone, language))
    return ax


def _before_columns(across: float) -> dict[str, tuple[float, float]]:
    """Left and right side of each column, in points."""
    scale, number = 0.34 * across, 7.5 * LETTER
    right = across - scale - 3 * _PAD
    return {
        "item": (0.0, right - 2 * number),
        "before": (right - 2 * number, right - number),
        "after": (right - number, right),
        "scale": (across - scale, across - 6),
    }


def _index_scale(
    ax: Axes, side: tuple[float, float], index: np.ndarray, top: float, below: float, language: str
) -> Any:
    """Numbers above the rows and faint lines down; gives back where an index stands."""
    found = np.append(index[np.isfinite(index)], 100.0)
    low, high = float(found.min()), float(found.max())
    room = max(high - low, 10.0) * 0.08
    low, high = min(low - room, 100 - room), max(high + room, 100 + room)

    def place(value: float) -> float:
        return side[0] + (side[1] - side[0]) * (value - low) / (high - low)

    write(
        ax,
        (side[0] + side[1]) / 2,
        top - LINE * 1.6,
        say("axis.index_after", language),
        ha="center",
        color=GREY,
    )
    wanted = max(int((side[1] - side[0]) // (7 * LETTER)), 2)
    step = next(
        s * 10.0**p for p in range(0, 12) for s in (1, 2, 5) if (high - low) / (s * 10.0**p) <= wanted
    )
    ticks = step * np.arange(np.ceil(low / step), np.floor(high / step) + 1)
    for tick in sorted({100.0, *(t for t in ticks if abs(t - 100) > 0.9 * step or t == 100)}):
        write(ax, place(tick), top - LINE * 0.55, figure(tick, None, language), ha="center", color=GREY)
        look = {"color": INK if tick == 100 else "#C4C4C4", "zorder": 1}
        ax.plot([place(tick)] * 2, [top, below], linewidth=(0.7 if tick == 100 else 0.4) * growth(ax), **look)
    return place


def _before_handles(shown: np.ndarray, implied: np.ndarray, alone: np.ndarray, language: str) -> list[Any]:
    kinds = {
        "note.before_stated": (INK, INK, "o", bool((shown & ~implied).any())),
        "note.before_implied": ("white", INK, "o", bool((shown & implied).any())),
        "axis.after": (BLUE, BLUE, "D", bool(shown.any())),
        "note.only_change": ("white", GREY, "D", bool(alone.any())),
    }
    handles = [dot(say(key, language), *look) for key, (*look, there) in kinds.items() if there]
    return handles or [line(say("note.nothing_compared", language), "none")]
