"""Compiled loops (numba): a module a topic, each with a ``warm()`` that compiles its kernels.

The compiled code is cached beside the modules, so only the first use on a machine pays for compilation.
"""

from importlib import import_module
from pkgutil import iter_modules


def warm() -> None:
    """Compile and cache every kernel, so that nobody waits for it later."""
    for module in iter_modules(__path__):
        if not module.name.startswith("_"):
            import_module(f"{__name__}.{module.name}").warm()
