"""The fourth of D4's steps: cleaned orders stored as Parquet and as a DuckDB database."""

import os
from pathlib import Path

import duckdb

from kehu._files import staged
from kehu.orders.clean import Cleaned

_DATABASE = "orders.duckdb"


def store(cleaned: Cleaned, folder: str | os.PathLike[str]) -> Path:
    """Write cleaned orders, the rejected lines and the ledger.

    Parameters
    ----------
    cleaned : Cleaned
        Result of `kehu.orders.clean`.
    folder : path
        Where to write; made if need be. Files of an earlier call are replaced, all of them or none.

    Returns
    -------
    pathlib.Path
        The folder, now with ``orders.parquet`` (`kehu.orders.read` reads it again, further columns where
        ``columns`` names them), ``rejected.parquet``, ``ledger.csv``, and ``orders.duckdb`` with the tables
        ``orders``, ``rejected`` and ``ledger``.

    Raises
    ------
    OSError
        If the folder cannot be written, saying why; nothing is changed then.

    Examples
    --------
    >>> import tempfile, kehu
    >>> cleaned = kehu.orders.clean(kehu.simulate.messy_orders(100, random_state=1).orders)
    >>> folder = store(cleaned, tempfile.mkdtemp())
    >>> with duckdb.connect(folder / "orders.duckdb", read_only=True) as database:
    ...     database.sql("select count(*) from orders").fetchall() == [(len(cleaned.orders),)]
    True
    """
    folder = Path(folder)
    with staged(folder) as stage:
        cleaned.orders.to_parquet(stage / "orders.parquet", index=False)
        cleaned.rejected.to_parquet(stage / "rejected.parquet", index=False)
        cleaned.ledger.to_csv(stage / "ledger.csv", index=False, encoding="utf-8-sig", lineterminator="\n")
        with duckdb.connect(stage / _DATABASE) as database:
            for name in ("orders", "rejected"):
                source = database.read_parquet(str(stage / f"{name}.parquet"))
                source.create(name)
            database.from_df(cleaned.ledger).create("ledger")
    return folder
