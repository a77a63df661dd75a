"""Experts who judge with known weights in mind, and people who judge by dice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from kehu import frames
from kehu.ahp import Group, PairwiseMatrix
from kehu.simulate.baskets import check_count
from kehu.simulate.shops import check_number

_BETWEEN = "\x1f"  # between two names in one, of which no name holds it
_SCALE = np.log(np.r_[1 / np.arange(9, 1, -1), np.arange(1, 10)])


@dataclass(frozen=True)
class ExpertPanel:
    """Simulated experts and the weights that they have in mind.

    Attributes
    ----------
    group : kehu.ahp.Group
        Their judgements.
    camps : pandas.Series
        Index the experts: whose weights each has in mind, ``"majority"`` or ``"dissent"``.
    truth : pandas.DataFrame
        Criteria by camps: these weights; they add up to 1.
    parameters : dict
        What they were drawn with.
    """

    group: Group
    camps: pd.Series
    truth: pd.DataFrame
    parameters: dict[str, Any]


def expert_panel(
    weights: Mapping[Any, float] | pd.Series,
    n_experts: int = 12,
    *,
    noise: float = 0.3,
    dissent: Mapping[Any, float] | pd.Series | None = None,
    dissenters: int = 0,
    random_state: int | np.random.Generator | None = None,
) -> ExpertPanel:
    r"""Draw judgements of experts who have known weights in mind.

    An expert with the weights :math:`w` in mind says :math:`a_{ij} = e^{\epsilon} w_i / w_j`, put to the
    nearest value of Saaty's scale; :math:`\epsilon` is normal. So answers contradict each other a little, as
    those of people do.

    Parameters
    ----------
    weights : mapping or Series
        Criterion → weight of the majority; above 0.
    n_experts : int
        Experts.
    noise : float
        Standard deviation of :math:`\epsilon`; 0.3 is a third more or less.
    dissent : mapping or Series, optional
        Weights of those who see it otherwise, of the same criteria.
    dissenters : int
        How many of the experts these are; they come last.
    random_state : int, numpy.random.Generator or None
        Seed.

    Returns
    -------
    ExpertPanel

    Raises
    ------
    TypeError, ValueError
        If weights are not above 0, the criteria differ, or a number is outside its range.

    Examples
    --------
    >>> panel = expert_panel({"speed": 0.6, "care": 0.3, "price": 0.1}, 3, noise=0, random_state=1)
    >>> panel.group.weights().round(2).iloc[0].to_dict()
    {'speed': 0.6, 'care': 0.3, 'price': 0.1}
    """
    check_count(n_experts, "n_experts", 1)
    check_count(dissenters, "dissenters", 0)
    if dissenters > n_experts:
        raise ValueError(f"dissenters={dissenters} are more than the {n_experts} experts")
    if (dissent is None) != (dissenters == 0):
        raise ValueError("dissent= (their weights) and dissenters= (how many they are) belong together")
    check_number(noise, "noise", 0, np.inf)
    truth = pd.DataFrame({"majority": _weights(weights)})
    if dissent is not None:
        others = _weights(dissent)
        if set(others.index) != set(truth.index):
            raise ValueError(f"dissent is about {list(others.index)}, weights about {list(truth.index)}")
        truth["dissent"] = others
    rng = np.random.default_rng(random_state)
    width = len(str(n_experts))
    experts = [f"E{place:0{width}d}" for place in range(1, n_experts + 1)]
    whose = ["majority"] * (n_experts - dissenters) + ["dissent"] * dissenters
    matrices = {
        expert: _judged(np.log(truth[camp].to_numpy()), truth.index, noise, rng)
        for expert, camp in zip(experts, whose, strict=True)
    }
    camps = pd.Series(whose, index=pd.Index(experts, name="rater"), name="camp")
    parameters = {"n_experts": n_experts, "noise": noise, "dissenters": dissenters}
    return ExpertPanel(Group(matrices), camps, truth, parameters)


def random_judgements(
    n_raters: int, criteria: int | Sequence[Any] = 4, *, random_state: int | np.random.Generator | None = None
) -> Group:
    """Draw raters who judge at random: each value of Saaty's scale, 1/9 to 9, is as likely as any other.

    Parameters
    ----------
    n_raters : int
        Raters.
    criteria : int or sequence
        How many criteria, or their names.
    random_state : int, numpy.random.Generator or None
        Seed.

    Returns
    -------
    kehu.ahp.Group
        The null case of judgements: no criterion matters more than another to anybody.

    Raises
    ------
    TypeError, ValueError
        If there are too few raters or criteria, or a name is there twice.

    Examples
    --------
    >>> random_judgements(500, 4, random_state=1).consistency()["cr"].mean().round(1)
    np.float64(1.0)
    """
    check_count(n_raters, "n_raters", 1)
    if isinstance(criteria, str) or not isinstance(criteria, Sequence):
        check_count(criteria, "criteria", 2)
        criteria = [f"C{place + 1}" for place in range(criteria)]
    names = list(criteria)
    check_count(len(names), "criteria", 2)
    if len(set(names)) < len(names):
        raise ValueError(f"criteria must have names of their own, got {names}")
    rng = np.random.default_rng(random_state)
    pairs = [f"{one}{_BETWEEN}{other}" for place, one in enumerate(names) for other in names[place + 1 :]]
    said = rng.choice(np.r_[-9:-1, 1:10], size=(n_raters, len(pairs)))
    answers = pd.DataFrame(said, columns=pairs, index=pd.RangeIndex(1, n_raters + 1, name="rater"))
    return Group.from_survey(answers, labels=names, separator=_BETWEEN)


def _judged(
    log_weights: np.ndarray, labels: pd.Index, noise: float, rng: np.random.Generator
) -> PairwiseMatrix:
    rows, columns = np.triu_indices(len(log_weights), 1)
    meant = log_weights[rows] - log_weights[columns] + noise * rng.standard_normal(len(rows))
    said = _SCALE[np.abs(meant[:, None] - _SCALE).argmin(axis=1)]
    return PairwiseMatrix.from_upper(np.exp(said), labels=list(labels))


def _weights(given: Any) -> pd.Series:
    if not isinstance(given, Mapping | pd.Series):
        raise TypeError(f"weights must map criteria to numbers, got {given!r}")
    values = pd.Series(given)
    numbers = frames.numbers(values, "weights")
    if len(values) < 2 or not (np.isfinite(numbers) & (numbers > 0)).all():
        raise ValueError(f"weights must be two or more numbers above 0, got {values.to_dict()}")
    return pd.Series(numbers / numbers.sum(), index=pd.Index(values.index, name="criterion"))
