import asyncio
import inspect
import threading
import warnings
from types import SimpleNamespace

import ipywidgets
import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from matplotlib.figure import Figure
from nbclient import NotebookClient

import kehu
from kehu.explore import Choice, Slider, Switch, explorer
from kehu.explore.controls import control
from kehu.warnings import KehuWarning

PNG = b"\x89PNG"


class Doubtful(KehuWarning):
    pass


def line(result, ax):
    ax.plot(result)
    ax.set_title("茶 tea")


@pytest.fixture
def live(monkeypatch):
    monkeypatch.setenv("KEHU_STATIC", "0")


@pytest.fixture
def squares():
    """A computation that remembers what it was asked for."""

    def compute(n=3, power=2.0, kind="plain"):
        compute.calls.append((n, power, kind))
        if n == 7:
            raise ValueError("n=7 brings bad luck; choose <another>")
        if n == 8:
            raise KeyError("no item 'tee'; did you mean 'tea'")
        if n == 9:
            return 1 / 0
        if kind == "doubtful":
            warnings.warn("too few baskets", Doubtful, stacklevel=2)
        return [k**power for k in range(n)]

    compute.calls = []
    return compute


CONTROLS = {"n": (1, 10, 1), "power": Slider(0.5, 4.0, 0.5), "kind": ["plain", "doubtful"]}


def shown(explored):
    """What stands in the live panel: text of the status line, picture, whether it is visible."""
    return (
        explored._panel._status.value,
        explored._panel._image.value,
        explored._panel._image.layout.visibility != "hidden",
    )


# Without anybody to move a slider -----------------------------------------------------------------------


def test_static_without_widgets(squares):
    explored = explorer(squares, line, CONTROLS)
    assert explored.values == {"n": 3, "power": 2.0, "kind": "plain"}
    assert explored.result == [0, 1, 4]
    assert explored.widgets == {}
    assert explored.figure.axes[0].lines[0].get_ydata().tolist() == [0, 1, 4]
    assert repr(explored) == "<Explorer at n = 3, power = 2, kind = plain>"
    assert plt.get_fignums() == []
    explored.reset()
    assert len(squares.calls) == 1


def test_plain_python_is_static(squares, monkeypatch):
    monkeypatch.delenv("KEHU_STATIC")
    assert explorer(squares, line, CONTROLS).widgets == {}


@pytest.mark.parametrize(("metadata", "is_live"), [({"cellId": "a"}, True), ({}, False)])
def test_live_where_a_notebook_front_end_runs_the_cell(squares, monkeypatch, metadata, is_live):
    monkeypatch.delenv("KEHU_STATIC")
    kernel = SimpleNamespace(get_parent=lambda: {"metadata": metadata})
    monkeypatch.setattr("IPython.get_ipython", lambda: SimpleNamespace(kernel=kernel))
    assert bool(explorer(squares, line, CONTROLS).widgets) == is_live


def test_wrong_starting_values_raise_at_once(squares):
    with pytest.raises(ValueError, match="bad luck"):
        explorer(squares, line, {"n": Slider(1, 10, default=7)})


def test_draw_gets_axes_language_and_width_only_if_it_asks(squares):
    seen = []

    def with_axes(result, ax, language):
        seen.append((ax.figure.get_figwidth() * 25.4, language))

    def own_figure(result, *, ax=None, language="en", width="single"):
        seen.append((ax, language, width))
        return plt.subplots()[1]

    explorer(squares, with_axes, {"n": (1, 5)}, language="zh", width="double")
    explored = explorer(squares, own_figure, {"n": (1, 5)}, width="slide")
    assert seen == [(pytest.approx(183), "zh"), (None, "en", "slide")]
    assert isinstance(explored.figure, Figure)
    assert plt.get_fignums() == []


def test_the_users_own_figures_stay(squares):
    mine = plt.figure()
    explorer(squares, lambda result: plt.subplots()[1], {"n": (1, 5)})
    assert plt.get_fignums() == [mine.number]
    plt.close(mine)


def test_charts_of_the_library_can_be_explored():
    baskets = kehu.Baskets.from_lists([["tea", "milk"], ["茶"], ["tea"]])
    explored = explorer(
        lambda least=0.5: baskets.item_frequency().query("support >= @least"),
        kehu.plots.item_frequency,
        {"least": (0.0, 1.0, 0.1)},
        language="zh",
    )
    assert [text.get_text() for text in explored.figure.axes[0].texts] == ["66.7%"]
    assert plt.get_fignums() == []


