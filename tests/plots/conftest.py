"""Every chart with ordinary and with awkward results."""

import warnings
from itertools import combinations
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from kehu import ahp, effects, evaluation, indicators, lifecycle, plots, satisfaction, simulate, surveys
from kehu.figures.ticks import shorten
from kehu.plots.hierarchy import wrap
from kehu.warnings import KehuWarning


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


def rules(names, scale=1.0):
    """All rules of two and three of these items, with measures that fit no baskets but could."""
    rng = np.random.default_rng(5)
    rows = []
    for size in (2, 3):
        for items in combinations(names, size):
            rows += [(frozenset(items) - {last}, frozenset([last])) for last in items]
    n = len(rows)
    confidence = rng.uniform(0.2, 1, n)
    antecedent = {side: 0.02 + 0.3 * rng.random() for side in {frozenset([name]) for name in names}}
    left = np.array([antecedent.get(side, 0.02) for side, _ in rows]) * scale
    right = np.array([antecedent[side] for _, side in rows]) * scale
    columns = {"antecedents": [one for one, _ in rows], "consequents": [other for _, other in rows]}
    numbers = {"antecedent support": left, "consequent support": right, "support": left * confidence}
    return pd.DataFrame({**columns, **numbers, "confidence": confidence, "lift": confidence / right})


def itemsets(names, supports=None):
    sets = [frozenset(items) for size in (1, 2, 3) for items in combinations(names, size)]
    supports = np.linspace(0.3, 0.002, len(sets)) if supports is None else supports
    return pd.DataFrame({"support": supports, "itemsets": sets})


def thresholds(rules, support=(0.001, 0.002, 0.005, 0.01), confidence=(0.2, 0.5)):
    pairs = [(one, other) for one in support for other in confidence]
    return pd.DataFrame(pairs, columns=["min_support", "min_confidence"]).assign(rules=rules)


class Comparison(Curve):
    """Stands for kehu.rules.RulesComparison."""


def comparison(n=60, names=("first", "second"), **columns):
    rng = np.random.default_rng(6)
    first, second = rng.uniform(0.1, 0.9, (2, n))
    table = pd.DataFrame({"status": np.array(["kept", "kept", "new", "gone"])[np.arange(n) % 4]})
    table["changed"] = np.abs(first - second) > 0.5
    for measure in ("support", "confidence", "lift"):
        scale = {"support": 0.1, "confidence": 1.0, "lift": 9.0}[measure]
        table[f"{measure}_{names[0]}"], table[f"{measure}_{names[1]}"] = first * scale, second**3 * scale
    return Comparison(table=table.assign(**columns), names=names)


def scored(scores=5, n=3000, groups=("Champions", "Loyal", "At risk", "Asleep"), scale=100.0):
    rng = np.random.default_rng(7)
    r, f = (1 + rng.binomial(scores - 1, 0.5, n) for _ in range(2))
    table = pd.DataFrame(
        {"recency_score": r, "frequency_score": f, "total": scale * f * rng.gamma(2, size=n)}
    )
    return table.assign(segment=[groups[i] for i in rng.integers(len(groups), size=n)])


def moved(groups, seed=8):
    counts = np.random.default_rng(seed).integers(0, 900, (len(groups), len(groups)))
    return Curve(counts=pd.DataFrame(counts, index=groups, columns=groups))


def luck(groups, high=2.0, **more):
    first = np.linspace(high, 0.2, len(groups))
    later = 1 + 0.1 * (first - 1)
    columns = {"next_relative": later, "next_low": 90 * later, "next_high": 110 * later}
    table = pd.DataFrame({"first_relative": first, **columns}, index=groups)
    shares = {"share_kept": 0.1, "share_low": -0.05, "share_high": 0.25} | more
    return Curve(table=table, next_mean=100.0, **shares)


class Segments(Curve):
    """Stands for results of kehu.segments; the names of features are texts from the data."""

    def __contains__(self, name):
        return name == "item" and "names" in vars(self)

    def __getitem__(self, name):
        return self.names


def choice(ks, suggested, **columns):
    rng = np.random.default_rng(7)
    table = pd.DataFrame({"n_segments": [1, *ks]})
    for name in ("silhouette", "davies_bouldin", "gap_principal", "gap_cloud", "stability_min"):
        table[name] = rng.random(len(table))
    for name in ("gap_principal_se", "gap_cloud_se"):
        table[name] = 0.02
    table = table.assign(calinski_harabasz=900.0 * table["silhouette"], smallest_share=0.3)
    table.loc[0, ["silhouette", "davies_bouldin", "calinski_harabasz"]] = np.nan
    return Segments(table=table.assign(**columns), suggested=suggested)


def segments(names, n, value=True):
    share = np.arange(n, 0, -1) / np.arange(n, 0, -1).sum()
    sizes = pd.DataFrame({"segment": range(n), "share": share})
    table = pd.DataFrame([(s, name) for name in names for s in range(n)], columns=["segment", "feature"])
    table["difference"] = np.random.default_rng(8).normal(0, 1.5, len(table))
    return Segments(sizes=sizes.assign(value_share=share[::-1]) if value else sizes, table=table, names=names)


def plane(n_points, n_segments, scale=1.0):
    rng = np.random.default_rng(9)
    segment = np.arange(n_points) % n_segments
    angle = 2 * np.pi * segment / n_segments
    points = pd.DataFrame({"component_1": np.cos(angle), "component_2": np.sin(angle)}) * 9 * scale
    points = points + scale * rng.normal(size=points.shape)
    points["segment"] = segment
    centers = points.groupby("segment").mean().reset_index()
    return Segments(points=points, centers=centers, explained=(0.512, 0.2049))


LONG = "  EXTRAORDINARILY LONG NAME of a product $5 to $9 with 50% off_and_more & {braces} " * 3
CHINESE = "超长的商品名称：夏季新款纯棉短袖圆领上衣女装宽松显瘦百搭韩版潮流打底衫" * 2

FEW = [f"item {i}" for i in range(6)]
MANY = [*(f"PRODUCT NUMBER {i}, LARGE" for i in range(12)), *(f"商品名称{i}号" for i in range(12))]
ODD = [LONG, CHINESE, "Orders", "a\nb\tc", "5$ 6$", " "]
ONE = rules(["tea", "milk"])[:1]
SEGMENTS = [
    *("Champions", "Loyal", "Not to be lost", "At risk", "Big spenders", "Newcomers", "Promising"),
    *("Need attention", "About to sleep", "Asleep"),
]
INFINITE = rules(FEW).assign(conviction=lambda data: np.where(data.index % 3 == 0, np.inf, data["lift"]))


