import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mlxtend.preprocessing import TransactionEncoder
from scipy import sparse

import kehu
from kehu import Baskets

ITEMS = st.sampled_from(["milk", "milk ", "tea", "茶", "cream cheese ", "0", "a"])
SETS = st.lists(st.sets(ITEMS), min_size=1, max_size=30)
QUICK = settings(deadline=None, max_examples=50)


@pytest.fixture(scope="module")
def groceries(shared_data):
    return pd.read_parquet(shared_data / "groceries_arules.parquet")


def as_sets(baskets):
    return [set(basket) for basket in baskets.to_lists()]


def in_every_library(lines):
    relation = duckdb.sql("SELECT * FROM lines")
    return [lines, pl.from_pandas(lines), pl.from_pandas(lines).lazy(), pa.Table.from_pandas(lines), relation]


# From lists ---------------------------------------------------------------------------------------------


@QUICK
@given(SETS)
def test_lists_come_back(sets):
    baskets = Baskets.from_lists(sets)
    assert as_sets(baskets) == sets
    assert baskets.labels.tolist() == sorted(set().union(*sets))
    assert baskets.sizes().tolist() == [len(basket) for basket in sets]
    assert len(baskets) == baskets.n_baskets == len(sets)


@QUICK
@given(st.lists(st.lists(st.integers(-3, 60), max_size=90), min_size=1, max_size=8), st.randoms())
def test_order_and_repeats_within_a_basket_do_not_matter(lists, random):
    shuffled = [random.sample(basket, len(basket)) for basket in lists]
    once = Baskets.from_lists([set(basket) for basket in lists])
    assert Baskets.from_lists(shuffled, duplicates="merge") == once
    assert Baskets.from_lists(lists, duplicates="merge") == once
    for start, stop in zip(once.indptr[:-1], once.indptr[1:], strict=True):
        assert (np.diff(once.indices[start:stop]) > 0).all()


def test_arrays_tuples_and_series_are_lists_too():
    expected = Baskets.from_lists([[1, 2], [2]])
    assert Baskets.from_lists((np.array([1, 2]), (2,))) == expected
    assert Baskets.from_lists(pd.Series([[1, 2], [2]])) == expected
    assert Baskets.from_lists(iter([{1, 2}, iter([2.0])])) == expected


def test_labels_are_kept_exactly():
    assert Baskets.from_lists([["tea", "tea "]]).labels.tolist() == ["tea", "tea "]


def test_empty_baskets_stay():
    baskets = Baskets.from_lists([[], ["tea"], []])
    assert baskets.to_lists() == [[], ["tea"], []]
    assert baskets.size_distribution().to_dict("list") == {
        "size": [0, 1],
        "baskets": [2, 1],
        "share": [2 / 3, 1 / 3],
    }
    nothing = Baskets.from_lists([[], []])
    assert (nothing.n_baskets, nothing.n_items, nothing.to_lists()) == (2, 0, [[], []])


@pytest.mark.parametrize(
    ("lists", "error", "message"),
    [
        ([], ValueError, r"lists holds no baskets; there must be at least one"),
        (
            [["tea"], ["tea", "milk", "tea"]],
            ValueError,
            r"basket 1 holds 'tea' more than once; pass duplicates=",
        ),
        ([[7], [8, 9, 8]], ValueError, r"basket 1 holds 8 more than once"),
        ([["tea"], [], ["milk", None]], ValueError, r"basket 2 holds a missing item \(None\)"),
        ([["tea", float("nan")]], ValueError, r"basket 0 holds a missing item \(nan\)"),
        ([[1, 2], [pd.NA]], ValueError, r"basket 1 holds a missing item \(<NA>\)"),
        ([["tea", ""]], ValueError, r"basket 0 holds a missing item \(''\)"),
        ([["tea"], [5]], TypeError, r"items mixes labels of different types: int \(5\) and str \('tea'\)"),
        ([[["tea"]]], TypeError, r"items must hold labels .* got list"),
        ([[1.5]], TypeError, r"items must hold text or whole numbers, got 1.5"),
        (
            ["milk", "tea"],
            TypeError,
            r"basket 0 is the text 'milk'; a single basket is written \[\['milk', …\]\]",
        ),
        ([["tea"], None], TypeError, r"basket 1 is None \(NoneType\); an empty basket is written \[\]"),
        ("milk", TypeError, r"lists must be a list of lists of items, got str"),
        (7, TypeError, r"got int"),
        (pd.DataFrame({"tea": [1]}), TypeError, r"got DataFrame; for a table use Baskets.from_orders or"),
    ],
)
def test_lists_that_are_refused(lists, error, message):
    with pytest.raises(error, match=message):
        Baskets.from_lists(lists)


