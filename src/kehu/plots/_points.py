"""What maps of points share: quadrants with names, and names of points that do not overlap."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.text import Text

from kehu.figures import layout
from kehu.figures.look import GREY, INK, add_fonts
from kehu.figures.switch import in_language
from kehu.figures.ticks import literal, shorten
from kehu.figures.words import say
from kehu.plots._canvas import note_size
from kehu.plots._rules import dot, growth

MOST_NAMED = 12  # points that are named where they are; more are numbered
_CUTS = (26, 20, 15, 11, 8)  # letters of a name, fewer where there is less room
_AWAY = np.array([0.0, 0.4, 0.9, 1.6, 2.6, 4.0, 6.0, 9.0, 13.0])  # distances of a name, in lines of text
_ROUNDS = 6
_LEAST = 4.2  # width of the shortest name, in lines of text: a short word may be four signs in Chinese
_OUTSIDE, _ON_NAME, _ON_DOT, _ON_LINE = 1000.0, 60.0, 12.0, 1.2
_CORNERS = {
    "upper left": (0.015, 0.98, "left", "top"),
    "upper right": (0.985, 0.98, "right", "top"),
    "lower left": (0.015, 0.02, "left", "bottom"),
    "lower right": (0.985, 0.02, "right", "bottom"),
}


def quadrants(ax: Axes, borders: tuple[float, float], keys: Mapping[str, str], language: str) -> list[Text]:
    """Draw lines at the borders and name the corners of the axes with texts of the catalogue."""
    line = {"color": GREY, "linewidth": 0.7 * growth(ax), "linestyle": (0, (3, 2)), "zorder": 1}
    ax.axvline(borders[0], **line)
    ax.axhline(borders[1], **line)
    style = {"color": GREY, "fontsize": note_size(ax), "transform": ax.transAxes}
    texts = []
    for corner, key in keys.items():
        x, y, ha, va = _CORNERS[corner]
        texts.append(ax.text(x, y, say(key, language), ha=ha, va=va, **style))
    return texts


def around(border: float, low: float, high: float, least: float = 0.6) -> tuple[float, float]:
    """Limits of an axis that hold everything, with room on both sides of a border for words."""
    below, above = max(border - low, 0.0), max(high - border, 0.0)
    most = max(below, above) or max(abs(border), 1.0) * 0.1
    return border - 1.2 * max(below, least * most), border + 1.2 * max(above, least * most)


def listed_names(names: Sequence[Any], longest: int) -> list[Any]:
    """Entries of a legend that says which number stands for which name."""
    shown = (f" {place} {literal(shorten(str(name), longest))} " for place, name in enumerate(names, start=1))
    return [dot(text, "none", "none", "none") for text in shown]


def name_points(
    ax: Axes,
    points: np.ndarray,
    names: Sequence[Any],
    *,
    clear: Sequence[Text] = (),
    spans: np.ndarray | None = None,
) -> None:
    """Write a name beside each point so that names overlap neither each other nor other texts.

    Call it when all else is drawn. Many points are numbered, in their order. Names keep clear of the dots,
    and if there is room of the ``spans`` (x0, y0, x1, y1 of each line).
    """
    fig = ax.get_figure(root=True)
    many = len(points) > MOST_NAMED
    add_fonts(fig)
    # Measured in one language, so that names stand in the same places in both.
    with in_language(fig, "en"), layout.settled(fig):
        place = ax.transData.transform(points)
        others = [text.get_window_extent().extents for text in clear]
        lines = np.empty((0, 4)) if spans is None else _boxes_of(ax, spans)
        for longest in (2,) if many else _CUTS:
            shown = [str(n) if many else shorten(str(name), longest) for n, name in enumerate(names, start=1)]
            texts = [_write(ax, text) for text in shown]
            add_fonts(ax)
            sizes = np.array([text.get_window_extent().size for text in texts])
            if not many:
                sizes[:, 0] = np.maximum(sizes[:, 0], _LEAST * note_size(ax) * fig.dpi / 72)
            room = ax.get_window_extent().extents
            taken = np.array(others).reshape(-1, 4)
            centres, sound = spread_names(place, sizes, room, taken, lines, _point(ax))
            if sound or longest in (_CUTS[-1], 2):
                break
            for text in texts:
                text.remove()
        ends = np.clip(place, centres - sizes / 2, centres + sizes / 2)
        back = ax.transData.inverted()
        for text, centre, size, end, start in zip(texts, centres, sizes, ends, place, strict=True):
            _anchor(text, centre, size, start, back)
            if np.hypot(*(end - start)) > 8 * _point(ax):
                line = {"color": GREY, "linewidth": 0.4 * growth(ax), "zorder": 2}
                ax.plot(*back.transform([start, end]).T, **line)


def _write(ax: Axes, text: str) -> Text:
    """A name in the middle of its box; the blanks keep it from being taken for a word of the catalogue."""
    style = {"ha": "center", "va": "center", "fontsize": note_size(ax), "color": INK, "zorder": 6}
    back = {"facecolor": "white", "edgecolor": "none", "alpha": 0.65, "pad": 0.2}
    return ax.text(*np.mean([ax.get_xlim(), ax.get_ylim()], axis=1), f" {literal(text)} ", bbox=back, **style)


def _anchor(text: Text, centre: np.ndarray, size: np.ndarray, start: np.ndarray, back: Any) -> None:
    """Hold a name at that side of its box where its point is, also if it is shorter in another language."""
    side = np.where(np.abs(start - centre) < size / 2, 0, np.sign(start - centre)).astype(int)
    text.set_horizontalalignment(("center", "right", "left")[side[0]])
    text.set_verticalalignment(("center", "top", "bottom")[side[1]])
    text.set_position(back.transform(centre + side * size / 2))


def _point(ax: Axes) -> float:
    """Pixels of a point, a larger one where text is larger."""
    return growth(ax) * ax.get_figure(root=True).dpi / 72


def _boxes_of(ax: Axes, spans: np.ndarray) -> np.ndarray:
    ends = ax.transData.transform(spans.reshape(-1, 2)).reshape(-1, 4)
    return np.hstack([np.minimum(ends[:, :2], ends[:, 2:]), np.maximum(ends[:, :2], ends[:, 2:])])


def spread_names(
    place: np.ndarray,
    sizes: np.ndarray,
    room: np.ndarray,
    others: np.ndarray,
    lines: np.ndarray,
    point: float,
) -> tuple[np.ndarray, bool]:
    """Middles of boxes of these sizes beside their places, and whether they overlap nothing.

    All in pixels; boxes are given by their lower left and upper right corners. Each name in turn takes the
    best of many places, a few times over.
    """
    dots = np.hstack([place - 3.5 * point, place + 3.5 * point])
    found = [_choices(one, size, point) for one, size in zip(place, sizes, strict=True)]
    fixed = [
        base + _fixed_cost(middles, size, room, others, lines, dots, point)
        for (middles, base), size in zip(found, sizes, strict=True)
    ]
    centres = np.full(place.shape, np.inf)
    # Names with the most neighbours choose first.
    apart = np.linalg.norm((place[:, None] - place[None]) / np.maximum(sizes.mean(axis=0), 1), axis=2)
    order = np.argsort(apart.mean(axis=1), kind="stable")
    for _ in range(_ROUNDS):
        before = centres.copy()
        for this in order:
            rest = np.isfinite(centres[:, 0]) & (np.arange(len(place)) != this)
            taken = _boxes(centres[rest], sizes[rest] + 2 * point)
            middles = found[this][0]
            cost = fixed[this] + _ON_NAME * _shares(_boxes(middles, sizes[this]), taken).sum(axis=1)
            centres[this] = middles[np.argmin(cost)]
        if np.array_equal(before, centres):
            break
    boxes = _boxes(centres, sizes)
    free = _shares(boxes, np.vstack([boxes, others]))
    free[np.arange(len(boxes)), np.arange(len(boxes))] = 0
    inside = (boxes[:, :2] >= room[:2]).all() and (boxes[:, 2:] <= room[2:]).all()
    return centres, bool(inside and not free.any())


def _choices(place: np.ndarray, size: np.ndarray, point: float) -> tuple[np.ndarray, np.ndarray]:
    """Places for the middle of a name around its dot, and how little each is liked for itself."""
    angle = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    way = np.clip(1.4 * np.column_stack([np.cos(angle), np.sin(angle)]), -1, 1)
    away = _AWAY * size[1]
    middles = place + way[None] * (size / 2 + 3.5 * point + away[:, None, None])
    tilt = 0.3 * np.abs(np.sin(2 * angle)) + 0.1 * (way[:, 0] < 0.9)
    return middles.reshape(-1, 2), (1.5 * _AWAY[:, None] + tilt[None]).ravel()


def _fixed_cost(
    middles: np.ndarray,
    size: np.ndarray,
    room: np.ndarray,
    others: np.ndarray,
    lines: np.ndarray,
    dots: np.ndarray,
    point: float,
) -> np.ndarray:
    boxes = _boxes(middles, size)
    beyond = np.maximum(room[:2] + point - boxes[:, :2], 0) + np.maximum(boxes[:, 2:] - room[2:] + point, 0)
    cost = _OUTSIDE * (beyond / size).sum(axis=1)
    cost += _ON_NAME * (_shares(boxes, others) > 0).sum(axis=1)
    cost += _ON_DOT * (_shares(boxes, dots) > 0).sum(axis=1)
    return cost + _ON_LINE * _touch(boxes, lines).sum(axis=1)


def _boxes(middles: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    return np.hstack([middles - sizes / 2, middles + sizes / 2])


def _touch(boxes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Whether boxes (rows) meet others (columns)."""
    a, b = boxes[:, None], others[None]
    return ((a[..., :2] < b[..., 2:]) & (b[..., :2] < a[..., 2:])).all(axis=2)


def _shares(boxes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Share of each box (rows) that each of the others (columns) covers, and a little more if any."""
    a, b = boxes[:, None], others[None]
    shared = np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2])
    area = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    covered = np.where((shared > 0).all(axis=2), shared.prod(axis=2), 0.0)
    return np.where(covered > 0, 0.2 + covered / area[:, None], 0.0)
