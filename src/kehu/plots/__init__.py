"""Charts of results: each takes a result and gives back the axes it drew on.

Where no axes are given, a chart makes a figure of its own in the project's style. Nothing is shown or saved
here; see `kehu.figures.save`.
"""

from kehu.plots.baskets import basket_size, item_frequency
from kehu.plots.claim_bars import blank_beside, readings
from kehu.plots.claim_tables import audit, before_after
from kehu.plots.claims import growth_paths, public_series, shares_by_source
from kehu.plots.cleaning import cleaning_ledger
from kehu.plots.clv import alive_map, holdout_by_frequency, lifetime_values, purchases_tracking
from kehu.plots.control import control_chart
from kehu.plots.diagrams import cycle, modules, side_by_side, timeline
from kehu.plots.effects import event_study, return_on_investment
from kehu.plots.grades import grade_membership
from kehu.plots.hierarchy import weight_tree
from kehu.plots.lifecycle import (
    cohort_matrix,
    gap_distribution,
    second_purchase,
    stage_sizes,
    stage_transitions,
)
from kehu.plots.orders import concentration, order_value, orders_over_time, weekly_rhythm
from kehu.plots.path_diagram import path_diagram
from kehu.plots.rfm import rfm_heat_map, rfm_luck, rfm_migration, rfm_segments
from kehu.plots.rule_comparison import rules_compared
from kehu.plots.rule_matrix import rules_matrix
from kehu.plots.rule_network import rules_network
from kehu.plots.rule_strata import rules_within_strata
from kehu.plots.rules import itemsets_by_support, rules_by_threshold, rules_scatter
from kehu.plots.satisfaction import coefficient_forest, expectation_gap, importance_intervals
from kehu.plots.satisfaction_maps import importance_performance_map, kano_map
from kehu.plots.segments import segment_choice, segment_map, segment_profile, segment_sizes
from kehu.plots.surveys import likert, net_promoter
from kehu.plots.weight_changes import rank_changes, weight_sensitivity
from kehu.plots.weights import group_disagreement, judgement_matrix, weight_ranges, weights_compared

__all__ = [
    "alive_map",
    "audit",
    "basket_size",
    "before_after",
    "blank_beside",
    "cleaning_ledger",
    "coefficient_forest",
    "cohort_matrix",
    "concentration",
    "control_chart",
    "cycle",
    "event_study",
    "expectation_gap",
    "gap_distribution",
    "grade_membership",
    "group_disagreement",
    "growth_paths",
    "holdout_by_frequency",
    "importance_intervals",
    "importance_performance_map",
    "item_frequency",
    "itemsets_by_support",
    "judgement_matrix",
    "kano_map",
    "lifetime_values",
    "likert",
    "modules",
    "net_promoter",
    "order_value",
    "orders_over_time",
    "path_diagram",
    "public_series",
    "purchases_tracking",
    "rank_changes",
    "readings",
    "return_on_investment",
    "rfm_heat_map",
    "rfm_luck",
    "rfm_migration",
    "rfm_segments",
    "rules_by_threshold",
    "rules_compared",
    "rules_matrix",
    "rules_network",
    "rules_scatter",
    "rules_within_strata",
    "second_purchase",
    "segment_choice",
    "segment_map",
    "segment_profile",
    "segment_sizes",
    "shares_by_source",
    "side_by_side",
    "stage_sizes",
    "stage_transitions",
    "timeline",
    "weekly_rhythm",
    "weight_ranges",
    "weight_sensitivity",
    "weight_tree",
    "weights_compared",
]
