"""Chart of the strongest rules as a network of items."""

from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.text import Annotation
from scipy.sparse.csgraph import shortest_path

from kehu.figures import layout
from kehu.figures.look import GREY, INK, PALE, add_fonts, check_width
from kehu.figures.switch import in_language
from kehu.figures.ticks import literal, shorten
from kehu.figures.words import say
from kehu.plots._canvas import canvas, note_size, table
from kehu.plots._rules import (
    Colours,
    areas,
    count,
    growth,
    itemsets,
    legend_row,
    measured,
    plain,
    shares,
    size_handles,
)

_LARGEST = 130.0  # area of the largest item in square points
_DOT, _ROUND_DOT = 9.0, 4.0  # area of the dot of a rule, and room on each side of it
_LONGEST = {"single": 18, "double": 26, "slide": 22}  # letters of a name
_BEND = 0.16  # height of an arc over its length
_ROUNDS, _LAYOUTS, _HOPELESS = 250, 12, 3
_FULL = 0.75  # share of the room that names may take before a layout is not even tried
_HEAD = 4.5  # length of a head in points


class _Network(NamedTuple):
    """Items first, then a dot for each rule of three items or more."""

    items: list
    rules: np.ndarray  # rows of the rules that are shown
    edges: list[tuple[int, int, int, bool]]  # from, to, row of the rule, whether an arrow points to its end
    n: int


def rules_network(
    rules: Any,
    *,
    ax: Axes | None = None,
    language: str = "en",
    top: int = 30,
    colour: str = "lift",
    width: str = "single",
) -> Axes:
    """Network of the items of the strongest rules; arrows point from antecedents to consequents.

    A rule between two items is an arrow; a rule of more items is a dot, to which its antecedents lead and
    from which arrows lead to its consequents. Colour and width of the lines show the measure, the area of
    an item its support. That is known where the item stands alone on one side of any of ``rules``; else it
    is the largest support of a side that holds it, so at least as large. Rules that would leave no room for
    the names are left out, the weakest first, and the chart says how many are shown. The same rules always
    give the same picture.

    Parameters
    ----------
    rules : dataframe
        ``antecedents``, ``consequents``, ``antecedent support``, ``consequent support`` and the measure, as
        `kehu.rules.association_rules` gives them.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure when not given.
    language : {"en", "zh"}
        Language of the labels.
    top : int
        Most rules to show: those with the largest values of the measure.
    colour : str
        Column of the measure.
    width : {"single", "double", "slide"}
        Size of a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    KeyError, TypeError, ValueError
        If a column is missing or holds something else, or there are no rules.

    Examples
    --------
    >>> import pandas as pd
    >>> rules = pd.DataFrame({"antecedents": [{"tea"}, {"jam"}], "consequents": [{"milk"}, {"bread"}],
    ...                       "antecedent support": [0.3, 0.2], "consequent support": [0.4, 0.5],
    ...                       "lift": [1.5, 2.5]})
    >>> ax = rules_network(rules)
    >>> sorted(text.get_text().strip() for text in ax.texts), ax.get_xlabel()
    (['bread', 'jam', 'milk', 'tea'], '2 of 2 rules, highest first')
    """
    top = count(top, "top")
    sides = ("antecedents", "consequents")
    supports = tuple(f"{side[:-1]} support" for side in sides)
    data = table(rules, (*sides, *dict.fromkeys((*supports, colour))), "rules")
    found = {name: itemsets(data[name], name) for name in sides}
    measure = measured(data[colour], colour)
    support = _item_support(
        [items for name in sides for items in found[name]],
        np.concatenate([shares(data[name], name) for name in supports]),
    )
    strongest = np.lexsort(
        (-np.maximum(*(data[name] for name in supports)), -np.nan_to_num(measure, nan=-np.inf))
    )
    strongest = strongest[:top]
    longest = _LONGEST[check_width(width)]
    with canvas(ax, language=language, width=width, height={"double": 105}.get(width, 92)) as ax:
        scale = Colours(measure[strongest])
        shown = list({item: None for row in strongest for name in sides for item in found[name][row]})
        known, grown = np.array([support[item] for item in shown]), growth(ax)
        largest = _LARGEST * grown**2
        sizes = dict(zip(shown, areas(known, known.max(), largest), strict=True))
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set_visible(False)
        scale.add_bar(ax, colour, language)
        legend_row(ax, size_handles(known, largest, language))
        ax.set_xlabel(_shown(len(strongest), len(data), language))
        add_fonts(ax.figure)
        # Measured in one language, so that the network is the same in both.
        with in_language(ax.figure, "en"):
            layout.draw(ax.figure)
            network, points = _fit(ax, found, strongest, sizes, longest)
        ax.set_xlabel(_shown(len(network.rules), len(data), language))
        _draw_edges(ax, network, points, scale, measure)
        dots = points[len(network.items) :]
        big = [row for row in network.rules if sum(len(found[name][row]) for name in sides) > 2]
        ax.scatter(*dots.T, s=_DOT * grown**2, c=scale.of(measure[big]), linewidth=0, zorder=3)
        ax.scatter(
            *points[: len(network.items)].T,
            s=[sizes[item] for item in network.items],
            color=PALE,
            edgecolor=GREY,
            linewidth=0.5,
            zorder=4,
        )
    return ax


