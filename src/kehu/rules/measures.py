"""Measures of interest: one table of formulas over the four counts of a rule.

A rule A → C is a 2×2 table: n11 baskets with both, n10 with A alone, n01 with C alone, n00 with neither.
nA = n11 + n10, nC = n11 + n01, n¬A = n - nA, n¬C = n - nC, and P(X) = nX / n. D = n11 n00 - n10 n01 is 0
where A and C are independent. Names are those of mlxtend, or else of the R package arules. Of arules'
measures those are left out that depend on the thresholds of the search (stdLift), whose definitions
disagree (collectiveStrength, leastContradiction and both called casual), or that another name has
(centeredConfidence is addedValue).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from kehu import _kernels, frames
from kehu.rules.contingency import Table
from kehu.rules.redundancy import best_general

__all__ = ["MEASURES", "Measure", "check", "measures", "table_of_measures"]


def _times(*factors: np.ndarray) -> np.ndarray:
    """Multiply as floats, since three counts would overflow."""
    product = factors[0].astype(np.float64)
    for factor in factors[1:]:
        product = product * factor
    return product


def _ratio(above: np.ndarray, below: np.ndarray, empty: float = np.nan) -> np.ndarray:
    """Divide; x / 0 is infinite, and 0 / 0 is ``empty``."""
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.true_divide(above, below)
    return value if np.isnan(empty) else np.where((below == 0) & (above == 0), empty, value)


def _surprise(cell: np.ndarray, row: np.ndarray, column: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Give p log(p / q) of a cell, q its share if rows and columns were independent; 0 where p is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        value = cell / n * np.log(_times(n, cell) / _times(row, column))
    return np.where(cell == 0, 0.0, value)


def _entropy(one: np.ndarray, n: np.ndarray) -> np.ndarray:
    return -(_surprise(one, n, n, n) + _surprise(n - one, n, n, n))


def _confidence(t: Table) -> np.ndarray:
    return _ratio(t.n11, t.a)


def _conviction(t: Table) -> np.ndarray:
    return np.where((t.n10 == 0) & (t.a > 0), np.inf, _ratio(_times(t.a, t.not_c), _times(t.n, t.n10)))


def _zhang(t: Table) -> np.ndarray:
    return _ratio(t.d, np.maximum(_times(t.n11, t.not_a), _times(t.a, t.n01)), 0.0)


def _chi_squared(t: Table) -> np.ndarray:
    return _ratio(_times(t.n, t.d, t.d), _times(t.a, t.not_a, t.c, t.not_c))


def _certainty(t: Table) -> np.ndarray:
    return np.where((t.not_c == 0) & (t.a > 0), 0.0, _ratio(t.d, _times(t.a, t.not_c)))


def _phi(t: Table) -> np.ndarray:
    return _ratio(t.d, np.sqrt(_times(t.a, t.not_a, t.c, t.not_c)))


def _yule(agree: np.ndarray, differ: np.ndarray) -> np.ndarray:
    return _ratio(agree - differ, agree + differ)


def _mutual_information(t: Table) -> np.ndarray:
    gain = (
        _surprise(t.n11, t.a, t.c, t.n)
        + _surprise(t.n10, t.a, t.not_c, t.n)
        + _surprise(t.n01, t.not_a, t.c, t.n)
        + _surprise(t.n00, t.not_a, t.not_c, t.n)
    )
    return _ratio(gain, np.minimum(_entropy(t.a, t.n), _entropy(t.c, t.n)))


def _lambda(t: Table) -> np.ndarray:
    common = np.maximum(t.c, t.not_c)
    return _ratio(np.maximum(t.n11, t.n10) + np.maximum(t.n01, t.n00) - common, t.n - common)


def _rld(t: Table) -> np.ndarray:
    room = np.where(t.d > 0, np.minimum(t.n10, t.n01), np.minimum(t.n11, t.n00))
    return _ratio(np.abs(t.d), np.abs(t.d) + _times(t.n, room), 0.0)


def _hyper_lift(t: Table) -> np.ndarray:
    return _ratio(t.n11, _kernels.hypergeometric.quantile(t.n11, t.n10, t.n01, t.n00, 0.99))


def _implication(t: Table) -> np.ndarray:
    # n10 - nA n¬C / n is -D / n.
    return _ratio(-t.d, np.sqrt(_times(t.a, t.not_c, t.n)))


def _lerman(t: Table) -> np.ndarray:
    return _ratio(t.d, np.sqrt(_times(t.a, t.c, t.n)))


def _importance(t: Table) -> np.ndarray:
    return np.log10(_times(t.n11 + 1, t.not_a + 2) / _times(t.n01 + 1, t.a + 2))


def _general(rules: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    confidence = _confidence(Table.of(rules))
    return confidence, best_general(rules, confidence)


def _improvement(rules: pd.DataFrame) -> np.ndarray:
    confidence, general = _general(rules)
    return confidence - general


def _boost(rules: pd.DataFrame) -> np.ndarray:
    return _ratio(*_general(rules))


@dataclass(frozen=True)
class Measure:
    """One measure of interest.

    Attributes
    ----------
    name : str
        As in mlxtend or arules.
    formula : str
        In the counts of the module's text.
    range : str
        Which values it can take.
    independence : str
        Its value where antecedent and consequent are independent; empty if that varies.
    function : callable
        Takes a ``Table``, or the frame of rules if ``of_rules``; gives an array.
    source : str
        Who proposed it.
    of_rules : bool
        Whether it compares the rules of a frame with each other, so that counts alone do not do.
    """

    name: str
    formula: str
    range: str
    independence: str
    function: Callable[[Any], np.ndarray]
    source: str
    of_rules: bool = False


_HAHSLER = "Hahsler & Hornik 2007"
_TAN = "Tan, Kumar & Srivastava 2004"

MEASURES: dict[str, Measure] = {
    row[0]: Measure(*row)
    for row in [
        ("lift", "n n11 / (nA nC)", "[0, inf)", "1",
         lambda t: _ratio(_times(t.n, t.n11), _times(t.a, t.c)), "Brin et al. 1997"),
        ("representativity", "1, as no basket has unknown items", "1", "1",
         lambda t: np.ones(len(t.n)), "mlxtend"),
        ("leverage", "n11/n - P(A) P(C)", "[-0.25, 0.25]", "0",
         lambda t: t.d / _times(t.n, t.n), "Piatetsky-Shapiro 1991"),
        ("conviction", "P(A) P(¬C) / (n10/n); inf if n10 = 0", "[0, inf]", "1",
         _conviction, "Brin et al. 1997"),
        ("zhangs_metric", "D / max(n11 n¬A, nA n01); 0 if both are 0", "[-1, 1]", "0",
         _zhang, "Yan, Zhang & Zhang 2009"),
        ("jaccard", "n11 / (n11 + n10 + n01)", "[0, 1]", "",
         lambda t: _ratio(t.n11, t.n11 + t.n10 + t.n01), _TAN),
        ("certainty", "(n11/nA - P(C)) / P(¬C); 0 if P(C) = 1", "(-inf, 1]", "0",
         _certainty, "after Shortliffe & Buchanan 1975"),
        ("kulczynski", "(n11/nA + n11/nC) / 2", "[0, 1]", "",
         lambda t: (_ratio(t.n11, t.a) + _ratio(t.n11, t.c)) / 2, "Wu, Chen & Han 2010"),
        ("chiSquared", "n D² / (nA n¬A nC n¬C)", "[0, n]", "0", _chi_squared, "Pearson 1900"),
        ("fishersExactTest", "P(X >= n11), X hypergeometric with the margins of the table", "(0, 1]", "",
         lambda t: t.tails[1], "Fisher 1935; " + _HAHSLER),
        ("hyperConfidence", "P(X < n11), X hypergeometric with the margins of the table", "[0, 1)", "",
         lambda t: t.tails[0], _HAHSLER),
        ("hyperLift", "n11 / Q, Q the 0.99 quantile of the same X", "[0, inf]", "", _hyper_lift, _HAHSLER),
        ("phi", "D / sqrt(nA n¬A nC n¬C)", "[-1, 1]", "0", _phi, _TAN),
        ("oddsRatio", "n11 n00 / (n10 n01)", "[0, inf]", "1",
         lambda t: _ratio(_times(t.n11, t.n00), _times(t.n10, t.n01)), _TAN),
        ("relativeRisk", "(n11/nA) / (n01/n¬A)", "[0, inf]", "1",
         lambda t: _ratio(_times(t.n11, t.not_a), _times(t.n01, t.a)), "arules"),
        ("yuleQ", "(n11 n00 - n10 n01) / (n11 n00 + n10 n01)", "[-1, 1]", "0",
         lambda t: _yule(_times(t.n11, t.n00), _times(t.n10, t.n01)), "Yule 1900; " + _TAN),
        ("yuleY", "(sqrt(n11 n00) - sqrt(n10 n01)) / (sqrt(n11 n00) + sqrt(n10 n01))", "[-1, 1]", "0",
         lambda t: _yule(np.sqrt(_times(t.n11, t.n00)), np.sqrt(_times(t.n10, t.n01))),
         "Yule 1912; " + _TAN),
        ("kappa", "2 D / (nA n¬C + n¬A nC)", "[-1, 1]", "0",
         lambda t: _ratio(2 * t.d, _times(t.a, t.not_c) + _times(t.not_a, t.c)), "Cohen 1960; " + _TAN),
        ("cosine", "n11 / sqrt(nA nC)", "[0, 1]", "",
         lambda t: _ratio(t.n11, np.sqrt(_times(t.a, t.c))), _TAN),
        ("addedValue", "n11/nA - P(C)", "[-1, 1]", "0",
         lambda t: _ratio(t.d, _times(t.a, t.n)), _TAN),
        ("doc", "n11/nA - n01/n¬A", "[-1, 1]", "0",
         lambda t: _ratio(t.d, _times(t.a, t.not_a)), "Hofmann & Wilhelm 2001"),
        ("gini", "2 D² / (n² nA n¬A); 0 if that is 0/0", "[0, 0.5]", "0",
         lambda t: 2 * _ratio(_times(t.d, t.d), _times(t.n, t.n, t.a, t.not_a), 0.0), _TAN),
        ("lambda", "(max(n11, n10) + max(n01, n00) - max(nC, n¬C)) / min(nC, n¬C)", "[0, 1]", "0",
         _lambda, "Goodman & Kruskal 1954; " + _TAN),
        ("mutualInformation", "Σ p log(p / p expected) over the four cells / min(H(A), H(C))", "[0, 1]", "0",
         _mutual_information, _TAN),
        ("jMeasure", "Σ p log(p / p expected) over the cells n11 and n10", "[0, inf)", "0",
         lambda t: _surprise(t.n11, t.a, t.c, t.n) + _surprise(t.n10, t.a, t.not_c, t.n),
         "Smyth & Goodman 1992; " + _TAN),
        ("laplace", "(n11 + 1) / (nA + 2)", "(0, 1)", "",
         lambda t: (t.n11 + 1) / (t.a + 2), _TAN),
        ("coverage", "P(A)", "[0, 1]", "", lambda t: t.a / t.n, "arules"),
        ("maxconfidence", "max(n11/nA, n11/nC)", "[0, 1]", "",
         lambda t: _ratio(t.n11, np.minimum(t.a, t.c)), "Wu, Chen & Han 2010"),
        ("imbalance", "|nA - nC| / (n11 + n10 + n01)", "[0, 1]", "",
         lambda t: _ratio(np.abs(t.n10 - t.n01), t.n11 + t.n10 + t.n01), "Wu, Chen & Han 2010"),
        ("rulePowerFactor", "n11/n · n11/nA", "[0, 1]", "",
         lambda t: t.n11 / t.n * _confidence(t), "arules"),
        ("RLD", "|D| / (|D| + n min(n10, n01)), or min(n11, n00) where D < 0", "[0, 1]", "0",
         _rld, "Kenett & Salini 2008"),
        ("sebag", "n11 / n10", "[0, inf]", "", lambda t: _ratio(t.n11, t.n10), "Sebag & Schoenauer 1988"),
        ("counterexample", "(n11 - n10) / n11", "[-inf, 1]", "",
         lambda t: _ratio(t.n11 - t.n10, t.n11), "arules"),
        ("confirmedConfidence", "(n11 - n10) / nA", "[-1, 1]", "",
         lambda t: _ratio(t.n11 - t.n10, t.a), "arules"),
        ("ralambondrainy", "n10 / n", "[0, 1]", "",
         lambda t: t.n10 / t.n, "Diatta, Ralambondrainy & Totohasina 2007"),
        ("varyingLiaison", "lift - 1", "[-1, inf)", "0",
         lambda t: _ratio(t.d, _times(t.a, t.c)), "Bernard & Charron 1996"),
        ("lerman", "(n11 - nA nC / n) / sqrt(nA nC / n)", "(-inf, inf)", "0", _lerman, "Lerman 1981"),
        ("implicationIndex", "(n10 - nA n¬C / n) / sqrt(nA n¬C / n)", "(-inf, inf)", "0",
         _implication, "Gras 1996"),
        ("importance", "log10((n11 + 1) / (nA + 2) · (n¬A + 2) / (n01 + 1))", "(-inf, inf)", "",
         _importance, "arules"),
        ("improvement", "confidence - the highest confidence of the more general rules in the frame, or 0",
         "[-1, 1]", "", _improvement, "Bayardo, Agrawal & Gunopulos 2000", True),
        ("boost", "confidence / the highest confidence of the more general rules in the frame, or 0",
         "[0, inf]", "", _boost, "Balcázar 2013", True),
    ]
}  # fmt: skip


def check(names: Iterable[str]) -> list[str]:
    """List the measures asked for, each once; refuse those that there are not.

    Parameters
    ----------
    names : iterable of str
        Names of measures.

    Returns
    -------
    list of str

    Raises
    ------
    KeyError
        If a measure is unknown, naming the closest.
    TypeError
        If ``names`` is a single text.

    Examples
    --------
    >>> check(("lift", "phi"))
    ['lift', 'phi']
    """
    if isinstance(names, str):
        raise TypeError(f"measures must be a list of names, got {names!r}; for one write [{names!r}]")
    names = list(dict.fromkeys(names))
    for name in names:
        if name not in MEASURES:
            raise KeyError(f"no measure {name!r}; {frames.closest(name, MEASURES)}")
    return names


def measures(rules: Any, names: Iterable[str]) -> pd.DataFrame:
    """Compute measures of interest.

    A measure is infinite where it grows beyond any bound, as conviction does where the confidence is 1. It
    is missing where it has no meaning: confidence without a basket that holds the antecedent, or a
    correlation with an item that is in every basket.

    Parameters
    ----------
    rules : dataframe
        Rules with their counts ``n11``, ``n10``, ``n01`` and ``n00``; of any library. ``improvement`` and
        ``boost`` compare rules, and so need ``antecedents`` and ``consequents`` in a pandas frame.
    names : iterable of str
        Which measures; `table_of_measures` lists them.

    Returns
    -------
    pandas.DataFrame
        One column a measure, one row a rule, with the index of ``rules``.

    Raises
    ------
    KeyError
        If a measure is unknown, naming the closest, or a count is missing.
    ValueError
        If a count is negative or not whole, or a rule has no baskets.
    TypeError
        If ``names`` is a single text, or ``rules`` is no dataframe.

    Examples
    --------
    >>> rules = pd.DataFrame({"n11": [12, 5], "n10": [7, 0], "n01": [315, 0], "n00": [9501, 5]})
    >>> measures(rules, ["lift", "conviction", "fishersExactTest"]).round(4)
          lift  conviction  fishersExactTest
    0  18.9957       2.624             0.000
    1   2.0000         inf             0.004
    """
    names = check(names)
    table = Table.of(rules)
    columns = {name: MEASURES[name].function(rules if MEASURES[name].of_rules else table) for name in names}
    return pd.DataFrame(columns, index=table.index_of(rules))


def table_of_measures() -> pd.DataFrame:
    """List all measures of interest.

    Returns
    -------
    pandas.DataFrame
        Columns ``measure``, ``formula``, ``range``, ``independence`` (the value where antecedent and
        consequent are independent; empty if it varies) and ``source``. In the formulas nA counts the
        baskets with the antecedent, nC those with the consequent, ¬ those without; D = n11 n00 - n10 n01.

    Examples
    --------
    >>> table_of_measures().set_index("measure").loc["conviction", "formula"]
    'P(A) P(¬C) / (n10/n); inf if n10 = 0'
    """
    rows = [(m.name, m.formula, m.range, m.independence, m.source) for m in MEASURES.values()]
    return pd.DataFrame(rows, columns=["measure", "formula", "range", "independence", "source"])
