"""The simulated baskets: items as frequent as they should be, linked where planted and nowhere else."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import kehu
from kehu.simulate import independent_baskets, planted_baskets


def within(count, n, probability, level):
    """Whether a count is one that a binomial gives but for a small share at each end."""
    low, high = stats.binom.ppf([level / 2, 1 - level / 2], n, probability)
    return low <= count <= high


def shop_of(**given):
    return planted_baskets(
        **{"n_baskets": 40_000, "n_items": 30, "n_groups": 5, "strength": 0.05, "random_state": 3, **given}
    )


# The null shop ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("support", [[0.9, 0.5, 0.1, 0.01, 0.0001, 0.3], [0.0, 1.0, 0.5]])
def test_items_are_as_frequent_as_asked_for(support):
    n = 50_000
    baskets = independent_baskets(n, item_support=support, random_state=11)
    assert baskets.n_baskets == n
    # Over all items together one miss in a million seeds.
    for count, share in zip(baskets.item_counts(), support, strict=True):
        assert within(count, n, share, 1e-6 / len(support))


@pytest.mark.parametrize(
    ("n_items", "mean_size"), [(100, 5), (10, 5), (10, 9.5), (1, 0.2), (3, 3), (1000, 40)]
)
def test_a_basket_holds_as_many_items_as_asked_for(n_items, mean_size):
    shop = planted_baskets(4000, n_groups=0, n_items=n_items, mean_size=mean_size, random_state=5)
    share = shop.background.to_numpy()
    assert share.sum() == pytest.approx(mean_size)
    assert (np.diff(share) <= 1e-12).all()
    assert share.max() <= max(0.5, mean_size / n_items) + 1e-12
    # Popularity falls as 1/rank below the cap.
    free = share < share.max() * (1 - 1e-9)
    ranked = (share * np.arange(1, n_items + 1))[free]
    assert np.allclose(ranked, ranked[:1])
    spread = np.sqrt((share * (1 - share)).sum() / 4000)
    assert abs(shop.baskets.sizes().mean() - mean_size) <= 5 * spread + 1e-12


def test_no_two_items_of_the_null_shop_have_to_do_with_each_other():
    n, n_items = 20_000, 40
    baskets = independent_baskets(n, n_items=n_items, mean_size=8, random_state=21)
    held = baskets.to_scipy()
    share = baskets.item_counts() / n
    both = (held.T @ held).toarray() / n
    place = np.triu_indices(n_items, 1)
    spread = np.sqrt(np.outer(share * (1 - share), share * (1 - share))[place] / n)
    z = (both - np.outer(share, share))[place] / spread
    # Pairs of independent columns are uncorrelated with each other too, so the squares add up to a
    # chi-square of one degree a pair; the level lets one seed in ten thousand fail at each end.
    low, high = stats.chi2.ppf([1e-4, 1 - 1e-4], len(z))
    assert low < (z**2).sum() < high
    assert np.abs(z).max() < stats.norm.isf(1e-4 / len(z) / 2)


def test_places_of_an_item_are_independent_of_each_other():
    baskets = independent_baskets(100_000, item_support=[0.2], random_state=8)
    held = baskets.contains(["item 001"])
    follows = held[1:][held[:-1]]
    assert within(follows.sum(), len(follows), 0.2, 1e-4)
    assert within(held[: len(held) // 2].sum(), len(held) // 2, 0.2, 1e-4)


def test_empty_baskets_stay():
    baskets = independent_baskets(1000, item_support=[0.1], random_state=1)
    assert within((baskets.sizes() == 0).sum(), 1000, 0.9, 1e-4)
    assert independent_baskets(3, n_items=5, mean_size=0, random_state=1).sizes().tolist() == [0, 0, 0]
    assert independent_baskets(1, item_support=[1e-300], random_state=1).n_baskets == 1


def test_labels():
    assert independent_baskets(5, n_items=3, random_state=1).labels.tolist() == [
        "item 001",
        "item 002",
        "item 003",
    ]
    assert independent_baskets(5, n_items=1000, random_state=1).labels[-1] == "item 1000"
    named = independent_baskets(5, item_support=pd.Series({"tea": 1.0, "milk": 0.0}), random_state=1)
    assert named.to_lists() == [["tea"]] * 5
    assert named.labels.tolist() == ["tea", "milk"]


def test_baskets_are_proper():
    baskets = shop_of().baskets
    again = kehu.Baskets.from_csr((baskets.indptr, baskets.indices), baskets.labels)
    assert again == baskets
    assert baskets.indices.dtype == np.int32
    assert baskets.indptr.dtype == np.int64


@pytest.mark.parametrize("make", [independent_baskets, lambda *a, **k: planted_baskets(*a, **k).baskets])
def test_same_seed_same_baskets(make):
    assert make(500, random_state=4) == make(500, random_state=4)
    assert make(500, random_state=4) == make(500, random_state=np.random.default_rng(4))
    assert make(500, random_state=4) != make(500, random_state=5)


# Planted groups -----------------------------------------------------------------------------------------


def test_without_groups_it_is_the_null_shop():
    shop = planted_baskets(500, n_groups=0, n_items=20, random_state=4)
    assert shop.baskets == independent_baskets(500, n_items=20, random_state=4)
    assert shop.truth.empty
    assert shop.truth.columns.tolist() == ["group", "items", "probability"]
    assert not shop.is_true(["item 001"], ["item 002"])
    for nothing in ({"strength": 0.0}, {"keep": 0.0}):
        assert shop_of(**nothing).baskets == shop_of(n_groups=0).baskets


def test_groups_are_disjoint_and_of_the_sizes_asked_for():
    shop = planted_baskets(10, n_groups=200, group_size=(2, 4), n_items=800, random_state=2)
    sizes = shop.truth["items"].map(len)
    assert set(sizes) == {2, 3, 4}
    assert len(frozenset().union(*shop.truth["items"])) == sizes.sum()
    assert shop.truth["group"].tolist() == list(range(1, 201))
    whole = planted_baskets(10, n_groups=2, group_size=3, n_items=6, random_state=2)
    assert frozenset().union(*whole.truth["items"]) == set(whole.baskets.labels)


def test_planted_lift_is_its_analytic_value():
    n, q, keep = 200_000, 0.05, 0.8
    shop = planted_baskets(
        n, n_groups=4, group_size=2, strength=q, keep=keep, n_items=20, mean_size=3, random_state=6
    )
    for group in shop.truth["items"]:
        a, c = sorted(group)
        p, r = shop.background[a], shop.background[c]
        # By cases: a basket has the group or not, each item is there by the group or by itself.
        p_in, r_in = keep + (1 - keep) * p, keep + (1 - keep) * r
        pa, pc = q * p_in + (1 - q) * p, q * r_in + (1 - q) * r
        pac = q * p_in * r_in + (1 - q) * p * r
        assert shop.support({a}) == pytest.approx(pa)
        assert shop.support({a, c}) == pytest.approx(pac)
        n_a, n_c = (shop.baskets.contains([item]).sum() for item in (a, c))
        n_ac = shop.baskets.contains([a, c]).sum()
        found, lift = n_ac * n / (n_a * n_c), pac / (pa * pc)
        spread = np.sqrt((1 / pac - 1 / pa - 1 / pc + 2 * lift - 1) / n)
        assert abs(np.log(found / lift)) < stats.norm.isf(1e-5) * spread
        assert lift > 1.05


def test_what_shares_no_group_is_independent():
    shop = shop_of(n_groups=3, group_size=(2, 3), n_items=12, n_baskets=1)
    for a, c in combinations(shop.background.index, 2):
        product = shop.support([a]) * shop.support([c])
        if shop.is_true([a], [c]):
            assert shop.support([a, c]) > 1.01 * product
        else:
            assert shop.support([a, c]) == pytest.approx(product)


def test_truth_of_rules_of_several_items():
    shop = shop_of(n_groups=2, group_size=3)
    first, second = (sorted(group) for group in shop.truth["items"])
    other = next(item for item in shop.baskets.labels if item not in {*first, *second})
    assert shop.is_true([first[0], other], [first[1]])
    assert shop.is_true([first[0], second[0]], [second[1], other])
    assert not shop.is_true(first, second)
    assert not shop.is_true([first[0], second[0]], [other])
    assert shop.support([]) == 1
    mixed = [first[0], first[1], second[0], other]
    expected = shop.support(first[:2]) * shop.support(second[:1]) * shop.support([other])
    assert shop.support(mixed) == pytest.approx(expected)


def test_groups_of_different_strength():
    shop = shop_of(n_groups=2, strength=[0.0, 1.0], keep=1.0)
    weak, strong = shop.truth["items"]
    assert shop.baskets.contains(strong).all()
    assert not shop.baskets.contains(weak).all()


def test_the_seed_is_kept_and_makes_the_same_shop():
    shop = planted_baskets(100)
    again = planted_baskets(100, random_state=shop.parameters["seed"])
    assert again.baskets == shop.baskets
    assert again.truth.equals(shop.truth)
    assert shop_of(random_state=np.random.default_rng(1)).parameters["seed"] is None


# Bad input ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [independent_baskets, planted_baskets])
@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"n_baskets": 0}, ValueError, "n_baskets must be at least 1, got 0"),
        ({"n_baskets": -5}, ValueError, "at least 1, got -5"),
        ({"n_baskets": 10.5}, TypeError, "whole number, got 10.5"),
        ({"n_baskets": True}, TypeError, "whole number, got True"),
        ({"n_items": 0}, ValueError, "n_items must be at least 1"),
        ({"n_items": 40, "mean_size": 41}, ValueError, "between 0 and n_items=40, got 41"),
        ({"mean_size": -1}, ValueError, "got -1"),
        ({"mean_size": float("nan")}, ValueError, "got nan"),
        ({"item_support": [0.5] * 40 + [1.2]}, ValueError, "item_support must lie between 0 and 1, got 1.2"),
        ({"item_support": [-0.1]}, ValueError, "got -0.1"),
        ({"item_support": [0.1, None]}, ValueError, "got nan"),
        ({"item_support": []}, ValueError, "holds no item"),
        ({"item_support": ["often"]}, ValueError, "must hold numbers, got 'often'"),
        ({"item_support": pd.Series([0.1, 0.2], index=["tea", "tea"])}, ValueError, "names 'tea' twice"),
        ({"item_support": [0.1], "n_items": 1}, ValueError, "one or the other"),
    ],
)
def test_bad_shops_are_refused(make, arguments, error, message):
    with pytest.raises(error, match=message):
        make(**{"n_baskets": 10, "random_state": 1, **arguments})


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"n_groups": 8, "group_size": 4}, ValueError, "may need 32 items, there are 30"),
        ({"n_groups": -1}, ValueError, "n_groups must be at least 0, got -1"),
        ({"group_size": 1}, ValueError, "group_size must be at least 2, got 1"),
        ({"group_size": (4, 2)}, ValueError, "smallest, largest"),
        ({"group_size": (2, 3, 4)}, ValueError, "smallest, largest"),
        ({"group_size": 2.5}, TypeError, "group_size must be a whole number, got 2.5"),
        ({"strength": 1.5}, ValueError, "strength must lie between 0 and 1, got 1.5"),
        ({"n_groups": 2, "strength": [0.1, 0.1, 0.1]}, ValueError, "one number or 2 of them"),
        ({"keep": -0.5}, ValueError, "keep must lie between 0 and 1, got -0.5"),
    ],
)
def test_bad_groups_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        shop_of(**{"n_groups": 2, **arguments})


def test_bad_rules_are_refused():
    shop = shop_of(n_groups=1)
    with pytest.raises(KeyError, match="did you mean 'item 003'"):
        shop.is_true(["item 001"], ["item 0003"])
    with pytest.raises(KeyError, match="no item 'tea'"):
        shop.support(["tea"])
    with pytest.raises(TypeError, match=r"for one write \['item 001'\]"):
        shop.is_true("item 001", ["item 002"])
