"""Charts of orders: over time, their value, their weekly rhythm, and how concentrated sales are."""

from collections.abc import Sequence
from typing import Any

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, MaxNLocator

from kehu import frames
from kehu.figures.look import BLUE, GREY, PALE, VERMILLION
from kehu.figures.numerals import percent
from kehu.figures.ticks import Dates, Numbers, Percents, Words, literal
from kehu.figures.words import catalogue, heading, say
from kehu.plots._canvas import SHADES, canvas, legend_above, mark_averages, note_size, table, values
from kehu.plots._histogram import histogram, skewed

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MEASURES = ("n_orders", "n_customers", "amount")
# Largest distance in days between neighbouring periods → unit.
_UNITS = {1: "unit.day", 7: "unit.week", 31: "unit.month", 92: "unit.quarter", 366: "unit.year"}


def orders_over_time(
    periods: Any,
    *,
    ax: Axes | None = None,
    language: str = "en",
    what: str = "n_orders",
    width: str = "single",
) -> Axes:
    """Line of orders, customers or sales over time.

    Periods that the data cut (``complete`` is False) are joined by a dotted line: they stand too low.

    Parameters
    ----------
    periods : dataframe
        ``period``, the column drawn and, if there is one, ``complete``, as `kehu.orders.by_period` gives
        them.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure when not given.
    language : {"en", "zh"}
        Language of the labels.
    what : {"n_orders", "n_customers", "amount"}
        Column to draw.
    width : {"single", "double", "slide"}
        Size of a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    KeyError, TypeError, ValueError
        If a column is missing or holds something else, or there are no rows.

    Examples
    --------
    >>> periods = pd.DataFrame({"period": pd.date_range("2017-01-02", periods=5, freq="7D"),
    ...                         "n_orders": [3, 5, 4, 6, 5]})
    >>> orders_over_time(periods).get_ylabel()
    'Orders per week'
    """
    if what not in _MEASURES:
        raise ValueError(f"what={what!r} is not known; {frames.closest(what, _MEASURES)}")
    data = table(periods, ("period", what), "periods", optional=("complete",))
    days = frames.times(data["period"], "period")
    if np.isnat(days).any():
        raise ValueError("period has missing dates")
    height = values(data[what], what)
    order = np.argsort(days, kind="stable")
    x, y = mdates.date2num(days[order]), height[order]
    whole = data["complete"].to_numpy(bool)[order] if "complete" in data else np.ones(len(x), dtype=bool)
    marker = "o" if len(x) <= 24 else None
    with canvas(ax, language=language, width=width) as ax:
        ax.fill_between(x[whole], y[whole], color=PALE, alpha=0.5, linewidth=0)
        if not whole.all():
            cut = {"linestyle": ":", "marker": marker, "markerfacecolor": "white", "clip_on": False}
            ax.plot(x, y, color=BLUE, label=say("note.cut_period", language), **cut)
            legend_above(ax)
        ax.plot(x[whole], y[whole], color=BLUE, marker=marker, clip_on=False)
        ax.set_ylim(bottom=min(0.0, y.min()), top=None if y.any() else 1)
        ax.margins(x=0.02)
        locator = mdates.AutoDateLocator(minticks=2, maxticks=7)
        ax.xaxis.set_major_locator(locator if len(x) > 1 else FixedLocator(x))
        ax.xaxis.set_major_formatter(Dates(language))
        ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
        ax.yaxis.set_major_formatter(Numbers(language))
        ax.set_ylabel(_measure(what, x, language))
        ax.grid(axis="y")
    return ax


def _measure(what: str, x: np.ndarray, language: str) -> str:
    name = heading(what, language)
    distance = float(np.median(np.diff(x))) if len(x) > 1 else 0.0
    for longest, unit in _UNITS.items():
        if 0.8 * longest < distance <= longest:
            return say(unit, language, measure=name)
    return name


