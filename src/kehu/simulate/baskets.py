"""Baskets with planted groups of items, and the null shop, in which all items are independent."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from kehu import frames
from kehu._kernels import baskets as kernels
from kehu.baskets import Baskets

_LARGEST_SUPPORT = 0.5


@dataclass(frozen=True)
class PlantedBaskets:
    """Simulated baskets and the groups of items that were planted in them.

    Attributes
    ----------
    baskets : kehu.Baskets
        The baskets.
    truth : pandas.DataFrame
        One row a group: ``group`` (number), ``items`` (frozenset of labels) and ``probability`` with which a
        basket gets the group.
    background : pandas.Series
        For each item the probability with which it enters a basket by itself.
    parameters : dict
        What the shop was made with; its ``seed`` makes the same shop again (None if a generator was given).
    """

    baskets: Baskets
    truth: pd.DataFrame
    background: pd.Series
    parameters: dict[str, Any]

    def is_true(self, antecedent: Collection[object], consequent: Collection[object]) -> bool:
        """Tell whether a rule is true in this shop.

        A rule is true if some group has items on both its sides. Otherwise its two sides are exactly
        independent, and finding it is a false alarm.

        Parameters
        ----------
        antecedent, consequent : collections of labels
            The two sides of the rule.

        Returns
        -------
        bool

        Raises
        ------
        KeyError
            If a label is unknown, naming the closest.
        """
        sides = [_known(side, self.background.index) for side in (antecedent, consequent)]
        return any(all(group & side for side in sides) for group in self.truth["items"])

    def support(self, items: Collection[object]) -> float:
        r"""Compute the probability that a basket holds all of some items.

        With :math:`p_i` the background of item i, :math:`q_g` the probability of group g and k the
        probability that an item of a group is kept:

        .. math:: P(S) = \prod_{i \in S_0} p_i \prod_g \Bigl[(1 - q_g) \prod_{i \in S_g} p_i
                  + q_g \prod_{i \in S_g} \bigl(1 - (1 - p_i)(1 - k)\bigr)\Bigr]

        where :math:`S_g` are the items of S in group g and :math:`S_0` those in none.

        Parameters
        ----------
        items : collection of labels
            The items.

        Returns
        -------
        float

        Raises
        ------
        KeyError
            If a label is unknown, naming the closest.
        """
        items = _known(items, self.background.index)
        grouped = frozenset().union(*self.truth["items"])
        result = float(self.background[list(items - grouped)].prod())
        for group, probability in zip(self.truth["items"], self.truth["probability"], strict=True):
            own = self.background[list(items & group)]
            within = (1 - (1 - own) * (1 - self.parameters["keep"])).prod()
            result *= (1 - probability) * own.prod() + probability * within
        return float(result)


def independent_baskets(
    n_baskets: int,
    *,
    n_items: int | None = None,
    mean_size: float | None = None,
    item_support: ArrayLike | pd.Series | None = None,
    random_state: int | np.random.Generator | None = None,
) -> Baskets:
    """Simulate the null shop: every item enters every basket independently, so there is no rule to find.

    Parameters
    ----------
    n_baskets : int
        Number of baskets. Empty ones may occur and stay.
    n_items : int, optional
        Number of items, 100 by default. Their probabilities fall with the rank as 1/rank (Zipf), scaled so
        that a basket holds ``mean_size`` items on average; none exceeds 0.5 unless the mean size asks for it.
    mean_size : float, optional
        Mean number of items of a basket, 5 by default (of fewer than 10 items: half of them).
    item_support : array or pandas.Series, optional
        In place of the two above: for each item its probability. The index of a series, unless it just
        numbers them, names the items; otherwise they are called "item 001", "item 002" and so on.
    random_state : int or numpy.random.Generator, optional
        Seed.

    Returns
    -------
    kehu.Baskets
        All items are in its ``labels``, also those that entered no basket.

    Raises
    ------
    ValueError
        If a number is out of range, a probability lies outside 0 to 1, or ``item_support`` is given together
        with ``n_items`` or ``mean_size``.
    TypeError
        If a number of things is not whole.

    Notes
    -----
    For each item the gaps between the baskets that hold it are drawn, which are geometric. Time and memory
    grow with the number of entries, not with baskets times items.

    Examples
    --------
    >>> independent_baskets(1000, n_items=20, mean_size=3, random_state=1)
    <Baskets: 1,000 baskets × 20 items, 3,021 entries, 3.02 a basket>

    The null shop to a real one, with the same frequencies:

    >>> real = Baskets.from_lists([["milk", "tea"], ["tea"], ["salt", "tea"]])
    >>> frequency = real.item_frequency().set_index("item")["support"]
    >>> independent_baskets(5, item_support=frequency, random_state=1).labels.tolist()
    ['tea', 'milk', 'salt']
    """
    check_count(n_baskets, "n_baskets", 1)
    background = _background(n_items, mean_size, item_support)
    rng = np.random.default_rng(random_state)
    rows, items = _draw(background.to_numpy(), n_baskets, rng)
    return Baskets(*kernels.group(rows, items, n_baskets), background.index)


def planted_baskets(
    n_baskets: int,
    *,
    n_groups: int = 10,
    group_size: int | tuple[int, int] = (2, 4),
    strength: float | ArrayLike = 0.02,
    keep: float = 0.8,
    n_items: int | None = None,
    mean_size: float | None = None,
    item_support: ArrayLike | pd.Series | None = None,
    random_state: int | np.random.Generator | None = None,
) -> PlantedBaskets:
    """Simulate the null shop and plant groups of items that are bought together.

    To the items that a basket gets as in `independent_baskets` come those of the groups: independently of
    all else, a basket gets group g with probability ``strength``, and then each item of the group with
    probability ``keep``. Groups have no item in common and are drawn from all items.

    **What is true.** A rule A → C is true if A and C share a group, that is if some group has items in both;
    then A and C are dependent. Otherwise they are exactly independent, and the rule is a false alarm. Items
    without a share in the link, such as a third item beside a planted pair, do not make a true rule false:
    it is redundant, not false.

    Parameters
    ----------
    n_baskets : int
        Number of baskets.
    n_groups : int
        Number of groups; with 0 this is the null shop of the same seed.
    group_size : int or (int, int)
        Items of a group, or the smallest and the largest number, drawn evenly.
    strength : float or sequence
        Probability with which a basket gets a group; one for all or one for each.
    keep : float
        Probability with which an item of the group that a basket gets is in it.
    n_items, mean_size, item_support
        The background, as in `independent_baskets`. Groups come on top, so that baskets are larger.
    random_state : int or numpy.random.Generator, optional
        Seed.

    Returns
    -------
    PlantedBaskets

    Raises
    ------
    ValueError
        If a number is out of range or the groups need more items than there are.
    TypeError
        If a number of things is not whole.

    Examples
    --------
    >>> shop = planted_baskets(1000, n_groups=2, group_size=2, strength=0.05, n_items=30, random_state=1)
    >>> [sorted(group) for group in shop.truth["items"]]
    [['item 015', 'item 027'], ['item 008', 'item 017']]
    >>> shop.is_true({"item 015"}, {"item 027"}), shop.is_true({"item 015"}, {"item 008"})
    (True, False)
    >>> pair = {"item 015", "item 027"}
    >>> round(shop.support(pair), 4), float(shop.baskets.contains(pair).mean())
    (0.0395, 0.04)
    """
    check_count(n_baskets, "n_baskets", 1)
    check_count(n_groups, "n_groups", 0)
    smallest, largest = _check_sizes(group_size)
    background = _background(n_items, mean_size, item_support)
    if n_groups * largest > len(background):
        raise ValueError(
            f"n_groups={n_groups} groups of up to {largest} items may need {n_groups * largest} items, "
            f"there are {len(background)}; take fewer or smaller groups, or more items"
        )
    _check_shares(keep, "keep")
    chances = _check_strength(strength, n_groups)
    rng = np.random.default_rng(random_state)
    rows, items = _draw(background.to_numpy(), n_baskets, rng)
    sizes = rng.integers(smallest, largest, size=n_groups, endpoint=True)
    groups = np.split(rng.permutation(len(background))[: sizes.sum()], np.cumsum(sizes)[:-1])[:n_groups]
    parts = [(rows, items)]
    for group, chance in zip(groups, chances, strict=True):
        parts.append(_plant(group.astype(np.int32), chance, keep, n_baskets, rng))
    indptr, indices = kernels.group(*map(np.concatenate, zip(*parts, strict=True)), n_baskets)
    indptr, _, _ = kernels.tidy(indptr, indices)
    return PlantedBaskets(
        baskets=Baskets(indptr, indices[: indptr[-1]].copy(), background.index),
        truth=pd.DataFrame(
            {
                "group": np.arange(1, n_groups + 1),
                "items": pd.Series([frozenset(background.index[group]) for group in groups], dtype=object),
                "probability": chances,
            }
        ),
        background=background,
        parameters={
            "n_baskets": n_baskets,
            "n_groups": n_groups,
            "group_size": (smallest, largest),
            "strength": chances.tolist(),
            "keep": keep,
            "n_items": len(background),
            "mean_size": float(background.sum()),
            "seed": None if rng is random_state else rng.bit_generator.seed_seq.entropy,
        },
    )


def _background(
    n_items: int | None, mean_size: float | None, item_support: ArrayLike | pd.Series | None
) -> pd.Series:
    """Probability of each item, named by its label."""
    if item_support is not None:
        if n_items is not None or mean_size is not None:
            raise ValueError("item_support stands in place of n_items and mean_size; give one or the other")
        return _named(item_support)
    n_items = 100 if n_items is None else n_items
    check_count(n_items, "n_items", 1)
    mean_size = min(5.0, n_items / 2) if mean_size is None else mean_size
    if not 0 <= mean_size <= n_items:
        raise ValueError(f"mean_size must lie between 0 and n_items={n_items}, got {mean_size!r}")
    return pd.Series(_zipf(n_items, mean_size), index=_labels(n_items), name="probability")


def _named(item_support: ArrayLike | pd.Series) -> pd.Series:
    """Check given probabilities and name the items."""
    named = isinstance(item_support, pd.Series) and not isinstance(item_support.index, pd.RangeIndex)
    shares = frames.numbers(pd.Series(item_support), "item_support")
    if not len(shares):
        raise ValueError("item_support holds no item; there must be at least one")
    _check_shares(shares, "item_support")
    if not named:
        return pd.Series(shares, index=_labels(len(shares)), name="probability")
    index = pd.Index(item_support.index)
    if index.has_duplicates:
        raise ValueError(f"item_support names {index[index.duplicated()][0]!r} twice; each item has one")
    return pd.Series(shares, index=index.rename(None), name="probability")


def _labels(n_items: int) -> pd.Index:
    width = max(3, len(str(n_items)))
    return pd.Index([f"item {number:0{width}d}" for number in range(1, n_items + 1)])


def _zipf(n_items: int, total: float) -> np.ndarray:
    """Probabilities that fall as 1/rank, add up to a total and do not exceed a cap."""
    cap = max(_LARGEST_SUPPORT, total / n_items)
    weights = 1 / np.arange(1, n_items + 1)
    # With the k most popular items at the cap, the others share what is left of the total.
    capped = np.arange(n_items)
    scale = (total - capped * cap) / np.cumsum(weights[::-1])[::-1]
    first = int(np.argmax(scale * weights <= cap * (1 + 1e-12)))
    return np.minimum(np.where(capped < first, cap, scale[first] * weights), cap)


def _draw(shares: np.ndarray, n_baskets: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw the entries of all items; give basket and item of each."""
    rows = [_hits(share, n_baskets, rng) for share in shares]
    items = np.repeat(np.arange(len(rows), dtype=np.int32), [len(found) for found in rows])
    return np.concatenate(rows), items


