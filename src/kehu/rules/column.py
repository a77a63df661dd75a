"""A pandas column of itemsets that stay codes until someone looks at them."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Self

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray, ExtensionDtype, register_extension_dtype, take

from kehu.rules.tree import MISSING, Tree

_AT_ONCE = 100_000


@register_extension_dtype
class ItemsetDtype(ExtensionDtype):
    """Type of a column of frozensets of items."""

    name = "itemset"
    type = frozenset
    kind = "O"
    na_value = None

    @classmethod
    def construct_array_type(cls) -> type:
        """Give the array class."""
        return ItemsetArray


class ItemsetArray(ExtensionArray):
    """Frozensets of items, kept as nodes of a prefix tree and made when asked for.

    Parameters
    ----------
    tree : Tree
        Where the sets are.
    rows : numpy.ndarray of int32
        The node of each element; MISSING or EMPTY where there is none.
    origin : object, optional
        What is known of the search that found them.

    Examples
    --------
    >>> column = pd.Series([frozenset({"tea"}), frozenset({"tea", "milk"})], dtype="itemset")
    >>> column
    0          {tea}
    1    {milk, tea}
    dtype: itemset
    >>> (column == {"milk", "tea"}).tolist()
    [False, True]
    """

    def __init__(self, tree: Tree, rows: np.ndarray, origin: Any = None) -> None:
        self.tree, self.rows, self.origin = tree, rows, origin

    @classmethod
    def _from_sequence(cls, scalars: Sequence, *, dtype: Any = None, copy: bool = False) -> Self:
        del dtype, copy
        if isinstance(scalars, cls):
            return scalars
        missing = np.array([_is_missing(one) for one in scalars], np.bool_)
        present = [one for one, gone in zip(scalars, missing, strict=True) if not gone]
        for one in present:
            if not isinstance(one, frozenset | set):
                raise TypeError(f"an itemset must be a set or frozenset of items, got {one!r}")
        tree, nodes = Tree.of(present)
        rows = np.full(len(missing), MISSING, np.int32)
        rows[~missing] = nodes
        return cls(tree, rows)

    @classmethod
    def _from_factorized(cls, values: Sequence, original: Any) -> Self:
        del original
        return cls._from_sequence(values)

    @property
    def dtype(self) -> ItemsetDtype:
        """The type of the column."""
        return ItemsetDtype()

    @property
    def nbytes(self) -> int:
        """Bytes of the column itself; trees are shared."""
        return self.rows.nbytes

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, which: Any) -> Any:
        which = pd.api.indexers.check_array_indexer(self, which)
        rows = self.rows[which]
        if np.ndim(rows):
            return type(self)(self.tree, rows, self.origin)
        return None if rows == MISSING else self.tree.decode(np.array([rows], np.int32))[0]

    def __setitem__(self, which: Any, value: Any) -> None:
        which = pd.api.indexers.check_array_indexer(self, which)
        if getattr(self, "_readonly", False):
            raise ValueError("Cannot modify read-only array")
        one = isinstance(value, frozenset | set) or _is_missing(value)
        sets = np.asarray(self)
        sets[which] = np.asarray(self._from_sequence([value] if one else value))[0 if one else slice(None)]
        changed = self._from_sequence(sets)
        self.tree, self.rows, self.origin = changed.tree, changed.rows, None

    def __iter__(self) -> Iterator[frozenset | None]:
        for start in range(0, len(self), _AT_ONCE):
            rows = self.rows[start : start + _AT_ONCE]
            missing = rows == MISSING
            found = iter(self.tree.decode(rows[~missing]))
            yield from (None if gone else next(found) for gone in missing.tolist())

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        del dtype, copy
        out = np.empty(len(self), dtype=object)
        for place, one in enumerate(self):
            out[place] = one
        return out

    def __eq__(self, other: object) -> np.ndarray:
        if isinstance(other, pd.Series | pd.Index | pd.DataFrame):
            return NotImplemented
        others = [other] * len(self) if isinstance(other, frozenset | set) or other is None else list(other)
        if len(others) != len(self):
            raise ValueError(f"lengths must match to compare, got {len(self)} and {len(others)}")
        return np.fromiter((mine == one for mine, one in zip(self, others, strict=True)), np.bool_, len(self))

    def _explode(self) -> tuple[np.ndarray, np.ndarray]:
        items = [sorted(one, key=str) if one else [None] for one in self]
        flat = np.array([item for one in items for item in one] + [None], dtype=object)[:-1]
        return flat, np.array([len(one) for one in items], dtype=np.uint64)

    def _values_for_argsort(self) -> np.ndarray:
        # Sets have no order of their own; their texts have one that is the same each time.
        return np.array([None if one is None else text(one) for one in self], dtype=object)

    def isna(self) -> np.ndarray:
        """Tell which elements are missing."""
        return self.rows == MISSING

    def take(self, indices: Sequence[int], *, allow_fill: bool = False, fill_value: Any = None) -> Self:
        """Take elements by place; -1 gives a missing one if filling is allowed."""
        del fill_value
        rows = take(self.rows, np.asarray(indices, dtype=np.intp), allow_fill=allow_fill, fill_value=MISSING)
        return type(self)(self.tree, np.asarray(rows, dtype=np.int32), self.origin)

    def copy(self) -> Self:
        """Copy the column; the tree is shared."""
        return type(self)(self.tree, self.rows.copy(), self.origin)

    @classmethod
    def _concat_same_type(cls, to_concat: Sequence[Self]) -> Self:
        first = to_concat[0]
        if all(one.tree is first.tree for one in to_concat):
            origin = first.origin if all(one.origin is first.origin for one in to_concat) else None
            return cls(first.tree, np.concatenate([one.rows for one in to_concat]), origin)
        return cls._from_sequence([item for one in to_concat for item in one])

    def astype(self, dtype: Any, copy: bool = True) -> Any:
        """Write the sets as objects or text."""
        dtype = pd.api.types.pandas_dtype(dtype)
        if isinstance(dtype, ItemsetDtype):
            return self.copy() if copy else self
        if pd.api.types.is_string_dtype(dtype) and not pd.api.types.is_object_dtype(dtype):
            return pd.array([None if one is None else text(one) for one in self], dtype=dtype)
        return np.asarray(self).astype(dtype)

    def _formatter(self, boxed: bool = False) -> Callable[[Any], str]:
        del boxed
        return lambda one: "—" if one is None else text(one)


def _is_missing(one: object) -> bool:
    return one is None or one is pd.NA or isinstance(one, float)


def text(items: frozenset) -> str:
    """Write an itemset as a reader expects it: sorted, in braces."""
    return "{" + ", ".join(sorted(map(str, items))) + "}"
