"""RFM scores: the published codes, R's rule written out, schemes, segments, weights, bad input."""

import math
import warnings
from fractions import Fraction

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline

import kehu
from kehu.rfm import RFM, eight_types, segment_table
from kehu.warnings import EmptyScoresWarning

COLUMNS = {"recency": "days_since_last", "frequency": "n_orders", "monetary": "total"}
VARIABLES = tuple(COLUMNS)
SCORES = ["recency_score", "frequency_score", "monetary_score"]


def same(cuts):
    return {"recency": cuts, "frequency": cuts, "monetary": cuts}


def customers(n=400, seed=1, spread=1.0):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "days_since_last": rng.integers(0, 365, n),
            "n_orders": 1 + rng.poisson(8, n),
            "total": np.round(rng.lognormal(5, spread, n), 2),
        },
        index=pd.Index([f"C{i}" for i in range(n)], name="customer_id"),
    )


@pytest.fixture(scope="module")
def published(shared_data):
    """Customers of the orders that come with R's package rfm, as of the end of 2006."""
    path = shared_data.parent / "oracles" / "rfm_orders.csv"
    if not path.exists():
        pytest.skip("the orders of R's package rfm are not there")
    lines = pd.read_csv(path).rename(columns={"order_date": "ordered_at", "revenue": "amount"})
    lines["order_id"] = np.arange(len(lines))
    return kehu.orders.customer_summary(lines, as_of="2006-12-31", same_day="keep")


def test_codes_of_the_r_package_rfm(published):
    # R rfm 0.3.0, rfm_data_orders, analysis date 2006-12-31.
    model = RFM().fit(published)
    assert len(published) == model.n_customers_ == 995
    expected = {
        "recency": [115, 181, 297.4, 482],
        "frequency": [4, 5, 6, 8],
        "monetary": [255.8, 382, 506.4, 666],
    }
    for name, cuts in expected.items():
        np.testing.assert_allclose(model.cut_points_[name], cuts, rtol=1e-12)
    scores = model.transform(published)["rfm_score"]
    assert scores[["C0001", "C0002", "C0003", "C0004", "C0005"]].tolist() == [343, 412, 323, 544, 433]
    assert published.loc["C0001", ["days_since_last", "n_orders", "total"]].tolist() == [205, 6, 472]


def test_the_rule_for_borders_and_the_scheme_matter(published):
    plain = RFM().fit_transform(published)["rfm_score"]
    ranks = [pd.qcut(published[name].rank(method="first"), 5, labels=False) for name in COLUMNS.values()]
    rank_first = 100 * (5 - ranks[0]) + 10 * (ranks[1] + 1) + ranks[2] + 1
    assert 0.2 < (plain != rank_first).mean() < 0.3
    assert (plain != RFM(scheme="nested").fit_transform(published)["rfm_score"]).mean() > 0.75


def quantiles(found, n_bins):
    """Quantiles of type 7 without rounding."""
    ranked = sorted(Fraction(float(x)) for x in found)
    places = [Fraction(i * (len(ranked) - 1), n_bins) for i in range(1, n_bins)]
    return [
        ranked[math.floor(h)] + (h - math.floor(h)) * (ranked[math.ceil(h)] - ranked[math.floor(h)])
        for h in places
    ]


def by_r(found, n_bins, reverse):
    """R rfm's rule: bins from one upper cut point, quantile + 1, to before the next."""
    cuts = quantiles(found, n_bins)
    score = np.array([1 + sum(x >= cut + 1 for cut in cuts) for x in found])
    return n_bins + 1 - score if reverse else score


def by_quantile(found, n_bins, reverse):
    """A value at a quantile belongs to the bin below."""
    cuts = quantiles(found, n_bins)
    score = np.array([1 + sum(x > cut for cut in cuts) for x in found])
    return n_bins + 1 - score if reverse else score


