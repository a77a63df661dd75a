"""How far judgements contradict each other: Saaty's ratio, the geometric index, circular triads."""

from dataclasses import dataclass, field

import numpy as np

from kehu.ahp import missing, priorities

# Mean consistency index of random matrices, for n = 3, 4, …
_SAATY = (0.52, 0.89, 1.11, 1.25, 1.35, 1.40, 1.45, 1.49, 1.52, 1.54, 1.56, 1.58, 1.59)
_ALONSO_LAMATA = (
    *(0.5245, 0.8815, 1.1086, 1.2479, 1.3417, 1.4056, 1.4499),
    *(1.4854, 1.5141, 1.5365, 1.5551, 1.5713, 1.5838),
)
RANDOM_INDICES = {"saaty": _SAATY, "alonso_lamata": _ALONSO_LAMATA}
LIMIT = 0.1


@dataclass(frozen=True)
class Consistency:
    """How consistent the judgements of a matrix are.

    Attributes
    ----------
    lambda_max : float
        Largest eigenvalue; as large as the number of criteria if the judgements agree perfectly.
    ci : float
        Consistency index.
    cr : float
        Consistency ratio: the index by that of random judgements.
    gci : float
        Geometric consistency index.
    random_index : float
        The index of random judgements.
    gci_limit : float
        Largest ``gci`` that answers to a ratio of 0.1.
    circular_triads : int
        Triples in which A is preferred to B, B to C, and C to A.
    n, n_missing : int
        Criteria, and pairs that were not judged.
    consistent : bool
        Whether ``cr`` is at most 0.1.
    """

    lambda_max: float
    ci: float
    cr: float
    gci: float
    random_index: float
    gci_limit: float
    circular_triads: int
    n: int
    n_missing: int = 0
    consistent: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "consistent", self.cr <= LIMIT)

    def __str__(self) -> str:
        verdict = "consistent" if self.consistent else "inconsistent"
        missing = f", {self.n_missing} pairs not judged" if self.n_missing else ""
        return (
            f"{self.n} criteria{missing}: {verdict} (CR {self.cr:.4f}, limit {LIMIT})\n"
            f"λmax {self.lambda_max:.5f}, CI {self.ci:.4f}, random index {self.random_index:.4f}\n"
            f"GCI {self.gci:.4f} (limit {self.gci_limit}), circular triads {self.circular_triads}"
        )


def check_random_index(name: str) -> None:
    """Refuse indices that are not known."""
    if not isinstance(name, str) or name not in RANDOM_INDICES:
        raise ValueError(f"random_index={name!r} is not known; take {' or '.join(map(repr, RANDOM_INDICES))}")


def random_index(n: int, name: str, n_missing: int = 0) -> float:
    """Index of random matrices of this size, less where pairs are missing."""
    check_random_index(name)
    if n < 3:
        return 0.0
    table = RANDOM_INDICES[name]
    # Beyond the tables the line that Alonso and Lamata fitted to the mean largest eigenvalue.
    whole = table[n - 3] if n - 3 < len(table) else (1.7699 * n - 4.3513) / (n - 1)
    return float(whole * (1 - 2 * n_missing / ((n - 1) * (n - 2))))


def measure(logs: np.ndarray, known: np.ndarray, index: str) -> Consistency:
    """Consistency of one completed matrix; ``known`` marks the judged pairs, False on the diagonal."""
    n = len(logs)
    largest = float(priorities.eigenvector(logs)[0]) if n > 2 else float(n)
    largest = max(largest, float(n))
    n_missing = int(n * (n - 1) - np.count_nonzero(known)) // 2
    expected = random_index(n, index, n_missing)
    ci = (largest - n) / (n - 1) if n > 2 else 0.0
    # A tree of judgements has nothing that could contradict it.
    cr = ci / expected if expected > 1e-12 else 0.0
    return Consistency(
        lambda_max=largest,
        ci=ci,
        cr=cr,
        gci=geometric_index(logs, known),
        random_index=expected,
        gci_limit={1: 0.31, 2: 0.31, 3: 0.31, 4: 0.35}.get(n, 0.37),
        circular_triads=circular_triads(logs, known),
        n=n,
        n_missing=n_missing,
    )


def ratios(logs: np.ndarray, index: str = "saaty") -> np.ndarray:
    """Consistency ratios of many complete matrices, shape (…, n, n)."""
    n = logs.shape[-1]
    expected = random_index(n, index)
    if n < 3:
        return np.zeros(logs.shape[:-2])
    return np.maximum(priorities.eigenvector(logs)[0] - n, 0) / (n - 1) / expected


def geometric_index(logs: np.ndarray, known: np.ndarray) -> float:
    """Squared logarithmic errors of the least-squares weights, by the number of surplus judgements."""
    n = len(logs)
    surplus = np.count_nonzero(known) // 2 - (n - 1)
    if surplus < 1:
        return 0.0
    weights = missing.least_squares(logs, known)
    errors = np.where(known, logs - weights[:, None] + weights, 0)
    return float((errors**2).sum() / 2 / surplus)


def circles(number: int) -> str:
    """How many triples go round, in words."""
    return "1 triple goes round" if number == 1 else f"{number} triples go round"


def circular_triads(logs: np.ndarray, known: np.ndarray) -> int:
    """Number of triples whose preferences go round in a circle."""
    prefers = ((logs > 0) & known).astype(np.int64)
    return int(np.trace(prefers @ prefers @ prefers) // 3)
