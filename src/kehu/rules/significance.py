"""Which rules are more than chance, adjusted for all that were searched.

Each rule is tested alone, one-sided: do both sides meet more often than they would if they were independent,
given how often each occurs? Of many such tests some succeed by chance, so the p-values are adjusted, and for
as many rules as were looked at, not as many as passed the thresholds: support and confidence pick just those
rules that chance made look good (Webb 2007).

The tests take baskets as independent of each other. Baskets of the same customer are not: somebody who likes
two things buys them together again and again, and counts as many times as there were visits. So test
on one basket a customer, or find rules with half of the customers and test them with the other half; see
`split_half`. That keeps the rules of a few customers out of the second half, yet also there only one basket a
customer makes the p-values exact.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtr

from kehu import frames
from kehu.baskets import Baskets
from kehu.rules.contingency import Table
from kehu.rules.counting import recount
from kehu.rules.family import searched
from kehu.rules.strata import within_strata
from kehu.warnings import GivenFamilyWarning, SameBasketsWarning, SmallExpectedWarning, warn

__all__ = ["Significance", "is_significant", "significance", "split_half"]

_ADJUST = {
    "none": "not adjusted",
    "bonferroni": "Bonferroni",
    "holm": "Holm",
    "fdr_bh": "Benjamini-Hochberg",
}
_TESTS = {"fisher": "Fisher's exact test", "chi2": "chi-squared test"}
_SAID = {**_TESTS, "strata": "within strata of baskets"}
_FAMILIES = {"searched": "searched", "given": "given"}
_FEW = 5


@dataclass(frozen=True, eq=False, repr=False)
class Significance:
    """Which rules are more than chance, and among how many that was asked.

    Attributes
    ----------
    table : pandas.DataFrame
        Columns ``p_value``, ``p_adjusted`` and ``significant`` (``p_adjusted <= alpha``), with the index of
        the rules; within strata also ``expected`` and ``lift_within``, see `within_strata`.
    family : {"searched", "given"}
        Whether p-values were adjusted over all rules searched or over those given; the latter too where
        they were not adjusted.
    family_size : int
        How many rules that are.
    test : {"fisher", "chi2", "strata"}
        Which test; "strata" within strata of baskets.
    adjust : {"none", "bonferroni", "holm", "fdr_bh"}
        How p-values were adjusted.
    alpha : float
        The level.
    n_baskets : int
        In how many baskets was counted; 0 if there are no rules.
    """

    table: pd.DataFrame
    family: str
    family_size: int
    test: str
    adjust: str
    alpha: float
    n_baskets: int

    def __str__(self) -> str:
        over = "" if self.adjust == "none" else f" over the {self.family_size:,} rules {self.family}"
        return (
            f"{int(self.table['significant'].sum()):,} of {len(self.table):,} rules significant at "
            f"{self.alpha:g}\n{_SAID[self.test]}, {_ADJUST[self.adjust]}{over}, {self.n_baskets:,} baskets"
        )

    def __repr__(self) -> str:
        return f"<Significance: {', '.join(str(self).splitlines())}>"


def significance(
    rules: Any,
    *,
    alpha: float = 0.05,
    adjust: str = "fdr_bh",
    test: str = "fisher",
    family: str = "searched",
    on: Baskets | None = None,
    strata: Any = None,
) -> Significance:
    """Test whether the sides of rules meet more often than by chance.

    The tests take baskets as independent of each other. Baskets of the same customer are not, so that with
    several baskets a customer p-values are too small: test on one basket a customer, or at least on other
    customers than those the rules were found with (`split_half` with ``by=``).

    Parameters
    ----------
    rules : dataframe
        Rules with their counts ``n11``, ``n10``, ``n01`` and ``n00``; for the searched family and for ``on``
        a pandas frame as `association_rules` gives it.
    alpha : float
        Level at which a rule is significant: ``p_adjusted <= alpha``.
    adjust : {"fdr_bh", "holm", "bonferroni", "none"}
        ``"fdr_bh"`` (Benjamini & Hochberg) keeps the expected share of false rules among the significant
        ones at ``alpha``, for tests that are independent or depend positively on each other; ``"holm"`` and
        ``"bonferroni"`` keep at ``alpha`` the chance that there is any, however they depend. With m rules,
        p the i-th smallest: Bonferroni m p; Holm (m - i + 1) p, rising; Benjamini and Hochberg m p / i,
        rising.
    test : {"fisher", "chi2"}
        ``"fisher"``: P(X >= n11), X hypergeometric with the margins of the table, which is exact.
        ``"chi2"``: the normal tail beyond the root of Pearson's n D² / (nA n¬A nC n¬C), with the sign
        of D = n11 n00 - n10 n01 and no correction for continuity; good where all expected counts are 5 or
        more.
    family : {"searched", "given"}
        Over how many rules p-values are adjusted: all that the search looked at, those that are not in
        the frame counting as p = 1, or just those in the frame, as R's arules does it. Without an adjustment
        it plays no role.
    on : Baskets, optional
        Other baskets than those in which the rules were found, such as the other half. The rules are counted
        there, and as nothing was searched there, the family is the rules given. A rule whose items do not
        occur there has p = 1.
    strata : array-like, optional
        The stratum of each basket (of ``on``, if given), such as its size: tests whether the sides meet more
        often than by chance within strata, and takes the place of ``test``; see `within_strata`. Where large
        baskets hold more of everything, only this tells rules from size.

    Returns
    -------
    Significance

    Raises
    ------
    ValueError
        If ``alpha`` is not between 0 and 1; a test, family or adjustment is unknown; counts are negative or
        not whole; rules come from different numbers of baskets, or are more than were searched; the frame
        does not know how many were searched.
    KeyError
        If a count is missing.
    TypeError
        If ``rules`` is no dataframe or ``on`` no `Baskets`.

    Warns
    -----
    GivenFamilyWarning
        If p-values are adjusted over the rules given, in the baskets they were found in.
    SmallExpectedWarning
        If the chi-squared test meets rules with an expected count below 5.
    SameBasketsWarning
        If ``on`` gives all rules the counts that they have already.

    References
    ----------
    Fisher 1935, The Design of Experiments. Holm 1979, Scandinavian Journal of Statistics 6. Benjamini &
    Hochberg 1995, Journal of the Royal Statistical Society B 57. Webb 2007, Machine Learning 68. Hahsler &
    Hornik 2007, Intelligent Data Analysis 11.

    Examples
    --------
    >>> rules = pd.DataFrame({"n11": [12, 5], "n10": [7, 15], "n01": [315, 2500], "n00": [9501, 7315]})
    >>> result = significance(rules, adjust="none")
    >>> result
    <Significance: 1 of 2 rules significant at 0.05, Fisher's exact test, not adjusted, 9,835 baskets>
    >>> result.table
            p_value    p_adjusted  significant
    0  6.116445e-14  6.116445e-14         True
    1  6.041735e-01  6.041735e-01        False
    """
    _check(alpha, adjust=(adjust, _ADJUST), test=(test, _TESTS), family=(family, _FAMILIES))
    if on is not None and not isinstance(on, Baskets):
        raise TypeError(f"on must be Baskets, got {type(on).__name__}; make them with Baskets.from_orders")
    table = Table.of(rules if on is None else _recounted(rules, on))
    sizes = np.unique(table.n)
    if len(sizes) > 1:
        raise ValueError(f"rules come from different baskets: {sizes[0]:,} and {sizes[-1]:,} of them")
    rows = len(table.n)
    size = rows
    if adjust == "none" or on is not None:
        family = "given"
    elif rows and family == "searched":
        size = _searched(rules, rows)
    elif rows:
        warn(
            f"p-values are adjusted over the {rows:,} rules given; if picked from more, by support, "
            "confidence or otherwise, too many seem significant; use family='searched' or on=",
            GivenFamilyWarning,
        )
    more = {}
    if strata is not None:
        test, within = "strata", within_strata(rules, strata, baskets=on)
        p = within["p_value"].to_numpy()
        more = {name: within[name].to_numpy() for name in ("expected", "lift_within")}
    else:
        p = table.tails[1] if test == "fisher" else _chi2(table)
    p_adjusted = adjust_p_values(p, adjust, size)
    columns = {"p_value": p, "p_adjusted": p_adjusted, "significant": p_adjusted <= alpha, **more}
    return Significance(
        table=pd.DataFrame(columns, index=table.index_of(rules)),
        family=family,
        family_size=size,
        test=test,
        adjust=adjust,
        alpha=alpha,
        n_baskets=int(sizes[0]) if rows else 0,
    )


def is_significant(
    rules: Any,
    *,
    alpha: float = 0.05,
    adjust: str = "fdr_bh",
    test: str = "fisher",
    family: str = "searched",
    on: Baskets | None = None,
    strata: Any = None,
) -> pd.Series:
    """Tell which rules are more than chance; `significance` says more, and what the parameters mean.

    Parameters
    ----------
    rules : dataframe
        Rules with their counts.
    alpha : float
        Level.
    adjust : {"fdr_bh", "holm", "bonferroni", "none"}
        How p-values are adjusted.
    test : {"fisher", "chi2"}
        Which test.
    family : {"searched", "given"}
        Over which rules p-values are adjusted.
    on : Baskets, optional
        Other baskets to test on.
    strata : array-like, optional
        The stratum of each basket, within which to test.

    Returns
    -------
    pandas.Series of bool
        Named "significant", with the index of ``rules``; ``attrs`` holds ``family``, ``family_size``,
        ``test``, ``adjust`` and ``alpha``.

    Raises
    ------
    ValueError, KeyError, TypeError
        As `significance`.

    Examples
    --------
    >>> rules = pd.DataFrame({"n11": [12, 5], "n10": [7, 15], "n01": [315, 2500], "n00": [9501, 7315]})
    >>> is_significant(rules, alpha=0.01, adjust="none").tolist()
    [True, False]
    """
    result = significance(rules, alpha=alpha, adjust=adjust, test=test, family=family, on=on, strata=strata)
    found = result.table["significant"]
    found.attrs = {
        name: getattr(result, name) for name in ("family", "family_size", "test", "adjust", "alpha")
    }
    return found


def split_half(
    baskets: Baskets, *, by: Any = None, random_state: int | np.random.Generator | None = None
) -> tuple[Baskets, Baskets]:
    """Split baskets at random into two halves: one to find rules in, one to test them on.

    Parameters
    ----------
    baskets : Baskets
        At least two.
    by : array-like, shape (n_baskets,), optional
        Whose each basket is, such as the customer: all baskets of one stay together, and half of the
        customers, rather than of the baskets, are in each half.
    random_state : int or numpy.random.Generator, optional
        Where chance comes from.

    Returns
    -------
    tuple of Baskets
        The first half, larger by one if the number is odd, and the second; baskets keep their order.

    Raises
    ------
    ValueError
        If a half would be empty, or ``by`` has a wrong length or missing values.
    TypeError
        If ``baskets`` are no `Baskets`.

    Examples
    --------
    >>> baskets = Baskets.from_lists([["tea"], ["milk"], ["tea", "milk"], ["tea"]])
    >>> first, second = split_half(baskets, by=["Li", "Wu", "Wu", "Li"], random_state=1)
    >>> first.to_lists(), second.to_lists()
    ([['tea'], ['tea']], [['milk'], ['milk', 'tea']])
    """
    if not isinstance(baskets, Baskets):
        raise TypeError(f"baskets must be Baskets, got {type(baskets).__name__}")
    if by is None:
        owners, n_owners = np.arange(len(baskets)), len(baskets)
    else:
        owners, names = pd.factorize(pd.Series(by).to_numpy())
        n_owners = len(names)
        if len(owners) != len(baskets):
            raise ValueError(
                f"by must name the owner of each of {len(baskets):,} baskets, got {len(owners):,}"
            )
        if (owners < 0).any():
            raise ValueError(f"by is missing for basket {int(np.argmin(owners))}; leave such baskets out")
    if n_owners < 2:
        whose = "basket" if by is None else "owner of baskets"
        raise ValueError(f"there is only one {whose}, so one half would be empty")
    order = np.random.default_rng(random_state).permutation(n_owners)
    first = np.isin(owners, order[: (n_owners + 1) // 2])
    return baskets[first], baskets[~first]


def _check(alpha: float, **choices: tuple[str, dict[str, str]]) -> None:
    if not 0 < alpha < 1:
        raise ValueError(f"alpha must be between 0 and 1, got {alpha!r}; such as 0.05")
    for name, (choice, options) in choices.items():
        if choice not in options:
            raise ValueError(f"no {name} {choice!r}; {frames.closest(choice, options)}")


def _recounted(rules: pd.DataFrame, on: Baskets) -> pd.DataFrame:
    counts = recount(rules, on)
    if len(rules) and all(
        name in rules and (rules[name].to_numpy() == counts[name].to_numpy()).all() for name in counts
    ):
        warn(
            "the baskets to test on give every rule the counts it has; if the rules were found in them, too "
            "many seem significant; leave on= out, or use other baskets (see split_half)",
            SameBasketsWarning,
        )
    return counts


def _searched(rules: pd.DataFrame, rows: int) -> int:
    size = int(searched(rules))
    if size < rows:
        raise ValueError(
            f"{rows:,} rules were given but only {size:,} searched, so some were found elsewhere; "
            "test them in the frames they came in, or with family='given'"
        )
    return size


def _chi2(t: Table) -> np.ndarray:
    """One-sided p-values: the normal tail beyond the signed root of Pearson's statistic."""
    n = t.n.astype(np.float64)
    smallest = np.minimum(t.a, t.not_a) * (np.minimum(t.c, t.not_c) / n)
    few = int((smallest < _FEW).sum())
    if few:
        warn(
            f"in {few:,} of {len(n):,} rules fewer than {_FEW} baskets are expected in a cell, where the "
            "chi-squared test is off; use test='fisher'",
            SmallExpectedWarning,
        )
    spread = np.sqrt(t.a * (t.not_a / n) * (t.c / n) * (t.not_c / n))
    # D / n is how many more there are than expected. A side in every basket or in none tells nothing.
    root = np.divide(t.d / n, spread, out=np.full(len(n), -np.inf), where=spread > 0)
    return ndtr(-root)


def adjust_p_values(p: np.ndarray, adjust: str, size: int) -> np.ndarray:
    """Adjust p-values as part of a family of ``size``, of which the others are 1."""
    if adjust == "none":
        return p
    if adjust == "bonferroni":
        return np.minimum(1, p * float(size))
    order = np.argsort(p, kind="stable")
    place = np.arange(1, len(p) + 1)
    if adjust == "holm":
        rising = np.maximum.accumulate(p[order] * (float(size) + 1 - place))
    else:
        rising = np.minimum.accumulate((p[order] * (float(size) / place))[::-1])[::-1]
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(1, rising)
    return adjusted
