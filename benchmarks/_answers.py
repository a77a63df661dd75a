"""Intervals of what people answered or judged, and of indicators counted over time; see `intervals.py`."""

from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
import pandas as pd
from _checks import LEVEL, Alarm, Check, Held, held

from kehu import indicators, satisfaction, simulate, surveys

DRIVERS = {"delivery": 6.0, "quality": 5.0, "after_sales": 3.0, "website": 0.0}
RESPONDENTS = [120, 300, 1000]
DRAWS = 300


def surveyed(rng: np.random.Generator, **options: object) -> simulate.ServiceSurvey:
    size = int(rng.choice(RESPONDENTS))
    return simulate.service_survey(size, drivers=DRIVERS, random_state=rng, **options)


def asked(rng: np.random.Generator) -> pd.DataFrame:
    return simulate.null_survey(int(rng.choice(RESPONDENTS)), drivers=list(DRIVERS), random_state=rng).answers


def any_of(names: list[str], rng: np.random.Generator) -> str:
    """One of them, so that the checks of a kind are independent of each other."""
    return names[rng.integers(len(names))]


# What goes with satisfaction --------------------------------------------------------------------------------


def driven(rng: np.random.Generator) -> Iterator[Check]:
    shop = surveyed(rng)
    truth = shop.truth.set_index("driver")
    found = satisfaction.driver_regression(
        shop.answers, outcome="satisfaction_score", drivers=list(DRIVERS), confidence_level=LEVEL
    )
    driver = any_of(list(DRIVERS), rng)
    row, real = found.coefficients.set_index("driver").loc[driver], truth.loc[driver]
    yield held("Drivers, OLS: coefficient", row["low"], real["coefficient"], row["high"])
    limits = row["standardised_low"], row["standardised_high"]
    yield held("Drivers, OLS: standardised coefficient", limits[0], real["standardised"], limits[1])


def ordered(rng: np.random.Generator) -> Iterator[Check]:
    shop = surveyed(rng, r_squared=0.3)
    truth = shop.truth.set_index("driver")
    found = satisfaction.driver_regression(
        shop.answers, outcome="satisfaction", drivers=list(DRIVERS), model="ordered", confidence_level=LEVEL
    )
    driver, what = any_of(list(DRIVERS), rng), "Drivers, ordered logit: coefficient"
    row, real = found.coefficients.set_index("driver").loc[driver], truth["ordered_coefficient"][driver]
    yield held(what, row["low"], real, row["high"]) if found.identified else Held(what, None)


def proportional(rng: np.random.Generator) -> Iterator[Check]:
    """Two drivers, so that the cuts have cases enough; where one has not, nothing is tested."""
    size = int(rng.choice([400, 1000]))
    shop = simulate.service_survey(
        size, drivers={"delivery": 6.0, "website": 0.0}, r_squared=0.2, random_state=rng
    )
    found = satisfaction.driver_regression(
        shop.answers, outcome="satisfaction", drivers=["delivery", "website"], model="ordered"
    )
    p_value = found.proportional_odds.set_index("driver").loc["all", "p_value"]
    if np.isfinite(p_value):
        yield Alarm("Proportional odds hold, and are said not to", bool(p_value <= 0.05))


def divided(rng: np.random.Generator) -> Iterator[Check]:
    shop = surveyed(rng)
    truth = shop.truth.set_index("driver")
    found = satisfaction.relative_importance(
        shop.answers, outcome="satisfaction_score", drivers=list(DRIVERS), n_boot=DRAWS,
        confidence_level=LEVEL, random_state=rng,
    )  # fmt: skip
    driver = any_of(list(DRIVERS), rng)
    row = found.importance.set_index("driver").loc[driver]
    yield held("Relative importance (LMG)", row["low"], truth["importance"][driver], row["high"])
    yield held("R² of all drivers", found.r_squared_low, shop.r_squared, found.r_squared_high)


def passed_on(rng: np.random.Generator) -> Iterator[Check]:
    shop = surveyed(rng)
    driver, *others = DRIVERS
    found = satisfaction.mediation(
        shop.answers, driver=driver, mediator="satisfaction_score", outcome="repurchase", controls=others,
        n_boot=DRAWS, confidence_level=LEVEL, random_state=rng,
    ).effects.set_index("effect")  # fmt: skip
    indirect = shop.truth.set_index("driver")["indirect"][driver]
    for effect, real in (("indirect", indirect), ("direct", 0.0), ("total", indirect)):
        low, high = found.loc[effect, ["low", "high"]]
        yield held(f"Mediation: {effect} effect", low, real, high)


def linked(rng: np.random.Generator) -> Iterator[Check]:
    shop = simulate.latent_survey(int(rng.choice(RESPONDENTS)), scale=None, random_state=rng)
    truth = shop.paths.set_index(["source", "target"])["coefficient"]
    found = satisfaction.path_model(
        shop.answers, blocks=shop.blocks, paths=list(truth.index), consistent=True, n_boot=DRAWS,
        confidence_level=LEVEL, random_state=rng,
    )  # fmt: skip
    row = found.paths.iloc[rng.integers(len(found.paths))]
    real = truth[row["source"], row["target"]]
    yield held("Path model, consistent PLS: path", row["low"], real, row["high"])


