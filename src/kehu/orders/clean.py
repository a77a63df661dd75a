"""Cleaning order lines in four steps (filter, clean, classify, store) with a ledger that adds up."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from kehu.orders.ledger import MOST, UNITS, Sieve, readable
from kehu.orders.outliers import unusual
from kehu.orders.repeats import repeats
from kehu.orders.returns import Parts, settle
from kehu.orders.schema import conform, whole_where_possible
from kehu.warnings import SharedOrdersWarning, warn

_FIRST_SHOP = "1990-01-01"
_QUANTITIES = ("quantity", "returned_quantity")


@dataclass(frozen=True, repr=False)
class Cleaned:
    """Order lines after cleaning, and an account of every line that is not among them.

    Attributes
    ----------
    orders : pandas.DataFrame
        The lines that were kept. Where part of a line was taken back, ``quantity`` and ``amount`` are what
        is left, and ``returned_quantity`` and ``returned_amount`` say what was taken back.
    ledger : pandas.DataFrame
        ``step``, ``reason``, ``rows``, ``amount``: what came in (first row), what each step took out, and
        what was kept (last row). The rows after the first add up to the first.
    rejected : pandas.DataFrame
        The lines that were taken out, with ``row`` (position in the input), ``step``, ``reason`` and, for
        returns and what they undo, ``matched_row``.
    outliers : pandas.DataFrame
        Kept lines of unusual size, for the reader to judge: nothing is dropped for being large.
    shared_orders : int
        Orders whose lines name more than one customer.
    parameters : dict
        The settings of the call.
    """

    orders: pd.DataFrame
    ledger: pd.DataFrame
    rejected: pd.DataFrame
    outliers: pd.DataFrame
    shared_orders: int
    parameters: dict[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        """Show the ledger."""
        return f"{self._headline()}\n{readable(self.ledger).to_string(index=False)}"

    def _repr_html_(self) -> str:
        return f"<p>{self._headline()}</p>{readable(self.ledger).to_html(index=False)}"

    def _headline(self) -> str:
        kept, came = self.ledger["rows"].iloc[-1], self.ledger["rows"].iloc[0]
        return f"{kept:,} of {came:,} order lines kept; {len(self.outliers):,} of unusual size"


def clean(
    data: Any,
    *,
    columns: Mapping[str, str] | None = None,
    date_format: str | None = None,
    start: str | pd.Timestamp | None = None,
    end: str | pd.Timestamp | None = None,
    non_products: Collection[Any] = (),
    duplicates: str = "drop",
    require_customer: bool = True,
    not_after: str | pd.Timestamp | None = None,
) -> Cleaned:
    """Clean order lines and account for every one of them.

    The four steps are those of D4: *filter* (the period, things that are no products), *clean* (gaps,
    impossible values, duplicates), *classify* (sales and returns, each return matched to the sale it undoes)
    and *store* (what is kept). A line leaves with the first reason that applies.

    Parameters
    ----------
    data : dataframe
        One row an order line, from any dataframe library; see `kehu.orders.conform` for the columns.
    columns : mapping of str to str, optional
        Schema name → name in ``data``, for those that differ.
    date_format : str, optional
        How dates given as text are written; found out when not given.
    start, end : str or Timestamp, optional
        Period to keep, both ends included; an ``end`` without time of day means the whole day.
    non_products : collection of labels, optional
        Values of ``product`` that are no goods (postage, fees, manual entries).
    duplicates : {"drop", "keep"}
        What to do with a line that repeats an earlier one in every column. Where a till writes two pieces
        as two equal lines, keep them.
    require_customer : bool
        Whether lines without customer are taken out. Baskets can do without a customer.
    not_after : str or Timestamp, optional
        Later dates are impossible; the present moment when not given.

    Returns
    -------
    Cleaned
        ``.orders``, ``.ledger``, ``.rejected``, ``.outliers``. Cleaning ``.orders`` again changes nothing.

    Raises
    ------
    ValueError
        If there are no lines, or none is left.
    KeyError, TypeError
        If a column is missing or does not hold what it should.

    Warns
    -----
    SharedOrdersWarning
        If an order names several customers: its number is probably not unique.

    Notes
    -----
    A return (negative quantity and amount) is matched within customer and product to the latest earlier sale
    that has exactly its quantity still open, among the 32 latest, else to the latest open sales, one after
    the other. A sale taken back in full is taken out with its return; of a sale taken back in part the rest
    stays. Without a ``quantity`` column a negative amount is a return of one unit; without a ``product``
    column returns are matched within customer to a sale of the same amount.

    Examples
    --------
    >>> lines = pd.DataFrame({
    ...     "customer_id": ["a", "a", None, "b"], "order_id": [1, 2, 3, 4],
    ...     "ordered_at": pd.to_datetime(["2017-11-01", "2017-11-03", "2017-11-03", "2017-11-04"]),
    ...     "product": ["lamp", "lamp", "lamp", "tea"], "quantity": [2, -2, 1, 3],
    ...     "amount": [20, -20, 10, 9]})
    >>> cleaned = clean(lines)
    >>> cleaned
    1 of 4 order lines kept; 0 of unusual size
        step                  reason rows amount
       input    order lines received    4  19.00
       clean        customer missing    1  10.00
    classify return matched to a sale    1 -20.00
    classify sale taken back in full    1  20.00
       store                    kept    1   9.00
    >>> cleaned.orders[["customer_id", "product", "amount"]]
      customer_id product  amount
    0           b     tea     9.0
    """
    _check_arguments(non_products, duplicates)
    lines = conform(data, columns=columns, date_format=date_format)
    if lines.empty:
        raise ValueError("orders has no rows; there is nothing to clean")
    latest = pd.Timestamp.now() if not_after is None else pd.Timestamp(not_after)
    sieve = Sieve(lines)
    _filter(sieve, start, end, non_products)
    _find_faults(sieve, latest, require_customer)
    if duplicates == "drop":
        sieve.reject("clean", "exact duplicate", repeats(lines, sieve.units, sieve.alive))
    returns = settle(lines, sieve.units, sieve.alive)
    for reason, mask in returns.reasons.items():
        sieve.reject("classify", reason, mask)
    ledger = sieve.ledger(returns.parts)
    if not sieve.alive.any():
        raise ValueError(
            f"no order lines are left after cleaning:\n{readable(ledger).to_string(index=False)}"
        )
    kept = _less_returns(lines, sieve.units, returns.parts)[sieve.alive].reset_index(drop=True)
    kept = kept.assign(**{name: whole_where_possible(kept[name]) for name in _QUANTITIES if name in kept})
    return Cleaned(
        orders=kept,
        ledger=ledger,
        rejected=sieve.rejected(returns.parts, returns.partner),
        outliers=unusual(kept),
        shared_orders=_shared_orders(kept),
        parameters={
            "start": start,
            "end": end,
            "non_products": list(non_products),
            "duplicates": duplicates,
            "require_customer": require_customer,
            "not_after": latest,
        },
    )


def _check_arguments(non_products: Collection[Any], duplicates: str) -> None:
    if isinstance(non_products, str):
        raise TypeError(
            f"non_products must be a list, got the text {non_products!r}; write [{non_products!r}]"
        )
    if duplicates not in ("drop", "keep"):
        raise ValueError(f"duplicates must be 'drop' or 'keep', got {duplicates!r}")


def _filter(sieve: Sieve, start: Any, end: Any, non_products: Collection[Any]) -> None:
    """D4's first step: lines outside the question."""
    times = sieve.lines["ordered_at"]
    outside = np.zeros(len(times), dtype=bool)
    first, last = (None if moment is None else pd.Timestamp(moment) for moment in (start, end))
    if first is not None and last is not None and last < first:
        raise ValueError(f"start {start!r} lies after end {end!r}")
    if first is not None:
        outside |= (times < first).to_numpy()
    if last is not None:
        whole_day = last == last.normalize()
        beyond = times >= last + pd.Timedelta(days=1) if whole_day else times > last
        outside |= beyond.to_numpy()
    sieve.reject("filter", "outside the period", outside)
    if non_products and "product" not in sieve.lines:
        raise KeyError("non_products was given, but orders has no column 'product'")
    if non_products:
        sieve.reject("filter", "not a product", sieve.lines["product"].isin(list(non_products)).to_numpy())