def order_value(
    order_values: Any,
    *,
    ax: Axes | None = None,
    language: str = "en",
    scale: str = "auto",
    width: str = "single",
) -> Axes:
    """Histogram of the value of orders, with median and mean.

    On the logarithmic axis all intervals span the same ratio, so the height of a bar is a number of orders.
    Intervals are as wide as the Freedman–Diaconis rule says of the (logarithmic) values, and nowhere
    among the upper 95 % of orders narrower than the smallest step between two values.

    Parameters
    ----------
    order_values : dataframe
        ``amount``, one row an order, as `kehu.orders.order_values` gives it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure when not given.
    language : {"en", "zh"}
        Language of the labels.
    scale : {"auto", "log", "linear"}
        Axis of the value; "auto" is logarithmic from a tenfold range on. A logarithmic axis cannot show
        orders of zero or less: the chart says how many there are, and median and mean count them.
    width : {"single", "double", "slide"}
        Size of a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    KeyError, TypeError, ValueError
        If the column is missing or holds something else, or there are no rows, or none above zero.

    Examples
    --------
    >>> order_value(pd.DataFrame({"amount": [5.0, 20.0, 20.0, 400.0]})).get_xscale()
    'log'
    """
    if scale not in ("auto", "log", "linear"):
        raise ValueError(f"scale={scale!r} is not known; {frames.closest(scale, ('auto', 'log', 'linear'))}")
    amount = values(table(order_values, ("amount",), "order_values")["amount"], "amount")
    positive = amount[amount > 0]
    if scale == "auto":
        scale = "log" if skewed(positive) else "linear"
    if scale == "log" and not len(positive):
        raise ValueError("amount has no value above zero; a logarithmic axis cannot show it")
    shown = positive if scale == "log" else amount
    with canvas(ax, language=language, width=width) as ax:
        histogram(ax, shown, logarithmic=scale == "log", language=language)
        hidden = len(amount) - len(shown)
        ax.set_xlabel(say("axis.order_value", language) + _not_shown(hidden, language), linespacing=1.4)
        ax.set_ylabel(say("axis.orders_per_bin", language))
        averages = {"median": float(np.median(amount)), "mean": float(np.mean(amount))}
        drawable = {key: value for key, value in averages.items() if scale == "linear" or value > 0}
        mark_averages(ax, drawable, language)
    return ax


def _not_shown(hidden: int, language: str) -> str:
    """Second line of the axis label, where there are orders that the axis cannot show."""
    if not hidden:
        return ""
    return "\n" + say(
        "note.not_positive" if hidden > 1 else "note.one_not_positive", language, n=f"{hidden:,}"
    )


def weekly_rhythm(
    rhythm: pd.DataFrame, *, ax: Axes | None = None, language: str = "en", width: str = "single"
) -> Axes:
    """Heat map of orders by weekday and hour; bars by weekday where there are no hours.

    Parameters
    ----------
    rhythm : pandas.DataFrame
        Seven rows (Monday first) and 24 columns or one, as `kehu.orders.weekly_rhythm` gives it.
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
    TypeError, ValueError
        If it is no such table.

    Examples
    --------
    >>> ax = weekly_rhythm(pd.DataFrame(np.ones((7, 24))))
    >>> ax.get_xlabel()
    'Hour of day'
    """
    if not isinstance(rhythm, pd.DataFrame):
        raise TypeError(f"rhythm must be a pandas DataFrame, got {type(rhythm).__name__}")
    if rhythm.shape not in ((7, 24), (7, 1)):
        raise ValueError(
            f"rhythm must have 7 rows (weekdays) and 24 columns (hours) or 1, got {rhythm.shape}; "
            "kehu.orders.weekly_rhythm makes it"
        )
    counts = np.column_stack([values(rhythm[name], f"hour {name}") for name in rhythm])
    weekdays = [say(f"weekday.{day}", language) for day in _WEEKDAYS]
    with canvas(ax, language=language, width=width, height=42 if counts.shape[1] > 1 else 60) as ax:
        if counts.shape[1] == 1:
            _by_weekday(ax, counts[:, 0], language)
        else:
            _by_hour(ax, counts, language)
        axis = ax.xaxis if counts.shape[1] == 1 else ax.yaxis
        axis.set_major_locator(FixedLocator(range(7)))
        axis.set_major_formatter(Words(weekdays, language))
    return ax


