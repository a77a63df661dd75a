"""Charts of the life cycle: gaps and borders, stages over time, moves, cohorts, second purchase."""

from collections.abc import Mapping
from typing import Any

import matplotlib.dates as mdates
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, MaxNLocator

from kehu import frames
from kehu.figures.look import BLUE, GREEN, INK, OCHRE, PURPLE, VERMILLION
from kehu.figures.numerals import number, percent
from kehu.figures.ticks import Dates, Names, Numbers, Percents, Words, literal
from kehu.figures.words import heading, say
from kehu.lifecycle import STAGES, Cohorts, KaplanMeier, StageRule
from kehu.plots._canvas import SHADES, canvas, legend_above, note_size, table, values

_COLOURS = dict(zip(STAGES, ("#E3E3E3", "#56B4E9", BLUE, "#E69F00", VERMILLION), strict=True))
_MOST_ROWS = 14  # of a heat map in which every cell has its number
_CELL = 3.5  # width of such a cell, in widths of a capital letter
_RATES = {"retention": "retention_rate", "repurchase": "repurchase_rate"}
_FORMATS = {"W": "%Y-%m-%d", "M": "%Y-%m", "Q": "%Y-%m", "Y": "%Y"}
_SERIES = (BLUE, VERMILLION, GREEN, PURPLE)
_BORDERS = {"new": GREEN, "lapsing": OCHRE, "lost": VERMILLION}


def stage_sizes(sizes: Any, *, ax: Axes | None = None, language: str = "en", width: str = "single") -> Axes:
    """Share of customers in each life-cycle stage over time.

    Dates at which the orders do not yet reach back far enough are paler: nobody can be seen to be lost.

    Parameters
    ----------
    sizes : dataframe
        ``date``, ``stage``, ``share`` and, if there is one, ``settled``, from `kehu.lifecycle.stage_sizes`.
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
    >>> import pandas as pd
    >>> dates = pd.to_datetime(["2017-01-31", "2017-02-28"])
    >>> sizes = pd.DataFrame({"date": dates, "stage": "new", "share": 1.0})
    >>> stage_sizes(sizes).get_ylabel()
    'Share of customers'
    """
    data = table(sizes, ("date", "stage", "share"), "sizes", optional=("settled",))
    for stage in data["stage"].unique():
        if stage not in STAGES:
            raise ValueError(f"stage {stage!r} is not known; {frames.closest(stage, STAGES)}")
    moments = frames.times(data["date"], "date")
    if np.isnat(moments).any():
        raise ValueError("date has missing dates")
    data = data.assign(date=moments, share=values(data["share"], "share"), stage=data["stage"].astype(str))
    shares = data.pivot_table(index="date", columns="stage", values="share", fill_value=0.0)
    shares = shares.reindex(columns=[stage for stage in STAGES if stage in shares and shares[stage].any()])
    x = mdates.date2num(shares.index.to_numpy())
    with canvas(ax, language=language, width=width, height=66) as ax:
        step = float(np.median(np.diff(x))) if len(x) > 1 else 1.0
        settled = (
            data.groupby("date")["settled"].all().to_numpy() if "settled" in data else np.ones(len(x), bool)
        )
        below = np.zeros(len(x))
        for stage in shares:
            tops = shares[stage].to_numpy()
            bars = ax.bar(x, tops, 0.86 * step, bottom=below, color=_COLOURS[stage], linewidth=0)
            # The name belongs to the full colour, not to that of the first bar.
            ax.bar([x[0]], [0], color=_COLOURS[stage], label=say(f"stage.{stage}", language))
            for bar, sure in zip(bars, settled, strict=True):
                bar.set_alpha(1.0 if sure else 0.45)
            below = below + tops
        ax.set_ylim(0, 1)
        locator = mdates.AutoDateLocator(minticks=2, maxticks=6)
        ax.xaxis.set_major_locator(locator if len(x) > 1 else FixedLocator(x))
        ax.xaxis.set_major_formatter(Dates(language))
        ax.yaxis.set_major_formatter(Percents(language))
        ax.set_ylabel(say("axis.share_of_customers", language))
        legend_above(ax, columns=4 if shares.shape[1] == 4 else 3)
    return ax


