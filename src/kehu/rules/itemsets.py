"""Frequent itemsets: all of them, or the closed, the maximal, the generators."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from kehu import _kernels, frames
from kehu.baskets import Baskets
from kehu.rules import explosion, peers, taxonomy
from kehu.rules.mining import NO_LIMIT, mine, mine_distinct, rank
from kehu.rules.search import Search, frame
from kehu.rules.tree import Tree

KINDS = ("all", "closed", "maximal", "generators")
ALGORITHMS = ("eclat", "fpgrowth", "apriori")

# Sets of one kind are picked from all sets where these are not too many, which is quicker.
_ALL_FIRST = 3_000_000


def frequent_itemsets(
    baskets: Baskets,
    *,
    min_support: float,
    kind: str = "all",
    max_len: int | None = None,
    top_k: int | None = None,
    must_contain: Collection[object] = (),
    ancestors: Any = None,
    algorithm: str = "eclat",
    max_sets: int = 20_000_000,
    n_jobs: int = -1,
    progress: bool = True,
) -> pd.DataFrame:
    """Find the sets of items that many baskets hold.

    Parameters
    ----------
    baskets : Baskets
        See `kehu.Baskets`. Empty baskets count as baskets.
    min_support : float
        Smallest share of baskets that must hold a set: above 0, at most 1. A set is frequent if
        ``count / n_baskets >= min_support``.
    kind : {"all", "closed", "maximal", "generators"}
        All frequent sets; those that no further item joins without loss of baskets; those that no further
        item joins at all; those that lose no item without winning baskets (among sets of one item or
        more). What a set is does not depend on ``max_len``.
    max_len : int, optional
        Most items of a set.
    top_k : int, optional
        Give only the most frequent sets of this kind; of equally frequent ones the smaller first, then those
        of more frequent items.
    must_contain : collection, optional
        Items that every set must hold.
    ancestors : mapping, pandas.Series or dataframe, optional
        A taxonomy as for `with_ancestors`, from which ``baskets`` come: no set will hold an item together
        with a group the item belongs to.
    algorithm : {"eclat", "fpgrowth", "apriori"}
        The package's own compiled search, or mlxtend's, to compare: the answer is the same.
    max_sets : int
        Give up when there are more sets than this (see Raises).
    n_jobs : int
        Threads; -1 takes one a core. The answer does not depend on it.
    progress : bool
        Whether to show a progress bar when the search takes longer than two seconds.

    Returns
    -------
    pandas.DataFrame
        Most frequent first, of equally frequent ones the smaller: ``support`` (share of baskets),
        ``itemsets`` (frozensets of labels; they are kept as codes and made when looked at), ``count``
        (baskets) and ``size`` (items). No rows if nothing is frequent.

    Raises
    ------
    TooManyItemsetsError
        If more than ``max_sets`` sets are frequent: says how many there are about, and what would help.
        A kind of ValueError.
    KeyError
        If ``must_contain`` names an unknown item.
    ValueError, TypeError
        If an argument is out of range or of the wrong type.

    Notes
    -----
    The search goes depth first through ever smaller databases, as Eclat and LCM do [1]_ [2]_: items by
    falling frequency, all pairs counted in one sweep, the last twelve items at once by sums over supersets.
    Closed sets and generators are told apart by the baskets they stand in [3]_ [4]_.

    References
    ----------
    .. [1] M. J. Zaki, "Scalable algorithms for association mining", IEEE TKDE 12(3), 2000.
    .. [2] T. Uno, M. Kiyomi, H. Arimura, "LCM ver. 2", FIMI 2004.
    .. [3] M. J. Zaki, C.-J. Hsiao, "CHARM: an efficient algorithm for closed itemset mining", SDM 2002.
    .. [4] N. Pasquier et al., "Discovering frequent closed itemsets for association rules", ICDT 1999.

    Examples
    --------
    >>> baskets = Baskets.from_lists([["milk", "tea"], ["milk", "tea"], ["tea"], ["salt"]])
    >>> frequent_itemsets(baskets, min_support=0.5)
       support     itemsets  count  size
    0     0.75        {tea}      3     1
    1     0.50       {milk}      2     1
    2     0.50  {milk, tea}      2     2
    >>> frequent_itemsets(baskets, min_support=0.5, kind="closed")
       support     itemsets  count  size
    0     0.75        {tea}      3     1
    1     0.50  {milk, tea}      2     2
    """
    _check(baskets, kind, max_len, top_k, algorithm, max_sets, n_jobs)
    search = Search(
        baskets,
        fewest(min_support, baskets.n_baskets),
        max_len,
        _codes(must_contain, baskets),
        taxonomy.codes(ancestors, baskets),
    )
    if search.ancestors.shape[1] and (kind != "all" or algorithm != "eclat"):
        raise ValueError('ancestors go with kind="all" and algorithm="eclat" only')
    work = _Work(search, kind, algorithm, max_sets, n_jobs, progress)
    if top_k is None:
        return frame(*work.find(search.min_count), search)
    # What is maximal shows only when all is found.
    start = search.min_count if kind == "maximal" else work.start(top_k)
    tree, rows, reached = work.most(top_k, start)
    return frame(tree, rows, replace(search, min_count=reached)).head(top_k)


@dataclass(frozen=True)
class _Work:
    """One call of `frequent_itemsets`."""

    search: Search
    kind: str
    algorithm: str
    max_sets: int
    n_jobs: int
    progress: bool

    def find(self, min_count: int) -> tuple[Tree, np.ndarray]:
        """Mine at a threshold; give a tree and its nodes that are sets asked for."""
        if self.kind == "all":
            tree, rows = self._all(min_count)
        else:
            tree, rows = self._of_a_kind(min_count)
        sizes = tree.sizes[rows]
        rows = rows[sizes <= (self.search.max_len or NO_LIMIT)]
        if self.kind != "all":
            for item in self.search.must_contain:
                rows = rows[tree.rows_of(item)[rows]]
        return tree, rows

    def start(self, top_k: int) -> int:
        """Give a threshold at which items alone are nearly enough."""
        counts = np.sort(self.search.baskets.item_counts())[::-1]
        return int(counts[min(top_k, len(counts)) - 1]) if len(counts) else 1

    def most(self, top_k: int, start: int) -> tuple[Tree, np.ndarray, int]:
        """Lower the threshold until there are enough sets; give the one reached as well."""
        while True:
            start = max(start, self.search.min_count)
            tree, rows = self.find(start)
            if len(rows) >= top_k or start == self.search.min_count:
                return tree, rows, start
            start //= 2

    def _all(self, min_count: int) -> tuple[Tree, np.ndarray]:
        search = self.search
        baskets, held = search.baskets, search.must_contain
        longest = (search.max_len or NO_LIMIT) - len(held)
        relatives = _relatives(held, search.ancestors)
        if held:
            mask = baskets.contains(baskets.labels[list(held)])
            if mask.sum() < min_count or longest < 0 or not relatives.isdisjoint(held):
                empty = np.empty(0, np.int32)
                return Tree(empty, empty, empty, baskets.labels, False), empty
            baskets = baskets[mask]
        ranked = rank(baskets, min_count, leave_out=(*held, *relatives))
        related = _ranked_ancestors(search.ancestors, ranked.codes)
        found = None
        if longest and self.algorithm != "eclat":
            found = peers.mine_with(self.algorithm, baskets, ranked.codes, min_count, longest)
        elif longest:
            found = mine(
                ranked,
                min_count,
                longest=longest,
                limit=self.max_sets,
                ancestors=related,
                n_jobs=self.n_jobs,
                progress=self.progress,
            )
            if found is None:
                raise explosion.error(ranked, search, min_count, self.kind, self.max_sets, related)
        if not held:
            tree = Tree(*found, baskets.labels, True)
            return tree, np.arange(len(tree.item), dtype=np.int32)
        return _below(held, len(baskets), found, baskets.labels)

    def _of_a_kind(self, min_count: int) -> tuple[Tree, np.ndarray]:
        search = self.search
        labels = search.baskets.labels
        # Whether a set is closed or maximal shows in sets of one item more.
        longest = NO_LIMIT if search.max_len is None else search.max_len + 1
        ranked = rank(search.baskets, min_count)
        if self.algorithm != "eclat":
            found = peers.mine_with(self.algorithm, search.baskets, ranked.codes, min_count, longest)
        else:
            limit = min(self.max_sets, _ALL_FIRST)
            found = mine(
                ranked, min_count, longest=longest, limit=limit, n_jobs=self.n_jobs, progress=self.progress
            )
        if found is None:
            found = mine_distinct(search.baskets, min_count, kind=self.kind, limit=self.max_sets)
            if found is None:
                raise explosion.error(ranked, search, min_count, self.kind, self.max_sets, None)
            *arrays, rows = found
            return Tree(*arrays, labels, False), rows
        tree = Tree(*found, labels, True)
        closed, maximal, generator = _kernels.itemsets.lookup.kinds(
            tree.item, tree.parent, tree.count, *tree.index
        )
        chosen = {"closed": closed, "maximal": maximal, "generators": generator}[self.kind]
        return tree, np.flatnonzero(chosen).astype(np.int32)


def _below(
    held: tuple[int, ...], n: int, found: tuple[np.ndarray, ...] | None, labels: pd.Index
) -> tuple[Tree, np.ndarray]:
    """Hang the sets found among the baskets with some items below a stem of these items."""
    item, parent, count = found or (np.empty(0, np.int32),) * 3
    stem = np.arange(len(held), dtype=np.int32)
    parent = np.where(parent < 0, len(held) - 1, parent + len(held))
    tree = Tree(
        np.concatenate([np.array(held, np.int32), item]),
        np.concatenate([stem - 1, parent]).astype(np.int32),
        np.concatenate([np.full(len(held), n, np.int32), count]),
        labels,
        False,
    )
    return tree, np.arange(len(held) - 1, len(tree.item), dtype=np.int32)


def _relatives(held: tuple[int, ...], ancestors: np.ndarray) -> set[int]:
    """Give the ancestors and descendants of some items."""
    above = {code for code in ancestors[list(held)].ravel().tolist() if code >= 0}
    return above | set(np.flatnonzero(np.isin(ancestors, held).any(axis=1)).tolist())


def _ranked_ancestors(ancestors: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Number the ancestors of the frequent items by rank."""
    ranks = np.full(len(ancestors) + 1, -1, np.int32)
    ranks[codes] = np.arange(len(codes), dtype=np.int32)
    return np.ascontiguousarray(ranks[ancestors[codes]])


