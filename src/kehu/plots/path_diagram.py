"""Diagram of a path model: boxes of constructs and arrows with coefficients."""

from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import Rectangle

from kehu.figures.look import BLUE, GREY, INK, VERMILLION
from kehu.figures.ticks import literal
from kehu.figures.words import say
from kehu.plots._canvas import canvas, note_size
from kehu.plots._layered import on_grid
from kehu.plots._rows import legend_of_rows, line
from kehu.plots._rules import dot, growth
from kehu.plots._weights import EM, letters
from kehu.plots.hierarchy import wrap
from kehu.satisfaction import PathModel

_MOST = 16
# Points, as all lengths here, of which a letter takes 3.85 and a line of text 9; larger on a slide.
_LETTER = 7 * EM
_BOX = np.array([51.0, 30.0])
_WIDEST, _STEP = 76.0, 76.0  # widest box, and from one column to the next at least
_ROW = 19.5  # mm from one row to the next
_COLUMNS = {"single": 3, "double": 5, "slide": 4}
_MOST_COLUMNS = 6
_TEXT = 8.6  # height of a line of text in a box
_HEAD = 5.0  # length of a head
_LABEL = np.array([25.0, 12.5])  # of a coefficient
_STOPS = np.linspace(0.2, 0.8, 19)  # where on its arrow a coefficient may stand
_DASHES = (0, (2.5, 1.5))


class _Arrow(NamedTuple):
    """From the edge of one box to that of another."""

    start: np.ndarray
    end: np.ndarray
    coefficient: float
    sure: bool


def path_diagram(
    path_model: PathModel, *, ax: Axes | None = None, language: str = "en", width: str = "single"
) -> Axes:
    """Constructs as boxes with R², paths as arrows with standardised coefficients.

    Arrows are the wider the larger the coefficient; a star marks those whose limits exclude 0, the others
    are dashed. Constructs stand where arrows lead to the right and cross little; the same model always
    gives the same picture.

    Parameters
    ----------
    path_model : kehu.satisfaction.PathModel
        What `kehu.satisfaction.path_model` gives; up to sixteen constructs.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure, as tall as the constructs need, when not given.
    language : {"en", "zh"}
        Language of the labels.
    width : {"single", "double", "slide"}
        Size of a new figure. Of more than eight constructs take "double".

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        If it is no such result, or has more constructs.

    Examples
    --------
    >>> from kehu.satisfaction import path_model
    >>> from kehu.simulate import latent_survey
    >>> shop = latent_survey(200, random_state=1)
    >>> pairs = list(zip(shop.paths["source"], shop.paths["target"]))
    >>> model = path_model(shop.answers, blocks=shop.blocks, paths=pairs, n_boot=50, random_state=1)
    >>> ax = path_diagram(model)
    >>> len(ax.patches), [text.get_text() for text in ax.texts][-1]
    (4, 'R² = 0.23')
    """
    if not isinstance(path_model, PathModel):
        raise TypeError(
            f"path_model must come from kehu.satisfaction.path_model, got {type(path_model).__name__}"
        )
    names = path_model.constructs["construct"].tolist()
    if len(names) > _MOST:
        raise ValueError(f"up to {_MOST} constructs have room, got {len(names)}")
    paths = path_model.paths
    sources, targets = ([names.index(name) for name in paths[side]] for side in ("source", "target"))
    leads = np.zeros((len(names), len(names)), dtype=bool)
    leads[sources, targets] = True
    columns = _columns(ax, width, len(names))
    places = on_grid(leads, columns, _rows(len(names), columns))
    with canvas(ax, language=language, width=width, height=16 + _ROW * (places[:, 1].max() + 1)) as ax:
        middles, box = _in_points(ax, places)
        arrows = [
            _arrow(middles[source], middles[target], box, float(coefficient), bool(low > 0 or high < 0))
            for source, target, coefficient, low, high in zip(
                sources, targets, *(paths[name] for name in ("coefficient", "low", "high")), strict=True
            )
        ]
        _draw_arrows(ax, arrows)
        r_squared = path_model.constructs["r_squared"].to_numpy()
        explained = np.nan_to_num(r_squared) > 0
        _draw_boxes(ax, middles, box, names, explained)
        _write_coefficients(ax, arrows, middles, box)
        there = np.flatnonzero(explained)
        _write_explained(ax, middles[there], box, [names[one] for one in there], r_squared[there])
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_visible(False)
        ax.spines[:].set_visible(False)
        legend_of_rows(ax, _handles(arrows, language, growth(ax)))
    return ax


