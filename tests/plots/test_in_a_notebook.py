"""In a notebook every chart is shown, not only the first."""

import nbformat
from nbclient import NotebookClient

SETUP = """
import pandas as pd
from kehu import figures, plots
sizes = pd.DataFrame({"size": [1, 2], "baskets": [3, 1], "share": [0.75, 0.25]})
"""


def test_every_chart_is_shown(monkeypatch):
    monkeypatch.delenv("MPLBACKEND")  # the tests draw without a screen, a notebook does not
    cells = [
        SETUP,
        *["ax = plots.basket_size(sizes)"] * 2,
        "with figures.style():\n    ax = plots.basket_size(sizes)",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, kernel_name="python3").execute()
    for cell in notebook.cells[1:]:
        assert [list(output.data) for output in cell.outputs] == [["text/plain", "image/png"]]
