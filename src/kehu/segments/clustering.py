"""Segments of customers by k-means, Gaussian mixtures and Ward's hierarchical method."""

import warnings
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from scipy.spatial.distance import cdist
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.cluster import AgglomerativeClustering, KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture
from sklearn.utils.validation import check_is_fitted
from threadpoolctl import ThreadpoolController

from kehu._kernels import kmeans as kernels
from kehu.frames import closest
from kehu.segments.preparation import feature_table, prepare
from kehu.warnings import NotConvergedWarning, warn

METHODS = ("kmeans", "gaussian_mixture", "hierarchical")
STARTS = 10
# Customers that a method looks at; of more a sample is taken. Ward's method needs all distances.
_MOST = {"kmeans": 50_000, "gaussian_mixture": 50_000, "hierarchical": 5_000}
_AT_ONCE = 100_000
_SMALL = 1_000_000  # numbers


class Segmentation(ClusterMixin, BaseEstimator):
    """Put customers into segments, and new customers into the same ones.

    Features are prepared first: those that are skewed are taken as log(1 + x), and all are brought to mean
    0 and standard deviation 1, as otherwise the feature with the largest numbers would decide alone.

    ``"kmeans"`` minimises the sum of squares within segments (the best of ten starts by k-means++).
    ``"gaussian_mixture"`` fits normal distributions with covariances of their own by the EM algorithm and
    gives each customer to the likeliest. ``"hierarchical"`` merges customers step by step by Ward's method.
    The algorithms are scikit-learn's.

    Parameters
    ----------
    method : {"kmeans", "gaussian_mixture", "hierarchical"}
        How to find segments.
    n_segments : int
        How many; see `choose_k`.
    log1p : {"skewed", "all", "none"} or list of str
        Features to take as log(1 + x). ``"skewed"`` takes those that are nowhere negative and have a
        skewness above 1.
    scale : bool
        Whether to bring all features to mean 0 and standard deviation 1.
    random_state : int or numpy.random.Generator, optional
        Seed of the starts, and of the sample where there are too many customers.

    Attributes
    ----------
    labels_ : numpy.ndarray of int64
        Segment of each customer, from 0; the largest segment is 0.
    centers_ : pandas.DataFrame
        Centre of each segment in original units. For features in logarithms it is the mean of the
        logarithms taken back, near the median, not the mean.
    preparation_ : Preparation
        Which features were taken in logarithms, and the centres and scales.
    n_fitted_ : int
        Customers that the segments were found from. With more than 50,000 (hierarchical: 5,000) it is a
        random sample; k-means is then carried on with all of them, a mixture gives the others to the
        likeliest segment, Ward's method to the nearest centre.
    within_ss_ : float
        Sum of squared distances of customers to the means of their segments, in prepared units.
    converged_ : bool
        Whether the algorithm came to an end; if not, there is a `NotConvergedWarning`.

    References
    ----------
    S. Lloyd (1982), *IEEE Transactions on Information Theory* 28, 129–137; D. Arthur and S. Vassilvitskii
    (2007), *SODA*, 1027–1035; J. Ward (1963), *Journal of the American Statistical Association* 58, 236–244;
    C. Fraley and A. Raftery (2002), same journal 97, 611–631.

    Examples
    --------
    >>> customers = pd.DataFrame({"n_orders": [1, 2, 1, 20, 25], "total": [9.0, 12, 8, 400, 380]})
    >>> model = Segmentation(n_segments=2, random_state=1).fit(customers)
    >>> model.labels_
    array([0, 0, 0, 1, 1])
    >>> model.assign(pd.DataFrame({"n_orders": [18], "total": [300.0]})).tolist()
    [1]
    """

    def __init__(
        self,
        method: str = "kmeans",
        n_segments: int = 4,
        *,
        log1p: str | Sequence[str] = "skewed",
        scale: bool = True,
        random_state: int | np.random.Generator | None = None,
    ) -> None:
        self.method = method
        self.n_segments = n_segments
        self.log1p = log1p
        self.scale = scale
        self.random_state = random_state

    def fit(self, X: Any, y: None = None) -> "Segmentation":  # noqa: ARG002
        """Find segments.

        Parameters
        ----------
        X : dataframe or array
            Features, one row a customer, as `features` gives them.
        y : None
            Not used.

        Returns
        -------
        Segmentation
            Itself.

        Raises
        ------
        ValueError
            If a feature is missing somewhere, infinite, no number or constant; if there are fewer
            (different) customers than segments; or an argument is not one of those named.
        KeyError
            If ``log1p`` names a feature that is not there.
        TypeError
            If ``X`` is no table or holds neither numbers nor text.
        """
        check_method(self.method)
        table = feature_table(X)
        k = check_segments(self.n_segments, len(table), "n_segments")
        self.preparation_ = prepare(table, self.log1p, self.scale)
        values = self.preparation_.apply(table)
        check_different(values, k)
        rng = np.random.default_rng(self.random_state)
        most = _MOST[self.method]
        some = values if len(values) <= most else values[rng.choice(len(values), most, replace=False)]
        check_different(some, k)
        self._model, labels, self.converged_ = cluster(some, k, self.method, rng)
        self.n_fitted_ = len(some)
        if self.method == "kmeans" and len(some) < len(values):
            self._model = KMeans(k, init=self._model.cluster_centers_, n_init=1).fit(values)
            labels = self._model.labels_
        self._means = means_of(some if len(labels) == len(some) else values, labels, k)
        labels = labels if len(labels) == len(values) else self._nearest(values)
        order = np.argsort(-np.bincount(labels, minlength=k), kind="stable")
        self._rank = np.empty(k, dtype=np.int64)
        self._rank[order] = np.arange(k)
        self.labels_ = self._rank[labels]
        self.within_ss_ = within_ss(values, self.labels_, k)
        self.n_features_in_ = table.shape[1]
        self.centers_ = pd.DataFrame(
            self.preparation_.undo(self._means[order]),
            columns=table.columns,
            index=pd.RangeIndex(k, name="segment"),
        )
        if not self.converged_:
            warn(
                f"{self.method} with {k} segments did not come to an end; take fewer segments or features",
                NotConvergedWarning,
            )
        return self

    def assign(self, X: Any) -> pd.Series:
        """Give customers to the segments found.

        Parameters
        ----------
        X : dataframe or array
            The same features, in original units; further columns are ignored.

        Returns
        -------
        pandas.Series of int64
            Segment of each customer, under the index of ``X``: k-means and hierarchical the nearest centre
            (Ward's method has no rule of its own for newcomers, so a customer it was fitted on may come out
            elsewhere than in ``labels_``), Gaussian mixture the likeliest.

        Raises
        ------
        KeyError, ValueError, TypeError
            If a feature is not there or not as it has to be.
        sklearn.exceptions.NotFittedError
            If there are no segments yet.
        """
        check_is_fitted(self, "centers_")
        table = feature_table(X, self.preparation_.features)
        labels = self._rank[self._nearest(self.preparation_.apply(table))]
        return pd.Series(labels, index=table.index, name="segment")

    def _nearest(self, values: np.ndarray) -> np.ndarray:
        """Number of the segment, in the algorithm's own order."""
        parts = [values[start : start + _AT_ONCE] for start in range(0, len(values), _AT_ONCE)]
        if self.method == "gaussian_mixture":
            return np.concatenate([self._model.predict(part) for part in parts])
        return np.concatenate([cdist(part, self._means).argmin(axis=1) for part in parts])


