"""Chart of a hierarchy of criteria with their weights."""

import re
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from kehu.ahp import Hierarchy
from kehu.ahp.consistency import LIMIT
from kehu.ahp.matrix import check_method
from kehu.figures.look import BLUE, INK
from kehu.figures.numerals import number
from kehu.figures.ticks import literal, shorten
from kehu.figures.ticks import width as text_width
from kehu.figures.words import say
from kehu.plots._canvas import canvas, note_size
from kehu.plots._rules import dot, growth, legend_row
from kehu.plots._weights import EM, letters

_LINE = 2.9  # mm: height of a line of text
_GOAL, _NUMBER = 2.4, 6.5  # letters: a line of the goal, a weight
_GAP = (3.0, 9.0)  # letters between columns
_INNER = (7.0, 20.0)  # letters of a divided criterion
_FEWEST = 5  # rows for which there is room
_WORD = 11.0  # letters of a word that are not cut if there is room
_PIECES = re.compile(r"[\u2e80-\uffff]\s*|[^\s\u2e80-\uffff]+\s*")


@dataclass(frozen=True)
class _Place:
    """A criterion of the tree: its column, the middle of its rows, how many these are, and its weight."""

    column: int
    y: float
    rows: int
    weight: float
    is_leaf: bool


def weight_tree(
    hierarchy: Hierarchy,
    *,
    method: str = "eigenvector",
    ax: Axes | None = None,
    language: str = "en",
    width: str = "single",
) -> Axes:
    """Tree of criteria from the goal to those that are not divided, with global weights.

    Parameters
    ----------
    hierarchy : kehu.ahp.Hierarchy
        The criteria. Of more than three levels, or with long names, take ``width="double"``.
    method : {"eigenvector", "geometric_mean", "normalised_columns", "harker"}
        How weights are found; see `kehu.ahp.PairwiseMatrix.weights`.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure, as tall as the criteria need, when not given.
    language : {"en", "zh"}
        Language of the labels.
    width : {"single", "double", "slide"}
        Size of a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        If it is no such hierarchy, or the method is unknown.

    Examples
    --------
    >>> ax = weight_tree(Hierarchy("service", {"judgements": "3", "criteria": ["speed", "care"]}))
    >>> [text.get_text().strip() for text in ax.texts]
    ['service', '0.750', 'speed', '0.250', 'care']
    """
    if not isinstance(hierarchy, Hierarchy):
        raise TypeError(f"hierarchy must be a kehu.ahp.Hierarchy, got {type(hierarchy).__name__}")
    check_method(method)
    places = _places(hierarchy, method)
    n = places[hierarchy.goal].rows
    row, tall = _LINE * (2.6 if _crowded(places) else 2.1), max(n, _FEWEST)
    goal = wrap(hierarchy.goal, int(0.7 * row * tall), 2)
    with canvas(ax, language=language, width=width, height=12 + row * tall) as ax:
        scale = growth(ax)
        starts, ends = _columns(places, letters(ax), _GOAL * len(goal))
        for name, place in places.items():
            _stub(ax, starts, ends, place, scale)
            for child in hierarchy.nodes[name].children if name in hierarchy.nodes else ():
                _branch(ax, ends[place.column], place, starts, places[child], scale)
        for name, place in places.items():
            if place.column == 0:
                style = {"rotation": 90, "va": "center", "linespacing": 1.1, "fontsize": note_size(ax)}
                ax.text(0, place.y, _lines(goal), ha="left", **style)
            elif place.is_leaf:
                _label_leaf(ax, name, place, ends[-1], letters(ax))
            else:
                _label_inner(ax, name, place, starts, ends, row)
        ax.set_xlim(0, letters(ax))
        ax.set_ylim((n + tall) / 2 - 0.4, (n - tall) / 2 - 0.6)
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_visible(False)
        ax.spines[:].set_visible(False)
        handle = Line2D([], [], color=BLUE, linewidth=2.5 * scale, label=say("note.line_by_weight", language))
        legend_row(ax, [handle, *_consistency(hierarchy, language)])
    return ax


def _crowded(places: dict[str, _Place]) -> bool:
    """Whether some rows hold two lines of text: a name in two lines, or a name and a weight."""
    longest = 40 if max(place.column for place in places.values()) < 3 else 15
    return any(
        text_width(name) > longest if place.is_leaf else place.rows == 1 for name, place in places.items()
    )


def _places(hierarchy: Hierarchy, method: str) -> dict[str, _Place]:
    table = hierarchy.weights(method).set_index("criterion")
    weights, columns = table["weight"].to_dict(), table["level"].to_dict()
    found: dict[str, _Place] = {}
    free = 0

    def put(name: str) -> _Place:
        nonlocal free
        children = hierarchy.nodes[name].children if name in hierarchy.nodes else ()
        below = [put(child) for child in children]
        y = (below[0].y + below[-1].y) / 2 if below else float(free)
        free += not below
        rows = sum(place.rows for place in below) or 1
        found[name] = _Place(int(columns.get(name, 0)), y, rows, float(weights.get(name, 1.0)), not below)
        return found[name]

    put(hierarchy.goal)
    return {name: found[name] for name in (hierarchy.goal, *weights)}


