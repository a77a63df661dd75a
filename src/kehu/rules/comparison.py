"""Rules of two periods or two segments: what is new, what is gone, what changed beyond chance."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kehu import frames
from kehu.baskets import Baskets
from kehu.rules.counting import baskets_of, recount
from kehu.rules.equality import p_values, possible
from kehu.rules.family import searched
from kehu.rules.intervals import intervals
from kehu.rules.significance import adjust_p_values
from kehu.warnings import GivenFamilyWarning, SameBasketsWarning, warn

__all__ = ["RulesComparison", "compare_rules"]

_ADJUSTMENTS = ("none", "bonferroni", "holm", "fdr_bh")
_FAMILIES = ("searched", "given")
_COUNTS = ("n11", "n10", "n01", "n00")
# With them, a column such as "confidence_change" would mean two things.
_TAKEN = frozenset(f"{word}{end}" for word in ("change", "ratio") for end in ("", "_low", "_high"))
_SIDES = ("antecedents", "consequents")


@dataclass(frozen=True, eq=False)
class RulesComparison:
    """Two sets of rules side by side.

    Attributes
    ----------
    table : pandas.DataFrame
        One row for each rule of either set, smallest p-value first; with the names "first" and "second":
        ``antecedents``, ``consequents`` and ``status`` ("kept": in both sets, "new": only in the second,
        "gone": only in the first);
        ``support_first``, ``support_second``, ``confidence_first``, ``confidence_second``, ``lift_first``,
        ``lift_second``, counted in both also where the rule missed the thresholds;
        ``confidence_change`` (second - first), ``confidence_change_low``, ``confidence_change_high``;
        ``lift_ratio`` (second / first), ``lift_ratio_low``, ``lift_ratio_high``;
        ``p_value`` (Fisher's test), ``p_chosen`` (the same, allowing for the choice of the rule),
        ``p_adjusted`` (``p_chosen`` for the number of tests), ``changed`` (``p_adjusted <= alpha``);
        ``n11_first`` to ``n00_second``, the eight counts.
    names : (str, str)
        Names of the two sets.
    family : str
        "searched" or "given".
    family_size : int
        Over how many tests p-values were adjusted: with "searched" the candidates of both searches, and the
        rules shown once more (see the notes of `compare_rules`).
    alpha : float
        Level of the tests; intervals have level 1 - alpha.
    adjust : str
        Method of adjustment.
    """

    table: pd.DataFrame
    names: tuple[str, str]
    family: str
    family_size: int
    alpha: float
    adjust: str

    def summary(self) -> pd.DataFrame:
        """Count the rules of each status.

        Returns
        -------
        pandas.DataFrame
            Columns ``status`` ("kept", "new", "gone"), ``rules`` and ``changed`` (beyond chance).
        """
        states = pd.Index(["kept", "new", "gone"], name="status")
        changed = self.table["changed"].groupby(self.table["status"])
        counted = pd.DataFrame({"rules": changed.size(), "changed": changed.sum()})
        return counted.reindex(states, fill_value=0).astype("int64").reset_index()


def compare_rules(
    first: pd.DataFrame,
    second: pd.DataFrame,
    *,
    names: tuple[str, str] = ("first", "second"),
    baskets: tuple[Baskets, Baskets] | None = None,
    alpha: float = 0.05,
    adjust: str = "fdr_bh",
    family: str = "searched",
) -> RulesComparison:
    r"""Compare the rules of two periods or segments, and tell change from chance.

    Every rule of either set is counted in the baskets of both, so that a rule that just missed a threshold
    is not mistaken for one that vanished.

    Parameters
    ----------
    first, second : pandas.DataFrame
        Rules as from `association_rules`; either may be empty.
    names : (str, str)
        What the two sets are called in the columns of the result, such as ``("2016", "2017")``.
    baskets : (Baskets, Baskets), optional
        Where to count; by default each frame's own baskets. No basket may be in both.
    alpha : float
        Level of the tests.
    adjust : {"fdr_bh", "holm", "bonferroni", "none"}
        How p-values are adjusted for the number of tests (Benjamini and Hochberg 1995; Holm 1979).
    family : {"searched", "given"}
        Over which tests: all candidate rules that either search looked at, or only the rules shown, as if
        they had been fixed beforehand, which comes with a warning.

    Returns
    -------
    RulesComparison

    Raises
    ------
    ValueError
        If an option is unknown, ``alpha`` is not between 0 and 1, the names are alike, a rule occurs twice,
        or a frame does not know its baskets or how many candidates were searched.
    TypeError
        If ``baskets`` is no pair of Baskets.
    KeyError
        If a frame lacks a column.

    Warns
    -----
    GivenFamilyWarning
        If p-values are adjusted over the rules given.
    SameBasketsWarning
        If both sets are counted in the same baskets.

    Notes
    -----
    With :math:`n_A` baskets that hold A, of which :math:`n_{11}` hold C too, the confidence of A → C is
    :math:`p = n_{11} / n_A`.

    *Change of confidence.* Newcombe's interval joins two Wilson intervals (l, u): with d = p₂ - p₁,

    .. math:: d - \sqrt{(p_2 - l_2)^2 + (u_1 - p_1)^2} \quad\text{to}\quad
              d + \sqrt{(u_2 - p_2)^2 + (p_1 - l_1)^2}

    *Ratio of lifts.* Confidence also rises if just C becomes more popular; lift need not. The intervals of
    `kehu.rules.intervals.intervals` are joined in the same way on the log scale. Where a lift is 0, the
    limits are l₂ / u₁ and u₂ / l₁, which is wider.

    *Test.* Fisher's, exact and two-sided: given the margins, X, the :math:`n_{11}` of the first set, is
    hypergeometric if both confidences are equal; the p-value P(E) adds up the outcomes E that are no more
    probable than the one observed.

    *Choice.* Rules are chosen because they did well, which in part was luck; so rules of the first period
    tend to fall back in the second although nothing changed (regression to the mean). Intervals and
    ``p_value`` do not know of that, and among rules near the thresholds most may "change". Hence
    ``p_chosen`` is P(E and S) / P(S), where S are the outcomes with which the rule would pass, in either
    set, the least support count and the least confidence of the rules shown there. Where the thresholds do
    not bind, it is ``p_value``.

    If S is very unlikely, choice is no sensible explanation: with K rules shown of U that could be made
    with as many items on each side, P(S) is taken as K / U at least, and K is added to the family. For U
    rules without a change, each with P(S) = s, at level α / (M + K) with M candidates, the expected number
    of false ones is at most Σ α (s + K / U) / (M + K) ≤ α, as Σ s, the rules expected to pass the
    thresholds, is no more than M, which contains them. So the family searched also covers a further choice
    among the candidates, such as by lift. With a family given, ``p_chosen`` is ``p_value``: it is for rules
    that were fixed before seeing either set.

    "holm" and "bonferroni" hold however rules depend on each other; "fdr_bh" where tests are positively
    dependent, which overlapping rules are only roughly.

    References
    ----------
    Newcombe 1998, Statistics in Medicine 17, 873-890 (method 10). Zou & Donner 2008, Statistics in Medicine
    27. Benjamini & Hochberg 1995, Journal of the Royal Statistical Society B 57. On tests given the choice:
    Fithian, Sun & Taylor 2014, "Optimal inference after model selection", arXiv:1410.2597.

    Examples
    --------
    >>> rule = {"antecedents": [frozenset({"tea"})], "consequents": [frozenset({"milk"})]}
    >>> spring = Baskets.from_lists([["tea", "milk"]] * 40 + [["tea"]] * 20 + [["milk"]] * 40)
    >>> autumn = Baskets.from_lists([["tea", "milk"]] * 10 + [["tea"]] * 40 + [["milk"]] * 50)
    >>> rules = pd.DataFrame(rule)
    >>> result = compare_rules(rules, rules.iloc[:0], names=("spring", "autumn"), adjust="none",
    ...                        baskets=(spring, autumn))
    >>> row = result.table.loc[0]
    >>> row["status"], bool(row["changed"]), round(float(row["confidence_change"]), 3)
    ('gone', True, -0.467)
    """
    _check(names, baskets, alpha, adjust, family)
    rules, rows = _union(first, second)
    sets = dict(zip(names, (first, second), strict=True))
    places = baskets or [_own_baskets(frame, name) for name, frame in sets.items()]
    if places[0] == places[1]:
        warn("both sets of rules are counted in the same baskets, so nothing can change", SameBasketsWarning)
    family = "given" if adjust == "none" else family
    searched = sum(_searched(frame, name) for name, frame in sets.items()) if family == "searched" else 0
    counts = [
        _counts(rules, where, frame if baskets is None else None, place)
        for where, frame, place in zip(places, sets.values(), rows, strict=True)
    ]
    table = rules.copy()
    for kind in ("support", "confidence", "lift"):
        for name, count in zip(names, counts, strict=True):
            table[f"{kind}_{name}"] = _measure(count, kind)
    table = table.assign(**_intervals(counts, alpha))
    shown, least = None, 1.0
    if searched and len(rules):
        shown = [place >= 0 for place in rows]
        least = len(rules) / possible(rules, len(places[0].labels.union(places[1].labels, sort=False)))
    table["p_value"], table["p_chosen"] = p_values(counts, shown, least)
    table["p_adjusted"] = adjust_p_values(table["p_chosen"].to_numpy(), adjust, searched + len(rules))
    table["changed"] = table["p_adjusted"] <= alpha
    for name, count in zip(names, counts, strict=True):
        table[[f"{kind}_{name}" for kind in _COUNTS]] = count
    if family == "given" and adjust != "none" and len(rules):
        warn(
            f"p-values are adjusted over the {len(rules):,} rules given; if they were chosen because they "
            "did well in one of the sets, too many seem changed; use family='searched'",
            GivenFamilyWarning,
        )
    return RulesComparison(
        table=table.sort_values(["p_chosen", "p_value"], kind="stable", ignore_index=True),
        names=tuple(names),
        family=family,
        family_size=searched + len(rules),
        alpha=alpha,
        adjust=adjust,
    )


def _check(
    names: Sequence[str], baskets: Sequence[Baskets] | None, alpha: float, adjust: str, family: str
) -> None:
    if isinstance(names, str) or len(names) != 2 or not all(isinstance(name, str) and name for name in names):
        raise ValueError(f"names must be two texts, got {names!r}")
    if names[0] == names[1]:
        raise ValueError(f"names must be different, got {names[0]!r} twice")
    taken = _TAKEN.intersection(names)
    if taken:
        raise ValueError(f"names must not be {min(taken)!r}, which would name two columns alike")
    if not 0 < alpha < 1:
        raise ValueError(f"alpha must lie between 0 and 1, got {alpha!r}")
    for name, value, options in (("adjust", adjust, _ADJUSTMENTS), ("family", family, _FAMILIES)):
        if value not in options:
            raise ValueError(f"no {name} {value!r}; {frames.closest(value, options)}")
    if baskets is not None and not (
        isinstance(baskets, tuple | list)
        and len(baskets) == 2
        and all(isinstance(b, Baskets) for b in baskets)
    ):
        raise TypeError("baskets must be a pair (Baskets of the first, Baskets of the second)")


def _union(first: pd.DataFrame, second: pd.DataFrame) -> tuple[pd.DataFrame, list[np.ndarray]]:
    """Rules of either set, and in which row of each set they stand: -1 where they are not in it."""
    sets = []
    for rules, name in ((first, "first"), (second, "second")):
        sides = frames.select(rules, {side: side for side in _SIDES}, what=name)
        keys = zip(*(map(frozenset, sides[side]) for side in _SIDES), strict=True)
        found = {rule: row for row, rule in enumerate(keys)}
        if len(found) < len(sides):
            raise ValueError(f"{name} holds {len(sides) - len(found)} rules twice; drop the repeats")
        sets.append(found)
    union = list(sets[0] | sets[1])
    rows = [np.array([found.get(rule, -1) for rule in union], dtype=np.int64) for found in sets]
    status = np.where(rows[0] < 0, "new", np.where(rows[1] < 0, "gone", "kept"))
    sides = {side: pd.Series([rule[i] for rule in union], dtype="itemset") for i, side in enumerate(_SIDES)}
    return pd.DataFrame({**sides, "status": status}), rows


def _own_baskets(rules: pd.DataFrame, name: str) -> Baskets:
    try:
        return baskets_of(rules)
    except ValueError as error:
        raise ValueError(f"{name}: {error}; or pass baskets=(…, …)") from error


def _searched(rules: pd.DataFrame, name: str) -> int:
    try:
        size = int(searched(rules))
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error
    if size < len(rules):
        raise ValueError(
            f"{name}: {len(rules):,} rules were given but only {size:,} searched, so some were found "
            "elsewhere; pass each set as it was found, or family='given'"
        )
    return size


def _counts(
    rules: pd.DataFrame, baskets: Baskets, counted: pd.DataFrame | None, rows: np.ndarray
) -> pd.DataFrame:
    """Count the rules in baskets, but for those of which a frame has the counts in its rows."""
    cells = np.empty((len(rules), len(_COUNTS)), dtype=np.int64)
    known = rows >= 0
    if counted is None or not set(_COUNTS) <= set(counted.columns):
        known = np.zeros(len(rules), dtype=np.bool_)
    if known.any():
        cells[known] = counted[list(_COUNTS)].to_numpy(dtype=np.int64)[rows[known]]
    if not known.all():
        cells[~known] = recount(rules.loc[~known, list(_SIDES)], baskets)[list(_COUNTS)]
    return pd.DataFrame(cells, columns=list(_COUNTS))


def _measure(count: pd.DataFrame, kind: str) -> np.ndarray:
    """Support, confidence or lift; NaN where a side is in no basket."""
    n11, n10, n01, n00 = count.to_numpy(dtype=np.float64).T
    n = n11 + n10 + n01 + n00
    with np.errstate(invalid="ignore"):
        if kind == "support":
            return n11 / n
        return n11 / (n11 + n10) if kind == "confidence" else n11 * n / ((n11 + n10) * (n11 + n01))


def _intervals(counts: Sequence[pd.DataFrame], alpha: float) -> dict[str, np.ndarray]:
    """Change of confidence and ratio of lifts; intervals of both sets are joined to one of the difference."""
    first, second = (intervals(count, confidence_level=1 - alpha) for count in counts)
    p1, p2 = (_measure(count, "confidence") for count in counts)
    lift1, lift2 = (_measure(count, "lift") for count in counts)
    change = p2 - p1
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = lift2 / lift1
        widest = second["lift_low"] / first["lift_high"], second["lift_high"] / first["lift_low"]
        down = np.hypot(np.log(lift2 / second["lift_low"]), np.log(first["lift_high"] / lift1))
        up = np.hypot(np.log(second["lift_high"] / lift2), np.log(lift1 / first["lift_low"]))
        both = (lift1 > 0) & (lift2 > 0)
        low, high = (
            np.where(both, ratio * np.exp(-down), widest[0]),
            np.where(both, ratio * np.exp(up), widest[1]),
        )
    return {
        "confidence_change": change,
        "confidence_change_low": change
        - np.hypot(p2 - second["confidence_low"], first["confidence_high"] - p1),
        "confidence_change_high": change
        + np.hypot(second["confidence_high"] - p2, p1 - first["confidence_low"]),
        "lift_ratio": ratio,
        "lift_ratio_low": low,
        "lift_ratio_high": high,
    }
