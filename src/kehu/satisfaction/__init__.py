"""Satisfaction: what drives it, how much each driver counts, what to improve first, what comes of it."""

from kehu.satisfaction.drivers import DriverRegression, driver_regression
from kehu.satisfaction.gaps import Gaps, expectation_gaps
from kehu.satisfaction.importance import RelativeImportance, relative_importance
from kehu.satisfaction.indirect import Mediation, mediation
from kehu.satisfaction.loyalty import Loyalty, by_stage, loyalty_score
from kehu.satisfaction.needs import Kano, kano
from kehu.satisfaction.paths import PathModel, path_model
from kehu.satisfaction.priorities import ImportancePerformance, importance_performance, level_claims
from kehu.satisfaction.promoters import NetPromoterScore, net_promoter_score

__all__ = [
    "DriverRegression",
    "Gaps",
    "ImportancePerformance",
    "Kano",
    "Loyalty",
    "Mediation",
    "NetPromoterScore",
    "PathModel",
    "RelativeImportance",
    "by_stage",
    "driver_regression",
    "expectation_gaps",
    "importance_performance",
    "kano",
    "level_claims",
    "loyalty_score",
    "mediation",
    "net_promoter_score",
    "path_model",
    "relative_importance",
]
