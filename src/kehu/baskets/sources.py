"""Check the forms that baskets come in and bring them to sorted rows without repeats (CSR)."""

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse

from kehu import frames
from kehu._kernels import baskets as kernels


class Rows(NamedTuple):
    """Baskets as arrays; the fields of :class:`kehu.Baskets`."""

    indptr: np.ndarray
    indices: np.ndarray
    labels: pd.Index
    basket_ids: pd.Index | None = None


def from_orders(orders: Any, item: str, order: str, missing: str) -> Rows:
    """Order lines to baskets in order of first appearance; items in order of their labels."""
    _check_choice(missing, "missing", ("error", "drop"))
    lines = frames.select(orders, {"order": order, "item": item}, what="orders")
    if lines.empty:
        raise ValueError("orders holds no lines; there must be at least one")
    rows, ids = frames.used(frames.labels(lines["order"], order))
    codes, items = frames.used(frames.labels(lines["item"], item))
    _refuse_gaps(rows, order, "drop these lines first")
    if missing == "error":
        _refuse_gaps(codes, item, "pass missing='drop' to leave them out (their orders stay in the count)")
    known = codes >= 0
    if not known.all():
        rows, codes = rows[known], codes[known]
    labels, rank = _sorted(items)
    indptr, indices = kernels.group(rows, rank[codes], len(ids))
    return Rows(*_tidy(indptr, indices, labels, "merge"), labels.rename(item), ids.rename(order))


def from_lists(lists: Iterable[Iterable[object]], duplicates: str) -> Rows:
    """Lists of items to baskets, in the order given; items in order of their labels."""
    _check_choice(duplicates, "duplicates", ("error", "merge"))
    if isinstance(lists, str | bytes | pd.DataFrame) or not isinstance(lists, Iterable):
        raise TypeError(
            f"lists must be a list of lists of items, got {type(lists).__name__}; "
            "for a table use Baskets.from_orders or Baskets.from_onehot"
        )
    baskets = [_items_of(basket, number) for number, basket in enumerate(lists)]
    if not baskets:
        raise ValueError("lists holds no baskets; there must be at least one, which may be empty: [[]]")
    indptr = np.cumsum([0, *map(len, baskets)], dtype=np.int64)
    flat = pd.Series(list(chain.from_iterable(baskets)), dtype=object)
    codes, items = frames.used(frames.labels(flat, "items"))
    gaps = np.flatnonzero(codes < 0)
    if len(gaps):
        number = int(np.searchsorted(indptr, gaps[0], side="right")) - 1
        got = baskets[number][gaps[0] - indptr[number]]
        raise ValueError(
            f"basket {number} holds a missing item ({got!r}); leave it out "
            f"({len(gaps):,} of {len(flat):,} items are missing)"
        )
    labels, rank = _sorted(items)
    return Rows(*_tidy(indptr, rank[codes], labels, duplicates), labels)


def from_onehot(table: Any) -> Rows:
    """Read a table of 0 and 1, one row a basket and one column an item, column by column."""
    names = frames.names(table, "table")
    plain = (
        table
        if isinstance(table, pd.DataFrame)
        else frames.select(table, dict(zip(names, names, strict=True)))
    )
    if not len(plain):
        raise ValueError("table holds no rows; there must be at least one basket")
    labels = _check_labels(plain.columns)
    columns = [_ones(plain.iloc[:, place], label) for place, label in enumerate(labels)]
    counts = np.array([len(rows) for rows in columns], dtype=np.int64)
    rows = np.concatenate([np.empty(0, np.int32), *columns])
    items = np.repeat(np.arange(len(labels), dtype=np.int32), counts)
    indptr, indices = kernels.group(rows, items, len(plain))
    numbered = plain.index.equals(pd.RangeIndex(len(plain)))
    return Rows(indptr, indices, labels, None if numbered else plain.index)


