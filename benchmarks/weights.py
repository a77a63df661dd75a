"""Weights and satisfaction: kehu against NumPy, AHPy, pingouin and semopy.

Each contestant gets the answers in the form it likes best, which is not timed, and warms up. Then the call
alone is timed. All must find the same; paths between constructs, which semopy estimates in another way,
within eight per cent.
"""

from pathlib import Path

import _weights as of
import numpy as np
from _tasks import Data, Task, run

BUILD = Path(__file__).parents[1] / "build" / "bench"
RATERS = {"kehu": of.kehu_raters, "numpy, one by one": of.numpy_raters, "AHPy": of.ahpy_raters}
IMPORTANCE = {"kehu": of.kehu_importance, "pingouin": of.pingouin_importance}
LIMITS = {"kehu": of.kehu_limits, "pingouin": of.pingouin_limits}
MEDIATION = {"kehu": of.kehu_mediation, "pingouin": of.pingouin_mediation}
PATHS = {"kehu": of.kehu_paths, "semopy": of.semopy_paths}
TASKS = {
    "raters": Task("AHP, 15 criteria", RATERS, of.rated, "judgements", (100, 1_000, 10_000)),
    "importance": Task("LMG", IMPORTANCE, of.shares, "survey", (5, 10, 15)),
    "limits": Task("LMG, 1,000 bootstraps", LIMITS, of.shares, "survey", (5, 10, 15)),
    "mediation": Task(
        "mediation by answers, 1,000 bootstraps", MEDIATION, of.shares, "chain", (1_000, 10_000)
    ),
    "paths": Task("path model", PATHS, of.shares, "latent", (1_000, 10_000), tolerance=0.08),
}


def data(kind: str, n: int) -> Path:
    """Draw the data once and store them."""
    path = BUILD / f"{kind}-{n}.npz"
    if not path.exists():
        BUILD.mkdir(parents=True, exist_ok=True)
        np.savez(path, answers=DRAWN[kind](n, np.random.default_rng(1)))
    return path


def judgements(n: int, random: np.random.Generator) -> np.ndarray:
    """Draw people with weights of their own in mind, who answer a little off, on Saaty's scale."""
    weights = random.dirichlet(np.full(of.CRITERIA, 4.0), n)
    one, two = np.array(of.PAIRS).T
    log = np.log(weights[:, one] / weights[:, two]) + random.normal(0, 0.4, (n, len(one)))
    size = np.clip(np.rint(np.exp(np.abs(log))), 1, 9)
    return np.where(log > 0, size, np.where(size == 1, 1, -size)).astype(np.int64)


def survey(n: int, random: np.random.Generator) -> np.ndarray:
    """Draw correlated drivers and an outcome that goes with them, less and less."""
    drivers = random.normal(size=(of.ANSWERS, n)) + random.normal(size=(of.ANSWERS, 1))
    outcome = drivers @ np.linspace(1, 0.1, n) + random.normal(0, 3, of.ANSWERS)
    return np.column_stack([drivers, outcome])


def chain(n: int, random: np.random.Generator) -> np.ndarray:
    """Draw what passes in part through a mediator."""
    driver = random.normal(size=n)
    mediator = 0.5 * driver + random.normal(size=n)
    return np.column_stack([driver, mediator, 0.4 * mediator + 0.2 * driver + random.normal(size=n)])


def latent(n: int, random: np.random.Generator) -> np.ndarray:
    """Draw three constructs and the items that measure them."""
    quality = random.normal(size=n)
    value = 0.5 * quality + np.sqrt(0.75) * random.normal(size=n)
    satisfaction = 0.4 * quality + 0.3 * value + np.sqrt(0.63) * random.normal(size=n)
    constructs = zip((quality, value, satisfaction), of.BLOCKS.values(), strict=True)
    return np.column_stack(
        [0.8 * one + 0.6 * random.normal(size=n) for one, items in constructs for _ in range(items)]
    )


DRAWN = {"judgements": judgements, "survey": survey, "chain": chain, "latent": latent}


def first(given: Data) -> Data:
    """The first answers, enough of them for every method."""
    return {name: values[:50].copy() for name, values in given.items()}


NOTES = (
    "All find the same: means and spread of the weights and consistency ratios, shares of the variance, "
    "effects; paths within 8 %. Sizes are people who judge (reading their answers included for kehu, not for "
    f"the others), drivers (of {of.ANSWERS:,} answers), and answers. pingouin has no limits for LMG: it "
    "divides anew for each draw. kehu's path model is consistent PLS, semopy's by maximum likelihood, both "
    "without bootstrap."
)

if __name__ == "__main__":
    packages = ("numpy", "pandas", "ahpy", "pingouin", "semopy")
    run(__file__, TASKS, data, first, lambda task: task.sizes[:1], NOTES, packages)