def test_an_unknown_choice_is_refused():
    with pytest.raises(ValueError, match="duplicates='merg' is unknown; did you mean 'merge'"):
        Baskets.from_lists([["tea"]], duplicates="merg")
    with pytest.raises(ValueError, match="missing='skip' is unknown; There are: 'error', 'drop'"):
        Baskets.from_orders(pd.DataFrame({"order_id": [1], "product": ["tea"]}), missing="skip")


# From order lines ---------------------------------------------------------------------------------------


@QUICK
@given(st.lists(st.tuples(st.integers(0, 9), ITEMS), min_size=1, max_size=60), st.randoms())
def test_orders_become_sets_of_items(lines, random):
    table = pd.DataFrame(lines, columns=["order_id", "product"])
    expected = table.groupby("order_id", sort=False)["product"].agg(set)
    baskets = Baskets.from_orders(table)
    assert as_sets(baskets) == expected.tolist()
    assert baskets.basket_ids.tolist() == expected.index.tolist()
    # Shuffled lines: other order of baskets, same items and counts.
    again = Baskets.from_orders(table.iloc[random.sample(range(len(table)), len(table))])
    pd.testing.assert_frame_equal(again.item_frequency(), baskets.item_frequency())


def test_every_library_gives_the_same():
    table = pd.DataFrame(
        {
            "bill": [17850, 17850, 536365, 17850],
            "category": ["茶", "milk ", "茶", "茶"],
            "x": [1.0, 2.0, 3.0, 4.0],
        }
    )
    for lines in in_every_library(table):
        baskets = Baskets.from_orders(lines, item="category", order="bill")
        assert baskets.to_lists() == [["milk ", "茶"], ["茶"]]
        assert baskets.basket_ids.tolist() == [17850, 536365]
    for onehot in in_every_library(pd.DataFrame({"茶": [True, False], "milk ": [True, True]})):
        assert Baskets.from_onehot(onehot).to_lists() == [["茶", "milk "], ["milk "]]


def test_categories_without_lines_do_not_count():
    table = pd.DataFrame({"order_id": ["a", "b", "b"], "product": ["tea", "milk", "tea"]}, dtype="category")
    baskets = Baskets.from_orders(table[table["order_id"] != "a"].query("product != 'milk'"))
    assert (baskets.n_baskets, baskets.labels.tolist()) == (1, ["tea"])


def test_lines_without_item_are_refused_or_dropped():
    table = pd.DataFrame({"order_id": [1, 1, 2, 3], "product": ["tea", None, "", "milk"]})
    with pytest.raises(
        ValueError, match=r"2 of 4 order lines have no product \(first: row 1\); pass missing='drop'"
    ):
        Baskets.from_orders(table)
    baskets = Baskets.from_orders(table, missing="drop")
    assert baskets.to_lists() == [["tea"], [], ["milk"]]
    assert baskets.item_frequency()["support"].tolist() == [1 / 3, 1 / 3]


@pytest.mark.parametrize(
    ("table", "error", "message"),
    [
        ({"order_id": [1, None], "product": ["a", "b"]}, ValueError, r"1 of 2 order lines have no order_id"),
        ({"order_id": [], "product": []}, ValueError, "orders holds no lines"),
        (
            {"order": [1], "product": ["a"]},
            KeyError,
            "orders has no column 'order_id' .*did you mean 'order'",
        ),
        ({"order_id": [1, 2], "product": ["a", 5]}, TypeError, r"product mixes labels of different types"),
    ],
)
def test_orders_that_are_refused(table, error, message):
    with pytest.raises(error, match=message):
        Baskets.from_orders(pd.DataFrame(table))


def test_no_dataframe_is_refused():
    with pytest.raises(TypeError, match="orders must be a dataframe"):
        Baskets.from_orders([["tea"]])
    with pytest.raises(TypeError, match="table must be a dataframe"):
        Baskets.from_onehot(np.eye(2))


