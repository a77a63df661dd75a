"""The contestants of the benchmark of customers: given the data, they return what is to be timed."""

from collections.abc import Callable

import numpy as np

FIRST, LAST, DAYS = np.datetime64("2017-01-01", "D"), np.datetime64("2018-12-31", "D"), 730
DAY = 86_400_000_000  # microseconds
AT = (0.2, 0.4, 0.6, 0.8)
# The published estimates for CDNOW, in days.
TRUTH = {"r": 0.243, "alpha": 30.898, "a": 0.793, "b": 2.426}
PERIODS, RATE = 12, 0.01
TINY = 2_000

Data = dict[str, np.ndarray]
Call = Callable[[], object]


# The same table of orders for each: numbers of customers, times, amounts.


def in_pandas(data: Data) -> object:
    import pandas as pd

    orders = {"customer_id": data["customer"], "ordered_at": data["moment"].view("M8[us]")}
    return pd.DataFrame(orders | {"amount": data["amount"]})


def in_polars(data: Data) -> object:
    import polars as pl

    orders = {"customer_id": data["customer"], "ordered_at": data["moment"].view("M8[us]")}
    return pl.DataFrame(orders | {"amount": data["amount"]}).lazy()


def in_duckdb(data: Data) -> object:
    import duckdb

    database = duckdb.connect()
    orders = in_polars(data).collect()
    database.register("given", orders.to_arrow())
    database.sql("create table orders as select * from given")
    database.unregister("given")
    return database


# A summary: one row a customer, the orders of a day are one order.


def kehu_summary(data: Data, same_day: str = "merge") -> Call:
    from kehu.orders import customer_summary

    orders = in_pandas(data)
    if same_day == "keep":
        orders["order_id"] = np.arange(len(orders))
    return lambda: customer_summary(orders, as_of=str(LAST), same_day=same_day)


def pandas_summary(data: Data) -> Call:
    import pandas as pd

    orders = in_pandas(data)

    def call() -> pd.DataFrame:
        key = orders["customer_id"].to_numpy() * DAYS + _days(orders)
        merged = orders["amount"].groupby(key).sum()
        customer, day = np.divmod(merged.index.to_numpy(), DAYS)
        merged = pd.DataFrame({"day": day, "amount": merged.to_numpy()}).groupby(customer)
        found = merged["day"].agg(["first", "last", "size"])
        total, repeat = merged["amount"].sum(), found["size"] - 1
        mean = (total - merged["amount"].first()) / repeat.where(repeat > 0)
        return pd.DataFrame(
            {
                "frequency": repeat,
                "recency": (found["last"] - found["first"]).astype(float),
                "T": (DAYS - 1 - found["first"]).astype(float),
                "monetary_value": mean.fillna(0.0),
                "days_since_last": (DAYS - 1 - found["last"]).astype(float),
                "n_orders": found["size"],
                "total": total,
            }
        )

    return call


def _days(orders: object) -> np.ndarray:
    return (orders["ordered_at"].to_numpy().astype("M8[D]") - FIRST).astype(np.int64)


def polars_summary(data: Data) -> Call:
    import polars as pl

    day, amount, n = pl.col("day"), pl.col("amount"), pl.col("n_orders")
    merged = in_polars(data).select("customer_id", pl.col("ordered_at").cast(pl.Date).alias("day"), "amount")
    found = merged.group_by("customer_id", "day").agg(amount.sum()).group_by("customer_id")
    found = found.agg(
        day.min().alias("first"),
        day.max().alias("last"),
        pl.len().cast(pl.Int64).alias("n_orders"),
        amount.sum().alias("total"),
        amount.min_by("day").alias("start"),
    )
    end = pl.lit(LAST.item())
    mean = pl.when(n > 1).then((pl.col("total") - pl.col("start")) / (n - 1)).otherwise(0.0)
    table = found.select(
        "customer_id",
        (n - 1).alias("frequency"),
        (pl.col("last") - pl.col("first")).dt.total_days().cast(pl.Float64).alias("recency"),
        (end - pl.col("first")).dt.total_days().cast(pl.Float64).alias("T"),
        mean.alias("monetary_value"),
        (end - pl.col("last")).dt.total_days().cast(pl.Float64).alias("days_since_last"),
        n,
        "total",
    )
    return table.collect


