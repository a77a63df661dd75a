"""Where files come from: packages, downloads, the user's own; and what is said when they are not there."""

import importlib.util

import pandas as pd
import pytest

import kehu
from kehu.datasets import sources


def files(folder):
    return sorted(path.name for path in folder.rglob("*")) if folder.exists() else []


def test_a_download_is_checked_kept_and_not_asked_for_again(cache, shop, server):
    shop.at(server.url)
    server.body = shop.archive()
    assert not kehu.datasets.list().set_index("name")["available"]["online_retail"]
    first = kehu.datasets.load("online_retail")
    assert len(first) == 3
    assert files(cache / "online_retail") == ["online_retail.parquet"]
    pd.testing.assert_frame_equal(kehu.datasets.load("online_retail"), first)
    assert server.asked == 1
    assert kehu.datasets.list().set_index("name")["available"]["online_retail"]


def test_a_damaged_copy_is_told_with_what_to_do(cache, shop, server):
    shop.at(server.url)
    server.body = shop.archive()
    kehu.datasets.load("online_retail")
    copy = cache / "online_retail" / "online_retail.parquet"
    copy.write_bytes(copy.read_bytes()[:-20])
    with pytest.raises(ValueError, match=r"online_retail\.parquet is damaged; delete it and load again"):
        kehu.datasets.load("online_retail")


def test_a_download_cut_short_leaves_nothing(cache, shop, server):
    shop.at(server.url)
    server.body, server.missing = shop.archive()[:-100], 100
    with pytest.raises(ConnectionError, match=r"could not be fetched from http://127\.0\.0\.1"):
        kehu.datasets.load("online_retail")
    assert files(cache / "online_retail") == []


def test_a_download_stopped_by_the_user_leaves_nothing(cache, shop, server, monkeypatch):
    shop.at(server.url)
    server.body = shop.archive()

    def stopped(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr("kehu.datasets.readers.read", stopped)
    with pytest.raises(KeyboardInterrupt):
        kehu.datasets.load("online_retail")
    assert files(cache / "online_retail") == []


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [(404, b"", "the server answers 404"), (200, b"<html>please sign in", "not the archive")],
)
def test_a_useless_answer_is_told(cache, shop, server, status, body, said):
    shop.at(server.url)
    server.status, server.body = status, body
    with pytest.raises(ConnectionError, match=said):
        kehu.datasets.load("online_retail")
    assert files(cache / "online_retail") == []


def test_a_download_of_other_content_is_refused_and_not_kept(cache, shop, server):
    shop.at(server.url)
    server.body = shop.archive(shop.lines[:2])
    with pytest.raises(ValueError, match="rows: expected 3, found 2") as caught:
        kehu.datasets.load("online_retail")
    assert server.url in str(caught.value)
    assert files(cache / "online_retail") == []
    assert len(kehu.datasets.load("online_retail", check=False)) == 2
    assert files(cache / "online_retail") == []


def test_offline_the_one_sentence_says_which_file_from_where_and_where_to_put_it(cache, shop):
    with pytest.raises(ConnectionError) as caught:
        kehu.datasets.load("online_retail")
    said = str(caught.value)
    for part in (
        "no connection",
        "Online Retail.xlsx",
        shop.entry.source.url,
        shop.entry.source.page,
        "path=",
    ):
        assert part in said
    assert str(cache / "online_retail") in said
    assert "\n" not in said
    assert caught.value.__suppress_context__


def test_a_cache_folder_without_leave_to_write_is_told_at_once(tmp_path, shop, server, monkeypatch):
    shop.at(server.url)
    (tmp_path / "file").touch()
    monkeypatch.setenv("KEHU_CACHE", str(tmp_path / "file"))
    with pytest.raises(OSError, match="it is a file, not a folder"):
        kehu.datasets.load("online_retail")
    assert server.asked == 0


@pytest.mark.parametrize("name", ["Online Retail.xlsx", "online+retail.zip"])
def test_a_file_put_into_the_standard_folder_is_found(cache, shop, name):
    (cache / "online_retail").mkdir(parents=True)
    (cache / "online_retail" / name).write_bytes(shop.workbook() if name.endswith("xlsx") else shop.archive())
    assert kehu.datasets.list().set_index("name")["available"]["online_retail"]
    assert len(kehu.datasets.load("online_retail")) == 3
    assert files(cache / "online_retail") == [name, "online_retail.parquet"]


def test_an_absent_local_file_is_told_in_one_sentence(cache):
    for name in ("groceries", "online_shoppers", "clothing_reviews", "taobao_behavior"):
        with pytest.raises(FileNotFoundError) as caught:
            kehu.datasets.load(name)
        entry = kehu.datasets.registry.entry(name)
        assert str(cache / name) in str(caught.value)
        assert entry.source.page in str(caught.value)
        assert entry.source.files[0] in str(caught.value)
        assert "\n" not in str(caught.value)


def test_a_missing_package_says_what_to_install(monkeypatch):
    monkeypatch.setattr(sources, "find_spec", lambda name: None)
    with pytest.raises(FileNotFoundError, match=r'package lifetimes.*pip install "kehu\[data\]"'):
        kehu.datasets.load("cdnow")
    assert not kehu.datasets.list()["available"][:3].any()


def test_a_package_without_the_file_is_told(monkeypatch):
    monkeypatch.setattr(sources, "find_spec", lambda name: importlib.util.find_spec("pandas"))
    with pytest.raises(FileNotFoundError, match=r"has no file datasets/CDNOW_master\.txt"):
        kehu.datasets.load("cdnow")


def test_data_of_packages_take_no_path():
    with pytest.raises(ValueError, match=r"read from the package lifetimes; leave out path='x\.csv'"):
        kehu.datasets.load("cdnow", path="x.csv")
