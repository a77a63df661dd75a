"""The account of a cleaning: which lines are still in, why the others are out, and that it adds up."""

import numpy as np
import pandas as pd

from kehu.orders.returns import PART, Parts

# Money is counted in whole ten-thousandths of the currency unit, so that every sum is exact.
UNITS = 10_000
MOST = 1e12


def in_units(amount: np.ndarray) -> np.ndarray:
    """Amounts as whole units; 0 for what is no amount (missing, infinite, beyond 10^12)."""
    usable = np.abs(amount) <= MOST
    return np.rint(np.where(usable, amount, 0.0) * UNITS).astype(np.int64)


class Sieve:
    """The lines of an order table, of which rule after rule takes some out.

    Attributes
    ----------
    lines : pandas.DataFrame
        All lines as they came in.
    units : numpy.ndarray of int64
        Their amounts in whole units.
    alive : numpy.ndarray of bool
        The lines that are still in.
    """

    def __init__(self, lines: pd.DataFrame) -> None:
        self.lines = lines
        self.units = in_units(lines["amount"].to_numpy())
        self.alive = np.ones(len(lines), dtype=bool)
        self._why = np.zeros(len(lines), dtype=np.int8)
        self._steps = ["store"]
        self._reasons = ["kept"]

    def reject(self, step: str, reason: str, mask: np.ndarray) -> None:
        """Take out the lines of ``mask`` that are still in."""
        self._why[mask & self.alive] = len(self._reasons)
        self._steps.append(step)
        self._reasons.append(reason)
        self.alive &= ~mask

    def ledger(self, parts: Parts) -> pd.DataFrame:
        """Rows and money by reason; all rows after the first add up to the first."""
        rows = np.bincount(self._why, minlength=len(self._reasons)).tolist()
        units = [int(self.units[self._why == code].sum()) for code in range(len(rows))]
        taken = int(parts.units.sum())
        entries = [("input", "order lines received", len(self.lines), int(self.units.sum()))]
        entries += list(zip(self._steps, self._reasons, rows, units, strict=True))[1:]
        entries.append(("classify", PART, 0, taken))
        entries.append((self._steps[0], self._reasons[0], rows[0], units[0] - taken))
        ledger = pd.DataFrame(entries, columns=["step", "reason", "rows", "amount"])
        return ledger.assign(amount=ledger["amount"] / UNITS)

    def rejected(self, parts: Parts, matched: np.ndarray) -> pd.DataFrame:
        """List the lines and parts of lines that are out, in the order of the input."""
        out = np.flatnonzero(~self.alive)
        rows = np.concatenate([out, parts.rows])
        reason = np.concatenate([self._why[out], np.full(len(parts.rows), len(self._reasons))])
        table = self.lines.iloc[rows].reset_index(drop=True)
        for name, taken in (("quantity", parts.quantity), ("amount", parts.units / UNITS)):
            if name in table and len(taken):
                values = table[name].to_numpy(np.float64, copy=True)
                values[len(out) :] = taken
                table[name] = values
        partner = matched[rows]
        account = {
            "row": rows,
            "step": pd.Categorical(np.array([*self._steps, "classify"], dtype=object)[reason]),
            "reason": pd.Categorical.from_codes(reason, [*self._reasons, PART]).remove_unused_categories(),
            "matched_row": pd.Series(partner, dtype="Int64").mask(partner < 0),
        }
        return pd.DataFrame(account).join(table).sort_values("row", kind="stable", ignore_index=True)


def readable(ledger: pd.DataFrame) -> pd.DataFrame:
    """Drop the reasons that took nothing out and write the figures for the eye."""
    shown = ledger[(ledger["rows"] != 0) | (ledger["amount"] != 0)]
    return shown.assign(rows=shown["rows"].map("{:,}".format), amount=shown["amount"].map("{:,.2f}".format))