def from_csr(matrix: Any, labels: Iterable[object] | None, duplicates: str) -> Rows:
    """Take over a scipy matrix or a pair of arrays, after checking them."""
    _check_choice(duplicates, "duplicates", ("error", "merge"))
    if sparse.issparse(matrix):
        indptr, indices, n_items = _from_scipy(matrix)
    elif isinstance(matrix, tuple | list) and len(matrix) == 2:
        indptr, indices = _positions(matrix[0], "indptr"), _positions(matrix[1], "indices")
        n_items = int(indices.max(initial=-1)) + 1
    else:
        raise TypeError(
            f"matrix must be a scipy sparse matrix or a pair (indptr, indices), got {type(matrix).__name__}"
        )
    index = pd.RangeIndex(n_items) if labels is None else _check_labels(pd.Index(labels))
    if len(index) < n_items or (sparse.issparse(matrix) and len(index) > n_items):
        raise ValueError(f"labels must name the {n_items:,} items of the matrix, got {len(index):,} labels")
    if len(indptr) < 2:
        raise ValueError("matrix holds no rows; there must be at least one basket")
    if indptr[0] != 0 or indptr[-1] != len(indices) or (np.diff(indptr) < 0).any():
        raise ValueError(
            f"indptr must rise from 0 to the number of indices ({len(indices):,}), "
            f"got {indptr[:5].tolist()}{'…' if len(indptr) > 5 else ''} ending in {indptr[-1]}"
        )
    if indices.min(initial=0) < 0:
        raise ValueError(f"indices must be 0 or more, got {indices.min()}")
    if n_items > np.iinfo(np.int32).max:
        raise ValueError(f"items must be fewer than {np.iinfo(np.int32).max:,}, got {n_items:,}")
    return Rows(*_tidy(indptr, indices.astype(np.int32), index, duplicates), index)


def roll_up(rows: Rows, taxonomy: Any) -> Rows:
    """Replace items by their parents; parents in order of their labels."""
    codes, parents = frames.used(_parents(rows.labels, taxonomy))
    labels, rank = _sorted(parents)
    indices = rank[codes][rows.indices]
    return Rows(*_tidy(rows.indptr, indices, labels, "merge"), labels, rows.basket_ids)


def _parents(labels: pd.Index, taxonomy: Any) -> pd.Categorical:
    """Look up the parent of each label."""
    items, parents = read_taxonomy(taxonomy)
    coded = frames.labels(parents, "parents in the taxonomy")
    pairs = pd.DataFrame({"item": items, "parent": coded.codes}).drop_duplicates()
    pairs = pairs[pairs["parent"] >= 0]
    twice = pairs["item"].duplicated()
    if twice.any():
        item = pairs["item"][twice].tolist()[0]
        both = coded.categories[pairs["parent"][pairs["item"] == item].to_numpy()[:2]].tolist()
        raise ValueError(f"the taxonomy gives {item!r} two parents, {both[0]!r} and {both[1]!r}; keep one")
    place = pd.Index(pairs["item"]).get_indexer(labels)
    lost = labels[place < 0]
    if len(lost):
        some = ", ".join(repr(label) for label in lost[:5]) + (", …" if len(lost) > 5 else "")
        raise KeyError(
            f"the taxonomy has no parent for {len(lost):,} of {len(labels):,} items: {some}; "
            "give every item one (an item may be its own parent)"
        )
    return coded[pairs.index.to_numpy()[place]]


def read_taxonomy(taxonomy: Any) -> tuple[pd.Index, pd.Series]:
    """Take children and parents out of a taxonomy given in any way."""
    if isinstance(taxonomy, Mapping):
        return pd.Index(list(taxonomy.keys())), pd.Series(list(taxonomy.values()), dtype=object)
    if isinstance(taxonomy, pd.Series):
        return taxonomy.index, taxonomy.reset_index(drop=True)
    names = frames.names(taxonomy, "taxonomy")
    if len(names) != 2:
        raise ValueError(f"taxonomy must have two columns (item, parent), got {len(names)}: {names[:10]}")
    pairs = frames.select(taxonomy, {"item": names[0], "parent": names[1]}, what="taxonomy")
    return pd.Index(pairs["item"].astype(object)).infer_objects(), pairs["parent"]


