import copy
import os
import pickle
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from mlxtend import frequent_patterns
from pandas.tests.extension import base

from kehu import Baskets, figures
from kehu.figures import cells
from kehu.rules import association_rules, frequent_itemsets
from kehu.rules.column import ItemsetArray, ItemsetDtype

TEA, MILK, BOTH, NONE = frozenset({"tea"}), frozenset({"milk"}), frozenset({"milk", "tea"}), frozenset()


@pytest.fixture
def sets():
    baskets = Baskets.from_lists([["milk", "tea"], ["milk", "tea"], ["tea"], ["salt"]])
    return frequent_itemsets(baskets, min_support=0.5)


@pytest.fixture
def plain(sets):
    return sets.astype({"itemsets": object})


# As a column of plain frozensets ------------------------------------------------------------------------


def test_values_are_frozensets(sets):
    assert sets["itemsets"].tolist() == [TEA, MILK, BOTH]
    assert all(type(one) is frozenset for one in sets["itemsets"])
    assert sets.loc[2, "itemsets"] == BOTH
    assert sets["itemsets"].iloc[-1] == BOTH
    assert sets["itemsets"].to_numpy().dtype == object
    assert sets.to_dict("list")["itemsets"] == [TEA, MILK, BOTH]
    assert next(sets.itertuples()).itemsets == TEA
    assert str(sets["itemsets"].dtype) == "itemset"


@pytest.mark.parametrize(
    "use",
    [
        lambda frame: frame[frame["itemsets"] == {"milk", "tea"}],
        lambda frame: frame[frame["itemsets"] != MILK],
        lambda frame: frame[frame["itemsets"].isin([TEA, BOTH])],
        lambda frame: frame[frame["itemsets"].map(lambda one: "milk" in one)],
        lambda frame: frame[frame["itemsets"].apply(lambda one: len(one)) > 1],
        lambda frame: frame["itemsets"].map(len),
        lambda frame: frame["itemsets"].apply(sorted),
        lambda frame: frame.sort_values("count", ascending=False, kind="stable"),
        lambda frame: frame.query("size > 1"),
        lambda frame: frame.groupby("itemsets")["count"].sum().to_dict(),
        lambda frame: frame.merge(frame[["itemsets", "count"]].iloc[1:], on="itemsets"),
        lambda frame: frame.merge(frame[["itemsets", "count"]].iloc[1:], on="itemsets", how="outer"),
        lambda frame: pd.concat([frame, frame.iloc[::-1]], ignore_index=True),
        lambda frame: pd.concat([frame, frame]).drop_duplicates(),
        lambda frame: frame["itemsets"].duplicated(),
        lambda frame: frame["itemsets"].value_counts().to_dict(),
        lambda frame: frame["itemsets"].nunique(),
        lambda frame: frame["itemsets"].iloc[[2, 0]],
        lambda frame: frame.set_index("itemsets").loc[[BOTH], "count"].tolist(),
        lambda frame: frame["itemsets"].shift().isna(),
        lambda frame: frame.reindex([0, 5]),
        lambda frame: frame["itemsets"].reindex([0, 5]).dropna(),
        lambda frame: frame.describe(),
        lambda frame: sorted(frame["itemsets"].explode()),
        lambda frame: sorted(frame.explode("itemsets")["itemsets"].tolist()),
        lambda frame: frame.assign(itemsets=frame["itemsets"].where([True, False, True])),
        lambda frame: dict(zip(frame["itemsets"], frame["support"], strict=True)),
        lambda frame: list(frame.melt(id_vars="itemsets", value_vars="count")["itemsets"]),
    ],
)
def test_as_objects(use, sets, plain):
    found, expected = use(sets), use(plain)
    if isinstance(expected, pd.DataFrame | pd.Series):
        if isinstance(expected, pd.Series):
            found, expected = found.to_frame(), expected.to_frame()
        as_object = {name: object for name in expected if name == "itemsets"}
        found, expected = found.astype(as_object), expected.astype(as_object)
        pd.testing.assert_frame_equal(
            found.replace({None: np.nan}), expected.replace({None: np.nan}), check_dtype=False
        )
    else:
        assert found == expected


def test_mlxtend_takes_the_frame(sets):
    theirs = frequent_patterns.association_rules(sets, metric="confidence", min_threshold=0.6)
    ours = association_rules(sets, min_confidence=0.6)
    assert set(zip(theirs["antecedents"], theirs["consequents"], strict=True)) == set(
        zip(ours["antecedents"], ours["consequents"], strict=True)
    )


def test_order_is_that_of_the_texts(sets):
    assert sets.sort_values("itemsets")["itemsets"].tolist() == [BOTH, MILK, TEA]
    holes = sets["itemsets"].reindex([0, 9, 2])
    assert holes.sort_values().tolist()[:2] == [BOTH, TEA]


# Missing and empty sets --------------------------------------------------------------------------------


def test_empty_is_not_missing():
    column = pd.Series([NONE, None, TEA, np.nan, pd.NA], dtype="itemset")
    assert column.isna().tolist() == [False, True, False, True, True]
    assert column.tolist() == [NONE, None, TEA, None, None]
    assert column[0] == NONE
    assert (column == NONE).tolist() == [True, False, False, False, False]
    assert column.dropna().map(len).tolist() == [0, 1]
    assert str(column).split("\n")[0].endswith("{}")
    again = pickle.loads(pickle.dumps(column))
    assert again.isna().tolist() == column.isna().tolist()
    assert pd.concat([column, pd.Series([NONE], dtype="itemset")]).iloc[-1] == NONE
    assert column.take([0, 1]).tolist() == [NONE, None]