def _hits(share: float, n: int, rng: np.random.Generator) -> np.ndarray:
    """Draw which of n baskets are hit, each with the same probability, by the gaps between hits."""
    found, last = [np.empty(0, np.int64)], -1
    while share > 0 and last < n:
        expected = (n - last) * share
        gaps = rng.geometric(share, size=int(expected + 4 * np.sqrt(expected)) + 8)
        # A gap beyond the end ends it anyway; cut, the sum of gaps cannot overflow.
        places = last + np.cumsum(np.minimum(gaps, n + 1))
        found.append(places[places < n])
        last = int(places[-1])
    return np.concatenate(found).astype(np.int32)


def _plant(
    group: np.ndarray, chance: float, keep: float, n_baskets: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Draw the entries that a group brings."""
    rows = _hits(chance, n_baskets, rng)
    row, item = np.nonzero(rng.random((len(rows), len(group))) < keep)
    return rows[row], group[item]


def _known(items: Collection[object], labels: pd.Index) -> frozenset:
    if isinstance(items, str) or not isinstance(items, Collection):
        raise TypeError(f"items must be a collection of labels, got {items!r}; for one write [{items!r}]")
    for item in items:
        if item not in labels:
            raise KeyError(f"no item {item!r}; {frames.closest(item, labels)}")
    return frozenset(items)


def check_count(value: object, name: str, least: int) -> None:
    """Refuse what is no whole number or too small."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(f"{name} must be a whole number, got {value!r}")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, got {value!r}")


def _check_sizes(group_size: int | tuple[int, int]) -> tuple[int, int]:
    sizes = group_size if isinstance(group_size, tuple | list) else (group_size, group_size)
    for size in sizes:
        check_count(size, "group_size", 2)
    if len(sizes) != 2 or sizes[0] > sizes[1]:
        raise ValueError(f"group_size must be a number or (smallest, largest), got {group_size!r}")
    return int(sizes[0]), int(sizes[1])


def _check_strength(strength: float | ArrayLike, n_groups: int) -> np.ndarray:
    chances = np.asarray(strength, dtype=np.float64)
    if chances.ndim and chances.shape != (n_groups,):
        raise ValueError(f"strength must be one number or {n_groups} of them, got {strength!r}")
    _check_shares(chances, "strength")
    return np.broadcast_to(chances, n_groups).copy()


def _check_shares(values: float | np.ndarray, name: str) -> None:
    """Refuse what is no probability."""
    values = np.atleast_1d(np.asarray(values, dtype=np.float64))
    wrong = values[~((values >= 0) & (values <= 1))]
    if len(wrong):
        raise ValueError(f"{name} must lie between 0 and 1, got {wrong[0]}")
