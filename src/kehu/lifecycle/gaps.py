"""Gaps between a customer's purchases, and the borders between life-cycle stages that follow from them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from kehu import frames
from kehu.lifecycle._purchases import last_day, moments_of, read
from kehu.lifecycle.survival import check_level, product_limit, quantile
from kehu.warnings import BorderNotReachedWarning, FewEventsWarning, warn

QUANTILES = (0.4, 0.8, 0.9)
WEIGHTS = ("customer", "gap")
AMONG = ("auto", "all", "returning")
_BORDERS = ("new", "lapsing", "lost")
_FEWEST_CUSTOMERS = 20


@dataclass(frozen=True)
class StageRule:
    """Borders between the stages, in days, and where they come from.

    Give the three borders to state a rule of your own; `rule` reads them from the customers' gaps.

    Attributes
    ----------
    new : float
        Whoever bought for the first time at most so many days ago is new.
    lapsing : float
        Whoever has not bought for more than so many days is lapsing,
    lost : float
        and for more than so many days lost.
    among : {"stated", "all", "returning"}
        Of which gaps the borders are quantiles: stated by the user; all, those that never close included; or
        only those that close within ``horizon`` days.
    borders : pandas.DataFrame or None
        ``border``, ``quantile``, ``days``, ``low``, ``high`` (infinite where the resampled customers do not
        come back often enough to tell).
    curve : pandas.DataFrame or None
        ``days`` and ``share`` of gaps closed by then, among all.
    returning : float
        Share of gaps that close within the ``horizon``.
    horizon : float
        Longest gap, in days, that was seen to close.
    n_customers, n_gaps, n_closed : int
        What the rule rests on.
    confidence_level : float
        Of the limits in ``borders``.

    Examples
    --------
    >>> StageRule(new=30, lapsing=60, lost=120)
    StageRule(new=30, lapsing=60, lost=120, among='stated')
    """

    new: float
    lapsing: float
    lost: float
    among: str = "stated"
    borders: pd.DataFrame | None = field(default=None, repr=False)
    curve: pd.DataFrame | None = field(default=None, repr=False)
    returning: float = field(default=float("nan"), repr=False)
    horizon: float = field(default=float("nan"), repr=False)
    n_customers: int = field(default=0, repr=False)
    n_gaps: int = field(default=0, repr=False)
    n_closed: int = field(default=0, repr=False)
    confidence_level: float = field(default=0.95, repr=False)

    def __post_init__(self) -> None:
        for name in _BORDERS:
            days = getattr(self, name)
            if isinstance(days, bool) or not isinstance(days, int | float | np.number):
                raise TypeError(f"{name} must be a number of days, got {days!r}")
        if not 0 < self.new <= self.lapsing <= self.lost < np.inf:
            raise ValueError(
                "borders must be days with 0 < new <= lapsing <= lost, got "
                f"new={self.new!r}, lapsing={self.lapsing!r}, lost={self.lost!r}"
            )


def gaps(
    orders: Any, *, as_of: Any = None, customer: str = "customer_id", moment: str = "ordered_at"
) -> pd.DataFrame:
    """List the gaps between the days on which each customer bought, the open one since the last included.

    Several orders on one day count as one purchase.

    Parameters
    ----------
    orders : dataframe
        Order lines as `kehu.orders.clean` gives them.
    as_of : date, optional
        Day up to which orders count, and at which open gaps end; the day of the last order when not given.
    customer, moment : str
        Columns with the customer and the time of the order.

    Returns
    -------
    pandas.DataFrame
        One row a gap: ``customer_id``, ``number`` (1 is the gap after the first purchase), ``start``,
        ``days``, ``closed`` (False: the customer has not come back by ``as_of``).

    Raises
    ------
    KeyError, TypeError, ValueError
        If a column is missing or holds something else, a customer or date is missing, there are no rows, or
        ``as_of`` lies before the first order.

    Warns
    -----
    NoRecentOrdersWarning
        If orders end long before ``as_of``, though they came often.
    FutureOrdersWarning
        If orders lie after ``as_of``.

    Examples
    --------
    >>> lines = pd.DataFrame({"customer_id": ["a", "a", "b"],
    ...                       "ordered_at": pd.to_datetime(["2017-11-01", "2017-11-11", "2017-11-05"])})
    >>> gaps(lines, as_of="2017-11-30")[["customer_id", "number", "days", "closed"]]
      customer_id  number  days  closed
    0           a       1    10    True
    1           a       2    19   False
    2           b       1    25   False
    """
    purchases = read(orders, customer, moment)
    owner, start, length, closed, number = _gaps(purchases, last_day(purchases, as_of))
    return pd.DataFrame(
        {
            "customer_id": pd.Categorical.from_codes(owner, purchases.customers),
            "number": number,
            "start": moments_of(start),
            "days": length,
            "closed": closed,
        }
    )


def _gaps(purchases: Any, until: int) -> tuple[np.ndarray, ...]:
    """Customer, first day, length, whether closed and number of each gap."""
    _, days = purchases.by_customer
    kept = days <= until
    days, owner = days[kept].astype(np.int64), purchases.owner[kept]
    closed = np.append(owner[1:] == owner[:-1], False)
    following = np.where(closed, np.append(days[1:], 0), until)
    begins = np.flatnonzero(np.append(True, ~closed[:-1]))
    number = np.arange(len(days)) - np.repeat(begins, np.diff(np.append(begins, len(days)))) + 1
    return owner, days, following - days, closed, number


def rule(
    orders: Any,
    *,
    as_of: Any = None,
    quantiles: Sequence[float] = QUANTILES,
    weights: str = "customer",
    among: str = "auto",
    confidence_level: float = 0.95,
    n_boot: int = 400,
    random_state: int | np.random.Generator | None = 0,
    customer: str = "customer_id",
    moment: str = "ordered_at",
) -> StageRule:
    r"""Read the borders between stages from how long the customers' own gaps last.

    Nobody tells an online shop that he has left, so a stage is a rule about time [1]_: after so many days
    most of those who come back at all have come back. Gaps still open are not thrown away, which would
    leave the short ones, but count as lasting at least until ``as_of``.

    Parameters
    ----------
    orders : dataframe
        Order lines as `kehu.orders.clean` gives them.
    as_of : date, optional
        Day up to which orders count; the day of the last order when not given.
    quantiles : three floats
        Shares of gaps closed at the borders ``new``, ``lapsing`` and ``lost``, ascending.
    weights : {"customer", "gap"}
        Whether each customer counts once or each gap. Who buys often has most of the gaps; counted by gap,
        the borders would be theirs.
    among : {"auto", "all", "returning"}
        Quantiles of all gaps, or of those that close within the longest that was seen to close. In shops
        where many never return the share of gaps closed stays below the highest quantile; "auto" then takes
        those that close, and warns.
    confidence_level : float
        Of the limits of the borders.
    n_boot : int
        Times the customers are resampled for the limits; 0 for none.
    random_state : int or numpy.random.Generator, optional
        Seed of the resampling.
    customer, moment : str
        Columns with the customer and the time of the order.

    Returns
    -------
    StageRule

    Raises
    ------
    ValueError
        If nobody bought on a second day, a quantile is never reached with ``among="all"``, quantiles do not
        ascend between 0 and 1, or as `gaps` says.

    Warns
    -----
    BorderNotReachedWarning
        If ``among="auto"`` had to take the gaps that close.
    FewEventsWarning
        If fewer than twenty customers came back.
    NoRecentOrdersWarning
        If orders end long before ``as_of``, though they came often.
    FutureOrdersWarning
        If orders lie after ``as_of``.

    Notes
    -----
    With weight by customer this is the estimator of Wang and Chang [2]_: customer :math:`i` with
    :math:`m_i` closed gaps gives each the weight :math:`1/m_i`, and his open gap is left out, as it tends to
    be a long one just because it is cut by the end of the data; who never came back gives his open gap with
    weight 1. :math:`S(t) = \prod_{u \le t} (1 - d(u) / r(u))`, with :math:`d(u)` the weighted gaps closed
    after :math:`u` days and :math:`r(u)` those that last at least as long. With weight by gap it is that of
    Kaplan and Meier with all gaps, open ones included, right if all customers are alike.

    Customers are resampled whole, as the gaps of one customer resemble each other.

    References
    ----------
    .. [1] D. C. Schmittlein, D. G. Morrison, R. Colombo, "Counting your customers", Management Science 33,
       1987.
    .. [2] M.-C. Wang, S.-H. Chang, "Nonparametric estimation of a recurrent survival function", Journal of
       the American Statistical Association 94, 1999.

    Examples
    --------
    >>> days = pd.Series(pd.date_range("2017-01-01", periods=120, freq="D"))
    >>> lines = pd.DataFrame({"customer_id": [day % 30 for day in range(120)], "ordered_at": days})
    >>> rule(lines, n_boot=0)
    StageRule(new=30.0, lapsing=30.0, lost=30.0, among='all')
    """
    shares = _check_quantiles(quantiles)
    for name, value, options in (("weights", weights, WEIGHTS), ("among", among, AMONG)):
        if value not in options:
            raise ValueError(f"{name}={value!r} is not known; {frames.closest(value, options)}")
    check_level(confidence_level)
    if isinstance(n_boot, bool) or not isinstance(n_boot, int | np.integer) or n_boot < 0:
        raise ValueError(f"n_boot must be a whole number from 0, got {n_boot!r}")
    purchases = read(orders, customer, moment)
    sample = _Sample.of(purchases, last_day(purchases, as_of), weights)
    if not sample.closed.any():
        raise ValueError(
            f"none of {sample.n_customers:,} customers bought on a second day, so gaps cannot tell when one "
            "is late; state the borders yourself: StageRule(new=30, lapsing=60, lost=120)"
        )
    back = len(np.unique(sample.owner[sample.closed]))
    if back < _FEWEST_CUSTOMERS:
        warn(
            f"only {back} of {sample.n_customers:,} customers came back; the borders rest on little",
            FewEventsWarning,
        )
    happened = sample.happened()
    chosen = _among(happened, shares, among)
    days = _read(happened, shares, chosen)
    low, high = sample.limits(shares, chosen, confidence_level, n_boot, np.random.default_rng(random_state))
    horizon = int(sample.length[sample.closed].max())
    table = {"border": _BORDERS, "quantile": shares, "days": days, "low": low, "high": high}
    return StageRule(
        *days.tolist(),
        among=chosen,
        borders=pd.DataFrame(table),
        curve=pd.DataFrame({"days": np.arange(horizon + 1), "share": happened[: horizon + 1]}),
        returning=float(happened[-1]),
        horizon=float(horizon),
        n_customers=sample.n_customers,
        n_gaps=len(sample.length),
        n_closed=int(sample.closed.sum()),
        confidence_level=confidence_level,
    )


@dataclass(frozen=True)
class _Sample:
    """Gaps with their customers and weights."""

    owner: np.ndarray
    length: np.ndarray
    closed: np.ndarray
    weight: np.ndarray
    n_customers: int

    @classmethod
    def of(cls, purchases: Any, until: int, weights: str) -> "_Sample":
        owner, _, length, closed, number = _gaps(purchases, until)
        weight = np.ones(len(owner))
        if weights == "customer":
            per = np.bincount(owner[closed], minlength=len(purchases.customers))
            kept = closed | (number == 1)
            owner, length, closed = owner[kept], length[kept], closed[kept]
            weight = 1 / np.maximum(per[owner], 1)
        return cls(owner, length, closed, weight, len(np.unique(owner)))

    def happened(self, times: np.ndarray | None = None) -> np.ndarray:
        """Share of gaps closed by day 0, 1, 2, …, each customer counted ``times``."""
        weight = self.weight if times is None else self.weight * times[self.owner]
        size = int(self.length.max()) + 1
        events = np.bincount(self.length, weight * self.closed, size)
        left = np.bincount(self.length, weight, size)
        return 1 - product_limit(events, np.cumsum(left[::-1])[::-1])

    def limits(
        self, shares: np.ndarray, among: str, level: float, n_boot: int, rng: np.random.Generator
    ) -> np.ndarray:
        """Percentile limits of the borders from resampled customers; NaN without resampling."""
        if not n_boot or self.n_customers < 2:
            return np.full((2, len(shares)), np.nan)
        who, n = np.unique(self.owner), int(self.owner.max()) + 1
        found = np.empty((n_boot, len(shares)))
        for trial in range(n_boot):
            times = np.bincount(rng.choice(who, len(who)), minlength=n)
            found[trial] = _read(self.happened(times), shares, among)
        found[np.isnan(found)] = np.inf
        tail = (1 - level) / 2
        return np.quantile(found, [tail, 1 - tail], axis=0, method="inverted_cdf")


def _among(happened: np.ndarray, shares: np.ndarray, among: str) -> str:
    reached = happened[-1] >= shares[-1] - 1e-12
    if among == "returning" or (among == "auto" and reached):
        return "returning" if among == "returning" else "all"
    if reached:
        return "all"
    told = (
        f"only {100 * happened[-1]:.4g} % of gaps close within the time seen, less than the highest quantile"
    )
    if among == "all":
        raise ValueError(f"{told} ({shares[-1]:g}); take lower quantiles, or among='returning'")
    warn(
        f"{told} ({shares[-1]:g}); the borders are quantiles of the gaps that close", BorderNotReachedWarning
    )
    return "returning"


def _read(happened: np.ndarray, shares: np.ndarray, among: str) -> np.ndarray:
    days = np.arange(len(happened))
    scale = happened[-1] if among == "returning" else 1.0
    return np.array([quantile(days, happened, share * scale) for share in shares])


def _check_quantiles(quantiles: Sequence[float]) -> np.ndarray:
    try:
        shares = np.asarray(quantiles, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(f"quantiles must be three numbers, got {quantiles!r}") from error
    if shares.shape != (3,) or not (np.all(np.diff(shares) >= 0) and shares[0] > 0 and shares[-1] < 1):
        raise ValueError(f"quantiles must be three ascending shares between 0 and 1, got {quantiles!r}")
    return shares
