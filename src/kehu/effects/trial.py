"""One comparison of customers addressed with others like them, and the same with customers drawn anew."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from kehu.effects.matching import Cells, alike, features
from kehu.effects.panel import Panel, members
from kehu.lifecycle._purchases import moment_of


@dataclass(frozen=True)
class Groups:
    """For each customer of the orders whether addressed and whether a control; and who is not among them."""

    treated: np.ndarray
    control: np.ndarray
    n_unseen: int


def groups(found: Panel, addressed: Any, controls: Any, held_out: int) -> Groups:
    """Find those addressed and the controls among the customers of the orders."""
    known = found.first < found.begins(-held_out)
    place = members(addressed, found.customers, "addressed")
    if not (place >= 0).any():
        raise ValueError(f"none of the {len(place):,} addressed is among the customers of the orders")
    treated = np.zeros(len(known), bool)
    treated[place[place >= 0]] = True
    control = ~treated
    if controls is not None:
        others = members(controls, found.customers, "controls")
        control = np.zeros(len(known), bool)
        control[others[others >= 0]] = True
        both = np.flatnonzero(control & treated)
        if len(both):
            raise ValueError(f"customer {str(found.customers[both[0]])!r} is both addressed and a control")
    if not control.any():
        nobody = "is among the customers of the orders" if controls is not None else "is left"
        raise ValueError(
            f"{treated.sum():,} of {len(known):,} customers were addressed and no other {nobody}; without "
            "anybody to compare with no effect can be told"
        )
    unseen = len(place) - int((treated & known).sum())
    for name, group in (("addressed", treated), ("controls", control)):
        if not (group & known).any():
            raise ValueError(
                f"none of the {name} had ordered before {moment_of(found.begins(-held_out)):%Y-%m-%d}, where "
                "the periods held out begin; without a past nobody can be matched"
            )
    if (treated & known).sum() < 2:
        raise ValueError("only one of the addressed has a past; from one customer no limits can be given")
    return Groups(treated, control, unseen)


@dataclass(frozen=True)
class Trial:
    """One comparison: customers with a past, their cells, and the differences by period."""

    values: np.ndarray
    treated: np.ndarray
    features: pd.DataFrame
    cells: Cells
    window: tuple[int, int, int]
    differences: np.ndarray
    matched: float

    @classmethod
    def of(cls, found: Panel, groups: Groups, window: tuple[int, int, int], bins: int) -> "Trial":
        """Match customers who had ordered before the periods held out."""
        taking = (groups.treated | groups.control) & (found.first < found.begins(-window[1]))
        values, treated = found.cells[taking], groups.treated[taking]
        past = features(values[:, : window[0]])
        cells = Cells.of(alike(past, treated, bins), treated)
        differences, matched = cells.differences(values)
        if not matched:
            raise ValueError("nobody addressed is like any other customer; take fewer bins")
        return cls(values, treated, past, cells, window, differences, matched)

    @property
    def n_treated(self) -> int:
        """Customers addressed."""
        return int(self.treated.sum())

    @property
    def n_control(self) -> int:
        """Others."""
        return int((~self.treated).sum())

    @property
    def effect(self) -> float:
        """Difference in differences."""
        return float(effect(self.differences, self.window))

    def naive(self, times: np.ndarray | None = None) -> float:
        """Plain difference of the groups after the start."""
        after = self.values[:, -self.window[2] :].sum(axis=1)
        times = np.ones(len(after)) if times is None else times
        mine, theirs = times * self.treated, times * ~self.treated
        return float(after @ mine / mine.sum() - after @ theirs / theirs.sum())

    def resampled(self, n_boot: int, rng: np.random.Generator) -> "Draws":
        """Differences and plain differences when customers are drawn anew, each group by itself."""
        sides = [np.flatnonzero(side) for side in (self.treated, ~self.treated)]
        curves, naive = np.empty((n_boot, self.values.shape[1])), np.empty(n_boot)
        for trial in range(n_boot):
            drawn = np.concatenate([rng.choice(side, len(side)) for side in sides])
            times = np.bincount(drawn, minlength=len(self.values)).astype(np.float64)
            curves[trial] = self.cells.differences(self.values, times)[0]
            naive[trial] = self.naive(times)
        # A draw in which no cell holds both groups says nothing.
        told = ~np.isnan(curves[:, 0])
        return Draws(curves[told], naive[told])


@dataclass(frozen=True)
class Draws:
    """Differences by period and plain differences of customers drawn anew; one row a draw."""

    curves: np.ndarray
    naive: np.ndarray

    def effects(self, window: tuple[int, int, int]) -> np.ndarray:
        """Difference in differences of each draw."""
        return effect(self.curves, window)


def effect(curves: np.ndarray, window: tuple[int, int, int]) -> Any:
    """Sum over the periods from the start of the differences beyond those in the periods held out."""
    match, held_out, after = window
    baseline = curves[..., match : match + held_out].mean(axis=-1)
    return curves[..., match + held_out :].sum(axis=-1) - after * baseline
