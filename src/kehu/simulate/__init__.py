"""Shops with a known truth: what is planted can be found, and where nothing is planted nothing should be."""

from kehu.simulate.baskets import (
    PlantedBaskets,
    independent_baskets,
    planted_baskets,
)
from kehu.simulate.orders import MessyOrders, messy_orders
from kehu.simulate.scorecard import rules_scorecard, scorecard_summary

__all__ = [
    "MessyOrders",
    "PlantedBaskets",
    "independent_baskets",
    "messy_orders",
    "planted_baskets",
    "rules_scorecard",
    "scorecard_summary",
]
