"""Kano's levels of need, from answers to pairs of questions."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from kehu import frames
from kehu.satisfaction._limits import holm, wilson
from kehu.surveys.answers import check_level, check_pairs
from kehu.surveys.results import Shown
from kehu.warnings import DroppedRowsWarning, warn

# Ties go to what hurts most when it is lacking (Berger et al. 1993).
CATEGORIES = ("must-be", "one-dimensional", "attractive", "indifferent", "reverse", "questionable")
_MUST, _ONE, _ATTRACTIVE, _INDIFFERENT, _REVERSE, _QUESTIONABLE = range(6)
# Rows: with the feature; columns: without it; both from "like" to "dislike".
_EVALUATION = np.array(
    [
        [_QUESTIONABLE, _ATTRACTIVE, _ATTRACTIVE, _ATTRACTIVE, _ONE],
        [_REVERSE, _INDIFFERENT, _INDIFFERENT, _INDIFFERENT, _MUST],
        [_REVERSE, _INDIFFERENT, _INDIFFERENT, _INDIFFERENT, _MUST],
        [_REVERSE, _INDIFFERENT, _INDIFFERENT, _INDIFFERENT, _MUST],
        [_REVERSE, _REVERSE, _REVERSE, _REVERSE, _QUESTIONABLE],
    ]
)
# Lee and Newcomb: closer than this, the two commonest categories are to be read together.
_STRENGTH = 0.06
_FONG = 1.65


@dataclass(frozen=True, repr=False)
class Kano(Shown, table="table"):
    """Features by the level of need they meet.

    Attributes
    ----------
    table : pandas.DataFrame
        One row a feature: ``feature``, ``n``; the number of answers of each category (``must-be``,
        ``one-dimensional``, ``attractive``, ``indifferent``, ``reverse``, ``questionable``); ``category``
        (the commonest), ``second``; ``total_strength`` (share of the first three), ``category_strength``
        (lead of the commonest, as share), ``clear`` (lead of 6 points or more); ``lead`` (in answers) with
        ``p_value``, ``p_adjusted`` (Holm, over the features) and ``significant``; ``fong`` (what the lead
        must exceed by Fong's rule) and ``fong_significant``; ``better``, ``worse`` with ``better_low``,
        ``better_high``, ``worse_low``, ``worse_high``.
    answers : pandas.DataFrame
        Category of each feature for each respondent; missing where an answer is.
    confidence_level : float
        Of the limits of ``better`` and ``worse``.
    """

    table: pd.DataFrame
    answers: pd.DataFrame
    confidence_level: float


def kano(
    data: Any,
    *,
    features: Mapping[str, tuple[str, str]],
    answers: Sequence[Hashable] = (1, 2, 3, 4, 5),
    alpha: float = 0.05,
    confidence_level: float = 0.95,
) -> Kano:
    r"""Sort features into Kano's levels of need.

    Each is asked about twice: how one would feel if it were there, and if it were not. The levels answer to
    D3's basic (must-be), expected (one-dimensional) and latent (attractive) needs.

    Parameters
    ----------
    data : dataframe
        One row a respondent.
    features : mapping of str to pair of str
        Feature → column with the answer for its presence, column with that for its absence.
    answers : sequence of five
        How the answers are written, from "I like it" by "it must be so", "neutral" and "I can live with it"
        to "I dislike it".
    alpha : float
        Level of the test that the commonest category leads.
    confidence_level : float
        Of the limits of the coefficients.

    Returns
    -------
    Kano

    Raises
    ------
    KeyError, TypeError, ValueError
        If a column is missing, an answer is none of the five, a pair is no pair, a feature has no answers,
        or a level is none.

    Warns
    -----
    DroppedRowsWarning
        If answers to a pair are incomplete, so that it does not count.

    Notes
    -----
    Evaluation table of Kano et al. [1]_. *Better* :math:`= (A+O)/(A+O+M+I)`, *worse*
    :math:`= -(O+M)/(A+O+M+I)` [2]_, with Wilson's limits. The lead
    of the commonest category a over the second b is tested by the exact binomial test of a among a + b, which
    holds its level though the two were chosen for being the largest [3]_. Fong's rule [4]_,
    :math:`|a-b| > 1.65\sqrt{(a+b)(2n-a-b)/(2n)}`, is given for comparison: it takes a and b for independent,
    though they come from the same answers, and so calls a leader too often. Category and total strength after
    Lee and Newcomb [5]_. Ties go to must-be, one-dimensional, attractive, indifferent, in this order.

    References
    ----------
    .. [1] N. Kano, N. Seraku, F. Takahashi, S. Tsuji, "Attractive quality and must-be quality", Journal of
       the Japanese Society for Quality Control 14(2), 1984.
    .. [2] C. Berger et al., "Kano's methods for understanding customer-defined quality", Center for Quality
       of Management Journal 2(4), 1993.
    .. [3] K. Hung, W. Fithian, "Rank verification for exponential families", Annals of Statistics 47, 2019.
    .. [4] D. Fong, "Using the self-stated importance questionnaire to interpret Kano questionnaire results",
       Center for Quality of Management Journal 5, 1996.
    .. [5] M. Lee, J. Newcomb, "Applying the Kano methodology to meet customer requirements: NASA's
       microgravity science program", Quality Management Journal 4(3), 1997.

    Examples
    --------
    >>> answers = pd.DataFrame({"returns_with": [1, 1, 2, 1], "returns_without": [5, 5, 5, 4]})
    >>> found = kano(answers, features={"free returns": ("returns_with", "returns_without")})
    >>> found.table[["feature", "category", "better", "worse", "significant"]]
            feature         category  better  worse  significant
    0  free returns  one-dimensional    0.75  -0.75        False
    """
    level = check_level(confidence_level)
    if not isinstance(alpha, float) or not 0 < alpha < 1:
        raise ValueError(f"alpha must lie between 0 and 1, got {alpha!r}")
    if not isinstance(answers, list | tuple) or len(answers) != 5 or len(set(answers)) != 5:
        raise ValueError(f"answers must be five different ones, from like to dislike, got {answers!r}")
    columns = check_pairs(features, "features", "(present, absent)")
    frame = frames.select(data, {name: name for name in columns})
    codes = np.column_stack([_coded(frame[name], name, list(answers)) for name in columns])
    present, absent = codes[:, 0::2], codes[:, 1::2]
    told = (present >= 0) & (absent >= 0)
    category = np.where(told, _EVALUATION[present, absent], -1)
    names = list(features)
    for place, name in enumerate(names):
        if not told[:, place].any():
            raise ValueError(f"feature {name!r} has no respondent who answered both questions")
    lost = (~told).sum(axis=0)
    if lost.any():
        shown = ", ".join(f"{name}: {count:,}" for name, count in zip(names, lost, strict=True) if count)
        warn(f"pairs of answers with one missing do not count ({shown})", DroppedRowsWarning)
    counts = np.array([np.bincount(column[column >= 0], minlength=6) for column in category.T])
    return Kano(
        table=_table(names, counts, alpha, level),
        answers=pd.DataFrame(
            {
                name: pd.Categorical.from_codes(category[:, place], list(CATEGORIES))
                for place, name in enumerate(names)
            }
        ),
        confidence_level=level,
    )


def _coded(values: pd.Series, name: str, answers: list[Hashable]) -> np.ndarray:
    plain = values.astype(object)
    codes = pd.Index(answers).get_indexer(pd.Index(plain))
    wrong = np.flatnonzero((codes < 0) & plain.notna().to_numpy())
    if len(wrong):
        raise ValueError(
            f"{name} must hold one of {answers}, got {plain.iloc[wrong[0]]!r} in row {wrong[0]}; give the "
            "five answers as they are written"
        )
    return codes


def _table(names: list[str], counts: np.ndarray, alpha: float, level: float) -> pd.DataFrame:
    n = counts.sum(axis=1)
    # A stable sort keeps the order of the categories among equals.
    order = np.argsort(-counts, axis=1, kind="stable")
    top, next_ = (np.take_along_axis(counts, order[:, [place]], axis=1)[:, 0] for place in (0, 1))
    both = top + next_
    p_value = np.minimum(2 * stats.binom.sf(top - 1, both, 0.5), 1)
    p_adjusted = holm(p_value)
    fong = _FONG * np.sqrt(both * (2 * n - both) / (2 * n))
    gladdens = counts[:, _ONE] + counts[:, _ATTRACTIVE]
    hurts = counts[:, _ONE] + counts[:, _MUST]
    base = counts[:, :4].sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        better, worse = gladdens / base, -hurts / base
    better_low, better_high = wilson(gladdens, base, level)
    worse_low, worse_high = wilson(hurts, base, level)
    kinds = np.array(CATEGORIES)
    return pd.DataFrame(
        {
            "feature": names,
            "n": n,
            **{name: counts[:, place] for place, name in enumerate(CATEGORIES)},
            "category": kinds[order[:, 0]],
            "second": kinds[order[:, 1]],
            "total_strength": counts[:, :3].sum(axis=1) / n,
            "category_strength": (top - next_) / n,
            "clear": (top - next_) / n >= _STRENGTH,
            "lead": top - next_,
            "p_value": p_value,
            "p_adjusted": p_adjusted,
            "significant": p_adjusted <= alpha,
            "fong": fong,
            "fong_significant": top - next_ > fong,
            "better": better,
            "better_low": better_low,
            "better_high": better_high,
            "worse": worse,
            "worse_low": -worse_high,
            "worse_high": -worse_low,
        }
    )