def nothing_drives(rng: np.random.Generator) -> Iterator[Check]:
    data, drivers = asked(rng), list(DRIVERS)
    linear = satisfaction.driver_regression(data, outcome="satisfaction_score", drivers=drivers)
    yield Alarm("No drivers: OLS, all together", bool(linear.p_value <= 0.05))
    yield Alarm("No drivers: OLS, any of them", bool((linear.coefficients["p_adjusted"] <= 0.05).any()))
    logit = satisfaction.driver_regression(data, outcome="satisfaction", drivers=drivers, model="ordered")
    yield Alarm("No drivers: ordered logit, all together", bool(logit.p_value <= 0.05))
    yield Alarm(
        "No drivers: ordered logit, any of them", bool((logit.coefficients["p_adjusted"] <= 0.05).any())
    )
    shares = satisfaction.relative_importance(
        data, outcome="satisfaction_score", drivers=drivers, n_boot=2, random_state=rng
    )
    yield Alarm("No drivers: relative importance", bool(shares.p_value <= 0.05))
    by_way = satisfaction.mediation(
        data, driver=drivers[0], mediator="satisfaction_score", outcome="repurchase", controls=drivers[1:],
        n_boot=DRAWS, random_state=rng,
    ).effects.set_index("effect")  # fmt: skip
    yield Alarm("No drivers: mediation, indirect effect", bool(by_way.loc["indirect", "p_value"] <= 0.05))


# Scores and scales ------------------------------------------------------------------------------------------


def scored(rng: np.random.Generator) -> Iterator[Check]:
    share = rng.dirichlet([1, 1, 1, 1, 1, 2, 3, 6, 9, 8, 6])
    data = pd.DataFrame({"recommend": rng.choice(11, int(rng.choice([40, *RESPONDENTS])), p=share)})
    found = satisfaction.net_promoter_score(data, confidence_level=LEVEL)
    yield held("Net promoter score", found.low, 100 * (share[9:].sum() - share[:7].sum()), found.high)


def expected(rng: np.random.Generator) -> Iterator[Check]:
    marks, wished, met = np.arange(1, 6), rng.dirichlet([1, 1, 2, 5, 6]), rng.dirichlet([1, 2, 4, 4, 2])
    size = int(rng.choice(RESPONDENTS))
    data = pd.DataFrame({"wished": rng.choice(marks, size, p=wished), "met": rng.choice(marks, size, p=met)})
    gaps = satisfaction.expectation_gaps(data, pairs={"speed": ("wished", "met")}, confidence_level=LEVEL)
    row = gaps.table.iloc[0]
    yield held("Gap of perception to expectation", row["low"], marks @ met - marks @ wished, row["high"])


def reliable(rng: np.random.Generator) -> Iterator[Check]:
    items, common = 5, rng.uniform(0.2, 0.7)
    size = int(rng.choice(RESPONDENTS))
    noise = rng.standard_normal((size, items))
    data = pd.DataFrame(
        np.sqrt(common) * rng.standard_normal((size, 1)) + np.sqrt(1 - common) * noise,
        columns=[f"q{i}" for i in range(items)],
    )
    found = surveys.reliability(data, confidence_level=LEVEL, n_boot=DRAWS, random_state=rng)
    real = items * common / (1 + (items - 1) * common)
    yield held("Cronbach's α", found.alpha_low, real, found.alpha_high)
    yield held("McDonald's ω", found.omega_low, real, found.omega_high)


# Judges and indicators --------------------------------------------------------------------------------------

WEIGHTS = {"delivery": 0.4, "quality": 0.3, "care": 0.2, "website": 0.1}


@cache
def agreed() -> pd.Series:
    """Mean weights of people who judge so, from so many that chance hardly matters."""
    panel = simulate.expert_panel(WEIGHTS, 4_000, noise=0.4, random_state=1)
    return panel.group.weights().mean()


def judged(rng: np.random.Generator) -> Iterator[Check]:
    panel = simulate.expert_panel(WEIGHTS, int(rng.choice([8, 15, 40])), noise=0.4, random_state=rng)
    criterion = any_of(list(WEIGHTS), rng)
    row = panel.group.aggregate_priorities().loc[criterion]
    yield held("AHP: mean weight of a group of judges", row["low"], agreed()[criterion], row["high"])


def complained(rng: np.random.Generator) -> Iterator[Check]:
    """Rates that rise after a change or not; those that do scatter a little more than chance besides."""
    rise = float(rng.choice([0.0, 0.01]))
    n = rng.integers(300, 900, 60)
    wobble = rng.normal(0, 0.006, 60) if rise else 0.0
    rate = np.clip(0.03 + rise * (np.arange(60) >= 40) + wobble, 0.001, 1)
    days = pd.date_range("2024-01-01", periods=60, freq="W-MON")
    table = pd.DataFrame({"period": days, "count": rng.binomial(n, rate), "n": n})
    table["value"] = table["count"] / table["n"]
    found = indicators.before_after(table, change=days[40])
    yield held("Rate after less before a change", found.low, rise, found.high)
    if not rise:
        yield Alarm("No change: before and after", not found.low <= 0 <= found.high)
        chart = indicators.control_chart(table)
        beyond = bool((chart.table["signal"] == "beyond").any())
        yield Alarm("No change: a point beyond the control limits", beyond, chart.false_alarm)


METHODS: dict[str, tuple[Callable[..., Iterator[Check]], tuple, int]] = {
    "driven": (driven, (), 300),
    "ordered": (ordered, (), 300),
    "divided": (divided, (), 300),
    "passed on": (passed_on, (), 300),
    "linked": (linked, (), 200),
    "scored": (scored, (), 300),
    "expected": (expected, (), 300),
    "reliable": (reliable, (), 200),
    "judged": (judged, (), 300),
    "complained": (complained, (), 300),
    "proportional": (proportional, (), 300),
    "nothing drives": (nothing_drives, (), 300),
}
