"""Charts of what goes with satisfaction: coefficients, importance, expectations against perceptions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from scipy import stats

from kehu.figures.look import BLUE, GREY, INK, PALE, VERMILLION
from kehu.figures.numerals import number, percent
from kehu.figures.ticks import Numbers, Percents
from kehu.figures.words import say
from kehu.plots._canvas import canvas
from kehu.plots._rows import beside, legend_of_rows, line
from kehu.plots._rules import dot, growth
from kehu.plots._weights import ROW, SERIES, named, rows_down
from kehu.satisfaction import DriverRegression, Gaps, RelativeImportance

_MARKERS = "osD^v"
_TICK = "|"  # of a cut
_MOST_CUTS = 9
_CUT_COLOURS = LinearSegmentedColormap.from_list("kehu_cuts", ["#F0B890", VERMILLION, "#6E3000"])
_TOGETHER = 0.76  # share of a row that coefficients of one driver take
_TRUE_MARK = {"markersize": 7, "markeredgewidth": 1.4}
_WIDEST = 4.0  # largest limit on the axis, in largest coefficients


@dataclass(frozen=True)
class _Series:
    """Coefficients of one model or cut, by driver: value, low, high, and sure, which may be missing."""

    name: str
    table: pd.DataFrame
    colour: Any
    marker: str


def coefficient_forest(
    regression: DriverRegression | Mapping[str, DriverRegression],
    *,
    standardised: bool = False,
    cuts: bool = False,
    truth: Mapping[str, float] | None = None,
    ax: Axes | None = None,
    language: str = "en",
    width: str = "single",
) -> Axes:
    """Coefficients of drivers with their limits, the largest first; hollow where 0 is not ruled out.

    What is ruled out is judged by the p-values adjusted for the number of drivers (Holm).

    Parameters
    ----------
    regression : kehu.satisfaction.DriverRegression, or mapping of str to these
        What `kehu.satisfaction.driver_regression` gives; or up to five of the same kind, by name. Limits
        that run far beyond all coefficients are cut at the edge.
    standardised : bool
        Whether to show standardised coefficients.
    cuts : bool
        Ordered model: whether to show beside each coefficient those of the separate logits of each cut
        between categories. They should lie close together.
    truth : mapping of str to float, optional
        True coefficients of simulated drivers, in the unit that is drawn, to mark beside the estimates.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure, as tall as the drivers need, when not given.
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
        If it is no such result, there are more than five, or of different kinds; or cuts are asked for of
        several models, of one that has none, or of one that has more than nine; or ``truth`` has no finite
        number for a driver.

    Examples
    --------
    >>> from kehu.satisfaction import driver_regression
    >>> from kehu.simulate import service_survey
    >>> answers = service_survey(200, drivers={"care": 3.0, "speed": 6.0}, random_state=1).answers
    >>> found = driver_regression(answers, outcome="satisfaction_score", drivers=["care", "speed"])
    >>> coefficient_forest(found).get_xlabel()
    'Change of the outcome a step'
    """
    models = regression if isinstance(regression, Mapping) else {"": regression}
    kind = _kind(models)
    series = [
        _Series(str(name), _coefficients(model, standardised), colour, marker)
        for (name, model), colour, marker in zip(models.items(), SERIES, _MARKERS, strict=False)
    ]
    if cuts:
        series += _cutwise(models, standardised)
    first = series[0].table["value"].sort_values(ascending=False, kind="stable").index
    drivers = list(dict.fromkeys([*first, *(name for one in series for name in one.table.index)]))
    true = None if truth is None else _true(truth, drivers)
    shifts = (np.arange(len(series)) - (len(series) - 1) / 2) * _TOGETHER / len(series)
    row = ROW * max(1.0, 0.45 * len(series))
    with canvas(ax, language=language, width=width, height=28 + row * max(len(drivers), 4)) as ax:
        scale = growth(ax)
        ax.axvline(0, color=INK, linewidth=0.8 * scale, zorder=1)
        reach = _reach(series, true)
        if len(series) > 1:
            ax.hlines(np.arange(1, len(drivers)) - 0.5, *reach, color=GREY, linewidth=0.3 * scale)
        for one, shift in zip(series, shifts, strict=True):
            data = one.table.reindex(drivers)
            places = np.arange(len(drivers)) + shift
            ax.hlines(places, data["low"], data["high"], color=one.colour, linewidth=1.2 * scale, zorder=2)
            look = {"s": 18 * scale**2, "marker": one.marker, "linewidth": scale, "zorder": 3}
            if one.marker == _TICK:
                look["color"] = one.colour
            else:
                look["edgecolor"] = one.colour
                look["facecolor"] = [one.colour if sure else "white" for sure in data["sure"].fillna(True)]
            ax.scatter(data["value"], places, **look)
        if true is not None:
            places = np.arange(len(drivers))
            ax.vlines(true, places - 0.36, places + 0.36, color=VERMILLION, linewidth=1.4 * scale, zorder=4)
        rows_down(ax, drivers)
        ax.set_xlim(*reach)
        ax.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
        ax.xaxis.set_major_formatter(Numbers(language))
        key = f"axis.coefficient_{kind}{'_standardised' if standardised else ''}"
        ax.set_xlabel(say(key, language))
        ax.grid(axis="x")
        handles = _handles(series, models, language)
        if true is not None:
            handles.append(Line2D([], [], linestyle="none", marker="|", color=VERMILLION, **_TRUE_MARK))
            handles[-1].set_label(say("note.true_value", language))
        legend_of_rows(ax, handles)
    return ax


def _true(truth: Mapping[str, float], drivers: list[str]) -> np.ndarray:
    """True coefficients in the order of the rows."""
    for name in drivers:
        if name not in truth or not np.isfinite(truth[name]):
            raise ValueError(f"truth must have a finite number for {name!r}, got {dict(truth)}")
    return np.array([float(truth[name]) for name in drivers])


def _kind(models: Mapping[Any, Any]) -> str:
    """The kind of all models."""
    for model in models.values():
        if not isinstance(model, DriverRegression):
            raise TypeError(
                "regression must come from kehu.satisfaction.driver_regression, or map names to such "
                f"results, got {type(model).__name__}"
            )
    if not 1 <= len(models) <= len(_MARKERS):
        raise ValueError(f"one to {len(_MARKERS)} regressions can be drawn together, got {len(models)}")
    kinds = sorted({model.model for model in models.values()})
    if len(kinds) > 1:
        raise ValueError(
            f"coefficients of {' and '.join(kinds)} models have different units; draw them apart"
        )
    return kinds[0]


def _coefficients(model: DriverRegression, standardised: bool) -> pd.DataFrame:
    columns = ["standardised", "standardised_low", "standardised_high"]
    found = model.coefficients.set_index("driver")
    table = found[columns if standardised else ["coefficient", "low", "high"]]
    table = table.set_axis(["value", "low", "high"], axis=1)
    return table.assign(sure=(found["p_adjusted"] <= 1 - model.confidence_level).astype(object))


def _cutwise(models: Mapping[Any, DriverRegression], standardised: bool) -> list[_Series]:
    """Coefficients of the separate logits; those that run off are left out."""
    if len(models) > 1:
        raise ValueError(f"cuts are drawn of one model, got {len(models)}")
    model = next(iter(models.values()))
    if model.cutwise is None:
        raise ValueError("the model has no cuts; fit driver_regression(…, model='ordered')")
    names = list(dict.fromkeys(model.cutwise["cut"]))
    if len(names) > _MOST_CUTS:
        raise ValueError(f"up to {_MOST_CUTS} cuts can be told apart, got {len(names)}; join categories")
    found = model.coefficients.set_index("driver")
    unit = (found["standardised_high"] - found["standardised_low"]) / (found["high"] - found["low"])
    z = stats.norm.ppf((1 + model.confidence_level) / 2)
    series = []
    for name, shade in zip(names, np.linspace(0, 1, len(names)), strict=True):
        part = model.cutwise[model.cutwise["cut"] == name].set_index("driver")
        factor = unit.reindex(part.index) if standardised else 1.0
        value, half = part["coefficient"] * factor, z * part["standard_error"] * factor
        table = pd.DataFrame({"value": value, "low": value - half, "high": value + half, "sure": None})
        table.loc[~np.isfinite(half), ["value", "low", "high"]] = np.nan
        series.append(_Series(str(name), table, _CUT_COLOURS(shade), _TICK))
    return series


def _reach(series: list[_Series], true: np.ndarray | None) -> tuple[float, float]:
    """Ends of the axis: all coefficients, true ones and 0, and limits as far as they do not run off."""
    tables = [one.table[["value", "low", "high"]] for one in series]
    if true is not None:
        tables.append(pd.DataFrame({"value": true, "low": true, "high": true}))
    table = pd.concat(tables).dropna()
    size = float(table["value"].abs().max())
    most = max(_WIDEST * size, 3 * float((table["high"] - table["low"]).median())) or 1.0
    low = max(min(float(table["low"].min()), 0.0), -most)
    high = min(max(float(table["high"].max()), 0.0), most)
    return low - 0.04 * (high - low), high + 0.04 * (high - low)


def _handles(series: list[_Series], models: Mapping[Any, DriverRegression], language: str) -> list[Any]:
    whole = [one for one in series if one.marker != _TICK]
    split = [one for one in series if one.marker == _TICK]
    handles = [
        dot(named(one.name, 24), one.colour, one.colour, one.marker) for one in whole if len(whole) > 1
    ]
    sure = pd.concat([one.table["sure"] for one in whole]).dropna().astype(bool)
    colour = INK if len(whole) > 1 else whole[0].colour
    level = percent(next(iter(models.values())).confidence_level)
    if sure.any():
        handles.append(dot(say("note.zero_ruled_out", language), colour, colour))
    if not sure.all():
        handles.append(dot(say("note.zero_not_ruled_out", language), "white", colour))
    handles.append(line(say("note.interval", language, level=level), colour))
    handles += [dot(say("note.cut", language, what=one.name), one.colour, one.colour, "s") for one in split]
    return handles


def importance_intervals(
    importance: RelativeImportance,
    *,
    ax: Axes | None = None,
    language: str = "en",
    width: str = "single",
) -> Axes:
    """Shares of the explained variance by driver with limits, the most important first, and their ranks.

    Grey and hollow where the drivers together explain no more than chance would (p > 0.05): then their
    order means nothing.

    Parameters
    ----------
    importance : kehu.satisfaction.RelativeImportance
        What `kehu.satisfaction.relative_importance` gives.
    ax, language, width
        As in `coefficient_forest`.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError
        If it is no such result.

    Examples
    --------
    >>> from kehu.satisfaction import relative_importance
    >>> from kehu.simulate import service_survey
    >>> answers = service_survey(200, drivers={"care": 3.0, "speed": 6.0}, random_state=1).answers
    >>> found = relative_importance(answers, outcome="satisfaction_score", drivers=["care", "speed"],
    ...                             n_boot=50, random_state=1)
    >>> importance_intervals(found).get_xlabel()
    'Share of the explained variance'
    """
    if not isinstance(importance, RelativeImportance):
        raise TypeError(
            "importance must come from kehu.satisfaction.relative_importance, "
            f"got {type(importance).__name__}"
        )
    data = importance.importance.sort_values("share", ascending=False, kind="stable")
    places, by_chance = np.arange(len(data)), importance.p_value > 0.05
    ends = (importance.r_squared, importance.r_squared_low, importance.r_squared_high)
    explained = dict(zip(("share", "low", "high"), (percent(round(end, 3)) for end in ends), strict=True))
    with canvas(ax, language=language, width=width, height=28 + ROW * max(len(data), 4)) as ax:
        scale, colour = growth(ax), GREY if by_chance else BLUE
        ax.hlines(places, data["share_low"], data["share_high"], color=PALE, linewidth=4 * scale, zorder=2)
        face = "white" if by_chance else colour
        look = {"facecolor": face, "edgecolor": colour, "linewidth": scale, "zorder": 3}
        ax.scatter(data["share"], places, s=18 * scale**2, **look)
        rows_down(ax, data["driver"].tolist())
        high = float(max(data["share_high"].max(), data["share"].max()))
        ax.set_xlim(-0.02 * high, 1.04 * high)
        ax.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
        ax.xaxis.set_major_formatter(Percents(language))
        ax.set_xlabel(say("axis.share_of_explained", language))
        ax.grid(axis="x")
        ranks = [_from_to(*pair) for pair in zip(data["rank_low"], data["rank_high"], strict=True)]
        beside(ax, ranks, say("axis.rank_between", language))
        key = "note.no_more_than_chance" if by_chance else "note.estimate"
        level = percent(importance.confidence_level)
        handles = [dot(say(key, language), face, colour)]
        handles.append(dot(say("note.interval", language, level=level), PALE, PALE, "s"))
        handles.append(dot(say("note.explained", language, **explained), "none", "none", "none"))
        legend_of_rows(ax, handles, taken=9)
    return ax


def _from_to(low: int, high: int) -> str:
    return f"{low}" if low == high else f"{low}–{high}"


def expectation_gap(
    gaps: Gaps, *, ax: Axes | None = None, language: str = "en", width: str = "single"
) -> Axes:
    """What was expected and what was perceived, joined, with the gap; the largest shortfall first.

    The bar at a perception is the interval of the gap, measured from the expectation: a gap is certain
    where the bar does not reach the ring.

    Parameters
    ----------
    gaps : kehu.satisfaction.Gaps
        What `kehu.satisfaction.expectation_gaps` gives.
    ax, language, width
        As in `coefficient_forest`.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError
        If it is no such result.

    Examples
    --------
    >>> from kehu.satisfaction import expectation_gaps
    >>> answers = pd.DataFrame({"speed_e": [5, 4, 5, 4], "speed_p": [3, 4, 4, 2]})
    >>> ax = expectation_gap(expectation_gaps(answers, pairs={"speed": ("speed_e", "speed_p")}))
    >>> ax.get_xlabel()
    'Mean rating'
    """
    if not isinstance(gaps, Gaps):
        raise TypeError(f"gaps must come from kehu.satisfaction.expectation_gaps, got {type(gaps).__name__}")
    data = gaps.table.sort_values("gap", kind="stable")
    expected, felt = data["expectation"].to_numpy(), data["perception"].to_numpy()
    low, high = expected + data["low"].to_numpy(), expected + data["high"].to_numpy()
    places = np.arange(len(data))
    whole = (gaps.overall, gaps.overall_low, gaps.overall_high)
    mean = dict(
        zip(("value", "low", "high"), (number(round(end, 2), language) for end in whole), strict=True)
    )
    with canvas(ax, language=language, width=width, height=28 + ROW * max(len(data), 4)) as ax:
        scale = growth(ax)
        ax.hlines(places, expected, felt, color=GREY, linewidth=0.8 * scale, zorder=1)
        ax.hlines(places, low, high, color=PALE, linewidth=4 * scale, zorder=2)
        ring = {"facecolor": "white", "edgecolor": INK, "linewidth": scale}
        ax.scatter(expected, places, s=22 * scale**2, zorder=3, **ring)
        ax.scatter(felt, places, s=22 * scale**2, color=BLUE, linewidth=0, zorder=4)
        rows_down(ax, data["dimension"].tolist())
        ends = np.concatenate([expected, felt, low, high])
        room = 0.06 * (np.ptp(ends) or 1.0)
        ax.set_xlim(ends.min() - room, ends.max() + room)
        ax.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
        ax.xaxis.set_major_formatter(Numbers(language))
        ax.set_xlabel(say("axis.mean_rating", language))
        ax.grid(axis="x")
        written = [f"{round(gap, 2) + 0.0:.2f}".replace("-", "−") for gap in data["gap"]]
        beside(ax, written, say("axis.gap", language))
        handles = [
            dot(say("note.expected", language), "white", INK),
            dot(say("note.perceived", language), BLUE, BLUE),
            dot(say("note.interval_of_gap", language, level=percent(gaps.confidence_level)), PALE, PALE, "s"),
            dot(say("note.mean_gap", language, **mean), "none", "none", "none"),
        ]
        legend_of_rows(ax, handles, taken=9)
    return ax
