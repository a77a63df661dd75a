"""The life cycle of customers: gaps, stages by a stated rule, moves between them, cohorts, second purchase.

Buying here means a day with an order: several orders on one day count once. Which stage is what, see
`kehu.lifecycle.stages`.
"""

from kehu.lifecycle.cohorts import Cohorts, cohorts, second_purchase
from kehu.lifecycle.gaps import StageRule, gaps, rule
from kehu.lifecycle.measures import measures
from kehu.lifecycle.stages import STAGES, stage_sizes, stages, transitions
from kehu.lifecycle.survival import KaplanMeier, kaplan_meier

__all__ = [
    "STAGES",
    "Cohorts",
    "KaplanMeier",
    "StageRule",
    "cohorts",
    "gaps",
    "kaplan_meier",
    "measures",
    "rule",
    "second_purchase",
    "stage_sizes",
    "stages",
    "transitions",
]
