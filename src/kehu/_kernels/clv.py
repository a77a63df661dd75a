"""Kernels of the models of customer lifetime: log-likelihoods with derivatives, expected purchases.

Derivatives are with respect to the logarithms of the parameters. A likelihood is a mixture of what may have
happened (still a customer, or lost at some moment), so its gradient is the mean of the cases' gradients, and
its Hessian the mean of their Hessians plus the covariance of their gradients.
"""

import math

import numpy as np
from numba import njit, types

from kehu._kernels._compile import CODES, INT, entry

_REALS = types.Array(types.float64, 1, "C", readonly=True)
_TABLE = types.Array(types.float64, 2, "C", readonly=True)
_F64 = types.float64
_OUT = types.float64[::1]
_SETTINGS = {"cache": True, "nogil": True, "error_model": "numpy"}

# A series or integrand is followed until what is left cannot be seen in the sum.
_SEEN = 1e-15
_MOST_TERMS = 1_000_000
_LEAST_LOG = -650.0
_DROP = 40.0
_SHORT_DROP, _SHORT_SPAN, _SPAN = 10.0, 2.5, 4.0

# Gauss–Legendre nodes and weights on [0, 1]: for short intervals, and for each part of long ones.
_NODES12, _WEIGHTS12 = (
    (1 + np.polynomial.legendre.leggauss(12)[0]) / 2,
    np.polynomial.legendre.leggauss(12)[1] / 2,
)
_NODES24, _WEIGHTS24 = (
    (1 + np.polynomial.legendre.leggauss(24)[0]) / 2,
    np.polynomial.legendre.leggauss(24)[1] / 2,
)

# Sums of the Pareto/NBD: see `_lost`.
_N_PARETO = 21


@entry(types.UniTuple(INT, 2)(_REALS, _REALS, _REALS))
def look_through(x, t, T):
    """Number of histories that cannot be (see `kehu.clv.histories`), and of customers not yet observed."""
    wrong = new = 0
    for i in range(len(x)):
        right = 0.0 <= x[i] <= 2.0**53 and x[i] == math.floor(x[i]) and T[i] < math.inf
        wrong += not (right and 0.0 <= t[i] <= T[i] and (x[i] > 0.0) == (t[i] > 0.0))
        new += T[i] == 0.0
    return wrong, new


@entry(types.boolean(_REALS, _F64, _F64, types.int32[::1]))
def whole(values, parts, tolerance, codes):
    """Whether all values are whole in so many parts of the unit; ``codes`` are the whole numbers."""
    for i in range(len(values)):
        scaled = values[i] * parts
        nearest = np.rint(scaled)
        if not abs(scaled - nearest) <= tolerance:
            return False
        codes[i] = np.int32(nearest)
    return True


@entry(types.void(CODES, CODES, CODES, _REALS, INT, INT, _F64, _REALS, _REALS, _REALS, _REALS, _REALS, _OUT))
def geometric(x, t, T, weight, start, stop, r, level, log_odds, share, log_time, part, out):
    """Sums of log-likelihood terms, gradient and Hessian where customers may drop out at a purchase.

    ``x``, ``t``, ``T`` point into ``level`` (frequencies, ``log_odds`` and ``share`` beside it) and into
    the tables of times, ``log_time`` = log(1 + u / alpha) and ``part`` = u / (alpha + u).
    """
    s = g0 = g1 = g2 = g3 = 0.0
    h00 = h01 = h02 = h03 = h11 = h12 = h13 = h22 = h23 = h33 = 0.0
    c01 = c11 = c33 = 0.0
    for i in range(start, stop):
        k = x[i]
        rx = r + level[k]
        last, now = log_time[t[i]], log_time[T[i]]
        f, F = part[t[i]], part[T[i]]
        w = weight[i] if len(weight) else 1.0
        alive, lost = -rx * now, log_odds[k] - rx * last
        d = lost - alive
        e = math.exp(-abs(d))
        q = 1.0 / (1.0 + e)
        s += w * (max(alive, lost) - math.log(q))
        p4 = w * q if d > 0 else w * e * q
        p3 = w - p4
        v = w * e * q * q
        b = share[k]
        d0, d1 = now - last, rx * (f - F)
        g0 += p3 * now + p4 * last
        mean = p3 * F + p4 * f
        g1 += rx * mean
        g2 += p4
        g3 += p4 * b
        h00 += v * d0 * d0
        h01 += v * d0 * d1
        h02 += v * d0
        h03 += v * d0 * b
        h11 += v * d1 * d1
        h12 += v * d1
        h13 += v * d1 * b
        h22 += v
        h23 += v * b
        h33 += v * b * b
        c01 += mean
        c11 += rx * (p3 * F * (1.0 - F) + p4 * f * (1.0 - f))
        c33 += p4 * b * (1.0 - b)
    values = (s, g0, g1, g2, g3, h00, h01, h02, h03, h11, h12, h13, h22, h23, h33, c01, c11, c33)
    for j in range(len(values)):
        out[j] += values[j]


