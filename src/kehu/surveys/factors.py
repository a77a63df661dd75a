"""What items measure: whether they have enough in common, how many factors they have, and which."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from kehu.frames import closest
from kehu.surveys.answers import Answers, check_whole, refuse_collinear
from kehu.surveys.extraction import LEAST_UNIQUE, likelihood, loadings_at, misfit, principal_axes
from kehu.surveys.reliability import scale_answers
from kehu.surveys.results import Shown
from kehu.surveys.rotation import ROTATIONS, rotated
from kehu.warnings import NotConvergedWarning, NotIdentifiedWarning, warn

METHODS = ("ml", "principal_axis")
# Kaiser's words for measures of sampling adequacy.
_WORDS = ((0.9, "marvellous"), (0.8, "meritorious"), (0.7, "middling"), (0.6, "mediocre"), (0.5, "miserable"))


@dataclass(frozen=True, repr=False)
class Factorability(Shown, table="items"):
    """Whether items have enough in common for factors.

    Attributes
    ----------
    kmo : float
        Kaiser-Meyer-Olkin measure of all items; descriptive, so without limits.
    words : str
        What Kaiser called such a value: from "marvellous" (.9 and more) to "unacceptable" (below .5).
    items : pandas.DataFrame
        ``item``, ``kmo``.
    chi2, df, p_value : float
        Bartlett's test that the items do not correlate at all.
    n, n_dropped : int
        Respondents used, and left out because an answer was missing.
    """

    kmo: float
    words: str
    items: pd.DataFrame
    chi2: float
    df: int
    p_value: float
    n: int
    n_dropped: int


@dataclass(frozen=True, repr=False)
class ParallelAnalysis(Shown, table="table"):
    """Number of factors that explain more than chance would.

    Attributes
    ----------
    n_factors : int
        Factors before the first that chance could explain.
    table : pandas.DataFrame
        ``factor``, ``eigenvalue``, ``chance`` (mean of the shuffled answers), ``threshold`` (their
        percentile), ``kept``.
    n, n_dropped : int
        Respondents used, and left out because an answer was missing.
    """

    n_factors: int
    table: pd.DataFrame
    n: int
    n_dropped: int


@dataclass(frozen=True, repr=False)
class FactorAnalysis(Shown, table="loadings"):
    """Common factors of items.

    Attributes
    ----------
    loadings : pandas.DataFrame
        One row an item (index ``item``), one column a factor. Without limits: those of rotated loadings
        depend on the rotation.
    items : pandas.DataFrame
        ``item``, ``communality``, ``uniqueness``.
    factors : pandas.DataFrame
        ``factor``, ``variance`` (sum of squared loadings), ``share`` (of the variance of all items).
    correlations : pandas.DataFrame
        Of the factors; other than 0 after an oblique rotation only.
    chi2, df, p_value : float
        Test that so many factors are enough (maximum likelihood only, else NaN).
    converged : bool
        Whether the search ended.
    improper : list of str
        Items of which nothing unique is left (Heywood cases).
    method, rotation : str
        As called.
    n, n_dropped : int
        Respondents used, and left out because an answer was missing.
    """

    loadings: pd.DataFrame
    items: pd.DataFrame
    factors: pd.DataFrame
    correlations: pd.DataFrame
    chi2: float
    df: int
    p_value: float
    converged: bool
    improper: list[str]
    method: str
    rotation: str
    n: int
    n_dropped: int


def factorability(data: Any, *, items: Sequence[str] | None = None) -> Factorability:
    r"""Ask whether items have enough in common to look for factors.

    Parameters
    ----------
    data : dataframe
        One row a respondent.
    items : sequence of str, optional
        Columns; all when not given.

    Returns
    -------
    Factorability

    Raises
    ------
    KeyError, TypeError, ValueError
        If an item is missing, holds text, is constant or is made up of others, there are fewer than two, or
        no more rows than items.

    Warns
    -----
    DroppedRowsWarning
        If rows with a missing answer were left out.

    Notes
    -----
    :math:`KMO = \sum r_{ij}^2 / (\sum r_{ij}^2 + \sum a_{ij}^2)` over :math:`i \ne j`, with the correlations
    r and the partial correlations a given all other items [1]_. Bartlett [2]_:
    :math:`\chi^2 = -(n - 1 - (2k+5)/6) \ln|R|` with :math:`k(k-1)/2` degrees of freedom.

    References
    ----------
    .. [1] H. Kaiser, Psychometrika 39, 1974.
    .. [2] M. Bartlett, British Journal of Psychology, Statistical Section 3, 1950.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> answers = pd.DataFrame(rng.normal(size=(200, 1)) + rng.normal(size=(200, 4)), columns=list("abcd"))
    >>> found = factorability(answers)
    >>> round(found.kmo, 2), found.words
    (0.78, 'middling')
    """
    answers, r = _correlations(data, items)
    n, k = answers.numbers.shape
    inverse = np.linalg.inv(r)
    size = np.sqrt(np.diag(inverse))
    partial = inverse / np.outer(size, size)
    squares, left = r**2 - np.eye(k), partial**2 - np.eye(k)
    kmo = float(squares.sum() / (squares.sum() + left.sum()))
    by_item = squares.sum(axis=0) / np.maximum(squares.sum(axis=0) + left.sum(axis=0), 1e-300)
    chi2 = float(-(n - 1 - (2 * k + 5) / 6) * np.linalg.slogdet(r)[1])
    df = k * (k - 1) // 2
    return Factorability(
        kmo=kmo,
        words=next((word for least, word in _WORDS if kmo >= least), "unacceptable"),
        items=pd.DataFrame({"item": answers.names, "kmo": by_item}),
        chi2=chi2,
        df=df,
        p_value=float(stats.chi2.sf(chi2, df)),
        n=n,
        n_dropped=answers.n_dropped,
    )


def parallel_analysis(
    data: Any,
    *,
    items: Sequence[str] | None = None,
    n_draws: int = 500,
    percentile: float = 95,
    random_state: int | np.random.Generator | None = None,
) -> ParallelAnalysis:
    """Find how many factors explain more than chance would.

    Parameters
    ----------
    data : dataframe
        One row a respondent.
    items : sequence of str, optional
        Columns; all when not given.
    n_draws : int
        Times that the answers to each item are shuffled.
    percentile : float
        Of the eigenvalues of shuffled answers, which a factor must exceed.
    random_state : int, numpy.random.Generator or None
        Seed.

    Returns
    -------
    ParallelAnalysis
        With 0 factors where items go together no more than shuffled ones.

    Raises
    ------
    KeyError, TypeError, ValueError
        As `factorability`; or if ``n_draws`` or ``percentile`` make no sense.

    Notes
    -----
    Eigenvalues of the correlation matrix are compared, one after the other, with those of answers shuffled
    within each item, which keeps how often each answer was given [1]_ [2]_.

    References
    ----------
    .. [1] J. Horn, Psychometrika 30, 1965.
    .. [2] A. Buja, N. Eyuboglu, Multivariate Behavioral Research 27, 1992.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> answers = pd.DataFrame(rng.normal(size=(200, 1)) + rng.normal(size=(200, 4)), columns=list("abcd"))
    >>> parallel_analysis(answers, n_draws=100, random_state=1).n_factors
    1
    """
    check_whole(n_draws, "n_draws", 10)
    if not 0 < percentile < 100:
        raise ValueError(f"percentile must lie between 0 and 100, got {percentile!r}")
    answers, r = _correlations(data, items)
    n, k = answers.numbers.shape
    rng = np.random.default_rng(random_state)
    z = (answers.numbers - answers.numbers.mean(axis=0)) / answers.numbers.std(axis=0)
    chance = np.empty((n_draws, k))
    for draw in range(n_draws):
        shuffled = rng.permuted(z, axis=0)
        chance[draw] = np.linalg.eigvalsh(shuffled.T @ shuffled / n)[::-1]
    eigenvalues = np.linalg.eigvalsh(r)[::-1]
    threshold = np.percentile(chance, percentile, axis=0)
    kept = np.logical_and.accumulate(eigenvalues > threshold)
    table = pd.DataFrame(
        {
            "factor": np.arange(1, k + 1),
            "eigenvalue": eigenvalues,
            "chance": chance.mean(axis=0),
            "threshold": threshold,
            "kept": kept,
        }
    )
    return ParallelAnalysis(int(kept.sum()), table, n, answers.n_dropped)


def factor_analysis(
    data: Any,
    *,
    n_factors: int,
    items: Sequence[str] | None = None,
    method: str = "ml",
    rotation: str = "varimax",
) -> FactorAnalysis:
    r"""Find the common factors of items.

    Parameters
    ----------
    data : dataframe
        One row a respondent.
    n_factors : int
        Number of factors; see `parallel_analysis`.
    items : sequence of str, optional
        Columns; all when not given.
    method : {"ml", "principal_axis"}
        Maximum likelihood, or iterated principal axes, which fit the correlations by least squares.
    rotation : {"varimax", "promax", "none"}
        Varimax (factors uncorrelated), promax (may correlate; power 4), or none.

    Returns
    -------
    FactorAnalysis

    Raises
    ------
    KeyError, TypeError, ValueError
        As `factorability`; or if the method or rotation is not known, or the items are too few for so many
        factors.

    Warns
    -----
    NotConvergedWarning
        If the search did not end.
    NotIdentifiedWarning
        If nothing unique is left of an item (a Heywood case): too many factors or too few answers.

    Notes
    -----
    :math:`R = \Lambda\Lambda' + \Psi`. Maximum likelihood minimises
    :math:`\ln|\Sigma| + tr(R\Sigma^{-1}) - \ln|R| - k` over :math:`\Psi \ge .005` [1]_, tested with
    Bartlett's factor :math:`n - 1 - (2k+5)/6 - 2m/3`. Rotations with Kaiser's normalisation [2]_ [3]_;
    factors in the order of their variance, each with a positive sum of loadings.

    References
    ----------
    .. [1] K. Jöreskog, Psychometrika 32, 1967.
    .. [2] H. Kaiser, Psychometrika 23, 1958.
    .. [3] A. Hendrickson, P. White, British Journal of Statistical Psychology 17, 1964.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> parts = np.repeat(rng.normal(size=(300, 2)), 3, axis=1)
    >>> answers = pd.DataFrame(parts + 0.7 * rng.normal(size=(300, 6)), columns=list("abcdef"))
    >>> factor_analysis(answers, n_factors=2).loadings.round().abs().astype(int).T
    item      a  b  c  d  e  f
    factor 1  0  0  0  1  1  1
    factor 2  1  1  1  0  0  0
    """
    for name, value, known in (("method", method, METHODS), ("rotation", rotation, ROTATIONS)):
        if value not in known:
            raise ValueError(f"{name}={value!r} is not known; {closest(value, known)}")
    check_whole(n_factors, "n_factors", 1)
    answers, r = _correlations(data, items)
    n, k = answers.numbers.shape
    df = ((k - n_factors) ** 2 - k - n_factors) // 2
    if n_factors >= k or df < 0:
        raise ValueError(f"{k} items are too few for {n_factors} factors; take fewer factors")
    search = likelihood if method == "ml" else principal_axes
    unique, converged = search(r, n_factors)
    improper = [answers.names[place] for place in np.flatnonzero(unique <= LEAST_UNIQUE * 1.001)]
    if not converged:
        warn("the search for factors did not end; take fewer factors", NotConvergedWarning)
    if improper:
        warn(
            f"nothing unique is left of {', '.join(map(str, improper))} (Heywood case): too many factors or "
            "too few answers",
            NotIdentifiedWarning,
        )
    raw = loadings_at(r, unique, n_factors, weighted=method == "ml")
    turned, between = rotated(raw, rotation)
    chi2 = p_value = float("nan")
    if method == "ml":
        discrepancy = misfit(unique, r, n_factors)[0]
        chi2 = float((n - 1 - (2 * k + 5) / 6 - 2 * n_factors / 3) * max(discrepancy, 0.0))
        p_value = float(stats.chi2.sf(chi2, df)) if df else float("nan")
    names = [f"factor {place + 1}" for place in range(n_factors)]
    variance = ((turned @ between) * turned).sum(axis=0)
    return FactorAnalysis(
        loadings=pd.DataFrame(turned, index=pd.Index(answers.names, name="item"), columns=names),
        items=pd.DataFrame({"item": answers.names, "communality": 1 - unique, "uniqueness": unique}),
        factors=pd.DataFrame({"factor": names, "variance": variance, "share": variance / k}),
        correlations=pd.DataFrame(between, index=names, columns=names),
        chi2=chi2,
        df=df,
        p_value=p_value,
        converged=converged,
        improper=improper,
        method=method,
        rotation=rotation,
        n=n,
        n_dropped=answers.n_dropped,
    )


def _correlations(data: Any, items: Sequence[str] | None) -> tuple[Answers, np.ndarray]:
    answers = scale_answers(data, items, least=2)
    refuse_collinear(answers.numbers, answers.names, "item")
    return answers, np.corrcoef(answers.numbers.T)
