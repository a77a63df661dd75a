"""The live side of an explorer: widgets, a line of status and the picture."""

import html
from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets

from kehu.explore.controls import LABEL_WIDTH

_COLOURS = {"busy": "#6B6B6B", "note": "#8A6500", "error": "#B3261E"}


class Panel:
    """Widgets that tell a listener what was turned, and show what came of it."""

    def __init__(self, widgets: Mapping[str, Any], reset_text: str, reset: Callable[[], None]) -> None:
        self.widgets = dict(widgets)
        button = ipywidgets.Button(description=reset_text, icon="undo", layout={"min_width": "8em"})
        button.on_click(lambda _: reset())
        self._status = ipywidgets.HTML()
        self._image = ipywidgets.Image(format="png", layout={"max_width": "100%"})
        below = ipywidgets.HBox([button, self._status], layout={"margin": f"0 0 0 {LABEL_WIDTH}"})
        self._box = ipywidgets.VBox([*self.widgets.values(), below, self._image], layout={"width": "100%"})

    def listen(self, changed: Callable[[str, Any], None]) -> None:
        """Call back with name and value whenever a widget is turned."""
        for name, widget in self.widgets.items():
            widget.observe(lambda change, name=name: changed(name, change["new"]), names="value")

    def busy(self, text: str) -> None:
        """Say that work goes on; the old picture stays until there is a new one."""
        self._say(text, "busy")

    def show(self, png: bytes, width: int, note: str) -> None:
        """Put a new picture in place of the old one."""
        self._image.layout.width = f"{width}px"
        self._image.layout.visibility = "visible"
        self._image.value = png
        self._say(note, "note")

    def fail(self, sentence: str) -> None:
        """Say what is wrong; the old picture, which would not fit the settings, is hidden."""
        self._image.layout.visibility = "hidden"
        self._say(sentence, "error")

    def view(self) -> dict[str, Any]:
        """What a notebook shows the widgets by."""
        return self._box._repr_mimebundle_()

    def _say(self, text: str, kind: str) -> None:
        look = f"color: {_COLOURS[kind]}; line-height: 1.3; padding: 0.4em"
        self._status.value = f'<div style="{look}">{html.escape(text)}</div>' if text else ""
