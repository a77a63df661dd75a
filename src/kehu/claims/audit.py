"""The audit: every figure of the documents with what can be said of it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from kehu.claims import texts, units
from kehu.claims.checks import Check, Claim, Fact, checks, itself
from kehu.claims.ranges import Figure, overlap, tidy
from kehu.claims.record import equals, figure, is_comparable
from kehu.claims.sides import Side, Tables

__all__ = ["VERDICTS", "Audit", "audit"]

AGREES, UNCHECKED, DIFFERS, CONTRADICTS = "agrees", "cannot be checked", "differs", "contradicts"
VERDICTS = (CONTRADICTS, DIFFERS, UNCHECKED, AGREES)  # the worst first

# Another year or a wider scope can double a figure; a unit read wrongly makes ten times of it.
_SCALE = 2
_COLUMNS = [
    *("key", "item", "item_zh", "kind", "check", "check_zh", "stated", "compared", "unit", "unit_zh"),
    *("difference", "difference_pct", "tolerance", "verdict", "why", "why_zh", "source"),
]


@dataclass(frozen=True)
class Audit:
    """What can be said of each figure.

    Attributes
    ----------
    table : pandas.DataFrame
        One row a check: ``key``, ``item``, ``kind`` (published, figure search, implied, magnitude, agreement,
        logic), ``check`` (with what it is compared), ``stated`` (the document's side), ``compared`` (the
        other), ``unit`` of both, ``difference`` (stated less compared), ``difference_pct``, ``tolerance``
        (what both roundings leave), ``verdict`` (agrees, differs, contradicts, cannot be checked), ``why``,
        ``source``, and ``item_zh``, ``check_zh``, ``unit_zh``, ``why_zh``.
    summary : pandas.DataFrame
        One row a key, the worst first: ``key``, ``document``, ``verdict`` (its worst), ``checks``, how many
        of each verdict, and ``item``, ``check``, ``why`` (and ``_zh``) of the first check with the worst one.
    """

    table: pd.DataFrame
    summary: pd.DataFrame


def audit(claims: Any = None, *, facts: Any = None) -> Audit:
    """Compare the documents' figures with the public record, with each other and with what they imply.

    Parameters
    ----------
    claims : dataframe, optional
        The figures, as `read` gives them; they may have been changed.
    facts : dataframe, optional
        The public record, as `facts` gives it; it may have been changed.

    Returns
    -------
    Audit

    Raises
    ------
    KeyError, ValueError
        If the claims are not what `read` would accept, or the facts lack a column.

    Notes
    -----
    A figure as it is written stands for a range: half a unit of its last digit on each side, or the bounds
    that the statement names. What follows from several figures has the range that all of them leave.

    - *agrees*: the ranges overlap (or the figures can be whole and part, or are within a factor of two where
      only the order of size is compared).
    - *differs*: they do not, and a published figure is involved.
    - *contradicts*: they do not, and both sides are statements of the documents; or one is impossible beside
      the other.
    - *cannot be checked*: something is blank or garbled, nothing is published, or the basis is another.

    Every verdict is computed from both tables: change a figure and it changes.

    Examples
    --------
    >>> import kehu
    >>> found = kehu.claims.audit().table.query("key == 'D3.m1' and kind == 'published'")
    >>> found[["stated", "compared", "verdict"]].to_dict("split")["data"]
    [[9.08, 9.0065, 'differs'], [23.9, 23.9, 'agrees']]
    """
    tables = Tables(claims, facts)
    table = pd.DataFrame(_rows(tables), columns=_COLUMNS)
    return Audit(table=table, summary=_summary(table, tables.documents))


def _rows(tables: Tables) -> list[dict[str, Any]]:
    """Declared checks and a line for each figure that no check uses, in the order of the figures."""
    used = {name for check in checks() for name in (check.claim, *(check.stated or ()), *check.other)}
    rows = []
    for name in tables.claims:
        declared = [check for check in checks() if check.claim == name]
        rows += [
            _searched(tables, check) if check.relation == "one of" else _compared(tables, check)
            for check in declared
        ]
        if name not in used:
            rows.append(_alone(tables, Claim(*name)))
    return rows


def _summary(table: pd.DataFrame, documents: pd.DataFrame) -> pd.DataFrame:
    severity = table["verdict"].map({verdict: place for place, verdict in enumerate(VERDICTS)})
    worst = table.loc[severity.groupby(table["key"], sort=False).idxmin()]
    counts = pd.crosstab(table["key"], table["verdict"]).reindex(columns=VERDICTS, fill_value=0)
    told = ["item", "item_zh", "check", "check_zh", "why", "why_zh"]
    summary = worst[["key", "verdict", *told]].merge(counts.reset_index(), on="key")
    summary["checks"] = summary[list(VERDICTS)].sum(axis=1)
    summary["document"] = summary["key"].map(documents.drop_duplicates("key").set_index("key")["document"])
    ranked = summary.iloc[summary["verdict"].map(VERDICTS.index).argsort(kind="stable")]
    columns = ["key", "document", "verdict", "checks", *VERDICTS, *told]
    return ranked[columns].reset_index(drop=True)


def _compared(tables: Tables, check: Check) -> dict[str, Any]:
    """The row of a comparison."""
    unit = check.unit or tables.row(check.claim)["unit"]
    mine, theirs = _stated(tables, check), tables.side(check.other, check.formula)
    verdict = _verdict(check, mine, theirs)
    numbers = _numbers(mine.figure, theirs.figure, unit)
    said = {"mine": _said(mine, unit), "theirs": _said(theirs, unit), "missing": _listed(theirs)}
    if mine.figure and theirs.figure:
        said |= _gap(mine.figure, theirs.figure, numbers, unit)
    why = texts.sentence(_outcome(check, mine, theirs), verdict, check.basis, said)
    return _row(tables, check, unit, numbers, verdict, why)


def _searched(tables: Tables, check: Check) -> dict[str, Any]:
    """The row of a search: whether the figure is its own published one or another one's."""
    unit = tables.row(check.claim)["unit"]
    mine, own = _stated(tables, check), tables.side(check.other, check.formula)
    if mine.missing or mine.garbled or own.missing:
        return _compared(tables, check)
    searched = [row for row in tables.facts.values() if is_comparable(unit, row)]
    found = [row for row in searched if equals(mine.figure, unit, row)]
    itself = [row for row in found if (row["series"], row["subject"], row["period"]) == check.other[0]]
    verdict = AGREES if itself else DIFFERS if found else UNCHECKED
    shown = (itself or found or [None])[0]
    numbers = _numbers(mine.figure, shown and figure(shown), unit)
    said = {
        "mine": _said(mine, unit),
        "own": _said(own, unit),
        "searched": (str(len(searched)),) * 2,
        "found": _names(itself or found),
    }
    why = texts.sentence("one of", verdict, check.basis, said)
    return _row(tables, check, unit, numbers, verdict, why, itself or found)


