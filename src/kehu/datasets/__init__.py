"""Real data sets by name: load them, list them, read their cards.

Nothing is copied into the project. Two order data sets and a survey are read from the files of packages
(extra ``data``, whose code is never imported), one is downloaded from its official home when it is asked for,
the others are read from files that you get yourself. Each is checked by content: a file that differs from the
one described in ``data/datasets.yaml`` is refused, saying what differs.
"""

import os
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from kehu.datasets import cards, loading, registry, sources
from kehu.datasets.cards import Card

__all__ = ["Card", "card", "list", "load"]


def load(
    name: str,
    table: str | None = None,
    *,
    path: str | os.PathLike[str] | None = None,
    columns: Iterable[str] | None = None,
    check: bool = True,
) -> pd.DataFrame:
    """Load a table of a data set.

    Order data sets give the table of order lines that :mod:`kehu.orders` describes: customer_id, order_id,
    ordered_at, product, category, quantity, amount, as far as the data have them.

    Parameters
    ----------
    name : str
        Name of the data set, see :func:`list`.
    table : str, optional
        Name of the table; the first one by default. ``"promotions"`` of Complete Journey has 20.9 million
        rows.
    path : path, optional
        Your own copy of the file: parquet, csv (also csv.gz), xlsx or the original zip. By default the file
        is looked for in the installed package or in the cache folder, and ``online_retail`` is downloaded.
    columns : iterable of str, optional
        Only these columns; saves time and memory.
    check : bool
        Refuse a file whose content differs from the registry's fingerprint. Pass False for a part of a file.

    Returns
    -------
    pandas.DataFrame
        Labels (customers, orders, products, codes) as categories in the order of their first appearance, kept
        exactly; times as datetime64[us]; amounts in the currency that the card names.

    Raises
    ------
    KeyError
        If there is no such data set, table or column; the message names the closest one.
    FileNotFoundError
        If the package or the file is not there; the message says where to get it and where to put it.
    ConnectionError
        If the download fails; the message says the same.
    ValueError
        If the content is not what the registry describes, with what was expected and what was found; if a
        file cannot be read.

    Examples
    --------
    >>> import kehu
    >>> orders = kehu.datasets.load("cdnow")
    >>> orders.head(2)
      customer_id          order_id ordered_at  quantity  amount
    0       00001  00001-19970101-1 1997-01-01         1   11.77
    1       00002  00002-19970112-1 1997-01-12         1   12.00
    """
    entry = registry.entry(name)
    return loading.load_table(entry, entry.table(table), None if path is None else Path(path), columns, check)


def list(language: str = "en") -> pd.DataFrame:
    """List the data sets.

    Parameters
    ----------
    language : {"en", "zh"}
        Language of the titles and notes.

    Returns
    -------
    pandas.DataFrame
        One row a data set: name, title, tables, rows (of the first table), period, licence, provenance,
        source, available (whether :func:`load` works here without a download).

    Examples
    --------
    >>> import kehu
    >>> kehu.datasets.list()[["name", "rows", "provenance"]].head(3)
                   name     rows           provenance
    0  complete_journey  1469307  provenance disputed
    1             cdnow    69659                 real
    2         ecsi_mobi      250                 real
    """
    cards.check_language(language)
    rows = [
        {
            "name": entry.name,
            "title": entry.title[language],
            "tables": ", ".join(entry.tables),
            "rows": entry.main.rows,
            "period": " – ".join(entry.period) if entry.period else cards.say("unstated", language),
            "licence": entry.licence[language],
            "provenance": cards.say(entry.provenance, language),
            "source": cards.say(entry.source.kind, language).format(entry.source.package),
            "available": sources.available(entry),
        }
        for entry in registry.entries().values()
    ]
    return pd.DataFrame(rows).astype({"rows": "Int64"})


def card(name: str, language: str = "en") -> Card:
    """Show what must be known about a data set before it is used.

    Parameters
    ----------
    name : str
        Name of the data set, see :func:`list`.
    language : {"en", "zh"}
        Language of the card.

    Returns
    -------
    Card
        Prints as text, and as a table in a notebook; ``.columns`` lists all columns and their meaning.

    Raises
    ------
    KeyError
        If there is no such data set.
    ValueError
        If there is no such language.

    Examples
    --------
    >>> import kehu
    >>> kehu.datasets.card("ecsi_mobi").provenance
    'real'
    """
    cards.check_language(language)
    return Card(registry.entry(name).name, language)
