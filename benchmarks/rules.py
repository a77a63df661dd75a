"""Frequent itemsets and rules: kehu against mlxtend, PyFIM, rusket and efficient-apriori.

Each contestant gets the baskets in the form it likes best, which is not timed, and warms up on a few baskets.
Then the mining alone is timed. All must find as many sets, with the same sum of counts. Where a peer has two
algorithms the faster one of the first turn counts.
"""

import gzip
import math
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import _side_by_side as side_by_side
import numpy as np

BUILD = Path(__file__).parents[1] / "build" / "bench"
SUPPORTS = (0.01, 0.001, 0.0002)
# Runs that took longer than this are not repeated.
ONCE = 20
# Seconds that a call may take. mlxtend may take more on real baskets: so many times as long as kehu, which is
# more than the goal asks for.
LIMIT, LONGEST_LIMIT, ENOUGH = 30, 150, 100
# A little below 30 %, so that rounding cannot matter.
MIN_CONFIDENCE = 0.3 - 1e-9
TINY = np.array([0, 3, 6, 8]), np.array([0, 1, 2, 0, 1, 2, 0, 1], np.int32), 3

Mine = Callable[[int], object]


# Contestants: given the baskets (indptr, indices, number of items), they return what is to be timed.


def kehu_(indptr: np.ndarray, indices: np.ndarray, n_items: int) -> Mine:
    from kehu import Baskets, rules

    baskets = Baskets.from_csr((indptr, indices), labels=range(n_items))
    return lambda fewest: rules.frequent_itemsets(baskets, min_support=fewest / baskets.n_baskets)


def mlxtend_(indptr: np.ndarray, indices: np.ndarray, n_items: int) -> Mine:
    import pandas as pd
    from mlxtend.frequent_patterns import fpgrowth

    matrix = _matrix(indptr, indices, n_items, np.bool_)
    table = pd.DataFrame.sparse.from_spmatrix(matrix, columns=[str(item) for item in range(n_items)])
    return lambda fewest: fpgrowth(table, min_support=(fewest - 0.5) / len(table))


def pyfim(algorithm: str, indptr: np.ndarray, indices: np.ndarray, n_items: int) -> Mine:
    import fim

    del n_items
    lists = [part.tolist() for part in np.split(indices, indptr[1:-1])]
    return lambda fewest: getattr(fim, algorithm)(lists, supp=-fewest, report="a")


def rusket_(algorithm: str, indptr: np.ndarray, indices: np.ndarray, n_items: int) -> Mine:
    import rusket

    matrix = _matrix(indptr, indices, n_items, np.uint8)
    matrix.indices, matrix.indptr = matrix.indices.astype(np.int32), matrix.indptr.astype(np.int32)
    mine = getattr(rusket, algorithm)
    return lambda fewest: mine(matrix, min_support=(fewest - 0.5) / matrix.shape[0], use_colnames=False)


def efficient_apriori_(indptr: np.ndarray, indices: np.ndarray, n_items: int) -> Mine:
    from efficient_apriori import itemsets_from_transactions

    del n_items
    tuples = [tuple(part.tolist()) for part in np.split(indices, indptr[1:-1])]
    return lambda fewest: itemsets_from_transactions(
        tuples, min_support=(fewest - 0.5) / len(tuples), max_length=100
    )[0]


def _matrix(indptr: np.ndarray, indices: np.ndarray, n_items: int, kind: type) -> object:
    from scipy.sparse import csr_matrix

    return csr_matrix((np.ones(len(indices), kind), indices, indptr), shape=(len(indptr) - 1, n_items))


CONTESTANTS = {
    "kehu": kehu_,
    "PyFIM eclat": lambda *baskets: pyfim("eclat", *baskets),
    "PyFIM fpgrowth": lambda *baskets: pyfim("fpgrowth", *baskets),
    "rusket fpgrowth": lambda *baskets: rusket_("fpgrowth", *baskets),
    "rusket eclat": lambda *baskets: rusket_("eclat", *baskets),
    "mlxtend fpgrowth": mlxtend_,
    "efficient-apriori": efficient_apriori_,
}


