"""What the models of repeat orders have in common: fitting, expected orders, and being compared."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from scipy.special import ndtr

from kehu.clv.estimate import Estimate, checked_level, log_limits
from kehu.clv.histories import Histories, histories
from kehu.warnings import MissingValuesWarning, warn

_BOUNDS = -12.0, 9.9  # of the logarithms of shape parameters: sums of larger ones lose digits
_TIME_BOUNDS = -16.0, 26.0  # of rate parameters, in typical ages


@dataclass(frozen=True)
class LikelihoodRatio:
    """Two models of the same customers compared.

    Attributes
    ----------
    models : tuple of str
        First and second.
    difference : float
        Log-likelihood of the first less that of the second.
    statistic : float
        Vuong's z: the difference in its standard errors; positive where the first is better.
    p_value : float
        Two-sided, that both are equally far from the truth.
    preferred : str or None
        The better model at the 5 % level; None if chance may have decided.
    """

    models: tuple[str, str]
    difference: float
    statistic: float
    p_value: float
    preferred: str | None


class TransactionModel(Estimate):
    """Base of BG/NBD, MBG/NBD and Pareto/NBD."""

    _rates: ClassVar[tuple[bool, ...]]  # which parameters count in units of time

    @abstractmethod
    def _log_likelihood(self, theta: np.ndarray, found: Histories) -> np.ndarray: ...

    @abstractmethod
    def _alive(self, theta: np.ndarray, found: Histories) -> np.ndarray: ...

    @abstractmethod
    def _purchases(
        self, theta: np.ndarray, x: np.ndarray, T: np.ndarray, ends: np.ndarray, factors: np.ndarray
    ) -> np.ndarray: ...

    def fit(
        self,
        summary: Any,
        *,
        weights: Any = None,
        frequency: str = "frequency",
        recency: str = "recency",
        T: str = "T",
    ) -> Self:
        """Fit by maximum likelihood.

        Parameters
        ----------
        summary : dataframe
            One row a customer, as `kehu.orders.customer_summary` gives it: number of repeat orders, age at
            the last of them and age now, all ages since the customer's first order and in one unit.
        weights : str or array, optional
            Column or values: how many customers a row stands for.
        frequency, recency, T : str
            Names of the columns.

        Returns
        -------
        self

        Raises
        ------
        KeyError, TypeError, ValueError
            If a column is missing or holds something else, a history is impossible (recency above T, repeat
            orders that are negative or not whole, …), or there are fewer than two customers.
        """
        names = {"frequency": frequency, "recency": recency, "T": T}
        data = histories(summary, **names, weights=weights, fitting=True)
        self._columns = names
        self.unit_ = getattr(summary, "attrs", {}).get("unit")
        return self._estimate(data)

    def _typical_age(self, data: Histories) -> float:
        return float(data.T[data.T > 0].mean())

    def _bounds(self, data: Histories) -> tuple[np.ndarray, np.ndarray]:
        age, rates = np.log(self._typical_age(data)), np.array(self._rates)
        low = np.where(rates, age + _TIME_BOUNDS[0], _BOUNDS[0])
        return low, np.where(rates, age + _TIME_BOUNDS[1], _BOUNDS[1])

    def _hopeless(self, data: Histories) -> str:
        seen = data.x[data.weights > 0] if len(data.weights) else data.x
        return "" if seen.any() else "all customers bought once, so nothing is known about repeat orders"

    def probability_alive(self, summary: Any) -> pd.Series:
        """Probability that each is still a customer. Each model's own page says what to mind.

        Parameters
        ----------
        summary : dataframe
            Customers, with the columns of ``fit``.

        Returns
        -------
        pandas.Series
            ``probability_alive``, with the index of ``summary``.

        Raises
        ------
        KeyError, TypeError, ValueError
            As in ``fit``.
        """
        theta = self._fitted()
        found = self._histories(summary)
        return pd.Series(self._alive(theta, found), index=found.index, name="probability_alive")

    def expected_purchases(
        self, summary: Any, periods: Any, *, confidence_level: float | None = None
    ) -> pd.Series | pd.DataFrame:
        """Orders to be expected of each customer in the next ``periods``, given their history.

        Parameters
        ----------
        summary : dataframe
            Customers, with the columns of ``fit``.
        periods : float or array
            How far ahead, in the unit of the summary; one number, or one a customer.
        confidence_level : float, optional
            Ask for intervals as well.

        Returns
        -------
        pandas.Series or pandas.DataFrame
            ``expected_purchases`` with the index of ``summary``; with a confidence level also ``low`` and
            ``high``.

        Raises
        ------
        KeyError, TypeError, ValueError
            As in ``fit``, or if ``periods`` is negative or not finite.

        Notes
        -----
        Intervals are those of the expected number, from the uncertainty of the parameters (delta method, in
        logarithms). What a single customer will do varies far more.
        """
        theta = self._fitted()
        level = None if confidence_level is None else checked_level(confidence_level)
        found = self._histories(summary)
        ahead = _periods(periods, len(found.x))
        expected = _known(self._expected(theta, found, ahead), "expected purchases")
        if level is None:
            return pd.Series(expected, index=found.index, name="expected_purchases")
        self._warn_without_errors()
        slopes = self._slopes(lambda theta: self._expected(theta, found, ahead))
        variance = self._log_variance(np.where(expected > 0, slopes, 0.0))
        table = {"expected_purchases": expected, **log_limits(expected, variance, level)}
        return pd.DataFrame(table, index=found.index)

    def expected_purchases_new(self, periods: Any) -> float | np.ndarray:
        """Repeat orders to be expected of a new customer within ``periods`` of the first order.

        Parameters
        ----------
        periods : float or array
            How long, in the unit of the summary.

        Returns
        -------
        float or numpy.ndarray
            As ``periods``.
        """
        theta = self._fitted()
        ahead = np.atleast_1d(np.asarray(_periods(periods, None), dtype=np.float64))
        none = np.zeros(len(ahead))
        found = Histories(none, none, none, none[:0], pd.RangeIndex(len(ahead)))
        expected = _known(self._expected(theta, found, ahead), "expected purchases")
        return float(expected[0]) if np.ndim(periods) == 0 else expected

    def _histories(self, summary: Any) -> Histories:
        unit = getattr(summary, "attrs", {}).get("unit")
        if unit and self.unit_ and unit != self.unit_:
            raise ValueError(f"summary counts time in {unit!r}, the model was fitted in {self.unit_!r}")
        return histories(summary, **self._columns)

    def _expected(self, theta: np.ndarray, found: Histories, ahead: float | np.ndarray) -> np.ndarray:
        """Expected purchases; ``ahead`` is one number for all, or one a customer."""
        alive = self._alive(theta, found)
        one = np.ones(1)
        if np.ndim(ahead) == 0:
            return alive * self._purchases(theta, found.x, found.T, np.array([ahead]), one)
        out = np.empty(len(found.x))
        ends, group = np.unique(ahead, return_inverse=True)
        order = np.argsort(group, kind="stable")
        for end, rows in zip(ends, np.split(order, np.cumsum(np.bincount(group))[:-1]), strict=True):
            out[rows] = self._purchases(theta, found.x[rows], found.T[rows], np.array([end]), one)
        return alive * out

    def likelihood_ratio(self, other: "TransactionModel") -> LikelihoodRatio:
        r"""Compare with another model that was fitted to the same customers.

        Parameters
        ----------
        other : BetaGeoNBD, ModifiedBetaGeoNBD or ParetoNBD
            The other model.

        Returns
        -------
        LikelihoodRatio

        Raises
        ------
        TypeError, ValueError
            If it is no such model, or was fitted to other customers.

        Notes
        -----
        None of the models contains another, so the ratio has no chi-squared distribution. Vuong's statistic
        compares it with its own spread over customers, :math:`z = \sum_i d_i / (\sqrt n\, s_d)`, with
        :math:`d_i` the difference of the customer's log-likelihoods. All have four parameters, so that
        no correction for their number is needed.

        References
        ----------
        Vuong 1989, Econometrica 57.
        """
        if not isinstance(other, TransactionModel):
            raise TypeError(f"other must be a model of repeat orders, got {type(other).__name__}")
        mine, theirs = (model._fitted() for model in (self, other))
        pairs = [(getattr(self._data, key), getattr(other._data, key)) for key in ("x", "t", "T", "weights")]
        if not all(np.array_equal(one, two) for one, two in pairs):
            raise ValueError("the models were fitted to different customers; fit both to the same summary")
        gain = self._log_likelihood(mine, self._data) - other._log_likelihood(theirs, self._data)
        weights = self._data.weights if len(self._data.weights) else np.ones(len(gain))
        n, total = weights.sum(), float(weights @ gain)
        spread = np.sqrt(max(weights @ gain**2 / n - (total / n) ** 2, 0.0))
        # Models that agree for every customer differ by rounding only.
        z = total / (np.sqrt(n) * spread) if spread > 1e-9 else 0.0
        p = float(2 * ndtr(-abs(z)))
        names = type(self).__name__, type(other).__name__
        return LikelihoodRatio(names, total, float(z), p, None if p > 0.05 else names[0 if z > 0 else 1])


def _periods(periods: Any, n: int | None) -> float | np.ndarray:
    """Refuse times ahead that are none."""
    try:
        found = np.asarray(periods, dtype=np.float64)
    except (TypeError, ValueError):
        raise TypeError(f"periods must be a number or numbers, got {periods!r}") from None
    if isinstance(periods, bool | np.bool_):
        raise TypeError(f"periods must be a number or numbers, got {periods!r}")
    wrong = found[~(np.isfinite(found) & (found >= 0))]
    if wrong.size:
        raise ValueError(f"periods must be finite and not negative, got {wrong.flat[0]:g}")
    if found.ndim > 1 or (found.ndim == 1 and n is not None and len(found) != n):
        raise ValueError(
            f"periods must be one number or one for each of {n} customers, got shape {found.shape}"
        )
    return float(found) if found.ndim == 0 else found


def _known(values: np.ndarray, what: str) -> np.ndarray:
    """Make what is not finite missing, and say so."""
    wrong = ~np.isfinite(values)
    if wrong.any():
        values = np.where(wrong, np.nan, values)
        warn(
            f"{what} of {int(wrong.sum()):,} customers cannot be computed and are missing",
            MissingValuesWarning,
        )
    return values
