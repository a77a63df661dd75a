"""How well a method does on shops of which the truth is known, null shops included."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy import special
from tqdm import tqdm

from kehu import frames
from kehu.baskets import Baskets
from kehu.simulate.baskets import check_count, planted_baskets
from kehu.simulate.segments import one_cloud, segmented_customers


def rules_scorecard(
    find: Callable[[Baskets], pd.DataFrame],
    *,
    n_shops: int = 20,
    n_baskets: int = 2000,
    planted: Mapping[str, Any] | None = None,
    random_state: int | np.random.Generator,
    progress: bool = True,
) -> pd.DataFrame:
    """Try a way of finding rules on shops of which the truth is known, half of them null shops.

    Parameters
    ----------
    find : callable
        Takes `kehu.Baskets` and gives the rules it keeps: a frame with the columns ``antecedents`` and
        ``consequents``.
    n_shops : int
        Number of planted shops, and again of null shops.
    n_baskets : int
        Baskets of a shop.
    planted : mapping, optional
        Further arguments of `planted_baskets`. The null shops get the same, but no groups.
    random_state : int or numpy.random.Generator
        One seed for all shops. Fix it beforehand, and do not try another when the result does not please.
    progress : bool
        Whether to show a progress bar when it takes longer than two seconds.

    Returns
    -------
    pandas.DataFrame
        One row a shop: ``shop`` ("planted" or "null"), ``seed`` of `planted_baskets`, ``groups`` planted,
        ``groups_found`` (a kept rule lies within the group), ``rules`` kept, ``false_alarms`` among them
        (rules whose sides share no group) and ``false_share``, false alarms / max(rules, 1).

    Raises
    ------
    ValueError
        If ``n_shops`` is below 1, or `planted_baskets` refuses its arguments.
    TypeError
        If ``find`` is not callable.

    Examples
    --------
    >>> def find(baskets):
    ...     return pd.DataFrame({"antecedents": [{"item 001"}], "consequents": [{"item 002"}]})
    >>> rules_scorecard(find, n_shops=1, random_state=1)[["shop", "groups", "rules", "false_alarms"]]
          shop  groups  rules  false_alarms
    0  planted      10      1             1
    1     null       0      1             1
    """
    if not callable(find):
        raise TypeError(f"find must be a function of baskets that gives rules, got {find!r}")
    check_count(n_shops, "n_shops", 1)
    arguments = dict(planted or {})
    seeds = np.random.default_rng(random_state).integers(2**62, size=2 * n_shops).tolist()
    rows = []
    for number, seed in enumerate(tqdm(seeds, "trying shops", delay=2, leave=False, disable=not progress)):
        kind = "planted" if number < n_shops else "null"
        nothing = {} if kind == "planted" else {"n_groups": 0, "strength": 0.0}
        shop = planted_baskets(n_baskets, **{**arguments, **nothing}, random_state=seed)
        rows.append({"shop": kind, "seed": seed, **_score(find(shop.baskets), shop.truth["items"])})
    return pd.DataFrame(rows)


def segments_scorecard(
    find: Callable[[pd.DataFrame], int | None],
    *,
    n_shops: int = 20,
    n_customers: int = 600,
    planted: Mapping[str, Any] | None = None,
    null: Mapping[str, Any] | Callable[[int], pd.DataFrame] | None = None,
    random_state: int | np.random.Generator,
    progress: bool = True,
) -> pd.DataFrame:
    """Try a way of counting segments on customers of whom the truth is known, half of them a single cloud.

    Parameters
    ----------
    find : callable
        Takes the features, one row a customer, and gives the number of segments: 1 if there are none, None
        if it cannot tell.
    n_shops : int
        Number of planted shops, and again of null shops.
    n_customers : int
        Customers of a shop.
    planted : mapping, optional
        Further arguments of `segmented_customers`.
    null : mapping or callable, optional
        Further arguments of `one_cloud`, or a function of a seed that gives the features of another kind of
        customers without segments.
    random_state : int or numpy.random.Generator
        One seed for all shops. Fix it beforehand, and do not try another when the result does not please.
    progress : bool
        Whether to show a progress bar when it takes longer than two seconds.

    Returns
    -------
    pandas.DataFrame
        One row a shop: ``shop`` ("planted" or "null"), ``seed`` it was drawn with, ``segments`` there are (1
        in null shops) and ``segments_found`` (missing where the method could not tell).

    Raises
    ------
    ValueError
        If ``n_shops`` is below 1, the simulation refuses its arguments or ``find`` gives no number of
        segments.
    TypeError
        If ``find`` is not callable.

    Examples
    --------
    >>> card = segments_scorecard(lambda customers: 4, n_shops=1, random_state=1)
    >>> card[["shop", "segments", "segments_found"]]
          shop  segments  segments_found
    0  planted         4             4.0
    1     null         1             4.0
    """
    if not callable(find):
        raise TypeError(f"find must be a function of features that gives a number, got {find!r}")
    check_count(n_shops, "n_shops", 1)
    arguments = dict(planted or {})
    seeds = np.random.default_rng(random_state).integers(2**62, size=2 * n_shops).tolist()
    rows = []
    for number, seed in enumerate(tqdm(seeds, "trying shops", delay=2, leave=False, disable=not progress)):
        if number < n_shops:
            shop = segmented_customers(n_customers, **arguments, random_state=seed)
            kind, features, there = "planted", shop.features, shop.parameters["n_segments"]
        else:
            kind, features, there = "null", _cloud(null, n_customers, seed), 1
        found = _number(find(features))
        rows.append({"shop": kind, "seed": seed, "segments": there, "segments_found": found})
    return pd.DataFrame(rows)


def _cloud(null: Mapping[str, Any] | Callable[[int], pd.DataFrame] | None, n: int, seed: int) -> pd.DataFrame:
    return null(seed) if callable(null) else one_cloud(n, **dict(null or {}), random_state=seed)


def _number(found: Any) -> float:
    """Number of segments a method found; NaN if it cannot tell."""
    if found is None:
        return np.nan
    if isinstance(found, bool) or not isinstance(found, int | np.integer) or found < 1:
        raise ValueError(f"find must give a whole number from 1, or None if it cannot tell, got {found!r}")
    return float(found)


def scorecard_summary(card: pd.DataFrame, *, level: float = 0.95) -> pd.DataFrame:
    """Sum up a scorecard: how much was found, and how many false alarms there were.

    Parameters
    ----------
    card : pandas.DataFrame
        What `rules_scorecard` or `segments_scorecard` gives.
    level : float
        Level of the intervals.

    Returns
    -------
    pandas.DataFrame
        Columns ``measure``, ``k``, ``n``, ``share``, ``low``, ``high``.

        Rows for rules: "groups found" of those planted; "planted shops with a false alarm" and "null shops
        with a false alarm", with exact intervals (Clopper and Pearson 1934); "mean false share" over the
        planted shops, an estimate of the false discovery rate (Student's t interval; none if all shops are
        alike, as their spread is then unknown).

        Rows for segments, all with exact intervals: planted shops with "the right number", "another number",
        said to have "none" and where the method "cannot tell"; null shops rightly said to have "none", "with
        a false alarm" and where it "cannot tell".

    Raises
    ------
    ValueError
        If ``level`` is not between 0 and 1.
    KeyError
        If ``card`` lacks a column.

    Examples
    --------
    >>> card = pd.DataFrame({"shop": ["planted", "null"], "groups": [4, 0], "groups_found": [3, 0],
    ...                      "false_alarms": [0, 0], "false_share": [0.0, 0.0]})
    >>> scorecard_summary(card).round(3)
                                measure    k  n  share    low   high
    0                      groups found  3.0  4   0.75  0.194  0.994
    1  planted shops with a false alarm  0.0  1   0.00  0.000  0.975
    2     null shops with a false alarm  0.0  1   0.00  0.000  0.975
    3                  mean false share  NaN  1   0.00    NaN    NaN
    """
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, got {level!r}")
    columns = ["measure", "k", "n", "share", "low", "high"]
    if "segments_found" in card:
        return pd.DataFrame(_segments_summary(card, level), columns=columns)
    wanted = ("shop", "groups", "groups_found", "false_alarms", "false_share")
    card = frames.select(card, {name: name for name in wanted}, what="card")
    planted, null = card[card["shop"] == "planted"], card[card["shop"] == "null"]
    counted = {
        "groups found": (planted["groups_found"].sum(), planted["groups"].sum()),
        "planted shops with a false alarm": ((planted["false_alarms"] > 0).sum(), len(planted)),
        "null shops with a false alarm": ((null["false_alarms"] > 0).sum(), len(null)),
    }
    rows = [_proportion(name, int(k), int(n), level) for name, (k, n) in counted.items()]
    shares = planted["false_share"]
    alike = len(shares) < 2 or (shares == shares.iloc[0]).all()
    half = np.nan if alike else special.stdtrit(len(shares) - 1, (1 + level) / 2) * shares.sem()
    mean = shares.mean()
    low, high = np.clip([mean - half, mean + half], 0, 1)
    rows.append(("mean false share", np.nan, len(shares), mean, low, high))
    return pd.DataFrame(rows, columns=columns)


def _segments_summary(card: pd.DataFrame, level: float) -> list[tuple]:
    wanted = ("shop", "segments", "segments_found")
    card = frames.select(card, {name: name for name in wanted}, what="card")
    there, found = card["segments"].to_numpy(), card["segments_found"].to_numpy(np.float64)
    planted, open_ = (card["shop"] == "planted").to_numpy(), np.isnan(found)
    none = found == 1
    counted = {
        "planted shops: the right number": (planted, found == there),
        "planted shops: another number": (planted, (found != there) & ~none & ~open_),
        "planted shops: none": (planted, none & (there > 1)),
        "planted shops: cannot tell": (planted, open_),
        "null shops: none": (~planted, none),
        "null shops: false alarm": (~planted, found > 1),
        "null shops: cannot tell": (~planted, open_),
    }
    return [
        _proportion(name, int((of & hit).sum()), int(of.sum()), level) for name, (of, hit) in counted.items()
    ]


def _proportion(name: str, k: int, n: int, level: float) -> tuple:
    """Row of a summary: k of n with the exact interval."""
    if n == 0:
        return name, k, n, np.nan, np.nan, np.nan
    low = special.betaincinv(k, n - k + 1, (1 - level) / 2) if k > 0 else 0.0
    high = special.betaincinv(k + 1, n - k, (1 + level) / 2) if k < n else 1.0
    return name, k, n, k / n, low, high


def _score(rules: pd.DataFrame, groups: Collection[frozenset]) -> dict[str, Any]:
    """Count what was found of the groups and what is a false alarm."""
    rules = frames.select(rules, {"antecedents": "antecedents", "consequents": "consequents"}, what="find(…)")
    group_of = {item: number for number, group in enumerate(groups) for item in group}
    found, false_alarms = set(), 0
    for antecedent, consequent in zip(rules["antecedents"], rules["consequents"], strict=True):
        left, right = ({group_of.get(item) for item in side} for side in (antecedent, consequent))
        shared = (left & right) - {None}
        false_alarms += not shared
        if shared and len(left | right) == 1:
            found |= shared
    return {
        "groups": len(groups),
        "groups_found": len(found),
        "rules": len(rules),
        "false_alarms": false_alarms,
        "false_share": false_alarms / max(len(rules), 1),
    }