def tracking(steps=78, scale=60.0, split=39, start="1997-01-08"):
    rng = np.random.default_rng(9)
    expected = scale * np.exp(-np.arange(steps) / 60) * np.minimum(np.arange(steps) / 12, 1)
    actual = rng.poisson(expected)
    table = {
        "period": pd.date_range(start, periods=steps, freq="7D"),
        "actual": actual,
        "expected": expected,
        "cumulative_actual": np.cumsum(actual),
        "cumulative_expected": np.cumsum(expected),
    }
    return pd.DataFrame(table).assign(holdout=np.arange(steps) >= split)


def holdout(groups=8, scale=0.8):
    actual = scale * np.arange(groups) + 0.2
    columns = {"group": [str(group) for group in range(groups)], "actual": actual, "expected": 0.9 * actual}
    return pd.DataFrame(columns).assign(actual_low=0.7 * actual, actual_high=1.3 * actual)


def alive(counts=20, ages=60, T=39.0):
    x, t = np.arange(1, counts + 1), T * np.arange(1, ages + 1) / ages
    longer = np.minimum(x * np.log((4 + T) / (4 + t[:, None])), 500)
    table = pd.DataFrame(1 / (1 + np.exp(longer) / (x + 2)), index=t, columns=x)
    return table.rename_axis(index="recency", columns="frequency")


def worth(n=4000, scale=20.0):
    return pd.DataFrame({"lifetime_value": np.random.default_rng(10).lognormal(np.log(scale), 1.5, n)})


def life_cycle(n=400, days=420, seed=8):
    """Orders of customers with a mean gap of their own."""
    rng = np.random.default_rng(seed)
    gap, start = rng.uniform(5, 60, n), rng.integers(0, 200, n)
    day = start[:, None] + np.cumsum(np.ceil(rng.exponential(gap[:, None], (n, 90))), axis=1)
    who, place = np.nonzero(day < days)
    moments = np.datetime64("2017-01-01", "us") + day[who, place].astype("timedelta64[D]")
    return pd.DataFrame({"customer_id": who, "ordered_at": moments})


def sent_at_random(effect=0.4, **options):
    shop = simulate.simulated_campaign(400, effect=effect, random_state=1)
    drawn = shop.customers.loc[shop.customers["addressed"], "customer_id"]
    options = {"start": shop.start, "n_boot": 50, "placebo": False, **options}
    return effects.matched_difference(shop.orders, drawn, **options)


def by_group(name, groups):
    margins = pd.concat([returns(np.array([0.2, 0.3, 0.5])) for _ in groups], ignore_index=True)
    margins.insert(0, name, np.repeat(groups, 3))
    return margins


def returns(margins=(0.1, 0.2, 0.3, 0.4), scale=1.0, **attrs):
    share = np.asarray(margins)
    roi = (10 * share - 2) * scale
    table = pd.DataFrame({"margin": share, "roi": roi, "low": roi - scale, "high": roi + scale})
    table.attrs.update(attrs)
    return table


CRITERIA = ["speed of delivery", "care", "价格", "售后服务", "range of goods"]
WEIGHTINGS = ["judged", "熵权法", "regression", "CRITIC", "both"]
GRADES = ["very good", "好", "fair", "poor"]


def matrix(names, seed=10, missing=()):
    """Judgements of Saaty's scale that are nearly consistent."""
    rng = np.random.default_rng(seed)
    logs = np.log(np.linspace(5, 1, len(names)))
    i, j = np.triu_indices(len(names), 1)
    ratio = np.exp(logs[i] - logs[j] + rng.normal(0, 0.1, len(i)))
    judged = [max(round(r), 1) if r >= 1 else 1 / round(1 / r) for r in ratio]
    return ahp.PairwiseMatrix.from_upper(
        [None if place in missing else value for place, value in enumerate(judged)], labels=names
    )


def group(names, n, seed=11):
    rng = np.random.default_rng(seed)
    i, j = np.triu_indices(len(names), 1)
    priorities = rng.normal(0, 0.4, (n, len(names))) - 0.2 * np.arange(len(names))
    raters = [list(np.exp(row[i] - row[j])) for row in priorities]
    return ahp.Group([ahp.PairwiseMatrix.from_upper(one, labels=names) for one in raters])


def divided(below):
    """A tree with even weights, from names, lists of names and dictionaries of these."""
    inner = {name: one and divided(one) for name, one in below.items()} if isinstance(below, dict) else below
    return {"criteria": inner, "weights": [1 / len(below)] * len(below)}


def alternatives(names, criteria=CRITERIA, seed=12):
    ratings = np.random.default_rng(seed).uniform(1, 9, (len(names), len(criteria)))
    return pd.DataFrame(ratings, index=names, columns=criteria)


def weightings(criteria, names, table=None, seed=13):
    weights = np.random.default_rng(seed).dirichlet(np.full(len(criteria), 2.0), len(names))
    given = {name: dict(zip(criteria, row, strict=True)) for name, row in zip(names, weights, strict=True)}
    return evaluation.compare_weights(given, table)


def graded(criteria, grades, weights=None, **options):
    rows = np.linspace(1, 3, len(criteria))[:, None] ** -np.arange(1.0, len(grades) + 1)
    table = pd.DataFrame(rows / rows.sum(axis=1, keepdims=True), index=criteria, columns=grades)
    weights = dict.fromkeys(criteria, 1 / len(criteria)) if weights is None else weights
    return evaluation.fuzzy_evaluation(table, weights, **options)


def control(periods=52, rate=0.08, sizes=(150, 600), out=45, **options):
    rng = np.random.default_rng(14)
    n = rng.integers(*sizes, periods)
    share = np.full(periods, rate)
    share[out:] *= 2.5
    table = pd.DataFrame({"period": pd.date_range("2024-01-01", periods=periods, freq="7D"), "n": n})
    table["count"] = rng.poisson(n * share)
    return indicators.control_chart(table, **options)


def measured(periods, scale=1.0):
    """An individuals chart; the periods may have any names."""
    values = scale * np.random.default_rng(15).normal(5, 1, len(periods))
    table = pd.DataFrame({"period": periods, "value": values})
    return indicators.control_chart(table, kind="individuals", baseline=min(len(table), 20))


