"""Itemsets as nodes of a prefix tree: a few bytes a set, however many there are."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise
from typing import Self

import numpy as np
import pandas as pd

from kehu import _kernels, frames

# In place of nodes: no set, and the set of no items.
MISSING, EMPTY = -1, -2


@dataclass(frozen=True, eq=False)
class Tree:
    """A prefix tree of itemsets.

    Attributes
    ----------
    item, parent : numpy.ndarray of int32, shape (n_nodes,)
        What a node adds (a place in ``labels``), and to which node (-1: none). Parents come first.
    count : numpy.ndarray of int32, shape (n_nodes,)
        Number of baskets that hold the node's set.
    labels : pandas.Index
        The items.
    whole : bool
        Whether every subset of every set is a node too.
    """

    item: np.ndarray
    parent: np.ndarray
    count: np.ndarray
    labels: pd.Index
    whole: bool

    @classmethod
    def of(cls, sets: Iterable[Iterable[object]], labels: pd.Index | None = None) -> tuple[Self, np.ndarray]:
        """Plant a tree of sets of labels; give it, without counts, and the node of each set.

        The node of an empty set is EMPTY. A set may hold only what is in ``labels``, if these are given.
        """
        sets = [list(dict.fromkeys(one)) for one in sets]
        flat = pd.Index(list(chain.from_iterable(sets)), dtype=object)
        labels = pd.Index(flat.unique().infer_objects()) if labels is None else labels
        codes = labels.get_indexer(flat).astype(np.int32)
        unknown = np.flatnonzero(codes < 0)
        if len(unknown):
            item = flat[unknown[0]]
            raise KeyError(f"the baskets have no item {item!r}; {frames.closest(item, labels)}")
        ptr = np.concatenate([[0], np.cumsum([len(one) for one in sets], dtype=np.int64)]).astype(np.int64)
        items = np.concatenate([np.sort(codes[lo:hi]) for lo, hi in pairwise(ptr)] or [codes])
        return cls.planted(ptr, items, labels)

    @classmethod
    def planted(cls, ptr: np.ndarray, items: np.ndarray, labels: pd.Index) -> tuple[Self, np.ndarray]:
        """Plant a tree of coded sets, each rising; its counts are 0."""
        item, parent, rows = _kernels.itemsets.lookup.plant(items, ptr)
        rows[rows < 0] = EMPTY
        return cls(item, parent, np.zeros(len(item), np.int32), labels, False), rows

    @cached_property
    def sizes(self) -> np.ndarray:
        """Number of items of each node's set."""
        return _kernels.itemsets.trees.sizes(self.parent)

    @cached_property
    def index(self) -> tuple[np.ndarray, np.ndarray]:
        """Signatures of the nodes, and the table that finds them."""
        return _kernels.itemsets.lookup.index(self.item, self.parent)

    def unpack(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Write the codes of some nodes one set after the other: where each begins, and the codes."""
        return _kernels.itemsets.trees.unpack(self.item, self.parent, rows)

    def decode(self, rows: np.ndarray) -> list[frozenset]:
        """Write some nodes as frozensets of labels."""
        ptr, items = self.unpack(rows)
        held = self.labels.to_numpy(dtype=object)[items].tolist()
        return [frozenset(held[lo:hi]) for lo, hi in pairwise(ptr.tolist())]

    def rows_of(self, item: int) -> np.ndarray:
        """Tell which nodes' sets hold an item, as a mask."""
        ptr, items = self.unpack(np.arange(len(self.item), dtype=np.int32))
        owner = np.repeat(np.arange(len(self.item)), np.diff(ptr))
        held = np.zeros(len(self.item), np.bool_)
        held[owner[items == item]] = True
        return held
