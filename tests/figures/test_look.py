import itertools
import subprocess
import sys

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib import font_manager
from matplotlib.colors import to_rgb

from kehu.figures import look

# What is left of a colour for people without one kind of cone (Machado, Oliveira, Fernandes 2009).
SIGHT = {
    "all cones": np.eye(3),
    "no red": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "no green": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "no blue": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def linear(colour):
    rgb = np.array(to_rgb(colour))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def contrast(one, two):
    """Contrast ratio of the Web Content Accessibility Guidelines."""
    light, dark = sorted((float(linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (one, two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def lab(rgb):
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ rgb
    x, y, z = np.cbrt(np.clip(xyz / [0.9505, 1, 1.089], 1e-6, None))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def cycle():
    return [f"#{colour.lstrip('#')}" for colour in look.settings()["axes.prop_cycle"].by_key()["color"]]


def test_lines_and_text_stand_out_from_the_paper():
    assert all(contrast(colour, "white") >= 3 for colour in cycle())
    assert all(contrast(colour, "white") >= 4.5 for colour in (look.INK, look.GREY))
    assert contrast(look.VERMILLION, look.PALE) >= 2


@pytest.mark.parametrize("sight", SIGHT)
def test_colours_can_be_told_apart_whatever_one_sees(sight):
    seen = {c: lab(np.clip(SIGHT[sight] @ linear(c), 0, 1)) for c in cycle()}
    for one, two in itertools.combinations(seen, 2):
        assert np.linalg.norm(seen[one] - seen[two]) > 18, (one, two)


def test_the_first_colours_are_those_of_the_charts():
    assert cycle()[:4] == [look.BLUE, look.VERMILLION, look.GREEN, look.PURPLE]


def test_a_style_holds_within_its_block_only():
    before = dict(mpl.rcParams)
    with look.style("double", height=50):
        fig = plt.figure()
        assert fig.get_size_inches() * 25.4 == pytest.approx([183, 50])
        assert mpl.rcParams["font.family"] == ["Noto Sans SC", "DejaVu Sans"]
    assert dict(mpl.rcParams) == before
    plt.close(fig)


def test_text_on_slides_is_twice_as_large_or_less_on_tall_charts():
    assert look.settings("single")["font.size"] == 8
    assert look.settings("slide")["font.size"] == 16
    assert look.settings("slide")["axes.linewidth"] == 1.2
    assert look.settings("slide", 143)["font.size"] == 8
    assert look.settings("slide")["legend.borderaxespad"] == look.settings()["legend.borderaxespad"]


def test_the_chinese_font_comes_first_and_is_the_one_in_the_package():
    assert look.FONTS == ("Noto Sans SC", "DejaVu Sans")
    path = font_manager.findfont("Noto Sans SC", fallback_to_default=False)
    assert path.endswith("NotoSansSC-Regular.ttf")


def test_importing_changes_no_setting_and_leaves_zhplot_alone():
    code = (
        "import sys, matplotlib as m; before = dict(m.rcParams); import kehu.figures, kehu.plots; "
        "assert dict(m.rcParams) == before; assert 'zhplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_unknown_width_is_refused():
    with pytest.raises(ValueError, match="width 'doubel' is not known; did you mean 'double'"):
        look.settings("doubel")
