"""Recency, frequency, monetary value: scores, named segments, what becomes of them, how much is luck."""

from kehu.rfm.luck import RegressionToTheMean, regression_to_the_mean
from kehu.rfm.periods import Migration, migration, period_summaries
from kehu.rfm.scores import RFM
from kehu.rfm.segments import eight_types, segment_table

__all__ = [
    "RFM",
    "Migration",
    "RegressionToTheMean",
    "eight_types",
    "migration",
    "period_summaries",
    "regression_to_the_mean",
    "segment_table",
]
