"""Charts of baskets: the items they hold most often, and how many."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, MaxNLocator

from kehu.figures.look import BLUE, PALE
from kehu.figures.numerals import percents
from kehu.figures.ticks import Names, Percents
from kehu.figures.words import heading, say
from kehu.plots._canvas import canvas, mark_averages, note_size, table, values

_COVERED = 0.99  # share of baskets that get a bar of their own size
_MOST_BARS = 40


def item_frequency(
    frequency: Any, *, ax: Axes | None = None, language: str = "en", top: int = 20, width: str = "single"
) -> Axes:
    """Bars of the most frequent items.

    Parameters
    ----------
    frequency : dataframe
        ``item`` and ``support``, as `kehu.Baskets.item_frequency` gives them.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure, as tall as the items need, when not given.
    language : {"en", "zh"}
        Language of the labels.
    top : int
        How many items to show.
    width : {"single", "double", "slide"}
        Size of a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    KeyError, TypeError, ValueError
        If a column is missing or holds something else, there are no rows, or ``top`` is below 1.

    Examples
    --------
    >>> import pandas as pd
    >>> frequency = pd.DataFrame({"item": ["tea", "milk"], "support": [0.2, 0.6]})
    >>> [text.get_text() for text in item_frequency(frequency).texts]
    ['60.0%', '20.0%']
    """
    if not isinstance(top, int | np.integer) or top < 1:
        raise ValueError(f"top must be a whole number from 1, got {top!r}")
    data = table(frequency, ("item", "support"), "frequency")
    data = data.assign(support=values(data["support"], "support"))
    data = data.sort_values("support", ascending=False, kind="stable").head(top)
    places = np.arange(len(data))
    with canvas(ax, language=language, width=width, height=16 + 3.9 * len(data)) as ax:
        bars = ax.barh(places, data["support"], height=0.7, color=BLUE)
        ax.bar_label(bars, percents(data["support"]), padding=0.3 * note_size(ax), fontsize=note_size(ax))
        ax.set_xlim(0, 1.18 * data["support"].max() or 1)
        ax.set_ylim(len(data) - 0.4, -0.6)
        ax.yaxis.set_major_locator(FixedLocator(places))
        ax.yaxis.set_major_formatter(Names(data["item"].astype(str)))
        ax.tick_params(left=False)
        ax.set_xticks([])
        ax.spines["bottom"].set_visible(False)
        ax.set_xlabel(say("axis.support_in_baskets", language))
    return ax


def basket_size(
    sizes: Any,
    *,
    ax: Axes | None = None,
    language: str = "en",
    largest: int | None = None,
    width: str = "single",
) -> Axes:
    """Bars of how many items the baskets hold, with median and mean.

    Parameters
    ----------
    sizes : dataframe
        ``size`` and ``baskets``, as `kehu.Baskets.size_distribution` gives them.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure when not given.
    language : {"en", "zh"}
        Language of the labels.
    largest : int, optional
        Largest size with a bar of its own; larger baskets share the last, paler bar. Chosen so that 99 %
        of baskets have their own bar, within 40 bars, when not given.
    width : {"single", "double", "slide"}
        Size of a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    KeyError, TypeError, ValueError
        If a column is missing or holds something else, or there are no baskets.

    Examples
    --------
    >>> import pandas as pd
    >>> sizes = pd.DataFrame({"size": [1, 2, 30], "baskets": [6, 3, 1]})
    >>> ax = basket_size(sizes, largest=2)
    >>> [round(float(bar.get_height()), 9) for bar in ax.patches]
    [0.6, 0.3, 0.1]
    """
    data = table(sizes, ("size", "baskets"), "sizes")
    size, baskets = values(data["size"], "size"), values(data["baskets"], "baskets")
    if (size != np.round(size)).any() or (baskets < 0).any() or not baskets.sum():
        raise ValueError("sizes must hold whole numbers of items and at least one basket")
    order = np.argsort(size)
    size, share = size[order].astype(int), baskets[order] / baskets.sum()
    if largest is None:
        covering = size[np.searchsorted(np.cumsum(share), _COVERED)]
        largest = min(covering, size[0] + _MOST_BARS - 1)
        largest = size[-1] if size[-1] == largest + 1 else largest
    own = size <= largest
    rest = float(share[~own].sum())
    with canvas(ax, language=language, width=width) as ax:
        ax.bar(size[own], share[own], width=0.8, color=BLUE)
        places = _ticks(size[0], largest)
        labels = [f"{place:,}" for place in places]
        if rest:
            ax.bar([largest + 2], [rest], width=0.8, color=PALE, edgecolor=BLUE)
            apart = [place for place in places if largest + 2 - place > 0.06 * (largest - size[0])]
            places, labels = [*apart, largest + 2], [*labels[: len(apart)], f"≥{largest + 1:,}"]
        ax.set_xticks(places, labels)
        ax.tick_params(axis="x", length=0)
        ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
        ax.yaxis.set_major_formatter(Percents(language))
        ax.set_xlabel(heading("size", language))
        ax.set_ylabel(say("axis.share_of_baskets", language))
        averages = {"median": _median(size, share), "mean": float((size * share).sum())}
        mark_averages(ax, averages, language, beyond=largest)
    return ax


def _ticks(first: int, last: int) -> list[int]:
    """Sizes to name under the bars: all, or round ones, as many as there is room for."""
    room = min(10, 40 // len(f"{last:,}"))
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 1000, 10**6) if (last - first) / step <= room)
    return [first, *range((first // step + 1) * step, last + 1, step)]


def _median(size: np.ndarray, share: np.ndarray) -> float:
    """Median of sizes that occur with these shares."""
    below = np.cumsum(share)
    low, high = (int(np.searchsorted(below, 0.5 + shift)) for shift in (-1e-12, 1e-12))
    return float(size[low] + size[min(high, len(size) - 1)]) / 2
