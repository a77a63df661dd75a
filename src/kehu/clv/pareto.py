"""Functions of the Pareto/NBD: customers may be lost at any moment, each at their own rate.

Orders come at rate lambda (gamma, shape r and rate alpha), and customers are lost at rate mu (gamma, shape s
and rate beta). The likelihood is the integral over the moment of the loss, taken numerically: it needs no
hypergeometric functions and loses no digits where alpha and beta are near or far apart.
"""

import numpy as np
from scipy.special import digamma, gammaln, polygamma

from kehu._kernels import clv as kernels
from kehu.clv.fitting import Objective
from kehu.clv.histories import Condensed, Histories
from kehu.clv.parts import summed

_N_SUMS = 21
_UPPER = np.triu_indices(4)


def objective(data: Condensed) -> Objective:
    """Mean log-likelihood with derivatives in the logarithms of r, alpha, s and beta."""
    rows, x, n = data.with_once(), data.levels, data.n
    counts, orders = data.counts, data.counts @ data.levels

    def evaluate(theta: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        r, alpha, s, beta = np.exp(theta)
        arrays = rows.x, rows.t, rows.T, rows.weights
        sums = summed(kernels.pareto, len(rows.x), _N_SUMS, arrays, (x, data.times, r, alpha, s, beta))
        value, gradient = sums[0], sums[1:5].copy()
        hessian = np.zeros((4, 4))
        hessian[_UPPER] = sums[5:15]
        cross, fall, cross_lost, fall_lost, lost = sums[15:20]
        hessian[0, 0] += gradient[0]
        hessian[0, 1] += cross
        hessian[1, 1] -= fall
        hessian[2, 2] += gradient[2] - lost
        hessian[2, 3] += cross_lost
        hessian[3, 3] -= fall_lost
        value += counts @ (gammaln(r + x) - gammaln(r)) - orders * theta[1]
        slope = counts @ (digamma(r + x) - digamma(r))
        gradient[0] += r * slope
        gradient[1] -= orders
        hessian[0, 0] += r * slope + r * r * (counts @ (polygamma(1, r + x) - polygamma(1, r)))
        hessian = hessian + np.triu(hessian, 1).T
        return value / n, gradient / n, hessian / n

    return evaluate


def log_likelihood(theta: np.ndarray, found: Histories) -> np.ndarray:
    """Log-likelihood of each customer."""
    r = np.exp(theta[0])
    return _cases(theta, found)[0] + gammaln(r + found.x) - gammaln(r) - found.x * theta[1]


def alive(theta: np.ndarray, found: Histories) -> np.ndarray:
    """Probability that each is still a customer."""
    return _cases(theta, found)[1]


def _cases(theta: np.ndarray, found: Histories) -> tuple[np.ndarray, np.ndarray]:
    out = np.empty(len(found.x)), np.empty(len(found.x))
    kernels.pareto_cases(found.x, found.t, found.T, *np.exp(theta), *out)
    return out


def purchases(
    theta: np.ndarray, x: np.ndarray, T: np.ndarray, ends: np.ndarray, factors: np.ndarray
) -> np.ndarray:
    """Sum over ``ends`` of factor times expected purchases until then, of those who are customers now."""
    r, alpha, s, beta = np.exp(theta)
    total = np.zeros(len(x))
    for end, factor in zip(ends, factors, strict=True):
        if factor:
            longer = np.log1p(end / (beta + T))
            # (1 - exp(-(s - 1) longer)) / (s - 1), which is longer where s is 1.
            power = -(s - 1) * longer
            with np.errstate(invalid="ignore", divide="ignore"):
                lasts = np.where(
                    np.abs(power) < 1e-9, longer, np.expm1(power) / -(s - 1) if s != 1 else longer
                )
            total += factor * lasts
    return (r + x) / (alpha + T) * (beta + T) * total
