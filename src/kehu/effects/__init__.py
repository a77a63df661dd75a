"""What campaigns did: caused, where those addressed were drawn at random, and only described elsewhere."""

from kehu.effects.campaigns import campaign_groups
from kehu.effects.matched import MatchedDifference, matched_difference
from kehu.effects.panel import outcomes
from kehu.effects.randomised import CausalEffect, randomised, return_on_investment

__all__ = [
    "CausalEffect",
    "MatchedDifference",
    "campaign_groups",
    "matched_difference",
    "outcomes",
    "randomised",
    "return_on_investment",
]