def duckdb_summary(data: Data) -> Call:
    database = in_duckdb(data)
    question = f"""
        with merged as (
            select customer_id, ordered_at::date as day, sum(amount) as amount from orders group by all),
        found as (
            select customer_id, min(day) as first, max(day) as last, count(*) as n, sum(amount) as total,
                arg_min(amount, day) as start from merged group by customer_id)
        select customer_id, n - 1 as frequency, (last - first)::double as recency,
            (date '{LAST}' - first)::double as T,
            case when n > 1 then (total - start) / (n - 1) else 0 end as monetary_value,
            (date '{LAST}' - last)::double as days_since_last, n as n_orders, total from found
    """
    return lambda: database.sql(question).to_arrow_table()


def summarised(table: object) -> list[float]:
    """Sums of the columns, whatever library holds them."""
    names = ("frequency", "recency", "T", "monetary_value", "days_since_last", "n_orders", "total")
    return [len(table), *(float(np.asarray(table[name]).sum()) for name in names)]


# Scores: five of recency, frequency and amount each, cut at the quantiles of all customers.


def kehu_scores(data: Data, same_day: str = "merge") -> Call:
    from kehu.rfm import RFM

    summary = kehu_summary(data, same_day)
    return lambda: RFM(borders="quantile").fit_transform(summary())["rfm_score"]


