"""The class of baskets and what can be asked of it."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Self

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from kehu import frames
from kehu._kernels import baskets as kernels
from kehu.baskets import sources

_LARGEST_TABLE = 4 * 2**30


@dataclass(frozen=True, eq=False, repr=False, slots=True)
class Baskets:
    """Baskets of items, sparse and unchanging: each item once in a basket.

    Make them with :meth:`from_orders`, :meth:`from_lists`, :meth:`from_onehot` or :meth:`from_csr`, which
    check what they get; the constructor itself checks nothing. A million different items take no more
    memory than the lines they were bought in.

    Attributes
    ----------
    indptr : numpy.ndarray of int64, shape (n_baskets + 1,)
        Basket ``b`` holds ``indices[indptr[b]:indptr[b + 1]]``. Read-only.
    indices : numpy.ndarray of int32
        Places of the items in ``labels``; rising within a basket. Read-only.
    labels : pandas.Index, shape (n_items,)
        The items, kept exactly as they came, blanks included.
    basket_ids : pandas.Index or None
        What the baskets are called, such as order numbers.

    Examples
    --------
    >>> baskets = Baskets.from_lists([["milk", "tea"], ["tea"], []])
    >>> baskets
    <Baskets: 3 baskets × 2 items, 3 entries, 1.00 a basket>
    >>> baskets.item_frequency()
       item  count   support
    0   tea      2  0.666667
    1  milk      1  0.333333
    >>> baskets[baskets.contains(["tea"])].to_lists()
    [['milk', 'tea'], ['tea']]
    """

    indptr: np.ndarray
    indices: np.ndarray
    labels: pd.Index
    basket_ids: pd.Index | None = None

    def __post_init__(self) -> None:
        self.indptr.flags.writeable = False
        self.indices.flags.writeable = False

    @classmethod
    def from_orders(
        cls, orders: Any, *, item: str = "product", order: str = "order_id", missing: str = "error"
    ) -> Self:
        """Make baskets of order lines: one basket an order.

        An item on several lines of an order counts once. Baskets stand in the order in which their first
        lines stand; items are sorted by label.

        Parameters
        ----------
        orders : dataframe
            Order lines, in pandas, polars, pyarrow or DuckDB.
        item : str
            Column with what was bought: ``"product"``, ``"category"`` or any other.
        order : str
            Column that tells the orders apart.
        missing : {"error", "drop"}
            What to do with lines without an item. ``"drop"`` leaves the lines out but keeps their orders,
            which may become empty baskets, so that shares still refer to all orders.

        Returns
        -------
        Baskets

        Raises
        ------
        ValueError
            If there are no lines, or lines without an order or (unless dropped) without an item.
        KeyError
            If a column is missing.
        TypeError
            If ``orders`` is no dataframe or a column mixes types.

        Examples
        --------
        >>> lines = pd.DataFrame({"order_id": [7, 7, 7, 8], "product": ["tea", "milk", "tea", "tea"]})
        >>> Baskets.from_orders(lines).to_lists()
        [['milk', 'tea'], ['tea']]
        """
        return cls(*sources.from_orders(orders, item, order, missing))

    @classmethod
    def from_lists(cls, lists: Iterable[Iterable[object]], *, duplicates: str = "error") -> Self:
        """Make baskets of lists of items.

        Parameters
        ----------
        lists : iterable of lists
            One list (or tuple, set, array) of text or whole numbers a basket; it may be empty.
        duplicates : {"error", "merge"}
            Whether an item that stands twice in a basket is refused or counted once.

        Returns
        -------
        Baskets
            In the order given; items are sorted by label.

        Raises
        ------
        ValueError
            If there is no basket, an item is missing (None, NaN, empty text) or stands twice in a basket.
        TypeError
            If a basket is no list, or items are of several types.

        Examples
        --------
        >>> Baskets.from_lists([["tea", "milk", "tea"]], duplicates="merge").to_lists()
        [['milk', 'tea']]
        """
        return cls(*sources.from_lists(lists, duplicates))

    @classmethod
    def from_onehot(cls, table: Any) -> Self:
        """Make baskets of a table with one row a basket and one column an item.

        Parameters
        ----------
        table : dataframe
            Only True and False, or 1 and 0; pandas (sparse too), polars, pyarrow or DuckDB. The index of a
            pandas table names the baskets, unless it just numbers them.

        Returns
        -------
        Baskets
            Items in the order of the columns.

        Raises
        ------
        ValueError
            If there is another value than 0 and 1, no row, or two columns of one name.
        TypeError
            If ``table`` is no dataframe or its column names mix types.

        Examples
        --------
        >>> Baskets.from_onehot(pd.DataFrame({"tea": [1, 0], "milk": [1, 1]})).to_lists()
        [['tea', 'milk'], ['milk']]
        """
        return cls(*sources.from_onehot(table))

    @classmethod
    def from_csr(
        cls, matrix: Any, labels: Iterable[object] | None = None, *, duplicates: str = "error"
    ) -> Self:
        """Make baskets of a sparse matrix with one row a basket and one column an item.

        Parameters
        ----------
        matrix : scipy sparse matrix or array, or a pair of arrays (indptr, indices)
            Zeros that are stored are left out. Items of a row need not be sorted.
        labels : iterable, optional
            Names of the items; by default they are numbered from 0.
        duplicates : {"error", "merge"}
            Whether an item that stands twice in a row is refused or counted once.

        Returns
        -------
        Baskets

        Raises
        ------
        ValueError
            If a value is neither 0 nor 1, an index is out of range, or the arrays do not fit together.
        TypeError
            If ``matrix`` is neither sparse nor a pair of arrays of whole numbers.

        Examples
        --------
        >>> Baskets.from_csr(([0, 2, 3], [1, 0, 1]), labels=["tea", "milk"]).to_lists()
        [['tea', 'milk'], ['milk']]
        """
        return cls(*sources.from_csr(matrix, labels, duplicates))

    @property
    def n_baskets(self) -> int:
        """Number of baskets, empty ones included."""
        return len(self.indptr) - 1

    @property
    def n_items(self) -> int:
        """Number of different items, those in no basket included."""
        return len(self.labels)

    def __len__(self) -> int:
        return self.n_baskets

    def __repr__(self) -> str:
        return (
            f"<Baskets: {self.n_baskets:,} baskets × {self.n_items:,} items, {len(self.indices):,} entries, "
            f"{len(self.indices) / self.n_baskets:.2f} a basket>"
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Baskets):
            return NotImplemented
        mine, others = self.basket_ids, other.basket_ids
        return (
            np.array_equal(self.indptr, other.indptr)
            and np.array_equal(self.indices, other.indices)
            and self.labels.equals(other.labels)
            and (mine is others if mine is None or others is None else mine.equals(others))
        )

    __hash__ = None

    def __iter__(self) -> Iterator[list]:
        return iter(self.to_lists())

    def __getitem__(self, which: Any) -> "list | Baskets":
        """Take one basket as a list, or some as Baskets: by slice, mask or numbers (repeats allowed).

        All items stay in ``labels``, so that parts can be compared.
        """
        rows = np.arange(self.n_baskets)[which]
        if rows.ndim == 0:
            return self.labels[self.indices[self.indptr[rows] : self.indptr[rows + 1]]].tolist()
        if rows.ndim > 1:
            raise IndexError(f"baskets have one dimension, the selection has {rows.ndim}")
        if not len(rows):
            raise ValueError("the selection holds no basket; there must be at least one")
        ids = None if self.basket_ids is None else self.basket_ids[rows]
        return Baskets(*kernels.take(self.indptr, self.indices, rows.copy()), self.labels, ids)

    def sizes(self) -> np.ndarray:
        """Count the items of each basket.

        Returns
        -------
        numpy.ndarray of int64, shape (n_baskets,)
        """
        return np.diff(self.indptr)

    def item_counts(self) -> np.ndarray:
        """Count the baskets that hold each item.

        Returns
        -------
        numpy.ndarray of int64, shape (n_items,)
            In the order of ``labels``.
        """
        return kernels.count(self.indices, self.n_items)

    def item_frequency(self) -> pd.DataFrame:
        """Tell how many baskets hold each item.

        Returns
        -------
        pandas.DataFrame
            Columns ``item``, ``count`` (baskets) and ``support`` (count / n_baskets), most frequent first;
            equally frequent items in the order of ``labels``.
        """
        counts = self.item_counts()
        order = np.argsort(-counts, kind="stable")
        return pd.DataFrame(
            {"item": self.labels[order], "count": counts[order], "support": counts[order] / self.n_baskets}
        )

    def size_distribution(self) -> pd.DataFrame:
        """Tell how many baskets there are of each size.

        Returns
        -------
        pandas.DataFrame
            Columns ``size`` (different items), ``baskets`` and ``share`` (of all baskets), smallest first.

        Examples
        --------
        >>> Baskets.from_lists([["tea"], ["tea", "milk"], ["milk"]]).size_distribution()
           size  baskets     share
        0     1        2  0.666667
        1     2        1  0.333333
        """
        size, baskets = np.unique(self.sizes(), return_counts=True)
        return pd.DataFrame({"size": size, "baskets": baskets, "share": baskets / self.n_baskets})

    def contains(self, items: Collection[object]) -> np.ndarray:
        """Find the baskets that hold all of some items.

        Parameters
        ----------
        items : collection
            Labels, such as ``["milk", "tea"]`` or a frozenset; none of them: every basket.

        Returns
        -------
        numpy.ndarray of bool, shape (n_baskets,)

        Raises
        ------
        KeyError
            If a label is unknown, naming the closest.
        TypeError
            If ``items`` is a single text.
        """
        if isinstance(items, str) or not isinstance(items, Collection):
            raise TypeError(f"items must be a list of labels, got {items!r}; for one write [{items!r}]")
        items = list(items)
        places = self.labels.get_indexer(pd.Index(items, dtype=object))
        for item, place in zip(items, places, strict=True):
            if place < 0:
                raise KeyError(f"no item {item!r}; {frames.closest(item, self.labels)}")
        wanted = np.zeros(self.n_items, dtype=np.bool_)
        wanted[places] = True
        return kernels.hits(self.indptr, self.indices, wanted) == wanted.sum()

    def roll_up(self, taxonomy: Any) -> "Baskets":
        """Replace items by their parents, for instance products by categories.

        Several items of one parent count once. Call it again to climb the next level.

        Parameters
        ----------
        taxonomy : mapping, pandas.Series or dataframe of two columns
            Item → parent; a Series has the items in its index. Items that occur in no basket may be there.

        Returns
        -------
        Baskets
            The same baskets; the parents of the items are its items, sorted by label.

        Raises
        ------
        KeyError
            If items have no parent, naming some.
        ValueError
            If an item has two different parents, or a dataframe has not two columns.

        Examples
        --------
        >>> baskets = Baskets.from_lists([["green tea", "black tea"], ["milk"]])
        >>> baskets.roll_up({"green tea": "drinks", "black tea": "drinks", "milk": "dairy"}).to_lists()
        [['drinks'], ['dairy']]
        """
        rows = sources.Rows(self.indptr, self.indices, self.labels, self.basket_ids)
        return Baskets(*sources.roll_up(rows, taxonomy))

    def to_lists(self) -> list[list]:
        """Write each basket as a list of labels.

        Returns
        -------
        list of lists
            Labels in the order of ``labels``.
        """
        held = self.labels.to_numpy(dtype=object)[self.indices].tolist()
        ends = self.indptr.tolist()
        return [held[start:stop] for start, stop in pairwise(ends)]

    def to_scipy(self) -> csr_array:
        """Write the baskets as a sparse matrix.

        Returns
        -------
        scipy.sparse.csr_array of int32, shape (n_baskets, n_items)
            Of ones; ``X.T @ X`` counts how often two items meet. A copy.
        """
        ones = np.ones(len(self.indices), dtype=np.int32)
        return csr_array(
            (ones, self.indices.copy(), self.indptr.copy()), shape=(self.n_baskets, self.n_items)
        )

    def to_onehot(self, *, sparse: bool = False) -> pd.DataFrame:
        """Write the baskets as a table of True and False, as mlxtend takes it.

        Parameters
        ----------
        sparse : bool
            Whether to store only what is True.

        Returns
        -------
        pandas.DataFrame of bool, shape (n_baskets, n_items)
            Indexed by ``basket_ids`` where there are any.

        Raises
        ------
        ValueError
            If a full table would take more than 4 GiB.
        """
        if sparse:
            return pd.DataFrame.sparse.from_spmatrix(
                self.to_scipy().astype(np.bool_), index=self.basket_ids, columns=self.labels
            )
        if self.n_baskets * self.n_items > _LARGEST_TABLE:
            raise ValueError(
                f"a table of {self.n_baskets:,} × {self.n_items:,} would take "
                f"{self.n_baskets * self.n_items / 2**30:,.1f} GiB; pass sparse=True, "
                "use to_scipy(), or roll the items up first"
            )
        table = np.zeros((self.n_baskets, self.n_items), dtype=np.bool_)
        table[np.repeat(np.arange(self.n_baskets), self.sizes()), self.indices] = True
        return pd.DataFrame(table, index=self.basket_ids, columns=self.labels)
