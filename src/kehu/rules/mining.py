"""The mining itself: baskets made ready, threads, and the kernels that do the work."""

import os
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

import numpy as np
from tqdm.auto import tqdm

from kehu import _kernels
from kehu._kernels.itemsets.constants import HALTED, TOO_MANY
from kehu.baskets import Baskets

# Counts of the meetings of items are held for so many pairs at a time: 4 MiB, near the processor.
_PAIRS_AT_ONCE = 1 << 20
_ENTRIES_AT_ONCE = 4_000_000
NO_LIMIT = 1 << 30


@dataclass(frozen=True)
class Ranked:
    """Baskets ready for mining: frequent items only, numbered by falling count."""

    ptr: np.ndarray
    items: np.ndarray
    codes: np.ndarray
    counts: np.ndarray


def rank(baskets: Baskets, min_count: int, *, shortest: int = 2, leave_out: tuple[int, ...] = ()) -> Ranked:
    """Number the frequent items by falling count and keep the baskets that hold enough of them."""
    counts = baskets.item_counts()
    wanted = counts >= min_count
    wanted[list(leave_out)] = False
    codes = np.flatnonzero(wanted)
    codes = codes[np.argsort(-counts[codes], kind="stable")].astype(np.int32)
    ranks = np.full(baskets.n_items, -1, np.int32)
    ranks[codes] = np.arange(len(codes), dtype=np.int32)
    ptr, items = recode(baskets, ranks, shortest)
    return Ranked(ptr, items, codes, counts[codes].astype(np.int32))


def recode(baskets: Baskets, numbers: np.ndarray, shortest: int) -> tuple[np.ndarray, np.ndarray]:
    """Number the items anew (-1 leaves out), and leave out baskets that are too short then."""
    ptr, items, n, entries = _kernels.itemsets.coding.recode(
        baskets.indptr, baskets.indices, numbers, shortest
    )
    return ptr[: n + 1], items[:entries]


def mine(
    ranked: Ranked,
    min_count: int,
    *,
    longest: int = NO_LIMIT,
    limit: int = NO_LIMIT,
    ancestors: np.ndarray | None = None,
    n_jobs: int = -1,
    progress: bool = False,
) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """Find all frequent sets: items (as codes), parents and counts of a tree; None if there are too many.

    The answer does not depend on how the work is shared out: ranges of ranks come one after the other.
    Sets of one size stand in the order of their ranks, the rarest item first.
    """
    nothing = (np.empty(0, np.int32),) * 3
    if not len(ranked.codes):
        return nothing
    workers = os.cpu_count() or 1 if n_jobs == -1 else n_jobs
    related = np.empty((len(ranked.codes), 0), np.int32) if ancestors is None else ancestors
    halt = np.zeros(1, np.bool_)

    def part(span: tuple[int, int]) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
        if halt[0]:
            return *nothing, HALTED
        return _kernels.itemsets.frequent.mine(
            ranked.ptr, ranked.items, *span, ranked.counts, related, min_count, longest, limit, halt
        )

    parts = _in_threads(part, _spans(ranked, workers), workers, halt, limit, progress)[::-1]
    if any(status == TOO_MANY for *_, status in parts) or sum(len(part[0]) for part in parts) > limit:
        return None
    shifts = np.cumsum([0, *(len(part[0]) for part in parts[:-1])])
    for (_, parent, _, _), shift in zip(parts, shifts.tolist(), strict=True):
        parent[parent >= 0] += shift
    item, parent, count = (np.concatenate([part[k] for part in parts]) for k in range(3))
    return ranked.codes[item], parent, count


def _spans(ranked: Ranked, workers: int) -> list[tuple[int, int]]:
    """Share the ranks out: some spans a worker, each with a bounded table of meetings."""
    n = max(2 * workers, len(ranked.items) // _ENTRIES_AT_ONCE)
    counts = ranked.counts.tolist()
    most, spans, start, entries, pairs = sum(counts) / n, [], 0, 0, 0
    for y, count in enumerate(counts):
        if y > start and (entries + count > most or pairs + y > _PAIRS_AT_ONCE):
            spans.append((start, y))
            start, entries, pairs = y, 0, 0
        entries, pairs = entries + count, pairs + y
    return [*spans, (start, len(counts))][::-1]


def _in_threads(
    work: Callable, spans: list, workers: int, halt: np.ndarray, limit: int, progress: bool
) -> list:
    """Do the parts side by side, in order; stop all when they find too many sets or the user interrupts."""
    with (
        ThreadPoolExecutor(workers) as pool,
        tqdm(total=len(spans), desc="itemsets", delay=2, disable=not progress, leave=False) as bar,
    ):
        futures: list[Future] = [pool.submit(work, span) for span in spans]
        try:
            left, found = set(futures), 0
            while left:
                done, left = wait(left, timeout=0.5, return_when=FIRST_COMPLETED)
                found += sum(len(future.result()[0]) for future in done)
                bar.update(len(done))
                halt[0] = found > limit or any(future.result()[3] == TOO_MANY for future in done)
                if halt[0]:
                    break
            return [future.result() for future in futures]
        except BaseException:
            halt[0] = True
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _in_thread(work: Callable, halt: np.ndarray) -> tuple:
    """Do the work aside, so that the user can interrupt it."""
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(work)
        try:
            while not future.done():
                wait([future], timeout=0.5)
        except BaseException:
            halt[0] = True
            raise
        return future.result()


def mine_distinct(
    baskets: Baskets, min_count: int, *, kind: str, limit: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray] | None:
    """Find the closed or maximal sets or the generators without going through all sets.

    Gives items (as codes), parents and counts of a tree, and its nodes that are sets of this kind; None if
    there are too many.
    """
    ranked = rank(baskets, min_count, shortest=1)
    keys = _kernels.itemsets.seen.keys_of_baskets(len(ranked.ptr) - 1)
    sums = _kernels.itemsets.seen.sums_of_keys(ranked.ptr, ranked.items, keys, len(ranked.codes))
    halt = np.zeros(1, np.bool_)
    closed = kind != "generators"

    def work() -> tuple:
        return _kernels.itemsets.distinct.mine_distinct(
            ranked.ptr, ranked.items, keys, ranked.counts, sums, closed, min_count, limit, halt
        )

    item, parent, count, rows, leaf, status = _in_thread(work, halt)
    if status == TOO_MANY:
        return None
    if kind == "maximal":
        rows = rows[leaf == 1]
        rows = rows[
            _kernels.itemsets.maximal.maximal(
                *_kernels.itemsets.trees.unpack(item, parent, rows), len(ranked.codes)
            )
        ]
    return ranked.codes[item], parent, count, rows
