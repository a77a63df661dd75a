"""Verdicts follow from the figures: change one, and they change."""

import math
import shutil

import polars
import pytest

from kehu import claims
from kehu._files import data_folder
from kehu.claims.checks import RELATIONS, Claim, Fact, checks
from tests.claims.test_reading import BLANK, KEYS


@pytest.fixture(scope="module")
def table():
    return claims.audit().table


def with_claim(key, item, value, *, status=None, **others):
    """The claims with one figure changed."""
    table = claims.read()
    here = (table["key"] == key) & (table["item"] == item)
    assert here.sum() == 1
    for name, new in {"value": value, **others, **({"status": status} if status else {})}.items():
        table.loc[here, name] = new
    return table


def with_fact(series, subject, period, value):
    """The public record with one figure changed."""
    table = claims.facts()
    here = (table["series"] == series) & (table["subject"] == subject) & (table["period"] == period)
    assert here.sum() == 1
    table.loc[here, "value"] = value
    return table


def only(table, key, item, kind, check):
    found = table.query("key == @key and item == @item and kind == @kind and check == @check")
    assert len(found) == 1
    return found.iloc[0]


def verdict(name, own=None, facts=None):
    return only(claims.audit(own, facts=facts).table, *name)["verdict"]


TOTAL = ("D3.m1", "online retail sales", "published", "published figure")
TOTAL_GROWTH = ("D3.m1", "growth of online retail sales", "published", "published figure")
GOODS = ("D3.m2", "online retail sales of physical goods", "published", "published figure")
GOODS_SEARCH = (*GOODS[:2], "figure search", "which published figure it equals")
GOODS_SHARE = ("D3.m3", "physical goods in retail sales", "published", "published figure")
RETAIL = ("D3.m3", "physical goods in retail sales", "published", "total retail sales by D3.m2 and D3.m3")
SALES = ("D2.k1", "sales", "magnitude", "Tmall's goods sold (GMV), year to March 2016")
BASE = ("D2.k1", "sales, year before", "implied", "sales before the growth")
USERS = ("D2.k2", "active users", "magnitude", "active consumers of Alibaba's marketplaces")
TMALL = ("D2.h1", "founding of Tmall (2, 3)", "agreement", "founding as in chapter 7")
PENETRATION = ("D2.k11", "online shoppers who bought there", "agreement", "penetration")
SECTOR = ("D2.k6", "satisfied respondents", "agreement", "the sector")
BRAND = ("D2.c1", "brand as announced (7.1)", "agreement", "brand as described")
PLATFORM = ("D1.h1", "founding of Alibaba", "agreement", "founding of Taobao (D2.h2)")
SHOP = ("D2.c3", "opening of the shop", "agreement", "founding of Tmall (D2.h1)")
MARKET = ("D2.k5", "market share, after", "published", "market's growth by sales and shares")


def test_every_key_has_a_check_and_a_line_of_the_summary(table):
    assert set(table["key"]) == set(KEYS)
    summary = claims.audit().summary
    assert sorted(summary["key"]) == sorted(KEYS)
    assert (summary["checks"] == summary["key"].map(table["key"].value_counts())).all()


def test_every_figure_has_a_line_or_is_used_in_one(table):
    used = {name for check in checks() for name in (*(check.stated or ()), *check.other)}
    shown = set(zip(table["key"], table["item"], strict=True))
    for key, item in zip(*(claims.read()[name] for name in ("key", "item")), strict=True):
        assert (key, item) in shown or Claim(key, item) in used


def test_what_the_checks_name_is_there():
    documents = set(map(tuple, claims.read()[["key", "item"]].to_numpy()))
    public = set(map(tuple, claims.facts()[["series", "subject", "period"]].to_numpy()))
    for check in checks():
        names = {check.claim, *(check.stated or ()), *check.other}
        assert {tuple(name) for name in names if isinstance(name, Claim)} <= documents
        assert {tuple(name) for name in names if isinstance(name, Fact)} <= public
        assert check.relation in RELATIONS


def test_no_verdict_is_typed():
    for check in checks():
        texts = " ".join([*check.name, *check.basis, check.kind])
        assert not any(word in texts for word in claims.VERDICTS)


def test_the_verdicts_of_the_documents_as_they_are(table):
    found = {
        name: only(table, *name)["verdict"] for name in (TOTAL, TOTAL_GROWTH, GOODS, GOODS_SHARE, RETAIL)
    }
    assert found == {
        TOTAL: "differs", TOTAL_GROWTH: "agrees", GOODS: "differs", GOODS_SHARE: "differs", RETAIL: "differs",
    }  # fmt: skip
    assert only(table, *TMALL)["verdict"] == "contradicts"
    assert only(table, *PENETRATION)["verdict"] == "contradicts"
    assert only(table, *BRAND)["verdict"] == "contradicts"
    assert only(table, *SALES)["verdict"] == "differs"
    assert only(table, *BASE)["verdict"] == "cannot be checked"
    assert only(table, *SECTOR)["verdict"] == "cannot be checked"


