"""How much of the difference between groups of customers is luck: what is left of it in the next period."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import kruskal

from kehu import frames
from kehu.rfm.periods import _check_level, _groups
from kehu.warnings import OnlyLuckWarning, warn


@dataclass(frozen=True, repr=False)
class RegressionToTheMean:
    """What is left in the next period of the differences between groups.

    Attributes
    ----------
    table : pandas.DataFrame
        Index ``group``, by the mean in the first period: ``customers``, ``first_mean``, ``next_mean`` with
        the limits ``next_low`` and ``next_high`` of its interval; ``first_relative`` and ``next_relative``,
        these means over those of all customers; ``came_back``, the share with more than 0 in the next period.
    first_mean, next_mean : float
        Means of all customers in the two periods.
    share_kept : float
        Share of the relative differences that is left: 1 all, 0 nothing.
    share_low, share_high : float
        Limits of its interval.
    p_value : float
        Of the test of Kruskal and Wallis: would customers who are alike differ so much between these groups
        in the next period?
    informative : bool
        Whether the groups say anything about the next period: ``p_value <= alpha``.
    alpha, confidence : float
        Levels of the test and of the intervals.
    value : str
        What was measured.
    n_customers, n_resamples : int
        Customers, and how often they were drawn again.
    """

    table: pd.DataFrame
    first_mean: float
    next_mean: float
    share_kept: float
    share_low: float
    share_high: float
    p_value: float
    informative: bool
    alpha: float
    confidence: float
    value: str
    n_customers: int
    n_resamples: int

    def __repr__(self) -> str:
        verdict = "the groups differ" if self.informative else "nothing but luck"
        return (
            f"<RegressionToTheMean: {self.share_kept:.1%} of the difference in {self.value} is kept "
            f"({self.share_low:.1%} to {self.share_high:.1%}), p = {self.p_value:.3g}: {verdict}, "
            f"{self.n_customers:,} customers in {len(self.table)} groups>"
        )


def regression_to_the_mean(
    first: pd.DataFrame,
    second: pd.DataFrame,
    *,
    group: str = "segment",
    value: str = "total",
    alpha: float = 0.05,
    confidence: float = 0.95,
    n_resamples: int = 1000,
    random_state: int | np.random.Generator | None = None,
) -> RegressionToTheMean:
    r"""Measure how much of the difference between groups is left in the next period.

    Groups that were formed by what customers did in one period differ in that period even where all customers
    are alike: those who had luck stand at the top. In the next period luck is dealt anew. Let group
    :math:`g` have :math:`n_g` customers and the means :math:`\bar x_g` in the first and :math:`\bar y_g` in
    the next period, all customers :math:`\bar x` and :math:`\bar y`. With
    :math:`a_g = \bar x_g / \bar x - 1` and :math:`b_g = \bar y_g / \bar y - 1` the share kept is the slope
    through the origin

    .. math:: \frac{\sum_g n_g a_g b_g}{\sum_g n_g a_g^2},

    0 where everything falls back to the mean and 1 where all differences stay. Being relative, it allows
    periods of different length. Its interval comes from drawing the customers again (percentiles; the groups
    stay as they were formed). Whether groups differ at all is tested in the next period alone, by ranks.

    Parameters
    ----------
    first : pandas.DataFrame
        The customers of the first period, by the index: the group formed in it, and the value in it.
    second : pandas.DataFrame
        The value in the next period. Customers who are not there count with 0; new ones are left out.
    group, value : str
        Columns.
    alpha : float
        Level of the test.
    confidence : float
        Level of the intervals.
    n_resamples : int
        How often customers are drawn again.
    random_state : int or numpy.random.Generator, optional
        Seed.

    Returns
    -------
    RegressionToTheMean

    Raises
    ------
    KeyError, TypeError, ValueError
        If a column is missing or holds something else, a customer occurs twice, there are fewer than two
        groups or they do not differ in the first period, or a mean of all is not positive.

    Warns
    -----
    OnlyLuckWarning
        If the groups do not differ in the next period beyond chance.

    References
    ----------
    Galton 1886, Regression towards mediocrity in hereditary stature, Journal of the Anthropological
    Institute 15. Kruskal & Wallis 1952, Journal of the American Statistical Association 47.

    Examples
    --------
    Customers who are all alike, and the eight types of their first year:

    >>> import kehu, warnings
    >>> from kehu.rfm import RFM, period_summaries
    >>> shop = kehu.simulate.identical_customers(2000, random_state=1)
    >>> first, second = period_summaries(shop.orders, ["2016-01-01", "2017-01-01", "2018-01-01"])
    >>> types = first.join(RFM(scheme="mean_split").fit_transform(first))
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore", kehu.warnings.OnlyLuckWarning)
    ...     luck = regression_to_the_mean(types, second, random_state=1)
    >>> luck.informative
    False
    >>> luck.table[["first_mean", "next_mean"]].round().iloc[[0, -1]]
                         first_mean  next_mean
    group
    Important to value        498.0      368.0
    General to win back       188.0      356.0
    """
    for name, level in (("alpha", alpha), ("confidence", confidence)):
        _check_level(level, name)
    if not isinstance(n_resamples, int | np.integer) or n_resamples < 100:
        raise ValueError(f"n_resamples must be a whole number from 100, got {n_resamples!r}")
    groups = _groups(first, group, "first")
    if len(groups.cat.categories) < 2:
        raise ValueError(f"{group} must have two groups or more, got only {groups.cat.categories[0]!r}")
    x, y = _measured(first, second, value)
    code = groups.cat.codes.to_numpy(np.int32)
    sums = _sums(code, x, y, len(groups.cat.categories))
    kept = float(_slopes(sums))
    drawn = _drawn(code, x, y, sums.shape[0], n_resamples, random_state)
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    low, high = (float(limit) for limit in np.nanquantile(_slopes(drawn), tails))
    p_value = _p_value(y, code)
    result = RegressionToTheMean(
        table=_table(groups.cat.categories, sums, drawn, tails, code, y),
        first_mean=float(x.mean()),
        next_mean=float(y.mean()),
        share_kept=kept,
        share_low=low,
        share_high=high,
        p_value=p_value,
        informative=p_value <= alpha,
        alpha=alpha,
        confidence=confidence,
        value=value,
        n_customers=len(x),
        n_resamples=int(n_resamples),
    )
    if not result.informative:
        warn(
            f"the {len(sums)} groups do not differ in {value} of the next period beyond chance "
            f"(p = {p_value:.2g}): differences in the period in which they were formed say nothing about it",
            OnlyLuckWarning,
        )
    return result


def _measured(first: pd.DataFrame, second: Any, value: str) -> tuple[np.ndarray, np.ndarray]:
    """The value of each customer in both periods."""
    if not isinstance(second, pd.DataFrame):
        raise TypeError(
            f"second must be a pandas frame with the index of customers, got {type(second).__name__}"
        )
    for table, what in ((first, "first"), (second, "second")):
        if value not in table:
            raise KeyError(f"{what} has no column {value!r}; {frames.closest(value, table.columns)}")
    if not second.index.is_unique:
        twice = second.index[second.index.duplicated()][0]
        raise ValueError(f"second has customer {twice} more than once in its index")
    found = []
    for table, what in ((first, "first"), (second, "second")):
        numbers = frames.numbers(table[value], f"{value} of {what}")
        if not np.isfinite(numbers).all():
            row = int(np.argmin(np.isfinite(numbers)))
            raise ValueError(f"{value} of {what} must be finite, got {numbers[row]} for {table.index[row]}")
        found.append(numbers)
    place = second.index.get_indexer(first.index)
    y = np.where(place >= 0, found[1][place] if len(second) else 0.0, 0.0)
    for numbers, what in (
        (found[0], "the first period"),
        (y, "the next period, of the customers of the first,"),
    ):
        if not numbers.mean() > 0:
            raise ValueError(
                f"the mean {value} of {what} must be positive, got {numbers.mean():g}; "
                "is the index of both that of customers?"
            )
    return found[0], y


def _sums(code: np.ndarray, x: np.ndarray, y: np.ndarray, n_groups: int) -> np.ndarray:
    """By group: customers, and sums in both periods."""
    return np.column_stack(
        [np.bincount(code, weights=w, minlength=n_groups) for w in (np.ones(len(x)), x, y)]
    )


def _slopes(sums: np.ndarray) -> np.ndarray:
    """Share kept, for one set of sums by group or for many."""
    n, x, y = np.moveaxis(sums, -1, 0)
    total = [part.sum(axis=-1, keepdims=True) for part in (n, x, y)]
    with np.errstate(divide="ignore", invalid="ignore"):
        # n_g (mean_g / mean - 1) = sum_g / mean - n_g, and the same once more divided by n_g.
        a = x * total[0] / total[1] - n
        b = y * total[0] / total[2] - n
        slope = np.nansum(a * b / n, axis=-1) / np.nansum(a * a / n, axis=-1)
    if np.ndim(slope) == 0 and not np.isfinite(slope):
        raise ValueError(
            "the groups do not differ in the first period, so that there is no difference to keep"
        )
    return slope


def _drawn(
    code: np.ndarray, x: np.ndarray, y: np.ndarray, n_groups: int, n_resamples: int, random_state: Any
) -> np.ndarray:
    from kehu._kernels import customers as kernels

    seed = np.random.default_rng(random_state).integers(2**63)
    sums = np.zeros((n_resamples, n_groups, 3))
    kernels.resample(code, x, y, np.uint64(seed), sums)
    return sums


def _p_value(y: np.ndarray, code: np.ndarray) -> float:
    if (y == y[0]).all():
        return 1.0
    return float(kruskal(*(y[code == one] for one in range(code.max() + 1))).pvalue)


def _table(
    names: pd.Index, sums: np.ndarray, drawn: np.ndarray, tails: list[float], code: np.ndarray, y: np.ndarray
) -> pd.DataFrame:
    n, x, later = sums.T
    with np.errstate(divide="ignore", invalid="ignore"):
        # A group that was not drawn has no mean.
        means = drawn[:, :, 2] / drawn[:, :, 0]
    low, high = np.nanquantile(means, tails, axis=0)
    columns = {
        "customers": n.astype(np.int64),
        "first_mean": x / n,
        "next_mean": later / n,
        "next_low": low,
        "next_high": high,
        "first_relative": x / n / (x.sum() / n.sum()),
        "next_relative": later / n / (later.sum() / n.sum()),
        "came_back": np.bincount(code, weights=y > 0, minlength=len(n)) / n,
    }
    table = pd.DataFrame(columns, index=pd.Index(names.astype(str), name="group"))
    return table.sort_values("first_mean", ascending=False, kind="stable")
