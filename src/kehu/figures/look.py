"""How charts look: widths, sizes of text, colours and the font that has Chinese."""

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.artist import Artist
from matplotlib.text import Text

from kehu.frames import closest

# Millimetres: a column and a page of a journal, and a screen of 16 to 9.
WIDTHS = {"single": 89.0, "double": 183.0, "slide": 254.0}
HEIGHTS = {"single": 60.0, "double": 80.0, "slide": 143.0}
MM = 1 / 25.4

# Text of axis labels in points, in print and at most on a slide; everything else follows from it.
PRINT_TEXT, SLIDE_TEXT = 8.0, 16.0

BLUE, VERMILLION, GREEN, PURPLE, OCHRE = "#0072B2", "#D55E00", "#0B4A3A", "#B8709A", "#6B551A"
INK, GREY, PALE = "#222222", "#6B6B6B", "#B9D3E6"

_SCALED = ("size", "width", "labelpad", ".pad")


def _register_font() -> tuple[str, str]:
    """Tell Matplotlib of the Chinese font in zhplot, whose import would change its global settings."""
    found = importlib.util.find_spec("zhplot")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("the package zhplot, which carries the Chinese font, is not installed")
    path = Path(found.origin).parent / "fonts" / "NotoSansSC-Regular.ttf"
    font_manager.fontManager.addfont(str(path))
    return font_manager.FontProperties(fname=path).get_name(), "DejaVu Sans"


# Noto must come first: in text with mathematics Matplotlib looks no further than the first font.
FONTS = _register_font()


def check_width(width: str) -> str:
    """Refuse a width that is not one of ours."""
    if width not in WIDTHS:
        raise ValueError(f"width {width!r} is not known; {closest(width, WIDTHS)}")
    return width


def text_size(width: str, height: float, now: float = PRINT_TEXT) -> float:
    """Points of an axis label, for a chart that is ``height`` mm tall with text of ``now`` points.

    On a slide text is twice as large as in print, or less where a tall chart has to fit.
    """
    return min(SLIDE_TEXT, now * HEIGHTS["slide"] / height) if width == "slide" else PRINT_TEXT


def settings(width: str = "single", height: float | None = None) -> dict[str, object]:
    """Matplotlib settings for a chart of this width (by name) and height in mm in print."""
    check_width(width)
    factor = text_size(width, height or HEIGHTS["single"]) / PRINT_TEXT
    size = WIDTHS[width], (HEIGHTS[width] if height is None or width == "slide" else height)
    rc = dict(mpl.rc_params_from_file(Path(__file__).parent / "kehu.mplstyle", use_default_template=False))
    for key, value in rc.items():
        if isinstance(value, float) and key.endswith(_SCALED):
            rc[key] = value * factor
    return rc | {"figure.figsize": tuple(length * MM for length in size)}


@contextmanager
def style(width: str = "single", height: float | None = None) -> Iterator[None]:
    """Make figures of your own in the style of the project's charts.

    Only what is made inside the ``with`` block is styled; nothing stays changed afterwards.

    Parameters
    ----------
    width : {"single", "double", "slide"}
        Where the figure will stand: a column (89 mm) or a page (183 mm) of a journal, or a slide.
    height : float, optional
        Height in mm of new figures, in print.

    Raises
    ------
    ValueError
        If the width is not known.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> with style("double"):
    ...     fig, axes = plt.subplots(1, 2)
    >>> round(fig.get_figwidth() * 25.4)
    183
    >>> plt.close(fig)
    """
    # Only these are put back: rc_context would also end the interactive mode that the first figure of a
    # notebook starts.
    ours = settings(width, height)
    before = {key: mpl.rcParams[key] for key in ours}
    mpl.rcParams.update(ours)
    try:
        yield
    finally:
        mpl.rcParams.update(before)


def add_fonts(artist: Artist) -> None:
    """Let every text of a figure or axes fall back on the Chinese font, after the fonts it has."""
    for text in artist.findobj(Text):
        families = text.get_fontfamily()
        text.set_fontfamily([*families, *(font for font in FONTS if font not in families)])
