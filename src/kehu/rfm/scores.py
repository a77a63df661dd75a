"""Scores of recency, frequency and amount."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from kehu import frames
from kehu._kernels import scores as kernels
from kehu.rfm.ranks import each, most_common, ranked
from kehu.rfm.segments import SCORES, VARIABLES, checked, eight_types, lookup, segment_table
from kehu.warnings import EmptyScoresWarning, warn

SCHEMES = ("independent", "nested", "cuts", "mean_split")
BORDERS = ("quantile_plus_one", "quantile")
_MOST_BINS = 9  # the code has one digit a variable


class RFM(TransformerMixin, BaseEstimator):
    r"""Score customers by how recently, how often and for how much they bought.

    Each variable is cut into bins, from score 1 (worst) to ``n_bins`` (best). Where the cuts lie is learned
    from one table (`fit`) and can be applied to another (`transform`), such as the next period. Scores say
    who was good in the period they come from; how much of that was luck tells `regression_to_the_mean`.

    Parameters
    ----------
    n_bins : int
        Number of scores, 2 to 9; with ``scheme="cuts"`` the cut points decide.
    scheme : {"independent", "nested", "cuts", "mean_split"}
        ``"independent"``: each variable is cut at its quantiles :math:`1/n, \dots, (n-1)/n` over all
        customers. ``"nested"``: recency first, frequency within each recency score, amount within each pair
        of these. ``"cuts"``: at your own cut points. ``"mean_split"``: scored as independent, then each score
        is split at its mean into above (1) and not above (0), which gives the eight types of Chinese
        textbooks, by the rule of SPSSAU (five scores from 20/40/60/80 % quantiles).
    borders : {"quantile_plus_one", "quantile"}
        Who is on the border. Equal values always get the same score. ``"quantile_plus_one"``: cut points are
        quantile + 1, and a value at the cut point belongs to the bin above; the rule of R's package rfm, made
        for whole days, orders and amounts of more than a few units. ``"quantile"``: cut points are the
        quantiles, and a value at the cut point belongs to the bin below; it does not depend on the unit.
        Quantiles are interpolated linearly (type 7 of Hyndman and Fan).
    cuts : mapping of str to sequence of float, optional
        For ``scheme="cuts"``: rising cut points of ``"recency"`` (in days), ``"frequency"`` and
        ``"monetary"``. A value at a cut point belongs to the bin above.
    weights : mapping of str to float, or sequence of three, optional
        Weights of recency, frequency and monetary in the total, such as those of an analytic hierarchy
        process; none negative, sum 1. A third each when not given.
    segments : dataframe, optional
        Named segments in the form of `segment_table`. When not given, that table, if all variables have
        five scores. With ``scheme="mean_split"`` the segments are the eight types.
    recency, frequency, monetary : str
        Columns: days since the last order (small is good), number of orders, amount.
    language : {"en", "zh"}
        Language of the names of segments.

    Attributes
    ----------
    cut_points_ : dict of str to numpy.ndarray
        For each variable its cut points, rising in the variable's own values. For ``scheme="nested"`` those
        of frequency have a row for each recency score, those of monetary one for each pair of scores.
    n_scores_ : dict of str to int
        Number of scores of each variable.
    score_counts_ : pandas.DataFrame
        For each score the number of customers that have it in each variable, in the table fitted to.
    mean_scores_ : dict of str to float
        Mean of each score in the table fitted to.
    weights_ : dict of str to float
        The weights.
    n_customers_ : int
        Number of customers fitted to.

    Warns
    -----
    EmptyScoresWarning
        If a score is given to nobody because many customers have the same value.

    References
    ----------
    Hughes 1994, Strategic Database Marketing. Hebbali, rfm: Recency, Frequency and Monetary Value Analysis
    (R package).

    Examples
    --------
    >>> summary = pd.DataFrame({"days_since_last": [3, 40, 200, 90], "n_orders": [9, 4, 1, 2],
    ...                         "total": [900.0, 310.0, 20.0, 75.0]}, index=["Li", "Wu", "Sun", "Qi"])
    >>> model = RFM(n_bins=2, borders="quantile", weights={"recency": 0.5, "frequency": 0.3, "monetary": 0.2})
    >>> model.fit_transform(summary)
         recency_score  frequency_score  monetary_score  rfm_score  weighted_score
    Li               2                2               2        222             2.0
    Wu               2                2               2        222             2.0
    Sun              1                1               1        111             1.0
    Qi               1                1               1        111             1.0
    >>> model.cut_points_["recency"].tolist()
    [65.0]
    """

    def __init__(
        self,
        *,
        n_bins: int = 5,
        scheme: str = "independent",
        borders: str = "quantile_plus_one",
        cuts: Mapping[str, Sequence[float]] | None = None,
        weights: Mapping[str, float] | Sequence[float] | None = None,
        segments: Any = None,
        recency: str = "days_since_last",
        frequency: str = "n_orders",
        monetary: str = "total",
        language: str = "en",
    ) -> None:
        self.n_bins = n_bins
        self.scheme = scheme
        self.borders = borders
        self.cuts = cuts
        self.weights = weights
        self.segments = segments
        self.recency = recency
        self.frequency = frequency
        self.monetary = monetary
        self.language = language

    def fit(self, summary: Any, y: Any = None) -> "RFM":  # noqa: ARG002
        """Learn the cut points.

        Parameters
        ----------
        summary : dataframe
            One row a customer, as `kehu.orders.customer_summary` gives it; any dataframe.
        y : None
            Not used; there for pipelines of scikit-learn.

        Returns
        -------
        RFM

        Raises
        ------
        ValueError
            If a parameter is out of range, there are no customers, or a value is missing or negative days.
        KeyError
            If a column is missing.
        TypeError
            If ``summary`` is no dataframe.
        """
        self._check()
        weights, segments = _weights(self.weights), self._segments()
        self._learn_from(self._values(summary), weights, segments)
        return self

    def fit_transform(self, summary: Any, y: Any = None) -> pd.DataFrame:  # noqa: ARG002
        """Learn the cut points and score the customers they come from, as `fit` and `transform` do.

        Parameters
        ----------
        summary : dataframe
            As for `fit`.
        y : None
            Not used; there for pipelines of scikit-learn.

        Returns
        -------
        pandas.DataFrame
            As of `transform`.

        Raises
        ------
        ValueError, KeyError, TypeError
            As `fit`.
        """
        self._check()
        weights, segments = _weights(self.weights), self._segments()
        return self._scored(self._learn_from(self._values(summary), weights, segments), summary)

    def _learn_from(
        self, values: dict[str, np.ndarray], weights: dict[str, float], segments: pd.DataFrame | None
    ) -> dict[str, np.ndarray]:
        """Set what `fit` learns, and give the scores."""
        self.cut_points_ = self._learn(values)
        self.n_scores_ = {name: cuts.shape[-1] + 1 for name, cuts in self.cut_points_.items()}
        self.weights_, self.n_customers_ = weights, len(values["recency"])
        scores = self._score(values)
        labels = pd.RangeIndex(1, max(self.n_scores_.values()) + 1, name="score")
        counts = {name: np.bincount(scores[name], minlength=len(labels) + 1)[1:] for name in VARIABLES}
        self.score_counts_ = pd.DataFrame(counts, index=labels)
        self.mean_scores_ = {
            name: float(found @ labels.to_numpy() / self.n_customers_) for name, found in counts.items()
        }
        self._table = self._name_table(segments)
        if self.scheme != "cuts":
            self._warn_of_empty_scores(values)
        return scores

    def transform(self, summary: Any) -> pd.DataFrame:
        """Score customers by the cut points learned.

        Parameters
        ----------
        summary : dataframe
            As for `fit`; may be another period.

        Returns
        -------
        pandas.DataFrame
            With the index of ``summary`` (if it is a pandas frame): ``recency_score``, ``frequency_score``,
            ``monetary_score`` (1 is worst), ``rfm_score`` (their digits), ``weighted_score`` (weighted mean
            of the scores) and, where there are named segments, ``segment``.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            If `fit` was not called.
        ValueError, KeyError, TypeError
            As `fit`.
        """
        check_is_fitted(self, "cut_points_")
        return self._scored(self._score(self._values(summary)), summary)

    def _scored(self, scores: dict[str, np.ndarray], summary: Any) -> pd.DataFrame:
        """The table of scores; what follows from the three is looked up in lists of all combinations."""
        three = [scores[name] for name in VARIABLES]
        bins = [self.n_scores_[name] for name in VARIABLES]
        code = (three[0] * np.int16(100) + three[1] * np.int16(10)) + three[2]
        every = np.stack(np.indices(bins)).reshape(3, -1) + 1
        weighted = np.zeros(1000)
        weighted[[100, 10, 1] @ every] = sum(
            self.weights_[name] * one for name, one in zip(VARIABLES, every, strict=True)
        )
        columns = dict(zip(SCORES, three, strict=True))
        columns |= {"rfm_score": code, "weighted_score": weighted[code]}
        if self._table is not None:
            codes, names = self._table
            named = np.zeros(1000, dtype=codes.dtype)
            named[[100, 10, 1] @ every] = codes.reshape(-1)
            columns["segment"] = pd.Categorical.from_codes(named[code], names, validate=False)
        index = summary.index if isinstance(summary, pd.DataFrame) else None
        return pd.DataFrame(columns, index=index, copy=False)

    def _check(self) -> None:
        choices = {"scheme": SCHEMES, "borders": BORDERS, "language": ("en", "zh")}
        for name, options in choices.items():
            if getattr(self, name) not in options:
                raise ValueError(
                    f"no {name} {getattr(self, name)!r}; {frames.closest(getattr(self, name), options)}"
                )
        whole = isinstance(self.n_bins, int | np.integer) and not isinstance(self.n_bins, bool)
        if not whole or not 2 <= self.n_bins <= _MOST_BINS:
            raise ValueError(f"n_bins must be a whole number from 2 to {_MOST_BINS}, got {self.n_bins!r}")
        if (self.cuts is not None) != (self.scheme == "cuts"):
            advice = "cuts={'recency': …, 'frequency': …, 'monetary': …} and scheme='cuts' belong together"
            raise ValueError(f"scheme={self.scheme!r} and cuts={self.cuts!r}: {advice}")

    def _values(self, summary: Any) -> dict[str, np.ndarray]:
        """The three variables, checked."""
        present = frames.names(summary, "summary")
        if self.recency == "recency" and {"T", "days_since_last"} <= set(present):
            raise ValueError(
                "recency='recency' is the age at the last order in a customer summary, large for good "
                "customers; scores need the days since the last order: recency='days_since_last'"
            )
        columns = {name: getattr(self, name) for name in VARIABLES}
        table = frames.select(summary, columns, what="summary")
        if table.empty:
            raise ValueError("summary has no rows; there are no customers to score")
        values = {name: frames.numbers(table[name], columns[name]) for name in VARIABLES}
        for name, found in values.items():
            least = -np.inf if name == "monetary" else np.nextafter(0.0, -1.0)
            if not (found.min() > least and found.max() < np.inf):
                wrong = ~((found > least) & (found < np.inf))
                row, kind = (
                    int(np.argmax(wrong)),
                    "finite" if name == "monetary" else "finite and not negative",
                )
                raise ValueError(
                    f"{columns[name]} ({name}) must be {kind}, got {found[row]} in row {row} "
                    f"({wrong.sum():,} such rows)"
                )
        return values

    def _learn(self, values: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        if self.scheme == "cuts":
            return {name: _own_cuts(self.cuts, name) for name in VARIABLES}
        if self.scheme != "nested":
            return each(VARIABLES, lambda name: self._quantiles(values[name]))
        cuts = {"recency": self._quantiles(values["recency"])}
        r = self._bins(values["recency"], cuts["recency"], reverse=True) - 1
        cuts["frequency"] = self._within(values["frequency"], r, self._quantiles(values["frequency"]))
        f = self._nested_bins(values["frequency"], r, cuts["frequency"]) - 1
        by_recency = self._within(values["monetary"], r, self._quantiles(values["monetary"]))
        parents = np.repeat(by_recency, self.n_bins, axis=0)
        cuts["monetary"] = self._within(values["monetary"], r * self.n_bins + f, parents)
        cuts["monetary"] = cuts["monetary"].reshape(self.n_bins, self.n_bins, self.n_bins - 1)
        return cuts

    def _quantiles(self, found: np.ndarray) -> np.ndarray:
        # Fractions of whole numbers, so that a quantile that is one of the values is exactly that.
        below, rest = np.divmod((len(found) - 1) * np.arange(1, self.n_bins), self.n_bins)
        above = np.minimum(below + 1, len(found) - 1)
        low, high = ranked(found, np.stack([below, above]))
        cuts = low + (high - low) * rest / self.n_bins
        return cuts + 1 if self.borders == "quantile_plus_one" else cuts

    def _within(self, found: np.ndarray, group: np.ndarray, otherwise: np.ndarray) -> np.ndarray:
        """Cut points within each group; those of all where a group is empty."""
        shape = (self.n_bins if otherwise.ndim == 1 else len(otherwise), self.n_bins - 1)
        cuts = np.broadcast_to(otherwise, shape).copy()
        for one in np.unique(group):
            cuts[one] = self._quantiles(found[group == one])
        return cuts

    def _bins(self, found: np.ndarray, cuts: np.ndarray, *, reverse: bool = False) -> np.ndarray:
        """Scores by the cut points; for days since the last order few is good."""
        below = self.borders == "quantile" and self.scheme != "cuts"
        score = np.empty(len(found), np.int8)
        kernels.score(np.ascontiguousarray(found), np.ascontiguousarray(cuts), below, reverse, score)
        return score

    def _nested_bins(self, found: np.ndarray, group: np.ndarray, cuts: np.ndarray) -> np.ndarray:
        score = np.empty(len(found), dtype=np.int8)
        for one in np.unique(group):
            score[group == one] = self._bins(found[group == one], cuts[one])
        return score

    def _score(self, values: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        cuts = self.cut_points_
        if self.scheme != "nested":
            return each(
                VARIABLES, lambda name: self._bins(values[name], cuts[name], reverse=name == "recency")
            )
        scores = {"recency": self._bins(values["recency"], cuts["recency"], reverse=True)}
        r = scores["recency"].astype(np.int64) - 1
        scores["frequency"] = self._nested_bins(values["frequency"], r, cuts["frequency"])
        cell = r * (cuts["monetary"].shape[1]) + scores["frequency"] - 1
        flat = cuts["monetary"].reshape(-1, cuts["monetary"].shape[-1])
        return scores | {"monetary": self._nested_bins(values["monetary"], cell, flat)}

    def _segments(self) -> pd.DataFrame | None:
        """The table of named segments, unless the eight types take its place or scores are not five."""
        if self.scheme == "mean_split":
            if self.segments is not None:
                raise ValueError("scheme='mean_split' has its eight types; leave out segments")
            return None
        if self.segments is not None:
            return checked(self.segments, self.language)
        if self.scheme == "cuts":
            five = all(len(_own_cuts(self.cuts, name)) == 4 for name in VARIABLES)
        else:
            five = self.n_bins == 5
        return checked(segment_table(), self.language) if five else None

    def _name_table(self, segments: pd.DataFrame | None) -> tuple[np.ndarray, pd.Index] | None:
        """For each combination of scores the code of its name, and the names."""
        bins = tuple(self.n_scores_[name] for name in VARIABLES)
        if self.scheme == "mean_split":
            types = eight_types()
            high = [
                np.arange(1, n + 1) > self.mean_scores_[name] for n, name in zip(bins, VARIABLES, strict=True)
            ]
            place = {tuple(row): code for code, row in enumerate(types[list(VARIABLES)].to_numpy().tolist())}
            codes = np.empty(bins, dtype=np.int8)
            for r, f, m in np.ndindex(bins):
                codes[r, f, m] = place[int(high[0][r]), int(high[1][f]), int(high[2][m])]
            return codes, pd.Index(types["segment_zh" if self.language == "zh" else "segment"])
        return None if segments is None else lookup(segments, bins, self.language)

    def _warn_of_empty_scores(self, values: dict[str, np.ndarray]) -> None:
        said = []
        for name in VARIABLES:
            empty = [str(score) for score, n in self.score_counts_[name].items() if n == 0]
            if empty:
                common, times = most_common(values[name])
                said.append(
                    f"{name}: nobody gets score {', '.join(empty)} "
                    f"({times / self.n_customers_:.0%} of customers have the same value, {common:g})"
                )
        if said:
            warn(
                "; ".join(said)
                + "; take fewer bins, own cut points (scheme='cuts') or, where values are small, "
                "borders='quantile'",
                EmptyScoresWarning,
            )


def _own_cuts(cuts: Any, name: str) -> np.ndarray:
    if not isinstance(cuts, Mapping) or set(cuts) != set(VARIABLES):
        got = sorted(map(str, cuts)) if isinstance(cuts, Mapping) else type(cuts).__name__
        raise ValueError(f"cuts must give cut points of {', '.join(VARIABLES)}, got {got}")
    try:
        found = np.asarray(list(cuts[name]), dtype=float)
    except (TypeError, ValueError):
        raise TypeError(f"cuts of {name} must be numbers, got {cuts[name]!r}") from None
    if not 1 <= len(found) < _MOST_BINS or not np.isfinite(found).all() or (np.diff(found) <= 0).any():
        raise ValueError(
            f"cuts of {name} must be 1 to {_MOST_BINS - 1} rising numbers, got {[float(x) for x in found]}"
        )
    return found


def _weights(weights: Any) -> dict[str, float]:
    """Weights by variable; equal when not given."""
    if weights is None:
        return dict.fromkeys(VARIABLES, 1 / 3)
    if isinstance(weights, Mapping | pd.Series):
        given = {str(name): weights[name] for name in weights.keys()}  # noqa: SIM118
        if set(given) != set(VARIABLES):
            raise ValueError(f"weights must name {', '.join(VARIABLES)}, got {', '.join(map(repr, given))}")
    elif isinstance(weights, str) or len(list(weights)) != len(VARIABLES):
        raise ValueError(f"weights must be those of {', '.join(VARIABLES)}, got {weights!r}")
    else:
        given = dict(zip(VARIABLES, weights, strict=True))
    try:
        found = {name: float(given[name]) for name in VARIABLES}
    except (TypeError, ValueError):
        raise TypeError(f"weights must be numbers, got {given!r}") from None
    if not all(weight >= 0 for weight in found.values()) or abs(sum(found.values()) - 1) > 1e-6:
        raise ValueError(f"weights must not be negative and must sum to 1, got {found}")
    return found
