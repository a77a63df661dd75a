"""Charts of customer segments: how many, what they are like, where they lie, how large they are."""

from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import TwoSlopeNorm
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, MaxNLocator, NullLocator

from kehu.figures.look import BLUE, GREEN, GREY, INK, OCHRE, PALE, PURPLE, VERMILLION, check_width
from kehu.figures.numerals import percent, percents
from kehu.figures.ticks import Localised, Names, Numbers, Percents, literal, shorten
from kehu.figures.words import heading, say
from kehu.plots._canvas import canvas, note_size, table, values
from kehu.plots._rules import growth, legend_row

# Measure, its panel's row and column.
_PANELS = (
    ("silhouette", "calinski_harabasz"),
    ("davies_bouldin", "gap_principal"),
    ("gap_cloud", "stability_min"),
    ("smallest_share", None),
)
_COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, OCHRE, GREY, "#56B4E9")
_MARKERS = "osD^vP*X"
_ROW = 5.2  # mm: height of a row
_LONGEST = {"single": 26, "double": 50, "slide": 34}  # letters of names
_MOST_NUMBERS = 6  # segments side by side that leave room for numbers
_STRONG = 2.0  # standardised difference from which the colour is full


class Features(Localised):
    """Names of features at the places 0, 1, 2, …: ours in the chart's language, others as they are."""

    def __init__(self, names: Sequence[str], longest: int, language: str = "en") -> None:
        super().__init__(language)
        self._names, self._longest = [str(name) for name in names], longest

    def __call__(self, x: float, pos: int | None = None) -> str:  # noqa: ARG002
        """Name at a place; nothing between the places."""
        place = round(x)
        if place not in range(len(self._names)) or abs(x - place) > 1e-6:
            return ""
        name = self._names[place]
        if name.startswith("share: "):
            name = say("segments.share_of", self.language, what=name.removeprefix("share: "))
        return literal(shorten(heading(name, self.language), self._longest))


def segment_choice(
    choice: Any, *, ax: Axes | None = None, language: str = "en", width: str = "single"
) -> Axes:
    """Panels of all measures against the number of segments, side by side, with the suggestion marked.

    Gaps have bars of one standard error. The lines in the panel of stability are Hennig's limits, .75 and
    .6; the ring is at the number suggested.

    Parameters
    ----------
    choice : kehu.segments.ChoiceOfK
        What `kehu.segments.choose_k` gives.
    ax : matplotlib.axes.Axes, optional
        Axes to put the panels in; a new figure when not given.
    language : {"en", "zh"}
        Language of the labels.
    width : {"single", "double", "slide"}
        Size of a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        The axes around the panels, which are its ``child_axes``.

    Raises
    ------
    KeyError, TypeError, ValueError
        If the table lacks a column or holds something else.

    Examples
    --------
    >>> from kehu.segments import choose_k
    >>> from kehu.simulate import one_cloud
    >>> cloud = one_cloud(100, random_state=1)
    >>> choice = choose_k(cloud, [2, 3], n_bootstrap=9, n_references=19, random_state=1)
    >>> len(segment_choice(choice).child_axes)
    7
    """
    measures = [name for row in _PANELS for name in row if name]
    errors = [f"{name}_se" for name in measures if name.startswith("gap_")]
    data = table(choice.table, ["n_segments", *measures, *errors], "choice.table")
    data["n_segments"] = values(data["n_segments"], "n_segments")
    with canvas(ax, language=language, width=width, height=112) as ax:
        ax.set_axis_off()
        for row, pair in enumerate(_PANELS):
            for column, name in enumerate(pair):
                if name:
                    panel = ax.inset_axes((0.12 + 0.5 * column, 0.815 - 0.24 * row, 0.365, 0.135))
                    # The places leave room for the labels; a layout that made more would do so each time.
                    panel.set_in_layout(False)
                    _panel(panel, data, name, int(choice.suggested), language, growth(ax))
                    panel.tick_params(labelsize=note_size(ax))
                    bottom = row == len(_PANELS) - 1 or _PANELS[row + 1][column] is None
                    panel.tick_params(labelbottom=bottom)
                    if bottom:
                        panel.set_xlabel(heading("n_segments", language), fontsize=note_size(ax))
        key = "segments.suggested_none" if choice.suggested == 1 else "segments.suggested"
        text = say(key, language, n=f"{choice.suggested}")
        ring = Line2D([], [], **_ring(growth(ax)), linestyle="none", label=text)
        ax.legend(
            handles=[ring], loc="center", bbox_to_anchor=(0.8, 0.16), frameon=False, fontsize=note_size(ax)
        ).set_in_layout(False)
    return ax


