"""Willingness to recommend: the net promoter score."""

import operator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from kehu import frames
from kehu.satisfaction._limits import wilson
from kehu.surveys.answers import check_level, complete
from kehu.surveys.results import Shown

BANDS = ("detractors", "passives", "promoters")
# Rocks (2016): half a passive answer for each of the others, three answers in all.
_ADDED = np.array([0.75, 1.5, 0.75])


@dataclass(frozen=True, repr=False)
class NetPromoterScore(Shown, table="bands"):
    """Net promoter score.

    Attributes
    ----------
    score, low, high : float
        Promoters less detractors in per cent of all, −100 to 100.
    bands : pandas.DataFrame
        ``band``, ``from``, ``to`` (answers), ``count``, ``share``, ``low``, ``high``.
    groups : pandas.DataFrame or None
        With ``by``: ``group``, ``n``, ``detractors``, ``passives``, ``promoters`` (shares), ``score``,
        ``low``, ``high``.
    n, n_dropped : int
        Respondents used, and left out because an answer was missing.
    confidence_level : float
        Of the limits.
    """

    score: float
    low: float
    high: float
    bands: pd.DataFrame
    n: int
    n_dropped: int
    confidence_level: float
    groups: pd.DataFrame | None = None


def net_promoter_score(
    data: Any,
    *,
    recommend: str = "recommend",
    by: str | None = None,
    scale: tuple[int, int] = (0, 10),
    passives_from: int = 7,
    promoters_from: int = 9,
    confidence_level: float = 0.95,
) -> NetPromoterScore:
    r"""Net promoter score with limits.

    Parameters
    ----------
    data : dataframe
        One row a respondent.
    recommend : str
        Column with the answer to how likely one is to recommend.
    by : str, optional
        Column with groups to score one by one; whoever has none is in none of them.
    scale : pair of int
        Ends of the scale. The bands below are for 0 to 10; set them for others.
    passives_from, promoters_from : int
        Lowest answers of passives and of promoters; whoever is below is a detractor.
    confidence_level : float
        Of the limits.

    Returns
    -------
    NetPromoterScore

    Raises
    ------
    KeyError, TypeError, ValueError
        If a column is missing, an answer is text or not on the scale, or bands lie outside the scale.

    Warns
    -----
    DroppedRowsWarning
        If rows with a missing answer were left out.

    Notes
    -----
    :math:`NPS = 100 (p - d)` [1]_ with the limits of Wald after adding ¾ promoter, 1½ passives and ¾
    detractor: :math:`\tilde p - \tilde d \pm z\sqrt{(\tilde p + \tilde d - (\tilde p-\tilde d)^2)/(n+3)}`,
    which cover well in small samples too [2]_. Shares have Wilson's limits.

    References
    ----------
    .. [1] F. Reichheld, Harvard Business Review 81(12), 2003.
    .. [2] B. Rocks, The American Statistician 70, 2016.

    Examples
    --------
    >>> found = net_promoter_score(pd.DataFrame({"recommend": [10, 9, 9, 8, 7, 3, 10, 6, 9, 8]}))
    >>> found.score, round(found.low), round(found.high)
    (30.0, -19, 65)
    """
    level = check_level(confidence_level)
    try:
        low, high = (operator.index(end) for end in scale)
        borders = operator.index(passives_from), operator.index(promoters_from)
    except (TypeError, ValueError):
        raise TypeError(
            f"scale, passives_from and promoters_from must be whole numbers such as (0, 10), 7 and 9, got "
            f"{scale!r}, {passives_from!r} and {promoters_from!r}"
        ) from None
    if not low < borders[0] < borders[1] <= high:
        raise ValueError(
            f"bands must rise within the scale {scale!r}, got passives_from={passives_from!r}, "
            f"promoters_from={promoters_from!r}"
        )
    answers = complete(data, [recommend])
    values = answers.numbers[:, 0]
    wrong = np.flatnonzero((values < low) | (values > high) | (values != np.rint(values)))
    if len(wrong):
        raise ValueError(
            f"{recommend} must hold whole numbers from {low} to {high}, got {values[wrong[0]]:g} in row "
            f"{answers.rows[wrong[0]]}"
        )
    band = (values >= passives_from).astype(int) + (values >= promoters_from)
    counts = np.bincount(band, minlength=3)
    score, score_low, score_high = _score(counts, level)
    share_low, share_high = wilson(counts, np.full(3, len(values)), level)
    bands = pd.DataFrame(
        {
            "band": BANDS,
            "from": [low, passives_from, promoters_from],
            "to": [passives_from - 1, promoters_from - 1, high],
            "count": counts,
            "share": counts / len(values),
            "low": share_low,
            "high": share_high,
        }
    )
    return NetPromoterScore(
        score=float(score),
        low=float(score_low),
        high=float(score_high),
        bands=bands,
        n=answers.n,
        n_dropped=answers.n_dropped,
        confidence_level=level,
        groups=None if by is None else _groups(data, by, answers.rows, band, level),
    )


def _score(counts: np.ndarray, level: float) -> tuple[Any, Any, Any]:
    """Score and limits from the numbers of detractors, passives and promoters."""
    n = counts.sum(axis=-1)
    score = (counts[..., 2] - counts[..., 0]) / n
    shares = (counts + _ADDED) / (n + _ADDED.sum())[..., None]
    middle = shares[..., 2] - shares[..., 0]
    variance = shares[..., 2] + shares[..., 0] - middle**2
    half = stats.norm.ppf((1 + level) / 2) * np.sqrt(variance / (n + _ADDED.sum()))
    # Of a few answers that are all alike, the limits are drawn so far inwards that they would miss the score.
    low = np.clip(middle - half, -1, score)
    high = np.clip(middle + half, score, 1)
    return 100 * score, 100 * low, 100 * high


def _groups(data: Any, by: str, rows: np.ndarray, band: np.ndarray, level: float) -> pd.DataFrame:
    group = frames.labels(frames.select(data, {"by": by})["by"], by)[rows]
    codes, names = frames.used(group)
    told = codes >= 0
    counts = np.bincount(codes[told] * 3 + band[told], minlength=3 * len(names)).reshape(-1, 3)
    n = counts.sum(axis=1)
    score, low, high = _score(counts, level)
    shares = {name: counts[:, place] / n for place, name in enumerate(BANDS)}
    return pd.DataFrame({"group": names, "n": n, **shares, "score": score, "low": low, "high": high})
