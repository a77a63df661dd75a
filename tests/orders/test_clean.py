"""Cleaning: the ledger adds up whatever comes in; planted dirt is found, and none where there is none."""

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kehu
from kehu.orders.ledger import UNITS
from kehu.warnings import SharedOrdersWarning

DAY = pd.Timestamp("2017-11-11")


def lines(*rows, columns=("customer_id", "order_id", "ordered_at", "product", "quantity", "amount")):
    table = pd.DataFrame(rows, columns=list(columns))
    table["ordered_at"] = DAY + pd.to_timedelta(table["ordered_at"], unit="D")
    return table


def removed(cleaned):
    ledger = cleaned.ledger.set_index("reason")
    ledger = ledger[(ledger["rows"] > 0) | (ledger["amount"] != 0)]
    return ledger["rows"].drop(["order lines received", "kept"]).to_dict()


def units(values):
    return int(np.rint(np.nan_to_num(np.asarray(values, float) * UNITS, posinf=0, neginf=0)).sum())


# ---------------------------------------------------------------- properties

cents = st.integers(-5000, 5000).map(lambda n: n / 100)
row = st.tuples(
    st.sampled_from(["a", "b", None, ""]),
    st.sampled_from(["1", "2", "3", None]),
    st.sampled_from([0, 1, 2, 400, -20_000, 400_000, None]),
    st.sampled_from(["tea", "lamp ", "lamp", None]),
    st.one_of(st.integers(-6, 6).map(float), st.just(np.nan), st.sampled_from([0.5, -0.5])),
    st.one_of(cents, st.sampled_from([np.nan, np.inf, -np.inf, 1e13, 0.0001, -0.00001, 3.33335])),
)


def try_to_clean(table, **settings):
    try:
        return kehu.orders.clean(table, **settings)
    except ValueError as error:
        assert "no order lines are left" in str(error)
        return None


@pytest.mark.filterwarnings("ignore::kehu.warnings.SharedOrdersWarning")
@settings(max_examples=300)
@given(st.lists(row, min_size=1, max_size=30), st.booleans(), st.sampled_from(["drop", "keep"]))
def test_ledger_adds_up_and_cleaning_again_changes_nothing(rows, require_customer, duplicates):
    table = lines(*rows)
    options = {"require_customer": require_customer, "duplicates": duplicates, "not_after": "2018-12-31"}
    cleaned = try_to_clean(table, **options)
    if cleaned is None:
        return
    ledger = cleaned.ledger
    assert ledger["rows"].iloc[0] == len(table) == ledger["rows"].iloc[1:].sum()
    in_units = np.rint(ledger["amount"] * UNITS).astype(int)
    assert in_units.iloc[0] == in_units.iloc[1:].sum()
    # What the ledger says is what the tables hold.
    assert ledger["rows"].iloc[-1] == len(cleaned.orders)
    assert in_units.iloc[-1] == units(cleaned.orders["amount"])
    sound = cleaned.rejected["amount"].abs() <= 1e12
    assert in_units.iloc[1:-1].sum() == units(cleaned.rejected["amount"][sound])
    # No unit of goods is lost either.
    if np.isfinite(table["quantity"]).all():
        there = cleaned.orders["quantity"].sum() + cleaned.rejected["quantity"].sum()
        assert there == pytest.approx(table["quantity"].sum(), abs=1e-9)
    assert (cleaned.orders["amount"] > 0).all()
    assert (cleaned.orders["quantity"] > 0).all()
    again = kehu.orders.clean(cleaned.orders, **options)
    assert again.orders.equals(cleaned.orders)
    assert removed(again) == {}
    assert len(again.rejected) == 0


