"""Kernels that mine itemsets: arrays in, a prefix tree out.

`coding` makes baskets ready, `root`, `expansion` and `frequent` find all frequent sets, `distinct` and
`seen` the closed ones and the generators, `trees`, `lookup` and `counting` work on the trees.
"""

from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import Any


def __getattr__(name: str) -> Any:
    """Import a module of kernels when it is first used: that may compile it."""
    if name.startswith("_") or find_spec(f"{__name__}.{name}") is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f"{__name__}.{name}")


def warm() -> None:
    """Import every module; that compiles and caches its kernels."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
