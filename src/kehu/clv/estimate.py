"""What all fitted models have: parameters with their uncertainty, and whether the data say what they are."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from scipy.special import ndtri

from kehu.clv import fitting
from kehu.clv.fitting import Objective, Optimum, Spread
from kehu.warnings import MissingValuesWarning, NotConvergedWarning, NotIdentifiedWarning, warn

# A start for many customers is found on some of them.
_MANY, _SOME = 100_000, 20_000
# Of few customers the likelihood may have several maxima.
_FEW = 5_000
# Of differences, in logarithms of parameters.
_STEP = 1e-4


@dataclass(frozen=True)
class FitSummary:
    """A fitted model on a page; prints as text and as HTML.

    Attributes
    ----------
    facts : dict
        Name → value: model, customers, log-likelihood and the like.
    table : pandas.DataFrame
        One row a parameter: ``parameter``, ``estimate``, ``standard_error``, ``low``, ``high``.
    """

    facts: dict[str, str]
    table: pd.DataFrame

    def __str__(self) -> str:
        """Facts above the table of parameters."""
        longest = max(map(len, self.facts))
        facts = [f"{name:<{longest}}  {value}" for name, value in self.facts.items()]
        return "\n".join([*facts, "", self.table.to_string(index=False, float_format="{:.4g}".format)])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        facts = "".join(f"<li>{escape(name)}: {escape(value)}</li>" for name, value in self.facts.items())
        return f"<ul>{facts}</ul>" + self.table.to_html(index=False, float_format="{:.4g}".format)


@dataclass(frozen=True)
class Bootstrap:
    """Parameters fitted to customers drawn anew, with replacement.

    Attributes
    ----------
    draws : pandas.DataFrame
        One row a sample, one column a parameter.
    n_off : int
        Samples in which a parameter ran off to 0 or infinity; its intervals then reach there.
    """

    draws: pd.DataFrame
    n_off: int

    def intervals(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """Percentile intervals.

        Parameters
        ----------
        confidence_level : float
            Between 0 and 1.

        Returns
        -------
        pandas.DataFrame
            Index ``parameter``; columns ``low`` and ``high``.
        """
        tail = (1 - checked_level(confidence_level)) / 2
        # Only draws that occur: between two of them may lie a parameter that ran off.
        ends = [self.draws.quantile(share, interpolation="nearest") for share in (tail, 1 - tail)]
        return pd.DataFrame({"low": ends[0], "high": ends[1]}).rename_axis("parameter")


def checked_level(confidence_level: float) -> float:
    """Refuse what is no confidence level."""
    if not isinstance(confidence_level, float | np.floating) or not 0 < confidence_level < 1:
        raise ValueError(f"confidence_level must be between 0 and 1, got {confidence_level!r}; such as 0.95")
    return float(confidence_level)


def log_limits(value: np.ndarray, variance: np.ndarray, level: float) -> dict[str, np.ndarray]:
    """Limits of positive values from the variance of their logarithms; endless ones are missing."""
    with np.errstate(over="ignore", invalid="ignore"):
        factor = np.exp(ndtri((1 + level) / 2) * np.sqrt(variance))
        high = value * factor
    endless = np.isinf(high)
    if endless.any():
        warn(
            f"{int(endless.sum()):,} customers have no finite upper limit; theirs is missing",
            MissingValuesWarning,
        )
    return {"low": value / factor, "high": np.where(endless, np.nan, high)}


class Estimate(ABC):
    """Base of the models: fits by maximum likelihood and keeps what is known of the fit."""

    _names: ClassVar[tuple[str, ...]]
    _spreads: ClassVar[dict[str, Spread]]

    @abstractmethod
    def _objective(self, data: Any) -> Objective: ...

    @abstractmethod
    def _starts(self, data: Any) -> list[np.ndarray]: ...

    @abstractmethod
    def _bounds(self, data: Any) -> tuple[np.ndarray, np.ndarray]: ...

    @abstractmethod
    def _hopeless(self, data: Any) -> str:
        """Why data like these cannot say what the parameters are, whatever the fit; mostly empty."""

    def _slopes(self, quantity: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        """How the logarithm of a quantity changes with each logarithm of a parameter, a row each."""
        steps = _STEP * np.eye(len(self._theta))
        with np.errstate(divide="ignore", invalid="ignore"):
            ends = [
                np.log(quantity(self._theta + step)) - np.log(quantity(self._theta - step)) for step in steps
            ]
        return np.array(ends) / (2 * _STEP)

    def _log_variance(self, slopes: np.ndarray) -> np.ndarray:
        """Variance of the logarithm of a quantity, from the uncertainty of the parameters (delta method)."""
        return np.einsum("ij,ik,jk->k", self._log_covariance, slopes, slopes, optimize=True)

    def _warn_without_errors(self) -> None:
        if np.isnan(self._log_covariance).any():
            warn(
                f"the parameters of {type(self).__name__} have no standard errors "
                f"({self.identified_reason_}), so intervals are missing",
                NotIdentifiedWarning,
            )

    def _estimate(self, data: Any) -> Self:
        low, high = self._bounds(data)
        starts = self._starts(data)
        rows = len(data.x)
        if rows > _MANY:
            some = data.at(np.arange(0, rows, rows // _SOME))
            starts.insert(0, self._search(self._objective(some), starts, low, high).theta)
        objective = self._objective(data)
        optimum = self._search(objective, starts, low, high, every=rows <= _FEW)
        self._data = data
        self._keep(optimum, data.n)
        self.identified_reason_ = self._hopeless(data) or fitting.unidentified(
            objective, optimum, data.n, low, high, self._names, self._spreads
        )
        self.identified_ = not self.identified_reason_
        name = type(self).__name__
        if not self.converged_:
            warn(f"{name}: the search for the largest likelihood did not end", NotConvergedWarning)
        if not self.identified_:
            warn(
                f"{name} is not identified by these data: {self.identified_reason_}. Do not read the "
                f"parameters one by one; see identified_reason_",
                NotIdentifiedWarning,
            )
        return self

    @staticmethod
    def _search(
        objective: Objective,
        starts: list[np.ndarray],
        low: np.ndarray,
        high: np.ndarray,
        *,
        every: bool = False,
    ) -> Optimum:
        """The best of the maxima from all starts, or from those up to the first inside the range."""
        best = None
        for start in starts:
            found = fitting.maximise(objective, start, low, high)
            # One that ended is preferred to one that is better by rounding only.
            margin = 1e-9 if best is None or best.converged else -1e-9
            if best is None or found.value > best.value + margin:
                best = found
            if best.converged and not best.held.any() and not every:
                break
        return best

    def _keep(self, optimum: Optimum, n: float) -> None:
        names = list(self._names)
        self._theta = optimum.theta
        self._log_covariance = fitting.covariance(optimum, n)
        values = np.exp(optimum.theta)
        self.params_ = pd.Series(values, index=names, name="estimate")
        self.covariance_ = pd.DataFrame(self._log_covariance * np.outer(values, values), names, names)
        errors = np.sqrt(np.diag(self.covariance_))
        self.standard_errors_ = pd.Series(errors, index=names, name="standard_error")
        self.log_likelihood_ = float(optimum.value * n)
        self.n_customers_ = int(n) if n == int(n) else n
        self.aic_ = 2 * len(names) - 2 * self.log_likelihood_
        self.bic_ = len(names) * np.log(n) - 2 * self.log_likelihood_
        self.converged_ = optimum.converged

    def _fitted(self) -> np.ndarray:
        if not hasattr(self, "params_"):
            raise ValueError(f"this {type(self).__name__} is not fitted yet; call fit first")
        return self._theta

    def __repr__(self) -> str:
        """Name and parameters."""
        if not hasattr(self, "params_"):
            return f"{type(self).__name__}()"
        values = ", ".join(f"{name}={value:.4g}" for name, value in self.params_.items())
        return f"{type(self).__name__}({values})"

    def confidence_intervals(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """Intervals of the parameters from the curvature of the log-likelihood, in logarithms.

        Parameters
        ----------
        confidence_level : float
            Between 0 and 1.

        Returns
        -------
        pandas.DataFrame
            Index ``parameter``; columns ``low`` and ``high``; missing where the curvature gives none.

        Notes
        -----
        ``exp(log(estimate) ± z standard_error / estimate)``: never below 0, and closer to the truth in small
        samples than intervals that are symmetric about the estimate.
        """
        theta = self._fitted()
        half = ndtri((1 + checked_level(confidence_level)) / 2) * np.sqrt(np.diag(self._log_covariance))
        index = pd.Index(self._names, name="parameter")
        return pd.DataFrame({"low": np.exp(theta - half), "high": np.exp(theta + half)}, index=index)

    def summary(self, confidence_level: float = 0.95) -> FitSummary:
        """Estimates with their uncertainty and the facts of the fit, for printing.

        Parameters
        ----------
        confidence_level : float
            Of the intervals, between 0 and 1.

        Returns
        -------
        FitSummary
        """
        limits = self.confidence_intervals(confidence_level).reset_index(drop=True)
        table = pd.DataFrame(
            {
                "parameter": self._names,
                "estimate": self.params_.to_numpy(),
                "standard_error": self.standard_errors_.to_numpy(),
            }
        )
        return FitSummary(self._facts(), pd.concat([table, limits], axis=1))

    def _facts(self) -> dict[str, str]:
        return {
            "model": type(self).__name__,
            "customers": f"{self.n_customers_:,}",
            "log-likelihood": f"{self.log_likelihood_:,.3f}",
            "AIC, BIC": f"{self.aic_:,.1f}, {self.bic_:,.1f}",
            "converged": "yes" if self.converged_ else "no",
            "identified": "yes" if self.identified_ else f"no: {self.identified_reason_}",
        }

    def bootstrap(self, n: int = 200, *, random_state: Any = None) -> Bootstrap:
        """Fit to customers drawn anew, to see how far the parameters depend on who happened to come.

        Parameters
        ----------
        n : int
            Samples.
        random_state : int or numpy.random.Generator, optional
            Seed.

        Returns
        -------
        Bootstrap

        Notes
        -----
        Whole customers are drawn with replacement, never single orders: a sample is the same table with
        other weights, and the search starts at the estimate, so that it takes a few steps only.

        References
        ----------
        Efron & Tibshirani 1993, An Introduction to the Bootstrap, Chapman & Hall.
        """
        theta = self._fitted()
        if isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 2:
            raise ValueError(f"n must be a whole number from 2, got {n!r}")
        rng = np.random.default_rng(random_state)
        draws, off = np.empty((n, len(theta))), 0
        low, high = self._bounds(self._data)
        for row in range(n):
            objective = self._objective(self._drawn(rng))
            found = self._search(objective, [theta, *self._starts(self._data)], low, high)
            draws[row] = np.exp(found.theta)
            off += bool(found.held.any() or not found.converged)
        return Bootstrap(pd.DataFrame(draws, columns=list(self._names)), off)

    def _drawn(self, rng: np.random.Generator) -> Any:
        """The same customers, each as often as chance will."""
        data = self._data
        rows = len(data.x)
        if len(data.weights):
            counts = rng.multinomial(round(data.n), data.weights / data.n)
        else:
            counts = np.bincount(rng.integers(rows, size=rows), minlength=rows)
        return data.weighted(counts.astype(np.float64))
