"""A path model of satisfaction, such as a customer satisfaction index, by partial least squares."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from kehu.frames import closest
from kehu.satisfaction._path_report import (
    Limits,
    constructs_table,
    effects_table,
    htmt_table,
    loadings_table,
    paths_table,
)
from kehu.satisfaction._pls import Estimates, Structure, estimate, possible
from kehu.satisfaction.importance import correlations_of, resampled
from kehu.surveys.answers import Answers, check_level, check_whole, complete, listed, refuse_constant
from kehu.surveys.results import Shown
from kehu.warnings import LostSamplesWarning, NotConvergedWarning, NotIdentifiedWarning, warn

SCHEMES = ("path", "centroid", "factorial")
_MOST_LOST = 0.05


@dataclass(frozen=True, repr=False)
class PathModel(Shown, table="paths"):
    """A fitted path model.

    Attributes
    ----------
    paths : pandas.DataFrame
        ``source``, ``target``, ``coefficient`` (standardised), ``standard_error``, ``low``, ``high``,
        ``p_value`` (bootstrap).
    effects : pandas.DataFrame
        For each pair with a way from one to the other: ``source``, ``target``, ``direct``, ``indirect``,
        ``total``, and for the last two ``…_low`` and ``…_high``.
    loadings : pandas.DataFrame
        ``construct``, ``item``, ``loading``, ``low``, ``high``, ``weight`` (of the standardised item).
    constructs : pandas.DataFrame
        ``construct``, ``items``, ``r_squared``, ``alpha``, ``rho_a`` (Dijkstra and Henseler), ``rho_c``
        (composite reliability), ``ave`` (average variance extracted). Of a single item reliability is not
        known but taken as 1.
    correlations : pandas.DataFrame
        Of the constructs; corrected for attenuation if ``consistent``.
    htmt : pandas.DataFrame
        ``construct_1``, ``construct_2``, ``htmt``, ``low``, ``high``: beyond .85 (or .90) two constructs are
        hardly told apart.
    scores : pandas.DataFrame
        Composites of each respondent, mean 0 and variance 1.
    scheme : str
        As called.
    consistent, standardise : bool
        As called.
    converged : bool
        Whether the weights stopped changing.
    admissible : bool
        False if ``consistent`` and a reliability or corrected correlation has no possible value.
    n, n_dropped : int
        Respondents used, and left out because an answer was missing.
    n_boot, n_unusable : int
        Bootstrap samples, and those of them that did not settle or had no possible value; they are left out.
    confidence_level : float
        Of the limits.
    """

    paths: pd.DataFrame
    effects: pd.DataFrame
    loadings: pd.DataFrame
    constructs: pd.DataFrame
    correlations: pd.DataFrame
    htmt: pd.DataFrame
    scores: pd.DataFrame
    scheme: str
    consistent: bool
    standardise: bool
    converged: bool
    admissible: bool
    n: int
    n_dropped: int
    n_boot: int
    n_unusable: int
    confidence_level: float


def path_model(
    data: Any,
    *,
    blocks: Mapping[str, Sequence[str]],
    paths: Sequence[tuple[str, str]],
    scheme: str = "path",
    consistent: bool = False,
    standardise: bool = True,
    n_boot: int = 500,
    confidence_level: float = 0.95,
    random_state: int | np.random.Generator | None = None,
) -> PathModel:
    r"""Fit a model of constructs that lead to one another, each measured by a block of items.

    The arrows are assumed. Answers given at one time by the same people cannot show their direction, and
    whoever tends to high marks gives them everywhere (common-method bias).

    Parameters
    ----------
    data : dataframe
        One row a respondent; reversed items turned round.
    blocks : mapping of str to sequence of str
        Construct → its items, which reflect it (mode A).
    paths : sequence of pairs of str
        ``(source, target)`` constructs; no way may lead back to where it began.
    scheme : {"path", "centroid", "factorial"}
        How the weights of a construct look at its neighbours: regression on its sources and correlation with
        its targets, the sign of correlations, or correlations.
    consistent : bool
        Whether to correct for the unreliability of the composites (consistent PLS). Plain PLS gives paths
        that are too weak if the items are no perfect measures.
    standardise : bool
        Whether all items get variance 1 first. Otherwise an item counts the more the more its answers
        spread, which makes sense only if all are on one scale.
    n_boot : int
        Bootstrap samples of whole respondents for the limits (percentiles). The signs of each sample's
        constructs are aligned with those of the estimate.
    confidence_level : float
        Of the limits.
    random_state : int, numpy.random.Generator or None
        Seed of the bootstrap.

    Returns
    -------
    PathModel

    Raises
    ------
    KeyError, TypeError, ValueError
        If an item is missing, holds text or is constant, or stands in two blocks; a path names no construct,
        stands twice or closes a circle; a construct has no path; or there are no more rows than items.

    Warns
    -----
    DroppedRowsWarning
        If rows with a missing answer were left out.
    NotConvergedWarning
        If the weights did not settle.
    NotIdentifiedWarning
        If ``consistent`` and a reliability or a corrected correlation has no possible value.
    LostSamplesWarning
        If more than a twentieth of the bootstrap samples did not settle or gave no possible value.

    Notes
    -----
    PLS after Wold [1]_, worked out on the correlation matrix. Consistent PLS after Dijkstra and
    Henseler [2]_:
    :math:`\rho_A = (w'w)^2 \cdot w'(S - diag S)w / w'(ww' - diag(ww'))w` and
    :math:`r_{ij} / \sqrt{\rho_i \rho_j}`. HTMT after Henseler, Ringle and Sarstedt [3]_, with absolute
    correlations. :math:`\rho_c = (\sum\lambda)^2 / ((\sum\lambda)^2 + \sum(1-\lambda^2))`,
    :math:`AVE = \sum\lambda^2 / k`.

    The correction divides by the reliabilities, so that constructs whose items agree little come out close
    to one another (correlations and HTMT near 1). What leads to the same target then can hardly be told
    apart: its paths get large errors and wide limits, and many bootstrap samples have no possible value. That
    is what such answers say, not a fault of the search; ask about fewer or better told apart constructs.

    References
    ----------
    .. [1] H. Wold, in K. Jöreskog, H. Wold (eds), Systems under Indirect Observation, 1982; M. Tenenhaus et
       al., Computational Statistics & Data Analysis 48, 2005.
    .. [2] T. Dijkstra, J. Henseler, MIS Quarterly 39, 2015.
    .. [3] J. Henseler, C. Ringle, M. Sarstedt, Journal of the Academy of Marketing Science 43, 2015.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> quality = rng.normal(size=(300, 1))
    >>> satisfaction = 0.7 * quality + 0.7 * rng.normal(size=(300, 1))
    >>> answers = pd.DataFrame(np.hstack([quality, quality, satisfaction, satisfaction])
    ...                        + 0.5 * rng.normal(size=(300, 4)), columns=["q1", "q2", "s1", "s2"])
    >>> model = path_model(answers, blocks={"quality": ["q1", "q2"], "satisfaction": ["s1", "s2"]},
    ...                    paths=[("quality", "satisfaction")], consistent=True, n_boot=100, random_state=1)
    >>> model.paths[["source", "target", "coefficient"]].round(1)
        source        target  coefficient
    0  quality  satisfaction          0.7
    """
    level = check_level(confidence_level)
    check_whole(n_boot, "n_boot", 2)
    if scheme not in SCHEMES:
        raise ValueError(f"scheme={scheme!r} is not known; {closest(scheme, SCHEMES)}")
    names, items, structure = _structure(blocks, paths)
    answers = _answers(data, items)
    z = answers.numbers - answers.numbers.mean(axis=0)
    if standardise:
        z = z / z.std(axis=0)
    s = z.T @ z / answers.n
    found = estimate(s[None], structure, scheme, consistent=consistent)
    drawn = resampled(z, n_boot, np.random.default_rng(random_state))[1]
    drawn = correlations_of(drawn) if standardise else drawn
    draws = estimate(drawn, structure, scheme, consistent=consistent, like=found.weights)
    usable = draws.settled & (possible(draws) if consistent else True)
    admissible = not consistent or _admissible(found, names)
    if not found.settled[0]:
        warn("the weights of the path model did not settle", NotConvergedWarning)
    lost = int((~usable).sum())
    if lost > _MOST_LOST * n_boot:
        warn(
            f"{lost:,} of {n_boot:,} bootstrap samples did not settle or gave no possible value, so that "
            "limits come from the others only; constructs can hardly be told apart, or items hardly agree",
            LostSamplesWarning,
        )
    limits = Limits(usable, level)
    edges = [(names.index(source), names.index(target)) for source, target in paths]
    return PathModel(
        paths=paths_table(found, draws, names, edges, limits),
        effects=effects_table(found, draws, names, limits),
        loadings=loadings_table(found, draws, names, items, structure, limits, np.sqrt(np.diag(s))),
        constructs=constructs_table(found, s, names, structure),
        correlations=pd.DataFrame(found.between[0], index=names, columns=names),
        htmt=htmt_table(s, drawn, names, structure, level),
        scores=pd.DataFrame(z @ found.weights[0], columns=names, index=answers.rows).rename_axis("row"),
        scheme=scheme,
        consistent=consistent,
        standardise=standardise,
        converged=bool(found.settled[0]),
        admissible=admissible,
        n=answers.n,
        n_dropped=answers.n_dropped,
        n_boot=n_boot,
        n_unusable=lost,
        confidence_level=level,
    )


def _structure(
    blocks: Mapping[str, Sequence[str]], paths: Sequence[tuple[str, str]]
) -> tuple[list[str], list[str], Structure]:
    if not isinstance(blocks, Mapping) or len(blocks) < 2:
        raise TypeError(f"blocks must map two or more constructs to their items, got {blocks!r}")
    names = list(blocks)
    owner: dict[str, int] = {}
    for place, name in enumerate(names):
        for item in listed(blocks[name], f"block {name!r}"):
            if item in owner:
                raise ValueError(f"item {item!r} stands in two blocks, {names[owner[item]]!r} and {name!r}")
            owner[item] = place
    belongs = np.zeros((len(owner), len(names)), dtype=bool)
    belongs[np.arange(len(owner)), list(owner.values())] = True
    leads = np.zeros((len(names), len(names)), dtype=bool)
    if not len(paths):
        raise ValueError("paths has no path; give pairs (source, target)")
    for pair in paths:
        if isinstance(pair, str) or len(pair) != 2:
            raise TypeError(f"a path must be a pair (source, target), got {pair!r}")
        for end in pair:
            if end not in blocks:
                raise KeyError(f"path {tuple(pair)!r} names no construct with {end!r}; {closest(end, names)}")
        source, target = (names.index(end) for end in pair)
        if leads[source, target]:
            raise ValueError(f"path {tuple(pair)!r} stands more than once")
        leads[source, target] = True
    ways = np.linalg.matrix_power(np.eye(len(names)) + leads, len(names)) > 0
    circle = np.flatnonzero((ways & leads.T).any(axis=1))
    if len(circle):
        raise ValueError(f"paths lead in a circle through {', '.join(names[place] for place in circle)}")
    alone = np.flatnonzero(~(leads | leads.T).any(axis=0))
    if len(alone):
        raise ValueError(f"construct {names[alone[0]]!r} has no path; leave it out or link it")
    return names, list(owner), Structure(belongs, leads)


def _answers(data: Any, items: list[str]) -> Answers:
    answers = complete(data, items)
    refuse_constant(answers.numbers, items, "item")
    if answers.n <= len(items):
        raise ValueError(
            f"{len(items)} items need {len(items) + 1} or more rows without gaps, got {answers.n}"
        )
    return answers


def _admissible(found: Estimates, names: list[str]) -> bool:
    """Whether reliabilities and correlations are possible ones; warn if not."""
    if possible(found)[0]:
        return True
    rho, between = found.rho_a[0], found.between[0]
    wrong = [f"reliability of {name}" for name, value in zip(names, rho, strict=True) if not 0 < value <= 1]
    beyond = [
        f"correlation of {names[i]} and {names[j]}"
        for i, j in combinations(range(len(names)), 2)
        if not abs(between[i, j]) <= 1
    ]
    warn(
        f"no possible value: {', '.join(wrong + beyond) or 'correlations of the constructs together'}; the "
        "items of a construct do not belong together, or cannot be told from another's",
        NotIdentifiedWarning,
    )
    return False
