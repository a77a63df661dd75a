import numpy as np
import pytest
from scipy import stats

from kehu.simulate import one_cloud, segmented_customers


def test_segments_are_as_planted():
    shop = segmented_customers(
        4000, n_segments=3, shares=[1, 2, 1], separation=5, shape="normal", random_state=1
    )
    assert shop.truth.value_counts().sort_index().tolist() == [2000, 1000, 1000]
    means = shop.features.groupby(shop.truth).mean().to_numpy()
    np.testing.assert_allclose(means, shop.centers, atol=0.15)
    apart = [np.linalg.norm(shop.centers.iloc[i] - shop.centers.iloc[j]) for i, j in ((0, 1), (0, 2), (1, 2))]
    assert min(apart) == pytest.approx(5)
    within = shop.features - means[shop.truth]
    np.testing.assert_allclose(np.cov(within.T), np.eye(5), atol=0.1)


def test_skewed_segments_are_positive_with_the_centre_as_median():
    shop = segmented_customers(4000, n_segments=2, random_state=2)
    assert (shop.features > 0).all(axis=None)
    ratio = shop.features.groupby(shop.truth).median().to_numpy() / shop.centers.to_numpy()
    np.testing.assert_allclose(ratio, 1, atol=0.1)


def test_a_cloud_is_a_cloud():
    cloud = one_cloud(5000, n_features=2, correlation=0.5, random_state=1)
    logs = np.log(cloud) - 3
    assert np.corrcoef(logs.T)[0, 1] == pytest.approx(0.5, abs=0.05)
    assert all(stats.kstest(logs[name], "norm").pvalue > 0.001 for name in logs)
    assert stats.skew(cloud.to_numpy()).min() > 2


def test_the_same_seed_draws_the_same():
    for draw in (
        lambda: segmented_customers(50, random_state=3).features,
        lambda: one_cloud(50, random_state=3),
    ):
        assert draw().equals(draw())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"n_customers": 0}, "n_customers must be a whole number from 1, got 0"),
        ({"n_features": 1.5}, "n_features must be a whole number from 1, got 1.5"),
        ({"n_customers": 3}, "n_segments must be a whole number from 1 to the 3 customers, got 4"),
        ({"separation": -1}, "separation must be a number from 0, got -1"),
        ({"shares": [1, 2]}, "shares must be 4 positive numbers"),
        ({"shape": "round"}, "shape 'round' is not known"),
    ],
)
def test_wrong_arguments_are_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        segmented_customers(**arguments)


def test_a_correlation_beyond_its_limits_is_refused():
    with pytest.raises(ValueError, match="correlation must lie from 0 to below 1, got 1"):
        one_cloud(10, correlation=1)
