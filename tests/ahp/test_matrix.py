"""Weights and consistency against published values, and where other packages go wrong."""

import io
import warnings
from pathlib import Path

import ahpy
import numpy as np
import pandas as pd
import polars
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kehu.ahp import PairwiseMatrix, consistency, priorities
from kehu.warnings import InconsistentJudgementsWarning

METHODS = ("eigenvector", "geometric_mean", "normalised_columns", "harker")
DRINKS = "9 5 2 1 1 1/2 | 1/3 1/9 1/9 1/9 1/9 | 1/3 1/4 1/3 1/9 | 1/2 1 1/3 | 2 1/2 | 1/3"
CITY = "1/5 3 1/2 5 | 7 1 7 | 1/4 3 | 7"
CITY_LABELS = ["culture", "family", "housing", "jobs", "transport"]


def random_matrix(rng, n, spread=2.0):
    logs = np.triu(rng.normal(0, spread, (n, n)), 1)
    return np.exp(logs - logs.T)


def test_drinks_of_saaty():
    # T. L. Saaty, "Decision making with the analytic hierarchy process", Int. J. Services Sciences 1, 2008.
    drinks = PairwiseMatrix.from_upper(DRINKS)
    assert drinks.weights().round(4).tolist() == [0.1775, 0.0191, 0.0418, 0.1164, 0.1896, 0.1288, 0.3268]
    found = drinks.consistency()
    assert round(found.lambda_max, 5) == 7.17663
    assert round(found.cr, 4) == 0.0218
    assert found.random_index == 1.35
    assert round(found.gci, 4) == 0.0804
    assert found.consistent


def test_city_choice():
    # R ahpsurvey 0.4.1, vignette, after Saaty's choice of a city.
    city = PairwiseMatrix.from_upper(CITY, labels=CITY_LABELS)
    assert city.weights().round(4).tolist() == [0.1522, 0.4335, 0.0716, 0.3050, 0.0378]
    found = city.consistency()
    assert round(found.lambda_max, 5) == 5.22524
    assert round(found.cr, 4) == 0.0507
    worst = city.worst_judgements()
    assert list(worst.columns[:2]) == ["first", "second"]
    assert worst.loc[0, ["first", "second"]].tolist() == ["family", "culture"]
    assert round(worst.loc[0, "error"], 3) == 1.755
    assert (worst["error"] >= 1).all()
    assert worst["error"].is_monotonic_decreasing


def test_random_indices():
    # Saaty 2005; Alonso and Lamata, Int. J. of Uncertainty, Fuzziness and Knowledge-Based Systems 14, 2006.
    saaty = (0.52, 0.89, 1.11, 1.25, 1.35, 1.40, 1.45, 1.49, 1.52, 1.54, 1.56, 1.58, 1.59)
    alonso = (
        *(0.5245, 0.8815, 1.1086, 1.2479, 1.3417, 1.4056, 1.4499),
        *(1.4854, 1.5141, 1.5365, 1.5551, 1.5713, 1.5838),
    )
    for name, values in (("saaty", saaty), ("alonso_lamata", alonso)):
        assert [consistency.random_index(n, name) for n in range(3, 16)] == list(values)
    assert consistency.random_index(20, "saaty") == pytest.approx((2.7699 * 20 - 4.3513 - 20) / 19)


def test_random_index_is_the_mean_of_random_matrices():
    rng = np.random.default_rng(1)
    scale = np.log(np.r_[1 / np.arange(9, 1, -1), np.arange(1, 10)])
    for n in (3, 5, 8):
        logs = np.triu(rng.choice(scale, (4000, n, n)), 1)
        logs = logs - np.swapaxes(logs, 1, 2)
        index = (priorities.eigenvector(logs)[0] - n) / (n - 1)
        # Five standard errors of the mean.
        assert consistency.random_index(n, "alonso_lamata") == pytest.approx(
            index.mean(), abs=5 * index.std() / np.sqrt(len(index)) + 5e-5
        )


