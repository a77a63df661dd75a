"""Judgements of several people: what they say together, whether they agree, and about what they do not."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from kehu import frames
from kehu.ahp import consistency as agreement
from kehu.ahp import priorities, reading
from kehu.ahp.consensus import HIGH, Consensus, measure
from kehu.ahp.matrix import PairwiseMatrix, check_method
from kehu.warnings import OpposedCampsWarning, warn


class Group:
    """Judgements of the same criteria by several people.

    Parameters
    ----------
    matrices : dict or sequence of PairwiseMatrix
        One a person; a dictionary names them.
    importance : sequence or dict, optional
        How much each person counts; equally by default.

    Raises
    ------
    ValueError
        If there is nobody, the criteria differ, or the importance does not fit.

    Examples
    --------
    >>> group = Group({"Li": PairwiseMatrix.from_upper("3"), "Wu": PairwiseMatrix.from_upper("1/3")})
    >>> group.aggregate_judgements().weights().tolist()
    [0.5, 0.5]
    >>> group.consensus().band
    'low'
    """

    def __init__(
        self,
        matrices: Mapping[Any, PairwiseMatrix] | Sequence[PairwiseMatrix],
        *,
        importance: Mapping[Any, float] | Sequence[float] | None = None,
    ) -> None:
        if not isinstance(matrices, Mapping):
            if not isinstance(matrices, Iterable):
                raise TypeError(f"matrices must be a list or dictionary, got {type(matrices).__name__}")
            matrices = dict(enumerate(matrices, start=1))
        for name, matrix in matrices.items():
            if not isinstance(matrix, PairwiseMatrix):
                raise TypeError(
                    f"the judgements of {name!r} must be a PairwiseMatrix, got {type(matrix).__name__}"
                )
        if not matrices:
            raise ValueError("there is nobody in the group; give at least one PairwiseMatrix")
        labels = next(iter(matrices.values())).labels
        for name, matrix in matrices.items():
            if matrix.labels != labels:
                raise ValueError(f"{name!r} judged {list(matrix.labels)}, others {list(labels)}")
        logs = np.stack([matrix._logs for matrix in matrices.values()])
        known = np.stack([matrix._known for matrix in matrices.values()])
        self._set(
            logs, known, labels, pd.Index(list(matrices), name="rater", tupleize_cols=False), importance
        )

    @classmethod
    def from_survey(
        cls,
        answers: Any,
        *,
        labels: Sequence[Any] | None = None,
        negative: str = "first",
        separator: str = "_",
        importance: Mapping[Any, float] | Sequence[float] | None = None,
    ) -> "Group":
        """Take the answers of a questionnaire, a row a person and a column a pair.

        Parameters
        ----------
        answers : dataframe
            Columns are named after pairs, such as ``price_quality``. An answer of 1 means equal, of 5 that
            one is five times as important; the sign tells which. The index of a pandas DataFrame names the
            raters.
        labels : sequence, optional
            The criteria in order; by default as the columns name them.
        negative : {"first", "second"}
            Which of the pair a negative answer prefers. In questionnaires that run from 9 … 1 … 9 the left
            side is often coded negative.
        separator : str
            What stands between the two names.
        importance : sequence or dict, optional
            How much each person counts.

        Returns
        -------
        Group

        Raises
        ------
        ValueError
            If a column names no pair or a pair twice, a rater is there twice, or an answer lies between -1
            and 1.

        Examples
        --------
        >>> answers = pd.DataFrame({"price_quality": [-3, 5], "price_care": [-2, 1], "quality_care": [2, 7]})
        >>> Group.from_survey(answers).aggregate_judgements().table.round(2).loc["price"].tolist()
        [1.0, 0.77, 1.41]
        """
        logs, found, raters = reading.questionnaire(answers, labels, negative, separator)
        known = ~np.isnan(logs)
        empty = np.flatnonzero(~known.any(axis=(1, 2)))
        if len(empty):
            raise ValueError(f"row {empty[0]} of answers is empty; take such rows out")
        group = cls.__new__(cls)
        group._set(np.where(known, logs, 0), known, found, raters, importance)
        return group

    def _set(
        self, logs: np.ndarray, known: np.ndarray, labels: tuple[Any, ...], raters: pd.Index, importance: Any
    ) -> None:
        self._logs, self._known, self.labels, self.raters = logs, known, labels, raters
        self.importance = _importance(importance, raters)
        n = len(labels)
        whole = known.sum(axis=(1, 2)) == n * (n - 1)
        self._filled = logs.copy()
        for row in np.flatnonzero(~whole):
            self._filled[row] = self.matrix(raters[row]).completed()._logs

    def __len__(self) -> int:
        return len(self.raters)

    def __getitem__(self, chosen: Any) -> "Group":
        """Some of the group, by a mask, a list of places or a slice."""
        group = type(self).__new__(type(self))
        chosen = chosen if isinstance(chosen, slice) else np.asarray(chosen)
        if not isinstance(chosen, slice) and (chosen.ndim != 1 or chosen.dtype.kind not in "biu"):
            raise TypeError("choose some of the group by a mask, places or a slice; .matrix(rater) gives one")
        if not len(self.raters[chosen]):
            raise ValueError("nobody is left in the group")
        weights = self.importance.to_numpy()[chosen]
        group._set(self._logs[chosen], self._known[chosen], self.labels, self.raters[chosen], weights)
        return group

    def matrix(self, rater: Any) -> PairwiseMatrix:
        """The judgements of one person."""
        if rater not in self.raters:
            raise KeyError(f"{rater!r} is not in the group; {frames.closest(rater, self.raters)}")
        row = self.raters.get_loc(rater)
        known = self._known[row] | np.eye(len(self.labels), dtype=bool)
        return PairwiseMatrix(np.where(known, np.exp(self._logs[row]), np.nan), labels=self.labels)

    def weights(self, method: str = "eigenvector") -> pd.DataFrame:
        """Weights of each person, a row each.

        Parameters
        ----------
        method : {"eigenvector", "geometric_mean", "normalised_columns", "harker"}
            See `PairwiseMatrix.weights`. Missing judgements are filled as `PairwiseMatrix.completed` does.

        Returns
        -------
        pandas.DataFrame
            Index the raters, columns the criteria.
        """
        check_method(method)
        values = priorities.weights(self._filled, "eigenvector" if method == "harker" else method)
        return pd.DataFrame(values, index=self.raters, columns=self._columns())

    def consistency(self, random_index: str = "saaty") -> pd.DataFrame:
        """Consistency of each person.

        Parameters
        ----------
        random_index : {"saaty", "alonso_lamata"}
            See `PairwiseMatrix.consistency`.

        Returns
        -------
        pandas.DataFrame
            Index the raters; columns ``cr``, ``circular_triads``, ``n_missing`` and ``consistent``.
        """
        n = len(self.labels)
        missing = (n * (n - 1) - self._known.sum(axis=(1, 2))) // 2
        ratio = agreement.ratios(self._filled, random_index)
        for row in np.flatnonzero(missing):
            ratio[row] = agreement.measure(self._filled[row], self._known[row], random_index).cr
        prefers = ((self._logs > 0) & self._known).astype(np.float32)
        circles = np.trace(prefers @ prefers @ prefers, axis1=1, axis2=2) / 3
        table = {
            "cr": ratio,
            "circular_triads": np.rint(circles).astype(np.int64),
            "n_missing": missing,
            "consistent": ratio <= agreement.LIMIT,
        }
        return pd.DataFrame(table, index=self.raters)

    def aggregate_judgements(self) -> PairwiseMatrix:
        """The group as one person: geometric means of the judgements, weighted by importance.

        Returns
        -------
        PairwiseMatrix
            A pair that some did not judge is the mean of the others; one that nobody judged is missing.

        Notes
        -----
        The geometric mean is the only mean that keeps judgements reciprocal (Aczél and Saaty 1983). Use it if
        the group acts as one; if its members act for themselves, use `aggregate_priorities` (Forman and
        Peniwati 1998).

        References
        ----------
        J. Aczél, T. L. Saaty, "Procedures for synthesizing ratio judgements", Journal of Mathematical
        Psychology 27, 1983. E. Forman, K. Peniwati, "Aggregating individual judgments and priorities with the
        AHP", European Journal of Operational Research 108, 1998.
        """
        share = self.importance.to_numpy()[:, None, None] * self._known
        total = share.sum(axis=0)
        mean = np.divide((share * self._logs).sum(axis=0), total, out=np.zeros_like(total), where=total > 0)
        known = (total > 0) | np.eye(len(self.labels), dtype=bool)
        return PairwiseMatrix(np.where(known, np.exp(mean), np.nan), labels=self.labels)

    def aggregate_priorities(self, method: str = "eigenvector", mean: str = "arithmetic") -> pd.DataFrame:
        """Mean of the individual weights, with its interval.

        Parameters
        ----------
        method : str
            How individual weights are found; see `PairwiseMatrix.weights`.
        mean : {"arithmetic", "geometric"}
            The mean, weighted by importance; the geometric one is made to add up to 1.

        Returns
        -------
        pandas.DataFrame
            Index the criteria; columns ``weight``, ``sd`` (among raters) and ``low``, ``high``: where the
            mean of many raters *like these* lies, at 95 % (jackknife, t distribution; missing with fewer than
            five raters).

        Examples
        --------
        >>> group = Group([PairwiseMatrix.from_upper("3"), PairwiseMatrix.from_upper("1")])
        >>> group.aggregate_priorities()["weight"].tolist()
        [0.625, 0.375]
        """
        if mean not in ("arithmetic", "geometric"):
            raise ValueError(f"mean={mean!r} is not known; take 'arithmetic' or 'geometric'")
        found, share, n = self.weights(method).to_numpy(), self.importance.to_numpy(), len(self)
        lifted = np.log(found) if mean == "geometric" else found
        total = share @ lifted
        middle = _as_weights(total, mean)
        half = np.full(len(middle), np.nan)
        if n >= 5 and share.max() < 1:
            without = (total - share[:, None] * lifted) / (1 - share[:, None])
            apart = _as_weights(without, mean)
            half = stats.t.ppf(0.975, n - 1) * np.sqrt(
                (n - 1) / n * ((apart - apart.mean(axis=0)) ** 2).sum(axis=0)
            )
        spread = found.std(axis=0, ddof=1) if n > 1 else np.full(len(middle), np.nan)
        ends = {"low": np.maximum(middle - half, 0), "high": np.minimum(middle + half, 1)}
        return pd.DataFrame({"weight": middle, "sd": spread, **ends}, index=self._columns())

    def consensus(self, method: str = "eigenvector") -> Consensus:
        r"""Goepel's consensus index: how far individual priorities overlap.

        Parameters
        ----------
        method : str
            How individual weights are found.

        Returns
        -------
        Consensus

        Warns
        -----
        OpposedCampsWarning
            If the index is high (0.75 or more) though there are two camps, see `Consensus.opposed`.

        Notes
        -----
        With :math:`H_\alpha` the mean entropy of the individual priorities and :math:`H_\gamma` that of their
        mean, :math:`S = (e^{-(H_\gamma - H_\alpha)} - q) / (1 - q)`, where :math:`q = e^{H_{min}} / n` and
        :math:`H_{min}` is the entropy of one criterion 9 times as important as each other one. Raters beyond
        Saaty's scale can lie below 0; the index is then 0.

        One number cannot tell a group that is a little apart from two camps that agree about most criteria
        and contradict each other about one. So pairs with two camps are listed beside it.

        References
        ----------
        K. D. Goepel, "Implementing the analytic hierarchy process as a standard method for multi-criteria
        decision making in corporate enterprises", Proceedings of the ISAHP, Kuala Lumpur 2013, with the bands
        and the bound :math:`n` as he later published them at bpmsg.com.
        """
        found = measure(self.weights(method).to_numpy(), self.importance.to_numpy(), self.labels)
        if found.opposed and found.index >= HIGH:
            first, second = found.opposed[0]
            warn(
                f"the consensus index is {found.index:.2f}, but there are two camps: to some {first!r} is "
                f"twice as important as {second!r} or more, to others half or less; see .disagreement()",
                OpposedCampsWarning,
            )
        return found

    def disagreement(self) -> pd.DataFrame:
        """About which pairs the group is divided, most first.

        Returns
        -------
        pandas.DataFrame
            A row a pair: ``first``, ``second``, ``judgement`` (geometric mean), ``factor`` (geometric
            standard deviation: two thirds of the raters lie within the mean divided and multiplied by it),
            ``lowest``, ``highest``, ``share_first`` and ``share_second`` (who prefers the one and the other)
            and ``n``.
        """
        rows, columns = np.triu_indices(len(self.labels), 1)
        values = np.where(self._known, self._logs, np.nan)[:, rows, columns]
        there = ~np.isnan(values).all(axis=0)
        rows, columns, values = rows[there], columns[there], values[:, there]
        n = (~np.isnan(values)).sum(axis=0)
        spread = np.sqrt(np.nansum((values - np.nanmean(values, axis=0)) ** 2, axis=0) / np.maximum(n - 1, 1))
        table = {
            "first": [self.labels[i] for i in rows],
            "second": [self.labels[j] for j in columns],
            "judgement": np.exp(np.nanmean(values, axis=0)),
            "factor": np.exp(spread),
            "lowest": np.exp(np.nanmin(values, axis=0)),
            "highest": np.exp(np.nanmax(values, axis=0)),
            "share_first": np.nanmean(np.where(np.isnan(values), np.nan, values > 0), axis=0),
            "share_second": np.nanmean(np.where(np.isnan(values), np.nan, values < 0), axis=0),
            "n": n,
        }
        return pd.DataFrame(table).sort_values("factor", ascending=False, kind="stable", ignore_index=True)

    def outliers(self, method: str = "eigenvector") -> pd.DataFrame:
        """Who stands apart from the rest of the group, and by which criterion.

        Parameters
        ----------
        method : str
            How individual weights are found.

        Returns
        -------
        pandas.DataFrame
            Index the raters, farthest first; ``distance`` (half the sum of absolute differences between the
            weights and the mean of the others: the share of weight that would have to move), ``criterion`` on
            which the difference is largest, and that ``difference``.
        """
        if len(self) < 2:
            raise ValueError("one rater has no others to differ from")
        found, share = self.weights(method).to_numpy(), self.importance.to_numpy()[:, None]
        if np.count_nonzero(share) < 2:
            raise ValueError("only one rater has an importance above 0; there are no others to differ from")
        others = ((share * found).sum(axis=0) - share * found) / (share.sum() - share)
        difference = found - others
        place = np.abs(difference).argmax(axis=1)
        table = {
            "distance": np.abs(difference).sum(axis=1) / 2,
            "criterion": [self.labels[k] for k in place],
            "difference": difference[np.arange(len(self)), place],
        }
        return pd.DataFrame(table, index=self.raters).sort_values("distance", ascending=False, kind="stable")

    def __repr__(self) -> str:
        return (
            f"Group of {len(self)} raters and {len(self.labels)} criteria: {', '.join(map(str, self.labels))}"
        )

    def _columns(self) -> pd.Index:
        return pd.Index(self.labels, name="criterion", tupleize_cols=False)


def _importance(given: Any, raters: pd.Index) -> pd.Series:
    if given is None:
        given = np.ones(len(raters))
    if isinstance(given, Mapping):
        lacking = [rater for rater in raters if rater not in given]
        if lacking:
            raise ValueError(f"importance does not name {lacking[0]!r}")
        given = [given[rater] for rater in raters]
    try:
        values = np.asarray(given, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(f"importance must be numbers from 0 on, got {given!r}") from None
    if (
        values.shape != (len(raters),)
        or not np.isfinite(values).all()
        or (values < 0).any()
        or not values.sum()
    ):
        raise ValueError(f"importance must be {len(raters)} numbers from 0 on, not all 0; got {given!r}")
    return pd.Series(values / values.sum(), index=raters, name="importance")


def _as_weights(means: np.ndarray, mean: str) -> np.ndarray:
    if mean == "arithmetic":
        return means
    lifted = np.exp(means)
    return lifted / lifted.sum(axis=-1, keepdims=True)
