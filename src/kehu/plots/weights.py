"""Charts of weights: judgements in pairs, weights with ranges, weightings compared, raters apart."""

import warnings
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.patches import Rectangle
from matplotlib.ticker import FixedLocator

from kehu import frames
from kehu.ahp import Group, PairwiseMatrix, Ranges
from kehu.ahp.consistency import LIMIT
from kehu.evaluation import WeightComparison
from kehu.figures.look import BLUE, GREY, INK, PALE, VERMILLION
from kehu.figures.numerals import number
from kehu.figures.ticks import Names
from kehu.figures.ticks import width as text_width
from kehu.figures.words import say
from kehu.plots._canvas import canvas, note_size, table
from kehu.plots._rows import legend_of_rows
from kehu.plots._rules import dot, growth, legend_row
from kehu.plots._weights import (
    ROW,
    SERIES,
    letters,
    named,
    rows_down,
    weight_axis,
    weights_of,
)
from kehu.warnings import OpposedCampsWarning

_COLOURS = LinearSegmentedColormap.from_list(
    "kehu_judgements", ["#8F3F00", VERMILLION, "#F7D2B5", "#FFFFFF", "#BBD9EA", BLUE, "#00456C"]
)
_SCALE_END = np.log(9)
_DARK = 0.62  # of the scale, from which numbers are white
_SIDE = (8, 24)  # letters of a name beside the matrix
_BESIDE_COLOURS = 16  # and beside cells without numbers
_MARKERS = "os^Dv"
_RATER_ROOM = 0.5  # of a row


def judgement_matrix(
    matrix: PairwiseMatrix,
    *,
    worst: int = 1,
    ax: Axes | None = None,
    language: str = "en",
    width: str = "single",
) -> Axes:
    """Judgements in pairs as cells, blue where the row matters more, with the consistency ratio.

    Pairs that were not judged are empty. Where columns have no room for names they have the numbers of the
    rows, and cells have colours only where they have no room for numbers.

    Parameters
    ----------
    matrix : kehu.ahp.PairwiseMatrix
        The judgements.
    worst : int
        How many judgements to frame, those farthest from what the weights imply first.
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
        If it is no such matrix, or ``worst`` is no whole number from 0.

    Examples
    --------
    >>> ax = judgement_matrix(PairwiseMatrix.from_upper("3 5 | 2", labels=["speed", "care", "price"]))
    >>> [text.get_text() for text in ax.texts]
    ['1', '3', '5', '1/3', '1', '2', '1/5', '1/2', '1']
    """
    if not isinstance(matrix, PairwiseMatrix):
        raise TypeError(f"matrix must be a kehu.ahp.PairwiseMatrix, got {type(matrix).__name__}")
    if isinstance(worst, bool) or not isinstance(worst, int | np.integer) or worst < 0:
        raise ValueError(f"worst must be a whole number from 0, got {worst!r}")
    logs = np.log(matrix.table.to_numpy())
    n, names = len(matrix), [str(label) for label in matrix.labels]
    written = [[judgement(value) for value in row] for row in matrix.table.to_numpy()]
    needed = max(len(text) for row in written for text in row) + 0.8
    with canvas(ax, language=language, width=width, height=24 + 5.5 * max(n, 4)) as ax:
        room, widest = letters(ax) - 8, max(map(text_width, names))
        numbers = (room - min(widest, _SIDE[0])) / n >= needed
        side = int(np.clip(room - n * needed, *_SIDE)) if numbers else _BESIDE_COLOURS
        headed = numbers and widest + 1 <= (room - min(widest, side)) / n
        end = max(_SCALE_END, float(np.nanmax(np.abs(logs))))
        edges = np.arange(n + 1) - 0.5
        grid = {"edgecolor": "#D0D0D0", "linewidth": 0.4, "clip_on": False}
        colours = {"cmap": _COLOURS, "norm": Normalize(-end, end)}
        mesh = ax.pcolormesh(edges, edges, np.ma.masked_invalid(logs), **colours, **grid)
        for row, column in np.ndindex(n, n) if numbers else ():
            dark = abs(logs[row, column]) > _DARK * end
            style = {"ha": "center", "va": "center", "fontsize": note_size(ax)}
            ax.text(column, row, written[row][column], color="white" if dark else INK, **style)
        framed = matrix.worst_judgements()[:worst]
        framed = framed[framed["error"] > 1 + 1e-9]
        for pair in framed[["first", "second"]].itertuples(index=False, name=None):
            row, column = (matrix.labels.index(label) for label in pair)
            for place in ((column, row), (row, column)):
                corner = (place[0] - 0.47, place[1] - 0.47)
                frame = {"fill": False, "edgecolor": INK, "linewidth": 1.4 * growth(ax), "zorder": 3}
                ax.add_patch(Rectangle(corner, 0.94, 0.94, **frame))
        ax.set_ylim(n - 0.5, -0.5)
        stride = 1 if numbers else 2
        ax.xaxis.set_major_locator(FixedLocator(range(0, n, stride)))
        ax.yaxis.set_major_locator(FixedLocator(range(n)))
        down = names if headed else [f"{place} {name}" for place, name in enumerate(names, start=1)]
        ax.yaxis.set_major_formatter(Names(down, side + 3))
        ax.xaxis.set_major_formatter(Names(names if headed else [str(place) for place in range(1, n + 1)]))
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
        if not numbers:
            _add_scale(ax, mesh, end, aspect=1.6 * n)
        ratio = number(round(matrix.consistency().cr, 3), language)
        consistency = say("note.consistency", language, value=ratio, limit=number(LIMIT, language))
        said = (say("axis.judgement_cells", language), consistency)
        handles = [dot(text, "none", "none", "none") for text in said]
        if len(framed):
            handles.append(dot(say("note.worst_judgement", language), "none", INK, "s"))
        legend_row(ax, handles, columns=1, side="right")
    return ax


