"""Results show their numbers and their main table, as text and as HTML."""

import numpy as np
import pandas as pd

from kehu import satisfaction, surveys


def test_plain_numbers_stand_above_the_table():
    rng = np.random.default_rng(0)
    data = pd.DataFrame(rng.normal(size=(60, 3)), columns=["speed", "care", "<price>"])
    data["satisfaction"] = data.sum(axis=1) + rng.normal(size=60)
    found = satisfaction.driver_regression(data, outcome="satisfaction", drivers=["speed", "care", "<price>"])
    text = repr(found).splitlines()
    assert text[0] == "DriverRegression"
    assert f"r_squared: {found.r_squared:.4g}" in text[1] and "model: ols" in text[1]
    assert "residuals" not in text[1]
    assert [line.split()[1] for line in text[3:]] == ["speed", "care", "<price>"]
    html = found._repr_html_()
    assert "<table" in html and "&lt;price&gt;" in html and "<price>" not in html


def test_scales_too():
    rng = np.random.default_rng(0)
    data = pd.DataFrame(rng.normal(size=(60, 1)) + rng.normal(size=(60, 3)), columns=list("abc"))
    found = surveys.reliability(data, n_boot=10, random_state=1)
    assert repr(found).startswith(f"Reliability\nalpha: {found.alpha:.4g}, ")
    assert "n_factors: 1" in repr(surveys.parallel_analysis(data, n_draws=50, random_state=1))
