import matplotlib.pyplot as plt
import pandas as pd
import pytest

from kehu import figures
from kehu.figures import export


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(export, "_FORMATS", ("png",))
    folder = tmp_path / "figures"
    fig = plt.figure()
    for stem in ("02_b", "01_a"):
        caption = {"en": f"Chart | {stem} [x]", "zh": f"图\n{stem} <b>"}
        figures.save(fig, stem, caption=caption, folder=folder)
    figures.save_table(pd.DataFrame({"a": [1]}), "01_t", caption=caption, folder=folder)
    return folder


def test_pictures_captions_and_notebooks_in_order(folder):
    notebooks = folder.parent / "notebooks"
    notebooks.mkdir()
    (notebooks / "01_orders.ipynb").touch()
    page = figures.write_gallery(folder)
    text = page.read_text(encoding="utf-8")
    assert page == folder / "README.md"
    assert text.index("## 01_a") < text.index("## 02_b")
    assert "| ![Chart \\| 01_a \\[x\\]](01_a.png) | ![图 01_a &lt;b>](01_a.zh.png) |" in text
    assert "| Chart \\| 01_a \\[x\\] | 图 01_a &lt;b> |" in text
    assert "Notebook: [01_orders](../notebooks/01_orders.ipynb)" in text
    assert "Notebook: 02\n" in text
    assert "01_t" not in text
    assert str(folder) not in text
    assert figures.write_gallery(folder).read_text(encoding="utf-8") == text


def test_only_figures_that_exist(folder):
    (folder / "02_b.zh.png").unlink()
    (folder / "other.json").write_text("[]")
    text = figures.write_gallery(folder).read_text(encoding="utf-8")
    assert "02_b" not in text
    assert "01_a" in text


def test_no_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match="save a figure first"):
        figures.write_gallery(tmp_path / "none")