@pytest.mark.parametrize("seed", range(5))
def test_planted_dirt_is_found_line_by_line(seed):
    shop = kehu.simulate.messy_orders(5000, random_state=seed)
    cleaned = kehu.orders.clean(shop.orders)
    found = pd.Series("kept", index=shop.truth.index)
    whole = cleaned.rejected[cleaned.rejected["reason"] != "part of a sale taken back"]
    found.loc[whole["row"]] = whole["reason"].astype(str).to_numpy()
    wrong = found != shop.truth
    # Of two equal lines it does not matter which one stays.
    assert set(shop.truth[wrong]) <= {"exact duplicate", "kept"}
    pd.testing.assert_series_equal(found.value_counts(), shop.truth.value_counts(), check_names=False)
    assert len(cleaned.rejected) - len(whole) == shop.parts
    assert shop.parts == 25


def test_spotless_shop_loses_nothing():
    shop = kehu.simulate.messy_orders(5000, dirt={}, random_state=3)
    cleaned = kehu.orders.clean(shop.orders)
    assert removed(cleaned) == {}
    pd.testing.assert_frame_equal(cleaned.orders, shop.orders)
    assert len(cleaned.rejected) == 0


def plain(table):
    """The values alone, whatever the library coded them as."""
    return table.astype(
        {name: object for name in table if isinstance(table[name].dtype, pd.CategoricalDtype)}
    )


@pytest.mark.parametrize(
    "library", ["polars", "polars lazy", "pyarrow", "duckdb", "pandas strings", "pandas objects"]
)
def test_every_dataframe_library_gives_the_same_result(library):
    orders = kehu.simulate.messy_orders(2000, random_state=7).orders
    expected = kehu.orders.clean(orders)
    labels = ["customer_id", "order_id", "product"]
    text = orders.astype(dict.fromkeys(labels, "str"))
    connection = duckdb.connect()
    other = {
        "polars": lambda: pl.from_pandas(text),
        "polars lazy": lambda: pl.from_pandas(text).lazy(),
        "pyarrow": lambda: pa.Table.from_pandas(text),
        "duckdb": lambda: connection.from_arrow(pa.Table.from_pandas(text)),
        "pandas strings": lambda: text,
        "pandas objects": lambda: orders.astype(dict.fromkeys(labels, object)),
    }[library]()
    cleaned = kehu.orders.clean(other)
    pd.testing.assert_frame_equal(plain(cleaned.orders), plain(expected.orders))
    pd.testing.assert_frame_equal(cleaned.ledger, expected.ledger)
    pd.testing.assert_frame_equal(plain(cleaned.rejected), plain(expected.rejected))
    pd.testing.assert_frame_equal(cleaned.outliers, expected.outliers)


def test_whole_number_labels_stay_numbers():
    table = lines((7, 1, 0, 10, 1, 2.0), (None, 2, 0, 10, 1, 2.0))
    assert table["customer_id"].dtype == np.float64
    cleaned = kehu.orders.clean(table)
    assert cleaned.orders["customer_id"].tolist() == [7]
    assert cleaned.orders["customer_id"].cat.categories.dtype == np.int64


# ---------------------------------------------------------------- returns

SALE = ("a", "1", 0, "lamp", 5, 50.0)


def test_return_in_full_takes_out_both():
    cleaned = kehu.orders.clean(lines(SALE, ("a", "2", 1, "lamp", -5, -50.0), ("a", "3", 2, "tea", 1, 3.0)))
    assert removed(cleaned) == {"return matched to a sale": 1, "sale taken back in full": 1}
    assert cleaned.rejected["matched_row"].tolist() == [1, 0]


def test_return_in_part_leaves_the_rest():
    cleaned = kehu.orders.clean(lines(SALE, ("a", "2", 1, "lamp", -2, -18.0)))
    assert cleaned.orders[
        ["quantity", "amount", "returned_quantity", "returned_amount"]
    ].to_numpy().tolist() == [[3.0, 30.0, 2.0, 20.0]]
    assert removed(cleaned) == {"return matched to a sale": 1, "part of a sale taken back": 0}
    # The refund was less than the price: the ledger shows both.
    amounts = cleaned.ledger.set_index("reason")["amount"]
    assert amounts["return matched to a sale"] == -18
    assert amounts["part of a sale taken back"] == 20


