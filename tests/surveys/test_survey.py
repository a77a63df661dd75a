"""Reading a survey and cleaning it: every respondent is accounted for."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kehu import surveys

BLOCKS = {"delivery": ["quick", "late", "whole"], "care": ["kind", "heard"]}
ITEMS = [item for block in BLOCKS.values() for item in block]


def table(n=30, seed=0):
    rng = np.random.default_rng(seed)
    data = pd.DataFrame(rng.integers(1, 6, (n, 5)), columns=ITEMS).astype(float)
    return data.assign(who=[f"R{place}" for place in range(n)], age=rng.integers(18, 60, n))


def read(data, **options):
    return surveys.read(
        data, **{"blocks": BLOCKS, "scale": (1, 5), "reverse": ["late"], "respondent": "who", **options}
    )


def test_blocks_items_and_other_columns():
    data = table()
    survey = read(data, scale={"delivery": (1, 5), "care": (0, 10), "heard": (1, 7)})
    assert survey.blocks == BLOCKS and survey.n == 30
    assert survey.items["high"].tolist() == [5, 5, 5, 10, 7]
    assert survey.items["reverse"].tolist() == [False, True, False, False, False]
    assert list(survey.others) == ["who", "age"]
    pd.testing.assert_frame_equal(survey.answers, data[ITEMS])


def test_reversed_items_are_turned_round_and_blocks_averaged():
    data = table()
    data.loc[0, ["quick", "late"]] = np.nan
    survey = read(data)
    turned = data[ITEMS].assign(late=6 - data["late"])
    pd.testing.assert_frame_equal(survey.scored(), turned)
    pd.testing.assert_frame_equal(survey.scored("delivery"), turned[BLOCKS["delivery"]])
    scores = survey.scores()
    assert np.isnan(scores.loc[0, "delivery"])
    assert scores["delivery"].iloc[1:].tolist() == turned[BLOCKS["delivery"]].mean(axis=1).iloc[1:].tolist()
    assert survey.scores(least_answered=0.3).loc[0, "delivery"] == data.loc[0, "whole"]
    assert list(scores) == ["delivery", "care", "who", "age"]


def test_a_respondent_leaves_with_the_first_reason_that_applies():
    data = table(12, seed=3)
    data.loc[0, "quick"] = 9
    data.loc[1, ["kind", "heard"]] = np.nan
    data.loc[2, ITEMS] = 4
    data.loc[3, ITEMS] = [np.nan, 3, 3, 3, 3]
    data.loc[4, "who"] = "R5"
    data.loc[6, "whole"] = 2.5
    data.loc[7, ITEMS] = [np.nan, 1, 2, 3, 4]
    found = surveys.clean(read(data), straight_lining=4)
    ledger = found.ledger.set_index("reason")["rows"].to_dict()
    assert ledger == {
        "respondents received": 12,
        "out of scale": 2,
        "too many missing": 1,
        "straight-lining": 2,
        "duplicate": 1,
        "kept": 6,
    }
    rejected = found.rejected.set_index("row")
    assert rejected["reason"].to_dict() == {
        0: "out of scale",
        1: "too many missing",
        2: "straight-lining",
        3: "straight-lining",
        5: "duplicate",
        6: "out of scale",
    }
    assert rejected.loc[0, "detail"] == "quick = 9" and rejected.loc[1, "detail"] == "2 of 5 items"
    assert rejected.loc[2, "detail"] == "4 in all 5 items" and rejected.loc[5, "who"] == "R5"
    assert found.survey.rows.tolist() == [4, 7, 8, 9, 10, 11]
    assert found.survey.others["who"].tolist() == ["R5", "R7", "R8", "R9", "R10", "R11"]
    assert found.items.set_index("item").loc["quick", ["missing", "out_of_scale"]].tolist() == [2, 1]
    assert "6 of 12 respondents kept" in repr(found)


def test_answers_off_the_scale_may_be_taken_as_missing():
    data = table(8, seed=1)
    data.loc[0, "quick"] = 0
    found = surveys.clean(read(data), out_of_scale="missing", straight_lining=None)
    assert found.survey.n == 8 and np.isnan(found.survey.answers.loc[0, "quick"])
    assert data.loc[0, "quick"] == 0


def test_without_respondent_whole_rows_are_compared():
    data = table(6, seed=2).drop(columns="who")
    data.loc[5] = data.loc[1]
    data.loc[4, ITEMS] = data.loc[0, ITEMS]
    data.loc[4, "age"] = 99
    survey = read(data, respondent=None)
    assert surveys.clean(survey).rejected["row"].tolist() == [5]
    assert surveys.clean(survey, duplicates="keep").survey.n == 6


@settings(max_examples=30)
@given(st.data())
def test_the_ledger_adds_up_and_cleaning_again_changes_nothing(data):
    value = st.sampled_from([1.0, 2.0, 3.0, 3.0, 3.0, 9.0, np.nan])
    rows = data.draw(st.lists(st.lists(value, min_size=5, max_size=5), min_size=1, max_size=12))
    numbers = pd.DataFrame([[1.0, 2, 3, 4, 5], *rows], columns=ITEMS)
    options = {
        "out_of_scale": data.draw(st.sampled_from(["reject", "missing"])),
        "max_missing": data.draw(st.sampled_from([0.0, 0.4, 1.0])),
    }
    found = surveys.clean(read(numbers, respondent=None), **options)
    assert found.ledger["rows"].iloc[1:].sum() == found.ledger["rows"].iloc[0] == len(numbers)
    assert len(found.rejected) + found.survey.n == len(numbers)
    assert sorted([*found.rejected["row"], *found.survey.rows]) == list(range(len(numbers)))
    again = surveys.clean(found.survey, **options)
    assert again.survey.n == found.survey.n and again.rejected.empty
    assert again.survey.rows.tolist() == found.survey.rows.tolist()


@pytest.mark.parametrize(
    ("change", "options", "error", "message"),
    [
        ({"quick": "good"}, {}, ValueError, "quick must hold numbers, got 'good' in row 0"),
        ({"quick": np.inf}, {}, ValueError, "quick must hold finite numbers"),
        ({"care": 1}, {}, ValueError, "block 'care' has the name of another column"),
        (
            {},
            {"blocks": {"a": ["quick"], "b": ["quick"]}},
            ValueError,
            "'quick' stands in two blocks",
        ),
        ({}, {"blocks": {"a": ["quik"]}}, KeyError, "reversed item 'late' is in no block"),
        ({}, {"blocks": {"a": ["quik"]}, "reverse": []}, KeyError, "did you mean 'quick'"),
        ({}, {"blocks": {"a": "quick"}}, TypeError, "block 'a' must be a list of columns"),
        ({}, {"blocks": {}, "reverse": []}, ValueError, "blocks names no items"),
        (
            {},
            {"reverse": "late"},
            TypeError,
            r"reverse must be a list of items, got 'late'; write \['late'\]",
        ),
        ({}, {"scale": (5, 1)}, ValueError, r"a scale must rise, got \(5, 1\) for 'quick'"),
        ({}, {"scale": 5}, TypeError, r"a pair of numbers such as \(1, 5\), got 5"),
        ({}, {"scale": {"delivery": (1, 5)}}, ValueError, "item 'kind' has no scale"),
        ({}, {"scale": {"delivery": (1, 5), "care": (1, 5), "car": (1, 2)}}, KeyError, "did you mean 'care'"),
        ({}, {"respondent": "id"}, KeyError, "no column 'id'"),
        ({}, {"respondent": "kind"}, ValueError, "respondent 'kind' is an item"),
    ],
)
def test_bad_surveys(change, options, error, message):
    with pytest.raises(error, match=message):
        read(table().assign(**change), **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_missing": 20}, "max_missing must be a share from 0 to 1, got 20"),
        ({"straight_lining": 1}, "straight_lining must be a whole number from 2"),
        ({"out_of_scale": "drop"}, "out_of_scale must be 'reject' or 'missing', got 'drop'"),
        ({"duplicates": "mark"}, "duplicates must be 'drop' or 'keep', got 'mark'"),
    ],
)
def test_bad_settings(options, message):
    with pytest.raises(ValueError, match=message):
        surveys.clean(read(table()), **options)


def test_nobody_left_and_other_misuse():
    with pytest.raises(ValueError, match="no respondents are left after cleaning"):
        surveys.clean(read(table().assign(quick=7)))
    with pytest.raises(TypeError, match=r"must come from kehu.surveys.read, got DataFrame"):
        surveys.clean(table())
    with pytest.raises(KeyError, match="there is no block 'cares'; did you mean 'care'"):
        read(table()).scored("cares")
    with pytest.raises(ValueError, match="least_answered must be a share"):
        read(table()).scores(least_answered=0)
    with pytest.raises(ValueError, match="data has no rows"):
        read(table().iloc[:0])
