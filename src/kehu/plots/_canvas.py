"""What all charts need: axes to draw on, checked columns, small text, marked averages."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from kehu import frames
from kehu.figures.look import BLUE, INK, VERMILLION, add_fonts, style
from kehu.figures.numerals import number
from kehu.figures.words import check_language, say

SHADES = LinearSegmentedColormap.from_list("kehu", ["#F2F7FB", "#9CC4E4", BLUE, "#00304D"])


@contextmanager
def canvas(ax: Axes | None, *, language: str, width: str = "single", height: float = 60.0) -> Iterator[Axes]:
    """Axes to draw on: those given, else those of a new figure in our style (``height`` in mm in print)."""
    check_language(language)
    if ax is not None and not isinstance(ax, Axes):
        raise TypeError(f"ax must be Matplotlib axes, got {type(ax).__name__}")
    if ax is not None:
        yield ax
        add_fonts(ax.figure)
        return
    with style(width, height):
        fig, ax = plt.subplots()
        try:
            yield ax
        except BaseException:
            plt.close(fig)
            raise


def table(result: Any, columns: Sequence[str], what: str, optional: Sequence[str] = ()) -> pd.DataFrame:
    """Take the columns a chart needs, refusing a result that lacks one or is empty."""
    found = frames.select(
        result, {name: name for name in columns}, optional={name: name for name in optional}, what=what
    )
    if found.empty:
        raise ValueError(f"{what} has no rows; there is nothing to plot")
    return found


def values(column: pd.Series, name: str) -> np.ndarray:
    """Finite numbers of a column; others are refused."""
    found = frames.numbers(column, name)
    wrong = np.flatnonzero(~np.isfinite(found))
    if len(wrong):
        raise ValueError(f"{name} must hold finite numbers, got {found[wrong[0]]} in row {wrong[0]}")
    return found


def note_size(ax: Axes) -> float:
    """Points for text inside the axes: that of tick labels in our style."""
    return 0.875 * ax.xaxis.label.get_fontsize()


def mark_averages(ax: Axes, averages: Mapping[str, float], language: str, beyond: float = np.inf) -> None:
    """Draw the median and the mean as lines across, named above them.

    What lies ``beyond`` the part of the axis that is to scale is named without a line.
    """
    styles = {"median": (VERMILLION, "-"), "mean": (INK, (0, (3, 2)))}
    for key, value in averages.items():
        colour, dashes = styles[key]
        text = say(f"note.{key}", language, value=number(value, language))
        if value <= beyond:
            ax.axvline(value, color=colour, linestyle=dashes, label=text)
        else:
            ax.plot([], [], linestyle="none", label=text)
    legend_above(ax)


def legend_above(ax: Axes, columns: int = 2) -> None:
    """Name the lines in rows above the axes, where no data can be."""
    ax.legend(
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=columns,
        borderaxespad=0.2,
        frameon=False,
        fontsize=note_size(ax),
        handlelength=1.6,
    )