@entry(types.void(_REALS, _REALS, _REALS, INT, INT, _F64, _F64, _F64, _F64, _F64, _OUT))
def geometric_alive(x, t, T, start, stop, r, alpha, a, b, early, out):
    """For each customer the probability of being alive; ``early`` is 1 if the first order may be the last."""
    for i in range(start, stop):
        out[i] = 1.0
        chances = x[i] + early
        if chances > 0.0:
            longer = (r + x[i]) * math.log((alpha + T[i]) / (alpha + t[i]))
            out[i] = 1.0 / (1.0 + a / (b + chances - 1.0) * math.exp(longer))


@njit(types.float64(_F64, _F64, _F64, _F64, _F64, _F64), **_SETTINGS)
def _drop(u, t, rx, s1, alpha, beta):
    """By how much the log of being lost at ``u`` is below that of being lost at ``t``."""
    return rx * math.log((alpha + u) / (alpha + t)) + s1 * math.log((beta + u) / (beta + t))


@njit(types.UniTuple(types.float64, 2)(*[_F64] * 6), **_SETTINGS)
def _span(t, T, rx, s1, alpha, beta):
    """Length of the interval in log(u + c) over which customers may have been lost, and the drop over it."""
    c = min(alpha, beta)
    span = math.log((T + c) / (t + c))
    drop = _drop(T, t, rx, s1, alpha, beta)
    if drop <= 1.2 * _DROP:
        return span, drop
    low, high = 0.0, span
    for _ in range(60):
        middle = (low + high) / 2
        drop = _drop((t + c) * math.exp(middle) - c, t, rx, s1, alpha, beta)
        if drop > 1.2 * _DROP:
            high = middle
        elif drop < _DROP:
            low = middle
        else:
            return middle, drop
    return high, drop


@njit(types.void(*[_F64] * 9, _OUT), **_SETTINGS)
def _moments(size, d0, d1, d2, d3, c01, c11, c23, c33, out):
    """Add a case's gradient, its outer product and its own Hessian, times its size."""
    out[3] += size * d0
    out[4] += size * d1
    out[5] += size * d2
    out[6] += size * d3
    out[7] += size * d0 * d0
    out[8] += size * d0 * d1
    out[9] += size * d0 * d2
    out[10] += size * d0 * d3
    out[11] += size * d1 * d1
    out[12] += size * d1 * d2
    out[13] += size * d1 * d3
    out[14] += size * d2 * d2
    out[15] += size * d2 * d3
    out[16] += size * d3 * d3
    out[17] += size * c01
    out[18] += size * c11
    out[19] += size * c23
    out[20] += size * c33