@pytest.mark.parametrize("n", [2, 3, 5, 9, 15])
@pytest.mark.parametrize("x", [2.0, 9.0, 1e6])
@pytest.mark.parametrize("method", METHODS)
def test_one_criterion_against_equal_ones(n, x, method):
    table = np.ones((n, n))
    table[0, 1:], table[1:, 0] = x, 1 / x
    assert PairwiseMatrix(table).weights(method).iloc[0] == pytest.approx(x / (x + n - 1), rel=1e-12)


@given(st.lists(st.floats(-9, 9), min_size=1, max_size=12), st.sampled_from(METHODS))
@settings(deadline=None)
def test_consistent_judgements_give_back_their_weights(logs, method):
    weights = np.exp(logs)
    matrix = PairwiseMatrix(weights[:, None] / weights)
    assert matrix.weights(method).to_numpy() == pytest.approx(weights / weights.sum(), rel=1e-9)
    found = matrix.consistency()
    assert found.lambda_max == pytest.approx(len(logs), rel=1e-12)
    assert found.cr == pytest.approx(0, abs=1e-12)
    assert found.circular_triads == 0


@given(st.integers(2, 10), st.integers(0, 10**6), st.floats(0.1, 6))
@settings(deadline=None)
def test_eigenvector_against_numpy(n, seed, spread):
    table = random_matrix(np.random.default_rng(seed), n, spread)
    values, vectors = np.linalg.eig(table)
    largest = values.real.argmax()
    vector = np.abs(vectors[:, largest].real)
    found, weights = priorities.eigenvector(np.log(table))
    assert found == pytest.approx(values[largest].real, rel=1e-9)
    assert weights == pytest.approx(vector / vector.sum(), rel=1e-6, abs=1e-12)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InconsistentJudgementsWarning)
        assert PairwiseMatrix(table).weights("harker").to_numpy() == pytest.approx(
            weights, rel=1e-6, abs=1e-12
        )


@given(st.integers(3, 7), st.integers(0, 10**6))
@settings(deadline=None, max_examples=40)
def test_order_and_direction_do_not_matter(n, seed):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(random_matrix(rng, n, 0.3), index=list("abcdefg"[:n]), columns=list("abcdefg"[:n]))
    order = rng.permutation(table.index)
    for method in METHODS:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", InconsistentJudgementsWarning)
            first = PairwiseMatrix(table).weights(method)
            second = PairwiseMatrix(table.loc[order, order]).weights(method)
        assert second[first.index].to_numpy() == pytest.approx(first.to_numpy(), rel=1e-9)
    # Turning every judgement round turns the weights of the geometric means round.
    back = PairwiseMatrix(table.T)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InconsistentJudgementsWarning)
        product = PairwiseMatrix(table).weights("geometric_mean") * back.weights("geometric_mean")
    assert product.to_numpy() == pytest.approx(product.iloc[0], rel=1e-9)
    assert back.consistency().cr == pytest.approx(PairwiseMatrix(table).consistency().cr, abs=1e-9)


@pytest.mark.parametrize("extreme", [1e6, 1e40])
def test_extreme_judgements(extreme):
    # AHPy 2.0 gives NaN here.
    table = np.array([[1, extreme, extreme**2], [1, 1, extreme], [1, 1, 1.0]])
    matrix = PairwiseMatrix(np.where(np.triu(table) > 0, np.triu(table), np.nan))
    assert matrix.weights().tolist() == pytest.approx([1 - 1 / extreme, 1 / extreme, extreme**-2], rel=1e-5)
    circle = PairwiseMatrix.from_upper([extreme, 1 / extreme, extreme])
    with pytest.warns(InconsistentJudgementsWarning, match="1 triple goes round in a circle"):
        assert circle.weights().tolist() == pytest.approx([1 / 3] * 3)


def test_contradictions_are_said():
    # A before B, B before C, C before A: peers hand out weights without a word.
    circle = PairwiseMatrix.from_upper("5 1/5 | 5", labels=["A", "B", "C"])
    found = circle.consistency()
    assert not found.consistent
    assert found.circular_triads == 1
    with pytest.warns(InconsistentJudgementsWarning, match=r"consistency ratio 3\.\d+, above 0.1"):
        circle.weights()


