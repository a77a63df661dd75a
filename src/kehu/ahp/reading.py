"""Judgements as people write them: fractions, an upper triangle, pasted text, Saaty's words."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from kehu import frames

_SMALLEST, _LARGEST = 1e-100, 1e100
_GAPS = {"", "?", "-", "–", "—", "nan", "na", "n/a", "none", "."}

_NUMBER = r"([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)"
_RATIO = re.compile(rf"{_NUMBER}(?:\s*/\s*{_NUMBER})?", re.IGNORECASE)

# Saaty's scale in words. "Less important" turns a judgement round.
_SCALE = {
    1: ("equal", "equal importance", "equally important", "同样重要", "同等重要"),
    2: ("equally to moderately more important", "介于同样重要和稍微重要之间"),
    3: (
        *("moderate importance", "moderately more important", "weakly more important"),
        *("稍微重要", "略微重要", "稍重要"),
    ),
    4: ("moderately to strongly more important", "介于稍微重要和明显重要之间"),
    5: ("strong importance", "strongly more important", "明显重要", "较强重要"),
    6: ("strongly to very strongly more important", "介于明显重要和强烈重要之间"),
    7: (
        *("very strong importance", "very strongly more important", "demonstrably more important"),
        "强烈重要",
    ),
    8: ("very strongly to extremely more important", "介于强烈重要和极端重要之间"),
    9: (
        *("extreme importance", "extremely more important", "absolutely more important"),
        *("极端重要", "绝对重要"),
    ),
}
WORDS = {word: float(value) for value, words in _SCALE.items() for word in words}
WORDS |= {
    turned: 1 / value
    for word, value in list(WORDS.items())
    for turned in (word.replace("more important", "less important"), word.replace("重要", "不重要"))
    if turned != word and value > 1
}


def number(value: Any, where: str) -> float:
    """A judgement as a positive number, NaN if there is none."""
    if value is None or value is pd.NA or value is pd.NaT:
        return math.nan
    if isinstance(value, date):
        raise ValueError(
            f"{where} is the date {value:%Y-%m-%d}, for which Excel takes 1/3 and the like; "
            "format the cells as text, then write the judgements again"
        )
    try:
        if isinstance(value, str):
            found = _ratio(value.strip().replace("／", "/"))
        elif isinstance(value, bool | np.bool_):
            raise TypeError
        else:
            found = float(value)
    except (TypeError, ValueError, ZeroDivisionError):
        raise ValueError(f"{where} is {value!r}; write a number such as 3, 0.2 or '1/5'") from None
    if math.isnan(found):
        return found
    if not found > 0:
        raise ValueError(
            f"{where} is {value!r}; judgements are ratios above 0: 3 if the first is three times "
            "as important as the second, 1/3 the other way round"
        )
    if not _SMALLEST <= found <= _LARGEST:
        raise ValueError(f"{where} is {value!r}; judgements lie on a scale from 1/9 to 9")
    return found


def _ratio(text: str) -> float:
    """A number, or one divided by another; NaN where there is none."""
    if text.lower() in _GAPS:
        return math.nan
    match = _RATIO.fullmatch(text)
    if match is None:
        raise ValueError
    return float(match[1]) / float(match[2] or 1)


def word(value: Any, where: str) -> float:
    """A judgement in Saaty's words."""
    if not isinstance(value, str) or (text := " ".join(value.lower().split())) not in WORDS:
        raise ValueError(f"{where} is {value!r}, no word of the scale; {frames.closest(value, WORDS)}")
    return WORDS[text]


def upper_triangle(values: str | Iterable[Any]) -> list[list[Any]]:
    """A full matrix from the judgements above the diagonal, by rows."""
    if isinstance(values, str):
        values = [part for part in re.split(r"[\s|,;，；]+", values) if part]
    if not isinstance(values, Iterable):
        raise TypeError(f"judgements must be text such as '3 5 | 2' or a list, got {values!r}")
    given = list(values)
    size = (1 + math.isqrt(1 + 8 * len(given))) // 2
    if not given or size * (size - 1) // 2 != len(given):
        raise ValueError(
            f"got {len(given)} judgements; an upper triangle has 1, 3, 6, 10, 15, …, "
            "as n criteria have n(n-1)/2 pairs"
        )
    table: list[list[Any]] = [[None] * size for _ in range(size)]
    left = iter(given)
    for row in range(size):
        table[row][row] = 1
        for column in range(row + 1, size):
            table[row][column] = next(left)
    return table


def pasted(text: str) -> tuple[list[list[Any]], list[str] | None]:
    """A matrix pasted from a spreadsheet or a page: rows as lines, with or without names."""
    lines = [line for line in text.splitlines() if line.strip()]
    separator = next(
        (mark for mark in ("\t", ";", "；", ",", "，") if any(mark in line for line in lines)), None
    )
    cells = [[cell.strip() for cell in line.split(separator)] for line in lines]
    labels = None
    if cells and not any(map(_is_number, cells[0])):
        header = [cell for cell in cells.pop(0) if cell]
        labels = header
    if cells and all(row and row[0] and not _is_number(row[0]) for row in cells):
        names = [row.pop(0) for row in cells]
        if labels is not None and labels[-len(names) :] != names:
            raise ValueError(f"the columns are named {labels}, but the rows {names}; they must be the same")
        labels = names
    widest = max((len(row) for row in cells), default=0)
    if not cells or widest != len(cells):
        raise ValueError(
            f"the text has {len(cells)} rows and {widest} columns of judgements; it must be square"
        )
    return [row + [""] * (widest - len(row)) for row in cells], labels


