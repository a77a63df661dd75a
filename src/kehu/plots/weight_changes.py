"""Charts of the order of alternatives: scores as one weight is swept, ranks under several weightings."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, MaxNLocator

from kehu.ahp import Sensitivity
from kehu.evaluation import WeightComparison
from kehu.figures.look import GREY, INK
from kehu.figures.numerals import number
from kehu.figures.ticks import Names, Numbers, literal, shorten
from kehu.figures.words import say
from kehu.plots._canvas import canvas
from kehu.plots._rules import count, dot, growth, legend_row
from kehu.plots._weights import SERIES, letters, name_ends
from kehu.plots.weights import check_comparison

_DASHES = ("-", (0, (5, 1.5)), (0, (1.2, 1.2)), (0, (6, 1.5, 1, 1.5)), (0, (3, 1, 1, 1, 1, 1)), (0, (9, 3)))
_LINE = 3.4  # mm: height of a name at the end of a line
_MARKERS = "os^Dvp"
_PALER = "#B0B0B0"


def weight_sensitivity(
    sensitivity: Sensitivity,
    *,
    top: int = 6,
    ax: Axes | None = None,
    language: str = "en",
    width: str = "single",
) -> Axes:
    """Scores of alternatives against the weight of one criterion, and where they change places.

    Parameters
    ----------
    sensitivity : kehu.ahp.Sensitivity
        What `kehu.ahp.sensitivity` gives.
    top : int
        How many alternatives to name and colour, at most six: those that come out best at some weight and
        then the best at the current one. The others are grey.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure when not given.
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
        If it is no such result, or ``top`` is not from 1 to 6.

    Examples
    --------
    >>> from kehu.ahp import Hierarchy, sensitivity
    >>> service = Hierarchy("service", {"judgements": "3", "criteria": ["speed", "care"]})
    >>> shops = pd.DataFrame({"speed": [3, 1], "care": [1, 3]}, index=["A", "B"])
    >>> ax = weight_sensitivity(sensitivity(service, "speed", shops))
    >>> ax.get_xlabel(), [text.get_text() for text in ax.get_legend().get_texts()]
    ('Weight of speed', ['Current weight 0.75', 'The best changes at 0.5'])
    """
    if not isinstance(sensitivity, Sensitivity):
        raise TypeError(f"sensitivity must come from kehu.ahp.sensitivity, got {type(sensitivity).__name__}")
    top = count(top, "top")
    if top > len(SERIES):
        raise ValueError(f"top={top} is more than the {len(SERIES)} alternatives that can be told apart")
    scores = sensitivity.table.pivot_table(index="weight", columns="alternative", values="score")
    chosen = _chosen(scores, sensitivity.current, top)
    changes, grid = sensitivity.changes, scores.index.to_numpy(dtype=float)
    seen = changes[["first", "second"]].isin(chosen).all(axis=1) | (changes["rank"] == 1)
    with canvas(ax, language=language, width=width, height=max(70, 30 + _LINE * len(chosen))) as ax:
        scale = growth(ax)
        for name in scores.columns.difference(chosen, sort=False):
            ax.plot(grid, scores[name], color=_PALER, linewidth=0.6 * scale, zorder=1)
        for name, colour, dashes in zip(chosen, SERIES, _DASHES, strict=False):
            ax.plot(grid, scores[name], color=colour, linestyle=dashes, zorder=2)
        current = {"color": INK, "linewidth": 0.8 * scale, "linestyle": (0, (3, 2))}
        value = number(round(sensitivity.current, 3), language)
        label = say("note.current_weight", language, value=value)
        handles = [ax.axvline(sensitivity.current, label=label, zorder=1.5, **current)]
        handles += _mark_changes(ax, changes[seen], scores, language)
        ax.set_xlim(0, 1)
        ax.margins(y=0.06)
        name_ends(ax, scores[chosen].iloc[-1].to_numpy(), chosen, SERIES[: len(chosen)])
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
            axis.set_major_formatter(Numbers(language))
        what = literal(shorten(sensitivity.criterion, int(letters(ax) / 2)))
        ax.set_xlabel(say("axis.weight_of", language, what=what))
        ax.set_ylabel(say("axis.score", language))
        legend_row(ax, handles, columns=2)
    return ax


def _chosen(scores: pd.DataFrame, current: float, top: int) -> list:
    """Alternatives that are best somewhere, then the best at the current weight; in its order."""
    nearest = scores.iloc[np.abs(scores.index.to_numpy(dtype=float) - current).argmin()]
    order = list(nearest.sort_values(ascending=False, kind="stable").index)
    first = scores.idxmax(axis=1).value_counts().index
    kept = list(dict.fromkeys([*first, *order]))[:top]
    return [name for name in order if name in kept]


def _mark_changes(ax: Axes, changes: pd.DataFrame, scores: pd.DataFrame, language: str) -> list:
    """Mark where lines cross, filled where the best changes, and say where that is nearest."""
    grid, scale, handles = scores.index.to_numpy(dtype=float), growth(ax), []
    best = (changes["rank"] == 1).to_numpy(dtype=bool)
    at = changes["weight"].to_numpy(dtype=float)
    there = np.array([np.interp(w, grid, scores[name]) for w, name in zip(at, changes["first"], strict=True)])
    look = {"edgecolor": INK, "linewidth": 0.8 * scale}
    if best.any():
        ax.scatter(at[best], there[best], s=20 * scale**2, facecolor=INK, zorder=4, **look)
        value = number(round(float(at[best][0]), 3), language)
        handles.append(dot(say("note.best_changes", language, value=value), INK, INK))
    else:
        handles.append(dot(say("note.best_stays", language), "none", "none", "none"))
    if (~best).any():
        ax.scatter(at[~best], there[~best], s=12 * scale**2, facecolor="white", zorder=3, **look)
        handles.append(dot(say("note.order_changes", language), "white", INK))
    return handles


def rank_changes(
    comparison: WeightComparison,
    *,
    top: int = 6,
    ax: Axes | None = None,
    language: str = "en",
    width: str = "single",
) -> Axes:
    """Ranks of alternatives under each weighting, joined by lines.

    Parameters
    ----------
    comparison : kehu.evaluation.WeightComparison
        What `kehu.evaluation.compare_weights` gives if it was given the alternatives.
    top : int
        How many alternatives to colour, at most six: those that change the most places. The others are grey.
    ax, language, width
        As in `weight_sensitivity`.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        If it is no such result, it has no alternatives, or ``top`` is not from 1 to 6.

    Examples
    --------
    >>> from kehu.evaluation import compare_weights
    >>> shops = pd.DataFrame({"speed": [3, 1, 2], "care": [1, 3, 1]}, index=["A", "B", "C"])
    >>> weightings = {"judged": {"speed": 0.9, "care": 0.1}, "entropy": {"speed": 0.2, "care": 0.8}}
    >>> ax = rank_changes(compare_weights(weightings, shops))
    >>> [text.get_text().strip() for text in ax.texts]
    ['B', 'A', 'C']
    """
    check_comparison(comparison)
    if comparison.alternatives is None:
        raise ValueError("comparison has no alternatives; give compare_weights the table of alternatives")
    top = count(top, "top")
    if top > len(SERIES):
        raise ValueError(f"top={top} is more than the {len(SERIES)} alternatives that can be told apart")
    weightings = list(comparison.weights.columns)
    ranks = comparison.alternatives[weightings].sort_values(weightings[-1], kind="stable")
    moves = np.ptp(ranks.to_numpy(), axis=1)
    moving = [place for place in np.argsort(-moves, kind="stable")[:top] if moves[place]]
    colours = dict(zip(sorted(moving), SERIES, strict=False))
    with canvas(ax, language=language, width=width, height=22 + 4.2 * max(len(ranks), 5)) as ax:
        scale, x = growth(ax), np.arange(len(weightings))
        for place, (_, row) in enumerate(ranks.iterrows()):
            coloured = place in colours
            look = {
                "color": colours.get(place, _PALER),
                "linestyle": _DASHES[list(colours).index(place)] if coloured else "-",
                "linewidth": (1.4 if coloured else 0.8) * scale,
                "zorder": 3 if coloured else 2,
            }
            marker = _MARKERS[list(colours).index(place)] if coloured else "o"
            ax.plot(x, row.to_numpy(dtype=int), marker=marker, markersize=4 * scale, clip_on=False, **look)
        ax.set_ylim(len(ranks) + 0.6, 0.4)
        ax.set_xlim(-0.15, len(weightings) - 1)
        name_ends(
            ax,
            ranks[weightings[-1]].to_numpy(dtype=float),
            list(ranks.index),
            [colours.get(place, GREY) for place in range(len(ranks))],
        )
        ax.xaxis.set_major_locator(FixedLocator(x))
        ax.xaxis.set_major_formatter(Names([str(name) for name in weightings], _room(ax, len(weightings))))
        ax.yaxis.set_major_locator(FixedLocator(range(1, len(ranks) + 1, -(-len(ranks) // 12))))
        ax.yaxis.set_major_formatter(Numbers(language))
        ax.set_ylabel(say("axis.rank", language))
        ax.grid(axis="x")
    return ax


def _room(ax: Axes, n: int) -> int:
    """Letters of a name below the axes; a quarter of the figure is for the names at the right."""
    return max(int(0.7 * letters(ax) / max(n - 0.5, 1)) - 1, 6)
