"""What rules are good for: offers that go with a basket, and the baskets behind a rule."""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd

from kehu import frames
from kehu.baskets import Baskets

__all__ = ["recommend", "supporting_baskets"]

_KINDS = ("support", "exception")


def recommend(
    rules: pd.DataFrame, basket: Collection[object], *, n: int = 5, by: str = "confidence"
) -> pd.DataFrame:
    """Tell what else to offer to someone with this basket.

    A rule applies if its whole antecedent is in the basket and its consequent has something that is not. Each
    new item is offered because of the best rule that leads to it: the largest value of ``by``, at a tie the
    higher lift, then the larger antecedent, then the first by label.

    Parameters
    ----------
    rules : pandas.DataFrame
        Rules as from `association_rules`: ``antecedents``, ``consequents``, ``support``, ``confidence``, and
        ``lift`` or ``consequent support``.
    basket : collection of labels
        What is in the basket. It may be empty, and items that no rule knows do no harm.
    n : int
        Number of items at most.
    by : str
        Numeric column of ``rules`` that is large where a rule is good.

    Returns
    -------
    pandas.DataFrame
        One row an item, best first: ``item``, the column ``by``, ``confidence``, ``lift`` and ``support`` of
        the rule, ``antecedents`` (because of these) and ``rule`` (its index in ``rules``). The values are
        those of the whole rule; with several items in its consequent, each alone is at least as likely.
        No row if no rule applies.

    Raises
    ------
    TypeError
        If ``basket`` is a single text, or ``by`` is not numeric.
    KeyError
        If a column is missing, naming the closest.
    ValueError
        If ``n`` is below 1.

    Examples
    --------
    >>> rules = pd.DataFrame({
    ...     "antecedents": [frozenset({"tea"}), frozenset({"tea", "milk"}), frozenset({"salt"})],
    ...     "consequents": [frozenset({"sugar"}), frozenset({"sugar"}), frozenset({"rice"})],
    ...     "support": [0.2, 0.1, 0.3], "confidence": [0.5, 0.8, 0.9], "lift": [2.0, 3.2, 1.5]})
    >>> recommend(rules, ["tea", "milk", "bread"])[["item", "confidence", "lift", "support", "rule"]]
        item  confidence  lift  support  rule
    0  sugar         0.8   3.2      0.1     1
    """
    if isinstance(n, bool) or not isinstance(n, int | np.integer):
        raise TypeError(f"n must be a whole number, got {n!r}")
    if n < 1:
        raise ValueError(f"n must be at least 1, got {n!r}")
    held = _labels(basket, "basket")
    table = _read(rules, by)
    score, lift = (np.nan_to_num(table[name], nan=-np.inf) for name in (by, "lift"))
    offers = []
    for place, (antecedent, consequent) in enumerate(
        zip(table["antecedents"], table["consequents"], strict=True)
    ):
        if held.issuperset(antecedent):
            new = [item for item in consequent if item not in held]
            if new:
                because = sorted(map(_sortable, antecedent))
                rank = (-score[place], -lift[place], -len(because))
                offers += [(*rank, _sortable(item), because, place, item) for item in new]
    best = {}
    for *_, place, item in sorted(offers):
        best.setdefault(item, place)
        if len(best) == n:
            break
    chosen = table.iloc[list(best.values())]
    shown = list(dict.fromkeys([by, "confidence", "lift", "support"]))
    return pd.DataFrame(
        {
            "item": pd.Series(list(best), dtype=None if best else object),
            **{name: chosen[name].to_numpy() for name in shown},
            "antecedents": pd.Series(list(chosen["antecedents"]), dtype="itemset"),
            "rule": rules.index[chosen.index],
        }
    )


