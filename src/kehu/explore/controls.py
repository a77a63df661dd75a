"""What a reader may turn: plain descriptions, and the widgets made of them.

Widgets are made only where someone can move them, so ipywidgets is imported late.
"""

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

from kehu.figures.words import heading
from kehu.frames import closest

if TYPE_CHECKING:
    import ipywidgets

Text = str | Mapping[str, str]

_TEN_A_DECADE = 10**0.1
_ON_OFF = {"en": ("off", "on"), "zh": ("关", "开")}

LABEL_WIDTH = "10em"
_LOOKS = {"style": {"description_width": LABEL_WIDTH}, "layout": {"width": "32em"}}


@dataclass(frozen=True)
class Slider:
    """A number between two ends.

    Parameters
    ----------
    low, high : int or float
        The ends, both allowed. All whole numbers: the value is an ``int``.
    step : int or float, optional
        Distance of neighbouring values (1, or a hundredth of the range); on a logarithmic slider their
        ratio (ten values a decade).
    default : int or float, optional
        Where it starts: by default where the computation's parameter does, else at ``low``.
    log : bool
        Whether equal ways mean equal ratios, for values such as supports and penalties.
    label : str or mapping of language to str, optional
        Text beside the slider; by default the parameter's name.

    Raises
    ------
    TypeError, ValueError
        If the ends or the step are no numbers, or do not make a range.

    Examples
    --------
    >>> Slider(0.001, 0.1, default=0.01, log=True, label={"en": "Least support", "zh": "最小支持度"}).default
    0.01
    """

    low: float
    high: float
    step: float | None = None
    default: float | None = None
    log: bool = False
    label: Text | None = None

    def __post_init__(self) -> None:
        for name in ("low", "high", "step", "default"):
            value = getattr(self, name)
            if not _is_number(value) and not (value is None and name in ("step", "default")):
                raise TypeError(f"{name} of a slider must be a finite number, got {value!r}")
        if self.low >= self.high:
            raise ValueError(f"a slider must rise, got low={self.low!r} and high={self.high!r}")
        if self.log and self.low <= 0:
            raise ValueError(f"a logarithmic slider must start above 0, got low={self.low!r}")
        least = 1 if self.log else 0
        if self.step is not None and self.step <= least:
            raise ValueError(f"step of this slider must be more than {least}, got {self.step!r}")
        if self.default is not None:
            self.start(self.default)

    def start(self, fallback: Any) -> float:
        """Value to start from, given the one of the computation's parameter (or None)."""
        value = next(value for value in (self.default, fallback, self.low) if value is not None)
        if not _is_number(value) or not self.low <= value <= self.high:
            raise ValueError(f"a slider from {self.low!r} to {self.high!r} cannot start at {value!r}")
        return value

    def show(self, value: float, _language: str) -> str:
        """Value as text."""
        return f"{value:,}" if isinstance(value, Integral) else f"{value:g}"

    def widget(self, description: str, value: float, language: str) -> "ipywidgets.DOMWidget":
        """Make the widget, standing at a value."""
        import ipywidgets

        common = {"description": description, "value": value, "continuous_update": False, **_LOOKS}
        if self.log:
            options = [(self.show(stop, language), stop) for stop in self.stops(value)]
            return ipywidgets.SelectionSlider(options=options, **common)
        if self._whole(value):
            return ipywidgets.IntSlider(min=self.low, max=self.high, step=self.step or 1, **common)
        step = self.step or (self.high - self.low) / 100
        digits = max(0, math.ceil(-math.log10(step) - 1e-9))
        return ipywidgets.FloatSlider(
            min=self.low, max=self.high, step=step, readout_format=f".{digits}f", **common
        )

    def stops(self, value: float) -> list[float]:
        """Values of a logarithmic slider: two digits each, and both ends and ``value`` as they are."""
        ratio = self.step or _TEN_A_DECADE
        steps = range(1, int(math.log(self.high / self.low) / math.log(ratio) + 1e-9) + 1)
        between = (float(f"{self.low * ratio**k:.2g}") for k in steps)
        if self._whole(value):
            between = map(round, between)
        return sorted({self.low, self.high, value, *(x for x in between if self.low < x < self.high)})

    def _whole(self, value: float) -> bool:
        parts = (self.low, self.high, value, *(() if self.log or self.step is None else (self.step,)))
        return all(isinstance(part, Integral) for part in parts)


