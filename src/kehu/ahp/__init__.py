"""Analytic hierarchy process: weights from judgements in pairs, and whether these can be trusted."""

from kehu.ahp.alternatives import Rating, Sensitivity, rate, sensitivity
from kehu.ahp.consensus import Consensus
from kehu.ahp.consistency import Consistency
from kehu.ahp.fuzzy import fuzzy_weights
from kehu.ahp.group import Group
from kehu.ahp.hierarchy import Hierarchy
from kehu.ahp.matrix import PairwiseMatrix
from kehu.ahp.reading import WORDS
from kehu.ahp.uncertainty import Ranges, ranges
from kehu.ahp.working import Working

__all__ = [
    "WORDS",
    "Consensus",
    "Consistency",
    "Group",
    "Hierarchy",
    "PairwiseMatrix",
    "Ranges",
    "Rating",
    "Sensitivity",
    "Working",
    "fuzzy_weights",
    "ranges",
    "rate",
    "sensitivity",
]