def test_small_matrices_are_consistent():
    one = PairwiseMatrix([[1]], labels=["all"])
    assert one.weights().to_dict() == {"all": 1.0}
    two = PairwiseMatrix.from_upper("9")
    assert two.weights().tolist() == pytest.approx([0.9, 0.1])
    for matrix in (one, two):
        found = matrix.consistency()
        assert (found.cr, found.ci, found.gci, found.circular_triads) == pytest.approx((0, 0, 0, 0))
        assert found.consistent
        assert matrix.suggest_repair().empty


def test_fifteen_criteria():
    matrix = PairwiseMatrix(random_matrix(np.random.default_rng(3), 15, 0.4))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InconsistentJudgementsWarning)
        assert matrix.weights().sum() == pytest.approx(1)
    assert len(matrix.worst_judgements()) == 105


def test_geometric_index_by_hand():
    matrix = PairwiseMatrix.from_upper("2 8 | 2")
    w = matrix.weights("geometric_mean").to_numpy()
    table = matrix.table.to_numpy()
    errors = [np.log(table[i, j] * w[j] / w[i]) ** 2 for i, j in ((0, 1), (0, 2), (1, 2))]
    assert matrix.consistency().gci == pytest.approx(2 / (2 * 1) * sum(errors))
    assert matrix.consistency().gci_limit == 0.31


def test_repair_leads_below_the_limit():
    matrix = PairwiseMatrix.from_upper("1/5 3 1/2 5 | 1/7 1 7 | 1/4 3 | 7", labels=CITY_LABELS)
    assert not matrix.consistency().consistent
    steps = matrix.suggest_repair()
    assert steps["cr"].is_monotonic_decreasing
    for step in steps.itertuples():
        matrix = matrix.with_judgement(step.first, step.second, step.suggested)
        assert matrix.consistency().cr == pytest.approx(step.cr, abs=1e-9)
    assert matrix.consistency().consistent
    # The judgement that was turned round is the one that is found.
    assert steps.loc[0, ["first", "second"]].tolist() == ["family", "housing"]
    assert steps.loc[0, "suggested"] >= 3


def test_a_repair_is_never_applied_by_itself():
    matrix = PairwiseMatrix.from_upper("5 1/5 | 5")
    before = matrix.table
    matrix.suggest_repair()
    pd.testing.assert_frame_equal(matrix.table, before)


@pytest.mark.parametrize("method", ["eigenvector", "geometric_mean", "normalised_columns"])
def test_working_shows_the_steps_that_give_the_weights(method):
    drinks = PairwiseMatrix.from_upper(DRINKS)
    shown = drinks.working(method)
    assert shown.table["weight"].to_numpy() == pytest.approx(drinks.weights(method).to_numpy())
    table = drinks.table.to_numpy()
    assert shown.table["(A w)"].to_numpy() == pytest.approx(table @ shown.table["weight"].to_numpy())
    if method == "geometric_mean":
        assert shown.table["row product"].to_numpy() == pytest.approx(table.prod(axis=1))
    if method == "normalised_columns":
        assert shown.table["row sum"].sum() == pytest.approx(7)
    assert "Source" in str(shown)


def test_agrees_with_ahpy():
    city = PairwiseMatrix.from_upper(CITY, labels=CITY_LABELS)
    table = city.table
    pairs = {(a, b): table.loc[a, b] for i, a in enumerate(CITY_LABELS) for b in CITY_LABELS[i + 1 :]}
    peer = ahpy.Compare("city", pairs, precision=9, random_index="saaty")
    for name, weight in city.weights().items():
        assert peer.local_weights[name] == pytest.approx(weight, abs=1e-8)
    assert peer.consistency_ratio == pytest.approx(city.consistency().cr, abs=1e-8)