def sheet(cells: pd.DataFrame, name: str | int) -> pd.DataFrame:
    """A matrix on a sheet, with names in its first row and first column."""
    cells = cells.dropna(how="all").dropna(how="all", axis=1)
    if cells.empty:
        raise ValueError(f"sheet {name!r} is empty; names go into its first row and first column")
    columns, rows = ([str(cell).strip() for cell in side] for side in (cells.iloc[0, 1:], cells.iloc[1:, 0]))
    if columns != rows:
        raise ValueError(
            f"sheet {name!r} names columns {columns} and rows {rows}; "
            "the first row and the first column must hold the same names in the same order"
        )
    return cells.iloc[1:, 1:].set_axis(rows).set_axis(columns, axis=1)


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"[\d./／ ]*\d[\d./／ ]*|[?.–—-]", text.strip()))


def pairs(answers: Any, labels: Sequence[Any] | None) -> tuple[list[list[Any]], list[Any]]:
    """A matrix from pairs and their words or numbers."""
    if isinstance(answers, Mapping):
        given = []
        for pair, value in answers.items():
            if not isinstance(pair, tuple) or len(pair) != 2:
                raise ValueError(
                    f"{pair!r} is no pair; write ('price', 'quality'): 'moderately more important'"
                )
            given.append((*pair, value))
    else:
        wanted = {name: name for name in ("first", "second", "judgement")}
        table = frames.select(answers, wanted, what="answers, unless it is a dictionary,")
        given = list(table.itertuples(index=False, name=None))
    if not given:
        raise ValueError("there are no answers; each pair of criteria needs one")
    found = list(labels) if labels is not None else list(dict.fromkeys(x for row in given for x in row[:2]))
    place = {label: index for index, label in enumerate(found)}
    matrix: list[list[Any]] = [[None] * len(found) for _ in found]
    for first, second, value in given:
        for label in (first, second):
            if label not in place:
                raise ValueError(f"{label!r} is none of the labels; {frames.closest(label, found)}")
        i, j = place[first], place[second]
        where = f"the answer for {first!r} and {second!r}"
        if i == j or matrix[i][j] is not None or matrix[j][i] is not None:
            raise ValueError(f"{where} is there twice" if i != j else f"{where} compares one with itself")
        spoken = isinstance(value, str) and not _is_number(value) and value.strip().lower() not in _GAPS
        matrix[i][j] = word(value, where) if spoken else value
    return matrix, found


def questionnaire(
    answers: Any, labels: Sequence[Any] | None, negative: str, separator: str
) -> tuple[np.ndarray, tuple[Any, ...], pd.Index]:
    """Logarithms of judgements, a matrix a row, NaN where there is none; the criteria; the raters."""
    if negative not in ("first", "second"):
        raise ValueError(f"negative={negative!r} is not known; take 'first' or 'second'")
    columns = frames.names(answers, "answers")
    table = frames.select(answers, {name: name for name in columns}, what="answers")
    if table.empty or not columns:
        raise ValueError(
            f"answers has {len(table)} rows and {len(columns)} columns; there is nobody in the group"
        )
    named = [_pair(name, separator) for name in columns]
    found = list(labels) if labels is not None else list(dict.fromkeys(x for pair in named for x in pair))
    logs = np.full((len(table), len(found), len(found)), np.nan)
    for name, pair in zip(columns, named, strict=True):
        for label in pair:
            if label not in found:
                raise ValueError(f"column {name!r}: {label!r} is none of the labels {found}")
        i, j = map(found.index, pair)
        if not np.isnan(logs[:, i, j]).all():
            raise ValueError(f"column {name!r}: this pair is there twice")
        judged = _signed(table[name], name)
        logs[:, j, i] = judged if negative == "first" else -judged
        logs[:, i, j] = -logs[:, j, i]
    raters = answers.index if isinstance(answers, pd.DataFrame) else table.index
    if raters.has_duplicates:
        raise ValueError(f"the rater {raters[raters.duplicated()][0]!r} is there twice; keep one row of each")
    return logs, tuple(found), raters.rename("rater")


def _pair(name: str, separator: str) -> tuple[str, str]:
    parts = str(name).split(separator)
    if len(parts) != 2 or not all(parts) or parts[0] == parts[1]:
        raise ValueError(
            f"column {name!r} names no pair; name it like 'price{separator}quality', or set separator; "
            "names of raters go into the index: answers.set_index('rater')"
        )
    return parts[0], parts[1]


def _signed(values: pd.Series, name: str) -> np.ndarray:
    """Signed logarithms of answers such as -5."""
    answers = frames.numbers(values, name)
    wrong = np.flatnonzero((np.abs(answers) < 1) | np.isinf(answers))
    if len(wrong):
        raise ValueError(
            f"column {name!r}, row {wrong[0]}: the answer is {answers[wrong[0]]:g}; answers are 1 for equal, "
            "or 2 to 9 and -2 to -9, where the sign tells which of the two is preferred"
        )
    return np.sign(answers) * np.log(np.abs(answers))