def stage_transitions(
    moves: Any, *, ax: Axes | None = None, language: str = "en", width: str = "single"
) -> Axes:
    """Heat map of where the customers of each stage went.

    Parameters
    ----------
    moves : dataframe
        ``from_stage``, ``to_stage``, ``share``, as `kehu.lifecycle.transitions` gives them, and if there is
        one ``customers``, whose sum stands beside each stage. Stages without customers are left out.
    ax, language, width
        As in `stage_sizes`.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    KeyError, TypeError, ValueError
        If a column is missing or holds something else, or nobody moved.

    Examples
    --------
    >>> import pandas as pd
    >>> moves = pd.DataFrame({"from_stage": "new", "to_stage": ["existing", "lost"], "share": [0.7, 0.3]})
    >>> stage_transitions(moves).get_xlabel()
    'Stage at the end'
    """
    wanted = ("from_stage", "to_stage", "share")
    data = table(moves, wanted, "moves", optional=("customers",)).dropna(subset="share")
    if data.empty:
        raise ValueError("moves has no customers; there is nothing to plot")
    data = data.assign(share=values(data["share"], "share"))
    known = ("absent", *STAGES)
    for name in ("from_stage", "to_stage"):
        data[name] = data[name].astype(str)
        for stage in data[name].unique():
            if stage not in known:
                raise ValueError(f"stage {stage!r} is not known; {frames.closest(stage, known)}")
    cells = data.pivot_table(index="from_stage", columns="to_stage", values="share", fill_value=0.0)
    cells = cells.reindex(
        index=[stage for stage in known if stage in cells.index],
        columns=[stage for stage in known if stage in cells and cells[stage].any()],
    )
    with canvas(ax, language=language, width=width, height=62) as ax:
        _heat(ax, cells.to_numpy(), numbers=True)
        rows, columns = ([say(f"stage.{name}", language) for name in names] for names in cells.axes)
        if "customers" in data:
            sizes = data.groupby("from_stage")["customers"].sum().reindex(cells.index)
            rows = [f"{stage}\n({size:,})" for stage, size in zip(rows, sizes, strict=True)]
        for axis, names in ((ax.xaxis, columns), (ax.yaxis, rows)):
            axis.set_major_locator(FixedLocator(range(len(names))))
            axis.set_major_formatter(Words(names, language))
        ax.set_xlabel(say("axis.stage_after", language))
        ax.set_ylabel(say("axis.stage_before" if "customers" in data else "axis.stage_then", language))
    return ax


