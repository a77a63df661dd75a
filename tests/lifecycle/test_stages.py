import pandas as pd
import pytest

from kehu import lifecycle
from kehu.warnings import FewEventsWarning, FutureOrdersWarning, NoRecentOrdersWarning
from tests.lifecycle.conftest import table

RULE = lifecycle.StageRule(new=30, lapsing=60, lost=120)
DAY = pd.Timedelta(days=1)
AS_OF = pd.Timestamp("2017-12-31")


def stage_of(*days_ago, contacts=None):
    orders = table({"him": [AS_OF - day * DAY for day in days_ago], "other": [AS_OF - 400 * DAY, AS_OF]})
    return lifecycle.stages(orders, as_of=AS_OF, rule=RULE, contacts=contacts).loc["him", "stage"]


@pytest.mark.parametrize(
    ("days_ago", "stage"),
    [
        ((0,), "new"),
        ((30,), "new"),
        ((31,), "existing"),
        ((30, 2), "new"),
        ((31, 2), "existing"),
        ((60,), "existing"),
        ((61,), "lapsing"),
        ((120,), "lapsing"),
        ((121,), "lost"),
        # The overlap of the slides: bought several times, yet not for long. Time decides.
        ((300, 250, 200, 121), "lost"),
        ((300, 250, 200, 61), "lapsing"),
    ],
)
def test_borders_belong_to_the_earlier_stage(days_ago, stage):
    assert stage_of(*days_ago) == stage


def test_everyone_has_one_stage_and_contacts_without_orders_are_prospective(orders):
    people = pd.DataFrame({"customer_id": [0, 1, 5000, 5001]})
    found = lifecycle.stages(orders, rule=RULE, contacts=people)
    assert found.index.is_unique and found["stage"].notna().all()
    assert set(found.index[found["stage"] == "prospective"]) == {5000, 5001}
    assert len(found) == orders["customer_id"].nunique() + 2
    assert found.loc[5000, "n_purchases"] == 0 and pd.isna(found.loc[5000, "last_order"])
    first = orders.groupby("customer_id")["ordered_at"].min()
    assert (found["first_order"].dropna() == first.loc[found.index[:-2]]).all()


def test_a_contact_counts_from_its_date():
    orders = table({"a": ["2017-06-01"], "late": ["2017-12-01"]})
    people = pd.DataFrame(
        {"customer_id": ["p", "late"], "contacted_at": pd.to_datetime(["2017-09-01", "2017-01-01"])}
    )
    with pytest.warns(FutureOrdersWarning):
        found = lifecycle.stages(orders, as_of="2017-08-01", rule=RULE, contacts=people)
    assert found["stage"].astype(str).to_dict() == {"a": "lapsing", "late": "prospective"}


def test_without_a_rule_the_customers_own_gaps_are_taken(orders):
    rule = lifecycle.rule(orders, n_boot=0)
    pd.testing.assert_frame_equal(lifecycle.stages(orders), lifecycle.stages(orders, rule=rule))


def test_an_as_of_long_after_the_data_is_doubtful(orders):
    with pytest.warns(NoRecentOrdersWarning, match="have the orders ended, or the data"):
        found = lifecycle.stages(orders, as_of="2019-01-01", rule=RULE)
    assert (found["stage"] == "lost").all()


def test_one_customer_has_a_stage_though_the_rule_rests_on_little(orders):
    with pytest.warns(FewEventsWarning, match="only 1 of 1 customers came back"):
        found = lifecycle.stages(orders[orders["customer_id"] == 1])
    assert len(found) == 1