def test_a_million_different_items():
    rng = np.random.default_rng(1)
    n_items, n_orders = 1_000_000, 400_000
    items = np.concatenate([rng.permutation(n_items), rng.integers(0, n_items, 1_000_000)])
    orders = rng.integers(0, n_orders, len(items))
    baskets = Baskets.from_orders(pd.DataFrame({"order_id": orders, "product": items}))
    assert (baskets.n_items, baskets.n_baskets) == (n_items, len(np.unique(orders)))
    peer = sparse.coo_array(
        (np.ones(len(items), np.int32), (orders, items)), shape=(n_orders, n_items)
    ).tocsr()
    np.testing.assert_array_equal(baskets.item_counts(), (peer > 0).sum(axis=0))
    np.testing.assert_array_equal(baskets.sizes(), (peer > 0).sum(axis=1)[baskets.basket_ids])
    assert len(baskets.item_frequency()) == n_items
    with pytest.raises(ValueError, match=r"would take 3\d\d\.\d GiB; pass sparse=True"):
        baskets.to_onehot()


# From one-hot tables ------------------------------------------------------------------------------------


@QUICK
@given(SETS, st.booleans())
def test_onehot_comes_back(sets, thin):
    baskets = Baskets.from_lists(sets)
    table = baskets.to_onehot(sparse=thin)
    assert table.shape == (baskets.n_baskets, baskets.n_items)
    assert Baskets.from_onehot(table) == baskets
    assert Baskets.from_onehot(table.astype(int)) == baskets


def test_onehot_names_baskets_by_its_index():
    table = pd.DataFrame({"tea": [1, 0], "milk": [1, 1]}, index=["x", "y"])
    baskets = Baskets.from_onehot(table)
    assert baskets.basket_ids.tolist() == ["x", "y"]
    pd.testing.assert_frame_equal(baskets.to_onehot(), table.astype(bool))


@pytest.mark.parametrize("dtype", ["bool", "boolean", "int8", "Int64", "float64", "object", "Sparse[int64]"])
def test_onehot_of_any_type(dtype):
    table = pd.DataFrame({"tea": [1, 0, 1], "milk": [0, 0, 1]})
    if dtype == "object":
        table = table.astype(bool)
    assert Baskets.from_onehot(table.astype(dtype)).to_lists() == [["tea"], [], ["tea", "milk"]]


def test_onehot_sparse_with_ones_as_the_common_value():
    table = pd.DataFrame({"tea": pd.arrays.SparseArray([1, 1, 0], fill_value=1)})
    assert Baskets.from_onehot(table).to_lists() == [["tea"], ["tea"], []]


@pytest.mark.parametrize(
    ("column", "got"),
    [
        ([0, 2], "2 in column 'tea', row 1; for counts pass table > 0"),
        ([0.0, 0.5], "0.5"),
        ([1.0, np.nan], "nan in column 'tea', row 1"),
        (pd.array([True, None], dtype="boolean"), "<NA> in column 'tea', row 1"),
        (["1", "0"], "'1' in column 'tea', row 0"),
        (pd.to_datetime(["2020-01-01", "2020-01-02"]), "2020-01-01"),
        (pd.arrays.SparseArray([0, 3], fill_value=0), "3 in column 'tea', row 1"),
    ],
)
def test_onehot_that_is_refused(column, got):
    with pytest.raises(ValueError, match=f"table must hold only 0 and 1 .*{got}"):
        Baskets.from_onehot(pd.DataFrame({"tea": column}))


@pytest.mark.parametrize(
    ("table", "error", "message"),
    [
        (pd.DataFrame({"tea": []}), ValueError, "table holds no rows"),
        (pd.DataFrame([[1, 0]], columns=["tea", "tea"]), ValueError, "must differ, got 'tea' twice"),
        (pd.DataFrame([[1, 0]], columns=["tea", 5]), TypeError, "mixes labels of different types"),
        (
            pd.DataFrame([[1, 0]], columns=["tea", ""]),
            ValueError,
            "must not be missing or empty, got '' at 1",
        ),
    ],
)
def test_onehot_columns_that_are_refused(table, error, message):
    with pytest.raises(error, match=message):
        Baskets.from_onehot(table)


