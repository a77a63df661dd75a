import json
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kehu.figures import record


def test_parameters_become_what_json_holds():
    parameters = {
        "numbers": (np.int64(1), np.float64(0.5), True, None),
        "missing": [float("nan"), pd.NaT, float("inf")],
        "dates": [pd.Timestamp("2017-01-02"), date(2017, 1, 3)],
        "sets": {frozenset({"b", "a"})},
        "array": np.arange(3),
        "path": Path("somewhere") / "orders.csv",
        3: "text",
    }
    plain = record.plain(parameters, "parameters")
    assert json.loads(json.dumps(plain, allow_nan=False)) == {
        "numbers": [1, 0.5, True, None],
        "missing": [None, None, "inf"],
        "dates": ["2017-01-02T00:00:00", "2017-01-03"],
        "sets": [["a", "b"]],
        "array": [0, 1, 2],
        "path": "orders.csv",  # the folder is nobody's business
        "3": "text",
    }


def test_what_json_cannot_hold_is_named():
    with pytest.raises(TypeError, match=r"parameters\['a'\]\['b'\] must hold numbers.*got function"):
        record.plain({"a": {"b": lambda: 0}}, "parameters")


def test_the_digits_in_front_name_the_notebook():
    entry = {
        stem: record.entry("figure", stem, {}, None)["notebook"] for stem in ("02_rules", "rules", "2017")
    }
    assert entry == {"02_rules": "02", "rules": None, "2017": None}


def test_other_people_s_files_are_not_taken_for_sidecars(tmp_path):
    for content in ("not json", "[1]", '{"kind": "figure"}'):
        (tmp_path / "x.json").write_text(content)
        assert record.read(tmp_path / "x.json") is None
    record.check_stem("x", "figure", tmp_path)
    assert record.read(tmp_path / "none.json") is None
