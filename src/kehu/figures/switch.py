"""Draw a figure in another language or size, and leave it as it was."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axis import Axis, Ticker
from matplotlib.category import StrCategoryFormatter
from matplotlib.collections import Collection
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.offsetbox import DrawingArea, PackerBase
from matplotlib.patches import Patch
from matplotlib.text import Annotation, Text
from matplotlib.ticker import FixedFormatter, Formatter, FuncFormatter
from matplotlib.transforms import Affine2D

from kehu.figures import numerals, words
from kehu.figures.look import FONTS, HEIGHTS, MM, PRINT_TEXT, WIDTHS, text_size
from kehu.figures.ticks import Localised, Names

# The Chinese font has second shapes of digits in Latin text, and ligatures; one shape of each will do, and
# a PDF then holds the font once.
_PLAIN = ("-liga", "-locl")


class _Translated(Formatter):
    """Another formatter's labels, said in one language where they are texts of ours."""

    def __init__(self, inner: Formatter, say: Callable[[str], str]) -> None:
        self._inner, self._say = inner, say

    def __call__(self, x: float, pos: int | None = None) -> str:
        return self._say(self._inner(x, pos))

    def format_ticks(self, values: Any) -> list[str]:
        return [self._say(label) for label in self._inner.format_ticks(values)]

    def get_offset(self) -> str:
        return self._inner.get_offset()


@contextmanager
def in_language(fig: Figure, wanted: str, translations: Mapping[str, str] | None = None) -> Iterator[None]:
    """Let a figure speak a language for the length of a ``with`` block.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
        Any figure; its texts that are in the catalogue, in either language, change.
    wanted : {"en", "zh"}
        Language.
    translations : mapping of str to str, optional
        English → Chinese for texts that are not in the catalogue, and for names from the data.
    """
    words.check_language(wanted)

    def named(text: str) -> str:
        return words.translate_name(text, wanted, translations)

    def say(text: str) -> str:
        return words.translate(named(text), wanted, translations)

    with ExitStack() as undo:
        for ticker in _tickers(fig):
            formatter = ticker.formatter
            if isinstance(formatter, Names):
                _replace(undo, ticker, "formatter", _Translated(formatter, named))
            elif isinstance(formatter, Localised):
                _replace(undo, formatter, "language", wanted)
            elif isinstance(formatter, FixedFormatter | FuncFormatter | StrCategoryFormatter):
                _replace(undo, ticker, "formatter", _Translated(formatter, say))
        for text in fig.findobj(Text):
            _set(undo, text, "text", numerals.rewrite(say(text.get_text()), wanted))
            families = text.get_fontfamily()
            _set(undo, text, "fontfamily", [*families, *(font for font in FONTS if font not in families)])
            _set(undo, text, "fontfeatures", _PLAIN)
        yield


@contextmanager
def at_size(fig: Figure, width: str) -> Iterator[float]:
    """Give a figure the width of a journal's column or page, or of a slide, for the length of a block.

    Text, lines and ticks are scaled so that axis labels have the size of `style.text_size`. Yields the
    height in mm.
    """
    old_width, old_height = fig.get_size_inches() / MM
    text = fig.axes[0].xaxis.label.get_fontsize() if fig.axes else PRINT_TEXT
    in_print = PRINT_TEXT / text
    height = _height(old_width * in_print, old_height * in_print, width)
    factor = text_size(width, old_height, text) / text
    with ExitStack() as undo:
        undo.callback(fig.set_size_inches, *fig.get_size_inches(), forward=False)
        fig.set_size_inches(WIDTHS[width] * MM, height * MM, forward=False)
        _scale(undo, fig, factor)
        yield height


def _height(old_width: float, old_height: float, width: str) -> float:
    """Height in mm: as it was in print, so that rows of text keep their room; more on a wider page."""
    if width == "slide":
        return HEIGHTS["slide"]
    grown = old_height * max(1.0, WIDTHS[width] / old_width) ** 0.5
    return max(old_height, min(grown, 0.6 * WIDTHS[width]))


