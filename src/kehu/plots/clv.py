"""Charts of lifetime value: models against what came later, who is still a customer, what they are worth."""

from typing import Any

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, MaxNLocator

from kehu import frames
from kehu.figures.look import GREY, INK, PALE, VERMILLION
from kehu.figures.numerals import number
from kehu.figures.ticks import Dates, Names, Numbers, Percents
from kehu.figures.words import heading, say
from kehu.orders.customers import UNITS
from kehu.plots._canvas import SHADES, canvas, legend_above, mark_averages, table, values
from kehu.plots._histogram import histogram, skewed
from kehu.plots._rules import growth

_DASHES = (0, (3, 2))
# Customers who are almost surely lost are worth next to nothing, which a logarithmic axis would stretch out.
_RANGE = 1e5


def purchases_tracking(
    tracking: Any,
    *,
    ax: Axes | None = None,
    language: str = "en",
    cumulative: bool = True,
    width: str = "single",
) -> Axes:
    """Repeat orders over time, actual and expected by a model; the hold-out period is shaded.

    Parameters
    ----------
    tracking : dataframe
        ``period``, ``actual`` and ``expected`` (or both with ``cumulative_`` before them) and ``holdout``, as
        `kehu.clv.tracking` gives them.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure when not given.
    language : {"en", "zh"}
        Language of the labels.
    cumulative : bool
        Draw the sums so far, else the orders of each step.
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
    >>> table = pd.DataFrame({"period": pd.date_range("2017-01-02", periods=4, freq="7D"),
    ...     "cumulative_actual": [3, 5, 9, 12], "cumulative_expected": [2.5, 5.5, 8.5, 11.5],
    ...     "holdout": [False, False, True, True]})
    >>> purchases_tracking(table).get_ylabel()
    'Repeat orders so far'
    """
    names = [f"cumulative_{name}" if cumulative else name for name in ("actual", "expected")]
    data = table(tracking, ("period", *names, "holdout"), "tracking")
    days = frames.times(data["period"], "period")
    if np.isnat(days).any():
        raise ValueError("period has missing dates")
    order = np.argsort(days, kind="stable")
    x = mdates.date2num(days[order])
    actual, expected = (values(data[name], name)[order] for name in names)
    later = data["holdout"].to_numpy(bool)[order]
    with canvas(ax, language=language, width=width) as ax:
        marker = "o" if len(x) <= 24 else None
        ax.plot(x, actual, color=INK, marker=marker, label=say("note.actual", language))
        ax.plot(x, expected, color=VERMILLION, linestyle=_DASHES, label=say("note.by_the_model", language))
        if later.any():
            first = int(np.argmax(later))
            edge = (x[first - 1] + x[first]) / 2 if first else x[0]
            shade = {"color": PALE, "alpha": 0.45, "linewidth": 0, "zorder": 0}
            ax.axvspan(edge, x[-1], **shade, label=say("note.holdout", language))
        ax.set_ylim(0, 1.06 * max(actual.max(), expected.max()) or 1)
        ax.margins(x=0.02)
        locator = mdates.AutoDateLocator(minticks=2, maxticks=7)
        ax.xaxis.set_major_locator(locator if len(x) > 1 else FixedLocator(x))
        ax.xaxis.set_major_formatter(Dates(language))
        ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
        ax.yaxis.set_major_formatter(Numbers(language))
        ax.set_ylabel(say("axis.orders_so_far", language) if cumulative else heading("frequency", language))
        ax.grid(axis="y")
        legend_above(ax)
    return ax


