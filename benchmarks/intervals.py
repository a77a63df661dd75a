"""How often 95 % intervals hold the truth, and how often methods find something where there is nothing.

Many shops with a known truth are simulated from one seed, fixed beforehand, and each method is run on each as
a user would run it. Fits that say that they are not identified are counted apart.
"""

import argparse
import os
import sys
import time
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from copy import copy

import _answers as answers
import _side_by_side as side_by_side
import numpy as np
import pandas as pd
from _checks import LEVEL, Alarm, Check, Held, held
from scipy import stats

import kehu
from kehu import clv, effects, lifecycle, rfm, segments, simulate

SEED = 20_161_231
DAYS, AHEAD = 728, 364
MARGIN, COST = 0.3, 2.0


# Repeat orders and spending ---------------------------------------------------------------------------------

MODELS = {
    "bgnbd": (clv.BetaGeoNBD, {"r": 0.6, "alpha": 40.0, "a": 0.8, "b": 2.5}),
    "mbgnbd": (clv.ModifiedBetaGeoNBD, {"r": 0.8, "alpha": 40.0, "a": 0.8, "b": 2.5}),
    "paretonbd": (clv.ParetoNBD, {"r": 0.8, "alpha": 40.0, "s": 0.7, "beta": 120.0}),
}
SPENDING = {"p": 6.25, "q": 3.74, "v": 15.44}
SIZES = [150, 600, 3000]  # customers of a shop


def near(usual: dict[str, float], rng: np.random.Generator) -> dict[str, float]:
    """Another truth in each shop: parameters up to a half larger or smaller."""
    return {name: value * 1.5 ** rng.uniform(-1, 1) for name, value in usual.items()}


def history(shop: simulate.Purchases) -> pd.DataFrame:
    return kehu.orders.customer_summary(shop.orders, as_of=shop.end, unit="D", same_day="keep")


def bought(process: str, rng: np.random.Generator) -> Iterator[Check]:
    model, usual = MODELS[process]
    truth = near(usual, rng)
    size = int(rng.choice(SIZES))
    shop = simulate.purchases(size, process=process, parameters=truth, days=DAYS, random_state=rng)
    summary = history(shop)
    fitted = model().fit(summary)
    name = model.__name__
    limits = fitted.confidence_intervals(LEVEL)
    for parameter, true in truth.items():
        low, high = limits.loc[parameter]
        what = f"{name}: {parameter}"
        yield held(what, low, true, high) if fitted.identified_ else Held(what, None)
    one = summary.iloc[[rng.integers(len(summary))]]
    knowing = copy(fitted)
    knowing._theta = np.log(list(truth.values()))
    low, high = fitted.expected_purchases(one, AHEAD, confidence_level=LEVEL).iloc[0][["low", "high"]]
    what = f"{name}: expected orders of one customer in a year"
    real = float(knowing.expected_purchases(one, AHEAD).iloc[0])
    yield held(what, low, real, high) if fitted.identified_ else Held(what, None)


def spent(rng: np.random.Generator) -> Iterator[Check]:
    truth = near(SPENDING, rng)
    size = int(rng.choice(SIZES))
    shop = simulate.purchases(size, parameters={**MODELS["bgnbd"][1], **truth}, days=DAYS, random_state=rng)
    fitted = clv.GammaGamma().fit(history(shop))
    limits = fitted.confidence_intervals(LEVEL)
    for parameter, true in zip(limits.index, truth.values(), strict=True):
        what = f"GammaGamma: {parameter}"
        low, high = limits.loc[parameter]
        yield held(what, low, true, high) if fitted.identified_ else Held(what, None)


