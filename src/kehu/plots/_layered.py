"""Places on a grid for the nodes of a directed graph without circles, arrows to the right if they can."""

import numpy as np

_CROSSING, _THROUGH, _BACK, _LEVEL, _NARROW = 5.0, 30.0, 9.0, 1.2, 4.0
_TALL = 1.3  # how much longer a step down the grid counts than one across
_NEARLY = 0.97  # cosine of the angle between two arrows at a node from which they run into each other
_BOX = 0.36  # half of a node's width and height in steps of the grid, with room around it
_STARTS = 24


def depths(leads: np.ndarray) -> np.ndarray:
    """Length of the longest way to each node.

    Examples
    --------
    >>> depths(np.array([[0, 1, 1], [0, 0, 1], [0, 0, 0]], dtype=bool)).tolist()
    [0, 1, 2]
    """
    found = np.zeros(len(leads), dtype=int)
    for _ in range(len(leads)):
        found = np.where(leads, found[:, None] + 1, 0).max(axis=0, initial=0)
    return found


def on_grid(leads: np.ndarray, columns: int, rows: int) -> np.ndarray:
    """Column and row of each node, so that few arrows cross and none runs through another node.

    The best of local searches from several starts, always the same for the same graph.

    Examples
    --------
    >>> on_grid(np.array([[0, 1], [0, 0]], dtype=bool), 2, 1).tolist()
    [[0, 0], [1, 0]]
    """
    cells = np.array([(column, row) for column in range(columns) for row in range(rows)])
    edges = np.argwhere(leads)
    cost = _Cost(cells, edges)
    depth = depths(leads)
    rng = np.random.default_rng(0)
    best, least = np.empty(0, dtype=int), np.inf
    for _ in range(_STARTS):
        order = np.argsort(depth + rng.uniform(0, 1.5, len(depth)), kind="stable")
        chosen = np.empty(len(depth), dtype=int)
        chosen[order] = np.sort(rng.choice(len(cells), len(depth), replace=False))
        found, value = _descend(chosen, cost, len(cells))
        if value < least - 1e-9:
            best, least = found, value
    placed = cells[best]
    # Columns and rows that stay empty are left out.
    return np.column_stack([np.unique(side, return_inverse=True)[1] for side in placed.T])


class _Cost:
    """What a layout costs, looked up in tables of the cells of the grid."""

    def __init__(self, cells: np.ndarray, edges: np.ndarray) -> None:
        way = cells[None] - cells[:, None]
        length = np.hypot(way[..., 0], _TALL * way[..., 1])
        back = np.maximum(-way[..., 0], 0)
        self.one = length + _BACK * back + _LEVEL * (way[..., 0] == 0)
        self.through = _THROUGH * _runs_through(cells)
        self.cross = _crossing(cells)
        unit = way / np.maximum(np.linalg.norm(way, axis=2, keepdims=True), 1e-9)
        self.narrow = _NARROW * (np.einsum("abk,ack->abc", unit, unit) > _NEARLY)
        self.source, self.target = edges.T
        first, second = np.triu_indices(len(edges), 1)
        shared = (edges[first][:, :, None] == edges[second][:, None, :]).any(axis=(1, 2))
        self.apart = first[~shared], second[~shared]
        self.fans = _fans(edges)

    def of(self, many: np.ndarray) -> np.ndarray:
        """Cost of many layouts, one a row: the cell of each node."""
        a, b = many[:, self.source], many[:, self.target]
        total = self.one[a, b].sum(axis=1)
        hit = self.through[a[..., None], b[..., None], many[:, None, :]]
        total += hit.sum(axis=(1, 2))
        first, second = self.apart
        total += _CROSSING * self.cross[a[:, first], b[:, first], a[:, second], b[:, second]].sum(axis=1)
        if len(self.fans):
            hub, one, other = (many[:, side] for side in self.fans.T)
            total += self.narrow[hub, one, other].sum(axis=1)
        return total


def _fans(edges: np.ndarray) -> np.ndarray:
    """Pairs of arrows that meet at a node: the node and the two other ends."""
    found = []
    for place, (a, b) in enumerate(edges.tolist()):
        for c, d in edges[place + 1 :].tolist():
            found += [(hub, a + b - hub, c + d - hub) for hub in {a, b} & {c, d}]
    return np.array(found, dtype=int).reshape(-1, 3)


def _runs_through(cells: np.ndarray) -> np.ndarray:
    """Whether the line from one cell to another comes near a third."""
    steps = np.linspace(0, 1, 41)[1:-1, None, None, None]
    points = cells[None, :, None] + steps * (cells[None, None] - cells[None, :, None])
    near = (np.abs(points[:, :, :, None] - cells[None, None, None]) < _BOX).all(axis=-1).any(axis=0)
    same = np.eye(len(cells), dtype=bool)
    return near & ~same[:, None, :] & ~same[None, :, :]


def _crossing(cells: np.ndarray) -> np.ndarray:
    """Whether the lines between two pairs of cells cross or lie on each other."""
    way = cells[None] - cells[:, None]
    to = cells[None, None] - cells[:, None, None]
    side = np.sign(way[:, :, None, 0] * to[..., 1] - way[:, :, None, 1] * to[..., 0]).astype(np.int8)
    apart = side[:, :, :, None] * side[:, :, None, :] < 0
    return apart & apart.transpose(2, 3, 0, 1)


def _descend(chosen: np.ndarray, cost: _Cost, n_cells: int) -> tuple[np.ndarray, float]:
    """Move one node at a time, or change two, as long as that makes the layout better."""
    value = float(cost.of(chosen[None])[0])
    n = len(chosen)
    while True:
        moves = np.repeat(chosen[None], n * n_cells, axis=0)
        node, cell = np.divmod(np.arange(n * n_cells), n_cells)
        holder = moves == cell[:, None]
        moves = np.where(holder, chosen[node][:, None], moves)
        moves[np.arange(len(moves)), node] = cell
        costs = cost.of(moves)
        place = int(np.argmin(costs))
        if costs[place] >= value - 1e-9:
            return chosen, value
        chosen, value = moves[place], float(costs[place])