def _columns(places: dict[str, _Place], total: float, goal: float) -> tuple[np.ndarray, np.ndarray]:
    """Where columns start and end, in letters; those that are not divided stand in the last."""
    depth = max(place.column for place in places.values())
    leaves = max(text_width(name) for name, place in places.items() if place.is_leaf)
    least, wanted = np.full((2, depth - 1), _INNER[0])
    for name, place in places.items():
        if 0 < place.column < depth and not place.is_leaf:
            here = place.column - 1
            words = max(map(text_width, _PIECES.findall(name)), default=0)
            least[here] = max(least[here], min(words, _WORD))
            wanted[here] = max(wanted[here], min(text_width(name), _INNER[1]))
    room = total - goal - _NUMBER - 3 - depth * _GAP[0]
    left = room - min(leaves, room * (0.4 if depth > 1 else 1))
    more = (wanted - least).sum()
    wanted = least + (wanted - least) * np.clip((left - least.sum()) / more if more else 0, 0, 1)
    gap = np.clip(_GAP[0] + (room - leaves - wanted.sum()) / (depth + 1), *_GAP)
    widths = np.array([goal, *wanted, 1.0])
    starts = np.concatenate([[0.0], np.cumsum(widths[:-1] + gap)])
    return starts, starts + widths


def _thickness(weight: float, scale: float) -> float:
    return (0.5 + 5.5 * weight) * scale


def _stub(ax: Axes, starts: np.ndarray, ends: np.ndarray, place: _Place, scale: float) -> None:
    if place.column:
        end = ends[-1] if place.is_leaf else ends[place.column]
        look = {"color": BLUE, "linewidth": _thickness(place.weight, scale), "solid_capstyle": "butt"}
        ax.plot([starts[place.column], end], [place.y, place.y], zorder=2, **look)


def _branch(ax: Axes, start: float, parent: _Place, starts: np.ndarray, child: _Place, scale: float) -> None:
    end = starts[child.column]
    middle = (start + end) / 2
    points = [(start, parent.y), (middle, parent.y), (middle, child.y), (end, child.y)]
    path = Path(points, [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4])
    look = {"edgecolor": BLUE, "linewidth": _thickness(child.weight, scale), "capstyle": "butt"}
    ax.add_patch(PathPatch(path, fill=False, zorder=1, **look))


def _label_leaf(ax: Axes, name: str, place: _Place, end: float, total: float) -> None:
    style = {"textcoords": "offset points", "va": "center", "fontsize": note_size(ax), "linespacing": 1.1}
    lines = wrap(name, max(int(total - end - _NUMBER - 1), 8), 2)
    letter = EM * note_size(ax)
    ax.annotate(f"{place.weight:.3f}", (end, place.y), (0.6 * letter, 0), color=BLUE, **style)
    ax.annotate(_lines(lines), (end, place.y), (_NUMBER * letter, 0), color=INK, **style)


def _label_inner(
    ax: Axes, name: str, place: _Place, starts: np.ndarray, ends: np.ndarray, row: float
) -> None:
    """Name above the line of a criterion, its weight below."""
    start = starts[place.column]
    lines = max(int(place.rows * row / 2 / _LINE), 1)
    text = _lines(wrap(name, int(ends[place.column] - start) + 1, lines))
    away = _thickness(place.weight, growth(ax)) / 2 + 0.8 * growth(ax)
    style = {"textcoords": "offset points", "fontsize": note_size(ax), "ha": "left"}
    spaced = {"linespacing": 1.1, "color": INK}
    ax.annotate(text, (start - 0.4, place.y), (0, away), va="bottom", **spaced, **style)
    ax.annotate(f"{place.weight:.3f}", (start, place.y), (0, -away), va="top", color=BLUE, **style)


def _lines(found: list[str]) -> str:
    """Lines of a name; blanks around them keep them from being taken for words of the catalogue."""
    return "\n".join(f" {literal(line)} " for line in found)


def _consistency(hierarchy: Hierarchy, language: str) -> list[Line2D]:
    found = hierarchy.consistency()
    if found.empty:
        return []
    ratio, limit = (number(round(value, 3), language) for value in (float(found["cr"].max()), LIMIT))
    label = say("note.largest_consistency", language, value=ratio, limit=limit)
    return [dot(label, "none", "none", "none")]


def wrap(text: str, longest: int, lines: int) -> list[str]:
    """Break a name into lines, between words or Chinese characters; the last line is cut if need be.

    Examples
    --------
    >>> wrap("speed of delivery", 9, 3), wrap("物流配送时效", 6, 2), wrap("after-sales service", 12, 1)
    (['speed of', 'delivery'], ['物流配', '送时效'], ['after-sal...'])
    """
    pieces = _PIECES.findall(" ".join(text.split()))
    found: list[str] = []
    for place, piece in enumerate(pieces):
        if found and text_width((found[-1] + piece).rstrip()) <= longest:
            found[-1] += piece
        elif len(found) < lines:
            found.append(piece)
        else:
            found[-1] += "".join(pieces[place:])
            break
    return [shorten(line, longest) for line in found]
