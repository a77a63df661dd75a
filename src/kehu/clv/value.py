"""Discounted lifetime value of customers."""

from typing import Any

import numpy as np
import pandas as pd

from kehu import frames
from kehu.clv.estimate import Estimate, checked_level, log_limits
from kehu.clv.gammagamma import GammaGamma, _checked
from kehu.clv.transactions import TransactionModel
from kehu.orders.customers import UNITS
from kehu.warnings import MissingValuesWarning, warn

_WORDS = "'h' hours, 'D' days, 'W' weeks, 'M' months of 30.4375 days, 'Y' years of 365.25 days"


def lifetime_value(
    model: TransactionModel,
    spend: GammaGamma | pd.Series | np.ndarray | float,
    summary: Any,
    *,
    periods: int,
    period: str | float,
    unit: str,
    discount_rate_per_period: float,
    margin: float = 1.0,
    confidence_level: float | None = None,
) -> pd.DataFrame:
    r"""What each customer is worth from now on: the discounted value of the orders still to be expected.

    Every time says its unit: the ages in ``summary`` are counted in ``unit``, and the future is cut into
    ``periods`` of one ``period`` each, at whose ends what was bought is discounted.

    Parameters
    ----------
    model : BetaGeoNBD, ModifiedBetaGeoNBD or ParetoNBD
        Fitted; how many orders to expect.
    spend : GammaGamma, array or float
        What an order is worth: a fitted model, one value a customer, or one for all.
    summary : dataframe
        Customers, with the columns the models were fitted on.
    periods : int
        How many periods ahead.
    period : {"D", "W", "M", "Y"} or float
        Length of a period: a day, a week, a month of 30.4375 days, a year of 365.25 days; or a number of
        days.
    unit : {"h", "D", "W", "M", "Y"}
        Unit of the ages in ``summary``, as it was given to `kehu.orders.customer_summary`.
    discount_rate_per_period : float
        0.01 for one per cent a period.
    margin : float
        Share of an order's value that is profit, above 0 and up to 1.
    confidence_level : float, optional
        Ask for intervals as well.

    Returns
    -------
    pandas.DataFrame
        With the index of ``summary``: ``expected_purchases`` (not discounted), ``discounted_purchases``,
        ``expected_average`` and ``lifetime_value`` =
        :math:`g \, \bar m \sum_{k=1}^{K} \frac{E[X(k\Delta)] - E[X((k-1)\Delta)]}{(1+d)^k}`, with the margin
        g, the average value of an order :math:`\bar m` and the period :math:`\Delta`. With a confidence
        level also ``low`` and ``high`` of the lifetime value.

    Raises
    ------
    TypeError, ValueError
        If a model is not one or not fitted, a time or unit is unknown or does not fit the summary's own, the
        rate is not above -1 and up to 1 or the margin no share, ``periods`` is not a whole number from 1, or
        a value of spend is negative.

    Notes
    -----
    It is the residual value of present customers: what they bought so far is not in it, nor are costs of
    winning them. Values that cannot be computed or are not finite are missing, with a warning.

    Intervals are those of the expected value, from the uncertainty of the parameters of both models, which
    are fitted apart (delta method, in logarithms); values given for ``spend`` count as known. What a single
    customer will be worth varies far more.

    References
    ----------
    Fader, Hardie & Lee 2005, Journal of Marketing Research 42(4).

    Examples
    --------
    >>> import kehu
    >>> from kehu.clv import BetaGeoNBD
    >>> orders = kehu.datasets.load("cdnow", "sample")
    >>> summary = kehu.orders.customer_summary(
    ...     orders, as_of="1998-06-30", calibration_end="1997-09-30", unit="W")
    >>> value = lifetime_value(BetaGeoNBD().fit(summary), GammaGamma().fit(summary), summary, periods=12,
    ...                        period="M", unit="W", discount_rate_per_period=0.01)
    >>> value["lifetime_value"].head(3).round().tolist()
    [36.0, 5.0, 8.0]
    """
    if not isinstance(model, TransactionModel):
        raise TypeError(
            f"model must be a model of repeat orders such as BetaGeoNBD, got {type(model).__name__}"
        )
    ends = _ends(periods, period, unit, summary, model)
    rate = _number(discount_rate_per_period, "discount_rate_per_period")
    if not -1 < rate <= 1:
        raise ValueError(
            f"discount_rate_per_period must be above -1 and up to 1, got {rate:g}; 0.01 is one per cent"
        )
    share = _number(margin, "margin")
    if not 0 < share <= 1:
        raise ValueError(f"margin must be a share above 0 and up to 1, got {share:g}; 0.3 is 30 per cent")
    theta, found = model._fitted(), model._histories(summary)
    level = None if confidence_level is None else checked_level(confidence_level)
    if level is not None:
        for one in (model, spend):
            if isinstance(one, Estimate):
                one._warn_without_errors()
    average = _average(spend, summary, len(found.x))
    factors = (1 + rate) ** -np.arange(1.0, periods + 1)
    # Summed by parts: what is bought until an end counts with the fall of the factor after it.
    falls = factors - np.append(factors[1:], 0.0)
    alive = model._alive(theta, found)
    expected = alive * model._purchases(theta, found.x, found.T, ends[-1:], np.ones(1))
    same = rate == 0
    discounted = expected if same else alive * model._purchases(theta, found.x, found.T, ends, falls)
    table = {
        "expected_purchases": expected,
        "discounted_purchases": discounted,
        "expected_average": average,
        "lifetime_value": share * average * discounted,
    }
    if level is not None:
        slopes = model._slopes(
            lambda theta: model._alive(theta, found) * model._purchases(theta, found.x, found.T, ends, falls)
        )
        variance = model._log_variance(slopes)
        if isinstance(spend, GammaGamma):
            variance = variance + spend._average_variance(*_checked(summary, spend._columns))
        table |= log_limits(table["lifetime_value"], variance, level)
    return _finite(pd.DataFrame(table, index=found.index, copy=False))