def _tickers(fig: Figure) -> list[Ticker]:
    axes = [axis for axis in fig.findobj(Axis) if axis.get_visible()]
    return list({id(ticker): ticker for axis in axes for ticker in (axis.major, axis.minor)}.values())


def _replace(undo: ExitStack, owner: object, name: str, value: object) -> None:
    undo.callback(setattr, owner, name, getattr(owner, name))
    setattr(owner, name, value)


def _set(undo: ExitStack, artist: Artist, name: str, value: object) -> None:
    """Set a property of an artist for as long as the stack is open."""
    setter = getattr(artist, f"set_{name}")
    undo.callback(setter, getattr(artist, f"get_{name}")())
    setter(value)


def _scale(undo: ExitStack, fig: Figure, factor: float) -> None:
    """Multiply everything that is measured in points."""
    if abs(factor - 1) < 1e-9:
        return
    for legend in fig.findobj(Legend):
        _scale_legend(undo, legend, factor)
    for axis in fig.findobj(Axis):
        _scale_ticks(undo, axis, factor)
    of_ticks = {id(artist) for axis in fig.findobj(Axis) for artist in _tick_artists(axis)}
    for artist in fig.findobj():
        if id(artist) not in of_ticks:
            _scale_artist(undo, artist, factor)


def _scale_artist(undo: ExitStack, artist: Artist, factor: float) -> None:
    names: tuple[str, ...] = ()
    if isinstance(artist, Text):
        names = ("fontsize",)
        if isinstance(artist, Annotation) and "points" in str(artist.anncoords):
            _replace(undo, artist, "xyann", tuple(factor * value for value in artist.xyann))
    elif isinstance(artist, Line2D):
        names = ("linewidth", "markersize", "markeredgewidth")
    elif isinstance(artist, Patch):
        names = ("linewidth",)
    elif isinstance(artist, Collection):
        _set(undo, artist, "linewidth", [factor * value for value in artist.get_linewidth()])
        if hasattr(artist, "get_sizes"):
            _set(undo, artist, "sizes", [factor**2 * value for value in artist.get_sizes()])
    for name in names:
        _set(undo, artist, name, factor * getattr(artist, f"get_{name}")())


def _tick_artists(axis: Axis) -> Iterator[Artist]:
    for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
        yield from (tick, *tick.get_children())


def _scale_ticks(undo: ExitStack, axis: Axis, factor: float) -> None:
    _replace(undo, axis, "labelpad", factor * axis.labelpad)
    for which, ticks in (("major", axis.get_major_ticks()), ("minor", axis.get_minor_ticks())):
        # What was not set must be unset again, as Matplotlib counts out ticks by it: there is no public way.
        chosen = axis._major_tick_kw if which == "major" else axis._minor_tick_kw
        undo.callback(chosen.update, dict(chosen))
        undo.callback(chosen.clear)
        for tick in ticks[:1]:
            now = {
                "labelsize": tick.label1.get_fontsize(),
                "length": tick.tick1line.get_markersize(),
                "width": tick.tick1line.get_markeredgewidth(),
                "pad": tick.get_pad(),
                "grid_linewidth": tick.gridline.get_linewidth(),
            }
            undo.callback(axis.set_tick_params, which=which, **now)
            axis.set_tick_params(which=which, **{name: factor * value for name, value in now.items()})


def _scale_legend(undo: ExitStack, legend: Legend, factor: float) -> None:
    """Grow the boxes a legend is packed of; its texts and lines are scaled like all others."""
    for box in legend.findobj(PackerBase):
        for name in ("pad", "sep"):
            if getattr(box, name):
                _replace(undo, box, name, factor * getattr(box, name))
    for area in legend.findobj(DrawingArea):
        for name in ("width", "height", "xdescent", "ydescent"):
            _replace(undo, area, name, factor * getattr(area, name))
        for handle in area.get_children():
            undo.callback(handle.set_transform, area.get_transform())
            handle.set_transform(Affine2D().scale(factor) + area.get_transform())
