"""The public record: every figure with its body and source, nothing joined, gaps left open."""

import pandas as pd
import pytest

from kehu import claims
from kehu.claims.units import UNITS

FILES = ["online_retail", "online_shoppers", "market_share", "alibaba", "singles_day", "dates"]


@pytest.fixture(scope="module")
def facts():
    return claims.facts()


def series(facts, name, subject=None):
    found = facts[(facts["series"] == name) & ((facts["subject"] == subject) | (subject is None))]
    return found.set_index("period")["value"]


def test_the_whole_is_its_files(facts):
    assert facts["file"].unique().tolist() == FILES
    pd.testing.assert_frame_equal(pd.concat([claims.facts(name) for name in FILES], ignore_index=True), facts)


def test_every_figure_has_a_body_a_basis_and_a_place_where_it_was_read(facts):
    known = facts[facts["value"].notna()]
    for name in (
        "body",
        "body_zh",
        "basis",
        "basis_zh",
        "quantity",
        "quantity_zh",
        "subject_zh",
        "reported_by",
    ):
        assert (known[name].str.strip() != "").all(), name
    assert set(facts["unit"]) <= set(UNITS)
    assert (known["rounding"] >= 0).all()


def test_a_figure_stands_there_once_and_a_series_has_one_body(facts):
    assert not facts.duplicated(["series", "subject", "period"]).any()
    assert (
        not facts[["series", "body", "basis", "unit", "file"]].drop_duplicates()["series"].duplicated().any()
    )


def test_gaps_stay_open(facts):
    empty = facts[facts["value"].isna()]
    assert len(empty) > 50
    assert empty["rounding"].isna().all() and (empty["reported_by"] == "").all()
    assert series(facts, "online_retail_growth").isna()[["2020", "2023"]].all()


def test_published_figures(facts):
    retail = series(facts, "online_retail")
    assert retail.to_dict() == {
        "2014": 2.7898, "2015": 3.8773, "2016": 5.16, "2017": 7.18, "2018": 9.0065, "2019": 10.63,
        "2020": 11.8, "2021": 13.0884, "2023": 15.4,
    }  # fmt: skip
    assert series(facts, "physical_goods")["2018"] == 7.0
    assert series(facts, "physical_goods_share")["2018"] == 18.4
    assert series(facts, "china_retail_gmv", "Tmall").dropna().to_dict() == {"2016-03": 1215}
    assert series(facts, "active_consumers")["2021-03"] == 811
    assert series(facts, "shoppers")["2018-12"] == 610


def test_rounding_of_what_is_published(facts):
    half = facts.set_index(["series", "subject", "period"])["rounding"]
    assert half["online_retail", "China", "2018"] == 0.00005
    assert half["online_retail", "China", "2017"] == 0.005
    assert half["physical_goods", "China", "2018"] == 0.05
    assert half["founding", "Taobao", "2003-05"] == 0


def test_the_windows_of_singles_day_are_two_series(facts):
    one = series(facts, "singles_day_one_day", "Alibaba")
    eleven = series(facts, "singles_day_eleven_days")
    assert one.index.max() == "2019" and eleven.index.tolist() == ["2020", "2021"]
    tmall, taobao = (series(facts, "singles_day_one_day", who)["2012"] for who in ("Tmall", "Taobao"))
    assert tmall + taobao == pytest.approx(one["2012"])


def test_taobao_and_tmall_make_up_the_marketplaces(facts):
    parts = [series(facts, "china_retail_gmv", who)["2016-03"] for who in ("Taobao", "Tmall")]
    assert sum(parts) == series(facts, "china_retail_gmv", "Alibaba")["2016-03"]


def test_shares_of_one_body_and_period_stay_below_the_whole(facts):
    shares = facts[facts["file"] == "market_share"]
    assert shares["body"].nunique() == 4
    assert (shares.groupby(["series", "period"])["value"].sum() <= 100).all()


def test_sources_list_every_series_with_a_figure(facts):
    sources = claims.sources()
    assert sources["series"].tolist() == facts.dropna(subset="value")["series"].drop_duplicates().tolist()
    assert sources["figures"].sum() == facts["value"].notna().sum()
    assert sources.set_index("series").loc["shoppers", ["first", "last"]].tolist() == ["2017-12", "2023-12"]


def test_the_year_of_which_a_figure_is_the_total():
    found = claims.find_figure("7.18", "trillion yuan")
    assert found[["series", "period"]].to_numpy().tolist() == [["online_retail", "2017"]]
    assert claims.find_figure(7180, "billion yuan")["period"].tolist() == ["2017"]
    assert claims.find_figure("9.08", "trillion yuan").empty


def test_the_digits_written_decide_what_is_equal():
    assert set(claims.find_figure("7", "trillion yuan")["series"]) >= {"physical_goods", "online_retail"}
    assert claims.find_figure("7.0", "trillion yuan")["series"].tolist() == ["physical_goods"]
    assert claims.find_figure(2003.0, "year")["subject"].tolist() == ["Taobao"]


def test_a_search_in_a_part_of_the_record():
    assert claims.find_figure("7.18", "trillion yuan", facts=claims.facts("alibaba")).empty


def test_questions_that_cannot_be_answered():
    with pytest.raises(KeyError, match="no facts named 'singles'; did you mean 'singles_day'"):
        claims.facts("singles")
    with pytest.raises(ValueError, match="value='seven' is no number"):
        claims.find_figure("seven", "trillion yuan")
    with pytest.raises(ValueError, match="value=nan is no number"):
        claims.find_figure(float("nan"), "trillion yuan")
    with pytest.raises(KeyError, match="'trillions' is no unit"):
        claims.find_figure("7.18", "trillions")