def judgement(value: float) -> str:
    """Write a judgement as people do; nothing where there is none.

    Examples
    --------
    >>> [judgement(value) for value in (3, 1 / 3, 2.5, 0.4, 1.004, float("nan"))]
    ['3', '1/3', '2.5', '1/2.5', '1', '']
    """
    if np.isnan(value):
        return ""
    larger = f"{round(max(value, 1 / value), 2):g}"
    return larger if value >= 1 or larger == "1" else f"1/{larger}"


def _add_scale(ax: Axes, mesh: Any, end: float, *, aspect: float) -> None:
    bar = ax.figure.colorbar(mesh, ax=ax, fraction=0.05, pad=0.02, aspect=aspect)
    bar.outline.set_visible(False)
    ticks = [value for value in (1 / 9, 1 / 5, 1 / 3, 1, 3, 5, 9) if abs(np.log(value)) <= end + 1e-9]
    bar.ax.set_yticks(np.log(ticks), [judgement(value) for value in ticks])


def weight_ranges(
    ranges: Ranges | pd.DataFrame, *, ax: Axes | None = None, language: str = "en", width: str = "single"
) -> Axes:
    """Weights as dots with their ranges, the largest first.

    Parameters
    ----------
    ranges : kehu.ahp.Ranges or pandas.DataFrame
        What `kehu.ahp.ranges` gives; or a table with ``weight``, ``low`` and ``high``, its index the
        criteria, such as `kehu.ahp.Group.aggregate_priorities` and `kehu.ahp.fuzzy_weights` give. Where low
        and high are missing, the dot stands alone.
    ax, language, width
        As in `judgement_matrix`.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    KeyError, TypeError, ValueError
        If a column is missing or holds something else, or there are no rows.

    Examples
    --------
    >>> found = pd.DataFrame({"weight": [0.3, 0.7], "low": [0.2, 0.6], "high": [0.4, 0.8]}, ["care", "speed"])
    >>> ax = weight_ranges(found)
    >>> ax.collections[-1].get_offsets()[:, 0].tolist()
    [0.7, 0.3]
    """
    drawn = isinstance(ranges, Ranges)
    given = ranges.weights if drawn else ranges
    if not isinstance(given, pd.DataFrame):
        raise TypeError(f"ranges must come from kehu.ahp.ranges, or be a table, got {type(given).__name__}")
    data = table(given, ("weight", "low", "high"), "ranges").set_axis(given.index)
    weight = weights_of(data["weight"], "weight")
    order = np.argsort(-weight, kind="stable")
    weight, places = weight[order], np.arange(len(data))
    low, high = (frames.numbers(data[name], name)[order] for name in ("low", "high"))
    wrong = np.flatnonzero(low > high)
    if len(wrong):
        raise ValueError(f"low {low[wrong[0]]:g} is above high {high[wrong[0]]:g}")
    with canvas(ax, language=language, width=width, height=20 + ROW * max(len(data), 4)) as ax:
        scale = growth(ax)
        ax.hlines(places, low, high, color=PALE, linewidth=4 * scale, zorder=2)
        ax.scatter(weight, places, s=20 * scale**2, color=BLUE, linewidth=0, zorder=3)
        rows_down(ax, given.index[order])
        weight_axis(ax, language, float(np.nanmax([*weight, *high])))
        handles = [dot(say("weight", language), BLUE, BLUE)]
        if not np.isnan(low).all():
            step = {"step": number(ranges.step, language)} if drawn else {}
            label = say("note.range_of_draws" if drawn else "note.limits_of_weight", language, **step)
            handles.append(dot(label, PALE, PALE, "s"))
        legend_row(ax, handles, columns=2, side="right")
    return ax