def test_outer_joins_leave_holes(sets):
    other = pd.DataFrame({"count": [2, 7], "note": ["x", "y"]})
    joined = sets.iloc[1:].merge(other, on="count", how="outer")
    assert joined["itemsets"].isna().tolist() == [False, False, True]
    assert joined["itemsets"].dtype == ItemsetDtype()


def test_only_sets_come_in():
    with pytest.raises(TypeError, match="an itemset must be a set or frozenset of items, got 'milk'"):
        pd.Series(["milk"], dtype="itemset")
    with pytest.raises(TypeError, match="must be a set or frozenset"):
        pd.Series([["milk"]], dtype="itemset")
    assert pd.Series([{"milk"}], dtype="itemset").tolist() == [MILK]
    assert pd.Series([], dtype="itemset").tolist() == []


def test_several_trees():
    """Sets of several shops, with labels of several types."""
    one = frequent_itemsets(Baskets.from_lists([["a", "b"]]), min_support=1)
    two = frequent_itemsets(Baskets.from_lists([[1, 2]]), min_support=1)
    both = pd.concat([one, two], ignore_index=True)
    assert both["itemsets"].dtype == "itemset"
    assert both["itemsets"].tolist() == [*one["itemsets"], *two["itemsets"]]
    assert (both["itemsets"] == [*one["itemsets"], *two["itemsets"]]).all()
    assert two["itemsets"][0] == {1}


def test_copies_are_apart(sets):
    column = sets["itemsets"].array
    for again in (column.copy(), copy.deepcopy(column), pickle.loads(pickle.dumps(column))):
        assert list(again) == list(column)
        assert again is not column
    assert len(column[:0]) == 0
    again[0] = NONE
    again[[1, 2]] = [None, TEA]
    assert list(again) == [NONE, None, TEA]
    assert list(column) == [TEA, MILK, BOTH]
    assert column[[True, False, True]].tolist() == [TEA, BOTH]
    with pytest.raises(ValueError, match="lengths must match to compare, got 3 and 2"):
        column == [TEA, MILK]  # noqa: B015
    with pytest.raises(IndexError):
        column[3]


# Written down ------------------------------------------------------------------------------------------


def test_written_in_order(sets):
    assert repr(sets["itemsets"]).split("\n")[2].endswith("{milk, tea}")
    assert "{milk, tea}" in sets.to_html()
    assert "{milk, tea}" in sets.to_string()
    assert sets["itemsets"].astype(str).tolist() == ["{tea}", "{milk}", "{milk, tea}"]
    text = sets.astype({"itemsets": str}).to_csv(index=False)
    assert '"{milk, tea}"' in text


def test_exported_tables_are_in_order(sets, tmp_path):
    """Whatever the order of the hashes: the sidecars and tables of figures write {milk, tea}."""
    wide = pd.Series([frozenset("abcdefgh")], dtype="itemset").to_frame("itemsets")
    assert b'"{a, b, c, d, e, f, g, h}"' in cells.csv_bytes(wide)
    assert b'"{milk, tea}"' in cells.csv_bytes(sets)
    figures.save_table(sets, "itemsets", caption={"en": "Itemsets.", "zh": "项集。"}, folder=tmp_path)
    written = (tmp_path / "itemsets.csv").read_text(encoding="utf-8-sig")
    assert '"{milk, tea}"' in written
    assert "frozenset" not in written


SHOP = """
from kehu import Baskets
from kehu.rules import association_rules, frequent_itemsets
baskets = Baskets.from_lists([["milk", "tea", "salt", "rice"]] * 2 + [["tea", "rice"]])
sets = frequent_itemsets(baskets, min_support=0.1)
rules = association_rules(sets, min_confidence=0.5, measures=[])
text = sets.to_string() + rules.to_string()
"""


def test_no_run_differs_from_another():
    """Rows, texts and rules do not depend on the hash seed of the process."""
    found = {}
    exec(SHOP, found)
    env = {**os.environ, "PYTHONHASHSEED": "1" if os.environ.get("PYTHONHASHSEED") != "1" else "2"}
    code = SHOP + "print(text, end='')"
    other = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert other.stdout == found["text"]


# pandas' own tests of extension types -------------------------------------------------------------------


@pytest.fixture
def dtype():
    return ItemsetDtype()


@pytest.fixture
def data():
    return ItemsetArray._from_sequence([frozenset({f"i{k}", f"i{k % 7}"}) for k in range(10)])


@pytest.fixture
def data_missing():
    return ItemsetArray._from_sequence([None, TEA])


@pytest.fixture
def na_cmp():
    return lambda one, other: one is None and other is None


class TestDtype(base.BaseDtypeTests):
    pass


class TestInterface(base.BaseInterfaceTests):
    test_view = None
    test_array_interface_copy = None
    test_readonly_property = None
    test_readonly_propagates_to_numpy_array_method = None
    test_tolist = None
    test_contains = None


class TestMissing(base.BaseMissingTests):
    # pandas itself takes a set to fill with for a list of values.
    test_fillna_series = test_fillna_frame = test_fillna_series_method = None
    # Nothing to fill in: a read-only array is not written to.
    test_fillna_readonly = None