def kehu_rules(*baskets: object) -> Mine:
    from kehu import rules

    def ready(fewest: int) -> Callable[[], object]:
        sets = kehu_(*baskets)(fewest)
        return lambda: rules.association_rules(sets, min_confidence=MIN_CONFIDENCE, measures=["lift"])

    return ready


def mlxtend_rules(*baskets: object) -> Mine:
    from mlxtend.frequent_patterns import association_rules

    def ready(fewest: int) -> Callable[[], object]:
        sets = kehu_(*baskets)(fewest)[["support", "itemsets"]].astype({"itemsets": object})
        return lambda: association_rules(
            sets,
            num_itemsets=len(baskets[0]) - 1,
            min_threshold=MIN_CONFIDENCE,
            return_metrics=["antecedent support", "consequent support", "support", "confidence", "lift"],
        )

    return ready


OF_RULES = {"kehu": kehu_rules, "mlxtend": mlxtend_rules}


def child(kind: str, name: str, path: str, fewest: str, limit: str) -> None:
    with np.load(path) as stored:
        baskets = stored["indptr"], stored["indices"], int(stored["n_items"])
    fewest, n = int(fewest), len(baskets[0]) - 1
    if kind == "rules":
        OF_RULES[name](*TINY)(1)()
        side_by_side.child_call(OF_RULES[name](*baskets)(fewest), len, float(limit))
        return
    CONTESTANTS[name](*TINY)(1)
    mine = CONTESTANTS[name](*baskets)
    side_by_side.child_call(lambda: mine(fewest), lambda found: _number_and_sum(found, n), float(limit))


def _number_and_sum(found: object, n_baskets: int) -> list[int]:
    """Count the sets found and add up their counts, whatever form they have."""
    if isinstance(found, dict):
        counts = [count for level in found.values() for count in level.values()]
    elif isinstance(found, list):
        counts = [count for _, count in found]
    else:
        counts = np.rint(found["support"].to_numpy() * n_baskets).astype(np.int64)
    return [len(counts), int(np.sum(counts))]


# Baskets.


@dataclass(frozen=True)
class Data:
    """Baskets stored for the contestants."""

    name: str
    path: Path
    n_baskets: int
    real: bool

    @classmethod
    def store(
        cls, name: str, stem: str, indptr: np.ndarray, indices: np.ndarray, n_items: int, *, real: bool = True
    ) -> "Data":
        BUILD.mkdir(parents=True, exist_ok=True)
        path = BUILD / f"{stem}.npz"
        np.savez(path, indptr=indptr, indices=indices, n_items=n_items)
        return cls(name, path, len(indptr) - 1, real)


def retail(folder: Path | None) -> Data | None:
    """Read the baskets of a Belgian supermarket: one a line, items as whole numbers."""
    path = None if folder is None else folder / "retail.dat.gz"
    if path is None or not path.is_file():
        return None
    with gzip.open(path, "rt") as lines:
        rows = [np.unique(np.array(line.split(), np.int32)) for line in lines]
    indices = np.concatenate(rows)
    indptr = np.cumsum([0, *map(len, rows)])
    return Data.store("retail", "retail", indptr, indices, int(indices.max()) + 1)


def complete_journey(item: str, name: str) -> Data:
    import kehu

    orders = kehu.datasets.load("complete_journey")
    baskets = kehu.Baskets.from_orders(orders, item=item, missing="drop")
    return Data.store(name, f"journey-{item}", baskets.indptr, baskets.indices, baskets.n_items)


def synthetic(n_baskets: int) -> Data:
    """Draw T10 I4 N1000 L2000, once."""
    from _quest import quest

    name, stem = f"{n_baskets:,} synthetic", f"quest-{n_baskets}"
    path = BUILD / f"{stem}.npz"
    if path.exists():
        return Data(name, path, n_baskets, False)
    return Data.store(name, stem, *quest(n_baskets, 10, 4, 1000, 2000, 1994), 1000, real=False)


# Turns.


def fewest(support: float, n_baskets: int) -> int:
    """Give the smallest count that reaches a support."""
    return math.ceil(support * n_baskets - 1e-9)


