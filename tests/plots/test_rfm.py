"""Charts of RFM scores: what they show is what the result says."""

from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import kehu
from kehu import plots
from kehu.rfm import RFM, migration, period_summaries, regression_to_the_mean


@pytest.fixture(scope="module")
def periods():
    shop = kehu.simulate.purchases(
        1500, process="poisson", parameters={"rate": 0.05}, days=731, random_state=1
    )
    summaries = period_summaries(shop.orders, ["2016-01-01", "2017-01-01", "2018-01-01"])
    model = RFM().fit(summaries[0])
    return [summary.join(model.transform(summary)) for summary in summaries]


def test_heat_map_counts_customers_and_colours_by_the_mean(periods):
    first = periods[0]
    ax = plots.rfm_heat_map(first)
    counts = first.groupby(["recency_score", "frequency_score"]).size()
    shown = {text.get_position(): int(text.get_text().replace(",", "")) for text in ax.texts}
    assert shown == {(r, f): n for (r, f), n in counts.items()}
    means = first.groupby(["recency_score", "frequency_score"])["total"].mean()
    grid = np.asarray(ax.images[0].get_array())
    dark = {cell: 3 - grid[cell[1] - 1, cell[0] - 1, :3].sum() for cell in means.index}
    assert max(dark, key=dark.get) == means.idxmax()
    assert min(dark, key=dark.get) == means.idxmin()


def test_segments_show_shares_of_customers_and_of_value(periods):
    first = periods[0]
    ax = plots.rfm_segments(first)
    widths = [bar.get_width() for bar in ax.patches]
    value = first.groupby("segment", observed=True)["total"].sum().sort_values(ascending=False)
    sizes = first["segment"].value_counts().reindex(value.index)
    np.testing.assert_allclose(widths, [*(sizes / len(first)), *(value / value.sum())])
    plt.gcf().canvas.draw()
    assert [label.get_text() for label in ax.get_yticklabels()] == value.index.tolist()


def test_migration_shows_per_cent_of_rows(periods):
    moves = migration(*periods)
    ax = plots.rfm_migration(moves)
    rows = moves.counts[moves.counts.sum(axis=1) > 0]
    rows = rows.loc[:, rows.sum() > 0]
    expected = [f"{share:.0f}" for share in (100 * rows.div(rows.sum(axis=1), axis=0)).to_numpy().ravel()]
    assert [text.get_text() for text in ax.texts] == expected


def test_luck_shows_both_means_and_the_interval(periods):
    luck = regression_to_the_mean(*periods, random_state=1)
    ax = plots.rfm_luck(luck)
    first, later = (points.get_offsets()[:, 0] for points in ax.collections[-2:])
    np.testing.assert_allclose(first, luck.table["first_relative"])
    np.testing.assert_allclose(later, luck.table["next_relative"])
    spans = [segment[:, 0] for segment in ax.collections[0].get_segments()]
    np.testing.assert_allclose(spans, luck.table[["next_low", "next_high"]] / luck.next_mean)


SCORED = pd.DataFrame(
    {"recency_score": [1, 2], "frequency_score": [1, 2], "total": [1.0, 2.0], "segment": ["a", "b"]}
)


@pytest.mark.parametrize(
    ("plot", "result", "error", "message"),
    [
        (plots.rfm_heat_map, SCORED[:0], ValueError, "no rows; there is nothing to plot"),
        (plots.rfm_heat_map, SCORED.drop(columns="total"), KeyError, "no column 'total'"),
        (
            plots.rfm_heat_map,
            SCORED.assign(recency_score=[0, 1]),
            ValueError,
            "must hold scores 1, 2, 3 .*, got 0",
        ),
        (plots.rfm_heat_map, SCORED.assign(total=np.nan), ValueError, "total must hold finite numbers"),
        (plots.rfm_segments, SCORED.assign(segment=["a", None]), ValueError, "segment is missing in row 1"),
        (plots.rfm_segments, SCORED.assign(total=[-1.0, 2.0]), ValueError, "not negative for a group"),
        (plots.rfm_segments, SCORED.assign(total=0), ValueError, "must be positive in sum"),
        (plots.rfm_migration, SCORED, TypeError, "must come from kehu.rfm.migration"),
        (plots.rfm_migration, SimpleNamespace(counts=pd.DataFrame()), ValueError, "no customers"),
        (plots.rfm_luck, SCORED, TypeError, "must come from kehu.rfm.regression_to_the_mean"),
    ],
)
def test_wrong_results_are_refused(plot, result, error, message):
    with pytest.raises(error, match=message):
        plot(result)
    assert plt.get_fignums() == []
