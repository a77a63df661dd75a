"""Surveys: answers checked and cleaned with a ledger, how reliable scales are, and what they measure."""

from kehu.surveys.factors import (
    Factorability,
    FactorAnalysis,
    ParallelAnalysis,
    factor_analysis,
    factorability,
    parallel_analysis,
)
from kehu.surveys.quality import CleanedSurvey, clean
from kehu.surveys.reliability import Reliability, reliability
from kehu.surveys.survey import Survey, read

__all__ = [
    "CleanedSurvey",
    "FactorAnalysis",
    "Factorability",
    "ParallelAnalysis",
    "Reliability",
    "Survey",
    "clean",
    "factor_analysis",
    "factorability",
    "parallel_analysis",
    "read",
    "reliability",
]
