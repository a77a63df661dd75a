"""Synthetic baskets as Agrawal and Srikant describe them in "Fast algorithms for mining association rules"
(VLDB 1994, section 4.1), drawn for all baskets at once.

Baskets are filled with patterns: sets of items that tend to be bought together, of which some items are left
out at random. One thing differs from the description: a pattern that does not fit and is put off goes to no
other basket, which draws one of its own anyway.
"""

import numpy as np

CORRELATION = 0.5  # mean share of a pattern's items that come from the pattern before
CORRUPTION, SPREAD = 0.5, np.sqrt(0.1)  # a pattern's chance of losing an item, over and over: mean and spread


def quest(
    n_baskets: int, mean_size: int, mean_pattern: int, n_items: int, n_patterns: int, random_state: int
) -> tuple[np.ndarray, np.ndarray]:
    """Draw baskets: where each begins (and the last ends), and the items, rising within a basket."""
    rng = np.random.default_rng(random_state)
    patterns = _patterns(rng, mean_pattern, n_items, n_patterns)
    lengths = np.array([len(pattern) for pattern in patterns])
    starts, flat = np.cumsum(lengths) - lengths, np.concatenate(patterns)
    weights = np.cumsum(rng.exponential(size=n_patterns))
    corruption = np.clip(rng.normal(CORRUPTION, SPREAD, n_patterns), 0, 0.99)
    room = np.maximum(rng.poisson(mean_size, n_baskets), 1)
    open_baskets, keys = np.arange(n_baskets), []
    while len(open_baskets):
        drawn = np.searchsorted(weights, rng.random(len(open_baskets)) * weights[-1], side="right")
        lost = rng.geometric(1 - corruption[drawn]) - 1
        kept = np.maximum(lengths[drawn] - lost, 0)
        fits = kept <= room[open_baskets]
        taken = np.where(fits | (rng.random(len(drawn)) < 0.5), kept, 0)
        places = _some_places(rng, lengths[drawn], taken)
        keys.append(np.repeat(open_baskets, taken) * n_items + flat[np.repeat(starts[drawn], taken) + places])
        room[open_baskets] -= taken
        open_baskets = open_baskets[fits & (room[open_baskets] > 0)]
    keys = np.unique(np.concatenate(keys))  # an item that came with two patterns is bought once
    sizes = np.bincount(keys // n_items, minlength=n_baskets)
    return np.concatenate([[0], np.cumsum(sizes)]), (keys % n_items).astype(np.int32)


def _patterns(rng: np.random.Generator, mean: int, n_items: int, n_patterns: int) -> list[np.ndarray]:
    """Draw patterns; each takes over some items of the one before."""
    patterns, before = [], np.empty(0, np.int64)
    for size in np.maximum(rng.poisson(mean, n_patterns), 1):
        share = min(rng.exponential(CORRELATION), 1)
        inherited = rng.permutation(before)[: round(share * size)]
        fresh = rng.permutation(np.setdiff1d(np.arange(n_items), inherited))[: size - len(inherited)]
        before = np.concatenate([inherited, fresh])
        patterns.append(before)
    return patterns


def _some_places(rng: np.random.Generator, lengths: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Choose ``wanted`` different places at random below each length, group after group."""
    group = np.repeat(np.arange(len(lengths)), lengths)
    place = np.arange(len(group)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    shuffled = np.argsort(group + rng.random(len(group)))  # within each group; groups keep their order
    return place[shuffled[place < np.repeat(wanted, lengths)]]
