"""Order statistics and the most common value of millions of numbers, without sorting them."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from kehu._kernels import scores as kernels

_MANY = 100_000  # numbers from which on drawers pay
_COUNTED = 1_000_000  # whole numbers below this are counted one by one


def each(names: Sequence[str], work: Callable[[str], np.ndarray]) -> dict[str, np.ndarray]:
    """Do the same work for each name, on all cores."""
    with ThreadPoolExecutor(len(names)) as pool:
        return dict(zip(names, pool.map(work, names), strict=True))


def ranked(values: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Values at some places of the ranking, without ranking the others.

    Values are counted by drawers; only those that hold a wanted place are looked through.
    """
    values = np.ascontiguousarray(values)
    if len(values) < _MANY:
        return np.partition(values, np.unique(places))[places]
    counts = np.zeros(kernels.DRAWERS, np.int64)
    kernels.fill_drawers(values, counts)
    ends = np.cumsum(counts)
    wanted = np.searchsorted(ends, places, side="right")
    opened = np.zeros(kernels.DRAWERS, np.uint8)
    opened[wanted] = 1
    before = np.cumsum(np.where(opened, 0, counts))
    chosen = np.empty(int(counts[opened > 0].sum()))
    kernels.empty_drawers(values, opened, chosen)
    inside = places - before[wanted]
    chosen.partition(np.unique(inside))
    return chosen[inside]


def most_common(found: np.ndarray) -> tuple[float, int]:
    """The value that most have, and how many have it."""
    if found.min() >= 0 and found.max() < _COUNTED and (found == (whole := found.astype(np.int32))).all():
        times = np.bincount(whole)
        return float(times.argmax()), int(times.max())
    distinct, times = np.unique(found, return_counts=True)
    return float(distinct[times.argmax()]), int(times.max())
