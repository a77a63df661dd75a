"""An explorer: a pure computation, a chart of its result, and controls over its parameters."""

import asyncio
import html
import inspect
import io
import os
import sys
import warnings
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from kehu.explore import controls as kinds
from kehu.figures import style
from kehu.figures.words import check_language
from kehu.frames import closest
from kehu.warnings import KehuWarning

_KEPT = 16  # results kept for settings that come back
_PAUSE = 0.1  # seconds of quiet before work starts; also lets settings that queued up arrive
_CRISP = 2  # pixels of the picture for each pixel of the screen

_WORDS = {
    "en": {
        "reset": "Reset",
        "busy": "computing …",
        "error": "Not possible with these settings: {0}",
        "bug": "Unexpected {1}: {0} (ask for .result to see where)",
        "static": "Static figure at {0}. Run this notebook in JupyterLab to change the settings.",
        "is": "{0} = {1}",
        "and": ", ",
    },
    "zh": {
        "reset": "复位",
        "busy": "计算中……",
        "error": "此设置无法计算：{0}",
        "bug": "意外错误 {1}：{0}（用 .result 查看出处）",
        "static": "静态图，参数：{0}。在 JupyterLab 中运行本笔记本即可调整参数。",
        "is": "{0} = {1}",
        "and": "，",
    },
}


def explorer(
    compute: Callable[..., Any],
    draw: Callable[..., Axes],
    controls: Mapping[str, Any],
    *,
    language: str = "en",
    width: str = "single",
) -> "Explorer":
    """Make an explorer: turn the parameters of a computation and see its chart change.

    In JupyterLab it shows a slider or menu for each control, a button to reset them, and the chart, which
    is redrawn in place. Where nobody can turn them (scripts, executed notebooks, ``KEHU_STATIC=1``) it is
    the chart at the starting values, with a line that states these.

    Parameters
    ----------
    compute : callable
        Gets the values of the controls by name and returns a result. It must depend on nothing else that
        changes: results are kept and used again when the settings come back.
    draw : callable
        Gets the result and returns the axes it drew, as the functions of `kehu.plots` do. If it demands
        ``ax``, it gets axes of a new figure; it gets ``language`` and ``width`` if it has such parameters.
    controls : mapping of str to control
        For each parameter ``(low, high, step)``, a list of options, True or False, a `Slider`, `Choice` or
        `Switch`, or a ready widget. Where no start is given, it is the parameter's default in ``compute``.
    language : {"en", "zh"}
        Language of all texts.
    width : {"single", "double", "slide"}
        Size of the figure.

    Returns
    -------
    Explorer
        Show it by making it the last line of a cell; go on from ``.values`` and ``.result``.

    Raises
    ------
    KeyError
        If ``compute`` has no parameter of a control's name.
    TypeError
        If a control is described in an unknown way, or a parameter has neither a control nor a default.
    ValueError
        If a control cannot start where it should, or the language is unknown.
    Exception
        Whatever ``compute`` raises at the starting values.

    Examples
    --------
    >>> def squares(n=3):
    ...     return [k * k for k in range(n)]
    >>> def chart(result, ax):
    ...     return ax.plot(result)[0].axes
    >>> explored = explorer(squares, chart, {"n": (1, 10, 1)})
    >>> explored.values, explored.result
    ({'n': 3}, [0, 1, 4])
    """
    return Explorer(compute, draw, controls, language, width)


