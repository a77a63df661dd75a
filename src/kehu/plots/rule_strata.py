"""The chart of rules compared with chance in all baskets and within strata of baskets."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullLocator

from kehu.figures.look import GREY, INK, VERMILLION
from kehu.figures.ticks import Numbers
from kehu.figures.words import heading
from kehu.plots._canvas import canvas, table, values
from kehu.plots._rules import MANY, growth, legend_of_marks, marks, round_numbers


def rules_within_strata(
    rules: Any,
    *,
    significant: Any = None,
    ax: Axes | None = None,
    language: str = "en",
    width: str = "single",
) -> Axes:
    """Lift of rules in all baskets against lift within strata of baskets, on logarithmic axes.

    Rules on the slanting line lose nothing when like is compared with like; rules on the level line are
    just what the strata explain.

    Parameters
    ----------
    rules : dataframe
        ``lift`` and ``lift_within``, as `kehu.rules.within_strata` gives the latter; both positive.
    significant : Series or array of bool, optional
        For each rule whether it is significant within strata; the others become hollow and grey.
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
    KeyError, TypeError, ValueError
        If a column is missing or holds something else, there are no rules, a lift is not positive, or
        ``significant`` does not fit.

    Examples
    --------
    >>> rules = pd.DataFrame({"lift": [2.0, 5.0], "lift_within": [0.9, 4.0]})
    >>> ax = rules_within_strata(rules, significant=[False, True])
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['Significant: 1', 'Not significant: 1']
    """
    data = table(rules, ("lift", "lift_within"), "rules")
    lift, within = (_positive(data[name], name) for name in ("lift", "lift_within"))
    yes = marks(significant, rules, len(data))
    look = {"rasterized": len(data) >= MANY, "clip_on": False}
    with canvas(ax, language=language, width=width, height=72) as ax:
        look["s"] = float(np.clip(3000 / len(data), 3, 14)) * growth(ax) ** 2
        ax.axhline(1, color=INK, linewidth=0.8 * growth(ax), linestyle=(0, (3, 2)), zorder=1)
        ax.scatter(
            lift[~yes],
            within[~yes],
            facecolor="none",
            edgecolor=GREY,
            linewidth=0.5 * growth(ax),
            alpha=0.6,
            **look,
        )
        ax.scatter(lift[yes], within[yes], color=VERMILLION, alpha=0.5, linewidth=0, **look)
        ax.set_xscale("log")
        ax.set_yscale("log")
        for axis, found, limits in ((ax.xaxis, lift, ax.set_xlim), (ax.yaxis, within, ax.set_ylim)):
            low, high = min(float(found.min()), 1.0) / 1.2, max(float(found.max()), 1.0) * 1.2
            limits(low, high)
            axis.set_major_locator(FixedLocator(round_numbers(low, high, lambda places: len(places) <= 6)))
            axis.set_minor_locator(NullLocator())
            axis.set_major_formatter(Numbers(language, each=True))
        ax.axline((1, 1), (2, 2), color=INK, linewidth=0.8 * growth(ax), zorder=1)
        ax.set_xlabel(heading("lift", language))
        ax.set_ylabel(heading("lift_within", language))
        if significant is not None:
            legend_of_marks(ax, yes, VERMILLION, language)
    return ax


def _positive(column: pd.Series, name: str) -> np.ndarray:
    found = values(column, name)
    wrong = np.flatnonzero(found <= 0)
    if len(wrong):
        raise ValueError(f"{name} must be positive, got {found[wrong[0]]} in row {wrong[0]}")
    return found
