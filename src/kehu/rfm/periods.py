"""The same customers in periods that follow each other: their summaries, and who moved where."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm

from kehu import frames
from kehu.orders import customer_summary, dates

_DAY = np.timedelta64(1, "D")


def period_summaries(
    orders: Any, boundaries: Sequence[Any], *, unit: str = "D", same_day: str = "merge"
) -> list[pd.DataFrame]:
    """Sum up each customer's orders of each period by itself.

    Parameters
    ----------
    orders : dataframe
        Order lines, as for `kehu.orders.customer_summary`.
    boundaries : sequence of dates
        First days of the periods, rising, and the first day after the last period: three dates make two
        periods. Lines outside are left out.
    unit, same_day
        As for `kehu.orders.customer_summary`.

    Returns
    -------
    list of pandas.DataFrame
        A customer summary for each period, as of its last day, with the customers who ordered in it.

    Raises
    ------
    ValueError
        If there are fewer than two boundaries, they do not rise or have a time of day, or a period has no
        orders.
    KeyError, TypeError
        As `kehu.orders.customer_summary`.

    Examples
    --------
    >>> lines = pd.DataFrame({"customer_id": ["Li", "Li", "Wu"], "amount": [20.0, 5.0, 8.0],
    ...                       "ordered_at": ["2016-11-01", "2017-03-01", "2016-12-31"]})
    >>> first, second = period_summaries(lines, ["2016-01-01", "2017-01-01", "2018-01-01"])
    >>> first["total"].to_dict(), second["total"].to_dict()
    ({'Li': 20.0, 'Wu': 8.0}, {'Li': 5.0})
    """
    if isinstance(boundaries, str) or len(list(boundaries)) < 2:
        raise ValueError(f"boundaries must be at least two dates, got {boundaries!r}")
    limits = frames.times(dates.parse(pd.Series(list(boundaries)), name="boundaries"), "boundaries")
    if (
        np.isnat(limits).any()
        or (limits != limits.astype("datetime64[D]")).any()
        or (np.diff(limits) < _DAY).any()
    ):
        raise ValueError(f"boundaries must be rising dates without a time of day, got {list(boundaries)!r}")
    names = ["customer_id", "ordered_at", "amount", *(["order_id"] if same_day == "keep" else [])]
    lines = frames.select(orders, {name: name for name in names}, what="orders")
    moment = frames.times(dates.parse(lines["ordered_at"], name="ordered_at"), "ordered_at")
    if np.isnat(moment).any():
        raise ValueError(f"{np.isnat(moment).sum():,} order lines have no date; clean the orders first")
    lines["ordered_at"] = moment
    summaries = []
    for begin, end in pairwise(limits):
        part = lines[(moment >= begin) & (moment < end)]
        if part.empty:
            raise ValueError(
                f"there are no orders from {begin.astype('M8[D]')} to before {end.astype('M8[D]')}"
            )
        summaries.append(customer_summary(part, as_of=end - _DAY, unit=unit, same_day=same_day))
    return summaries


@dataclass(frozen=True)
class Migration:
    """Where customers went from one period to the next.

    Attributes
    ----------
    table : pandas.DataFrame
        ``from``, ``to``, ``customers``; ``share`` of those who come from there, with the limits ``share_low``
        and ``share_high`` of its interval (Wilson); ``share_by_chance``, that of all customers of the first
        period who went there, which is what would be seen if it did not matter whence they come.
    counts : pandas.DataFrame
        Customers, from (rows) to (columns), with those who ordered in one period only.
    confidence : float
        Level of the intervals.
    """

    table: pd.DataFrame
    counts: pd.DataFrame
    confidence: float

    @property
    def shares(self) -> pd.DataFrame:
        """Shares of rows: where those of each group went; nobody's shares are missing."""
        sums = self.counts.sum(axis=1)
        return self.counts.div(sums.where(sums > 0), axis=0)


