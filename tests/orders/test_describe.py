"""First looks at orders, against plain pandas and exact small cases."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kehu


@pytest.fixture(scope="module")
def orders():
    return kehu.orders.clean(kehu.simulate.messy_orders(4000, random_state=11).orders).orders


def test_order_values_equal_pandas(orders):
    values = kehu.orders.order_values(orders)
    grouped = orders.groupby("order_id", sort=False, observed=True)
    expected = grouped.agg(
        customer_id=("customer_id", "first"),
        ordered_at=("ordered_at", "min"),
        n_lines=("amount", "size"),
        quantity=("quantity", "sum"),
        amount=("amount", "sum"),
    ).reset_index()
    assert values["order_id"].tolist() == orders["order_id"].drop_duplicates().tolist()
    expected = expected.set_index("order_id").loc[values["order_id"].tolist()].reset_index()
    for name in expected:
        if name == "amount":
            np.testing.assert_allclose(values[name], expected[name], rtol=1e-12)
        else:
            assert values[name].tolist() == expected[name].tolist()


def test_unused_labels_do_not_become_orders(orders):
    some = orders[orders["customer_id"] == orders["customer_id"].iloc[0]]
    assert len(some["order_id"].cat.categories) > some["order_id"].nunique()
    assert len(kehu.orders.order_values(some)) == some["order_id"].nunique()
    assert len(kehu.orders.concentration(some).curve) == 1


@pytest.mark.parametrize("freq", ["D", "W", "M", "Q", "Y"])
def test_by_period_equals_pandas(orders, freq):
    table = kehu.orders.by_period(orders, freq)
    first_lines = orders.groupby("order_id", observed=True)["ordered_at"].transform("min")
    period = first_lines.dt.to_period(freq).dt.start_time
    assert table["amount"].sum() == pytest.approx(orders["amount"].sum(), rel=1e-12)
    assert table["n_orders"].sum() == orders["order_id"].nunique()
    for row in table.iloc[[0, len(table) // 2, -1]].itertuples():
        there = orders[period == row.period]
        assert row.n_orders == there["order_id"].nunique()
        assert row.n_customers == there["customer_id"].nunique()


def test_weeks_start_on_monday_and_gaps_are_filled():
    lines = pd.DataFrame(
        {
            "customer_id": ["a", "a"],
            "order_id": [1, 2],
            "amount": [5.0, 7.0],
            "ordered_at": pd.to_datetime(["2017-11-12 23:59", "2017-11-27 00:00"]),
        }
    )
    table = kehu.orders.by_period(lines, "W")
    assert table["period"].dt.strftime("%a %d").tolist() == ["Mon 06", "Mon 13", "Mon 20", "Mon 27"]
    assert table["n_orders"].tolist() == [1, 0, 0, 1]
    assert table["complete"].tolist() == [False, True, True, False]
    assert table["amount"].tolist() == [5.0, 0.0, 0.0, 7.0]


def test_weekly_rhythm_counts_orders(orders):
    rhythm = kehu.orders.weekly_rhythm(orders)
    values = kehu.orders.order_values(orders)
    moments = values["ordered_at"].dt
    expected = values.groupby([moments.day_of_week.rename("day"), moments.hour.rename("hour")]).size()
    assert rhythm.shape == (7, 24)
    for (day, hour), count in expected.items():
        assert rhythm.loc[day, hour] == count
    assert rhythm.to_numpy().sum() == len(values)


def test_weekly_rhythm_of_dates_has_no_hours(orders):
    dated = orders.assign(ordered_at=orders["ordered_at"].dt.normalize())
    assert kehu.orders.weekly_rhythm(dated).shape == (7, 1)


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=40))
def test_gini_equals_mean_absolute_difference(amounts):
    table = pd.DataFrame(
        {"customer_id": range(len(amounts)), "order_id": range(len(amounts)), "amount": amounts}
    )
    found = kehu.orders.concentration(table.assign(ordered_at=pd.Timestamp("2017-11-11")))
    values = np.array(amounts, float)
    expected = np.abs(values[:, None] - values[None, :]).mean() / (2 * values.mean())
    assert found.gini == pytest.approx(expected, abs=1e-12)
    assert found.curve["amount"].is_monotonic_decreasing
    assert found.curve["amount_share"].iloc[-1] == pytest.approx(1)
    assert found.top_share(0) == 0
    assert found.top_share(1) == pytest.approx(1)


def test_equal_customers_are_not_concentrated():
    table = pd.DataFrame({"customer_id": range(50), "order_id": range(50), "amount": 3.0})
    found = kehu.orders.concentration(table.assign(ordered_at=pd.Timestamp("2017-11-11")))
    assert found.gini == pytest.approx(0, abs=1e-12)
    assert found.top_share(0.2) == pytest.approx(0.2)


def test_lines_without_category_are_left_out(orders):
    half = orders.assign(category=pd.Categorical(np.where(np.arange(len(orders)) % 2, "x", None)))
    found = kehu.orders.concentration(half, by="category")
    assert found.curve["label"].tolist() == ["x"]
    assert found.curve["amount"].sum() == pytest.approx(orders["amount"][1::2].sum())


def test_bad_input_is_refused(orders):
    with pytest.raises(ValueError, match="no rows"):
        kehu.orders.order_values(orders.iloc[:0])
    with pytest.raises(KeyError, match="no column 'amount'"):
        kehu.orders.by_period(orders.drop(columns="amount"))
    with pytest.raises(ValueError, match=r"freq must be .* got 'hour'"):
        kehu.orders.by_period(orders, "hour")
    with pytest.raises(KeyError, match="no column 'categry'; did you mean"):
        kehu.orders.concentration(orders.assign(category="x"), by="categry")
    with pytest.raises(ValueError, match="nowhere negative"):
        kehu.orders.concentration(orders.assign(amount=-orders["amount"]))
    with pytest.raises(ValueError, match=r"1 order lines have no order"):
        kehu.orders.order_values(orders.assign(order_id=["", *["1"] * (len(orders) - 1)]))
    with pytest.raises(ValueError, match="between 0 and 1, got 20"):
        kehu.orders.concentration(orders).top_share(20)
