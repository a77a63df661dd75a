"""Charts of campaigns: differences over time with those before, and the return under assumed margins."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from kehu.effects import MatchedDifference
from kehu.figures.look import BLUE, GREY, INK, OCHRE, PALE, VERMILLION
from kehu.figures.numerals import percent
from kehu.figures.ticks import Numbers, Percents
from kehu.figures.words import say
from kehu.plots._canvas import canvas, table, values
from kehu.plots.lifecycle import _legend

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
    'Periods from the start of the campaign'
    """
    if not isinstance(found, MatchedDifference):
        raise TypeError(
            f"found must be what kehu.effects.matched_difference gives, got {type(found).__name__}"
        )
    data = found.events
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
        ax.set_xlabel(say("axis.periods_from_start", language))
        ax.set_ylabel(say(f"axis.difference_{found.measure}", language))
        ax.grid(axis="y")
        _legend(ax)
    return ax


def return_on_investment(
    returns: pd.DataFrame, *, ax: Axes | None = None, language: str = "en", width: str = "single"
) -> Axes:
    """Return on a campaign against the margin that is assumed, with limits and where it breaks even.

    Parameters
    ----------
    returns : pandas.DataFrame
        ``margin``, ``roi``, ``low``, ``high``, as `kehu.effects.return_on_investment` gives them.
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
    data = table(returns, ("margin", "roi", "low", "high"), "returns")
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
            _legend(ax)
        ax.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
        ax.xaxis.set_major_formatter(Percents(language))
        ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
        ax.yaxis.set_major_formatter(Percents(language))
        ax.set_xlabel(say("axis.margin", language))
        ax.set_ylabel(say("axis.roi", language))
        ax.grid(axis="y")
    return ax