# With widgets -------------------------------------------------------------------------------------------


def test_moving_a_slider_computes_and_draws_anew(live, squares):
    explored = explorer(squares, line, CONTROLS)
    first = shown(explored)
    assert first[0] == ""
    assert bytes(first[1]).startswith(PNG)
    explored.widgets["n"].value = 5
    explored.widgets["power"].value = 1.0
    assert explored.values == {"n": 5, "power": 1.0, "kind": "plain"}
    assert explored.result == [0, 1, 2, 3, 4]
    assert explored.figure.axes[0].lines[0].get_ydata().tolist() == [0, 1, 2, 3, 4]
    assert shown(explored)[1] != first[1]
    assert plt.get_fignums() == []


def test_sliders_report_only_when_let_go(live, squares):
    controls = {**CONTROLS, "power": Slider(0.5, 4, log=True)}
    widgets = explorer(squares, line, controls).widgets
    assert not widgets["n"].continuous_update
    assert not widgets["power"].continuous_update


def test_results_are_kept(live, squares):
    explored = explorer(squares, line, CONTROLS)
    for n in (4, 5, 4, 3, 5):
        explored.widgets["n"].value = n
        assert len(explored.result) == n
    assert [call[0] for call in squares.calls] == [3, 4, 5]


def test_reset_goes_back(live, squares):
    explored = explorer(squares, line, CONTROLS)
    explored.widgets["n"].value = 5
    explored.widgets["kind"].value = "doubtful"
    button = explored._panel._box.children[-2].children[0]
    button.click()
    assert explored.values == {"n": 3, "power": 2.0, "kind": "plain"}
    assert explored.widgets["n"].value == 3
    assert explored.result == [0, 1, 4]


@pytest.mark.parametrize(
    ("n", "error", "sentence"),
    [
        (7, ValueError, "Not possible with these settings: n=7 brings bad luck; choose &lt;another&gt;"),
        (8, KeyError, "settings: no item &#x27;tee&#x27;; did you mean &#x27;tea&#x27;"),
        (9, ZeroDivisionError, "Unexpected ZeroDivisionError: division by zero (ask for .result"),
    ],
)
def test_errors_become_a_sentence(live, squares, n, error, sentence):
    explored = explorer(squares, line, CONTROLS)
    explored.widgets["n"].value = n
    status, _, visible = shown(explored)
    assert sentence in status
    assert "Traceback" not in status
    assert not visible
    with pytest.raises(error):
        _ = explored.result
    with pytest.raises(error):
        _ = explored.figure
    explored.widgets["n"].value = 4
    assert shown(explored)[0] == ""
    assert shown(explored)[2]
    assert len(explored.result) == 4


def test_errors_of_draw_become_a_sentence_and_leave_no_figure(live, squares):
    def draw(result):
        ax = plt.subplots()[1]
        if len(result) > 3:
            raise ValueError("too many points")
        return ax

    explored = explorer(squares, draw, {"n": (1, 6)})
    explored.widgets["n"].value = 4
    assert "too many points" in shown(explored)[0]
    assert plt.get_fignums() == []


def test_draw_must_return_axes(squares):
    with pytest.raises(TypeError, match="draw must return Matplotlib axes, got NoneType"):
        explorer(squares, lambda result: None, {"n": (1, 5)})


def test_warnings_are_shown_each_time(live, squares):
    explored = explorer(squares, line, CONTROLS)
    for _ in range(2):
        explored.widgets["kind"].value = "doubtful"
        assert "too few baskets" in shown(explored)[0]
        explored.widgets["kind"].value = "plain"
        assert shown(explored)[0] == ""


def test_texts_in_chinese(live, squares):
    labels = {
        "n": Slider(1, 10, label={"en": "Points", "zh": "点数"}),
        "kind": Choice({"plain": {"zh": "普通"}}),
    }
    explored = explorer(squares, line, labels, language="zh")
    assert explored.widgets["n"].description == "点数"
    assert repr(explored) == "<Explorer at 点数 = 3，kind = 普通>"
    explored.widgets["n"].value = 7
    assert "此设置无法计算：n=7 brings bad luck" in shown(explored)[0]


