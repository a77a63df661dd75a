"""What BG/NBD and MBG/NBD share: customers may drop out at a purchase, each with their own probability.

Orders come at random at rate lambda (gamma, shape r and rate alpha); after an order a customer is lost with
probability p (beta, a and b). In the MBG/NBD this can also happen after the first order, which ``early`` (1,
else 0) stands for in the formulas.
"""

import numpy as np
from scipy.special import digamma, gammaln, polygamma

from kehu._kernels import clv as kernels
from kehu.clv.fitting import Objective
from kehu.clv.histories import GRIDS, Condensed, Histories
from kehu.clv.parts import filled, summed

_N_SUMS = 18
_FEW = 2_000  # customers for whom interpolation is not worth its preparation
_EXACT = 34.0  # interpolation errors fall to exp(-34)
_WHOLE = 1e-10


def objective(data: Condensed, early: int) -> Objective:
    """Mean log-likelihood with derivatives in the logarithms of r, alpha, a and b."""
    rows = data.with_once() if early else data
    x, n = data.levels, data.n
    counts, orders = data.counts, data.counts @ x
    ages, once = data.times[rows.once_T], rows.once

    def evaluate(theta: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        r, alpha, a, b = np.exp(theta)
        log_time, part = np.log1p(data.times / alpha), data.times / (alpha + data.times)
        # One-time buyers of the BG/NBD have no second case; b + x - 1 may be anything for them.
        left = np.where(x + early > 0, b + x - 1 + early, 1.0)
        tables = (x, np.log(a) - np.log(left), b / left, log_time, part)
        sums = summed(
            kernels.geometric, len(rows.x), _N_SUMS, (rows.x, rows.t, rows.T, rows.weights), (r, *tables)
        )
        value, gradient, hessian = _from_sums(sums, r)
        if len(once):
            log_T, F = np.log1p(ages / alpha), ages / (alpha + ages)
            value -= r * (once @ log_T)
            gradient[:2] += -r * (once @ log_T), r * (once @ F)
            hessian[0, 0] -= r * (once @ log_T)
            hessian[0, 1] += r * (once @ F)
            hessian[1, 1] -= r * (once @ (F * (1 - F)))
        value += counts @ (gammaln(r + x) - gammaln(r)) - orders * theta[1]
        slope, bend = _log_gamma_steps(r, x, counts)
        gradient[0] += r * slope
        gradient[1] -= orders
        hessian[0, 0] += r * slope + r * r * bend
        value += _add_beta(a, b, x + early, counts, gradient, hessian)
        hessian = np.triu(hessian) + np.triu(hessian, 1).T
        return value / n, gradient / n, hessian / n

    return evaluate


def _from_sums(sums: np.ndarray, r: float) -> tuple[float, np.ndarray, np.ndarray]:
    s, g0, g1, g2, g3, h00, h01, h02, h03, h11, h12, h13, h22, h23, h33, c01, c11, c33 = sums
    gradient = np.array([-r * g0, g1, g2, -g3])
    hessian = np.zeros((4, 4))
    hessian[0] = r * r * h00 - r * g0, r * h01 + r * c01, r * h02, -r * h03
    hessian[1, 1:] = h11 - c11, h12, -h13
    hessian[2, 2:] = h22, -h23
    hessian[3, 3] = h33 - c33
    return s, gradient, hessian


def _log_gamma_steps(z: float, x: np.ndarray, counts: np.ndarray) -> tuple[float, float]:
    """First and second derivative of the sum of log gamma(z + x) - log gamma(z)."""
    return counts @ (digamma(z + x) - digamma(z)), counts @ (polygamma(1, z + x) - polygamma(1, z))


def _add_beta(
    a: float, b: float, x: np.ndarray, counts: np.ndarray, gradient: np.ndarray, hessian: np.ndarray
) -> float:
    """Add the sum of log B(a, b + x) - log B(a, b): that x times nobody was lost."""
    both, bend = _log_gamma_steps(a + b, x, counts)
    stays, stays_bend = _log_gamma_steps(b, x, counts)
    gradient[2] -= a * both
    gradient[3] += b * (stays - both)
    hessian[2, 2] -= a * both + a * a * bend
    hessian[2, 3] -= a * b * bend
    hessian[3, 3] += b * (stays - both) + b * b * (stays_bend - bend)
    gains = gammaln(b + x) - gammaln(b) - gammaln(a + b + x) + gammaln(a + b)
    return float(counts @ gains)


def log_likelihood(theta: np.ndarray, found: Histories, early: int) -> np.ndarray:
    """Log-likelihood of each customer."""
    r, alpha, a, b = np.exp(theta)
    x, steps = found.x, found.x + early
    with np.errstate(divide="ignore"):
        odds = np.where(steps > 0, np.log(a) - np.log(np.where(steps > 0, b + steps - 1, 1.0)), -np.inf)
    there, lost = -(r + x) * np.log1p(found.T / alpha), odds - (r + x) * np.log1p(found.t / alpha)
    value = gammaln(r + x) - gammaln(r) - x * theta[1] + np.logaddexp(there, lost)
    return value + gammaln(b + steps) - gammaln(b) - gammaln(a + b + steps) + gammaln(a + b)


def alive(theta: np.ndarray, found: Histories, early: int) -> np.ndarray:
    """Probability that each is still a customer."""
    out = np.empty(len(found.x))
    filled(kernels.geometric_alive, (found.x, found.t, found.T), (*np.exp(theta), early), out)
    return out


def purchases(
    theta: np.ndarray, x: np.ndarray, T: np.ndarray, ends: np.ndarray, factors: np.ndarray, early: int
) -> np.ndarray:
    """Sum over ``ends`` of factor times expected purchases until then, of those who are customers now.

    Among many customers with the same number of orders the sum is a smooth function of age, interpolated at
    Chebyshev points in log(alpha + T), as many as double precision needs.
    """
    r, alpha, a, b = np.exp(theta)
    settings = (r, alpha, a, b + early, ends, factors)
    out = np.empty(len(x))
    if len(x) < _FEW:
        kernels.purchases(x, T, *settings, out)
        return out
    low, high = np.log(alpha + T.min()), np.log(alpha + T.max())
    middle, half = (low + high) / 2, max((high - low) / 2, 1e-12)
    n = int(np.ceil(_EXACT / np.arcsinh(np.pi / 2 / half))) + 2
    levels, place, counts = _levels(x)
    common = np.flatnonzero(counts > n)
    angles = np.pi * (np.arange(n) + 0.5) / n
    ages = np.exp(middle + half * np.cos(angles)) - alpha
    values = np.empty(len(common) * n)
    kernels.purchases(np.repeat(levels[common], n), np.tile(ages, len(common)), *settings, values)
    table = values.reshape(len(common), n) @ (2 / n * np.cos(np.outer(angles, np.arange(n))))
    table[:, 0] /= 2
    row = np.full(len(levels), -1, dtype=np.int32)
    row[common] = np.arange(len(common))
    rows = row[place]
    whole = _whole(T, len(T) // len(common)) if len(common) else None
    if whole is None:
        filled(kernels.interpolate, (rows, T), (np.ascontiguousarray(table), alpha, middle, half), out)
    else:
        # Ages in days are few, so that the series is worth evaluating once for each.
        codes, every = whole
        place = np.clip((np.log(alpha + np.maximum(every, T.min())) - middle) / half, -1.0, 1.0)
        values = np.cos(np.outer(np.arccos(place), np.arange(n))) @ table.T
        out[:] = values[codes, rows]
    rare = np.flatnonzero(rows < 0)
    if len(rare):
        exact = np.empty(len(rare))
        kernels.purchases(x[rare], T[rare], *settings, exact)
        out[rare] = exact
    return out


def _whole(T: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray] | None:
    """Codes of ages that are whole days, or days in weeks, and all ages they may be; None if too many."""
    codes = np.empty(len(T), np.int32)
    for parts in GRIDS:
        n = T.max() * parts + 1
        if n <= most and kernels.whole(T, parts, _WHOLE, codes):
            return codes, np.arange(round(n)) / parts
    return None


def _levels(x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Levels of the frequencies, the place of each customer's, and how many have each."""
    largest = int(x.max())
    if largest > 1_000_000:
        return np.unique(x, return_inverse=True, return_counts=True)
    whole = x.astype(np.int32)
    return np.arange(largest + 1, dtype=np.float64), whole, np.bincount(whole)
