"""Charts of association rules: itemsets, support against confidence, numbers of rules."""

from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, MaxNLocator, NullLocator

from kehu.figures.look import BLUE, GREY
from kehu.figures.numerals import percent, percents
from kehu.figures.ticks import Names, Numbers, Percents
from kehu.figures.words import heading, say
from kehu.plots._canvas import canvas, note_size, table, values
from kehu.plots._rules import (
    MANY,
    SKEWED,
    Colours,
    count,
    growth,
    itemsets,
    joined,
    legend_of_marks,
    legend_row,
    longest_name,
    marks,
    measured,
    shares,
    support_axis,
    within,
)

_MARKERS = "osD^vP"


def itemsets_by_support(
    sets: Any,
    *,
    ax: Axes | None = None,
    language: str = "en",
    top: int = 20,
    min_size: int = 2,
    width: str = "single",
) -> Axes:
    """Bars of the most frequent itemsets.

    Parameters
    ----------
    sets : dataframe
        ``itemsets`` and ``support``, as `kehu.rules.frequent_itemsets` (or mlxtend) gives them.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure, as tall as the sets need, when not given.
    language : {"en", "zh"}
        Language of the labels.
    top : int
        How many sets to show.
    min_size : int
        Fewest items of a set.
    width : {"single", "double", "slide"}
        Size of a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    KeyError, TypeError, ValueError
        If a column is missing or holds something else, no set has so many items, or a number is below 1.

    Examples
    --------
    >>> import pandas as pd
    >>> sets = pd.DataFrame({"itemsets": [{"tea"}, {"tea", "milk"}], "support": [0.6, 0.2]})
    >>> ax = itemsets_by_support(sets)
    >>> ax.get_yticklabels()[0].get_text(), ax.texts[0].get_text()
    ('milk + tea', '20.0%')
    """
    top, min_size = count(top, "top"), count(min_size, "min_size")
    data = table(sets, ("itemsets", "support"), "sets")
    found = itemsets(data["itemsets"], "itemsets")
    support = shares(data["support"], "support")
    large = np.flatnonzero([len(items) >= min_size for items in found])
    if not len(large):
        raise ValueError(f"sets has none of {min_size} items or more; lower min_size or the minimum support")
    shown = large[np.argsort(-support[large], kind="stable")][:top]
    support, places = support[shown], np.arange(len(shown))
    longest = longest_name(width)
    names = [joined(found[row], longest) for row in shown]
    with canvas(ax, language=language, width=width, height=16 + 3.9 * len(shown)) as ax:
        bars = ax.barh(places, support, height=0.7, color=BLUE)
        ax.bar_label(bars, percents(support.tolist()), padding=0.3 * note_size(ax), fontsize=note_size(ax))
        ax.set_xlim(0, 1.25 * support.max() or 1)
        ax.set_ylim(len(shown) - 0.4, -0.6)
        ax.yaxis.set_major_locator(FixedLocator(places))
        ax.yaxis.set_major_formatter(Names(names, longest))
        ax.tick_params(left=False)
        ax.set_xticks([])
        ax.spines["bottom"].set_visible(False)
        ax.set_xlabel(say("axis.support_of_sets", language))
    return ax


def rules_scatter(
    rules: Any,
    *,
    ax: Axes | None = None,
    language: str = "en",
    colour: str = "lift",
    significant: Any = None,
    width: str = "single",
) -> Axes:
    """Support of rules against their confidence, coloured by a measure.

    Rules with the largest values lie on top. The axis of support is logarithmic where supports span more
    than a fourfold range, the scale of colours where values span more than a tenfold one. From 2,000 rules
    on the points are kept as a picture, so that a PDF stays small.

    Parameters
    ----------
    rules : dataframe
        ``support``, ``confidence`` and the measure, as `kehu.rules.association_rules` gives them.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure when not given.
    language : {"en", "zh"}
        Language of the labels.
    colour : str
        Column of the measure that colours the points.
    significant : Series or array of bool, optional
        For each rule whether it is significant, as `kehu.rules.is_significant` gives it. The others become
        hollow and grey, and the chart says how many there are of each.
    width : {"single", "double", "slide"}
        Size of a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    KeyError, TypeError, ValueError
        If a column is missing or holds something else, there are no rules, or ``significant`` does not fit.

    Examples
    --------
    >>> import pandas as pd
    >>> rules = pd.DataFrame({"support": [0.2, 0.1], "confidence": [0.5, 0.9], "lift": [1.1, 2.0]})
    >>> ax = rules_scatter(rules, significant=[False, True])
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['Significant: 1', 'Not significant: 1']
    """
    data = table(rules, list(dict.fromkeys(("support", "confidence", colour))), "rules")
    support = shares(data["support"], "support")
    confidence = shares(data["confidence"], "confidence")
    measure = measured(data[colour], colour)
    yes = marks(significant, rules, len(data))
    scale = Colours(measure)
    size = float(np.clip(3000 / len(data), 3, 14))
    look = {"rasterized": len(data) >= MANY, "clip_on": False}
    order = np.argsort(np.nan_to_num(measure, nan=-np.inf), kind="stable")
    inside = order[yes[order]]
    with canvas(ax, language=language, width=width, height=66) as ax:
        look["s"] = size * growth(ax) ** 2
        ax.scatter(
            support[~yes],
            confidence[~yes],
            facecolor="none",
            edgecolor=GREY,
            linewidth=0.5 * growth(ax),
            alpha=0.6,
            **look,
        )
        ax.scatter(support[inside], confidence[inside], c=scale.of(measure[inside]), linewidth=0, **look)
        support_axis(ax, support, language)
        ax.set_ylim(*within(confidence))
        ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
        ax.yaxis.set_major_formatter(Percents(language))
        ax.set_xlabel(heading("support", language))
        ax.set_ylabel(heading("confidence", language))
        ax.grid()
        scale.add_bar(ax, colour, language)
        if significant is not None:
            legend_of_marks(ax, yes, scale.mappable.cmap(0.6), language)
    return ax