def holdout_by_frequency(
    holdout: Any, *, ax: Axes | None = None, language: str = "en", width: str = "single"
) -> Axes:
    """Mean number of orders in the hold-out period by the number before it, actual and expected.

    Parameters
    ----------
    holdout : dataframe
        ``group``, ``actual`` and ``expected``, and ``actual_low`` and ``actual_high`` if there are any, as
        `kehu.clv.holdout_by_frequency` gives them.
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
        If a column is missing or holds something else, or there are no rows.

    Examples
    --------
    >>> table = pd.DataFrame({"group": ["0", "1+"], "actual": [0.2, 0.9], "expected": [0.25, 0.8]})
    >>> [text.get_text() for text in holdout_by_frequency(table).get_legend().get_texts()]
    ['Actual', 'Expected by the model']
    """
    data = table(holdout, ("group", "actual", "expected"), "holdout", ("actual_low", "actual_high"))
    actual, expected = (values(data[name], name) for name in ("actual", "expected"))
    places = np.arange(len(data))
    top = [actual.max(), expected.max()]
    with canvas(ax, language=language, width=width) as ax:
        if {"actual_low", "actual_high"} <= set(data):
            low, high = (frames.numbers(data[name], name) for name in ("actual_low", "actual_high"))
            known = np.isfinite(low) & np.isfinite(high)
            ax.vlines(places[known], low[known], high[known], color=GREY, linewidth=growth(ax))
            top.append(high[known].max(initial=0.0))
        dots = {"color": INK, "marker": "o", "linestyle": "none"}
        ax.plot(places, actual, **dots, clip_on=False, label=say("note.actual", language))
        squares = {"color": VERMILLION, "marker": "s", "markerfacecolor": "white", "linestyle": _DASHES}
        ax.plot(places, expected, **squares, clip_on=False, label=say("note.by_the_model", language))
        ax.set_xlim(-0.5, len(data) - 0.5)
        ax.set_ylim(0, 1.06 * max(top) or 1)
        ax.xaxis.set_major_locator(FixedLocator(places[:: -(-len(places) // 12)]))
        ax.xaxis.set_major_formatter(Names([str(group) for group in data["group"]]))
        ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
        ax.yaxis.set_major_formatter(Numbers(language))
        ax.set_xlabel(say("axis.orders_before", language))
        ax.set_ylabel(say("axis.orders_in_holdout", language))
        ax.grid(axis="y")
        legend_above(ax)
    return ax


def alive_map(
    alive: pd.DataFrame,
    *,
    ax: Axes | None = None,
    language: str = "en",
    unit: str | None = None,
    width: str = "single",
) -> Axes:
    """Map of the probability that one is still a customer, by number of repeat orders and age at the last.

    Parameters
    ----------
    alive : pandas.DataFrame
        Probabilities, rows by age at the last order, columns by number of repeat orders, as
        `kehu.clv.alive_by_history` gives them.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure when not given.
    language : {"en", "zh"}
        Language of the labels.
    unit : {"h", "D", "W", "M", "Y"}, optional
        Unit of the ages, to name on the axis.
    width : {"single", "double", "slide"}
        Size of a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        If it is no such table, a value is no probability, or the unit is unknown.

    Examples
    --------
    >>> alive = pd.DataFrame([[0.2, 0.0], [0.9, 0.8]], index=[10.0, 20.0], columns=[1, 2])
    >>> alive_map(alive).get_xlabel()
    'Repeat orders'
    """
    if unit is not None and unit not in UNITS:
        raise ValueError(f"unit={unit!r} is not known; {frames.closest(unit, UNITS)}")
    if not isinstance(alive, pd.DataFrame):
        raise TypeError(f"alive must be a pandas DataFrame, got {type(alive).__name__}")
    if alive.empty:
        raise ValueError("alive has no rows; there is nothing to plot")
    shares = np.column_stack([values(alive[name], f"frequency {name}") for name in alive])
    if shares.min() < 0 or shares.max() > 1:
        raise ValueError(f"alive must hold probabilities, got {shares.min():g} to {shares.max():g}")
    ages = values(pd.Series(alive.index), "recency")
    counts = values(pd.Series(alive.columns), "frequency")
    with canvas(ax, language=language, width=width, height=66) as ax:
        mesh = ax.pcolormesh(
            _borders(counts), _borders(ages), shares, cmap=SHADES, vmin=0, vmax=1, rasterized=True
        )
        ax.set_ylim(max(_borders(ages)[0], 0), _borders(ages)[-1])
        ax.xaxis.set_major_locator(MaxNLocator(7, steps=[1, 2, 5, 10], integer=True))
        ax.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_formatter(Numbers(language))
        ax.set_xlabel(heading("frequency", language))
        ax.set_ylabel(heading("recency", language) if unit is None else say(f"axis.recency_{unit}", language))
        bar = ax.figure.colorbar(mesh, ax=ax, fraction=0.05, pad=0.02, aspect=24)
        bar.outline.set_visible(False)
        bar.ax.yaxis.set_major_locator(FixedLocator([0, 0.25, 0.5, 0.75, 1]))
        bar.ax.yaxis.set_major_formatter(Percents(language))
        bar.set_label(heading("probability_alive", language))
    return ax


def _borders(middles: np.ndarray) -> np.ndarray:
    """Edges of cells around their middles."""
    if len(middles) == 1:
        return np.array([middles[0] - 0.5, middles[0] + 0.5])
    between = (middles[1:] + middles[:-1]) / 2
    return np.concatenate([[2 * middles[0] - between[0]], between, [2 * middles[-1] - between[-1]]])


def lifetime_values(
    lifetime_value: Any, *, ax: Axes | None = None, language: str = "en", width: str = "single"
) -> Axes:
    """Histogram of customers' lifetime values, with median and mean.

    The axis is logarithmic from a tenfold range on; see `order_value` for its intervals. It then leaves out
    customers worth less than a hundred thousandth of the best, and says how many they are; median and mean
    count them.

    Parameters
    ----------
    lifetime_value : dataframe
        ``lifetime_value``, as `kehu.clv.lifetime_value` gives it, one row a customer.
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
        If the column is missing or holds something else, such as missing values, or there are no rows.

    Examples
    --------
    >>> lifetime_values(pd.DataFrame({"lifetime_value": [5.0, 20.0, 20.0, 400.0]})).get_xscale()
    'log'
    """
    data = table(lifetime_value, ("lifetime_value",), "lifetime_value")
    found = values(data["lifetime_value"], "lifetime_value")
    positive = found[found > 0]
    logarithmic = skewed(positive)
    least = positive.max() / _RANGE if logarithmic else -np.inf
    shown = found[found >= least]
    with canvas(ax, language=language, width=width) as ax:
        histogram(ax, shown, logarithmic=logarithmic, language=language)
        hidden = len(found) - len(shown)
        label = heading("lifetime_value", language)
        if hidden:
            limit = number(float(f"{least:.1g}"), language)
            label += "\n" + say("note.customers_below", language, n=f"{hidden:,}", limit=limit)
        ax.set_xlabel(label, linespacing=1.4)
        ax.set_ylabel(say("axis.customers_per_bin", language))
        averages = {"median": float(np.median(found)), "mean": float(np.mean(found))}
        mark_averages(ax, {key: value for key, value in averages.items() if value >= least}, language)
    return ax