def compete(data: Data, support: float, runs: int, quick: bool, slow: dict[str, float]) -> list[dict]:
    """Let the contestants take turns; ``slow`` remembers who ran into which limit on these baskets."""
    measured: dict[str, list[dict]] = {}
    for turn in range(runs):
        for name in CONTESTANTS if turn == 0 else _worth_repeating(measured):
            limit = LIMIT / 3 if quick else _limit(name, data, measured)
            one = _run(data, support, name, limit, slow)
            measured.setdefault(name, []).append(one)
            shown = one.get("failed") or f"{one['seconds']:.3f} s, {1000 * one['above']:.0f} MB"
            print(
                f"  {data.name}, {support:.2%}, run {turn + 1}, {name}: {shown}", file=sys.stderr, flush=True
            )
    results = [
        side_by_side.median(name, measured[name]) | {"limit": measured[name][0].get("limit")}
        for name in _fastest(measured)
    ]
    if "failed" in results[0]:
        raise SystemExit(f"{data.name} at {support:.2%}: kehu failed: {results[0]['failed']}")
    _check_agreement(data, support, measured)
    return results


def _limit(name: str, data: Data, measured: dict[str, list[dict]]) -> float:
    """Give the seconds that a call may take."""
    own = measured["kehu"][0].get("seconds", 0) if measured else 0
    if name.startswith("mlxtend") and data.real:
        return min(LONGEST_LIMIT, max(LIMIT, ENOUGH * own))
    siblings = [runs for other, runs in measured.items() if _peer(other) == _peer(name) and other != name]
    sibling = min((runs[0].get("seconds", LIMIT) for runs in siblings), default=LIMIT)
    # Far slower than the other algorithm of the same peer is slow enough.
    return min(2 * LIMIT, 3 * sibling + 1)


def _run(data: Data, support: float, name: str, limit: float, slow: dict[str, float]) -> dict:
    """Measure, unless this took too long at a higher support already: a lower one takes no less."""
    one = {"failed": "too slow"}
    if slow.get(name, 0) < limit:
        count = fewest(support, data.n_baskets)
        one = side_by_side.measure(__file__, name, "sets", data.path, count, limit)
    if one.get("failed") == "too slow":
        one["limit"] = slow[name] = max(limit, slow.get(name, 0))
    return one


def _peer(name: str) -> str:
    return name.partition(" ")[0]


def _fastest(measured: dict[str, list[dict]]) -> list[str]:
    """Choose one algorithm of each peer: the faster one of the first turn."""
    best: dict[str, str] = {}
    for name, runs in measured.items():
        rival = best.setdefault(_peer(name), name)
        if runs[0].get("seconds", math.inf) < measured[rival][0].get("seconds", math.inf):
            best[_peer(name)] = name
    return list(best.values())


def _worth_repeating(measured: dict[str, list[dict]]) -> list[str]:
    return [name for name in _fastest(measured) if measured[name][0].get("seconds", ONCE) < ONCE]


def _check_agreement(data: Data, support: float, measured: dict[str, list[dict]]) -> None:
    found = {name: tuple(runs[0]["result"]) for name, runs in measured.items() if "result" in runs[0]}
    if len(set(found.values())) > 1:
        raise SystemExit(f"{data.name} at {support:.2%}: not the same (sets, sum of counts): {found}")


def first_calls(runs: int) -> list[tuple[float, float]]:
    """Time ``import kehu.rules`` and a first small call in fresh processes, besides ``import numba``.

    Gives the seconds with compiled kernels in the cache and those without, and which part of each is the
    import of pandas and scipy and the start of numba's compiler, which every user of numba pays for.
    """
    script = """
import time, numba
start = time.perf_counter()
import pandas, scipy.sparse
numba.njit("int64(int64)")(lambda x: x)
others = time.perf_counter()
import kehu.rules
baskets = kehu.Baskets.from_lists([["milk", "tea"], ["milk", "tea", "salt"], ["tea", "salt"]])
kehu.rules.frequent_itemsets(baskets, min_support=0.3)
print(time.perf_counter() - start, others - start)
"""

    def timed(cache: str) -> tuple[float, ...]:
        command = [sys.executable, "-c", script]
        variables = {**os.environ, "NUMBA_CACHE_DIR": cache}
        done = subprocess.run(command, env=variables, stdout=subprocess.PIPE, text=True, check=True)
        return tuple(map(float, done.stdout.split()))

    cached, nothing = [], []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            nothing.append(timed(folder))
            cached += [timed(folder), timed(folder)]
    return [tuple(map(statistics.median, zip(*measured, strict=True))) for measured in (cached, nothing)]


