"""The committed notebooks are whole: executed, quiet, with every chart shown; nbval runs them besides."""

import ast
import re
from pathlib import Path

import nbformat
import pandas as pd
import pytest

import kehu

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request):
    return nbformat.read(request.param, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def outputs(notebook, *kinds):
    return [output for cell in code_cells(notebook) for output in cell.outputs if output.output_type in kinds]


def test_there_are_notebooks():
    assert [path.stem[:2] for path in NOTEBOOKS][:2] == ["00", "01"]


def test_is_executed_in_order(notebook):
    counts = [cell.execution_count for cell in code_cells(notebook)]
    assert counts == list(range(1, len(counts) + 1))


def test_is_quiet(notebook):
    assert outputs(notebook, "error") == []
    assert [output.text for output in outputs(notebook, "stream") if output.name == "stderr"] == []


def test_shows_every_chart(notebook):
    drawing = [cell for cell in code_cells(notebook) if re.search(r"ax = plots\.|explorer\(", cell.source)]
    assert drawing
    for cell in drawing:
        assert any("image/png" in output.get("data", {}) for output in cell.outputs), cell.source


def test_shows_no_widget_that_nobody_can_use(notebook):
    for output in outputs(notebook, "display_data", "execute_result"):
        assert "application/vnd.jupyter.widget-view+json" not in output.data


def test_has_the_parts_that_every_notebook_has(notebook):
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    assert re.match(r"# \d\d · ", notebook.cells[0].source)
    for part in ("**Question.**", "**中文摘要**", "## Tweak it", "## Exercise"):
        assert part in prose
    first = code_cells(notebook)[0]
    assert first.metadata.tags == ["parameters"]
    assigned = [target.id for line in ast.parse(first.source).body for target in line.targets]
    assert assigned[0] == "language"
    assert "NBVAL_CHECK_OUTPUT" in "\n".join(cell.source for cell in code_cells(notebook))
    assert code_cells(notebook)[-1].outputs[0].text.startswith(f"kehu {kehu.__version__}, Python ")


def test_names_no_place_of_a_machine(notebook):
    text = nbformat.writes(notebook)
    assert not re.search(r"/(home|root|tmp|Users|work)/\w", text)


def test_figures_are_there_in_both_languages():
    for path in NOTEBOOKS:
        for stem in re.findall(r'figures\.save\(\s*ax\.figure,\s*"(\w+)"', source(path)):
            assert stem[:2] == path.stem[:2]
            assert (ROOT / "figures" / f"{stem}.png").is_file()
            assert (ROOT / "figures" / f"{stem}.zh.png").is_file()
            assert f"{stem}.zh.png" in (ROOT / "figures" / "README.md").read_text(encoding="utf-8")


def source(path):
    return "\n".join(cell.source for cell in code_cells(nbformat.read(path, as_version=4)))


def test_document_map_leads_somewhere():
    entries = pd.read_csv(ROOT / "data" / "document_map.csv").fillna("")
    documents = pd.read_csv(ROOT / "data" / "documents.csv")
    assert set(entries["document"]) == set(documents["key"])
    assert (entries["topic"] != "").all()
    assert (entries["主题"] != "").all()
    for entry in entries[entries["method"] != ""].itertuples():
        found = kehu
        for name in entry.method.removeprefix("kehu.").split("."):
            found = getattr(found, name)
        assert (ROOT / "notebooks" / f"{entry.notebook}.ipynb").is_file()
        assert not entry.chart or (ROOT / "figures" / f"{entry.chart}.png").is_file()


def test_glossary_is_complete():
    glossary = pd.read_csv(ROOT / "data" / "glossary.csv")
    assert not glossary.isna().any(axis=None)
    assert not glossary["english"].duplicated().any()
    assert not glossary["chinese"].duplicated().any()
    assert glossary["chinese"].str.contains(r"[一-鿿]").all()
