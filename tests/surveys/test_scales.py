"""Reliability and factors: published values, other packages, planted factors and the null survey."""

import warnings

import numpy as np
import pandas as pd
import pingouin
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.decomposition import FactorAnalysis as TheirFactors
from statsmodels.multivariate.factor import Factor
from statsmodels.multivariate.factor_rotation import rotate_factors

from kehu import surveys
from kehu.surveys.reliability import one_factor
from kehu.surveys.rotation import rotated
from kehu.warnings import DroppedRowsWarning, NotIdentifiedWarning, ReversedItemWarning

LOADINGS = np.array([0.9, 0.8, 0.6, 0.5, 0.4])
# Two factors, each with three items of its own.
TWO = np.array([[0.8, 0], [0.7, 0.1], [0.9, 0], [0, 0.6], [0.1, 0.7], [0, 0.8]])


def answers(loadings, n=300, seed=0):
    rng = np.random.default_rng(seed)
    loadings = np.atleast_2d(np.asarray(loadings).T).T
    unique = np.sqrt(1 - (loadings**2).sum(axis=1))
    values = rng.normal(size=(n, loadings.shape[1])) @ loadings.T + unique * rng.normal(
        size=(n, len(loadings))
    )
    return pd.DataFrame(values, columns=[f"i{place}" for place in range(len(loadings))])


def exact(loadings, n=60):
    """Answers whose sample correlations are exactly those of the loadings."""
    raw = answers(loadings, n)
    z = raw - raw.mean()
    white = z.to_numpy() @ np.linalg.inv(np.linalg.cholesky(np.cov(z.to_numpy().T))).T
    matrix = loadings @ loadings.T if loadings.ndim == 2 else np.outer(loadings, loadings)
    np.fill_diagonal(matrix, 1)
    return pd.DataFrame(white @ np.linalg.cholesky(matrix).T, columns=raw.columns)


def reliability(data, **options):
    return surveys.reliability(data, **{"n_boot": 100, "random_state": 1, **options})


def test_published_alphas(shared_data):
    mobi = pd.read_csv(shared_data / "ecsi_mobi.csv.gz")
    attitude = pd.read_csv(shared_data.parent / "oracles" / "datasets_attitude.csv")
    # semPLS vignette (for satisfaction it prints .77010, the answers give .770113); R for attitude.
    for data, items, alpha in (
        (mobi, [f"PERQ{place}" for place in range(1, 8)], 0.87241),
        (mobi, [f"CUSA{place}" for place in range(1, 4)], 0.77010),
        (attitude, list(attitude.columns[1:]), 0.84314),
    ):
        found = reliability(data, items=items)
        assert found.alpha == pytest.approx(alpha, abs=1.5e-5)
        assert found.alpha_low < found.alpha < found.alpha_high


def test_pingouin_agrees_on_alpha_and_its_limits():
    data = answers(LOADINGS, 80)
    alpha, limits = pingouin.cronbach_alpha(data, ci=0.9)
    found = reliability(data, confidence_level=0.9)
    assert found.alpha == pytest.approx(alpha)
    assert [found.alpha_low, found.alpha_high] == pytest.approx(list(limits), abs=6e-4)


def test_item_statistics_by_hand():
    data = answers(LOADINGS, 50)
    table = reliability(data).items.set_index("item")
    for item in data:
        rest = data.drop(columns=item)
        assert table.loc[item, "item_rest"] == pytest.approx(data[item].corr(rest.sum(axis=1)))
        assert table.loc[item, "alpha_without"] == pytest.approx(reliability(rest).alpha)
        assert table.loc[item, "sd"] == pytest.approx(data[item].std())


def test_omega_of_one_exact_factor_is_known_and_alpha_is_below():
    data = exact(LOADINGS)
    scaled = data * [1.0, 2, 3, 1, 1]
    spread = np.array([1.0, 2, 3, 1, 1])
    common = (LOADINGS * spread).sum() ** 2
    omega = common / (common + ((1 - LOADINGS**2) * spread**2).sum())
    found = reliability(scaled)
    assert found.omega == pytest.approx(omega, abs=1e-7)
    assert found.items["loading"].to_numpy() == pytest.approx(LOADINGS, abs=1e-6)
    assert found.alpha < found.omega and found.omega_low < omega < found.omega_high


def test_equal_items_make_alpha_and_omega_equal():
    found = reliability(exact(np.full(4, 0.7)))
    assert found.alpha == pytest.approx(found.omega, abs=1e-8)