def compare_rules(data: Data, runs: int) -> str:
    """Let kehu and mlxtend make rules of the same sets."""
    count = fewest(0.001, data.n_baskets)
    measured: dict[str, list[dict]] = {name: [] for name in OF_RULES}
    for _ in range(runs):
        for name, done in measured.items():
            done.append(side_by_side.measure(__file__, name, "rules", data.path, count, LONGEST_LIMIT))
    own, other = (side_by_side.median(name, done) for name, done in measured.items())
    if "failed" in own or "failed" in other:
        return f"Rules: kehu {own.get('failed', 'done')}, mlxtend {other.get('failed', 'done')}."
    if own["result"] != other["result"]:
        raise SystemExit(f"rules: kehu makes {own['result']}, mlxtend {other['result']}")
    return (
        f"Rules with lift, confidence from {100 * MIN_CONFIDENCE:.0f} %, of the sets of {data.name} at 0.1 % "
        f"({own['result']:,} rules): kehu {own['seconds']:.3f} s, mlxtend {other['seconds']:.2f} s, "
        f"{other['seconds'] / own['seconds']:.0f} times as long."
    )


# What is said of it.

HEAD = [
    "| baskets | support | sets | with | seconds | to kehu | MB above input | to kehu | peak MB |",
    "| --- | ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: |",
]


def table(data: Data, support: float, results: list[dict]) -> list[str]:
    own, rows = results[0], []
    for result in results:
        cells = [data.name, _percent(support), f"{own['result'][0]:,}", result["name"]]
        if result["limit"]:
            cells += [f"> {result['limit']:.0f}", f"> {_times(result['limit'] / own['seconds'])}", "", "", ""]
        elif "failed" in result:
            cells += [result["failed"], "", "", "", ""]
        else:
            for key, form in (("seconds", "{:.3f}"), ("above", "{:.0f}")):
                shown = result[key] if key == "seconds" else 1000 * result[key]
                cells += [form.format(shown), _times(result[key] / own[key])]
            cells.append(f"{1000 * result['gigabytes']:.0f}")
        rows.append(f"| {' | '.join(cells)} |")
    return rows


def _percent(share: float) -> str:
    return f"{100 * share:g} %"


def _times(ratio: float) -> str:
    return f"{ratio:.0f}×" if ratio >= 20 else f"{ratio:.2f}×"


@dataclass(frozen=True)
class Ratio:
    """A peer's figure over kehu's in one case, or the least that it can be."""

    value: float
    case: str
    at_least: bool

    def __str__(self) -> str:
        return f"{'> ' * self.at_least}{_times(self.value)} ({self.case})"


def ratios(cases: list[tuple[Data, float, list[dict]]], key: str, *peers: str) -> list[Ratio]:
    """Compare the best of some peers with kehu, case by case; the limit stands for a peer that met it."""
    found = []
    for data, support, (own, *others) in cases:
        held = []
        for result in others:
            stopped = key == "seconds" and result["limit"] is not None
            value = result["limit"] if stopped else result.get(key)
            if value is not None and result["name"].startswith(peers):
                case = f"{result['name']}, {data.name}, {_percent(support)}"
                held.append(Ratio(value / own[key], case, stopped))
        if held:
            found.append(min(held, key=lambda ratio: ratio.value))
    return sorted(found, key=lambda ratio: ratio.value)


