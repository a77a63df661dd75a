"""The contestants of the benchmark of weights: given the data, they return what is to be timed."""

from itertools import combinations

import numpy as np
from _tasks import Call, Data

CRITERIA, ANSWERS, DRAWS = 15, 1_000, 1_000
NAMES = [f"c{i}" for i in range(CRITERIA)]
PAIRS = list(combinations(range(CRITERIA), 2))
# Saaty's random index of 15 criteria, which AHPy has too.
RANDOM_INDEX = 1.59


# Weights and consistency of many people: the same answers, a row a person and a column a pair.


def kehu_raters(data: Data) -> Call:
    import pandas as pd

    from kehu.ahp import Group

    columns = [f"{NAMES[i]}_{NAMES[j]}" for i, j in PAIRS]
    answers = pd.DataFrame(data["answers"], columns=columns)

    def call() -> list[np.ndarray]:
        group = Group.from_survey(answers, negative="second")
        return [group.weights().to_numpy(), group.consistency()["cr"].to_numpy()]

    return call


def numpy_raters(data: Data) -> Call:
    """As one writes it: a matrix and its eigenvalues, person by person."""
    ratios = _ratios(data)
    matrices = np.ones((len(ratios), CRITERIA, CRITERIA))
    for column, (i, j) in enumerate(PAIRS):
        matrices[:, i, j], matrices[:, j, i] = ratios[:, column], 1 / ratios[:, column]

    def call() -> list[np.ndarray]:
        weights, cr = [], []
        for matrix in matrices:
            values, vectors = np.linalg.eig(matrix)
            largest = values.real.argmax()
            vector = np.abs(vectors[:, largest].real)
            weights.append(vector / vector.sum())
            cr.append((values[largest].real - CRITERIA) / (CRITERIA - 1) / RANDOM_INDEX)
        return [np.array(weights), np.array(cr)]

    return call


def ahpy_raters(data: Data) -> Call:
    import ahpy

    people = [
        {(NAMES[i], NAMES[j]): ratio for (i, j), ratio in zip(PAIRS, row, strict=True)}
        for row in _ratios(data).tolist()
    ]

    def call() -> list[np.ndarray]:
        found = [ahpy.Compare("rater", said, precision=9, random_index="saaty") for said in people]
        weights = [[one.local_weights[name] for name in NAMES] for one in found]
        return [np.array(weights), np.array([one.consistency_ratio for one in found])]

    return call


def _ratios(data: Data) -> np.ndarray:
    answers = data["answers"].astype(float)
    return np.where(answers > 0, answers, -1 / answers)


def rated(found: list[np.ndarray]) -> list[float]:
    weights, cr = found
    return [*weights.mean(axis=0), *weights.std(axis=0), float(cr.mean()), float(cr.max())]


# Shares of the explained variance, once and with bootstrap limits.


def kehu_importance(data: Data) -> Call:
    return _kehu_importance(data, 2)  # the least it draws


def kehu_limits(data: Data) -> Call:
    return _kehu_importance(data, DRAWS)


def _kehu_importance(data: Data, draws: int) -> Call:
    from kehu.satisfaction import relative_importance

    table = _survey(data)
    drivers = list(table.columns[:-1])

    def call() -> np.ndarray:
        found = relative_importance(
            table, outcome="y", drivers=drivers, method="lmg", n_boot=draws, random_state=1
        )
        return found.importance.set_index("driver")["importance"].loc[drivers].to_numpy()

    return call


def pingouin_importance(data: Data) -> Call:
    from pingouin import linear_regression

    table = _survey(data)

    def call() -> np.ndarray:
        return linear_regression(table.drop(columns="y"), table["y"], relimp=True)["relimp"].to_numpy()[1:]

    return call


def pingouin_limits(data: Data) -> Call:
    """As one bootstraps it: draw the answers anew and divide once more."""
    once, table = pingouin_importance(data), _survey(data)

    def call() -> np.ndarray:
        random = np.random.default_rng(1)
        draws = []
        for _ in range(DRAWS):
            again = table.iloc[random.integers(0, len(table), len(table))].reset_index(drop=True)
            draws.append(pingouin_importance({"answers": again.to_numpy()})())
        np.quantile(draws, [0.025, 0.975], axis=0)
        return once()

    return call


def shares(found: np.ndarray) -> list[float]:
    return [float(value) for value in found]


# What passes through a mediator.


def kehu_mediation(data: Data) -> Call:
    from kehu.satisfaction import mediation

    table = _survey(data)

    def call() -> np.ndarray:
        found = mediation(table, driver="d0", mediator="d1", outcome="y", n_boot=DRAWS, random_state=1)
        return found.effects.set_index("effect").loc[["direct", "indirect", "total"], "estimate"].to_numpy()

    return call


def pingouin_mediation(data: Data) -> Call:
    from pingouin import mediation_analysis

    table = _survey(data)

    def call() -> np.ndarray:
        found = mediation_analysis(table, x="d0", m="d1", y="y", n_boot=DRAWS, seed=1).set_index("path")
        return found.loc[["Direct", "Indirect", "Total"], "coef"].to_numpy()

    return call


def _survey(data: Data) -> object:
    import pandas as pd

    answers = data["answers"]
    return pd.DataFrame(answers, columns=[*(f"d{i}" for i in range(answers.shape[1] - 1)), "y"])


# Paths between constructs.

BLOCKS = {"quality": 4, "value": 3, "satisfaction": 3}
PATHS = [("quality", "value"), ("quality", "satisfaction"), ("value", "satisfaction")]
ITEMS = {name: [f"{name}{i}" for i in range(n)] for name, n in BLOCKS.items()}


def kehu_paths(data: Data) -> Call:
    from kehu.satisfaction import path_model

    table = _items(data)

    def call() -> np.ndarray:
        found = path_model(table, blocks=ITEMS, paths=PATHS, consistent=True, n_boot=2, random_state=1)
        return found.paths.set_index(["source", "target"])["coefficient"].loc[PATHS].to_numpy()

    return call


def semopy_paths(data: Data) -> Call:
    import warnings

    import semopy

    table = _items(data)
    lines = [f"{name} =~ {' + '.join(items)}" for name, items in ITEMS.items()]
    lines += ["value ~ quality", "satisfaction ~ quality + value"]

    def call() -> np.ndarray:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = semopy.Model("\n".join(lines))
            model.fit(table)
            found = model.inspect(std_est=True)
        found = found[found["op"] == "~"].set_index(["rval", "lval"])["Est. Std"]
        return np.array([found[path] for path in PATHS], dtype=float)

    return call


def _items(data: Data) -> object:
    import pandas as pd

    return pd.DataFrame(data["answers"], columns=[item for items in ITEMS.values() for item in items])
