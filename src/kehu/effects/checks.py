"""Can the comparison be trusted: drift before, placebo date, other choices."""

from typing import Any

import numpy as np
import pandas as pd

from kehu.effects.panel import Panel, panel
from kehu.effects.trial import Draws, Groups, Trial
from kehu.lifecycle._purchases import moment_of, read

_DRIFTS = (0.5, 1.0, 2.0)


def drift(trial: Trial, draws: Draws, tail: float) -> dict[str, Any]:
    """Slope of the differences in the periods held out; among customers alike it should be none."""
    match, held_out, _ = trial.window
    time = np.arange(held_out) - (held_out - 1) / 2

    def slope(curves: np.ndarray) -> Any:
        return curves[..., match : match + held_out] @ time / (time @ time)

    return _check("drift before", float(slope(trial.differences)), slope(draws.curves), tail)


def _check(name: str, estimate: float, draws: np.ndarray, tail: float) -> dict[str, Any]:
    low, high = np.quantile(draws, [tail, 1 - tail])
    passed = bool(low <= 0 <= high)
    return {
        "check": name,
        "estimate": estimate,
        "low": float(low),
        "high": float(high),
        "passed": passed,
        "reason": "",
    }


def placebo_date(
    orders: Any,
    start: Any,
    names: tuple[str, str, str],
    measure: str,
    window: tuple[int, int, int],
    days: int,
    bins: int,
    groups: Groups,
    n_boot: int,
    rng: np.random.Generator,
    tail: float,
) -> dict[str, Any]:
    """The same comparison ``after`` periods earlier, when there was no campaign."""
    match, held_out, after = window
    earlier = pd.Timestamp(start) - pd.Timedelta(days=after * days)
    first = earlier - pd.Timedelta(days=(match + held_out) * days)
    low = moment_of(read(orders, *names[:2]).low)
    if first < low:
        reason = f"orders begin {low:%Y-%m-%d}, and it would need some from {first:%Y-%m-%d}"
        nothing = dict.fromkeys(("estimate", "low", "high"), float("nan"))
        return {"check": "placebo date", **nothing, "passed": None, "reason": reason}
    trial = Trial.of(
        panel(orders, earlier, match + held_out, after, days, measure, names), groups, window, bins
    )
    draws = trial.resampled(n_boot, rng)
    return _check("placebo date", trial.effect, draws.effects(window), tail)


def events(trial: Trial, draws: Draws, tail: float) -> pd.DataFrame:
    """Differences by period against those of the periods held out."""
    match, held_out, after = trial.window
    held = slice(match, match + held_out)
    curves = draws.curves - draws.curves[:, held].mean(axis=1, keepdims=True)
    low, high = np.quantile(curves, [tail, 1 - tail], axis=0)
    return pd.DataFrame(
        {
            "period": np.arange(-match - held_out, after),
            "difference": trial.differences - trial.differences[held].mean(),
            "low": low,
            "high": high,
            "window": np.repeat(["matched", "held out", "after"], trial.window),
        }
    )


def sensitivity(
    found: Panel,
    groups: Groups,
    window: tuple[int, int, int],
    bins: int,
    n_boot: int,
    rng: np.random.Generator,
    trial: Trial,
    draws: Draws,
    tail: float,
) -> pd.DataFrame:
    """Estimates by other ways, and limits under drifts."""
    match, held_out, after = window
    low, high = np.quantile(draws.effects(window), [tail, 1 - tail])
    rows = [("as estimated", trial.effect, low, high)]
    for choice, number in (
        ("unmatched", 1),
        ("coarser matching", max(bins - 2, 2)),
        ("finer matching", bins + 3),
    ):
        other = Trial.of(found, groups, window, number)
        tried = other.resampled(n_boot, rng).effects(window)
        rows.append((choice, other.effect, *np.quantile(tried, [tail, 1 - tail])))
    level = draws.curves[:, -after:].sum(axis=1)
    rows.append(
        ("without difference before", trial.differences[-after:].sum(), *np.quantile(level, [tail, 1 - tail]))
    )
    held = trial.differences[match : match + held_out]
    departure = float(np.abs(held - held.mean()).max()) * after
    wider = {f"drift of {factor:g}": factor * departure for factor in _DRIFTS}
    rows += [(choice, trial.effect, low - more, high + more) for choice, more in wider.items()]
    return pd.DataFrame(rows, columns=["choice", "estimate", "low", "high"])
