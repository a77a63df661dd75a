"""Association rules: frequent itemsets split in two, with their four counts and their measures."""

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import pandas as pd

from kehu import _kernels, frames
from kehu._kernels.itemsets.constants import MOST_ITEMS
from kehu.baskets import Baskets
from kehu.rules.column import ItemsetArray, text
from kehu.rules.counting import check_sets, count_sets
from kehu.rules.measures import check as check_measures
from kehu.rules.measures import measures as compute_measures
from kehu.rules.search import RuleSearch, Search
from kehu.rules.tree import Tree

_MOST_RULES = 50_000_000
_MOST_SIDES = 50_000_000
DEFAULT_MEASURES = (
    "lift",
    "representativity",
    "leverage",
    "conviction",
    "zhangs_metric",
    "jaccard",
    "certainty",
    "kulczynski",
)


def association_rules(
    sets: pd.DataFrame,
    *,
    min_confidence: float,
    measures: Sequence[str] = DEFAULT_MEASURES,
    antecedent: Collection[object] | None = None,
    consequent: Collection[object] | None = None,
    max_consequent: int | None = None,
    baskets: Baskets | None = None,
) -> pd.DataFrame:
    """Split frequent itemsets into rules "who buys A also buys C".

    Parameters
    ----------
    sets : pandas.DataFrame
        From `frequent_itemsets`, of any kind and with rows left out at will: what is missing is counted.
        Sets that were found elsewhere (columns ``support`` and ``itemsets``) need ``baskets``.
    min_confidence : float
        Smallest confidence, from 0 to 1.
    measures : sequence of str
        Which measures to add, by the names of mlxtend and arules; see `table_of_measures`.
    antecedent, consequent : collection, optional
        The only items that the antecedent (the consequent) may hold; any item if not given.
    max_consequent : int, optional
        Most items in the consequent; arules makes rules with one.
    baskets : Baskets, optional
        The baskets of sets that were found elsewhere.

    Returns
    -------
    pandas.DataFrame
        Highest confidence first, of equals the more frequent: ``antecedents`` and ``consequents``
        (frozensets), ``antecedent support``, ``consequent support``, ``support``, ``confidence``, the
        measures, and the counts of baskets with both sides ``n11``, the antecedent alone ``n10``, the
        consequent alone ``n01``, neither ``n00``. No rows if there is no rule.

    Raises
    ------
    KeyError
        If a measure or an item is unknown, or a column missing.
    TypeError
        If ``itemsets`` holds something else than sets, or a limit is of the wrong type.
    ValueError
        If a set is missing or has more than 62 items, ``min_confidence`` is out of range, there are more
        than 50 million rules, sets were found elsewhere and ``baskets`` are missing, or the baskets do not
        have the supports stated.

    Notes
    -----
    ``confidence = n11 / (n11 + n10)``, the share of baskets with A that hold C as well [1]_. A high
    confidence alone means little where C is frequent anyway; see `is_significant` and `is_redundant`.

    References
    ----------
    .. [1] R. Agrawal, T. Imieliński, A. Swami, "Mining association rules between sets of items in large
       databases", SIGMOD 1993.

    Examples
    --------
    >>> from kehu.rules import frequent_itemsets
    >>> baskets = Baskets.from_lists([["milk", "tea"], ["milk", "tea"], ["tea"], ["salt"]])
    >>> sets = frequent_itemsets(baskets, min_support=0.5)
    >>> rules = association_rules(sets, min_confidence=0.9)
    >>> rules[["antecedents", "consequents", "confidence", "lift", "n11", "n10", "n01", "n00"]]
      antecedents consequents  confidence      lift  n11  n10  n01  n00
    0      {milk}       {tea}         1.0  1.333333    2    0    1    1
    """
    check_confidence(min_confidence)
    _check_most(max_consequent)
    check_measures(measures)
    tree, rows, search, baskets = _opened(sets, baskets)
    asked = RuleSearch(
        search,
        tree,
        baskets,
        _mask(antecedent, baskets, "antecedent"),
        _mask(consequent, baskets, "consequent"),
        max_consequent,
    )
    lead, follow, both, tree = _split(tree, rows, asked, min_confidence)
    return _frame(tree, lead, follow, both, asked, measures)


def _frame(
    tree: Tree,
    lead: np.ndarray,
    follow: np.ndarray,
    both: np.ndarray,
    asked: RuleSearch,
    names: Sequence[str],
) -> pd.DataFrame:
    n = asked.baskets.n_baskets
    n_a, n_c, n11 = (tree.count[nodes].astype(np.int64) for nodes in (lead, follow, both))
    order = np.lexsort((-n11, -(n11 / n_a)))
    lead, follow, n_a, n_c, n11 = (values[order] for values in (lead, follow, n_a, n_c, n11))
    counts = {"n11": n11, "n10": n_a - n11, "n01": n_c - n11, "n00": n - n_a - n_c + n11}
    found = pd.DataFrame(
        {
            "antecedents": ItemsetArray(tree, lead, asked),
            "consequents": ItemsetArray(tree, follow, asked),
            "antecedent support": n_a / n,
            "consequent support": n_c / n,
            "support": n11 / n,
            "confidence": n11 / n_a,
        }
    )
    table = pd.DataFrame(counts, index=found.index)
    added = compute_measures(found.join(table), names)
    return pd.concat([found, added, table], axis="columns")


