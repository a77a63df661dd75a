"""What diagrams share: texts that wrap in their boxes, whatever language they are in, and arrows."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from kehu.figures.look import GREY, INK, MM, WIDTHS, add_fonts, check_width
from kehu.figures.ticks import shorten, wide
from kehu.figures.ticks import width as text_width
from kehu.plots._canvas import note_size
from kehu.plots._rules import growth
from kehu.plots._weights import EM, letters

# Points of print, as all lengths of diagrams: a letter, and a line of text.
LETTER, LINE = 7 * EM, 9.2
PALE_BOX, HEAD_BOX = "#F3F7FA", "#DCEAF4"
_EDGE = 4.0  # left free at the sides of a figure
_SLIDE_TEXT = 2.0  # how much larger text is on a slide, at most
_COMPACT = 2.2  # how much more room English takes than Chinese
_COMMAS = ",;:.，；：。、）"
_HEAD = 4.5  # length of the head of an arrow
# A Chinese character with what may not begin or end a line, or a word.
_PIECES = re.compile(
    r"[（《“‘]*[\u2e80-\uffff][，。；：、！？）》”’%]*\s*|[^\s\u2e80-\uffff]+[，。；：、！？）》”’]*\s*"
)


class Paragraph(Text):
    """Text in a box of the axes that breaks its lines to fit, anew whenever it says something else.

    ``box`` is left, right, upper and lower side, with the lower side at the larger number. Text is from the
    data unless it is ``ours``, of the catalogue.
    """

    def __init__(
        self,
        ax: Axes,
        box: tuple[float, float, float, float],
        text: str,
        *,
        ha: str = "center",
        va: str = "center",
        ours: bool = False,
        **look: Any,
    ) -> None:
        left, right, upper, lower = box
        x = {"center": (left + right) / 2, "left": left, "right": right}[ha]
        y = {"center": (upper + lower) / 2, "top": upper, "bottom": lower}[va]
        # Blanks keep what is from the data from being taken for a word of the catalogue.
        plain = " ".join(text.split())
        style = {"color": INK, "fontsize": note_size(ax), "linespacing": 1.15, "parse_math": False}
        # In the middle, lines of text stand level whether or not letters reach below the line.
        va = "center_baseline" if va == "center" else va
        super().__init__(x, y, plain if ours else f" {plain} ", ha=ha, va=va, **(style | look))
        self._box = box
        # The axes have room for it; the layout need not make any.
        self.set_in_layout(False)
        ax.add_artist(self)
        self.set_clip_on(False)
        add_fonts(self)

    def _get_wrapped_text(self) -> str:
        """Lines that fit; Matplotlib asks for them here whenever it measures or draws, and nowhere else."""
        left, right, upper, lower = self._box
        across, down = np.abs(
            np.diff(self.axes.transData.transform([(left, upper), (right, lower)]), axis=0)[0]
        )
        point = self.get_fontsize() * self.axes.get_figure(root=True).dpi / 72
        room, lines = int(across / (EM * point) + 1e-6), int(down / (LINE / 7 * point) + 0.05)
        found = broken(self.get_text(), max(room, 3), max(lines, 1))
        # Letters of one text may be wider than those of most, such as capitals.
        wider = max(map(self._get_rendered_text_width, found), default=0) / across
        if wider > 1:
            found = broken(self.get_text(), max(int(room / wider), 3), max(lines, 1))
        # A blank is as good as no text, but Matplotlib asks for a line.
        return "\n".join(found) or " "


def across_of(ax: Axes | None, width: str) -> float:
    """Points of print from side to side of the axes of a diagram."""
    if isinstance(ax, Axes):
        return letters(ax) * LETTER * ax.get_position().width
    points = 72 * WIDTHS[check_width(width)] * MM
    return points / (_SLIDE_TEXT if width == "slide" else 1) - 2 * _EDGE


def in_points(ax: Axes, across: float, down: float) -> None:
    """Let axes count in points of print from the upper left corner, and show nothing else."""
    ax.set(xlim=(0, across), ylim=(down, 0))
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_visible(False)
    ax.spines[:].set_visible(False)


def tall(down: float) -> float:
    """Height in mm of a figure whose diagram is so many points high."""
    return (down + 2 * _EDGE) / 72 / MM


def lines_for(text: str, room: float) -> int:
    """Lines that a text needs in so many points across, in either language."""
    capitals = sum(map(str.isupper, text)) / max(len(text), 1)
    longer = _COMPACT if any(map(wide, text)) else 1.2 + 0.1 * capitals
    return max(len(_filled(text, max(int(room / LETTER / longer), 3))), 1)


def broken(text: str, longest: int, most: int) -> list[str]:
    """Break a text between words or Chinese characters, after a comma if it can; the last line may be cut.

    Examples
    --------
    >>> broken("stable and reliable; fuller service", 24, 3), broken("价格较高，正品。", 12, 3)
    (['stable and reliable;', 'fuller service'], ['价格较高，', '正品。'])
    """
    found = _filled(text, longest)
    others = [lines for room in range(3, longest) if len(lines := _filled(text, room)) == len(found)]
    fitting = [lines for lines in others if max(map(text_width, lines), default=0) <= longest]
    # Of those that need no more lines, the ones that break after commas, and of these the most even.
    found = max([*fitting, found], key=lambda lines: sum(line[-1] in _COMMAS for line in lines[:-1]))
    if len(found) > most:
        found = [*found[: most - 1], " ".join(found[most - 1 :])]
    return [shorten(line, longest) for line in found]


def _filled(text: str, longest: int) -> list[str]:
    """Lines that are filled one after the other; a longer word has a line of its own."""
    found: list[str] = []
    for piece in _PIECES.findall(" ".join(text.split())):
        if found and text_width((found[-1] + piece).rstrip()) <= longest:
            found[-1] += piece
        else:
            found.append(piece)
    return [line.rstrip() for line in found]


def panel(ax: Axes, box: tuple[float, float, float, float], face: str, edge: str = INK) -> None:
    """Draw a box."""
    left, right, upper, lower = box
    look = {"facecolor": face, "edgecolor": edge, "linewidth": 0.7 * growth(ax)}
    look |= {"zorder": 2, "clip_on": False}
    ax.add_patch(Rectangle((left, upper), right - left, lower - upper, **look))


def arrows(ax: Axes, starts: Sequence[Any], ends: Sequence[Any], colour: str = GREY) -> None:
    """Draw straight arrows, whose heads grow with the axes."""
    starts, ends = np.asarray(starts, dtype=float), np.asarray(ends, dtype=float)
    ways = ends - starts
    ways = ways / np.linalg.norm(ways, axis=1, keepdims=True)
    lines = list(zip(starts, ends - 0.7 * _HEAD * ways, strict=True))
    ax.add_collection(LineCollection(lines, colors=colour, linewidths=1.2 * growth(ax), zorder=1))
    point = 1 / np.ptp(ax.get_ylim())
    heads = {"headwidth": 0.9 * _HEAD, "headlength": _HEAD, "headaxislength": _HEAD, "minshaft": 1}
    ax.quiver(
        *ends.T, *ways.T, color=colour, angles="xy", pivot="tip", units="height", width=point,
        scale=1 / (_HEAD * point), zorder=2, **heads,
    )  # fmt: skip
