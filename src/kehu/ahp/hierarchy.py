"""Hierarchies of criteria: local and global weights."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from kehu import frames
from kehu.ahp import divisions
from kehu.ahp.consistency import check_random_index
from kehu.ahp.divisions import Node
from kehu.ahp.matrix import PairwiseMatrix, check_method

_KEYS = ("criteria", "judgements", "weights")


class Hierarchy:
    """Criteria divided into criteria, with judgements at each division.

    Parameters
    ----------
    goal : str
        Name of the whole.
    tree : dict
        What it is divided into:

        - ``criteria``: list of names, or dictionary from names to trees of the same form (``None`` for a
          criterion that is not divided),
        - ``judgements``: `PairwiseMatrix` or `Group`, upper triangle by rows as text or list (``"3 5 | 2"``),
          a square table, or a dictionary of pairs and words (``"price / care": "strongly more important"``),
        - or ``weights``: dictionary or list of numbers that add up to 1.

    Raises
    ------
    ValueError
        If a criterion has no judgements, they do not fit, weights do not add up to 1, or a name is used
        twice.

    Warns
    -----
    SingleChildWarning
        If a criterion is divided into one: the division says nothing.

    Examples
    --------
    >>> service = Hierarchy("service", {"judgements": "3", "criteria": {
    ...     "outcome": {"judgements": "2", "criteria": ["complaints", "retention"]}, "process": None}})
    >>> service.weights()[["criterion", "local", "weight"]].round(3)
        criterion  local  weight
    0     outcome  0.750    0.75
    1  complaints  0.667    0.50
    2   retention  0.333    0.25
    3     process  0.250    0.25
    """

    def __init__(self, goal: str, tree: Mapping[str, Any]) -> None:
        self.goal = divisions.text(goal)
        self.nodes: dict[str, Node] = {}
        self._parents: dict[str, str] = {}
        self._add(goal, tree, {goal})

    @classmethod
    def from_yaml(cls, source: str | PathLike[str]) -> "Hierarchy":
        """Read a hierarchy from a YAML file, or from YAML text of several lines.

        Parameters
        ----------
        source : str or path
            One entry, the goal, with ``criteria`` and ``judgements`` (or ``weights``) as in `Hierarchy`.

        Returns
        -------
        Hierarchy

        Examples
        --------
        >>> text = '''
        ... service:
        ...   judgements: 3 5 | 2
        ...   criteria: [speed, care, price]
        ... '''
        >>> Hierarchy.from_yaml(text).leaves().round(3).to_dict()
        {'speed': 0.648, 'care': 0.23, 'price': 0.122}
        """
        is_text = isinstance(source, str) and "\n" in source
        text = source if is_text else Path(source).read_text(encoding="utf-8")
        where = "the text" if is_text else str(source)
        try:
            found = yaml.load(text, Loader=divisions.Loader)
        except yaml.YAMLError as error:
            raise ValueError(f"{where} is no valid YAML: {' '.join(str(error).split())}") from None
        if not isinstance(found, Mapping) or len(found) != 1:
            raise ValueError(
                f"{where} must have one entry at the top, the goal; got {divisions.short(found)}"
            )
        goal, tree = next(iter(found.items()))
        return cls(goal, tree)

    @classmethod
    def from_excel(cls, path: str | PathLike[str]) -> "Hierarchy":
        """Read a hierarchy from a workbook.

        Parameters
        ----------
        path : str or path
            The first sheet has the columns ``parent`` and ``criterion``, a row a criterion, the goal being
            the parent that is nobody's criterion. An empty parent is that of the row above. Each other sheet
            is named like a parent and holds the judgements of its criteria, with their names in the first
            row and column.

        Returns
        -------
        Hierarchy
        """
        sheets = pd.read_excel(path, sheet_name=None, dtype=object)
        names = list(sheets)
        edges = frames.select(
            sheets[names[0]], {name: name for name in ("parent", "criterion")}, what=f"sheet {names[0]!r}"
        ).dropna(how="all")
        edges["parent"] = edges["parent"].ffill()
        if edges.isna().any(axis=None):
            row = edges.index[edges.isna().any(axis=1)][0]
            raise ValueError(f"sheet {names[0]!r}, row {row + 2} lacks a parent or a criterion")
        children: dict[str, list[str]] = {}
        for parent, criterion in edges.astype(str).itertuples(index=False, name=None):
            children.setdefault(parent.strip(), []).append(criterion.strip())
        inner = {criterion for group in children.values() for criterion in group}
        goals = [parent for parent in children if parent not in inner]
        if len(goals) != 1:
            raise ValueError(
                f"sheet {names[0]!r} must have one goal, a parent that is no criterion; got {goals}"
            )
        unknown = [name for name in names[1:] if name not in children]
        if unknown:
            raise ValueError(
                f"sheet {unknown[0]!r} is named like no parent; {frames.closest(unknown[0], children)}"
            )

        def tree(name: str) -> dict[str, Any]:
            below = divisions.distinct(children[name], name)
            made: dict[str, Any] = {
                "criteria": {child: tree(child) if child in children else None for child in below}
            }
            if name in names[1:]:
                made["judgements"] = PairwiseMatrix.from_excel(path, sheet=name)
            return made

        return cls(goals[0], tree(goals[0]))

    def weights(self, method: str = "eigenvector") -> pd.DataFrame:
        """Local and global weights of all criteria, from the top down.

        Parameters
        ----------
        method : {"eigenvector", "geometric_mean", "normalised_columns", "harker"}
            See `PairwiseMatrix.weights`.

        Returns
        -------
        pandas.DataFrame
            ``level`` (1 below the goal), ``parent``, ``criterion``, ``local`` (within the parent), ``weight``
            (local times the weights above; those of the leaves add up to 1) and ``is_leaf``.
        """
        check_method(method)
        found = {name: self.local(name, method) for name in self.nodes}
        rows = list(self._walk(self.goal, 1, 1.0, found))
        return pd.DataFrame(rows, columns=["level", "parent", "criterion", "local", "weight", "is_leaf"])

    def leaves(self, method: str = "eigenvector") -> pd.Series:
        """Global weights of the criteria that are not divided; they add up to 1."""
        table = self.weights(method)
        table = table[table["is_leaf"]]
        return pd.Series(table["weight"].to_numpy(), index=pd.Index(table["criterion"]), name="weight")

    def local(self, parent: str, method: str = "eigenvector") -> pd.Series:
        """Weights of the criteria into which one is divided."""
        node = self.node(parent)
        if node.judgements is not None:
            return node.judgements.weights(method)
        return pd.Series(node.given, index=pd.Index(node.children, name="criterion"), name="weight")

    def node(self, name: str) -> Node:
        """The division of a criterion, or of the goal."""
        if name not in self.nodes:
            raise KeyError(f"{name!r} is not divided; {frames.closest(name, self.nodes)}")
        return self.nodes[name]

    def parent(self, criterion: str) -> str:
        """What a criterion is a part of."""
        if criterion not in self._parents:
            raise KeyError(f"{criterion!r} is no criterion; {frames.closest(criterion, self._parents)}")
        return self._parents[criterion]

    def consistency(self, random_index: str = "saaty") -> pd.DataFrame:
        """Consistency of the judgements at each division.

        Returns
        -------
        pandas.DataFrame
            Index the divided criteria; ``n``, ``lambda_max``, ``ci``, ``cr``, ``gci``, ``circular_triads``
            and ``consistent``. Divisions with given weights are left out.
        """
        check_random_index(random_index)
        names = ["n", "lambda_max", "ci", "cr", "gci", "circular_triads", "consistent"]
        judged = {name: node.judgements for name, node in self.nodes.items() if node.judgements is not None}
        found = [matrix.consistency(random_index) for matrix in judged.values()]
        rows = [[getattr(one, name) for name in names] for one in found]
        return pd.DataFrame(rows, columns=names, index=pd.Index(list(judged), name="parent"))

    def with_judgements(self, parent: str, judgements: Any) -> "Hierarchy":
        """The same hierarchy with other judgements at one division.

        Parameters
        ----------
        parent : str
            The divided criterion.
        judgements : PairwiseMatrix, Group, str, list or dict
            As in `Hierarchy`.

        Returns
        -------
        Hierarchy
        """
        return self._with(parent, {"judgements": judgements})

    def with_weights(self, parent: str, weights: Any) -> "Hierarchy":
        """The same hierarchy with given weights at one division.

        Parameters
        ----------
        parent : str
            The divided criterion.
        weights : dict or list
            Numbers that add up to 1.

        Returns
        -------
        Hierarchy
        """
        return self._with(parent, {"weights": weights})

    def settled(self, method: str = "eigenvector") -> "Hierarchy":
        """The same hierarchy with the weights of its judgements given, so that they are found only once.

        Parameters
        ----------
        method : str
            How they are found; see `PairwiseMatrix.weights`.

        Returns
        -------
        Hierarchy
        """
        check_method(method)
        given = {name: self.local(name, method).to_numpy() for name in self.nodes}
        nodes = {name: Node(name, node.children, None, given[name]) for name, node in self.nodes.items()}
        return self._made(nodes)

    def _with(self, parent: str, given: dict[str, Any]) -> "Hierarchy":
        division = divisions.divide(parent, self.node(parent).children, given)
        return self._made(self.nodes | {parent: division})

    def _made(self, nodes: dict[str, Node]) -> "Hierarchy":
        made = object.__new__(Hierarchy)
        made.goal, made._parents, made.nodes = self.goal, self._parents, nodes
        return made

    def __repr__(self) -> str:
        rows = self._walk(self.goal, 1, 1.0, {name: self._quiet(name) for name in self.nodes})
        return "\n".join([self.goal, *(f"{'  ' * row[0]}{row[2]}  {row[4]:.4f}" for row in rows)])

    def _quiet(self, name: str) -> np.ndarray:
        node = self.nodes[name]
        return node.given if node.judgements is None else node.judgements._weights("eigenvector")

    def _walk(
        self, parent: str, level: int, above: float, found: Mapping[str, Iterable[float]]
    ) -> Iterator[tuple[int, str, str, float, float, bool]]:
        for child, local in zip(self.nodes[parent].children, found[parent], strict=True):
            yield level, parent, child, local, above * local, child not in self.nodes
            if child in self.nodes:
                yield from self._walk(child, level + 1, above * local, found)

    def _add(self, name: str, tree: Any, seen: set[str]) -> None:
        if isinstance(tree, Sequence) and not isinstance(tree, str):
            tree = {"criteria": tree}
        if not isinstance(tree, Mapping):
            raise TypeError(
                f"{name!r} must be described by criteria and judgements, got {divisions.short(tree)}"
            )
        unknown = [key for key in tree if key not in _KEYS]
        if unknown:
            raise ValueError(f"{name!r} has an entry {unknown[0]!r}; {frames.closest(unknown[0], _KEYS)}")
        below = tree.get("criteria") or {}
        if not isinstance(below, Mapping):
            below = dict.fromkeys(divisions.distinct(below, name))
        children = tuple(below)
        if not children:
            raise ValueError(f"{name!r} is divided into no criteria; leave its entry empty instead")
        for child in map(divisions.text, children):
            if child in seen:
                raise ValueError(f"the name {child!r} is used twice; criteria need names of their own")
            seen.add(child)
            self._parents[child] = name
        self.nodes[name] = divisions.divide(name, children, tree)
        for child, inner in below.items():
            if inner is not None:
                self._add(child, inner, seen)
