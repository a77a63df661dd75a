"""The effect of a campaign whose addressees were drawn at random."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import stats

from kehu import frames
from kehu.effects.panel import refuse_choice
from kehu.lifecycle.survival import check_level
from kehu.warnings import ImbalanceWarning, warn

_UNLIKELY = 0.001


@dataclass(frozen=True)
class CausalEffect:
    """What a campaign caused, a customer addressed.

    Attributes
    ----------
    estimate, low, high : float
        Mean effect and its limits, in the unit of the outcome.
    standard_error, p_value : float
        Of the estimate, against no effect.
    mean_treated, mean_control : float
        Plain means of the outcome.
    n_treated, n_control : int
        Customers in the groups.
    adjusted : bool
        Whether the estimate was adjusted for what was bought before.
    imbalance_p : float
        How often chance alone makes the groups differ so much before; NaN where it was not measured.
    confidence_level : float
        Of the limits.
    words : str
        "caused": the groups were drawn at random, so nothing but the campaign can make them differ.
    """

    estimate: float
    low: float
    high: float
    standard_error: float
    p_value: float
    mean_treated: float
    mean_control: float
    n_treated: int
    n_control: int
    adjusted: bool
    imbalance_p: float = field(repr=False)
    confidence_level: float = field(repr=False)
    words: str = "caused"


def randomised(
    customers: pd.DataFrame,
    *,
    treated: str = "addressed",
    outcome: str = "outcome",
    before: str | None = None,
    confidence_level: float = 0.95,
) -> CausalEffect:
    r"""Estimate what a campaign caused whose addressees were drawn at random.

    Use it only if they were: a difference between groups that chose themselves, or were chosen for what they
    buy, is no effect. All who were drawn count, whether they redeemed a coupon or not.

    Parameters
    ----------
    customers : pandas.DataFrame
        One row a customer; see `outcomes`.
    treated, outcome : str
        Columns: whether the customer was drawn, and what he bought afterwards.
    before : str, optional
        Column with what he bought before, which makes the estimate sharper and cannot make it wrong.
    confidence_level : float
        Of the limits.

    Returns
    -------
    CausalEffect

    Raises
    ------
    KeyError, TypeError, ValueError
        If a column is missing, holds something else or has gaps, a group has fewer than two customers, or
        the table is one of redemptions.

    Warns
    -----
    ImbalanceWarning
        If the groups differed before so much as chance does once in a thousand times.

    Notes
    -----
    Without ``before`` the difference of means with Welch's limits. With it, the coefficient of the group in a
    regression of the outcome on the group, the centred past and their product [1]_, with standard errors
    that allow the groups to vary differently (HC2).

    References
    ----------
    .. [1] W. Lin, "Agnostic notes on regression adjustments to experimental data", Annals of Applied
       Statistics 7, 2013.

    Examples
    --------
    >>> people = pd.DataFrame({"addressed": [True, True, True, False, False, False],
    ...                        "outcome": [12.0, 10.0, 14.0, 9.0, 8.0, 10.0]})
    >>> effect = randomised(people)
    >>> effect.estimate, round(effect.low, 2), round(effect.high, 2)
    (3.0, -1.16, 7.16)
    """
    check_level(confidence_level)
    wanted = {"treated": treated, "outcome": outcome} | ({"before": before} if before else {})
    data = frames.select(customers, wanted, what="customers")
    if isinstance(customers, pd.DataFrame):
        refuse_choice(customers, "customers")
    group = yes_or_no(data["treated"], treated)
    y = _complete(data["outcome"], outcome)
    sizes = int(group.sum()), int((~group).sum())
    if min(sizes) < 2:
        raise ValueError(f"each group needs two customers, got {sizes[0]} addressed and {sizes[1]} not")
    past = _complete(data["before"], before) if before else None
    estimate, error, df = _difference(group, y) if past is None else _adjusted(group, y, past)
    half = stats.t.ppf(0.5 + confidence_level / 2, df) * error
    return CausalEffect(
        estimate=estimate,
        low=float(estimate - half),
        high=float(estimate + half),
        standard_error=error,
        p_value=float(2 * stats.t.sf(abs(estimate) / error, df)) if error else float(estimate == 0),
        mean_treated=float(y[group].mean()),
        mean_control=float(y[~group].mean()),
        n_treated=sizes[0],
        n_control=sizes[1],
        adjusted=past is not None,
        imbalance_p=float("nan") if past is None else _balanced(group, past),
        confidence_level=confidence_level,
    )


def yes_or_no(column: pd.Series, name: str) -> np.ndarray:
    """Truth values of a column."""
    if column.isna().any():
        raise ValueError(f"{name} is missing in row {int(column.isna().to_numpy().argmax())}")
    values = column.to_numpy()
    if values.dtype != bool and not (values.dtype.kind in "iuf" and np.isin(values, (0, 1)).all()):
        raise TypeError(f"{name} must hold True and False (or 1 and 0), got {column.iloc[0]!r}")
    return values.astype(bool)


def _complete(column: pd.Series, name: str) -> np.ndarray:
    found = frames.numbers(column, name)
    wrong = np.flatnonzero(~np.isfinite(found))
    if len(wrong):
        raise ValueError(f"{name} must hold finite numbers, got {found[wrong[0]]} in row {wrong[0]}")
    return found


def _difference(group: np.ndarray, y: np.ndarray) -> tuple[float, float, float]:
    """Difference of means, its standard error and Welch's degrees of freedom."""
    parts = [side.var(ddof=1) / len(side) for side in (y[group], y[~group])]
    total = sum(parts)
    estimate = float(y[group].mean() - y[~group].mean())
    if not total:
        return estimate, 0.0, float("inf")
    spread = sum(v**2 / (n - 1) for v, n in zip(parts, (group.sum(), (~group).sum()), strict=True))
    return estimate, float(np.sqrt(total)), float(total**2 / spread)


def _adjusted(group: np.ndarray, y: np.ndarray, past: np.ndarray) -> tuple[float, float, float]:
    """Lin's estimate, its HC2 standard error and degrees of freedom."""
    centred = past - past.mean()
    if not centred.any() or min(group.sum(), (~group).sum()) < 4:
        return _difference(group, y)
    scaled = centred / centred.std()
    x = np.column_stack([np.ones(len(y)), group, scaled, group * scaled])
    bread = np.linalg.pinv(x.T @ x)
    beta = bread @ (x.T @ y)
    leverage = np.einsum("ij,jk,ik->i", x, bread, x)
    squares = (y - x @ beta) ** 2 / np.maximum(1 - leverage, 1e-12)
    covariance = bread @ ((x * squares[:, None]).T @ x) @ bread
    return float(beta[1]), float(np.sqrt(covariance[1, 1])), float(len(y) - 4)


def _balanced(group: np.ndarray, past: np.ndarray) -> float:
    difference, error, df = _difference(group, past)
    p = float(2 * stats.t.sf(abs(difference) / error, df)) if error else 1.0
    if p < _UNLIKELY:
        warn(
            f"the groups differed before by {difference:.4g} on average, which chance does in {p:.2g} of "
            "draws; were they drawn at random?",
            ImbalanceWarning,
        )
    return p