def test_limits_hold_the_true_reliability_as_often_as_they_say():
    common = LOADINGS.sum() ** 2
    omega = common / (common + (1 - LOADINGS**2).sum())
    matrix = np.outer(LOADINGS, LOADINGS)
    np.fill_diagonal(matrix, 1)
    alpha = 5 / 4 * (1 - 5 / matrix.sum())
    held = np.zeros(2)
    for seed in range(100):
        found = reliability(answers(LOADINGS, 200, seed), n_boot=200)
        held += found.alpha_low <= alpha <= found.alpha_high, found.omega_low <= omega <= found.omega_high
    # Binomial(100, 0.95): 88 or more in 997 of 1,000 cases.
    assert held.min() >= 88


def test_two_items_have_no_omega_and_turned_items_are_noticed():
    assert np.isnan(reliability(answers(LOADINGS[:2])).omega)
    with pytest.warns(ReversedItemWarning, match="items i0 go against the others"):
        found = reliability(answers(LOADINGS).assign(i0=lambda d: -d["i0"]))
    assert found.against == ["i0"]


def test_items_of_true_and_false_are_those_of_1_and_0():
    data = answers(LOADINGS) > 0
    assert reliability(data).alpha == pytest.approx(reliability(data * 1).alpha)


def test_items_that_cancel_out_have_no_alpha():
    data = answers(LOADINGS[:3]).round()
    with pytest.warns(ReversedItemWarning):
        found = reliability(data.assign(i1=-data["i0"]))
    assert found.items["alpha_without"].iloc[2] == -np.inf


def test_factorability_by_hand_and_by_residuals():
    data = answers(TWO, 100)
    found = surveys.factorability(data)
    r = data.corr().to_numpy()
    partial = np.zeros((6, 6))
    z = ((data - data.mean()) / data.std()).to_numpy()
    for one in range(6):
        for other in range(one):
            rest = np.column_stack([np.ones(100), np.delete(z, [one, other], axis=1)])
            left = z[:, [one, other]] - rest @ np.linalg.lstsq(rest, z[:, [one, other]])[0]
            partial[one, other] = partial[other, one] = np.corrcoef(left.T)[0, 1]
    squares = (r - np.eye(6)) ** 2
    assert found.kmo == pytest.approx(squares.sum() / (squares.sum() + (partial**2).sum()))
    by_item = squares.sum(axis=0) / (squares.sum(axis=0) + (partial**2).sum(axis=0))
    assert found.items["kmo"].to_numpy() == pytest.approx(by_item)
    assert found.chi2 == pytest.approx(-(99 - 17 / 6) * np.log(np.linalg.det(r)))
    assert found.df == 15 and found.words in ("miserable", "mediocre", "middling")


def test_bartlett_holds_its_level_where_nothing_goes_together():
    p = [surveys.factorability(answers(np.zeros(5), 100, seed)).p_value for seed in range(200)]
    # Binomial(200, 0.05): 19 or fewer in 997 of 1,000 cases.
    assert 2 <= (np.array(p) < 0.05).sum() <= 19


@pytest.mark.parametrize("loadings", [np.zeros(8), np.full(8, 0.6), np.vstack([TWO, TWO])])
def test_parallel_analysis_finds_how_many_factors_are_there(loadings):
    wanted = 0 if not loadings.any() else np.atleast_2d(loadings.T).shape[0]
    right = [
        surveys.parallel_analysis(answers(loadings, 250, seed), n_draws=100, random_state=1).n_factors
        == wanted
        for seed in range(20)
    ]
    # With a level of 5 % Binomial(20, 0.95): 16 or more in 997 of 1,000 cases.
    assert sum(right) >= 16


@pytest.mark.parametrize("method", ["ml", "principal_axis"])
def test_exact_factors_are_found_exactly(method):
    found = surveys.factor_analysis(exact(TWO), n_factors=2, method=method, rotation="none")
    assert found.items["communality"].to_numpy() == pytest.approx((TWO**2).sum(axis=1), abs=1e-4)
    implied = found.loadings.to_numpy() @ found.loadings.to_numpy().T
    assert implied == pytest.approx(TWO @ TWO.T, abs=1e-4)
    assert found.converged and not found.improper
    if method == "ml":
        assert found.chi2 == pytest.approx(0, abs=1e-5) and found.df == 4


def test_other_packages_agree_on_factors():
    data = answers(TWO, 200)
    z = (data - data.mean()) / data.std(ddof=0)
    ml = surveys.factor_analysis(data, n_factors=2, rotation="none")
    theirs = TheirFactors(2, tol=1e-10, max_iter=5000, svd_method="lapack").fit(z)
    assert ml.items["uniqueness"].to_numpy() == pytest.approx(theirs.noise_variance_, abs=1e-4)
    axes = surveys.factor_analysis(data, n_factors=2, method="principal_axis", rotation="none")
    other = Factor(z.to_numpy(), n_factor=2, method="pa", smc=True).fit(maxiter=2000, tol=1e-10)
    assert axes.items["communality"].to_numpy() == pytest.approx(other.communality, abs=1e-4)
    size = np.sqrt((other.loadings**2).sum(axis=1, keepdims=True))
    turned = rotate_factors(other.loadings / size, "varimax")[0] * size
    ours = surveys.factor_analysis(data, n_factors=2, method="principal_axis").loadings.to_numpy()
    for column in ours.T:
        assert np.abs(np.abs(turned) - np.abs(column)[:, None]).max(axis=0).min() < 1e-3


