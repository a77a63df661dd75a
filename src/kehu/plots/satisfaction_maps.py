"""Maps of what customers want: importance against performance, and Kano's needs."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, MaxNLocator

from kehu.figures.look import BLUE, GREEN, GREY, INK, OCHRE, PALE, PURPLE, VERMILLION
from kehu.figures.numerals import percent
from kehu.figures.ticks import Numbers, Percents
from kehu.figures.words import say
from kehu.plots._canvas import canvas
from kehu.plots._points import MOST_NAMED, around, listed_names, name_points, quadrants
from kehu.plots._rows import legend_of_rows
from kehu.plots._rules import dot, growth
from kehu.satisfaction import ImportancePerformance, Kano

_URGENT = "#FBEADF"
_LISTED = {"single": 20, "double": 48, "slide": 30}  # letters of a name in a list
_LINE = 4.4  # mm: height of a line of a legend
_QUADRANTS = {
    "upper left": "ipa.concentrate_here",
    "upper right": "ipa.keep_up",
    "lower left": "ipa.low_priority",
    "lower right": "ipa.possible_overkill",
}
_REGIONS = {
    "upper left": "kano.attractive",
    "upper right": "kano.one_dimensional",
    "lower left": "kano.indifferent",
    "lower right": "kano.must_be",
}
_NEEDS = {
    "must-be": (VERMILLION, "s"),
    "one-dimensional": (BLUE, "o"),
    "attractive": (GREEN, "^"),
    "indifferent": (GREY, "D"),
    "reverse": (PURPLE, "v"),
    "questionable": (OCHRE, "P"),
}


def importance_performance_map(
    ipm: ImportancePerformance,
    *,
    intervals: bool = False,
    ax: Axes | None = None,
    language: str = "en",
    width: str = "single",
) -> Axes:
    """Drivers by performance and importance, in four quadrants; hollow where the quadrant is not certain.

    A quadrant counts as certain if the driver lies there in as many bootstrap samples as the confidence
    level says. Up to twelve drivers are named beside their points, more are numbered and listed.

    Parameters
    ----------
    ipm : kehu.satisfaction.ImportancePerformance
        What `kehu.satisfaction.importance_performance` gives.
    intervals : bool
        Whether to draw the limits of performance and, where there are any, of importance.
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
    >>> from kehu.satisfaction import importance_performance
    >>> from kehu.simulate import service_survey
    >>> answers = service_survey(200, drivers={"care": 3.0, "speed": 6.0}, random_state=1).answers
    >>> found = importance_performance(answers, outcome="satisfaction_score", drivers=["care", "speed"],
    ...                                n_boot=50, random_state=1)
    >>> ax = importance_performance_map(found)
    >>> [text.get_text().strip() for text in ax.texts][-2:]
    ['care', 'speed']
    """
    if not isinstance(ipm, ImportancePerformance):
        raise TypeError(
            f"ipm must come from kehu.satisfaction.importance_performance, got {type(ipm).__name__}"
        )
    data = ipm.table
    x, y = data["performance"].to_numpy(), data["importance"].to_numpy()
    spans = _spans(data, x, y, ("performance", "importance")) if intervals else np.empty((0, 4))
    certain = data["certainty"].to_numpy() >= ipm.confidence_level
    level = percent(ipm.confidence_level)
    with canvas(ax, language=language, width=width, height=_height(len(data))) as ax:
        scale = growth(ax)
        everywhere = np.vstack([np.column_stack([x, y]), spans.reshape(-1, 2)])
        low, high = everywhere.min(axis=0), everywhere.max(axis=0)
        ax.set_xlim(*around(ipm.performance_border, low[0], high[0]))
        ax.set_ylim(*around(ipm.importance_border, low[1], high[1]))
        ends = (ax.get_xlim(), ax.get_ylim())
        ax.fill_between(
            [ends[0][0], ipm.performance_border], ipm.importance_border, ends[1][1],
            color=_URGENT, linewidth=0, zorder=0,
        )  # fmt: skip
        borders = (ipm.performance_border, ipm.importance_border)
        corners = quadrants(ax, borders, _QUADRANTS, language)
        _draw_spans(ax, spans)
        look = {"edgecolor": BLUE, "linewidth": scale, "zorder": 4}
        ax.scatter(x, y, s=18 * scale**2, facecolor=[BLUE if sure else "white" for sure in certain], **look)
        ax.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
        ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
        ax.xaxis.set_major_formatter(Numbers(language))
        ax.yaxis.set_major_formatter(Numbers(language))
        ax.set_xlabel(say("axis.performance", language))
        kind = {"lmg": "part", "johnson": "part"}.get(ipm.importance_kind, ipm.importance_kind)
        ax.set_ylabel(say(f"axis.importance_{kind}", language))
        handles = _list(data["driver"], width)
        if certain.any():
            handles.append(dot(say("note.quadrant_certain", language, level=level), BLUE, BLUE))
        if not certain.all():
            handles.append(dot(say("note.quadrant_open", language), "white", BLUE))
        legend_of_rows(ax, handles)
        lines = np.vstack([spans, _across(ax, borders)])
        name_points(ax, np.column_stack([x, y]), data["driver"].tolist(), clear=corners, spans=lines)
    return ax


def kano_map(
    kano: Kano,
    *,
    intervals: bool = False,
    ax: Axes | None = None,
    language: str = "en",
    width: str = "single",
) -> Axes:
    """Features by how much they please if present and displease if lacking, in Kano's four regions.

    The colour is the commonest category of the answers, hollow where its lead could be chance. It need not
    be that of the region, which counts all answers. Features without an answer that counts are left out,
    and the chart says how many.

    Parameters
    ----------
    kano : kehu.satisfaction.Kano
        What `kehu.satisfaction.kano` gives.
    intervals : bool
        Whether to draw the limits of both coefficients.
    ax, language, width
        As in `importance_performance_map`.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        If it is no such result, or no feature has answers that count.

    Examples
    --------
    >>> from kehu.satisfaction import kano
    >>> answers = pd.DataFrame({"returns_with": [1, 1, 2, 1], "returns_without": [5, 5, 5, 4]})
    >>> found = kano(answers, features={"free returns": ("returns_with", "returns_without")})
    >>> kano_map(found).collections[-1].get_offsets().tolist()
    [[0.75, 0.75]]
    """
    if not isinstance(kano, Kano):
        raise TypeError(f"kano must come from kehu.satisfaction.kano, got {type(kano).__name__}")
    data = kano.table[kano.table["better"].notna()]
    if data.empty:
        raise ValueError("no feature has an answer that counts: all are reverse or questionable")
    data = data.assign(worse=-data["worse"], worse_low=-data["worse_high"], worse_high=-data["worse_low"])
    x, y = data["worse"].to_numpy(), data["better"].to_numpy()
    spans = _spans(data, x, y, ("worse", "better")) if intervals else np.empty((0, 4))
    left_out = len(kano.table) - len(data)
    with canvas(ax, language=language, width=width, height=_height(len(data)) + _LINE) as ax:
        scale = growth(ax)
        ax.set(xlim=(-0.03, 1.03), ylim=(-0.1, 1.1))
        corners = quadrants(ax, (0.5, 0.5), _REGIONS, language)
        _draw_spans(ax, spans)
        handles = _list(data["feature"], width)
        for need, (colour, marker) in _NEEDS.items():
            part = (data["category"] == need).to_numpy()
            if part.any():
                face = [colour if sure else "white" for sure in data["significant"].to_numpy()[part]]
                look = {"marker": marker, "edgecolor": colour, "linewidth": scale, "zorder": 4}
                ax.scatter(x[part], y[part], s=20 * scale**2, facecolor=face, clip_on=False, **look)
                label = say(f"kano.{need.replace('-', '_')}", language)
                handles.append(dot(label, colour, colour, marker))
        if not data["significant"].all():
            handles.append(dot(say("note.lead_by_chance", language), "white", INK))
        if left_out:
            label = say("note.features_left_out", language, n=f"{left_out:,}")
            handles.append(dot(label, "none", "none", "none"))
        for axis, key in ((ax.xaxis, "axis.worse"), (ax.yaxis, "axis.better")):
            axis.set_major_locator(FixedLocator([0, 0.25, 0.5, 0.75, 1]))
            axis.set_major_formatter(Percents(language))
            axis.set_label_text(say(key, language))
        legend_of_rows(ax, handles)
        lines = np.vstack([spans, _across(ax, (0.5, 0.5))])
        name_points(ax, np.column_stack([x, y]), data["feature"].tolist(), clear=corners, spans=lines)
    return ax


def _height(n: int) -> float:
    return 76.0 + (_LINE * np.ceil(n / 2) if n > MOST_NAMED else 0.0)


def _list(names: pd.Series, width: str) -> list[Any]:
    """Legend of numbered points, where they are too many to be named."""
    return listed_names(names.tolist(), _LISTED[width]) if len(names) > MOST_NAMED else []


def _spans(data: pd.DataFrame, x: np.ndarray, y: np.ndarray, columns: tuple[str, str]) -> np.ndarray:
    """Limits as lines (x0, y0, x1, y1), where there are any."""
    across, along = (data[[f"{name}_low", f"{name}_high"]].to_numpy() for name in columns)
    lines = np.vstack(
        [
            np.column_stack([across[:, 0], y, across[:, 1], y]),
            np.column_stack([x, along[:, 0], x, along[:, 1]]),
        ]
    )
    return lines[np.isfinite(lines).all(axis=1)]


def _across(ax: Axes, borders: tuple[float, float]) -> np.ndarray:
    """The lines at the borders, as `_spans`."""
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    return np.array([[borders[0], low, borders[0], high], [left, borders[1], right, borders[1]]])


def _draw_spans(ax: Axes, spans: np.ndarray) -> None:
    for x0, y0, x1, y1 in spans:
        ax.plot([x0, x1], [y0, y1], color=PALE, linewidth=1.2 * growth(ax), zorder=3)
