"""Customers in two principal components, to see segments in the plane."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from kehu.segments.clustering import Segmentation
from kehu.segments.preparation import feature_table


@dataclass(frozen=True)
class SegmentMap:
    """Customers and segment centres in the first two principal components.

    Attributes
    ----------
    points : pandas.DataFrame
        One row a customer shown: ``component_1``, ``component_2``, ``segment``.
    centers : pandas.DataFrame
        Means of the segments, with the same columns.
    explained : tuple of float
        Share of the variance of all prepared features in each component.
    loadings : pandas.DataFrame
        One row a feature, one column a component: its weight.
    n_customers : int
        Customers there are; of many only a sample is in ``points``.
    """

    points: pd.DataFrame
    centers: pd.DataFrame
    explained: tuple[float, float]
    loadings: pd.DataFrame
    n_customers: int


def segment_map(
    model: Segmentation,
    features: Any,
    labels: Any = None,
    *,
    sample: int = 3000,
    random_state: int | np.random.Generator | None = None,
) -> SegmentMap:
    """Project customers on the two directions in which they differ most.

    The features are prepared as for the segments, so the plane shows what the clustering saw; what lies in
    further components is not to be seen, so segments that overlap here may be apart there.

    Parameters
    ----------
    model : Segmentation
        Fitted.
    features : dataframe or CustomerFeatures
        The features it was fitted on, of these or other customers.
    labels : array, optional
        Segment of each customer, such as ``model.labels_``; assigned by the model when not given.
    sample : int
        Most customers to show.
    random_state : int or numpy.random.Generator, optional
        Seed of the sample.

    Returns
    -------
    SegmentMap

    Raises
    ------
    ValueError, KeyError, TypeError
        If the features are not those of the model, it had a single feature, or labels do not fit.

    References
    ----------
    K. Pearson (1901), *Philosophical Magazine* 2, 559–572.

    Examples
    --------
    >>> customers = pd.DataFrame({"n_orders": [1, 2, 1, 20, 25], "total": [9.0, 12, 8, 400, 380]})
    >>> model = Segmentation(n_segments=2, random_state=1).fit(customers)
    >>> round(segment_map(model, customers).explained[0], 2)
    0.99
    """
    if isinstance(sample, bool) or not isinstance(sample, int | np.integer) or sample < 1:
        raise ValueError(f"sample must be a whole number from 1, got {sample!r}")
    labels = np.asarray(model.assign(features) if labels is None else labels)
    names = model.preparation_.features
    if len(names) < 2:
        raise ValueError(f"a map needs two features at least, got {names} only")
    table = feature_table(features, names)
    if labels.shape != (len(table),):
        raise ValueError(
            f"labels must have one for each of the {len(table):,} customers, got {labels.size:,}"
        )
    values = model.preparation_.apply(table)
    values = values - values.mean(axis=0)
    roots, axes = np.linalg.eigh(values.T @ values)
    axes = axes[:, ::-1][:, :2]
    # The sign of a component is arbitrary; the heaviest weight is made positive.
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), [0, 1]])
    columns = ["component_1", "component_2"]
    points = pd.DataFrame(values @ axes, columns=columns).assign(segment=labels)
    shown = points
    if len(points) > sample:
        rng = np.random.default_rng(random_state)
        shown = points.iloc[np.sort(rng.choice(len(points), sample, replace=False))]
    return SegmentMap(
        points=shown.reset_index(drop=True),
        centers=points.groupby("segment")[columns].mean().reset_index(),
        explained=tuple((np.maximum(roots[::-1][:2], 0) / roots.sum()).tolist()),
        loadings=pd.DataFrame(axes, index=pd.Index(names, name="feature"), columns=columns),
        n_customers=len(points),
    )
