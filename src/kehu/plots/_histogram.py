"""Histograms of amounts: equal steps, or equal ratios where amounts are skewed."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

from kehu.figures.look import BLUE, PALE
from kehu.figures.ticks import Numbers

_FEWEST_BINS, _MOST_BINS = 8, 60
_SKEWED = 10.0  # largest over smallest value from which an axis is logarithmic


def skewed(positive: np.ndarray) -> bool:
    """Whether values range so far that the axis should be logarithmic."""
    return bool(len(positive)) and positive.max() / positive.min() > _SKEWED


def histogram(ax: Axes, shown: np.ndarray, *, logarithmic: bool, language: str) -> None:
    """Draw how many values lie in each interval, and label the axes with numbers."""
    edges = edges_of(shown, logarithmic=logarithmic)
    ax.hist(shown, bins=edges, histtype="stepfilled", facecolor=PALE, edgecolor=BLUE)
    if logarithmic:
        _logarithmic(ax, edges, language)
    else:
        ax.xaxis.set_major_locator(MaxNLocator(6))
        ax.xaxis.set_major_formatter(Numbers(language))
    ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10], integer=True))
    ax.yaxis.set_major_formatter(Numbers(language))


def edges_of(shown: np.ndarray, *, logarithmic: bool) -> np.ndarray:
    """Edges of the intervals, equal in width or in ratio."""
    x = np.log(shown) if logarithmic else shown
    low, high = float(x.min()), float(x.max())
    if high - low <= 1e-9 * max(abs(low), abs(high), 1e-300):
        half = 0.5 if logarithmic else max(0.5 * abs(low), 0.5)
        edges = np.array([low - half, low + half])
    else:
        quarter, three_quarters = np.quantile(x, [0.25, 0.75])
        wish = 2 * (three_quarters - quarter) / len(x) ** (1 / 3)
        step = float(np.diff(np.unique(shown)).min())
        finest = np.log1p(step / np.quantile(shown, 0.05)) if logarithmic else step
        bins = (high - low) / max(wish, finest, (high - low) / _MOST_BINS)
        edges = np.linspace(low, high, max(int(bins), min(_FEWEST_BINS, len(x))) + 1)
    edges = np.exp(edges) if logarithmic else edges
    edges[0], edges[-1] = min(edges[0], shown.min()), max(edges[-1], shown.max())
    return edges


def _logarithmic(ax: Axes, edges: np.ndarray, language: str) -> None:
    """Axis by powers of ten, with steps between them where there is room."""
    ax.set_xscale("log")
    decades = np.log10(edges[-1] / edges[0])
    steps = (1, 2, 5) if decades < 3 else (1, 3) if decades < 4.5 else (1,)
    ax.xaxis.set_major_locator(LogLocator(subs=steps, numticks=8 if len(steps) == 1 else 20))
    ax.xaxis.set_major_formatter(Numbers(language, each=True))
    ax.xaxis.set_minor_formatter(NullFormatter())
