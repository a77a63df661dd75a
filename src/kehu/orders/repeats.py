"""Order lines that repeat an earlier line in every column."""

import numpy as np
import pandas as pd


def repeats(lines: pd.DataFrame, units: np.ndarray, alive: np.ndarray) -> np.ndarray:
    """Mark the lines still in that equal an earlier one; amounts are compared in whole units."""
    from kehu._kernels.cleaning import earlier_twin, mix_into

    hashes = np.zeros(len(lines), dtype=np.uint64)
    for name in lines:
        mix_into(hashes, _bits(lines[name], units))
    rows = np.flatnonzero(alive)
    twin = earlier_twin(np.ascontiguousarray(hashes[rows]))
    later = np.flatnonzero(twin >= 0)
    pairs = rows[later], rows[twin[later]]
    # Equal hashes almost always mean equal lines; this makes it certain.
    same = np.ones(len(later), dtype=bool)
    for name in lines:
        bits = _bits(lines[name], units)
        same &= bits[pairs[0]] == bits[pairs[1]]
    result = np.zeros(len(lines), dtype=bool)
    result[pairs[0][same]] = True
    return result


def _bits(column: pd.Series, units: np.ndarray) -> np.ndarray:
    """A column as 64-bit integers that are equal where its values are equal."""
    if column.name == "amount":
        return units
    if isinstance(column.dtype, pd.CategoricalDtype):
        return np.asarray(column.cat.codes).astype(np.int64)
    if column.dtype.kind == "M":
        return column.to_numpy().view(np.int64)
    if column.dtype.kind == "f":
        return (column.to_numpy(np.float64) + 0.0).view(np.int64)  # + 0.0 makes -0.0 equal 0.0
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "iub":
        return column.to_numpy().astype(np.int64)
    return pd.factorize(column)[0].astype(np.int64)
