"""Shops with a known truth: what is planted can be found, and where nothing is planted nothing should be."""

from kehu.simulate.baskets import (
    PlantedBaskets,
    independent_baskets,
    planted_baskets,
)
from kehu.simulate.campaigns import SimulatedCampaign, simulated_campaign
from kehu.simulate.orders import MessyOrders, messy_orders
from kehu.simulate.purchases import Purchases, identical_customers, purchases
from kehu.simulate.scorecard import rules_scorecard, scorecard_summary, segments_scorecard
from kehu.simulate.segments import SegmentedCustomers, one_cloud, segmented_customers

__all__ = [
    "MessyOrders",
    "PlantedBaskets",
    "Purchases",
    "SegmentedCustomers",
    "SimulatedCampaign",
    "identical_customers",
    "independent_baskets",
    "messy_orders",
    "one_cloud",
    "planted_baskets",
    "purchases",
    "rules_scorecard",
    "scorecard_summary",
    "segmented_customers",
    "segments_scorecard",
    "simulated_campaign",
]
