"""Who is still a customer, over all histories of one age."""

from typing import Any

import numpy as np
import pandas as pd

from kehu.clv.transactions import TransactionModel

_STEPS = 60


def alive_by_history(model: TransactionModel, *, T: float, max_frequency: int = 20) -> pd.DataFrame:
    """Probability of still being a customer, by number of repeat orders and age at the last of them.

    Parameters
    ----------
    model : BetaGeoNBD, ModifiedBetaGeoNBD or ParetoNBD
        Fitted.
    T : float
        Age of the customers now, in the unit of the summary.
    max_frequency : int
        Largest number of repeat orders.

    Returns
    -------
    pandas.DataFrame
        Probabilities; index ``recency`` (60 ages up to ``T``), columns ``frequency`` from 1.

    Raises
    ------
    TypeError, ValueError
        If the model is not fitted, ``T`` is not above 0, or ``max_frequency`` is not a whole number from 1.

    Examples
    --------
    >>> import kehu
    >>> from kehu.clv import BetaGeoNBD
    >>> orders = kehu.datasets.load("cdnow", "sample")
    >>> summary = kehu.orders.customer_summary(
    ...     orders, as_of="1998-06-30", calibration_end="1997-09-30", unit="W")
    >>> alive = alive_by_history(BetaGeoNBD().fit(summary), T=39.0, max_frequency=10)
    >>> alive.loc[19.5, [1, 10]].round(2).tolist()
    [0.59, 0.03]
    """
    if (
        isinstance(max_frequency, bool)
        or not isinstance(max_frequency, int | np.integer)
        or max_frequency < 1
    ):
        raise ValueError(f"max_frequency must be a whole number from 1, got {max_frequency!r}")
    ages = _ages(T)
    counts = np.arange(1, max_frequency + 1)
    columns = model._columns if hasattr(model, "_columns") else {}
    names = [columns.get(name, name) for name in ("frequency", "recency", "T")]
    cells = np.tile(counts, _STEPS), np.repeat(ages, len(counts)), np.full(_STEPS * len(counts), ages[-1])
    alive = model.probability_alive(pd.DataFrame(dict(zip(names, cells, strict=True))))
    index, header = pd.Index(ages, name="recency"), pd.Index(counts, name="frequency")
    return pd.DataFrame(alive.to_numpy().reshape(_STEPS, -1), index, header)


def _ages(T: Any) -> np.ndarray:
    if isinstance(T, bool) or not isinstance(T, int | float | np.number):
        raise TypeError(f"T must be a number, got {T!r}")
    if not (np.isfinite(T) and T > 0):
        raise ValueError(f"T must be finite and above 0, got {T!r}; it is the age of the customers now")
    return float(T) * np.arange(1, _STEPS + 1) / _STEPS
