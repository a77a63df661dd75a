import matplotlib.pyplot as plt
import pytest

from kehu.figures import check_layout, layout, look


@pytest.fixture
def blank():
    return plt.figure(figsize=(4, 3))


def test_a_text_beyond_the_edge_is_found(blank):
    blank.text(-0.02, 0.5, "left")
    blank.text(1.02, 0.5, "right", ha="right")
    blank.text(0.5, 1.02, "above", va="top")
    blank.text(0.5, -0.02, "below", va="bottom")
    assert check_layout(blank) == [
        "'left' is cut at the left edge",
        "'right' is cut at the right edge",
        "'above' is cut at the upper edge",
        "'below' is cut at the lower edge",
    ]


def test_overlapping_texts_are_found_and_neighbours_are_not(blank):
    blank.text(0.2, 0.5, "one\ntwo", va="top")
    blank.text(0.2, 0.5, "three", va="bottom")
    assert check_layout(blank) == []
    blank.text(0.21, 0.51, "four", va="bottom")
    assert check_layout(blank) == ["'three' overlaps 'four'"]


def test_ticks_that_run_into_each_other_are_found():
    fig, ax = plt.subplots(figsize=(2, 2), layout="constrained")
    ax.set_xticks([0, 1], ["a long label", "another long label"])
    assert any("'a long label' overlaps" in fault for fault in check_layout(fig))


def test_what_cannot_be_seen_does_not_count(blank):
    blank.text(0.5, 0.5, "here")
    blank.text(0.5, 0.5, "hidden", visible=False)
    blank.text(0.5, 0.5, "  ")
    assert check_layout(blank) == []
    fig, (left, right) = plt.subplots(1, 2, layout="constrained")
    left.set_xlim(1, 2)
    left.set_xticks([1, 2, 1000], ["a", "b", "beyond"])
    left.set_xlim(1, 2)
    right.set_axis_off()
    right.set_visible(False)
    ticks = left.get_xticks()
    assert 1000 in ticks
    assert check_layout(fig) == []
    assert "beyond" not in {text.get_text() for text in layout.visible_texts(fig)}


def test_labels_beyond_a_logarithmic_axis_do_not_count():
    fig, ax = plt.subplots(layout="constrained")
    ax.set_xscale("log")
    ax.set_xlim(0.8, 3e6)
    assert check_layout(fig) == []


def test_texts_at_an_angle_are_checked_against_the_edge_only(blank):
    blank.text(0.5, 0.5, "a slanted text", rotation=45)
    blank.text(0.5, 0.5, "a level text")
    blank.text(0.9, 0.9, "another slanted text", rotation=45)
    assert check_layout(blank) == [
        "'another slanted text' is cut at the right edge",
        "'another slanted text' is cut at the upper edge",
    ]


def test_characters_without_a_glyph_are_found(blank):
    blank.text(0.1, 0.5, "tea \N{TEACUP WITHOUT HANDLE} Łódź")
    assert layout.missing_glyphs(blank) == {"\N{TEACUP WITHOUT HANDLE}": "tea \N{TEACUP WITHOUT HANDLE} Łódź"}
    blank.texts[0].set_text("客户")
    assert set(layout.missing_glyphs(blank)) == {"客", "户"}
    look.add_fonts(blank)
    assert layout.missing_glyphs(blank) == {}


def test_text_beside_mathematics_must_be_in_the_first_font(blank):
    with look.style():
        text = blank.text(0.1, 0.5, r"客户 $x^2$")
    assert layout.missing_glyphs(blank) == {}
    text.set_text(r"Łódź $x^2$")  # Noto Sans SC has no Ł
    assert set(layout.missing_glyphs(blank)) == {"Ł", "ź"}
    text.set_parse_math(False)
    assert layout.missing_glyphs(blank) == {}