def _ring(growth: float) -> dict[str, Any]:
    return {
        "marker": "o",
        "markerfacecolor": "none",
        "markeredgecolor": VERMILLION,
        "markersize": 7 * growth,
        "markeredgewidth": 1.2 * growth,
    }


def _panel(ax: Axes, data: pd.DataFrame, name: str, suggested: int, language: str, growth: float) -> None:
    known = data[data[name].notna() & ((data["n_segments"] > 1) | name.startswith("gap_"))]
    x, y = known["n_segments"].to_numpy(), known[name].to_numpy(np.float64)
    error = known[f"{name}_se"].to_numpy(np.float64) if f"{name}_se" in known else None
    ax.errorbar(
        x, y, error, color=BLUE, marker="o", markersize=2.5 * growth, linewidth=growth,
        elinewidth=0.8 * growth, capsize=1.2 * growth,
    )  # fmt: skip
    chosen = x == suggested
    ax.plot(x[chosen], y[chosen], linestyle="none", clip_on=False, **_ring(growth))
    ax.set_title(heading(name, language), fontsize=0.875 * ax.xaxis.label.get_fontsize(), loc="left")
    ax.margins(y=0.18)
    ax.set_xlim(0.5, data["n_segments"].max() + 0.5)
    ax.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(Numbers(language))
    ax.yaxis.set_major_locator(MaxNLocator(3, steps=[1, 2, 2.5, 5, 10]))
    ax.yaxis.set_major_formatter(Percents(language) if name == "smallest_share" else Numbers(language))
    ax.grid(axis="y")
    if name == "stability_min":
        ax.set_ylim(0, 1.1)
        ax.yaxis.set_major_locator(FixedLocator([0, 0.5, 1]))
        for limit in (0.75, 0.6):
            ax.axhline(limit, color=GREY, linestyle=(0, (3, 2)), linewidth=0.8 * growth)
    if name == "smallest_share":
        ax.set_ylim(bottom=0)


