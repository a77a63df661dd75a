import matplotlib.dates as mdates
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kehu
from kehu import plots
from kehu.plots._canvas import SHADES
from kehu.plots._histogram import edges_of


def periods(freq, n=6):
    start = pd.date_range("2017-01-01", periods=n, freq=freq)
    return pd.DataFrame({"period": start, "n_orders": range(n), "n_customers": 1, "amount": 2.5})


@pytest.mark.parametrize(
    ("freq", "label"),
    [("D", "day"), ("W-MON", "week"), ("MS", "month"), ("QS", "quarter"), ("YS", "year")],
)
def test_the_axis_says_per_what(freq, label):
    assert plots.orders_over_time(periods(freq)).get_ylabel() == f"Orders per {label}"


def test_periods_at_odd_distances_have_no_unit():
    assert plots.orders_over_time(periods("3D"), what="amount").get_ylabel() == "Amount"


def test_the_line_goes_through_the_numbers_in_order_of_time():
    shuffled = periods("D").sample(frac=1, random_state=0)
    (line,) = plots.orders_over_time(shuffled, what="n_orders").lines
    assert line.get_ydata().tolist() == [0, 1, 2, 3, 4, 5]
    assert line.get_xdata().tolist() == mdates.date2num(periods("D")["period"]).tolist()


def test_the_axis_begins_at_zero_unless_sales_are_negative():
    high = periods("D").assign(n_orders=range(1000, 1006))
    assert plots.orders_over_time(high).get_ylim()[0] == 0
    low = periods("D").assign(amount=[-5.0, 1, 1, 1, 1, 1])
    assert plots.orders_over_time(low, what="amount").get_ylim()[0] == -5


def test_periods_that_cannot_be_drawn_are_refused():
    with pytest.raises(ValueError, match=r"what='orders' is not known; did you mean 'n_orders'"):
        plots.orders_over_time(periods("D"), what="orders")
    with pytest.raises(ValueError, match="n_orders must hold finite numbers, got nan in row 2"):
        plots.orders_over_time(periods("D").assign(n_orders=[0, 1, None, 3, 4, 5]))
    with pytest.raises(ValueError, match="period has missing dates"):
        plots.orders_over_time(periods("D").assign(period=pd.NaT))
    with pytest.raises(TypeError, match="period must hold dates"):
        plots.orders_over_time(periods("D").assign(period="January"))


amounts = st.lists(st.floats(1e-6, 1e12).map(lambda value: float(f"{value:.6g}")), min_size=1, max_size=60)


@settings(deadline=None)
@given(amounts, st.booleans())
def test_every_order_is_in_one_interval_and_all_are_alike(values, logarithmic):
    shown = np.array(values)
    edges = edges_of(shown, logarithmic=logarithmic)
    assert np.histogram(shown, edges)[0].sum() == len(shown)
    steps = np.diff(np.log(edges) if logarithmic else edges)
    assert (steps > 0).all()
    assert len(steps) <= 60
    if len(steps) > 1:
        np.testing.assert_allclose(steps, steps[0], rtol=1e-6, atol=1e-9 * np.ptp(edges))


def test_intervals_are_not_finer_than_the_values():
    whole = np.repeat(np.arange(1.0, 13.0), 500)
    counts, _ = np.histogram(whole, edges_of(whole, logarithmic=False))
    assert (counts > 0).all()


def test_median_and_mean_are_those_of_all_orders():
    amount = [-10.0, 0.0, 5.0, 10.0, 100.0, 1000.0]
    ax = plots.order_value(pd.DataFrame({"amount": amount}))
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["Median 7.5", "Mean 184"]
    assert [line.get_xdata()[0] for line in ax.lines] == [7.5, np.mean(amount)]
    assert ax.get_xlabel() == "Order value\n2 orders of zero or less not shown"


