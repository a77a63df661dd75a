"""Profiles of segments: exact small cases, coverage of the intervals, wrong input."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from kehu.segments import profile

CUSTOMERS = pd.DataFrame({"n_orders": [1, 2, 0, 9, 7], "total": [5.0, 9, 6, 90, 70]}, index=list("abcde"))
LABELS = [0, 0, 0, 1, 1]


def test_a_small_case():
    found = profile(CUSTOMERS, LABELS, value="total", used=["n_orders"])
    row = found.table.query("segment == 1 and feature == 'n_orders'").iloc[0]
    assert (row["mean"], row["median"], row["share"], row["mean_all"]) == (8, 8, 1, 3.8)
    assert row["lift"] == pytest.approx(8 / 3.8)
    # Squared deviations from the group means: 1 + 1 + 0 and 1 + 1.
    assert row["difference"] == pytest.approx((8 - 1) / np.sqrt(4 / 5))
    assert found.table["made_segments"].tolist() == [True, True, False, False]
    assert found.table.query("segment == 0")["share"].tolist() == pytest.approx([2 / 3, 1])
    assert found.sizes["value_share"].tolist() == pytest.approx([20 / 180, 160 / 180])
    assert found.sizes["value_per_customer"].tolist() == pytest.approx([20 / 3, 80])
    assert found.wide("mean").loc["total", 1] == 80


def test_two_segments_differ_by_opposite_numbers():
    table = profile(CUSTOMERS, LABELS).table
    sides = table.pivot_table(index="feature", columns="segment", values="difference")
    np.testing.assert_allclose(sides[0], -sides[1])


def test_intervals_cover_the_true_difference():
    # Log-normal against normal of another spread, unequal sizes; the pooled spread is known.
    rng = np.random.default_rng(1)
    n, m, covered = 400, 800, 0
    mean = np.exp(0.125)
    truth = (mean - 0.5) / np.sqrt((n * (np.exp(0.25) - 1) * np.exp(0.25) + m * 4) / (n + m))
    for _ in range(200):
        values = np.concatenate([rng.lognormal(0, 0.5, n), rng.normal(0.5, 2, m)])
        row = profile(pd.DataFrame({"x": values}), np.repeat([0, 1], [n, m])).table.iloc[0]
        covered += row["low"] <= truth <= row["high"]
    assert binomtest(int(covered), 200, 0.95).pvalue > 0.001


def test_what_cannot_be_known_is_missing():
    one = profile(CUSTOMERS, [0] * 5).table
    assert one[["difference", "low", "high"]].isna().all(axis=None)
    single = profile(CUSTOMERS, [0, 0, 0, 0, 1]).table.query("segment == 1")
    assert single["difference"].notna().all()
    assert single[["low", "high"]].isna().all(axis=None)
    flat = profile(pd.DataFrame({"x": [1.0, 1, 2, 2], "y": [3.0] * 4}), [0, 0, 1, 1]).table
    assert flat["difference"].isna().all()
    assert profile(pd.DataFrame({"x": [-1.0, 1, -2, 2]}), [0, 0, 1, 1]).table["lift"].isna().all()


def test_segments_may_have_names():
    found = profile(CUSTOMERS, pd.Series(["small"] * 3 + ["large"] * 2, index=CUSTOMERS.index))
    assert found.sizes["segment"].tolist() == ["large", "small"]
    assert found.wide().columns.tolist() == ["large", "small"]


@pytest.mark.parametrize(
    ("labels", "arguments", "error", "words"),
    [
        ([0, 1], {}, ValueError, "labels must have one for each of the 5 customers, got 2"),
        ([0, 0, 0, 1, None], {}, ValueError, "labels are missing for 1 customers"),
        (pd.Series(LABELS), {}, ValueError, "labels has another index than features"),
        (LABELS, {"value": "totl"}, KeyError, "did you mean 'total'"),
        (LABELS, {"used": ["x"]}, KeyError, "no column 'x'"),
        (LABELS, {"level": 95}, ValueError, "level must lie between 0 and 1, got 95"),
    ],
)
def test_wrong_input_is_refused(labels, arguments, error, words):
    with pytest.raises(error, match=words):
        profile(CUSTOMERS, labels, **arguments)


def test_an_unknown_column_is_named():
    with pytest.raises(KeyError, match="a profile has no column 'men'; did you mean 'mean'"):
        profile(CUSTOMERS, LABELS).wide("men")