def segment_profile(
    profile: Any, *, ax: Axes | None = None, language: str = "en", width: str = "single"
) -> Axes:
    """Heat map of what sets each segment apart: standardised differences to all other customers.

    Up to six segments the numbers stand in the cells; a dash where there is none.

    Parameters
    ----------
    profile : kehu.segments.SegmentProfile
        What `kehu.segments.profile` gives.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure, as tall as the features need, when not given.
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
        If the profile lacks a column or holds something else.

    Examples
    --------
    >>> from kehu.segments import profile
    >>> customers = pd.DataFrame({"n_orders": [1, 2, 1, 9, 7], "total": [5.0, 9, 6, 90, 70]})
    >>> [text.get_text() for text in segment_profile(profile(customers, [0, 0, 0, 1, 1])).texts][:2]
    ['−9.1', '+9.1']
    """
    data = table(profile.table, ("segment", "feature", "difference"), "profile.table")
    sizes = table(profile.sizes, ("segment", "share"), "profile.sizes")
    share = values(sizes["share"], "share")
    features, segments = data["feature"].unique(), sizes["segment"].tolist()
    across = data.set_index(["feature", "segment"])["difference"].unstack("segment")  # noqa: PD010
    found = across.loc[features, segments].to_numpy(np.float64)
    shown = np.ma.masked_invalid(np.clip(found, -_STRONG, _STRONG))
    colours = mpl.colormaps["PuOr_r"].with_extremes(bad="#E4E4E4")
    labels = [
        f"{literal(shorten(str(name), 8))}\n{percent(round(part, 2)) if part >= 0.005 else '<1%'}"
        for name, part in zip(segments, share, strict=True)
    ]
    with canvas(ax, language=language, width=width, height=24 + _ROW * max(len(features), 4)) as ax:
        norm = TwoSlopeNorm(0, -_STRONG, _STRONG)
        mesh = ax.pcolormesh(shown, cmap=colours, norm=norm, edgecolor="white", linewidth=growth(ax))
        small = note_size(ax)
        for row, column in np.ndindex(found.shape if len(segments) <= _MOST_NUMBERS else (0, 0)):
            value = found[row, column]
            dark = np.isfinite(value) and abs(value) > 1.3
            ax.text(
                column + 0.5, row + 0.5, _signed(value), ha="center", va="center", fontsize=small,
                color="white" if dark else INK,
            )  # fmt: skip
        ax.set_ylim(len(features), 0)
        for axis, n in ((ax.xaxis, len(segments)), (ax.yaxis, len(features))):
            axis.set_major_locator(FixedLocator(np.arange(n) + 0.5))
        ax.xaxis.set_major_formatter(_Cells(labels))
        ax.yaxis.set_major_formatter(_ShiftedFeatures(features, _LONGEST[check_width(width)], language))
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
        ax.set_xlabel(say("axis.segment_and_share", language))
        bar = ax.figure.colorbar(
            mesh, ax=ax, fraction=0.05, pad=0.02, aspect=24, extend="both", extendfrac=0.04
        )
        bar.outline.set_visible(False)
        bar.ax.yaxis.set_major_locator(FixedLocator([-2, -1, 0, 1, 2]))
        bar.ax.yaxis.set_major_formatter(Numbers(language))
        bar.set_label(heading("difference", language))
    return ax


class _ShiftedFeatures(Features):
    """Names in the middle of cells."""

    def __call__(self, x: float, pos: int | None = None) -> str:
        """Name of a cell."""
        return super().__call__(x - 0.5, pos)


class _Cells(Localised):
    """Finished labels in the middle of cells, the same in both languages."""

    def __init__(self, labels: Sequence[str]) -> None:
        super().__init__()
        self._labels = labels

    def __call__(self, x: float, pos: int | None = None) -> str:  # noqa: ARG002
        """Label of a cell."""
        return self._labels[int(x)] if 0 <= x < len(self._labels) else ""


def _signed(value: float) -> str:
    if not np.isfinite(value):
        return "–"
    text = f"{value:+.1f}".replace("-", "−")
    return "0.0" if text in ("+0.0", "−0.0") else text


