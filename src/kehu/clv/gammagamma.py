"""The Gamma-Gamma model: what a customer's orders are worth on average."""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from scipy.special import digamma, gammaln, polygamma

from kehu._kernels import clv as kernels
from kehu.clv.estimate import Estimate, checked_level, log_limits
from kehu.clv.fitting import Objective, Spread
from kehu.clv.histories import columns, given_weights, index_of, refuse
from kehu.warnings import InfiniteMeanWarning, warn

_BOUNDS, _SCALE_BOUND = (-12.0, 9.9), 26.0
_N_SUMS = 6


@dataclass(frozen=True)
class Spending:
    """Repeat orders ``x`` and their mean value ``m`` of customers who came back, with weights or none."""

    x: np.ndarray
    m: np.ndarray
    weights: np.ndarray

    @property
    def n(self) -> float:
        """Number of customers."""
        return float(self.weights.sum()) if len(self.weights) else float(len(self.x))

    def at(self, rows: Any) -> "Spending":
        """Some of them."""
        return Spending(self.x[rows], self.m[rows], self.weights[rows] if len(self.weights) else self.weights)

    def weighted(self, weights: np.ndarray) -> "Spending":
        """The same, standing for other numbers of customers."""
        rows = np.flatnonzero(weights)
        return Spending(self.x[rows], self.m[rows], weights[rows])


