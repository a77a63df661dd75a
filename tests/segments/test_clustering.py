"""Segmentation against published values, scikit-learn and exact small cases."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.cluster import AgglomerativeClustering
from sklearn.datasets import load_iris
from sklearn.exceptions import NotFittedError
from sklearn.metrics import adjusted_rand_score
from sklearn.mixture import GaussianMixture
from sklearn.utils.estimator_checks import check_estimator

from kehu._kernels.kmeans import kmeans
from kehu.segments import Segmentation, segment_map
from kehu.segments import clustering as clustering_module
from kehu.simulate import segmented_customers

IRIS = pd.DataFrame(load_iris().data, columns=["a", "b", "c", "d"])
RAW = {"log1p": "none", "scale": False, "random_state": 0}
METHODS = ["kmeans", "gaussian_mixture", "hierarchical"]


# CustomerFeatures and Preparation are results, not estimators, so scikit-learn's checks do not concern them.
DO_NOT_APPLY = {
    # These want scikit-learn's own words; ours name the feature, the row and what to do.
    "check_dtype_object": "a dict among the numbers is a ValueError that quotes it, as any text there is",
    "check_estimators_empty_data_messages": "says that features has no columns, not '0 feature(s)'",
    "check_fit2d_1sample": "says that there are fewer customers than segments, not 'one sample'",
}


@pytest.mark.parametrize("method", METHODS)
def test_it_is_an_estimator_of_scikit_learn(method):
    model = Segmentation(method, n_segments=2, random_state=0)
    with warnings.catch_warnings():
        # Some checks fit with a single iteration's worth of data.
        warnings.simplefilter("ignore")
        results = check_estimator(model, on_fail=None, on_skip=None)
    failed = {result["check_name"] for result in results if result["status"] == "failed"}
    assert failed == set(DO_NOT_APPLY)
    assert len(results) > 40


def test_a_list_of_customers_will_do():
    labels = [
        Segmentation(n_segments=3, **RAW).fit(table).labels_ for table in (IRIS, IRIS.to_numpy().tolist())
    ]
    np.testing.assert_array_equal(*labels)


def test_iris_in_three_segments():
    # R: kmeans(iris[, 1:4], 3, nstart = 10): tot.withinss 78.85144, sizes 62, 50, 38.
    model = Segmentation(n_segments=3, **RAW).fit(IRIS)
    assert model.within_ss_ == pytest.approx(78.851441, abs=5e-7)
    assert np.bincount(model.labels_).tolist() == [62, 50, 38]


def test_the_other_methods_are_those_of_scikit_learn():
    ours = Segmentation("hierarchical", 3, **RAW).fit(IRIS)
    assert adjusted_rand_score(ours.labels_, AgglomerativeClustering(3).fit_predict(IRIS.to_numpy())) == 1
    ours = Segmentation("gaussian_mixture", 3, **RAW).fit(IRIS)
    theirs = GaussianMixture(3, n_init=5, random_state=1).fit_predict(IRIS.to_numpy())
    assert adjusted_rand_score(ours.labels_, theirs) > 0.95


@pytest.mark.parametrize("method", METHODS)
def test_planted_segments_are_found_and_new_customers_assigned(method):
    shop = segmented_customers(400, separation=8, random_state=1)
    model = Segmentation(method, 4, random_state=1).fit(shop.features)
    assert adjusted_rand_score(shop.truth, model.labels_) > 0.97
    assert (np.diff(np.bincount(model.labels_)) <= 0).all()
    assigned = model.assign(shop.features[::-1])
    assert assigned.index.equals(shop.features.index[::-1])
    assert (assigned.loc[shop.features.index] == model.labels_).mean() > 0.97
    # Centres are in original units: near the medians of the planted segments.
    nearest = np.abs(np.log(model.centers_.to_numpy()[:, None] / shop.centers.to_numpy()[None])).max(axis=2)
    assert (nearest.min(axis=1) < 0.3).all()


def test_centres_take_the_logarithm_back():
    table = pd.DataFrame({"x": [0.0, 0, 0, np.expm1(4), np.expm1(6)], "y": [0, 0, 1, 90, 91.0]})
    model = Segmentation(n_segments=2, log1p=["x"], random_state=0).fit(table)
    assert model.preparation_.log1p == ["x"]
    np.testing.assert_allclose(model.centers_, [[0, 1 / 3], [np.expm1(5), 90.5]])


def test_skewed_features_are_taken_in_logarithms_and_others_not():
    rng = np.random.default_rng(0)
    normal = rng.normal(size=300)
    table = pd.DataFrame({"normal": normal, "skewed": np.exp(normal), "negative": -5 + np.exp(normal)})
    assert Segmentation(random_state=0).fit(table).preparation_.log1p == ["skewed"]


@pytest.mark.parametrize("method", METHODS)
def test_many_customers_are_clustered_from_a_sample(method, monkeypatch):
    monkeypatch.setitem(clustering_module._MOST, method, 200)
    shop = segmented_customers(1000, separation=8, random_state=1)
    model = Segmentation(method, 4, random_state=1).fit(shop.features)
    assert model.n_fitted_ == 200
    assert adjusted_rand_score(shop.truth, model.labels_) > 0.95


def test_the_same_seed_gives_the_same_and_a_clone_has_the_same_parameters():
    model = Segmentation("kmeans", 3, random_state=4)
    one, other = (clone(model).fit(IRIS).labels_ for _ in range(2))
    np.testing.assert_array_equal(one, other)
    assert clone(model).get_params() == model.get_params()


def test_our_own_loop_finds_what_scikit_learn_does():
    rng = np.random.default_rng(0)
    labels = kmeans(np.ascontiguousarray(IRIS), 3, rng.random((10, 3)))
    assert np.sort(np.bincount(labels)).tolist() == [38, 50, 62]
    ones = np.ones((5, 2))
    assert kmeans(ones, 2, rng.random((10, 2))).tolist() == [0] * 5


@pytest.mark.parametrize(
    ("table", "error", "words"),
    [
        (IRIS.assign(a=1.0), ValueError, "feature 'a' is constant .1 for all customers.*leave it out"),
        (IRIS.assign(a=[np.nan] + [1.0] * 149), ValueError, r"feature 'a' is missing \(NaN\) for 1 of 150"),
        (
            IRIS.assign(a=IRIS.iloc[:, 0] * 1e200),
            ValueError,
            "'a' goes up to 7.9e\\+200, which cannot be squared",
        ),
        (IRIS.assign(a=IRIS.iloc[:, 0] * 1e-200), ValueError, "cannot be squared; use other units"),
        (IRIS.assign(a=[np.inf] + [1.0] * 149), ValueError, "feature 'a' is infinite for 1 of 150"),
        (IRIS.assign(a="tea"), ValueError, "feature 'a' must hold numbers, got 'tea' in row 0"),
        (IRIS[:3], ValueError, "n_segments is 4, but there are only 3 customers"),
        (
            IRIS.iloc[[0, 0, 0, 0, 50, 100]],
            ValueError,
            "4 segments were asked for, but only 3 customers differ",
        ),
        (IRIS[:0], ValueError, "no rows"),
        (IRIS[[]], ValueError, "no columns"),
        ([1, 2, 3], TypeError, "must be a dataframe"),
        (np.ones(3), ValueError, "array of 1 axes"),
        (np.ones((9, 2)) + 1j, ValueError, "must be real numbers, got complex128"),
    ],
)
def test_what_cannot_be_clustered_is_refused(table, error, words):
    with pytest.raises(error, match=words):
        Segmentation(n_segments=4).fit(table)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"method": "kmean"}, ValueError, "method 'kmean' is not known; did you mean 'kmeans'"),
        ({"n_segments": 0}, ValueError, "n_segments must be a whole number from 1, got 0"),
        ({"n_segments": 2.5}, ValueError, "n_segments must be a whole number from 1, got 2.5"),
        ({"log1p": "skew"}, ValueError, "did you mean 'skewed'"),
        ({"log1p": ["e"]}, KeyError, "no column 'e' .in log1p"),
        ({"scale": "yes"}, TypeError, "scale must be True or False, got 'yes'"),
    ],
)
def test_wrong_arguments_are_refused(arguments, error, words):
    with pytest.raises(error, match=words):
        Segmentation(**arguments).fit(IRIS)


def test_negative_numbers_have_no_logarithm():
    with pytest.raises(
        ValueError, match="feature 'a' is taken in logarithms and must not be negative, got -1"
    ):
        Segmentation(log1p=["a"]).fit(IRIS.assign(a=np.linspace(-1, 1, 150)))


def test_assigning_asks_for_the_features():
    with pytest.raises(NotFittedError):
        Segmentation().assign(IRIS)
    model = Segmentation(random_state=0).fit(IRIS)
    with pytest.raises(KeyError, match="features has no column 'd'"):
        model.assign(IRIS[["a", "b", "c"]])
    # Further columns are ignored, and the order does not matter.
    assert (model.assign(IRIS[["d", "c", "b", "a"]].assign(e="text")) == model.labels_).all()


def test_the_map_shows_the_variance_of_principal_components():
    model = Segmentation(n_segments=3, log1p="none", random_state=0).fit(IRIS)
    found = segment_map(model, IRIS, model.labels_)
    # R: summary(prcomp(iris[, 1:4], scale. = TRUE)): proportions .7296, .2285.
    assert found.explained == pytest.approx((0.7296, 0.2285), abs=5e-5)
    assert np.linalg.norm(found.loadings, axis=0) == pytest.approx([1, 1])
    assert len(segment_map(model, IRIS, sample=20, random_state=1).points) == 20
    with pytest.raises(ValueError, match="labels must have one for each of the 150 customers, got 3"):
        segment_map(model, IRIS, [0, 1, 2])
    with pytest.raises(ValueError, match="two features at least"):
        segment_map(Segmentation(random_state=0).fit(IRIS[["a"]]), IRIS)