def pandas_scores(data: Data, same_day: str = "merge") -> Call:
    import pandas as pd

    orders = in_pandas(data)

    def call() -> pd.Series:
        customers = orders.groupby("customer_id")
        last, total = customers["ordered_at"].max(), customers["amount"].sum()
        if same_day == "keep":
            number = customers.size()
        else:
            different = pd.unique(orders["customer_id"].to_numpy() * DAYS + _days(orders))
            number = pd.Series(different // DAYS).value_counts(sort=False).reindex(total.index)
            last = last.dt.floor("D")

        def score(values: pd.Series) -> np.ndarray:
            return np.searchsorted(values.quantile(AT), values, side="left").astype(np.int16)

        since = (pd.Timestamp(LAST + 1) - last).dt.total_seconds()
        return pd.Series(100 * (5 - score(since)) + 10 * score(number) + score(total) + 11, total.index)

    return call


def polars_scores(data: Data, same_day: str = "merge") -> Call:
    import polars as pl

    moment, merge = pl.col("ordered_at"), same_day == "merge"
    last = moment.max().cast(pl.Date) if merge else moment.max()
    number = moment.cast(pl.Date).n_unique() if merge else pl.len()
    found = in_polars(data).group_by("customer_id").agg(
        last.alias("last"), number.cast(pl.Float64).alias("number"), pl.col("amount").sum().alias("total")
    )  # fmt: skip
    since = (pl.lit(LAST + 1) - pl.col("last")).dt.total_microseconds().cast(pl.Float64)

    def score(values: pl.Expr) -> pl.Expr:
        cuts = [values.quantile(at, interpolation="linear") for at in AT]
        return pl.sum_horizontal([(values > cut).cast(pl.Int16) for cut in cuts])

    code = 100 * (5 - score(since)) + 10 * score(pl.col("number")) + score(pl.col("total")) + 11
    return lambda: found.select("customer_id", code.alias("score")).collect()["score"]


def duckdb_scores(data: Data, same_day: str = "merge") -> Call:
    database = in_duckdb(data)
    last, number = {
        "merge": (f"(date '{LAST}' - max(ordered_at)::date)", "count(distinct ordered_at::date)"),
        "keep": (f"epoch_us(timestamp '{LAST + 1}') - epoch_us(max(ordered_at))", "count(*)"),
    }[same_day]

    def score(name: str) -> str:
        return " + ".join(f"({name} > cuts.{name}[{place}])::int" for place in range(1, 5))

    cuts = ", ".join(f"quantile_cont({name}, {list(AT)}) as {name}" for name in ("since", "number", "total"))
    question = f"""
        with found as materialized (
            select customer_id, ({last})::double as since, ({number})::double as number, sum(amount) as total
            from orders group by customer_id),
        cuts as (select {cuts} from found)
        select customer_id, 100 * (5 - ({score("found.since").replace("cuts.found", "cuts")}))
            + 10 * ({score("found.number").replace("cuts.found", "cuts")})
            + ({score("found.total").replace("cuts.found", "cuts")}) + 11 as score
        from found, cuts
    """
    return lambda: database.sql(question).to_arrow_table()["score"]


def scored(scores: object) -> list[int]:
    """How many have each score."""
    counts = np.bincount(np.asarray(scores).astype(np.int64), minlength=556)
    return counts[counts > 0].tolist()


# Cohorts: customers by the month of their first order, and how many of them ordered in each later month.


def kehu_cohorts(data: Data) -> Call:
    from kehu.lifecycle import cohorts

    orders = in_pandas(data)
    return lambda: cohorts(orders, as_of=LAST).active


def pandas_cohorts(data: Data) -> Call:
    import pandas as pd

    orders = in_pandas(data)

    def call() -> pd.DataFrame:
        month = orders["ordered_at"].to_numpy().astype("M8[M]").astype(np.int64)
        low, n = month.min(), month.max() - month.min() + 1
        pairs = pd.unique(orders["customer_id"].to_numpy() * n + (month - low))
        customer, month = np.divmod(pairs, n)
        first = pd.Series(month).groupby(customer).transform("min")
        return pd.DataFrame({"first": first, "since": month - first}).value_counts().unstack()  # noqa: PD010

    return call


def polars_cohorts(data: Data) -> Call:
    import polars as pl

    month = pl.col("ordered_at").dt.year().cast(pl.Int32) * 12 + pl.col("ordered_at").dt.month()
    pairs = in_polars(data).select("customer_id", month.alias("month")).unique()
    first = pairs.group_by("customer_id").agg(pl.col("month").min().alias("first"))
    since = (pl.col("month") - pl.col("first")).alias("since")
    cells = pairs.join(first, on="customer_id").group_by("first", since).len()
    return lambda: cells.collect().pivot("since", index="first", values="len")  # noqa: PD010


def duckdb_cohorts(data: Data) -> Call:
    database = in_duckdb(data)
    question = """
        with pairs as (select distinct customer_id, year(ordered_at) * 12 + month(ordered_at) as month
            from orders),
        firsts as (select customer_id, min(month) as first from pairs group by customer_id)
        select first, month - first as since, count(*) as customers
        from pairs join firsts using (customer_id) group by all
    """
    return lambda: database.sql(question).to_arrow_table()["customers"]


def cells(table: object) -> list[float]:
    """Number of cells with customers, their sum and the sum of their squares."""
    if hasattr(table, "drop") and "first" in getattr(table, "columns", []):
        table = table.drop("first")
    found = np.nan_to_num(np.asarray(table, dtype=float))
    return [int((found > 0).sum()), int(found.sum()), float((found**2).sum())]


# Lifetime value: the BG/NBD fitted, and what customers will buy within a year of 12 discounted months.


def kehu_fit(data: Data) -> Call:
    import pandas as pd

    from kehu.clv import BetaGeoNBD

    summary = pd.DataFrame(data)
    return lambda: BetaGeoNBD().fit(summary).params_


def lifetimes_fit(data: Data) -> Call:
    from lifetimes import BetaGeoFitter

    return lambda: BetaGeoFitter().fit(data["frequency"], data["recency"], data["T"]).params_


def parameters(found: object) -> list[float]:
    return [float(found[name]) for name in TRUTH]


def kehu_value(data: Data) -> Call:
    import pandas as pd

    from kehu.clv import BetaGeoNBD, lifetime_value

    summary = pd.DataFrame(data)
    model = BetaGeoNBD().fit(summary[:50_000])
    asked = {"periods": PERIODS, "period": 30.0, "unit": "D", "discount_rate_per_period": RATE}
    return lambda: lifetime_value(model, summary["spend"], summary, **asked)["lifetime_value"]


def lifetimes_value(data: Data) -> Call:
    import pandas as pd
    from lifetimes import BetaGeoFitter
    from lifetimes.utils import _customer_lifetime_value

    from kehu.clv import BetaGeoNBD

    # The same parameters as those of kehu, so that the values must be the same.
    few = pd.DataFrame(data)[:50_000]
    model = BetaGeoFitter().fit(few["frequency"][:TINY], few["recency"][:TINY], few["T"][:TINY])
    model.params_ = BetaGeoNBD().fit(few).params_
    columns = [pd.Series(data[name]) for name in ("frequency", "recency", "T", "spend")]
    return lambda: _customer_lifetime_value(model, *columns, time=PERIODS, discount_rate=RATE, freq="D")


def valued(values: object) -> list[float]:
    return [len(values), float(np.asarray(values).sum())]