def weights_compared(
    comparison: WeightComparison,
    *,
    ax: Axes | None = None,
    language: str = "en",
    width: str = "single",
) -> Axes:
    """Weights of each criterion under two to five weightings, that with the largest mean weight first.

    Parameters
    ----------
    comparison : kehu.evaluation.WeightComparison
        What `kehu.evaluation.compare_weights` gives.
    ax, language, width
        As in `judgement_matrix`.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        If it is no such result, or there are more than five weightings.

    Examples
    --------
    >>> from kehu.evaluation import compare_weights
    >>> ax = weights_compared(compare_weights({"judged": {"speed": 0.6, "care": 0.4},
    ...                                        "entropy": {"speed": 0.1, "care": 0.9}}))
    >>> [points.get_offsets()[:, 0].tolist() for points in ax.collections[-2:]]
    [[0.4, 0.6], [0.9, 0.1]]
    """
    check_comparison(comparison)
    weights = comparison.weights
    if weights.shape[1] > len(_MARKERS):
        raise ValueError(
            f"up to {len(_MARKERS)} weightings can be told apart, got {weights.shape[1]}; compare fewer"
        )
    weights = weights.iloc[np.argsort(-weights.mean(axis=1).to_numpy(), kind="stable")]
    found, places = weights.to_numpy(), np.arange(len(weights))
    with canvas(ax, language=language, width=width, height=26 + ROW * max(len(weights), 4)) as ax:
        scale, handles = growth(ax), []
        ax.hlines(places, found.min(axis=1), found.max(axis=1), color=GREY, linewidth=0.6 * scale, zorder=1)
        shifts = _apart(found, 0.03 * found.max())
        for name, column, marker, colour, shift in zip(
            weights, found.T, _MARKERS, SERIES, shifts.T, strict=False
        ):
            look = {"marker": marker, "facecolor": colour, "edgecolor": "white", "linewidth": 0.4 * scale}
            ax.scatter(column, places + shift, s=22 * scale**2, zorder=3, **look)
            handles.append(dot(named(name, 24), colour, colour, marker))
        rows_down(ax, weights.index)
        weight_axis(ax, language, float(found.max()))
        if not np.isnan(comparison.concordance):
            agreement = number(round(comparison.concordance, 2), language)
            ax.set_xlabel(
                f"{ax.get_xlabel()}\n{say('note.concordance', language, value=agreement)}", linespacing=1.4
            )
        legend_of_rows(ax, handles)
    return ax


