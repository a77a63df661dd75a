import numpy as np
import pandas as pd
import pytest

from kehu import lifecycle
from kehu.warnings import FutureOrdersWarning

RULE = lifecycle.StageRule(new=30, lapsing=60, lost=120)


def test_wilson_against_statsmodels(orders):
    from statsmodels.stats.proportion import proportion_confint

    found = lifecycle.measures(orders, start="2017-06-30", rule=RULE).loc["existing"]
    low, high = proportion_confint(found["repurchased"], found["customers"], method="wilson")
    assert (found["repurchase_low"], found["repurchase_high"]) == pytest.approx((low, high))


def test_measures_of_a_plain_count(orders):
    orders = orders.assign(amount=np.arange(len(orders), dtype=float))
    start, end = pd.Timestamp("2017-06-30"), pd.Timestamp("2017-12-31")
    table = lifecycle.measures(orders, start=start, end=end, rule=RULE)
    with pytest.warns(FutureOrdersWarning):
        before = lifecycle.stages(orders, as_of=start, rule=RULE)["stage"]
        after = lifecycle.stages(orders, as_of=end, rule=RULE)["stage"]
    between = orders[(orders["ordered_at"] > start) & (orders["ordered_at"] <= end)]
    for stage in ("new", "existing", "lapsing", "lost"):
        who = before.index[before == stage]
        row = table.loc[stage]
        assert row["customers"] == len(who)
        assert row["retained"] == (after.loc[who] != "lost").sum()
        mine = between[between["customer_id"].isin(who)]
        assert row["repurchased"] == mine["customer_id"].nunique()
        assert row["sales"] == pytest.approx(mine["amount"].sum() / len(who))
        assert row["purchases"] == pytest.approx(
            mine.drop_duplicates(["customer_id", "ordered_at"]).shape[0] / len(who)
        )
    assert table.loc["prospective"].drop(["customers", "share", "retained", "repurchased"]).isna().all()


def test_the_rule_of_measures_does_not_know_the_outcome(orders):
    early = orders[orders["ordered_at"] <= "2017-09-30"]
    rule = lifecycle.rule(early, as_of="2017-09-30", n_boot=0)
    ours = lifecycle.measures(orders, start="2017-09-30")
    pd.testing.assert_frame_equal(ours, lifecycle.measures(orders, start="2017-09-30", rule=rule))


def test_further_measures_are_joined_by_stage(orders):
    more = pd.DataFrame({"satisfaction": [4.5]}, index=["new"])
    table = lifecycle.measures(orders, start="2017-06-30", rule=RULE, more=more)
    assert table["satisfaction"].tolist()[1] == 4.5 and table["satisfaction"].isna().sum() == 4
    with pytest.raises(ValueError, match="'old' that is no stage"):
        lifecycle.measures(orders, start="2017-06-30", more=more.rename(index={"new": "old"}))
    with pytest.raises(TypeError, match="pandas DataFrame by stage, got dict"):
        lifecycle.measures(orders, start="2017-06-30", more={"new": 1})


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda o: lifecycle.measures(o.assign(amount=np.nan), start="2017-09-01", rule=RULE),
            ValueError,
            "amount is missing in row 0",
        ),
        (
            lambda o: lifecycle.measures(o.assign(amount="much"), start="2017-09-01", rule=RULE),
            ValueError,
            "amount must hold numbers, got 'much'",
        ),
    ],
)
def test_bad_input(call, error, message, orders):
    with pytest.raises(error, match=message):
        call(orders)
