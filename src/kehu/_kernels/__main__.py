"""``python -m kehu._kernels`` compiles and caches every kernel."""

from kehu._kernels import warm

warm()
