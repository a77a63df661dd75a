"""Features of customers from small order tables, counted by hand."""

import numpy as np
import pandas as pd
import pytest

from kehu.segments import features

LINES = pd.DataFrame(
    {
        "customer_id": ["Li", "Li", "Li", "Wu", "Wu"],
        "order_id": [1, 1, 2, 3, 4],
        "ordered_at": pd.to_datetime(
            [
                "2017-11-01 09:00",
                "2017-11-01 09:00",
                "2017-11-11 20:00",
                "2017-11-12 10:00",
                "2018-01-01 10:00",
            ]
        ),
        "product": ["tea", "milk", "tea", "salt", "salt"],
        "category": ["drinks", "drinks", "drinks", "food", "food"],
        "amount": [10.0, 20.0, 30.0, 8.0, 1000.0],
    }
)
CUSTOMERS = pd.DataFrame({"customer_id": ["Wu", "Li"], "age": [30, 41], "city": ["Beijing", None]})


@pytest.fixture
def found():
    with pytest.warns(UserWarning, match="after"):
        return features(LINES, as_of="2017-11-30", customers=CUSTOMERS)


def test_the_features_of_four_groups(found):
    assert found.table.loc["Li"].to_dict() == pytest.approx(
        {
            "age": 41, "city: Beijing": 0, "city: ?": 1,
            "n_products": 2, "share: drinks": 1, "share: food": 0,
            "n_orders": 2, "days_since_last": found.table.loc["Li", "days_since_last"],
            "T": found.table.loc["Li", "T"], "lines_per_order": 1.5,
            "weekend_share": 1 / 3, "evening_share": 1 / 3, "total": 60, "order_amount": 30,
        }
    )  # fmt: skip
    assert found.table.loc["Wu", ["n_orders", "total", "weekend_share", "age"]].tolist() == [1, 8, 1, 30]
    assert found.alike == ["n_categories"]
    assert found.about.groupby("group", sort=False)["feature"].count().to_dict() == {
        "who": 3, "what": 3, "how": 6, "worth": 2,
    }  # fmt: skip
    assert found.of("worth").columns.tolist() == ["total", "order_amount"]


def test_only_what_the_data_have():
    bare = features(LINES[["customer_id", "ordered_at", "amount"]][:4], as_of="2017-11-30", groups="worth")
    assert bare.about["feature"].tolist() == ["total", "order_amount"]
    with pytest.raises(ValueError, match=r"nothing for the groups \['who'\]"):
        features(LINES[:4], as_of="2017-11-30", groups=["who"])


def test_nothing_is_missing_and_shares_sum_to_one():
    rng = np.random.default_rng(0)
    lines = pd.DataFrame(
        {
            "customer_id": rng.integers(0, 50, 2000),
            "order_id": np.arange(2000),
            "ordered_at": pd.Timestamp("2017-01-01") + pd.to_timedelta(rng.integers(0, 360, 2000), unit="D"),
            "category": rng.choice(["a", "b", "c"], 2000),
            "amount": rng.lognormal(2, 1, 2000),
        }
    )
    table = features(lines, as_of="2017-12-31").table
    assert table.notna().all(axis=None)
    np.testing.assert_allclose(table.filter(like="share: ").sum(axis=1), 1)
    np.testing.assert_allclose(table["total"], lines.groupby("customer_id")["amount"].sum().loc[table.index])


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"groups": ["where"]}, KeyError, "no group of features 'where'"),
        ({"groups": []}, ValueError, "groups is empty"),
        ({"top_categories": -1}, ValueError, "top_categories must be a whole number from 0, got -1"),
        ({"customers": CUSTOMERS[:1]}, ValueError, "age is missing for 1 of 2 customers"),
        ({"customers": pd.concat([CUSTOMERS, CUSTOMERS])}, ValueError, "customers names 'Wu' more than once"),
        (
            {"customers": CUSTOMERS.rename(columns={"age": "total"})},
            ValueError,
            "named like one of the features",
        ),
        ({"customers": CUSTOMERS.drop(columns="customer_id")}, KeyError, "no column 'customer_id'"),
    ],
)
def test_wrong_input_is_refused(arguments, error, words):
    with pytest.raises(error, match=words):
        features(LINES[:4], as_of="2017-11-30", **arguments)


def test_a_group_that_is_not_there_is_named(found):
    with pytest.raises(KeyError, match="features has no group 'how much'"):
        found.of("how much")