def one_thread() -> AbstractContextManager:
    """Keep scikit-learn to one thread: with small tables threads wait for each other rather than work."""
    return _controller().limit(limits=1)


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()


def cluster(
    values: np.ndarray, k: int, method: str, rng: np.random.Generator, starts: int = STARTS
) -> tuple[Any, np.ndarray, bool]:
    """The fitted scikit-learn model, its labels, and whether it came to an end."""
    seed = int(rng.integers(2**31))
    threads = one_thread() if values.size < _SMALL else nullcontext()
    with threads, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", ConvergenceWarning)
        if method == "kmeans":
            model = KMeans(k, n_init=starts, random_state=seed).fit(values)
            return model, model.labels_, not caught
        if method == "gaussian_mixture":
            model = GaussianMixture(
                k, n_init=max(1, starts // 5), max_iter=300, reg_covar=1e-4, random_state=seed
            )
            labels = model.fit_predict(values)
            return model, labels, bool(model.converged_)
        model = AgglomerativeClustering(k).fit(values)
    return model, model.labels_, True


def cluster_again(
    values: np.ndarray, k: int, method: str, rng: np.random.Generator, starts: int = 3
) -> np.ndarray:
    """Labels alone, for the thousands of data sets of resampling; k-means by a loop of our own."""
    if method == "kmeans":
        return kernels.kmeans(np.ascontiguousarray(values), k, rng.random((starts, k)))
    return cluster(values, k, method, rng, starts)[1]


def means_of(values: np.ndarray, labels: np.ndarray, k: int) -> np.ndarray:
    """Mean of each segment; that of an empty one lies infinitely far away."""
    counts = np.bincount(labels, minlength=k)
    sums = np.stack([np.bincount(labels, column, minlength=k) for column in values.T], axis=1)
    return np.where(counts[:, None] > 0, sums / np.maximum(counts, 1)[:, None], np.inf)


def within_ss(values: np.ndarray, labels: np.ndarray, k: int) -> float:
    """Sum of squared distances to the means of the segments."""
    return float(((values - means_of(values, labels, k)[labels]) ** 2).sum())


def check_method(method: object) -> None:
    """Refuse a method that is not one of ours."""
    if method not in METHODS:
        raise ValueError(f"method {method!r} is not known; {closest(method, METHODS)}")


def check_segments(k: Any, n: int, name: str) -> int:
    """Check a number of segments."""
    if isinstance(k, bool) or not isinstance(k, int | np.integer) or k < 1:
        raise ValueError(f"{name} must be a whole number from 1, got {k!r}")
    if k > n:
        raise ValueError(f"{name} is {k}, but there are only {n} customers; take fewer segments")
    return int(k)


def check_different(values: np.ndarray, k: int) -> None:
    """Refuse more segments than there are different customers."""
    if k <= 1 or len(np.unique(values[: 50 * k], axis=0)) >= k:
        return
    different = len(np.unique(values, axis=0))
    if different < k:
        raise ValueError(
            f"{k} segments were asked for, but only {different} customers differ in the features"
        )
