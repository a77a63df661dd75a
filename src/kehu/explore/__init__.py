"""Explorers: turn the parameters of a computation with sliders and see the chart change."""

from kehu.explore.controls import Choice, Slider, Switch
from kehu.explore.core import Explorer, explorer

__all__ = ["Choice", "Explorer", "Slider", "Switch", "explorer"]
