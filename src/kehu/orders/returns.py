"""Returns and cancellations: which earlier sale each of them undoes."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

MATCHED = "return matched to a sale"
PARTLY = "return larger than its sales"
ALONE = "return without a sale"
UNDONE = "sale taken back in full"
PART = "part of a sale taken back"


@dataclass(frozen=True)
class Parts:
    """What was taken back of sales that stay in part: positions, quantities, money in units."""

    rows: np.ndarray
    quantity: np.ndarray
    units: np.ndarray


@dataclass(frozen=True)
class Settlement:
    """Lines to take out by reason, the parts to take off others, and who was matched to whom (-1: nobody)."""

    reasons: dict[str, np.ndarray]
    parts: Parts
    partner: np.ndarray


def settle(lines: pd.DataFrame, units: np.ndarray, alive: np.ndarray) -> Settlement:
    """Match the returns among the lines still in to the sales they undo."""
    n = len(lines)
    quantity = (
        lines["quantity"].to_numpy(np.float64) if "quantity" in lines else np.sign(units).astype(np.float64)
    )
    returned = alive & (quantity < 0)
    taken, unmatched, partner = np.zeros(n), np.zeros(n), np.full(n, -1, dtype=np.int64)
    if returned.any():
        buyer, thing = _buyer_and_thing(lines, units)
        key = np.where(buyer < 0, -1, buyer * (int(thing.max()) + 1) + thing)
        rows = _rows_that_share(key, buyer, thing, returned, alive & (buyer >= 0))
        times = lines["ordered_at"].to_numpy().view(np.int64)
        # At the same moment the sale comes before its return.
        rows = rows[np.lexsort((returned[rows], times[rows], key[rows]))]
        taken[rows], unmatched[rows], found = _match(key[rows], quantity[rows])
        partner[rows] = np.where(found >= 0, rows[found], -1)
    undone = taken > 0
    in_full = undone & (taken >= quantity)
    alone = returned & (partner < 0)
    partly = returned & ~alone & (unmatched > 0)
    reasons = {MATCHED: returned & ~alone & ~partly, PARTLY: partly, ALONE: alone, UNDONE: in_full}
    return Settlement(reasons, _parts(undone & ~in_full, taken, quantity, units), _both_ways(partner))


def _match(key: np.ndarray, quantity: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    from kehu._kernels.cleaning import match_returns

    return match_returns(key, quantity)


def _buyer_and_thing(lines: pd.DataFrame, units: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Codes of customer and product; without a product column the size of the amount stands for it."""
    buyer = np.asarray(lines["customer_id"].cat.codes, dtype=np.int64)
    if "product" in lines:
        return buyer, np.asarray(lines["product"].cat.codes, dtype=np.int64)
    return buyer, pd.factorize(np.abs(units))[0].astype(np.int64)


def _rows_that_share(
    key: np.ndarray, buyer: np.ndarray, thing: np.ndarray, returned: np.ndarray, candidates: np.ndarray
) -> np.ndarray:
    """Positions of the lines that share customer and product with some return."""
    returned = np.flatnonzero(returned & candidates)
    # Look-up tables rule most lines out before the dearer test of the pair.
    for code in (buyer, thing):
        touched = np.zeros(int(code.max()) + 2, dtype=bool)  # the last place serves the missing (-1)
        touched[code[returned]] = True
        candidates = candidates & touched[code]
    rows = np.flatnonzero(candidates)
    return rows[pd.Index(key[rows]).isin(key[returned])]


def _parts(rows: np.ndarray, taken: np.ndarray, quantity: np.ndarray, units: np.ndarray) -> Parts:
    """Split the money of partly returned sales in proportion, in whole units, leaving at least one."""
    rows = np.flatnonzero(rows)
    share = np.rint(units[rows] * (taken[rows] / quantity[rows])).astype(np.int64)
    return Parts(rows, taken[rows], np.minimum(share, units[rows] - 1))


def _both_ways(partner: np.ndarray) -> np.ndarray:
    """Let a sale name its (last) return too."""
    matched = partner.copy()
    returns = np.flatnonzero(partner >= 0)
    matched[partner[returns]] = returns
    return matched
