"""What a path model reports: its tables, with limits from the bootstrap samples."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from kehu.satisfaction._pls import Estimates, Structure, htmt, total_effects
from kehu.satisfaction.importance import correlations_of


@dataclass(frozen=True)
class Limits:
    """Limits from the bootstrap samples that are usable."""

    usable: np.ndarray
    level: float

    def of(self, draws: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Percentile limits along the first axis; NaN where no sample is usable."""
        kept = draws[self.usable]
        if not len(kept):
            nothing = np.full(draws.shape[1:], np.nan)
            return nothing, nothing
        low, high = np.quantile(kept, [(1 - self.level) / 2, (1 + self.level) / 2], axis=0)
        return low, high

    def p_value(self, draws: np.ndarray) -> np.ndarray:
        """Twice the share of samples on the other side of 0."""
        kept = draws[self.usable]
        if not len(kept):
            return np.full(draws.shape[1:], np.nan)
        below = (kept < 0).mean(axis=0)
        return np.clip(2 * np.minimum(below, 1 - below), 1 / len(kept), 1)


def paths_table(
    found: Estimates, draws: Estimates, names: list[str], edges: list[tuple[int, int]], limits: Limits
) -> pd.DataFrame:
    sources, targets = (np.array(ends) for ends in zip(*edges, strict=True))
    chosen = draws.paths[:, sources, targets]
    low, high = limits.of(chosen)
    kept = chosen[limits.usable]
    return pd.DataFrame(
        {
            "source": [names[place] for place in sources],
            "target": [names[place] for place in targets],
            "coefficient": found.paths[0, sources, targets],
            "standard_error": kept.std(axis=0, ddof=1) if len(kept) > 1 else np.nan,
            "low": low,
            "high": high,
            "p_value": limits.p_value(chosen),
        }
    )


def effects_table(found: Estimates, draws: Estimates, names: list[str], limits: Limits) -> pd.DataFrame:
    leads = (found.paths[0] != 0).astype(float)
    sources, targets = np.nonzero(total_effects(leads))
    total, drawn = total_effects(found.paths)[0], total_effects(draws.paths)
    low, high = limits.of(drawn[:, sources, targets])
    indirect_low, indirect_high = limits.of((drawn - draws.paths)[:, sources, targets])
    direct = found.paths[0, sources, targets]
    return pd.DataFrame(
        {
            "source": [names[place] for place in sources],
            "target": [names[place] for place in targets],
            "direct": direct,
            "indirect": total[sources, targets] - direct,
            "indirect_low": indirect_low,
            "indirect_high": indirect_high,
            "total": total[sources, targets],
            "total_low": low,
            "total_high": high,
        }
    )


def loadings_table(
    found: Estimates,
    draws: Estimates,
    names: list[str],
    items: list[str],
    structure: Structure,
    limits: Limits,
    spread: np.ndarray,
) -> pd.DataFrame:
    rows, columns = np.nonzero(structure.belongs)
    low, high = limits.of(draws.loadings[:, rows, columns])
    return pd.DataFrame(
        {
            "construct": [names[place] for place in columns],
            "item": items,
            "loading": found.loadings[0, rows, columns],
            "low": low,
            "high": high,
            "weight": found.weights[0, rows, columns] * spread,
        }
    )


def constructs_table(found: Estimates, s: np.ndarray, names: list[str], structure: Structure) -> pd.DataFrame:
    size = structure.belongs.sum(axis=0)
    loadings = found.loadings[0]
    common = loadings.sum(axis=0) ** 2
    left = np.where(structure.belongs, 1 - loadings**2, 0).sum(axis=0)
    variance = structure.belongs.T @ np.diag(s)
    whole = (structure.belongs.T @ s @ structure.belongs).diagonal()
    with np.errstate(invalid="ignore", divide="ignore"):
        alpha = size / (size - 1) * (1 - variance / whole)
    return pd.DataFrame(
        {
            "construct": names,
            "items": size,
            "r_squared": found.r_squared[0],
            "alpha": np.where(size > 1, alpha, 1.0),
            "rho_a": found.rho_a[0],
            "rho_c": common / (common + left),
            "ave": (loadings**2).sum(axis=0) / size,
        }
    )


def htmt_table(
    s: np.ndarray, drawn: np.ndarray, names: list[str], structure: Structure, level: float
) -> pd.DataFrame:
    pairs = list(combinations(np.flatnonzero(structure.several), 2))
    if not pairs:
        return pd.DataFrame(columns=["construct_1", "construct_2", "htmt", "low", "high"])
    one, other = (np.array(ends) for ends in zip(*pairs, strict=True))
    ratios = htmt(correlations_of(drawn), structure)[:, one, other]
    low, high = Limits(np.isfinite(ratios).all(axis=1), level).of(ratios)
    return pd.DataFrame(
        {
            "construct_1": [names[place] for place in one],
            "construct_2": [names[place] for place in other],
            "htmt": htmt(correlations_of(s[None]), structure)[0, one, other],
            "low": low,
            "high": high,
        }
    )