def test_what_the_figures_imply(table):
    def compared(key, check):
        return only(
            table, key, *table.query("key == @key and check == @check")[["item", "kind"]].iloc[0], check
        )["compared"]

    assert compared("D2.k1", "sales before the growth") == pytest.approx(17.6)
    assert compared("D2.k2", "users before the growth") == pytest.approx(67.8, abs=0.05)
    assert compared("D2.k2", "spend per user") == pytest.approx(275)
    assert compared("D2.k2", "spend per user, year before") == pytest.approx(260, abs=0.5)
    assert compared("D2.k3", "rise in percentage points") == pytest.approx(5)
    assert compared("D2.k3", "rise in per cent") == pytest.approx(25)
    assert compared("D2.k8", "mean growth of the other two years, given D2.k1") == pytest.approx(
        32.6, abs=0.05
    )
    retail = only(table, *RETAIL)
    assert retail["stated"] == pytest.approx(39.2, abs=0.05) and retail["unit"] == "trillion yuan"


def test_physical_goods_of_2018_equal_the_total_of_2017(table):
    found = only(table, *GOODS_SEARCH)
    assert found["verdict"] == "differs"
    assert found["stated"] == found["compared"] == 7.18
    assert (
        "online retail sales (China, 2017)" in found["why"] and "网上零售额（中国，2017）" in found["why_zh"]
    )
    # Nothing but the figures says so: with another total of 2017 it equals none.
    other = claims.audit(facts=with_fact("online_retail", "China", "2017", 7.3)).table
    assert only(other, *GOODS_SEARCH)["verdict"] == "cannot be checked"


def test_the_founding_of_alibaba_is_that_of_taobao(table):
    found = only(table, "D1.h1", "founding of Alibaba", "figure search", "which published figure it equals")
    assert found["verdict"] == "differs" and "Taobao" in found["why"]


@pytest.mark.parametrize(
    ("name", "own", "expected"),
    [
        (TOTAL, ("D3.m1", "online retail sales", 9.0065), "agrees"),
        (TOTAL_GROWTH, ("D3.m1", "growth of online retail sales", 24.0), "differs"),
        (GOODS, ("D3.m2", "online retail sales of physical goods", 7.02), "agrees"),
        (GOODS_SEARCH, ("D3.m2", "online retail sales of physical goods", 7.02), "agrees"),
        (GOODS_SEARCH, ("D3.m2", "online retail sales of physical goods", 7.3), "cannot be checked"),
        (GOODS_SHARE, ("D3.m3", "physical goods in retail sales", 18.4), "agrees"),
        (RETAIL, ("D3.m2", "online retail sales of physical goods", 6.97), "agrees"),
        (SALES, ("D2.k1", "sales", 1800), "agrees"),
        (MARKET, ("D2.k1", "sales growth", 19), "agrees"),
        (USERS, ("D2.k2", "active users", 900), "contradicts"),
        (TMALL, ("D2.h1", "founding of Tmall (7)", 2008), "agrees"),
        (PLATFORM, ("D1.h1", "founding of Alibaba", 2005), "contradicts"),
        (SHOP, ("D2.c3", "opening of the shop", 2007), "contradicts"),
    ],
)
def test_another_figure_of_the_document_changes_the_verdict(table, name, own, expected):
    assert only(table, *name)["verdict"] != expected
    assert verdict(name, with_claim(*own)) == expected


@pytest.mark.parametrize(
    ("name", "fact", "expected"),
    [
        (TOTAL, ("online_retail", "China", "2018", 9.08), "agrees"),
        (TOTAL_GROWTH, ("online_retail_growth", "China", "2018", 24.1), "differs"),
        (TOTAL, ("online_retail", "China", "2018", math.nan), "cannot be checked"),
        (GOODS, ("physical_goods", "China", "2018", 7.2), "agrees"),
        (RETAIL, ("retail_sales", "China", "2018", 39.2), "agrees"),
        (SALES, ("china_retail_gmv", "Tmall", "2016-03", 30), "agrees"),
        (USERS, ("active_consumers", "Alibaba", "2021-03", 60), "contradicts"),
        (MARKET, ("online_retail_growth", "China", "2021", 19), "agrees"),
        (
            ("D2.h2", "founding of Taobao", "published", "published figure"),
            ("founding", "Taobao", "2003-05", 2004),
            "differs",
        ),
    ],
)
def test_another_published_figure_changes_the_verdict(table, name, fact, expected):
    assert only(table, *name)["verdict"] != expected
    assert verdict(name, facts=with_fact(*fact)) == expected