@njit(types.void(_F64, _F64, _F64, _F64, _F64, _F64, _F64, types.boolean, _OUT), **_SETTINGS)
def _lost(x, t, T, r, alpha, s, beta, whole, out):
    """Integrate over when a customer was lost, relative to the density at ``t``; with moments if ``whole``.

    Lost at u has density (s / beta) (1 + u/alpha)^-(r+x) (1 + u/beta)^-(s+1), still there at T probability
    (1 + T/alpha)^-(r+x) (1 + T/beta)^-s. ``out``: log scale, lost, alive, then the moments.
    """
    rx, c = r + x, min(alpha, beta)
    base_a, base_b = math.log1p(t / alpha), math.log1p(t / beta)
    now_a, now_b = math.log1p(T / alpha), math.log1p(T / beta)
    rate = math.log(s / beta)
    here = rate - rx * base_a - (s + 1) * base_b
    there = -rx * now_a - s * now_b
    scale = max(here + math.log(T - t) if t < T else there, there)
    out[0] = scale
    alive = math.exp(there - scale)
    out[2] = alive
    if whole:
        F, G = T / (alpha + T), T / (beta + T)
        _moments(
            alive, -r * now_a, rx * F, -s * now_b, s * G, r * F, rx * F * (1 - F), s * G, s * G * (1 - G), out
        )
    if t >= T:
        return
    span, drop = _span(t, T, rx, s + 1, alpha, beta)
    short = drop <= _SHORT_DROP and span <= _SHORT_SPAN
    parts = 1 if short else math.ceil(span / _SPAN)
    nodes, weights = (_NODES12, _WEIGHTS12) if short else (_NODES24, _WEIGHTS24)
    length = span / parts
    for part in range(parts):
        for k in range(len(nodes)):
            # The distance from t is what rounding must not spoil.
            growth = math.expm1(length * (part + nodes[k]))
            beyond = (t + c) * growth
            u = t + beyond
            log_a = base_a + math.log1p(beyond / (alpha + t))
            log_b = base_b + math.log1p(beyond / (beta + t))
            size = math.exp(rate - rx * log_a - (s + 1) * log_b - scale)
            size *= length * weights[k] * (t + c) * (1 + growth)
            out[1] += size
            if whole:
                F, G = u / (alpha + u), u / (beta + u)
                _moments(
                    size, -r * log_a, rx * F, 1 - s * log_b, (s + 1) * G - 1,
                    r * F, rx * F * (1 - F), s * G, (s + 1) * G * (1 - G), out,
                )  # fmt: skip


@entry(types.void(CODES, CODES, CODES, _REALS, INT, INT, _REALS, _REALS, _F64, _F64, _F64, _F64, _OUT))
def pareto(x, t, T, weight, start, stop, level, time, r, alpha, s, beta, out):
    """Sums of log-likelihood terms, gradient (4), Hessian's covariance part (10) and mean part (4).

    The mean part holds r-alpha, alpha-alpha, s-beta and beta-beta; the others are in the gradient.
    """
    one = np.empty(_N_PARETO)
    for i in range(start, stop):
        w = weight[i] if len(weight) else 1.0
        for j in range(_N_PARETO):
            one[j] = 0.0
        _lost(level[x[i]], time[t[i]], time[T[i]], r, alpha, s, beta, True, one)
        total = one[1] + one[2]
        out[0] += w * (one[0] + math.log(total))
        scale = 1.0 / total
        j = 7
        for m in range(4):
            out[1 + m] += w * one[3 + m] * scale
            for n in range(m, 4):
                out[j - 2] += w * scale * (one[j] - one[3 + m] * one[3 + n] * scale)
                j += 1
        for m in range(4):
            out[15 + m] += w * one[17 + m] * scale
        # A lost customer's density grows with s itself, so that its curvature in log s is less by one.
        out[19] += w * one[1] * scale


@entry(types.void(_REALS, _REALS, _REALS, _F64, _F64, _F64, _F64, _OUT, _OUT))
def pareto_cases(x, t, T, r, alpha, s, beta, log_likelihood, alive):
    """For each customer the log-likelihood without its factors in x, and the probability of being alive."""
    one = np.empty(_N_PARETO)
    for i in range(len(x)):
        one[0] = one[1] = one[2] = 0.0
        _lost(x[i], t[i], T[i], r, alpha, s, beta, False, one)
        total = one[1] + one[2]
        log_likelihood[i] = one[0] + math.log(total)
        alive[i] = one[2] / total