def cohort_matrix(
    cohorts: Cohorts,
    *,
    what: str = "retention",
    ax: Axes | None = None,
    language: str = "en",
    width: str = "single",
) -> Axes:
    """Heat map of retention or repurchase by period of the first purchase and periods since.

    Parameters
    ----------
    cohorts : kehu.lifecycle.Cohorts
        What `kehu.lifecycle.cohorts` gives; the size of each cohort stands beside it. Of retention the first
        column, always 100 %, is left out.
    what : {"retention", "repurchase"}
        Share that bought in the period, or that had bought on a second day by its end.
    ax, language, width
        As in `stage_sizes`.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        If it is no such result, ``what`` is another, or there is one period only.

    Examples
    --------
    >>> import kehu
    >>> import pandas as pd
    >>> lines = pd.DataFrame({"customer_id": ["a", "a", "b"],
    ...                       "ordered_at": pd.to_datetime(["2017-01-10", "2017-03-11", "2017-02-05"])})
    >>> cohort_matrix(kehu.lifecycle.cohorts(lines)).get_xlabel()
    'Months since that of the first purchase'
    """
    if not isinstance(cohorts, Cohorts):
        raise TypeError(f"cohorts must be what kehu.lifecycle.cohorts gives, got {type(cohorts).__name__}")
    if what not in _RATES:
        raise ValueError(f"what={what!r} is not known; {frames.closest(what, _RATES)}")
    first = int(what == "retention")
    cells = getattr(cohorts, what).iloc[:, first:]
    cells = cells[cells.notna().any(axis=1)]
    if cells.empty:
        raise ValueError("cohorts has one period only; there is nothing to follow")
    with canvas(ax, language=language, width=width, height=72) as ax:
        letters = 0.7 * 72 * ax.figure.get_figwidth() / note_size(ax)
        roomy = cells.shape[1] * _CELL <= letters
        mesh = _heat(ax, cells.to_numpy(), numbers=roomy)
        rows, columns = _thinned(len(cells), 13), _thinned(cells.shape[1], 18 if roomy else 9)
        ax.yaxis.set_major_locator(FixedLocator(rows))
        starts, sizes = cells.index.strftime(_FORMATS[cohorts.freq]), cohorts.sizes[cells.index]
        named = [f"{start} ({size:,})" for start, size in zip(starts, sizes, strict=True)]
        ax.yaxis.set_major_formatter(Names(named))
        ax.xaxis.set_major_locator(FixedLocator(columns))
        ax.xaxis.set_major_formatter(Names([str(since) for since in cells.columns]))
        ax.set_xlabel(say(f"axis.since_{cohorts.freq}", language))
        ax.set_ylabel(say("axis.first_purchase", language))
        bar = ax.figure.colorbar(mesh, ax=ax, fraction=0.05, pad=0.02, aspect=18)
        bar.outline.set_visible(False)
        bar.ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
        bar.ax.yaxis.set_major_formatter(Percents(language))
        bar.set_label(heading(_RATES[what], language))
    return ax


def second_purchase(
    curve: KaplanMeier | Mapping[str, KaplanMeier],
    *,
    ax: Axes | None = None,
    language: str = "en",
    width: str = "single",
) -> Axes:
    """Share of customers who bought on a second day, by days since the first, with limits.

    Parameters
    ----------
    curve : kehu.lifecycle.KaplanMeier or mapping of str to these
        What `kehu.lifecycle.second_purchase` gives; or up to four of them by name, to compare.
    ax, language, width
        As in `stage_sizes`.

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
    >>> second_purchase(kehu.lifecycle.kaplan_meier([3, 5, 8], [1, 1, 0])).get_ylabel()
    'Share who bought again'
    """
    curves = curve if isinstance(curve, Mapping) else {"": curve}
    for each in curves.values():
        if not isinstance(each, KaplanMeier):
            raise TypeError(
                f"curve must be what kehu.lifecycle.second_purchase gives, got {type(each).__name__}"
            )
    if not 0 < len(curves) <= len(_SERIES):
        raise ValueError(f"curve must hold 1 to {len(_SERIES)} curves, got {len(curves)}")
    with canvas(ax, language=language, width=width) as ax:
        for (name, each), colour in zip(curves.items(), _SERIES, strict=False):
            x = np.append(0.0, each.table["time"])
            share, low, high = (1 - np.append(1.0, each.table[side]) for side in ("survival", "high", "low"))
            ax.fill_between(x, low, high, step="post", color=colour, alpha=0.25, linewidth=0)
            ax.step(x, share, where="post", color=colour, label=literal(name) or None)
        median = curve.quantile(0.5) if isinstance(curve, KaplanMeier) else float("nan")
        if np.isfinite(median):
            label = say("note.half_within", language, n=number(median, language))
            ax.plot([median, median], [0, 0.5], color=INK, linestyle=(0, (3, 2)), linewidth=0.8, label=label)
        if np.isfinite(median) or any(curves):
            legend_above(ax, columns=2)
        longest = np.array([0.0, *(each.table["time"].max() for each in curves.values())])
        _days_axis(ax, np.sort(longest), language, "axis.days_since_first")
        ax.set_ylabel(say("axis.bought_again", language))
    return ax


