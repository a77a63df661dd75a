"""Every chart with ordinary and with awkward results."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from kehu import plots


def periods(n=52, freq="7D", scale=3000.0):
    rng = np.random.default_rng(1)
    counts = rng.poisson(scale, n)
    return pd.DataFrame(
        {
            "period": pd.date_range("2017-01-02", periods=n, freq=freq),
            "n_orders": counts,
            "n_customers": counts // 2,
            "amount": counts * 27.5,
        }
    )


def order_values(n=5000, scale=20.0):
    rng = np.random.default_rng(2)
    return pd.DataFrame({"amount": np.round(rng.lognormal(np.log(scale), 1.2, n), 9)})


def rhythm(columns=24, scale=50):
    rng = np.random.default_rng(3)
    return pd.DataFrame(
        rng.poisson(scale, (7, columns)),
        index=pd.RangeIndex(7, name="weekday"),
        columns=pd.RangeIndex(columns, name="hour"),
    )


class Curve(SimpleNamespace):
    """Stands for kehu.orders.Concentration."""

    def __contains__(self, name):
        return False


def concentration(amounts, by="customer_id"):
    amounts = np.sort(np.asarray(amounts, dtype=float))[::-1]
    n = len(amounts)
    curve = pd.DataFrame(
        {
            "label": np.arange(n).astype(str),
            "amount": amounts,
            "unit_share": np.arange(1, n + 1) / n,
            "amount_share": np.cumsum(amounts) / amounts.sum(),
        }
    )
    gini = float(((n + 1 - 2 * np.arange(1, n + 1)) * amounts).sum() / (n * amounts.sum()))

    def top_share(fraction):
        return float(np.interp(fraction, [0, *curve["unit_share"]], [0, *curve["amount_share"]]))

    return Curve(by=by, gini=gini, curve=curve, top_share=top_share)


def items(names, supports=None):
    supports = np.linspace(0.3, 0.02, len(names)) if supports is None else supports
    return pd.DataFrame({"item": names, "count": np.arange(len(names)), "support": supports})


def sizes(counts):
    baskets = pd.Series(counts)
    return pd.DataFrame(
        {"size": baskets.index, "baskets": baskets.to_numpy(), "share": baskets / baskets.sum()}
    )


def ledger(removed, rows=541_909, amount=9_747_747.93):
    """``removed``: (step, reason, rows, amount) of every removal."""
    kept = rows - sum(entry[2] for entry in removed), amount - sum(entry[3] for entry in removed)
    entries = [("input", "order lines received", rows, amount), *removed, ("store", "kept", *kept)]
    return pd.DataFrame(entries, columns=["step", "reason", "rows", "amount"])


REMOVED = [
    ("filter", "outside the period", 0, 0.0),
    ("filter", "not a product", 2912, -88_000.0),
    ("clean", "customer missing", 133_626, 1_447_682.12),
    ("clean", "exact duplicate", 5225, 21_670.0),
    ("clean", "negative price", 2, -22_124.0),
    ("classify", "return matched to a sale", 7533, -412_000.5),
    ("classify", "sale taken back in full", 6880, 390_120.0),
    ("classify", "part of a sale taken back", 0, 42_000.0),
]

LONG = "  EXTRAORDINARILY LONG NAME of a product $5 to $9 with 50% off_and_more & {braces} " * 3
CHINESE = "超长的商品名称：夏季新款纯棉短袖圆领上衣女装宽松显瘦百搭韩版潮流打底衫" * 2

CASES = {
    "orders_over_time": (plots.orders_over_time, periods()),
    "orders_over_time-amount": (plots.orders_over_time, periods(60, "MS", 4e8), {"what": "amount"}),
    "orders_over_time-cut": (plots.orders_over_time, periods().assign(complete=[False] + [True] * 51)),
    "orders_over_time-one": (plots.orders_over_time, periods(1)),
    "orders_over_time-two": (plots.orders_over_time, periods(2)),
    "orders_over_time-days": (plots.orders_over_time, periods(20, "D")),
    "orders_over_time-years": (plots.orders_over_time, periods(30, "YS")),
    "orders_over_time-none": (plots.orders_over_time, periods(8, scale=0.0)),
    "order_value": (plots.order_value, order_values()),
    "order_value-one": (plots.order_value, order_values(1)),
    "order_value-huge": (plots.order_value, order_values(scale=4e11)),
    "order_value-tiny": (plots.order_value, order_values(scale=1e-6)),
    "order_value-wide": (plots.order_value, pd.DataFrame({"amount": np.logspace(-6, 12, 200)})),
    "order_value-negative": (plots.order_value, pd.DataFrame({"amount": [-5.0, 0.0, 1.0, 20.0, 3e6]})),
    "order_value-equal": (plots.order_value, pd.DataFrame({"amount": [9.9] * 50})),
    "order_value-linear": (plots.order_value, pd.DataFrame({"amount": np.linspace(1e6, 2e6, 99)})),
    "weekly_rhythm": (plots.weekly_rhythm, rhythm()),
    "weekly_rhythm-days": (plots.weekly_rhythm, rhythm(1, 250_000)),
    "weekly_rhythm-none": (plots.weekly_rhythm, rhythm(24, 0)),
    "weekly_rhythm-huge": (plots.weekly_rhythm, rhythm(24, 10**9)),
    "concentration": (plots.concentration, concentration(np.random.default_rng(4).pareto(1.5, 2000))),
    "concentration-equal": (plots.concentration, concentration([1.0] * 10, "product")),
    "concentration-one": (plots.concentration, concentration([5.0], "$_$")),
    "concentration-most": (plots.concentration, concentration([1e9, 1, 1, 1, 1]), {"top": 0.9}),
    "item_frequency": (plots.item_frequency, items([f"item {i}" for i in range(30)])),
    "item_frequency-one": (plots.item_frequency, items(["tea"])),
    "item_frequency-forty": (plots.item_frequency, items([f"商品{i}" for i in range(60)]), {"top": 40}),
    "item_frequency-long": (plots.item_frequency, items([LONG, CHINESE, "Orders", "a\nb\tc", "5$ $6$", " "])),
    "item_frequency-rare": (plots.item_frequency, items(["a", "b", "c"], [1e-5, 2e-7, 0.0])),
    "item_frequency-all": (plots.item_frequency, items(["a", "b"], [1.0, 1.0])),
    "basket_size": (plots.basket_size, sizes({n: 10_000 // n**2 + 1 for n in range(1, 90)})),
    "basket_size-one": (plots.basket_size, sizes({3: 7})),
    "basket_size-large": (plots.basket_size, sizes({100_000: 5, 1_200_000: 5})),
    "basket_size-few": (plots.basket_size, sizes({1: 5, 2: 3, 3: 1}), {"largest": 1}),
    "cleaning_ledger": (plots.cleaning_ledger, ledger(REMOVED)),
    "cleaning_ledger-zeros": (plots.cleaning_ledger, ledger(REMOVED), {"zeros": True}),
    "cleaning_ledger-nothing": (plots.cleaning_ledger, ledger([], 3, 0.0)),
    "cleaning_ledger-huge": (
        plots.cleaning_ledger,
        ledger([(f"own step {i}", f"{LONG}{i}", 10**9, 1e12) for i in range(9)], 10**10, -4e13),
    ),
}


class Case:
    """A chart with one result: ``draw()`` makes it, ``data`` holds the texts that come from the data."""

    def __init__(self, name, plot, result, options=None):
        # Awkward results are tried where room is least and where text is largest.
        self.widths = ("single", "slide") if "-" in name else ("single", "double", "slide")
        self.plot, self.result, self.options = plot, result, options or {}

    @property
    def data(self):
        columns = [self.result[name] for name in ("item", "reason", "step") if name in self.result]
        return [" ".join(str(text).split()) for column in columns for text in column]

    def draw(self, **more):
        return self.plot(self.result, **self.options, **more)


@pytest.fixture(params=sorted(CASES))
def case(request):
    return Case(request.param, *CASES[request.param])


@pytest.fixture(params=[name for name in sorted(CASES) if "-" not in name])
def ordinary(request):
    return Case(request.param, *CASES[request.param])