# From sparse matrices -----------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["csr", "csc", "coo", "lil"])
@pytest.mark.parametrize("kind", [bool, np.int8, float])
def test_scipy_comes_back(form, kind):
    dense = np.random.default_rng(2).random((40, 12)) < 0.3
    for family in (sparse.csr_array, sparse.csr_matrix):
        baskets = Baskets.from_csr(family(dense.astype(kind)).asformat(form))
        np.testing.assert_array_equal(baskets.to_scipy().toarray(), dense)
    assert baskets.labels.tolist() == list(range(12))


def test_scipy_is_copied_and_stays_as_it_was():
    matrix = sparse.csr_array((np.array([1, 0, 1]), np.array([2, 1, 0]), np.array([0, 3])), shape=(1, 4))
    baskets = Baskets.from_csr(matrix, labels=["d", "c", "b", "a"])
    assert baskets.to_lists() == [["d", "b"]]  # the stored zero is no item
    assert matrix.indices.tolist() == [2, 1, 0]
    assert baskets.to_scipy().shape == (1, 4)
    indptr, indices = np.array([0, 2]), np.array([1, 0], dtype=np.int32)
    Baskets.from_csr((indptr, indices))
    assert indices.tolist() == [1, 0]
    assert indices.flags.writeable
    assert indptr.flags.writeable


def test_repeats_in_a_row():
    with pytest.raises(ValueError, match="basket 1 holds 'milk' more than once"):
        Baskets.from_csr(([0, 1, 4], [0, 1, 0, 1]), labels=["tea", "milk"])
    merged = Baskets.from_csr(([0, 1, 4], [0, 1, 0, 1]), labels=["tea", "milk"], duplicates="merge")
    assert merged.to_lists() == [["tea"], ["tea", "milk"]]


@pytest.mark.parametrize(
    ("matrix", "labels", "error", "message"),
    [
        (sparse.csr_array([[0, 1], [0, 3]]), None, ValueError, "got 3 for basket 1, item 1; for counts pass"),
        (sparse.csr_array([[0, 1.0], [0, np.nan]]), None, ValueError, "got nan for basket 1, item 1"),
        (sparse.csr_array((0, 3)), None, ValueError, "matrix holds no rows"),
        (sparse.csr_array([[0, 1]]), ["a"], ValueError, "must name the 2 items of the matrix, got 1 labels"),
        (sparse.csr_array([[0, 1]]), ["a", "b", "c"], ValueError, "must name the 2 items .* got 3 labels"),
        (sparse.csr_array([[0, 1]]), ["a", "a"], ValueError, "must differ, got 'a' twice"),
        (sparse.csr_array([[0, 1]]), ["a", 5], TypeError, "mixes labels"),
        (sparse.coo_array([0, 1]), None, ValueError, "matrix must have two dimensions .* got 1"),
        (([0, 2], [0, 5]), ["a", "b"], ValueError, "must name the 6 items of the matrix, got 2 labels"),
        (([0, 2], [0, -1]), None, ValueError, "indices must be 0 or more, got -1"),
        (([0, 3], [0, 1]), None, ValueError, r"indptr must rise from 0 to the number of indices \(2\)"),
        (([0, 2, 1, 2], [0, 1]), None, ValueError, r"indptr must rise"),
        (([1, 2], [0, 1]), None, ValueError, r"indptr must rise"),
        (([0], []), None, ValueError, "matrix holds no rows"),
        (([], []), None, ValueError, "matrix holds no rows"),
        (([0, 1], [0.5]), None, TypeError, "indices must be a flat array of whole numbers, got 1-d float64"),
        (([0, 1], [2**40]), None, ValueError, "items must be fewer than"),
        (np.eye(3), None, TypeError, "got ndarray"),
    ],
)
def test_matrices_that_are_refused(matrix, labels, error, message):
    with pytest.raises(error, match=message):
        Baskets.from_csr(matrix, labels)


# What baskets can tell ----------------------------------------------------------------------------------


@QUICK
@given(SETS)
def test_counts_equal_mlxtend_and_scipy(sets):
    baskets = Baskets.from_lists(sets)
    encoder = TransactionEncoder()
    table = encoder.fit_transform([sorted(basket) for basket in sets])
    assert baskets.labels.tolist() == encoder.columns_
    np.testing.assert_array_equal(baskets.item_counts(), table.sum(axis=0))
    np.testing.assert_array_equal(baskets.to_onehot().to_numpy(), table)
    np.testing.assert_array_equal((baskets.to_scipy().T @ baskets.to_scipy()).diagonal(), table.sum(axis=0))


