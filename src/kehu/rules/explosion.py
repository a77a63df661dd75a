"""What to say when there are too many itemsets: how many about, and what would help."""

import numpy as np

from kehu.rules.mining import Ranked, mine
from kehu.rules.search import Search

_PROBES = 200
_SEED = 20260101
# Sets are counted exactly when a higher threshold is tried; fewer are enough to advise it.
_ENOUGH = 200_000


class TooManyItemsetsError(ValueError):
    """More itemsets are frequent than were allowed for."""


def error(
    ranked: Ranked, search: Search, min_count: int, kind: str, max_sets: int, ancestors: np.ndarray | None
) -> TooManyItemsetsError:
    """Make the error: an estimate of the number of sets, and a threshold that works."""
    n = search.baskets.n_baskets
    about = max(estimate(ranked, min_count), max_sets)
    advice = []
    higher = _higher(ranked, min_count, search, ancestors)
    if higher:
        advice.append(f"raise min_support: {higher[0] / n:.3g} gives {higher[1]:,} sets")
    if search.max_len is None or search.max_len > 3:
        advice.append("limit the length of sets, such as max_len=3")
    if kind == "all":
        advice.append('ask for kind="closed" or kind="maximal"')
    elif kind in ("closed", "generators"):
        advice.append('ask for kind="maximal"')
    advice.append("raise max_sets if memory allows (about 30 bytes a set)")
    what = {"all": "frequent itemsets", "generators": "generators"}.get(kind, f"{kind} itemsets")
    return TooManyItemsetsError(
        f"more than max_sets={max_sets:,} {what} at min_support={min_count / n:.3g} ({min_count:,} of {n:,} "
        f"baskets); about {_round(about)} sets or more are frequent in all. What helps: {'; '.join(advice)}"
    )


def estimate(ranked: Ranked, min_count: int) -> float:
    """Estimate the number of all frequent sets by random walks down the search (Knuth 1975).

    A walk multiplies the numbers of ways on; its running sum is unbiased for the number of sets, but so
    skewed that a mean of few walks is rather too low.
    """
    rng = np.random.default_rng(_SEED)
    n_items = len(ranked.codes)
    owner = np.repeat(np.arange(len(ranked.ptr) - 1), np.diff(ranked.ptr))
    order = np.argsort(ranked.items, kind="stable")
    baskets = owner[order]
    starts = np.searchsorted(ranked.items[order], np.arange(n_items + 1))
    walks = [_walk(ranked, baskets, starts, min_count, rng) for _ in range(_PROBES)]
    return float(np.mean(walks))


def _walk(
    ranked: Ranked, baskets: np.ndarray, starts: np.ndarray, min_count: int, rng: np.random.Generator
) -> float:
    item = int(rng.integers(len(ranked.codes)))
    ways = total = float(len(ranked.codes))
    here = baskets[starts[item] : starts[item + 1]]
    while True:
        lengths = ranked.ptr[here + 1] - ranked.ptr[here]
        places = np.repeat(ranked.ptr[here] - np.cumsum(lengths) + lengths, lengths) + np.arange(
            lengths.sum()
        )
        items, owner = ranked.items[places], np.repeat(here, lengths)
        counts = np.bincount(items[items < item], minlength=1)
        found = np.flatnonzero(counts >= min_count)
        if not len(found) or total > 1e300:
            return total
        ways *= len(found)
        total += ways
        item = int(rng.choice(found))
        here = owner[items == item]


def _higher(
    ranked: Ranked, min_count: int, search: Search, ancestors: np.ndarray | None
) -> tuple[int, int] | None:
    """Find a threshold at which mining is done quickly."""
    longest = search.max_len or len(ranked.codes)
    while min_count < ranked.counts[0]:
        min_count *= 2
        keep = int(np.searchsorted(-ranked.counts, -min_count, side="right"))
        if keep == 0:
            return None
        fewer = _cut(ranked, keep)
        found = mine(
            fewer,
            min_count,
            longest=longest,
            limit=_ENOUGH,
            ancestors=None if ancestors is None else ancestors[:keep],
        )
        if found is not None:
            return min_count, len(found[0])
    return None


def _cut(ranked: Ranked, keep: int) -> Ranked:
    """Leave out the items of high ranks."""
    stay = ranked.items < keep
    ends = np.concatenate([[0], np.cumsum(stay)])[ranked.ptr]
    return Ranked(ends, ranked.items[stay], ranked.codes[:keep], ranked.counts[:keep])


def _round(number: float) -> str:
    return f"{number:,.0f}" if number < 1e6 else f"{number:.1g}"
