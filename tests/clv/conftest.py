"""Customers from the processes that the models describe, and the published sample."""

import numpy as np
import pandas as pd
import pytest

import kehu


def bgnbd(n, r=0.243, alpha=4.414, a=0.793, b=2.426, *, shortest=26, longest=39, seed=1, early=False):
    """Customers who may be lost at each repeat order, or already at the first (``early``); exact times."""
    rng = np.random.default_rng(seed)
    rate = rng.gamma(r, 1 / alpha, n) if np.isfinite(r) else np.full(n, alpha)
    lost = rng.beta(a, b, n) if np.isfinite(b) else np.full(n, a)
    age = rng.uniform(shortest, longest, n)
    x, recency, now = np.zeros(n, int), np.zeros(n), np.zeros(n)
    there = np.flatnonzero(rng.random(n) >= lost) if early else np.arange(n)
    while len(there):
        now[there] += rng.exponential(size=len(there)) / rate[there]
        there = there[now[there] < age[there]]
        x[there] += 1
        recency[there] = now[there]
        there = there[rng.random(len(there)) >= lost[there]]
    return pd.DataFrame({"frequency": x, "recency": recency, "T": age})


def pareto(n, r=0.55, alpha=10.6, s=0.6, beta=11.7, *, shortest=26, longest=39, seed=1):
    """Customers who may be lost at any moment; exact times."""
    rng = np.random.default_rng(seed)
    rate, age = rng.gamma(r, 1 / alpha, n), rng.uniform(shortest, longest, n)
    end = np.minimum(rng.exponential(size=n) / rng.gamma(s, 1 / beta, n), age)
    x = rng.poisson(rate * end)
    # The last of x uniform moments.
    recency = np.where(x > 0, end * rng.random(n) ** (1 / np.maximum(x, 1)), 0.0)
    return pd.DataFrame({"frequency": x, "recency": recency, "T": age})


def spending(n, p=6.25, q=3.74, gamma=15.44, *, seed=1):
    """Customers with mean values of their repeat orders."""
    rng = np.random.default_rng(seed)
    x = rng.geometric(0.4, n) - 1
    orders = np.maximum(x, 1)
    value = rng.gamma(p * orders) / rng.gamma(q, 1 / gamma, n) / orders
    return pd.DataFrame({"frequency": x, "monetary_value": np.where(x > 0, value, 0.0)})


@pytest.fixture(scope="session")
def cdnow():
    """The sample of Fader, Hardie & Lee: 2,357 customers, calibration to 1997-09-30, in weeks."""
    orders = kehu.datasets.load("cdnow", "sample")
    return kehu.orders.customer_summary(orders, as_of="1998-06-30", calibration_end="1997-09-30", unit="W")
