import numpy as np
import pandas as pd
import pytest

from kehu import plots
from tests.plots.conftest import alive, holdout, tracking, worth


def test_tracking_shades_what_the_model_has_not_seen():
    table = tracking(60, split=40)
    ax = plots.purchases_tracking(table)
    actual, expected = ax.get_lines()
    assert actual.get_ydata().tolist() == table["cumulative_actual"].tolist()
    assert expected.get_ydata().tolist() == table["cumulative_expected"].tolist()
    shade = ax.patches[0].get_extents().transformed(ax.transData.inverted())
    x = actual.get_xdata()
    assert x[39] < shade.x0 < x[40]
    assert shade.x1 == pytest.approx(x[-1])
    steps = plots.purchases_tracking(table.sample(frac=1, random_state=1), cumulative=False)
    assert steps.get_lines()[0].get_ydata().tolist() == table["actual"].tolist()
    assert len(plots.purchases_tracking(table.assign(holdout=False)).patches) == 0


def test_holdout_shows_both_and_the_intervals_that_are_known():
    table = holdout(5)
    table.loc[4, ["actual_low", "actual_high"]] = np.nan
    ax = plots.holdout_by_frequency(table)
    assert [line.get_ydata().tolist() for line in ax.get_lines()] == [
        table["actual"].tolist(),
        table["expected"].tolist(),
    ]
    assert len(ax.collections[0].get_segments()) == 4
    assert [label.get_text() for label in ax.get_xticklabels()] == ["0", "1", "2", "3", "4"]
    assert not plots.holdout_by_frequency(table[["group", "actual", "expected"]]).collections


def test_alive_map_holds_the_probabilities_where_they_belong():
    table = alive(4, 3, 30.0)
    mesh = plots.alive_map(table).collections[0]
    assert np.asarray(mesh.get_array()).ravel() == pytest.approx(table.to_numpy().ravel())
    corners = mesh.get_coordinates()
    assert corners[0, :, 0].tolist() == [0.5, 1.5, 2.5, 3.5, 4.5]
    assert corners[:, 0, 1].tolist() == [5, 15, 25, 35]
    assert plots.alive_map(table, unit="W").get_ylabel() == "Age at the last order (weeks)"
    with pytest.raises(ValueError, match="unit='week' is not known"):
        plots.alive_map(table, unit="week")
    with pytest.raises(ValueError, match="must hold probabilities, got 0 to 2"):
        plots.alive_map(table * 0 + [0, 0, 0, 2])
    with pytest.raises(TypeError, match="must be a pandas DataFrame, got list"):
        plots.alive_map([1])
    with pytest.raises(ValueError, match="no rows"):
        plots.alive_map(pd.DataFrame())


def test_values_next_to_nothing_are_counted_not_drawn():
    table = pd.concat([worth(500), pd.DataFrame({"lifetime_value": [0.0, 1e-12]})], ignore_index=True)
    ax = plots.lifetime_values(table)
    assert ax.get_xlabel().endswith("not shown: 2")
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend[1].split()[1] == f"{table['lifetime_value'].mean():.1f}"
    with pytest.raises(ValueError, match="must hold finite numbers"):
        plots.lifetime_values(table.assign(lifetime_value=np.nan))
