"""The tables that give names to scores: segments, and the eight types of Chinese textbooks."""

from itertools import product

import numpy as np
import pandas as pd

from kehu import frames

VARIABLES = ("recency", "frequency", "monetary")
SCORES = tuple(f"{name}_score" for name in VARIABLES)
_LIMITS = [f"{name}_{side}" for name in VARIABLES for side in ("low", "high")]
_OTHER = {"en": "Other", "zh": "其他"}

# Lowest and highest score of recency, frequency and amount.
_SEGMENTS = (
    ("Champions", "冠军客户", 4, 5, 4, 5, 4, 5),
    ("Not to be lost", "不可流失客户", 1, 2, 4, 5, 4, 5),
    ("Loyal", "忠诚客户", 3, 5, 4, 5, 1, 5),
    ("At risk", "流失风险客户", 1, 2, 3, 5, 1, 5),
    ("Big spenders", "高额客户", 3, 5, 1, 3, 4, 5),
    ("Newcomers", "新近客户", 4, 5, 1, 1, 1, 3),
    ("Promising", "潜力客户", 4, 5, 2, 3, 1, 3),
    ("Need attention", "需关注客户", 3, 3, 2, 3, 1, 3),
    ("About to sleep", "即将沉睡客户", 2, 3, 1, 2, 1, 5),
    ("Asleep", "沉睡客户", 1, 1, 1, 2, 1, 5),
)
# Recency, frequency and amount: 1 above the mean score, 0 not.
_TYPES = (
    (1, 1, 1, "Important to value", "重要价值客户"),
    (0, 1, 1, "Important to keep", "重要保持客户"),
    (1, 0, 1, "Important to develop", "重要发展客户"),
    (0, 0, 1, "Important to win back", "重要挽留客户"),
    (1, 1, 0, "General to value", "一般价值客户"),
    (0, 1, 0, "General to keep", "一般保持客户"),
    (1, 0, 0, "General to develop", "一般发展客户"),
    (0, 0, 0, "General to win back", "一般挽留客户"),
)


def segment_table() -> pd.DataFrame:
    """Table of the named segments that scores from 1 to 5 fall into; the first that fits counts.

    Such names are in common use, with borders that differ from author to author. These are ours; take the
    table, change it and hand it to `RFM`.

    ============== ============ === === === ==========================================
    segment        segment_zh   R   F   M   who they are
    ============== ============ === === === ==========================================
    Champions      冠军客户     4-5 4-5 4-5 bought lately, often and much
    Not to be lost 不可流失客户 1-2 4-5 4-5 bought often and much, but long ago
    Loyal          忠诚客户     3-5 4-5 1-5 buy often
    At risk        流失风险客户 1-2 3-5 1-5 bought often, but long ago
    Big spenders   高额客户     3-5 1-3 4-5 buy seldom and much
    Newcomers      新近客户     4-5 1   1-3 bought lately, seldom and little
    Promising      潜力客户     4-5 2-3 1-3 bought lately, now and then
    Need attention 需关注客户   3   2-3 1-3 in the middle of everything
    About to sleep 即将沉睡客户 2-3 1-2 1-5 bought seldom, some time ago
    Asleep         沉睡客户     1   1-2 1-5 bought seldom, long ago
    ============== ============ === === === ==========================================

    Returns
    -------
    pandas.DataFrame
        ``segment``, ``segment_zh``, and the lowest and highest score of each variable, such as
        ``recency_low`` and ``recency_high``.

    Examples
    --------
    >>> segment_table().loc[:1, ["segment", "recency_low", "recency_high"]]
              segment  recency_low  recency_high
    0       Champions            4             5
    1  Not to be lost            1             2
    """
    return pd.DataFrame(_SEGMENTS, columns=["segment", "segment_zh", *_LIMITS])


def eight_types() -> pd.DataFrame:
    """Table of the eight customer types of Chinese textbooks: each score above its mean (1) or not (0).

    ===================== ============ === === ===
    segment               segment_zh   R   F   M
    ===================== ============ === === ===
    Important to value    重要价值客户 1   1   1
    Important to keep     重要保持客户 0   1   1
    Important to develop  重要发展客户 1   0   1
    Important to win back 重要挽留客户 0   0   1
    General to value      一般价值客户 1   1   0
    General to keep       一般保持客户 0   1   0
    General to develop    一般发展客户 1   0   0
    General to win back   一般挽留客户 0   0   0
    ===================== ============ === === ===

    Returns
    -------
    pandas.DataFrame
        ``recency``, ``frequency``, ``monetary`` (0 or 1), ``segment``, ``segment_zh``.

    Examples
    --------
    >>> eight_types()["segment_zh"].tolist()[:2]
    ['重要价值客户', '重要保持客户']
    """
    return pd.DataFrame(_TYPES, columns=[*VARIABLES, "segment", "segment_zh"])


def checked(table: pd.DataFrame, language: str) -> pd.DataFrame:
    """A user's table of segments: names in ``segment`` and whole limits."""
    name = "segment_zh" if language == "zh" and "segment_zh" in frames.names(table, "segments") else "segment"
    found = frames.select(table, {"segment": name, **{limit: limit for limit in _LIMITS}}, what="segments")
    if found.empty:
        raise ValueError("segments has no rows; name at least one segment")
    names = found["segment"].astype("object")
    if names.isna().any() or (names.astype(str).str.strip() == "").any():
        raise ValueError("segments has a segment without a name")
    for variable in VARIABLES:
        low, high = (
            frames.numbers(found[f"{variable}_{side}"], f"{variable}_{side}") for side in ("low", "high")
        )
        wrong = ~((low <= high) & (low == np.round(low)) & (high == np.round(high)))
        if wrong.any():
            row = int(np.argmax(wrong))
            raise ValueError(
                f"segment {names.iloc[row]!r} has {variable} scores from {low[row]:g} to {high[row]:g}; "
                "limits must be whole and rise"
            )
    return found


def lookup(table: pd.DataFrame, bins: tuple[int, int, int], language: str) -> tuple[np.ndarray, pd.Index]:
    """For each combination of scores the code of its segment, and the names; the last is for all others."""
    names = pd.Index(table["segment"].astype(str)).unique()
    code = names.get_indexer(table["segment"].astype(str))
    limits = table[_LIMITS].to_numpy(dtype=np.int64)
    codes = np.full(bins, len(names), dtype=np.int8 if len(names) < 127 else np.int16)
    for scores in product(*(range(1, n + 1) for n in bins)):
        fits = (limits[:, ::2] <= scores).all(axis=1) & (limits[:, 1::2] >= scores).all(axis=1)
        if fits.any():
            codes[tuple(score - 1 for score in scores)] = code[np.argmax(fits)]
    if (codes == len(names)).any():
        other = _OTHER[language]
        if other in names:
            codes[codes == len(names)] = names.get_loc(other)
        else:
            names = names.append(pd.Index([other]))
    return codes, names
