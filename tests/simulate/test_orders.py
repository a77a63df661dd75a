"""The simulated shop: what it says it planted is there, and nothing else."""

import pytest

import kehu
from kehu.simulate.orders import DIRT


def test_same_seed_same_shop():
    one, two = (kehu.simulate.messy_orders(500, random_state=4) for _ in range(2))
    assert one.orders.equals(two.orders)
    assert one.truth.equals(two.truth)


def test_sound_lines_have_no_accidental_faults():
    orders = kehu.simulate.messy_orders(20_000, dirt={}, random_state=6).orders
    assert len(orders) == 20_000
    assert not orders.duplicated(["order_id", "product"]).any()
    assert (orders["amount"] > 0).all()
    assert not orders.isna().any(axis=None)
    assert orders.groupby("order_id", observed=True)["customer_id"].nunique().max() == 1
    # A few products sell most, as in a real shop.
    share = orders["product"].value_counts(normalize=True)
    assert share.iloc[: len(share) // 5].sum() > 0.4


@pytest.mark.parametrize("reason", DIRT)
def test_each_kind_of_dirt_alone(reason):
    shop = kehu.simulate.messy_orders(2000, dirt={reason: 0.01}, random_state=8)
    cleaned = kehu.orders.clean(shop.orders)
    ledger = cleaned.ledger.set_index("reason")
    expected = shop.truth.value_counts().drop("kept")
    assert expected.max() == 20
    for name, rows in expected.items():
        assert ledger.loc[name, "rows"] == rows
    assert ledger["rows"].iloc[1:-1].sum() == expected.sum()
    assert shop.parts == (20 if reason == "part of a sale taken back" else 0)


def test_one_line_is_enough():
    assert len(kehu.simulate.messy_orders(1, dirt={}, random_state=0).orders) == 1


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"n_lines": 0}, ValueError, "at least 1, got 0"),
        ({"dirt": {"exact duplicates": 0.1}}, KeyError, "did you mean 'exact duplicate'"),
        ({"dirt": {"exact duplicate": -0.1}}, ValueError, "between 0 and 1, got -0.1"),
        (
            {"dirt": {"exact duplicate": 0.3, "amount zero": 0.3}},
            ValueError,
            "below half of the lines, got 0.60",
        ),
        ({"n_lines": 3, "dirt": {"return matched to a sale": 0.5}}, ValueError, "too few lines"),
    ],
)
def test_bad_input_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        kehu.simulate.messy_orders(**{"n_lines": 100, "random_state": 1, **arguments})