def supporting_baskets(
    rule: pd.Series | Mapping[str, Any] | tuple[Collection[object], Collection[object]],
    baskets: Baskets,
    *,
    kind: str = "support",
) -> np.ndarray:
    """Find the baskets that support a rule, or its exceptions.

    Parameters
    ----------
    rule : pandas.Series, mapping or pair
        A row of a rules frame such as ``rules.loc[0]``, or (antecedents, consequents).
    baskets : kehu.Baskets
        Where to look.
    kind : {"support", "exception"}
        ``"support"``: baskets with antecedents and consequents. ``"exception"``: those with all antecedents,
        but not all consequents.

    Returns
    -------
    numpy.ndarray of bool, shape (n_baskets,)
        ``baskets[mask]`` gives the baskets themselves, if there are any.

    Raises
    ------
    KeyError
        If an item occurs nowhere in the labels of ``baskets``, naming the closest, or a row lacks a side.
    TypeError
        If ``rule`` is neither a row nor a pair, or a side is a single text.
    ValueError
        If ``kind`` is unknown.

    Examples
    --------
    >>> baskets = Baskets.from_lists([["milk", "tea"], ["tea"], ["milk"]])
    >>> supporting_baskets((["tea"], ["milk"]), baskets)
    array([ True, False, False])
    >>> baskets[supporting_baskets((["tea"], ["milk"]), baskets, kind="exception")].to_lists()
    [['tea']]
    """
    if kind not in _KINDS:
        raise ValueError(
            f"kind must be 'support' or 'exception', got {kind!r}; {frames.closest(kind, _KINDS)}"
        )
    if not isinstance(baskets, Baskets):
        raise TypeError(f"baskets must be kehu.Baskets, got {type(baskets).__name__}")
    antecedent, consequent = (baskets.contains(side) for side in _sides(rule))
    return antecedent & (consequent if kind == "support" else ~consequent)


def _read(rules: pd.DataFrame, by: str) -> pd.DataFrame:
    """Check the columns that recommendations need and number the rules from 0."""
    wanted = dict.fromkeys(["antecedents", "consequents", "support", "confidence"])
    optional = dict.fromkeys(["lift", "consequent support", by])
    table = frames.select(
        rules,
        {name: name for name in wanted},
        optional={name: name for name in optional if name not in wanted},
        what="rules",
    )
    if "lift" not in table:
        consequent = frames.select(rules, {"support": "consequent support"}, what="rules")["support"]
        table["lift"] = table["confidence"] / consequent
    if by not in table:
        raise KeyError(f"rules has no column {by!r} to sort by; {frames.closest(by, _numeric(rules))}")
    if by not in (*_numeric(table), "lift"):
        raise TypeError(f"by must name a numeric column, got {by!r}; {frames.closest(by, _numeric(rules))}")
    for side in ("antecedents", "consequents"):
        if len(table) and isinstance(table[side].iloc[0], str):
            raise TypeError(f"{side} must hold sets of labels, got the text {table[side].iloc[0]!r}")
    return table


def _numeric(table: pd.DataFrame) -> list[str]:
    """Columns of numbers."""
    return list(table.select_dtypes("number").columns)


def _labels(items: Collection[object], name: str) -> set:
    if isinstance(items, str) or not isinstance(items, Collection):
        raise TypeError(f"{name} must be a list of labels, got {items!r}; for one write [{items!r}]")
    return set(items)


def _sortable(label: object) -> tuple[bool, object]:
    """Numbers before text, so that labels of hand-made rules can always be compared."""
    return isinstance(label, str), label


def _sides(rule: object) -> tuple[Collection[object], Collection[object]]:
    """Antecedents and consequents of a rule, however it was given."""
    if isinstance(rule, pd.Series | Mapping):
        for name in ("antecedents", "consequents"):
            if name not in rule:
                raise KeyError(f"the rule has no {name!r}; {frames.closest(name, rule.keys())}")
        return rule["antecedents"], rule["consequents"]
    if isinstance(rule, tuple | list) and len(rule) == 2:
        return rule[0], rule[1]
    raise TypeError(
        "rule must be a row of a rules frame, such as rules.loc[0], or a pair (antecedents, consequents), "
        f"got {type(rule).__name__}"
    )
