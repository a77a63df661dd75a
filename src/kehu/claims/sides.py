"""The sides of a comparison: figures of the documents and of the public record, and what is made of them."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from kehu import frames
from kehu.claims import record
from kehu.claims.checks import Claim, Fact, itself
from kehu.claims.ranges import Figure, combine, rounding
from kehu.claims.reading import checked, read

__all__ = ["Side", "Tables"]


@dataclass(frozen=True)
class Side:
    """One side of a comparison: a figure or a word, what is missing for it, and whether it is garbled."""

    figure: Figure | None = None
    word: str = ""
    missing: tuple[tuple[str, str], ...] = ()
    garbled: bool = False


class Tables:
    """The documents' figures and the public record, looked up by name.

    Parameters
    ----------
    claims, facts : dataframe or None
        What `read` and `facts` give, perhaps changed since; the project's own by default.
    """

    def __init__(self, claims: Any, facts: Any) -> None:
        self.documents = read() if claims is None else checked(claims)
        public = record.facts() if facts is None else _record(facts)
        self.claims = {(row["key"], row["item"]): row for row in self.documents.to_dict("records")}
        self.facts = {
            (row["series"], row["subject"], row["period"]): row for row in public.to_dict("records")
        }

    def row(self, name: Claim | Fact) -> Mapping[str, Any] | None:
        """A figure's row, None if it is not there."""
        return (self.claims if isinstance(name, Claim) else self.facts).get(name)

    def side(self, names: tuple[Claim | Fact, ...], formula: Callable[..., float]) -> Side:
        """One side of a comparison, from the figures that it is made of."""
        rows = [self.row(name) for name in names]
        missing = tuple(
            _missing(name, row) for name, row in zip(names, rows, strict=True) if not _has_value(row)
        )
        if missing:
            return Side(missing=missing)
        garbled = any(row.get("status") == "garbled" for row in rows)
        if rows[0].get("word"):
            return Side(word=rows[0]["word"], garbled=garbled)
        try:
            figures = [_figure(row) for row in rows]
            made = figures[0] if formula is itself else combine(formula, figures)
        except (ValueError, ZeroDivisionError):
            # Figures that nothing can follow from, such as a share of 0 to be divided by.
            return Side(missing=tuple(_impossible(name, row) for name, row in zip(names, rows, strict=True)))
        return Side(figure=made, garbled=garbled)


def _record(facts: Any) -> pd.DataFrame:
    wanted = ("series", "subject", "period", "value", "rounding", "unit", "body", "reported_by")
    names = (*wanted, "quantity", "quantity_zh", "subject_zh")
    table = frames.select(facts, {name: name for name in names}, what="facts")
    for name in names:
        is_number = name in ("value", "rounding")
        table[name] = frames.numbers(table[name], name) if is_number else table[name].astype(object)
    for row in table.index[table["value"].notna() & table["rounding"].isna()]:
        table.loc[row, "rounding"] = rounding(f"{table.loc[row, 'value']:.15g}", table.loc[row, "unit"])
    return table


def _has_value(row: Mapping[str, Any] | None) -> bool:
    if row is None or row.get("status") == "blank":
        return False
    numbers = (row.get(name, math.nan) for name in ("value", "low", "high"))
    return bool(row.get("word")) or not all(math.isnan(number) for number in numbers)


def _figure(row: Mapping[str, Any]) -> Figure:
    bounds = (row.get("low", math.nan), row.get("high", math.nan))
    return Figure.stated(row["value"], row["rounding"], *bounds, row["unit"])


def _missing(name: Claim | Fact, row: Mapping[str, Any] | None) -> tuple[str, str]:
    """Which figure is not there, in both languages."""
    if isinstance(name, Fact):
        label = ", ".join(name)
        return f"no published figure ({label})", f"无公开数据（{label}）"
    item, item_zh = (row["item"], row["item_zh"]) if row else (name.item, name.item)
    return f"{name.key} states no figure ({item})", f"{name.key} 未给出数值（{item_zh}）"


def _impossible(name: Claim | Fact, row: Mapping[str, Any]) -> tuple[str, str]:
    label = ", ".join(name)
    return (
        f"nothing follows from {row['value']:g} {row['unit']} ({label})",
        f"由{row['value']:g}无法推算（{label}）",
    )
