"""What holds for every chart: both languages, every width, no label lost, nothing of others changed."""

import re

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
import pytest

from kehu import figures, plots
from kehu.figures import layout, switch, words
from tests.plots.conftest import CASES

WIDTHS = ("single", "double", "slide")


def test_every_chart_is_drawn_with_an_ordinary_and_with_awkward_results():
    ordinary = {name for name in CASES if "-" not in name}
    awkward = {name.partition("-")[0] for name in CASES if "-" in name}
    assert ordinary == awkward == set(plots.__all__)
    # A case draws the chart that it is named after.
    assert {name: case[0].__name__ for name, case in CASES.items()} == {
        name: name.partition("-")[0] for name in CASES
    }


def shown_texts(fig):
    layout.draw(fig)
    return [text.get_text() for text in layout.visible_texts(fig)]


def test_every_label_in_both_languages_at_every_width(case):
    fig, texts = case.draw().figure, {}
    for width in case.widths:
        with switch.at_size(fig, width):
            for language in words.LANGUAGES:
                with switch.in_language(fig, language):
                    assert layout.check_layout(fig) == []
                    assert layout.missing_glyphs(fig) == {}
                    if width == "single":
                        texts[language] = [text.get_text() for text in layout.visible_texts(fig)]
    # An exponent (1e-6) is the only number with a letter in Chinese.
    exponents = [part for text in texts["zh"] for part in re.findall(r".*\de−\d+", text)]
    assert foreign(texts["zh"], r"[A-Za-z]", [*case.data, *exponents]) == []
    assert foreign(texts["en"], r"[\u2e80-\uffff]", case.data) == []
    # A chart made in Chinese is the one that was switched to it, and can be switched back.
    fig = case.draw(language="zh").figure
    assert shown_texts(fig) == texts["zh"]
    with switch.in_language(fig, "en"):
        assert shown_texts(fig) == texts["en"]


def foreign(texts, pattern, data):
    """Lines with letters of a language, except those from the data."""
    # Names of sets of items are joined by +, and a number of others is set in brackets.
    parts = [part for text in texts for part in re.split(r"\n| \+ | \(\+\d+\)", text)]
    parts = [part for part in parts if re.search(pattern, part)]
    plain = [part.strip().replace(r"\$", "$").removesuffix("…").removesuffix("...") for part in parts]
    return [part for part in plain if not any(part in name for name in data)]


def test_axes_of_the_user_are_drawn_on_and_their_style_is_left_alone(ordinary):
    before = dict(mpl.rcParams)
    fig, ax = plt.subplots(figsize=(9, 7), layout="constrained")
    size = ax.xaxis.label.get_fontsize()
    for language in words.LANGUAGES:
        ax.clear()
        assert ordinary.draw(ax=ax, language=language) is ax
        fig.canvas.draw()  # a missing glyph would be a warning, and that an error
        assert layout.missing_glyphs(fig) == {}
    assert ax.xaxis.label.get_fontsize() == size
    assert tuple(fig.get_size_inches()) == (9, 7)
    assert dict(mpl.rcParams) == before


def test_a_figure_of_its_own_has_the_size_of_print_and_leaves_no_setting_behind(ordinary):
    before = dict(mpl.rcParams)
    for width in WIDTHS:
        ax = ordinary.draw(width=width)
        assert ax.figure.get_figwidth() * 25.4 == pytest.approx(figures.WIDTHS[width])
        sizes = {text.get_fontsize() for text in layout.visible_texts(ax.figure)}
        assert max(sizes) <= 16 if width == "slide" else sizes <= {7.0, 8.0}
    assert dict(mpl.rcParams) == before


def table_of(result):
    """A result that is a table, the first table it holds, or one that it works out."""
    if isinstance(result, pd.DataFrame):
        return result
    held = [value for value in vars(result).values() if isinstance(value, pd.DataFrame)]
    if held:
        return held[0]
    return result.table if hasattr(result, "table") else result.weights()


def test_a_result_is_not_changed(ordinary):
    copy = table_of(ordinary.result).copy(deep=True)
    ordinary.draw()
    pd.testing.assert_frame_equal(table_of(ordinary.result), copy)


def test_wrong_arguments_are_refused_before_a_figure_is_made(ordinary):
    with pytest.raises(ValueError, match="language 'de' is not known"):
        ordinary.draw(language="de")
    with pytest.raises(ValueError, match="width 'wide' is not known"):
        ordinary.draw(width="wide")
    with pytest.raises(TypeError, match="ax must be Matplotlib axes, got str"):
        ordinary.draw(ax="left")
    assert plt.get_fignums() == []


@pytest.mark.parametrize(
    ("plot", "columns"),
    [
        (plots.orders_over_time, ["period", "n_orders"]),
        (plots.order_value, ["amount"]),
        (plots.item_frequency, ["item", "support"]),
        (plots.basket_size, ["size", "baskets"]),
        (plots.cleaning_ledger, ["step", "reason", "rows", "amount"]),
    ],
)
def test_a_result_without_rows_or_columns_is_refused(plot, columns):
    with pytest.raises(ValueError, match="no rows; there is nothing to plot"):
        plot(pd.DataFrame(columns=columns))
    with pytest.raises(KeyError, match=f"no column '{columns[-1]}'"):
        plot(pd.DataFrame(columns=columns[:-1] or ["other"]))
    with pytest.raises(TypeError, match="must be a dataframe"):
        plot([1, 2, 3])
    assert plt.get_fignums() == []


def test_a_failure_while_drawing_leaves_no_open_figure(monkeypatch, ordinary):
    monkeypatch.setattr(mpl.axis.Axis, "set_label_text", lambda *_, **__: 1 / 0)
    monkeypatch.setattr(mpl.axes.Axes, "legend", lambda *_, **__: 1 / 0)
    monkeypatch.setattr(mpl.axes.Axes, "add_artist", lambda *_, **__: 1 / 0)  # diagrams have neither
    with pytest.raises(ZeroDivisionError):
        ordinary.draw()
    assert plt.get_fignums() == []
