"""Compiled loops (numba): a module a topic, each with a ``warm()`` that compiles its kernels.

The compiled code is cached beside the modules, so only the first use on a machine pays for compilation, and
only for the modules that it uses.
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
    """Compile and cache every kernel, so that nobody waits for it later."""
    for module in iter_modules(__path__):
        if not module.name.startswith("_"):
            import_module(f"{__name__}.{module.name}").warm()
