"""Diagrams of what is known in words: a timeline, a loop of steps, groups of parts, sides compared."""

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from kehu.figures.look import BLUE, GREY
from kehu.figures.ticks import width as text_width
from kehu.figures.words import check_language, say
from kehu.plots._boxes import (
    HEAD_BOX,
    LETTER,
    LINE,
    PALE_BOX,
    Paragraph,
    across_of,
    arrows,
    in_points,
    lines_for,
    panel,
    tall,
)
from kehu.plots._canvas import canvas, note_size, table
from kehu.plots._rules import growth

_LEAST_EVENT = 19 * LETTER  # width of an event from which events stand side by side
_MOST_STEPS, _MOST_SIDES = 16, 6
_STEP = 24 * LETTER  # width of a step, from which the columns of a loop follow
_PAD = 4.0
_ARROW = 13.0  # length of an arrow between boxes
_CELL = 22 * LETTER  # least width of a part in a row of parts
_SIDE = (0.15, 0.27)  # share of the width that the first column of a comparison takes


def timeline(events: Any, *, ax: Axes | None = None, language: str = "en", width: str = "single") -> Axes:
    """Events in their order, with when each was; the distances say nothing about time.

    Events stand side by side where there is room, else one below the other.

    Parameters
    ----------
    events : dataframe
        ``when`` and ``what``, both texts, the earliest first. An event without ``when`` is hollow.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure, as tall as the texts need, when not given.
    language : {"en", "zh"}
        Language of the words that are not from the data.
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
    >>> ax = timeline(pd.DataFrame({"when": ["2003", "2008"], "what": ["Taobao", "Taobao Mall"]}))
    >>> [text.get_text().strip() for text in ax.texts]
    ['2003', 'Taobao', '2008', 'Taobao Mall']
    """
    check_language(language)
    data = table(events, ("when", "what"), "events")
    what = texts(data["what"], "what")
    when = [None if pd.isna(each) else str(each) for each in data["when"]]
    across = across_of(ax, width)
    if across / len(data) >= _LEAST_EVENT:
        return _timeline_across(ax, when, what, across, language, width)
    return _timeline_down(ax, when, what, across, language, width)


def _timeline_across(
    ax: Axes | None, when: list[str | None], what: list[str], across: float, language: str, width: str
) -> Axes:
    each = across / len(what)
    room = each - 2.5 * _PAD
    head = LINE * max(lines_for(text or "", room) for text in when) + 2
    below = LINE * max(lines_for(text, room) for text in what)
    line, down = head + 6, head + 16 + below
    with canvas(ax, language=language, width=width, height=tall(down)) as ax:
        in_points(ax, across, down)
        arrows(ax, [(0, line)], [(across, line)])
        for place, (date, text) in enumerate(zip(when, what, strict=True)):
            left, right = place * each, place * each + room
            _event(ax, (left + 3, line), date, language, (left, right, 0, head), va="bottom")
            Paragraph(ax, (left, right, line + 9, down), text, ha="left", va="top")
    return ax


def _timeline_down(
    ax: Axes | None, when: list[str | None], what: list[str], across: float, language: str, width: str
) -> Axes:
    dates = [date or say("note.no_date", language) for date in when]
    side = min(max(LETTER * 1.25 * text_width(date) for date in dates) + _PAD, 0.34 * across)
    start = side + 16
    heights = [
        LINE * max(lines_for(text, across - start), lines_for(date, side)) + 9
        for date, text in zip(dates, what, strict=True)
    ]
    with canvas(ax, language=language, width=width, height=tall(sum(heights))) as ax:
        in_points(ax, across, sum(heights))
        arrows(ax, [(side + 8, 0)], [(side + 8, sum(heights))])
        top = 0.0
        for date, text, height in zip(when, what, heights, strict=True):
            middle, bottom = top + height / 2, top + height
            _event(ax, (side + 8, middle), date, language, (0, side, top, bottom), ha="right")
            Paragraph(ax, (start, across, top, bottom), text, ha="left")
            top = bottom
    return ax