def test_return_prefers_the_sale_of_just_its_quantity():
    cleaned = kehu.orders.clean(lines(SALE, ("a", "2", 1, "lamp", 2, 20.0), ("a", "3", 2, "lamp", -5, -50.0)))
    assert cleaned.orders["order_id"].tolist() == ["2"]


def test_return_takes_from_the_latest_sales_first():
    cleaned = kehu.orders.clean(lines(SALE, ("a", "2", 1, "lamp", 2, 20.0), ("a", "3", 2, "lamp", -4, -40.0)))
    assert cleaned.orders[["order_id", "quantity"]].to_numpy().tolist() == [["1", 3]]


@pytest.mark.parametrize(
    "other",
    [("b", "2", 1, "lamp", -5, -50.0), ("a", "2", 1, "tea", -5, -50.0), ("a", "2", -1, "lamp", -5, -50.0)],
    ids=["other customer", "other product", "earlier"],
)
def test_return_of_something_else_matches_nothing(other):
    cleaned = kehu.orders.clean(lines(SALE, other))
    assert removed(cleaned) == {"return without a sale": 1}
    assert cleaned.orders["quantity"].tolist() == [5]
    assert "returned_quantity" not in cleaned.orders


def test_return_of_more_than_was_bought():
    cleaned = kehu.orders.clean(lines(SALE, ("a", "2", 1, "lamp", -9, -90.0), ("a", "3", 2, "tea", 1, 3.0)))
    assert removed(cleaned) == {"return larger than its sales": 1, "sale taken back in full": 1}


def test_returns_without_quantities_and_products():
    table = lines(SALE, ("a", "2", 1, "lamp", -5, -50.0), ("a", "3", 2, "tea", 1, 3.0))
    cleaned = kehu.orders.clean(table[["customer_id", "order_id", "ordered_at", "amount"]])
    assert removed(cleaned) == {"return matched to a sale": 1, "sale taken back in full": 1}
    assert cleaned.orders.columns.tolist() == ["customer_id", "order_id", "ordered_at", "amount"]


def brute_force_match(group, quantity, look_back):
    """The same rule, written plainly with a list of open sales."""
    open_sales, taken, unmatched = [], [0.0] * len(group), [0.0] * len(group)
    for i, q in enumerate(quantity):
        if i and group[i] != group[i - 1]:
            open_sales = []
        if q >= 0:
            open_sales.append([i, q])
            continue
        wanted = -q
        exact = [sale for sale in open_sales[-look_back:] if sale[1] == wanted]
        for sale in [exact[-1]] if exact else open_sales[::-1]:
            part = min(wanted, sale[1])
            taken[sale[0]] += part
            sale[1] -= part
            wanted -= part
        unmatched[i] = wanted
        while open_sales and open_sales[-1][1] == 0:
            open_sales.pop()
    return taken, unmatched


@settings(max_examples=300)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(-5, 5)), max_size=40))
def test_matching_equals_a_plain_loop(pairs):
    from kehu._kernels.cleaning import LOOK_BACK, match_returns

    pairs = sorted(pairs, key=lambda pair: pair[0])
    group = np.array([pair[0] for pair in pairs], dtype=np.int64)
    quantity = np.array([pair[1] for pair in pairs], dtype=np.float64)
    taken, unmatched, partner = match_returns(group, quantity)
    expected = brute_force_match(group, quantity, LOOK_BACK)
    assert taken.tolist() == expected[0]
    assert unmatched.tolist() == expected[1]
    matched = (quantity < 0) & (unmatched < -quantity)
    assert ((partner >= 0) == matched).all()


# ---------------------------------------------------------------- the other steps


def test_period_and_non_products():
    table = lines(
        SALE, ("a", "2", 1.5, "POST", 1, 4.0), ("a", "3", 2.5, "tea", 1, 3.0), ("a", "4", 3, "tea", 1, 3.0)
    )
    cleaned = kehu.orders.clean(table, start="2017-11-12", end="2017-11-13", non_products=["POST"])
    # The end names a day: all of that day counts.
    assert cleaned.orders["order_id"].tolist() == ["3"]
    assert removed(cleaned) == {"outside the period": 2, "not a product": 1}
    to_the_minute = kehu.orders.clean(table, end="2017-11-13 06:00")
    assert to_the_minute.orders["order_id"].tolist() == ["1", "2"]