def _find_faults(sieve: Sieve, latest: pd.Timestamp, require_customer: bool) -> None:
    """D4's second step, line by line: gaps and impossible values."""
    lines, units = sieve.lines, sieve.units
    times, amount = lines["ordered_at"].to_numpy(), lines["amount"].to_numpy()
    for name in ("customer_id", "order_id", "product"):
        if name in lines and (require_customer or name != "customer_id"):
            missing = np.asarray(lines[name].cat.codes) < 0
            sieve.reject("clean", f"{name.removesuffix('_id')} missing", missing)
    sieve.reject("clean", "date missing", np.isnat(times))
    impossible = (times < np.datetime64(_FIRST_SHOP)) | (times > latest.to_datetime64())
    sieve.reject("clean", "impossible date", impossible)
    sieve.reject("clean", "amount missing", np.isnan(amount))
    sieve.reject("clean", "impossible amount", np.abs(amount) > MOST)
    if "quantity" in lines:
        quantity = lines["quantity"].to_numpy()
        sieve.reject("clean", "quantity missing", np.isnan(quantity))
        sieve.reject("clean", "impossible quantity", np.abs(quantity) > MOST)
        sieve.reject("clean", "quantity zero", quantity == 0)
        sieve.reject("clean", "negative quantity without refund", (quantity < 0) & (units >= 0))
        sieve.reject("clean", "negative price", (quantity > 0) & (units < 0))
    sieve.reject("clean", "amount zero", units == 0)


def _less_returns(lines: pd.DataFrame, units: np.ndarray, parts: Parts) -> pd.DataFrame:
    """Take off each sale what was given back of it, and note beside it how much that was."""
    if not len(parts.rows):
        return lines
    changed = {}
    for name, taken in (("quantity", parts.quantity), ("amount", parts.units / UNITS)):
        if name in lines:
            back = np.zeros(len(lines)) + lines.get(f"returned_{name}", 0.0)
            back[parts.rows] += taken
            changed[f"returned_{name}"] = back
            changed[name] = lines[name].to_numpy(np.float64, copy=True)
            changed[name][parts.rows] -= taken
    changed["amount"][parts.rows] = (units[parts.rows] - parts.units) / UNITS
    return lines.assign(**changed)


def _shared_orders(orders: pd.DataFrame) -> int:
    """Count the orders that name several customers, and warn of them."""
    order, customer = (np.asarray(orders[name].cat.codes) for name in ("order_id", "customer_id"))
    owner = np.empty(len(orders["order_id"].cat.categories), dtype=customer.dtype)
    owner[order] = customer
    shared = len(np.unique(order[owner[order] != customer]))
    if shared:
        warn(
            f"{shared:,} orders name more than one customer; if order numbers start anew with each customer, "
            "join customer and order number into one",
            SharedOrdersWarning,
        )
    return shared
