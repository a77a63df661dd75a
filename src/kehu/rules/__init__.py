"""Association rules: what is bought together, and beyond what chance explains.

`frequent_itemsets` finds sets of items, `association_rules` splits them into rules. `is_significant` and
`is_redundant` tell which rules say something; `compare_rules` tells what changed, `recommend` uses them.
"""

from kehu.rules.application import recommend, supporting_baskets
from kehu.rules.association import association_rules
from kehu.rules.comparison import RulesComparison, compare_rules
from kehu.rules.counting import recount
from kehu.rules.explosion import TooManyItemsetsError
from kehu.rules.intervals import intervals
from kehu.rules.itemsets import frequent_itemsets
from kehu.rules.measures import measures, table_of_measures
from kehu.rules.redundancy import is_redundant
from kehu.rules.significance import Significance, is_significant, significance, split_half
from kehu.rules.strata import within_strata
from kehu.rules.taxonomy import with_ancestors
from kehu.rules.thresholds import count_by_threshold

__all__ = [
    "RulesComparison",
    "Significance",
    "TooManyItemsetsError",
    "association_rules",
    "compare_rules",
    "count_by_threshold",
    "frequent_itemsets",
    "intervals",
    "is_redundant",
    "is_significant",
    "measures",
    "recommend",
    "recount",
    "significance",
    "split_half",
    "supporting_baskets",
    "table_of_measures",
    "with_ancestors",
    "within_strata",
]
