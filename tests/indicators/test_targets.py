"""Periods, targets, before and after."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from kehu.indicators import against_target, before_after, means, rates


def cases(n=500, seed=1):
    rng = np.random.default_rng(seed)
    day = np.datetime64("2024-01-01") + rng.integers(0, 100, n).astype("timedelta64[D]")
    return pd.DataFrame({"ordered_at": day, "late": rng.random(n) < 0.2, "days": rng.gamma(3, size=n)})


def test_periods_against_pandas():
    table = cases()
    grouped = table.set_index("ordered_at").groupby(pd.Grouper(freq="W-MON", label="left", closed="left"))
    found = rates(table, event="late")
    assert found["count"].tolist() == grouped["late"].sum().tolist()
    assert found["value"].to_numpy() == pytest.approx(grouped["late"].mean().to_numpy())
    assert found["period"].tolist() == list(grouped.size().index)
    average = means(table, value="days", freq="M")
    months = table["days"].groupby(table["ordered_at"].dt.month).mean()
    assert average["value"].to_numpy() == pytest.approx(months.to_numpy())


def test_empty_periods_stay():
    table = pd.DataFrame({"ordered_at": ["2024-01-01", "2024-01-03"], "late": [1, 0], "days": [None, 2.0]})
    found = rates(table, event="late", freq="D")
    assert found["n"].tolist() == [1, 0, 1]
    assert np.isnan(found["value"].iloc[1])
    assert means(table, value="days", freq="D")["period"].tolist() == [pd.Timestamp("2024-01-03")]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: rates(cases(), event="days"), "'days' is .* in row 0; it must be true or false"),
        (lambda: rates(cases(), event="late", freq="Y"), "freq='Y' is not known"),
        (lambda: rates(cases(0), event="late"), "cases has no rows"),
        (lambda: means(cases().assign(days=np.nan), value="days"), "no case has a value"),
        (lambda: means(cases().assign(ordered_at=pd.NaT), value="days"), "500 cases have no 'ordered_at'"),
        (lambda: against_target(weeks(), target=5), "target=5 must be a share"),
        (lambda: against_target(weeks(), target=0.1, better="more"), "better='more' is not known"),
        (lambda: against_target(weeks(), target=0.1, level=95), "level=95 must lie between"),
        (lambda: against_target(weeks().assign(count=999), target=0.1), "row 0 has 999 events among 200"),
        (lambda: before_after(weeks(), change=1), "1 periods before and 39 after"),
        (lambda: before_after(weeks().assign(value=0.1), change=20), "does not vary"),
    ],
)
def test_refuses(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def weeks(before=0.1, after=0.1, seed=1, n=200):
    rng = np.random.default_rng(seed)
    share = np.r_[np.full(20, before), np.full(20, after)]
    table = pd.DataFrame({"period": range(40), "count": rng.binomial(n, share), "n": n})
    return table.assign(value=table["count"] / n)


def test_targets_by_hand():
    table = pd.DataFrame({"period": [1, 2, 3, 4], "count": [2, 20, 60, 0], "n": [400, 400, 400, 0]})
    found = against_target(table, target=0.05)
    assert found["verdict"].tolist() == ["met", "cannot tell", "missed", "cannot tell"]
    # Wilson 1927, solved: (p̂ + z²/2n ± z √(p̂(1-p̂)/n + z²/4n²)) / (1 + z²/n).
    z, n, p = stats.norm.ppf(0.975), 400, 0.05
    half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    assert found.loc[1, ["low", "high"]].tolist() == pytest.approx(
        [(p + z**2 / (2 * n) - half) / (1 + z**2 / n), (p + z**2 / (2 * n) + half) / (1 + z**2 / n)]
    )
    turned = against_target(table, target=0.05, better="higher")
    assert turned["verdict"].tolist() == ["missed", "cannot tell", "met", "cannot tell"]


def test_before_and_after_against_scipy():
    table = weeks(0.1, 0.06)
    found = before_after(table, change=20)
    expected = stats.ttest_ind(table["value"][20:], table["value"][:20], equal_var=False)
    interval = expected.confidence_interval()
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))
    assert found.p_value == pytest.approx(expected.pvalue)
    assert (found.n_before, found.n_after, found.words) == (20, 20, "after")


def test_coverage_and_false_alarms():
    inside = alarms = 0
    for seed in range(200):
        inside += (change := before_after(weeks(0.1, 0.07, seed), change=20)).low <= -0.03 <= change.high
        alarms += before_after(weeks(0.1, 0.1, seed + 1000), change=20).p_value < 0.05
    # 190 and 10 expected; beyond these bounds with a probability below 0.1 % each.
    assert inside >= 179
    assert alarms <= 21


def test_a_change_that_is_no_period():
    with pytest.raises(TypeError, match="change='2024' cannot be compared with periods such as"):
        before_after(weeks(), change="2024")


def test_events_may_be_missing_booleans():
    table = cases(20).assign(late=pd.Series([True, False] * 10, dtype="boolean"))
    assert rates(table, event="late")["count"].sum() == 10
    table.loc[3, "late"] = pd.NA
    with pytest.raises(ValueError, match="'late' is nan in row 3; it must be true or false"):
        rates(table, event="late")


@pytest.mark.parametrize(
    ("column", "value"), [("value", np.nan), ("value", np.inf), ("n", -1.0), ("n", np.inf)]
)
def test_before_and_after_need_numbers(column, value):
    table = weeks().astype({"n": float})
    table.loc[5, column] = value
    with pytest.raises(ValueError, match="row 5 has the value"):
        before_after(table, change=20)


def test_a_change_may_be_a_date():
    table = weeks().assign(period=pd.date_range("2024-01-01", periods=40, freq="W-MON"))
    day = table["period"][20]
    assert (
        before_after(table, change=day.date())
        == before_after(table, change=str(day))
        == before_after(table, change=day)
    )
    with pytest.raises(TypeError, match="change='soon' cannot be compared"):
        before_after(table, change="soon")


def test_means_of_infinite_values():
    with pytest.raises(ValueError, match="'days' is infinite in row 2"):
        means(cases(5).assign(days=[1, 2, np.inf, 4, 5]), value="days")
