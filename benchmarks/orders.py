"""Read and clean order lines: kehu against pandas, polars and DuckDB doing the same steps on the same file.

The steps: read a csv, parse the times, reject gaps and impossible values, drop exact duplicates, match
returns to the sales they undo, reduce or remove those sales, and give rows and money by reason. The peers
match a return to the latest earlier sale of that customer and product by an as-of join, which is enough for
the simulated shop and less than kehu does. All must keep the same rows and the same money.
"""

import tempfile
from pathlib import Path

import _side_by_side as side_by_side
import pandas as pd

CHUNK = 2_000_000
COLUMNS = ["customer_id", "order_id", "ordered_at", "product", "quantity", "amount"]
LABELS = ("customer_id", "order_id", "product")
FIRST, LAST = "1990-01-01", "2026-01-01"


def write_file(path: Path, n: int) -> None:
    """Write about ``n`` messy order lines, shop after shop so that little memory is needed."""
    import pyarrow as pa
    from pyarrow import csv

    import kehu

    writer = None
    for shop, start in enumerate(range(0, n, CHUNK)):
        orders = kehu.simulate.messy_orders(min(CHUNK, n - start), random_state=shop).orders
        for name in ("customer_id", "order_id"):
            orders[name] = orders[name].cat.rename_categories(lambda label, shop=shop: f"{shop:02d}{label}")
        orders["ordered_at"] = orders["ordered_at"].dt.strftime("%Y-%m-%d %H:%M:%S")
        orders["amount"] = orders["amount"].round(2)
        table = pa.Table.from_pandas(orders.astype(dict.fromkeys(LABELS, "str")))
        if writer is None:
            writer = csv.CSVWriter(path, table.schema, write_options=csv.WriteOptions(quoting_style="none"))
        writer.write_table(table)
    writer.close()


def kehu_(path: str) -> list:
    import kehu

    cleaned = kehu.orders.clean(kehu.orders.read(path), not_after=LAST)
    return _summary(len(cleaned.orders), cleaned.orders["amount"].sum())


def pandas_(path: str) -> list:
    lines = pd.read_csv(path, engine="pyarrow", dtype_backend="pyarrow")
    lines["ordered_at"] = lines["ordered_at"].astype("timestamp[us][pyarrow]").astype("datetime64[us]")
    lines["units"] = (lines["amount"].astype("float64") * 10_000).round().fillna(0).astype("int64")
    reason = pd.Series("kept", index=lines.index)

    def reject(name: str, mask: pd.Series) -> None:
        reason[mask.fillna(False).to_numpy(bool) & (reason == "kept").to_numpy(bool)] = name

    for name in ("customer_id", "order_id", "product", "ordered_at", "amount", "quantity"):
        reject(f"{name} missing", lines[name].isna())
    reject("impossible date", (lines["ordered_at"] < FIRST) | (lines["ordered_at"] > LAST))
    reject("quantity zero", lines["quantity"] == 0)
    reject("negative quantity without refund", (lines["quantity"] < 0) & (lines["units"] >= 0))
    reject("negative price", (lines["quantity"] > 0) & (lines["units"] < 0))
    reject("amount zero", lines["units"] == 0)
    reject("exact duplicate", lines.duplicated())
    lines["row"] = range(len(lines))
    alive = lines[reason == "kept"]
    returns = alive[alive["quantity"] < 0].sort_values("ordered_at")
    sales = alive.loc[alive["quantity"] > 0, ["customer_id", "product", "ordered_at", "row"]]
    sales = sales.rename(columns={"row": "sale"}).sort_values("ordered_at")
    matched = pd.merge_asof(returns, sales, on="ordered_at", by=["customer_id", "product"])
    reason[matched["row"].to_numpy()] = "return"
    taken = matched.dropna(subset="sale").groupby("sale")["quantity"].sum().mul(-1)
    places = taken.index.astype("int64")
    share = taken.to_numpy("float64") / lines["quantity"].iloc[places].to_numpy("float64")
    reason[places[share >= 1]] = "sale taken back in full"
    parts = places[share < 1]
    part_units = (lines["units"].iloc[parts] * share[share < 1]).round().astype("int64")
    ledger = lines.groupby(reason.to_numpy())["units"].agg(["size", "sum"])
    kept = lines[reason == "kept"].copy()
    kept.loc[parts, "quantity"] = kept.loc[parts, "quantity"] - taken.to_numpy()[share < 1]
    return _summary(int(ledger.loc["kept", "size"]), (ledger.loc["kept", "sum"] - part_units.sum()) / 10_000)