@dataclass(frozen=True)
class Choice:
    """One of some values.

    Parameters
    ----------
    options : sequence, or mapping of value to text
        The values; a mapping gives each a text (or texts by language) to show.
    default : object, optional
        Where it starts: by default where the computation's parameter does, else at the first.
    label : str or mapping of language to str, optional
        Text beside it; by default the parameter's name.

    Raises
    ------
    TypeError, ValueError
        If there are no options, or they are such as cannot be told apart.

    Examples
    --------
    >>> kind = Choice({"all": {"en": "all", "zh": "全部"}, "closed": {"en": "closed", "zh": "闭合"}})
    >>> kind.show("all", "zh")
    '全部'
    """

    options: Sequence[Hashable] | Mapping[Hashable, Text]
    default: Hashable | None = None
    label: Text | None = None

    def __post_init__(self) -> None:
        if isinstance(self.options, str) or not isinstance(self.options, Sequence | Mapping):
            raise TypeError(f"options of a choice must be a list or a mapping, got {self.options!r}")
        for option in self.options:
            if not isinstance(option, Hashable):
                raise TypeError(f"options of a choice must be texts or numbers, got {option!r}")
        if not self.options:
            raise ValueError("a choice must have at least one option, got none")
        if self.default is not None:
            self.start(self.default)

    def start(self, fallback: Any) -> Hashable:
        """Value to start from, given the one of the computation's parameter (or None)."""
        options = list(self.options)
        value = next(value for value in (self.default, fallback, options[0]) if value is not None)
        if value not in options:
            raise ValueError(f"a choice cannot start at {value!r}; {closest(value, options)}")
        return value

    def show(self, value: Hashable, language: str) -> str:
        """Value as text."""
        return say(self.options[value], language) if isinstance(self.options, Mapping) else str(value)

    def widget(self, description: str, value: Hashable, language: str) -> "ipywidgets.DOMWidget":
        """Make the widget, standing at a value."""
        import ipywidgets

        options = [(self.show(option, language), option) for option in self.options]
        return ipywidgets.Dropdown(options=options, value=value, description=description, **_LOOKS)


@dataclass(frozen=True)
class Switch:
    """Yes or no.

    Parameters
    ----------
    default : bool, optional
        Where it starts: by default where the computation's parameter does, else off.
    label : str or mapping of language to str, optional
        Text beside it; by default the parameter's name.

    Examples
    --------
    >>> Switch(True, label={"en": "Only significant", "zh": "仅显著"}).show(True, "en")
    'on'
    """

    default: bool | None = None
    label: Text | None = None

    def start(self, fallback: Any) -> bool:
        """Value to start from, given the one of the computation's parameter (or None)."""
        return bool(fallback if self.default is None else self.default)

    def show(self, value: bool, language: str) -> str:
        """Value as text."""
        return _ON_OFF[language][value]

    def widget(self, description: str, value: bool, _language: str) -> "ipywidgets.DOMWidget":
        """Make the widget, standing at a value."""
        import ipywidgets

        return ipywidgets.Checkbox(value=value, description=description, **_LOOKS)


@dataclass(frozen=True)
class Ready:
    """A widget that somebody has made."""

    made: Any
    label: None = None

    def start(self, _fallback: Any) -> Any:
        """Value it stands at."""
        if not isinstance(self.made.value, Hashable):
            raise TypeError(f"a widget's value must be hashable to be looked up, got {self.made.value!r}")
        return self.made.value

    def show(self, value: Any, _language: str) -> str:
        """Value as text."""
        return f"{value:g}" if isinstance(value, float) else str(value)

    def widget(self, description: str, value: Any, _language: str) -> Any:
        """Give the widget itself, with the description if it had none."""
        self.made.value = value
        self.made.description = self.made.description or description
        return self.made


Control = Slider | Choice | Switch | Ready


def control(name: str, description: Any) -> Control:
    """Understand what a control is described by."""
    if isinstance(description, Slider | Choice | Switch):
        return description
    if isinstance(description, tuple) and len(description) in (2, 3):
        return Slider(*description)
    if isinstance(description, bool):
        return Switch(description)
    if isinstance(description, list | Mapping):
        return Choice(description)
    if hasattr(description, "observe") and hasattr(description, "value"):
        return Ready(description)
    raise TypeError(
        f"control {name!r} must be (low, high, step), a list of options, True or False, a Slider, Choice or "
        f"Switch, or a widget, got {description!r}"
    )


def say(text: Text, language: str) -> str:
    """Choose the language of a text."""
    if isinstance(text, str):
        return text
    if language not in text:
        raise KeyError(f"the text {dict(text)!r} has no {language!r}; {closest(language, text)}")
    return text[language]


def describe(name: str, control: Control, language: str) -> str:
    """Text beside a control: its label, the catalogue's word for the parameter, or its name."""
    if control.label is not None:
        return say(control.label, language)
    return heading(name, language).replace("_", " ")


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)
