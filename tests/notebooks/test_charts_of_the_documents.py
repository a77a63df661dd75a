"""Charts that the documents describe or call for in the chapters worked through so far, and every key."""

import re
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from kehu import claims

ROOT = Path(__file__).parents[2]
CHARTS = {
    "market of 2018 against the published figures": ["11_market_audit"],
    "market as a series": ["11_market", "11_physical_share", "11_growth"],
    "audit table": ["11_audit", "13_audit"],
    "Singles' Day with its change of window": ["11_singles_day"],
    "market shares by body": ["11_shares"],
    "shoppers by age and sex": ["11_age", "11_sex"],
    "Tmall's indicators before and in 2021": ["13_before_after"],
    "growth paths that satisfy k8 and k1": ["13_growth_paths"],
    "growth by category, blank": ["13_category_growth"],
    "service-index tree with weights": ["08_tree"],
    "customer-value tree with weights": ["08_value_tree"],
    "CRM timeline": ["11_timeline"],
    "strategy loop": ["11_strategy_loop"],
    "system modules": ["11_system_modules"],
    "life-cycle stages": ["05_stage_sizes", "05_transitions", "05_cohorts", "05_second_purchase"],
    "loyalty path": ["09_path"],
    "Taobao and Tmall compared": ["11_platforms"],
}


@pytest.mark.parametrize("chart", CHARTS)
def test_the_chart_is_there_in_both_languages_and_on_the_map(chart):
    gallery = (ROOT / "figures" / "README.md").read_text(encoding="utf-8")
    mapped = set(pd.read_csv(ROOT / "data" / "document_map.csv")["chart"])
    for stem in CHARTS[chart]:
        assert (ROOT / "figures" / f"{stem}.png").is_file()
        assert (ROOT / "figures" / f"{stem}.zh.png").is_file()
        assert f"{stem}.png" in gallery
    assert mapped & set(CHARTS[chart])


def test_every_key_is_shown_in_one_of_the_two_notebooks_with_its_verdict():
    shown = {name: outputs(name) for name in ("11_market_and_platforms", "13_tmall_results")}
    for row in claims.audit().summary.itertuples():
        in_thirteen = re.match(r"D2\.[kc]", row.key)
        text = shown["13_tmall_results" if in_thirteen else "11_market_and_platforms"]
        assert re.search(rf"{re.escape(row.key)}\b", text), row.key
        assert row.verdict in text


def outputs(name: str) -> str:
    """What a notebook prints and tabulates."""
    notebook = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
    told = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    texts = [one.get("text", "") or one.get("data", {}).get("text/html", "") for one in told]
    return "\n".join(texts)