def worth(rng: np.random.Generator) -> Iterator[Check]:
    """Value of the next year of one customer, who came back at least once, and the mean of their orders."""
    buying, spending = near(MODELS["mbgnbd"][1], rng), near(SPENDING, rng)
    shop = simulate.purchases(
        int(rng.choice(SIZES)), process="mbgnbd", parameters={**buying, **spending}, days=DAYS,
        random_state=rng,
    )  # fmt: skip
    summary = history(shop)
    model, spend = clv.ModifiedBetaGeoNBD().fit(summary), clv.GammaGamma().fit(summary)
    again = summary[summary["frequency"] > 0]
    one = again.iloc[[rng.integers(len(again))]]
    year = {"periods": 12, "period": "M", "unit": "D", "discount_rate_per_period": 0.01}
    found = clv.lifetime_value(model, spend, one, **year, confidence_level=LEVEL).iloc[0]
    average = spend.expected_average(one, confidence_level=LEVEL).iloc[0]
    identified = model.identified_ and spend.identified_
    model._theta, spend._theta = np.log(list(buying.values())), np.log(list(spending.values()))
    real = clv.lifetime_value(model, spend, one, **year).iloc[0]
    for what, table, name in (
        ("Lifetime value of one customer, 12 months", found, "lifetime_value"),
        ("Mean value of one customer's orders", average, "expected_average"),
    ):
        yield held(what, table["low"], real[name], table["high"]) if identified else Held(what, None)


def bought_alike(process: str, rng: np.random.Generator) -> Iterator[Check]:
    """Customers with one rate, whom nobody tells apart."""
    shop = simulate.purchases(2000, process="poisson", days=DAYS, random_state=rng)
    model = MODELS[process][0]
    yield Alarm(f"{model.__name__} tells identical customers apart", model().fit(history(shop)).identified_)


def spent_alike(rng: np.random.Generator) -> Iterator[Check]:
    x = rng.integers(1, 8, 2000)
    table = pd.DataFrame({"frequency": x, "monetary_value": rng.gamma(5.0 * x) / x})
    yield Alarm("GammaGamma tells identical customers apart", clv.GammaGamma().fit(table).identified_)


# How much of RFM is luck ------------------------------------------------------------------------------------

YEARS = ["2016-01-01", "2017-01-01", "2018-01-01"]
# Rates differ, and nobody is lost.
STAYING = {"r": 1.5, "alpha": 60.0, "a": 1e-4, "b": 1e4}


