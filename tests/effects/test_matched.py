import numpy as np
import pandas as pd
import pytest

from kehu import effects, simulate
from kehu.effects.matching import Cells
from kehu.warnings import FewEventsWarning, NotComparableWarning, UnmatchedWarning


def drawn(shop):
    return shop.customers.loc[shop.customers["addressed"], "customer_id"]


def describe(shop, **options):
    options = {"start": shop.start, "n_boot": 60, "after": 7, "placebo": False} | options
    return effects.matched_difference(shop.orders, drawn(shop), **options)


def gain(shop, weeks=7):
    return shop.gain * weeks / shop.weeks_after


@pytest.fixture(scope="module")
def shop():
    return simulate.simulated_campaign(800, assignment="best", random_state=2)


def test_differences_within_cells_of_a_plain_loop():
    rng = np.random.default_rng(0)
    cell, treated, values = rng.integers(0, 6, 90), rng.random(90) < 0.4, rng.normal(size=(90, 3))
    treated[cell == 2], treated[cell == 4] = True, False
    found, matched = Cells.of(cell, treated).differences(values)
    parts = []
    for one in np.flatnonzero(treated):
        others = (cell == cell[one]) & ~treated
        if others.any():
            parts.append(values[one] - values[others].mean(axis=0))
    assert matched == len(parts)
    assert found == pytest.approx(np.mean(parts, axis=0))


def test_nothing_is_found_where_there_is_nothing_though_the_good_were_addressed():
    covered, naive = 0, 0
    for seed in range(30):
        empty = simulate.simulated_campaign(600, effect=0.0, assignment="best", random_state=100 + seed)
        try:
            found = describe(empty)
        except NotComparableWarning:
            continue  # "cannot tell" is a right answer, too
        covered += found.low <= 0 <= found.high
        naive += found.naive_low <= 0 <= found.naive_high
    # Binomial(30, 0.95): 24 or more of 30 in 998 of 1,000 cases; fewer are told when some cannot be.
    assert covered >= 23
    assert naive == 0


def test_the_matched_difference_is_nearer_to_the_truth_than_the_naive_one():
    errors = []
    for seed in range(12):
        shop = simulate.simulated_campaign(800, effect=0.4, assignment="best", random_state=300 + seed)
        try:
            found = describe(shop)
        except NotComparableWarning:
            continue
        errors.append((abs(found.estimate - gain(shop)), abs(found.naive - gain(shop))))
    ours, naive = np.mean(errors, axis=0)
    assert len(errors) >= 9 and ours < 0.4 * naive


def test_what_is_told_beside_the_estimate(shop):
    found = describe(shop, placebo=True, after=8, n_boot=50)
    assert found.verdict == "described" and found.words == "described"
    assert found.low < found.estimate < found.high
    events = found.events.set_index("period")
    assert events.index.tolist() == list(range(-16, 8))
    assert events.loc[-4:-1, "difference"].mean() == pytest.approx(0, abs=1e-9)
    assert events.loc[0:, "difference"].sum() == pytest.approx(found.estimate)
    assert found.checks["check"].tolist() == ["drift before", "placebo date"]
    balance = found.balance.set_index("feature")
    assert (balance["after_matching"].abs() < balance["before_matching"].abs().clip(lower=0.2)).all()
    wider = found.sensitivity.set_index("choice")
    assert wider.loc["drift of 2", "low"] < wider.loc["drift of 0.5", "low"] < found.low


def test_a_past_too_short_for_a_placebo_is_said(shop):
    late = shop.orders[shop.orders["ordered_at"] >= shop.start - pd.Timedelta(weeks=17)]
    found = effects.matched_difference(late, drawn(shop), start=shop.start, after=7, n_boot=50)
    placebo = found.checks.iloc[1]
    assert np.isnan(placebo["estimate"]) and "orders begin" in placebo["reason"]


def test_groups_that_drift_apart_before_cannot_tell(shop):
    """From ten weeks before the start those addressed lose interest, week by week."""
    orders = shop.orders
    week = (orders["ordered_at"] - shop.start).dt.days // 7
    factor = np.where(week >= -4, 3.0 + 2 * (week + 4), 1.0)
    mine = orders["customer_id"].isin(drawn(shop))
    drifting = orders.assign(amount=np.where(mine, orders["amount"] * factor, orders["amount"]))
    with pytest.warns(NotComparableWarning, match="drift before"):
        found = effects.matched_difference(
            drifting, drawn(shop), start=shop.start, after=7, n_boot=60, placebo=False
        )
    assert found.verdict == "cannot tell"


def test_who_first_buys_after_the_list_takes_no_part(shop):
    late = pd.DataFrame(
        {"customer_id": [9001, 9002], "order_id": [1, 2], "ordered_at": shop.start, "amount": [1e6, 1e6]}
    )
    more = pd.concat([shop.orders, late])
    found = effects.matched_difference(
        more, [*drawn(shop), 9001], start=shop.start, after=7, n_boot=60, placebo=False
    )
    assert found.estimate == describe(shop).estimate
    assert found.n_unseen == describe(shop).n_unseen + 1


