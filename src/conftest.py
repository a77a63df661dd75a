"""For the examples in docstrings."""

from collections.abc import Iterator

import matplotlib.pyplot as plt
import pytest


@pytest.fixture(autouse=True)
def _no_open_figures() -> Iterator[None]:
    """Close what an example drew; Matplotlib warns when more than twenty figures are open."""
    yield
    plt.close("all")