def polars_(path: str) -> list:
    import polars as pl

    labels = dict.fromkeys(LABELS, pl.Categorical)
    lines = pl.read_csv(path, schema_overrides={**labels, "ordered_at": pl.String})
    lines = lines.with_columns(
        pl.col("ordered_at").str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us"),
        (pl.col("amount") * 10_000).round().fill_null(0).cast(pl.Int64).alias("units"),
    ).with_row_index("row")
    times, quantity, units = pl.col("ordered_at"), pl.col("quantity"), pl.col("units")
    rules = {f"{n} missing": pl.col(n).is_null() for n in (*labels, "ordered_at", "amount", "quantity")}
    rules["impossible date"] = (times < pd.Timestamp(FIRST)) | (times > pd.Timestamp(LAST))
    rules["quantity zero"] = quantity == 0
    rules["negative quantity without refund"] = (quantity < 0) & (units >= 0)
    rules["negative price"] = (quantity > 0) & (units < 0)
    rules["amount zero"] = units == 0
    first = iter(rules.items())
    name, rule = next(first)
    chain = pl.when(rule).then(pl.lit(name))
    for name, rule in first:
        chain = chain.when(rule).then(pl.lit(name))
    twin = ~pl.struct(COLUMNS).is_first_distinct()
    lines = lines.with_columns(
        chain.when(twin).then(pl.lit("exact duplicate")).otherwise(pl.lit("kept")).alias("reason")
    )
    alive = lines.filter(pl.col("reason") == "kept")
    returns = alive.filter(quantity < 0).sort("ordered_at")
    sales = alive.filter(quantity > 0).select(
        "customer_id", "product", "ordered_at", pl.col("row").alias("sale")
    )
    matched = returns.join_asof(
        sales.sort("ordered_at"), on="ordered_at", by=["customer_id", "product"], strategy="backward"
    )
    taken = matched.drop_nulls("sale").group_by("sale").agg((-quantity.sum()).alias("taken"))
    alive, undone = pl.col("reason") == "kept", pl.col("taken") >= quantity
    lines = lines.join(taken, left_on="row", right_on="sale", how="left").with_columns(
        pl.when(alive & (quantity < 0))
        .then(pl.lit("return"))
        .when(alive & undone)
        .then(pl.lit("sale taken back in full"))
        .otherwise(pl.col("reason"))
        .alias("reason"),
        (units * pl.col("taken") / quantity).round().fill_null(0).cast(pl.Int64).alias("part"),
    )
    ledger = lines.group_by("reason").agg(pl.len(), units.sum(), pl.col("part").sum())
    kept = lines.filter(pl.col("reason") == "kept").with_columns(quantity - pl.col("taken").fill_null(0))
    money = ledger.row(by_predicate=pl.col("reason") == "kept", named=True)
    return _summary(len(kept), (money["units"] - money["part"]) / 10_000)