def test_item_frequency_is_sorted_with_ties_by_label():
    frequency = Baskets.from_lists([["b", "c"], ["a", "c"], [], ["c"]]).item_frequency()
    assert frequency.to_dict("list") == {
        "item": ["c", "a", "b"],
        "count": [3, 1, 1],
        "support": [0.75, 0.25, 0.25],
    }


@QUICK
@given(SETS, st.sets(ITEMS, max_size=3))
def test_contains(sets, wanted):
    baskets = Baskets.from_lists([*sets, {"milk", "milk ", "tea", "茶", "cream cheese ", "0", "a"}])
    expected = [wanted <= basket for basket in sets] + [True]
    assert baskets.contains(frozenset(wanted)).tolist() == expected
    assert baskets.contains([*wanted, *wanted]).tolist() == expected


def test_contains_refuses_unknown_items_and_a_bare_text():
    baskets = Baskets.from_lists([["milk", "tea"]])
    with pytest.raises(KeyError, match="no item 'mlk'; did you mean 'milk'"):
        baskets.contains(["mlk"])
    with pytest.raises(TypeError, match=r"got 'milk'; for one write \['milk'\]"):
        baskets.contains("milk")


@QUICK
@given(SETS, st.dictionaries(ITEMS, st.sampled_from(["dairy", "drinks", "other"])))
def test_roll_up_equals_brute_force(sets, taxonomy):
    baskets = Baskets.from_lists(sets)
    if lost := set().union(*sets) - set(taxonomy):
        with pytest.raises(KeyError, match=f"no parent for {len(lost)} of {baskets.n_items} items"):
            baskets.roll_up(taxonomy)
        return
    rolled = baskets.roll_up(taxonomy)
    assert as_sets(rolled) == [{taxonomy[item] for item in basket} for basket in sets]
    assert rolled.labels.tolist() == sorted({taxonomy[item] for basket in sets for item in basket})
    assert baskets.roll_up(pd.Series(taxonomy, dtype=object)) == rolled
    pairs = pd.DataFrame({"item": taxonomy.keys(), "parent": taxonomy.values()}, dtype="str")
    for table in [pairs, pl.from_pandas(pairs), pa.Table.from_pandas(pairs), pairs.astype("category")]:
        assert baskets.roll_up(table) == rolled


def test_roll_up_climbs_level_by_level():
    table = pd.DataFrame({"order_id": ["x", "x", "y"], "product": [10, 11, 20]})
    baskets = Baskets.from_orders(table)
    first = baskets.roll_up({10: 1, 11: 1, 20: 2})
    second = first.roll_up(pd.Series({1: "all", 2: "all"}))
    assert (first.to_lists(), second.to_lists()) == ([[1], [2]], [["all"], ["all"]])
    assert second.basket_ids.tolist() == ["x", "y"]
    assert baskets.to_lists() == [[10, 11], [20]]


def test_messages_show_plain_numbers():
    baskets = Baskets.from_lists([[7, 8]])
    with pytest.raises(ValueError, match="gives 7 two parents, 1 and 2; keep one"):
        baskets.roll_up(pd.Series([1, 2, 1], index=[7, 7, 8]))
    with pytest.raises(KeyError, match="no parent for 2 of 2 items: 7, 8; give"):
        baskets.roll_up({})
    with pytest.raises(ValueError, match="must differ, got 5 twice"):
        Baskets.from_csr(([0, 2], [0, 1]), labels=[5, 5])


@pytest.mark.parametrize(
    ("taxonomy", "error", "message"),
    [
        ({"tea": "drinks"}, KeyError, "no parent for 1 of 2 items: 'milk'; give every item one"),
        ({"tea": "drinks", "milk": None}, KeyError, "no parent for 1 of 2 items: 'milk'"),
        ({"tea": "drinks", "milk": 3}, TypeError, "parents in the taxonomy mixes labels"),
        (
            pd.Series(["a", "b", "a"], index=["tea", "tea", "milk"]),
            ValueError,
            "'tea' two parents, 'a' and 'b'",
        ),
        (
            pd.DataFrame({"a": ["tea"], "b": ["x"], "c": ["y"]}),
            ValueError,
            r"two columns .* got 3: \['a', 'b', 'c'\]",
        ),
        (["drinks"], TypeError, "taxonomy must be a dataframe"),
    ],
)
def test_taxonomies_that_are_refused(taxonomy, error, message):
    with pytest.raises(error, match=message):
        Baskets.from_lists([["tea", "milk"]]).roll_up(taxonomy)


