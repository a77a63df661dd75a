"""What the charts of weights share: names from the data, rows of criteria, lines with names at their ends."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, MaxNLocator
from scipy.optimize import isotonic_regression

from kehu.figures.look import BLUE, GREEN, INK, OCHRE, PURPLE, VERMILLION
from kehu.figures.ticks import Names, Numbers, literal, shorten
from kehu.figures.words import say
from kehu.plots._canvas import note_size, values
from kehu.plots._rules import growth

SERIES = (BLUE, VERMILLION, GREEN, PURPLE, OCHRE, INK)
ROW = 5.2  # mm: height of a row
EM = 0.55  # mean width of a letter, in font sizes
_ALONE, _ALONE_WIDE = 0.77, 0.775  # height and width of axes in a figure of their own, before the layout
_LONGEST = 30  # letters of a name at the side


def named(text: object, longest: int) -> str:
    """Name from the data, cut; blanks around it keep it from being taken for a word of the catalogue."""
    return f" {literal(shorten(str(text), longest))} "


def letters(ax: Axes) -> float:
    """How many letters stand side by side in the width of the figure, or in the share of one axes of many."""
    part = min(ax.get_position().width / _ALONE_WIDE, 1.0)
    return part * 72 * ax.figure.get_figwidth() / (EM * note_size(ax))


def rows_down(ax: Axes, names: Sequence[Any]) -> None:
    """Name rows at the side, from the top down."""
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.yaxis.set_major_locator(FixedLocator(range(len(names))))
    ax.yaxis.set_major_formatter(Names([str(name) for name in names], _LONGEST))
    ax.tick_params(axis="y", length=0)


def weight_axis(ax: Axes, language: str, largest: float) -> None:
    """Make the horizontal axis one of weights, from 0."""
    ax.set_xlim(-0.02 * largest, 1.04 * largest)
    ax.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    ax.xaxis.set_major_formatter(Numbers(language))
    ax.set_xlabel(say("weight", language))
    ax.grid(axis="x")


def weights_of(column: pd.Series, name: str) -> np.ndarray:
    """Weights: numbers from 0."""
    found = values(column, name)
    wrong = np.flatnonzero(found < 0)
    if len(wrong):
        raise ValueError(f"{name} must hold weights from 0 on, got {found[wrong[0]]:g} in row {wrong[0]}")
    return found


def row_wise(handles: Sequence[Line2D], columns: int) -> list[Line2D]:
    """Put the entries of a legend in the order in which it reads by rows; a legend is filled by columns."""
    return [handles[place] for column in range(columns) for place in range(column, len(handles), columns)]


def name_ends(ax: Axes, ends: Sequence[float], names: Sequence[Any], colours: Sequence[Any]) -> None:
    """Name lines at the right end of the axes, one below the other, with leaders where names had to move."""
    low, high = sorted(ax.get_ylim())
    # Axes labels and legend take about nine lines of text; axes among others are lower than alone.
    alone = min(ax.get_position().height / _ALONE, 1.0)
    tall = max(alone * 72 * ax.figure.get_figheight() - 9.5 * note_size(ax), 6 * note_size(ax))
    places = spread(np.asarray(ends, dtype=float), (high - low) * 1.35 * note_size(ax) / tall)
    across, longest = ax.get_yaxis_transform(), int(letters(ax) / 4)
    for end, place, name, colour in zip(ends, places, names, colours, strict=True):
        line = {"color": colour, "linewidth": 0.6 * growth(ax), "clip_on": False, "transform": across}
        ax.plot([1, 1.04], [end, place], **line)
        style = {"ha": "left", "va": "center", "fontsize": note_size(ax), "color": INK, "transform": across}
        ax.text(1.045, place, named(name, longest), **style)


def spread(places: np.ndarray, gap: float) -> np.ndarray:
    """Move places apart to at least ``gap``, in their order and as little as possible.

    Examples
    --------
    >>> spread(np.array([1.0, 5.0, 1.0]), 2.0).tolist()
    [0.0, 5.0, 2.0]
    """
    order = np.argsort(places, kind="stable")
    steps = gap * np.arange(len(places))
    found = np.empty(len(places))
    found[order] = isotonic_regression(places[order] - steps).x + steps
    return found