def segment_map(result: Any, *, ax: Axes | None = None, language: str = "en", width: str = "single") -> Axes:
    """Customers in the plane of the first two principal components, coloured by segment.

    The axes say which share of the variance they show; the number of a segment stands at its centre.

    Parameters
    ----------
    result : kehu.segments.SegmentMap
        What `kehu.segments.segment_map` gives.
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
        If the map lacks a column or holds something else.

    Examples
    --------
    >>> from kehu.segments import Segmentation, segment_map as map_of
    >>> customers = pd.DataFrame({"n_orders": [1, 2, 1, 20, 25], "total": [9.0, 12, 8, 400, 380]})
    >>> model = Segmentation(n_segments=2, random_state=1).fit(customers)
    >>> segment_map(map_of(model, customers)).get_xlabel()
    'Component 1 (99.1% of variance)'
    """
    names = ["component_1", "component_2"]
    points = table(result.points, [*names, "segment"], "result.points")
    centers = table(result.centers, [*names, "segment"], "result.centers")
    for name in names:
        points[name], centers[name] = values(points[name], name), values(centers[name], name)
    many = len(points) >= 2000
    # Drawn in mixed order, so that no segment hides another.
    order = np.random.default_rng(0).permutation(len(points))
    place = {segment: number for number, segment in enumerate(centers["segment"])}
    code = points["segment"].map(place).to_numpy()
    colours = np.array([mpl.colors.to_rgba(colour) for colour in _COLOURS])[code % len(_COLOURS)]
    with canvas(ax, language=language, width=width, height=72) as ax:
        size = float(np.clip(3000 / len(points), 2, 14)) * growth(ax) ** 2
        ax.scatter(
            points["component_1"].to_numpy()[order], points["component_2"].to_numpy()[order],
            s=size, c=colours[order], linewidth=0, alpha=0.6, rasterized=many,
        )  # fmt: skip
        for row, segment in enumerate(centers["segment"]):
            ax.text(
                centers["component_1"].iloc[row], centers["component_2"].iloc[row],
                literal(shorten(str(segment), 12)), ha="center", va="center", fontsize=note_size(ax),
                bbox={"boxstyle": "round,pad=0.25", "facecolor": "white", "linewidth": 1.2 * growth(ax),
                      "edgecolor": _COLOURS[row % len(_COLOURS)]},
            )  # fmt: skip
        for axis, number in ((ax.xaxis, 0), (ax.yaxis, 1)):
            axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
            axis.set_major_formatter(Numbers(language))
            part = percent(round(float(result.explained[number]), 3))
            axis.set_label_text(say("axis.component", language, n=str(number + 1), share=part))
        ax.grid()
    return ax


def segment_sizes(
    profile: Any, *, ax: Axes | None = None, language: str = "en", width: str = "single"
) -> Axes:
    """Bars of each segment's share of the customers and, if it was summed, of their value.

    Parameters
    ----------
    profile : kehu.segments.SegmentProfile
        What `kehu.segments.profile` gives, with ``value=`` for the second bar.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure, as tall as the segments need, when not given.
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
        If the profile lacks a column or holds something else.

    Examples
    --------
    >>> from kehu.segments import profile
    >>> customers = pd.DataFrame({"total": [5.0, 9, 6, 90, 70]})
    >>> ax = segment_sizes(profile(customers, [0, 0, 0, 1, 1], value="total"))
    >>> [text.get_text() for text in ax.texts]
    ['60.0%', '40.0%', '11.1%', '88.9%']
    """
    data = table(profile.sizes, ("segment", "share"), "profile.sizes", optional=("value_share",))
    bars = [("share_of_customers", values(data["share"], "share"), BLUE)]
    if "value_share" in data and data["value_share"].notna().all():
        bars.append(("share_of_value", values(data["value_share"], "value_share"), PALE))
    thick = 0.76 / len(bars)
    places = np.arange(len(data))
    with canvas(ax, language=language, width=width, height=16 + 4.2 * len(bars) * len(data)) as ax:
        for number, (_, share, colour) in enumerate(bars):
            middle = places + (number - (len(bars) - 1) / 2) * thick
            drawn = ax.barh(middle, share, height=thick, color=colour)
            ax.bar_label(drawn, percents(share.tolist()), padding=0.3 * note_size(ax), fontsize=note_size(ax))
        ax.set_xlim(0, 1.2 * max(share.max() for _, share, _ in bars))
        ax.set_ylim(len(data) - 0.5, -0.5)
        ax.yaxis.set_major_locator(FixedLocator(places))
        ax.yaxis.set_major_formatter(
            Names([str(name) for name in data["segment"]], _LONGEST[check_width(width)])
        )
        ax.set_ylabel(heading("segment", language))
        ax.tick_params(left=False)
        ax.set_xticks([])
        ax.spines["bottom"].set_visible(False)
        legend_row(ax, [Patch(color=colour, label=say(f"note.{key}", language)) for key, _, colour in bars])
    return ax