def _alone(tables: Tables, name: Claim) -> dict[str, Any]:
    """The row of a figure that nothing is compared with."""
    claim = tables.row(name)
    nothing = ("nothing to compare with", "无可比对")
    check = Check(name, "logic", nothing, "another basis", (), itself, (name,), itself)
    outcome = claim["status"] if claim["status"] in ("blank", "garbled") else "stated"
    numbers = _numbers(_stated(tables, check).figure, None, claim["unit"])
    why = texts.sentence("alone", outcome, check.basis, {})
    return _row(tables, check, claim["unit"], numbers, UNCHECKED, why)


def _stated(tables: Tables, check: Check) -> Side:
    if check.stated is None:
        return Side(missing=(("the document states no such figure", "文献未给出该数值"),))
    return tables.side(check.stated, check.stated_formula)


def _outcome(check: Check, mine: Side, theirs: Side) -> str:
    """Which kind of sentence tells it."""
    if theirs.missing:
        return "nothing beside"
    if mine.missing:
        return "published" if _is_published(check.other) else "implied"
    if mine.garbled or theirs.garbled:
        return "garbled"
    exact = mine.figure and theirs.figure and mine.figure.rounding == theirs.figure.rounding == 0
    return "counted" if check.relation == "equal" and (exact or mine.word) else check.relation


def _is_published(names: tuple[Claim | Fact, ...]) -> bool:
    return any(isinstance(name, Fact) for name in names)


