"""Work shared out among the cores of the machine; kernels let go of the interpreter while they run."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

_SMALL = 200_000  # rows that one core works through before a second has started
_MOST_CORES = 8


def shares_of(n: int) -> list[tuple[int, int]]:
    """Rows that each core takes; the sums come out the same however many there are."""
    cores = min(os.cpu_count() or 1, _MOST_CORES) if n >= _SMALL else 1
    return [(n * part // cores, n * (part + 1) // cores) for part in range(cores)]


def at_once(work: Callable[[int], Any], n: int) -> list[Any]:
    """Do ``n`` pieces of work at the same time."""
    if n == 1:
        return [work(0)]
    with ThreadPoolExecutor(n) as pool:
        return list(pool.map(work, range(n)))
