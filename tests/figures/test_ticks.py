import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kehu.figures import ticks


def labels(dates, language="en"):
    return ticks.Dates(language).format_ticks(mdates.date2num(pd.to_datetime(dates)))


def test_months_show_the_year_where_it_changes():
    dates = ["2016-11-01", "2016-12-01", "2017-01-01", "2017-02-01"]
    assert labels(dates) == ["Nov\n2016", "Dec", "Jan\n2017", "Feb"]
    assert labels(dates, "zh") == ["11月\n2016年", "12月", "1月\n2017年", "2月"]


def test_days_hours_and_years():
    assert labels(["2017-03-05", "2017-03-12"]) == ["5 Mar\n2017", "12 Mar"]
    assert labels(["2017-03-05", "2017-03-12"], "zh") == ["3月5日\n2017年", "3月12日"]
    assert labels(["2017-03-05 09:00", "2017-03-06 09:30"], "zh") == ["09:00\n3月5日", "09:30\n3月6日"]
    assert labels(["2016-01-01", "2018-01-01"]) == ["2016", "2018"]
    assert labels(["2016-01-01", "2018-01-01"], "zh") == ["2016年", "2018年"]


def test_the_year_stands_below_the_first_tick_that_can_be_seen():
    fig, ax = plt.subplots()
    formatter = ticks.Dates()
    ax.xaxis.set_major_formatter(formatter)
    days = mdates.date2num(pd.to_datetime(["2016-11-01", "2016-12-01", "2017-01-01"]))
    ax.set_xlim(days[1] - 3, days[2] + 3)
    assert formatter.format_ticks(days) == ["Nov", "Dec\n2016", "Jan\n2017"]
    plt.close(fig)


def test_words_follow_the_language_and_names_do_not():
    formatter = ticks.Words(["Mon", "周二"])
    assert [formatter(0), formatter(1)] == ["Mon", "Tue"]
    formatter.language = "zh"
    assert [formatter(0), formatter(1), formatter(0.5), formatter(9), formatter(-1)] == [
        "周一",
        "周二",
        "",
        "",
        "",
    ]
    names = ticks.Names(["Mon", "a $5 b"])
    names.language = "zh"
    assert [names(0), names(1)] == ["Mon", r"a \$5 b"]


def test_numbers_on_a_logarithmic_axis_have_a_unit_each():
    assert ticks.Numbers(each=True).format_ticks([10, 1e4, 1e6]) == ["10", "10k", "1M"]
    assert ticks.Numbers("zh").format_ticks([0, 5e5, 1e6]) == ["0", "50万", "100万"]
    assert ticks.Percents().format_ticks([0, 0.125]) == ["0%", "12.5%"]


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="'fr' is not known"):
        ticks.Numbers("fr")


@given(st.text(alphabet="ab 中文\n", max_size=40), st.integers(4, 20))
def test_shortened_text_fits_and_says_that_it_was_cut(text, longest):
    short = ticks.shorten(text, longest)
    assert ticks.width(short) <= longest
    whole = " ".join(text.split())
    cut = short.removesuffix("…").removesuffix("...")
    assert short == whole or (short != cut and whole.startswith(cut))
