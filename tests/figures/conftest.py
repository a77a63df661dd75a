import matplotlib.pyplot as plt
import numpy as np
import pytest

from kehu import figures
from kehu.figures import layout


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


@pytest.fixture
def fig():
    """One of everything that has text or is measured in points."""
    with figures.style():
        fig, (left, right, third) = plt.subplots(1, 3)
        left.plot([1, 2, 3], [4, 6, 5], marker="o", label="Orders")
        left.axvline(2, linestyle="--", label="Median 2")
        left.legend(title="Amount")
        left.set(title="Category", xlabel="Orders per week", ylabel="My own label")
        left.annotate("1.2M", (2, 6), (3, -4), textcoords="offset points")
        mesh = right.scatter([1, 2], [1, 2], c=[1, 2], s=[5, 9])
        fig.colorbar(mesh, ax=right, label="Customers")
        right.set_xticks([1, 2], ["Mon", "Tue"])
        third.bar(["Product", "tea"], [1, 2])
        right.grid(axis="y")
        fig.suptitle("Share of baskets")
    return fig


@pytest.fixture
def picture():
    """What a figure looks like, as an array."""

    def draw(fig):
        with layout.settled(fig):
            fig.canvas.draw()
        return np.asarray(fig.canvas.buffer_rgba()).copy()

    return draw
