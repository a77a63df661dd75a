"""What to say when there are too many itemsets: how many about, and what would help."""

import numpy as np

from kehu.rules.mining import NO_LIMIT, Ranked, mine
from kehu.rules.search import Search

_PROBES = 200
# Walks end here: more sets than this are more than anyone can keep.
_DEEPEST, _COUNTLESS = 200, 1e30
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
    sizes = estimate(ranked, min_count)
    longest = (search.max_len or _DEEPEST) - len(search.must_contain)
    about = max(sizes[:longest].sum(), max_sets)
    advice = []
    higher = _higher(ranked, min_count, search, ancestors)
    if higher:
        advice.append(f"raise min_support: {_share(higher[0], n)} gives {higher[1]:,} sets")
    for longest in (3, 2):
        if (search.max_len or longest + 1) > longest and sizes[:longest].sum() < max_sets / 2:
            advice.append(f"limit the length of sets, such as max_len={longest + len(search.must_contain)}")
            break
    if kind == "all":
        advice.append('ask for kind="closed" or kind="maximal"')
    elif kind in ("closed", "generators"):
        advice.append('ask for kind="maximal"')
    if about < NO_LIMIT:
        advice.append("raise max_sets if memory allows (about 30 bytes a set)")
    what = {"all": "frequent itemsets", "generators": "generators"}.get(kind, f"{kind} itemsets")
    return TooManyItemsetsError(
        f"more than max_sets={max_sets:,} {what} at min_support={_share(min_count, n)} ({min_count:,} of "
        f"{n:,} baskets); about {_round(about)} sets or more are frequent in all. "
        f"What helps: {'; '.join(advice)}"
    )


def estimate(ranked: Ranked, min_count: int) -> np.ndarray:
    """Estimate how many sets of one item, two items, … are frequent by random walks (Knuth 1975).

    A walk down the search multiplies the numbers of ways on; that is unbiased for the number of sets, but
    so skewed for long ones that a mean of few walks is rather too low.
    """
    rng = np.random.default_rng(_SEED)
    n_items = len(ranked.codes)
    owner = np.repeat(np.arange(len(ranked.ptr) - 1), np.diff(ranked.ptr))
    order = np.argsort(ranked.items, kind="stable")
    baskets = owner[order]
    starts = np.searchsorted(ranked.items[order], np.arange(n_items + 1))
    total = np.zeros(_DEEPEST)
    for _ in range(_PROBES):
        ways = _walk(ranked, baskets, starts, min_count, rng)
        total[: len(ways)] += ways
    return total / _PROBES


def _walk(
    ranked: Ranked, baskets: np.ndarray, starts: np.ndarray, min_count: int, rng: np.random.Generator
) -> list[float]:
    item = int(rng.integers(len(ranked.codes)))
    ways = [float(len(ranked.codes))]
    here = baskets[starts[item] : starts[item + 1]]
    while True:
        lengths = ranked.ptr[here + 1] - ranked.ptr[here]
        places = np.repeat(ranked.ptr[here] - np.cumsum(lengths) + lengths, lengths) + np.arange(
            lengths.sum()
        )
        items, owner = ranked.items[places], np.repeat(here, lengths)
        counts = np.bincount(items[items < item], minlength=1)
        found = np.flatnonzero(counts >= min_count)
        if not len(found) or len(ways) == _DEEPEST or ways[-1] > _COUNTLESS:
            return ways
        ways.append(ways[-1] * len(found))
        item = int(rng.choice(found))
        here = owner[items == item]


def _higher(
    ranked: Ranked, min_count: int, search: Search, ancestors: np.ndarray | None
) -> tuple[int, int] | None:
    """Find a threshold at which mining is done quickly."""
    longest = (search.max_len or NO_LIMIT) - len(search.must_contain)
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


def _share(count: int, n: int) -> str:
    """Write a share with the fewest digits that still mean this count."""
    for digits in range(2, 18):
        share = f"{count / n:.{digits}g}"
        if (count - 1) / n < float(share) <= count / n:
            break
    return share


def _round(number: float) -> str:
    return f"{number:,.0f}" if number < 1e6 else f"{number:.1g}"
