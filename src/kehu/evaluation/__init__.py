"""Evaluation by many criteria: weights from the data, rankings, grades, weightings compared."""

from kehu.evaluation.comparison import WeightComparison, combine, compare_weights, sweep
from kehu.evaluation.grades import (
    GradeEvaluation,
    fuzzy_evaluation,
    membership_of_ratings,
    membership_of_values,
)
from kehu.evaluation.objective import critic_weights, entropy_weights
from kehu.evaluation.ranking import topsis, weighted_sum

__all__ = [
    "GradeEvaluation",
    "WeightComparison",
    "combine",
    "compare_weights",
    "critic_weights",
    "entropy_weights",
    "fuzzy_evaluation",
    "membership_of_ratings",
    "membership_of_values",
    "sweep",
    "topsis",
    "weighted_sum",
]