def test_reading_in_every_way(tmp_path):
    expected = PairwiseMatrix.from_upper("3 5 | 2", labels=["quality", "price", "care"])
    pasted = "\tquality\tprice\tcare\nquality\t1\t3\t5\nprice\t1/3\t1\t2\ncare\t0.2\t0.5\t1\n"
    assert PairwiseMatrix.from_text(pasted) == expected
    assert PairwiseMatrix.from_text("quality 1 3 5\nprice ? 1 2\ncare ? ? 1") == expected
    assert PairwiseMatrix.from_text("1, 3, 5\n, 1, 2\n, , 1", labels=expected.labels) == expected
    assert PairwiseMatrix(expected.table) == expected
    spoken = {
        ("quality", "price"): "moderately more important",
        ("care", "quality"): "strongly less important",
    }
    spoken[("price", "care")] = 2
    assert PairwiseMatrix.from_words(spoken) == expected
    words = pd.DataFrame(
        {"first": ["质量", "价格"], "second": ["价格", "服务"], "judgement": ["明显重要", "稍微不重要"]}
    )
    matrix = PairwiseMatrix.from_words(words)
    assert matrix.n_missing == 1
    assert matrix.table.loc["服务", "价格"] == pytest.approx(3)
    workbook = tmp_path / "judgements.xlsx"
    expected.table.map(lambda value: value if value >= 1 else None).to_excel(workbook, sheet_name="city")
    assert PairwiseMatrix.from_excel(workbook, sheet="city") == expected


def test_reciprocals_of_two_decimals_are_enough():
    rounded = PairwiseMatrix([[1, 3, 7], [0.33, 1, 6], [0.14, 0.17, 1]])
    assert rounded == PairwiseMatrix.from_upper("3 7 | 6")


@pytest.mark.parametrize(
    ("judgements", "labels", "message"),
    [
        ([[1, 3], [3, 1]], None, r"'C1' against 'C2' is 3, but 'C2' against 'C1' is 3; .*reciprocal"),
        ([[1, 3], [0.4, 1]], None, "reciprocal"),
        ([[1, 0.5], [0.5, 1]], None, "reciprocal"),
        ([[1, 0], [0, 1]], None, "'C1' against 'C2' is 0; judgements are ratios above 0"),
        ([[1, -3], [-1 / 3, 1]], None, "ratios above 0"),
        ([[1, np.inf], [0, 1]], None, "scale from 1/9 to 9"),
        ([[2, 3], [None, 1]], None, "'C1' against itself is 2; it must be 1"),
        ([[1, 3, 2], [None, 1, 4]], None, "must be square; got 2 rows"),
        ([], None, "must be square; got 0 rows"),
        ([[1, "three"], [None, 1]], None, "is 'three'; write a number such as"),
        ([[1, True], [None, 1]], None, "is True; write a number"),
        ([[1, "1/0"], [None, 1]], None, "is '1/0'; write a number"),
        ([[1, 3], [None, 1]], ["a"], "2 criteria, but 1 labels"),
        ([[1, 3], [None, 1]], ["a", "a"], "'a' is there twice"),
        ([[1, None], [None, 1]], ["a", "b"], r"no judgement connects \['a'\] with \['b'\]"),
        (
            [[1, 2, None, None], [None, 1, None, None], [None, None, 1, 3], [None, None, None, 1]],
            list("abcd"),
            r"connects \['a', 'b'\] with \['c', 'd'\]",
        ),
    ],
)
def test_refuses(judgements, labels, message):
    # pyDecision takes matrices that are not reciprocal, AHPy unconnected ones.
    with pytest.raises(ValueError, match=message):
        PairwiseMatrix(judgements, labels=labels)


