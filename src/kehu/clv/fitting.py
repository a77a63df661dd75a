"""Maximum likelihood by damped Newton steps, and whether the data say where the maximum is."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

# Mean log-likelihood, its gradient and its Hessian, in the logarithms of the parameters.
Objective = Callable[[np.ndarray], tuple[float, np.ndarray, np.ndarray]]

_FLAT = 1e-9  # gradient of the mean log-likelihood at which a maximum is reached
# The same where rounding allows no further step, or what that step promises to gain.
_NEARLY_FLAT, _NEARLY_NOTHING = 1e-5, 1e-9
_LONGEST, _SHORTEST = 2.0, 1e-7  # steps in the logarithms
_MOST, _HAIR = 200, 1e-9
# What rounding does to the mean log-likelihood where parameters are large; its gradient is far more exact.
_NOISE = 2e-10
_LEAST_CURVATURE = 1e-10
_SURE = 0.25  # standard error of a log parameter below which infinity is far away
_VAGUE = 3.0  # and above which 95 % intervals span a factor of 300 either way
# A parameter is tried so large that the model is that of identical customers.
_LARGE = np.log(1e4)
# 5 % of the distribution of twice the log-likelihood ratio where the parameter is at the end of its range:
# half a chi-squared distribution of one degree of freedom, half at zero.
_CRITICAL = 2.705543


@dataclass(frozen=True)
class Optimum:
    """Where the maximum was found.

    Attributes
    ----------
    theta : numpy.ndarray
        Logarithms of the parameters.
    value : float
        Mean log-likelihood.
    hessian : numpy.ndarray
        Of the mean log-likelihood.
    converged : bool
        Whether the gradient vanishes, apart from parameters held at an end of their range.
    held : numpy.ndarray of int
        -1 or 1 for a parameter that ran to the lower or upper end of its range.
    """

    theta: np.ndarray
    value: float
    hessian: np.ndarray
    converged: bool
    held: np.ndarray


@dataclass(frozen=True)
class Spread:
    """A parameter that is infinite where customers are all alike.

    Attributes
    ----------
    meaning : str
        What follows if it is infinite.
    partner : int
        Place of the parameter that moves with it.
    power : float
        Its partner goes with this power of it.
    """

    meaning: str
    partner: int
    power: float = 1.0


def maximise(objective: Objective, start: np.ndarray, low: np.ndarray, high: np.ndarray) -> Optimum:
    """Climb by Newton steps, shortened until they climb; curvatures of the wrong sign are turned over."""
    theta = np.clip(start, low, high)
    value, gradient, hessian = objective(theta)
    converged = False
    for _ in range(_MOST):
        held = ((theta >= high) & (gradient >= 0)).astype(int) - ((theta <= low) & (gradient <= 0))
        free = held == 0
        slope = np.abs(gradient[free]).max(initial=0.0)
        if slope < _FLAT:
            converged = True
            break
        step = np.zeros(len(theta))
        curvature, axes = np.linalg.eigh(-hessian[np.ix_(free, free)])
        curvature = np.maximum(np.abs(curvature), _LEAST_CURVATURE)
        step[free] = axes @ ((axes.T @ gradient[free]) / curvature)
        step[((theta >= high) & (step > 0)) | ((theta <= low) & (step < 0))] = 0.0
        if not step.any():
            break
        promised = gradient @ step
        step *= min(1.0, _LONGEST / np.abs(step).max())
        # The whole step ends where its first parameter meets the end of its range.
        room = np.where(step > 0, high - theta, low - theta)[step != 0] / step[step != 0]
        step *= min(1.0, room.min(initial=1.0))
        while True:
            tried = theta + step
            # Rounding must not leave a parameter a hair's breadth before its end.
            tried = np.where(tried > high - _HAIR, high, np.where(tried < low + _HAIR, low, tried))
            found = objective(tried)
            if np.isfinite(found[0]) and found[0] >= value - _NOISE * max(1.0, abs(value)):
                break
            step /= 4
            if np.abs(step).max() < _SHORTEST:
                converged = bool(slope < _NEARLY_FLAT or promised < _NEARLY_NOTHING)
                return Optimum(theta, value, hessian, converged, held)
        theta, (value, gradient, hessian) = tried, found
    return Optimum(theta, value, hessian, bool(converged or slope < _NEARLY_FLAT), held)


def covariance(optimum: Optimum, n: float) -> np.ndarray:
    """Covariance of the logarithms of the parameters, missing where the curvature does not give one."""
    k = len(optimum.theta)
    if not np.isfinite(optimum.hessian).all() or optimum.held.any():
        return np.full((k, k), np.nan)
    curvature, axes = np.linalg.eigh(-n * optimum.hessian)
    if curvature[0] <= 1e-12 * curvature[-1]:
        return np.full((k, k), np.nan)
    return (axes / curvature) @ axes.T


def unidentified(
    objective: Objective,
    optimum: Optimum,
    n: float,
    low: np.ndarray,
    high: np.ndarray,
    names: tuple[str, ...],
    spreads: dict[str, Spread],
) -> str:
    """Why the data do not say where the maximum is; empty if they do.

    A parameter that rules how much customers differ is not identified where the likelihood cannot tell it
    from infinity (customers all alike) at the 5 % level.

    Parameters
    ----------
    objective, optimum, n, low, high
        The fit.
    names : tuple of str
        Names of the parameters.
    spreads : dict of str to Spread
        The parameters that rule how much customers differ.
    """
    if not optimum.converged:
        return "the search for the maximum did not end"
    spread = np.sqrt(np.diag(covariance(optimum, n)))
    reasons = []
    for i, name in enumerate(names):
        one = spreads.get(name)
        meaning = f": {one.meaning}" if one else ""
        if optimum.held[i] > 0:
            reasons.append(f"{name} ran off to infinity{meaning}")
        elif optimum.held[i] < 0:
            reasons.append(f"{name} ran off to 0")
        elif one and not spread[i] < _SURE:
            gain = optimum.value - _limit(objective, optimum, low, high, i, one)
            if 2 * n * gain < _CRITICAL:
                reasons.append(f"{name} cannot be told from infinity{meaning}")
    vague = [name for name, width in zip(names, spread, strict=True) if width > _VAGUE]
    if not reasons and np.isnan(spread).any():
        reasons.append(
            "the Hessian is singular: parameters can change together without changing the likelihood"
        )
    elif not reasons and vague:
        reasons.append(f"{' and '.join(vague)} could be hundreds of times larger or smaller")
    return "; ".join(reasons)


def _limit(
    objective: Objective, optimum: Optimum, low: np.ndarray, high: np.ndarray, i: int, spread: Spread
) -> float:
    """Largest mean log-likelihood with one parameter so large that customers do not differ in it."""
    fixed_low, fixed_high, start = low.copy(), high.copy(), optimum.theta.copy()
    fixed_low[i] = fixed_high[i] = max(_LARGE, start[i])
    # Its partner moves along, so that the mean stays what it was.
    start[spread.partner] += spread.power * (fixed_low[i] - start[i])
    start[i] = fixed_low[i]
    return maximise(objective, start, fixed_low, fixed_high).value
