"""Satisfaction: what drives it, how much each driver counts, what to improve first, what comes of it."""

from kehu.satisfaction.drivers import DriverRegression, driver_regression
from kehu.satisfaction.importance import RelativeImportance, relative_importance

__all__ = ["DriverRegression", "RelativeImportance", "driver_regression", "relative_importance"]