def _split(
    tree: Tree, rows: np.ndarray, asked: RuleSearch, min_confidence: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, Tree]:
    rows = rows[rows >= 0]
    rows = rows[tree.sizes[rows] > 1]
    ptr, items = tree.unpack(rows)
    longest = int(np.diff(ptr).max(initial=0))
    if longest > MOST_ITEMS:
        raise ValueError(
            f"a set has {longest:,} items, and its rules would be without number; rules need sets of at most "
            f"{MOST_ITEMS}: leave longer ones out, as by sets[sets['size'] <= 10]"
        )
    most = longest if asked.max_consequent is None else asked.max_consequent
    if not tree.whole:
        tree, rows = _completed(ptr, items, asked, most, tree.labels)
    lead, follow, both = _kernels.rules.split(
        ptr, items, rows, tree.count, *tree.index, tree.item, tree.parent,
        asked.may_lead, asked.may_follow, most, min_confidence, _MOST_RULES,
    )  # fmt: skip
    if len(lead) > _MOST_RULES:
        raise ValueError(
            f"more than {_MOST_RULES:,} rules at min_confidence={min_confidence:g}; raise it, set "
            "max_consequent=1, or split fewer sets"
        )
    return lead, follow, both, tree


def _completed(
    ptr: np.ndarray, items: np.ndarray, asked: RuleSearch, most: int, labels: pd.Index
) -> tuple[Tree, np.ndarray]:
    """Plant and count every side of every rule; give also the nodes of the sets themselves."""
    side_ptr, sides = _kernels.rules.sides(ptr, items, asked.may_lead, asked.may_follow, most, _MOST_SIDES)
    if len(side_ptr) > _MOST_SIDES:
        raise ValueError(
            f"these sets have more than {_MOST_SIDES:,} sides of rules to count; set max_consequent=1, or "
            "split fewer or shorter sets"
        )
    n_sides = len(side_ptr) - 1
    all_ptr = np.concatenate([side_ptr, side_ptr[-1] + ptr[1:]])
    planted, nodes = Tree.planted(all_ptr, np.concatenate([sides, items]), labels)
    counted = Tree(planted.item, planted.parent, count_sets(planted, asked.baskets), labels, True)
    return counted, nodes[n_sides:]


def _opened(sets: Any, baskets: Baskets | None) -> tuple[Tree, np.ndarray, Search | None, Baskets]:
    """Take the tree out of a frame of itemsets, whoever found them."""
    columns = frames.select(sets, {"support": "support", "itemsets": "itemsets"}, what="sets")
    array = columns["itemsets"].array
    check_sets(array, "itemsets")
    if isinstance(array, ItemsetArray) and isinstance(array.origin, Search):
        search = array.origin
        if baskets is not None and baskets is not search.baskets and baskets != search.baskets:
            raise ValueError("these sets come from other baskets than those given; leave baskets out")
        return array.tree, array.rows, search, search.baskets
    if not isinstance(baskets, Baskets):
        raise ValueError(
            "these sets do not come from kehu.rules.frequent_itemsets, so their baskets are not known; "
            "pass baskets=…, from which they were mined"
        )
    tree, rows = Tree.of(array, baskets.labels) if len(array) else Tree.of([], baskets.labels)
    # A set of no items is in every basket.
    counts = np.append(count_sets(tree, baskets), baskets.n_baskets)[np.where(rows >= 0, rows, -1)]
    stated = frames.numbers(columns["support"], "support") * baskets.n_baskets
    wrong = np.flatnonzero(~(np.abs(stated - counts) < 0.01))
    if len(wrong):
        first = wrong[0]
        raise ValueError(
            f"the set {text(array[first])} is stated to have support {columns['support'][first]:.6g}, but "
            f"{counts[first] / baskets.n_baskets:.6g} of the baskets hold it ({len(wrong):,} such sets): "
            "the sets were mined from other baskets"
        )
    return tree, rows, None, baskets


def _mask(items: Any, baskets: Baskets, name: str) -> np.ndarray:
    if items is None:
        return np.ones(baskets.n_items, np.bool_)
    if isinstance(items, str) or not isinstance(items, Collection):
        raise TypeError(f"{name} must be a list of items, got {items!r}; for one write [{items!r}]")
    places = baskets.labels.get_indexer(pd.Index(list(items), dtype=object))
    for item, place in zip(items, places, strict=True):
        if place < 0:
            raise KeyError(f"no item {item!r}; {frames.closest(item, baskets.labels)}")
    mask = np.zeros(baskets.n_items, np.bool_)
    mask[places] = True
    return mask


def check_confidence(min_confidence: object) -> None:
    """Refuse a confidence that is no share."""
    if isinstance(min_confidence, bool) or not isinstance(
        min_confidence, float | int | np.floating | np.integer
    ):
        raise TypeError(f"min_confidence must be a number from 0 to 1, got {min_confidence!r}")
    if not 0 <= min_confidence <= 1:
        raise ValueError(f"min_confidence must be from 0 to 1, got {min_confidence!r}")


def _check_most(max_consequent: object) -> None:
    if max_consequent is not None and (
        not isinstance(max_consequent, int | np.integer)
        or isinstance(max_consequent, bool)
        or max_consequent < 1
    ):
        raise ValueError(f"max_consequent must be a whole number from 1, or None, got {max_consequent!r}")
