"""Satisfaction: what drives it, how much each driver counts, what to improve first, what comes of it."""

from kehu.satisfaction.drivers import DriverRegression, driver_regression

__all__ = ["DriverRegression", "driver_regression"]
