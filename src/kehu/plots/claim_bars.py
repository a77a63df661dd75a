"""Charts of parts and of blanks: readings of an unclear statement, and values beside what is left blank."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import FixedLocator, MaxNLocator

from kehu import frames
from kehu.figures.look import BLUE, GREY, INK, PALE
from kehu.figures.ticks import Names, Numbers, literal
from kehu.figures.ticks import width as text_width
from kehu.figures.words import check_language, heading, say
from kehu.plots._boxes import LETTER, Paragraph, across_of
from kehu.plots._canvas import canvas, note_size
from kehu.plots._rows import legend_of_rows
from kehu.plots._rules import growth
from kehu.plots._tables import figure, slots_for, with_chinese, worded
from kehu.plots._weights import ROW, SERIES, named
from kehu.plots.diagrams import texts

_LONGEST = 26  # letters of a name at the side
_BAR = 0.62
_COLOURS = (*SERIES[:5], PALE, "#8FA3AD", "#D9C89E")
_LIGHT = 0.45  # luminance from which numbers on a colour are dark


def readings(table: Any, *, ax: Axes | None = None, language: str = "en", width: str = "single") -> Axes:
    """Shares by group under each reading of a statement, a bar a reading, headed by what they are shares of.

    Where a reading gives no share its bar is an empty frame; what a bar lacks to 100 % was not stated.

    Parameters
    ----------
    table : dataframe
        ``reading``, ``group``, ``share_pct`` (missing where no share follows) and ``basis``, such as the
        rows of one ``quantity`` of `kehu.claims.shopper_readings`. If there are such: ``period``, which is
        named instead of the reading where a basis has one reading only, else behind it; ``low`` and
        ``high``, where the share is one of them and the other is far, for a number with ≥ or ≤. In Chinese,
        texts are taken from columns with ``_zh``. Bases are never mixed in a bar.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure, as tall as the readings need, when not given.
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
        If a column is missing or holds something else, a bar has more than 100 %, or there are too many
        groups.

    Examples
    --------
    >>> import pandas as pd
    >>> sexes = pd.DataFrame({"reading": ["points", "points"], "group": ["men", "women"],
    ...                       "share_pct": [55.0, 45.0], "basis": "shoppers"})
    >>> ax = readings(sexes)
    >>> [text.get_text().strip() for text in ax.texts]
    ['shoppers', '55', '45']
    """
    check_language(language)
    data = _readings(table, language)
    groups = list(dict.fromkeys(data["group"]))
    if len(groups) > len(_COLOURS):
        raise ValueError(f"up to {len(_COLOURS)} groups can be told apart, got {len(groups)}")
    colours = dict(zip(groups, _COLOURS, strict=False))
    room = across_of(ax, width) - LETTER * (min(data["name"].map(text_width).max(), _LONGEST) + 2.5)
    slots: list[tuple[str, Any]] = []
    for basis, rows in data.groupby("basis", sort=False):
        slots += [("basis", basis), *[("more", None)] * (slots_for(str(basis), room) - 1)]
        slots += [("bar", part) for _, part in rows.groupby("bar", sort=False)]
    with canvas(ax, language=language, width=width, height=24 + ROW * max(len(slots), 4)) as ax:
        names = []
        for place, (kind, what) in enumerate(slots):
            names.append(what["name"].iloc[0] if kind == "bar" else "")
            if kind == "bar":
                _stack(ax, place, what, colours, language)
            elif kind == "basis":
                below = place - 0.5 + slots_for(str(what), room)
                Paragraph(ax, (0, 100, place - 0.5, below), str(what), ha="left", color=BLUE)
        _rows_axis(ax, names)
        ax.set_xlim(0, 100)
        ax.xaxis.set_major_locator(FixedLocator([0, 25, 50, 75, 100]))
        ax.xaxis.set_major_formatter(Numbers(language))
        ax.set_xlabel(say("axis.share_pct", language))
        legend_of_rows(ax, [Patch(facecolor=colours[group], label=named(group, 24)) for group in groups])
    return ax


def _readings(given: Any, language: str) -> pd.DataFrame:
    wanted = ("reading", "group", "share_pct", "basis")
    words = ("reading", "group", "basis")
    data = with_chinese(given, wanted, "table", texts=words, optional=("period", "low", "high"))
    data = data.assign(**{name: texts(pd.Series(worded(data, name, language)), name) for name in words})
    shares = frames.numbers(data["share_pct"], "share_pct")
    wrong = np.flatnonzero((shares < 0) | (shares > 100))
    if len(wrong):
        raise ValueError(f"share_pct must lie between 0 and 100, got {shares[wrong[0]]:g} in row {wrong[0]}")
    periods = worded(data, "period", language) if "period" in data else [None] * len(data)
    # Where all bars of a basis are one reading, their periods tell them apart.
    alone = data.groupby("basis")["reading"].transform("nunique") == 1
    names = [
        (period if single else f"{name} {period}") if period else name
        for name, period, single in zip(data["reading"], periods, alone, strict=True)
    ]
    data = data.assign(
        share_pct=shares, name=names, bar=[*map("\n".join, zip(data["basis"], names, strict=True))]
    )
    totals = data.groupby("bar")["share_pct"].sum()
    if totals.max() > 100.5:
        bar = totals.idxmax().split("\n")[1]
        raise ValueError(f"shares of {bar!r} add up to {totals.max():g}, more than 100; give each group once")
    return data


def _stack(ax: Axes, place: int, rows: pd.DataFrame, colours: dict[str, str], language: str) -> None:
    """A bar of shares, with numbers where they have room."""
    top, left, scale = place - _BAR / 2, 0.0, growth(ax)
    frame = {"facecolor": "none", "edgecolor": GREY, "linewidth": 0.7 * scale, "linestyle": (0, (3, 2))}
    if rows["share_pct"].isna().all():
        ax.add_patch(Rectangle((0, top), 100, _BAR, clip_on=False, **frame))
        style = {"ha": "center", "va": "center", "fontsize": note_size(ax), "color": GREY}
        ax.text(50, place, say("note.no_share", language), **style)
        return
    for row in rows[rows["share_pct"].notna()].to_dict("records"):
        share, colour = row["share_pct"], colours[row["group"]]
        look = {"facecolor": colour, "edgecolor": "white", "linewidth": 0.5 * scale}
        ax.add_patch(Rectangle((left, top), share, _BAR, **look))
        text = _bounded(share, row.get("low", np.nan), row.get("high", np.nan))
        if share > 2.2 * len(text):
            dark = np.dot(to_rgb(colour), (0.2126, 0.7152, 0.0722)) < _LIGHT
            style = {"ha": "center", "va": "center_baseline", "fontsize": note_size(ax)}
            ax.text(left + share / 2, place, text, color="white" if dark else INK, **style)
        left += share
    if left < 99.5:
        ax.add_patch(Rectangle((left, top), 100 - left, _BAR, clip_on=False, **frame))


def _bounded(share: float, low: float, high: float) -> str:
    """A share with ≥ or ≤ where it is an end of a wide range.

    Examples
    --------
    >>> _bounded(83.0, 83.0, 100.0), _bounded(17.0, 0.0, 17.0), _bounded(52.38, 52.3, 52.5)
    ('≥83', '≤17', '52.4')
    """
    sign = "≥" if high - share > 2 and share == low else "≤" if share - low > 2 and share == high else ""
    return f"{sign}{figure(round(share, 1))}"


def _rows_axis(ax: Axes, names: list[str]) -> None:
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.yaxis.set_major_locator(FixedLocator(range(len(names))))
    ax.yaxis.set_major_formatter(Names(names, _LONGEST))
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)


def blank_beside(
    values: Any,
    *,
    name: str | None = None,
    ax: Axes | None = None,
    language: str = "en",
    width: str = "single",
) -> Axes:
    """Values of several sources side by side, where a value that a source leaves blank is seen to be blank.

    Parameters
    ----------
    values : dataframe
        ``item``, ``source`` and ``value`` (missing where blank), and if there are such ``low`` and
        ``high``. Say in ``source`` what each is, such as ``"simulated shop"``. Two to four sources. In
        Chinese, texts are taken from columns with ``_zh``.
    name : str, optional
        Name and unit of the values, for the axis.
    ax, language, width
        As in `readings`.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    KeyError, TypeError, ValueError
        If a column is missing or holds something else, a source has an item twice, or all is blank.

    Examples
    --------
    >>> import pandas as pd
    >>> growth = pd.DataFrame({"item": ["fashion"] * 2, "source": ["D2.k7", "simulated shop"],
    ...                        "value": [None, 12.0]})
    >>> ax = blank_beside(growth, name="Growth, %")
    >>> [text.get_text().strip() for text in ax.texts]
    ['blank in the source', '12']
    """
    check_language(language)
    data = with_chinese(
        values, ("item", "source", "value"), "values", texts=("item", "source"), optional=("low", "high")
    )
    columns = {each: texts(pd.Series(worded(data, each, language)), each) for each in ("item", "source")}
    data = data.assign(**columns, value=frames.numbers(data["value"], "value"))
    items, sources = (list(dict.fromkeys(data[each])) for each in ("item", "source"))
    if not 1 <= len(sources) <= 4:
        raise ValueError(f"values must have 1 to 4 sources, got {len(sources)}")
    twice = data.duplicated(["item", "source"])
    if twice.any():
        row = data[twice].iloc[0]
        raise ValueError(f"{row['source']!r} has {row['item']!r} more than once; keep one")
    if data["value"].isna().all():
        raise ValueError("value is blank throughout; give at least one source that has values")
    looks = _looks(sources)
    step = len(sources) + 0.7
    with canvas(ax, language=language, width=width, height=24 + 0.8 * ROW * max(step * len(items), 4)) as ax:
        ends = np.array([0.0, *(data[each].max() for each in ("value", "high") if each in data)])
        starts = np.array([0.0, *(data[each].min() for each in ("value", "low") if each in data)])
        low, high = float(np.nanmin(starts)), float(np.nanmax(ends))
        room = 0.16 * ((high - low) or 1.0)
        left, right = low - (room if low < 0 else 0), high + room
        for row in data.to_dict("records"):
            place = items.index(row["item"]) * step + sources.index(row["source"])
            _bar(ax, place, row, looks[row["source"]], (left, right), language)
        ax.set_xlim(left, right)
        ax.set_ylim(step * len(items) - 0.7, -0.9)
        middles = [place * step + (len(sources) - 1) / 2 for place in range(len(items))]
        ax.yaxis.set_major_locator(FixedLocator(middles))
        ax.yaxis.set_major_formatter(_NamesAt(middles, items))
        ax.tick_params(axis="y", length=0)
        ax.axvline(0, color=INK, linewidth=0.8 * growth(ax), zorder=4)
        ax.spines["left"].set_visible(False)
        ax.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
        ax.xaxis.set_major_formatter(Numbers(language))
        if name is not None:
            ax.set_xlabel(literal(heading(name, language)))
        legend_of_rows(ax, [Patch(label=named(source, 40), **looks[source]) for source in sources])
    return ax


class _NamesAt(Names):
    """Names at any places."""

    def __init__(self, places: list[float], names: list[str]) -> None:
        super().__init__(names, _LONGEST)
        self._places = places

    def __call__(self, x: float, pos: int | None = None) -> str:
        near = int(np.argmin(np.abs(np.array(self._places) - x)))
        return super().__call__(near, pos) if abs(self._places[near] - x) < 1e-6 else ""


def _looks(sources: list[str]) -> dict[str, dict[str, Any]]:
    """Colours and hatches that tell sources apart."""
    looks = (
        {"facecolor": "white", "edgecolor": INK},
        {"facecolor": PALE, "edgecolor": BLUE, "hatch": "////"},
        {"facecolor": BLUE, "edgecolor": BLUE},
        {"facecolor": "#D9C89E", "edgecolor": INK, "hatch": "...."},
    )
    return {source: look | {"linewidth": 0.7} for source, look in zip(sources, looks, strict=False)}


def _bar(
    ax: Axes,
    place: float,
    row: dict[str, Any],
    look: dict[str, Any],
    sides: tuple[float, float],
    language: str,
) -> None:
    value, tall, scale = row["value"], 0.78, growth(ax)
    style = {"va": "center_baseline", "fontsize": note_size(ax), "zorder": 5}
    if np.isnan(value):
        frame = {"facecolor": "none", "edgecolor": GREY, "linestyle": (0, (3, 2)), "linewidth": 0.7 * scale}
        start = max(sides[0], 0.0)
        ax.add_patch(Rectangle((start, place - tall / 2), 0.985 * (sides[1] - start), tall, **frame))
        text = say("note.blank_in_source", language)
        ax.text((start + sides[1]) / 2, place, text, ha="center", color=GREY, **style)
        return
    ax.add_patch(
        Rectangle((min(value, 0), place - tall / 2), abs(value), tall, **(look | {"linewidth": 0.7 * scale}))
    )
    low, high = (row.get(side, np.nan) for side in ("low", "high"))
    end = value
    if np.isfinite(low) and np.isfinite(high):
        ax.plot([low, high], [place, place], color=INK, linewidth=1.1 * scale, zorder=4)
        end = high if value >= 0 else low
    gap = 0.012 * (sides[1] - sides[0])
    text = figure(float(f"{value:.3g}"), None, language)
    ax.text(end + (gap if value >= 0 else -gap), place, text, ha="left" if value >= 0 else "right", **style)
