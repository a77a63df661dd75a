"""Chart of a cleaning ledger: what came in, what each reason took out, what was kept."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from kehu.figures.look import BLUE, GREEN, GREY, OCHRE, PALE, PURPLE, VERMILLION
from kehu.figures.numerals import number, percents
from kehu.figures.ticks import literal, shorten
from kehu.figures.ticks import width as text_width
from kehu.figures.words import LANGUAGES, heading, translate
from kehu.plots._canvas import canvas, note_size, table, values

_COLOURS = {"filter": OCHRE, "clean": VERMILLION, "classify": PURPLE}
_ROW = 6.4  # mm
_LIFT, _HEAD = 0.28, -0.95  # baselines above the bars and of the headings, in rows
# In sizes of the letters: widths of letters, the gap between columns, and what fits across 89 mm.
_LETTER, _CAPITAL, _GAP, _COLUMN_OF_PRINT = 0.56, 0.7, 0.9, 35.0
_SHORTEST = 12  # letters of a reason that are always shown
_COLUMNS = ("rows", "share", "amount", "share")


def cleaning_ledger(
    ledger: Any, *, ax: Axes | None = None, language: str = "en", zeros: bool = False, width: str = "single"
) -> Axes:
    """Bars of the order lines that each reason took out, with rows, amount and their shares.

    Each bar shows what was still in (pale) and what the reason took away from it (in the colour of its
    step), so that the bars run from the input down to what was kept. Shares are of the input.

    Parameters
    ----------
    ledger : dataframe
        ``step``, ``reason``, ``rows``, ``amount``, as `kehu.orders.clean` gives them: the input first, what
        was kept last.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure, as tall as the rows need, when not given.
    language : {"en", "zh"}
        Language of the labels.
    zeros : bool
        Whether to show reasons that took nothing out.
    width : {"single", "double", "slide"}
        Size of a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    KeyError, TypeError, ValueError
        If a column is missing or holds something else, or the rows do not add up.

    Examples
    --------
    >>> ledger = pd.DataFrame({"step": ["input", "clean", "store"], "rows": [100, 20, 80],
    ...                        "reason": ["order lines received", "amount zero", "kept"],
    ...                        "amount": [50.0, 0.0, 50.0]})
    >>> [round(float(bar.get_width()), 9) for bar in cleaning_ledger(ledger).patches]
    [1.0, 0.8, 0.2, 0.8]
    """
    data = _check(table(ledger, ("step", "reason", "rows", "amount"), "ledger"))
    if not zeros:
        ends = np.isin(np.arange(len(data)), (0, len(data) - 1))
        data = data[ends | (data["rows"] != 0) | (data["amount"] != 0)].reset_index(drop=True)
    with canvas(ax, language=language, width=width, height=11 + _ROW * len(data)) as ax:
        _bars(ax, data)
        _texts(ax, data, language)
        _steps(ax, data, language)
        ax.set(xlim=(0, 1), ylim=(len(data) - 0.3, -1.2), xticks=[], yticks=[])
        ax.spines[:].set_visible(False)
    return ax


def _check(data: pd.DataFrame) -> pd.DataFrame:
    data = data.assign(**{name: values(data[name], name) for name in ("rows", "amount")})
    if len(data) < 2 or data["rows"].iloc[0] <= 0:
        raise ValueError("ledger must begin with the order lines received and end with those kept")
    came, accounted = data["rows"].iloc[0], data["rows"].iloc[1:].sum()
    if came != accounted:
        raise ValueError(
            f"ledger does not add up: {came:,.0f} rows came in, {accounted:,.0f} are accounted for"
        )
    return data


def _bars(ax: Axes, data: pd.DataFrame) -> None:
    share = data["rows"].to_numpy() / data["rows"].iloc[0]
    still = 1 - np.cumsum(share[1:-1])
    last = len(data) - 1
    ax.barh(0, 1, height=0.24, color=BLUE)
    for place, (left, taken, step) in enumerate(
        zip(still, share[1:-1], data["step"].iloc[1:-1], strict=True), start=1
    ):
        colour = _COLOURS.get(str(step), GREEN)
        ax.barh(place, left, height=0.24, color=PALE)
        # The outline keeps a small bar visible.
        ax.barh(place, taken, left=left, height=0.24, color=colour, edgecolor=colour, linewidth=0.6)
    ax.barh(last, share[-1], height=0.24, color=BLUE)


def _texts(ax: Axes, data: pd.DataFrame, language: str) -> None:
    """Reason at the left and figures at the right, above each bar."""
    size = note_size(ax)
    rooms = [_room(data, column) for column in range(len(_COLUMNS))]
    longest = max(_SHORTEST, int((_COLUMN_OF_PRINT - sum(rooms)) / _CAPITAL))
    for place, reason in enumerate(data["reason"].astype(str)):
        ours = any(translate(reason, other) != reason for other in LANGUAGES)
        words = translate(reason, language) if ours else literal(shorten(reason, longest))
        ax.annotate(words, (0, place - _LIFT), ha="left", va="baseline", fontsize=size)
    heights = [_HEAD, *(place - _LIFT for place in range(len(data)))]
    for column, name in enumerate(_COLUMNS):
        edge = -sum(rooms[column + 1 :]) * size
        texts = [heading(name, language), *_figures(data, column, language)]
        for height, text in zip(heights, texts, strict=True):
            ax.annotate(
                text,
                (1, height),
                (edge, 0),
                textcoords="offset points",
                ha="right",
                va="baseline",
                fontsize=size,
                color=GREY if height == _HEAD else None,
                annotation_clip=False,
            )


def _figures(data: pd.DataFrame, column: int, language: str) -> list[str]:
    rows, amount = data["rows"], data["amount"]
    if column == 0:
        return [f"{count:,.0f}" for count in rows]
    if column == 2:
        return [number(money, language) for money in amount]
    part = rows if column == 1 else amount
    whole = part.iloc[0]
    return percents(part / whole) if whole else ["–"] * len(part)


def _room(data: pd.DataFrame, column: int) -> float:
    """Width of a column in font sizes, enough for either language."""
    texts = [
        text
        for language in LANGUAGES
        for text in (heading(_COLUMNS[column], language), *_figures(data, column, language))
    ]
    return _LETTER * max(map(text_width, texts)) + _GAP


def _steps(ax: Axes, data: pd.DataFrame, language: str) -> None:
    """Name the steps by their colours."""
    present = [step for step in _COLOURS if (data["step"] == step).any()]
    handles = [Patch(color=_COLOURS[step], label=translate(step, language)) for step in present]
    if handles:
        ax.legend(
            handles=handles,
            loc="upper left",
            bbox_to_anchor=(0, 0),
            ncols=4,
            frameon=False,
            fontsize=note_size(ax),
            borderaxespad=0,
            borderpad=0,
            handlelength=1,
            handleheight=0.7,
        )