def _event(
    ax: Axes,
    place: tuple[float, float],
    date: str | None,
    language: str,
    box: tuple[float, float, float, float],
    **side: str,
) -> None:
    """A point on the line and its date; a hollow point where none is known."""
    look = {"facecolor": BLUE if date else "white", "edgecolor": BLUE, "linewidth": growth(ax), "zorder": 3}
    ax.scatter(*place, s=26 * growth(ax) ** 2, **look)
    if date:
        Paragraph(ax, box, date, color=BLUE, **({"ha": "left"} | side))
        return
    x, ha = (box[1], "right") if side.get("ha") == "right" else (box[0], "left")
    y, va = (box[3], "bottom") if side.get("va") == "bottom" else ((box[2] + box[3]) / 2, "center")
    ax.text(x, y, say("note.no_date", language), color=GREY, fontsize=note_size(ax), ha=ha, va=va)


def cycle(steps: Any, *, ax: Axes | None = None, language: str = "en", width: str = "single") -> Axes:
    """Steps as numbered boxes in a ring, each leading to the next and the last to the first.

    Parameters
    ----------
    steps : dataframe
        ``step`` and, if there is one, ``detail``, both texts; two to sixteen steps in their order. A step
        without detail is a smaller text.
    ax, language, width
        As in `timeline`.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    KeyError, TypeError, ValueError
        If a column is missing or holds something else, or there are too few or too many rows.

    Examples
    --------
    >>> import pandas as pd
    >>> ax = cycle(pd.DataFrame({"step": ["plan", "implement", "improve"]}))
    >>> [text.get_text().strip() for text in ax.texts]
    ['1', 'plan', '2', 'implement', '3', 'improve']
    """
    check_language(language)
    data = table(steps, ("step",), "steps", optional=("detail",))
    if not 2 <= len(data) <= _MOST_STEPS:
        raise ValueError(f"steps must have 2 to {_MOST_STEPS} rows, got {len(data)}")
    names = texts(data["step"], "step")
    details = [None] * len(data)
    if "detail" in data:
        details = [None if pd.isna(each) or not str(each).strip() else str(each) for each in data["detail"]]
    across = across_of(ax, width)
    columns = int(np.clip((across + _ARROW) // (_STEP + _ARROW), 2, max(-(-len(data) // 2), 2)))
    places = ring(len(data), columns)
    wide = (across - (columns - 1) * _ARROW) / columns
    number = 2.6 * LETTER
    head = LINE * max(lines_for(name, wide - number - _PAD) for name in names) + 5
    body = LINE * max(lines_for(text, wide - 2 * _PAD) if text else 0 for text in details)
    high = head + (body + 4 if body else 0)
    rows = int(places[:, 1].max()) + 1
    down = rows * high + (rows - 1) * _ARROW
    corners = places * [wide + _ARROW, high + _ARROW]
    with canvas(ax, language=language, width=width, height=tall(down)) as ax:
        in_points(ax, across, down)
        for place, ((left, top), name, detail) in enumerate(zip(corners, names, details, strict=True), 1):
            right, bottom = left + wide, top + high
            panel(ax, (left, right, top, bottom), PALE_BOX)
            edge = top + head if detail else bottom
            panel(ax, (left, right, top, edge), HEAD_BOX)
            style = {"color": BLUE, "fontsize": note_size(ax), "ha": "left", "va": "center"}
            ax.text(left + _PAD, (top + edge) / 2, f"{place}", zorder=4, **style)
            Paragraph(ax, (left + _PAD + number, right - 1, top, edge), name, ha="left", zorder=4)
            if detail:
                inner = (left + _PAD, right - 1, edge, bottom)
                Paragraph(ax, inner, detail, ha="left", color=GREY, zorder=4)
        half = np.array([wide, high]) / 2
        arrows(ax, *_between(corners + half, half), colour=BLUE)
    return ax


def ring(n: int, columns: int) -> np.ndarray:
    """Column and row of each of ``n`` boxes in a ring, clockwise from the upper left; columns may be halves.

    Examples
    --------
    >>> ring(5, 2).tolist()
    [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [1.0, 2.0], [0.0, 2.0]]
    """
    top = min(columns, -(-n // 2))
    sides = max(n - 2 * top, 0)
    bottom, right = n - top - sides, -(-sides // 2)
    rows = right + 2
    found = [(column, 0.0) for column in range(top)]
    found += [(top - 1, row) for row in range(1, right + 1)]
    first = (top - bottom) / 2
    found += [(first + column, rows - 1) for column in reversed(range(bottom))]
    left = sides - right
    found += [(0, (row + 1) * (rows - 1) / (left + 1)) for row in reversed(range(left))]
    return np.array(found, dtype=float)


def _between(middles: np.ndarray, half: np.ndarray) -> tuple[list[Any], list[Any]]:
    """Starts and ends of arrows from each box to the next, from edge to edge."""
    starts, ends = [], []
    for one, other in zip(middles, np.roll(middles, -1, axis=0), strict=True):
        way = other - one
        out = float(np.min(half / np.maximum(np.abs(way), 1e-9)))
        starts.append(one + out * way)
        ends.append(other - out * way)
    return starts, ends


def modules(parts: Any, *, ax: Axes | None = None, language: str = "en", width: str = "single") -> Axes:
    """Parts of a system as boxes, group by group, without saying which acts on which.

    The boxes of the first group are filled; those of other groups, such as properties of the whole, are
    outlined.

    Parameters
    ----------
    parts : dataframe
        ``group`` and ``name``, both texts.
    ax, language, width
        As in `timeline`.

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
    >>> ax = modules(pd.DataFrame({"group": ["modules", "modules", "properties"],
    ...                            "name": ["sales", "service", "secure"]}))
    >>> [text.get_text().strip() for text in ax.texts]
    ['modules', 'sales', 'service', 'properties', 'secure']
    """
    check_language(language)
    data = table(parts, ("group", "name"), "parts")
    data = data.assign(group=texts(data["group"], "group"), name=texts(data["name"], "name"))
    groups = {str(group): rows["name"].tolist() for group, rows in data.groupby("group", sort=False)}
    across = across_of(ax, width)
    inner = across - 2 * _PAD
    grids = [_grid(names, inner) for names in groups.values()]
    heads = [LINE * lines_for(group, inner) + 6 for group in groups]
    heights = [head + sum(rows) + 5 * len(rows) for head, (_, rows) in zip(heads, grids, strict=True)]
    down = sum(heights) + 2
    with canvas(ax, language=language, width=width, height=tall(down)) as ax:
        in_points(ax, across, down)
        panel(ax, (0, across, 0, down), "white")
        top = 1.0
        for place, ((group, names), head, (columns, rows), height) in enumerate(
            zip(groups.items(), heads, grids, heights, strict=True)
        ):
            if place:
                look = {"color": GREY, "linewidth": 0.6 * growth(ax), "linestyle": (0, (3, 2))}
                ax.plot([0, across], [top, top], **look)
            Paragraph(ax, (_PAD, across - _PAD, top, top + head), group, ha="left", color=BLUE)
            tops = top + head + np.concatenate([[0], np.cumsum(np.array(rows[:-1]) + 5)])
            _draw_grid(ax, names, columns, tops, rows, HEAD_BOX if place == 0 else "white")
            top += height
    return ax


def _grid(names: list[str], inner: float) -> tuple[list[int], list[float]]:
    """How many parts each row has, as even as can be, and the heights of the rows."""
    most = max(int(inner // _CELL), 1)
    rows = -(-len(names) // most)
    columns = [len(part) for part in np.array_split(np.arange(len(names)), rows)]
    heights, start = [], 0
    for n in columns:
        room = (inner - (n - 1) * 5) / n - 2 * _PAD
        heights.append(LINE * max(lines_for(name, room) for name in names[start : start + n]) + 8)
        start += n
    return columns, heights


def _draw_grid(
    ax: Axes, names: list[str], columns: list[int], tops: np.ndarray, heights: list[float], face: str
) -> None:
    inner, start = ax.get_xlim()[1] - 2 * _PAD, 0
    for n, top, height in zip(columns, tops, heights, strict=True):
        wide = (inner - (n - 1) * 5) / n
        for place, name in enumerate(names[start : start + n]):
            left = _PAD + place * (wide + 5)
            panel(ax, (left, left + wide, top, top + height), face)
            Paragraph(ax, (left + 2, left + wide - 2, top, top + height), name, zorder=4)
        start += n


def side_by_side(
    comparison: Any, *, ax: Axes | None = None, language: str = "en", width: str = "single"
) -> Axes:
    """Compare two or more sides in words: a row an aspect, a column a side.

    Parameters
    ----------
    comparison : pandas.DataFrame
        The aspects in the first column, the sides in up to six others, all texts. What is missing is left
        blank.
    ax, language, width
        As in `timeline`.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        If it is no such table, or has no rows or too few or too many columns.

    Examples
    --------
    >>> import pandas as pd
    >>> ax = side_by_side(pd.DataFrame({"aspect": ["start"], "Taobao": ["2003"], "Tmall": ["2008"]}))
    >>> [text.get_text().strip() for text in ax.texts]
    ['Taobao', 'Tmall', 'start', '2003', '2008']
    """
    check_language(language)
    if not isinstance(comparison, pd.DataFrame):
        raise TypeError(f"comparison must be a pandas DataFrame, got {type(comparison).__name__}")
    sides = [str(column) for column in comparison.columns[1:]]
    if not 1 <= len(sides) <= _MOST_SIDES:
        raise ValueError(f"comparison must have 2 to {_MOST_SIDES + 1} columns, got {len(sides) + 1}")
    if comparison.empty:
        raise ValueError("comparison has no rows; there is nothing to plot")
    cells = [["" if pd.isna(each) else str(each) for each in row] for row in comparison.to_numpy(object)]
    across = across_of(ax, width)
    longest = max(LETTER * text_width(row[0]) for row in cells) + 3 * _PAD
    first = float(np.clip(longest / across, *_SIDE)) * across
    each = (across - first) / len(sides)
    edges = np.array([0.0, *(first + each * np.arange(len(sides) + 1))])
    rooms = np.diff(edges) - 2 * _PAD
    rows = [["", *sides], *cells]
    heights = [
        LINE * max(lines_for(text, room) for text, room in zip(row, rooms, strict=True)) + 6 for row in rows
    ]
    tops = np.concatenate([[0], np.cumsum(heights)])
    with canvas(ax, language=language, width=width, height=tall(tops[-1])) as ax:
        in_points(ax, across, tops[-1])
        for row, (top, bottom) in enumerate(pairwise(tops)):
            for column, text in enumerate(rows[row]):
                box = (edges[column] + _PAD, edges[column + 1] - _PAD, top + 2, bottom - 2)
                if text.strip():
                    head = row == 0 or column == 0
                    Paragraph(ax, box, text, ha="left", color=BLUE if head else "#222222", zorder=4)
            heavy = {0: 1.0, 1: 0.7, len(rows): 1.0}.get(row, 0.4)
            _rule(ax, across, top, heavy)
        _rule(ax, across, tops[-1], 1.0)
    return ax


def _rule(ax: Axes, across: float, y: float, heavy: float) -> None:
    look = {"color": "#222222" if heavy > 0.5 else "#B0B0B0", "linewidth": heavy * growth(ax)}
    ax.plot([0, across], [y, y], clip_on=False, **look)


def texts(column: pd.Series, name: str) -> list[str]:
    """Texts of a column, none of them missing."""
    found = [None if pd.isna(each) else str(each) for each in column]
    for row, text in enumerate(found):
        if not text or not text.strip():
            raise ValueError(f"{name} must hold texts, got {column.iloc[row]!r} in row {row}")
    return [str(text) for text in found]
