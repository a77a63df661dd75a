"""Charts of figures that bodies published: series with a document's claim beside, shares, growth paths."""

import re
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, MaxNLocator, NullFormatter, NullLocator, StrMethodFormatter

from kehu import frames
from kehu.figures.look import BLUE, GREY, INK, PALE, VERMILLION
from kehu.figures.numerals import number, percent
from kehu.figures.ticks import Names, Numbers, Percents, literal
from kehu.figures.ticks import width as text_width
from kehu.figures.words import check_language, heading, say
from kehu.plots._boxes import LETTER, Paragraph, across_of
from kehu.plots._canvas import canvas, note_size, table, values
from kehu.plots._points import name_points
from kehu.plots._rows import legend_of_rows, line
from kehu.plots._rules import dot, growth, round_numbers
from kehu.plots._tables import slots_for, with_chinese, worded
from kehu.plots._weights import ROW, SERIES, named
from kehu.plots.diagrams import texts

_MARKERS = "os^DvPX*"
_COLOURS = (*SERIES, GREY, "#56B4E9")
_SPREAD = 50.0  # largest over smallest value from which values are on a logarithmic axis
_GAP = 1.6  # usual steps of a series from which nothing joins two points
_PERIOD = re.compile(r"(\d{4})(?:H([12])|Q([1-4])|-(\d{2}))?")
_PATH_YEARS = (-3, -2, -1, 0)


