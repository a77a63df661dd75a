"""K-means again and again: a plain loop for the many small data sets of resampling, without any overhead."""

import numpy as np
from numba import types

from kehu._kernels._compile import I64, INT, entry, inner

_TABLE = types.Array(types.float64, 2, "C", readonly=True)
_F64, _MATRIX = types.float64[::1], types.float64[:, ::1]
_MOST_STEPS = 300


@inner(types.float64(_TABLE, INT, _MATRIX, INT))
def _distance(values, row, centers, label):
    found = 0.0
    for column in range(values.shape[1]):
        step = values[row, column] - centers[label, column]
        found += step * step
    return found


@inner(types.void(_TABLE, _MATRIX, _F64, _F64))
def _seed(values, centers, numbers, nearest):
    """Choose starting centres by k-means++: each with a chance in proportion to its squared distance."""
    n = len(values)
    for row in range(n):
        nearest[row] = 1.0
    for label in range(len(centers)):
        total = 0.0
        for row in range(n):
            total += nearest[row]
        left, chosen = numbers[label] * total, n - 1
        for row in range(n):
            left -= nearest[row]
            if left < 0:
                chosen = row
                break
        for column in range(values.shape[1]):
            centers[label, column] = values[chosen, column]
        for row in range(n):
            distance = _distance(values, row, centers, label)
            if label == 0 or distance < nearest[row]:
                nearest[row] = distance


@inner(types.float64(_TABLE, _MATRIX, I64, _F64))
def _settle(values, centers, labels, counts):
    """Move centres by Lloyd's steps until no customer changes; the sum of squares within."""
    for row in range(len(values)):
        labels[row] = -1
    total = 0.0
    for _ in range(_MOST_STEPS):
        total, changed = 0.0, False
        for row in range(len(values)):
            best, least = 0, np.inf
            for label in range(len(centers)):
                distance = _distance(values, row, centers, label)
                if distance < least:
                    best, least = label, distance
            total += least
            if labels[row] != best:
                labels[row] = best
                changed = True
        if not changed:
            break
        for label in range(len(centers)):
            counts[label] = 0.0
        for row in range(len(values)):
            counts[labels[row]] += 1.0
        # A centre that nobody is nearest to stays where it is.
        for label in range(len(centers)):
            if counts[label] > 0:
                for column in range(values.shape[1]):
                    centers[label, column] = 0.0
        for row in range(len(values)):
            for column in range(values.shape[1]):
                centers[labels[row], column] += values[row, column] / counts[labels[row]]
    return total


@entry(I64(_TABLE, INT, types.Array(types.float64, 2, "C", readonly=True)))
def kmeans(values, k, numbers):
    """Labels of the best of several starts; ``numbers`` between 0 and 1 choose the starts, one row each."""
    n, d = values.shape
    centers, counts = np.empty((k, d)), np.empty(k)
    nearest, row_numbers = np.empty(n), np.empty(k)
    labels, best = np.empty(n, np.int64), np.empty(n, np.int64)
    least = np.inf
    for start in range(len(numbers)):
        for label in range(k):
            row_numbers[label] = numbers[start, label]
        _seed(values, centers, row_numbers, nearest)
        found = _settle(values, centers, labels, counts)
        if found < least:
            least = found
            for row in range(n):
                best[row] = labels[row]
    return best


def warm() -> None:
    """Importing has compiled the kernels already."""
