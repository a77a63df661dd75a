"""A survey: the answers, and what is known of its questions."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from kehu import frames
from kehu.frames import closest
from kehu.surveys.answers import listed, numeric


@dataclass(frozen=True, eq=False)
class Survey:
    """Answers of respondents to items on scales, in blocks.

    Make one with `read`.

    Attributes
    ----------
    answers : pandas.DataFrame
        One row a respondent, one column an item, as answered; NaN where missing.
    items : pandas.DataFrame
        One row an item: ``item``, ``block``, ``low``, ``high`` (ends of the scale), ``reverse``.
    others : pandas.DataFrame
        The other columns of the table, such as age or channel.
    respondent : str or None
        The column of ``others`` that names the respondent.
    rows : numpy.ndarray
        Position of each respondent in the table that was read.
    """

    answers: pd.DataFrame
    items: pd.DataFrame
    others: pd.DataFrame
    respondent: str | None
    rows: np.ndarray

    @property
    def n(self) -> int:
        """Respondents."""
        return len(self.answers)

    @property
    def blocks(self) -> dict[str, list[str]]:
        """Items of each block."""
        return {str(name): part["item"].tolist() for name, part in self.items.groupby("block", sort=False)}

    def scored(self, block: str | None = None) -> pd.DataFrame:
        """Answers with reversed items turned round: low + high − answer.

        Parameters
        ----------
        block : str, optional
            Only the items of this block.

        Returns
        -------
        pandas.DataFrame
            One column an item.

        Raises
        ------
        KeyError
            If there is no such block.
        """
        if block is not None and block not in self.blocks:
            raise KeyError(f"there is no block {block!r}; {closest(block, self.blocks)}")
        items = self.items if block is None else self.items[self.items["block"] == block]
        names = items["item"].tolist()
        values = self.answers[names].to_numpy()
        turned = (items["low"] + items["high"]).to_numpy() - values
        return pd.DataFrame(
            np.where(items["reverse"].to_numpy(), turned, values), columns=names, index=self.answers.index
        )

    def scores(self, *, least_answered: float = 0.5) -> pd.DataFrame:
        """Mean of each block for each respondent, over the items that were answered.

        Parameters
        ----------
        least_answered : float
            Share of a block's items that must be answered; the score is missing otherwise.

        Returns
        -------
        pandas.DataFrame
            One column a block, then the other columns.

        Raises
        ------
        ValueError
            If ``least_answered`` is no share above 0.
        """
        if not 0 < least_answered <= 1:
            raise ValueError(f"least_answered must be a share above 0 and up to 1, got {least_answered!r}")
        means = {}
        for name in self.blocks:
            values = self.scored(name)
            means[name] = values.mean(axis=1).where(values.notna().mean(axis=1) >= least_answered)
        return pd.DataFrame(means, index=self.answers.index).join(self.others)

    def kept(self, mask: np.ndarray) -> "Survey":
        """The survey with some of its respondents only."""
        return Survey(
            self.answers[mask].reset_index(drop=True),
            self.items,
            self.others[mask].reset_index(drop=True),
            self.respondent,
            self.rows[mask],
        )


def read(
    data: Any,
    *,
    blocks: Mapping[str, Sequence[str]] | Sequence[str],
    scale: tuple[float, float] | Mapping[str, tuple[float, float]],
    reverse: Collection[str] = (),
    respondent: str | None = None,
) -> Survey:
    """Read a table of answers as a survey.

    Parameters
    ----------
    data : dataframe
        One row a respondent, from any dataframe library.
    blocks : mapping of str to sequence of str, or sequence of str
        Block → its items (columns). A plain list of items makes one block named "survey".
    scale : pair of numbers, or mapping of str to pair
        Ends of the scale, such as ``(1, 5)``: of all items, or of each block or item by name.
    reverse : collection of str
        Items in which agreement is bad.
    respondent : str, optional
        Column that names the respondent.

    Returns
    -------
    Survey

    Raises
    ------
    KeyError
        If a column is missing, or a scale or reversed item belongs to nothing.
    TypeError, ValueError
        If an item holds text or infinite numbers, stands in two blocks or has no scale, a scale does not
        rise, a block has the name of another column, or there are no rows.

    Examples
    --------
    >>> answers = pd.DataFrame({"quick": [5, 4, 1], "late": [1, 2, 4], "kind": [4, 4, 2]})
    >>> survey = read(answers, blocks={"delivery": ["quick", "late"], "care": ["kind"]}, scale=(1, 5),
    ...               reverse=["late"])
    >>> survey.scores()
       delivery  care
    0       5.0   4.0
    1       4.0   4.0
    2       1.5   2.0
    """
    if not isinstance(blocks, Mapping):
        blocks = {"survey": listed(blocks, "blocks")}
    owner: dict[str, str] = {}
    for block, names in blocks.items():
        for name in listed(names, f"block {block!r}"):
            if name in owner:
                raise ValueError(f"item {name!r} stands in two blocks, {owner[name]!r} and {block!r}")
            owner[name] = block
    if not owner:
        raise ValueError("blocks names no items")
    if isinstance(reverse, str):
        raise TypeError(f"reverse must be a list of items, got {reverse!r}; write [{reverse!r}]")
    for name in reverse:
        if name not in owner:
            raise KeyError(f"reversed item {name!r} is in no block; {closest(name, owner)}")
    columns = frames.names(data)
    if respondent is not None and respondent in owner:
        raise ValueError(f"respondent {respondent!r} is an item")
    rest = [name for name in columns if name not in owner]
    if respondent is not None and respondent not in rest:
        raise KeyError(f"data has no column {respondent!r} (for respondent); {closest(respondent, columns)}")
    for block in blocks:
        if block in rest:
            raise ValueError(f"block {block!r} has the name of another column; call it something else")
    values = numeric(data, list(owner))
    ends = [_ends(scale, name, block) for name, block in owner.items()]
    items = pd.DataFrame(
        {
            "item": list(owner),
            "block": list(owner.values()),
            "low": [low for low, _ in ends],
            "high": [high for _, high in ends],
            "reverse": [name in set(reverse) for name in owner],
        }
    )
    _check_scales(scale, owner)
    others = (
        frames.select(data, {name: name for name in rest}) if rest else pd.DataFrame(index=range(len(values)))
    )
    return Survey(
        pd.DataFrame(values, columns=list(owner)), items, others, respondent, np.arange(len(values))
    )


def _ends(scale: Any, item: str, block: str) -> tuple[float, float]:
    pair = scale
    if isinstance(scale, Mapping):
        pair = scale.get(item, scale.get(block))
        if pair is None:
            raise ValueError(f"item {item!r} has no scale: scale names neither it nor its block {block!r}")
    try:
        low, high = (float(end) for end in pair)
    except (TypeError, ValueError):
        raise TypeError(f"a scale must be a pair of numbers such as (1, 5), got {pair!r}") from None
    if not (np.isfinite([low, high]).all() and low < high):
        raise ValueError(f"a scale must rise, got {pair!r} for {item!r}")
    return low, high


def _check_scales(scale: Any, owner: Mapping[str, str]) -> None:
    if isinstance(scale, Mapping):
        known = {*owner, *owner.values()}
        for name in scale:
            if name not in known:
                raise KeyError(f"scale names {name!r}, which is no item or block; {closest(name, known)}")
