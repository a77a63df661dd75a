"""What the charts of rules share: checked rules, names of sets of items, colours and sizes of measures."""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, ListedColormap, LogNorm, Normalize
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, MaxNLocator, NullFormatter, NullLocator

from kehu import frames
from kehu.figures.look import GREY, PALE, check_width
from kehu.figures.numerals import percent
from kehu.figures.ticks import Numbers, Percents, literal, shorten
from kehu.figures.ticks import width as text_width
from kehu.figures.words import heading, say
from kehu.plots._canvas import note_size, values

_PLUS = " + "
_SHORTEST = 7  # letters of an item that are always shown
_PRINT_NOTE = 7.0  # points of small text in print
MANY = 2000  # points from which a chart holds them as a picture
# Largest over smallest value from which an axis or scale is logarithmic, and an axis of supports.
SKEWED, _SPREAD = 10.0, 4.0
_LETTERS = 40  # that fit side by side below the axes of a narrow chart
_STEPS = ((1, 1.5, 2, 3, 4, 5, 7), (1, 2, 3, 5, 7), (1, 2, 5), (1, 3), (1,))


def count(number: Any, name: str) -> int:
    """Check a number of things to show."""
    if isinstance(number, bool) or not isinstance(number, int | np.integer) or number < 1:
        raise ValueError(f"{name} must be a whole number from 1, got {number!r}")
    return int(number)


def itemsets(column: pd.Series, name: str) -> list[frozenset]:
    """The sets of a column."""
    found = list(column)
    for row, items in enumerate(found):
        if not isinstance(items, set | frozenset | tuple | list) or not items:
            raise TypeError(
                f"{name} must hold sets of items, such as frozenset({{'tea'}}), got {items!r} in row {row}"
            )
    return [frozenset(items) for items in found]


def shares(column: pd.Series, name: str) -> np.ndarray:
    """Numbers between 0 and 1, such as supports."""
    found = values(column, name)
    wrong = np.flatnonzero((found < 0) | (found > 1 + 1e-9))
    if len(wrong):
        raise ValueError(f"{name} must lie between 0 and 1, got {found[wrong[0]]:g} in row {wrong[0]}")
    return found


def measured(column: pd.Series, name: str) -> np.ndarray:
    """Values of a measure of rules: infinite ones are allowed, and missing ones where others are known."""
    found = frames.numbers(column, name)
    if np.isnan(found).all():
        raise ValueError(f"{name} is missing for all rules; choose another measure")
    return found


def plain(item: object) -> str:
    """An item's name on one line; one of blanks is put in quotes, so that it can be seen."""
    return " ".join(str(item).split()) or '" "'


def joined(items: Collection, longest: int) -> str:
    """Name a set of items; each is cut as much as the longest need, and (+n) stands for n more items.

    Examples
    --------
    >>> joined({"tea", "milk"}, 20), joined({"FLUID MILK WHITE ONLY", "EGGS"}, 20)
    ('milk + tea', 'EGGS + FLUID MIL...')
    """
    names = sorted(map(plain, items))
    shown, rest = len(names), ""
    while (cut := _cut(names[:shown], longest - len(rest))) is None and shown > 1:
        shown -= 1
        rest = f" (+{len(names) - shown})"
    return _PLUS.join(cut or [shorten(names[0], _SHORTEST)]) + rest


def _cut(names: Sequence[str], room: int) -> list[str] | None:
    """Names cut at the largest width at which they fit side by side, if there is one."""
    for widest in range(room, _SHORTEST - 1, -1):
        cut = [shorten(name, widest) for name in names]
        if _length(cut) <= room:
            return cut
    return None


def _length(names: Sequence[str]) -> int:
    return sum(map(text_width, names)) + len(_PLUS) * (len(names) - 1)


def longest_name(width: str) -> int:
    """Letters of a name at the side of a chart."""
    return {"single": 34, "double": 64, "slide": 46}[check_width(width)]


