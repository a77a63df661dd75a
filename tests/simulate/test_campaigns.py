import numpy as np
import pandas as pd
import pytest

from kehu import simulate


def after(shop):
    late = shop.orders[shop.orders["ordered_at"] >= shop.start]
    spent = late.groupby("customer_id")["amount"].sum()
    return shop.customers["customer_id"].map(spent).fillna(0.0)


def test_the_same_seed_gives_the_same_shop():
    one, other = (simulate.simulated_campaign(200, random_state=3) for _ in range(2))
    pd.testing.assert_frame_equal(one.orders, other.orders)
    pd.testing.assert_frame_equal(one.customers, other.customers)


@pytest.mark.parametrize("effect", [0.5, 0.0, -0.4])
def test_those_drawn_at_random_buy_as_much_more_as_the_truth_says(effect):
    shop = simulate.simulated_campaign(20_000, effect=effect, random_state=1)
    spent, drawn = after(shop), shop.customers["addressed"]
    groups = spent[drawn], spent[~drawn]
    error = np.sqrt(sum(group.var() / len(group) for group in groups))
    assert drawn.sum() == 10_000
    assert groups[0].mean() - groups[1].mean() == pytest.approx(shop.gain, abs=4 * error)
    assert np.sign(shop.gain) == np.sign(effect)


def test_the_best_are_those_who_would_buy_more_anyway():
    shop = simulate.simulated_campaign(4000, effect=0.0, assignment="best", share=0.3, random_state=1)
    spent, drawn = after(shop), shop.customers["addressed"]
    assert shop.gain == 0
    assert spent[drawn].mean() > 1.5 * spent[~drawn].mean()
    assert 0.2 < drawn.mean() < 0.4


def test_orders_are_in_the_form_of_the_schema_and_within_the_weeks():
    shop = simulate.simulated_campaign(300, weeks_before=10, weeks_after=3, random_state=2)
    orders = shop.orders
    assert list(orders) == ["customer_id", "order_id", "ordered_at", "amount"]
    assert orders["ordered_at"].is_monotonic_increasing and orders["order_id"].is_unique
    assert shop.start - orders["ordered_at"].min() <= pd.Timedelta(weeks=10)
    assert orders["ordered_at"].max() < shop.start + pd.Timedelta(weeks=3)
    assert (orders["amount"] > 0).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_customers": 1}, "n_customers must be at least 2"),
        ({"effect": -1}, "effect must exceed -1"),
        ({"effect": np.nan}, "effect must exceed -1"),
        ({"share": 1.0}, "share must lie between 0 and 1"),
        ({"assignment": "good"}, "assignment='good' is not known"),
        ({"weeks_before": 4}, "weeks_before must exceed list_weeks"),
        ({"weekly_rate": 0}, "weekly_rate and order_value must be positive"),
    ],
)
def test_bad_input(options, message):
    with pytest.raises(ValueError, match=message):
        simulate.simulated_campaign(**options)