class Explorer:
    """An explorer, as :func:`explorer` makes it.

    Attributes
    ----------
    values : dict
        The current settings, by parameter.
    result : object
        What the computation returns at these settings.
    figure : matplotlib.figure.Figure
        The chart of that result.
    widgets : dict
        The widgets, by parameter; none where the chart is static.
    """

    def __init__(
        self,
        compute: Callable[..., Any],
        draw: Callable[..., Axes],
        controls: Mapping[str, Any],
        language: str,
        width: str,
    ) -> None:
        check_language(language)
        self._controls = {name: kinds.control(name, control) for name, control in controls.items()}
        defaults = _defaults_of(compute, self._controls)
        self._start = {name: control.start(defaults[name]) for name, control in self._controls.items()}
        self._texts = {
            name: kinds.describe(name, control, language) for name, control in self._controls.items()
        }
        self._values = dict(self._start)
        self._language, self._words = language, _WORDS[language]
        self._run = lru_cache(maxsize=_KEPT, typed=True)(lambda **values: _listen(compute, values))
        self._draw = lambda result: _draw(draw, result, language, width)
        self._stale, self._loop, self._timer, self._panel = False, None, None, None
        self._outcome = self._explore()
        if _someone_is_there():
            self._open_panel()

    @property
    def values(self) -> dict[str, Any]:
        """The current settings, by parameter."""
        return dict(self._values)

    @property
    def result(self) -> Any:
        """What ``compute`` returns at the current settings; raises what it raises."""
        return self._current().result

    @property
    def figure(self) -> Figure:
        """The chart at the current settings, for instance for `kehu.figures.save`."""
        return self._current().figure

    @property
    def widgets(self) -> dict[str, Any]:
        """The widgets by parameter; none where the figure is static."""
        return dict(self._panel.widgets) if self._panel else {}

    def reset(self) -> None:
        """Go back to the starting values."""
        for name, widget in self.widgets.items():
            widget.value = self._start[name]

    def __repr__(self) -> str:
        return f"<Explorer at {self._settings()}>"

    def _ipython_display_(self) -> None:
        from IPython.display import display

        outcome = self._current()
        look = {"image/png": {"width": outcome.width, "alt": self._settings()}}
        picture = {"image/png": outcome.png, "text/plain": repr(self)}
        if self._panel:
            # The picture too, for readers of the saved notebook, who have no widgets.
            display({**self._panel.view(), **picture}, metadata=look, raw=True)
            return
        note = self._words["static"].format(self._settings())
        lines = [note, *outcome.notes]
        display(picture, metadata=look, raw=True)
        display(
            {
                "text/plain": "\n".join(lines),
                "text/html": "".join(f"<p><small>{html.escape(line)}</small></p>" for line in lines),
            },
            raw=True,
        )

    def _settings(self) -> str:
        shown = {
            name: control.show(self._values[name], self._language) for name, control in self._controls.items()
        }
        return self._words["and"].join(
            self._words["is"].format(self._texts[name], text) for name, text in shown.items()
        )

    def _open_panel(self) -> None:
        from kehu.explore.panel import Panel

        self._loop = _running_loop()
        widgets = {
            name: control.widget(self._texts[name], self._start[name], self._language)
            for name, control in self._controls.items()
        }
        self._panel = Panel(widgets, self._words["reset"], self.reset)
        self._panel.listen(self._changed)
        self._show()

    def _changed(self, name: str, value: Any) -> None:
        """Take note of a new setting; JupyterLab reports it from a thread of its own."""
        self._values[name] = value
        self._stale = True
        if self._loop is None:
            self._refresh()
        else:
            # Charts are drawn in the notebook's thread only: Matplotlib's settings are common to all threads.
            self._loop.call_soon_threadsafe(self._put_off)

    def _put_off(self) -> None:
        """Start work after a pause, counted from the newest setting."""
        self._panel.busy(self._words["busy"])
        if self._timer:
            self._timer.cancel()
        self._timer = self._loop.call_later(_PAUSE, self._refresh)

    def _refresh(self) -> None:
        """Compute and show the current settings, unless that is done."""
        if self._stale:
            self._stale = False
            try:
                self._outcome = self._explore()
            except Exception as error:  # noqa: BLE001 - nobody above a widget's event could catch it
                self._outcome = error
        self._show()

    def _explore(self) -> "_Outcome":
        result, notes = self._run(**self._values)
        return _Outcome(result, notes, *self._draw(result))

    def _current(self) -> "_Outcome":
        if self._stale:
            self._refresh()
        if isinstance(self._outcome, Exception):
            raise self._outcome
        return self._outcome

    def _show(self) -> None:
        outcome = self._outcome
        if isinstance(outcome, Exception):
            expected = isinstance(outcome, ValueError | TypeError | KeyError)
            text = outcome.args[0] if isinstance(outcome, KeyError) and outcome.args else outcome
            sentence = self._words["error" if expected else "bug"]
            self._panel.fail(sentence.format(text, type(outcome).__name__))
        else:
            self._panel.show(outcome.png, outcome.width, " ".join(outcome.notes))


class _Outcome(NamedTuple):
    result: Any
    notes: tuple[str, ...]
    figure: Figure
    png: bytes
    width: int


def _listen(compute: Callable[..., Any], values: Mapping[str, Any]) -> tuple[Any, tuple[str, ...]]:
    """Compute, and keep what it warns of, to be shown beside the chart every time."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", KehuWarning)
        result = compute(**values)
    return result, tuple(dict.fromkeys(str(warning.message) for warning in caught))


def _draw(draw: Callable[..., Axes], result: Any, language: str, width: str) -> tuple[Figure, bytes, int]:
    """Draw a result: the figure, its picture, and the picture's width on the screen."""
    parameters = inspect.signature(draw).parameters
    offered = {"language": language, "width": width}
    given = {name: value for name, value in offered.items() if name in parameters}
    open_before = set(plt.get_fignums())
    try:
        with style(width):
            if "ax" in parameters and parameters["ax"].default is inspect.Parameter.empty:
                figure = Figure()
                draw(result, ax=figure.subplots(), **given)
            else:
                ax = draw(result, **given)
                if not isinstance(ax, Axes):
                    raise TypeError(f"draw must return Matplotlib axes, got {type(ax).__name__}")
                figure = ax.get_figure(root=True)
            picture = io.BytesIO()
            figure.savefig(picture, format="png", dpi=_CRISP * figure.dpi)
    finally:
        for number in set(plt.get_fignums()) - open_before:
            plt.close(number)
    return figure, picture.getvalue(), round(figure.get_figwidth() * figure.dpi)


def _defaults_of(compute: Callable[..., Any], names: Iterable[str]) -> dict[str, Any]:
    """Start of each control by the defaults of the computation's parameters; None without one."""
    parameters = inspect.signature(compute).parameters
    takes_any = any(each.kind is each.VAR_KEYWORD for each in parameters.values())
    empty = inspect.Parameter.empty
    for name in names:
        if name not in parameters and not takes_any:
            raise KeyError(f"compute has no parameter {name!r} for this control; {closest(name, parameters)}")
    for name, each in parameters.items():
        variadic = each.kind in (each.VAR_KEYWORD, each.VAR_POSITIONAL)
        if name not in names and each.default is empty and not variadic:
            raise TypeError(f"compute needs {name!r}: give it a control or a default")
    defaults = {name: parameters[name].default if name in parameters else empty for name in names}
    return {name: None if default is empty else default for name, default in defaults.items()}


def _someone_is_there() -> bool:
    """Whether a person at a notebook started the cell, who can turn a slider."""
    wish = os.environ.get("KEHU_STATIC", "")
    if wish:
        return wish == "0"
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    kernel = getattr(shell, "kernel", None)
    if kernel is None:
        return False
    # Notebook front ends say which cell is run; programs that execute notebooks do not.
    return "cellId" in kernel.get_parent().get("metadata", {}) or "google.colab" in sys.modules


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
