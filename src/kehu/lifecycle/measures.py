"""Measures of the life cycle in one table: size, retention, repurchase, sales, and others joined."""

from typing import Any

import numpy as np
import pandas as pd

from kehu import frames
from kehu.lifecycle._purchases import read
from kehu.lifecycle.gaps import StageRule
from kehu.lifecycle.shares import wilson
from kehu.lifecycle.stages import LOST, PROSPECTIVE, STAGES, People, rule_or_read, two_days


def measures(
    orders: Any,
    *,
    start: Any,
    end: Any = None,
    rule: StageRule | None = None,
    contacts: Any = None,
    more: Any = None,
    confidence_level: float = 0.95,
    customer: str = "customer_id",
    moment: str = "ordered_at",
    amount: str = "amount",
) -> pd.DataFrame:
    """Measure each stage of the life cycle: size, retention, repurchase and sales between two dates.

    Retention asks who is still a customer at the end, repurchase who bought in between. Satisfaction and the
    return on marketing, which the slides measure by stage too, come from other tables: join them by ``more``.

    Parameters
    ----------
    orders : dataframe
        Order lines as `kehu.orders.clean` gives them.
    start, end : date
        Stages are those at ``start``; what follows is counted from the day after it to ``end`` (the day of
        the last order when not given).
    rule : StageRule, optional
        Read from the orders up to ``start`` when not given.
    contacts, customer, moment
        As in `stages`.
    more : pandas.DataFrame, optional
        Further columns with the stage as index.
    confidence_level : float
        Of Wilson's limits of the rates.
    amount : str
        Column with the value of an order line.

    Returns
    -------
    pandas.DataFrame
        Index ``stage``; ``customers`` at ``start`` and their ``share``; ``retained`` (not lost at ``end``),
        ``retention_rate`` with ``retention_low`` and ``retention_high``; ``repurchased`` (bought in between;
        for prospective customers: for the first time), ``repurchase_rate`` with its limits; ``purchases`` and
        ``sales`` a customer. Rates are missing for a stage without customers, and retention for prospective
        ones, who cannot be lost yet.

    Raises
    ------
    KeyError, TypeError, ValueError
        As `transitions`; or ``more`` is not a table by stage.

    Examples
    --------
    >>> lines = pd.DataFrame({"customer_id": ["a", "b", "a"], "amount": [5.0, 7.0, 9.0],
    ...                       "ordered_at": pd.to_datetime(["2017-01-10", "2017-01-20", "2017-03-05"])})
    >>> table = measures(lines, start="2017-01-31", end="2017-03-31", rule=StageRule(30, 40, 60))
    >>> table.loc["new", ["customers", "retention_rate", "repurchase_rate", "sales"]].to_dict()
    {'customers': 2.0, 'retention_rate': 0.5, 'repurchase_rate': 0.5, 'sales': 4.5}
    """
    further = _further(more)
    purchases = read(orders, customer, moment)
    begin, until = two_days(purchases, start, end)
    rule = rule_or_read(rule, purchases, begin)
    column = frames.select(orders, {"amount": amount}, what="orders")["amount"]
    paid = frames.numbers(column, amount)
    if not np.isfinite(paid).all():
        row = int(np.flatnonzero(~np.isfinite(paid))[0])
        raise ValueError(f"{amount} is missing in row {row}; clean the orders first (kehu.orders.clean)")
    people = People.of(purchases, contacts)
    stage, counts = people.at(begin, rule)[:2]
    after, later = people.at(until, rule)[:2]
    meanwhile = (purchases.day > begin) & (purchases.day <= until)
    sales = np.bincount(purchases.customer[meanwhile], paid[meanwhile], minlength=len(stage))
    known, n = stage >= 0, len(STAGES)
    each = {
        "customers": np.ones(len(stage)),
        "retained": after != LOST,
        "repurchased": later > counts,
        "purchases": later - counts,
        "sales": sales,
    }
    total = {key: np.bincount(stage[known], value[known], minlength=n) for key, value in each.items()}
    size = total["customers"].astype(np.int64)
    some = np.where(size > 0, size, np.nan)
    kept = np.where(np.arange(n) == PROSPECTIVE, 0, size)
    table = pd.DataFrame(
        {
            "customers": size,
            "share": size / size.sum(),
            "retained": np.where(kept > 0, total["retained"], 0).astype(np.int64),
            **wilson(
                total["retained"], kept, confidence_level, "retention_rate", "retention_low", "retention_high"
            ),
            "repurchased": total["repurchased"].astype(np.int64),
            **wilson(
                total["repurchased"],
                size,
                confidence_level,
                "repurchase_rate",
                "repurchase_low",
                "repurchase_high",
            ),
            "purchases": total["purchases"] / some,
            "sales": total["sales"] / some,
        },
        index=pd.Index(STAGES, name="stage"),
    )
    return table if further is None else table.join(further)


def _further(more: Any) -> pd.DataFrame | None:
    if more is None:
        return None
    if not isinstance(more, pd.DataFrame):
        raise TypeError(f"more must be a pandas DataFrame by stage, got {type(more).__name__}")
    for stage in more.index:
        if stage not in STAGES:
            raise ValueError(f"more has a row {stage!r} that is no stage; {frames.closest(stage, STAGES)}")
    if not more.index.is_unique:
        raise ValueError("more has two rows for one stage")
    return more