@njit(types.float64(_F64, _F64, _F64, _F64), **_SETTINGS)
def _purchases(shape, a, b, ratio):
    """Expected purchases of a customer who is there now, over ``ratio`` = periods / (alpha + T).

    The j-th purchase happens if j fall within the time (negative binomial) and j - 1 did not end it (beta):
    a sum of positive terms that needs no parameter to stay away from 1.
    """
    log_stay = -math.log1p(ratio)
    z = ratio / (1.0 + ratio)
    log_p = shape * log_stay
    p = math.exp(log_p) if log_p > _LEAST_LOG else 0.0
    more = -math.expm1(log_p)
    stays = 1.0
    total = 0.0
    for j in range(_MOST_TERMS):
        total += stays * more
        step = z * (shape + j) / (j + 1.0)
        if p > 0.0:
            p *= step
        else:
            log_p += math.log(step)
            p = math.exp(log_p) if log_p > _LEAST_LOG else 0.0
        more = max(more - p, 0.0)
        stays *= (b + j) / (a + b + j)
        ratio_next = z * (shape + j + 1.0) / (j + 2.0)
        if ratio_next < 1.0 and p > 0.0:
            left = p / (1.0 - ratio_next)
            if stays * left / (1.0 - ratio_next) <= _SEEN * total:
                return total
        if more == 0.0 and ratio_next < 1.0:
            return total
    return math.nan


@entry(types.void(_REALS, _REALS, _F64, _F64, _F64, _F64, _REALS, _REALS, _OUT))
def purchases(x, T, r, alpha, a, b, ends, factors, out):
    """For each customer the sum over ``ends`` of factor times expected purchases until then, if there now."""
    for i in range(len(x)):
        total = 0.0
        for k in range(len(ends)):
            if factors[k] != 0.0:
                total += factors[k] * _purchases(r + x[i], a, b + x[i], ends[k] / (alpha + T[i]))
        out[i] = total


@entry(types.void(CODES, _REALS, INT, INT, _TABLE, _F64, _F64, _F64, _OUT))
def interpolate(row, T, start, stop, table, alpha, middle, half, out):
    """Evaluate the Chebyshev series of each customer's row at log(alpha + T); rows below 0 are left out."""
    n = table.shape[1]
    for i in range(start, stop):
        if row[i] < 0:
            continue
        place = (math.log(alpha + T[i]) - middle) / half
        one = two = 0.0
        for k in range(n - 1, 0, -1):
            one, two = 2.0 * place * one - two + table[row[i], k], one
        out[i] = place * one - two + table[row[i], 0]


@entry(types.void(_REALS, _REALS, _REALS, _F64, _OUT))
def spend(x, m, weight, gamma, out):
    """Sums over customers of log(1 + x m / gamma) and of the share x m / (gamma + x m), also times x."""
    for i in range(len(x)):
        w = weight[i] if len(weight) else 1.0
        total = x[i] * m[i]
        value = w * math.log1p(total / gamma)
        part = total / (gamma + total)
        curve = w * part * (1.0 - part)
        out[0] += value
        out[1] += value * x[i]
        out[2] += w * part
        out[3] += w * part * x[i]
        out[4] += curve
        out[5] += curve * x[i]


def warm() -> None:
    """Call each kernel once, so that it is compiled and cached."""
    code, one = np.zeros(1, np.int32), np.ones(1)
    out = np.zeros(_N_PARETO)
    geometric(code, code, code, one, 0, 1, 1.0, one, one, one, one, one, out)
    look_through(one, one, one)
    whole(one, 1.0, 1e-7, code)
    geometric_alive(one, one, one, 0, 1, 1.0, 1.0, 1.0, 1.0, 1.0, out)
    pareto(code, code, code, one, 0, 1, one, one, 1.0, 1.0, 1.0, 1.0, out)
    pareto_cases(one, one, one, 1.0, 1.0, 1.0, 1.0, out, out)
    purchases(one, one, 1.0, 1.0, 1.0, 1.0, one, one, out)
    interpolate(code, one, 0, 1, np.ones((1, 1)), 1.0, 0.0, 1.0, out)
    spend(one, one, one, 1.0, out)