class GammaGamma(Estimate):
    r"""Gamma-Gamma: mean order value, drawn towards that of all customers where orders are few.

    A customer's order values follow a gamma distribution (shape ``p``, rate :math:`\nu`), and :math:`\nu`
    follows another over customers (shape ``q``, rate ``gamma``). How much a customer spends must not depend
    on how often they come: see ``correlation_``.

    Attributes
    ----------
    params_ : pandas.Series
        ``p``, ``q`` and ``gamma`` (in the currency). The mean over customers is p gamma / (q - 1).
    correlation_ : float
        Between number of repeat orders and their mean value, over the customers used; the model takes it to
        be 0. Missing where either does not vary.
    n_customers_ : int or float
        Customers used: those with a repeat order.
    standard_errors_, covariance_, log_likelihood_, aic_, bic_
        As in `BetaGeoNBD`.
    converged_, identified_, identified_reason_
        As in `BetaGeoNBD`.

    Notes
    -----
    With x repeat orders of mean value m, a customer's likelihood is

    .. math:: \frac{\Gamma(px+q)}{\Gamma(px)\,\Gamma(q)}
              \frac{\gamma^q m^{px-1} x^{px}}{(\gamma+mx)^{px+q}}

    Where q is 1 or less the distribution over customers has no finite mean: there is an
    `InfiniteMeanWarning`, and `expected_average` is missing for who would need it.

    References
    ----------
    Fader, Hardie & Lee 2005, Journal of Marketing Research 42(4). Fader & Hardie 2013, The Gamma-Gamma Model
    of Monetary Value.

    Examples
    --------
    >>> import kehu
    >>> orders = kehu.datasets.load("cdnow", "sample")
    >>> summary = kehu.orders.customer_summary(
    ...     orders, as_of="1998-06-30", calibration_end="1997-09-30", unit="W")
    >>> model = GammaGamma().fit(summary)
    >>> model.params_.round(2).to_dict()
    {'p': 6.25, 'q': 3.74, 'gamma': 15.44}
    >>> model.expected_average(summary).head(3).round(2).tolist()
    [24.65, 18.91, 35.17]
    """

    _names: ClassVar[tuple[str, ...]] = ("p", "q", "gamma")
    _spreads: ClassVar[dict[str, Spread]] = {
        "p": Spread("all orders of a customer may have the same value", partner=2, power=-1.0),
        "q": Spread("customers may all spend the same on average", partner=2),
    }

    def fit(
        self,
        summary: Any,
        *,
        weights: Any = None,
        frequency: str = "frequency",
        monetary_value: str = "monetary_value",
    ) -> Self:
        """Fit by maximum likelihood to the customers with repeat orders.

        Parameters
        ----------
        summary : dataframe
            One row a customer: number of repeat orders and their mean value, as
            `kehu.orders.customer_summary` gives them.
        weights : str or array, optional
            Column or values: how many customers a row stands for.
        frequency, monetary_value : str
            Names of the columns.

        Returns
        -------
        self

        Raises
        ------
        KeyError, TypeError, ValueError
            If a column is missing or holds something else, or a customer with repeat orders has a mean value
            of 0 or less, or fewer than two customers came back.
        """
        names = {"x": frequency, "m": monetary_value}
        x, m = _checked(summary, names)
        given = given_weights(weights, summary, len(x))
        again = np.flatnonzero(x > 0)
        data = Spending(x[again], m[again], given[again] if len(given) else given)
        if data.n < 2:
            raise ValueError(f"{data.n:g} customers of summary have a repeat order; the model needs several")
        self._columns = names
        self.correlation_ = _correlation(data)
        self._estimate(data)
        if self.params_["q"] <= 1:
            warn(
                f"q is {self.params_['q']:.3g}: at 1 or less spend has no finite mean over customers; "
                f"look for extreme values of {monetary_value}",
                InfiniteMeanWarning,
            )
        return self

    def _facts(self) -> dict[str, str]:
        return {**super()._facts(), "correlation of frequency and value": f"{self.correlation_:.3f}"}

    def _bounds(self, data: Spending) -> tuple[np.ndarray, np.ndarray]:
        middle = np.log(np.median(data.m))
        low = np.array([_BOUNDS[0], _BOUNDS[0], middle - _SCALE_BOUND])
        return low, np.array([_BOUNDS[1], _BOUNDS[1], middle + _SCALE_BOUND])

    def _starts(self, data: Spending) -> list[np.ndarray]:
        middle = np.log(np.median(data.m))
        return [np.array([1.0, 1.0, middle]), np.array([0.0, 0.0, middle]), np.array([2.0, 3.0, middle + 1])]

    def _hopeless(self, data: Spending) -> str:  # noqa: ARG002
        return ""

    def _objective(self, data: Spending) -> Objective:
        weights = data.weights if len(data.weights) else None
        x, place = np.unique(data.x, return_inverse=True)
        counts = np.bincount(place, weights).astype(np.float64)
        n, orders = data.n, counts @ x
        logs = np.log(data.m)
        total = data.x * (logs if weights is None else weights * logs)
        log_m = float(logs.sum() if weights is None else weights @ logs)
        # In powers of p: x log m + x log x; per customer only log(1 + x m / gamma) changes.
        fixed = float(total.sum() + counts @ (x * np.log(x)))

        def evaluate(theta: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
            p, q, gamma = np.exp(theta)
            sums = np.zeros(_N_SUMS)
            kernels.spend(data.x, data.m, data.weights, gamma, sums)
            log_all, log_orders, share, share_orders, curve, curve_orders = sums
            steps = gammaln(p * x + q) - gammaln(p * x) - gammaln(q)
            value = counts @ steps - log_m + p * fixed - p * orders * theta[2] - p * log_orders - q * log_all
            both, alone = digamma(p * x + q), digamma(p * x)
            bend, bend_alone = polygamma(1, p * x + q), polygamma(1, p * x)
            d_p = p * (counts @ (x * (both - alone)) + fixed - orders * theta[2] - log_orders)
            d_q = q * (counts @ (both - digamma(q)) - log_all)
            d_gamma = -p * orders + p * share_orders + q * share
            hessian = np.empty((3, 3))
            hessian[0, 0] = d_p + p * p * (counts @ (x * x * (bend - bend_alone)))
            hessian[0, 1] = hessian[1, 0] = p * q * (counts @ (x * bend))
            hessian[0, 2] = hessian[2, 0] = -p * orders + p * share_orders
            hessian[1, 1] = d_q + q * q * (counts @ bend - n * polygamma(1, q))
            hessian[1, 2] = hessian[2, 1] = q * share
            hessian[2, 2] = -p * curve_orders - q * curve
            return value / n, np.array([d_p, d_q, d_gamma]) / n, hessian / n

        return evaluate

    def expected_average(
        self, summary: Any, *, confidence_level: float | None = None
    ) -> pd.Series | pd.DataFrame:
        r"""Mean value of a customer's orders in the long run, given those so far.

        Parameters
        ----------
        summary : dataframe
            Customers, with the columns of ``fit``; also such as never came back.
        confidence_level : float, optional
            Ask for intervals as well.

        Returns
        -------
        pandas.Series or pandas.DataFrame
            ``expected_average`` in the currency, with the index of ``summary``:
            :math:`p(\gamma + xm) / (px + q - 1)`. Missing, with an `InfiniteMeanWarning`, where
            :math:`px + q \le 1`. With a confidence level also ``low`` and ``high``.

        Raises
        ------
        KeyError, TypeError, ValueError
            As in ``fit``.

        Notes
        -----
        Intervals are those of the mean, from the uncertainty of the parameters (delta method, in logarithms).
        What single orders are worth varies far more.
        """
        level = None if confidence_level is None else checked_level(confidence_level)
        p, q, gamma = np.exp(self._fitted())
        x, m = _checked(summary, self._columns)
        below = p * x + q - 1
        value = np.full(len(x), np.nan)
        finite = below > 0
        value[finite] = p * (gamma + x[finite] * m[finite]) / below[finite]
        if not finite.all():
            warn(
                f"average spend of {int((~finite).sum()):,} customers has no finite mean (q is {q:.3g}); "
                "theirs are missing",
                InfiniteMeanWarning,
            )
        index = index_of(summary, len(x))
        if level is None:
            return pd.Series(value, index=index, name="expected_average")
        self._warn_without_errors()
        table = {"expected_average": value, **log_limits(value, self._average_variance(x, m), level)}
        return pd.DataFrame(table, index=index)

    def _average_variance(self, x: np.ndarray, m: np.ndarray) -> np.ndarray:
        """Variance of the logarithm of the expected average; missing where it or the errors are."""
        p, q, gamma = np.exp(self._theta)
        below = np.where(p * x + q > 1, p * x + q - 1, np.nan)
        slopes = np.array([1 - p * x / below, -q / below, gamma / (gamma + x * m)])
        return self._log_variance(slopes)


def _checked(summary: Any, names: dict[str, str]) -> tuple[np.ndarray, np.ndarray]:
    found = columns(summary, names)
    x, m = found["x"], found["m"]
    advice = "it counts the orders after the first"
    refuse(x < 0, x, names["x"], "must not be negative", advice)
    refuse(x != np.floor(x), x, names["x"], "must be whole", advice)
    refuse(
        (x > 0) & (m <= 0), m, names["m"], "must be positive where there are repeat orders",
        "match returns to their sales (kehu.orders.clean), or leave out these customers: "
        f"summary[(summary[{names['x']!r}] == 0) | (summary[{names['m']!r}] > 0)]",
    )  # fmt: skip
    return x, np.where(x > 0, m, 0.0)


def _correlation(data: Spending) -> float:
    weights = data.weights if len(data.weights) else None
    if np.ptp(data.x) == 0 or np.ptp(data.m) == 0:
        return float("nan")
    covariance = np.cov(data.x, data.m, aweights=weights)
    return float(covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1]))