@pytest.mark.parametrize(("borders", "rule"), [("quantile_plus_one", by_r), ("quantile", by_quantile)])
@given(st.lists(st.tuples(*3 * [st.integers(0, 30)]), min_size=1, max_size=40), st.integers(2, 9))
def test_independent_scores_follow_the_rule(borders, rule, rows, n_bins):
    table = pd.DataFrame(rows, columns=COLUMNS.values(), dtype=float)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EmptyScoresWarning)
        scores = RFM(n_bins=n_bins, borders=borders).fit_transform(table)
    for variable, score in zip(VARIABLES, SCORES, strict=True):
        expected = rule(table[COLUMNS[variable]].to_numpy(), n_bins, variable == "recency")
        assert scores[score].tolist() == expected.tolist()
    code = [int("".join(map(str, row))) for row in scores[SCORES].to_numpy()]
    assert scores["rfm_score"].tolist() == code


def test_nested_scores_are_those_within_groups():
    table = customers()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EmptyScoresWarning)
        model = RFM(n_bins=3, scheme="nested").fit(table)
    scores = model.transform(table)
    assert scores["recency_score"].tolist() == by_r(table["days_since_last"], 3, True).tolist()
    for _, rows in table.groupby(scores["recency_score"]):
        expected = by_r(rows["n_orders"], 3, False)
        assert scores.loc[rows.index, "frequency_score"].tolist() == expected.tolist()
        for _, cell in rows.groupby(expected):
            assert scores.loc[cell.index, "monetary_score"].tolist() == by_r(cell["total"], 3, False).tolist()
    assert model.cut_points_["frequency"].shape == (3, 2)
    assert model.cut_points_["monetary"].shape == (3, 3, 2)


def test_nested_cells_nobody_was_in_take_the_cut_points_above_them():
    few = pd.DataFrame({"days_since_last": [1, 100], "n_orders": [3, 3], "total": [10.0, 20.0]})
    with pytest.warns(EmptyScoresWarning):
        model = RFM(n_bins=2, scheme="nested").fit(few)
    # Recent customers had 3 orders all; one with 9 is in a cell that was empty.
    new = model.transform(pd.DataFrame({"days_since_last": [1], "n_orders": [9], "total": [12.0]}))
    assert new[SCORES].iloc[0].tolist() == [2, 2, 2]


def test_own_cut_points():
    cuts = {"recency": [30, 90], "frequency": [2, 5, 10], "monetary": [100.0]}
    table = pd.DataFrame(
        {"days_since_last": [29, 30, 90], "n_orders": [1, 5, 10], "total": [99.99, 100.0, 5000.0]}
    )
    scores = RFM(scheme="cuts", cuts=cuts).fit_transform(table)
    assert scores["rfm_score"].tolist() == [311, 232, 142]
    assert "segment" not in scores


def test_eight_types_split_each_score_at_its_mean():
    table = customers()
    plain = RFM().fit_transform(table)
    for language, name in (("en", "segment"), ("zh", "segment_zh")):
        types = RFM(scheme="mean_split", language=language).fit_transform(table)
        assert types[SCORES].equals(plain[SCORES])
        high = (plain[SCORES] > plain[SCORES].mean()).astype(int).to_numpy().tolist()
        named = {
            (row.recency, row.frequency, row.monetary): getattr(row, name)
            for row in eight_types().itertuples()
        }
        assert types["segment"].tolist() == [named[tuple(row)] for row in high]
    assert len(named) == types["segment"].nunique() == 8


def test_segments_cover_all_scores_and_the_first_that_fits_counts():
    scores = pd.MultiIndex.from_product(3 * [range(1, 6)], names=SCORES).to_frame(index=False)
    cuts = same([1, 2, 3, 4])
    table = pd.DataFrame(
        {
            "days_since_last": 5 - scores["recency_score"],
            **{COLUMNS[v]: scores[f"{v}_score"] - 1 for v in VARIABLES[1:]},
        }
    )
    found = RFM(scheme="cuts", cuts=cuts).fit_transform(table)
    assert found[SCORES].to_numpy().tolist() == scores.to_numpy().tolist()
    assert set(found["segment"]) == set(segment_table()["segment"])
    for row, name in zip(scores.to_numpy(), found["segment"], strict=True):
        fits = [
            one.segment
            for one in segment_table().itertuples()
            if all(
                getattr(one, f"{v}_low") <= s <= getattr(one, f"{v}_high")
                for v, s in zip(VARIABLES, row, strict=True)
            )
        ]
        assert name == fits[0]


