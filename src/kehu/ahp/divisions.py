"""Divisions of a criterion into others, as people write them down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import yaml

from kehu.ahp import reading
from kehu.ahp.group import Group
from kehu.ahp.matrix import PairwiseMatrix
from kehu.warnings import SingleChildWarning, warn


@dataclass(frozen=True)
class Node:
    """A criterion that is divided into others, with the judgements of these or their weights."""

    name: str
    children: tuple[str, ...]
    judgements: PairwiseMatrix | None
    given: np.ndarray | None


def divide(name: str, children: tuple[str, ...], tree: Mapping[str, Any]) -> Node:
    """A division, with its judgements or weights checked."""
    judgements, weights = tree.get("judgements"), tree.get("weights")
    if judgements is not None and weights is not None:
        raise ValueError(f"{name!r} has judgements and weights; give one of the two")
    if len(children) == 1:
        warn(f"{name!r} is divided into {children[0]!r} alone, which says nothing", SingleChildWarning)
        return Node(name, children, None, np.ones(1))
    if weights is not None:
        return Node(name, children, None, _given(weights, children, name))
    if judgements is None:
        pairs = len(children) * (len(children) - 1) // 2
        raise ValueError(
            f"{name!r} is divided into {', '.join(children)}, but has neither judgements nor weights; add "
            f"'judgements' with {pairs} numbers, the upper triangle by rows"
        )
    return Node(name, children, judged(judgements, children, name), None)


def judged(judgements: Any, children: tuple[str, ...], name: str) -> PairwiseMatrix:
    """Judgements of the children, in their order."""
    try:
        matrix = _as_matrix(judgements, children)
    except (ValueError, TypeError) as error:
        raise type(error)(f"judgements of {name!r}: {error}") from None
    if set(matrix.labels) != set(children):
        raise ValueError(
            f"judgements of {name!r} are about {', '.join(map(str, matrix.labels))}; "
            f"it is divided into {', '.join(children)}"
        )
    return (
        matrix
        if matrix.labels == children
        else PairwiseMatrix(matrix.table.loc[list(children), list(children)])
    )


def _as_matrix(judgements: Any, children: tuple[str, ...]) -> PairwiseMatrix:
    if isinstance(judgements, Group):
        return judgements.aggregate_judgements()
    if isinstance(judgements, PairwiseMatrix):
        return judgements
    if isinstance(judgements, Mapping):
        return PairwiseMatrix.from_words(
            {_two(key): value for key, value in judgements.items()}, labels=children
        )
    if isinstance(judgements, pd.DataFrame):
        return PairwiseMatrix(judgements)
    if isinstance(judgements, int | float):
        judgements = [judgements]
    rows = list(judgements) if not isinstance(judgements, str) else []
    if rows and all(isinstance(row, Sequence) and not isinstance(row, str) for row in rows):
        return PairwiseMatrix(rows, labels=children)
    table = reading.upper_triangle(judgements)
    if len(table) != len(children):
        raise ValueError(
            f"got {len(table) * (len(table) - 1) // 2} numbers; {len(children)} criteria have "
            f"{len(children) * (len(children) - 1) // 2} pairs"
        )
    return PairwiseMatrix(table, labels=children)


def _two(key: Any) -> tuple[str, str]:
    parts = key if isinstance(key, tuple) else tuple(part.strip() for part in str(key).split(" / "))
    if len(parts) != 2:
        raise ValueError(f"{key!r} names no pair; write 'price / quality'")
    return parts


def _given(weights: Any, children: tuple[str, ...], name: str) -> np.ndarray:
    if isinstance(weights, Mapping):
        if set(weights) != set(children):
            raise ValueError(f"weights of {name!r} name {list(weights)}; it is divided into {list(children)}")
        weights = [weights[child] for child in children]
    try:
        values = np.asarray(weights, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(f"weights of {name!r} must be numbers, got {weights!r}") from None
    if values.shape != (len(children),) or not np.isfinite(values).all() or (values < 0).any():
        raise ValueError(f"weights of {name!r} must be {len(children)} numbers from 0 on, got {weights!r}")
    # Weights are often printed with three decimals.
    if abs(values.sum() - 1) > 0.0005 * len(values) + 1e-9:
        raise ValueError(f"weights of {name!r} add up to {values.sum():g}; they must add up to 1")
    return values / values.sum()


def distinct(names: Any, parent: str) -> list[str]:
    """Names that may not be used twice."""
    if isinstance(names, str) or not isinstance(names, Sequence):
        raise TypeError(f"criteria of {parent!r} must be a list of names, got {short(names)}")
    names = [text(name) for name in names]
    twice = [name for place, name in enumerate(names) if name in names[:place]]
    if twice:
        raise ValueError(f"the name {twice[0]!r} is used twice; criteria need names of their own")
    return names


def text(name: Any) -> str:
    """A name; YAML reads some words, such as yes and no, as something else."""
    if not isinstance(name, str):
        raise TypeError(f"the name {short(name)} is no text; names are text, in YAML {str(name)!r} in quotes")
    return name


class Loader(yaml.SafeLoader):
    """Reads YAML as usual, but refuses a name that is there twice, of which one would silently be lost."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """An entry of the file with entries below it."""
        keys = [key.value for key, _ in node.value]
        twice = [key for place, key in enumerate(keys) if key in keys[:place]]
        if twice:
            raise ValueError(f"the name {twice[0]!r} is used twice; criteria need names of their own")
        return super().construct_mapping(node, deep)


def short(value: Any) -> str:
    """What was received, for a message."""
    text = repr(value)
    return text if len(text) < 80 else text[:77] + "…"