def test_a_ready_widget_is_used_as_it_is(live, squares):
    widget = ipywidgets.BoundedIntText(value=2, min=1, max=5)
    explored = explorer(squares, line, {"n": widget})
    assert explored.widgets["n"] is widget
    assert explored.values == {"n": 2}
    widget.value = 4
    assert explored.result == [0, 1, 4, 9]


# In a notebook's event loop -----------------------------------------------------------------------------


def test_only_the_newest_setting_is_computed(live, squares):
    async def move():
        explored = explorer(squares, line, CONTROLS)
        for n in (4, 5, 6):
            explored.widgets["n"].value = n
            await asyncio.sleep(0.01)
        assert "computing" in shown(explored)[0]
        await asyncio.sleep(0.5)
        assert shown(explored)[0] == ""
        return explored

    assert len(asyncio.run(move()).result) == 6
    assert [call[0] for call in squares.calls] == [3, 6]


def test_the_result_never_lags_behind_the_settings(live, squares):
    async def move():
        explored = explorer(squares, line, CONTROLS)
        explored.widgets["n"].value = 5
        assert len(explored.result) == 5

    asyncio.run(move())


def test_drawing_stays_in_the_notebooks_thread(live):
    where = []

    def draw(result, ax):
        where.append(threading.current_thread())

    async def move():
        explored = explorer(lambda n=3: n, draw, {"n": (1, 9)})
        mover = threading.Thread(target=lambda: setattr(explored.widgets["n"], "value", 5))
        mover.start()
        mover.join()
        await asyncio.sleep(0.5)
        assert explored.result == 5

    asyncio.run(move())
    assert where == [threading.current_thread()] * 2


# Displayed in an executed notebook ----------------------------------------------------------------------

SETTING_UP = """
import os, warnings
from kehu.explore import explorer
from kehu.warnings import KehuWarning

def compute(n=3):
    if n > 3:
        warnings.warn(f"{n} is doubtful", KehuWarning, stacklevel=2)
    return list(range(n))

def show(**kw):
    return explorer(compute, lambda result, ax: ax.plot(result), {"n": (1, 10)}, **kw)
"""


