"""Partial least squares on many correlation matrices at once: weights, paths, reliability, HTMT."""

from dataclasses import dataclass

import numpy as np

_MOST_STEPS = 300
_CLOSE = 1e-8


@dataclass(frozen=True)
class Structure:
    """Which items belong to which construct, and which construct leads to which.

    Attributes
    ----------
    belongs : numpy.ndarray of bool
        One row an item, one column a construct.
    leads : numpy.ndarray of bool
        One row a source, one column a target.
    """

    belongs: np.ndarray
    leads: np.ndarray

    @property
    def several(self) -> np.ndarray:
        """Constructs with two or more items."""
        return self.belongs.sum(axis=0) > 1

    def sources(self, target: int) -> np.ndarray:
        """Constructs that lead to one."""
        return np.flatnonzero(self.leads[:, target])


@dataclass(frozen=True)
class Estimates:
    """What PLS gives for each of many matrices (first axis).

    Attributes
    ----------
    weights : numpy.ndarray
        Item × construct; the composites they make have variance 1.
    loadings : numpy.ndarray
        Item × construct, 0 elsewhere.
    between : numpy.ndarray
        Correlations of the constructs, corrected for attenuation if consistent.
    paths : numpy.ndarray
        Source × target.
    r_squared : numpy.ndarray
        Of each construct; NaN where nothing leads to it.
    rho_a : numpy.ndarray
        Dijkstra and Henseler's reliability of the composites; 1 for a single item.
    settled : numpy.ndarray of bool
        Whether the weights stopped changing.
    """

    weights: np.ndarray
    loadings: np.ndarray
    between: np.ndarray
    paths: np.ndarray
    r_squared: np.ndarray
    rho_a: np.ndarray
    settled: np.ndarray


def estimate(
    s: np.ndarray, structure: Structure, scheme: str, *, consistent: bool, like: np.ndarray | None = None
) -> Estimates:
    """Run PLS (mode A); ``like`` are weights whose signs the new ones take over."""
    weights, settled = _weights(s, structure, scheme)
    belongs = structure.belongs
    along = weights * like if like is not None else np.where(belongs, s @ weights, 0)
    weights = weights * np.where(along.sum(axis=1, keepdims=True) < 0, -1, 1)
    between = np.swapaxes(weights, 1, 2) @ s @ weights
    spread = np.sqrt(np.diagonal(s, axis1=1, axis2=2))[:, :, None]
    loadings = np.where(belongs, s @ weights / spread, 0)
    rho_a = _rho_a(s / spread / np.swapaxes(spread, 1, 2), weights * spread, structure)
    if consistent:
        with np.errstate(invalid="ignore", divide="ignore"):
            root = np.sqrt(rho_a)
            squares = ((weights * spread) ** 2).sum(axis=1)
            loadings = np.where(structure.several, weights * spread * (root / squares)[:, None, :], loadings)
            between = between / root[:, :, None] / root[:, None, :]
        diagonal = np.arange(between.shape[1])
        between[:, diagonal, diagonal] = 1
    paths, r_squared = _regress(between, structure)
    return Estimates(weights, loadings, between, paths, r_squared, rho_a, settled)


def _weights(s: np.ndarray, structure: Structure, scheme: str) -> tuple[np.ndarray, np.ndarray]:
    belongs = structure.belongs
    linked = structure.leads | structure.leads.T
    weights = _unit(np.broadcast_to(belongs.astype(float), (len(s), *belongs.shape)), s)
    moving = np.arange(len(s))
    for _ in range(_MOST_STEPS):
        now, r = weights[moving], s[moving]
        between = np.swapaxes(now, 1, 2) @ r @ now
        if scheme == "centroid":
            inner = np.sign(between) * linked
        elif scheme == "factorial":
            inner = between * linked
        else:
            inner = between * structure.leads.T + _regress(between, structure)[0]
        after = _unit(np.where(belongs, r @ (now @ inner), 0), r)
        weights[moving] = after
        moving = moving[np.abs(np.abs(after) - np.abs(now)).max(axis=(1, 2)) > _CLOSE]
        if not len(moving):
            break
    settled = np.ones(len(s), dtype=bool)
    settled[moving] = False
    return weights, settled


def _unit(weights: np.ndarray, s: np.ndarray) -> np.ndarray:
    """Weights whose composites have variance 1."""
    variance = (weights * (s @ weights)).sum(axis=1, keepdims=True)
    return weights / np.sqrt(np.maximum(variance, 1e-300))


def _regress(between: np.ndarray, structure: Structure) -> tuple[np.ndarray, np.ndarray]:
    """Standardised coefficients of each construct on its sources, and what they explain."""
    paths = np.zeros_like(between)
    explained = np.full(between.shape[:2], np.nan)
    for target in range(between.shape[1]):
        sources = structure.sources(target)
        if not len(sources):
            continue
        among, with_target = between[:, sources[:, None], sources], between[:, sources, target]
        known = np.isfinite(among).all(axis=(1, 2))
        beta = np.full(with_target.shape, np.nan)
        solved = np.linalg.pinv(among[known], hermitian=True) @ with_target[known][..., None]
        beta[known] = solved[..., 0]
        paths[:, sources, target] = beta
        explained[:, target] = (beta * with_target).sum(axis=1)
    return paths, explained


def _rho_a(r: np.ndarray, weights: np.ndarray, structure: Structure) -> np.ndarray:
    """Reliability of each composite; NaN where it comes out at 0 or below."""
    squares = (weights**2).sum(axis=1)
    off = (weights * ((r - np.eye(r.shape[-1])) @ weights)).sum(axis=1)
    outer_off = squares**2 - (weights**4).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        rho = squares**2 * off / outer_off
    rho = np.where(structure.several, rho, 1.0)
    return np.where(rho > 0, rho, np.nan)


def possible(found: Estimates) -> np.ndarray:
    """Whether reliabilities lie between 0 and 1 and the correlations could be those of some variables."""
    fine = (found.rho_a <= 1 + 1e-9).all(axis=1) & np.isfinite(found.between).all(axis=(1, 2))
    fine[fine] = np.linalg.eigvalsh(found.between[fine])[:, 0] > -1e-9
    return fine


def total_effects(paths: np.ndarray) -> np.ndarray:
    """Effects along all ways from source to target: (I − B)⁻¹ − I."""
    eye = np.eye(paths.shape[-1])
    return np.linalg.inv(eye - np.nan_to_num(paths)) - eye + 0 * paths.sum(axis=(-2, -1), keepdims=True)


def htmt(r: np.ndarray, structure: Structure) -> np.ndarray:
    """Heterotrait-monotrait ratios of absolute correlations; NaN for constructs of one item."""
    belongs = structure.belongs.astype(float)
    size = belongs.sum(axis=0)
    absolute = np.abs(r)
    sums = belongs.T @ absolute @ belongs
    with np.errstate(invalid="ignore", divide="ignore"):
        within = (np.diagonal(sums, axis1=1, axis2=2) - size) / (size * (size - 1))
        across = sums / np.outer(size, size)
        ratio = across / np.sqrt(within[:, :, None] * within[:, None, :])
    ratio[:, np.arange(len(size)), np.arange(len(size))] = 1
    several = structure.several
    return np.where(several[:, None] & several[None, :], ratio, np.nan)
