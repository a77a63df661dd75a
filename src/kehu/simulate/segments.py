"""Customers in known segments, and the null shop in which there are none: a single cloud."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from kehu.frames import closest

_SHAPES = ("normal", "skewed")


@dataclass(frozen=True)
class SegmentedCustomers:
    """Simulated customers and the segments they were drawn from.

    Attributes
    ----------
    features : pandas.DataFrame
        One row a customer (index ``customer_id``), one column a feature.
    truth : pandas.Series
        Segment of each customer, from 0; the largest is 0.
    centers : pandas.DataFrame
        For each segment the median of each feature.
    parameters : dict
        What they were drawn with.
    """

    features: pd.DataFrame
    truth: pd.Series
    centers: pd.DataFrame
    parameters: dict[str, Any]


def segmented_customers(
    n_customers: int = 1000,
    *,
    n_segments: int = 4,
    n_features: int = 5,
    separation: float = 6.0,
    shares: Sequence[float] | None = None,
    shape: str = "skewed",
    random_state: int | np.random.Generator | None = None,
) -> SegmentedCustomers:
    """Draw customers from segments that are known.

    Within a segment features are independent and normal with standard deviation 1; the centres of any two
    segments lie ``separation`` apart at least. With ``shape="skewed"`` all numbers are then taken as
    ``exp(3 + x / 2)``, as amounts and counts of real customers are skewed.

    Parameters
    ----------
    n_customers : int
        Customers.
    n_segments : int
        Segments; 1 plants nothing.
    n_features : int
        Features.
    separation : float
        Least distance of two centres in standard deviations within segments: 6 is plain to see, below 3
        segments overlap.
    shares : sequence of float, optional
        Share of customers in each segment; falling in proportion to n, n − 1, … 1 by default.
    shape : {"skewed", "normal"}
        Distribution of the features.
    random_state : int or numpy.random.Generator, optional
        Seed.

    Returns
    -------
    SegmentedCustomers

    Raises
    ------
    ValueError
        If a number is too small, ``shares`` does not fit or ``shape`` is unknown.

    Examples
    --------
    >>> shop = segmented_customers(100, n_segments=2, shares=[0.7, 0.3], random_state=1)
    >>> shop.truth.value_counts().tolist()
    [70, 30]
    """
    _check(n_customers, n_features, shape)
    if isinstance(n_segments, bool) or not isinstance(n_segments, int) or not 1 <= n_segments <= n_customers:
        raise ValueError(
            f"n_segments must be a whole number from 1 to the {n_customers} customers, got {n_segments!r}"
        )
    if not separation >= 0 or not np.isfinite(separation):
        raise ValueError(f"separation must be a number from 0, got {separation!r}")
    weights = np.arange(n_segments, 0, -1, dtype=float) if shares is None else np.asarray(shares, float)
    if weights.shape != (n_segments,) or not (weights > 0).all():
        raise ValueError(f"shares must be {n_segments} positive numbers, got {shares!r}")
    rng = np.random.default_rng(random_state)
    centers = _centers(n_segments, n_features, separation, rng)
    weights = np.sort(weights / weights.sum())[::-1]
    ends = np.rint(np.cumsum(weights) * n_customers).astype(int)
    truth = rng.permutation(np.searchsorted(ends, np.arange(n_customers), side="right"))
    values = centers[truth] + rng.standard_normal((n_customers, n_features))
    parameters = {
        "n_segments": n_segments,
        "separation": separation,
        "shares": weights.tolist(),
        "shape": shape,
    }
    table = _table(values, shape)
    return SegmentedCustomers(
        features=table,
        truth=pd.Series(truth, index=table.index, name="segment"),
        centers=_table(centers, shape).reset_index(drop=True).rename_axis("segment"),
        parameters=parameters,
    )


def one_cloud(
    n_customers: int = 1000,
    *,
    n_features: int = 5,
    shape: str = "skewed",
    correlation: float = 0.4,
    random_state: int | np.random.Generator | None = None,
) -> pd.DataFrame:
    """Draw customers without any segments: the null shop, in which a method must find none.

    Parameters
    ----------
    n_customers : int
        Customers.
    n_features : int
        Features.
    shape : {"skewed", "normal"}
        Multivariate normal, or ``exp(3 + x)`` of that (log-normal: a few customers are far out).
    correlation : float
        Of any two features before they are skewed, from 0 to below 1.
    random_state : int or numpy.random.Generator, optional
        Seed.

    Returns
    -------
    pandas.DataFrame
        One row a customer (index ``customer_id``), one column a feature.

    Raises
    ------
    ValueError
        If a number is too small, the correlation is outside its limits or ``shape`` is unknown.

    Examples
    --------
    >>> one_cloud(3, n_features=2, shape="normal", random_state=1).shape
    (3, 2)
    """
    _check(n_customers, n_features, shape)
    if not 0 <= correlation < 1:
        raise ValueError(f"correlation must lie from 0 to below 1, got {correlation!r}")
    rng = np.random.default_rng(random_state)
    common = rng.standard_normal((n_customers, 1))
    own = rng.standard_normal((n_customers, n_features))
    values = np.sqrt(correlation) * common + np.sqrt(1 - correlation) * own
    return _table(2 * values, shape) if shape == "skewed" else _table(values, shape)


def _check(n_customers: int, n_features: int, shape: str) -> None:
    for name, value in (("n_customers", n_customers), ("n_features", n_features)):
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise ValueError(f"{name} must be a whole number from 1, got {value!r}")
    if shape not in _SHAPES:
        raise ValueError(f"shape {shape!r} is not known; {closest(shape, _SHAPES)}")


def _centers(k: int, d: int, separation: float, rng: np.random.Generator) -> np.ndarray:
    """Centres in random directions, with the two nearest just ``separation`` apart."""
    if k == 1:
        return np.zeros((1, d))
    best, widest = np.zeros((k, d)), -1.0
    for _ in range(50):
        centers = rng.standard_normal((k, d))
        apart = np.sqrt(((centers[:, None] - centers[None]) ** 2).sum(axis=2))[np.triu_indices(k, 1)]
        # Of several draws the one in which no two are much nearer than the others.
        if apart.min() / apart.max() > widest:
            best, widest = separation / apart.min() * centers, apart.min() / apart.max()
    return best


def _table(values: np.ndarray, shape: str) -> pd.DataFrame:
    values = np.exp(3 + values / 2) if shape == "skewed" else values
    columns = [f"feature {place}" for place in range(1, values.shape[1] + 1)]
    width = len(str(len(values)))
    names = [f"C{place:0{width}d}" for place in range(1, len(values) + 1)]
    return pd.DataFrame(values, index=pd.Index(names, name="customer_id"), columns=columns)