SERVICE = ahp.Hierarchy(
    "电商服务 (service)",
    {
        "judgements": "2 3 | 2",
        "criteria": {
            "outcome": {"judgements": "2 3 | 2", "criteria": ["complaints", "客户流失率", "retention"]},
            "过程性指标": {
                "judgements": "2",
                "criteria": ["平均响应时长（售前人工客服）", "solved at first"],
            },
            "foundation": None,
        },
    },
)
SERVICE_NAMES = ["电商服务 (service)", *SERVICE.weights()["criterion"]]
BELOW = {"complaints": [f"{CHINESE}{i}" for i in range(3)], "alone": ["late", "$5$"]}
DEEP = ahp.Hierarchy(
    CHINESE,
    divided(
        {
            LONG: {CHINESE + "一": BELOW, "other": None},
            "outcome": {f"{i} 流失": [f"leaf {i} of the tree", f"叶子{i}"] for i in range(5)},
            "process": [f"process number {i}" for i in range(5)],
        }
    ),
)
DEEP_NAMES = [CHINESE, *DEEP.weights()["criterion"]]
FLAT = ahp.Hierarchy("goal", {"judgements": matrix(CRITERIA), "criteria": CRITERIA})
STRANGE = ahp.Hierarchy(LONG + "goal", divided(ODD))
FROM_DATA = [*ODD, *FEW, *CRITERIA, *WEIGHTINGS, *GRADES, *SERVICE_NAMES, *DEEP_NAMES]
FROM_DATA += [LONG + "goal", "goal", "a $5$", "care too"]
OF_WEIGHTS = {
    *("judgement_matrix", "weight_tree", "weight_ranges", "weight_sensitivity", "weights_compared"),
    *("rank_changes", "grade_membership", "group_disagreement", "control_chart"),
}

DRIVERS = {"speed of delivery": 5.0, "care": 0.0, "价格": 3.0, "售后服务": 2.0, "range": 4.0}
# The customer satisfaction index: seven constructs, twelve paths.
INDEX = ["形象 image", "expectations", "quality", "perceived value", "客户满意度", "complaints", "loyalty"]
INDEX_PATHS = [
    *[(0, 1), (0, 4), (0, 6), (1, 2), (1, 3), (1, 4)],
    *[(2, 3), (2, 4), (3, 4), (4, 5), (4, 6), (5, 6)],
]


