"""Chart of an indicator over time with the limits of chance."""

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, MaxNLocator, StrMethodFormatter

from kehu.figures.look import BLUE, GREEN, GREY, INK, PALE, VERMILLION
from kehu.figures.numerals import number, percent
from kehu.figures.ticks import Dates, Names, Numbers, Percents, literal
from kehu.figures.words import heading, say
from kehu.indicators import ControlChart
from kehu.plots._canvas import canvas
from kehu.plots._rows import columns_for
from kehu.plots._rules import dot, growth, legend_row

_MEASURES = {"p": "axis.share_of_cases", "u": "axis.events_per_unit", "individuals": "axis.value"}
_MANY = 60  # periods from which values have no dots


def control_chart(
    chart: ControlChart,
    *,
    target: float | None = None,
    name: str | None = None,
    ax: Axes | None = None,
    language: str = "en",
    width: str = "single",
) -> Axes:
    """Values by period with centre and control limits; signals are vermillion.

    Filled signals lie beyond the limits, hollow ones end a run on one side of the centre. The periods that
    made the limits are shaded, if they are not all.

    Parameters
    ----------
    chart : kehu.indicators.ControlChart
        What `kehu.indicators.control_chart` gives. Periods may be dates, numbers or names.
    target : float, optional
        Value that is aimed at, to draw as a line.
    name : str, optional
        Name of the indicator, for the axis.
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
        If it is no such result, or the target is no finite number.

    Examples
    --------
    >>> from kehu import indicators
    >>> weeks = pd.DataFrame({"period": range(24), "count": [5, 4, 6, 5, 4, 5] * 3 + [6, 5, 4, 5, 5, 19]})
    >>> ax = control_chart(indicators.control_chart(weeks.assign(n=100), baseline=20), target=0.04)
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['Mean 4.9%', 'Control limits', 'Baseline', 'Target 4%', 'Beyond the limits: 1']
    """
    if not isinstance(chart, ControlChart):
        raise TypeError(f"chart must come from kehu.indicators.control_chart, got {type(chart).__name__}")
    if target is not None and not np.isfinite(target):
        raise ValueError(f"target={target!r} must be a finite number")
    data = chart.table
    value = data["value"].to_numpy(dtype=float)
    with canvas(ax, language=language, width=width, height=72) as ax:
        x = _time_axis(ax, data["period"], language)
        handles = _expected(ax, x, chart, language)
        scale = growth(ax)
        if target is not None:
            label = say("note.target", language, value=_written(chart, target, language))
            look = {"color": GREEN, "linestyle": (0, (1.2, 1.2)), "linewidth": 1.2 * scale}
            handles.append(ax.axhline(target, label=label, **look))
        marker = {"marker": "o", "markersize": 2.6 * scale} if len(x) <= _MANY else {}
        ax.plot(x, value, color=INK, linewidth=0.8 * scale, zorder=3, **marker)
        for signal, key, face in (
            ("beyond", "note.beyond_limits", VERMILLION),
            ("run", "note.run_of_eight", "white"),
        ):
            found = (data["signal"] == signal).to_numpy()
            if found.any():
                look = {"facecolor": face, "edgecolor": VERMILLION, "linewidth": scale}
                ax.scatter(x[found], value[found], s=18 * scale**2, zorder=4, **look)
                handles.append(dot(say(key, language, n=f"{found.sum():,}"), face, VERMILLION))
        ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
        ax.yaxis.set_major_formatter(Percents(language) if chart.kind == "p" else Numbers(language))
        ax.set_ylabel(
            say(_MEASURES[chart.kind], language) if name is None else literal(heading(name, language))
        )
        legend_row(ax, handles, columns=min(columns_for(ax, handles), 2))
    return ax


def _written(chart: ControlChart, value: float, language: str) -> str:
    return percent(value) if chart.kind == "p" else number(value, language)


def _time_axis(ax: Axes, periods: pd.Series, language: str) -> np.ndarray:
    """Places of periods on an axis of dates, of numbers or of names."""
    if isinstance(periods.dtype, pd.PeriodDtype):
        periods = periods.dt.start_time
    if pd.api.types.is_datetime64_any_dtype(periods):
        x = mdates.date2num(periods.dt.tz_localize(None).to_numpy())
        ax.xaxis.set_major_locator(mdates.AutoDateLocator(minticks=3, maxticks=6))
        ax.xaxis.set_major_formatter(Dates(language))
    elif pd.api.types.is_numeric_dtype(periods):
        x = periods.to_numpy(dtype=float)
        ax.xaxis.set_major_locator(MaxNLocator(7, steps=[1, 2, 5, 10], integer=True))
        # Years have no thousands.
        ax.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
        ax.set_xlabel(heading("period", language))
    else:
        x = np.arange(len(periods), dtype=float)
        ax.xaxis.set_major_locator(FixedLocator(range(0, len(x), -(-len(x) // 5))))
        ax.xaxis.set_major_formatter(Names([str(period) for period in periods], 12))
    step = float(np.median(np.diff(x)))
    ax.set_xlim(x[0] - 0.7 * step, x[-1] + 0.7 * step)
    return x


def _expected(ax: Axes, x: np.ndarray, chart: ControlChart, language: str) -> list[Line2D | Patch]:
    """Draw the centre, the limits of each period and the baseline."""
    data, scale = chart.table, growth(ax)
    between = (x[1:] + x[:-1]) / 2
    edges = np.concatenate([[2 * x[0] - between[0]], between, [2 * x[-1] - between[-1]]])
    label = say("note.mean", language, value=_written(chart, chart.centre, language))
    handles: list[Line2D | Patch] = [
        ax.axhline(chart.centre, color=BLUE, linewidth=0.9 * scale, zorder=2, label=label)
    ]
    limits = {"color": GREY, "linewidth": 0.8 * scale, "linestyle": (0, (3, 1.5)), "zorder": 2}
    for side in ("low", "high"):
        limit = data[side].to_numpy(dtype=float)
        (line,) = ax.step(edges, np.append(limit, limit[-1]), where="post", **limits)
    wide = number(round(chart.dispersion, 2), language)
    key, given = ("note.widened_limits", {"value": wide}) if chart.widened else ("note.control_limits", {})
    line.set_label(say(key, language, **given))
    handles.append(line)
    used = np.flatnonzero(data["baseline"].to_numpy(dtype=bool))
    if used[-1] < len(data) - 1:
        label = say("note.baseline", language)
        shade = {"color": PALE, "alpha": 0.4, "linewidth": 0, "zorder": 0}
        handles.append(ax.axvspan(edges[0], edges[used[-1] + 1], label=label, **shade))
    return handles