def test_exact_duplicates_are_a_choice_and_further_columns_count():
    table = lines(SALE, SALE, SALE).assign(till=["x", "x", "y"])
    assert removed(kehu.orders.clean(table)) == {"exact duplicate": 1}
    assert removed(kehu.orders.clean(table, duplicates="keep")) == {}


def test_duplicates_equal_pandas():
    rng = np.random.default_rng(5)
    n = 4000
    table = pd.DataFrame(
        {
            "customer_id": rng.integers(0, 3, n),
            "order_id": rng.integers(0, 20, n),
            "ordered_at": DAY + pd.to_timedelta(rng.integers(0, 3, n), unit="h"),
            "product": rng.integers(0, 4, n),
            "quantity": rng.integers(1, 3, n),
            "amount": rng.integers(1, 3, n) / 4,
            "weight": rng.integers(0, 2, n) / 8,
        }
    )
    with pytest.warns(SharedOrdersWarning):
        cleaned = kehu.orders.clean(table)
    assert removed(cleaned)["exact duplicate"] == table.duplicated().sum()
    assert cleaned.rejected["row"].tolist() == np.flatnonzero(table.duplicated()).tolist()


def test_faults_one_by_one():
    faults = {
        "customer missing": (None, "1", 0, "tea", 1, 1.0),
        "order missing": ("a", None, 0, "tea", 1, 1.0),
        "product missing": ("a", "1", 0, "", 1, 1.0),
        "date missing": ("a", "1", None, "tea", 1, 1.0),
        "impossible date": ("a", "1", 40_000, "tea", 1, 1.0),
        "amount missing": ("a", "1", 0, "tea", 1, np.nan),
        "impossible amount": ("a", "1", 0, "tea", 1, np.inf),
        "quantity missing": ("a", "1", 0, "tea", np.nan, 1.0),
        "impossible quantity": ("a", "1", 0, "tea", 1e15, 1.0),
        "quantity zero": ("a", "1", 0, "tea", 0, 1.0),
        "negative quantity without refund": ("a", "1", 0, "tea", -1, 0.0),
        "negative price": ("a", "1", 0, "tea", 1, -1.0),
        "amount zero": ("a", "1", 0, "tea", 1, 0.0),
    }
    cleaned = kehu.orders.clean(lines(SALE, *faults.values()))
    assert removed(cleaned) == dict.fromkeys(faults, 1)
    assert cleaned.rejected["reason"].tolist() == list(faults)
    assert set(cleaned.rejected["step"]) == {"clean"}


def test_large_lines_are_reported_and_kept():
    table = lines(
        *[("a", str(i), i % 9, f"tea {i}", 1 + i % 3, 1.0 + i % 7) for i in range(60)],
        ("b", "x", 1, "car", 1, 1e5),
    )
    cleaned = kehu.orders.clean(table)
    assert cleaned.outliers[["measure", "row", "value"]].to_numpy().tolist() == [["amount", 60, 1e5]]
    assert len(cleaned.orders) == 61


def test_shared_order_numbers_are_named():
    table = lines(SALE, ("b", "1", 0, "tea", 1, 3.0))
    with pytest.warns(SharedOrdersWarning, match="1 orders name more than one customer") as caught:
        cleaned = kehu.orders.clean(table)
    assert cleaned.shared_orders == 1
    assert caught[0].filename == __file__


def test_input_is_untouched():
    table = lines(SALE, ("a", "2", 1, "lamp", -2, -20.0))
    before = table.copy(deep=True)
    kehu.orders.clean(table)
    pd.testing.assert_frame_equal(table, before)


def test_shown_as_text_and_html():
    cleaned = kehu.orders.clean(lines(SALE, (None, "2", 1, "lamp", 2, 20.0)))
    assert repr(cleaned).startswith("1 of 2 order lines kept")
    assert "customer missing" in repr(cleaned)
    assert "<table" in cleaned._repr_html_()