def _columns(ax: Axes | None, width: str, n: int) -> int:
    room = int(letters(ax) * _LETTER / _STEP) if isinstance(ax, Axes) else _COLUMNS.get(width, 3)
    return int(np.clip(room, 2, min(n, _MOST_COLUMNS)))


def _rows(n: int, columns: int) -> int:
    """Rows of the grid: about twice as many cells as constructs."""
    return int(np.clip(np.ceil(1.9 * n / columns), 1 if n == 2 else 2, 6))


def _in_points(ax: Axes, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Middles of the boxes and half their size; the axes count in points."""
    across, down = places.max(axis=0) + 1
    room = np.array([max(letters(ax) * _LETTER - 4, _STEP * across), down * _ROW * 72 / 25.4])
    wider = np.clip(0.4 * (room[0] / across - _STEP), 0, _WIDEST - _BOX[0])
    box = np.array([_BOX[0] + wider, _BOX[1]])
    ax.set(xlim=(0, room[0]), ylim=(room[1], 0))
    inner = room[0] - box[0] - 2
    x = 1 + box[0] / 2 + (places[:, 0] / (across - 1) if across > 1 else 0.5) * inner
    return np.column_stack([x, (places[:, 1] + 0.5) * room[1] / down]), box / 2


def _arrow(start: np.ndarray, end: np.ndarray, box: np.ndarray, coefficient: float, sure: bool) -> _Arrow:
    way = end - start
    # The share of the way from the middle of a box to its edge.
    out = float(np.min(box / np.maximum(np.abs(way), 1e-9)))
    return _Arrow(start + out * way, end - out * way, coefficient, sure)


def _colour(arrow: _Arrow) -> str:
    if not arrow.sure:
        return GREY
    return BLUE if arrow.coefficient >= 0 else VERMILLION


def _draw_arrows(ax: Axes, arrows: list[_Arrow]) -> None:
    """Lines and their heads, which grow with the axes."""
    scale, colours = growth(ax), [_colour(arrow) for arrow in arrows]
    ends = np.array([arrow.end for arrow in arrows])
    ways = ends - [arrow.start for arrow in arrows]
    ways = ways / np.linalg.norm(ways, axis=1, keepdims=True)
    lines = [[arrow.start, end] for arrow, end in zip(arrows, ends - 0.7 * _HEAD * ways, strict=True)]
    widths = [scale * (0.7 + 2.6 * min(abs(arrow.coefficient), 1.0)) for arrow in arrows]
    dashes = ["-" if arrow.sure else _DASHES for arrow in arrows]
    look = {"colors": colours, "linewidths": widths, "linestyles": dashes, "capstyle": "butt"}
    ax.add_collection(LineCollection(lines, zorder=1, **look))
    point = 1 / np.ptp(ax.get_ylim())
    heads = {"headwidth": 0.9 * _HEAD, "headlength": _HEAD, "headaxislength": _HEAD, "minshaft": 1}
    ax.quiver(
        *ends.T, *ways.T, color=colours, angles="xy", pivot="tip", units="height", width=point,
        scale=1 / (_HEAD * point), zorder=2, **heads,
    )  # fmt: skip


def _draw_boxes(
    ax: Axes, middles: np.ndarray, box: np.ndarray, names: list[str], explained: np.ndarray
) -> None:
    """Boxes with names, in their upper part where something is explained."""
    for middle, name, known in zip(middles, names, explained, strict=True):
        frame = {"facecolor": "#F3F7FA", "edgecolor": INK, "linewidth": 0.8 * growth(ax), "zorder": 3}
        ax.add_patch(Rectangle(middle - box, *(2 * box), **frame))
        lines = wrap(str(name), int(2 * box[0] / _LETTER) - 1, 2)
        # The blanks keep a name from being taken for a word of the catalogue.
        text = "\n".join(f" {literal(line)} " for line in lines)
        ax.text(middle[0], middle[1] - known * _TEXT / 2, text, **_in_box(ax))


def _write_explained(
    ax: Axes, middles: np.ndarray, box: np.ndarray, names: list[str], r_squared: np.ndarray
) -> None:
    """R² below the names."""
    for middle, name, share in zip(middles, names, r_squared, strict=True):
        below = len(wrap(str(name), int(2 * box[0] / _LETTER) - 1, 2)) * _TEXT / 2
        ax.text(middle[0], middle[1] + below, f"R² = {share:.2f}", **_in_box(ax))


def _in_box(ax: Axes) -> dict[str, Any]:
    style = {"ha": "center", "va": "center", "fontsize": note_size(ax), "color": INK}
    return style | {"linespacing": 1.15, "zorder": 4}


def _write_coefficients(ax: Axes, arrows: list[_Arrow], middles: np.ndarray, box: np.ndarray) -> None:
    """Coefficients on their arrows, where they cover least of the others."""
    half = _LABEL / 2
    # Samples of all lines, to see which a label would cover.
    t = np.linspace(0, 1, 41)[:, None]
    lines = [arrow.start + t * (arrow.end - arrow.start) for arrow in arrows]
    choices = np.array([[one.start + stop * (one.end - one.start) for stop in _STOPS] for one in arrows])
    own = np.zeros(choices.shape[:2]) + 5 * np.abs(_STOPS - 0.5)
    for this in range(len(arrows)):
        for place, spot in enumerate(choices[this]):
            own[this, place] += 40 * (np.abs(middles - spot) < box + 0.75 * half).all(axis=1).sum()
            met = [(np.abs(line - spot) < half).all(axis=1).any() for line in lines]
            own[this, place] += 2.5 * (sum(met) - 1)
    chosen = np.zeros(len(arrows), dtype=int)
    for _ in range(8):
        before = chosen.copy()
        for this in range(len(arrows)):
            others = np.delete(choices[np.arange(len(arrows)), chosen], this, axis=0)
            gap = np.abs(choices[this][:, None] - others[None]) < _LABEL
            chosen[this] = int(np.argmin(own[this] + 60 * gap.all(axis=2).sum(axis=1)))
        if (before == chosen).all():
            break
    back = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}
    style = {"ha": "center", "va": "center", "fontsize": note_size(ax), "zorder": 5, "bbox": back}
    for this, arrow in enumerate(arrows):
        text = f"{arrow.coefficient:.2f}".replace("-", "−") + ("*" if arrow.sure else "")
        ax.text(*choices[this, chosen[this]], text, color=INK if arrow.sure else GREY, **style)


def _handles(arrows: list[_Arrow], language: str, scale: float) -> list[Any]:
    kinds = {
        "note.path_positive": (BLUE, "-", any(one.sure and one.coefficient >= 0 for one in arrows)),
        "note.path_negative": (VERMILLION, "-", any(one.sure and one.coefficient < 0 for one in arrows)),
        "note.path_open": (GREY, _DASHES, not all(one.sure for one in arrows)),
    }
    handles = [
        line(say(key, language), colour, dashes, 1.8 * scale)
        for key, (colour, dashes, there) in kinds.items()
        if there
    ]
    return [*handles, dot(say("note.line_by_coefficient", language), "none", "none", "none")]
