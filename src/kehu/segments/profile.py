"""What segments are like: sizes, means, lift, and what sets each apart from the other customers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from kehu import frames
from kehu.frames import closest
from kehu.segments.preparation import feature_table


@dataclass(frozen=True)
class SegmentProfile:
    """What segments are like.

    Attributes
    ----------
    sizes : pandas.DataFrame
        One row a segment: ``segment``, ``n_customers``, ``share``, and with a value also ``value`` (its sum),
        ``value_share`` and ``value_per_customer``.
    table : pandas.DataFrame
        One row a segment and feature; see `profile`.
    value : str or None
        Feature that was summed as value.
    """

    sizes: pd.DataFrame
    table: pd.DataFrame
    value: str | None

    def wide(self, column: str = "mean") -> pd.DataFrame:
        """One column of the table, features down and segments across.

        Parameters
        ----------
        column : str
            Such as ``"mean"``, ``"median"``, ``"lift"`` or ``"difference"``.

        Returns
        -------
        pandas.DataFrame

        Raises
        ------
        KeyError
            If there is no such column.

        Examples
        --------
        >>> customers = pd.DataFrame({"n_orders": [1, 2, 1, 9, 7]})
        >>> profile(customers, [0, 0, 0, 1, 1]).wide("median")
        segment     0    1
        feature
        n_orders  1.0  8.0
        """
        columns = [name for name in self.table if name not in ("segment", "feature")]
        if column not in columns:
            raise KeyError(f"a profile has no column {column!r}; {closest(column, columns)}")
        order = self.table["feature"].unique()
        across = self.table.set_index(["feature", "segment"])[column].unstack("segment")  # noqa: PD010
        return across.loc[order, self.sizes["segment"]]


def profile(
    features: Any,
    labels: Any,
    *,
    value: str | None = None,
    used: Sequence[str] | None = None,
    level: float = 0.95,
) -> SegmentProfile:
    r"""Describe segments: what they are like, and what sets each apart from all other customers.

    ``difference`` is the standardised difference: mean of the segment less mean of the others, divided by
    the standard deviation within both, :math:`d = (\bar x_1 - \bar x_0) / s`, where :math:`s^2` is the mean
    squared deviation from the own group's mean. Its interval holds for any distribution in large segments
    (delta method; it allows for skewness and unequal variances) and takes the segments as given.

    There are no p-values. Features that made the segments differ between them by construction, in pure noise
    too, and a test would call that significant; their differences tell what the segments are, not that there
    are segments (for that see `choose_k`). Name them in ``used``, and the table marks them.

    Parameters
    ----------
    features : dataframe or CustomerFeatures
        One row a customer, in original units; more features than those that made the segments are welcome.
    labels : array or Series
        Segment of each customer. A Series must have the index of ``features``.
    value : str, optional
        Feature to sum as the segments' value, such as ``"total"``.
    used : sequence of str, optional
        Features that made the segments; all by default.
    level : float
        Level of the intervals.

    Returns
    -------
    SegmentProfile
        Its ``table`` has the columns ``segment``, ``feature``, ``mean``, ``median``, ``share`` (of the
        segment's customers with a value other than 0), ``mean_all``, ``lift`` (mean / mean of all customers;
        missing where that is not positive), ``difference``, ``low``, ``high`` and ``made_segments`` (whether
        the feature made the segments). The difference is missing for a feature without any spread within
        the groups, and if there is one segment only; the interval also in segments of a single customer.

    Raises
    ------
    ValueError
        If features are missing somewhere or no numbers, labels are missing or do not fit, or ``level`` lies
        outside 0 to 1.
    KeyError
        If ``value`` or ``used`` names a feature that is not there.
    TypeError
        If labels are of mixed types.

    References
    ----------
    J. Cohen, *Statistical Power Analysis for the Behavioral Sciences*, 2nd ed., Erlbaum 1988 (d of .2 small,
    .5 medium, .8 large); A. van der Vaart, *Asymptotic Statistics*, Cambridge 1998, ch. 3.

    Examples
    --------
    >>> customers = pd.DataFrame({"n_orders": [1, 2, 1, 9, 7], "total": [5.0, 9, 6, 90, 70]})
    >>> found = profile(customers, [0, 0, 0, 1, 1], value="total")
    >>> found.sizes[["segment", "n_customers", "value", "value_share"]].round(3)
       segment  n_customers  value  value_share
    0        0            3   20.0        0.111
    1        1            2  160.0        0.889
    """
    table = feature_table(features)
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, got {level!r}")
    codes, names = _codes(labels, table.index)
    used = list(table) if used is None else list(used)
    for name in [*used, *([] if value is None else [value])]:
        if name not in table:
            raise KeyError(f"features has no column {name!r}; {closest(name, table)}")
    sizes = np.bincount(codes, minlength=len(names))
    summary = pd.DataFrame({"segment": names, "n_customers": sizes, "share": sizes / len(codes)})
    if value is not None:
        summed = np.bincount(codes, table[value], minlength=len(names))
        summary["value"] = summed
        summary["value_share"] = summed / summed.sum() if summed.sum() > 0 else np.nan
        summary["value_per_customer"] = summed / sizes
    parts = [_of_feature(table[name].to_numpy(), codes, sizes, level) for name in table]
    for name, part in zip(table, parts, strict=True):
        part.insert(0, "feature", name)
        part.insert(0, "segment", names)
        part["made_segments"] = name in used
    return SegmentProfile(sizes=summary, table=pd.concat(parts, ignore_index=True), value=value)


def _codes(labels: Any, index: pd.Index) -> tuple[np.ndarray, np.ndarray]:
    """Number of the segment of each customer, and the segments in order."""
    if isinstance(labels, pd.Series) and not labels.index.equals(index):
        raise ValueError("labels has another index than features; take the same customers in both")
    given = frames.labels(pd.Series(labels), "labels")
    if len(given) != len(index):
        raise ValueError(f"labels must have one for each of the {len(index):,} customers, got {len(given):,}")
    if (given.codes < 0).any():
        raise ValueError(f"labels are missing for {int((given.codes < 0).sum()):,} customers")
    return np.unique(np.asarray(given), return_inverse=True)[::-1]


def _of_feature(values: np.ndarray, codes: np.ndarray, sizes: np.ndarray, level: float) -> pd.DataFrame:
    grouped = pd.Series(values).groupby(codes)
    mean, overall = grouped.mean().to_numpy(), values.mean()
    # Moments about one point for all, from which those about each group's mean follow.
    powers = [np.bincount(codes, (values - overall) ** power, minlength=len(sizes)) for power in range(5)]
    found = pd.DataFrame(
        {
            "mean": mean,
            "median": grouped.median().to_numpy(),
            "share": np.bincount(codes, values != 0, minlength=len(sizes)) / sizes,
            "mean_all": overall,
            "lift": mean / overall if overall > 0 else np.nan,
        }
    )
    limits = [_difference(np.array(powers)[:, segment], np.sum(powers, axis=1), level)
              for segment in range(len(sizes))]  # fmt: skip
    found[["difference", "low", "high"]] = limits
    return found


def _difference(inside: np.ndarray, everyone: np.ndarray, level: float) -> tuple[float, float, float]:
    """Standardised difference of a group to the others, with interval, from sums of powers 0 to 4."""
    groups = inside, everyone - inside
    n, n_out = inside[0], groups[1][0]
    if n_out == 0:
        return np.nan, np.nan, np.nan
    total = n + n_out
    means, second, third, fourth = np.array([_central(*group) for group in groups]).T
    shares = np.array([n, n_out]) / total
    variance = float(shares @ second)
    scale = everyone[2] / total
    if variance <= 1e-12 * scale or scale == 0:
        return np.nan, np.nan, np.nan
    difference = (means[0] - means[1]) / np.sqrt(variance)
    if min(n, n_out) < 2:
        return difference, np.nan, np.nan
    # Influence of a customer at distance e from the own mean: a e + b (e^2 - variance).
    a = np.array([1, -1]) / shares / np.sqrt(variance)
    b = -difference / (2 * variance)
    spread = a**2 * second + 2 * a * b * third + b**2 * (fourth - 2 * variance * second + variance**2)
    error = np.sqrt(max(float(shares @ spread), 0.0) / total)
    reach = stats.norm.ppf(0.5 + level / 2) * error
    return difference, difference - reach, difference + reach


def _central(n: float, s1: float, s2: float, s3: float, s4: float) -> tuple[float, float, float, float]:
    """Mean and central moments from sums of powers."""
    m1, m2, m3, m4 = s1 / n, s2 / n, s3 / n, s4 / n
    return (
        m1,
        m2 - m1**2,
        m3 - 3 * m1 * m2 + 2 * m1**3,
        m4 - 4 * m1 * m3 + 6 * m1**2 * m2 - 3 * m1**4,
    )
