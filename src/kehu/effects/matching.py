"""Groups of customers alike before a campaign, and the differences within them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

_FEATURES = ("amount_before", "active_periods", "late_share")


def features(cells: np.ndarray) -> pd.DataFrame:
    """Describe behaviour: sum, periods with a purchase, and the share of them in the later half."""
    some = cells > 0
    periods = some.sum(axis=1)
    late = some[:, cells.shape[1] // 2 :].sum(axis=1)
    share = np.divide(late, periods, out=np.full(len(periods), 0.5), where=periods > 0)
    return pd.DataFrame(dict(zip(_FEATURES, (cells.sum(axis=1), periods, share), strict=True)))


def alike(found: pd.DataFrame, treated: np.ndarray, bins: int) -> np.ndarray:
    """Number the cells of customers alike: ``bins`` classes of the sum, up to three of the other two.

    The borders are quantiles of those addressed, so that each class holds some of them.
    """
    classes = zip(_FEATURES, (bins, min(bins, 3), min(bins, 2)), strict=True)
    codes = [_classes(found[name].to_numpy(np.float64), treated, n) for name, n in classes]
    return pd.factorize(codes[0] * 10_000 + codes[1] * 100 + codes[2])[0]


def _classes(values: np.ndarray, treated: np.ndarray, n: int) -> np.ndarray:
    borders = np.unique(np.quantile(values[treated], np.linspace(0, 1, n + 1)[1:-1])) if n > 1 else []
    return np.searchsorted(borders, values, side="left")


@dataclass(frozen=True)
class Cells:
    """Customers in cells; those addressed are compared with the others of their cell."""

    treated: sparse.csr_array
    control: sparse.csr_array

    @classmethod
    def of(cls, cell: np.ndarray, treated: np.ndarray) -> "Cells":
        """Sort customers into their cells."""
        n = int(cell.max()) + 1
        return cls(*(_indicator(cell, side, n) for side in (treated, ~treated)))

    def differences(self, cells: np.ndarray, times: np.ndarray | None = None) -> tuple[np.ndarray, float]:
        """Mean difference by period over those addressed who have others like them, and how many these are.

        ``times``: how often each customer is counted.
        """
        times = np.ones(len(cells)) if times is None else times
        counted = cells * times[:, None]
        n_treated, n_control = self.treated @ times, self.control @ times
        both = (n_treated > 0) & (n_control > 0)
        size = n_treated[both]
        if not size.sum():
            return np.full(cells.shape[1], np.nan), 0.0
        mine = (self.treated @ counted)[both] / size[:, None]
        theirs = (self.control @ counted)[both] / n_control[both][:, None]
        return size @ (mine - theirs) / size.sum(), float(size.sum())

    def balance(self, found: pd.DataFrame, treated: np.ndarray) -> pd.DataFrame:
        """Differences of the groups in units of the standard deviation, before and after matching."""
        spread = found[treated].std().replace(0, np.nan)
        raw = (found[treated].mean() - found[~treated].mean()) / spread
        matched = self.differences(found.to_numpy(np.float64))[0] / spread
        return pd.DataFrame(
            {"feature": list(found), "before_matching": raw.to_numpy(), "after_matching": matched.to_numpy()}
        )


def _indicator(cell: np.ndarray, chosen: np.ndarray, n: int) -> sparse.csr_array:
    columns = np.flatnonzero(chosen)
    return sparse.csr_array((np.ones(len(columns)), (cell[columns], columns)), shape=(n, len(cell)))
