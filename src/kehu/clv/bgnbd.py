"""The BG/NBD and the MBG/NBD: customers may be lost at each order."""

from typing import ClassVar

import numpy as np

from kehu.clv import geometric
from kehu.clv.fitting import Objective, Spread
from kehu.clv.histories import Histories, condense
from kehu.clv.transactions import TransactionModel


class BetaGeoNBD(TransactionModel):
    r"""BG/NBD: how often customers come back, and whether they still do.

    While a customer is one, orders come at random at rate :math:`\lambda`; after each repeat order the
    customer is lost with probability :math:`p`. Over customers, :math:`\lambda` follows a gamma distribution
    (shape ``r``, rate ``alpha``) and :math:`p` a beta distribution (``a``, ``b``).

    Attributes
    ----------
    params_ : pandas.Series
        ``r``, ``alpha`` (in the time unit of the summary), ``a``, ``b``. The mean rate is r / alpha orders
        a unit, the mean probability of being lost a / (a + b).
    standard_errors_, covariance_ : pandas.Series, pandas.DataFrame
        From the Hessian at the maximum; missing where it gives none.
    log_likelihood_, aic_, bic_ : float
        Of the data as they were given.
    n_customers_ : int or float
        Customers, counting weights.
    converged_ : bool
        Whether the search ended at a maximum.
    identified_ : bool
        Whether the data say what the parameters are.
    identified_reason_ : str
        Why not; empty if they do.
    unit_ : str or None
        Time unit, where the summary says it.

    Notes
    -----
    With x repeat orders, the last at age :math:`t_x`, and age T now, a customer's likelihood is

    .. math:: \frac{\Gamma(r+x)\,\alpha^r}{\Gamma(r)} \Big[ \frac{B(a, b+x)}{B(a, b)} (\alpha+T)^{-(r+x)}
              + 1_{x>0} \frac{B(a+1, b+x-1)}{B(a, b)} (\alpha+t_x)^{-(r+x)} \Big]

    It is climbed by Newton steps with exact derivatives, in the logarithms of the parameters. ``identified_``
    is False where a parameter runs off, the Hessian is singular, or the likelihood cannot tell at the 5 %
    level that customers differ (``r`` or ``b`` infinite). Parameters then must not be read one by one;
    expected orders may still be sound, which a hold-out period tells.

    **The trap of the one-time buyers.** The model lets nobody be lost before the first repeat order, so
    `probability_alive` is 1 for all who bought once, even years ago. Rank them by expected orders, or use
    `ModifiedBetaGeoNBD` or `ParetoNBD`, in which they may be lost.

    References
    ----------
    Fader, Hardie & Lee 2005, Marketing Science 24(2).

    Examples
    --------
    >>> import kehu
    >>> orders = kehu.datasets.load("cdnow", "sample")
    >>> summary = kehu.orders.customer_summary(
    ...     orders, as_of="1998-06-30", calibration_end="1997-09-30", unit="W")
    >>> model = BetaGeoNBD().fit(summary)
    >>> model.params_.round(3).to_dict()
    {'r': 0.243, 'alpha': 4.414, 'a': 0.793, 'b': 2.426}
    >>> model.expected_purchases(summary, periods=52).head(3).round(1).tolist()
    [1.6, 0.3, 0.3]
    """

    _names: ClassVar[tuple[str, ...]] = ("r", "alpha", "a", "b")
    _rates: ClassVar[tuple[bool, ...]] = (False, True, False, False)
    _spreads: ClassVar[dict[str, Spread]] = {
        "r": Spread("customers may all buy at the same rate", partner=1),
        "b": Spread("customers may all be lost with the same probability, perhaps never", partner=2),
    }
    _early: ClassVar[int] = 0

    def _objective(self, data: Histories) -> Objective:
        return geometric.objective(condense(data), self._early)

    def _starts(self, data: Histories) -> list[np.ndarray]:
        age = np.log(self._typical_age(data))
        starts = [[0, -2.3, 0, 0], [-1.5, -2.3, -0.5, 1], [1, 0, -2, 2], [2, 2, -6, -6]]
        return [np.array(start) + np.array([0, age, 0, 0]) for start in starts]

    def _log_likelihood(self, theta: np.ndarray, found: Histories) -> np.ndarray:
        return geometric.log_likelihood(theta, found, self._early)

    def _alive(self, theta: np.ndarray, found: Histories) -> np.ndarray:
        return geometric.alive(theta, found, self._early)

    def _purchases(
        self, theta: np.ndarray, x: np.ndarray, T: np.ndarray, ends: np.ndarray, factors: np.ndarray
    ) -> np.ndarray:
        return geometric.purchases(theta, x, T, ends, factors, self._early)


class ModifiedBetaGeoNBD(BetaGeoNBD):
    r"""MBG/NBD: as `BetaGeoNBD`, but customers may be lost after the first order already.

    So `probability_alive` of one-time buyers is below 1 and falls with time, as one would expect.

    Attributes
    ----------
    params_, standard_errors_, covariance_, log_likelihood_, aic_, bic_
        As in `BetaGeoNBD`.
    n_customers_, converged_, identified_, identified_reason_, unit_
        As in `BetaGeoNBD`.

    Notes
    -----
    A customer's likelihood is

    .. math:: \frac{\Gamma(r+x)\,\alpha^r}{\Gamma(r)} \Big[ \frac{B(a, b+x+1)}{B(a, b)} (\alpha+T)^{-(r+x)}
              + \frac{B(a+1, b+x)}{B(a, b)} (\alpha+t_x)^{-(r+x)} \Big]

    References
    ----------
    Batislam, Denizel & Filiztekin 2007, International Journal of Research in Marketing 24(3); Wagner & Hoppe
    2008, the same, 25(3).

    Examples
    --------
    >>> import kehu
    >>> orders = kehu.datasets.load("cdnow", "sample")
    >>> summary = kehu.orders.customer_summary(
    ...     orders, as_of="1998-06-30", calibration_end="1997-09-30", unit="W")
    >>> model = ModifiedBetaGeoNBD().fit(summary)
    >>> model.probability_alive(summary).head(3).round(2).tolist()
    [0.71, 0.17, 0.39]
    """

    _early: ClassVar[int] = 1