def test_sizes_are_those_of_the_stages_at_each_date(orders):
    people = pd.DataFrame({"customer_id": [7000]})
    dates = ["2017-05-31", "2017-10-31"]
    sizes = lifecycle.stage_sizes(orders, dates=dates, rule=RULE, contacts=people)
    for date in dates:
        with pytest.warns(FutureOrdersWarning):
            single = lifecycle.stages(orders, as_of=date, rule=RULE, contacts=people)["stage"]
        here = sizes[sizes["date"] == date]
        assert here["customers"].tolist() == single.value_counts(sort=False).tolist()
        assert here["share"].sum() == pytest.approx(1)
    assert sizes["settled"].tolist() == [True] * 10
    assert not lifecycle.stage_sizes(orders, dates=["2017-01-31"], rule=RULE)["settled"].any()


def test_sizes_at_the_ends_of_months_and_the_last_order(orders):
    sizes = lifecycle.stage_sizes(orders, rule=RULE)
    assert sizes["date"].iloc[0] == pd.Timestamp("2017-01-31")
    assert sizes["date"].iloc[-1] == orders["ordered_at"].max()
    for end, last_two in (
        ("2017-09-10", ["2017-07-31", "2017-09-10"]),
        ("2017-09-20", ["2017-08-31", "2017-09-20"]),
    ):
        early = orders[orders["ordered_at"] <= end]
        dates = lifecycle.stage_sizes(early, rule=RULE)["date"].unique()
        assert dates[-2:].astype(str).tolist() == last_two


def test_who_moves_where(orders):
    people = pd.DataFrame({"customer_id": [7000]})
    moves = lifecycle.transitions(orders, start="2017-06-30", end="2017-12-31", rule=RULE, contacts=people)
    with pytest.warns(FutureOrdersWarning):
        before = lifecycle.stages(orders, as_of="2017-06-30", rule=RULE, contacts=people)["stage"]
        after = lifecycle.stages(orders, as_of="2017-12-31", rule=RULE, contacts=people)["stage"]
    both = pd.DataFrame({"from": before.astype(object), "to": after.astype(object)})
    counted = both.fillna("absent").value_counts()
    for row in moves.itertuples():
        assert row.customers == counted.get((row.from_stage, row.to_stage), 0)
    shares = moves.groupby("from_stage", observed=True)["share"].sum(min_count=1)
    assert shares.dropna().to_numpy() == pytest.approx(1)
    told = moves.dropna(subset="share")
    assert ((told["low"] <= told["share"]) & (told["share"] <= told["high"])).all()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda o: lifecycle.stages(o, rule=(30, 60, 90)), TypeError, "rule must be a StageRule"),
        (lambda o: lifecycle.stages(o, contacts=["a"]), TypeError, "must be a dataframe"),
        (lambda o: lifecycle.stages(o, contacts=pd.DataFrame({"name": [7]})), KeyError, "'customer_id'"),
        (
            lambda o: lifecycle.stages(o, contacts=pd.DataFrame({"customer_id": []})),
            ValueError,
            "contacts has no rows",
        ),
        (
            lambda o: lifecycle.stages(o.drop_duplicates("customer_id")),
            ValueError,
            "none of 300 customers bought on a second day",
        ),
        (lambda o: lifecycle.stages(o, as_of="2016-01-01"), ValueError, "lies before the first order"),
        (
            lambda o: lifecycle.stages(o, contacts=pd.DataFrame({"customer_id": ["7"]})),
            TypeError,
            "text in one table and a number in the other",
        ),
        (
            lambda o: lifecycle.stages(o, contacts=pd.DataFrame({"customer_id": [7, None]})),
            ValueError,
            "customer_id of contacts is missing in row 1",
        ),
        (
            lambda o: lifecycle.transitions(o, start="2017-09-01", end="2017-09-01"),
            ValueError,
            "must lie before end",
        ),
        (lambda o: lifecycle.transitions(o, start="2016-09-01"), ValueError, "lies before the first"),
        (lambda o: lifecycle.stage_sizes(o, dates="2017-09-01"), TypeError, "dates must be several dates"),
        (lambda o: lifecycle.stage_sizes(o, dates=[]), ValueError, "dates must be 1 to 10,000 dates, got 0"),
    ],
)
def test_bad_input(call, error, message, orders):
    with pytest.raises(error, match=message):
        call(orders)
