"""What a driver regression reports, from the fit to the tables."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from kehu.satisfaction._limits import holm
from kehu.satisfaction._linear import LeastSquares, held_out, variance_inflation
from kehu.satisfaction._ordered import CutWise, OrderedLogit
from kehu.surveys.answers import Answers
from kehu.warnings import NotIdentifiedWarning, SparseCutsWarning, warn

_MOST_CATEGORIES = 20
_CASES_A_DRIVER = 10


def ols(answers: Answers, level: float, fold: np.ndarray) -> dict[str, Any]:
    """Least squares."""
    x, y = answers.numbers[:, :-1], answers.numbers[:, -1]
    fit = LeastSquares.of(x, y)
    errors = np.sqrt(np.diag(fit.covariance))
    half = stats.t.ppf((1 + level) / 2, fit.df) * errors
    statistic = _ratio(fit.beta, errors)
    p_value = 2 * stats.t.sf(np.abs(statistic), fit.df)
    scale = x.std(axis=0, ddof=1) / y.std(ddof=1)
    together = fit.wald()
    alone = [name for name, lone in zip(answers.names[:-1], fit.alone[1:], strict=True) if lone]
    if alone:
        warn(
            f"a single respondent decides the coefficient of {', '.join(map(str, alone))}, so that it has no "
            "error; leave the driver out, or join it with another",
            NotIdentifiedWarning,
        )
    return {
        "coefficients": _coefficients(
            answers.names[:-1], x, fit.beta[1:], errors[1:], half[1:], statistic[1:], p_value[1:], scale
        ),
        "intercepts": _intercepts(["intercept"], fit.beta[:1], errors[:1], half[:1]),
        "r_squared": fit.r_squared,
        "r_squared_adjusted": 1 - (1 - fit.r_squared) * (answers.n - 1) / fit.df,
        "r_squared_holdout": held_out(x, y, fold),
        "statistic": together[0],
        "p_value": together[1],
        "residuals": fit.diagnostics(answers.rows),
        "checks": fit.checks(),
        "identified": not alone,
        **_context(answers, level),
    }


def ordered(
    answers: Answers, level: float, fold: np.ndarray, words: list[Any] | None = None
) -> dict[str, Any]:
    """Ordered logit; ``words`` are the categories of an outcome that holds their ranks from 1."""
    x, drivers = answers.numbers[:, :-1], answers.names[:-1]
    categories, y = np.unique(answers.numbers[:, -1], return_inverse=True)
    if len(categories) > _MOST_CATEGORIES:
        raise ValueError(
            f"the outcome {answers.names[-1]!r} has {len(categories)} different answers; an ordered model "
            f"takes up to {_MOST_CATEGORIES}: cut it into classes, or use model='ols'"
        )
    # All is worked out in standardised drivers, where no digits are lost to their units.
    center, scale = x.mean(axis=0), x.std(axis=0)
    z = (x - center) / scale
    fit = OrderedLogit.of(z, y, len(categories))
    if not fit.identified:
        warn(
            f"the drivers tell categories of {answers.names[-1]} apart without error, so coefficients have "
            "no limit; join categories or take fewer drivers",
            NotIdentifiedWarning,
        )
    n_cuts, p = len(categories) - 1, len(drivers)
    width = stats.norm.ppf((1 + level) / 2)
    errors = np.sqrt(np.maximum(np.diag(fit.covariance), 0))[n_cuts:]
    back = np.hstack([np.eye(n_cuts), np.tile(center / scale, (n_cuts, 1))])
    cut_errors = np.sqrt(np.maximum(np.diag(back @ fit.covariance @ back.T), 0))
    statistic = _ratio(fit.beta, errors)
    shares = np.bincount(y) / answers.n
    null = float((answers.n * shares * np.log(shares)).sum())
    ratio = 2 * (fit.log_likelihood - null)
    names = categories if words is None else [words[int(rank) - 1] for rank in categories]
    cuts = [f"{low}|{high}" for low, high in pairwise(map(_short, names))]
    odds = _proportional_odds(z, y, drivers, cuts, scale)
    return {
        "coefficients": _coefficients(
            drivers,
            x,
            fit.beta / scale,
            errors / scale,
            width * errors / scale,
            statistic,
            2 * stats.norm.sf(np.abs(statistic)),
            x.std(axis=0, ddof=1),
        ),
        "intercepts": _intercepts(cuts, fit.cuts + center / scale @ fit.beta, cut_errors, width * cut_errors),
        "r_squared": 1 - fit.log_likelihood / null,
        "r_squared_adjusted": 1 - (fit.log_likelihood - p) / null,
        "r_squared_holdout": _ordered_held_out(z, y, len(categories), fold),
        "statistic": ratio,
        "p_value": float(stats.chi2.sf(ratio, p)),
        "residuals": _ordered_residuals(fit, answers, z, y, categories),
        "checks": _ordered_checks(fit, z, y, odds["proportional_odds"]),
        "marginal_effects": _marginal_effects(fit, z, scale, drivers, names, width),
        "identified": fit.identified,
        **odds,
        **_context(answers, level),
    }


def _short(category: Any) -> str:
    return category if isinstance(category, str) else f"{category:g}"


def _ratio(value: np.ndarray, error: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(error == 0, np.where(value == 0, 0.0, np.copysign(np.inf, value)), value / error)


def _coefficients(
    drivers: list[str],
    x: np.ndarray,
    beta: np.ndarray,
    errors: np.ndarray,
    half: np.ndarray,
    statistic: np.ndarray,
    p_value: np.ndarray,
    scale: np.ndarray,
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "driver": drivers,
            "coefficient": beta,
            "standard_error": errors,
            "low": beta - half,
            "high": beta + half,
            "statistic": statistic,
            "p_value": p_value,
            "p_adjusted": holm(p_value),
            "standardised": beta * scale,
            "standardised_low": (beta - half) * scale,
            "standardised_high": (beta + half) * scale,
            "vif": variance_inflation(x),
        }
    )


def _intercepts(terms: list[str], values: np.ndarray, errors: np.ndarray, half: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "term": terms,
            "coefficient": values,
            "standard_error": errors,
            "low": values - half,
            "high": values + half,
        }
    )


def _context(answers: Answers, level: float) -> dict[str, Any]:
    frame = answers.frame()
    return {
        "correlations": frame.corr(),
        "n": answers.n,
        "n_dropped": answers.n_dropped,
        "missing": answers.missing,
        "outcome": answers.names[-1],
        "confidence_level": level,
    }


def _marginal_effects(
    fit: OrderedLogit,
    z: np.ndarray,
    scale: np.ndarray,
    drivers: list[str],
    categories: Sequence[Any],
    width: float,
) -> pd.DataFrame:
    effects, errors = (values / scale[:, None] for values in fit.marginal_effects(z))
    return pd.DataFrame(
        {
            "driver": [driver for driver in drivers for _ in categories],
            "category": [category for _ in drivers for category in categories],
            "effect": effects.ravel(),
            "standard_error": errors.ravel(),
            "low": (effects - width * errors).ravel(),
            "high": (effects + width * errors).ravel(),
        }
    )


def _ordered_residuals(
    fit: OrderedLogit, answers: Answers, z: np.ndarray, y: np.ndarray, categories: np.ndarray
) -> pd.DataFrame:
    chances = fit.probabilities(z)
    everyone = np.arange(answers.n)
    upto = np.cumsum(chances, axis=1)[everyone, y]
    residual = (upto - chances[everyone, y]) - (1 - upto)
    # Share that a respondent has in the information, and the one-step change of the estimate without him.
    leverage = np.einsum("ij,jk,ik->i", fit.scores, fit.covariance, fit.scores)
    influence = leverage / fit.scores.shape[1]
    return pd.DataFrame(
        {
            "row": answers.rows,
            "observed": answers.numbers[:, -1],
            "fitted": chances @ categories,
            "residual": residual,
            "studentised": residual / residual.std(),
            "leverage": leverage,
            "influence": influence,
            "influential": influence > 4 / answers.n,
        }
    )


def _ordered_checks(fit: OrderedLogit, x: np.ndarray, y: np.ndarray, odds: pd.DataFrame) -> pd.DataFrame:
    """Proportional odds over all drivers, and whether the square of the index would add something."""
    index = x @ fit.beta
    bent = OrderedLogit.of(np.column_stack([x, (index - index.mean()) ** 2]), y, len(fit.cuts) + 1)
    ratio = 2 * max(bent.log_likelihood - fit.log_likelihood, 0.0)
    rows = [
        ("proportional odds (Brant)", odds["statistic"].iloc[0], odds["p_value"].iloc[0]),
        ("straight lines (squared index)", ratio, stats.chi2.sf(ratio, 1)),
    ]
    return pd.DataFrame(rows, columns=["check", "statistic", "p_value"])


def _ordered_held_out(x: np.ndarray, y: np.ndarray, n_categories: int, fold: np.ndarray) -> float:
    """McFadden's R² of answers not seen; NaN if a category is too rare to be in every part left."""
    value = null = 0.0
    for part in np.unique(fold):
        seen = fold != part
        counts = np.bincount(y[seen], minlength=n_categories)
        if not counts.all() or (x[seen].std(axis=0) == 0).any():
            return float("nan")
        fit = OrderedLogit.of(x[seen], y[seen], n_categories)
        chances = fit.probabilities(x[~seen])[np.arange((~seen).sum()), y[~seen]]
        value += np.log(np.maximum(chances, 1e-300)).sum()
        null += np.log(counts / seen.sum())[y[~seen]].sum()
    return float(1 - value / null)