def _items_of(basket: object, number: int) -> list[object]:
    if isinstance(basket, str | bytes):
        raise TypeError(
            f"each basket must be a list of items, but basket {number} is the text {basket!r}; "
            f"a single basket is written [[{basket!r}, …]]"
        )
    if not isinstance(basket, Iterable):
        raise TypeError(
            f"each basket must be a list of items, but basket {number} is {basket!r} "
            f"({type(basket).__name__}); an empty basket is written []"
        )
    return list(basket)


def _from_scipy(matrix: Any) -> tuple[np.ndarray, np.ndarray, int]:
    if matrix.ndim != 2:
        raise ValueError(f"matrix must have two dimensions (baskets × items), got {matrix.ndim}")
    csr = matrix.tocsr(copy=True)
    csr.eliminate_zeros()
    odd = np.flatnonzero(csr.data != 1)
    if len(odd):
        row = int(np.searchsorted(csr.indptr, odd[0], side="right")) - 1
        raise ValueError(
            f"matrix must hold only 0 and 1, got {csr.data[odd[0]].item()!r} for basket {row}, "
            f"item {csr.indices[odd[0]]}; for counts pass matrix > 0"
        )
    return csr.indptr.astype(np.int64), csr.indices, csr.shape[1]


def _positions(values: Any, name: str) -> np.ndarray:
    array = np.asarray(values)
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        raise TypeError(f"{name} must be a flat array of whole numbers, got {array.ndim}-d {array.dtype}")
    return array.astype(np.int64)


def _ones(column: pd.Series, label: object) -> np.ndarray:
    """Rows in which a column of 0 and 1 is 1."""
    rows, values = None, column
    if isinstance(column.dtype, pd.SparseDtype):
        if column.array.fill_value == 0:
            rows, values = column.array.sp_index.indices, pd.Series(column.array.sp_values)
        else:
            values = column.sparse.to_dense()
    if values.dtype != bool:
        odd = values.isna().to_numpy()
        if not odd.any():
            plain = values.to_numpy()
            odd = (plain != 0) & (plain != 1)
        if odd.any():
            place = int(odd.argmax())
            got = values.iloc[place]
            raise ValueError(
                f"table must hold only 0 and 1 (or False and True), got "
                f"{got.item() if isinstance(got, np.generic) else got!r} in column {label!r}, "
                f"row {place if rows is None else rows[place]}; for counts pass table > 0"
            )
        values = plain == 1
    found = np.flatnonzero(values)
    return (found if rows is None else rows[found]).astype(np.int32)


def _tidy(
    indptr: np.ndarray, indices: np.ndarray, labels: pd.Index, duplicates: str
) -> tuple[np.ndarray, np.ndarray]:
    """Sort the items of each basket; merge repeated ones or refuse them."""
    kept, row, item = kernels.tidy(indptr, indices)
    if row >= 0 and duplicates == "error":
        name = labels.tolist()[item]
        raise ValueError(
            f"basket {row} holds {name!r} more than once; pass duplicates='merge' to count it once"
        )
    return kept, indices if row < 0 else indices[: kept[-1]].copy()


def _sorted(labels: pd.Index) -> tuple[pd.Index, np.ndarray]:
    """Labels in their own order, so that the order of lines does not matter, and the rank of each."""
    order = labels.argsort()
    rank = np.empty(len(order), dtype=np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    return labels[order], rank


def _check_labels(labels: pd.Index) -> pd.Index:
    coded = frames.labels(pd.Series(labels), "labels of items")
    if (coded.codes < 0).any():
        place = int(np.flatnonzero(coded.codes < 0)[0])
        raise ValueError(
            f"labels of items must not be missing or empty, got {labels.tolist()[place]!r} at {place}"
        )
    if not labels.is_unique:
        raise ValueError(
            f"labels of items must differ, got {labels[labels.duplicated()].tolist()[0]!r} twice"
        )
    return labels


def _refuse_gaps(codes: np.ndarray, name: str, advice: str) -> None:
    gaps = np.flatnonzero(codes < 0)
    if len(gaps):
        raise ValueError(
            f"{len(gaps):,} of {len(codes):,} order lines have no {name} (first: row {gaps[0]}); {advice}"
        )


def _check_choice(value: object, name: str, options: tuple[str, ...]) -> None:
    if value not in options:
        raise ValueError(f"{name}={value!r} is unknown; {frames.closest(value, options)}")