def find_all(search: Search) -> Tree:
    """Mine all frequent sets of a search for another kind of them."""
    return _Work(search, "all", "eclat", _ALL_FIRST * 5, -1, False).find(search.min_count)[0]


def fewest(min_support: float, n_baskets: int) -> int:
    """Give the smallest count whose share of baskets, as a float, reaches the support."""
    if isinstance(min_support, bool) or not isinstance(min_support, float | int | np.floating | np.integer):
        raise TypeError(
            f"min_support must be a number above 0 and at most 1, such as 0.01, got {min_support!r}"
        )
    if not 0 < min_support <= 1:
        raise ValueError(
            f"min_support must be above 0 and at most 1 (a share of baskets), got {min_support!r}; "
            f"for a count of baskets divide it by {n_baskets:,}"
        )
    count = max(int(min_support * n_baskets) - 1, 1)
    while count / n_baskets < min_support:
        count += 1
    return count


def _check(
    baskets: object,
    kind: object,
    max_len: object,
    top_k: object,
    algorithm: object,
    max_sets: object,
    n_jobs: object,
) -> None:
    if not isinstance(baskets, Baskets):
        raise TypeError(
            f"baskets must be kehu.Baskets, got {type(baskets).__name__}; make them with "
            "Baskets.from_orders, from_lists, from_onehot or from_csr"
        )
    for name, value, options in (("kind", kind, KINDS), ("algorithm", algorithm, ALGORITHMS)):
        if value not in options:
            raise ValueError(f"no {name} {value!r}; {frames.closest(value, options)}")
    for name, value in (("max_len", max_len), ("top_k", top_k)):
        if value is not None and not _whole(value):
            raise ValueError(f"{name} must be a whole number from 1, or None, got {value!r}")
    if not _whole(max_sets) or max_sets > NO_LIMIT:
        raise ValueError(f"max_sets must be a whole number from 1 to {NO_LIMIT:,}, got {max_sets!r}")
    if n_jobs != -1 and not _whole(n_jobs):
        raise ValueError(f"n_jobs must be a number of threads from 1, or -1 for one a core, got {n_jobs!r}")


def _whole(value: object) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool) and value >= 1


def _codes(items: Any, baskets: Baskets) -> tuple[int, ...]:
    if isinstance(items, str) or not isinstance(items, Collection):
        raise TypeError(f"must_contain must be a list of items, got {items!r}; for one write [{items!r}]")
    found = baskets.labels.get_indexer(pd.Index(list(items), dtype=object))
    for item, code in zip(items, found, strict=True):
        if code < 0:
            raise KeyError(f"no item {item!r}; {frames.closest(item, baskets.labels)}")
    return tuple(sorted(set(found.tolist())))