def verdict(goal: str, held: list[Ratio], least: float) -> str:
    """Say whether the peers' figures are at least so many times kehu's in every case."""
    low = [ratio for ratio in held if ratio.value < least]
    missed, open_ = [ratio for ratio in low if not ratio.at_least], [ratio for ratio in low if ratio.at_least]
    said = []
    if missed:
        said.append(f"**missed** in {len(missed)} of {len(held)} cases: {'; '.join(map(str, missed))}")
    if open_:
        said.append(f"not decided, as the peer was stopped before, in {'; '.join(map(str, open_))}")
    if not low:
        said.append(
            f"met in all {len(held)} cases; nearest to missing it: {held[0]}" if held else "not measured"
        )
    return f"- {goal}: {'; '.join(said)}."


def below(goal: str, measured: tuple[float, float], most: float) -> str:
    seconds, others = measured
    said = "met" if seconds <= most else "**missed**"
    return (
        f"- {goal}: {said}, {seconds:.2f} s, of which {others:.2f} s are the import of pandas and scipy and "
        "the start of numba's compiler."
    )


def goals(
    cases: list[tuple[Data, float, list[dict]]], cached: tuple[float, float], nothing: tuple[float, float]
) -> list[str]:
    rare = [case for case in cases if case[0].real and case[1] <= 0.001]
    return [
        verdict(
            "At least 80 times as fast as mlxtend's fpgrowth, real baskets, at most 0.1 %",
            ratios(rare, "seconds", "mlxtend"),
            80,
        ),
        verdict(
            "Never slower than the faster of PyFIM and rusket",
            ratios(cases, "seconds", "PyFIM", "rusket"),
            1,
        ),
        verdict(
            "At most half of rusket's memory above the input (its figure at least 2×)",
            ratios(cases, "above", "rusket"),
            2,
        ),
        below("First call from the cache within 0.5 s besides importing numba", cached, 0.5),
        below("First call from nothing within 10 s besides importing numba", nothing, 10),
    ]


def main() -> None:
    arguments = side_by_side.parser(__doc__)
    shared = os.environ.get("KEHU_SHARED_DATA")
    arguments.add_argument(
        "--data", type=Path, default=shared, help="folder with retail.dat.gz, if you have it"
    )
    arguments.add_argument("--quick", action="store_true", help="one short round, to try it out")
    chosen = arguments.parse_args()
    if chosen.child:
        name, kind, path, count, limit = chosen.child
        child(kind, name, path, count, limit)
        return
    if chosen.quick and chosen.write:
        arguments.error("--quick is for trying out; its figures are not to be written")
    runs = 1 if chosen.quick else chosen.runs
    journey = complete_journey("category", "Complete Journey, product types")
    all_data = [
        retail(chosen.data),
        journey,
        complete_journey("product", "Complete Journey, products"),
        synthetic(100_000 if chosen.quick else 1_000_000),
    ]
    lines, cases = list(HEAD), []
    for data in filter(None, all_data):
        slow: dict[str, float] = {}
        for support in SUPPORTS:
            results = compete(data, support, runs, chosen.quick, slow)
            cases.append((data, support, results))
            lines += table(data, support, results)
    cached, nothing = first_calls(runs)
    notes = [
        f"Medians of {runs} runs in turn, each in a fresh process; a run over {ONCE} s is not repeated, and "
        "one that takes far too long is stopped. Only the mining is timed, its memory is the peak. All find "
        "as many sets with the same sum of counts. kehu and rusket keep the sets as codes and use all "
        f"{os.cpu_count()} cores; the others make Python objects and use one. Of PyFIM and of rusket the "
        "faster of Eclat and FP-growth is shown. "
        f"{side_by_side.machine('mlxtend', 'pyfim', 'rusket', 'efficient-apriori', 'numba', 'pandas')}.",
        compare_rules(journey, runs),
        "Goals:",
        "\n".join(goals(cases, cached, nothing)),
    ]
    if all_data[0] is None:
        notes.insert(1, "Retail is left out: `retail.dat.gz` (FIMI repository) is not here; see `--data`.")
    text = "\n\n".join(["\n".join(lines), *notes])
    print(text)
    if chosen.write:
        side_by_side.write_section("rules", f"## Frequent itemsets and rules\n\n{text}")


if __name__ == "__main__":
    main()
