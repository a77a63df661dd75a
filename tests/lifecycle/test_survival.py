import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.duration.survfunc import SurvfuncRight

from kehu import lifecycle
from kehu.warnings import FewEventsWarning

# Leukaemia, the group that went on with chemotherapy: R. G. Miller, Survival Analysis, Wiley 1981, p. 49; the
# data set aml of the R package survival.
WEEKS = [9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161]
RELAPSE = [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0]
SURVIVAL = [0.9091, 0.8182, 0.7159, 0.6136, 0.4909, 0.3682, 0.1841]

observations = st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=1, max_size=60)


def test_the_published_table_of_the_leukaemia_patients():
    table = lifecycle.kaplan_meier(WEEKS, RELAPSE).table
    told = table[table["events"] > 0]
    assert told["survival"].round(4).tolist() == SURVIVAL
    assert told["time"].tolist() == [9, 13, 18, 23, 31, 34, 48]
    # Standard errors as R's survfit prints them for these data.
    errors = [0.0867, 0.1163, 0.1397, 0.1526, 0.1642, 0.1627, 0.1535]
    assert told["standard_error"].round(4).tolist() == errors


def test_the_published_limits_of_the_leukaemia_patients():
    # survfit(..., conf.type = "log-log") and "plain" at the first two times.
    table = lifecycle.kaplan_meier(WEEKS, RELAPSE).table
    assert table[["low", "high"]].iloc[:2].round(3).to_numpy().tolist() == [[0.508, 0.987], [0.447, 0.951]]
    plain = lifecycle.kaplan_meier(WEEKS, RELAPSE, interval="greenwood").table
    assert plain[["low", "high"]].iloc[:2].round(3).to_numpy().tolist() == [[0.739, 1.0], [0.590, 1.0]]


@given(observations)
def test_equal_to_statsmodels(pairs):
    time, event = np.array([t for t, _ in pairs], float), np.array([e for _, e in pairs])
    if not event.any():
        return
    table = lifecycle.kaplan_meier(time, event).table
    with np.errstate(divide="ignore", invalid="ignore"):
        theirs = SurvfuncRight(time, event.astype(int))
        ours = table[table["events"] > 0]
        assert ours["time"].tolist() == theirs.surv_times.tolist()
        assert ours["survival"].to_numpy() == pytest.approx(theirs.surv_prob, abs=1e-12)
        some = theirs.surv_prob > 1e-9
        assert ours["standard_error"].to_numpy()[some] == pytest.approx(theirs.surv_prob_se[some], abs=1e-12)
    assert ours["at_risk"].tolist() == theirs.n_risk.tolist()
    limits = table[["low", "survival", "high"]].dropna().to_numpy()
    assert (np.diff(limits, axis=1) >= -1e-12).all()


@given(observations, st.integers(2, 4))
def test_a_weight_is_so_many_equal_observations(pairs, times):
    time, event = [t for t, _ in pairs], np.array([e for _, e in pairs])
    if not event.any():
        return
    weighted = lifecycle.kaplan_meier(time, event, weights=[times] * len(time)).table
    repeated = lifecycle.kaplan_meier(time * times, np.tile(event, times)).table
    for column in ("time", "at_risk", "events", "survival", "standard_error"):
        assert weighted[column].to_numpy() == pytest.approx(repeated[column].to_numpy())


def test_without_censoring_it_is_the_share_still_waiting():
    time = np.random.default_rng(1).integers(0, 50, 200)
    curve = lifecycle.kaplan_meier(time)
    for day in (0, 7, 20, 49):
        assert curve.survival_at(day) == pytest.approx(np.mean(time > day))
    assert curve.quantile(0.5) == np.sort(time)[99]
    assert curve.survival_at(-1) == 1


def test_beyond_what_was_seen_nothing_is_said():
    curve = lifecycle.kaplan_meier(WEEKS, RELAPSE)
    assert np.isnan(curve.quantile(0.9))
    assert np.isnan(curve.survival_at(162))
    assert curve.survival_at(161) == pytest.approx(0.1841, abs=1e-4)


def test_limits_hold_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(5)
    held = 0
    for _ in range(200):
        time, until = rng.exponential(10, 80), rng.uniform(0, 30, 80)
        curve = lifecycle.kaplan_meier(np.minimum(time, until), time <= until)
        row = curve.table[curve.table["time"] <= 8].iloc[-1]
        held += row["low"] <= np.exp(-0.8) <= row["high"]
    # Binomial(200, 0.95) lies between 181 and 197 in 99 of 100 cases.
    assert 181 <= held <= 198


def test_nobody_with_the_event_is_said():
    with pytest.warns(FewEventsWarning, match="none of 2 events was seen"):
        curve = lifecycle.kaplan_meier([3, 4], [False, False])
    assert curve.table["survival"].tolist() == [1, 1]


@pytest.mark.parametrize(
    ("durations", "more", "message"),
    [
        ([], {}, "durations is empty"),
        ([1, -2], {}, "durations must be finite and not negative, got -2.0 at 1"),
        ([1, None], {}, "got nan at 1"),
        (["a", "b"], {}, "durations must hold numbers, got 'a'"),
        ([1, 2], {"observed": [True]}, "equally long, got 2, 1 and 2"),
        ([1, 2], {"observed": ["yes", "no"]}, "observed must hold True and False"),
        ([1, 2], {"observed": [0, 2]}, "observed must hold True and False"),
        ([1, 2], {"weights": [1, -1]}, "weights must be finite and not negative"),
        ([1, 2], {"interval": "log"}, "did you mean 'log-log'"),
        ([1, 2], {"confidence_level": 95}, "confidence_level must lie between 0 and 1, got 95"),
    ],
)
def test_bad_input(durations, more, message):
    with pytest.raises(ValueError, match=message):
        lifecycle.kaplan_meier(durations, **more)