@pytest.fixture(scope="module")
def outputs():
    """Outputs of cells: nothing set; static, in Chinese and with a warning; live."""
    sources = [
        SETTING_UP,
        'os.environ.pop("KEHU_STATIC", None); show()',
        'os.environ["KEHU_STATIC"] = "1"; compute.__defaults__ = (4,); show(language="zh")',
        'os.environ["KEHU_STATIC"] = "0"; show()',
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    NotebookClient(notebook, kernel_name="python3", timeout=120).execute()
    return [cell["outputs"] for cell in notebook.cells]


def test_an_executed_notebook_holds_a_picture_and_a_line(outputs):
    assert outputs[0] == []
    lines = ["Static figure at n = 3. Run this notebook in JupyterLab to change the settings."]
    chinese = ["静态图，参数：n = 4。在 JupyterLab 中运行本笔记本即可调整参数。", "4 is doubtful"]
    for found, expected in zip(outputs[1:3], [lines, chinese], strict=True):
        assert [output["output_type"] for output in found] == ["display_data", "display_data"]
        picture, text = found
        assert sorted(picture["data"]) == ["image/png", "text/plain"]
        assert picture["metadata"]["image/png"]["width"] > 300
        assert picture["metadata"]["image/png"]["alt"] in text["data"]["text/plain"]
        assert text["data"]["text/plain"].splitlines() == expected
        assert all(line in text["data"]["text/html"] for line in expected)


def test_a_live_notebook_holds_a_picture_too(outputs):
    (output,) = outputs[3]
    assert {"image/png", "application/vnd.jupyter.widget-view+json"} <= set(output["data"])


# Controls -----------------------------------------------------------------------------------------------


def test_kinds_of_controls():
    assert control("n", (1, 5)) == Slider(1, 5)
    assert control("n", (0.0, 1.0, 0.1)) == Slider(0.0, 1.0, 0.1)
    assert control("n", ["a", "b"]) == Choice(["a", "b"])
    assert control("n", {"a": "first"}) == Choice({"a": "first"})
    assert control("n", True) == Switch(True)


@pytest.mark.parametrize(
    ("slider", "kind", "value"),
    [
        (Slider(1, 5), ipywidgets.IntSlider, 3),
        (Slider(1, 9, 2), ipywidgets.IntSlider, 3),
        (Slider(0, 1.0, 0.05), ipywidgets.FloatSlider, 0.35),
        (Slider(1, 5, 0.5), ipywidgets.FloatSlider, 3),
        (Slider(0.001, 0.1, log=True), ipywidgets.SelectionSlider, 0.01),
        (Slider(1, 1000, log=True), ipywidgets.SelectionSlider, np.int64(30)),
    ],
)
def test_widgets_of_sliders(slider, kind, value):
    widget = slider.widget("x", value, "en")
    assert type(widget) is kind
    assert widget.value == value
    if kind is ipywidgets.FloatSlider:
        assert format(slider.step, widget.readout_format) == f"{slider.step:g}"


def test_logarithmic_sliders_have_tidy_values():
    assert Slider(0.001, 0.01, log=True).stops(0.005) == [
        *(0.001, 0.0013, 0.0016, 0.002, 0.0025, 0.0032, 0.004, 0.005, 0.0063, 0.0079, 0.01)
    ]
    assert Slider(0.001, 0.1, step=10, log=True).stops(0.0123) == [0.001, 0.01, 0.0123, 0.1]
    assert Slider(1, 100, step=2, log=True).stops(1) == [1, 2, 4, 8, 16, 32, 64, 100]
    assert all(isinstance(stop, int) for stop in Slider(1, 100, log=True).stops(7))


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Slider(5, 1), ValueError, "must rise, got low=5 and high=1"),
        (lambda: Slider(1, float("nan")), TypeError, "high of a slider must be a finite number, got nan"),
        (lambda: Slider("a", 2), TypeError, "low of a slider must be a finite number, got 'a'"),
        (lambda: Slider(1, 2, 0), ValueError, "step of this slider must be more than 0, got 0"),
        (lambda: Slider(1, 2, 1, log=True), ValueError, "step of this slider must be more than 1, got 1"),
        (lambda: Slider(0, 2, log=True), ValueError, "must start above 0, got low=0"),
        (lambda: Slider(1, 2, default=3), ValueError, "from 1 to 2 cannot start at 3"),
        (lambda: Choice([]), ValueError, "at least one option"),
        (lambda: Choice("abc"), TypeError, "must be a list or a mapping, got 'abc'"),
        (lambda: Choice([[1], [2]]), TypeError, r"must be texts or numbers, got \[1\]"),
        (
            lambda: Choice(["all", "closed"], "clsed"),
            ValueError,
            "cannot start at 'clsed'; did you mean 'closed'",
        ),
        (lambda: control("n", 5), TypeError, r"control 'n' must be \(low, high, step\), .* got 5"),
        (
            lambda: control("n", SimpleNamespace(observe=0, value=[])).start(None),
            TypeError,
            r"hashable .* got \[\]",
        ),
    ],
)
def test_controls_that_are_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()


@pytest.mark.parametrize(
    ("compute", "controls", "error", "message"),
    [
        (
            lambda support=1: 0,
            {"suport": (1, 2)},
            KeyError,
            "no parameter 'suport' .* did you mean 'support'",
        ),
        (lambda k, n=1: 0, {"n": (1, 2)}, TypeError, "compute needs 'k': give it a control or a default"),
        (lambda n=9: 0, {"n": (1, 5)}, ValueError, "from 1 to 5 cannot start at 9"),
        (lambda n=1: 0, {"n": Slider(1, 5, label={"en": "n"})}, KeyError, "has no 'zh'; .*There are: 'en'"),
    ],
)
def test_explorers_that_are_refused(compute, controls, error, message):
    with pytest.raises(error, match=message):
        explorer(compute, line, controls, language="zh")


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="language 'de' is not known"):
        explorer(lambda n=1: [n], line, {"n": (1, 2)}, language="de")


def test_any_parameter_goes_where_compute_takes_any():
    assert explorer(lambda **values: list(values.values()), line, {"n": (2, 5)}).result == [2]


def test_the_public_names():
    assert set(kehu.explore.__all__) == {"Choice", "Explorer", "Slider", "Switch", "explorer"}
    assert inspect.isfunction(kehu.explore.explorer)
