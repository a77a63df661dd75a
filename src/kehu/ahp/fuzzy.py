"""Fuzzy AHP: judgements that are vague."""

import numpy as np
import pandas as pd

from kehu.ahp.matrix import PairwiseMatrix

_ENDS = np.log(1 / 9), np.log(9)


def fuzzy_weights(matrix: PairwiseMatrix, *, spread: float = 1.0) -> pd.DataFrame:
    r"""Weights of judgements that are taken as triangular fuzzy numbers (Buckley).

    Parameters
    ----------
    matrix : PairwiseMatrix
        Complete judgements.
    spread : float
        Half the width of a judgement on Saaty's scale: 3 becomes (2, 3, 4), 1/3 becomes (1/4, 1/3, 1/2).
        Ends stay between 1/9 and 9, and a judgement of 1 becomes (1/2, 1, 2) with a spread of 1.

    Returns
    -------
    pandas.DataFrame
        Index the criteria; columns ``low``, ``middle``, ``high`` of the fuzzy weight and ``weight``, the
        centres of gravity, which add up to 1.

    Raises
    ------
    ValueError
        If pairs are missing or the spread is negative.

    Notes
    -----
    Geometric means of the rows, end by end, :math:`r_i = (\prod_j a_{ij})^{1/n}`, then
    :math:`w_i = (l_i / \sum_k u_k,\ m_i / \sum_k m_k,\ u_i / \sum_k l_k)`, defuzzified as
    :math:`(l + m + u)/3`. The ranges are those of interval arithmetic, wider than any judgement could make
    them at once; they are no intervals of confidence.

    References
    ----------
    J. J. Buckley, "Fuzzy hierarchical analysis", Fuzzy Sets and Systems 17, 1985.

    Examples
    --------
    >>> fuzzy_weights(PairwiseMatrix.from_upper("3", labels=["quality", "price"])).round(3).to_dict("list")
    {'low': [0.522, 0.185], 'middle': [0.75, 0.25], 'high': [1.045, 0.369], 'weight': [0.742, 0.258]}
    """
    if not isinstance(matrix, PairwiseMatrix):
        raise TypeError(f"matrix must be a kehu.ahp.PairwiseMatrix, got {type(matrix).__name__}")
    if matrix.n_missing:
        raise ValueError(f"{matrix.n_missing} pairs are missing; fuzzy weights need all, see .completed()")
    if not np.isfinite(spread) or spread < 0:
        raise ValueError(f"spread={spread!r} must be a number from 0 on")
    table = matrix.table.to_numpy()
    low, high = _moved(table, -spread), _moved(table, spread)
    np.fill_diagonal(low, 0)
    np.fill_diagonal(high, 0)
    rows = [np.exp(logs.mean(axis=1)) for logs in (low, np.log(table), high)]
    sums = [row.sum() for row in rows]
    ends = {"low": rows[0] / sums[2], "middle": rows[1] / sums[1], "high": rows[2] / sums[0]}
    centre = sum(ends.values()) / 3
    index = pd.Index(matrix.labels, name="criterion", tupleize_cols=False)
    return pd.DataFrame(ends | {"weight": centre / centre.sum()}, index=index)


def _moved(table: np.ndarray, by: float) -> np.ndarray:
    """Logarithms of judgements moved along Saaty's scale, on which 1/2 is the step below 1."""
    place = np.where(table >= 1, table - 1, 1 - 1 / table) + by
    moved = np.log1p(np.abs(place)) * np.sign(place)
    # Judgements beyond the scale stay where they are.
    logs = np.log(table)
    return np.clip(moved, np.minimum(_ENDS[0], logs), np.maximum(_ENDS[1], logs))
