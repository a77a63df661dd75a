"""The notebook runner and the report, with small notebooks of every kind in real kernels."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools import notebooks, plan, report
from tools.environment import ROOT
from tools.progress import Progress

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def write_notebook(
    root: Path, name: str, *sources: str, parameters: str = 'language = "en"', title: str = "Title"
):
    """A title, a parameters cell, then the sources."""
    cells = [new_markdown_cell(f"# {title}\n\n**中文摘要：** 关于{title}。")]
    cells += [new_code_cell(parameters, metadata={"tags": ["parameters"]})]
    cells += [new_code_cell(source) for source in sources]
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
    folder = root / "notebooks"
    folder.mkdir(exist_ok=True)
    nbformat.write(new_notebook(cells=cells), folder / f"{name}.ipynb")


def start(made: dict, **options) -> subprocess.Popen:
    command = [sys.executable, "-m", "tools.notebooks", json.dumps(made)]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", **options
    )


def run(made: dict) -> tuple[int, str]:
    process = start(made)
    out, err = process.communicate(timeout=120)
    assert err == ""
    return process.returncode, out


def copy_of(root: Path, name: str, folder: str = "build/notebooks"):
    return nbformat.read(root / folder / f"{name}.ipynb", as_version=4)


def printed(notebook) -> str:
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    return "".join(output.text for output in outputs if output.output_type == "stream")


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """A run of four notebooks: one well, one failing, one writing to stderr, one whose kernel dies."""
    root = tmp_path_factory.mktemp("ran")
    surroundings = (
        "import os, pathlib\n"
        "print(pathlib.Path.cwd())\n"
        "print(os.environ['KEHU_STATIC'], os.environ['KEHU_FIGURES'])\n"
        "print(os.environ['IPYTHONDIR'])"
    )
    write_notebook(root, "01_well", surroundings, title="Well")
    write_notebook(root, "02_fails", "x = {}", "x['amonut']", "print('not reached')", title="Fails")
    write_notebook(root, "03_warns", "import warnings\nwarnings.warn('careful')", title="Warns")
    write_notebook(root, "11_dies", "import os\nos._exit(3)", title="Dies")
    (root / "build" / "notebooks").mkdir(parents=True)
    nbformat.write(new_notebook(), root / "build" / "notebooks" / "04_renamed_since.ipynb")
    before = {path.name: path.read_bytes() for path in (root / "notebooks").iterdir()}
    status, out = run(plan.make(root=root))
    assert before == {path.name: path.read_bytes() for path in (root / "notebooks").iterdir()}
    return root, status, out


def test_a_failing_notebook_names_cell_and_error_and_the_others_go_on(ran):
    _, status, out = ran
    assert status == 1
    assert re.search(r"^  01_well: ok, [\d.]+ s$", out, re.M)
    assert re.search(r"^  02_fails: FAILED in cell 3: KeyError: 'amonut'$", out, re.M)
    assert re.search(r"^  03_warns: ok, [\d.]+ s, 1 warning$", out, re.M)
    assert re.search(r"^  11_dies: FAILED in cell 2: Python itself died", out, re.M)
    assert "2 of 4 notebooks failed:" in out


def test_the_kernel_finds_itself_beside_the_notebook(ran):
    root, _, _ = ran
    assert printed(copy_of(root, "01_well")).splitlines() == [
        str(root / "notebooks"),
        f"1 {root / 'figures'}",
        str(root / "build" / "ipython"),
    ]


def test_what_a_failing_notebook_had_done_is_kept(ran):
    root, _, _ = ran
    copy = copy_of(root, "02_fails")
    assert [cell.execution_count for cell in copy.cells if cell.cell_type == "code"] == [1, 2, 3, None]
    assert copy.cells[3].outputs[0].ename == "KeyError"


def test_the_copies_are_those_of_the_notebooks_there_are(ran):
    root, _, _ = ran
    names = ["01_well.ipynb", "02_fails.ipynb", "03_warns.ipynb", "11_dies.ipynb"]
    assert sorted(path.name for path in (root / "build" / "notebooks").iterdir()) == names
    pages = sorted(path.name for path in (root / "build" / "report").glob("*.html"))
    assert pages == [name.replace(".ipynb", ".html") for name in names] + ["index.html"]


def test_the_contents_page_tells_how_each_went(ran):
    root, _, _ = ran
    text = (root / "build" / "report" / "index.html").read_text(encoding="utf-8")
    assert "关于Well。" in text
    assert "failed in cell 3: KeyError: &#x27;amonut&#x27;" in text
    assert "1 warnings" in text
    order = [text.index(words) for words in ("Methods on real data", "Well", "Fails", "Cases", "Dies")]
    assert order == sorted(order)


def test_the_page_of_a_failed_notebook_leads_to_the_cell(ran):
    root, _, _ = ran
    text = (root / "build" / "report" / "02_fails.html").read_text(encoding="utf-8")
    assert 'href="#cell-id=cell-3"' in text
    assert 'id="cell-id=cell-3"' in text
    assert 'href="index.html"' in text


def test_other_parameters_leave_the_projects_folders_alone(tmp_path):
    root = tmp_path
    source = "print(min_support, language)"
    write_notebook(root, "02_rules", source, parameters='language = "en"\nmin_support = 0.01')
    write_notebook(root, "03_other", "raise SystemError('not to be run')")
    own = root / "build" / "my-parameters"
    own.mkdir(parents=True)
    (own / "of an earlier run").touch()
    status, out = run(plan.make(root=root, parameters=["min_support='a\\n\"b'"], language="zh"))
    assert status == 0, out
    assert printed(copy_of(root, "02_rules", "build/my-parameters/notebooks")) == 'a\n"b zh\n'
    assert "The notebook ran." in out
    assert sorted(path.name for path in own.iterdir()) == ["notebooks", "report"]
    assert not (root / "figures").exists()
    assert not (root / "build" / "report").exists()


def test_in_place_stores_what_went_well(tmp_path):
    write_notebook(tmp_path, "01_well", "6 * 7")
    write_notebook(tmp_path, "02_fails", "1 / 0")
    before = (tmp_path / "notebooks" / "02_fails.ipynb").read_bytes()
    status, _ = run(plan.make(root=tmp_path, in_place=True))
    assert status == 1
    stored = nbformat.read(tmp_path / "notebooks" / "01_well.ipynb", as_version=4)
    assert stored.cells[2].outputs[0].data["text/plain"] == "42"
    assert "kehu" not in stored.metadata
    assert "execution" not in stored.cells[2].metadata
    assert (tmp_path / "notebooks" / "02_fails.ipynb").read_bytes() == before


if os.name == "posix":  # Windows has no such signals

    @pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
    def test_stopped_in_a_cell_no_kernel_and_no_half_file_is_left(tmp_path, sent):
        write_notebook(
            tmp_path,
            "01_long",
            "import os, time, pathlib\npathlib.Path('pid').write_text(str(os.getpid()))",
            "time.sleep(99)",
        )
        process = start(plan.make(root=tmp_path), start_new_session=True)
        pid_file = tmp_path / "notebooks" / "pid"
        end = time.monotonic() + 60
        while not (pid_file.exists() and pid_file.read_text()):
            assert time.monotonic() < end
            time.sleep(0.05)
        process.send_signal(sent)
        out, err = process.communicate(timeout=120)
        end = time.monotonic() + 60
        assert process.returncode == (-9 if sent == signal.SIGKILL else 130)
        assert sent == signal.SIGKILL or "Stopped." in out
        assert "Traceback" not in err
        while is_alive(int(pid_file.read_text())):
            assert time.monotonic() < end, "the kernel is still there"
            time.sleep(0.05)
        left = [path.name for path in tmp_path.rglob("*") if path.name.startswith(".kehu-")]
        assert left == []
        assert not (tmp_path / "build" / "report").exists()


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not (status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z")


def test_two_notebooks_at_a_time_and_never_more(monkeypatch):
    running, most = 0, 0

    async def pretend(job, *_):
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.01)
        running -= 1
        return job

    monkeypatch.setattr(notebooks, "run_one", pretend)
    jobs = [str(number) for number in range(7)]
    assert asyncio.run(notebooks.run_all({"notebooks": jobs}, Progress(7))) == jobs
    assert most == 2


def test_nothing_heavy_is_loaded_before_the_first_notebook_starts():
    heavy = ["pandas", "matplotlib", "nbconvert", "kehu.figures", "rfc3987_syntax.syntax_helpers", "arrow"]
    code = f"import sys, run, tools.notebooks; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_an_error_is_cut_to_a_line():
    assert notebooks.brief("\x1b[31mKeyError\x1b[0m: x\nmore") == "KeyError: x"
    long = notebooks.brief("x" * 1000)
    assert len(long) == 300
    assert long.endswith("…")


def test_a_bar_on_a_terminal_and_lines_elsewhere(monkeypatch, capsys):
    def walk(progress):
        with progress:
            progress.started("01_orders", 4)
            progress.at("01_orders", 3)
            bar = str(progress.bar)
            share = progress.bar.n
            progress.finished("01_orders", "ok, 1.0 s")
        return bar, share

    bar, share = walk(Progress(2))
    assert share == 0.5  # two of the four cells of the first of two notebooks
    assert capsys.readouterr().out == "  01_orders: started\n  01_orders: ok, 1.0 s\n"
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    bar, _ = walk(Progress(2))
    assert bar.endswith("0 of 2 done · 01_orders cell 3/4")
    out = capsys.readouterr().out
    assert "01_orders: ok, 1.0 s" in out
    assert "started" not in out


# The report.


class Links(HTMLParser):
    """Everything a page would fetch, and everything it leads to."""

    def __init__(self, text: str):
        super().__init__()
        self.fetched, self.led, self.tags = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.tags.append(tag)
        for name in ("src", "srcset", "data", "poster"):
            if name in values:
                self.fetched.append(values[name])
        if "href" in values:
            (self.led if tag == "a" else self.fetched).append(values["href"])


FORMULAS = {
    r"\text{lift}(A\to B)=\frac{P(A\cap B)}{P(A)\,P(B)}": "mfrac",
    r"\mathrm{CR}=\frac{\lambda_{\max}-n}{(n-1)\,\mathrm{RI}_n}": "mfrac",
    r"\hat\beta=\sum_{i=1}^{n} x_i": "msubsup",
    r"\text{重要性}\times w_i": "mtext",
    r"\arg\max_k a_k < 1": "msub",
    r"\begin{aligned}a&=b\\&=c\end{aligned}": "mtable",
    r"\begin{pmatrix}1&2\\ \tfrac12&1\end{pmatrix}": "mtable",
}


@pytest.mark.parametrize(("tex", "element"), FORMULAS.items())
def test_formulas_become_mathml(tex, element):
    made = report.formula(tex, "inline")
    assert made.startswith("<math")
    assert f"<{element}" in made
    assert not re.search(r"\\[a-z]|>&<", made)


@pytest.mark.parametrize("tex", [r"\frac{", r"\nosuchcommand{x}", r"a & b <"])
def test_a_formula_that_cannot_be_set_is_shown_as_written(tex):
    import html

    assert report.formula(tex, "block") == f'<code class="tex">{html.escape(tex)}</code>'


@pytest.fixture
def executed(tmp_path):
    """Two executed copies and their figures."""
    copies, figures = tmp_path / "build" / "notebooks", tmp_path / "figures"
    copies.mkdir(parents=True)
    figures.mkdir()
    formulas = "\n\n".join(f"Inline ${tex}$ and\n\n$$ {tex} $$" for tex in FORMULAS)
    text = f"# On *baskets* of `order_id`\n\n## 中文摘要\n\n> 关于**购物篮**。\n\n第二段。\n\n{formulas}\n\n"
    text += "\\begin{align}a&=b\\end{align}\n\n"
    text += "[next](02_next.ipynb#Data) [data](../data/README.md) [there](https://example.org) [here](#Data)"
    drawn = new_output("display_data", {"image/png": PNG, "text/plain": "Figure"})
    table = new_output("execute_result", {"text/html": "<table border='1'><tr><td>1</td></tr></table>"})
    widget = new_output(
        "display_data",
        {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}, "application/javascript": "alert(1)"},
    )
    latex = new_output("display_data", {"text/latex": r"$\displaystyle \frac{a}{b}$"})
    cells = [
        new_markdown_cell(text),
        new_code_cell("draw()", outputs=[drawn, table, widget, latex], execution_count=1),
    ]
    nbformat.write(new_notebook(cells=cells), copies / "01_baskets.ipynb")
    nbformat.write(new_notebook(cells=[new_markdown_cell("no title")]), copies / "02_next.ipynb")
    for name in ("01_a.png", "01_a.zh.png", "02_b.png", "03_c.png"):
        (figures / name).write_bytes(name.encode())
    return tmp_path


def written(root: Path, language: str = "en") -> Path:
    folders = (root / "build" / "notebooks", root / "build" / "report", root / "figures")
    return report.write(*folders, source=root / "notebooks", language=language)


def test_a_report_needs_no_network(executed):
    index = written(executed)
    for path in index.parent.glob("*.html"):
        text = path.read_text(encoding="utf-8")
        page = Links(text)
        assert not {"script", "iframe", "link", "object", "embed"} & set(page.tags)
        assert "@import" not in text and "url(" not in text
        for fetched in page.fetched:
            assert fetched.startswith("data:") or (index.parent / fetched).is_file(), fetched


def test_links_lead_on_from_the_report(executed):
    page = Links((written(executed).parent / "01_baskets.html").read_text(encoding="utf-8"))
    assert page.led[:2] == ["index.html", "02_next.html"]
    for link in ("02_next.html#Data", "../../data/README.md", "https://example.org", "#Data"):
        assert link in page.led


def test_a_page_has_its_formulas_charts_and_tables(executed):
    text = (written(executed).parent / "01_baskets.html").read_text(encoding="utf-8")
    assert text.count("<math") == 2 * len(FORMULAS) + 2
    assert 'class="tex"' not in text
    assert f"data:image/png;base64,{PNG}" in text
    assert 'alt="Chart: 中文摘要"' in text
    assert "<td>1</td>" in text
    assert "alert(1)" not in text


def test_columns_of_words_are_marked():
    head = "<tr><th></th><th>name</th><th>rows</th><th>share</th></tr>"
    rows = "<tr><th>0</th><td>milk</td><td>1,469,307</td><td>-0.5 %</td></tr>"
    rows += "<tr><th>1</th><td>12</td><td>…</td><td>1.2e-05</td></tr>"
    made = report.aligned(f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>")
    marked = re.findall(r'<(t[hd]) class="words">([^<]*)<', made)
    assert marked == [("th", "name"), ("td", "milk"), ("td", "12")]
    assert report.aligned("<p>1 &lt; 2</p><table></table>") == "<p>1 &lt; 2</p><table></table>"


def test_contents(executed):
    index = written(executed)
    text = index.read_text(encoding="utf-8")
    assert "On baskets of order_id" in text
    assert "关于购物篮。" in text
    assert "第二段" not in text
    assert Links(text).fetched == ["figures/01_a.png", "figures/02_b.png"]
    assert (index.parent / "figures" / "01_a.png").read_bytes() == b"01_a.png"
    assert Links(written(executed, "zh").read_text(encoding="utf-8")).fetched == ["figures/01_a.zh.png"]


def test_a_report_written_again_has_nothing_of_the_one_before(executed):
    written(executed)
    (executed / "build" / "notebooks" / "02_next.ipynb").unlink()
    index = written(executed)
    assert sorted(path.name for path in index.parent.iterdir()) == [
        "01_baskets.html",
        "figures",
        "index.html",
    ]
    assert [path.name for path in index.parent.parent.iterdir() if path.name.startswith(".")] == []


def test_a_report_that_fails_leaves_the_one_before(executed, monkeypatch):
    index = written(executed)
    before = index.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(report, "contents", full)
    with pytest.raises(OSError, match="the disk is full"):
        written(executed)
    assert index.read_bytes() == before
