"""Features of customers in four ways: who they are, what they buy, how they behave, what they are worth."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from kehu import frames
from kehu.frames import closest
from kehu.orders import customer_summary

GROUPS = ("who", "what", "how", "worth")
_MOST_KINDS = 20


@dataclass(frozen=True)
class CustomerFeatures:
    """Features of customers, each in one of four groups.

    Attributes
    ----------
    table : pandas.DataFrame
        One row a customer (index ``customer_id``), one column a feature, in original units, nothing missing.
    about : pandas.DataFrame
        One row a feature: ``feature``, ``group`` ("who", "what", "how" or "worth") and ``kind`` ("number",
        or "share" for numbers from 0 to 1).
    alike : list of str
        Features left out because they are the same for all customers.
    """

    table: pd.DataFrame
    about: pd.DataFrame
    alike: list[str]

    def of(self, *groups: str) -> pd.DataFrame:
        """The features of some groups.

        Parameters
        ----------
        *groups : {"who", "what", "how", "worth"}
            Groups wanted.

        Returns
        -------
        pandas.DataFrame

        Raises
        ------
        KeyError
            If a group is not there.

        Examples
        --------
        >>> lines = pd.DataFrame({"customer_id": ["Li", "Li", "Wu"], "order_id": [1, 2, 3],
        ...                       "ordered_at": ["2017-11-01", "2017-11-11", "2017-11-11"],
        ...                       "amount": [20.0, 10.0, 8.0]})
        >>> features(lines, as_of="2017-11-30").of("worth")
                     total  order_amount
        customer_id
        Li            30.0          15.0
        Wu             8.0           8.0
        """
        for group in groups:
            if group not in set(self.about["group"]):
                raise KeyError(
                    f"features has no group {group!r}; {closest(group, self.about['group'].unique())}"
                )
        return self.table[self.about.loc[self.about["group"].isin(groups), "feature"].tolist()]


def features(
    orders: Any,
    *,
    as_of: Any,
    unit: str = "D",
    customers: Any = None,
    groups: Sequence[str] = GROUPS,
    top_categories: int = 8,
) -> CustomerFeatures:
    """Describe customers as far as their orders (and what is known of them besides) allow.

    The four groups follow the usual ways of segmenting a market: demographic and geographic ("who"),
    psychographic, of which orders show no more than what is bought ("what"), behavioural ("how"), and by
    value ("worth"). A feature whose column is not in the orders is
    left out, and so is one that is the same for all customers.

    ======= =====================================================================================
    group   features
    ======= =====================================================================================
    who     the columns of ``customers``: numbers as they are, text as one feature a value, 1 for the
            customers who have it (``age: 25–34``), missing text as a value of its own (``age: ?``)
    what    ``n_products``, ``n_categories``: different ones bought; ``share: <category>``: share of the
            customer's amount in each of the largest categories
    how     ``n_orders``; ``days_since_last``; ``T``: age in ``unit`` since the first order;
            ``lines_per_order``; ``weekend_share``: share of order lines on Saturday or Sunday;
            ``evening_share``: from 18 to 6 o'clock, if the orders have times of day
    worth   ``total``: amount of all orders; ``order_amount``: mean amount of an order
    ======= =====================================================================================

    Segments should be made of behaviour and value; who customers are is better kept to describe the
    segments afterwards, as in k-means a rare 0/1 feature has as much weight as a number.

    Parameters
    ----------
    orders : dataframe
        Order lines as `kehu.orders.clean` gives them.
    as_of : date, time or text
        The day on which to look back, as for `kehu.orders.customer_summary`; later orders are left out.
    unit : {"h", "D", "W", "M", "Y"}
        Unit of ``T``.
    customers : dataframe, optional
        What is known of the customers: ``customer_id`` and any columns.
    groups : sequence of str
        Groups wanted; all that the data have by default.
    top_categories : int
        How many categories get a share, the largest by amount.

    Returns
    -------
    CustomerFeatures

    Raises
    ------
    KeyError
        If a column is missing or a group is unknown.
    ValueError, TypeError
        If orders or customers do not hold what they should, or a customer stands there twice or is missing.

    Examples
    --------
    >>> lines = pd.DataFrame({"customer_id": ["Li", "Li", "Wu"], "order_id": [1, 2, 3],
    ...                       "ordered_at": ["2017-11-01", "2017-11-11", "2017-11-11"],
    ...                       "amount": [20.0, 10.0, 8.0]})
    >>> features(lines, as_of="2017-11-30").about["feature"].tolist()
    ['n_orders', 'T', 'weekend_share', 'total', 'order_amount']
    """
    wanted = _groups(groups)
    if isinstance(top_categories, bool) or not isinstance(top_categories, int) or top_categories < 0:
        raise ValueError(f"top_categories must be a whole number from 0, got {top_categories!r}")
    summary = customer_summary(
        orders, as_of=as_of, unit=unit, same_day="keep" if _has_ids(orders) else "merge"
    )
    lines = _Lines(orders, summary)
    found = {
        "who": {} if customers is None else _who(customers, summary.index),
        "what": _what(lines, top_categories),
        "how": _how(lines, summary),
        "worth": {"total": summary["total"], "order_amount": summary["total"] / summary["n_orders"]},
    }
    chosen = {group: found[group] for group in wanted}
    columns = {name: np.asarray(values, np.float64) for of in chosen.values() for name, values in of.items()}
    if len(columns) < sum(map(len, chosen.values())):
        raise ValueError("customers has a column named like one of the features; rename it")
    if not columns:
        raise ValueError(f"the data have nothing for the groups {list(wanted)}; give customers or categories")
    table = pd.DataFrame(columns, index=summary.index)
    alike = [name for name in table if len(table) > 1 and np.ptp(table[name].to_numpy()) == 0]
    table = table.drop(columns=alike)
    about = [
        (name, group, "share" if "share" in name or ": " in name else "number")
        for group, of in chosen.items()
        for name in of
        if name not in alike
    ]
    return CustomerFeatures(table, pd.DataFrame(about, columns=["feature", "group", "kind"]), alike)


def _groups(groups: Sequence[str]) -> list[str]:
    given = [groups] if isinstance(groups, str) else list(groups)
    for group in given:
        if group not in GROUPS:
            raise KeyError(f"there is no group of features {group!r}; {closest(group, GROUPS)}")
    if not given:
        raise ValueError("groups is empty; name at least one of 'who', 'what', 'how', 'worth'")
    return [group for group in GROUPS if group in given]


def _has_ids(orders: Any) -> bool:
    return "order_id" in frames.names(orders, "orders")


class _Lines:
    """Order lines up to the day, with the customer's place in the summary."""

    def __init__(self, orders: Any, summary: pd.DataFrame) -> None:
        optional = {name: name for name in ("product", "category")}
        data = frames.select(
            orders, {"customer_id": "customer_id", "ordered_at": "ordered_at", "amount": "amount"},
            optional=optional, what="orders",
        )  # fmt: skip
        moments = pd.Series(pd.to_datetime(data["ordered_at"]))
        coded = frames.labels(data["customer_id"], "customer_id")
        place = summary.index.get_indexer(coded.categories)
        customer = np.where(coded.codes >= 0, place[coded.codes], -1)
        end = pd.Timestamp(summary.attrs["as_of"])
        end = end if end != end.normalize() else end + pd.Timedelta(days=1)
        keep = (customer >= 0) & (moments < end).to_numpy()
        self.n, self.customer = len(summary), customer[keep]
        self.moments = moments[keep]
        self.amount = data["amount"].to_numpy(np.float64)[keep]
        self.labels = {name: frames.labels(data[name][keep], name) for name in optional if name in data}

    def count(self, weights: np.ndarray | None = None) -> np.ndarray:
        """Number of lines of each customer, or the sum of their weights."""
        return np.bincount(self.customer, weights, minlength=self.n).astype(np.float64)


