"""Work over customers, shared between threads in parts that are the same on every machine."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

_LARGE = 50_000
_PARTS = 4


def summed(
    kernel: Callable[..., None], n: int, size: int, arrays: tuple[np.ndarray, ...], settings: tuple[Any, ...]
) -> np.ndarray:
    """Add up what a kernel gives for rows 0 to n: ``kernel(*arrays, start, stop, *settings, out)``."""
    parts = _bounds(n)
    out = np.zeros((len(parts), size))
    _at_once([lambda i=i: kernel(*arrays, *parts[i], *settings, out[i]) for i in range(len(parts))])
    return out.sum(axis=0)


def filled(
    kernel: Callable[..., None], arrays: tuple[np.ndarray, ...], settings: tuple[Any, ...], out: np.ndarray
) -> None:
    """Let a kernel fill ``out`` row by row: ``kernel(*arrays, start, stop, *settings, out)``."""
    _at_once([lambda part=part: kernel(*arrays, *part, *settings, out) for part in _bounds(len(out))])


def _bounds(n: int) -> list[tuple[int, int]]:
    parts = _PARTS if n >= _LARGE else 1
    return [(n * part // parts, n * (part + 1) // parts) for part in range(parts)]


def _at_once(pieces: list[Callable[[], None]]) -> None:
    if len(pieces) == 1:
        pieces[0]()
        return
    with ThreadPoolExecutor(min(len(pieces), os.cpu_count() or 1)) as pool:
        list(pool.map(lambda piece: piece(), pieces))