def test_figures_changed_in_the_files_change_the_verdict(tmp_path, monkeypatch):
    text = (data_folder() / "claims.csv").read_text(encoding="utf-8")
    assert text.count(",9.08,") == 1
    (tmp_path / "own.csv").write_text(text.replace(",9.08,", ",9.0065,"), encoding="utf-8")
    assert verdict(TOTAL, claims.read(tmp_path / "own.csv")) == "agrees"
    shutil.copytree(data_folder() / "facts", tmp_path / "facts")
    path = tmp_path / "facts" / "online_retail.csv"
    text = path.read_text(encoding="utf-8")
    assert text.count(",9.0065,") == 1
    path.write_text(text.replace(",9.0065,", ",9.08,"), encoding="utf-8")
    monkeypatch.setattr("kehu.claims.record.data_folder", lambda: tmp_path)
    assert verdict(TOTAL) == "agrees"


def test_stages_out_of_order_contradict():
    name = ("D3.t1", "CRM software", "logic", "follows the stage before")
    assert verdict(name) == "agrees"
    assert verdict(name, with_claim(*name[:2], math.nan, low=1960.0, high=1969.0)) == "contradicts"


def test_words_are_compared():
    assert (
        verdict(BRAND, with_claim("D2.c1", "brand as described (7.1.1)", math.nan, word="International"))
        == "agrees"
    )


def test_a_blank_that_is_filled_is_checked():
    row = ("D2.k1", "sales, year before")
    assert verdict(BASE, with_claim(*row, 17.6, status="stated")) == "agrees"
    assert verdict(BASE, with_claim(*row, 19.0, status="stated")) == "contradicts"
    sector = ("D2.k6", "satisfied respondents, sector")
    assert verdict(SECTOR, with_claim(*sector, 75, status="stated")) == "agrees"
    # "More than 80 %" may be anything up to 100 %: only what is above that would be impossible.
    assert verdict(SECTOR, with_claim(*sector, 102, status="stated")) == "contradicts"


def test_a_published_figure_that_fills_a_gap_is_used():
    name = ("D2.k1", "sales", "magnitude", "Tmall's goods sold (GMV), year to March 2016")
    gap = with_fact("china_retail_gmv", "Tmall", "2016-03", math.nan)
    filled = with_fact("china_retail_gmv", "Tmall", "2016-03", 22)
    filled.loc[gap["value"].isna(), "rounding"] = math.nan
    assert verdict(name, facts=gap) == "cannot be checked"
    assert verdict(name, facts=filled) == "agrees"


def test_what_becomes_blank_cannot_be_checked():
    blank = with_claim("D3.m1", "online retail sales", math.nan, status="blank")
    found = claims.audit(blank).table
    assert only(found, *TOTAL)["verdict"] == "cannot be checked"
    assert "does not state it" in only(found, *TOTAL)["why"]
    goods = found.query(
        "item == 'online retail sales of physical goods' and check == 'part of all online retail (D3.m1)'"
    )
    assert (
        goods["verdict"].tolist() == ["cannot be checked"]
        and "D3.m1 states no figure" in goods["why"].iloc[0]
    )


def test_what_is_garbled_cannot_be_checked():
    garbled = with_claim("D3.m1", "online retail sales", 9.08, status="garbled")
    row = only(claims.audit(garbled).table, *TOTAL)
    assert row["verdict"] == "cannot be checked" and "garbled" in row["why"]


def test_blank_never_gets_a_number(table):
    for key, item in BLANK:
        rows = table.query("key == @key and item == @item")
        assert rows["stated"].isna().all(), (key, item)
        assert set(rows["verdict"]) <= {"cannot be checked"}


def test_claims_that_equal_the_public_record_all_agree():
    table = claims.read()
    record = claims.facts().set_index(["series", "subject", "period"])["value"]
    rounding = claims.facts().set_index(["series", "subject", "period"])["rounding"]
    published = {
        ("D3.m1", "online retail sales"): ("online_retail", "China", "2018"),
        ("D3.m1", "growth of online retail sales"): ("online_retail_growth", "China", "2018"),
        ("D3.m2", "online retail sales of physical goods"): ("physical_goods", "China", "2018"),
        ("D3.m3", "physical goods in retail sales"): ("physical_goods_share", "China", "2018"),
        ("D1.h1", "founding of Alibaba"): ("founding", "Alibaba", "1999"),
        ("D2.h1", "founding of Tmall (2, 3)"): ("founding", "Tmall", "2008-04"),
        ("D2.h1", "founding of Tmall (7)"): ("founding", "Tmall", "2008-04"),
    }
    for (key, item), name in published.items():
        here = (table["key"] == key) & (table["item"] == item)
        table.loc[here, ["value", "rounding"]] = record[name], rounding[name]
    found = claims.audit(table).table
    keys = ["D3.m1", "D3.m2", "D3.m3", "D1.h1", "D2.h1", "D2.h2"]
    about = found[found["key"].isin(keys)]
    assert len(about) == 16
    assert set(about["verdict"]) == {"agrees"}


