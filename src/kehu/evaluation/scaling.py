"""Tables of alternatives and criteria: checked, and brought to one direction and scale."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from kehu import frames
from kehu.warnings import ConstantCriterionWarning, warn


def checked(table: Any, costs: Sequence[str], *, at_least: int = 2) -> tuple[pd.DataFrame, np.ndarray]:
    """Numbers without gaps, and which columns are costs."""
    if not isinstance(table, pd.DataFrame):
        raise TypeError(f"table must be a pandas DataFrame, alternatives by criteria, got {kind(table)}")
    if len(table) < at_least or not len(table.columns):
        raise ValueError(
            f"table has {len(table)} alternatives and {len(table.columns)} criteria; "
            f"it needs at least {at_least} alternatives and one criterion"
        )
    for what, index in (("alternative", table.index), ("criterion", table.columns)):
        if index.has_duplicates:
            raise ValueError(f"the {what} {index[index.duplicated()][0]!r} is there twice")
    columns = {name: frames.numbers(table[name], str(name)) for name in table.columns}
    values = pd.DataFrame(columns, index=table.index)
    missing = ~np.isfinite(values.to_numpy())
    if missing.any():
        row, column = np.argwhere(missing)[0]
        raise ValueError(
            f"{table.index[row]!r} has no value of {table.columns[column]!r}; fill or drop it first"
        )
    if not isinstance(costs, Iterable):
        raise TypeError(f"costs must be a list of criteria, got {costs!r}")
    costs = [costs] if isinstance(costs, str) else list(costs)
    for cost in costs:
        if cost not in values.columns:
            raise ValueError(
                f"costs names {cost!r}, which is no criterion; {frames.closest(cost, values.columns)}"
            )
    return values, np.isin(values.columns, costs)


def positive(values: pd.DataFrame, costs: np.ndarray) -> pd.DataFrame:
    """Larger is better, as shares of the sum; costs by their reciprocals."""
    low = values.min()
    for name, is_cost in zip(values.columns, costs, strict=True):
        if low[name] < 0 or (is_cost and low[name] == 0):
            why = (
                "a cost of 0 has no reciprocal"
                if low[name] == 0
                else "shares of negative numbers mean nothing"
            )
            raise ValueError(f"{name!r} goes down to {low[name]:g}: {why}; use scale='range', or other units")
        if not values[name].any():
            raise ValueError(f"{name!r} is 0 throughout; drop it")
    turned = values.copy()
    turned.loc[:, costs] = 1 / values.loc[:, costs]
    return turned / turned.sum()


def ranged(values: pd.DataFrame, costs: np.ndarray) -> pd.DataFrame:
    """From 0, the worst, to 1, the best; a constant column is 0 throughout."""
    turned = values - values.min()
    turned.loc[:, costs] = values.max() - values.loc[:, costs]
    span = turned.max()
    return turned * varying(values) / span.where(span > 0, 1)


def varying(values: pd.DataFrame) -> np.ndarray:
    """Which columns vary by more than rounding."""
    return (values.max() - values.min() > 1e-12 * values.abs().max()).to_numpy()


def warn_of_constants(values: pd.DataFrame) -> np.ndarray:
    """Which columns vary; those that do not are warned of."""
    varies = varying(values)
    if not varies.any():
        raise ValueError("no criterion varies between the alternatives; there is nothing to weight by")
    if not varies.all():
        names = ", ".join(map(repr, values.columns[~varies]))
        warn(f"{names} is the same for all alternatives and gets no weight", ConstantCriterionWarning)
    return varies


def by_criterion(weights: Any) -> pd.Series:
    """Weights as a Series."""
    if isinstance(weights, Mapping):
        return pd.Series(weights)
    if not isinstance(weights, pd.Series):
        raise TypeError(f"weights must be a pandas Series or a dictionary by criterion, got {kind(weights)}")
    return weights


def kind(value: Any) -> str:
    """Type with its library, as several have a DataFrame."""
    return f"{type(value).__module__}.{type(value).__name__}".removeprefix("builtins.")


def weights_of(weights: Any, criteria: pd.Index) -> pd.Series:
    """Weights in the order of the criteria, made to add up to 1."""
    weights = by_criterion(weights)
    if weights.index.has_duplicates:
        raise ValueError(f"weights name {weights.index[weights.index.duplicated()][0]!r} twice")
    for missing in criteria.difference(weights.index, sort=False):
        raise ValueError(f"weights lack {missing!r}; {frames.closest(missing, weights.index)}")
    for unknown in weights.index.difference(criteria, sort=False):
        raise ValueError(
            f"weights name {unknown!r}, which is no criterion; {frames.closest(unknown, criteria)}"
        )
    values = frames.numbers(weights, "weights")
    if not np.isfinite(values).all() or (values < 0).any() or not values.sum():
        raise ValueError(f"weights must be numbers from 0 on, not all 0; got {weights.to_dict()}")
    return pd.Series(values / values.sum(), index=weights.index, name="weight").loc[criteria]