def rules_by_threshold(
    counts: Any, *, ax: Axes | None = None, language: str = "en", width: str = "single"
) -> Axes:
    """Lines of how many rules there are from each minimum support on, one line a minimum confidence.

    The axis of support is logarithmic where supports span more than a fourfold range, that of rules where
    their numbers span more than a tenfold one (it is linear from 0 to 1, so that 0 has a place).

    Parameters
    ----------
    counts : dataframe
        ``min_support``, ``min_confidence``, ``rules`` and, if there is one, ``significant`` (how many of
        them are), as `kehu.rules.count_by_threshold` gives them.
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
        If a column is missing or holds something else, or a pair of thresholds comes twice.

    Examples
    --------
    >>> import pandas as pd
    >>> counts = pd.DataFrame({"min_support": [0.01, 0.1], "min_confidence": 0.5, "rules": [40, 3]})
    >>> [text.get_text() for text in rules_by_threshold(counts).get_legend().get_texts()]
    ['50%']
    """
    thresholds = ["min_support", "min_confidence"]
    data = table(counts, (*thresholds, "rules"), "counts", optional=("significant",))
    for name in data:
        data[name] = shares(data[name], name) if name in thresholds else values(data[name], name)
    if (data["min_support"] <= 0).any() or (data.drop(columns=thresholds) < 0).any(axis=None):
        raise ValueError("counts must have a min_support above 0 and no negative numbers of rules")
    twice = data.duplicated(thresholds)
    if twice.any():
        first = data.loc[twice.idxmax(), thresholds].tolist()
        raise ValueError(f"counts has min_support={first[0]}, min_confidence={first[1]} more than once")
    data = data.sort_values(thresholds)
    levels = np.sort(data["min_confidence"].unique())
    colours = mpl.colormaps["YlGnBu"](np.linspace(0.4, 1, len(levels)))
    handles = []
    with canvas(ax, language=language, width=width, height=66) as ax:
        for place, (level, colour) in enumerate(zip(levels, colours, strict=True)):
            line = data[data["min_confidence"] == level]
            look = {"color": colour, "marker": _MARKERS[place % len(_MARKERS)], "clip_on": False}
            handles += ax.plot(line["min_support"], line["rules"], label=percent(level), **look)
            if "significant" in data:
                ax.plot(
                    line["min_support"],
                    line["significant"],
                    linestyle=(0, (3, 2)),
                    markersize=0,
                    **{name: value for name, value in look.items() if name != "marker"},
                )
        if "significant" in data:
            label = say("note.of_which_significant", language)
            handles.append(Line2D([], [], color=GREY, linestyle=(0, (3, 2)), label=label))
        support_axis(ax, data["min_support"].to_numpy(), language)
        _count_axis(ax, data.drop(columns=thresholds).to_numpy(), language)
        ax.set_xlabel(heading("min_support", language))
        ax.set_ylabel(heading("n_rules", language))
        ax.grid(axis="y")
        legend_row(ax, handles, columns=6 if "significant" not in data else 4)
        ax.get_legend().set_title(heading("min_confidence", language))
        ax.get_legend().set_alignment("left")
    return ax


def _count_axis(ax: Axes, counts: np.ndarray, language: str) -> None:
    """Make the vertical axis one of numbers of rules, by powers of ten where they span much."""
    positive = counts[counts > 0]
    if len(positive) and positive.max() / positive.min() > SKEWED:
        none = bool(counts.min() == 0)
        if none:
            ax.set_yscale("symlog", linthresh=1, linscale=0.4)
            ax.set_ylim(0, 1.3 * positive.max())
        else:
            ax.set_yscale("log")
        powers = 10.0 ** np.arange(np.floor(np.log10(positive.min())), np.ceil(np.log10(positive.max())) + 1)
        powers = powers[:: -(-len(powers) // 6)]
        ax.yaxis.set_major_locator(FixedLocator([0] * none + powers.tolist()))
        ax.yaxis.set_minor_locator(NullLocator())
        ax.yaxis.set_major_formatter(Numbers(language, each=True))
    else:
        ax.set_ylim(0, 1.05 * counts.max() or 1)
        ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10], integer=True))
        ax.yaxis.set_major_formatter(Numbers(language))
