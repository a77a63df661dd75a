"""An empty cache folder, a tiny shop in the registry, and a server on this machine to download it from."""

import http.server
import io
import threading
import zipfile
from dataclasses import replace
from datetime import datetime

import openpyxl
import pytest

from kehu.datasets import registry

UK = "United Kingdom"


class TinyShop:
    """Three order lines like Online Retail's, as they stand in a workbook."""

    what = ("InvoiceNo", "StockCode", "Description", "Quantity")
    header = (*what, "InvoiceDate", "UnitPrice", "CustomerID", "Country")
    lines = (
        (536365, "85123A", "WHITE HEART ", 6, datetime(2010, 12, 1, 8, 26), 2.55, 17850, UK),
        ("C536379", 22752, None, -1, datetime(2010, 12, 1, 9, 41), 4.25, None, "France"),
        ("0536380", "00071", 20713, 2, datetime(2010, 12, 2, 10, 0, 30), 0.5, 17850.0, UK),
    )

    def __init__(self, patch):
        self.entry, self.patch = registry.entries()["online_retail"], patch
        self.at("http://127.0.0.1:9/online+retail.zip")  # nobody listens on this port

    def at(self, url):
        """Say where the shop's lines are to be downloaded."""
        fingerprint = {
            "rows": 3,
            "distinct": {"customer_id": 1, "order_id": 3, "product": 3},
            "missing": {"customer_id": 1, "description": 1},
            "sum": {"quantity": 7, "amount": 12.05},
        }
        tables = {"orders": replace(self.entry.main, fingerprint=fingerprint)}
        self.entry = replace(self.entry, tables=tables, source=replace(self.entry.source, url=url))
        self.patch.setitem(registry.entries(), "online_retail", self.entry)

    def workbook(self, lines=lines):
        book = openpyxl.Workbook()
        for line in (self.header, *lines):
            book.active.append(line)
        file = io.BytesIO()
        book.save(file)
        return file.getvalue()

    def archive(self, lines=lines):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as bundle:
            bundle.writestr("Online Retail.xlsx", self.workbook(lines))
        return file.getvalue()


@pytest.fixture
def shop(monkeypatch):
    """The registry's Online Retail has three lines, and no network to come from."""
    monkeypatch.setenv("no_proxy", "*")
    return TinyShop(monkeypatch)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """The cache folder, empty."""
    monkeypatch.setenv("KEHU_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


class Server(http.server.ThreadingHTTPServer):
    """Answers with ``body``; ``missing`` bytes of it are promised but never come."""

    body, status, missing, asked = b"", 200, 0, 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/online+retail.zip"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked += 1
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(self.server.body) + self.server.missing))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    with Server(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield running
        running.shutdown()
        thread.join()
