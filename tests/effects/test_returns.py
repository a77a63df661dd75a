import numpy as np
import pytest

from kehu import effects, lifecycle, simulate
from kehu.effects import CausalEffects
from tests.effects.test_by_group import RULE, by_stage
from tests.effects.test_randomised import people


def test_return_under_assumed_margins():
    found = effects.randomised(people(effect=5.0), before="before")
    table = effects.return_on_investment(found, cost=1.5, margins=[0.1, 0.3, 1])
    assert table["roi"].to_numpy() == pytest.approx(np.array([0.1, 0.3, 1]) * found.estimate / 1.5 - 1)
    even = table.attrs["break_even"]
    assert effects.return_on_investment(found, cost=1.5, margins=[even])["roi"].iloc[0] == pytest.approx(0)
    assert table.attrs["break_even_limits"][0] < even < table.attrs["break_even_limits"][1]


def test_no_gain_never_pays():
    table = effects.return_on_investment(effects.randomised(people(effect=-9.0)), cost=1)
    assert table.attrs["break_even"] == np.inf and (table["roi"] < -1).all()


def test_each_group_has_its_return():
    found, _, _ = by_stage(0.4, 1)
    table = effects.return_on_investment(found, cost=2.0, margins=[0.2, 0.5])
    assert isinstance(found, CausalEffects) and len(table) == 2 * len(found.table)
    assert table["stage"].tolist() == list(np.repeat(found.table["stage"].astype(str), 2))
    for row in found.table.dropna().itertuples():
        mine = table[table["stage"] == row.stage].set_index("margin")
        for name, gain in (("roi", row.estimate), ("low", row.low), ("high", row.high)):
            assert mine.loc[0.5, name] == pytest.approx(0.5 * gain / 2 - 1)
    assert table.set_index("stage").loc["new", ["roi", "low", "high"]].isna().all(axis=None)


def test_returns_are_joined_to_the_measures_of_the_stages():
    found, _, _ = by_stage(0.4, 1)
    returns = effects.return_on_investment(found, cost=2.0, margins=[0.3]).set_index("stage")
    shop = simulate.simulated_campaign(1200, effect=0.4, weekly_rate=0.4, random_state=1)
    table = lifecycle.measures(
        shop.orders, start=shop.start, rule=RULE, contacts=shop.customers, more=returns[["roi"]]
    )
    assert table["roi"].reindex(returns.index).equals(returns["roi"])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda d: effects.return_on_investment(3.0, cost=1), TypeError, "drawn at random"),
        (lambda d: effects.return_on_investment(effects.randomised(d), cost=0), ValueError, "cost must be"),
        (
            lambda d: effects.return_on_investment(effects.randomised(d), cost=1, margins=[20]),
            ValueError,
            "margins must be shares",
        ),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call(people())
