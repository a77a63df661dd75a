"""What campaigns did: caused, where those addressed were drawn at random, and only described elsewhere."""

from kehu.effects.by_group import CausalEffects, randomised_by
from kehu.effects.campaigns import campaign_groups
from kehu.effects.matched import MatchedDifference, matched_difference
from kehu.effects.panel import outcomes
from kehu.effects.randomised import CausalEffect, randomised
from kehu.effects.returns import return_on_investment

__all__ = [
    "CausalEffect",
    "CausalEffects",
    "MatchedDifference",
    "campaign_groups",
    "matched_difference",
    "outcomes",
    "randomised",
    "randomised_by",
    "return_on_investment",
]
