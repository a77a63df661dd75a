"""What charts of rows share: a column of texts beside them, numbers with limits, a legend that fits."""

from collections.abc import Sequence
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator

from kehu.figures.ticks import Names
from kehu.figures.ticks import width as text_width
from kehu.figures.words import LANGUAGES, translate
from kehu.plots._rules import legend_row
from kehu.plots._weights import letters, row_wise


def beside(ax: Axes, texts: Sequence[str], label: str) -> None:
    """Write a column of finished texts at the right of rows, with a word for it."""
    right = ax.secondary_yaxis("right")
    right.yaxis.set_major_locator(FixedLocator(range(len(texts))))
    right.yaxis.set_major_formatter(Names(texts))
    right.tick_params(length=0)
    right.spines[:].set_visible(False)
    right.set_ylabel(label)


def with_limits(value: float, low: float, high: float, decimals: int) -> str:
    """Write a number with its limits, the same in both languages.

    Examples
    --------
    >>> with_limits(-0.5, -0.75, 0.001, 2), with_limits(30.4, -19.2, 65, 0)
    ('−0.50 [−0.75, 0.00]', '30 [−19, 65]')
    """
    texts = [f"{round(each, decimals) + 0.0:.{decimals}f}".replace("-", "−") for each in (value, low, high)]
    return f"{texts[0]} [{texts[1]}, {texts[2]}]"


def legend_of_rows(ax: Axes, handles: Sequence[Line2D], *, taken: int = 0) -> None:
    """Name things above the axes, in the order in which they read, ending at the right side.

    ``taken`` letters to the right of the axes are not theirs.
    """
    columns = columns_for(ax, handles, taken)
    legend_row(ax, row_wise(handles, columns), columns=columns, side="right")


def columns_for(ax: Axes, handles: Sequence[Artist], taken: int = 0) -> int:
    """How many columns a legend has room for, the same in both languages, as a figure may be switched."""
    both = [[translate(handle.get_label(), language) for language in LANGUAGES] for handle in handles]
    wide, room = [max(map(text_width, texts)) + 4 for texts in both], 0.95 * letters(ax) - taken
    fitting = (n for n in range(len(wide), 1, -1) if sum(max(wide[start::n]) for start in range(n)) <= room)
    return next(fitting, 1)


def line(label: str, colour: Any, dashes: Any = "-", width: float = 1.2) -> Line2D:
    """Line of a legend."""
    return Line2D([], [], color=colour, linestyle=dashes, linewidth=width, label=label)
