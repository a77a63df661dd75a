"""First looks at cleaned order lines: over time, by order, by hour of the week, and how concentrated."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kehu import frames


def order_values(orders: pd.DataFrame) -> pd.DataFrame:
    """Sum up order lines to orders.

    Parameters
    ----------
    orders : pandas.DataFrame
        Order lines as `kehu.orders.clean` gives them.

    Returns
    -------
    pandas.DataFrame
        One row an order, in order of first appearance: ``order_id``, ``customer_id``, ``ordered_at`` (its
        first line), ``n_lines``, ``quantity`` (where there is one), ``amount``.

    Raises
    ------
    ValueError
        If there are no rows, or a row has no order.

    Examples
    --------
    >>> import kehu
    >>> lines = kehu.simulate.messy_orders(50, random_state=1).orders
    >>> order_values(kehu.orders.clean(lines).orders).columns.tolist()
    ['order_id', 'customer_id', 'ordered_at', 'n_lines', 'quantity', 'amount']
    """
    _check(orders)
    code, order_ids = frames.used(frames.labels(orders["order_id"], "order_id"))
    n = len(order_ids)
    if (code < 0).any():
        raise ValueError(f"{(code < 0).sum():,} order lines have no order; clean the orders first")
    # Written backwards, the first line of each order is the one that stays.
    first = np.empty(n, dtype=np.int64)
    first[code[::-1]] = np.arange(len(code) - 1, -1, -1)
    moment = np.full(n, np.iinfo(np.int64).max)
    np.minimum.at(moment, code, frames.times(orders["ordered_at"], "ordered_at").view(np.int64))
    result = {
        "order_id": pd.Categorical.from_codes(np.arange(n), order_ids),
        "customer_id": orders["customer_id"].array[first],
        "ordered_at": moment.view("datetime64[us]"),
        "n_lines": np.bincount(code, minlength=n),
    }
    for name in ("quantity", "amount"):
        if name in orders:
            total = np.bincount(code, weights=orders[name].to_numpy(np.float64), minlength=n)
            result[name] = total.astype(orders[name].dtype)
    return pd.DataFrame(result)


def by_period(orders: pd.DataFrame, freq: str = "W") -> pd.DataFrame:
    """Count orders, customers and sales by period.

    Parameters
    ----------
    orders : pandas.DataFrame
        Order lines as `kehu.orders.clean` gives them.
    freq : {"D", "W", "M", "Q", "Y"}
        Day, week (from Monday), month, quarter or year.

    Returns
    -------
    pandas.DataFrame
        ``period`` (its first day), ``n_orders``, ``n_customers`` (who ordered in it), ``amount``,
        ``complete`` (False where the data begin or end within the period, so that it must not be compared
        with the others). Periods without an order have zeros.

    Raises
    ------
    ValueError
        If there are no rows or ``freq`` is another.

    Examples
    --------
    >>> lines = pd.DataFrame({"customer_id": ["a", "a"], "order_id": [1, 2], "amount": [5.0, 7.0],
    ...                       "ordered_at": pd.to_datetime(["2017-11-11", "2017-12-12"])})
    >>> by_period(lines, freq="M")
          period  n_orders  n_customers  amount  complete
    0 2017-11-01         1            1     5.0     False
    1 2017-12-01         1            1     7.0     False
    """
    if freq not in ("D", "W", "M", "Q", "Y"):
        raise ValueError(f"freq must be 'D', 'W', 'M', 'Q' or 'Y', got {freq!r}")
    values = order_values(orders)
    grouped = values.assign(period=values["ordered_at"].dt.to_period(freq)).groupby("period")
    table = grouped.agg(
        n_orders=("order_id", "size"), n_customers=("customer_id", "nunique"), amount=("amount", "sum")
    )
    every = pd.period_range(table.index.min(), table.index.max(), freq=table.index.freq, name="period")
    table = table.reindex(every, fill_value=0)
    first, last = (moment.normalize() for moment in (values["ordered_at"].min(), values["ordered_at"].max()))
    table["complete"] = (every.start_time >= first) & (every.end_time.normalize() <= last)
    table.index = every.start_time.rename("period")
    return table.reset_index()


def weekly_rhythm(orders: pd.DataFrame) -> pd.DataFrame:
    """Count orders by weekday and hour.

    Parameters
    ----------
    orders : pandas.DataFrame
        Order lines as `kehu.orders.clean` gives them.

    Returns
    -------
    pandas.DataFrame
        Number of orders; rows ``weekday`` 0 (Monday) to 6, columns ``hour`` 0 to 23. If the data hold dates
        without time of day, there is only column 0.

    Raises
    ------
    ValueError
        If there are no rows.

    Examples
    --------
    >>> lines = pd.DataFrame({"customer_id": ["a"], "order_id": [1], "amount": [5.0],
    ...                       "ordered_at": pd.to_datetime(["2017-11-11 21:15"])})
    >>> int(weekly_rhythm(lines).loc[5, 21])
    1
    """
    moments = order_values(orders)["ordered_at"]
    hours = 24 if (moments != moments.dt.normalize()).any() else 1
    cell = moments.dt.day_of_week.to_numpy() * hours + moments.dt.hour.to_numpy()
    counts = np.bincount(cell, minlength=7 * hours).reshape(7, hours)
    return pd.DataFrame(
        counts, index=pd.RangeIndex(7, name="weekday"), columns=pd.RangeIndex(hours, name="hour")
    )


@dataclass(frozen=True)
class Concentration:
    """How unequally sales are spread.

    Attributes
    ----------
    by : str
        What was ranked: ``customer_id``, ``product`` or ``category``.
    gini : float
        0 when all have the same, near 1 when one has all.
    curve : pandas.DataFrame
        ``label``, ``amount``, and the cumulative ``unit_share`` and ``amount_share``, largest first.
    """

    by: str
    gini: float
    curve: pd.DataFrame

    def top_share(self, fraction: float) -> float:
        """Share of sales that the largest ``fraction`` of customers or products has.

        Parameters
        ----------
        fraction : float
            Between 0 and 1; 0.2 asks for the largest fifth.

        Returns
        -------
        float
            Between two ranks the share is interpolated.

        Examples
        --------
        >>> lines = pd.DataFrame({"customer_id": ["a", "b"], "order_id": [1, 2], "amount": [75.0, 25.0],
        ...                       "ordered_at": pd.to_datetime(["2017-11-11", "2017-12-12"])})
        >>> concentration(lines).top_share(0.5)
        0.75
        """
        if not 0 <= fraction <= 1:
            raise ValueError(f"fraction must lie between 0 and 1, got {fraction!r}")
        units, shares = ([0.0, *self.curve[name]] for name in ("unit_share", "amount_share"))
        return float(np.interp(fraction, units, shares))


def concentration(orders: pd.DataFrame, by: str = "customer_id") -> Concentration:
    r"""Rank customers, products or categories by sales and cumulate.

    Parameters
    ----------
    orders : pandas.DataFrame
        Order lines as `kehu.orders.clean` gives them.
    by : {"customer_id", "product", "category"}
        What to rank; lines where it is missing are left out.

    Returns
    -------
    Concentration
        With the Gini coefficient :math:`G = \sum_i (2i - n - 1) x_i / (n \sum_i x_i)`, the
        :math:`x_i` in ascending order.

    Raises
    ------
    ValueError
        If there are no rows, or sales by ``by`` are negative or all zero.
    KeyError
        If the column is not there.

    References
    ----------
    C. Gini, *Variabilità e mutabilità*, Cuppini 1912.

    Examples
    --------
    >>> lines = pd.DataFrame({"customer_id": ["a", "b"], "order_id": [1, 2], "amount": [75.0, 25.0],
    ...                       "ordered_at": pd.to_datetime(["2017-11-11", "2017-12-12"])})
    >>> concentration(lines).gini
    0.25
    """
    _check(orders, by)
    codes, labels = frames.used(frames.labels(orders[by], by))
    amount = orders["amount"].to_numpy(np.float64)
    total = np.bincount(codes[codes >= 0], weights=amount[codes >= 0], minlength=len(labels))
    if len(total) == 0 or total.min() < 0 or total.sum() <= 0:
        raise ValueError(
            f"sales by {by} must be positive in sum and nowhere negative; clean the orders first"
        )
    order = np.argsort(-total, kind="stable")
    total, n = total[order], len(total)
    gini = float(((n + 1 - 2 * np.arange(1, n + 1)) * total).sum() / (n * total.sum()))
    curve = pd.DataFrame(
        {
            "label": pd.Categorical.from_codes(order, labels),
            "amount": total,
            "unit_share": np.arange(1, n + 1) / n,
            "amount_share": np.cumsum(total) / total.sum(),
        }
    )
    return Concentration(by=by, gini=gini, curve=curve)


def _check(orders: pd.DataFrame, *further: str) -> None:
    """Refuse what is no table of order lines."""
    needed = dict.fromkeys(("customer_id", "order_id", "ordered_at", "amount", *further))
    frames.select(orders, {name: name for name in needed}, what="orders")
    if len(orders) == 0:
        raise ValueError("orders has no rows; there is nothing to describe")