def two_years(n: int, rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    shop = simulate.purchases(n, parameters=STAYING, days=731, joining=0, random_state=rng)
    return typed(shop.orders)


def typed(orders: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    first, second = rfm.period_summaries(orders, YEARS)
    return first.join(rfm.RFM(scheme="mean_split").fit_transform(first)), second


def true_share(rng: np.random.Generator) -> float:
    """Share of the differences that is kept, from a shop so large that chance hardly matters."""
    first, second = two_years(400_000, rng)
    return rfm.regression_to_the_mean(first, second, n_resamples=100, random_state=rng).share_kept


def luck(truth: float, rng: np.random.Generator) -> Iterator[Check]:
    found = rfm.regression_to_the_mean(*two_years(2000, rng), confidence=LEVEL, random_state=rng)
    yield held("RFM types: share of the difference kept", found.share_low, truth, found.share_high)


def only_luck(rng: np.random.Generator) -> Iterator[Check]:
    shop = simulate.identical_customers(2000, random_state=rng)
    found = rfm.regression_to_the_mean(*typed(shop.orders), confidence=LEVEL, random_state=rng)
    yield held("RFM types of identical customers: share kept is 0", found.share_low, 0.0, found.share_high)
    yield Alarm("RFM types of identical customers differ in the next year", found.informative)


# Life cycle -------------------------------------------------------------------------------------------------


def survived(rng: np.random.Generator) -> Iterator[Check]:
    event, end = rng.weibull(0.8, 300) * 50, rng.uniform(20, 120, 300)
    for interval in lifecycle.survival.INTERVALS:
        curve = lifecycle.kaplan_meier(
            np.minimum(event, end), event <= end, interval=interval, confidence_level=LEVEL
        )
        row = curve.table[curve.table["time"] <= 60].iloc[-1]
        true = np.exp(-((60 / 50) ** 0.8))
        yield held(f"Kaplan–Meier, {interval}: share left after 60 days", row["low"], true, row["high"])


def gaps(rng: np.random.Generator) -> Iterator[Check]:
    shop = simulate.purchases(500, parameters=STAYING, days=DAYS, random_state=rng)
    found = lifecycle.rule(shop.orders, as_of=shop.end, confidence_level=LEVEL, n_boot=200, random_state=rng)
    days = np.arange(2000)
    closed = 1 - (STAYING["alpha"] / (STAYING["alpha"] + days)) ** STAYING["r"]
    for border in found.borders.itertuples():
        true = days[np.argmax(closed >= border.quantile)]
        yield held(f"Border {border.border!r} from gaps", border.low, true, border.high)


def retained(rng: np.random.Generator) -> Iterator[Check]:
    rate = rng.uniform(0.005, 0.05)
    shop = simulate.purchases(
        600, process="poisson", parameters={"rate": rate}, days=120, joining=31, random_state=rng
    )
    table = lifecycle.cohorts(shop.orders).table
    row = table[table["since"] == 2].iloc[0]
    true = 1 - np.exp(-rate * 31)  # March
    yield held("Retention of a cohort in its third month", row["retention_low"], true, row["retention_high"])


# Campaigns --------------------------------------------------------------------------------------------------


def matched(effect: float, rng: np.random.Generator) -> Iterator[Check]:
    """The placebo date looks at weeks by which the list was made, where it must fail (see there)."""
    shop = simulate.simulated_campaign(1500, effect=effect, assignment="best", random_state=rng)
    found = difference(shop, rng, placebo=False)
    told = found.verdict == "described"
    if effect:
        what = "Campaign to the best customers: matched difference"
        yield held(what, found.low, shop.gain, found.high) if told else Held(what, None)
        return
    alarm = told and not found.low <= 0 <= found.high
    yield Alarm("Campaign to the best customers, without effect: matched difference", alarm)


def matched_at_random(rng: np.random.Generator) -> Iterator[Check]:
    shop = simulate.simulated_campaign(1500, effect=0.0, random_state=rng)
    found = difference(shop, rng, placebo=True)
    yield Alarm(
        "Groups drawn at random: drift or placebo date says they differ", found.verdict != "described"
    )


def difference(
    shop: simulate.SimulatedCampaign, rng: np.random.Generator, *, placebo: bool
) -> effects.MatchedDifference:
    sent = shop.customers.loc[shop.customers["addressed"], "customer_id"]
    return effects.matched_difference(
        shop.orders, sent, start=shop.start, placebo=placebo, confidence_level=LEVEL, n_boot=200,
        random_state=rng,
    )  # fmt: skip


def drawn(effect: float, rng: np.random.Generator) -> Iterator[Check]:
    shop = simulate.simulated_campaign(1000, effect=effect, random_state=rng)
    people = effects.outcomes(shop.orders, shop.customers, start=shop.start, before=84, after=56)
    for before, name in ((None, "plain"), ("before", "adjusted")):
        found = effects.randomised(people, before=before, confidence_level=LEVEL)
        if not effect:
            yield Alarm(f"Randomised campaign without effect, {name}", found.p_value <= 0.05)
            continue
        yield held(f"Randomised campaign, {name}: effect", found.low, shop.gain, found.high)
        row = effects.return_on_investment(found, cost=COST, margins=[MARGIN]).iloc[0]
        true = (MARGIN * shop.gain - COST) / COST
        yield held(f"Randomised campaign, {name}: return", row["low"], true, row["high"])
    if not effect:
        yield Alarm("Randomised campaign: groups said to be unbalanced", found.imbalance_p < 0.001, 0.001)


# Segments ---------------------------------------------------------------------------------------------------


def set_apart(rng: np.random.Generator) -> Iterator[Check]:
    """Skewed features: gamma with shape 2 in two groups of 20 and 80 %, of unequal variance."""
    label = rng.random(1000) < 0.2
    values = rng.gamma(2.0, np.where(label, 3.0, 2.0))
    found = segments.profile(pd.DataFrame({"total": values}), label.astype(int), level=LEVEL).table
    row = found[found["segment"] == 1].iloc[0]
    true = (6 - 4) / np.sqrt(0.2 * 18 + 0.8 * 8)
    yield held("Segments: standardised difference", row["low"], true, row["high"])


# The run ----------------------------------------------------------------------------------------------------

METHODS: dict[str, tuple[Callable[..., Iterator[Check]], tuple, int]] = {
    **{f"bought {name}": (bought, (name,), 300) for name in MODELS},
    "spent": (spent, (), 300),
    "luck": (luck, ("truth",), 300),
    "survived": (survived, (), 300),
    "gaps": (gaps, (), 200),
    "retained": (retained, (), 300),
    "matched": (matched, (0.3,), 100),
    "drawn": (drawn, (0.3,), 300),
    "set apart": (set_apart, (), 300),
    **{f"bought alike {name}": (bought_alike, (name,), 200) for name in MODELS},
    "spent alike": (spent_alike, (), 300),
    "only luck": (only_luck, (), 300),
    "matched, no effect": (matched, (0.0,), 100),
    "matched at random": (matched_at_random, (), 100),
    "drawn, no effect": (drawn, (0.0,), 300),
    "worth": (worth, (), 300),
    **answers.METHODS,
}


def one(method: str, arguments: tuple, seed: np.random.SeedSequence) -> list[Check]:
    """All checks of one shop. What is warned of is counted by the fields of the results."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", kehu.warnings.KehuWarning)
        return list(METHODS[method][0](*arguments, np.random.default_rng(seed)))


def run(share: float, workers: int) -> dict[str, list[list[Check]]]:
    """Checks by method and shop."""
    first, *seeds = np.random.SeedSequence(SEED).spawn(1 + len(METHODS))
    truth = true_share(np.random.default_rng(first))
    results = {}
    with ProcessPoolExecutor(workers) as pool:
        for (method, (_, arguments, shops)), seed in zip(METHODS.items(), seeds, strict=True):
            start = time.perf_counter()
            filled = tuple(truth if argument == "truth" else argument for argument in arguments)
            n = max(1, round(share * shops))
            jobs = [pool.submit(one, method, filled, child) for child in seed.spawn(n)]
            results[method] = [job.result() for job in jobs]
            print(f"  {method}: {n} shops, {time.perf_counter() - start:.0f} s", file=sys.stderr, flush=True)
    return results


def rows(results: dict[str, list[list[Check]]], kind: type) -> dict[str, list[Check]]:
    found = defaultdict(list)
    for shops in results.values():
        for check in (check for shop in shops for check in shop if isinstance(check, kind)):
            found[check.what].append(check)
    return found


def p_value(k: int, m: int, share: float, alternative: str = "two-sided") -> float:
    return stats.binomtest(k, m, share, alternative=alternative).pvalue if m else float("nan")


def report(results: dict[str, list[list[Check]]]) -> str:
    lines = [
        "| interval | truths inside | share | p | not identified |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for what, checks in rows(results, Held).items():
        told = [check.inside for check in checks if check.inside is not None]
        k, m = sum(told), len(told)
        lines.append(
            f"| {what} | {k} of {m} | {k / max(m, 1):.1%} | {p_value(k, m, LEVEL):.2g} | {len(checks) - m} |"
        )
    k, m = together(results)
    lines += [
        "",
        f"All together: {k} of {m} truths inside ({k / m:.1%}), exact binomial test against 95 %: "
        f"p = {p_value(k, m, LEVEL):.2g}. Here every shop counts once, with one of its intervals in turn, so "
        "that the checks are independent of each other; in the table those of one shop hang together. The "
        "truth of a campaign is that of the customers at hand, while its limits also allow for chance in who "
        "they are, so that rather more than 95 % is right there.",
        "",
        "| in a shop with nothing to find | false alarms | share | stated | p, more than stated |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for what, checks in rows(results, Alarm).items():
        k, m, level = sum(check.found for check in checks), len(checks), checks[0].level
        more = p_value(k, m, level, "greater")
        lines.append(f"| {what} | {k} of {m} | {k / m:.1%} | {level:.1%} | {more:.2g} |")
    return "\n".join(lines)


def together(results: dict[str, list[list[Check]]]) -> tuple[int, int]:
    """Truths inside and checks, one a shop in turn."""
    k = m = 0
    for shops in results.values():
        for number, shop in enumerate(shops):
            told = [check.inside for check in shop if isinstance(check, Held)]
            inside = told[number % len(told)] if told else None
            if inside is not None:
                k, m = k + inside, m + 1
    return k, m


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument(
        "--share", type=float, default=1.0, help="share of the shops to simulate (default 1)"
    )
    arguments.add_argument("--write", action="store_true", help="store the table in benchmarks/README.md")
    chosen = arguments.parse_args()
    start = time.perf_counter()
    text = report(run(chosen.share, min(2, os.cpu_count() or 1)))
    text += (
        f"\n\nSeed {SEED}, fixed beforehand; {time.perf_counter() - start:.0f} s. "
        f"{side_by_side.machine('numpy', 'scipy', 'pandas')}."
    )
    print(text)
    if chosen.write:
        side_by_side.write_section("coverage", f"## Do intervals hold what they say\n\n{text}")


if __name__ == "__main__":
    main()
