"""Customers: kehu against pandas, polars, DuckDB and lifetimes.

Each contestant gets the data in the form it likes best, which is not timed, and warms up on a few rows. Then
the call alone is timed, from the table of orders or histories to the table of results. All must find the
same. Peers are written in the way that was fastest of several that give this result (see `_customers.py`).
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import _customers as of
import _side_by_side as side_by_side
import numpy as np

BUILD = Path(__file__).parents[1] / "build" / "bench"
# Runs that took longer than this are not repeated; nobody gets more than the limit for a call.
ONCE, LIMIT, QUICK_LIMIT = 20, 300, 30
MILLION = 1_000_000


@dataclass(frozen=True)
class Task:
    """What is done, by whom, what must agree, on which data, and how much faster kehu should be.

    Sizes are numbers of order lines or of customers; the goals are for the size ``at``.
    """

    name: str
    contestants: dict[str, Callable[[of.Data], of.Call]]
    summary: Callable[[object], list[float]]
    data: str
    sizes: tuple[int, ...]
    goals: dict[str, float]
    at: int
    tolerance: float = 1e-6


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


# Turns.


def child(task: str, name: str, path: str, limit: str) -> None:
    chosen = TASKS[task]
    with np.load(path) as stored:
        given = {column: stored[column] for column in stored.files}
    ready = chosen.contestants[name]
    ready({column: values[: of.TINY].copy() for column, values in given.items()})()
    # More than any contestant needs besides the data.
    side_by_side.touch_memory(0.5 + 4 * sum(values.nbytes for values in given.values()) / 1e9)
    side_by_side.child_call(ready(given), chosen.summary, float(limit))


def compete(key: str, n: int, runs: int, limit: float, slow: dict[str, float]) -> list[dict]:
    """Let the contestants take turns; ``slow`` remembers how long a row takes them at least."""
    task, path = TASKS[key], data(TASKS[key].data, n)
    measured: dict[str, list[dict]] = {}
    for turn in range(runs):
        for name in task.contestants:
            before = measured.get(name, [])
            if any(one.get("seconds", ONCE) >= ONCE for one in before):
                continue
            if n * slow.get(name, 0) > limit:
                one = {"failed": "not run"}
            else:
                one = side_by_side.measure(__file__, name, key, path, limit)
            if one.get("failed") == "too slow":
                one["limit"] = limit
            measured.setdefault(name, []).append(one)
            slow[name] = max(slow.get(name, 0), one.get("seconds", one.get("limit", 0)) / n)
            shown = one.get("failed") or f"{one['seconds']:.3f} s, {1000 * one['above']:.0f} MB"
            print(f"  {task.name}, {n:,}, run {turn + 1}, {name}: {shown}", file=sys.stderr, flush=True)
    results = [
        side_by_side.median(name, found) | {"limit": found[0].get("limit")}
        for name, found in measured.items()
    ]
    if "failed" in results[0]:
        raise SystemExit(f"{task.name}, {n:,}: kehu failed: {results[0]['failed']}")
    _check_agreement(task, n, results)
    return results


def _check_agreement(task: Task, n: int, results: list[dict]) -> None:
    found = {result["name"]: result["result"] for result in results if "result" in result}
    own = found["kehu"]
    for name, other in found.items():
        same = len(own) == len(other) and np.allclose(other, own, rtol=task.tolerance, atol=0)
        if not same:
            raise SystemExit(f"{task.name}, {n:,}: {name} finds {other}, kehu {own}")


# What is said of it.

HEAD = [
    "| what | rows | with | seconds | to kehu | MB above input | to kehu | peak MB |",
    "| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: |",
]


def table(task: Task, n: int, results: list[dict]) -> list[str]:
    own, rows = results[0], []
    for result in results:
        cells = [task.name, f"{n:,}", result["name"]]
        if result["limit"]:
            cells += [f"> {result['limit']:.0f}", f"> {_times(result['limit'] / own['seconds'])}", "", "", ""]
        elif "failed" in result:
            cells += [result["failed"], "", "", "", ""]
        else:
            cells += [f"{result['seconds']:.3f}", _times(result["seconds"] / own["seconds"])]
            cells += [f"{1000 * result['above']:.0f}", _times(result["above"] / own["above"])]
            cells.append(f"{1000 * result['gigabytes']:.0f}")
        rows.append(f"| {' | '.join(cells)} |")
    return rows


def _times(ratio: float) -> str:
    return f"{ratio:.0f}×" if ratio >= 20 else f"{ratio:.2f}×"


def growth(task: Task, seconds: dict[int, float]) -> str:
    """Say how much longer kehu takes for more rows."""
    sizes = sorted(seconds)
    steps = [
        f"{more // less} times the rows ({more:,}) take {seconds[more] / seconds[less]:.1f} times as long"
        for less, more in pairwise(sizes)
    ]
    return f"- {task.name}: {'; '.join(steps)}."


def verdicts(task: Task, results: list[dict]) -> list[str]:
    """Say whether the peers take as many times as long as they should."""
    said, own = [], results[0]["seconds"]
    for result in results[1:]:
        least, taken = task.goals.get(result["name"]), result.get("seconds", result["limit"])
        if least and taken:
            ratio = taken / own
            stopped = "> " if "seconds" not in result else ""
            word = "met" if ratio >= least else "not decided" if stopped else "**missed**"
            name = result["name"]
            said.append(
                f"- {task.name}, {task.at:,} rows, {least:g} times as fast as {name}: {word}, "
                f"{stopped}{_times(ratio)}."
            )
    return said


def main() -> None:
    arguments = side_by_side.parser(__doc__)
    arguments.add_argument("--quick", action="store_true", help="one round of small sizes, to try it out")
    arguments.add_argument("--only", nargs="+", choices=TASKS, default=list(TASKS), help="some of the tasks")
    arguments.add_argument("--most", type=int, help="leave out sizes above this")
    arguments.add_argument("--limit", type=float, default=LIMIT, help=f"seconds for a call (default {LIMIT})")
    chosen = arguments.parse_args()
    if chosen.child:
        name, task, path, limit = chosen.child
        child(task, name, path, limit)
        return
    if chosen.write and (chosen.quick or chosen.most or len(chosen.only) < len(TASKS)):
        arguments.error("only the figures of all tasks at all sizes are to be written")
    runs, limit = (1, QUICK_LIMIT) if chosen.quick else (chosen.runs, chosen.limit)
    lines, grown, reached = list(HEAD), [], []
    for key in chosen.only:
        task, slow, seconds = TASKS[key], {}, {}
        sizes = (100_000,) if chosen.quick else [n for n in task.sizes if n <= (chosen.most or n)]
        for n in sizes:
            results = compete(key, n, runs, limit, slow)
            lines += table(task, n, results)
            seconds[n] = results[0]["seconds"]
            reached += verdicts(task, results) if n == task.at else []
        grown += [growth(task, seconds)] if len(seconds) > 1 else []
    packages = ("pandas", "polars", "duckdb", "lifetimes", "numba")
    notes = [
        f"Medians of {runs} runs in turn, each in a fresh process; a run over {ONCE} s is not repeated, one "
        f"that takes more than {limit:.0f} s is stopped, and not begun where a smaller size shows that it "
        "would. Only the call is timed, its memory is the peak. Fresh memory is written to beforehand, as a "
        "virtual machine hands it out slowly. All find the same: the same sums of the "
        "columns, the same customers with each score, the same cells, values, and parameters within 2 %. Of "
        "the orders a fifth as many customers as rows could be the buyers, times are to the second within "
        "two years. In a summary, and where *a day is an order*, a customer's orders of the same day are "
        "merged; where *a row is an order* they are counted as they stand, and recency has the time of day. "
        f"kehu, polars and DuckDB use all cores. {side_by_side.machine(*packages)}.",
    ]
    if grown:
        notes += ["Growth of kehu's time:", "\n".join(grown)]
    if reached:
        notes += ["Goals:", "\n".join(reached)]
    text = "\n\n".join(["\n".join(lines), *notes])
    print(text)
    if chosen.write:
        side_by_side.write_section("customers", f"## Customers\n\n{text}")


if __name__ == "__main__":
    main()