def test_refuses_other_input():
    with pytest.raises(TypeError, match=r"use PairwiseMatrix\.from_text"):
        PairwiseMatrix("1 3")
    with pytest.raises(TypeError, match="square table, got int"):
        PairwiseMatrix(3)
    with pytest.raises(ValueError, match="got 4 judgements; an upper triangle has 1, 3, 6"):
        PairwiseMatrix.from_upper("1 2 3 4")
    with pytest.raises(ValueError, match="got 0 judgements"):
        PairwiseMatrix.from_upper("")
    with pytest.raises(ValueError, match=r"2 rows and 3 columns"):
        PairwiseMatrix.from_text("1 2 3\n1 1 1")
    with pytest.raises(ValueError, match="the columns are named"):
        PairwiseMatrix.from_text("a b\nb 1 2\na 1/2 1")
    with pytest.raises(TypeError, match="text must be a string"):
        PairwiseMatrix.from_text(io.StringIO("1"))
    with pytest.raises(ValueError, match=r"'rather important', no word of the scale; "):
        PairwiseMatrix.from_words({("a", "b"): "rather important"})
    with pytest.raises(ValueError, match="'c' is none of the labels"):
        PairwiseMatrix.from_words({("a", "c"): 3}, labels=["a", "b"])
    with pytest.raises(ValueError, match="is there twice"):
        PairwiseMatrix.from_words({("a", "b"): 3, ("b", "a"): 3})
    with pytest.raises(ValueError, match="compares one with itself"):
        PairwiseMatrix.from_words({("a", "a"): 3})
    with pytest.raises(ValueError, match="'ab' is no pair"):
        PairwiseMatrix.from_words({"ab": 3})
    with pytest.raises(ValueError, match="there are no answers"):
        PairwiseMatrix.from_words({})
    with pytest.raises(
        TypeError, match=r"unless it is a dictionary, must be a dataframe of .*, got builtins\.list"
    ):
        PairwiseMatrix.from_words([("a", "b", 3)])
    matrix = PairwiseMatrix.from_upper("3 5 | 2")
    with pytest.raises(ValueError, match="method='mean' is not known"):
        matrix.weights("mean")
    with pytest.raises(ValueError, match="random_index='other' is not known"):
        matrix.consistency("other")
    with pytest.raises(KeyError, match="'C9' is no criterion"):
        matrix.with_judgement("C9", "C1", 3)
    with pytest.raises(ValueError, match="cannot be compared with itself"):
        matrix.with_judgement("C1", "C1", 3)
    with pytest.raises(ValueError, match="limit=2 must lie between 0 and 1"):
        matrix.suggest_repair(limit=2)


def test_refuses_a_sheet_whose_names_differ(tmp_path):
    workbook = Path(tmp_path) / "judgements.xlsx"
    pd.DataFrame([[1, 2], [0.5, 1]], index=["a", "b"], columns=["a", "c"]).to_excel(workbook)
    with pytest.raises(ValueError, match="names columns"):
        PairwiseMatrix.from_excel(workbook)


def test_a_sheet_as_a_teacher_makes_it(tmp_path):
    # Empty rows and columns about the judgements, which stand above the diagonal only.
    nothing = None
    cells = [
        [nothing] * 5,
        [nothing, nothing, "quality ", "price", "care"],
        [nothing, "quality", 1, 3, "5"],
        [nothing, "price", nothing, nothing, "1 / 2.5"],
        [nothing, " care", nothing, nothing, nothing],
    ]
    workbook = tmp_path / "judgements.xlsx"
    pd.DataFrame(cells).to_excel(workbook, header=False, index=False)
    found = PairwiseMatrix.from_excel(workbook)
    assert found == PairwiseMatrix.from_upper("3 5 | 0.4", labels=["quality", "price", "care"])
    cells[2][4] = pd.Timestamp("2024-01-03")
    pd.DataFrame(cells).to_excel(workbook, header=False, index=False)
    with pytest.raises(ValueError, match="is the date 2024-01-03, for which Excel takes 1/3 and the like"):
        PairwiseMatrix.from_excel(workbook)
    pd.DataFrame().to_excel(workbook, header=False, index=False)
    with pytest.raises(ValueError, match="sheet 0 is empty"):
        PairwiseMatrix.from_excel(workbook)


@pytest.mark.parametrize(
    ("text", "value"), [("1/2.5", 0.4), (" 2.5 / 5 ", 0.5), ("１／３", 1 / 3), (".5", 0.5), ("1e1", 10)]
)
def test_numbers_as_people_write_them(text, value):
    found = PairwiseMatrix([[1, text], [None, 1]]).table.loc["C1", "C2"]
    assert found == pytest.approx(value)


@pytest.mark.parametrize("text", ["1 1/2", "1 2", "inf", "1/nan", "1/0", "0,5", "50%", "3:1", "1/2/3"])
def test_what_is_no_number_is_not_guessed_at(text):
    # "1 1/2" used to become 11/2.
    with pytest.raises(ValueError, match=r"write a number such as 3, 0\.2 or '1/5'"):
        PairwiseMatrix([[1, text], [None, 1]])