class Colours:
    """Colours for the values of a measure, on a logarithmic scale where they span much."""

    def __init__(self, found: np.ndarray) -> None:
        finite = found[np.isfinite(found)]
        low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
        if high - low <= 1e-9 * max(abs(low), abs(high)):
            low, high = low - 0.5 * abs(low or 1), high + 0.5 * abs(high or 1)
        self._logarithmic = low > 0 and high / low > SKEWED
        norm = LogNorm(low, high) if self._logarithmic else Normalize(low, high)
        self.mappable = ScalarMappable(norm, _colours())
        ends = ("min" if (found == -np.inf).any() else "", "max" if (found == np.inf).any() else "")
        self._extend = {("min", "max"): "both", ("", ""): "neither"}.get(ends) or "".join(ends)

    def of(self, found: np.ndarray) -> np.ndarray:
        """RGBA of values; those beyond the scale get the colour of its end, missing ones are grey."""
        norm = self.mappable.norm
        colours = self.mappable.cmap(norm(np.clip(found, norm.vmin, norm.vmax)))
        colours[np.isnan(found)] = mpl.colors.to_rgba(GREY)
        return colours

    def place(self, found: np.ndarray) -> np.ndarray:
        """Place of values on the scale, from 0 to 1."""
        norm = self.mappable.norm
        return np.nan_to_num(np.asarray(norm(np.clip(found, norm.vmin, norm.vmax)), dtype=float))

    def add_bar(self, ax: Axes, measure: str, language: str, *, aspect: float = 22) -> None:
        """Draw the scale at the right of the axes, ``aspect`` times as high as it is wide."""
        bar = ax.figure.colorbar(
            self.mappable, ax=ax, fraction=0.05, pad=0.02, aspect=aspect, extend=self._extend, extendfrac=0.04
        )
        bar.outline.set_visible(False)
        axis = bar.ax.yaxis
        if self._logarithmic:
            axis.set_major_locator(
                FixedLocator(round_numbers(*bar.mappable.get_clim(), lambda found: len(found) <= 7))
            )
            axis.set_minor_locator(NullLocator())
        else:
            axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
        axis.set_major_formatter(Numbers(language, each=self._logarithmic))
        axis.set_minor_formatter(NullFormatter())
        bar.set_label(measure_name(measure, language))


def _colours() -> Colormap:
    """Yellow-green to dark blue, without the pale end that would vanish on white."""
    return ListedColormap(mpl.colormaps["YlGnBu"](np.linspace(0.3, 1, 256)), "kehu_rules")


def measure_name(measure: str, language: str) -> str:
    """Heading of a measure, which mlxtend may write with a space."""
    return literal(heading(str(measure).replace(" ", "_"), language))


def round_numbers(low: float, high: float, fit: Callable[[list[float]], bool]) -> list[float]:
    """Round numbers within a positive range: as many as fit, and only decades in a wide one."""
    powers = 10.0 ** np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1)
    found: list[float] = []
    for steps in _STEPS:
        found = [step * power for power in powers for step in steps]
        found = [value for value in found if low * (1 - 1e-9) <= value <= high * (1 + 1e-9)]
        if fit(found):
            return found
    strides = (found[::stride] for stride in range(2, len(found)))
    return next(filter(fit, strides), found[:1])


def _side_by_side(found: list[float]) -> bool:
    """Whether supports have room for their labels on an axis with one support at each end."""
    wide = np.array([len(percent(value)) for value in found]) + 1.5
    places = np.log(found)
    room = _LETTERS * np.diff(places) / max(np.ptp(places), 1e-9)
    return len(found) <= 6 and bool((room >= (wide[1:] + wide[:-1]) / 2).all())


def support_axis(ax: Axes, support: np.ndarray, language: str) -> None:
    """Make the horizontal axis one of supports, logarithmic where they span more than a fourfold range."""
    low, high = float(support.min()), float(support.max())
    if low > 0 and high / low > _SPREAD:
        ax.set_xscale("log")
        ax.xaxis.set_major_locator(FixedLocator(round_numbers(low / 1.1, high * 1.1, _side_by_side)))
        ax.xaxis.set_minor_locator(NullLocator())
    else:
        ax.set_xlim(*within(support))
        ax.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    ax.xaxis.set_major_formatter(Percents(language))


