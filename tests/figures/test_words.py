import re
from itertools import permutations
from pathlib import Path

import pytest

from kehu.figures import words
from kehu.figures.words import catalogue, heading, say, translate

TEMPLATES = {key: texts for key, texts in catalogue().items() if "{" in texts["en"]}
FILLED = {"measure": {"en": "Amount", "zh": "金额"}, "what": {"en": "shop", "zh": "shop"}}


def test_every_text_exists_in_both_languages_with_the_same_names():
    assert len(catalogue()) > 90
    for key, texts in catalogue().items():
        assert all(texts[language] == texts[language].strip() != "" for language in words.LANGUAGES), key
        names = [sorted(re.findall(r"{(\w+)}", texts[language])) for language in words.LANGUAGES]
        assert names[0] == names[1], key


def test_no_key_stands_in_the_file_twice():
    lines = Path(words.__file__).with_name("labels.csv").read_text(encoding="utf-8").splitlines()
    keys = [line.split(",")[0] for line in lines[1:]]
    assert len(keys) == len(set(keys)) == len(catalogue())


def test_no_text_has_two_translations():
    for (one, a), (two, b) in permutations(catalogue().items(), 2):
        assert (a["en"] == b["en"]) == (a["zh"] == b["zh"]), f"{one} and {two}"


def test_every_text_becomes_its_translation_and_back():
    for key, texts in catalogue().items():
        names = re.findall(r"{(\w+)}", texts["en"])
        english, chinese = (
            say(key, language, **{name: FILLED.get(name, {}).get(language, "7.5") for name in names})
            for language in words.LANGUAGES
        )
        assert translate(english, "zh") == chinese
        assert translate(chinese, "en") == english
        assert translate(english, "en") == english
        assert translate(chinese, "zh") == chinese


def test_templates_are_not_mistaken_for_each_other():
    for key, texts in TEMPLATES.items():
        for language in words.LANGUAGES:
            filled = re.sub(r"{\w+}", "12", texts[language])
            matching = [k for pattern, k in words._templates()[language] if pattern.fullmatch(filled)]
            assert matching == [key]
            fixed = re.sub(r"{\w+}", "", texts[language])
            assert re.search(r"[A-Za-z]{3}|[\u2e80-\uffff]{2}", fixed), key


@pytest.mark.parametrize("text", ["Mean age", "Cups per day", "The top shops bring most", "Median", "Tea"])
def test_a_text_that_only_looks_like_ours_is_left_alone(text):
    assert translate(text, "zh") == text


def test_what_is_filled_in_is_translated_too():
    assert translate("Orders per week", "zh") == "每周订单数"
    assert translate("每月金额", "en") == "Amount per month"
    assert translate("Mean 1.23M", "zh") == "平均数 123万"
    assert translate("Order value\n2 orders of zero or less not shown", "zh") == (
        "订单金额\n未显示金额不为正的订单 2 笔"
    )


def test_own_translations_are_used_in_both_directions():
    own = {"My shop": "我的店"}
    assert translate("My shop", "zh", own) == "我的店"
    assert translate("我的店", "en", own) == "My shop"
    assert translate("My shop per week", "zh", own) == "每周我的店"
    assert heading("my_column", "zh", {"my_column": "我的列"}) == "我的列"
    assert heading("amount", "zh", {"amount": "销售额"}) == "销售额"


def test_columns_without_a_heading_keep_their_name():
    assert heading("mean", "zh") == "mean"  # a word of the catalogue, but no column
    assert heading(7) == "7"


def test_unknown_keys_and_languages_are_refused():
    with pytest.raises(KeyError, match="no text 'n_order'; did you mean 'n_orders'"):
        say("n_order")
    with pytest.raises(ValueError, match="language 'cn' is not known"):
        say("n_orders", "cn")
