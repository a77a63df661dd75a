"""The formula and the steps of a method, to be checked by hand."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

_FORMULAS = {
    "eigenvector": ("A w = λmax w,  Σ_i w_i = 1", "Saaty, The Analytic Hierarchy Process, 1980."),
    "geometric_mean": (
        "w_i = (∏_j a_ij)^(1/n) / Σ_k (∏_j a_kj)^(1/n)",
        "Crawford and Williams, Journal of Mathematical Psychology 29, 1985.",
    ),
    "normalised_columns": (
        "w_i = (1/n) Σ_j a_ij / Σ_k a_kj",
        "Saaty, The Analytic Hierarchy Process, 1980; in Chinese textbooks 和积法.",
    ),
}


@dataclass(frozen=True)
class Working:
    """How weights come about.

    Attributes
    ----------
    formula : str
        The formula.
    source : str
        Where it comes from.
    table : pandas.DataFrame
        A row a criterion, a column a step.
    """

    formula: str
    source: str
    table: pd.DataFrame

    def __str__(self) -> str:
        table = self.table.rename_axis(None).round(4).to_string()
        return f"{self.formula}\nλmax = (1/n) Σ_i (A w)_i / w_i\nSource: {self.source}\n{table}"


def working(judgements: np.ndarray, weights: np.ndarray, labels: tuple[Any, ...], method: str) -> Working:
    """Steps from the judgements to the weights."""
    steps: dict[str, np.ndarray] = {}
    if method == "geometric_mean":
        steps["row product"] = judgements.prod(axis=1)
        steps["n-th root"] = steps["row product"] ** (1 / len(labels))
    elif method == "normalised_columns":
        columns = judgements / judgements.sum(axis=0)
        steps = {f"column {label}": columns[:, place] for place, label in enumerate(labels)}
        steps["row sum"] = columns.sum(axis=1)
    together = judgements @ weights
    steps |= {"weight": weights, "(A w)": together, "(A w) / w": together / weights}
    index = pd.Index(labels, name="criterion", tupleize_cols=False)
    return Working(*_FORMULAS[method], pd.DataFrame(steps, index=index))
