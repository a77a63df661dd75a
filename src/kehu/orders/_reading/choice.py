"""Which columns of a file are wanted, and what to say when one is not there."""

import re
from collections.abc import Mapping, Sequence

from kehu.frames import closest
from kehu.orders.schema import LABELS

__all__ = ["LABELS", "NUMBERS", "check", "choose", "likely_names"]

NUMBERS = ("quantity", "unit_price", "amount")
_NEEDED = ("customer_id", "order_id", "ordered_at")
_SCHEMA = (*_NEEDED, "product", "category", *NUMBERS)

# Names that shops and platforms give these columns, the likelier first; suggested, never silently used.
_COMMON = {
    "customer_id": (
        "买家会员名 买家昵称 买家id 买家 会员名 会员编号 会员id 用户id 用户编号 客户编号 客户id 客户 "
        "customer customer_no buyer_id buyer member_id user_id user client_id household_id"
    ),
    "order_id": (
        "订单编号 订单号 订单id 主订单编号 子订单编号 交易编号 流水号 订单 "
        "order order_no order_number invoice_no invoice invoice_id basket_id transaction_id"
    ),
    "ordered_at": (
        "付款时间 订单付款时间 下单时间 订单创建时间 创建时间 成交时间 交易时间 购买时间 订单时间 "
        "下单日期 日期 时间 order_date order_time invoice_date transaction_date transaction_timestamp "
        "created_at date datetime timestamp time"
    ),
    "product": (
        "宝贝标题 商品名称 商品标题 商品 商品id 商品编号 产品 标题 "
        "product_name product_id description item item_name item_id sku stock_code"
    ),
    "category": "商品类目 类目 品类 分类 类别 category_name product_category department",
    "quantity": "购买数量 商品数量 宝贝总数量 数量 件数 qty units",
    "unit_price": "商品单价 单价 价格 price item_price",
    "amount": (
        "买家实际支付金额 实付金额 实际支付金额 支付金额 付款金额 总金额 订单金额 销售额 金额 "
        "total total_price sales sales_value revenue line_total"
    ),
}


def check(columns: Mapping[str, str] | None) -> dict[str, str]:
    """Refuse a mapping of columns that is none.

    Parameters
    ----------
    columns : mapping of str to str, optional
        Schema name → name in the file.

    Returns
    -------
    dict
        The mapping; names in the file without surrounding blanks.

    Raises
    ------
    TypeError
        If it is not a mapping of text to text.
    """
    if columns is None:
        return {}
    if not isinstance(columns, Mapping) or not all(
        isinstance(name, str) and isinstance(column, str) for name, column in columns.items()
    ):
        raise TypeError(f"columns must be like {{'customer_id': '买家'}} (ours: the file's), got {columns!r}")
    return {name: column.strip() for name, column in columns.items()}


def likely_names(columns: Mapping[str, str]) -> set[str]:
    """Names that the header of the file should have, some of them at least."""
    return {*_SCHEMA, *columns.values()}


def choose(names: Sequence[str], columns: Mapping[str, str], file: str) -> dict[str, str]:
    """Find the wanted columns in a file.

    Parameters
    ----------
    names : sequence of str
        The names in the file.
    columns : mapping of str to str
        Schema name → name in the file, for those that differ; other names are further columns to keep.
    file : str
        What the file is called, for messages.

    Returns
    -------
    dict
        Schema name → name in the file.

    Raises
    ------
    KeyError
        If one is missing, naming what there is and what may be meant.
    ValueError
        If a wanted name stands there twice.
    """
    chosen = {name: name for name in _SCHEMA if name in names} | dict(columns)
    if "amount" in chosen and "unit_price" not in columns:
        chosen.pop("unit_price", None)
    missing = [name for name in _NEEDED if name not in chosen]
    if "amount" not in chosen:
        missing += [name for name in ("quantity", "unit_price") if name not in chosen]
    if {"quantity", "unit_price"} <= {*missing}:
        missing = [name for name in missing if name not in NUMBERS] + ["amount"]
    absent = [name for name, column in chosen.items() if column not in names]
    if missing or absent:
        raise KeyError(_lacking(names, columns, missing, absent, file))
    for name, column in chosen.items():
        if names.count(column) > 1:
            raise ValueError(
                f"{file} has {names.count(column)} columns named {column!r} (for {name}); rename all but one"
            )
    return chosen


def _lacking(
    names: Sequence[str], columns: Mapping[str, str], missing: list[str], absent: list[str], file: str
) -> str:
    guesses = {name: _guess(name, names) for name in (*missing, *absent)}
    if absent:
        lack = f"no column {columns[absent[0]]!r} (for {absent[0]})"
        hint = closest(columns[absent[0]], names)
    else:
        lack = f"no column {missing[0]!r}{' (nor unit_price)' if missing[0] == 'amount' else ''}"
        hint = closest(missing[0], names)
    shown = ", ".join(f"{name!r}: {guess or '…'!r}" for name, guess in guesses.items())
    other = "; amount may be left out where there are quantity and unit_price" if "amount" in missing else ""
    if sum(_is_number(column) for column in names) * 2 > len(names):
        other += "; the first row must hold the column names, and this one looks like data"
    return f"{file} has {lack}; {hint}. Say which is which: columns={{{shown}}}{other}"


def _is_number(name: str) -> bool:
    return re.fullmatch(r"[+-]?[0-9]+(?:[.,][0-9]+)?", name) is not None


def _guess(name: str, names: Sequence[str]) -> str | None:
    """The column that most likely holds what is meant, by the names in use."""
    plain = {_plain(column): column for column in reversed(names)}
    common = [name, *_COMMON.get(name, "").split()]
    return next((plain[_plain(word)] for word in common if _plain(word) in plain), None)


def _plain(name: str) -> str:
    return re.sub(r"[\s_\-]", "", name).casefold()