def _shown(n: int, total: int, language: str) -> str:
    return say("note.rules_shown", language, n=f"{n:,}", total=f"{total:,}")


def _item_support(sets: list[frozenset], support: np.ndarray) -> dict:
    """Support of each item: that of its own set, else the largest of a set that holds it."""
    alone: dict = {}
    within: dict = {}
    for items, share in zip(sets, support, strict=True):
        if len(items) == 1:
            alone[next(iter(items))] = share
        for item in items:
            within[item] = max(share, within.get(item, 0.0))
    return within | alone


def _fit(
    ax: Axes, found: dict, strongest: np.ndarray, sizes: dict, longest: int
) -> tuple[_Network, np.ndarray]:
    """Lay out as many of the strongest rules as leave room for the names."""
    # The axes count in points, larger ones where text is larger.
    point = growth(ax) * ax.figure.dpi / 72
    room = ax.get_window_extent().size / point
    ax.set(xlim=(0, room[0]), ylim=(0, room[1]))
    labels: dict = {}
    n = len(strongest)
    while True:
        network = _network(found, strongest[:n])
        for item in network.items:
            if item not in labels:
                labels[item] = _label(ax, shorten(plain(item), longest), sizes[item])
        add_fonts(ax)
        boxes = [_reach(labels[item], point) for item in network.items]
        boxes = np.array(boxes + [(_ROUND_DOT,) * 3] * (network.n - len(boxes)))
        full = (2 * boxes[:, 0] * (boxes[:, 1] + boxes[:, 2])).sum() > _FULL * room.prod()
        if n == 1 or not full:
            points, sound = _place(network, boxes, room)
            if sound or n == 1:
                break
        n = max(1, int(0.9 * n))
    for item, label in labels.items():
        if item in network.items:
            label.xy = tuple(points[network.items.index(item)])
        else:
            label.remove()
    return network, points


def _label(ax: Axes, name: str, area: float) -> Annotation:
    """Write a name below where a circle will be."""
    size = note_size(ax)
    return ax.annotate(
        # The blanks keep a name that is also a word of ours from being translated.
        f" {literal(name)} ",
        (0, 0),
        (0, -(0.5 * np.sqrt(area) + 0.1 * size)),
        textcoords="offset points",
        ha="center",
        va="top",
        fontsize=size,
        color=INK,
        zorder=5,
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.6, "pad": 0.2},
    )


def _reach(label: Annotation, point: float) -> tuple[float, float, float]:
    """Room that a name and its circle take to either side of the circle's middle, below it and above."""
    extent = label.get_window_extent()
    drop = -label.xyann[1] * label.get_figure().dpi / 72
    return 0.5 * extent.width / point + 2, (drop + extent.height) / point + 1, drop / point + 1


def _network(found: dict, rows: np.ndarray) -> _Network:
    pairs = [
        (sorted(found["antecedents"][row], key=plain), sorted(found["consequents"][row], key=plain))
        for row in rows
    ]
    items = list(dict.fromkeys(item for pair in pairs for side in pair for item in side))
    number = {item: place for place, item in enumerate(items)}
    n, edges = len(items), []
    for row, (antecedents, consequents) in zip(rows, pairs, strict=True):
        if len(antecedents) == len(consequents) == 1:
            edges.append((number[antecedents[0]], number[consequents[0]], row, True))
            continue
        edges += [(number[item], n, row, False) for item in antecedents]
        edges += [(n, number[item], row, True) for item in consequents]
        n += 1
    return _Network(items, rows, edges, n)


def _place(network: _Network, boxes: np.ndarray, room: np.ndarray) -> tuple[np.ndarray, bool]:
    """Places in points, and whether no two boxes overlap there."""
    near = np.zeros((network.n, network.n))
    for start, end, _, _ in network.edges:
        # Two items lie as far apart as by way of a dot.
        near[start, end] = 2 if max(start, end) < len(network.items) else 1
    distance = shortest_path(near, directed=False)
    finite = np.isfinite(distance)
    distance[~finite] = 0.5 * distance[finite].max() + 2
    low, high = boxes[:, [0, 1]], boxes[:, [0, 2]]
    tried = []
    for seed in range(_LAYOUTS):
        points, sound = _apart(_spread(_stress_layout(distance, seed), low, room - high), low, high, room)
        tried.append((not sound, _crossings(points, network), seed, points))
        if seed + 1 == _HOPELESS and all(unsound for unsound, *_ in tried):
            break
    unsound, _, _, points = min(tried, key=lambda layout: layout[:3])
    return points, not unsound


