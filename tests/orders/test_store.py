"""Stored orders come back as they were, and a failed write leaves nothing behind."""

import errno

import duckdb
import pandas as pd
import pytest

import kehu
from kehu.orders.clean import Cleaned


@pytest.fixture
def cleaned():
    return kehu.orders.clean(kehu.simulate.messy_orders(1000, random_state=2).orders)


def test_stored_orders_come_back(cleaned, tmp_path):
    folder = kehu.orders.store(cleaned, tmp_path / "new" / "store")
    assert sorted(path.name for path in folder.iterdir()) == [
        "ledger.csv", "orders.duckdb", "orders.parquet", "rejected.parquet",
    ]  # fmt: skip
    returned = {name: name for name in ("returned_quantity", "returned_amount")}
    back = kehu.orders.read(folder / "orders.parquet", columns=returned)
    labels = dict.fromkeys(("customer_id", "order_id", "product"), object)
    assert back.astype(labels).equals(cleaned.orders.astype(labels))
    ledger = pd.read_csv(folder / "ledger.csv", encoding="utf-8-sig")
    pd.testing.assert_frame_equal(ledger, cleaned.ledger)
    with duckdb.connect(folder / "orders.duckdb", read_only=True) as database:
        [(total, n)] = database.sql("select sum(amount), count(distinct customer_id) from orders").fetchall()
        reasons = database.sql("select reason, count(*) from rejected group by reason").fetchall()
        [(rows,)] = database.sql("select rows from ledger where reason = 'kept'").fetchall()
    assert total == pytest.approx(cleaned.orders["amount"].sum())
    assert n == cleaned.orders["customer_id"].nunique()
    assert dict(reasons) == cleaned.rejected["reason"].value_counts().to_dict()
    assert rows == len(cleaned.orders)


def test_storing_again_replaces(cleaned, tmp_path):
    kehu.orders.store(cleaned, tmp_path)
    fewer = kehu.orders.clean(cleaned.orders.head(100))
    kehu.orders.store(fewer, tmp_path)
    assert len(pd.read_parquet(tmp_path / "orders.parquet")) == len(fewer.orders)
    assert len(list(tmp_path.iterdir())) == 4


def test_full_disk_changes_nothing(cleaned, tmp_path, monkeypatch):
    kehu.orders.store(cleaned, tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def full(*args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    fewer = kehu.orders.clean(cleaned.orders.head(100))
    monkeypatch.setattr(pd.DataFrame, "to_csv", full)
    with pytest.raises(OSError, match=r"cannot write to .*: the disk is full; nothing was changed"):
        kehu.orders.store(fewer, tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_result_without_rejected_lines(tmp_path):
    spotless = kehu.orders.clean(kehu.simulate.messy_orders(50, dirt={}, random_state=2).orders)
    assert isinstance(spotless, Cleaned)
    kehu.orders.store(spotless, tmp_path)
    assert len(pd.read_parquet(tmp_path / "rejected.parquet")) == 0