def test_customers_like_nobody_are_left_out_and_named(shop):
    by_rate = shop.customers.sort_values("weekly_rate")["customer_id"]
    with pytest.warns(UnmatchedWarning, match="of 200 addressed are like no other customer"):
        found = effects.matched_difference(
            shop.orders,
            by_rate[-200:],
            controls=by_rate[100:400],
            start=shop.start,
            after=7,
            n_boot=50,
            placebo=False,
        )
    assert found.n_matched < 160


def test_few_customers_are_named(shop):
    with pytest.warns(FewEventsWarning, match="only 10 addressed"):
        effects.matched_difference(
            shop.orders, range(40, 50), start=shop.start, after=7, n_boot=50, placebo=False, bins=1
        )


def test_other_campaigns_meanwhile():
    sent = pd.DataFrame({"campaign_id": [1, 1, 2, 3], "household_id": ["a", "b", "b", "c"]})
    dates = pd.DataFrame(
        {
            "campaign_id": [1, 2, 3],
            "start_date": pd.to_datetime(["2017-05-01", "2017-06-01", "2017-01-01"]),
            "end_date": pd.to_datetime(["2017-05-31", "2017-06-30", "2017-01-02"]),
        }
    )
    table = effects.campaign_groups(sent, dates, 1, before=30, customer="household_id").set_index(
        "customer_id"
    )
    assert table["addressed"].to_dict() == {"a": True, "b": True}
    assert table["others"].to_dict() == {"a": 0, "b": 1}


@pytest.mark.parametrize(
    ("sent", "dates", "campaign", "error", "message"),
    [
        (lambda s: s, lambda d: d, 9, KeyError, "no campaign 9; There are: '1', '2'"),
        (lambda s: s, lambda d: d[:0], 1, KeyError, "no campaign 1; There are: none"),
        (lambda s: s[:0], lambda d: d, 1, ValueError, "campaign 1 addressed nobody"),
        (lambda s: s, lambda d: d, 2, ValueError, "campaign 2 addressed nobody"),
        (lambda s: s, lambda d: pd.concat([d, d]), 1, ValueError, "2 rows for campaign 1"),
        (lambda s: s.assign(customer_id=["a", None]), lambda d: d, 1, ValueError, "missing in row 1"),
        (lambda s: s, lambda d: d.assign(end_date=pd.NaT), 1, ValueError, "no first or last day"),
        (lambda s: s.assign(redemption_date=0), lambda d: d, 1, ValueError, "whoever redeems"),
    ],
)
def test_bad_tables_of_campaigns(sent, dates, campaign, error, message):
    sent_to = pd.DataFrame({"campaign_id": [1, 1], "customer_id": ["a", "b"]})
    day = pd.Timestamp("2017-05-01")
    told = pd.DataFrame({"campaign_id": [1, 2], "start_date": day, "end_date": day})
    with pytest.raises(error, match=message):
        effects.campaign_groups(sent(sent_to), dates(told), campaign)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        (
            {"addressed": pd.DataFrame({"customer_id": [1], "redemption_date": 0})},
            ValueError,
            "whoever redeems",
        ),
        ({"addressed": []}, ValueError, "addressed is empty"),
        ({"addressed": "all"}, TypeError, "must be a list of customers"),
        ({"addressed": ["a"]}, TypeError, "text in one table and numbers in the other"),
        ({"addressed": [99_999]}, ValueError, "none of the 1 addressed is among the customers"),
        ({"addressed": range(800)}, ValueError, "customers were addressed and no other is left"),
        ({"addressed": [5]}, ValueError, "from one customer no limits can be given"),
        ({"controls": []}, ValueError, "controls is empty"),
        ({"controls": [99_999]}, ValueError, "no other is among the customers of the orders"),
        ({"addressed": [1, None]}, ValueError, "missing customer at 1"),
        ({"controls": [1], "addressed": [1]}, ValueError, "'1' is both addressed and a control"),
        ({"start": "2016-01-01"}, ValueError, "need orders from 2015-09-11"),
        ({"after": 70}, ValueError, "take fewer periods"),
        ({"held_out": 2}, ValueError, "held_out must be a whole number from 3"),
        ({"n_boot": 10}, ValueError, "n_boot must be a whole number from 50"),
        ({"measure": "money"}, ValueError, "measure='money' is not known"),
        ({"confidence_level": 2}, ValueError, "confidence_level"),
    ],
)
def test_bad_input(options, error, message, shop):
    arguments = {"addressed": drawn(shop), "start": shop.start, "after": 7} | options
    with pytest.raises(error, match=message):
        effects.matched_difference(shop.orders, arguments.pop("addressed"), **arguments)