def _crossings(points: np.ndarray, network: _Network) -> int:
    """Number of pairs of lines that cross, both taken as straight."""
    ends = np.array([(start, end) for start, end, _, _ in network.edges])
    a, b = points[ends[:, 0]], points[ends[:, 1]]

    def sides(point: np.ndarray) -> np.ndarray:
        """On which side of each line (rows) a point of each other line (columns) lies."""
        way, to = (b - a)[:, None], point[None] - a[:, None]
        return np.sign(way[..., 0] * to[..., 1] - way[..., 1] * to[..., 0])

    apart = sides(a) * sides(b) < 0
    return int((apart & apart.T).sum()) // 2


def _stress_layout(distance: np.ndarray, seed: int) -> np.ndarray:
    """Places whose distances are like those in the network (stress majorisation, Gansner et al. 2005)."""
    n = len(distance)
    weight = 1 / np.where(distance > 0, distance, np.inf) ** 2
    laplacian = np.diag(weight.sum(axis=1)) - weight
    inverse = np.linalg.pinv(laplacian)
    points = np.random.default_rng(seed).normal(size=(n, 2))
    for _ in range(120):
        apart = np.linalg.norm(points[:, None] - points[None], axis=2)
        pull = weight * distance / np.maximum(apart, 1e-9)
        points = inverse @ ((np.diag(pull.sum(axis=1)) - pull) @ points)
    return points


def _spread(points: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Turn the longer side to the horizontal and stretch the layout over the room."""
    centred = points - points.mean(axis=0)
    turned = centred @ np.linalg.svd(centred, full_matrices=False)[2].T if len(points) > 2 else centred
    turned *= np.where(turned[np.abs(turned).argmax(axis=0), range(turned.shape[1])] < 0, -1, 1)
    span = np.ptp(turned, axis=0)
    share = np.where(span > 1e-6, (turned - turned.min(axis=0)) / np.where(span > 1e-6, span, 1), 0.5)
    return low + share * (high - low)


def _apart(
    points: np.ndarray, low: np.ndarray, high: np.ndarray, room: np.ndarray
) -> tuple[np.ndarray, bool]:
    """Push overlapping boxes apart, each pair along the side where they overlap less."""
    points = points.copy()
    below = np.tril_indices(len(points))
    for _ in range(_ROUNDS):
        gap = points[:, None] - points[None]
        # Boxes reach low below and high above their point.
        need = np.where(gap > 0, low[:, None] + high[None], high[:, None] + low[None])
        overlap = need - np.abs(gap)
        overlap[below] = -1
        rows, columns = np.nonzero((overlap > 0.01).all(axis=2))
        if not len(rows):
            return points, True
        overlap, gap = overlap[rows, columns], gap[rows, columns]
        side = (overlap[:, 0] / room[0] > overlap[:, 1] / room[1]).astype(int)
        pairs = np.arange(len(rows))
        step = 0.5 * overlap[pairs, side] * np.where(gap[pairs, side] > 0, 1, -1)
        np.add.at(points, (rows, side), step)
        np.subtract.at(points, (columns, side), step)
        points = np.clip(points, low, np.maximum(room - high, low))
    return points, False


def _draw_edges(ax: Axes, network: _Network, points: np.ndarray, scale: Colours, measure: np.ndarray) -> None:
    """Arcs where rules go both ways, else straight lines, with a head in the middle of an arrow."""
    both = {(start, end) for start, end, _, _ in network.edges}
    t = np.linspace(0, 1, 25)[:, None]
    arcs, heads = [], []
    for start, end, _, arrow in network.edges:
        a, b = points[start], points[end]
        bend = _BEND if (end, start) in both else 0.0
        middle = (a + b) / 2 + 2 * bend * np.array([a[1] - b[1], b[0] - a[0]])
        arcs.append((1 - t) ** 2 * a + 2 * t * (1 - t) * middle + t**2 * b)
        if arrow:
            heads.append((arcs[-1][12], b - a))
    rows = [row for _, _, row, _ in network.edges]
    strength = scale.place(measure[rows])
    colours = scale.of(measure[rows])
    widths = growth(ax) * (0.6 + 1.2 * strength)
    ax.add_collection(LineCollection(arcs, colors=colours, linewidths=widths, zorder=1, clip_on=False))
    arrows = [place for place, (_, _, _, arrow) in enumerate(network.edges) if arrow]
    places, ways = np.array(heads).reshape(-1, 2, 2).transpose(1, 0, 2)
    ways = ways / np.linalg.norm(ways, axis=1, keepdims=True)
    # Heads without shafts, in points of the axes; they grow with them.
    point = 1 / np.ptp(ax.get_ylim())
    ax.quiver(
        *places.T,
        *ways.T,
        color=colours[arrows],
        angles="xy",
        pivot="mid",
        units="height",
        width=point,
        scale=1 / (_HEAD * point),
        headwidth=0.9 * _HEAD,
        headlength=_HEAD,
        headaxislength=_HEAD,
        minshaft=1,
        zorder=2,
    )
