"""The Pareto/NBD: customers may be lost at any moment."""

from typing import ClassVar

import numpy as np

from kehu.clv import pareto
from kehu.clv.fitting import Objective, Spread
from kehu.clv.histories import Histories, condense
from kehu.clv.transactions import TransactionModel


class ParetoNBD(TransactionModel):
    r"""Pareto/NBD: how often customers come back, and whether they still do.

    While a customer is one, orders come at random at rate :math:`\lambda`, and at any moment the customer is
    lost at rate :math:`\mu`. Over customers, :math:`\lambda` follows a gamma distribution (shape ``r``, rate
    ``alpha``) and :math:`\mu` another (shape ``s``, rate ``beta``).

    Attributes
    ----------
    params_ : pandas.Series
        ``r``, ``alpha``, ``s``, ``beta``; ``alpha`` and ``beta`` in the time unit of the summary.
    standard_errors_, covariance_, log_likelihood_, aic_, bic_
        As in `BetaGeoNBD`.
    n_customers_, converged_, identified_, identified_reason_, unit_
        As in `BetaGeoNBD`.

    Notes
    -----
    A customer's likelihood is

    .. math:: \frac{\Gamma(r+x)\,\alpha^r \beta^s}{\Gamma(r)} \Big[ (\alpha+T)^{-(r+x)} (\beta+T)^{-s}
              + s \int_{t_x}^T (\alpha+u)^{-(r+x)} (\beta+u)^{-(s+1)} du \Big]

    The integral is taken numerically (Gauss–Legendre, to about twelve digits) instead of by hypergeometric
    functions, and so are its derivatives for the Newton steps. `probability_alive` of one-time buyers is
    below 1 and falls with time.

    References
    ----------
    Schmittlein, Morrison & Colombo 1987, Management Science 33(1). Fader & Hardie 2005, A Note on Deriving
    the Pareto/NBD Model and Related Expressions.

    Examples
    --------
    >>> import kehu
    >>> orders = kehu.datasets.load("cdnow", "sample")
    >>> summary = kehu.orders.customer_summary(
    ...     orders, as_of="1998-06-30", calibration_end="1997-09-30", unit="W")
    >>> model = ParetoNBD().fit(summary)
    >>> model.probability_alive(summary).head(3).round(2).tolist()
    [0.87, 0.17, 0.3]
    """

    _names: ClassVar[tuple[str, ...]] = ("r", "alpha", "s", "beta")
    _rates: ClassVar[tuple[bool, ...]] = (False, True, False, True)
    _spreads: ClassVar[dict[str, Spread]] = {
        "r": Spread("customers may all buy at the same rate", partner=1),
        "s": Spread("customers may all be lost at the same rate, perhaps never", partner=3),
    }

    def _objective(self, data: Histories) -> Objective:
        return pareto.objective(condense(data))

    def _starts(self, data: Histories) -> list[np.ndarray]:
        age = np.log(self._typical_age(data))
        starts = [[-0.5, -1, -0.5, -1], [0, -2.3, 0, 0], [1, 0, -2, 0], [2, 2, -4, -6]]
        return [np.array(start) + np.array([0, age, 0, age]) for start in starts]

    def _log_likelihood(self, theta: np.ndarray, found: Histories) -> np.ndarray:
        return pareto.log_likelihood(theta, found)

    def _alive(self, theta: np.ndarray, found: Histories) -> np.ndarray:
        return pareto.alive(theta, found)

    def _purchases(
        self, theta: np.ndarray, x: np.ndarray, T: np.ndarray, ends: np.ndarray, factors: np.ndarray
    ) -> np.ndarray:
        return pareto.purchases(theta, x, T, ends, factors)
