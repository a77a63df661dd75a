"""Order lines of unusual size: reported for a human to judge, never dropped."""

import numpy as np
import pandas as pd

# Tukey's far fences, on the logarithm because order values are skewed.
_FAR = 3.0
# Most quantities are 1: where the quartiles coincide, wider pairs of quantiles take their place.
_PAIRS = ((0.25, 0.75), (0.10, 0.90), (0.01, 0.99))


def unusual(orders: pd.DataFrame) -> pd.DataFrame:
    """List the lines whose quantity or amount lies far outside what is usual.

    On the logarithm of the value: below Q1 - 3 (Q3 - Q1) or above Q3 + 3 (Q3 - Q1), where Q1 and Q3 are the
    quartiles; where they coincide, the 10 % and 90 % quantiles, then the 1 % and 99 % quantiles. A measure
    in which these coincide too is not judged.

    Parameters
    ----------
    orders : pandas.DataFrame
        Cleaned order lines.

    Returns
    -------
    pandas.DataFrame
        ``measure``, ``row`` (position in ``orders``), ``value``, ``lower`` and ``upper`` (the fences);
        largest distance first.

    References
    ----------
    J. W. Tukey, *Exploratory Data Analysis*, Addison-Wesley 1977, chapter 2.

    Examples
    --------
    >>> orders = pd.DataFrame({"amount": [8.0, 9, 10, 11, 12, 9000]})
    >>> unusual(orders)[["measure", "row", "value"]]
      measure  row   value
    0  amount    5  9000.0
    """
    found = [_beyond_fences(orders[name]) for name in ("quantity", "amount") if name in orders]
    return pd.concat(found, ignore_index=True)


def _beyond_fences(column: pd.Series) -> pd.DataFrame:
    values = column.to_numpy(np.float64)
    low, high = _bulk(values)
    reach = _FAR * (high - low)
    lower, upper = np.exp(low - reach), np.exp(high + reach)
    rows = np.flatnonzero((values < lower) | (values > upper)) if reach > 0 else np.empty(0, dtype=np.int64)
    distance = np.abs(np.log(values[rows]) - (low + high) / 2)
    rows = rows[np.argsort(-distance, kind="stable")]
    return pd.DataFrame(
        {"measure": str(column.name), "row": rows, "value": values[rows], "lower": lower, "upper": upper}
    )


def _bulk(values: np.ndarray) -> tuple[float, float]:
    """Logarithms of the first pair of quantiles that differ."""
    levels = sorted(level for pair in _PAIRS for level in pair)
    quantiles = dict(zip(levels, np.log(np.quantile(values, levels)), strict=True))
    pairs = [(quantiles[low], quantiles[high]) for low, high in _PAIRS]
    return next((pair for pair in pairs if pair[0] < pair[1]), pairs[-1])