def _by_hour(ax: Axes, counts: np.ndarray, language: str) -> None:
    mesh = ax.pcolormesh(
        np.arange(25),
        np.arange(8) - 0.5,
        counts,
        cmap=SHADES,
        vmin=0,
        vmax=max(counts.max(), 1),
        edgecolor="white",
        linewidth=0.4,
    )
    ax.invert_yaxis()
    ax.spines[:].set_visible(False)
    ax.tick_params(left=False)
    ax.xaxis.set_major_locator(FixedLocator(range(0, 25, 4)))
    ax.set_xlabel(heading("hour", language))
    bar = ax.figure.colorbar(mesh, ax=ax, fraction=0.05, pad=0.02, aspect=14)
    bar.outline.set_visible(False)
    bar.ax.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10], integer=True))
    bar.ax.yaxis.set_major_formatter(Numbers(language))
    bar.set_label(heading("n_orders", language))


def _by_weekday(ax: Axes, counts: np.ndarray, language: str) -> None:
    ax.bar(range(7), counts, width=0.7, color=BLUE)
    ax.tick_params(bottom=False)
    ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10], integer=True))
    ax.yaxis.set_major_formatter(Numbers(language))
    ax.set_ylabel(heading("n_orders", language))
    ax.grid(axis="y")


def concentration(
    result: Any,
    *,
    ax: Axes | None = None,
    language: str = "en",
    top: float = 0.2,
    width: str = "single",
) -> Axes:
    """Curve of cumulative sales, largest customers or products first, with the Gini coefficient.

    Parameters
    ----------
    result : kehu.orders.Concentration
        Its ``curve``, ``gini``, ``by`` and ``top_share``.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure when not given.
    language : {"en", "zh"}
        Language of the labels.
    top : float
        The largest fraction to mark, between 0 and 1.
    width : {"single", "double", "slide"}
        Size of a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError, KeyError, ValueError
        If it is no such result, ``top`` is no fraction, or there are no rows.

    Examples
    --------
    >>> import kehu
    >>> lines = pd.DataFrame({"customer_id": ["a", "b"], "order_id": [1, 2], "amount": [75.0, 25.0],
    ...                       "ordered_at": pd.to_datetime(["2017-11-11", "2017-12-12"])})
    >>> ax = concentration(kehu.orders.concentration(lines), top=0.5)
    >>> ax.texts[-1].get_text()
    'The top 50% bring 75%'
    """
    missing = [name for name in ("by", "gini", "curve", "top_share") if not hasattr(result, name)]
    if missing:
        raise TypeError(
            f"result must come from kehu.orders.concentration; {type(result).__name__} has no {missing[0]}"
        )
    if not 0 < top < 1:
        raise ValueError(f"top must lie between 0 and 1, got {top!r}")
    curve = table(result.curve, ("unit_share", "amount_share"), "result.curve")
    x, y = (np.array([0.0, *values(curve[name], name)]) for name in curve)
    share = result.top_share(top)
    with canvas(ax, language=language, width=width, height=72) as ax:
        ax.plot([0, 1], [0, 1], color=GREY, linestyle=(0, (3, 2)), linewidth=0.6)
        ax.plot(x, y, color=BLUE, clip_on=False)
        ax.plot([top, top, 0], [0, share, share], color=VERMILLION, linewidth=0.6)
        ax.plot([top], [share], color=VERMILLION, marker="o", linestyle="none")
        notes = (
            (say("note.top_share", language, fraction=percent(top), share=percent(share)), VERMILLION),
            (say("note.gini", language, value=f"{result.gini:.2f}"), None),
        )
        _in_corner(ax, notes)
        ax.set(xlim=(0, 1), ylim=(0, 1), aspect="equal")
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_locator(FixedLocator([0, 0.2, 0.4, 0.6, 0.8, 1]))
            axis.set_major_formatter(Percents(language))
        ax.set_xlabel(_ranked(result.by, language))
        ax.set_ylabel(heading("amount_share", language))
    return ax


def _in_corner(ax: Axes, notes: Sequence[tuple[str, str | None]]) -> None:
    """Write lines in the lower right corner, where a curve of the largest first never comes."""
    size = note_size(ax)
    for row, (text, colour) in enumerate(reversed(notes)):
        ax.annotate(
            text,
            (1, 0),
            (-0.5 * size, (0.6 + 1.6 * row) * size),
            xycoords="axes fraction",
            textcoords="offset points",
            ha="right",
            va="bottom",
            fontsize=size,
            color=colour,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.2 * size},
        )


def _ranked(by: str, language: str) -> str:
    key = f"axis.ranked_{by}"
    return (
        say(key, language)
        if key in catalogue()
        else say("axis.ranked_other", language, what=literal(str(by)))
    )