def _row(
    tables: Tables,
    check: Check,
    unit: str,
    numbers: Mapping[str, float],
    verdict: str,
    why: list[str],
    found: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    names = dict.fromkeys((check.claim, *(check.stated or ()), *(check.other if found is None else ())))
    used = [row for name in names if (row := tables.row(name))] + (found or [])
    return {
        "key": check.claim.key,
        "item": check.claim.item,
        "item_zh": tables.row(check.claim)["item_zh"],
        "kind": check.kind,
        "check": check.name[0],
        "check_zh": check.name[1],
        **numbers,
        "unit": unit,
        "unit_zh": units.unit(unit).whole_chinese,
        "verdict": verdict,
        "why": why[0],
        "why_zh": why[1],
        "source": "; ".join(dict.fromkeys(map(_source, used))),
    }


def _verdict(check: Check, mine: Side, theirs: Side) -> str:
    """What follows from both sides, the relation and where they come from."""
    unknown = mine.missing or theirs.missing or mine.garbled or theirs.garbled
    if unknown or check.relation == "another basis":
        return UNCHECKED
    if _holds(check.relation, mine, theirs):
        return AGREES
    if check.relation == "same scale":
        return DIFFERS
    return DIFFERS if check.relation == "equal" and _is_published(check.other) else CONTRADICTS


def _holds(relation: str, mine: Side, theirs: Side) -> bool:
    if mine.figure is None or theirs.figure is None:
        return mine.word.casefold() == theirs.word.casefold()
    first, second = mine.figure, theirs.figure
    if relation in ("equal", "follows from"):
        return overlap(first, second)
    if relation == "same scale":
        return first.low <= _SCALE * second.high and second.low <= _SCALE * first.high
    if relation in ("not below", "not before"):
        return first.high >= second.low
    return first.low <= second.high


def _listed(side: Side) -> tuple[str, str]:
    return "; ".join(text for text, _ in side.missing), "；".join(text for _, text in side.missing)


def _said(side: Side, unit: str) -> tuple[str, str]:
    if side.figure is not None:
        return texts.say(side.figure, unit)
    return f"{side.word!r}", f"“{side.word}”"


def _names(rows: list[Mapping[str, Any]]) -> tuple[str, str]:
    """Published figures by name."""
    return (
        "; ".join(f"{row['quantity']} ({row['subject']}, {row['period']})" for row in rows),
        "；".join(f"{row['quantity_zh']}（{row['subject_zh']}，{row['period']}）" for row in rows),
    )


def _numbers(mine: Figure | None, theirs: Figure | None, unit: str) -> dict[str, float]:
    """The numeric columns of a row, in the unit shown."""
    size = units.unit(unit).size
    stated, compared = (math.nan if side is None else side.value for side in (mine, theirs))
    gap = stated - compared
    relative = math.nan
    if compared and units.unit(unit).dimension not in ("calendar year", "rank"):
        relative = 100 * gap / compared
    tolerance = math.nan
    if mine is not None and theirs is not None:
        tolerance = (
            (mine.high - stated) + (compared - theirs.low)
            if gap < 0
            else (stated - mine.low) + (theirs.high - compared)
        )
    shown = {"stated": stated, "compared": compared, "difference": gap, "tolerance": tolerance}
    return {name: tidy(value / size) for name, value in shown.items()} | {"difference_pct": tidy(relative)}


def _gap(mine: Figure, theirs: Figure, numbers: Mapping[str, float], unit: str) -> dict[str, tuple[str, str]]:
    size = units.unit(unit).size
    ratio = mine.value / theirs.value if theirs.value else math.nan
    factor = max(ratio, 1 / ratio) if ratio > 0 else math.nan
    room = texts.difference(numbers["tolerance"] * size, math.nan, unit)
    return {
        "difference": texts.difference(numbers["difference"] * size, numbers["difference_pct"], unit),
        "tolerance": (room[0].removeprefix("+"), room[1].removeprefix("+")),
        "ratio": (f"{ratio:.2g}",) * 2,
        "factor": (f"{factor:,.3g}",) * 2,
    }


def _source(row: Mapping[str, Any]) -> str:
    """Who states or published a figure."""
    if "body" in row:
        return f"{row['body']}, as reported by {row['reported_by']}"
    return f"{row['key']} ({row['document']} {row['section']})"
