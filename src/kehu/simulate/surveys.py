"""Service surveys with known drivers of satisfaction, and the null survey, in which nothing drives it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit, ndtr

from kehu.frames import closest
from kehu.simulate.baskets import check_count

# D3's levers: three that customers are said to be content with, two that they are said not to be.
DRIVERS = {
    "product_quality": 6.0,
    "delivery_speed": 5.0,
    "after_sales": 3.0,
    "website": 1.5,
    "personalisation": 2.0,
    "care": 0.0,
}
_RATED = {"personalisation": 0.4, "care": 0.4}
_WELL = 0.7
# Where the lowest and highest border between categories of the outcome lie, in standard deviations.
_BORDERS = (-1.8, 1.0)
_NOISE_ALONE = 15.0
_NODES = 80

PATHS = {
    ("quality", "value"): 0.5,
    ("quality", "satisfaction"): 0.45,
    ("value", "satisfaction"): 0.3,
    ("satisfaction", "loyalty"): 0.6,
}
LOADINGS = {
    "quality": (0.85, 0.8, 0.75, 0.7),
    "value": (0.85, 0.8),
    "satisfaction": (0.9, 0.8, 0.75),
    "loyalty": (0.85, 0.75),
}


@dataclass(frozen=True)
class ServiceSurvey:
    """A simulated survey and what is true of it.

    Attributes
    ----------
    answers : pandas.DataFrame
        ``respondent``; one column a driver (whole numbers on the scale); ``satisfaction_score`` (linear in
        the drivers, 50 on average, not cut off); ``satisfaction`` (on the scale, an ordered logit of the
        drivers); ``recommend`` (0 to 10) and ``repurchase`` (a score), which depend on the drivers by way of
        ``satisfaction_score`` only.
    truth : pandas.DataFrame
        One row a driver: ``driver``, ``mean``, ``sd`` (of the answers), ``coefficient`` (points of
        ``satisfaction_score`` a step of the scale), ``standardised``, ``ordered_coefficient`` (log-odds of
        ``satisfaction``), ``importance`` (LMG part of R²), ``indirect`` (points of ``repurchase``).
    r_squared : float
        True share of the variance of ``satisfaction_score`` that the drivers explain.
    careless : numpy.ndarray of int
        Rows of respondents who ticked the same answer everywhere.
    parameters : dict
        What it was drawn with.
    """

    answers: pd.DataFrame
    truth: pd.DataFrame
    r_squared: float
    careless: np.ndarray
    parameters: dict[str, Any]


@dataclass(frozen=True)
class LatentSurvey:
    """A simulated survey of constructs that are measured by several items.

    Attributes
    ----------
    answers : pandas.DataFrame
        One column an item, such as ``quality_1``.
    blocks : dict of str to list of str
        Items of each construct.
    paths : pandas.DataFrame
        ``source``, ``target``, ``coefficient`` between the constructs, standardised.
    loadings : pandas.DataFrame
        ``construct``, ``item``, ``loading`` of the items before they are rounded to the scale.
    constructs : pandas.DataFrame
        True value of each construct for each respondent.
    parameters : dict
        What it was drawn with.
    """

    answers: pd.DataFrame
    blocks: dict[str, list[str]]
    paths: pd.DataFrame
    loadings: pd.DataFrame
    constructs: pd.DataFrame
    parameters: dict[str, Any]


def service_survey(
    n_respondents: int = 400,
    *,
    drivers: Mapping[str, float] | None = None,
    ratings: Mapping[str, float] | None = None,
    scale: tuple[int, int] = (1, 5),
    correlation: float = 0.4,
    r_squared: float = 0.5,
    missing: float = 0.0,
    careless: float = 0.0,
    random_state: int | np.random.Generator | None = None,
) -> ServiceSurvey:
    r"""Draw a service survey of which it is known what drives satisfaction.

    Ratings of the drivers are normal with one common factor, rounded to the scale, so that they go together
    as real ratings do. Then

    - ``satisfaction_score`` :math:`= 50 + \sum\beta_j (x_j - \mu_j) + \epsilon`, normal;
    - ``satisfaction``: :math:`P(Y \le k) = 1/(1 + e^{-(\theta_k - \sum\gamma_j x_j)})` with the same drivers
      in the same proportions, as strong against its noise;
    - ``repurchase`` :math:`= 10 + 0.6` ``satisfaction_score`` + noise, and ``recommend`` follows
      ``satisfaction_score`` likewise, rounded to 0 to 10.

    Parameters
    ----------
    n_respondents : int
        Respondents.
    drivers : mapping of str to float, optional
        Driver → points of ``satisfaction_score`` a step of the scale; 0 plants nothing.
    ratings : mapping of str to float, optional
        Driver → how well it is rated, from 0 (low end of the scale) to 1; 0.7 for those not named. By
        default personalisation and care are rated below the middle (0.4), as D3 (3.2.3) has it.
    scale : pair of int
        Ends of the scale, such as (1, 5) or (1, 10).
    correlation : float
        Of any two drivers before rounding, from 0 to below 1.
    r_squared : float
        Share of the variance of ``satisfaction_score`` that the drivers explain, if any does anything.
    missing : float
        Share of answers to drivers that are missing, at random.
    careless : float
        Share of respondents who tick the same answer for all drivers and the outcome.
    random_state : int, numpy.random.Generator or None
        Seed.

    Returns
    -------
    ServiceSurvey

    Raises
    ------
    TypeError, ValueError
        If a number is too small or outside its range, or a rating names no driver.

    Notes
    -----
    Means, covariances and the importance of the drivers in ``truth`` are those of the population: given the
    common factor ratings are independent, so that their moments are one integral (Gauss and Hermite).

    Examples
    --------
    >>> shop = service_survey(3, drivers={"speed": 8.0, "care": 0.0}, random_state=1)
    >>> shop.truth[["driver", "coefficient"]]
      driver  coefficient
    0  speed          8.0
    1   care          0.0
    >>> list(shop.answers)
    ['respondent', 'speed', 'care', 'satisfaction_score', 'satisfaction', 'recommend', 'repurchase']
    """
    chosen = DRIVERS if drivers is None else drivers
    rated = _RATED if drivers is None and ratings is None else (ratings or {})
    _check(n_respondents, chosen, rated, scale, correlation, r_squared, missing, careless)
    rng = np.random.default_rng(random_state)
    names, beta = list(chosen), np.array(list(chosen.values()), float)
    low, high = (int(end) for end in scale)
    middle = low + (high - low) * np.array([rated.get(name, _WELL) for name in names])
    spread = (high - low) / 4
    common = rng.standard_normal((n_respondents, 1))
    own = rng.standard_normal((n_respondents, len(names)))
    x = middle + spread * (np.sqrt(correlation) * common + np.sqrt(1 - correlation) * own)
    x = np.clip(np.rint(x), low, high)
    mean, covariance = _moments(middle, spread, correlation, low, high)
    signal = float(beta @ covariance @ beta)
    noise = np.sqrt(signal * (1 - r_squared) / r_squared) if signal else _NOISE_ALONE
    score = 50 + (x - mean) @ beta + noise * rng.standard_normal(n_respondents)
    gamma = beta * np.pi / np.sqrt(3) / noise
    categories = _ordered(x @ gamma, mean @ gamma, gamma @ covariance @ gamma, low, high, rng)
    width = len(str(n_respondents))
    answers = pd.DataFrame(
        {
            "respondent": [f"R{place:0{width}d}" for place in range(1, n_respondents + 1)],
            **{name: x[:, place] for place, name in enumerate(names)},
            "satisfaction_score": score,
            "satisfaction": categories,
            "recommend": np.clip(np.rint(7 + (score - 50) / 8 + rng.standard_normal(n_respondents)), 0, 10),
            "repurchase": 10 + 0.6 * score + 10 * rng.standard_normal(n_respondents),
        }
    )
    same = np.sort(rng.permutation(n_respondents)[: round(careless * n_respondents)])
    ticked = rng.integers(low, high + 1, len(same)).astype(float)
    for name in [*names, "satisfaction"]:
        answers.loc[same, name] = ticked
    gaps = rng.random(x.shape) < missing
    answers[names] = answers[names].mask(gaps)
    truth = _truth(names, beta, gamma, mean, covariance, signal + noise**2)
    return ServiceSurvey(
        answers=answers,
        truth=truth,
        r_squared=signal / (signal + noise**2),
        careless=same,
        parameters={
            "scale": (low, high),
            "correlation": correlation,
            "noise": float(noise),
            "missing": missing,
            "careless": careless,
        },
    )


def null_survey(
    n_respondents: int = 400,
    *,
    drivers: Sequence[str] = tuple(DRIVERS),
    scale: tuple[int, int] = (1, 5),
    correlation: float = 0.4,
    random_state: int | np.random.Generator | None = None,
) -> ServiceSurvey:
    """Draw a survey in which satisfaction has nothing to do with the ratings: a method must find no driver.

    Parameters
    ----------
    n_respondents : int
        Respondents.
    drivers : sequence of str
        Names of the drivers that are none.
    scale : pair of int
        Ends of the scale.
    correlation : float
        Of any two ratings before rounding.
    random_state : int, numpy.random.Generator or None
        Seed.

    Returns
    -------
    ServiceSurvey
        As `service_survey`, with all coefficients 0.

    Raises
    ------
    TypeError, ValueError
        As `service_survey`.

    Examples
    --------
    >>> shop = null_survey(100, random_state=1)
    >>> shop.r_squared, shop.truth["coefficient"].unique().tolist()
    (0.0, [0.0])
    """
    if isinstance(drivers, str):
        raise TypeError(f"drivers must be a list of names, got {drivers!r}; write [{drivers!r}]")
    return service_survey(
        n_respondents,
        drivers=dict.fromkeys(drivers, 0.0),
        scale=scale,
        correlation=correlation,
        random_state=random_state,
    )


def latent_survey(
    n_respondents: int = 400,
    *,
    paths: Mapping[tuple[str, str], float] | None = None,
    loadings: Mapping[str, Sequence[float]] | None = None,
    scale: tuple[int, int] | None = (1, 10),
    random_state: int | np.random.Generator | None = None,
) -> LatentSurvey:
    """Draw a survey of constructs that lead to one another, each measured by several items.

    Parameters
    ----------
    n_respondents : int
        Respondents.
    paths : mapping of pair of str to float, optional
        ``(source, target)`` → standardised coefficient. Quality, value, satisfaction and loyalty by default.
        ``{}`` links nothing: the null survey of path models.
    loadings : mapping of str to sequence of float, optional
        Construct → loading of each of its items, above 0 and up to 1; sources before their targets.
    scale : pair of int or None
        Items are rounded to this scale, which weakens what they have in common a little; None leaves them
        as they are, with mean 0 and variance 1.
    random_state : int, numpy.random.Generator or None
        Seed.

    Returns
    -------
    LatentSurvey

    Raises
    ------
    TypeError, ValueError
        If a path names no construct or leads backwards, a loading is outside its range, or the paths would
        explain more than everything.

    Examples
    --------
    >>> shop = latent_survey(5, random_state=1)
    >>> shop.blocks["value"], shop.answers.shape
    (['value_1', 'value_2'], (5, 11))
    """
    check_count(n_respondents, "n_respondents", 2)
    loads = LOADINGS if loadings is None else loadings
    links = PATHS if paths is None else paths
    names = list(loads)
    matrix = _paths(links, names)
    rng = np.random.default_rng(random_state)
    between = np.eye(len(names))
    eta = np.empty((n_respondents, len(names)))
    for target in range(len(names)):
        beta = matrix[:target, target]
        explained = float(beta @ between[:target, :target] @ beta)
        if explained >= 1:
            raise ValueError(
                f"the paths to {names[target]!r} explain {explained:.2f} of it; take smaller ones"
            )
        between[:target, target] = between[target, :target] = between[:target, :target] @ beta
        eta[:, target] = eta[:, :target] @ beta + np.sqrt(1 - explained) * rng.standard_normal(n_respondents)
    blocks, values, rows = {}, {}, []
    for place, name in enumerate(names):
        blocks[name] = [f"{name}_{number}" for number in range(1, len(loads[name]) + 1)]
        for item, loading in zip(blocks[name], loads[name], strict=True):
            if not 0 < loading <= 1:
                raise ValueError(f"loadings of {name!r} must be above 0 and up to 1, got {loading!r}")
            z = loading * eta[:, place] + np.sqrt(1 - loading**2) * rng.standard_normal(n_respondents)
            values[item] = z if scale is None else _on_scale(z, *_scale(scale))
            rows.append((name, item, float(loading)))
    return LatentSurvey(
        answers=pd.DataFrame(values),
        blocks=blocks,
        paths=pd.DataFrame(
            [(source, target, float(value)) for (source, target), value in links.items()],
            columns=["source", "target", "coefficient"],
        ),
        loadings=pd.DataFrame(rows, columns=["construct", "item", "loading"]),
        constructs=pd.DataFrame(eta, columns=names),
        parameters={"scale": scale},
    )


def _on_scale(z: np.ndarray, low: int, high: int) -> np.ndarray:
    return np.clip(np.rint((low + high) / 2 + (high - low) / 5 * z), low, high)


def _paths(links: Mapping[tuple[str, str], float], names: list[str]) -> np.ndarray:
    matrix = np.zeros((len(names), len(names)))
    for (source, target), value in links.items():
        for end in (source, target):
            if end not in names:
                raise ValueError(f"path to or from {end!r}, which has no loadings; {closest(end, names)}")
        if names.index(source) >= names.index(target):
            raise ValueError(f"{source!r} must stand before {target!r} in loadings, as it leads to it")
        matrix[names.index(source), names.index(target)] = value
    return matrix


def _moments(
    middle: np.ndarray, spread: float, correlation: float, low: int, high: int
) -> tuple[np.ndarray, np.ndarray]:
    """Means and covariances of the rounded ratings."""
    nodes, weight = np.polynomial.hermite_e.hermegauss(_NODES)
    weight = weight / weight.sum()
    steps = np.arange(low, high + 1)
    borders = np.concatenate([[-np.inf], steps[:-1] + 0.5, [np.inf]])
    given = middle[:, None] + spread * np.sqrt(correlation) * nodes
    z = (borders[:, None, None] - given) / (spread * np.sqrt(1 - correlation))
    chance = np.diff(ndtr(z), axis=0)
    first, second = (np.tensordot(steps**power, chance, 1) for power in (1, 2))
    mean = first @ weight
    covariance = (first * weight) @ first.T - np.outer(mean, mean)
    np.fill_diagonal(covariance, second @ weight - mean**2)
    return mean, covariance


def _ordered(
    index: np.ndarray, mean: float, signal: float, low: int, high: int, rng: np.random.Generator
) -> np.ndarray:
    """Categories of the scale by an ordered logit of an index."""
    total = np.sqrt(signal + np.pi**2 / 3)
    cuts = mean + total * np.linspace(*_BORDERS, high - low)
    upto = expit(cuts - index[:, None])
    return low + (rng.random((len(index), 1)) > upto).sum(axis=1).astype(float)


def _truth(
    names: list[str],
    beta: np.ndarray,
    gamma: np.ndarray,
    mean: np.ndarray,
    covariance: np.ndarray,
    variance: float,
) -> pd.DataFrame:
    from kehu.satisfaction.importance import correlations_of, lmg_shares

    with_score = covariance @ beta
    whole = np.block([[covariance, with_score[:, None]], [with_score[None, :], np.array([[variance]])]])
    sd = np.sqrt(np.diag(covariance))
    return pd.DataFrame(
        {
            "driver": names,
            "mean": mean,
            "sd": sd,
            "coefficient": beta,
            "standardised": beta * sd / np.sqrt(variance),
            "ordered_coefficient": gamma,
            "importance": lmg_shares(correlations_of(whole)),
            "indirect": 0.6 * beta,
        }
    )


def _scale(scale: Any) -> tuple[int, int]:
    try:
        low, high = scale
    except (TypeError, ValueError):
        raise TypeError(f"scale must be a pair of whole numbers such as (1, 5), got {scale!r}") from None
    if low != int(low) or high != int(high) or high - low < 1:
        raise ValueError(f"scale must be two rising whole numbers, got {scale!r}")
    return int(low), int(high)


def _check(
    n_respondents: int,
    drivers: Mapping[str, float],
    ratings: Mapping[str, float],
    scale: Any,
    correlation: float,
    r_squared: float,
    missing: float,
    careless: float,
) -> None:
    check_count(n_respondents, "n_respondents", 1)
    if not isinstance(drivers, Mapping) or not drivers:
        raise TypeError(f"drivers must map names to coefficients, got {drivers!r}")
    if len(drivers) > 20:
        raise ValueError(f"drivers may be 20 at most, got {len(drivers)}")
    for name, value in drivers.items():
        if not np.isfinite(value):
            raise ValueError(f"the coefficient of {name!r} must be a finite number, got {value!r}")
    for name, value in ratings.items():
        if name not in drivers:
            raise ValueError(f"ratings names {name!r}, which is no driver; {closest(name, drivers)}")
        if not 0 <= value <= 1:
            raise ValueError(f"the rating of {name!r} must lie from 0 to 1, got {value!r}")
    _scale(scale)
    for name, value in (("correlation", correlation), ("missing", missing), ("careless", careless)):
        if not 0 <= value < 1:
            raise ValueError(f"{name} must lie from 0 to below 1, got {value!r}")
    if not 0 < r_squared < 1:
        raise ValueError(f"r_squared must lie between 0 and 1, got {r_squared!r}")