def test_segments_of_ones_own():
    own = pd.DataFrame({"segment": ["Gold"], "recency_low": 2, "recency_high": 2, "frequency_low": 1})
    own = own.assign(frequency_high=2, monetary_low=2, monetary_high=2)
    table = customers()
    for language, other in (("en", "Other"), ("zh", "其他")):
        scores = RFM(n_bins=2, segments=own, language=language).fit_transform(table)
        gold = (scores["recency_score"] == 2) & (scores["monetary_score"] == 2)
        assert scores["segment"].tolist() == np.where(gold, "Gold", other).tolist()
    assert RFM(language="zh").fit_transform(table)["segment"].isin(segment_table()["segment_zh"]).all()
    assert "segment" not in RFM(n_bins=4).fit_transform(table)


@pytest.mark.parametrize(
    "weights",
    [
        {"monetary": 0.2, "recency": 0.5, "frequency": 0.3},
        [0.5, 0.3, 0.2],
        pd.Series([0.5, 0.3, 0.2], VARIABLES),
    ],
)
def test_weights_make_the_total(weights):
    scores = RFM(weights=weights).fit_transform(customers())
    np.testing.assert_allclose(scores["weighted_score"], scores[SCORES] @ [0.5, 0.3, 0.2])
    equal = RFM().fit_transform(customers())
    np.testing.assert_allclose(equal["weighted_score"], equal[SCORES].mean(axis=1))


def test_fitted_on_one_period_applied_to_another():
    first, second = customers(seed=1), customers(n=50, seed=2)
    model = RFM().fit(first)
    alone = pd.concat([model.transform(second.iloc[[i]]) for i in range(50)])
    pd.testing.assert_frame_equal(alone, model.transform(second))
    assert RFM().fit(second).cut_points_["monetary"].tolist() != model.cut_points_["monetary"].tolist()
    again = make_pipeline(clone(model)).fit(first)
    pd.testing.assert_frame_equal(again.transform(second), model.transform(second))


def test_fields_tell_how_many_have_which_score():
    model = RFM()
    scores = model.fit_transform(customers())
    for variable, score in zip(VARIABLES, SCORES, strict=True):
        assert model.score_counts_[variable].to_dict() == scores[score].value_counts().sort_index().to_dict()
        assert model.mean_scores_[variable] == pytest.approx(scores[score].mean())
    assert model.n_scores_ == dict.fromkeys(VARIABLES, 5)


def test_other_columns_and_dataframes():
    table = customers()
    renamed = table.rename(columns={"days_since_last": "天数", "n_orders": "次数", "total": "金额"})
    model = RFM(recency="天数", frequency="次数", monetary="金额")
    expected = RFM().fit_transform(table)
    pd.testing.assert_frame_equal(model.fit_transform(renamed), expected)
    found = RFM().fit_transform(pl.from_pandas(table.reset_index()))
    pd.testing.assert_frame_equal(found, expected.reset_index(drop=True))


def test_a_customer_alone_and_customers_all_alike_are_said():
    table = customers(1)
    with pytest.warns(EmptyScoresWarning, match=r"recency: nobody gets score 1, 2, 3, 4 \(100% of customers"):
        scores = RFM().fit_transform(table)
    assert scores[SCORES].iloc[0].tolist() == [5, 1, 1]
    once = customers().assign(n_orders=1)
    with pytest.warns(EmptyScoresWarning, match="frequency: nobody gets score 2, 3, 4, 5") as said:
        RFM().fit(once)
    assert "recency" not in str(said[0].message)


