"""From a file's columns to a table: each column coded by its kind, and the computed ones added."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from kehu.datasets import readers, sources
from kehu.datasets.registry import Column, Entry, Table
from kehu.frames import labels, numbers, select, times, used


def shape(raw: readers.Raw, columns: tuple[Column, ...], what: str) -> pd.DataFrame:
    """Take columns out of what a reader gave, under their names here, each coded by its kind."""
    coded = {}
    for column in columns:  # one after the other, so that a large table is never there twice
        name = {column.name: column.source}
        found = select(raw, {}, optional=name, what=what) if column.optional else select(raw, name, what=what)
        if column.name in found:
            coded[column.name] = _CODERS[column.kind](found[column.name], column)
    return pd.DataFrame(coded)


def _coded(values: pd.Series, name: str) -> pd.Categorical:
    """Code labels in the order of their first appearance, none unused."""
    codes, categories = used(labels(values, name))
    return pd.Categorical.from_codes(codes, categories=categories)


def _label(values: pd.Series, column: Column) -> pd.Categorical:
    coded = _coded(values, column.name)
    if pd.api.types.is_integer_dtype(coded.categories.dtype):
        return coded.rename_categories(coded.categories.astype("str"))
    return coded


def _level(values: pd.Series, column: Column) -> pd.Categorical:
    coded = _label(values, column)
    unknown = coded.categories.difference(list(column.levels))
    if len(unknown):
        raise ValueError(f"{column.name} must be one of {', '.join(column.levels)}; got {unknown[0]!r}")
    return coded.set_categories(list(column.levels), ordered=True)


def _time(values: pd.Series, column: Column) -> np.ndarray:
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return times(values, column.name)
    written = labels(values, column.name)
    for form in column.formats:
        try:
            parsed = pd.to_datetime(pd.Index(written.categories.astype("str")), format=form)
        except ValueError:
            continue
        return times(pd.Series(parsed).reindex(written.codes), column.name)
    raise ValueError(
        f"{column.name} must hold times written like {' or '.join(column.formats)}, "
        f"got {written.categories[0]!r}"
    )


def _integer(values: pd.Series, column: Column) -> np.ndarray:
    if isinstance(values.dtype, np.dtype) and values.dtype.kind == "i":
        return values.to_numpy(dtype=np.int64)
    found = numbers(values, column.name)
    whole = bool(np.isfinite(found).all()) and bool((found == np.rint(found)).all())
    return found.astype(np.int64) if whole else found


def _flag(values: pd.Series, column: Column) -> pd.Series:  # noqa: ARG001
    known = values.astype("boolean")
    return known if known.isna().any() else known.astype(bool)


_CODERS: dict[str, Callable[[pd.Series, Column], object]] = {
    "id": lambda values, column: _coded(values, column.name),
    "label": _label,
    "level": _level,
    "text": lambda values, column: values.astype("str"),  # noqa: ARG005
    "time": _time,
    "integer": _integer,
    "number": lambda values, column: numbers(values, column.name),
    "flag": _flag,
}


def finish(frame: pd.DataFrame, entry: Entry, table: Table) -> pd.DataFrame:
    """Add the columns that are computed, and put all of them in the registry's order."""
    if table.recipe:
        frame = _RECIPES[table.recipe](frame, entry, table)
    return frame[[column.name for column in table.columns if column.name in frame]]


def _complete_journey(frame: pd.DataFrame, entry: Entry, table: Table) -> pd.DataFrame:
    """Look up the product's type and put the clock right."""
    products = entry.tables["products"]
    columns = tuple(column for column in products.columns if column.name in ("product_id", "product_type"))
    raw = readers.read(sources.package_file(entry, products), products, columns)
    known = shape(raw, columns, f"{entry.name}, table products")
    rows = pd.Index(known["product_id"].astype("int64")).get_indexer(frame["product"].cat.categories)
    types = known["product_type"].cat
    codes = np.where(rows >= 0, types.codes.to_numpy()[rows], -1)[frame["product"].cat.codes]
    category = _coded(pd.Series(pd.Categorical.from_codes(codes, categories=types.categories)), "category")

    moments = frame["ordered_at"].to_numpy()
    begins = np.array([begin for begin, _ in table.facts["clock"]], dtype=moments.dtype)
    hours = np.array([hours for _, hours in table.facts["clock"]], dtype="timedelta64[h]")
    return frame.assign(
        category=category, ordered_at=moments + hours[np.searchsorted(begins, moments, side="right") - 1]
    )


def _cdnow(frame: pd.DataFrame, entry: Entry, table: Table) -> pd.DataFrame:  # noqa: ARG001
    """Give each purchase a number of its own."""
    customer = frame["customer_id"].astype("str")
    day = frame["ordered_at"].dt.strftime("%Y%m%d")
    running = frame.groupby(["customer_id", "ordered_at"], observed=True).cumcount() + 1
    return frame.assign(order_id=labels(customer + "-" + day + "-" + running.astype("str"), "order_id"))


def _items(frame: pd.DataFrame, entry: Entry, table: Table) -> pd.DataFrame:  # noqa: ARG001
    """List the questions of a survey and what each measures."""
    constructs = table.facts["constructs"]
    return pd.DataFrame(
        [
            (item.name, item.measures, constructs[item.measures], item.meaning["en"], item.meaning["zh"])
            for item in entry.main.columns
        ],
        columns=[column.name for column in table.columns],
    )


def _online_retail(frame: pd.DataFrame, entry: Entry, table: Table) -> pd.DataFrame:  # noqa: ARG001
    return frame.assign(amount=frame["quantity"] * frame["unit_price"])


def _taobao(frame: pd.DataFrame, entry: Entry, table: Table) -> pd.DataFrame:  # noqa: ARG001
    """Count seconds since 1970 on the clock of China, eight hours before UTC's."""
    moments = pd.to_datetime(frame["seconds"] + 8 * 3600, unit="s")
    return frame.assign(happened_at=times(moments))


_RECIPES: dict[str, Callable[[pd.DataFrame, Entry, Table], pd.DataFrame]] = {
    "complete_journey": _complete_journey,
    "cdnow": _cdnow,
    "items": _items,
    "online_retail": _online_retail,
    "taobao": _taobao,
}
