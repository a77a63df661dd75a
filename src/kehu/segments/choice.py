"""How many segments there are, if any: seven measures side by side and a suggestion with its reasons."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score, silhouette_score
from tqdm import tqdm

from kehu.figures.numerals import number, percent
from kehu.figures.words import say
from kehu.segments import gap
from kehu.segments.clustering import (
    check_different,
    check_method,
    check_segments,
    cluster,
    one_thread,
    within_ss,
)
from kehu.segments.preparation import Preparation, feature_table, prepare
from kehu.segments.stability import DOUBTFUL, VALID, jaccard_stability, verdict
from kehu.warnings import NotConvergedWarning, warn


@dataclass(frozen=True)
class ChoiceOfK:
    """Measures for each number of segments, and what they suggest.

    Attributes
    ----------
    table : pandas.DataFrame
        One row a number of segments, 1 (no clusters) first; see `choose_k`.
    stability : pandas.DataFrame
        One row a segment of each number of segments: ``n_segments``, ``segment`` (largest first),
        ``share``, ``jaccard`` and ``verdict`` ("valid" from .75, "doubtful" from .6, else "not to be
        trusted").
    suggested : int
        Number of segments; 1 means that no clusters were found (see also `undecided`).
    p_value : float
        How often a single cloud of customers would look as clustered as these.
    reasons : list of tuple
        Why, as keys of the catalogue with their values; `explain` puts them in words.
    method : str
        Method of clustering.
    n_customers, n_used : int
        Customers there are, and how many of them were looked at.
    preparation : Preparation
        Which features were taken in logarithms, and how they were scaled.
    """

    table: pd.DataFrame
    stability: pd.DataFrame
    suggested: int
    p_value: float
    reasons: list[tuple[str, dict[str, Any]]]
    method: str
    n_customers: int
    n_used: int
    preparation: Preparation

    @property
    def undecided(self) -> bool:
        """Whether the customers are not one cloud, and yet no number of segments holds: hard to tell."""
        return self.suggested == 1 and any(key == "segments.reason.not_one_cloud" for key, _ in self.reasons)

    def explain(self, language: str = "en") -> str:
        """Say the suggestion and its reasons in words.

        Parameters
        ----------
        language : {"en", "zh"}
            Language.

        Returns
        -------
        str
            A sentence a line.
        """
        return "\n".join(say(key, language, **_written(values, language)) for key, values in self.reasons)


def choose_k(
    features: Any,
    k: Iterable[int] = range(2, 11),
    *,
    method: str = "kmeans",
    log1p: str | Sequence[str] = "skewed",
    scale: bool = True,
    n_bootstrap: int = 50,
    n_references: int = 40,
    distance_power: int = 1,
    alpha: float = 0.05,
    min_share: float = 0.02,
    sample: int = 2000,
    random_state: int | np.random.Generator | None = None,
    progress: bool = True,
) -> ChoiceOfK:
    r"""Compare numbers of segments, and find out whether there are any segments at all.

    No measure decides alone: the silhouette rewards splitting off a few outliers, an elongated cloud falls
    into two stable halves, and the usual gap statistic takes any skewed cloud for clusters. The suggestion
    is "no clusters" (1) unless the customers

    1. are more clustered than a single cloud: customers drawn from the unimodal distributions nearest to
       those of the features, with the same correlations (parametric bootstrap over all numbers tried, p at
       most ``alpha``), and
    2. have a larger gap for some number than for 1 (reference along the principal components), by its
       standard error.

    Then only those numbers count that have such a gap, for which every segment is stable (Jaccard at least
    .75 or, if no number has that, .6), none has less than ``min_share`` of the customers and the gap to a
    single cloud exceeds its standard error. Of them the smallest is suggested whose gap to a single cloud
    the next one does not exceed by more than its standard error.

    Many customers with a single order are a heap of their own, and count as one: where most order once,
    look at the segments suggested before believing in them.

    Parameters
    ----------
    features : dataframe or CustomerFeatures
        One row a customer, in original units.
    k : iterable of int
        Numbers of segments to try, from 2. 1 is always looked at.
    method : {"kmeans", "gaussian_mixture", "hierarchical"}
        As for `Segmentation`.
    log1p, scale
        As for `Segmentation`.
    n_bootstrap : int
        Bootstrap samples for the stability.
    n_references : int
        Sets of reference customers, of each of the three kinds; 19 at least, so that a p-value of .05 can
        come out.
    distance_power : {1, 2}
        Distances (as in R's ``clusGap``) or squared distances (as in the original paper) in the gap.
    alpha : float
        Level of the test against a single cloud: so often a shop without segments may seem to have some.
    min_share : float
        Smallest share of customers that a segment worth the name has.
    sample : int
        With more customers a random sample of so many is looked at, the same for all measures.
    random_state : int or numpy.random.Generator, optional
        Seed of sample, starts, bootstrap and reference customers.
    progress : bool
        Whether to show a progress bar when it takes longer than two seconds.

    Returns
    -------
    ChoiceOfK
        Its ``table`` has one row a number of segments:

        ==================== ======================================================================
        n_segments           number of segments
        within_ss            sum of squared distances to the segments' means, prepared units
        log_w                log of W, half the sum of :math:`1/n_r \sum_{i<j} d_{ij}` over segments
        silhouette           mean silhouette (Rousseeuw 1987), large is good
        calinski_harabasz    variance ratio (Caliński and Harabasz 1974), large is good
        davies_bouldin       (Davies and Bouldin 1979), small is good
        gap_range            gap, reference uniform over the features' ranges, and ``gap_range_se``
        gap_principal        gap, reference uniform along principal components, and its ``_se``
        gap_cloud            gap to a single cloud, relative to that of 1 segment, and its ``_se``
        stability            mean over customers of the Jaccard stability of their segments
        stability_min        that of the least stable segment
        smallest_share       share of customers in the smallest segment
        ==================== ======================================================================

    Raises
    ------
    ValueError, TypeError, KeyError
        If features are not as they have to be (see `Segmentation`), there are fewer customers than
        segments, or an argument lies outside what is named here.

    Warns
    -----
    NotConvergedWarning
        If an algorithm did not come to an end for some number.

    References
    ----------
    R. Tibshirani, G. Walther and T. Hastie (2001), *Journal of the Royal Statistical Society B* 63, 411–423;
    J. Hartigan and P. Hartigan (1985), *Annals of Statistics* 13, 70–84 (nearest unimodal distribution);
    C. Hennig (2007), *Computational Statistics & Data Analysis* 52, 258–271; C. Hennig and C.-J. Lin (2015),
    *Statistics and Computing* 25, 821–833.

    Examples
    --------
    >>> cloud = np.random.default_rng(1).normal(size=(200, 3))
    >>> choice = choose_k(pd.DataFrame(cloud), range(2, 5), n_bootstrap=10, n_references=19, random_state=1)
    >>> choice.suggested
    1
    """
    check_method(method)
    _check(n_bootstrap, n_references, distance_power, alpha, min_share, sample)
    table = feature_table(features)
    numbers = _numbers(k, len(table))
    rng = np.random.default_rng(random_state)
    prepared = prepare(table, log1p, scale)
    values = prepared.apply(table)
    if len(values) > sample:
        values = values[np.sort(rng.choice(len(values), sample, replace=False))]
        alike = np.flatnonzero(np.ptp(values, axis=0) == 0)
        if len(alike):
            raise ValueError(
                f"feature {table.columns[alike[0]]!r} is the same for all {sample:,} customers sampled; "
                f"leave it out or take a larger sample"
            )
    check_different(values, numbers[-1])
    rows, segments, settled = [], [], []
    bar = tqdm(total=len(numbers) + 3, desc="choosing k", delay=2, leave=False, disable=not progress)
    with bar, one_thread():
        for n_segments in numbers:
            labels, done = _labels(values, n_segments, method, rng)
            jaccard = np.ones(1)
            if n_segments > 1:
                jaccard = jaccard_stability(values, labels, n_segments, method, n_bootstrap, rng)
            rows.append(_measures(values, labels, n_segments, jaccard, distance_power))
            segments.append(_segments(labels, n_segments, jaccard))
            settled.append(done)
            bar.update()
        measures = pd.DataFrame(rows)
        p_value = _add_gaps(measures, values, numbers, method, distance_power, n_references, rng, bar)
    if not all(settled):
        which = ", ".join(str(n) for n, done in zip(numbers, settled, strict=True) if not done)
        warn(
            f"{method} did not come to an end with {which} segments; do not rely on these rows",
            NotConvergedWarning,
        )
    suggested, reasons = _suggest(measures, p_value, alpha, min_share)
    return ChoiceOfK(
        table=measures,
        stability=pd.concat(segments[1:], ignore_index=True),
        suggested=suggested,
        p_value=p_value,
        reasons=reasons,
        method=method,
        n_customers=len(table),
        n_used=len(values),
        preparation=prepared,
    )


def _check(
    n_bootstrap: int, n_references: int, distance_power: int, alpha: float, min_share: float, sample: int
) -> None:
    for name, value, least in (
        ("n_bootstrap", n_bootstrap, 1),
        ("n_references", n_references, 19),
        ("sample", sample, 10),
    ):
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
            raise ValueError(f"{name} must be a whole number from {least}, got {value!r}")
    if distance_power not in (1, 2):
        raise ValueError(f"distance_power must be 1 or 2, got {distance_power!r}")
    if not 0 < alpha < 1:
        raise ValueError(f"alpha must lie between 0 and 1, got {alpha!r}")
    if not 0 <= min_share < 0.5:
        raise ValueError(f"min_share must lie between 0 and 0.5, got {min_share!r}")


def _numbers(k: Iterable[int], n: int) -> list[int]:
    """The numbers of segments to look at, 1 first."""
    if isinstance(k, int | np.integer | str) or not isinstance(k, Iterable):
        raise TypeError(f"k must be several numbers of segments, such as range(2, 11), got {k!r}")
    numbers = sorted({check_segments(number, n, "k") for number in k} - {1})
    if not numbers:
        raise ValueError("k must hold a number of segments from 2")
    if numbers[-1] >= n:
        raise ValueError(f"k goes up to {numbers[-1]}, but there are only {n} customers; try fewer segments")
    return [1, *numbers]


def _labels(values: np.ndarray, k: int, method: str, rng: np.random.Generator) -> tuple[np.ndarray, bool]:
    """Segments, the largest first."""
    if k == 1:
        return np.zeros(len(values), dtype=np.int64), True
    _, labels, done = cluster(values, k, method, rng)
    order = np.argsort(-np.bincount(labels, minlength=k), kind="stable")
    return np.argsort(order)[labels], done


def _measures(
    values: np.ndarray, labels: np.ndarray, k: int, jaccard: np.ndarray, power: int
) -> dict[str, float]:
    sizes = np.bincount(labels, minlength=k)
    found = {
        "n_segments": k,
        "within_ss": within_ss(values, labels, k),
        "log_w": float(np.log(max(gap.dispersion(values, labels, power), 1e-300))),
        "silhouette": np.nan,
        "calinski_harabasz": np.nan,
        "davies_bouldin": np.nan,
    }
    if 1 < len(np.unique(labels)) < len(values):
        found["silhouette"] = float(silhouette_score(values, labels))
        found["calinski_harabasz"] = float(calinski_harabasz_score(values, labels))
        found["davies_bouldin"] = float(davies_bouldin_score(values, labels))
    gaps = {f"gap_{kind}{end}": 0.0 for kind in ("range", "principal", "cloud") for end in ("", "_se")}
    return (
        found
        | gaps
        | {
            "stability": float(np.average(jaccard, weights=sizes)),
            "stability_min": float(jaccard.min()),
            "smallest_share": float(sizes.min() / len(labels)),
        }
    )


def _segments(labels: np.ndarray, k: int, jaccard: np.ndarray) -> pd.DataFrame:
    share = np.bincount(labels, minlength=k) / len(labels)
    return pd.DataFrame(
        {
            "n_segments": k,
            "segment": range(k),
            "share": share,
            "jaccard": jaccard,
            "verdict": verdict(jaccard),
        }
    )


def _add_gaps(
    measures: pd.DataFrame, values: np.ndarray, numbers: list[int], method: str, power: int, n: int,
    rng: np.random.Generator, bar: tqdm,
) -> float:  # fmt: skip
    """Fill in the gaps to the three kinds of reference customers; the p-value against a single cloud."""
    observed = gap.log_dispersions(values, numbers, method, power, rng)
    p_value = np.nan
    for kind in ("range", "principal", "cloud"):
        reference = gap.Cloud(values, rng) if kind == "cloud" else gap.Uniform(values, kind == "principal")
        expected = gap.reference_dispersions(reference, numbers, method, power, n, rng)
        own = observed
        if kind == "cloud":
            p_value = gap.homogeneity(observed, expected)
            own, expected = observed - observed[0], expected - expected[:, :1]
        measures[f"gap_{kind}"], measures[f"gap_{kind}_se"] = gap.gaps(own, expected)
        bar.update()
    return p_value


def _suggest(
    measures: pd.DataFrame, p_value: float, alpha: float, min_share: float
) -> tuple[int, list[tuple[str, dict[str, Any]]]]:
    """The number of segments to take, and why."""
    some = measures[measures["n_segments"] > 1]
    alone = {
        "silhouette": some["silhouette"].idxmax() if some["silhouette"].notna().any() else some.index[0],
        "range": gap.first_large(measures["gap_range"].to_numpy(), measures["gap_range_se"].to_numpy()),
        "principal": gap.first_large(
            measures["gap_principal"].to_numpy(), measures["gap_principal_se"].to_numpy()
        ),
    }
    alone = {name: int(measures["n_segments"].iloc[place]) for name, place in alone.items()}
    best = some.loc[some["silhouette"].idxmax()] if some["silhouette"].notna().any() else some.iloc[0]
    context = [
        ("segments.reason.alone", dict(alone)),
        (
            "segments.reason.silhouette",
            {"k": int(best["n_segments"]), "silhouette": float(best["silhouette"]),
             "share": ("percent", float(best["smallest_share"])), "stability": float(best["stability_min"])},
        ),
    ]  # fmt: skip
    test = {"p": float(p_value), "alpha": alpha}
    none = ("segments.suggest.undecided", {})
    if p_value > alpha:
        return 1, [("segments.suggest.none", {}), ("segments.reason.one_cloud", test), *context]
    reasons = [("segments.reason.not_one_cloud", test)]
    gain = some["gap_principal"] - some["gap_principal_se"] - measures["gap_principal"].iloc[0]
    if gain.max() <= 0:
        return 1, [none, *reasons, ("segments.reason.no_gap", {}), *context]
    stable = some["stability_min"] >= DOUBTFUL
    large = some["smallest_share"] >= min_share
    good = some[stable & large & (some["gap_cloud"] > some["gap_cloud_se"]) & (gain > 0)]
    if good.empty:
        values = {"stable": int(stable.sum()), "large": int((stable & large).sum()), "n": len(some),
                  "limit": DOUBTFUL, "share": ("percent", min_share)}  # fmt: skip
        return 1, [none, *reasons, ("segments.reason.none_holds", values), *context]
    valid = good[good["stability_min"] >= VALID]
    good = good if valid.empty else valid
    chosen = good.iloc[gap.first_large(good["gap_cloud"].to_numpy(), good["gap_cloud_se"].to_numpy())]
    values = {"k": int(chosen["n_segments"]), "stability": float(chosen["stability_min"]),
              "share": ("percent", float(chosen["smallest_share"])),
              "silhouette": float(chosen["silhouette"])}  # fmt: skip
    suggestion = ("segments.suggest.some", {"k": values["k"]})
    return values["k"], [suggestion, *reasons, ("segments.reason.chosen", values), *context]


def _written(values: dict[str, Any], language: str) -> dict[str, str]:
    """Numbers of a reason as charts write them."""
    found = {}
    for name, value in values.items():
        if isinstance(value, tuple):
            found[name] = percent(value[1])
        else:
            found[name] = str(value) if isinstance(value, int) else number(value, language, 2)
    return found
