"""Experts with known weights in mind, dice, and the project's own judgements."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kehu import ahp
from kehu._files import data_folder
from kehu.simulate import (
    expert_panel,
    random_judgements,
)
from kehu.simulate.shops import INDICATORS
from kehu.warnings import InconsistentJudgementsWarning

WEIGHTS = {"satisfaction": 0.4, "process": 0.2, "outcome": 0.3, "capability": 0.1}


def test_experts_without_noise_say_their_weights():
    exact = {"a": 4.0, "b": 2.0, "c": 1.0}
    panel = expert_panel(exact, 3, noise=0.0, dissent={"a": 1, "c": 4, "b": 2}, dissenters=1, random_state=1)
    assert panel.group.weights().to_numpy() == pytest.approx(panel.truth[panel.camps].to_numpy().T)
    assert panel.group.consistency()["cr"].max() == pytest.approx(0, abs=1e-9)
    assert panel.camps.tolist() == ["majority", "majority", "dissent"]


@settings(max_examples=30)
@given(st.lists(st.floats(0.05, 1), min_size=2, max_size=7), st.floats(0, 1), st.integers(0, 99))
def test_judgements_are_on_the_scale(weights, noise, seed):
    panel = expert_panel(dict(enumerate(weights)), 2, noise=noise, random_state=seed)
    for expert in panel.camps.index:
        table = panel.group.matrix(expert).table.to_numpy()
        larger = np.maximum(table, 1 / table)
        assert larger == pytest.approx(np.rint(larger)) and larger.max() <= 9 + 1e-9


def test_limits_of_the_mean_hold_the_weights_the_experts_have_in_mind():
    held = []
    for seed in range(60):
        panel = expert_panel(WEIGHTS, 15, noise=0.3, random_state=seed)
        found = panel.group.aggregate_priorities()
        held.extend((found["low"] <= panel.truth["majority"]) & (panel.truth["majority"] <= found["high"]))
    # Four weights of a panel go together: 60 panels. The scale rounds, so a little less than 95 %.
    assert np.mean(held) > 0.85


def test_random_judgements_are_as_inconsistent_as_the_random_index_says():
    for n in (3, 4, 6):
        group = random_judgements(3000, n, random_state=1)
        found = group.consistency("alonso_lamata")["cr"]
        assert found.mean() == pytest.approx(1, abs=4 * found.std() / np.sqrt(3000))
        assert group.aggregate_priorities()["weight"].to_numpy() == pytest.approx(np.full(n, 1 / n), abs=0.02)


def test_the_project_s_judgements_are_whole_and_in_both_languages():
    names = pd.read_csv(data_folder() / "service_indicators.csv")
    service = ahp.Hierarchy.from_yaml(data_folder() / "service_level.yaml")
    assert list(service.leaves().index) == list(INDICATORS)
    assert service.consistency()["consistent"].all()
    table = service.weights().set_index("criterion")
    for row in names.iloc[1:].itertuples():
        assert table.loc[row.criterion, "parent"] == row.parent
        if table.loc[row.criterion, "is_leaf"]:
            assert (row.better == "lower") == (INDICATORS[row.criterion][2] < 0)
    assert names["chinese"].is_unique and names["chinese"].str.contains(r"[一-鿿]").all()
    value = ahp.Hierarchy.from_yaml(data_folder() / "customer_value_weights.yaml")
    assert list(value.leaves().index) == ["recency", "frequency", "monetary"]


def test_scenarios_fit_their_systems_and_only_the_slip_is_inconsistent():
    scenarios = pd.read_csv(data_folder() / "judgement_scenarios.csv")
    assert not scenarios.isna().any(axis=None)
    systems = {
        name: ahp.Hierarchy.from_yaml(data_folder() / f"{name}.yaml") for name in scenarios["system"].unique()
    }
    for row in scenarios.itertuples():
        changed = systems[row.system].with_judgements(row.division, row.judgements)
        assert changed.consistency().loc[row.division, "consistent"] == (row.scenario != "a slip")
        if row.scenario == "balanced":
            assert changed.leaves().equals(systems[row.system].leaves())
        if row.scenario == "a slip":
            with pytest.warns(
                InconsistentJudgementsWarning, match="'after-sales service'|'website interface'"
            ):
                changed.leaves()


def test_dice_take_any_names():
    assert random_judgements(2, ["a / b", "c"], random_state=1).labels == ("a / b", "c")
    assert random_judgements(2, np.int64(3), random_state=1).labels == ("C1", "C2", "C3")
    with pytest.raises(ValueError, match="names of their own"):
        random_judgements(2, ["a", "a"])
    for criteria in (3.5, "abc", True):
        with pytest.raises(TypeError, match="criteria must be a whole number"):
            random_judgements(2, criteria)
