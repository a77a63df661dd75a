"""Cards read well as text, HTML and Markdown, in both languages."""

import html.parser
import unicodedata

import pytest

import kehu
from kehu.datasets import registry

NAMES = list(registry.entries())


class Balanced(html.parser.HTMLParser):
    """Collects the text and insists that every tag is closed."""

    def __init__(self):
        super().__init__()
        self.open, self.text = [], ""

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def wide(text):
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", NAMES)
def test_all_three_forms_say_the_same(name, language):
    card = kehu.datasets.card(name, language)
    entry = registry.entry(name)
    page = Balanced()
    page.feed(card._repr_html_())
    assert page.open == []
    text, markdown = "".join(str(card).split()), "".join(card._repr_markdown_().split())
    shown = "".join(page.text.split())
    facts = [
        entry.title[language],
        entry.what[language],
        entry.citation,
        entry.licence[language],
        entry.source.page,
    ]
    facts += [problem[language] for problem in entry.problems]
    for fact in facts:
        for form in (text, markdown, shown):
            assert "".join(fact.split()) in form.replace("-&gt;", "->")
    assert repr(card) == str(card)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", NAMES)
def test_the_text_fits_a_terminal(name, language):
    for line in str(kehu.datasets.card(name, language)).splitlines():
        assert wide(line) <= 100
        assert line == line.rstrip()


def test_disputed_provenance_stands_at_the_top_and_quotes_both_sides():
    card = kehu.datasets.card("complete_journey")
    assert "provenance disputed" in str(card).splitlines()[0]
    text = " ".join(str(card).split())
    assert "contains simulated data" in text
    assert "frequent shoppers" in text
    assert "MIT" in text
    assert "CC0" in text
    assert kehu.datasets.card("complete_journey", "zh").provenance == "来源有争议"


def test_columns_are_listed_with_their_meaning():
    columns = kehu.datasets.card("ecsi_mobi", "zh").columns.set_index(["table", "column"])
    assert columns.loc[("answers", "CUSL3"), "meaning"] == "推荐的可能"
    assert columns.loc[("answers", "CUSL3"), "in_file"] == "CUSL3"


def test_the_list_has_every_data_set_once():
    table = kehu.datasets.list()
    assert table["name"].tolist() == NAMES
    assert table.set_index("name")["rows"].to_dict()["online_retail"] == 541_909
    assert table["rows"].isna().sum() == 1  # Taobao: whatever part of the file one has
    assert kehu.datasets.list(language="zh")["provenance"].tolist()[0] == "来源有争议"


def test_other_languages_are_refused():
    with pytest.raises(ValueError, match="there is no language 'fr'"):
        kehu.datasets.card("cdnow", "fr")
    with pytest.raises(ValueError, match="there is no language 'cn'"):
        kehu.datasets.list(language="cn")
