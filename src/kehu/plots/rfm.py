"""Charts of RFM scores: heat map, sizes and values of segments, moves between periods, luck."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, MaxNLocator

from kehu import frames
from kehu.figures.look import BLUE, GREY, INK, OCHRE, VERMILLION
from kehu.figures.numerals import number, percents
from kehu.figures.ticks import Numbers, Percents, Words, literal, shorten
from kehu.figures.ticks import width as text_width
from kehu.figures.words import catalogue, say
from kehu.plots._canvas import canvas, note_size, table, values
from kehu.plots._rules import Colours, dot, growth, legend_row

_ROW, _LETTER = 6.0, 1.25  # mm: height of a row of bars or dots, width of a letter
_LONGEST = 24  # letters of a name at the side


def rfm_heat_map(
    customers: Any,
    *,
    ax: Axes | None = None,
    language: str = "en",
    value: str = "total",
    width: str = "single",
) -> Axes:
    """Heat map of recency by frequency score: colour is the mean value, the number that of customers.

    Parameters
    ----------
    customers : dataframe
        One row a customer: ``recency_score``, ``frequency_score`` and the value, such as a customer summary
        joined to the scores of `kehu.rfm.RFM`.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure when not given.
    language : {"en", "zh"}
        Language of the labels.
    value : str
        Column whose mean is the colour.
    width : {"single", "double", "slide"}
        Size of a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    KeyError, TypeError, ValueError
        If a column is missing or holds something else, or there are no customers.

    Examples
    --------
    >>> customers = pd.DataFrame({"recency_score": [2, 2, 1], "frequency_score": [1, 1, 2],
    ...                           "total": [10.0, 30.0, 50.0]})
    >>> ax = rfm_heat_map(customers)
    >>> sorted(text.get_text() for text in ax.texts)
    ['1', '2']
    """
    data = table(customers, tuple(dict.fromkeys(("recency_score", "frequency_score", value))), "customers")
    r, f = (_scores(data[name], name) for name in ("recency_score", "frequency_score"))
    found = values(data[value], value)
    shape = (f.max(), r.max())
    cell = (f - 1) * shape[1] + r - 1
    counts = np.bincount(cell, minlength=shape[0] * shape[1])
    present = np.flatnonzero(counts)
    means = np.bincount(cell, weights=found, minlength=len(counts))[present] / counts[present]
    colours = Colours(means)
    with canvas(ax, language=language, width=width, height=66) as ax:
        x, y = present % shape[1] + 1, present // shape[1] + 1
        grid = np.ones((*shape, 4))
        grid[y - 1, x - 1] = colours.of(means)
        ax.imshow(grid, origin="lower", extent=(0.5, shape[1] + 0.5, 0.5, shape[0] + 0.5), aspect="auto")
        for place_x, place_y, count, dark in zip(
            x, y, counts[present], colours.place(means) > 0.5, strict=True
        ):
            text = number(float(count), language)
            _in_cell(ax, place_x, place_y, text, "white" if dark else INK)
        for axis, n, key in ((ax.xaxis, shape[1], "recency"), (ax.yaxis, shape[0], "frequency")):
            axis.set_major_locator(FixedLocator(range(1, n + 1)))
            axis.set_major_formatter(Numbers(language))
            axis.set_label_text(say(f"axis.{key}_score_n", language, n=str(n)))
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
        named = f"mean_{value}"
        colours.add_bar(ax, named if named in catalogue() else value, language)
    return ax


def rfm_segments(
    customers: Any,
    *,
    ax: Axes | None = None,
    language: str = "en",
    group: str = "segment",
    value: str = "total",
    width: str = "single",
) -> Axes:
    """Bars of how many customers each group has and how much of the value it brings.

    Parameters
    ----------
    customers : dataframe
        One row a customer: the group and the value, such as a customer summary joined to the scores of
        `kehu.rfm.RFM`.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure, as tall as the groups need, when not given.
    language : {"en", "zh"}
        Language of the labels.
    group, value : str
        Columns.
    width : {"single", "double", "slide"}
        Size of a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    KeyError, TypeError, ValueError
        If a column is missing or holds something else, a group is missing, or the value is negative for a
        group or zero for all.

    Examples
    --------
    >>> customers = pd.DataFrame({"segment": ["Loyal", "Asleep", "Asleep", "Asleep"],
    ...                           "total": [60.0, 10.0, 10.0, 20.0]})
    >>> ax = rfm_segments(customers)
    >>> [round(float(bar.get_width()), 2) for bar in ax.patches]
    [0.25, 0.75, 0.6, 0.4]
    """
    data = table(customers, (group, value), "customers")
    codes, names = pd.factorize(data[group].astype(str).where(data[group].notna(), None))
    if (codes < 0).any():
        raise ValueError(f"{group} is missing in row {int(np.argmin(codes))}; name a group for each customer")
    brought = np.bincount(codes, weights=values(data[value], value), minlength=len(names))
    if brought.min() < 0 or not brought.sum() > 0:
        raise ValueError(
            f"{value} must be positive in sum and not negative for a group, to show shares of it"
        )
    order = np.argsort(-brought, kind="stable")
    shares = [np.bincount(codes, minlength=len(names))[order] / len(codes), brought[order] / brought.sum()]
    places = np.arange(len(names))
    keys = ("note.share_of_customers", "note.share_of_total" if value == "total" else "note.share_of_value")
    with canvas(ax, language=language, width=width, height=24 + _ROW * max(len(names), 4)) as ax:
        handles = []
        for share, shift, colour, key in zip(shares, (-0.2, 0.2), (BLUE, OCHRE), keys, strict=True):
            bars = ax.barh(places + shift, share, height=0.38, color=colour)
            ax.bar_label(bars, percents(share.tolist()), padding=0.3 * note_size(ax), fontsize=note_size(ax))
            handles.append(dot(say(key, language), colour, colour, "s"))
        ax.set_xlim(0, 1.2 * max(share.max() for share in shares))
        _groups_down(ax, [names[one] for one in order], language)
        ax.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
        ax.xaxis.set_major_formatter(Percents(language))
        ax.set_xlabel(say("axis.share_of_all", language))
        legend_row(ax, handles, columns=2)
    return ax


def rfm_migration(
    migration: Any, *, ax: Axes | None = None, language: str = "en", width: str = "single"
) -> Axes:
    """Heat map of moves: which per cent of each group of the first period is where in the next.

    Parameters
    ----------
    migration : kehu.rfm.Migration
        Its ``counts``. Groups nobody comes from have no row, and those nobody goes to no column.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure, as tall as the groups need, when not given.
    language : {"en", "zh"}
        Language of the labels.
    width : {"single", "double", "slide"}
        Size of a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        If it is no such result, or nobody is in it.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> counts = pd.DataFrame([[3, 1], [0, 2]], index=["Loyal", "Asleep"], columns=["Loyal", "Asleep"])
    >>> ax = rfm_migration(SimpleNamespace(counts=counts))
    >>> [text.get_text() for text in ax.texts]
    ['75', '25', '0', '100']
    """
    counts = getattr(migration, "counts", None)
    if not isinstance(counts, pd.DataFrame):
        raise TypeError(f"migration must come from kehu.rfm.migration, got {type(migration).__name__}")
    found = (
        np.column_stack([values(counts[name], str(name)) for name in counts])
        if counts.size
        else np.zeros((0, 0))
    )
    rows, columns = found.sum(axis=1) > 0, found.sum(axis=0) > 0
    if not rows.any():
        raise ValueError("migration has no customers; there is nothing to plot")
    share = found[rows][:, columns]
    share = share / share.sum(axis=1, keepdims=True)
    sides = [counts.index[rows].astype(str), counts.columns[columns].astype(str)]
    letters = max(text_width(shorten(name, _LONGEST)) for name in sides[1])
    tall = 20 + 5.5 * max(len(share), 7) + _LETTER * letters
    with canvas(ax, language=language, width=width, height=tall) as ax:
        colours = Colours(np.array([0.0, 100.0]))
        grid = colours.of(100 * share)
        grid[share == 0] = 1.0
        ax.imshow(grid, aspect="auto")
        for y, x in np.ndindex(share.shape):
            _in_cell(ax, x, y, f"{100 * share[y, x]:.0f}", "white" if share[y, x] > 0.5 else INK)
        for axis, names in zip((ax.yaxis, ax.xaxis), sides, strict=True):
            axis.set_major_locator(FixedLocator(range(len(names))))
            axis.set_major_formatter(_names(names, language))
        ax.tick_params(length=0)
        ax.tick_params(axis="x", labelrotation=90)
        ax.spines[:].set_visible(False)
        ax.set_ylabel(say("axis.from_group", language))
        ax.set_xlabel(say("axis.to_group", language))
        colours.add_bar(ax, "axis.share_of_row", language)
    return ax


def rfm_luck(luck: Any, *, ax: Axes | None = None, language: str = "en", width: str = "single") -> Axes:
    """Means of groups in the period in which they were formed (hollow) and in the next, with intervals.

    What falls back to the line of all customers was luck.

    Parameters
    ----------
    luck : kehu.rfm.RegressionToTheMean
        Its ``table``, the means of all and the share kept.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure, as tall as the groups need, when not given.
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
        If it is no such result.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> table = pd.DataFrame({"first_relative": [1.5, 0.5], "next_relative": [1.1, 0.9], "next_low": [10, 8],
    ...                       "next_high": [12, 10]}, index=["Loyal", "Asleep"])
    >>> kept = {"share_kept": 0.2, "share_low": -0.05, "share_high": 0.4}
    >>> ax = rfm_luck(SimpleNamespace(table=table, next_mean=10.0, **kept))
    >>> ax.get_legend().get_texts()[-1].get_text()
    'Difference kept: 20.0% (−5.0% to 40.0%)'
    """
    needed = ("table", "next_mean", "share_kept", "share_low", "share_high")
    missing = [name for name in needed if not hasattr(luck, name)]
    if missing:
        raise TypeError(
            f"luck must come from kehu.rfm.regression_to_the_mean; {type(luck).__name__} has no {missing[0]}"
        )
    data = table(luck.table, ("first_relative", "next_relative", "next_low", "next_high"), "luck.table")
    first, later, low, high = (values(data[name], name) for name in data)
    low, high = low / luck.next_mean, high / luck.next_mean
    names = [str(name) for name in luck.table.index]
    places = np.arange(len(names))
    with canvas(ax, language=language, width=width, height=28 + 0.8 * _ROW * max(len(names), 4)) as ax:
        scale = growth(ax)
        ax.axvline(1, color=INK, linewidth=0.8 * scale, linestyle=(0, (3, 2)), zorder=1)
        for place, start, end in zip(places, first, later, strict=True):
            ax.plot([start, end], [place, place], color=GREY, linewidth=0.5 * scale, zorder=1)
        ax.hlines(places, low, high, color=VERMILLION, linewidth=1.6 * scale, zorder=2)
        ax.scatter(
            first, places, s=22 * scale**2, facecolor="white", edgecolor=BLUE, linewidth=scale, zorder=3
        )
        ax.scatter(later, places, s=22 * scale**2, color=VERMILLION, linewidth=0, zorder=4)
        _groups_down(ax, names, language)
        ax.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
        ax.xaxis.set_major_formatter(Numbers(language))
        ax.set_xlabel(say("axis.relative_mean", language))
        kept = percents([luck.share_kept, luck.share_low, luck.share_high])
        kept = say("note.kept", language, **dict(zip(("share", "low", "high"), kept, strict=True)))
        handles = [
            dot(say("note.period_formed", language), "white", BLUE),
            dot(say("note.period_next", language), VERMILLION, VERMILLION),
            dot(kept, "none", "none", "none"),
        ]
        legend_row(ax, handles, columns=1)
    return ax


def _scores(column: pd.Series, name: str) -> np.ndarray:
    found = frames.numbers(column, name)
    wrong = np.flatnonzero(~((found >= 1) & (found <= 99) & (found == np.round(found))))
    if len(wrong):
        raise ValueError(
            f"{name} must hold scores 1, 2, 3 and so on, got {found[wrong[0]]:g} in row {wrong[0]}"
        )
    return found.astype(np.int64)


def _in_cell(ax: Axes, x: float, y: float, text: str, colour: str) -> None:
    ax.text(x, y, text, color=colour, fontsize=note_size(ax), ha="center", va="center")


def _names(names: Sequence[str], language: str) -> Words:
    """Names of groups: ours in the language of the chart, others as they are."""
    return Words([literal(shorten(name, _LONGEST)) for name in names], language)


def _groups_down(ax: Axes, names: Sequence[str], language: str) -> None:
    """Name groups at the side, from the top down."""
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.yaxis.set_major_locator(FixedLocator(range(len(names))))
    ax.yaxis.set_major_formatter(_names(names, language))
    ax.tick_params(axis="y", length=0)