def migration(
    first: pd.DataFrame,
    second: pd.DataFrame,
    *,
    column: str = "segment",
    absent: str = "No order",
    confidence: float = 0.95,
) -> Migration:
    r"""Count who moved from which group to which between two periods.

    The share :math:`k/n` of a group has the interval of Wilson (1927),
    :math:`(k + z^2/2 \pm z \sqrt{k(n-k)/n + z^2/4})/(n + z^2)`. Part of what moves is luck: a group that was
    formed by extreme values loses many to the middle even where no customer changes; see
    `regression_to_the_mean`.

    Parameters
    ----------
    first, second : pandas.DataFrame
        One row a customer with the index of customers, such as the scores of two periods by one fitted
        `RFM`.
    column : str
        The column of the groups: ``"segment"``, ``"recency_score"`` and so on.
    absent : str
        Name for the group of customers who are in the other table only.
    confidence : float
        Level of the intervals.

    Returns
    -------
    Migration

    Raises
    ------
    KeyError, TypeError, ValueError
        If the column is missing or has gaps, a customer occurs twice, a group has the name ``absent``, the
        tables share no customer, or the level is not between 0 and 1.

    Examples
    --------
    >>> first = pd.DataFrame({"segment": ["Loyal", "Loyal", "New"]}, index=["Li", "Wu", "Sun"])
    >>> second = pd.DataFrame({"segment": ["Loyal", "New", "New"]}, index=["Li", "Sun", "Qi"])
    >>> migration(first, second).counts
    to        Loyal  New  No order
    from
    Loyal         1    0         1
    New           0    1         0
    No order      0    1         0
    """
    _check_level(confidence, "confidence")
    groups = [_groups(table, column, what) for table, what in ((first, "first"), (second, "second"))]
    names = list(dict.fromkeys([*groups[0].cat.categories, *groups[1].cat.categories]))
    if absent in names:
        raise ValueError(f"{absent!r} is the name of a group; take another name for absent")
    if not groups[0].index.isin(groups[1].index).any():
        raise ValueError(
            "first and second have no customer in common; is the index that of customers in both?"
        )
    names.append(absent)
    everybody = groups[0].index.union(groups[1].index, sort=False)
    codes = [
        pd.Index(names).get_indexer(group.reindex(everybody).astype(object).fillna(absent))
        for group in groups
    ]
    size = len(names)
    counts = np.bincount(codes[0] * size + codes[1], minlength=size * size).reshape(size, size)
    of = np.repeat(counts.sum(axis=1), size)
    stayed = counts[:-1].sum(axis=0) / counts[:-1].sum()
    low, high = _wilson(counts.ravel(), of, confidence)
    kind, codes = pd.CategoricalDtype(names), np.arange(size)
    columns = {
        "from": pd.Categorical.from_codes(np.repeat(codes, size), dtype=kind),
        "to": pd.Categorical.from_codes(np.tile(codes, size), dtype=kind),
        "customers": counts.ravel(),
        "share": counts.ravel() / np.where(of > 0, of, np.nan),
        "share_low": low,
        "share_high": high,
        "share_by_chance": np.tile(stayed, size),
    }
    matrix = pd.DataFrame(counts, index=pd.Index(names, name="from"), columns=pd.Index(names, name="to"))
    return Migration(table=pd.DataFrame(columns), counts=matrix, confidence=confidence)


def _groups(table: Any, column: str, what: str) -> pd.Series:
    """The group of each customer, as categories."""
    if not isinstance(table, pd.DataFrame):
        raise TypeError(
            f"{what} must be a pandas frame with the index of customers, got {type(table).__name__}"
        )
    if column not in table:
        raise KeyError(f"{what} has no column {column!r}; {frames.closest(column, table.columns)}")
    if not table.index.is_unique:
        twice = table.index[table.index.duplicated()][0]
        raise ValueError(f"{what} has customer {twice} more than once in its index")
    found = table[column]
    if found.empty or found.isna().any():
        raise ValueError(
            f"{column} of {what} must name a group for each customer, {found.isna().sum():,} have none"
        )
    if isinstance(found.dtype, pd.CategoricalDtype):
        return found.cat.remove_unused_categories()
    return found.astype(pd.CategoricalDtype(sorted(found.unique())))


def _wilson(k: np.ndarray, n: np.ndarray, confidence: float) -> tuple[np.ndarray, np.ndarray]:
    """Limits of a share; missing where there is nobody."""
    z2 = norm.ppf((1 + confidence) / 2) ** 2
    n = np.where(n > 0, n, np.nan)
    half = np.sqrt(z2 * (k * (n - k) / n + z2 / 4))
    low, high = (k + z2 / 2 - half) / (n + z2), (k + z2 / 2 + half) / (n + z2)
    return np.where(k == 0, np.where(np.isnan(n), np.nan, 0.0), low), np.where(k == n, 1.0, high)


def _check_level(level: Any, name: str) -> None:
    if not isinstance(level, float | np.floating) or not 0 < level < 1:
        raise ValueError(f"{name} must be between 0 and 1, got {level!r}; 0.05 is 5 per cent")
