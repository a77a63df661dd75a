"""The registry is complete in both languages and agrees with itself; data/README.md agrees with it."""

import pytest

import kehu
from kehu._files import data_folder
from kehu.datasets import registry, shaping
from kehu.datasets.cards import with_cards

ENTRIES = registry.entries()
CHINESE = range(0x4E00, 0x9FFF)


def is_chinese(text):
    return any(ord(letter) in CHINESE for letter in text)


@pytest.mark.parametrize("name", ENTRIES)
def test_texts_are_there_in_both_languages(name):
    entry = ENTRIES[name]
    tables = entry.tables.values()
    texts = [entry.what, entry.provenance_note, *entry.problems, *(table.about for table in tables)]
    texts += [column.meaning for table in tables for column in table.columns]
    for text in texts:
        assert text["en"]
        assert is_chinese(text["zh"]), text
        assert not is_chinese(text["en"])
    assert entry.title["en"]
    assert entry.title["zh"]
    assert entry.licence["zh"]
    assert entry.provenance in ("real", "disputed", "simulated")


@pytest.mark.parametrize("name", ENTRIES)
def test_columns_and_fingerprints_fit_together(name):
    for table in ENTRIES[name].tables.values():
        columns = {column.name: column for column in table.columns}
        for column in table.columns + table.helpers:
            assert column.kind in {*shaping._CODERS, "made"}
            assert (column.kind == "level") == bool(column.levels)
        made = [column for column in columns.values() if column.source is None]
        assert not made or table.recipe
        for measure, values in table.fingerprint.items():
            assert measure == "rows" or set(values) <= set(columns), (table.name, measure)


def test_every_question_of_the_survey_measures_a_named_construct():
    answers, items = ENTRIES["ecsi_mobi"].tables.values()
    assert {column.measures for column in answers.columns} == set(items.facts["constructs"])


def test_unknown_names_get_the_closest_one():
    with pytest.raises(KeyError, match="no data set 'cdnov'; did you mean 'cdnow'"):
        kehu.datasets.load("cdnov")
    with pytest.raises(KeyError, match="no data set 'grocery'"):
        kehu.datasets.card("grocery")
    with pytest.raises(KeyError, match="cdnow has no table 'samples'; did you mean 'sample'"):
        kehu.datasets.load("cdnow", "samples")
    with pytest.raises(KeyError, match="orders has no column 'amout'; did you mean 'amount'"):
        kehu.datasets.load("cdnow", columns=["amout"])


def test_the_page_of_cards_is_up_to_date():
    page = (data_folder() / "README.md").read_text(encoding="utf-8")
    assert with_cards(page) == page, "run: python -m kehu.datasets"
