"""Find what spoils a figure's text: labels that overlap, are cut off, or have no glyph."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from itertools import combinations

import numpy as np
from matplotlib import font_manager, ft2font
from matplotlib.axis import Axis
from matplotlib.cbook import is_math_text
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.text import Text
from matplotlib.transforms import Bbox

# A text's box has room above and below its letters; that much of it may overlap.
_ROOM = 0.12
_ROUNDS = 8


def check_layout(fig: Figure) -> list[str]:
    """Find labels of a figure that overlap each other or reach beyond its edge.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
        Any figure. Texts at an angle are only checked against the edge.

    Returns
    -------
    list of str
        One sentence for each fault; empty when the figure is sound.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> fig = plt.figure()
    >>> _ = fig.text(0.5, 0.5, "one"), fig.text(0.51, 0.5, "two")
    >>> check_layout(fig)
    ["'one' overlaps 'two'"]
    >>> plt.close(fig)
    """
    draw(fig)
    boxes = [(text, _box(text)) for text in visible_texts(fig)]
    edge = Bbox.from_extents(fig.bbox.x0 - 1, fig.bbox.y0 - 1, fig.bbox.x1 + 1, fig.bbox.y1 + 1)
    faults = [
        f"{_name(text)} is cut at the {side} edge"
        for text, box in boxes
        for side, beyond in (
            ("left", box.x0 < edge.x0),
            ("right", box.x1 > edge.x1),
            ("lower", box.y0 < edge.y0),
            ("upper", box.y1 > edge.y1),
        )
        if beyond
    ]
    level = [(text, box) for text, box in boxes if text.get_rotation() % 90 == 0]
    return faults + [
        f"{_name(one)} overlaps {_name(two)}"
        for (one, a), (two, b) in combinations(level, 2)
        if a.x0 < b.x1 and b.x0 < a.x1 and a.y0 < b.y1 and b.y0 < a.y1
    ]


def missing_glyphs(fig: Figure) -> dict[str, str]:
    """Characters that no font of their text has, and a text in which each stands.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
        A figure that has been drawn.
    """
    missing: dict[str, str] = {}
    for text in visible_texts(fig):
        content = text.get_text()
        fonts = _fonts(text.get_fontproperties())
        if text.get_parse_math() and is_math_text(content):
            # Outside the dollar signs Matplotlib asks the first font only.
            content, fonts = "".join(content.split("$")[::2]), fonts[:1]
        have = set().union(*(_characters(font) for font in fonts))
        for character in content:
            if not character.isspace() and ord(character) not in have:
                missing.setdefault(character, text.get_text())
    return missing


@contextmanager
def settled(fig: Figure) -> Iterator[None]:
    """Bring the layout of a figure to rest and hold it there for the length of a ``with`` block.

    Constrained layout moves axes from where they are, a little less in each drawing. So it begins from the
    same start whatever was drawn before, and all formats of a figure get the same layout.
    """
    engine = fig.get_layout_engine()
    if isinstance(engine, ConstrainedLayoutEngine):
        _to_the_start(fig)
        before = np.array([])
        for _ in range(_ROUNDS):
            draw(fig)
            now = np.array([ax.get_position().bounds for ax in fig.axes])
            if before.shape == now.shape and np.allclose(before, now, rtol=0, atol=1e-4):
                break
            before = now
    if engine is None:
        yield
        return
    fig.set_layout_engine("none")
    try:
        yield
    finally:
        fig.set_layout_engine(engine)


def _to_the_start(fig: Figure) -> None:
    for ax in fig.axes:
        if ax.get_subplotspec() is not None:
            ax.set_subplotspec(ax.get_subplotspec())
        elif hasattr(ax, "_colorbar"):
            taking_part = ax.get_in_layout()
            ax.set_position((0.9, 0.1, 0.05, 0.8))
            ax.set_in_layout(taking_part)


def draw(fig: Figure) -> None:
    """Draw a figure nowhere, so that its texts have their final words and places."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        fig.draw_without_rendering()


def visible_texts(fig: Figure) -> list[Text]:
    """The texts of a drawn figure that can be seen."""
    hidden = {id(label) for axis in fig.findobj(Axis) for label in _unseen_labels(axis)}
    return [
        text
        for text in fig.findobj(Text)
        if id(text) not in hidden and text.get_visible() and text.get_text().strip() and _shown(text)
    ]


def _shown(text: Text) -> bool:
    return text.axes is None or text.axes.get_visible()


def _unseen_labels(axis: Axis) -> list[Text]:
    """Labels of ticks that lie outside the axis, are switched off, or belong to an axis that is."""
    scale = axis.get_transform()
    low, high = sorted(scale.transform(axis.get_view_interval()))
    slack = (high - low) * 1e-6
    unseen: list[Text] = []
    for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
        inside = low - slack <= scale.transform(tick.get_loc()) <= high + slack
        if not (inside and axis.get_visible() and tick.get_visible()):
            unseen += [tick.label1, tick.label2]
    return unseen if axis.get_visible() else [*unseen, axis.label, axis.offsetText]


def _box(text: Text) -> Bbox:
    box = text.get_window_extent()
    room = _ROOM * text.get_fontsize() * text.get_figure(root=True).dpi / 72
    return Bbox.from_extents(box.x0 + room / 2, box.y0 + room, box.x1 - room / 2, box.y1 - room)


def _name(text: Text) -> str:
    return repr(text.get_text().replace("\n", " "))


def _fonts(wanted: font_manager.FontProperties) -> list[str]:
    """Font files in the order in which Matplotlib looks for a character."""
    found = []
    for family in wanted.get_family():
        one = wanted.copy()
        one.set_family(family)
        with suppress(ValueError):  # a family that is not installed
            found.append(font_manager.findfont(one, fallback_to_default=False))
    return found


@cache
def _characters(font: str) -> frozenset[int]:
    return frozenset(ft2font.FT2Font(font).get_charmap())
