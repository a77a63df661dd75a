"""Charts of campaigns: differences over time with those before, and the return under assumed margins."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, MaxNLocator

from kehu.effects import MatchedDifference
from kehu.figures.look import BLUE, GREY, INK, OCHRE, PALE, VERMILLION
from kehu.figures.numerals import percent
from kehu.figures.ticks import Names, Numbers, Percents, Words
from kehu.figures.words import catalogue, say
from kehu.plots._canvas import canvas, legend_above, table, values

_RETURN = ("margin", "roi", "low", "high")
_MARGINS = (GREY, BLUE, OCHRE)
_WINDOWS = {"matched": GREY, "held out": OCHRE, "after": BLUE}


def event_study(
    found: MatchedDifference, *, ax: Axes | None = None, language: str = "en", width: str = "single"
) -> Axes:
    """Difference between those addressed and others like them, by period, against that before the start.

    The periods held out must run level around zero: if they do not, what comes after tells nothing.

    Parameters
    ----------
    found : kehu.effects.MatchedDifference
        What `kehu.effects.matched_difference` gives.
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
    TypeError
        If it is no such result.

    Examples
    --------
    >>> import kehu
    >>> shop = kehu.simulate.simulated_campaign(300, random_state=1)
    >>> drawn = shop.customers.loc[shop.customers["addressed"], "customer_id"]
    >>> found = kehu.effects.matched_difference(
    ...     shop.orders, drawn, start=shop.start, n_boot=50, placebo=False)
    >>> event_study(found).get_xlabel()
    'Weeks from the start of the campaign'
    """
    if not isinstance(found, MatchedDifference):
        raise TypeError(
            f"found must be what kehu.effects.matched_difference gives, got {type(found).__name__}"
        )
    data, periods = found.events, "weeks" if found.period_days == 7 else "periods"
    with canvas(ax, language=language, width=width, height=66) as ax:
        ax.axhline(0, color=INK, linewidth=0.8)
        ax.axvline(-0.5, color=INK, linewidth=0.8, linestyle=(0, (3, 2)))
        for window, colour in _WINDOWS.items():
            part = data[data["window"] == window]
            y = part["difference"].to_numpy()
            spans = np.abs(np.vstack([y - part["low"], part["high"] - y]))
            label = say(f"note.window_{window.replace(' ', '_')}", language)
            style = {"fmt": "o", "markersize": 3, "elinewidth": 0.9, "color": colour}
            ax.errorbar(part["period"], y, spans, label=label, **style)
        ax.xaxis.set_major_locator(MaxNLocator(7, integer=True))
        ax.xaxis.set_major_formatter(Numbers(language))
        ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
        ax.yaxis.set_major_formatter(Numbers(language))
        ax.set_xlabel(say(f"axis.{periods}_from_start", language))
        ax.set_ylabel(say(f"axis.difference_{found.measure}", language))
        ax.grid(axis="y")
        legend_above(ax, columns=3)
    return ax


def return_on_investment(
    returns: pd.DataFrame, *, ax: Axes | None = None, language: str = "en", width: str = "single"
) -> Axes:
    """Return on a campaign against the margin that is assumed, with limits and where it breaks even.

    Returns by group are drawn group by group, at up to three margins.

    Parameters
    ----------
    returns : pandas.DataFrame
        ``margin``, ``roi``, ``low``, ``high``, as `kehu.effects.return_on_investment` gives them; and a
        column with the group, if it stands first. Groups without an estimate are left out.
    ax, language, width
        As in `event_study`.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    KeyError, TypeError, ValueError
        If a column is missing or holds something else, or there are no rows.

    Examples
    --------
    >>> returns = pd.DataFrame({"margin": [0.1, 0.3], "roi": [-0.4, 0.8], "low": [-1, 0], "high": [0.2, 1]})
    >>> return_on_investment(returns).get_ylabel()
    'Return on investment'
    """
    if isinstance(returns, pd.DataFrame) and len(returns.columns) and returns.columns[0] != "margin":
        return _by_group(returns, ax, language, width)
    data = table(returns, _RETURN, "returns")
    data = pd.DataFrame({name: values(data[name], name) for name in data}).sort_values("margin")
    even = (
        returns.attrs.get("break_even", float("nan")) if isinstance(returns, pd.DataFrame) else float("nan")
    )
    marker = "o" if len(data) <= 12 else None
    with canvas(ax, language=language, width=width) as ax:
        ax.axhline(0, color=INK, linewidth=0.8)
        x = data["margin"]
        if len(data) > 1:
            ax.fill_between(x, data["low"], data["high"], color=PALE, alpha=0.7, linewidth=0)
        else:
            ax.vlines(x, data["low"], data["high"], color=PALE)
        ax.plot(x, data["roi"], color=BLUE, marker=marker)
        if x.min() <= even <= x.max():
            label = say("note.break_even", language, value=percent(even))
            ax.axvline(even, color=VERMILLION, linestyle=(0, (4, 2)), label=label)
            legend_above(ax, columns=3)
        ax.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
        ax.xaxis.set_major_formatter(Percents(language))
        ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
        ax.yaxis.set_major_formatter(Percents(language))
        ax.set_xlabel(say("axis.margin", language))
        ax.set_ylabel(say("axis.roi", language))
        ax.grid(axis="y")
    return ax


def _by_group(returns: pd.DataFrame, ax: Axes | None, language: str, width: str) -> Axes:
    """Dots with limits, group by group; one colour a margin."""
    by = str(returns.columns[0])
    data = table(returns, (by, *_RETURN), "returns").dropna(subset="roi")
    if data.empty:
        raise ValueError("returns has no group with an estimate; there is nothing to plot")
    groups, margins = list(dict.fromkeys(data[by].astype(str))), sorted(data["margin"].unique())
    if len(margins) > len(_MARGINS):
        raise ValueError(f"returns by group are drawn at up to {len(_MARGINS)} margins, got {len(margins)}")
    stages = {f"stage.{group}" for group in groups} <= catalogue().keys()
    names = [say(f"stage.{group}", language) if stages else group for group in groups]
    with canvas(ax, language=language, width=width) as ax:
        ax.axhline(0, color=INK, linewidth=0.8)
        for place, (margin, colour) in enumerate(zip(margins, _MARGINS, strict=False)):
            part = data[data["margin"] == margin].set_index(
                data.loc[data["margin"] == margin, by].astype(str)
            )
            part = part.reindex(groups)
            roi, low, high = (values(part[name], name) for name in _RETURN[1:])
            x = np.arange(len(groups)) + 0.18 * (place - (len(margins) - 1) / 2)
            label = say("note.at_margin", language, value=percent(margin))
            style = {"fmt": "o", "markersize": 3.5, "elinewidth": 1.0, "color": colour}
            ax.errorbar(x, roi, np.vstack([roi - low, high - roi]), label=label, **style)
        ax.set_xlim(-0.6, len(groups) - 0.4)
        ax.xaxis.set_major_locator(FixedLocator(range(len(groups))))
        ax.xaxis.set_major_formatter(Words(names, language) if stages else Names(names, 14))
        ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
        ax.yaxis.set_major_formatter(Percents(language))
        ax.set_ylabel(say("axis.roi", language))
        ax.grid(axis="y")
        legend_above(ax, columns=2)
    return ax
