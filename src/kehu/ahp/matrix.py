"""Judgements of criteria in pairs, the weights that follow, and how consistent they are."""

from collections.abc import Iterable, Mapping, Sequence
from os import PathLike
from typing import Any

import numpy as np
import pandas as pd

from kehu.ahp import checking, missing, priorities, reading, repair
from kehu.ahp import consistency as agreement
from kehu.ahp.consistency import Consistency
from kehu.ahp.working import Working, working
from kehu.warnings import InconsistentJudgementsWarning, warn

METHODS = ("eigenvector", "geometric_mean", "normalised_columns", "harker")


class PairwiseMatrix:
    r"""Judgements of how much more important each criterion is than each other.

    Parameters
    ----------
    judgements : array-like or pandas.DataFrame, shape (n, n)
        In row i and column j how many times as important i is as j: numbers or fractions as text (``"1/3"``).
        What is missing (NaN, None, ``""``, ``"?"``) was not judged; one of the two places of a pair is
        enough. Two decimals of a reciprocal are enough, too (0.33 beside 3): the judgement above 1 counts.
    labels : sequence, optional
        Names of the criteria; by default those of the DataFrame's rows and columns, or C1, C2, …  If a
        DataFrame has these very names in another order, it is put in this one.

    Raises
    ------
    ValueError
        If the matrix is not square, holds what is no number above 0, has another diagonal than 1, contradicts
        itself (:math:`a_{ij} a_{ji} \ne 1`), names criteria twice, or leaves criteria that no chain of
        judgements connects.

    Notes
    -----
    Weights of a consistent matrix (:math:`a_{ij} a_{jk} = a_{ik}`) are the same by all methods. They differ
    the more, the less consistent the judgements are; the methods then answer different questions, see
    `weights`.

    References
    ----------
    T. L. Saaty, The Analytic Hierarchy Process, McGraw-Hill 1980.

    Examples
    --------
    >>> judgements = [[1, 3, 5], ["1/3", 1, 2], [None, None, 1]]
    >>> matrix = PairwiseMatrix(judgements, labels=["quality", "price", "care"])
    >>> matrix.weights().round(3).to_dict()
    {'quality': 0.648, 'price': 0.23, 'care': 0.122}
    >>> print(matrix.consistency())
    3 criteria: consistent (CR 0.0036, limit 0.1)
    λmax 3.00369, CI 0.0018, random index 0.5200
    GCI 0.0111 (limit 0.31), circular triads 0
    """

    def __init__(self, judgements: Any, *, labels: Sequence[Any] | None = None) -> None:
        if isinstance(judgements, pd.DataFrame):
            judgements, labels = checking.of_table(judgements, labels)
        values = checking.numbers(judgements, labels)
        self.labels: tuple[Any, ...] = checking.names(labels, len(values))
        self._logs, self._known = checking.reciprocal(values, self.labels)
        checking.refuse_parts(self._known, self.labels)

    @classmethod
    def from_upper(
        cls, values: str | Iterable[Any], *, labels: Sequence[Any] | None = None
    ) -> "PairwiseMatrix":
        """Take the judgements above the diagonal, by rows.

        Parameters
        ----------
        values : str or iterable
            Such as ``"3 5 2"``, ``"3 5 | 1/2"`` or ``[3, 5, 0.5]``.
        labels : sequence, optional
            Names of the criteria.

        Returns
        -------
        PairwiseMatrix

        Examples
        --------
        >>> PairwiseMatrix.from_upper("3 5 | 2").table.round(2)
              C1   C2   C3
        C1  1.00  3.0  5.0
        C2  0.33  1.0  2.0
        C3  0.20  0.5  1.0
        """
        return cls(reading.upper_triangle(values), labels=labels)

    @classmethod
    def from_text(cls, text: str, *, labels: Sequence[Any] | None = None) -> "PairwiseMatrix":
        r"""Take a matrix as it is pasted from a spreadsheet, with or without names of rows and columns.

        Parameters
        ----------
        text : str
            A line a row; cells between tabs, commas, semicolons or blanks.
        labels : sequence, optional
            Names of the criteria, if the text has none.

        Returns
        -------
        PairwiseMatrix

        Examples
        --------
        >>> PairwiseMatrix.from_text("1 4\n1/4 1", labels=["speed", "price"]).weights().to_dict()
        {'speed': 0.8, 'price': 0.2}
        """
        if not isinstance(text, str):
            raise TypeError(f"text must be a string, got {type(text).__name__}")
        cells, found = reading.pasted(text)
        return cls(cells, labels=found if labels is None else labels)

    @classmethod
    def from_words(
        cls,
        answers: Mapping[tuple[Any, Any], Any] | Any,
        *,
        labels: Sequence[Any] | None = None,
    ) -> "PairwiseMatrix":
        """Take answers in Saaty's words, or in numbers, a pair each.

        Parameters
        ----------
        answers : dict or dataframe
            ``{("quality", "price"): "strongly more important"}``: the first compared with the second; or
            columns ``first``, ``second``, ``judgement``. The words, English and Chinese, are in
            ``kehu.ahp.WORDS``.
        labels : sequence, optional
            The criteria in order; by default as they come.

        Returns
        -------
        PairwiseMatrix

        Examples
        --------
        >>> PairwiseMatrix.from_words({("质量", "价格"): "稍微重要"}).weights().to_dict()
        {'质量': 0.75, '价格': 0.25}
        """
        table, found = reading.pairs(answers, labels)
        return cls(table, labels=found)

    @classmethod
    def from_excel(cls, path: str | PathLike[str], *, sheet: str | int = 0) -> "PairwiseMatrix":
        """Read a sheet with the names of the criteria in its first row and first column.

        The half below the diagonal may be left empty; empty rows and columns do not matter.

        Parameters
        ----------
        path : str or path
            The workbook.
        sheet : str or int
            Name or number of the sheet.

        Returns
        -------
        PairwiseMatrix
        """
        cells = pd.read_excel(path, sheet_name=sheet, header=None, dtype=object)
        return cls(reading.sheet(cells, sheet))

    @property
    def table(self) -> pd.DataFrame:
        """The judgements as a table, NaN where there are none."""
        known = self._known | np.eye(len(self.labels), dtype=bool)
        return self._frame(np.where(known, np.exp(self._logs), np.nan))

    @property
    def n_missing(self) -> int:
        """Pairs that were not judged."""
        return int(np.count_nonzero(~self._known) - len(self.labels)) // 2

    def completed(self) -> "PairwiseMatrix":
        """Fill the missing pairs so that the largest eigenvalue is smallest.

        Returns
        -------
        PairwiseMatrix

        References
        ----------
        S. Bozóki, J. Fülöp, L. Rónyai, "On optimal completion of incomplete pairwise comparison matrices",
        Mathematical and Computer Modelling 52, 2010.

        Examples
        --------
        >>> matrix = PairwiseMatrix([[1, 2, None], [None, 1, 3], [None, None, 1]])
        >>> float(matrix.completed().table.loc["C1", "C3"].round(6))
        6.0
        """
        return PairwiseMatrix(self._frame(np.exp(self._filled())))

    def weights(self, method: str = "eigenvector") -> pd.Series:
        r"""Weights of the criteria; they add up to 1.

        Parameters
        ----------
        method : {"eigenvector", "geometric_mean", "normalised_columns", "harker"}
            - ``eigenvector`` :math:`A w = \lambda_{max} w` (Saaty 1980); of an incomplete matrix as
              `completed` fills it.
            - ``geometric_mean`` :math:`w_i \propto (\prod_j a_{ij})^{1/n}`, which is least squares of the
              logarithms (Crawford and Williams 1985), and as such also right where pairs are missing.
            - ``normalised_columns`` :math:`w_i = \frac1n \sum_j a_{ij} / \sum_k a_{kj}`, the "sum-product
              method" (和积法) of Chinese textbooks; complete matrices only.
            - ``harker`` the eigenvector, with a missing pair counted on the diagonal (Harker 1987); of a
              complete matrix it is the eigenvector.

        Returns
        -------
        pandas.Series
            Index the criteria, name ``weight``.

        Raises
        ------
        ValueError
            If the method is unknown, or needs all pairs.

        Warns
        -----
        InconsistentJudgementsWarning
            If the consistency ratio is above 0.1: mend the judgements first, see `worst_judgements`.

        Examples
        --------
        >>> PairwiseMatrix.from_upper("3 5 | 2").weights("geometric_mean").round(4).tolist()
        [0.6483, 0.2297, 0.122]
        """
        check_method(method)
        found = self.consistency()
        if not found.consistent:
            worst = self.worst_judgements().iloc[0]
            circles = (
                f", {agreement.circles(found.circular_triads)} in a circle" if found.circular_triads else ""
            )
            warn(
                f"the judgements contradict each other: consistency ratio {found.cr:.4g}, above "
                f"{agreement.LIMIT}{circles}; look first at {worst['first']!r} and {worst['second']!r}: "
                f"judged {worst['judgement']:.3g}, the others imply {worst['implied']:.3g}",
                InconsistentJudgementsWarning,
            )
        return pd.Series(self._weights(method), index=self._index(), name="weight")

    def consistency(self, random_index: str = "saaty") -> Consistency:
        r"""How far the judgements agree with each other.

        Parameters
        ----------
        random_index : {"saaty", "alonso_lamata"}
            Consistency index of random matrices: as tabulated by Saaty (2005) or, from more matrices, by
            Alonso and Lamata (2006), for 3 to 15 criteria; beyond, both by the latter's line.

        Returns
        -------
        Consistency
            ``lambda_max``, ``ci``, ``cr``, ``gci``, ``circular_triads`` and more. Of one or two criteria all
            is consistent.

        Notes
        -----
        :math:`CI = (\lambda_{max} - n)/(n - 1)` and :math:`CR = CI / RI` (Saaty 1980). With ``m`` pairs
        missing, :math:`\lambda_{max}` is that of the best completion, and the random index falls about
        linearly, :math:`RI (1 - 2m/((n-1)(n-2)))` (Ágoston and Csató 2022). The geometric index is
        :math:`GCI = \frac{2}{(n-1)(n-2)} \sum_{i<j} \ln^2 (a_{ij} w_j / w_i)` with weights by geometric means
        (Aguarón and Moreno-Jiménez 2003), whose limits answer to CR = 0.1; where pairs are missing the sum is
        divided by the number of surplus judgements.

        Examples
        --------
        >>> PairwiseMatrix.from_upper("3 5 | 2").consistency().cr <= 0.1
        True
        """
        return agreement.measure(self._filled(), self._known, random_index)

    def working(self, method: str = "eigenvector") -> Working:
        """Show the formula and each step of a method, as a textbook would.

        Parameters
        ----------
        method : {"eigenvector", "geometric_mean", "normalised_columns"}
            The method; see `weights`.

        Returns
        -------
        Working
            ``formula``, ``source`` and ``table`` with the steps, a column each.

        Examples
        --------
        >>> print(PairwiseMatrix.from_upper("4", labels=["speed", "price"]).working("geometric_mean"))
        w_i = (∏_j a_ij)^(1/n) / Σ_k (∏_j a_kj)^(1/n)
        λmax = (1/n) Σ_i (A w)_i / w_i
        Source: Crawford and Williams, Journal of Mathematical Psychology 29, 1985.
               row product  n-th root  weight  (A w)  (A w) / w
        speed         4.00        2.0     0.8    1.6        2.0
        price         0.25        0.5     0.2    0.4        2.0
        """
        if self.n_missing:
            raise ValueError(f"{self.n_missing} pairs are missing; show the working of .completed()")
        if method == "harker":
            method = "eigenvector"
        check_method(method)
        return working(np.exp(self._logs), self._weights(method), self.labels, method)

    def worst_judgements(self) -> pd.DataFrame:
        """The judgements in order of how far they lie from what the weights imply.

        Returns
        -------
        pandas.DataFrame
            Columns ``first``, ``second``, ``judgement`` (how many times as important the first was said to
            be), ``implied`` (the ratio of the weights) and ``error`` (the one by the other); each pair in the
            direction in which the first was rated too high, so that errors are at least 1.

        References
        ----------
        T. L. Saaty, "Decision-making with the AHP: why is the principal eigenvector necessary", European
        Journal of Operational Research 145, 2003.

        Examples
        --------
        >>> matrix = PairwiseMatrix.from_upper("3 4 1 | 1 1/2 | 1/2")
        >>> matrix.worst_judgements().round(2).iloc[0].to_dict()
        {'first': 'C4', 'second': 'C1', 'judgement': 1.0, 'implied': 0.76, 'error': 1.32}
        """
        return repair.worst(self._logs, self._known, np.log(self._weights("eigenvector")), self.labels)

    def suggest_repair(self, limit: float = agreement.LIMIT) -> pd.DataFrame:
        """Suggest the judgements to think over, the most helpful first, until the rest is consistent.

        Nothing is changed: a judgement belongs to the person who made it. Ask again; then use
        `with_judgement`.

        Parameters
        ----------
        limit : float
            Consistency ratio to be reached.

        Returns
        -------
        pandas.DataFrame
            A row a step: ``first``, ``second``, ``judgement``, ``suggested`` (the value of Saaty's scale that
            fits the other judgements best) and ``cr``, the consistency ratio if this and all steps before are
            followed. Empty if the matrix is consistent.

        Examples
        --------
        >>> PairwiseMatrix.from_upper("3 1/5 | 2").suggest_repair().round(3).to_dict("records")
        [{'first': 'C1', 'second': 'C3', 'judgement': 0.2, 'suggested': 6.0, 'cr': 0.0}]
        """
        return repair.suggest(self._logs, self._known, self.labels, limit)

    def with_judgement(self, first: Any, second: Any, value: Any) -> "PairwiseMatrix":
        """The same matrix with one judgement changed.

        Parameters
        ----------
        first, second : label
            The criteria.
        value : number or str
            How many times as important the first is; None for not judged.

        Returns
        -------
        PairwiseMatrix
        """
        i, j = (repair.place(label, self.labels) for label in (first, second))
        if i == j:
            raise ValueError(f"{first!r} cannot be compared with itself")
        table = self.table.astype(object)
        table.iloc[i, j], table.iloc[j, i] = value, None
        return PairwiseMatrix(table)

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:
        return f"PairwiseMatrix of {len(self)} criteria\n{self.table.to_string(float_format='{:.4g}'.format)}"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PairwiseMatrix):
            return NotImplemented
        same = self.labels == other.labels and np.array_equal(self._known, other._known)
        return bool(same and np.allclose(self._logs, other._logs, rtol=0, atol=1e-12))

    __hash__ = None

    def _weights(self, method: str) -> np.ndarray:
        if method == "harker":
            return missing.harker(self._logs, self._known)
        if self.n_missing and method == "normalised_columns":
            raise ValueError(
                f"{self.n_missing} pairs are missing; normalised_columns needs all, the other methods do not"
            )
        if method == "geometric_mean":
            lifted = np.exp(missing.least_squares(self._logs, self._known))
            return lifted / lifted.sum()
        return priorities.weights(self._filled(), method)

    def _filled(self) -> np.ndarray:
        return missing.complete(self._logs, self._known) if self.n_missing else self._logs

    def _index(self) -> pd.Index:
        return pd.Index(self.labels, name="criterion", tupleize_cols=False)

    def _frame(self, values: np.ndarray) -> pd.DataFrame:
        labels = pd.Index(self.labels, tupleize_cols=False)
        return pd.DataFrame(values, index=labels, columns=labels)


def check_method(method: str) -> None:
    """Refuse methods that are not known."""
    if not isinstance(method, str) or method not in METHODS:
        raise ValueError(f"method={method!r} is not known; take one of {', '.join(map(repr, METHODS))}")