def within(found: np.ndarray) -> tuple[float, float]:
    """Limits of an axis for shares, with room on both sides."""
    low, high = float(found.min()), float(found.max())
    if high - low <= 1e-3 * high or high == 0:
        low, high = 0.8 * low, min(1.2 * high, 1.0) or 1.0
    room = 0.05 * (high - low)
    return low - room, high + room


def growth(ax: Axes) -> float:
    """How much larger the text of axes is than in print; points and lines should grow with it."""
    return note_size(ax) / _PRINT_NOTE


def areas(support: np.ndarray, largest: float, most: float) -> np.ndarray:
    """Areas of markers, proportional to support, in square points; ``most`` is that of the ``largest``."""
    return most * np.maximum(support / (largest or 1), 0.02)


def size_handles(support: np.ndarray, most: float, language: str) -> list[Line2D]:
    """Legend of areas: three round supports, after the word."""
    largest = float(support.max())
    handles = [_marker(0, heading("support", language))]
    if largest > 0:
        power = 10.0 ** np.floor(np.log10(largest))
        top = max(step for step in (1, 2, 5) if step * power <= largest * (1 + 1e-9)) * power
        shown = [top / 10, top * 0.4, top] if top / power != 1 else [top / 10, top / 2, top]
        for value in shown:
            area = float(areas(np.array([value]), largest, most)[0])
            handles.append(_marker(np.sqrt(area), percent(value)))
    return handles


def _marker(size: float, label: str) -> Line2D:
    look = {"markerfacecolor": PALE, "markeredgecolor": GREY, "markeredgewidth": 0.5}
    marker = "o" if size else "none"
    return Line2D([], [], linestyle="none", marker=marker, markersize=size, label=label, **look)


def legend_row(ax: Axes, handles: Iterable[Line2D], *, columns: int = 4, side: str = "left") -> None:
    """Name things in a row above the axes, where no data can be, beginning or ending at one ``side``."""
    ax.legend(
        handles=list(handles),
        loc=f"lower {side}",
        bbox_to_anchor=(int(side == "right"), 1),
        ncols=columns,
        borderaxespad=0.2,
        frameon=False,
        fontsize=note_size(ax),
        handlelength=1.2,
        handletextpad=0.4,
        columnspacing=1.0,
    )


def dot(label: str, face: Any, edge: Any, marker: str = "o") -> Line2D:
    """Point of a legend."""
    look = {"markerfacecolor": face, "markeredgecolor": edge, "markeredgewidth": 0.6}
    return Line2D([], [], linestyle="none", marker=marker, label=label, **look)


def marks(significant: Any, rules: Any, n: int) -> np.ndarray:
    """For each rule whether it is significant; all where that was not asked."""
    if significant is None:
        return np.ones(n, dtype=bool)
    found = np.asarray(significant)
    if found.dtype != bool:
        raise TypeError(f"significant must hold True and False, got {found.dtype}")
    if found.shape != (n,):
        raise ValueError(f"significant must have one mark for each of the {n:,} rules, got {found.size:,}")
    both = isinstance(significant, pd.Series) and isinstance(rules, pd.DataFrame)
    if both and not significant.index.equals(rules.index):
        raise ValueError("significant has another index than rules; select the same rows of both")
    return found


def legend_of_marks(ax: Axes, yes: np.ndarray, colour: Any, language: str) -> None:
    """Say how many rules are significant, in this colour, and how many are not, hollow."""
    legend_row(
        ax,
        [
            dot(say("note.significant", language, n=f"{yes.sum():,}"), colour, colour),
            dot(say("note.not_significant", language, n=f"{(~yes).sum():,}"), "none", GREY),
        ],
    )