def test_semicolons_part_cells_where_commas_may_be_decimals():
    assert PairwiseMatrix.from_text("1;4\n;1") == PairwiseMatrix.from_upper("4")
    with pytest.raises(ValueError, match="is '0,5'; write a number"):
        PairwiseMatrix.from_text("1;0,5\n2;1")


def test_tables_of_other_libraries_are_read_by_rows():
    # Going through a polars frame gives its columns: the weights would be those of the matrix turned round.
    table = PairwiseMatrix.from_upper("3 5 | 2").table
    assert PairwiseMatrix(polars.from_pandas(table.reset_index(drop=True))) == PairwiseMatrix(
        table.to_numpy()
    )
    answers = pd.DataFrame({"first": ["a", "b"], "second": ["b", "c"], "judgement": [3, 2]})
    assert PairwiseMatrix.from_words(polars.from_pandas(answers)) == PairwiseMatrix.from_words(answers)


def test_names_of_a_table_and_labels():
    table = PairwiseMatrix.from_upper("3 5 | 2", labels=["a", "b", "c"]).table
    assert PairwiseMatrix(table[["c", "a", "b"]]) == PairwiseMatrix(table)
    assert PairwiseMatrix(table.reset_index(drop=True)) == PairwiseMatrix(table)
    assert PairwiseMatrix(table.set_axis(range(3), axis=1)) == PairwiseMatrix(table)
    turned = PairwiseMatrix(table, labels=["c", "b", "a"])
    assert turned.weights().to_dict() == pytest.approx(PairwiseMatrix(table).weights().to_dict())
    assert PairwiseMatrix(table, labels=["x", "y", "z"]).weights()["x"] == turned.weights()["a"]
    for columns in (["a", "b", "d"], ["a", "b", "b"]):
        with pytest.raises(ValueError, match="both must name the same criteria"):
            PairwiseMatrix(table.set_axis(columns, axis=1))


@pytest.mark.parametrize(
    ("judgements", "labels", "error", "message"),
    [
        ([[1, 3], [None, 1]], 2, TypeError, "labels must be a list of names, got 2"),
        ([[1, 3], [None, 1]], [["a"], ["b"]], TypeError, "labels must be a list of names"),
        ([[1, 3], [None, 1]], ["a", None], ValueError, "a label is missing"),
        ({"a": [1, 3], "b": [None, 1]}, None, TypeError, "is a dictionary; PairwiseMatrix.from_words"),
        (["13", "21"], None, ValueError, r"2 rows of lengths \[1\]"),
    ],
)
def test_refuses_what_only_looks_like_a_matrix(judgements, labels, error, message):
    with pytest.raises(error, match=message):
        PairwiseMatrix(judgements, labels=labels)
    with pytest.raises(TypeError, match=r"text such as '3 5 \| 2' or a list, got 3"):
        PairwiseMatrix.from_upper(3)


def test_house_of_saaty():
    # Saaty, The Analytic Hierarchy Process, 1980: size, transport, neighbourhood, age, yard, modern,
    # condition, financing of a house. There CR is 0.169, by a random index of 1.41.
    judged = (
        "5 3 7 6 6 1/3 1/4 | 1/3 5 3 3 1/5 1/7 | 6 3 4 6 1/5 | 1/3 1/4 1/7 1/8 | 1/2 1/5 1/6 | 1/5 1/6 | 1/2"
    )
    house = PairwiseMatrix.from_upper(judged)
    with pytest.warns(
        InconsistentJudgementsWarning, match=r"consistency ratio 0\.1703, above 0.1, 1 triple goes"
    ):
        found = house.weights().round(3).tolist()
    assert found == [0.173, 0.054, 0.188, 0.018, 0.031, 0.036, 0.167, 0.333]
    assert round(house.consistency().lambda_max, 3) == 9.669
    assert round(house.consistency().ci, 3) == 0.238


@pytest.mark.parametrize("nothing", [None, np.nan, pd.NA, pd.NaT, "", " ", "?", "–", "n/a", "NaN"])
def test_what_is_missing_in_any_spelling(nothing):
    found = PairwiseMatrix([[1, 3, nothing], [nothing, 1, 2], [nothing, nothing, 1]])
    assert found.n_missing == 1
