import re

import pytest
import yaml

from kehu._files import data_folder
from kehu.claims.outlines import outline

NAMES = ("crm_timeline", "strategy_loop", "system_modules", "taobao_tmall")
GOOD = {
    "title": {"en": "Two shops", "zh": "两家店"},
    "source": "D2 3",
    "columns": ["aspect", "left"],
    "headings": {"left": {"en": "Left", "zh": "左"}},
    "rows": [
        {"aspect": {"en": "start", "zh": "起步"}, "left": None, "source": "D2.h1"},
        {"aspect": {"en": "price", "zh": "价格"}, "left": {"en": "low", "zh": "低"}},
    ],
}


def read(tmp_path, facts, name="shops", **options):
    file = tmp_path / "own.yaml"
    text = facts if isinstance(facts, str) else yaml.safe_dump({"shops": facts}, allow_unicode=True)
    file.write_text(text, encoding="utf-8")
    return outline(name, file=file, **options)


def test_the_file_has_the_outlines_that_are_promised():
    found = yaml.safe_load((data_folder() / "outlines.yaml").read_text(encoding="utf-8"))
    assert tuple(found) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_both_languages_say_the_same_and_every_text_has_its_translation(name):
    english, chinese = outline(name), outline(name, language="zh")
    assert english.translations == chinese.translations
    assert english.source == chinese.source
    said = english.translations
    assert chinese.title == said[english.title]
    assert [said.get(column, column) for column in english.table] == chinese.table.columns.tolist()
    cells, others = (each.table.to_numpy(object).ravel() for each in (english, chinese))
    assert [text and said[text] for text in cells] == others.tolist()
    assert all(re.search(r"[\u2e80-\uffff]", text) for text in said.values())
    assert not any(re.search(r"[\u2e80-\uffff]", text) for text in said)


@pytest.mark.parametrize("name", NAMES)
def test_every_row_names_a_document(name):
    sources = outline(name).sources
    assert sources.str.fullmatch(r"D[1-4]( |\.)[\w.–]+(, D[1-4]( |\.)[\w.–]+)*").all()


def test_what_the_documents_state_is_there():
    assert outline("crm_timeline").table["when"].tolist() == ["1980s", "1990s", "early 2000s", None]
    steps = outline("strategy_loop").table["step"].tolist()
    assert steps == [
        *("objectives", "needs", "framework", "plan"),
        *("implement", "feedback", "improve", "iterate"),
    ]
    assert outline("system_modules").table.groupby("group").size().to_dict() == {
        "modules": 5,
        "properties": 4,
    }
    compared = outline("taobao_tmall").table
    assert compared.columns.tolist() == ["aspect", "Taobao", "Tmall"]
    assert len(compared) == 6


def test_a_file_of_ones_own_is_read(tmp_path):
    own = read(tmp_path, GOOD)
    assert own.table.to_dict("list") == {"aspect": ["start", "price"], "Left": [None, "low"]}
    assert own.sources.tolist() == ["D2.h1", "D2 3"]
    assert own.translations == {
        "Left": "左",
        "start": "起步",
        "price": "价格",
        "low": "低",
        "Two shops": "两家店",
    }
    assert read(tmp_path, GOOD, language="zh").table.columns.tolist() == ["aspect", "左"]


def changed(**parts):
    return {key: value for key, value in (GOOD | parts).items() if value is not ...}


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ("shops: [", "own.yaml is no valid YAML"),
        ("- shops", "own.yaml must hold outlines by name, got list"),
        ("shops: 3", "shops must have title, source, columns, rows; got 3"),
        (changed(rows=...), "shops has no rows; it has"),
        (changed(row=[]), "shops has an unknown part 'row'; did you mean 'rows'"),
        (changed(rows=[]), r"rows of shops must be a list that is not empty, got \[\]"),
        (changed(columns="aspect"), "columns of shops must be a list that is not empty, got 'aspect'"),
        (changed(title="Two shops"), "title of shops must be written {en: …, zh: …}, got 'Two shops'"),
        (changed(title=None), "title of shops is blank"),
        (changed(headings={"right": None}), "headings of shops: no column 'right'"),
        (changed(headings={"left": {"en": "aspect", "zh": "左"}}), "two columns of one name"),
        (changed(rows=["start"]), "row 1 of shops must have aspect, left; got 'start'"),
        (changed(rows=[{"left": None}]), "row 1 of shops has no 'aspect'; write null"),
        (
            changed(rows=[{"aspect": None, "left": None, "lft": None}]),
            "row 1 of shops has an unknown column 'lft'; did you mean 'left'",
        ),
        (
            changed(rows=[{"aspect": {"en": "a", "zh": " "}, "left": None}]),
            "aspect in row 1 of shops must have a text in 'zh', got ' '",
        ),
        (
            changed(rows=[{"aspect": {"en": "Left", "zh": "右"}, "left": None}]),
            "'Left' is '左' elsewhere|'Left' is '左' here",
        ),
    ],
)
def test_a_file_that_is_not_as_it_should_be_is_refused_saying_where(tmp_path, facts, message):
    with pytest.raises(ValueError, match=message):
        read(tmp_path, facts)


def test_unknown_names_and_languages_are_refused():
    with pytest.raises(
        KeyError, match=r"no outline 'timeline' in outlines\.yaml; did you mean 'crm_timeline'"
    ):
        outline("timeline")
    with pytest.raises(ValueError, match="language 'cn' is not known"):
        outline("crm_timeline", language="cn")