def test_planted_factors_come_back_with_their_correlation():
    rng = np.random.default_rng(5)
    factors = rng.multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]], 4000)
    pattern = np.array([[0.8, 0], [0.7, 0], [0.9, 0], [0, 0.6], [0, 0.7], [0, 0.8]])
    noise = np.sqrt(1 - (pattern**2).sum(axis=1))
    data = pd.DataFrame(factors @ pattern.T + noise * rng.normal(size=(4000, 6)), columns=list("abcdef"))
    found = surveys.factor_analysis(data, n_factors=2, rotation="promax")
    assert found.loadings.to_numpy() == pytest.approx(pattern, abs=0.06)
    assert found.correlations.iloc[0, 1] == pytest.approx(0.5, abs=0.1)
    assert found.p_value > 0.001
    assert surveys.factor_analysis(data, n_factors=1).p_value < 1e-6


@settings(max_examples=20)
@given(seed=st.integers(0, 1000), rotation=st.sampled_from(["varimax", "promax", "none"]))
def test_rotations_keep_what_the_factors_explain(seed, rotation):
    raw = np.random.default_rng(seed).uniform(-0.6, 0.6, (7, 3))
    turned, between = rotated(raw, rotation)
    assert turned @ between @ turned.T == pytest.approx(raw @ raw.T, abs=1e-9)
    assert np.diag(between) == pytest.approx(np.ones(3)) and (turned.sum(axis=0) >= 0).all()
    single = np.outer([0.5, 0.6, 0.7, 0.4], [0.5, 0.6, 0.7, 0.4])
    assert one_factor(single) == pytest.approx([0.5, 0.6, 0.7, 0.4], abs=1e-7)


def test_an_item_with_nothing_unique_is_reported():
    data = answers(np.array([0.7, 0.6, 0.5, 0.4]), 200)
    data["twin"] = data["i0"] + 0.01 * np.random.default_rng(1).normal(size=200)
    with pytest.warns(NotIdentifiedWarning, match="Heywood case"):
        found = surveys.factor_analysis(data, n_factors=1)
    assert found.improper


def test_missing_answers_are_dropped_and_counted():
    data = answers(LOADINGS, 50)
    data.loc[0, "i1"] = np.nan
    for call in (reliability, surveys.factorability, surveys.parallel_analysis):
        with pytest.warns(DroppedRowsWarning, match="1 of 50 rows were left out"):
            found = call(data)
        assert (found.n, found.n_dropped) == (49, 1)


CALLS = [
    reliability,
    surveys.factorability,
    surveys.parallel_analysis,
    lambda data, **options: surveys.factor_analysis(data, n_factors=1, **options),
]


@pytest.mark.parametrize("call", CALLS)
def test_bad_scales(call):
    data = answers(LOADINGS, 30)
    for table, error, message in (
        (data.assign(i2=4), ValueError, "item 'i2' is constant: all 30 answers are 4"),
        (data.assign(i2="yes"), ValueError, "i2 must hold numbers, got 'yes'"),
        (data.iloc[:5], ValueError, "5 items need 6 or more rows without gaps, got 5"),
        (data[["i0"]], ValueError, "items must name 2 or more columns"),
    ):
        with pytest.raises(error, match=message):
            call(table)
    with pytest.raises(KeyError, match="did you mean 'i1'"):
        call(data, items=["i0", "I1"])


def test_bad_choices():
    data = answers(LOADINGS, 30)
    with pytest.raises(ValueError, match="perfectly collinear with 'i0'"):
        surveys.factorability(data.assign(twin=2 * data["i0"]))
    for options, message in (
        ({"method": "pca"}, "method='pca' is not known"),
        ({"rotation": "oblimin"}, "rotation='oblimin' is not known"),
        ({"n_factors": 0}, "n_factors must be a whole number from 1"),
        ({"n_factors": 3}, "5 items are too few for 3 factors"),
    ):
        with pytest.raises(ValueError, match=message):
            surveys.factor_analysis(data, **{"n_factors": 1, **options})
    with pytest.raises(ValueError, match="percentile must lie between 0 and 100"):
        surveys.parallel_analysis(data, percentile=100)
    with pytest.raises(ValueError, match="n_draws must be a whole number from 10"):
        surveys.parallel_analysis(data, n_draws=3)


def test_no_warning_where_there_is_nothing_to_warn_of():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for call in CALLS:
            call(answers(LOADINGS, 200))
