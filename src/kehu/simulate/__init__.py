"""Shops with a known truth: what is planted can be found, and where nothing is planted nothing should be."""

from kehu.simulate.baskets import (
    PlantedBaskets,
    independent_baskets,
    planted_baskets,
)
from kehu.simulate.campaigns import SimulatedCampaign, simulated_campaign
from kehu.simulate.judgements import ExpertPanel, expert_panel, random_judgements
from kehu.simulate.orders import MessyOrders, messy_orders
from kehu.simulate.purchases import Purchases, identical_customers, purchases
from kehu.simulate.scorecard import rules_scorecard, scorecard_summary, segments_scorecard
from kehu.simulate.segments import SegmentedCustomers, one_cloud, segmented_customers
from kehu.simulate.shops import (
    ComplaintCases,
    ServiceShops,
    complaint_cases,
    equal_shops,
    service_shops,
)
from kehu.simulate.surveys import LatentSurvey, ServiceSurvey, latent_survey, null_survey, service_survey

__all__ = [
    "ComplaintCases",
    "ExpertPanel",
    "LatentSurvey",
    "MessyOrders",
    "PlantedBaskets",
    "Purchases",
    "SegmentedCustomers",
    "ServiceShops",
    "ServiceSurvey",
    "SimulatedCampaign",
    "complaint_cases",
    "equal_shops",
    "expert_panel",
    "identical_customers",
    "independent_baskets",
    "latent_survey",
    "messy_orders",
    "null_survey",
    "one_cloud",
    "planted_baskets",
    "purchases",
    "random_judgements",
    "rules_scorecard",
    "scorecard_summary",
    "segmented_customers",
    "segments_scorecard",
    "service_shops",
    "service_survey",
    "simulated_campaign",
]
