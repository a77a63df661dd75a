"""Which judgements to think over."""

from typing import Any

import numpy as np
import pandas as pd

from kehu import frames
from kehu.ahp import consistency, missing

_SCALE = np.log(np.r_[1 / np.arange(9, 1, -1), np.arange(1, 10)])


def place(label: Any, labels: tuple[Any, ...]) -> int:
    """Where a criterion stands."""
    if label not in labels:
        raise KeyError(f"{label!r} is no criterion; {frames.closest(label, labels)}")
    return labels.index(label)


def worst(
    logs: np.ndarray, known: np.ndarray, log_weights: np.ndarray, labels: tuple[Any, ...]
) -> pd.DataFrame:
    """Pairs by the ratio of judgement and weights, each in the direction in which it is above 1."""
    implied = log_weights[:, None] - log_weights
    errors = logs - implied
    i, j = np.nonzero(np.triu(known, 1))
    turned = errors[i, j] < 0
    i, j = np.where(turned, j, i), np.where(turned, i, j)
    table = {
        "first": [labels[k] for k in i],
        "second": [labels[k] for k in j],
        "judgement": np.exp(logs[i, j]),
        "implied": np.exp(implied[i, j]),
        "error": np.exp(errors[i, j]),
    }
    order = np.argsort(-errors[i, j].round(12), kind="stable")
    return pd.DataFrame(table).iloc[order].reset_index(drop=True)


def suggest(logs: np.ndarray, known: np.ndarray, labels: tuple[Any, ...], limit: float) -> pd.DataFrame:
    """Change one judgement after the other, always the one that helps most, until the limit is reached."""
    if not 0 < limit < 1:
        raise ValueError(f"limit={limit!r} must lie between 0 and 1; the usual one is 0.1")
    rows: list[dict[str, Any]] = []
    logs, left = logs.copy(), known.copy()
    ratio = consistency.measure(missing.complete(logs, known), known, "saaty").cr
    while ratio > limit and left.any():
        ratio, i, j, value = min(_options(logs, known, left))
        rows.append(
            {
                "first": labels[i],
                "second": labels[j],
                "judgement": np.exp(logs[i, j]),
                "suggested": np.exp(value),
                "cr": ratio,
            }
        )
        logs[i, j], logs[j, i] = value, -value
        left[i, j] = left[j, i] = False
    return pd.DataFrame(rows, columns=["first", "second", "judgement", "suggested", "cr"])


def _options(logs: np.ndarray, known: np.ndarray, left: np.ndarray) -> list[tuple[float, int, int, float]]:
    """For each judgement the value of the scale that fits the others best, and the ratio it would give."""
    options = []
    for i, j in zip(*np.nonzero(np.triu(left, 1)), strict=True):
        without = known.copy()
        without[i, j] = without[j, i] = False
        if missing.parts(without).max():
            continue  # the only judgement between two groups contradicts nothing
        others = missing.complete(np.where(without, logs, 0), without)
        value = _SCALE[np.abs(_SCALE - others[i, j]).argmin()]
        changed = logs.copy()
        changed[i, j], changed[j, i] = value, -value
        ratio = consistency.measure(missing.complete(changed, known), known, "saaty").cr
        options.append((ratio, int(i), int(j), float(value)))
    return options