# ---------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("table", "options", "error", "message"),
    [
        ([1, 2], {}, TypeError, "dataframe of pandas, polars, pyarrow or DuckDB, got builtins.list"),
        (pd.Series([1]), {}, TypeError, "must be a dataframe"),
        (lines(SALE).iloc[:0], {}, ValueError, "no rows"),
        (lines(SALE).drop(columns="amount"), {}, KeyError, "no column 'amount'"),
        (lines(SALE).rename(columns={"customer_id": "costumer_id"}), {}, KeyError, "mean 'costumer_id'"),
        (lines(SALE).assign(amount="ten"), {}, ValueError, "amount must hold numbers, got 'ten' in row 0"),
        (lines(SALE).assign(amount=True), {}, TypeError, "amount must hold numbers, got bool"),
        (lines(SALE).assign(customer_id=1.5), {}, TypeError, "text or whole numbers, got 1.5 in row 0"),
        (lines(SALE, SALE).assign(product=["A1", 7]), {}, TypeError, r"types: int \(7\) and str \('A1'\)"),
        (lines(SALE).assign(order_id=DAY), {}, TypeError, "order_id must hold labels"),
        (lines(SALE).assign(ordered_at=1.5), {}, (TypeError, ValueError), "ordered_at"),
        (lines((None, "1", 0, "tea", 1, 1.0)), {}, ValueError, "(?s)no order lines .*customer missing"),
        (lines(SALE), {"non_products": "POST"}, TypeError, r"write \['POST'\]"),
        (lines(SALE).drop(columns="product"), {"non_products": ["POST"]}, KeyError, "no column 'product'"),
        (lines(SALE), {"duplicates": "yes"}, ValueError, "'drop' or 'keep', got 'yes'"),
        (lines(SALE), {"start": "2018-01-01", "end": "2017-01-01"}, ValueError, "lies after end"),
        (pd.concat([lines(SALE), lines(SALE)[["amount"]]], axis=1), {}, ValueError, "2 columns named"),
    ],
)
def test_bad_input_is_refused(table, options, error, message):
    with pytest.raises(error, match=message):
        kehu.orders.clean(table, **options)


# ---------------------------------------------------------------- real data


def test_online_retail(shared_data):
    """The real mess: counts that pandas gives for the same questions."""
    raw = pd.read_parquet(shared_data / "online_retail_uci352.parquet")
    columns = {
        "customer_id": "CustomerID",
        "order_id": "InvoiceNo",
        "ordered_at": "InvoiceDate",
        "product": "StockCode",
        "quantity": "Quantity",
        "unit_price": "UnitPrice",
        "description": "Description",
        "country": "Country",
    }
    cleaned = kehu.orders.clean(raw, columns=columns)
    ledger = cleaned.ledger.set_index("reason")
    assert ledger["rows"]["order lines received"] == 541_909
    assert ledger["amount"]["order lines received"] == 9_747_747.934
    known = raw[raw["CustomerID"].notna()]
    assert ledger["rows"]["customer missing"] == 541_909 - len(known) == 135_080
    free = known["UnitPrice"] == 0
    assert ledger["rows"]["amount zero"] == free.sum()
    assert ledger["rows"]["exact duplicate"] == known[~free].duplicated().sum() == 5_225
    returned = known.drop_duplicates()["Quantity"] < 0
    assert (
        ledger["rows"][
            ["return matched to a sale", "return larger than its sales", "return without a sale"]
        ].sum()
        == returned.sum()
    )
    assert ledger["rows"].iloc[1:].sum() == 541_909
    assert round(ledger["amount"].iloc[1:].sum(), 4) == 9_747_747.934
    # The two famous orders of 80,995 and 74,215 pieces were cancelled minutes later.
    undone = cleaned.rejected.query("reason == 'sale taken back in full'")["quantity"]
    assert {80_995, 74_215} <= set(undone)
    assert cleaned.orders["quantity"].max() < 5_000
    again = kehu.orders.clean(cleaned.orders)
    assert again.orders.equals(cleaned.orders)
