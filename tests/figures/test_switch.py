import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.text import Text
from matplotlib.ticker import FixedLocator, MaxNLocator

from kehu.figures import layout, look, switch
from kehu.figures.ticks import Names


def texts(fig):
    layout.draw(fig)
    return {text.get_text() for text in layout.visible_texts(fig)}


def test_everything_that_is_ours_is_said_in_chinese(fig):
    with switch.in_language(fig, "zh", {"My own label": "我的标签"}):
        seen = texts(fig)
    assert seen >= {
        *("订单数", "中位数 2", "金额", "品类", "每周订单数", "我的标签"),
        *("120万", "客户数", "购物篮占比", "商品", "tea"),
    }
    assert not seen & {"Orders", "Median 2", "Amount", "Category", "My own label", "1.2M", "Product"}


def test_a_text_that_is_not_ours_stays(fig):
    with switch.in_language(fig, "zh"):
        assert "My own label" in texts(fig)


@pytest.mark.parametrize("width", ["single", "double", "slide"])
def test_afterwards_the_figure_is_exactly_what_it_was(fig, picture, width):
    before = picture(fig)
    with switch.at_size(fig, width), switch.in_language(fig, "zh"):
        fig.draw_without_rendering()
        changed = fig.get_size_inches()
    assert changed[0] * 25.4 == pytest.approx(look.WIDTHS[width])
    np.testing.assert_array_equal(picture(fig), before)


def test_it_is_what_it_was_after_a_failure_too(fig, picture):
    before = picture(fig)
    with pytest.raises(KeyboardInterrupt), switch.at_size(fig, "slide"), switch.in_language(fig, "zh"):
        raise KeyboardInterrupt
    np.testing.assert_array_equal(picture(fig), before)


def test_a_slide_is_print_twice_as_large(fig, picture):
    """The chart at 89 mm with 8 points is the chart at 178 mm with 16 points, seen from nearer."""
    fig.set_layout_engine("none")
    for ax in fig.axes:
        ax.yaxis.set_major_locator(MaxNLocator(4))  # not by the size of the labels
    small = picture(fig)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(look.WIDTHS, "slide", 178.0)
        patch.setitem(look.HEIGHTS, "slide", 120.0)
        with switch.at_size(fig, "slide"):
            fig.set_dpi(75)
            large = picture(fig)
    fig.set_dpi(150)
    rows, columns = (min(pair) for pair in zip(small.shape[:2], large.shape[:2], strict=True))
    different = np.abs(small[:rows, :columns].astype(int) - large[:rows, :columns]).max(axis=2) > 128
    assert different.mean() < 0.01


def test_text_is_brought_to_the_size_of_print_whatever_it_was(fig):
    plain, ax = plt.subplots(figsize=(6.4, 4.8))
    ax.set_xlabel("Orders")
    with switch.at_size(plain, "single"):
        assert ax.xaxis.label.get_fontsize() == pytest.approx(8)
    assert ax.xaxis.label.get_fontsize() == 10


def test_a_figure_gets_taller_on_a_page_but_never_shorter():
    with look.style("single", 60):
        fig = plt.figure()
    with switch.at_size(fig, "double") as height:
        assert 80 < height < 110
    with look.style("single", 170):
        tall = plt.figure()
    with switch.at_size(tall, "double") as height:
        assert height == pytest.approx(170)
    with look.style("double", 80):
        wide = plt.figure()
    with switch.at_size(wide, "single") as height:
        assert height == pytest.approx(80)
    with switch.at_size(tall, "slide") as height:
        assert height == 143
    with look.style("slide"):
        slide, _ = plt.subplots()
    with switch.at_size(slide, "single") as height:
        assert height == pytest.approx(143 / 2)  # its text was twice as large


def test_fonts_of_the_user_come_before_the_chinese_one():
    fig = plt.figure()
    text = fig.text(0.5, 0.5, "Orders", family=["DejaVu Serif"])
    with switch.in_language(fig, "zh"):
        assert text.get_fontfamily() == ["DejaVu Serif", "Noto Sans SC", "DejaVu Sans"]
    assert text.get_fontfamily() == ["DejaVu Serif"]


def test_labels_of_other_formatters_are_left_alone():
    fig, ax = plt.subplots()
    formatters = [ax.xaxis.get_major_formatter(), ax.yaxis.get_major_formatter()]
    with switch.in_language(fig, "zh"):
        assert [ax.xaxis.get_major_formatter(), ax.yaxis.get_major_formatter()] == formatters


def test_an_empty_figure_and_subfigures():
    fig = plt.figure()
    part = fig.subfigures(1, 2)[0]
    part.text(0.5, 0.5, "Orders")
    with switch.at_size(fig, "single"), switch.in_language(fig, "zh"):
        assert texts(fig) == {"订单数"}
    assert [text.get_text() for text in fig.findobj(Text) if text.get_text()] == ["Orders"]


def test_names_from_the_data_change_only_if_their_translation_is_given():
    fig, ax = plt.subplots()
    ax.xaxis.set_major_locator(FixedLocator([0, 1]))
    ax.xaxis.set_major_formatter(Names(["delivery speed", "Orders"]))
    ax.text(0, 0, " delivery \n speed ")
    names = {"delivery speed": "配送速度"}
    with switch.in_language(fig, "zh", names):
        assert {"配送速度", " 配送速度 ", "Orders"} <= texts(fig)
    with switch.in_language(fig, "zh"):
        assert {"delivery speed", " delivery \n speed "} <= texts(fig)
    ax.xaxis.set_major_formatter(Names(["配送速度"]))
    with switch.in_language(fig, "en", names):
        assert {"delivery speed", " delivery speed "} <= texts(fig)
