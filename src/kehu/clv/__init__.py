"""Customer lifetime value: how often customers will come back, whether they still do, what they are worth.

`BetaGeoNBD`, `ModifiedBetaGeoNBD` and `ParetoNBD` model repeat orders, `GammaGamma` what an order is worth;
`lifetime_value` joins the two. `holdout_by_frequency` and `tracking` hold a model against what came later,
`alive_by_history` tells who is still a customer.
All take the table of `kehu.orders.customer_summary`.
"""

from kehu.clv.alive import alive_by_history
from kehu.clv.bgnbd import BetaGeoNBD, ModifiedBetaGeoNBD
from kehu.clv.estimate import Bootstrap, FitSummary
from kehu.clv.gammagamma import GammaGamma
from kehu.clv.holdout import holdout_by_frequency, tracking
from kehu.clv.paretonbd import ParetoNBD
from kehu.clv.transactions import LikelihoodRatio
from kehu.clv.value import lifetime_value

__all__ = [
    "BetaGeoNBD",
    "Bootstrap",
    "FitSummary",
    "GammaGamma",
    "LikelihoodRatio",
    "ModifiedBetaGeoNBD",
    "ParetoNBD",
    "alive_by_history",
    "holdout_by_frequency",
    "lifetime_value",
    "tracking",
]
