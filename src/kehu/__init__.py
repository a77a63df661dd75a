"""kehu (客户, customer): customer analytics for online retail, from the case to the chart.

The names below are loaded when they are first used, so that ``import kehu`` is quick.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_MODULES = (
    "ahp",
    "claims",
    "clv",
    "datasets",
    "effects",
    "evaluation",
    "exercise",
    "explore",
    "figures",
    "frames",
    "indicators",
    "lifecycle",
    "orders",
    "plots",
    "rfm",
    "rules",
    "satisfaction",
    "segments",
    "simulate",
    "surveys",
    "warnings",
)
_CLASSES = {"Baskets": "baskets"}

__all__ = ["Baskets", "__version__", *_MODULES]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"kehu.{name}")
    if name in _CLASSES:
        return getattr(import_module(f"kehu.{_CLASSES[name]}"), name)
    raise AttributeError(f"module 'kehu' has no attribute {name!r}; it has {', '.join(__all__)}")


def __dir__() -> list[str]:
    return sorted(__all__)