def _apart(found: np.ndarray, near: float) -> np.ndarray:
    """Shifts that put dots of one row above each other where they are near each other."""
    shifts = np.zeros(found.shape)
    for row, shift in zip(found, shifts, strict=True):
        order = np.argsort(row, kind="stable")
        for close in np.split(order, np.flatnonzero(np.diff(row[order]) >= near) + 1):
            # From the top down in the order of the legend.
            shift[np.sort(close)] = np.linspace(-1, 1, len(close)) * min(0.15 * (len(close) - 1), 0.36)
    return shifts


def check_comparison(comparison: WeightComparison) -> None:
    """Refuse what is no comparison of weightings."""
    if not isinstance(comparison, WeightComparison):
        raise TypeError(
            f"comparison must come from kehu.evaluation.compare_weights, got {type(comparison).__name__}"
        )


def group_disagreement(
    group: Group,
    *,
    method: str = "eigenvector",
    ax: Axes | None = None,
    language: str = "en",
    width: str = "single",
) -> Axes:
    """Weights of each rater and their average, criterion by criterion, with the consensus of the group.

    Parameters
    ----------
    group : kehu.ahp.Group
        The judgements of several people.
    method : {"eigenvector", "geometric_mean", "normalised_columns", "harker"}
        How weights are found; see `kehu.ahp.PairwiseMatrix.weights`.
    ax, language, width
        As in `judgement_matrix`.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        If it is no such group, or the method is unknown.

    Examples
    --------
    >>> judged = [PairwiseMatrix.from_upper(text, labels=["speed", "price"]) for text in ("3", "1", "4")]
    >>> ax = group_disagreement(Group(judged))
    >>> ax.collections[-1].get_offsets()[:, 0].round(3).tolist()
    [0.683, 0.317]
    """
    if not isinstance(group, Group):
        raise TypeError(f"group must be a kehu.ahp.Group, got {type(group).__name__}")
    raters, mean = group.weights(method), group.aggregate_priorities(method)
    order = np.argsort(-mean["weight"].to_numpy(), kind="stable")
    raters, mean, places = raters.to_numpy()[:, order], mean.iloc[order], np.arange(len(order))
    n = len(raters)
    # Neighbours in the list of raters stand far apart in the row.
    shifts = (np.arange(n) * 0.618 % 1 - 0.5) * _RATER_ROOM if n > 1 else np.zeros(1)
    with canvas(ax, language=language, width=width, height=22 + 1.2 * ROW * max(len(order), 4)) as ax:
        scale, many = growth(ax), n > 30
        look = {"s": (5 if many else 9) * scale**2, "color": GREY, "linewidth": 0}
        y = places[None, :] + shifts[:, None]
        ax.scatter(
            raters.ravel(), y.ravel(), alpha=0.25 if many else 0.55, rasterized=n * len(order) > 2000, **look
        )
        span = {"color": VERMILLION, "linewidth": 1.6 * scale, "zorder": 3}
        ax.hlines(places, mean["low"], mean["high"], **span)
        ax.scatter(
            mean["weight"], places, s=24 * scale**2, marker="D", color=VERMILLION, linewidth=0, zorder=4
        )
        rows_down(ax, mean.index)
        weight_axis(ax, language, float(max(raters.max(), mean["weight"].max())))
        certain = mean["low"].notna().any()
        key = "note.average_with_interval" if certain else "note.average_of_raters"
        # The chart itself shows whether there are camps.
        with warnings.catch_warnings(action="ignore", category=OpposedCampsWarning):
            consensus = number(round(group.consensus(method).index, 2), language)
        handles = [
            dot(say("note.one_rater", language), GREY, GREY, "."),
            dot(say(key, language, n=f"{n:,}"), VERMILLION, VERMILLION, "D"),
            dot(say("note.consensus", language, value=consensus), "none", "none", "none"),
        ]
        legend_row(ax, handles, columns=2, side="right")
    return ax