def _who(customers: Any, index: pd.Index) -> dict[str, np.ndarray]:
    names = frames.names(customers, "customers")
    data = frames.select(
        customers, {name: name for name in dict.fromkeys(["customer_id", *names])}, what="customers"
    )
    coded = pd.Index(frames.labels(data.pop("customer_id"), "customer_id").astype(index.dtype))
    if coded.has_duplicates:
        raise ValueError(
            f"customers names {coded[coded.duplicated()][0]!r} more than once; keep one row each"
        )
    place = coded.get_indexer(index)
    found: dict[str, np.ndarray] = {}
    for name, column in data.items():
        if pd.api.types.is_bool_dtype(column.dtype):
            column = column.astype(np.float64)
        if pd.api.types.is_numeric_dtype(column.dtype):
            found[str(name)] = np.where(place >= 0, frames.numbers(column, str(name))[place], np.nan)
            missing = int(np.isnan(found[str(name)]).sum())
            if missing:
                raise ValueError(
                    f"{name} is missing for {missing:,} of {len(index):,} customers with orders; fill it in, "
                    f"make it text in bands or leave it out"
                )
            continue
        values = frames.labels(column.astype(object).where(column.notna(), None), str(name))
        codes = np.where(place >= 0, values.codes[place], -1)
        if len(values.categories) > _MOST_KINDS:
            raise ValueError(
                f"{name} has {len(values.categories):,} different values; take at most {_MOST_KINDS}"
            )
        for code, label in [*enumerate(values.categories), (-1, "?")]:
            if code >= 0 or (codes < 0).any():
                found[f"{name}: {label}"] = (codes == code).astype(np.float64)
    return found


def _what(lines: _Lines, top: int) -> dict[str, np.ndarray]:
    found = {}
    for name, plural in (("product", "n_products"), ("category", "n_categories")):
        if name in lines.labels:
            codes = np.asarray(lines.labels[name].codes, np.int64)
            known = codes >= 0
            pairs = pd.unique(lines.customer[known] * (codes.max(initial=0) + 1) + codes[known])
            found[plural] = np.bincount(pairs // (codes.max(initial=0) + 1), minlength=lines.n)
    if "category" in lines.labels and top:
        kinds = lines.labels["category"]
        codes = np.asarray(kinds.codes)
        amount = np.bincount(codes[codes >= 0], lines.amount[codes >= 0], minlength=len(kinds.categories))
        total = lines.count(lines.amount)
        for code in np.argsort(-amount, kind="stable")[:top]:
            inside = lines.count(np.where(codes == code, lines.amount, 0.0))
            found[f"share: {kinds.categories[code]}"] = np.divide(
                inside, total, out=np.zeros(lines.n), where=total > 0
            )
    return found


def _how(lines: _Lines, summary: pd.DataFrame) -> dict[str, np.ndarray]:
    n_lines = np.maximum(lines.count(), 1)
    found = {name: summary[name].to_numpy(np.float64) for name in ("n_orders", "days_since_last", "T")}
    found["lines_per_order"] = n_lines / found["n_orders"]
    found["weekend_share"] = lines.count((lines.moments.dt.day_of_week >= 5).to_numpy()) / n_lines
    if (lines.moments != lines.moments.dt.normalize()).any():
        hour = lines.moments.dt.hour
        found["evening_share"] = lines.count(((hour >= 18) | (hour < 6)).to_numpy()) / n_lines
    return found
