"""Order lines from a user's own file: csv and its like, Excel workbook or Parquet."""

import os
from collections.abc import Mapping

import pandas as pd

from kehu.orders import dateformats
from kehu.orders._reading import choice, parquetfiles, paths, textfiles, workbooks
from kehu.orders.schema import conform

__all__ = ["read"]


def read(
    path: str | os.PathLike[str],
    *,
    columns: Mapping[str, str] | None = None,
    date_format: str | None = None,
    encoding: str | None = None,
    sheet: str | None = None,
) -> pd.DataFrame:
    r"""Read order lines from a csv, Excel or Parquet file.

    Only the columns asked for are read. A file of text may be separated by comma, semicolon, tab or bar,
    and be written in UTF-8, UTF-16 with its mark, or GB 18030; separator and encoding are found out.

    Parameters
    ----------
    path : str or path
        The file: .csv, .txt, .tsv (also with .gz), .xlsx, .xlsm, .parquet or .pq. The first row holds the
        column names.
    columns : mapping of str to str, optional
        Our name → name in the file, such as ``{"customer_id": "买家", "ordered_at": "下单时间"}``. Ours are
        ``customer_id``, ``order_id``, ``ordered_at`` and ``amount`` (or ``quantity`` and ``unit_price``,
        from which it is computed), and, if there are such, ``product``, ``category``, ``quantity``. A
        column of the file that has one of these names is found without being mentioned. Any other name
        keeps a further column, such as ``{"country": "国家"}``.
    date_format : str, optional
        How dates given as text or numbers are written; found out when not given. See
        `kehu.orders.dates.parse`.
    encoding : str, optional
        Encoding of a text file; found out when not given.
    sheet : str, optional
        Sheet of a workbook; the first one that is not empty when not given.

    Returns
    -------
    pandas.DataFrame
        One row an order line, in the order of the file, in the form that `kehu.orders.conform` describes.
        Missing values stay: `kehu.orders.clean` accounts for them.

    Raises
    ------
    FileNotFoundError, IsADirectoryError
        If there is no such file.
    KeyError
        If a column or sheet is missing; says what there is and what may be meant.
    ValueError
        If the file is empty, damaged, of another kind than its name says or in another encoding, or if
        numbers, dates or rows cannot be read beyond doubt; says on which line.
    TypeError
        If an argument is of the wrong kind, or a Parquet column holds something else than it should.

    Warns
    -----
    FirstSheetWarning
        If a workbook has several sheets and none was chosen.
    MissingWordWarning
        If a word such as NULL stands among the labels.

    Notes
    -----
    *Labels* (customers, orders, products, categories) are kept as text exactly, leading zeros and blanks
    included; of Parquet also whole numbers. Taken off is only what shops' exports put around long numbers
    so that spreadsheets leave them alone: ``="0123"`` and tabs are read as 0123. Identifiers that a
    spreadsheet has rounded (1.23457E+17) are refused. In further columns plain numbers become numbers.

    *Numbers* may be plain (1234.5) or written as money (¥1,234.50). A decimal comma is refused, and so are
    commas that might be one.

    *Missing* is an empty field, and in dates and numbers also a word such as NULL or N/A.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder) / "orders.csv"
    ...     text = "买家,订单号,下单时间,实付金额\n007,1,2017年11月11日,¥12.50\n"
    ...     _ = file.write_text(text, encoding="gb18030")
    ...     read(file, columns={"customer_id": "买家", "order_id": "订单号",
    ...                         "ordered_at": "下单时间", "amount": "实付金额"})
      customer_id order_id ordered_at  amount
    0         007        1 2017-11-11    12.5
    """
    columns = choice.check(columns)
    if date_format is not None:
        dateformats.check(date_format)
    path = paths.existing(path)
    kind = paths.kind(path, encoded=encoding is not None)
    if encoding is not None and "text" not in kind:
        raise ValueError(f"encoding= is for text files; {path.name} is {kind}")
    if sheet is not None and kind != "Excel workbook":
        raise ValueError(f"sheet= is for Excel workbooks; {path.name} is {kind}")
    if kind == "Excel workbook":
        frame = workbooks.load(path, columns, date_format=date_format, sheet=sheet)
    elif kind == "Parquet":
        frame = parquetfiles.load(path, columns)
    else:
        frame = textfiles.load(path, columns, date_format=date_format, encoding=encoding)
    return conform(frame, date_format=date_format)
