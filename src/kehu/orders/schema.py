"""The columns of an order table, and bringing any dataframe into that form."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from kehu import frames
from kehu.orders import dates

LABELS = ("customer_id", "order_id", "product", "category")
REQUIRED = ("customer_id", "order_id", "ordered_at", "amount")
COLUMNS = ("customer_id", "order_id", "ordered_at", "product", "category", "quantity", "amount")


def conform(
    data: Any, *, columns: Mapping[str, str] | None = None, date_format: str | None = None
) -> pd.DataFrame:
    """Bring a dataframe of order lines into the form that all of kehu works with.

    Parameters
    ----------
    data : dataframe
        One row an order line; pandas, polars, pyarrow or DuckDB.
    columns : mapping of str to str, optional
        Schema name → name in ``data``, for those that differ. A name outside the schema keeps that column
        too, under the new name. ``unit_price`` stands for a price from which ``amount`` is computed.
    date_format : str, optional
        How dates given as text are written; found out when not given.

    Returns
    -------
    pandas.DataFrame
        ``customer_id``, ``order_id``, ``product``, ``category`` as categories in order of first appearance,
        ``ordered_at`` as datetime64[us], ``quantity`` as int64 (float64 where there are fractions or gaps),
        ``amount`` as float64 in currency units; then all further columns. ``product``, ``category`` and
        ``quantity`` may be absent.

    Raises
    ------
    TypeError, KeyError, ValueError
        If a column is missing or does not hold what it should.

    Examples
    --------
    >>> lines = pd.DataFrame({"买家": ["a"], "order_id": [1], "ordered_at": ["2017-11-11"],
    ...                       "quantity": [2], "unit_price": [4.5]})
    >>> conform(lines, columns={"customer_id": "买家"})
      customer_id order_id ordered_at  quantity  amount
    0           a        1 2017-11-11         2     9.0
    """
    frame = _pick(data, dict(columns or {}))
    result = {}
    for name in COLUMNS:
        if name not in frame:
            continue
        values = frame.pop(name)
        if name in LABELS:
            result[name] = frames.labels(values, name)
        elif name == "ordered_at":
            result[name] = frames.times(dates.parse(values, date_format=date_format, name=name), name)
        elif name == "quantity":
            result[name] = whole_where_possible(frames.numbers(values, name))
        else:
            result[name] = frames.numbers(values, name)
    for name, values in frame.items():
        result[name] = frames.labels(values, name) if _is_text(values) else values.array
    return pd.DataFrame(result)


def _pick(data: Any, columns: dict[str, str]) -> pd.DataFrame:
    """Choose the columns under their schema names, and compute ``amount`` from a unit price."""
    present = frames.names(data, "orders")
    taken = set(columns.values())
    columns |= {name: name for name in present if name not in columns and name not in taken}
    priced = "unit_price" in columns and "amount" not in columns
    needed = (*REQUIRED[:-1], *(("quantity", "unit_price") if priced else ("amount",)))
    wanted = {name: columns.get(name, name) for name in (*needed, *columns)}
    frame = frames.select(data, wanted, what="orders")
    if priced:
        price = frames.numbers(frame.pop("unit_price"), "unit_price")
        frame["amount"] = frames.numbers(frame["quantity"], "quantity") * price
    return frame


def _is_text(values: pd.Series) -> bool:
    return isinstance(values.dtype, pd.StringDtype | pd.CategoricalDtype) or (
        values.dtype == object and pd.api.types.infer_dtype(values, skipna=True) == "string"
    )


def whole_where_possible(quantity: np.ndarray | pd.Series) -> np.ndarray:
    """Quantities as integers, unless one is missing, infinite or has a fraction."""
    quantity = np.asarray(quantity)
    if quantity.dtype.kind == "i":
        return quantity
    usable = np.isfinite(quantity) & (np.abs(quantity) < 2**53)
    if usable.all() and (quantity == np.floor(quantity)).all():
        return quantity.astype(np.int64)
    return quantity
