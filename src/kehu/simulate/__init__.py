"""Shops with a known truth: what is planted can be found, and where nothing is planted nothing should be."""

from kehu.simulate.baskets import (
    PlantedBaskets,
    independent_baskets,
    planted_baskets,
)
from kehu.simulate.campaigns import SimulatedCampaign, simulated_campaign
from kehu.simulate.orders import MessyOrders, messy_orders
from kehu.simulate.purchases import Purchases, identical_customers, purchases
from kehu.simulate.scorecard import rules_scorecard, scorecard_summary

__all__ = [
    "MessyOrders",
    "PlantedBaskets",
    "Purchases",
    "SimulatedCampaign",
    "identical_customers",
    "independent_baskets",
    "messy_orders",
    "planted_baskets",
    "purchases",
    "rules_scorecard",
    "scorecard_summary",
    "simulated_campaign",
]
