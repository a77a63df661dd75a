"""What charts that read like tables share: headed columns of texts, rules, marks, words in two columns."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from kehu.figures.look import GREY, INK
from kehu.figures.numerals import number
from kehu.plots._boxes import LINE, Paragraph, lines_for
from kehu.plots._canvas import note_size, table
from kehu.plots._rules import growth
from kehu.plots._weights import ROW

SLOT = ROW * 72 / 25.4  # points of a row
_FAINT = "#C4C4C4"


def worded(data: pd.DataFrame, name: str, language: str) -> list[str | None]:
    """Texts of a column, in Chinese from the column whose name ends in ``_zh`` if there is one."""
    chinese = f"{name}_zh"
    column = data[chinese] if language == "zh" and chinese in data else data[name]
    return [None if pd.isna(each) or not str(each).strip() else str(each) for each in column]


def with_chinese(
    result: Any, columns: Sequence[str], what: str, *, texts: Sequence[str], optional: Sequence[str] = ()
) -> pd.DataFrame:
    """Take columns as `table` does, and for ``texts`` also those with their Chinese."""
    return table(result, columns, what, optional=[*optional, *(f"{name}_zh" for name in texts)])


def figure(value: float, unit: str | None = None, language: str = "en") -> str:
    """Write a figure with the digits it has, up to four or, below 10, five; a year has no thousands.

    Examples
    --------
    >>> figure(9.0065), figure(39.236), figure(2003, "year"), figure(10804.2), figure(float("nan"))
    ('9.0065', '39.24', '2003', '10,804', '–')
    """
    if unit is not None and unit.startswith("year") and np.isfinite(value):
        return f"{value:.0f}"
    if abs(value) >= 1e6:
        return number(value, language)
    if abs(value) >= 1e3:
        return f"{value:,.0f}".replace("-", "−")
    digits = 5 if abs(value) < 10 else 4
    return number(float(f"{value:.{digits}g}"), digits=digits)


def slots_for(text: str, room: float) -> int:
    """Rows of a chart that a heading takes, in so many points across."""
    return int(np.ceil(LINE * lines_for(text, room) / SLOT))


def rule(ax: Axes, across: float, y: float, heavy: float = 0.4) -> None:
    """Draw a line across, light between rows."""
    look = {"color": INK if heavy > 0.5 else _FAINT, "linewidth": heavy * growth(ax), "clip_on": False}
    ax.plot([0, across], [y, y], solid_capstyle="butt", zorder=1, **look)


def write(ax: Axes, x: float, y: float, text: str, *, ha: str = "right", color: str = INK) -> None:
    """Write a number or a word of ours in the middle of a row."""
    ax.text(x, y, text, ha=ha, va="center_baseline", color=color, fontsize=note_size(ax), zorder=4)


def head(ax: Axes, box: tuple[float, float, float, float], text: str, ha: str = "left") -> None:
    """Head a column with words of ours."""
    Paragraph(ax, box, text, ha=ha, va="bottom", color=GREY, ours=True)


def mark(ax: Axes, x: float, y: float, marker: str, face: Any, edge: Any, size: float = 18) -> None:
    """Draw one mark."""
    scale = growth(ax)
    look = {"facecolor": face, "edgecolor": edge, "linewidth": 0.8 * scale, "zorder": 5}
    ax.scatter([x], [y], s=size * scale**2, marker=marker, clip_on=False, **look)
