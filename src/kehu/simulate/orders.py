"""Order lines with planted dirt, to see whether cleaning finds just that."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kehu.frames import closest

# Share of lines that get each fault; the names are the reasons of the cleaning ledger.
DIRT = {
    "customer missing": 0.02,
    "order missing": 0.001,
    "product missing": 0.002,
    "date missing": 0.001,
    "impossible date": 0.001,
    "amount missing": 0.001,
    "quantity zero": 0.001,
    "negative price": 0.0005,
    "amount zero": 0.002,
    "exact duplicate": 0.01,
    "return matched to a sale": 0.01,
    "part of a sale taken back": 0.005,
    "return without a sale": 0.002,
}
_DAYS = 730
_START = np.datetime64("2016-01-01T00:00:00", "us")


@dataclass(frozen=True)
class MessyOrders:
    """A simulated order table and what was planted in it.

    Attributes
    ----------
    orders : pandas.DataFrame
        Order lines with dirt, in the form of `kehu.orders.conform`.
    truth : pandas.Series
        For each line ``"kept"`` or the reason for which cleaning has to take it out.
    parts : int
        Number of lines of which a part was taken back.
    """

    orders: pd.DataFrame
    truth: pd.Series
    parts: int


def messy_orders(
    n_lines: int = 10_000,
    *,
    dirt: Mapping[str, float] | None = None,
    random_state: int | np.random.Generator | None = None,
) -> MessyOrders:
    """Simulate two years of order lines of a shop and plant faults in them.

    Orders have up to twelve different products. A few products sell most (popularity falls with the rank),
    prices are log-normal, evenings and weekends are busier.

    Parameters
    ----------
    n_lines : int
        Sound order lines to start from; faults that add lines (duplicates, returns) come on top.
    dirt : mapping of str to float, optional
        Share of lines that get each fault, named as in the ledger of `kehu.orders.clean`; the default plants
        thirteen kinds. An empty mapping gives a spotless shop, in which cleaning must find nothing.
    random_state : int or numpy.random.Generator, optional
        Seed.

    Returns
    -------
    MessyOrders

    Raises
    ------
    ValueError
        If ``n_lines`` is below 1 or a share lies outside 0 to 1, or all shares together exceed 0.5.
    KeyError
        If a fault is unknown.

    Examples
    --------
    >>> shop = messy_orders(1000, dirt={"exact duplicate": 0.01}, random_state=1)
    >>> shop.truth.value_counts().to_dict()
    {'kept': 1000, 'exact duplicate': 10}
    """
    dirt = dict(DIRT if dirt is None else dirt)
    _check(n_lines, dirt)
    rng = np.random.default_rng(random_state)
    lines = _sound_lines(n_lines, rng)
    rows = _choose_rows(lines, {reason: round(share * n_lines) for reason, share in dirt.items()}, rng)
    truth = np.full(n_lines, "kept", dtype=object)
    tables, truths = [lines], [truth]
    for reason, chosen in rows.items():
        if reason in _ADDED:
            tables.append(_ADDED[reason](lines.iloc[chosen].copy()))
            truths.append(np.full(len(chosen), _NAMED_AS.get(reason, reason), dtype=object))
            truth[chosen] = "sale taken back in full" if reason == "return matched to a sale" else "kept"
    for reason, chosen in rows.items():
        if reason in _SPOILED:
            column, value = _SPOILED[reason]
            place = lines.columns.get_loc(column)
            lines.iloc[chosen, place] = -lines.iloc[chosen, place] if value == "negated" else value
            truth[chosen] = reason
    orders = pd.concat(tables, ignore_index=True)
    mixed = np.argsort(np.concatenate([table.index.to_numpy() for table in tables]), kind="stable")
    return MessyOrders(
        orders=orders.iloc[mixed].reset_index(drop=True),
        truth=pd.Series(np.concatenate(truths)[mixed], name="truth"),
        parts=len(rows.get("part of a sale taken back", ())),
    )


def _check(n_lines: int, dirt: dict[str, float]) -> None:
    if n_lines < 1:
        raise ValueError(f"n_lines must be at least 1, got {n_lines!r}")
    for reason, share in dirt.items():
        if reason not in DIRT:
            raise KeyError(f"dirt has no kind {reason!r}; {closest(reason, DIRT)}")
        if not 0 <= share <= 1:
            raise ValueError(f"the share of {reason!r} must lie between 0 and 1, got {share!r}")
    if sum(dirt.values()) > 0.5:
        raise ValueError(f"all dirt together must stay below half of the lines, got {sum(dirt.values()):.2f}")


def _sound_lines(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Lines without a fault."""
    sizes = np.minimum(rng.geometric(0.25, size=n), 12)
    ends = np.cumsum(sizes)
    sizes = sizes[: int(np.searchsorted(ends, n)) + 1]
    sizes[-1] -= int(sizes.sum()) - n
    n_orders = len(sizes)
    n_customers, n_products = max(1, n_orders // 8), max(50, round(2 * np.sqrt(n)))
    order = np.repeat(np.arange(n_orders, dtype=np.int32), sizes)
    place = np.arange(n) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    # A popular first product and steps from it that never come round again: no product twice in an order.
    leader = (n_products * rng.random(n_orders) ** 3).astype(np.int32)
    product = (leader[order] + place * (1 + leader[order] % 4)) % n_products
    weight = rng.gamma(0.8, size=n_customers)
    buyer = np.searchsorted(np.cumsum(weight) / weight.sum(), rng.random(n_orders)).astype(np.int32)
    cents = np.maximum(100, np.rint(100 * np.exp(rng.normal(2.3, 0.8, n_products))))
    quantity = rng.geometric(0.6, size=n)
    return pd.DataFrame(
        {
            "customer_id": _labelled("C", np.minimum(buyer, n_customers - 1)[order], n_customers),
            "order_id": _labelled("O", order, n_orders),
            "ordered_at": (_START + np.sort(_moments(n_orders, rng)).astype("timedelta64[m]"))[order],
            "product": _labelled("P", product, n_products),
            "quantity": quantity,
            "amount": quantity * cents[product] / 100,
        }
    )


def _labelled(letter: str, codes: np.ndarray, n: int) -> pd.Categorical:
    width = len(str(n - 1))
    return pd.Categorical.from_codes(codes, [f"{letter}{i:0{width}d}" for i in range(n)])


def _moments(n: int, rng: np.random.Generator) -> np.ndarray:
    """Draw minutes since the start; weekends and evenings are busier."""
    weekday_weight = np.array([1, 1, 1, 1, 1.2, 1.5, 1.4])
    day_weight = weekday_weight[(np.arange(_DAYS) + 4) % 7]  # 1 January 2016 is a Friday
    hour_weight = np.array(
        [2, 1, 1, 1, 1, 2, 3, 5, 7, 9, 11, 11, 11, 11, 10, 10, 10, 11, 13, 16, 18, 17, 12, 6.0]
    )
    day = rng.choice(_DAYS, size=n, p=day_weight / day_weight.sum())
    hour = rng.choice(24, size=n, p=hour_weight / hour_weight.sum())
    return (day * 24 + hour) * 60 + rng.integers(60, size=n)


def _choose_rows(
    lines: pd.DataFrame, counts: dict[str, int], rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Draw different lines for every fault."""
    # A return goes to a customer and product that occur once, so that only one sale can be meant.
    pair = np.asarray(lines["customer_id"].cat.codes, dtype=np.int64) * len(lines["product"].cat.categories)
    pair = pd.Series(pair + lines["product"].cat.codes)
    single = ~pair.duplicated(keep=False) & (lines["quantity"] >= 2)
    order = rng.permutation(len(lines))
    pools = {True: order[single.to_numpy()[order]], False: order[~single.to_numpy()[order]]}
    chosen = {}
    for reason, n in counts.items():
        pool = pools[reason in _NEEDS_SINGLE]
        if len(pool) < n:
            raise ValueError(f"too few lines to plant {reason!r} {n} times; take more lines or less dirt")
        chosen[reason], pools[reason in _NEEDS_SINGLE] = pool[:n], pool[n:]
    return chosen


def _returned(lines: pd.DataFrame) -> pd.DataFrame:
    """The return of whole lines, an hour later."""
    lines["ordered_at"] += pd.Timedelta(hours=1)
    lines[["quantity", "amount"]] *= -1
    return lines


def _returned_one(lines: pd.DataFrame) -> pd.DataFrame:
    """The return of one piece of each line."""
    lines["amount"] = (lines["amount"] / lines["quantity"]).round(2)
    lines["quantity"] = 1
    return _returned(lines)


def _returned_early(lines: pd.DataFrame) -> pd.DataFrame:
    """Returns of things bought before the data begin."""
    return _returned(lines).assign(ordered_at=pd.Timestamp(_START) - pd.Timedelta(days=1))


_NEEDS_SINGLE = ("return matched to a sale", "part of a sale taken back")
_ADDED = {
    "exact duplicate": lambda lines: lines,
    "return matched to a sale": _returned,
    "part of a sale taken back": _returned_one,
    "return without a sale": _returned_early,
}
_NAMED_AS = {"part of a sale taken back": "return matched to a sale"}
_SPOILED = {
    "customer missing": ("customer_id", None),
    "order missing": ("order_id", None),
    "product missing": ("product", None),
    "date missing": ("ordered_at", pd.NaT),
    "impossible date": ("ordered_at", pd.Timestamp("2999-12-31")),
    "amount missing": ("amount", np.nan),
    "quantity zero": ("quantity", 0),
    "negative price": ("amount", "negated"),
    "amount zero": ("amount", 0.0),
}
