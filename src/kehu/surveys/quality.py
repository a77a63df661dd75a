"""Cleaning a survey with a ledger: which respondents are kept, and why the others are not."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from kehu.surveys.answers import check_whole
from kehu.surveys.survey import Survey

_CHOICES = {"out_of_scale": ("reject", "missing"), "duplicates": ("drop", "keep")}


@dataclass(frozen=True, repr=False)
class CleanedSurvey:
    """A survey after cleaning, and an account of every respondent who is not in it.

    Attributes
    ----------
    survey : Survey
        The respondents that were kept.
    ledger : pandas.DataFrame
        ``step``, ``reason``, ``rows``: how many came (first row), how many each step took out, and how many
        were kept (last row). The rows after the first add up to the first.
    rejected : pandas.DataFrame
        The respondents that were taken out: ``row`` (position in the input), ``step``, ``reason``, ``detail``
        and their answers.
    items : pandas.DataFrame
        One row an item: ``item``, ``missing``, ``out_of_scale`` (answers, as they came in) and
        ``commonest_share`` (of the commonest answer).
    parameters : dict
        The settings of the call.
    """

    survey: Survey
    ledger: pd.DataFrame
    rejected: pd.DataFrame
    items: pd.DataFrame
    parameters: dict[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        """Show the ledger."""
        shown = self.ledger[self.ledger["rows"] != 0]
        return (
            f"{self.survey.n:,} of {self.ledger['rows'].iloc[0]:,} respondents kept\n"
            f"{shown.to_string(index=False)}"
        )


def clean(
    survey: Survey,
    *,
    max_missing: float = 0.2,
    straight_lining: int | None = 5,
    out_of_scale: str = "reject",
    duplicates: str = "drop",
) -> CleanedSurvey:
    """Clean a survey and account for every respondent.

    A respondent leaves with the first reason that applies, in the order of the parameters below.

    Parameters
    ----------
    survey : Survey
        What `read` gives.
    max_missing : float
        Share of items that may be missing. Gaps within it stay as they are: nothing is filled in.
    straight_lining : int or None
        From this many answered items on, the same answer to all of them counts as no answer (before
        reversed items are turned round, so that with such items nobody can mean it). None: never.
    out_of_scale : {"reject", "missing"}
        What an answer that is not on the scale makes of its respondent: rejected, or only that answer is
        taken as missing. On scales with whole ends, answers in between count as not on the scale.
    duplicates : {"drop", "keep"}
        Whether a respondent's later questionnaires are taken out; where none is named, rows that repeat an
        earlier one in every column. In a short survey two people may well answer alike: keep them.

    Returns
    -------
    CleanedSurvey

    Raises
    ------
    TypeError
        If ``survey`` is not a `Survey`.
    ValueError
        If a setting is not known, or nobody is left.

    Examples
    --------
    >>> from kehu import surveys
    >>> answers = pd.DataFrame([[5, 4, 2], [3, 3, 3], [4, None, 1], [9, 2, 2], [5, 4, 2]],
    ...                        columns=["quick", "kind", "late"])
    >>> found = clean(surveys.read(answers, blocks=["quick", "kind", "late"], scale=(1, 5), reverse=["late"]),
    ...               straight_lining=3)
    >>> found
    1 of 5 respondents kept
     step              reason  rows
    input respondents received     5
    clean        out of scale     1
    clean    too many missing     1
    clean     straight-lining     1
    clean           duplicate     1
    store                kept     1
    """
    _check(survey, max_missing, straight_lining, out_of_scale, duplicates)
    given = survey.answers.to_numpy()
    wrong = _out_of_scale(survey)
    values = np.where(wrong, np.nan, given)
    steps: list[tuple[str, np.ndarray, Any]] = []
    if out_of_scale == "reject":
        steps.append(("out of scale", wrong.any(axis=1), lambda row: _named(survey, given, wrong, row)))
    gaps = np.isnan(values)
    steps.append(
        (
            "too many missing",
            gaps.mean(axis=1) > max_missing,
            lambda row: f"{int(gaps[row].sum())} of {gaps.shape[1]} items",
        )
    )
    if straight_lining is not None:
        answered = (~gaps).sum(axis=1)
        low = np.where(gaps, np.inf, values).min(axis=1)
        high = np.where(gaps, -np.inf, values).max(axis=1)
        same = (low == high) & (answered >= straight_lining)
        steps.append(("straight-lining", same, lambda row: f"{low[row]:g} in all {answered[row]} items"))
    alive, why = np.ones(survey.n, dtype=bool), np.full(survey.n, -1)
    for code, (_, mask, _) in enumerate(steps):
        why[mask & alive] = code
        alive &= ~mask
    if duplicates == "drop":
        repeated = _repeated(survey, values, alive)
        steps.append(("duplicate", repeated, lambda _: ""))
        why[repeated], alive = len(steps) - 1, alive & ~repeated
    counts = [int((why == code).sum()) for code in range(len(steps))]
    ledger = pd.DataFrame(
        [
            ("input", "respondents received", survey.n),
            *(("clean", step[0], count) for step, count in zip(steps, counts, strict=True)),
            ("store", "kept", int(alive.sum())),
        ],
        columns=["step", "reason", "rows"],
    )
    if not alive.any():
        raise ValueError(f"no respondents are left after cleaning:\n{ledger.to_string(index=False)}")
    out = np.flatnonzero(~alive)
    account = pd.DataFrame(
        {
            "row": survey.rows[out],
            "step": "clean",
            "reason": [steps[code][0] for code in why[out]],
            "detail": [steps[code][2](row) for code, row in zip(why[out], out, strict=True)],
        }
    )
    named = survey.others.iloc[out][[survey.respondent]] if survey.respondent else survey.others.iloc[out, :0]
    beside = pd.concat([named, survey.answers.iloc[out]], axis=1).reset_index(drop=True)
    kept = Survey(
        pd.DataFrame(values, columns=survey.answers.columns),
        survey.items,
        survey.others,
        survey.respondent,
        survey.rows,
    ).kept(alive)
    return CleanedSurvey(
        survey=kept,
        ledger=ledger,
        rejected=pd.concat([account, beside], axis=1),
        items=_items(survey, wrong),
        parameters={
            "max_missing": max_missing,
            "straight_lining": straight_lining,
            "out_of_scale": out_of_scale,
            "duplicates": duplicates,
        },
    )


def _check(survey: Any, max_missing: Any, straight_lining: Any, out_of_scale: Any, duplicates: Any) -> None:
    if not isinstance(survey, Survey):
        raise TypeError(f"survey must come from kehu.surveys.read, got {type(survey).__name__}")
    if not 0 <= max_missing <= 1:
        raise ValueError(f"max_missing must be a share from 0 to 1, got {max_missing!r}")
    if straight_lining is not None:
        check_whole(straight_lining, "straight_lining", 2)
    for name, value in (("out_of_scale", out_of_scale), ("duplicates", duplicates)):
        if value not in _CHOICES[name]:
            raise ValueError(f"{name} must be {' or '.join(map(repr, _CHOICES[name]))}, got {value!r}")


def _out_of_scale(survey: Survey) -> np.ndarray:
    values = survey.answers.to_numpy()
    low, high = (survey.items[end].to_numpy() for end in ("low", "high"))
    whole = (low == np.rint(low)) & (high == np.rint(high))
    between = whole & (values != np.rint(values))
    return ~np.isnan(values) & ((values < low) | (values > high) | between)


def _repeated(survey: Survey, values: np.ndarray, alive: np.ndarray) -> np.ndarray:
    """Later rows of the same respondent among those still in."""
    if survey.respondent is not None:
        table = survey.others[[survey.respondent]]
        comparable = table[survey.respondent].notna().to_numpy()
    else:
        items = pd.DataFrame(values, columns=[f"item {place}" for place in range(values.shape[1])])
        table, comparable = pd.concat([items, survey.others.reset_index(drop=True)], axis=1), True
    mask = np.zeros(survey.n, dtype=bool)
    mask[alive] = table[alive].duplicated().to_numpy()
    return mask & comparable


def _named(survey: Survey, values: np.ndarray, wrong: np.ndarray, row: int) -> str:
    places = np.flatnonzero(wrong[row])
    return ", ".join(f"{survey.answers.columns[place]} = {values[row, place]:g}" for place in places)


def _items(survey: Survey, wrong: np.ndarray) -> pd.DataFrame:
    answers = survey.answers
    commonest = [
        column.value_counts(normalize=True).max() if column.notna().any() else np.nan
        for _, column in answers.items()
    ]
    return pd.DataFrame(
        {
            "item": list(answers),
            "missing": answers.isna().sum().to_numpy(),
            "out_of_scale": wrong.sum(axis=0),
            "commonest_share": commonest,
        }
    )
