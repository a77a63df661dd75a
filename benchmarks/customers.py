"""Customers: kehu against pandas, polars, DuckDB and lifetimes.

Each contestant gets the data in the form it likes best, which is not timed, and warms up on a few rows. Then
the call alone is timed, from the table of orders or histories to the table of results. All must find the
same. Peers are written in the way that was fastest of several that give this result (see `_customers.py`).
"""

from collections.abc import Callable
from pathlib import Path

import _customers as of
import numpy as np
from _tasks import Task, run

BUILD = Path(__file__).parents[1] / "build" / "bench"
MILLION = 1_000_000


def _apart(ready: Callable[..., of.Call]) -> Callable[[of.Data], of.Call]:
    return lambda data: ready(data, "keep")


SUMMARY = {
    "kehu": of.kehu_summary,
    "pandas": of.pandas_summary,
    "polars": of.polars_summary,
    "DuckDB": of.duckdb_summary,
}
SCORES = {
    "kehu": of.kehu_scores,
    "pandas": of.pandas_scores,
    "polars": of.polars_scores,
    "DuckDB": of.duckdb_scores,
}
APART = {name: _apart(ready) for name, ready in SCORES.items()}
COHORTS = {
    "kehu": of.kehu_cohorts,
    "pandas": of.pandas_cohorts,
    "polars": of.polars_cohorts,
    "DuckDB": of.duckdb_cohorts,
}
FIT = {"kehu": of.kehu_fit, "lifetimes": of.lifetimes_fit}
VALUE = {"kehu": of.kehu_value, "lifetimes": of.lifetimes_value}
ORDERS, MOST, CUSTOMERS = (5 * MILLION, 50 * MILLION), 50 * MILLION, (MILLION // 10, MILLION, 10 * MILLION)
GOALS = {"pandas": 12, "polars": 3.5, "DuckDB": 4.9}
TASKS = {
    "summary": Task("customer summary", SUMMARY, of.summarised, "orders", ORDERS, {}, MOST),
    "scores": Task("RFM, a day is an order", SCORES, of.scored, "orders", ORDERS, GOALS, MOST),
    "apart": Task("RFM, a row is an order", APART, of.scored, "orders", ORDERS, GOALS, MOST),
    "cohorts": Task(
        "cohorts by month", COHORTS, of.cells, "orders", (10 * MILLION,), {"pandas": 12}, 10 * MILLION
    ),
    "fit": Task(
        "BG/NBD fit", FIT, of.parameters, "histories", CUSTOMERS, {"lifetimes": 75}, MILLION, tolerance=0.02
    ),
    "value": Task(
        "value of 12 months", VALUE, of.valued, "histories", (MILLION,), {"lifetimes": 50}, MILLION
    ),
}


# Data.


def data(kind: str, n: int) -> Path:
    """Draw the data once and store them."""
    path = BUILD / f"{kind}-{n}.npz"
    if not path.exists():
        BUILD.mkdir(parents=True, exist_ok=True)
        np.savez(path, **(orders if kind == "orders" else histories)(n, np.random.default_rng(1)))
    return path


def orders(n: int, random: np.random.Generator) -> of.Data:
    """Draw orders of customers, one for each five, who buy at different rates; many of them never do."""
    share = np.cumsum(random.gamma(0.6, 1.0, n // 5))
    customer = np.searchsorted(share, share[-1] * random.random(n))
    moment = random.integers(0, of.DAYS * 86_400, n) * 1_000_000 + of.FIRST.astype("M8[us]").astype(np.int64)
    return {"customer": customer, "moment": moment, "amount": np.exp(random.normal(3.5, 0.9, n))}


def histories(n: int, random: np.random.Generator) -> of.Data:
    """Draw purchase histories by the BG/NBD, in whole days, and what an order of each is worth."""
    rate = random.gamma(of.TRUTH["r"], 1 / of.TRUTH["alpha"], n)
    lost = random.beta(of.TRUTH["a"], of.TRUTH["b"], n)
    age = random.integers(30, of.DAYS + 1, n).astype(float)
    time, frequency, recency = np.zeros(n), np.zeros(n), np.zeros(n)
    there = np.arange(n)
    while len(there):
        time[there] += random.exponential(size=len(there)) / rate[there]
        there = there[time[there] < age[there]]
        frequency[there] += 1
        recency[there] = np.minimum(np.ceil(time[there]), age[there])
        there = there[random.random(len(there)) >= lost[there]]
    spend = 20 + random.gamma(2.0, 15.0, n)
    return {"frequency": frequency, "recency": recency, "T": age, "spend": spend}


def first(given: of.Data) -> of.Data:
    return {column: values[: of.TINY].copy() for column, values in given.items()}


NOTES = (
    "All find the same: the same sums of the columns, the same customers with each score, the same cells, "
    "values, and parameters within 2 %. Sizes are order lines (of a fifth as many customers at most, times "
    "to the second within two years), or customers for the fit and the value. In a summary, and where *a day "
    "is an order*, a customer's orders of the same day are merged; where *a row is an order* they are "
    "counted as they stand, and recency has the time of day. kehu, polars and DuckDB use all cores."
)

if __name__ == "__main__":
    packages = ("pandas", "polars", "duckdb", "lifetimes", "numba")
    run(__file__, TASKS, data, first, lambda _: (100_000,), NOTES, packages)