def public_series(
    series: Any,
    *,
    claims: Any = None,
    name: str | None = None,
    ax: Axes | None = None,
    language: str = "en",
    width: str = "single",
) -> Axes:
    """Published figures over time, each series for itself, with a document's figures marked by their keys.

    Points of one series are joined where they follow each other; a gap stays a gap, and two series are
    never joined. The axis is logarithmic where values span much.

    Parameters
    ----------
    series : dataframe
        ``series`` (body and basis), ``period`` and ``value``, and if there is one ``rounded`` (whether the
        value was published rounded: hollow). A period is a year, ``"2018H1"``, ``"2018Q4"`` or
        ``"2018-12"``. Up to eight series; rows without value are left out. In Chinese, texts are taken
        from ``series_zh``.
    claims : dataframe, optional
        ``key``, ``period`` and ``value`` of what documents state.
    name : str, optional
        Name and unit of the values, for the axis.
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
        If a column is missing or holds something else, there is no value, or there are too many series.

    Examples
    --------
    >>> import pandas as pd
    >>> market = pd.DataFrame({"series": "total", "period": ["2017", "2018"], "value": [7.18, 9.0065]})
    >>> claim = pd.DataFrame({"key": ["D3.m1"], "period": ["2018"], "value": [9.08]})
    >>> ax = public_series(market, claims=claim, name="Trillion yuan")
    >>> [text.get_text().strip() for text in ax.get_legend().get_texts()]
    ['total', 'Figure of a document']
    """
    check_language(language)
    data = with_chinese(
        series, ("series", "period", "value"), "series", texts=("series",), optional=("rounded",)
    )
    data = data.assign(series=texts(pd.Series(worded(data, "series", language)), "series"))
    data = data.assign(value=frames.numbers(data["value"], "value"), at=[moment(p) for p in data["period"]])
    if data["value"].notna().sum() == 0:
        raise ValueError("value is missing throughout; there is nothing to plot")
    groups = {str(label): rows.sort_values("at") for label, rows in data.groupby("series", sort=False)}
    if len(groups) > len(_COLOURS):
        raise ValueError(f"up to {len(_COLOURS)} series can be told apart, got {len(groups)}; choose some")
    marked = None if claims is None else table(claims, ("key", "period", "value"), "claims")
    with canvas(ax, language=language, width=width, height=70) as ax:
        scale, handles = growth(ax), []
        spans: list[list[float]] = []
        for (label, rows), colour, marker in zip(groups.items(), _COLOURS, _MARKERS, strict=False):
            spans += _draw_series(ax, rows, colour, marker, scale)
            handles.append(_handle(named(label, 60), colour, marker))
        if "rounded" in data and data["rounded"].fillna(False).astype(bool).any():
            handles.append(dot(say("note.rounded", language), "white", GREY))
        everything = data["value"].dropna().to_numpy()
        if marked is not None:
            points = np.column_stack(
                [[moment(p) for p in marked["period"]], values(marked["value"], "value")]
            )
            everything = np.append(everything, points[:, 1])
            # Hollow, so that the published point below is seen.
            look = {"facecolor": "none", "edgecolor": INK, "linewidth": 1.2 * scale}
            ax.scatter(*points.T, s=30 * scale**2, marker="D", zorder=5, **look)
            handles.append(dot(say("note.figure_of_document", language), "none", INK, "D"))
        _value_axis(ax, everything, language)
        years = [*data["at"], *(points[:, 0] if marked is not None else [])]
        ax.set_xlim(min(years) - 0.6, max(years) + 0.6)
        whole = np.arange(np.ceil(min(years) - 0.5), np.floor(max(years) + 0.5) + 1)
        ax.xaxis.set_major_locator(FixedLocator(whole[:: -(-len(whole) // 8)]))
        ax.xaxis.set_major_formatter(StrMethodFormatter("{x:.0f}"))
        if name is not None:
            ax.set_ylabel(literal(heading(name, language)))
        ax.grid(axis="y")
        legend_of_rows(ax, handles)
        if marked is not None:
            lines = np.array(spans).reshape(-1, 4)
            name_points(ax, points, texts(marked["key"], "key"), spans=lines)
    return ax


def moment(period: Any) -> float:
    """Middle of a period as a number that is whole for the middle of a year.

    Examples
    --------
    >>> moment("2018"), moment(2018), moment("2018H1"), moment("2018Q4"), moment("2018-12")
    (2018.0, 2018.0, 2017.75, 2018.375, 2018.5)
    """
    text = f"{period:.0f}" if isinstance(period, int | float | np.number) else str(period).strip()
    match = _PERIOD.fullmatch(text)
    if not match or (match[4] and not 1 <= int(match[4]) <= 12):
        raise ValueError(f"period {period!r} is not known; write 2018, 2018H1, 2018Q4 or 2018-12")
    year, half, quarter, month = (int(part) if part else 0 for part in match.groups())
    if half:
        return year - 0.75 + 0.5 * half
    if quarter:
        return year - 0.625 + 0.25 * quarter
    return year - 0.5 + month / 12 if month else float(year)


def _draw_series(ax: Axes, rows: pd.DataFrame, colour: str, marker: str, scale: float) -> list[list[float]]:
    """Draw the points and what joins them; gives back the ends of the lines."""
    rows = rows.dropna(subset="value")
    at, value = rows["at"].to_numpy(), rows["value"].to_numpy()
    steps = np.diff(at)
    breaks = np.flatnonzero(steps > _GAP * np.median(steps)) + 1 if len(steps) else []
    spans = []
    for x, y in zip(np.split(at, breaks), np.split(value, breaks), strict=True):
        ax.plot(x, y, color=colour, linewidth=1.1 * scale, zorder=2)
        spans += [[*one, *other] for one, other in pairwise(zip(x, y, strict=True))]
    hollow = np.zeros(len(rows), bool)
    if "rounded" in rows:
        hollow = rows["rounded"].fillna(False).astype(bool).to_numpy()
    for which, face in ((~hollow, colour), (hollow, "white")):
        look = {"facecolor": face, "edgecolor": colour, "linewidth": scale}
        ax.scatter(at[which], value[which], s=15 * scale**2, marker=marker, zorder=3, **look)
    return spans


def _handle(label: str, colour: str, marker: str) -> Line2D:
    return Line2D([], [], color=colour, marker=marker, linewidth=1.1, label=label)


def _value_axis(ax: Axes, found: np.ndarray, language: str) -> None:
    """From 0, or logarithmic where all is above 0 and spans much."""
    low, high = float(found.min()), float(found.max())
    if low > 0 and high / low > _SPREAD:
        ax.set_yscale("log")
        ax.set_ylim(low / 1.6, high * 1.6)
        ax.yaxis.set_major_locator(
            FixedLocator(round_numbers(low / 1.5, high * 1.5, lambda one: len(one) <= 6))
        )
        ax.yaxis.set_minor_locator(NullLocator())
        ax.yaxis.set_minor_formatter(NullFormatter())
        ax.yaxis.set_major_formatter(Numbers(language, each=True))
        return
    ax.set_ylim(min(low * 1.08, 0), max(high, 0) * 1.08 or 1)
    ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    ax.yaxis.set_major_formatter(Numbers(language))


def shares_by_source(
    shares: Any, *, ax: Axes | None = None, language: str = "en", width: str = "single"
) -> Axes:
    """Shares as dots, a row a period, under the source and basis they come from; nothing is joined.

    Parameters
    ----------
    shares : dataframe
        ``source`` (body and basis), ``period``, ``subject`` and ``share_pct``, up to eight subjects. A
        missing share has no dot. In Chinese, texts are taken from columns with ``_zh``.
    ax, language, width
        As in `public_series`.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    KeyError, TypeError, ValueError
        If a column is missing or holds something else, there is no share, or there are too many subjects.

    Examples
    --------
    >>> import pandas as pd
    >>> found = pd.DataFrame({"source": "Analysys", "period": ["2018Q2", "2018Q2"],
    ...                       "subject": ["Tmall", "JD"], "share_pct": [58.2, 26.2]})
    >>> ax = shares_by_source(found)
    >>> [text.get_text().strip() for text in ax.get_legend().get_texts()]
    ['Tmall', 'JD']
    """
    check_language(language)
    words = ("source", "subject")
    data = with_chinese(shares, ("source", "period", "subject", "share_pct"), "shares", texts=words)
    data = data.assign(**{each: texts(pd.Series(worded(data, each, language)), each) for each in words})
    data = data.assign(
        share_pct=frames.numbers(data["share_pct"], "share_pct"), period=data["period"].astype(str)
    )
    found = data["share_pct"].dropna()
    if found.empty:
        raise ValueError("share_pct is missing throughout; there is nothing to plot")
    if found.min() < 0 or found.max() > 100:
        wrong = found[(found < 0) | (found > 100)].iloc[0]
        raise ValueError(f"share_pct must lie between 0 and 100, got {wrong:g}")
    subjects = list(dict.fromkeys(data["subject"]))
    if len(subjects) > len(_COLOURS):
        raise ValueError(
            f"up to {len(_COLOURS)} subjects can be told apart, got {len(subjects)}; choose some"
        )
    looks = dict(zip(subjects, zip(_COLOURS, _MARKERS, strict=True), strict=False))
    beside = max(text_width(period) for period in data["period"]) + 2.5
    room, end = across_of(ax, width) - LETTER * beside, float(found.max()) * 1.06 or 1.0
    rows: list[tuple[str, Any]] = []
    for source, part in data.groupby("source", sort=False):
        taken = slots_for(str(source), room)
        rows += [("source", (str(source), taken)), *[("more", None)] * (taken - 1)]
        rows += [("period", period) for period in part.groupby("period", sort=False)]
    with canvas(ax, language=language, width=width, height=24 + ROW * max(len(rows), 4)) as ax:
        scale = growth(ax)
        for place, (kind, what) in enumerate(rows):
            if kind == "source":
                box = (0, end, place - 0.5, place - 0.5 + what[1])
                Paragraph(ax, box, what[0], ha="left", color=BLUE)
            elif kind == "period":
                ax.axhline(place, color="#DDDDDD", linewidth=0.5 * scale, zorder=1)
                part = what[1].dropna(subset="share_pct")
                shifts = _apart(part["share_pct"].to_numpy(), 0.025 * end)
                for row, shift in zip(part.to_dict("records"), shifts, strict=True):
                    colour, marker = looks[row["subject"]]
                    look = {"facecolor": colour, "edgecolor": "white", "linewidth": 0.4 * scale}
                    ax.scatter(
                        row["share_pct"],
                        place + shift,
                        s=24 * scale**2,
                        marker=marker,
                        zorder=3,
                        clip_on=False,
                        **look,
                    )
        ax.set_ylim(len(rows) - 0.4, -0.6)
        ax.yaxis.set_major_locator(FixedLocator(range(len(rows))))
        ax.yaxis.set_major_formatter(Names([what[0] if kind == "period" else "" for kind, what in rows]))
        ax.tick_params(axis="y", length=0)
        ax.spines["left"].set_visible(False)
        ax.set_xlim(0, end)
        ax.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
        ax.xaxis.set_major_formatter(Numbers(language))
        ax.set_xlabel(say("axis.share_pct", language))
        legend_of_rows(
            ax, [dot(named(each, 20), looks[each][0], looks[each][0], looks[each][1]) for each in subjects]
        )
    return ax


def _apart(shares: np.ndarray, near: float) -> np.ndarray:
    """Shifts up and down by turns for dots of a row that are near each other."""
    order = np.argsort(shares, kind="stable")
    shifts = np.zeros(len(shares))
    for close in np.split(order, np.flatnonzero(np.diff(shares[order]) >= near) + 1):
        if len(close) > 1:
            shifts[close] = np.where(np.arange(len(close)) % 2, 0.2, -0.2)
    return shifts


def growth_paths(paths: Any, *, ax: Axes | None = None, language: str = "en", width: str = "single") -> Axes:
    """Growth in the first of three years against that in the second, where the third and the whole are given.

    Points on the curve have the compound growth exactly, the shaded ones above it more. Beside each path
    stands the level after its first year; all begin and end at the same levels.

    Parameters
    ----------
    paths : dataframe
        ``path``, ``year`` (−3 to 0, the last), ``growth_pct`` (missing at −3) and ``level``, four rows a
        path, as `kehu.claims.growth_paths` gives them.
    ax, language, width
        As in `public_series`.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    KeyError, TypeError, ValueError
        If a column is missing or holds something else, or a path has not these four years.

    Examples
    --------
    >>> import pandas as pd
    >>> one = pd.DataFrame({"path": 1, "year": [-3, -2, -1, 0], "growth_pct": [None, 20, 50, 25],
    ...                     "level": [10.0, 12.0, 18.0, 22.5]})
    >>> growth_paths(one).get_xlabel()
    'Growth in the first year'
    """
    data = table(paths, ("path", "year", "growth_pct", "level"), "paths")
    levels = data.pivot_table(index="path", columns="year", values="level", sort=False)
    years = tuple(sorted(levels))
    if years != _PATH_YEARS or levels.isna().any(axis=None) or (levels <= 0).any(axis=None):
        raise ValueError(
            f"each path must have a level above 0 in the years -3, -2, -1, 0; got the years {years}"
        )
    found = levels.sort_values(-2).to_numpy()[:, [list(levels).index(year) for year in _PATH_YEARS]]
    first, second = found[:, 1] / found[:, 0] - 1, found[:, 2] / found[:, 1] - 1
    two = float(np.median((1 + first) * (1 + second)))
    whole = float(np.median(found[:, 3] / found[:, 0])) ** (1 / 3) - 1
    equal = two**0.5 - 1
    with canvas(ax, language=language, width=width, height=78) as ax:
        scale = growth(ax)
        low = min(first.min(), second.min(), equal)
        high = max(first.max(), second.max(), equal)
        room = max(0.14 * (high - low), 0.05)
        # Nothing falls by more than all there is.
        low, high = max(low - room, -0.99), high + 1.5 * room
        x = np.linspace(low, high, 200)
        curve = two / (1 + x) - 1
        shade = {"color": PALE, "alpha": 0.45, "linewidth": 0}
        ax.fill_between(x, np.maximum(curve, low), high, where=curve < high, **shade)
        ax.plot(x, curve, color=BLUE, linewidth=1.4 * scale, zorder=3)
        ax.plot([low, high], [low, high], color=GREY, linewidth=0.7 * scale, linestyle=(0, (3, 2)))
        ax.scatter(first, second, s=22 * scale**2, color=BLUE, zorder=4)
        look = {"facecolor": "white", "edgecolor": VERMILLION, "linewidth": 1.3 * scale}
        ax.scatter([equal], [equal], s=26 * scale**2, marker="D", zorder=5, **look)
        for point, level in zip(zip(first, second, strict=True), found[:, 1], strict=True):
            style = {"fontsize": note_size(ax), "ha": "left", "va": "bottom", "color": INK}
            ax.annotate(
                number(level, language), point, (3 * scale, 2 * scale), textcoords="offset points", **style
            )
        ax.set(xlim=(low, high), ylim=(low, high))
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
            axis.set_major_formatter(Percents(language))
        ax.set_xlabel(say("axis.growth_first", language))
        ax.set_ylabel(say("axis.growth_second", language))
        ends = {"start": found[0, 0], "second": found[0, 2], "end": found[0, 3]}
        told = {key: number(float(f"{value:.3g}"), language) for key, value in ends.items()}
        compound = say("note.compound_or_more", language, value=percent(whole))
        same = say("note.same_growth", language, value=percent(equal))
        handles = [
            line(compound, BLUE, width=1.4 * scale),
            dot(say("note.level_between", language), BLUE, BLUE),
            dot(same, "white", VERMILLION, "D"),
            dot(say("note.levels_all", language, **told), "none", "none", "none"),
        ]
        legend_of_rows(ax, handles)
    return ax
