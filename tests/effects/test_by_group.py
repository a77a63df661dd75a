"""Effects by stage: what is planted in each, how often all limits hold at once, and what is refused."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from kehu import effects, lifecycle, simulate
from kehu.warnings import FewEventsWarning

RULE = lifecycle.StageRule(new=28, lapsing=42, lost=70)


def by_stage(effect, seed, n=1200):
    """Effects by the stage on the eve, the true mean gain of those addressed, and the customers."""
    shop = simulate.simulated_campaign(n, effect=effect, weekly_rate=0.4, random_state=seed)
    with warnings.catch_warnings(action="ignore"):
        stage = lifecycle.stages(
            shop.orders, as_of=shop.start - pd.Timedelta(days=1), rule=RULE, contacts=shop.customers
        )["stage"]
        after = (shop.orders["ordered_at"].max() - shop.start).days
        people = effects.outcomes(shop.orders, shop.customers, start=shop.start, before=84, after=after)
        people["stage"] = stage.reindex(people["customer_id"]).array
        found = effects.randomised_by(people, by="stage", before="before")
    gain = people[people["addressed"]].groupby("stage", observed=True)["gain"].mean()
    return found, gain * after / (7 * shop.weeks_after), people


def held(effect, seeds):
    """How often the limits of all stages hold the truth at once, and how often the stages seem to differ."""
    all_held, differ = 0, 0
    for seed in seeds:
        found, truth, _ = by_stage(effect, seed)
        told = found.table.dropna().set_index("stage")
        inside = (told["low"] <= truth.reindex(told.index)) & (truth.reindex(told.index) <= told["high"])
        all_held, differ = all_held + inside.all(), differ + (found.differ_p < 0.05)
    return all_held, differ


def test_limits_of_all_stages_hold_the_planted_gains_at_once_as_often_as_they_say():
    all_held, differ = held(0.4, range(700, 760))
    # Binomial(60, 0.95): 52 or more in 994 of 1,000 cases. The same relative effect brings most in money from
    # those who buy most.
    assert all_held >= 52
    assert differ >= 50


def test_in_the_null_shop_the_stages_do_not_differ():
    all_held, differ = held(0.0, range(800, 860))
    # Binomial(60, 0.05): 8 or fewer in 995 of 1,000 cases.
    assert all_held >= 52 and differ <= 8


def test_each_group_is_the_trial_of_its_customers_with_wider_limits():
    found, _, people = by_stage(0.4, 3)
    told = found.table.dropna()
    assert told["stage"].tolist() == ["prospective", "existing", "lapsing", "lost"]
    level = 0.95 ** (1 / len(told))
    for row in told.itertuples():
        alone = effects.randomised(
            people[people["stage"] == row.stage], before="before", confidence_level=level
        )
        assert (row.estimate, row.low, row.high) == (alone.estimate, alone.low, alone.high)
        assert (row.n_treated, row.n_control) == (alone.n_treated, alone.n_control)


def test_cochrans_test_against_a_plain_sum():
    found, _, _ = by_stage(0.4, 3)
    told = found.table.dropna()
    weight = 1 / told["standard_error"] ** 2
    q = (weight * told["estimate"] ** 2).sum() - (weight * told["estimate"]).sum() ** 2 / weight.sum()
    assert found.differ_p == pytest.approx(stats.chi2.sf(q, len(told) - 1))


def people(n=200, groups=("a", "b")):
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {"group": np.resize(groups, n), "addressed": np.arange(n) % 4 < 2, "outcome": rng.gamma(2, 4, n)}
    )


def test_small_groups_have_no_estimate_and_are_named():
    data = people()
    data.loc[:30, "group"] = "few"
    with pytest.warns(FewEventsWarning, match="no estimate for: few"):
        found = effects.randomised_by(data, by="group")
    table = found.table.set_index("group")
    assert table.loc["few", ["estimate", "low", "high"]].isna().all() and table.loc["few", "n_treated"] == 16
    assert table.drop(index="few").notna().all(axis=None)


def test_one_group_is_the_trial_itself():
    data = people(groups=("a",))
    found, alone = effects.randomised_by(data, by="group"), effects.randomised(data)
    assert found.table.loc[0, ["low", "high"]].tolist() == pytest.approx([alone.low, alone.high])
    assert np.isnan(found.differ_p)


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        (people().drop(columns="group"), KeyError, "no column 'group'"),
        (people().assign(group=[None] + 199 * ["a"]), ValueError, "group is missing in row 0"),
        (people(20), ValueError, r"no group of 'group' has 20 customers addressed and 20 not"),
        (people().assign(addressed=True), ValueError, "20 customers addressed and 20 not"),
        (people().assign(redeemed=1), ValueError, "whoever redeems"),
        (people().assign(outcome="much"), ValueError, "outcome must hold numbers"),
    ],
)
def test_bad_input(data, error, message):
    with pytest.raises(error, match=message):
        effects.randomised_by(data, by="group")
