"""Matrices in which not every pair was judged.

``known`` is a symmetric matrix that marks the judged pairs, False on the diagonal.
"""

import numpy as np
from scipy import optimize
from scipy.sparse import csgraph

from kehu.ahp import priorities


def parts(known: np.ndarray) -> np.ndarray:
    """The group of criteria, connected by judgements, to which each belongs."""
    return csgraph.connected_components(known, directed=False)[1]


def least_squares(logs: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Log weights whose differences come closest to the judgements, with mean 0.

    Row means where all is known; else the solution of the normal equations, whose matrix is the Laplacian of
    the graph of judgements.
    """
    total = np.where(known, logs, 0).sum(axis=1)
    laplacian = np.diag(known.sum(axis=1)) - known
    # The Laplacian knows differences only; the constant fixes the mean.
    return np.linalg.solve(laplacian + 1 / len(logs), total)


def harker(logs: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Harker's weights: a missing pair is left out of its row, and counted on the diagonal."""
    start = least_squares(logs, known)
    near = np.where(known, np.exp(logs - start[:, None] + start), 0)
    np.fill_diagonal(near, len(logs) - known.sum(axis=1))
    values, vectors = np.linalg.eig(near)
    lifted = np.log(np.abs(vectors[:, values.real.argmax()].real)) + start
    shares = np.exp(lifted - lifted.max())
    return shares / shares.sum()


def complete(logs: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Fill the gaps so that the largest eigenvalue is smallest.

    Its logarithm is convex in the logarithms of the entries, so there is one minimum. With u and v the left
    and right eigenvectors, the derivative by the logarithm of entry ij is (u_i a_ij v_j - u_j a_ji v_i) / λ,
    if u · v = 1.
    """
    start = least_squares(logs, known)
    filled = np.where(known, logs, start[:, None] - start)
    np.fill_diagonal(filled, 0)
    rows, columns = np.nonzero(np.triu(~known, 1))
    if not len(rows):
        return filled
    # Seen from the least-squares weights all judgements are near 1, and so are all steps.
    near = filled - start[:, None] + start

    def objective(entries: np.ndarray) -> tuple[float, np.ndarray]:
        near[rows, columns], near[columns, rows] = entries, -entries
        largest, right = priorities.eigenvector(near)
        left = priorities.eigenvector(near.T)[1]
        pull = left[:, None] * np.exp(near) * right
        slope = (pull - pull.T)[rows, columns] / (largest * (left @ right))
        return float(np.log(largest)), slope

    best = optimize.minimize(objective, np.zeros(len(rows)), jac=True, method="BFGS", options={"gtol": 1e-10})
    entries = best.x + start[rows] - start[columns]
    filled[rows, columns], filled[columns, rows] = entries, -entries
    return filled