def quiet(function, *args, **options):
    """What a function gives, without its warnings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", KehuWarning)
        return function(*args, **options)


def regression(drivers=DRIVERS, n=200, outcome="satisfaction_score", **options):
    drivers = drivers if isinstance(drivers, dict) else dict.fromkeys(drivers, 3.0)
    answers = simulate.service_survey(n, drivers=drivers, random_state=16).answers
    return quiet(satisfaction.driver_regression, answers, outcome=outcome, drivers=list(drivers), **options)


def divided_variance(drivers=DRIVERS, n=200, **options):
    drivers = drivers if isinstance(drivers, dict) else dict.fromkeys(drivers, 3.0)
    answers = simulate.service_survey(n, drivers=drivers, random_state=17).answers
    columns = {"outcome": "satisfaction_score", "drivers": list(drivers), "n_boot": 40, "random_state": 1}
    return quiet(satisfaction.relative_importance, answers, **columns, **options)


def priorities(drivers=DRIVERS, n=200, **options):
    drivers = drivers if isinstance(drivers, dict) else dict.fromkeys(drivers, 3.0)
    answers = simulate.service_survey(n, drivers=drivers, random_state=18).answers
    columns = {"outcome": "satisfaction_score", "drivers": list(drivers), "n_boot": 40, "random_state": 1}
    return quiet(satisfaction.importance_performance, answers, **columns, **options)


def gaps(names, n=60, scale=1.0):
    rng = np.random.default_rng(19)
    answers = pd.DataFrame(scale * rng.integers(1, 6, (n, 2 * len(names)))).rename(columns=str)
    pairs = {name: (f"{2 * i}", f"{2 * i + 1}") for i, name in enumerate(names)}
    return satisfaction.expectation_gaps(answers, pairs=pairs)


def answered(blocks, scale=(1, 5), n=80, missing=0.1, **options):
    rng = np.random.default_rng(20)
    items = [item for block in blocks.values() for item in block]
    answers = rng.integers(scale[0], scale[1] + 1, (n, len(items))).astype(float)
    answers[rng.random(answers.shape) < missing] = np.nan
    return surveys.read(pd.DataFrame(answers, columns=items), blocks=blocks, scale=scale, **options)


def recommended(groups=None, n=200, answers=range(11)):
    rng = np.random.default_rng(21)
    data = pd.DataFrame({"recommend": rng.choice(list(answers), n)})
    if groups is None:
        return satisfaction.net_promoter_score(data)
    return satisfaction.net_promoter_score(
        data.assign(group=[groups[i % len(groups)] for i in range(n)]), by="group"
    )


def needs(names, n=100, answers=(1, 2, 3, 4, 5)):
    rng = np.random.default_rng(22)
    pairs = {name: (f"{i} with", f"{i} without") for i, name in enumerate(names)}
    columns = [column for pair in pairs.values() for column in pair]
    weights = rng.dirichlet(np.full(len(answers), 0.7), len(columns))
    data = {column: rng.choice(answers, n, p=part) for column, part in zip(columns, weights, strict=True)}
    return satisfaction.kano(pd.DataFrame(data), features=pairs)


def path_model(names, pairs, value=0.25, n=150, **options):
    """A path model from the places of the sources and targets of its paths."""
    paths = {(names[i], names[j]): value for i, j in pairs}
    loadings = dict.fromkeys(names, (0.85, 0.8, 0.75))
    shop = simulate.latent_survey(n, paths=paths, loadings=loadings, random_state=23)
    options = {"n_boot": 40, "random_state": 1, **options}
    return quiet(satisfaction.path_model, shop.answers, blocks=shop.blocks, paths=list(paths), **options)


OF_SURVEYS = {
    *("coefficient_forest", "importance_intervals", "importance_performance_map", "expectation_gap"),
    *("likert", "net_promoter", "path_diagram", "kano_map"),
}
ITEMS = {
    "物流配送": ["下单之后发货迅速，物流信息更新及时，可以随时查询到包裹的位置", "parcels came late"],
    "care of customers": ["the staff was friendly and knew the answers to all of my questions", "价格"],
}
FROM_SURVEYS = [*ODD, *FEW, *MANY, *DRIVERS, *INDEX, *ITEMS]
FROM_SURVEYS += [item for block in ITEMS.values() for item in block]


def in_charts_of_surveys(result):
    """Names from the data, with what stands beside them."""
    names = [" ".join(str(name).split()) for name in FROM_SURVEYS]
    beside = [f"{place} {name}" for some in (MANY, MANY[4:22]) for place, name in enumerate(some, start=1)]
    beside += [f"{(wrap(name, 26, 2) or [' '])[-1]} *" for name in names]
    groups = getattr(result, "groups", None)
    if groups is not None:
        pairs = zip(groups["group"], groups["n"], strict=True)
        beside += [f"{(wrap(str(group), 16, 2) or [' '])[-1]} ({n:,})" for group, n in pairs]
    return [*names, *beside, "否", "a $5$", *(f"R² = {share / 100:.2f}" for share in range(101))]


EVENTS = pd.DataFrame({"when": ["1980s", "1990s", None], "what": ["contact", "客户关系管理软件", "strategy"]})
STEPS = pd.DataFrame(
    {
        "step": ["objectives", "需求", "plan", "improve"],
        "detail": ["loyalty, profit", "细分、挖掘", None, " "],
    }
)
PARTS = pd.DataFrame(
    {"group": ["modules"] * 3 + ["特性"] * 2, "name": ["sales", "service", "营销", "secure", "集成"]}
)
SIDES = pd.DataFrame({"aspect": ["start", "买家"], "Taobao": ["2003", "all"], "天猫": ["2008", None]})


def published(names, years=range(2010, 2022), scale=1.0, gap=()):
    """Series that grow, with gaps where a value is missing."""
    rows = [
        (name, str(year), np.nan if year in gap else scale * (i + 1) * 1.2 ** (year - years[0]))
        for i, name in enumerate(names)
        for year in years
    ]
    return pd.DataFrame(rows, columns=["series", "period", "value"])


CLAIM = pd.DataFrame({"key": ["D3.m1", "D3.m2"], "period": ["2018", "2018"], "value": [4.3, 4.4]})


def measured_shares(subjects, sources, periods=("2018", "2019H1", "2019Q4"), seed=24):
    rows = [(source, period, subject) for source in sources for period in periods for subject in subjects]
    table = pd.DataFrame(rows, columns=["source", "period", "subject"])
    return table.assign(share_pct=np.random.default_rng(seed).dirichlet([1.0] * len(table)) * 100)


def checked(items, stated, compared, verdicts, **columns):
    n = len(items)
    table = pd.DataFrame({"key": [f"D{1 + i % 4}.k{i}" for i in range(n)], "item": items})
    sides = {"stated": np.resize(stated, n), "compared": np.resize(compared, n)}
    return table.assign(**sides, verdict=np.resize(verdicts, n), **columns)


VERDICTS = ["agrees", "differs", "contradicts", "cannot be checked"]
CHECKS = checked(
    ["online retail", "市场份额", "sales", "satisfied", "merchants"],
    [9.08, 7.18, 22.0, 80.0, np.nan],
    [9.0065, 7.0, 3202.0, np.nan, 3.0],
    ["differs", "agrees", "contradicts", "cannot be checked", "cannot be checked"],
    check="a published figure",
    unit="trillion yuan",
)
READINGS = pd.DataFrame(
    {
        "reading": ["points", "points", "spending", "网民", "网民"],
        "group": ["men", "女", "men", "men", "女"],
        "share_pct": [55.0, 45.0, np.nan, 52.6, 40.0],
        "basis": ["shoppers"] * 3 + ["全体网民"] * 2,
        "period": ["", "", "", "2017-12", "2017-12"],
        "low": [55.0, 0.0, np.nan, 52.0, 39.0],
        "high": [100.0, 45.0, np.nan, 53.0, 41.0],
    }
)
INDICATORS = pd.DataFrame(
    {
        "key": ["D2.k1", "D2.k3", "D2.k4", "D2.k9"],
        "item": ["sales", "新用户转化率", "cost per order", "satisfaction"],
        "before": [17.6, 20.0, np.nan, np.nan],
        "after": [22.0, 25.0, np.nan, np.nan],
        "unit": ["billion yuan", "%", None, "out of 5"],
        "implied": [True, False, False, False],
        "change_pct": [np.nan, np.nan, -6.0, np.nan],
    }
)


def paths(first, compound=0.3, last=0.25, level=22.0):
    start = level / (1 + compound) ** 3
    first = np.asarray(first, dtype=float)
    levels = np.column_stack(
        [0 * first + start, start * (1 + first), 0 * first + level / (1 + last), 0 * first + level]
    )
    grown = np.column_stack([np.nan * first, 100 * (levels[:, 1:] / levels[:, :-1] - 1)])
    columns = {"path": np.repeat(np.arange(len(first)), 4), "year": np.tile([-3, -2, -1, 0], len(first))}
    return pd.DataFrame({**columns, "growth_pct": grown.ravel(), "level": levels.ravel()})


BLANKS = pd.DataFrame(
    {
        "item": ["electronics", "electronics", "服装", "服装"],
        "source": ["D2.k7", "模拟店铺"] * 2,
        "value": [np.nan, 12.3, np.nan, -4.2],
        "low": [np.nan, 10.0, np.nan, -6.0],
        "high": [np.nan, 15.0, np.nan, -1.0],
    }
)
OF_CLAIMS = {"timeline", "cycle", "modules", "side_by_side", "public_series", "shares_by_source", "audit"}
OF_CLAIMS |= {"readings", "before_after", "growth_paths", "blank_beside"}

LIFE = life_cycle()
MONTHLY = lifecycle.cohorts(LIFE)
GAPS = lifecycle.rule(LIFE, n_boot=50)
PEOPLE = pd.DataFrame({"customer_id": range(380, 500)})

CASES = {
    "purchases_tracking": (plots.purchases_tracking, tracking()),
    "purchases_tracking-steps": (plots.purchases_tracking, tracking(20, 9000.0), {"cumulative": False}),
    "purchases_tracking-one": (plots.purchases_tracking, tracking(1)),
    "purchases_tracking-none": (plots.purchases_tracking, tracking(30, 0.0, split=30)),
    "holdout_by_frequency": (plots.holdout_by_frequency, holdout()),
    "holdout_by_frequency-many": (plots.holdout_by_frequency, holdout(60, 300.0)),
    "holdout_by_frequency-one": (plots.holdout_by_frequency, holdout(1).assign(actual_low=np.nan)),
    "alive_map": (plots.alive_map, alive()),
    "alive_map-days": (plots.alive_map, alive(300, T=12_000.0)),
    "alive_map-one": (plots.alive_map, alive(1, 1, 0.01)),
    "lifetime_values": (plots.lifetime_values, worth()),
    "lifetime_values-lost": (plots.lifetime_values, worth(900, 10.0) ** 3),
    "lifetime_values-one": (plots.lifetime_values, worth(1)),
    "lifetime_values-none": (plots.lifetime_values, worth(5) * 0),
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
    "itemsets_by_support": (plots.itemsets_by_support, itemsets(FEW)),
    "itemsets_by_support-one": (plots.itemsets_by_support, itemsets(["tea", "milk"])),
    "itemsets_by_support-odd": (plots.itemsets_by_support, itemsets(ODD), {"top": 12, "min_size": 1}),
    "itemsets_by_support-rare": (plots.itemsets_by_support, itemsets(["a", "b"], [0.0, 1e-7, 0.0])),
    "itemsets_by_support-all": (plots.itemsets_by_support, itemsets(["a", "b"], [1.0, 1.0, 1.0])),
    "rules_scatter": (plots.rules_scatter, rules(FEW), {"significant": np.arange(90) % 3 > 0}),
    "rules_within_strata": (
        plots.rules_within_strata,
        rules(FEW).assign(lift_within=np.linspace(0.7, 6, 90)),
        {"significant": np.arange(90) % 3 > 0},
    ),
    "rules_within_strata-one": (plots.rules_within_strata, ONE.assign(lift_within=0.9)),
    "rules_within_strata-many": (plots.rules_within_strata, rules(MANY, 1e-3).assign(lift_within=0.01)),
    "rules_scatter-many": (plots.rules_scatter, rules(MANY, 1e-3), {"colour": "support"}),
    "rules_scatter-one": (plots.rules_scatter, ONE, {"significant": [False]}),
    "rules_scatter-infinite": (plots.rules_scatter, INFINITE, {"colour": "conviction"}),
    "rules_scatter-certain": (plots.rules_scatter, rules(FEW).assign(confidence=1.0, support=1.0)),
    "rules_scatter-wide": (plots.rules_scatter, rules(FEW).assign(support=np.logspace(-8, 0, 90))),
    "rules_matrix": (plots.rules_matrix, rules(FEW)),
    "rules_matrix-many": (plots.rules_matrix, rules(MANY)),
    "rules_matrix-one": (plots.rules_matrix, ONE),
    "rules_matrix-odd": (plots.rules_matrix, rules(ODD), {"top": 4}),
    "rules_matrix-infinite": (plots.rules_matrix, INFINITE, {"colour": "conviction", "top": 2}),
    "rules_network": (plots.rules_network, rules(FEW)),
    "rules_network-many": (plots.rules_network, rules(MANY)),
    "rules_network-pairs": (plots.rules_network, rules(MANY)[:552].iloc[::7], {"top": 40}),
    "rules_network-one": (plots.rules_network, ONE),
    "rules_network-odd": (plots.rules_network, rules(ODD)),
    "rules_network-infinite": (plots.rules_network, INFINITE, {"colour": "conviction"}),
    "rules_by_threshold": (plots.rules_by_threshold, thresholds([800, 90, 300, 40, 20, 9, 5, 0])),
    "rules_by_threshold-significant": (
        plots.rules_by_threshold,
        thresholds([9e6, 9e5, 3e4, 4e3, 200, 90, 5, 2]).assign(significant=1),
    ),
    "rules_by_threshold-many": (
        plots.rules_by_threshold,
        thresholds(range(200), np.logspace(-6, 0, 20), np.linspace(0, 1, 10)).assign(significant=0),
    ),
    "rules_by_threshold-none": (plots.rules_by_threshold, thresholds(0)),
    "rules_compared": (plots.rules_compared, comparison()),
    "rules_compared-lift": (plots.rules_compared, comparison(3000), {"measure": "lift"}),
    "rules_compared-one": (plots.rules_compared, comparison(1), {"measure": "support"}),
    "rules_compared-missing": (
        plots.rules_compared,
        comparison(9, lift_first=[np.nan] + 8 * [2.0]),
        {"measure": "lift"},
    ),
    "rules_compared-certain": (plots.rules_compared, comparison(confidence_first=1.0, confidence_second=1.0)),
    "rules_compared-names": (
        plots.rules_compared,
        comparison(names=("$2016$ (1–6)", "2017 / 7–12, 1–6, 7–12")),
    ),
    "rfm_heat_map": (plots.rfm_heat_map, scored()),
    "rfm_heat_map-one": (plots.rfm_heat_map, scored(n=1)),
    "rfm_heat_map-nine": (plots.rfm_heat_map, scored(9, scale=1e7)),
    "rfm_heat_map-many": (plots.rfm_heat_map, scored(2, n=100_000)),
    "rfm_heat_map-negative": (plots.rfm_heat_map, scored().assign(total=lambda data: data["total"] - 300)),
    "rfm_heat_map-score": (plots.rfm_heat_map, scored(), {"value": "frequency_score"}),
    "rfm_segments": (plots.rfm_segments, scored()),
    "rfm_segments-one": (plots.rfm_segments, scored(groups=["重要价值客户"])),
    "rfm_segments-odd": (plots.rfm_segments, scored(groups=ODD)),
    "rfm_segments-many": (plots.rfm_segments, scored(groups=SEGMENTS)),
    "rfm_segments-other": (plots.rfm_segments, scored(), {"value": "recency_score"}),
    "rfm_migration": (plots.rfm_migration, moved(["Champions", "Loyal", "At risk", "No order"])),
    "rfm_migration-many": (plots.rfm_migration, moved([*SEGMENTS, "No order"])),
    "rfm_migration-odd": (plots.rfm_migration, moved(ODD)),
    "rfm_migration-one": (plots.rfm_migration, moved(["5"])),
    "rfm_luck": (plots.rfm_luck, luck(["Champions", "Loyal", "At risk", "Asleep"])),
    "rfm_luck-many": (plots.rfm_luck, luck(SEGMENTS, 60.0, share_high=1.25)),
    "rfm_luck-odd": (plots.rfm_luck, luck(ODD, 1e-3, share_low=-123.4)),
    "rfm_luck-two": (plots.rfm_luck, luck(["重要价值客户", "一般挽留客户"])),
    "segment_choice": (plots.segment_choice, choice(range(2, 11), 4)),
    "segment_choice-none": (plots.segment_choice, choice(range(2, 8), 1)),
    "segment_choice-one": (plots.segment_choice, choice([2], 2)),
    "segment_choice-large": (plots.segment_choice, choice([2, 30, 100], 30, calinski_harabasz=2.5e6)),
    "segment_profile": (plots.segment_profile, segments(["n_orders", "total", "weekend_share", "甲"], 4)),
    "segment_profile-one": (plots.segment_profile, segments(["total"], 1)),
    "segment_profile-many": (plots.segment_profile, segments([f"share: 品类{i}" for i in range(25)], 12)),
    "segment_profile-odd": (plots.segment_profile, segments(ODD, 2)),
    "segment_map": (plots.segment_map, plane(500, 4)),
    "segment_map-many": (plots.segment_map, plane(3000, 9, 1e6)),
    "segment_map-few": (plots.segment_map, plane(2, 2, 1e-6)),
    "segment_sizes": (plots.segment_sizes, segments(["total"], 4)),
    "segment_sizes-one": (plots.segment_sizes, segments(["total"], 1, value=False)),
    "segment_sizes-many": (plots.segment_sizes, segments(["total"], 15)),
    "rules_by_threshold-one": (plots.rules_by_threshold, thresholds(7, (0.01,), (0.5,))),
    "stage_sizes": (plots.stage_sizes, lifecycle.stage_sizes(LIFE, rule=GAPS)),
    "stage_sizes-all": (plots.stage_sizes, lifecycle.stage_sizes(LIFE, rule=GAPS, contacts=PEOPLE)),
    "stage_sizes-one": (plots.stage_sizes, lifecycle.stage_sizes(LIFE, rule=GAPS, dates=["2017-09-01"])),
    "stage_transitions": (
        plots.stage_transitions,
        lifecycle.transitions(LIFE, start="2017-08-01", rule=GAPS, contacts=PEOPLE),
    ),
    "stage_transitions-early": (
        plots.stage_transitions,
        lifecycle.transitions(LIFE, start="2017-01-05", end="2017-02-05", rule=GAPS),
    ),
    "cohort_matrix": (plots.cohort_matrix, MONTHLY),
    "cohort_matrix-repurchase": (plots.cohort_matrix, MONTHLY, {"what": "repurchase"}),
    "cohort_matrix-weeks": (plots.cohort_matrix, lifecycle.cohorts(LIFE, freq="W")),
    "cohort_matrix-years": (plots.cohort_matrix, lifecycle.cohorts(LIFE, freq="Y")),
    "second_purchase": (plots.second_purchase, lifecycle.second_purchase(LIFE)),
    "second_purchase-several": (
        plots.second_purchase,
        {"a $5$": lifecycle.second_purchase(LIFE), "乙": lifecycle.kaplan_meier([9, 400], [1, 0])},
    ),
    "second_purchase-few": (plots.second_purchase, lifecycle.kaplan_meier([1, 5, 90_000], [1, 0, 0])),
    "gap_distribution": (plots.gap_distribution, GAPS),
    "gap_distribution-gaps": (plots.gap_distribution, lifecycle.rule(LIFE, weights="gap", n_boot=0)),
    "event_study": (plots.event_study, sent_at_random()),
    "event_study-purchases": (plots.event_study, sent_at_random(measure="purchases", after=2)),
    "return_on_investment": (plots.return_on_investment, returns(break_even=0.2)),
    "return_on_investment-one": (plots.return_on_investment, returns([0.3])),
    "return_on_investment-stages": (plots.return_on_investment, by_group("stage", lifecycle.STAGES)),
    "return_on_investment-groups": (
        plots.return_on_investment,
        by_group("city", ["$a$ (5)", "乙", "a name much longer than there is room"]),
    ),
    "return_on_investment-huge": (plots.return_on_investment, returns(np.linspace(0.01, 1, 30), 5.0)),
    "judgement_matrix": (plots.judgement_matrix, matrix(CRITERIA)),
    "judgement_matrix-two": (plots.judgement_matrix, matrix(["care", "care too"]), {"worst": 0}),
    "judgement_matrix-odd": (plots.judgement_matrix, matrix(ODD, missing=(2, 5)), {"worst": 3}),
    "judgement_matrix-many": (plots.judgement_matrix, matrix(MANY[5:20])),
    "judgement_matrix-group": (plots.judgement_matrix, group(CRITERIA, 5).aggregate_judgements()),
    "weight_tree": (plots.weight_tree, SERVICE),
    "weight_tree-flat": (plots.weight_tree, FLAT),
    "weight_tree-deep": (plots.weight_tree, DEEP),
    "weight_tree-odd": (plots.weight_tree, STRANGE),
    "weight_ranges": (plots.weight_ranges, ahp.ranges(SERVICE, n_draws=50)),
    "weight_ranges-group": (plots.weight_ranges, group(ODD, 6).aggregate_priorities()),
    "weight_ranges-two": (plots.weight_ranges, group(CRITERIA, 2).aggregate_priorities()),
    "weight_sensitivity": (
        plots.weight_sensitivity,
        ahp.sensitivity(FLAT, "care", alternatives(FEW), steps=11),
    ),
    "weight_sensitivity-odd": (
        plots.weight_sensitivity,
        ahp.sensitivity(STRANGE, LONG, alternatives(ODD, ODD), steps=11),
    ),
    "weight_sensitivity-many": (
        plots.weight_sensitivity,
        ahp.sensitivity(FLAT, "价格", alternatives(MANY), steps=11),
    ),
    "weight_sensitivity-equal": (
        plots.weight_sensitivity,
        ahp.sensitivity(FLAT, "care", alternatives(FEW) * 0 + 1, steps=2),
    ),
    "weights_compared": (plots.weights_compared, weightings(CRITERIA, WEIGHTINGS[:3])),
    "weights_compared-five": (plots.weights_compared, weightings(FEW, WEIGHTINGS)),
    "weights_compared-odd": (plots.weights_compared, weightings(ODD, ODD[:5])),
    "rank_changes": (
        plots.rank_changes,
        weightings(CRITERIA, WEIGHTINGS[:3], alternatives(FEW)),
    ),
    "rank_changes-odd": (plots.rank_changes, weightings(CRITERIA, ODD[:5], alternatives(ODD))),
    "rank_changes-many": (plots.rank_changes, weightings(CRITERIA, WEIGHTINGS, alternatives(MANY))),
    "rank_changes-ties": (
        plots.rank_changes,
        weightings(CRITERIA, WEIGHTINGS[:2], alternatives(FEW).iloc[[0, 1, 1, 1, 1, 5]].set_axis(FEW)),
    ),
    "grade_membership": (plots.grade_membership, graded(CRITERIA, GRADES, values=[95, 85, 75, 50])),
    "grade_membership-tree": (plots.grade_membership, graded(list(SERVICE.leaves().index), GRADES, SERVICE)),
    "grade_membership-odd": (plots.grade_membership, graded(ODD, ODD)),
    "grade_membership-one": (plots.grade_membership, graded(["care"], ["poor"], values=[-1e7])),
    "group_disagreement": (plots.group_disagreement, group(CRITERIA, 8)),
    "group_disagreement-two": (plots.group_disagreement, group(FEW, 2)),
    "group_disagreement-many": (plots.group_disagreement, group(ODD, 500)),
    "control_chart": (plots.control_chart, control(baseline=40), {"target": 0.05}),
    "control_chart-units": (plots.control_chart, control(300, 4.0, (1, 9), 290, kind="u", baseline=200)),
    "control_chart-numbers": (plots.control_chart, measured(np.arange(1900, 1930), 1e6)),
    "control_chart-names": (
        plots.control_chart,
        measured(pd.period_range("2017-01", periods=24, freq="M").astype(str)),
        {"target": -3.0, "name": "a $5$"},
    ),
    "coefficient_forest": (plots.coefficient_forest, regression()),
    "coefficient_forest-cuts": (
        plots.coefficient_forest,
        regression(outcome="satisfaction", model="ordered", n=150),
        {"cuts": True, "standardised": True},
    ),
    "coefficient_forest-several": (
        plots.coefficient_forest,
        dict(zip(ODD[:5], [regression(ODD, 100 + 30 * i) for i in range(5)], strict=True)),
        {"standardised": True},
    ),
    "coefficient_forest-null": (plots.coefficient_forest, regression({"care": 0.0}, 30)),
    "importance_intervals": (plots.importance_intervals, divided_variance()),
    "importance_intervals-odd": (plots.importance_intervals, divided_variance(ODD)),
    "importance_intervals-many": (plots.importance_intervals, divided_variance(MANY[4:22])),
    "importance_intervals-null": (plots.importance_intervals, divided_variance({"care": 0.0}, 40)),
    "importance_performance_map": (plots.importance_performance_map, priorities()),
    "importance_performance_map-odd": (
        plots.importance_performance_map,
        priorities(ODD, borders="scale", scale=(1, 5)),
        {"intervals": True},
    ),
    "importance_performance_map-twelve": (plots.importance_performance_map, priorities(MANY[6:18])),
    "importance_performance_map-many": (
        plots.importance_performance_map,
        priorities(MANY[4:22], importance="johnson"),
        {"intervals": True},
    ),
    "importance_performance_map-one": (
        plots.importance_performance_map,
        priorities({"care": 1.0}, importance={"care": 1.0}),
        {"intervals": True},
    ),
    "expectation_gap": (plots.expectation_gap, gaps(list(DRIVERS))),
    "expectation_gap-odd": (plots.expectation_gap, gaps(ODD, scale=100.0)),
    "expectation_gap-one": (plots.expectation_gap, gaps(["care"], 2)),
    "likert": (plots.likert, answered(ITEMS, reverse=["parcels came late"])),
    "likert-odd": (plots.likert, answered({"Orders": ODD[:3], LONG: ODD[3:]}, (0, 10))),
    "likert-two": (plots.likert, answered({"care": FEW}, (0, 1)), {"answers": ["否", "a $5$"]}),
    "likert-words": (
        plots.likert,
        answered(ITEMS, (-3, 3)),
        {"block": "care of customers", "answers": [*ODD, "care"]},
    ),
    "likert-none": (plots.likert, answered({"care": ["care"]}, missing=1.1)),
    "net_promoter": (plots.net_promoter, recommended(["care", "价格", FEW[0]])),
    "net_promoter-alone": (plots.net_promoter, recommended()),
    "net_promoter-odd": (plots.net_promoter, recommended(ODD, 60)),
    "net_promoter-all": (plots.net_promoter, recommended(["care"], 3, [10])),
    "net_promoter-none": (plots.net_promoter, recommended(MANY[9:17], 5000, [0, 1])),
    "path_diagram": (plots.path_diagram, path_model(INDEX, INDEX_PATHS)),
    "path_diagram-two": (plots.path_diagram, path_model(["care", "价格"], [(0, 1)], -0.6)),
    "path_diagram-chain": (
        plots.path_diagram,
        path_model(MANY[7:17], [(i, i + 1) for i in range(9)], 0.5, 400),
    ),
    "path_diagram-odd": (plots.path_diagram, path_model(ODD[:5], [(0, 1), (0, 2), (1, 3), (2, 3), (3, 4)])),
    "path_diagram-star": (plots.path_diagram, path_model(MANY[8:17], [(i, 8) for i in range(8)], 0.3, 400)),
    "kano_map": (plots.kano_map, needs([*DRIVERS, "item 0"])),
    "kano_map-odd": (plots.kano_map, needs(ODD), {"intervals": True}),
    "kano_map-many": (plots.kano_map, needs(MANY), {"intervals": True}),
    "timeline": (plots.timeline, EVENTS),
    "timeline-one": (plots.timeline, EVENTS[2:]),
    "timeline-odd": (
        plots.timeline,
        pd.DataFrame({"when": [*ODD[:5], None], "what": ODD[::-1]}).replace(" ", "?"),
    ),
    "timeline-many": (
        plots.timeline,
        pd.DataFrame({"when": MANY, "what": [text * 3 for text in MANY[::-1]]}),
    ),
    "cycle": (plots.cycle, STEPS),
    "cycle-two": (plots.cycle, STEPS[:2].drop(columns="detail")),
    "cycle-odd": (plots.cycle, pd.DataFrame({"step": ODD[:5], "detail": ODD[1:]})),
    "cycle-many": (plots.cycle, pd.DataFrame({"step": MANY[4:19], "detail": MANY[:15]})),
    "modules": (plots.modules, PARTS),
    "modules-one": (plots.modules, PARTS[:1]),
    "modules-odd": (plots.modules, pd.DataFrame({"group": np.repeat(ODD[:2], 3), "name": [*ODD[:5], "one"]})),
    "modules-many": (plots.modules, pd.DataFrame({"group": np.repeat(FEW[:4], 6), "name": MANY})),
    "side_by_side": (plots.side_by_side, SIDES),
    "side_by_side-one": (plots.side_by_side, SIDES[["aspect", "天猫"]]),
    "side_by_side-odd": (plots.side_by_side, pd.DataFrame([ODD[:4], ODD[2:], ODD[1:5]], columns=ODD[:4])),
    "side_by_side-many": (
        plots.side_by_side,
        pd.DataFrame([MANY[i : i + 7] for i in range(17)], columns=["", *FEW]),
    ),
    "public_series": (
        plots.public_series,
        published(["总额", "goods"], gap=[2020]).assign(rounded=[True, False] * 12),
        {"claims": CLAIM, "name": "trillion"},
    ),
    "public_series-log": (plots.public_series, published(["one day"], range(1990, 2022), 1e-3)),
    "public_series-one": (plots.public_series, published(["one"], [2018]), {"claims": CLAIM}),
    "public_series-odd": (
        plots.public_series,
        published([*ODD[:5], "care"], [2018, 2019], 1e9),
        {"name": "5$ 6$", "claims": CLAIM.assign(key=["5$ 6$", "价格"], value=1e9)},
    ),
    "public_series-negative": (
        plots.public_series,
        published(["one"]).assign(value=lambda data: 3 - data["value"], period="2018-12"),
    ),
    "shares_by_source": (plots.shares_by_source, measured_shares(["Tmall", "京东"], ["CECRC", "易观"])),
    "shares_by_source-one": (plots.shares_by_source, measured_shares(["Tmall"], ["CECRC"], ["2018"])),
    "shares_by_source-odd": (plots.shares_by_source, measured_shares([*ODD[:5], *FEW[:3]], ODD[:5])),
    "shares_by_source-gap": (
        plots.shares_by_source,
        measured_shares(FEW, ["a"]).assign(share_pct=[np.nan] * 12 + [0.0, 0.1, 0.2, 0.2, 0.1, 100.0]),
    ),
    "audit": (plots.audit, CHECKS),
    "audit-open": (plots.audit, CHECKS[3:4]),
    "audit-one": (plots.audit, CHECKS[:1].drop(columns=["check", "unit"])),
    "audit-odd": (
        plots.audit,
        checked(ODD[:5], [1e-9, 1, -5, 2003], [1e12, 1], VERDICTS, check=ODD[1:], unit=ODD[0]),
    ),
    "audit-many": (
        plots.audit,
        checked(MANY, [2003, 99.9], [2008, 101.0, np.nan], VERDICTS, unit="year", check=MANY),
    ),
    "readings": (plots.readings, READINGS),
    "readings-one": (plots.readings, READINGS[2:3]),
    "readings-odd": (
        plots.readings,
        pd.DataFrame(
            {
                "reading": ODD[:5],
                "group": ODD[4::-1],
                "basis": [*ODD[:4], ODD[3]],
                "share_pct": [0, 9, 50, 99, 1],
            }
        ),
    ),
    "readings-many": (
        plots.readings,
        pd.DataFrame(
            {
                "reading": np.repeat(MANY, 8),
                "group": [*FEW, "care", "价格"] * 24,
                "basis": "a",
                "share_pct": 12.5,
            }
        ),
    ),
    "before_after": (plots.before_after, INDICATORS),
    "before_after-blank": (plots.before_after, INDICATORS[3:].drop(columns=["key", "unit"])),
    "before_after-odd": (
        plots.before_after,
        pd.DataFrame(
            {
                "item": ODD[:5],
                "unit": ODD[4::-1],
                "before": [1e-6, 5, 1, 0, -3],
                "after": [1e-3, 1, 1e9, 5, 2],
            }
        ),
    ),
    "before_after-many": (
        plots.before_after,
        pd.DataFrame({"item": MANY, "before": 100.0, "after": np.linspace(1, 2e4, 24)}),
    ),
    "growth_paths": (plots.growth_paths, paths([0.1, 0.2, 0.3, 0.4, 0.5])),
    "growth_paths-one": (plots.growth_paths, paths([0.3257])),
    "growth_paths-large": (plots.growth_paths, paths([-0.5, 0, 9], 2.0, 4.0, 1e12)),
    "growth_paths-shrinking": (plots.growth_paths, paths([-0.1, -0.2], -0.2, -0.1, 1e-3)),
    "blank_beside": (plots.blank_beside, BLANKS, {"name": "growth in per cent"}),
    "blank_beside-one": (plots.blank_beside, BLANKS[1:2].drop(columns=["low", "high"])),
    "blank_beside-odd": (
        plots.blank_beside,
        pd.DataFrame(
            {"item": np.repeat(ODD[:5], 4), "source": ODD[:4] * 5, "value": [*[np.nan] * 18, 1e9, -1e9]}
        ),
    ),
    "blank_beside-many": (
        plots.blank_beside,
        pd.DataFrame({"item": MANY, "source": "care", "value": np.linspace(-1, -9, 24)}),
    ),
    "kano_map-same": (plots.kano_map, needs(FEW, 5, (1,) * 4 + (5,))),
}


class Case:
    """A chart with one result: ``draw()`` makes it, ``data`` holds the texts that come from the data."""

    def __init__(self, name, plot, result, options=None):
        # Awkward results are tried where room is least and where text is largest.
        self.widths = ("single", "slide") if "-" in name else ("single", "double", "slide")
        self.plot, self.result, self.options = plot, result, options or {}

    @property
    def data(self):
        if self.plot.__name__ in OF_CLAIMS:
            cells = [*self.result.columns, *self.result.to_numpy(object).ravel()]
            cells += [*self.options.values(), *CLAIM["key"], "价格", "5$ 6$"]
            return [" ".join(str(text).split()) for text in cells]
        if self.plot.__name__ in OF_SURVEYS:
            return in_charts_of_surveys(self.result)
        if self.plot.__name__ in OF_WEIGHTS:
            names = [" ".join(str(name).split()) for name in FROM_DATA]
            counted = [f"{place} {name}" for place in range(1, 7) for name in names]
            many = [f"{place} {name}" for place, name in enumerate(MANY[5:20], start=1)]
            cut = [shorten(name, 32) for name in names]
            told = [text.format(name) for text in ("Weight of {}", "{}的权重") for name in cut]
            return [*names, *MANY, *counted, *many, *told]
        if not hasattr(self.result, "__contains__"):
            return []
        if isinstance(self.result, dict):
            return list(self.result)
        columns = [self.result[name] for name in ("item", "reason", "step", "city") if name in self.result]
        if self.plot.__name__.startswith("rfm_"):
            columns.append(ODD)
        sides = ("itemsets", "antecedents", "consequents")
        columns += [items for name in sides if name in self.result for items in self.result[name]]
        return list({" ".join(str(text).split()): None for column in columns for text in column})

    def draw(self, **more):
        return self.plot(self.result, **self.options, **more)


@pytest.fixture(params=sorted(CASES))
def case(request):
    return Case(request.param, *CASES[request.param])


@pytest.fixture(params=[name for name in sorted(CASES) if "-" not in name])
def ordinary(request):
    return Case(request.param, *CASES[request.param])
