"""The number of segments: published values, known segments, and null shops in which there are none."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest
from sklearn.datasets import load_iris

from kehu.segments import choose_k, gap
from kehu.segments.stability import best_jaccard, verdict
from kehu.simulate import one_cloud, segmented_customers

IRIS = pd.DataFrame(load_iris().data, columns=["a", "b", "c", "d"])
QUICK = {"n_bootstrap": 10, "n_references": 19, "sample": 400, "progress": False}


@pytest.fixture(scope="module")
def iris():
    return choose_k(IRIS, range(2, 6), log1p="none", scale=False, random_state=1, **QUICK)


def test_iris_has_the_published_measures(iris):
    row = iris.table.set_index("n_segments").loc[3]
    # R: kmeans, cluster::silhouette, fpc::calinhara, clusterSim::index.DB on iris[, 1:4].
    assert row["within_ss"] == pytest.approx(78.851441, abs=5e-7)
    assert row["silhouette"] == pytest.approx(0.55281901, abs=5e-9)
    assert row["calinski_harabasz"] == pytest.approx(561.62776, abs=5e-6)
    assert row["davies_bouldin"] == pytest.approx(0.66197, abs=5e-6)
    assert row["smallest_share"] == pytest.approx(38 / 150)


def test_iris_has_the_dispersions_of_clusgap(iris):
    # R: cluster::clusGap(iris[, 1:4], kmeans, 3), d.power = 1.
    assert iris.table["log_w"][:3].tolist() == pytest.approx([4.55164, 3.80840, 3.51941], abs=5e-6)


def test_iris_has_three_segments_and_says_why(iris):
    assert iris.suggested == 3
    assert iris.p_value == 1 / 20
    assert iris.explain().startswith("Suggestion: 3 segments.\n")
    assert iris.explain("zh").startswith("建议：分为 3 个群体。\n")
    assert "the silhouette would choose 2" in iris.explain()


def test_squared_distances_give_half_the_sum_of_squares():
    values, labels = IRIS.to_numpy(), np.repeat([0, 1, 2], 50)
    centers = np.array([values[labels == label].mean(axis=0) for label in range(3)])
    assert gap.dispersion(values, labels, 2) == pytest.approx(0.5 * ((values - centers[labels]) ** 2).sum())


def test_jaccard_of_a_small_case():
    # {0,1,2} against {0,1}: 2/3; {3,4} against {2,3,4}: 2/3; the third was not drawn.
    found = best_jaccard(np.array([0, 0, 0, 1, 1]), np.array([1, 1, 0, 0, 0]), 3)
    np.testing.assert_allclose(found, [2 / 3, 2 / 3, np.nan])
    assert verdict(np.array([0.75, 0.74, 0.6, 0.59])).tolist() == [
        "valid", "doubtful", "doubtful", "not to be trusted",
    ]  # fmt: skip


@pytest.mark.parametrize("shape", ["normal", "skewed"])
def test_known_segments_are_counted(shape):
    right = 0
    for seed in range(4):
        shop = segmented_customers(400, separation=7, shape=shape, random_state=seed)
        right += choose_k(shop.features, range(2, 7), random_state=seed, **QUICK).suggested == 4
    assert right >= 3


@pytest.mark.parametrize(("shape", "log1p"), [("normal", "none"), ("skewed", "skewed"), ("skewed", "none")])
def test_in_null_shops_there_are_no_clusters(shape, log1p):
    alarms, n = 0, 6
    for seed in range(n):
        cloud = one_cloud(300, n_features=4, shape=shape, random_state=seed)
        alarms += choose_k(cloud, range(2, 6), log1p=log1p, random_state=seed, **QUICK).suggested > 1
    # At most at the stated level of 5 %, as far as so few can tell.
    assert binomtest(int(alarms), n, 0.05, "greater").pvalue > 0.05


def test_a_silhouette_that_splits_off_outliers_does_not_persuade():
    cloud = one_cloud(600, n_features=3, random_state=3)
    choice = choose_k(cloud, range(2, 5), log1p="none", random_state=1, **QUICK)
    best = choice.table.loc[choice.table["silhouette"].idxmax()]
    assert best["silhouette"] > 0.6
    assert choice.suggested == 1
    assert "no clusters" in choice.explain()


def test_reference_clouds_have_one_heap_and_the_same_shape():
    rng = np.random.default_rng(0)
    two = np.concatenate([rng.normal(-3, 1, 1000), rng.normal(3, 1, 1000)])
    skewed = rng.permutation(np.exp(two / 6 + rng.normal(size=2000)))
    counts = 1.0 + rng.poisson(1.0, 2000)
    drawn = gap.Cloud(np.stack([two, skewed, counts], axis=1), rng).draw(rng, 20_000)
    # The gap in the middle is filled.
    assert (np.abs(drawn[:, 0]) < 1).mean() > 4 * (np.abs(two) < 1).mean()
    np.testing.assert_allclose(
        np.quantile(drawn[:, 1], [0.1, 0.5, 0.9]), np.quantile(skewed, [0.1, 0.5, 0.9]), rtol=0.1
    )
    for value in (1, 2, 3):
        assert (drawn[:, 2] == value).mean() == pytest.approx((counts == value).mean(), abs=0.02)


def test_clouds_keep_correlations_of_lumps():
    rng = np.random.default_rng(1)
    common = rng.normal(size=3000)
    values = np.stack([np.floor(common).clip(-1, 1), common + 0.5 * rng.normal(size=3000)], axis=1)
    drawn = gap.Cloud(values, rng).draw(rng, 30_000)
    assert np.corrcoef(drawn.T)[0, 1] == pytest.approx(np.corrcoef(values.T)[0, 1], abs=0.04)


@pytest.mark.parametrize("method", ["gaussian_mixture", "hierarchical"])
def test_other_methods_choose_too(method):
    shop = segmented_customers(150, n_segments=2, separation=8, random_state=1)
    choice = choose_k(
        shop.features,
        [2, 3],
        method=method,
        n_bootstrap=5,
        n_references=19,
        random_state=1,
        progress=False,
    )
    assert choice.suggested == 2
    assert choice.method == method


def test_of_many_customers_a_sample_is_looked_at():
    choice = choose_k(one_cloud(5000, random_state=1), [2, 3], random_state=1, **QUICK)
    assert (choice.n_customers, choice.n_used) == (5000, 400)
    assert choice.table["n_segments"].tolist() == [1, 2, 3]
    assert choice.stability.groupby("n_segments")["share"].sum().tolist() == pytest.approx([1, 1])


def test_the_same_seed_gives_the_same(iris):
    again = choose_k(IRIS, range(2, 6), log1p="none", scale=False, random_state=1, **QUICK)
    pd.testing.assert_frame_equal(iris.table, again.table)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"k": 3}, TypeError, "k must be several numbers of segments"),
        ({"k": "234"}, TypeError, "k must be several numbers of segments"),
        ({"k": []}, ValueError, "k must hold a number of segments from 2"),
        ({"k": [2, 151]}, ValueError, "k is 151, but there are only 150 customers"),
        ({"k": [150]}, ValueError, "k goes up to 150, but there are only 150 customers"),
        ({"k": [2.5]}, ValueError, "k must be a whole number from 1, got 2.5"),
        ({"method": "ward"}, ValueError, "method 'ward' is not known"),
        ({"n_references": 5}, ValueError, "n_references must be a whole number from 19, got 5"),
        ({"n_bootstrap": 0}, ValueError, "n_bootstrap must be a whole number from 1, got 0"),
        ({"distance_power": 3}, ValueError, "distance_power must be 1 or 2, got 3"),
        ({"alpha": 5}, ValueError, "alpha must lie between 0 and 1, got 5"),
        ({"min_share": 0.5}, ValueError, "min_share must lie between 0 and 0.5, got 0.5"),
    ],
)
def test_wrong_arguments_are_refused(arguments, error, words):
    with pytest.raises(error, match=words):
        choose_k(IRIS, **arguments)


def test_a_feature_that_a_sample_does_not_show_is_refused():
    rare = IRIS.assign(rare=[1.0] + [0.0] * 149)
    with pytest.raises(ValueError, match="'rare' is the same for all 20 customers sampled"):
        choose_k(rare, [2], sample=20, random_state=1)