def test_figures_that_nothing_follows_from():
    found = claims.audit(with_claim("D2.k5", "market share, after", 0, rounding=0.0)).table
    row = only(found, "D2.k5", "market share, after", "magnitude", "market by sales and share")
    assert row["verdict"] == "cannot be checked" and math.isnan(row["stated"])


def test_a_part_of_the_claims_can_be_audited():
    table = claims.read()
    found = claims.audit(table[table["key"] == "D3.m2"]).table
    assert set(found["key"]) == {"D3.m2"}
    assert only(found, *GOODS)["verdict"] == "differs"
    part = found.query("kind == 'agreement'")
    assert part["verdict"].tolist() == ["cannot be checked"]


def test_own_claims_with_other_keys():
    own = claims.read().head(1).assign(key="X.1", item="orders of 2020", status="stated")
    found = claims.audit(own).table
    assert found[["key", "verdict"]].to_numpy().tolist() == [["X.1", "cannot be checked"]]


def test_tables_of_another_library():
    own, public = (polars.from_pandas(table) for table in (claims.read(), claims.facts()))
    assert claims.audit(own, facts=public).table.equals(claims.audit().table)


def test_facts_without_a_column():
    with pytest.raises(KeyError, match="facts has no column 'body'"):
        claims.audit(facts=claims.facts().drop(columns="body"))


def test_numbers_of_a_row(table):
    row = only(table, *TOTAL)
    assert row["difference"] == pytest.approx(0.0735)
    assert row["difference_pct"] == pytest.approx(100 * 0.0735 / 9.0065)
    assert row["tolerance"] == pytest.approx(0.00505)
    known = table.dropna(subset=["stated", "compared"])
    assert (known["difference"] - (known["stated"] - known["compared"])).abs().max() < 1e-9 * 2e4
    assert set(table["verdict"]) == set(claims.VERDICTS)


def test_every_why_is_told_in_both_languages_with_its_source(table):
    for name in ("why", "why_zh", "check", "check_zh", "item_zh", "source"):
        assert (table[name].str.len() > 1).all(), name
    assert table["why_zh"].str.contains("[一-鿿]").all()
    assert not table["why"].str.contains("[一-鿿]").any()
    assert not table["why"].str.contains(r"[{}]|\bnan\b|\binf\b").any()
    assert not table["why_zh"].str.contains(r"[{}]|\bnan\b|\binf\b").any()


def test_public_figures_carry_their_body(table):
    published = table[table["kind"] == "published"]
    assert published["source"].str.contains("as reported by").all()


def test_the_summary_tells_the_worst_first():
    found = claims.audit()
    order = [claims.VERDICTS.index(verdict) for verdict in found.summary["verdict"]]
    assert order == sorted(order)
    for _, line in found.summary.iterrows():
        rows = found.table[found.table["key"] == line["key"]]
        worst = min(rows["verdict"], key=claims.VERDICTS.index)
        assert line["verdict"] == worst
        shown = ["item", "item_zh", "check", "check_zh", "why", "why_zh"]
        assert line[shown].tolist() == rows.loc[rows["verdict"] == worst, shown].iloc[0].tolist()
        assert line[list(claims.VERDICTS)].sum() == len(rows)


def test_texts_of_figures(table):
    assert only(table, *TOTAL)["why"].startswith(
        "9.08 trillion yuan against 9.0065 trillion yuan: differs by +0.0735 trillion yuan (+0.82 %)"
    )
    assert only(table, *SALES)["why_zh"].startswith("220亿元与1.215万亿元相差55.2倍")
    assert only(table, *GOODS)["why"].startswith("7.18 trillion yuan against 7.0 trillion yuan")


def test_a_conclusion_follows_or_does_not(table):
    assert only(table, *PENETRATION)["why"].startswith("50–100 % does not follow from 30 %.")
    half = with_claim("D2.k11", "penetration", 60.0, low=55.0, high=65.0)
    found = only(claims.audit(half).table, *PENETRATION)
    assert found["verdict"] == "agrees" and found["why"].startswith("50–100 % can follow from 60 %.")


def test_units_and_texts_have_their_chinese(table):
    units = dict(zip(table["unit"], table["unit_zh"], strict=True))
    assert units["trillion yuan"] == "万亿元" and units["%"] == "%"
    found = claims.chinese(table, claims.sources())
    assert found["online retail sales"] == "网上零售额" and found["trillion yuan"] == "万亿元"
    assert "stated" not in found and len(found) > 150
    assert all(english and translated for english, translated in found.items())
