"""Every reading of the shoppers' sex is shown, and netizens are kept apart."""

import pytest

from kehu import claims


@pytest.fixture(scope="module")
def table():
    return claims.shopper_readings()


def shares(table, quantity, reading, group):
    found = table.query("quantity == @quantity and reading == @reading and group == @group")
    return found["share_pct"].tolist()


def test_three_readings_of_men_exceed_women_by_ten(table):
    assert shares(table, "sex", "percentage points", "men") == pytest.approx([55])
    assert shares(table, "sex", "percentage points", "women") == pytest.approx([45])
    men, women = (shares(table, "sex", "ratio", group)[0] for group in ("men", "women"))
    assert (round(men, 1), round(women, 1)) == (52.4, 47.6)
    assert men / women == pytest.approx(1.1)
    spending = table.query("reading == 'spending'")
    assert len(spending) == 2 and spending[["share_pct", "low", "high"]].isna().all(axis=None)


def test_ages_as_stated(table):
    stated = table.query("quantity == 'age' and reading == 'as stated'").set_index("group")
    assert stated.loc["16–32", ["share_pct", "low", "high"]].tolist() == pytest.approx([83, 83, 100])
    assert stated.loc["other ages", ["share_pct", "low", "high"]].tolist() == pytest.approx([17, 0, 17])


def test_netizens_are_another_basis(table):
    netizens = table[table["reading"] == "netizens"]
    assert set(netizens["basis"]) == {"all netizens, not shoppers"}
    assert set(table.loc[table["reading"] != "netizens", "basis"]) == {"shoppers"}
    assert netizens["source"].str.startswith("CNNIC, as reported by").all()
    assert shares(table, "sex", "netizens", "men") == [52.6, 52.4, 51.9, 51.0, 51.5]


def test_groups_make_up_the_whole(table):
    known = table.dropna(subset="share_pct")
    sums = known.groupby(["quantity", "reading", "period"])["share_pct"].sum()
    assert sums.loc["sex"].tolist() == pytest.approx([100] * len(sums.loc["sex"]))
    complete = known[known["group"].isin(["other ages", "under 20"])]["period"]
    assert sums.loc["age"][lambda found: found.index.get_level_values("period").isin(complete)].tolist() == (
        pytest.approx([100] * 4)
    )


def test_another_figure_gives_other_readings():
    claims_ = claims.read()
    claims_.loc[claims_["key"] == "D1.s2", "value"] = 20
    table = claims.shopper_readings(claims_)
    assert shares(table, "sex", "percentage points", "men") == pytest.approx([60])
    assert shares(table, "sex", "ratio", "men") == pytest.approx([100 * 1.2 / 2.2])


def test_without_the_figure_nothing_is_known():
    claims_ = claims.read()
    claims_.loc[claims_["key"] == "D1.s2", ["value", "status"]] = [float("nan"), "blank"]
    table = claims.shopper_readings(claims_)
    assert table.query("quantity == 'sex' and basis == 'shoppers'")["share_pct"].isna().all()
