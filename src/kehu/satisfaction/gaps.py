"""What customers expected against what they got."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from kehu.satisfaction._limits import holm, mean_limits, student
from kehu.surveys.answers import check_level, check_pairs, complete
from kehu.surveys.results import Shown


@dataclass(frozen=True, repr=False)
class Gaps(Shown, table="table"):
    """Perception less expectation.

    Attributes
    ----------
    table : pandas.DataFrame
        One row a dimension: ``dimension``, ``expectation``, ``perception``, ``gap`` with ``low`` and
        ``high``, ``effect`` (gap / standard deviation of the differences), ``statistic`` (t), ``p_value``,
        ``p_adjusted`` (Holm).
    overall, overall_low, overall_high : float
        Mean gap over all dimensions.
    n, n_dropped : int
        Respondents used, and left out because an answer was missing.
    confidence_level : float
        Of the limits.
    """

    table: pd.DataFrame
    overall: float
    overall_low: float
    overall_high: float
    n: int
    n_dropped: int
    confidence_level: float = field(repr=False)


def expectation_gaps(
    data: Any, *, pairs: Mapping[str, tuple[str, str]], confidence_level: float = 0.95
) -> Gaps:
    """Compare what customers perceived with what they expected, dimension by dimension.

    A gap below 0 means that expectations were not met. Where people were asked about both at the same time,
    expectations are what they remember of them.

    Parameters
    ----------
    data : dataframe
        One row a respondent.
    pairs : mapping of str to pair of str
        Dimension → column with the expectation, column with the perception, on the same scale.
    confidence_level : float
        Of the limits.

    Returns
    -------
    Gaps

    Raises
    ------
    KeyError, TypeError, ValueError
        If a column is missing or holds text, a pair is none, or there are fewer than two rows without gaps.

    Warns
    -----
    DroppedRowsWarning
        If rows with a missing answer were left out.

    Notes
    -----
    Differences are taken within respondents; Student's limits and tests of paired answers (the sign test
    where all differ by the same, as there is no spread to judge by). The dimensions
    are those of the survey: filling D1's headings 4.1 and 4.2 with them is this project's own choice.

    References
    ----------
    A. Parasuraman, V. Zeithaml, L. Berry, "SERVQUAL", Journal of Retailing 64, 1988.

    Examples
    --------
    >>> answers = pd.DataFrame({"speed_e": [5, 4, 5, 4], "speed_p": [3, 4, 4, 2]})
    >>> found = expectation_gaps(answers, pairs={"speed": ("speed_e", "speed_p")})
    >>> found.table[["dimension", "gap", "low", "high"]].round(2)
      dimension   gap   low  high
    0     speed -1.25 -2.77  0.27
    """
    level = check_level(confidence_level)
    columns = check_pairs(pairs, "pairs", "(expectation, perception)")
    answers = complete(data, columns)
    if answers.n < 2:
        raise ValueError("gaps need two or more rows without missing answers, got 1")
    expected, felt = answers.numbers[:, 0::2], answers.numbers[:, 1::2]
    gaps = felt - expected
    mean, low, high = mean_limits(gaps, level)
    statistic, p_value = student(gaps)
    overall, overall_low, overall_high = (float(end) for end in mean_limits(gaps.mean(axis=1), level))
    table = pd.DataFrame(
        {
            "dimension": list(pairs),
            "expectation": expected.mean(axis=0),
            "perception": felt.mean(axis=0),
            "gap": mean,
            "low": low,
            "high": high,
            "effect": statistic / np.sqrt(answers.n),
            "statistic": statistic,
            "p_value": p_value,
            "p_adjusted": holm(p_value),
        }
    )
    return Gaps(table, overall, overall_low, overall_high, answers.n, answers.n_dropped, level)
