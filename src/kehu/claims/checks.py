"""Which figure is compared with which, and by what formula: read from ``data/claim_checks.yaml``."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import yaml

from kehu._files import data_folder

__all__ = ["FORMULAS", "RELATIONS", "Check", "Claim", "Fact", "checks"]

RELATIONS = (
    "equal",  # the same figure
    "one of",  # the same as some published figure: its own, or another one's
    "same scale",  # within a factor of two
    "follows from",  # what the text concludes from it
    "part of",  # not more than the other
    "not below",
    "not before",
    "not after",
    "another basis",  # shown beside each other; neither can confirm the other
)


class Claim(NamedTuple):
    """A figure of the documents."""

    key: str
    item: str


class Fact(NamedTuple):
    """A published figure."""

    series: str
    subject: str
    period: str


Formula = Callable[..., float]


@dataclass(frozen=True)
class Check:
    """One comparison.

    Attributes
    ----------
    claim : Claim
        The figure on audit.
    kind : str
        ``"published"``, ``"figure search"``, ``"implied"``, ``"magnitude"``, ``"agreement"`` or ``"logic"``.
    name : tuple of str
        What it is compared with, in English and Chinese.
    relation : str
        How the two sides should stand to each other: one of `RELATIONS`.
    other : tuple of Claim and Fact
        What the other side is made of, by ``formula``.
    stated : tuple of Claim and Fact, or None
        What the document's side is made of, by ``stated_formula``; None if it states no such figure.
    basis : tuple of str
        What has to be known to read the comparison, in English and Chinese.
    unit : str, optional
        Unit in which both sides are shown; that of the figure on audit where None.
    """

    claim: Claim
    kind: str
    name: tuple[str, str]
    relation: str
    other: tuple[Claim | Fact, ...]
    formula: Formula
    stated: tuple[Claim | Fact, ...] | None
    stated_formula: Formula
    basis: tuple[str, str] = ("", "")
    unit: str | None = None


def itself(value: float) -> float:
    """One figure as it is."""
    return value


def _before(value: float, growth: float) -> float:
    return value / (1 + growth)


def _quotient_before(first: float, growth: float, second: float, other_growth: float) -> float:
    return _before(first, growth) / _before(second, other_growth)


def _other_years(compound: float, last: float) -> float:
    return math.sqrt((1 + compound) ** 3 / (1 + last)) - 1


def _a_year(first: float, last: float) -> float:
    return math.cbrt(last / first) - 1


def _market_growth(growth: float, share_before: float, share_after: float) -> float:
    return (1 + growth) * share_before / share_after - 1


def men_by_points(more: float) -> float:
    """Men's share if it exceeds the women's by so much of all."""
    return (1 + more) / 2


def men_by_ratio(more: float) -> float:
    """Men's share if there are so many more of them than women."""
    return (1 + more) / (2 + more)


# They take figures in basic units: yuan, people and shares of 1.
FORMULAS: dict[str, Formula] = {
    "change": lambda before, after: after - before,
    "growth a year over three": _a_year,
    "growth of the market": _market_growth,
    "growth of the other two years": _other_years,
    "itself": itself,
    "level before growth": _before,
    "men by points": men_by_points,
    "men by ratio": men_by_ratio,
    "product": lambda first, second: first * second,
    "quotient": lambda first, second: first / second,
    "quotient before growth": _quotient_before,
    "rank of the first": lambda first, *others: 1.0 + sum(other > first for other in others),
    "relative change": lambda before, after: after / before - 1,
    "sum": lambda *parts: sum(parts),
    "twelve months": lambda month: 12 * month,
}


@cache
def checks() -> tuple[Check, ...]:
    """All comparisons."""
    text = (data_folder() / "claim_checks.yaml").read_text(encoding="utf-8")
    return tuple(_check(entry) for entry in yaml.safe_load(text))


def _check(entry: Mapping[str, Any]) -> Check:
    claim = _name(entry["claim"])
    stated = entry.get("stated", [entry["claim"]])
    basis = entry.get("basis", {"en": "", "zh": ""})
    return Check(
        claim=claim,
        kind=entry["kind"],
        name=(entry["name"]["en"], entry["name"]["zh"]),
        relation=entry["relation"],
        other=tuple(map(_name, entry["other"])),
        formula=FORMULAS[entry.get("formula", "itself")],
        stated=None if stated == "nothing" else tuple(map(_name, stated)),
        stated_formula=FORMULAS[entry.get("stated_formula", "itself")],
        basis=(basis["en"], basis["zh"]),
        unit=entry.get("unit"),
    )


def _name(text: str) -> Claim | Fact:
    parts = text.split("/")
    return Claim(*parts) if len(parts) == 2 else Fact(*parts)
