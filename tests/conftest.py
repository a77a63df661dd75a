"""Shared by all tests: figures go to a temporary folder, explorers stay static, real data if there is."""

import os
from pathlib import Path

import matplotlib.pyplot as plt
import pytest
from hypothesis import settings

# No time limits: the machines that run the tests are shared.
settings.register_profile("kehu", deadline=None)
settings.load_profile("kehu")


@pytest.fixture(scope="session", autouse=True)
def _quiet_surroundings(tmp_path_factory):
    """Nothing a test draws may land in the project's own figures."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KEHU_FIGURES", str(tmp_path_factory.mktemp("figures")))
        patch.setenv("KEHU_STATIC", "1")
        patch.setenv("MPLBACKEND", "agg")
        yield


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder with the real data sets that may not be part of the project."""
    folder = os.environ.get("KEHU_SHARED_DATA")
    if not folder:
        pytest.skip("KEHU_SHARED_DATA does not name the folder with the real data sets")
    return Path(folder).resolve()


@pytest.fixture(autouse=True)
def _no_open_figures():
    """Close what a test drew; Matplotlib warns when more than twenty figures are open."""
    yield
    plt.close("all")