def _ends(periods: Any, period: Any, unit: Any, summary: Any, model: TransactionModel) -> np.ndarray:
    """Ends of the periods, in the unit of the summary."""
    if isinstance(periods, bool) or not isinstance(periods, int | np.integer) or periods < 1:
        raise ValueError(f"periods must be a whole number from 1, got {periods!r}")
    if unit not in UNITS:
        raise ValueError(f"unit {unit!r} is not known; {frames.closest(unit, UNITS)}: {_WORDS}")
    for known, who in ((getattr(summary, "attrs", {}).get("unit"), "summary"), (model.unit_, "model")):
        if known and known != unit:
            raise ValueError(f"unit is {unit!r}, but the {who} counts time in {known!r}; give unit={known!r}")
    if isinstance(period, str):
        if period not in UNITS:
            raise ValueError(f"period {period!r} is not known; {frames.closest(period, UNITS)}: {_WORDS}")
        length = UNITS[period] / UNITS[unit]
    else:
        length = _number(period, "period") * UNITS["D"] / UNITS[unit]
        if length <= 0:
            raise ValueError(f"period must be a positive number of days, got {period!r}")
    return length * np.arange(1.0, periods + 1)


def _number(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        raise TypeError(f"{name} must be a number, got {value!r}")
    if not np.isfinite(value):
        raise ValueError(f"{name} must be finite, got {value!r}")
    return float(value)


def _average(spend: Any, summary: Any, n: int) -> np.ndarray:
    """Value of an order of each customer."""
    if isinstance(spend, GammaGamma):
        return spend.expected_average(summary).to_numpy()
    if (
        isinstance(spend, pd.Series)
        and isinstance(summary, pd.DataFrame)
        and not spend.index.equals(summary.index)
    ):
        raise ValueError("spend has another index than summary; give values in the order of its customers")
    found = frames.numbers(pd.Series(np.atleast_1d(np.asarray(spend))), "spend")
    if len(found) not in (1, n) or found.ndim != 1:
        raise ValueError(f"spend must be one value or one for each of {n:,} customers, got {len(found):,}")
    if (found < 0).any():
        raise ValueError(f"spend must not be negative, got {found[found < 0][0]:g}")
    return np.broadcast_to(found, n).copy() if len(found) == 1 else found


def _finite(table: pd.DataFrame) -> pd.DataFrame:
    """Make what is negative or not finite missing, and say so."""
    for name in table:
        values = table[name].to_numpy()
        wrong = ~np.isfinite(values)
        if wrong.any():
            table[name] = np.where(wrong, np.nan, values)
            if name == "lifetime_value":
                warn(
                    f"{int(wrong.sum()):,} customers have no finite value; theirs is missing",
                    MissingValuesWarning,
                )
    return table