def test_amounts_in_small_units_need_the_other_rule():
    shares = customers().assign(total=lambda data: data["total"] / data["total"].max())
    with pytest.warns(EmptyScoresWarning, match="monetary: nobody gets score .* borders='quantile'"):
        RFM().fit(shares)
    assert (RFM(borders="quantile").fit(shares).score_counts_["monetary"] == 80).all()


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"scheme": "nest"}, ValueError, "no scheme 'nest'; did you mean 'nested'"),
        ({"borders": "left"}, ValueError, "no borders 'left'"),
        ({"language": "de"}, ValueError, "no language 'de'"),
        ({"n_bins": 1}, ValueError, "n_bins must be a whole number from 2 to 9, got 1"),
        ({"n_bins": 10}, ValueError, "got 10"),
        ({"n_bins": 5.0}, ValueError, "got 5.0"),
        ({"n_bins": True}, ValueError, "got True"),
        ({"scheme": "cuts"}, ValueError, "belong together"),
        ({"cuts": {"recency": [1]}}, ValueError, "belong together"),
        (
            {"scheme": "cuts", "cuts": {"recency": [1]}},
            ValueError,
            "cut points of recency, frequency, monetary, got",
        ),
        (
            {"scheme": "cuts", "cuts": same([2, 2])},
            ValueError,
            "rising numbers, got \\[2.0, 2.0",
        ),
        (
            {"scheme": "cuts", "cuts": same(["x"])},
            TypeError,
            "cuts of recency must be numbers",
        ),
        ({"scheme": "cuts", "cuts": same([])}, ValueError, "1 to 8 rising numbers"),
        ({"weights": [0.5, 0.5]}, ValueError, "weights must be those of recency, frequency, monetary"),
        ({"weights": [0.5, 0.5, 0.5]}, ValueError, "must sum to 1"),
        ({"weights": [-0.5, 0.5, 1]}, ValueError, "must not be negative"),
        (
            {"weights": {"R": 0.5, "F": 0.3, "M": 0.2}},
            ValueError,
            "weights must name recency, frequency, monetary",
        ),
        ({"weights": ["a", 1, 1]}, TypeError, "weights must be numbers"),
        ({"recency": "recency"}, ValueError, "age at the last order"),
        ({"monetary": "amount"}, KeyError, "summary has no column 'amount' \\(for monetary\\)"),
        ({"scheme": "mean_split", "segments": segment_table()}, ValueError, "has its eight types"),
        ({"segments": segment_table()[:0]}, ValueError, "segments has no rows"),
        (
            {"segments": segment_table().assign(recency_low=9)},
            ValueError,
            "'Champions' has recency scores from 9 to 5",
        ),
        ({"segments": segment_table().assign(segment="")}, ValueError, "a segment without a name"),
        ({"segments": segment_table().drop(columns="monetary_low")}, KeyError, "no column 'monetary_low'"),
    ],
)
def test_wrong_parameters_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        RFM(**arguments).fit(customers().assign(recency=1.0, T=1.0))


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"total": ["much"] * 400}, ValueError, "total must hold numbers, got 'much'"),
        (
            {"total": np.nan},
            ValueError,
            r"total \(monetary\) must be finite, got nan in row 0 \(400 such rows\)",
        ),
        ({"days_since_last": -1}, ValueError, r"must be finite and not negative, got -1.0 in row 0"),
        ({"n_orders": np.inf}, ValueError, r"n_orders \(frequency\) must be finite"),
    ],
)
def test_wrong_values_are_refused(change, error, message):
    with pytest.raises(error, match=message):
        RFM().fit(customers().assign(**change))


def test_no_table_no_customers_not_fitted():
    with pytest.raises(ValueError, match="summary has no rows"):
        RFM().fit(customers()[:0])
    with pytest.raises(TypeError, match="summary must be a dataframe"):
        RFM().fit([[1, 2, 3]])
    with pytest.raises(NotFittedError):
        RFM().transform(customers())
    assert RFM().fit_transform(customers().assign(total=-5.0 * np.arange(400)))["monetary_score"].max() == 5