# Parts, looks and safety --------------------------------------------------------------------------------


@QUICK
@given(SETS, st.data())
def test_parts(sets, data):
    baskets = Baskets.from_lists(sets)
    rows = data.draw(st.lists(st.integers(-len(sets), len(sets) - 1), min_size=1))
    assert as_sets(baskets[np.array(rows)]) == [sets[row] for row in rows]
    assert as_sets(baskets[::-1]) == sets[::-1]
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=len(sets), max_size=len(sets))))
    if mask.any():
        part = baskets[mask]
        assert as_sets(part) == [basket for basket, keep in zip(sets, mask, strict=True) if keep]
        assert part.labels.equals(baskets.labels)
    assert [set(basket) for basket in baskets] == sets
    assert set(baskets[-1]) == sets[-1]


def test_parts_keep_their_names():
    table = pd.DataFrame({"order_id": ["x", "y", "z"], "product": ["tea", "milk", "tea"]})
    assert Baskets.from_orders(table)[1:].basket_ids.tolist() == ["y", "z"]


def test_parts_that_are_refused():
    baskets = Baskets.from_lists([["tea"], ["milk"]])
    with pytest.raises(ValueError, match="the selection holds no basket"):
        baskets[2:]
    with pytest.raises(IndexError):
        baskets[2]
    with pytest.raises(IndexError):
        baskets[[True]]
    with pytest.raises(IndexError, match="baskets have one dimension"):
        baskets[[[0], [1]]]


def test_baskets_do_not_change():
    baskets = Baskets.from_lists([["tea"]])
    with pytest.raises(ValueError, match="read-only"):
        baskets.indices[0] = 5
    with pytest.raises(AttributeError):
        baskets.labels = pd.Index(["milk"])
    with pytest.raises(TypeError, match="unhashable"):
        hash(baskets)


def test_equality():
    baskets = Baskets.from_lists([["tea"], ["milk"]])
    assert baskets == Baskets.from_lists([["tea"], ["milk"]])
    assert baskets != Baskets.from_lists([["milk"], ["tea"]])
    assert baskets != Baskets.from_lists([["tea"], ["milk "]])
    assert baskets != Baskets(baskets.indptr, baskets.indices, baskets.labels, pd.Index(["x", "y"]))
    assert baskets != [["tea"], ["milk"]]


# Real data ----------------------------------------------------------------------------------------------


def test_groceries(groceries):
    baskets = Baskets.from_orders(groceries, item="item", order="transaction")
    # Published with the data (R package arules): 9,835 transactions of 169 items.
    assert repr(baskets) == "<Baskets: 9,835 baskets × 169 items, 43,367 entries, 4.41 a basket>"
    counts = baskets.item_frequency().set_index("item")["count"]
    assert counts.head(3).to_dict() == {"whole milk": 2513, "other vegetables": 1903, "rolls/buns": 1809}
    pd.testing.assert_series_equal(
        counts, groceries.groupby("item")["transaction"].nunique(), check_like=True, check_names=False
    )
    assert "cream cheese " in counts.index
    both = baskets.contains(["Instant food products", "soda"])
    with_meat = baskets.contains(["Instant food products", "soda", "hamburger meat"])
    assert (both.sum(), with_meat.sum()) == (19, 12)


def test_groceries_rolled_up(groceries):
    baskets = Baskets.from_orders(groceries, item="item", order="transaction")
    level2 = baskets.roll_up(groceries[["item", "level2"]])
    assert level2 == Baskets.from_orders(groceries, item="level2", order="transaction")
    level1 = level2.roll_up(groceries[["level2", "level1"]])
    assert (level2.n_items, level1.n_items) == (55, 10)
    assert level1 == Baskets.from_orders(groceries, item="level1", order="transaction")


def test_baskets_are_reached_from_the_package():
    assert kehu.Baskets is Baskets
