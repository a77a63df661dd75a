"""Ordered logit by Newton's method, its marginal effects, and the check of proportional odds."""

from dataclasses import dataclass

import numpy as np
from scipy import stats
from scipy.special import expit

_MOST_STEPS = 100
# At a maximum Newton's next step moves nobody's log-odds; at one that lies in infinity it still does.
_STILL = 1e-3


@dataclass(frozen=True)
class OrderedLogit:
    """A fitted ordered logit: P(Y ≤ k) = F(cut_k − x'β).

    Attributes
    ----------
    cuts, beta : numpy.ndarray
        Borders between categories and coefficients.
    covariance : numpy.ndarray
        Of the cuts, then the coefficients, from the curvature of the log-likelihood.
    log_likelihood : float
        At the estimate.
    scores : numpy.ndarray
        Derivative of each respondent's log-likelihood, a row each.
    identified : bool
        False if a coefficient runs off, as the drivers tell the categories apart without error.
    """

    cuts: np.ndarray
    beta: np.ndarray
    covariance: np.ndarray
    log_likelihood: float
    scores: np.ndarray
    identified: bool

    @classmethod
    def of(cls, x: np.ndarray, y: np.ndarray, n_categories: int) -> "OrderedLogit":
        """Fit; ``y`` counts categories from 0, and each occurs."""
        center, scale = x.mean(axis=0), x.std(axis=0)
        scale = np.where(scale > 0, scale, 1.0)
        z, n_cuts = (x - center) / scale, n_categories - 1
        below = np.cumsum(np.bincount(y, minlength=n_categories))[:-1] / len(y)
        theta = np.concatenate([np.log(below / (1 - below)), np.zeros(x.shape[1])])
        value, scores, curvature = _derivatives(theta, z, y, n_cuts)
        for _ in range(_MOST_STEPS):
            gradient = scores.sum(axis=0)
            step = np.linalg.lstsq(-curvature, gradient, rcond=1e-15)[0]
            if gradient @ step < 1e-12:
                break
            size = 1.0
            while not (found := _log_likelihood(theta + size * step, z, y, n_cuts)) >= value - 1e-12:
                size /= 2
                if size < 1e-8:
                    break
            if size < 1e-8 or found - value < 1e-14 * abs(value):
                break
            theta = theta + size * step
            value, scores, curvature = _derivatives(theta, z, y, n_cuts)
        step = np.linalg.lstsq(-curvature, scores.sum(axis=0), rcond=1e-15)[0]
        moved = max(np.abs(z @ step[n_cuts:]).max(initial=0), np.abs(step[:n_cuts]).max())
        back = np.eye(len(theta))
        back[n_cuts:, n_cuts:] = np.diag(1 / scale)
        back[:n_cuts, n_cuts:] = center / scale
        theta_x = back @ theta
        covariance = back @ np.linalg.pinv(-curvature, hermitian=True) @ back.T
        return cls(
            cuts=theta_x[:n_cuts],
            beta=theta_x[n_cuts:],
            covariance=covariance,
            log_likelihood=float(value),
            scores=scores @ np.linalg.inv(back),
            identified=bool(moved < _STILL),
        )

    def probabilities(self, x: np.ndarray) -> np.ndarray:
        """Chance of each category, a row each respondent."""
        upto = expit(self.cuts - (x @ self.beta)[:, None])
        return np.diff(upto, prepend=0.0, append=1.0, axis=1)

    def marginal_effects(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean change of each category's chance with each driver, and standard errors (delta method)."""
        eta = (x @ self.beta)[:, None]
        upto = expit(self.cuts - eta)
        slope = upto * (1 - upto)
        bend = slope * (1 - 2 * upto)
        edge = np.zeros((len(x), 1))
        # d P(k) / d x_j = β_j (f(cut below − η) − f(cut above − η))
        density = np.hstack([edge, slope]) - np.hstack([slope, edge])
        change = np.hstack([edge, bend]) - np.hstack([bend, edge])
        mean, n_cuts, n_drivers = density.mean(axis=0), len(self.cuts), len(self.beta)
        effects = np.outer(self.beta, mean)
        errors = np.empty_like(effects)
        by_x = -(change[:, :, None] * x[:, None, :]).mean(axis=0)
        for category in range(n_cuts + 1):
            for driver in range(n_drivers):
                slope_of = np.zeros(n_cuts + n_drivers)
                if category < n_cuts:
                    slope_of[category] = -self.beta[driver] * bend[:, category].mean()
                if category > 0:
                    slope_of[category - 1] = self.beta[driver] * bend[:, category - 1].mean()
                slope_of[n_cuts:] = self.beta[driver] * by_x[category]
                slope_of[n_cuts + driver] += mean[category]
                errors[driver, category] = np.sqrt(slope_of @ self.covariance @ slope_of)
        return effects, errors


def _log_likelihood(theta: np.ndarray, x: np.ndarray, y: np.ndarray, n_cuts: int) -> float:
    if (np.diff(theta[:n_cuts]) <= 0).any():
        return -np.inf
    eta = x @ theta[n_cuts:]
    padded = np.concatenate([[-np.inf], theta[:n_cuts], [np.inf]])
    return float(np.log(np.maximum(_between(padded[y] - eta, padded[y + 1] - eta), 1e-300)).sum())


def _between(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """F(high) − F(low), on the side where digits are not lost."""
    flip = low + high > 0
    with np.errstate(invalid="ignore"):
        return np.where(flip, expit(-low) - expit(-high), expit(high) - expit(low))


def _derivatives(
    theta: np.ndarray, x: np.ndarray, y: np.ndarray, n_cuts: int
) -> tuple[float, np.ndarray, np.ndarray]:
    """Log-likelihood, its derivative for each respondent, and its second derivatives."""
    eta = x @ theta[n_cuts:]
    padded = np.concatenate([[-np.inf], theta[:n_cuts], [np.inf]])
    low, high = padded[y] - eta, padded[y + 1] - eta
    chance = np.maximum(_between(low, high), 1e-300)
    up, down = expit(high), expit(low)
    f_up, f_down = up * expit(-high), down * expit(-low)
    a, b = f_up / chance, f_down / chance
    marks = np.zeros((2, len(y), n_cuts + 2))
    everyone = np.arange(len(y))
    marks[0, everyone, y + 1] = 1
    marks[1, everyone, y] = 1
    above, under = (np.hstack([mark[:, 1:-1], -x]) for mark in marks)
    scores = a[:, None] * above - b[:, None] * under
    aa = f_up * (1 - 2 * up) / chance - a**2
    bb = -f_down * (1 - 2 * down) / chance - b**2
    cross = above.T @ (under * (a * b)[:, None])
    curvature = above.T @ (above * aa[:, None]) + under.T @ (under * bb[:, None]) + cross + cross.T
    return float(np.log(chance).sum()), scores, curvature


@dataclass(frozen=True)
class CutWise:
    """Separate logits of each cut, with the covariance of all their coefficients.

    Attributes
    ----------
    beta, errors : numpy.ndarray
        One row a cut, one column a driver; NaN where a cut's logit does not exist.
    joint : numpy.ndarray
        Covariance of the coefficients, cut by cut.
    """

    beta: np.ndarray
    errors: np.ndarray
    joint: np.ndarray

    @classmethod
    def of(cls, x: np.ndarray, y: np.ndarray, n_categories: int) -> "CutWise":
        """Fit a logit of being above each cut; their covariance as in Brant."""
        n_cuts, p = n_categories - 1, x.shape[1]
        design = np.column_stack([np.ones(len(y)), x])
        above, breads, fits = [], [], []
        for cut in range(n_cuts):
            fit = OrderedLogit.of(x, (y > cut).astype(int), 2)
            chance = expit(x @ fit.beta - fit.cuts[0])
            weight = chance * (1 - chance)
            above.append(chance)
            breads.append(np.linalg.pinv(design.T @ (design * weight[:, None]), hermitian=True))
            fits.append(fit)
        joint = np.empty((n_cuts, p, n_cuts, p))
        for one in range(n_cuts):
            for other in range(one, n_cuts):
                both = above[other] * (1 - above[one])
                block = breads[one] @ (design.T @ (design * both[:, None])) @ breads[other]
                joint[one, :, other] = block[1:, 1:]
                joint[other, :, one] = block[1:, 1:].T
        joint = joint.reshape(n_cuts * p, n_cuts * p)
        beta = np.array([fit.beta if fit.identified else np.full(p, np.nan) for fit in fits])
        errors = np.where(np.isnan(beta), np.nan, np.sqrt(np.diag(joint)).reshape(n_cuts, p))
        return cls(beta, errors, joint)

    def test(self, drivers: list[int]) -> tuple[float, int, float]:
        """Wald test that the coefficients of some drivers are the same at all cuts: χ², df, p."""
        n_cuts, p = self.beta.shape
        contrast = np.zeros((n_cuts - 1, len(drivers), n_cuts, p))
        for cut in range(1, n_cuts):
            for place, driver in enumerate(drivers):
                contrast[cut - 1, place, 0, driver] = 1
                contrast[cut - 1, place, cut, driver] = -1
        contrast = contrast.reshape(-1, n_cuts * p)
        apart = contrast @ self.beta.ravel()
        value = float(apart @ np.linalg.lstsq(contrast @ self.joint @ contrast.T, apart)[0])
        return value, len(contrast), float(stats.chi2.sf(value, len(contrast)))
