"""The effect of a campaign drawn at random in each of several groups, such as stages of the life cycle."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from kehu import frames
from kehu.effects.panel import refuse_choice
from kehu.effects.randomised import randomised, yes_or_no
from kehu.lifecycle.survival import check_level
from kehu.warnings import FewEventsWarning, warn

_FEWEST = 20


@dataclass(frozen=True)
class CausalEffects:
    """What a campaign caused in each group, a customer addressed.

    Attributes
    ----------
    table : pandas.DataFrame
        One row a group: its name (column ``by``), ``n_treated``, ``n_control``, ``estimate``, ``low``,
        ``high``, ``standard_error``; missing where either side has fewer than twenty customers.
    by : str
        Name of that column.
    differ_p : float
        How often chance alone makes the effects of the groups differ so much, if it is the same in all; NaN
        with fewer than two groups.
    confidence_level : float
        How often the limits of *all* groups hold the truth at once.
    words : str
        "caused".
    """

    table: pd.DataFrame
    by: str
    differ_p: float
    confidence_level: float
    words: str = "caused"


def randomised_by(
    customers: pd.DataFrame,
    *,
    by: str,
    treated: str = "addressed",
    outcome: str = "outcome",
    before: str | None = None,
    confidence_level: float = 0.95,
) -> CausalEffects:
    r"""Estimate in each group what a campaign caused whose addressees were drawn at random.

    The groups must have been there before the campaign: a stage at its start, never one that it may have
    changed. Whoever looks at several groups will point at the best; so the limits are wide enough to hold for
    all groups together.

    Parameters
    ----------
    customers : dataframe
        One row a customer.
    by : str
        Column with the group.
    treated, outcome, before
        Columns as in `randomised`.
    confidence_level : float
        Of the limits of all groups together.

    Returns
    -------
    CausalEffects

    Raises
    ------
    KeyError, TypeError, ValueError
        As `randomised`; or a customer has no group, or no group has twenty customers on either side.

    Warns
    -----
    FewEventsWarning
        If groups with fewer than twenty customers on a side were left without an estimate.
    ImbalanceWarning
        As `randomised`, for each group.

    Notes
    -----
    The groups share no customers, so their estimates are independent: with :math:`k` groups each has limits
    at the level :math:`c^{1/k}` [1]_. Whether the effects differ is told by Cochran's [2]_
    :math:`Q = \sum_g (e_g - \bar e)^2 / s_g^2`, with :math:`\bar e` the mean weighted by :math:`1/s_g^2`,
    against :math:`\chi^2` with :math:`k - 1` degrees of freedom.

    References
    ----------
    .. [1] Z. Šidák, "Rectangular confidence regions for the means of multivariate normal distributions",
       Journal of the American Statistical Association 62, 1967.
    .. [2] W. G. Cochran, "The combination of estimates from different experiments", Biometrics 10, 1954.

    Examples
    --------
    >>> import kehu
    >>> shop = kehu.simulate.simulated_campaign(400, effect=0.5, random_state=1)
    >>> people = kehu.effects.outcomes(shop.orders, shop.customers, start=shop.start, before=84, after=50)
    >>> people["spent"] = np.where(people["before"] > 150, "much", "little")
    >>> randomised_by(people, by="spent", before="before").table[["spent", "n_treated", "n_control"]]
        spent  n_treated  n_control
    0  little        135        124
    1    much         65         76
    """
    check_level(confidence_level)
    columns = [by, treated, outcome, *([before] if before else [])]
    data = frames.select(customers, {name: name for name in columns}, what="customers")
    if isinstance(customers, pd.DataFrame):
        refuse_choice(customers, "customers")
    if data[by].isna().any():
        raise ValueError(f"{by} is missing in row {int(data[by].isna().to_numpy().argmax())}")
    drawn = yes_or_no(data[treated], treated)
    rows = data.groupby(by, observed=True, sort=True).indices
    sizes = {name: (int(drawn[row].sum()), int((~drawn[row]).sum())) for name, row in rows.items()}
    told = [name for name, size in sizes.items() if min(size) >= _FEWEST]
    if not told:
        raise ValueError(f"no group of {by!r} has {_FEWEST} customers addressed and {_FEWEST} not: {sizes}")
    if len(told) < len(sizes):
        left = ", ".join(str(name) for name in sizes if name not in told)
        warn(f"fewer than {_FEWEST} customers on a side, so no estimate for: {left}", FewEventsWarning)
    level = confidence_level ** (1 / len(told))
    table = pd.DataFrame(
        {
            by: list(sizes),
            "n_treated": [n for n, _ in sizes.values()],
            "n_control": [n for _, n in sizes.values()],
        }
    )
    names = {"treated": treated, "outcome": outcome, "before": before}
    found = {name: randomised(data.iloc[rows[name]], **names, confidence_level=level) for name in told}
    for column in ("estimate", "low", "high", "standard_error"):
        table[column] = [getattr(found[name], column) if name in found else np.nan for name in sizes]
    if isinstance(data[by].dtype, pd.CategoricalDtype):
        table[by] = pd.Categorical(table[by], dtype=data[by].dtype)
    return CausalEffects(table, by, _differ(table.dropna()), confidence_level)


def _differ(table: pd.DataFrame) -> float:
    """Cochran's test whether all groups have one effect."""
    error = table["standard_error"].to_numpy()
    if len(table) < 2 or not (error > 0).all():
        return float("nan")
    mean = np.average(table["estimate"], weights=error**-2)
    q = float((((table["estimate"] - mean) / error) ** 2).sum())
    return float(stats.chi2.sf(q, len(table) - 1))
