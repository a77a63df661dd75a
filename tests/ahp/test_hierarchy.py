"""Hierarchies in every form in which people write them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kehu.ahp import Group, Hierarchy, PairwiseMatrix, sensitivity
from kehu.warnings import InconsistentJudgementsWarning, SingleChildWarning

SERVICE = """
service level:
  judgements: 3 5 3 | 3 1 | 1/3
  criteria:
    satisfaction:
      judgements: {quality / speed: moderately more important, quality / care: 3, speed / care: 同样重要}
      criteria: [quality, speed, care]
    process:
      weights: {orders: 0.25, enquiries: 0.75}
      criteria:
        orders:
        enquiries:
    outcome:
      judgements: [2]
      criteria: [complaints, retention]
    capability:
"""


@pytest.fixture
def service():
    return Hierarchy.from_yaml(SERVICE)


def test_global_weights_are_products(service):
    table = service.weights().set_index("criterion")
    top = PairwiseMatrix.from_upper("3 5 3 | 3 1 | 1/3").weights().tolist()
    assert table[table["level"] == 1]["weight"].tolist() == pytest.approx(top)
    care = PairwiseMatrix.from_upper("3 3 | 1").weights().iloc[2]
    assert table.loc["care", "local"] == pytest.approx(care)
    assert table.loc["care", "weight"] == pytest.approx(care * top[0])
    assert table.loc["enquiries", "weight"] == pytest.approx(0.75 * top[1])
    assert table.loc["retention", "parent"] == "outcome"
    assert service.leaves().sum() == pytest.approx(1)
    assert list(service.leaves().index) == [
        *("quality", "speed", "care", "orders", "enquiries", "complaints", "retention", "capability")
    ]
    assert table["is_leaf"].sum() == 8


def test_consistency_of_each_division(service):
    found = service.consistency()
    assert list(found.index) == ["service level", "satisfaction", "outcome"]
    assert found["consistent"].all()
    worse = service.with_judgements("satisfaction", "3 3 | 3")
    alone = PairwiseMatrix.from_upper("3 3 | 3").consistency()
    assert worse.consistency().loc["satisfaction", "cr"] == pytest.approx(alone.cr)
    assert not worse.consistency().loc["satisfaction", "consistent"]
    with pytest.warns(InconsistentJudgementsWarning, match="consistency ratio 0.13"):
        worse.leaves()


@given(st.lists(st.integers(1, 4), min_size=1, max_size=4), st.integers(0, 10**6))
@settings(deadline=None, max_examples=30)
def test_weights_of_the_leaves_add_up(sizes, seed):
    rng = np.random.default_rng(seed)
    criteria = {}
    for place, size in enumerate(sizes):
        names = [f"{place}.{k}" for k in range(size)]
        given_ = rng.dirichlet(np.ones(size))
        criteria[f"c{place}"] = {"criteria": names, "weights": given_} if size > 1 else None
    top = rng.dirichlet(np.ones(len(sizes)))
    if len(sizes) > 1:
        made = Hierarchy("goal", {"criteria": criteria, "weights": top})
        assert made.leaves().sum() == pytest.approx(1)
        table = made.weights().set_index("criterion")
        for parent in made.nodes:
            if parent != "goal":
                below = table[table["parent"] == parent]["weight"].sum()
                assert below == pytest.approx(table.loc[parent, "weight"])


def test_the_same_from_a_file_a_dictionary_and_a_workbook(tmp_path):
    text = "goal:\n  judgements: 3 5 | 2\n  criteria: {a: , b: {judgements: 2, criteria: [d, e]}, c: }\n"
    first = Hierarchy.from_yaml(text)
    path = tmp_path / "criteria.yaml"
    path.write_text(text, encoding="utf-8")
    top = PairwiseMatrix.from_upper("3 5 | 2", labels=["a", "b", "c"])
    inner = PairwiseMatrix.from_upper("2", labels=["d", "e"])
    tree = {
        "judgements": top,
        "criteria": {"a": None, "b": {"judgements": inner, "criteria": ["d", "e"]}, "c": None},
    }
    book = tmp_path / "criteria.xlsx"
    with pd.ExcelWriter(book) as writer:
        edges = {"parent": ["goal", "goal", "goal", "b", "b"], "criterion": list("abcde")}
        pd.DataFrame(edges).to_excel(writer, sheet_name="tree", index=False)
        top.table.to_excel(writer, sheet_name="goal")
        inner.table.to_excel(writer, sheet_name="b")
    for other in (Hierarchy.from_yaml(path), Hierarchy("goal", tree), Hierarchy.from_excel(book)):
        pd.testing.assert_frame_equal(other.weights(), first.weights())
    assert repr(first).splitlines()[:2] == ["goal", "  a  0.6483"]


def test_judgements_in_another_order_and_by_a_group():
    turned = PairwiseMatrix.from_upper("1/2", labels=["e", "d"])
    made = Hierarchy("goal", {"judgements": turned, "criteria": ["d", "e"]})
    assert made.leaves()["d"] == pytest.approx(2 / 3)
    group = Group(
        [PairwiseMatrix.from_upper("2", labels=["d", "e"]), PairwiseMatrix.from_upper("8", labels=["d", "e"])]
    )
    assert made.with_judgements("goal", group).leaves()["d"] == pytest.approx(0.8)
    assert made.with_weights("goal", [0.1, 0.9]).leaves()["d"] == pytest.approx(0.1)
    assert made.leaves()["d"] == pytest.approx(2 / 3)
    table = Hierarchy("goal", {"judgements": [[1, 3], ["1/3", 1]], "criteria": ["d", "e"]})
    assert table.leaves()["d"] == pytest.approx(0.75)


def test_one_child_is_warned_of():
    with pytest.warns(SingleChildWarning, match="'goal' is divided into 'a' alone"):
        made = Hierarchy("goal", {"criteria": ["a"]})
    assert made.leaves().to_dict() == {"a": 1}


@pytest.mark.parametrize(
    ("tree", "error", "message"),
    [
        (
            {"criteria": ["a", "b"]},
            ValueError,
            "neither judgements nor weights; add 'judgements' with 1 numbers",
        ),
        (
            {"criteria": ["a", "b", "c"], "judgements": "3 5"},
            ValueError,
            "judgements of 'goal': got 2 judgements",
        ),
        (
            {"criteria": ["a", "b", "c"], "judgements": "3"},
            ValueError,
            "got 1 numbers; 3 criteria have 3 pairs",
        ),
        ({"criteria": ["a", "b"], "judgements": "x"}, ValueError, "judgements of 'goal': .*is 'x'"),
        ({"criteria": ["a", "b"], "weights": [0.5, 0.6]}, ValueError, "add up to 1.1; they must add up to 1"),
        ({"criteria": ["a", "b"], "weights": [1.5, -0.5]}, ValueError, "numbers from 0 on"),
        ({"criteria": ["a", "b"], "weights": {"a": 1}}, ValueError, r"weights of 'goal' name \['a'\]"),
        ({"criteria": ["a", "b"], "weights": ["x", "y"]}, ValueError, "must be numbers"),
        ({"criteria": ["a", "b"], "weights": [1], "judgements": "3"}, ValueError, "judgements and weights"),
        ({"criteria": ["a", "a"], "judgements": "3"}, ValueError, "the name 'a' is used twice"),
        ({"criteria": ["goal", "a"], "judgements": "3"}, ValueError, "the name 'goal' is used twice"),
        ({"criteria": []}, ValueError, "divided into no criteria"),
        ({"criteria": "a b"}, TypeError, "must be a list of names, got 'a b'"),
        ({"kriteria": ["a"]}, ValueError, "an entry 'kriteria'; did you mean 'criteria'"),
        ("a", TypeError, "must be described by criteria and judgements, got 'a'"),
        ({"criteria": ["a", "b"], "judgements": {"a/b": 3}}, ValueError, "'a/b' names no pair"),
        (
            {"criteria": ["a", "b"], "judgements": PairwiseMatrix.from_upper("3")},
            ValueError,
            "are about C1, C2; it is divided into a, b",
        ),
    ],
)
def test_refuses(tree, error, message):
    with pytest.raises(error, match=message):
        Hierarchy("goal", tree)


def test_refuses_other_sources(tmp_path):
    with pytest.raises(ValueError, match="the text is no valid YAML"):
        Hierarchy.from_yaml("a: [1\nb")
    with pytest.raises(ValueError, match="one entry at the top, the goal"):
        Hierarchy.from_yaml("a: 1\nb: 2\n")
    with pytest.raises(FileNotFoundError):
        Hierarchy.from_yaml(tmp_path / "nothing.yaml")
    made = Hierarchy("goal", {"judgements": "3", "criteria": ["a", "b"]})
    with pytest.raises(KeyError, match="'a' is not divided"):
        made.local("a")
    with pytest.raises(KeyError, match="'c' is no criterion"):
        made.parent("c")
    book = tmp_path / "criteria.xlsx"
    for edges, sheet, message in (
        ({"parent": ["x", "y"], "criterion": ["a", "b"]}, None, "must have one goal"),
        ({"parent": ["x", "x"], "criterion": ["a", "b"]}, "z", "sheet 'z' is named like no parent"),
    ):
        with pd.ExcelWriter(book) as writer:
            pd.DataFrame(edges).to_excel(writer, sheet_name="tree", index=False)
            if sheet:
                pd.DataFrame([[1]]).to_excel(writer, sheet_name=sheet)
        with pytest.raises(ValueError, match=message):
            Hierarchy.from_excel(book)


def test_a_workbook_as_a_teacher_makes_it(tmp_path):
    book = tmp_path / "criteria.xlsx"
    # The parent stands once above its criteria, as in merged cells; an empty row parts the groups.
    edges = {
        "parent": ["service", None, None, "outcome", None],
        "criterion": ["outcome", "process", None, "complaints", "retention"],
    }
    matrices = {name: ["1", "3", None, "1"] for name in ("service", "outcome")}
    below = {"service": ["outcome", "process"], "outcome": ["complaints", "retention"]}

    def write(edges):
        with pd.ExcelWriter(book) as writer:
            pd.DataFrame(edges).to_excel(writer, sheet_name="tree", index=False)
            for name, cells in matrices.items():
                table = pd.DataFrame(np.reshape(cells, (2, 2)), index=below[name], columns=below[name])
                table.to_excel(writer, sheet_name=name)
        return Hierarchy.from_excel(book)

    expected = {"process": 0.25, "complaints": 0.5625, "retention": 0.1875}
    assert write(edges).leaves().to_dict() == pytest.approx(expected)
    with pytest.raises(ValueError, match="sheet 'tree', row 4 lacks a parent or a criterion"):
        write(
            edges | {"criterion": ["outcome", "process", None, "complaints", None], "parent": ["service"] * 5}
        )
    with pytest.raises(ValueError, match="the name 'complaints' is used twice"):
        write(edges | {"criterion": ["outcome", "process", None, "complaints", "complaints"]})


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("g:\n  judgements: 3\n  criteria:\n    a:\n    a:\n", ValueError, "the name 'a' is used twice"),
        ("g:\n  judgements: 3\n  criteria: [a, yes]\n", TypeError, "the name True is no text; .* in quotes"),
        ("g:\n  judgements: 3\n  criteria: {a: , 2: }\n", TypeError, "the name 2 is no text"),
        ("1:\n  judgements: 3\n  criteria: [a, b]\n", TypeError, "the name 1 is no text"),
    ],
)
def test_yaml_loses_and_turns_no_names(text, error, message):
    with pytest.raises(error, match=message):
        Hierarchy.from_yaml(text)


def test_methods_are_checked_where_all_weights_are_given():
    made = Hierarchy("goal", {"weights": [0.5, 0.5], "criteria": ["a", "b"]})
    for call in (made.weights, made.leaves, made.settled):
        with pytest.raises(ValueError, match="method='mean' is not known"):
            call("mean")
    with pytest.raises(ValueError, match="random_index='mean' is not known"):
        made.consistency("mean")


@pytest.mark.parametrize("method", ["eigenvector", "geometric_mean", "normalised_columns"])
def test_settled_weights_are_the_same_and_warned_of_once(service, method):
    settled = service.settled(method)
    pd.testing.assert_frame_equal(settled.weights(), service.weights(method))
    assert not len(settled.consistency())
    circle = service.with_judgements("service level", "9 1/9 9 | 9 1 | 9")
    with pytest.warns(InconsistentJudgementsWarning) as caught:
        sensitivity(circle, "process", pd.DataFrame(1.0, index=["x"], columns=service.leaves().index))
    assert len(caught) == 1
