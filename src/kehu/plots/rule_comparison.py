"""Chart of the rules of two periods or segments."""

from copy import copy
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, MaxNLocator

from kehu import frames
from kehu.figures.look import BLUE, GREY, INK, OCHRE, VERMILLION
from kehu.figures.ticks import Numbers, Percents, literal, shorten
from kehu.figures.words import heading, say, translate
from kehu.plots._canvas import canvas, table
from kehu.plots._rules import MANY, SKEWED, dot, growth, legend_row, round_numbers, within

_COMPARED = ("confidence", "lift", "support")
_STATES = {"kept": (BLUE, "o"), "new": (VERMILLION, "^"), "gone": (OCHRE, "v")}


def rules_compared(
    comparison: Any,
    *,
    ax: Axes | None = None,
    language: str = "en",
    measure: str = "confidence",
    width: str = "single",
) -> Axes:
    """Rules of two periods or segments: a measure in the first against that in the second.

    Rules on the dashed line have the same value in both. Those that changed beyond chance stand out with a
    dark edge. Axes of lift are logarithmic where values span more than a tenfold range.

    Parameters
    ----------
    comparison : kehu.rules.RulesComparison
        Its ``names`` and ``table``: ``status``, ``changed`` and the measure of both.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure when not given.
    language : {"en", "zh"}
        Language of the labels.
    measure : {"confidence", "lift", "support"}
        What to compare.
    width : {"single", "double", "slide"}
        Size of a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    KeyError, TypeError, ValueError
        If it is no such comparison, or there are no rules, or none has a value in both.

    Examples
    --------
    >>> import pandas as pd
    >>> from types import SimpleNamespace
    >>> table = pd.DataFrame({"status": ["kept", "new"], "changed": [False, True],
    ...                       "confidence_2016": [0.5, 0.1], "confidence_2017": [0.4, 0.6]})
    >>> ax = rules_compared(SimpleNamespace(table=table, names=("2016", "2017")))
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['Kept: 1', 'New: 1', 'Changed beyond chance: 1']
    """
    missing = [name for name in ("table", "names") if not hasattr(comparison, name)]
    if missing:
        raise TypeError(
            "comparison must come from kehu.rules.compare_rules; "
            f"{type(comparison).__name__} has no {missing[0]}"
        )
    if measure not in _COMPARED:
        raise ValueError(f"measure={measure!r} is not known; {frames.closest(measure, _COMPARED)}")
    columns = [f"{measure}_{name}" for name in comparison.names]
    data = table(comparison.table, ("status", "changed", *columns), "comparison.table")
    odd = set(data["status"]) - set(_STATES)
    if odd:
        raise ValueError(f"status must be one of {', '.join(_STATES)}, got {min(odd, key=str)!r}")
    changed = data["changed"].to_numpy(bool)
    both = np.column_stack([frames.numbers(data[name], name) for name in columns])
    known = np.isfinite(both).all(axis=1)
    if not known.any():
        raise ValueError(f"no rule has a {measure} in both {' and '.join(map(str, comparison.names))}")
    with canvas(ax, language=language, width=width, height=84) as ax:
        low, high = _square(ax, both[known], measure, language)
        ax.plot([low, high], [low, high], color=GREY, linestyle=(0, (3, 2)), linewidth=0.6, zorder=1)
        handles = []
        size = float(np.clip(3000 / len(data), 4, 14)) * growth(ax) ** 2
        for state, (colour, marker) in _STATES.items():
            here = (data["status"] == state).to_numpy()
            if here.any():
                label = say(f"note.status_{state}", language, n=f"{here.sum():,}")
                handles.append(dot(label, colour, colour, marker))
            for mark, look in (
                (False, {"alpha": 0.45, "linewidth": 0, "zorder": 2}),
                (True, {"edgecolor": INK, "linewidth": 0.6, "zorder": 3}),
            ):
                points = both[here & known & (changed == mark)]
                ax.scatter(
                    *points.T, s=size, color=colour, marker=marker, rasterized=len(data) >= MANY, **look
                )
        handles.append(dot(say("note.changed", language, n=f"{changed.sum():,}"), "white", INK))
        if not known.all():
            label = say("note.not_in_both", language, n=f"{(~known).sum():,}")
            handles.append(Line2D([], [], linestyle="none", label=label))
        names = [literal(shorten(translate(str(name), language), 16)) for name in comparison.names]
        for axis, name in zip((ax.xaxis, ax.yaxis), names, strict=True):
            axis.set_label_text(
                say("axis.measure_in", language, measure=heading(measure, language), what=name)
            )
        legend_row(ax, handles, columns=2)
    return ax


def _square(ax: Axes, both: np.ndarray, measure: str, language: str) -> tuple[float, float]:
    """Give both axes the same limits and labels."""
    low, high = float(both.min()), float(both.max())
    if low > 0 and high / low > SKEWED:
        low, high = low / 1.2, high * 1.2
        ax.set(xscale="log", yscale="log")
        locator = FixedLocator(round_numbers(low, high, lambda found: len(found) <= 5))
        ax.minorticks_off()
    else:
        low, high = within(both)
        locator = MaxNLocator(5, steps=[1, 2, 2.5, 5, 10])
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(copy(locator))
        axis.set_major_formatter(Numbers(language, each=True) if measure == "lift" else Percents(language))
    ax.set(xlim=(low, high), ylim=(low, high), aspect="equal")
    ax.grid()
    return low, high
