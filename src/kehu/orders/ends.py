"""Whether the day on which one looks back lies long after the last order."""

import numpy as np

from kehu.warnings import NoRecentOrdersWarning, warn

# Share of all the time from the first order on that may pass without one, and how many order lines there are
# and would have come in that time at the pace before: in a small table a long silence is nothing unusual.
_SILENT, _FEW = 0.1, 20


def warn_of_an_early_end(first: int, last: int, end: int, n_lines: int, name: str = "as_of") -> None:
    """Warn if orders end long before the day looked back from; all are days since 1970."""
    silent = end - last
    missed = n_lines * silent / (last - first + 1)
    if silent > _SILENT * (end - first) and min(n_lines, missed) >= _FEW:
        warn(
            f"the last order is of {_date(last)}, {silent:,} days before {name} ({_date(end)}); have the "
            "orders ended, or the data? Everybody seems to be silent since",
            NoRecentOrdersWarning,
        )


def _date(day: int) -> str:
    return str(np.datetime64(day, "D"))
