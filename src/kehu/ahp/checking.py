"""What a matrix of judgements must be like."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from kehu.ahp import missing, reading


def numbers(judgements: Any, labels: Sequence[Any] | None) -> np.ndarray:
    """A square matrix of positive numbers and NaN."""
    if isinstance(judgements, str):
        raise TypeError("judgements is text; use PairwiseMatrix.from_text or from_upper")
    if isinstance(judgements, Mapping):
        raise TypeError("judgements is a dictionary; PairwiseMatrix.from_words takes pairs and their answers")
    # Dataframes of other libraries than pandas would be gone through by columns.
    rows = judgements.to_numpy() if hasattr(judgements, "to_numpy") else judgements
    try:
        rows = [[row] if isinstance(row, str) else list(row) for row in rows]
    except TypeError:
        raise TypeError(f"judgements must be a square table, got {type(judgements).__name__}") from None
    n = len(rows)
    if n == 0 or any(len(row) != n for row in rows):
        raise ValueError(
            f"judgements must be square; got {n} rows of lengths {sorted({len(row) for row in rows})}"
        )
    named = names(labels, n)
    found = np.empty((n, n))
    for i, row in enumerate(rows):
        for j, value in enumerate(row):
            found[i, j] = reading.number(value, f"the judgement of {named[i]!r} against {named[j]!r}")
    return found


def names(labels: Sequence[Any] | None, n: int) -> tuple[Any, ...]:
    """Names of the criteria, C1, C2, … if none are given."""
    found = tuple(f"C{number}" for number in range(1, n + 1)) if labels is None else _listed(labels)
    if len(found) != n:
        raise ValueError(f"there are {n} criteria, but {len(found)} labels: {list(found)}")
    twice = [label for label in found if found.count(label) > 1]
    if twice:
        raise ValueError(f"the label {twice[0]!r} is there twice; criteria need names of their own")
    return found


def _listed(labels: Any) -> tuple[Any, ...]:
    """Labels that can stand in an index."""
    try:
        found = tuple(labels)
        hash(found)
    except TypeError:
        raise TypeError(f"labels must be a list of names, got {labels!r}") from None
    if any(label is None or label != label for label in found):
        raise ValueError(f"a label is missing in {list(found)}; each criterion needs a name")
    return found


def of_table(judgements: pd.DataFrame, labels: Sequence[Any] | None) -> tuple[pd.DataFrame, Sequence[Any]]:
    """A table with rows and columns in one order, and their names; where it has these labels, in theirs."""
    rows, columns = list(judgements.index), list(judgements.columns)
    numbered = list(range(len(rows)))
    same = set(rows) == set(columns) and len(set(rows)) == len(rows) == len(columns)
    if labels is not None:
        named = same and set(_listed(labels)) == set(rows)
        return judgements.loc[list(labels), list(labels)] if named else judgements, labels
    if rows == columns or columns == numbered:
        return judgements, rows
    if rows == numbered:
        return judgements, columns
    if same:
        return judgements[rows], rows
    raise ValueError(f"rows are named {rows}, but columns {columns}; both must name the same criteria, once")


def reciprocal(values: np.ndarray, labels: tuple[Any, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Logarithms that are exactly antisymmetric, 0 where nothing is known, and which pairs are known."""
    diagonal = np.diag(values)
    wrong = np.flatnonzero(~(np.isnan(diagonal) | (np.abs(diagonal - 1) < 1e-9)))
    if len(wrong):
        raise ValueError(f"{labels[wrong[0]]!r} against itself is {diagonal[wrong[0]]:g}; it must be 1")
    n = len(values)
    logs, known = np.zeros((n, n)), ~np.isnan(values) | ~np.isnan(values.T)
    np.fill_diagonal(known, False)
    for i, j in zip(*np.nonzero(np.triu(known, 1)), strict=True):
        judged = _one_value(values[i, j], values[j, i], labels[i], labels[j])
        logs[i, j], logs[j, i] = judged, -judged
    return logs, known


def _one_value(there: float, back: float, first: Any, second: Any) -> float:
    """Logarithm of a judgement that may be written both ways."""
    if np.isnan(there) or np.isnan(back):
        return -np.log(back) if np.isnan(there) else np.log(there)
    large, small = max(there, back), min(there, back)
    if large < 1 or abs(small - 1 / large) > max(0.0051 if small >= 0.01 else 0, 1e-9 * small):
        raise ValueError(
            f"{first!r} against {second!r} is {there:g}, but {second!r} against {first!r} is {back:g}; "
            f"the one must be the reciprocal of the other ({1 / there:.4g}); leave one of the two empty"
        )
    return np.log(there) if there >= back else -np.log(back)


def refuse_parts(known: np.ndarray, labels: tuple[Any, ...]) -> None:
    """Criteria that no chain of judgements connects cannot be weighted against each other."""
    part = missing.parts(known)
    if part.max(initial=0):
        groups = [
            [label for label, p in zip(labels, part, strict=True) if p == k] for k in range(part.max() + 1)
        ]
        raise ValueError(
            f"no judgement connects {' with '.join(map(str, groups[:3]))}; "
            "judge at least one pair between these groups"
        )