def test_a_mean_below_zero_is_not_on_a_logarithmic_axis():
    ax = plots.order_value(pd.DataFrame({"amount": [1.0, 20.0, 300.0, -5000.0]}))
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["Median 10.5"]
    assert ax.get_xlabel().endswith("1 order of zero or less not shown")


def test_the_axis_is_logarithmic_where_values_are_skewed_or_as_asked():
    even, skewed = pd.DataFrame({"amount": [5.0, 9.0]}), pd.DataFrame({"amount": [5.0, 90.0]})
    assert plots.order_value(even).get_xscale() == "linear"
    assert plots.order_value(skewed).get_xscale() == "log"
    assert plots.order_value(skewed, scale="linear").get_xscale() == "linear"
    with pytest.raises(ValueError, match="scale='logarithm' is not known"):
        plots.order_value(even, scale="logarithm")
    with pytest.raises(ValueError, match="no value above zero"):
        plots.order_value(pd.DataFrame({"amount": [-1.0]}), scale="log")


def test_monday_is_on_top_and_hours_begin_at_midnight():
    rhythm = pd.DataFrame(np.arange(168).reshape(7, 24))
    ax = plots.weekly_rhythm(rhythm)
    (mesh,) = ax.collections
    np.testing.assert_array_equal(np.asarray(mesh.get_array()).reshape(7, 24), rhythm)
    assert mesh.get_coordinates()[0, 0].tolist() == [0, -0.5]
    assert ax.get_ylim() == (6.5, -0.5)
    assert next(label.get_text() for label in ax.get_yticklabels()) == "Mon"


def test_darker_means_more_also_in_black_and_white():
    shades = SHADES(np.linspace(0, 1, 64))[:, :3] @ [0.2126, 0.7152, 0.0722]
    assert (np.diff(shades) < 0).all()


def test_what_is_no_week_is_refused():
    with pytest.raises(ValueError, match=r"got \(6, 24\)"):
        plots.weekly_rhythm(pd.DataFrame(np.ones((6, 24))))
    with pytest.raises(TypeError, match="pandas DataFrame, got ndarray"):
        plots.weekly_rhythm(np.ones((7, 24)))


def test_concentration_of_real_orders():
    lines = kehu.simulate.messy_orders(400, random_state=5).orders
    result = kehu.orders.concentration(kehu.orders.clean(lines).orders, by="product")
    ax = plots.concentration(result, top=0.3)
    curve = ax.lines[1]
    assert curve.get_ydata()[0] == 0
    assert curve.get_ydata()[-1] == pytest.approx(1)
    assert ax.get_xlabel() == "Products, largest first"
    texts = [text.get_text() for text in ax.texts]
    assert f"Gini coefficient {result.gini:.2f}" in texts
    assert any(text.startswith("The top 30% bring") for text in texts)


def test_what_is_no_concentration_is_refused():
    with pytest.raises(TypeError, match=r"must come from kehu\.orders\.concentration; DataFrame has no by"):
        plots.concentration(pd.DataFrame())
    lines = kehu.simulate.messy_orders(50, random_state=5).orders
    result = kehu.orders.concentration(kehu.orders.clean(lines).orders)
    with pytest.raises(ValueError, match="top must lie between 0 and 1, got 20"):
        plots.concentration(result, top=20)


def test_periods_cut_by_the_data_are_dotted():
    periods = pd.DataFrame(
        {
            "period": pd.date_range("2017-01-01", periods=4, freq="MS"),
            "n_orders": [3, 9, 8, 2],
            "complete": [False, True, True, False],
        }
    )
    ax = plots.orders_over_time(periods)
    dotted, solid = ax.lines
    assert (dotted.get_linestyle(), dotted.get_ydata().tolist()) == (":", [3, 9, 8, 2])
    assert (solid.get_linestyle(), solid.get_ydata().tolist()) == ("-", [9, 8])
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["cut by the data"]
    whole = plots.orders_over_time(periods.assign(complete=True))
    assert (len(whole.lines), whole.get_legend()) == (1, None)
