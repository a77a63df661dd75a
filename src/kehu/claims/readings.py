"""Shoppers by sex and age: every reading of what D1 says, and all netizens beside it, on another basis."""

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pandas as pd

from kehu.claims.checks import Claim, itself, men_by_points, men_by_ratio
from kehu.claims.ranges import Figure, combine, tidy
from kehu.claims.record import figure
from kehu.claims.sides import Tables

__all__ = ["shopper_readings"]

_COLUMNS = [
    *("quantity", "quantity_zh", "reading", "reading_zh", "group", "group_zh", "share_pct", "low", "high"),
    *("basis", "basis_zh", "period", "source"),
]
_Words = tuple[str, str]
_YOUNG = Claim("D1.s1", "shoppers aged 16–32")
_SURPLUS = Claim("D1.s2", "men above women")
_SEX, _AGE = ("sex", "性别"), ("age", "年龄")
_GROUPS = {
    "men": ("men", "男"),
    "women": ("women", "女"),
    "16–32": ("16–32", "16–32岁"),
    "others": ("other ages", "其他年龄"),
    "under 20": ("under 20", "20岁以下"),
}
_NETIZENS = ("netizens", "网民")
_ALL = ("all netizens, not shoppers", "全体网民，非购物者")
_UNKNOWN = Figure(math.nan, math.nan, math.nan)
_BANDS = {
    "netizens_20_29": ("20–29", "20–29岁"),
    "netizens_30_39": ("30–39", "30–39岁"),
    "netizens_40_49": ("40–49", "40–49岁"),
    "netizens_50plus": ("50 and over", "50岁及以上"),
}
_READINGS: tuple[tuple[_Words, Callable[[float], float] | None], ...] = (
    (("percentage points", "百分点之差"), men_by_points),
    (("ratio", "人数之比"), men_by_ratio),
    (("spending", "消费额之比"), None),
)


def shopper_readings(claims: Any = None, *, facts: Any = None) -> pd.DataFrame:
    """Lay out the shoppers' sex and age in every reading of D1.s1 and D1.s2, and the netizens beside them.

    The sentence of D1.s2 is garbled: it can mean percentage points, a ratio of heads, or spending. No reading
    is chosen. What is published is of all netizens and therefore another basis.

    Parameters
    ----------
    claims, facts : dataframe, optional
        As for `audit`.

    Returns
    -------
    pandas.DataFrame
        One row a reading and group: ``quantity`` (sex or age), ``reading``, ``group``, ``share_pct`` (NaN
        where unknown), ``low`` and ``high`` (what rounding or the statement leaves), ``basis``, ``period``,
        ``source``, and the Chinese names.

    Raises
    ------
    KeyError, ValueError
        As for `audit`.

    Notes
    -----
    With a surplus :math:`d`: points, :math:`(1 + d)/2`; ratio, :math:`(1 + d)/(2 + d)`; spending says nothing
    of heads.

    Examples
    --------
    >>> import kehu
    >>> found = kehu.claims.shopper_readings().query("quantity == 'sex' and group == 'men'")
    >>> found[["reading", "share_pct"]].head(3)
                 reading  share_pct
    0  percentage points  55.000000
    2              ratio  52.380952
    4           spending        NaN
    """
    tables = Tables(claims, facts)
    rows = [*_sexes(tables), *_ages(tables)]
    return pd.DataFrame(rows, columns=_COLUMNS)


def _sexes(tables: Tables) -> Iterator[dict[str, Any]]:
    more = tables.side((_SURPLUS,), itself).figure or _UNKNOWN
    for reading, formula in _READINGS:
        men = combine(formula, [more]) if formula else _UNKNOWN
        yield from _pair(_SEX, reading, (_GROUPS["men"], _GROUPS["women"]), men, _document(_SURPLUS))
    for row in _published(tables, "netizens_male"):
        yield from _pair(_SEX, _NETIZENS, (_GROUPS["men"], _GROUPS["women"]), figure(row), _public(row))


def _ages(tables: Tables) -> Iterator[dict[str, Any]]:
    young = tables.side((_YOUNG,), itself).figure or _UNKNOWN
    yield from _pair(
        _AGE, ("as stated", "原文"), (_GROUPS["16–32"], _GROUPS["others"]), young, _document(_YOUNG)
    )
    bands = [row for series in _BANDS for row in _published(tables, series)]
    for period in sorted({row["period"] for row in bands}):
        found = {row["series"]: row for row in bands if row["period"] == period}
        for series, row in found.items():
            yield _line(_AGE, _NETIZENS, _BANDS[series], figure(row), _public(row))
        if len(found) == len(_BANDS):
            rest = combine(lambda *shares: 1 - sum(shares), [figure(row) for row in found.values()])
            yield _line(_AGE, _NETIZENS, _GROUPS["under 20"], rest, _public(row))


def _pair(
    quantity: _Words, reading: _Words, groups: tuple[_Words, _Words], share: Figure, told: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    """A group and the rest."""
    yield _line(quantity, reading, groups[0], share, told)
    yield _line(quantity, reading, groups[1], Figure(1 - share.value, 1 - share.high, 1 - share.low), told)


def _line(
    quantity: _Words, reading: _Words, group: _Words, share: Figure, told: Mapping[str, str]
) -> dict[str, Any]:
    return {
        "quantity": quantity[0],
        "quantity_zh": quantity[1],
        "reading": reading[0],
        "reading_zh": reading[1],
        "group": group[0],
        "group_zh": group[1],
        "share_pct": tidy(100 * share.value),
        "low": tidy(100 * share.low),
        "high": tidy(100 * share.high),
        **told,
    }


def _published(tables: Tables, series: str) -> list[Mapping[str, Any]]:
    return [row for row in tables.facts.values() if row["series"] == series and not math.isnan(row["value"])]


def _document(claim: Claim) -> dict[str, str]:
    return {"basis": "shoppers", "basis_zh": "购物者", "period": "", "source": claim.key}


def _public(row: Mapping[str, Any]) -> dict[str, str]:
    source = f"{row['body']}, as reported by {row['reported_by']}"
    return {"basis": _ALL[0], "basis_zh": _ALL[1], "period": row["period"], "source": source}