def duckdb_(path: str) -> list:
    import duckdb

    database = duckdb.connect()
    same = ", ".join(COLUMNS)
    database.sql(f"""
        create table lines as
        select *, row_number() over () as row, coalesce(round(amount * 10000), 0)::bigint as units
        from read_csv('{path}', types={{'customer_id': 'varchar', 'order_id': 'varchar', 'product': 'varchar',
            'ordered_at': 'timestamp', 'quantity': 'bigint', 'amount': 'double'}})
    """)
    database.sql(f"""
        create table judged as
        select *, case
            when customer_id is null then 'customer missing' when order_id is null then 'order missing'
            when product is null then 'product missing' when ordered_at is null then 'date missing'
            when ordered_at < '{FIRST}' or ordered_at > '{LAST}' then 'impossible date'
            when amount is null then 'amount missing' when quantity is null then 'quantity missing'
            when quantity = 0 then 'quantity zero'
            when quantity < 0 and units >= 0 then 'negative quantity without refund'
            when quantity > 0 and units < 0 then 'negative price' when units = 0 then 'amount zero'
            when row != min(row) over (partition by {same}) then 'exact duplicate' else 'kept' end as reason
        from lines
    """)
    database.sql("drop table lines")
    database.sql("""
        create table taken as
        select sale, sum(-quantity) as taken from (
            select returns.quantity, sales.row as sale
            from (select * from judged where reason = 'kept' and quantity < 0) returns
            asof join (select * from judged where reason = 'kept' and quantity > 0) sales
            on returns.customer_id = sales.customer_id and returns.product = sales.product
               and returns.ordered_at >= sales.ordered_at)
        group by sale
    """)
    database.sql("""
        create table settled as
        select * exclude (reason), coalesce(round(units * taken / quantity), 0)::bigint as part,
            case when reason = 'kept' and quantity < 0 then 'return'
                 when reason = 'kept' and taken >= quantity then 'sale taken back in full'
                 else reason end as reason
        from judged left join taken on row = sale
    """)
    ledger = database.sql(
        "select reason, count(*), sum(units), sum(part) from settled group by reason"
    ).fetchall()
    database.sql(
        "create table kept as select * exclude (quantity), quantity - coalesce(taken, 0) as quantity "
        "from settled where reason = 'kept'"
    )
    rows, units, part = next(entry[1:] for entry in ledger if entry[0] == "kept")
    return _summary(rows, (int(units) - int(part)) / 10_000)


def _summary(rows: int, amount: float) -> list:
    return [int(rows), round(float(amount), 2)]


CONTESTANTS = {"kehu": kehu_, "pandas": pandas_, "polars": polars_, "DuckDB": duckdb_}


def table(n: int, results: list[dict], base: dict) -> list[str]:
    rows = []
    for result in results:
        size = f"{n / 1e6:.0f} M"
        if "failed" in result:
            rows.append(f"| {size} | {result['name']} | failed: {result['failed']} | | | |")
            continue
        ratios = (result[key] / base[key] for key in ("seconds", "gigabytes"))
        times, memory = (f"{ratio:.2f}×" for ratio in ratios)
        rows.append(
            f"| {size} | {result['name']} | {result['seconds']:.1f} | {times} "
            f"| {result['gigabytes']:.1f} | {memory} |"
        )
    return rows


def main() -> None:
    arguments = side_by_side.parser(__doc__)
    arguments.add_argument(
        "--millions", type=int, nargs="+", default=[10, 50], help="order lines (default 10 50)"
    )
    chosen = arguments.parse_args()
    if chosen.child:
        name, path = chosen.child
        side_by_side.child(CONTESTANTS[name], path)
        return
    lines = [
        "| lines | with | seconds | to kehu | peak GB | to kehu |",
        "| --- | --- | ---: | ---: | ---: | ---: |",
    ]
    growth = {}
    with tempfile.TemporaryDirectory() as folder:
        for millions in chosen.millions:
            path = Path(folder) / f"{millions}.csv"
            write_file(path, millions * 1_000_000)
            turns = max(1, round(chosen.runs * min(chosen.millions) / millions))
            results = side_by_side.compare(__file__, CONTESTANTS, turns, path)
            kept = {tuple(result["result"]) for result in results if "result" in result}
            if len(kept) > 1:
                raise SystemExit(f"the contestants disagree: {kept}")
            lines += table(millions * 1_000_000, results, results[0])
            growth[millions] = results[0].get("seconds")
            path.unlink()
    notes = [
        f"Whole processes, imports included; medians of {chosen.runs} runs in turn at the smallest size. "
        f"{side_by_side.machine('pandas', 'polars', 'duckdb', 'pyarrow')}."
    ]
    if len(growth) == 2 and all(growth.values()):
        (small, less), (large, more) = growth.items()
        notes.append(f"{large / small:.0f} times the lines take kehu {more / less:.1f} times as long.")
    text = "\n".join([*lines, "", *notes])
    print(text)
    if chosen.write:
        side_by_side.write_section("orders", f"## Reading and cleaning order lines\n\n{text}")


if __name__ == "__main__":
    main()