def gap_distribution(
    rule: StageRule, *, ax: Axes | None = None, language: str = "en", width: str = "single"
) -> Axes:
    """Share of gaps between purchases that have closed by so many days, with the borders of the stages.

    Parameters
    ----------
    rule : kehu.lifecycle.StageRule
        What `kehu.lifecycle.rule` gives; a rule stated by hand has no gaps to show.
    ax, language, width
        As in `stage_sizes`.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        If it is no such rule.

    Examples
    --------
    >>> import kehu
    >>> import pandas as pd
    >>> days = pd.Series(pd.date_range("2017-01-01", periods=120, freq="D"))
    >>> lines = pd.DataFrame({"customer_id": [day % 30 for day in range(120)], "ordered_at": days})
    >>> gap_distribution(kehu.lifecycle.rule(lines, n_boot=0)).get_ylabel()
    'Share that bought again'
    """
    if not isinstance(rule, StageRule):
        raise TypeError(f"rule must be what kehu.lifecycle.rule gives, got {type(rule).__name__}")
    if rule.curve is None:
        raise ValueError(
            "rule was stated by hand and has no gaps; kehu.lifecycle.rule reads them from orders"
        )
    x, share = (rule.curve[name].to_numpy(np.float64) for name in ("days", "share"))
    end = min(x[-1], max(2 * rule.lost, 10.0))
    shown = x <= end
    with canvas(ax, language=language, width=width, height=66) as ax:
        ax.step(x[shown], share[shown], where="post", color=BLUE)
        for row in rule.borders.itertuples():
            colour = _BORDERS[row.border]
            if np.isfinite(row.low):
                ax.axvspan(row.low, min(row.high, end), color=colour, alpha=0.15, linewidth=0)
            label = say(f"note.border_{row.border}", language, n=number(row.days, language))
            ax.axvline(row.days, color=colour, linestyle=(0, (4, 2)), label=label)
        legend_above(ax, columns=2)
        _days_axis(ax, x[shown], language, "axis.days_since_last")
        ax.set_ylabel(say("axis.gaps_closed", language))
    return ax


def _days_axis(ax: Axes, x: np.ndarray, language: str, label: str) -> None:
    ax.set_ylim(0, 1)
    ax.set_xlim(0, max(float(x[-1]), 1.0))
    ax.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 3, 5, 10], integer=True))
    ax.xaxis.set_major_formatter(Numbers(language))
    ax.yaxis.set_major_formatter(Percents(language))
    ax.set_xlabel(say(label, language))
    ax.grid(axis="y")


def _heat(ax: Axes, cells: np.ndarray, *, numbers: bool) -> Any:
    """Cells by shade, the first row on top, with their numbers where there is room."""
    most = max(float(np.nanmax(cells)), 1e-9)
    rows, columns = cells.shape
    mesh = ax.pcolormesh(
        np.arange(columns + 1) - 0.5,
        np.arange(rows + 1) - 0.5,
        np.ma.masked_invalid(cells),
        cmap=SHADES,
        vmin=0,
        vmax=most,
        edgecolor="white",
        linewidth=0.4,
    )
    ax.invert_yaxis()
    ax.spines[:].set_visible(False)
    ax.tick_params(left=False, bottom=False)
    if numbers and rows <= _MOST_ROWS:
        for (row, column), share in np.ndenumerate(cells):
            if np.isfinite(share):
                colour = "white" if share > 0.55 * most else INK
                style = {"ha": "center", "va": "center", "fontsize": note_size(ax), "color": colour}
                ax.text(column, row, percent(round(share, 2)), **style)
    return mesh


def _thinned(size: int, most: int) -> np.ndarray:
    """Places of ticks, at most so many."""
    return np.arange(0, size, -(-size // most))