def _proportional_odds(
    z: np.ndarray, y: np.ndarray, drivers: list[str], cuts: list[str], scale: np.ndarray
) -> dict[str, Any]:
    """Brant's test where every cut has cases enough, and what each cut alone gives."""
    p, n = len(drivers), len(y)
    below = np.cumsum(np.bincount(y))[:-1]
    rare = np.minimum(below, n - below) < _CASES_A_DRIVER * p
    sparse = [cut for cut, few in zip(cuts, rare, strict=True) if few]
    split = CutWise.of(z, y, len(cuts) + 1)
    testable = len(cuts) > 1 and not sparse and not np.isnan(split.beta).any()
    if sparse and len(cuts) > 1:
        warn(
            f"cuts {', '.join(sparse)} have fewer than {_CASES_A_DRIVER} cases a driver on one side, so "
            "proportional odds are not tested; join rare categories",
            SparseCutsWarning,
        )
    elif len(cuts) > 1 and not testable:
        warn(
            "the drivers tell apart without error who is above a cut, so proportional odds are not tested",
            NotIdentifiedWarning,
        )
    rows = []
    for name, chosen in [("all", list(range(p))), *((name, [j]) for j, name in enumerate(drivers))]:
        tested = split.test(chosen) if testable else (np.nan, (len(cuts) - 1) * len(chosen), np.nan)
        rows.append((name, *tested))
    cutwise = pd.DataFrame(
        {
            "driver": [driver for driver in drivers for _ in cuts],
            "cut": cuts * p,
            "coefficient": (split.beta / scale).T.ravel(),
            "standard_error": (split.errors / scale).T.ravel(),
            "cases_below": np.tile(below, p),
            "cases_above": np.tile(n - below, p),
        }
    )
    return {
        "proportional_odds": pd.DataFrame(rows, columns=["driver", "statistic", "df", "p_value"]),
        "cutwise": cutwise,
        "sparse_cuts": sparse,
    }
