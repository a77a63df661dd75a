"""Kernels for cleaning order lines: repeated rows, and returns matched to the sales they undo."""

import numpy as np
from numba import float64, int32, int64, njit, uint64, void
from numba.types import Array, Tuple

# How many of the latest open sales are searched for one of exactly the returned quantity. A bound keeps the
# work linear for a buyer with a million lines of one product.
LOOK_BACK = 32

# Columns of a dataframe are often read-only.
_INTEGERS = Array(int64, 1, "C", readonly=True)
_FLOATS = Array(float64, 1, "C", readonly=True)
_HASHES = Array(uint64, 1, "C", readonly=True)

_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_STEP = np.uint64(0x9E3779B97F4A7C15)


@njit(void(uint64[::1], _INTEGERS), cache=True, nogil=True)
def mix_into(hashes, values):
    """Fold one column of 64-bit values into the running hash of each row (finaliser of splitmix64)."""
    for i in range(len(hashes)):
        h = (hashes[i] + _STEP) ^ np.uint64(values[i])
        h = (h ^ (h >> np.uint64(30))) * _MIX_1
        h = (h ^ (h >> np.uint64(27))) * _MIX_2
        hashes[i] = h ^ (h >> np.uint64(31))


@njit(int32[::1](_HASHES), cache=True, nogil=True)
def earlier_twin(hashes):
    """For each row the first row with the same hash, or -1 where it is the first itself (below 2^31 rows)."""
    n = len(hashes)
    size = 16
    while size < 2 * n:
        size *= 2
    mask = np.uint64(size - 1)
    slots = np.full(size, -1, dtype=np.int32)
    twin = np.full(n, -1, dtype=np.int32)
    for i in range(n):
        slot = hashes[i] & mask
        while slots[slot] >= 0 and hashes[slots[slot]] != hashes[i]:
            slot = (slot + np.uint64(1)) & mask
        if slots[slot] < 0:
            slots[slot] = i
        else:
            twin[i] = slots[slot]
    return twin


@njit(int64(int64[::1], int64, float64[::1], float64), cache=True, nogil=True)
def _find_exact(stack, top, left, quantity):
    """Place in the stack of the latest open sale of just this quantity, or -1."""
    for place in range(top - 1, max(-1, top - 1 - LOOK_BACK), -1):
        if left[stack[place]] == quantity:
            return place
    return -1


@njit(Tuple((float64[::1], float64[::1], int64[::1]))(_INTEGERS, _FLOATS), cache=True, nogil=True)
def match_returns(group, quantity):
    """Match each return (negative quantity) to earlier sales of its group.

    Rows come sorted by group and time. A return undoes the latest open sale of exactly its quantity, else
    it takes from the latest open sales, one after the other. Gives, per row: units of a sale taken back,
    units of a return that found no sale, and the first sale a return was matched to (-1 for none).
    """
    n = len(group)
    left = quantity.copy()
    taken = np.zeros(n)
    unmatched = np.zeros(n)
    partner = np.full(n, -1, dtype=np.int64)
    stack = np.empty(n, dtype=np.int64)
    top = 0
    for i in range(n):
        if i > 0 and group[i] != group[i - 1]:
            top = 0
        if quantity[i] >= 0:
            stack[top] = i
            top += 1
            continue
        wanted = -quantity[i]
        exact = _find_exact(stack, top, left, wanted)
        if exact >= 0:
            sale = stack[exact]
            partner[i] = sale
            taken[sale] += wanted
            left[sale] = 0.0
            continue
        while wanted > 0 and top > 0:
            sale = stack[top - 1]
            if left[sale] > 0:
                part = min(wanted, left[sale])
                taken[sale] += part
                left[sale] -= part
                wanted -= part
                if partner[i] < 0:
                    partner[i] = sale
            if left[sale] <= 0:
                top -= 1
        unmatched[i] = wanted
    return taken, unmatched, partner


def warm():
    hashes = np.zeros(2, dtype=np.uint64)
    mix_into(hashes, np.array([1, 1]))
    earlier_twin(hashes)
    match_returns(np.array([0, 0]), np.array([1.0, -1.0]))
