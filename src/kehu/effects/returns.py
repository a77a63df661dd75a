"""The return on what a campaign cost, under margins that are assumed."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from kehu import frames
from kehu.effects.by_group import CausalEffects
from kehu.effects.randomised import CausalEffect

MARGINS = (0.1, 0.2, 0.3, 0.4, 0.5)


def return_on_investment(
    effect: CausalEffect | CausalEffects, *, cost: float, margins: Sequence[float] = MARGINS
) -> pd.DataFrame:
    r"""Return on a campaign under several assumed margins.

    No order table holds the margin, so it is an assumption: sweep it, and see from which one the campaign
    pays.

    Parameters
    ----------
    effect : CausalEffect or CausalEffects
        In money, of a campaign drawn at random; by group, such as the stage of the life cycle, from
        `randomised_by`. A described difference is not accepted: it is no return.
    cost : float
        Cost of the campaign, a customer addressed, in the same money.
    margins : sequence of float
        Shares of a sale that are left after goods and handling.

    Returns
    -------
    pandas.DataFrame
        ``margin``; ``gain``, margin × effect, a customer; ``roi`` :math:`= (m\,e - c) / c` with ``low`` and
        ``high`` from the limits of the effect. ``attrs["break_even"]`` is the margin at which it is 0
        (infinite if there is no gain), with its limits in ``attrs["break_even_limits"]``. With groups, these
        come first as a column of their own, and ``attrs`` holds no margin.

    Raises
    ------
    TypeError, ValueError
        If ``effect`` is not causal, ``cost`` is not positive, or a margin lies outside 0 to 1.

    Examples
    --------
    >>> import kehu
    >>> people = pd.DataFrame({"addressed": [True, True, True, False, False, False],
    ...                        "outcome": [12.0, 10.0, 14.0, 9.0, 8.0, 10.0]})
    >>> effect = kehu.effects.randomised(people)
    >>> table = return_on_investment(effect, cost=0.6, margins=[0.1, 0.2, 0.3])
    >>> table["roi"].round(2).tolist(), table.attrs["break_even"]
    ([-0.5, 0.0, 0.5], 0.2)
    """
    if not isinstance(effect, CausalEffect | CausalEffects):
        raise TypeError(
            "effect must come from a campaign drawn at random (kehu.effects.randomised), got "
            f"{type(effect).__name__}: a described difference is no return on the money spent"
        )
    if isinstance(cost, bool) or not isinstance(cost, int | float | np.number) or not 0 < cost < np.inf:
        raise ValueError(f"cost must be a positive amount a customer addressed, got {cost!r}")
    share = frames.numbers(pd.Series(margins), "margins")
    if not len(share) or not ((share > 0) & (share <= 1)).all():
        raise ValueError(f"margins must be shares above 0 and up to 1, got {list(margins)!r}")
    if isinstance(effect, CausalEffect):
        table = _table(effect.estimate, effect.low, effect.high, cost, share)
        table.attrs["break_even"] = _break_even(cost, effect.estimate)
        table.attrs["break_even_limits"] = (_break_even(cost, effect.high), _break_even(cost, effect.low))
    else:
        rows = effect.table.itertuples(index=False)
        parts = [_table(row.estimate, row.low, row.high, cost, share) for row in rows]
        table = pd.concat(parts, ignore_index=True)
        table.insert(0, effect.by, effect.table[effect.by].repeat(len(share)).array)
    table.attrs["confidence_level"] = effect.confidence_level
    return table


def _table(estimate: float, low: float, high: float, cost: float, share: np.ndarray) -> pd.DataFrame:
    paid = {
        name: (share * gain - cost) / cost for name, gain in (("roi", estimate), ("low", low), ("high", high))
    }
    return pd.DataFrame({"margin": share, "gain": share * estimate, **paid})


def _break_even(cost: float, gain: float) -> float:
    return round(cost / gain, 12) if gain > 0 else float("inf")
