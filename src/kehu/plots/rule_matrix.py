"""Chart of many rules at once: groups of antecedents against consequents."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import cdist

from kehu.figures.look import GREY, check_width
from kehu.figures.ticks import Names, shorten
from kehu.figures.words import heading, say
from kehu.plots._canvas import canvas, table
from kehu.plots._rules import (
    Colours,
    areas,
    count,
    growth,
    itemsets,
    joined,
    legend_row,
    measured,
    plain,
    shares,
    size_handles,
)

_ROW, _LETTER = 4.4, 1.25  # mm: height of a row, width of a letter
_LARGEST = 95.0  # area of the largest balloon in square points
_FEWEST = 6  # rows that a figure has room for at least
_MOST_IN_A_TREE = 1500  # profiles: the tree needs all distances; rarer ones join the nearest group
_LONGEST, _LONGEST_CONSEQUENT = {"single": 25, "double": 44, "slide": 30}, 20  # letters of names


def rules_matrix(
    rules: Any,
    *,
    ax: Axes | None = None,
    language: str = "en",
    top: int = 20,
    consequents: int = 10,
    colour: str = "lift",
    width: str = "single",
) -> Axes:
    """Balloons for groups of antecedents (rows) and consequents (columns).

    Antecedents with the same consequents and like values of the measure form a group, so that thousands of
    rules fit on a page; the idea is Hahsler and Karpienko's (2017, *Journal of Business Economics* 87,
    317–335). The area of a balloon is the median support of its rules, the colour the median of the
    measure. A group bears the name of the item that is most its own, and ``(+n)`` for its n other items;
    an antecedent that stands alone is named in full. The largest values are at the top left.

    Parameters
    ----------
    rules : dataframe
        ``antecedents``, ``consequents``, ``support`` and the measure, as `kehu.rules.association_rules`
        gives them.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure, as tall as the rows need, when not given.
    language : {"en", "zh"}
        Language of the labels.
    top : int
        Most rows. More antecedents are grouped, by Ward's method.
    consequents : int
        Most columns: the consequents with the most rules. The chart says how many there are in all.
    colour : str
        Column of the measure that colours the balloons and forms the groups.
    width : {"single", "double", "slide"}
        Size of a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    KeyError, TypeError, ValueError
        If a column is missing or holds something else, or there are no rules.

    Examples
    --------
    >>> rules = pd.DataFrame({"antecedents": [{"tea"}, {"jam"}], "consequents": [{"milk"}, {"bread"}],
    ...                       "support": [0.2, 0.1], "lift": [1.5, 2.5]})
    >>> [label.get_text() for label in rules_matrix(rules).get_yticklabels()]
    ['jam', 'tea']
    """
    top, consequents = count(top, "top"), count(consequents, "consequents")
    columns = list(dict.fromkeys(("antecedents", "consequents", "support", colour)))
    data = table(rules, columns, "rules")
    sides = {name: itemsets(data[name], name) for name in columns[:2]}
    data = pd.DataFrame(
        {"support": shares(data["support"], "support"), "value": measured(data[colour], colour)}
    )
    for name, found in sides.items():
        data[name], _ = pd.factorize(pd.Series(found, dtype=object))
    distinct = {name: list(dict.fromkeys(found)) for name, found in sides.items()}
    kept = data["consequents"].value_counts(sort=True).index[:consequents]
    total = len(distinct["consequents"])
    data = data[data["consequents"].isin(kept)]
    data = data.assign(group=_groups(data, top))
    cells = data.groupby(["group", "consequents"])[["support", "value"]].median().reset_index()
    rows, columns = (_ranked(cells, name) for name in ("group", "consequents"))
    x, y = (
        cells[name].map({key: place for place, key in enumerate(keys)}).to_numpy()
        for name, keys in (("consequents", columns), ("group", rows))
    )
    longest = _LONGEST[check_width(width)]
    row_names = _row_names(data, rows, distinct["antecedents"], longest)
    column_names = [joined(distinct["consequents"][key], _LONGEST_CONSEQUENT) for key in columns]
    scale = Colours(cells["value"].to_numpy())
    height = 22 + _ROW * max(len(rows), _FEWEST) + _LETTER * max(map(len, column_names))
    with canvas(ax, language=language, width=width, height=height) as ax:
        support, largest = cells["support"].to_numpy(), _LARGEST * growth(ax) ** 2
        ax.scatter(
            x,
            y,
            s=areas(support, support.max(), largest),
            c=scale.of(cells["value"].to_numpy()),
            edgecolor=GREY,
            linewidth=0.3,
            zorder=2,
        )
        ax.set_xlim(-0.6, len(columns) - 0.4)
        ax.set_ylim(len(rows) - 0.4, -0.6)
        for axis, names in ((ax.xaxis, column_names), (ax.yaxis, row_names)):
            axis.set_major_locator(FixedLocator(range(len(names))))
            axis.set_major_formatter(Names(names, longest + 10))
        ax.tick_params(axis="both", length=0)
        ax.tick_params(axis="x", rotation=90)
        ax.spines[:].set_visible(False)
        ax.grid(zorder=0)
        grouped = len(rows) < data["antecedents"].nunique()
        ax.set_ylabel(
            say("axis.antecedents_in_groups", language) if grouped else heading("antecedents", language)
        )
        few = len(columns) < total
        ax.set_xlabel(
            say("axis.consequents_shown", language, n=f"{len(columns):,}", total=f"{total:,}")
            if few
            else heading("consequents", language),
            loc="right",
        )
        scale.add_bar(ax, colour, language, aspect=36)
        # What is wider than the columns has room above and below the names of the rows.
        legend_row(ax, size_handles(support, largest, language), side="right")
    return ax


def _groups(data: pd.DataFrame, most: int) -> np.ndarray:
    """Number of the group of each rule's antecedent, by what its rules have for values."""
    codes, distinct = pd.factorize(data["antecedents"])
    if len(distinct) <= most:
        return codes
    columns, kept = pd.factorize(data["consequents"])
    # No rule is 0; a rule is 1 to 1.5 by the place of its value on the scale of colours. Like profiles count
    # once, so that a common one does not fill the chart.
    profile = np.zeros((len(distinct), len(kept)))
    value = data["value"].to_numpy()
    profile[codes, columns] = 1 + np.round(4 * Colours(value).place(value)) / 8
    profiles, place, number = np.unique(profile, axis=0, return_inverse=True, return_counts=True)
    group = np.arange(len(profiles))
    if len(profiles) > most:
        common = np.argsort(-number, kind="stable")[:_MOST_IN_A_TREE]
        tree = (
            fcluster(linkage(profiles[common], "ward"), most, "maxclust") if len(common) > 1 else np.ones(1)
        )
        middles = np.array([profiles[common[tree == name]].mean(axis=0) for name in np.unique(tree)])
        group = cdist(profiles, middles).argmin(axis=1)
        group[common] = tree - 1
    return group[place][codes]


def _ranked(cells: pd.DataFrame, name: str) -> list[int]:
    """Rows or columns, that with the largest value first; equal ones by the sum of their supports."""
    best = cells.groupby(name).agg(value=("value", "max"), support=("support", "sum"))
    return best.sort_values(["value", "support"], ascending=False, kind="stable").index.tolist()


def _row_names(
    data: pd.DataFrame, rows: list[int], antecedents: Sequence[frozenset], longest: int
) -> list[str]:
    members = data.groupby("group")["antecedents"].unique()
    everywhere = Counter(item for code in data["antecedents"].unique() for item in antecedents[code])
    names = []
    for row in rows:
        sets = [antecedents[code] for code in members[row]]
        if len(sets) == 1:
            names.append(joined(sets[0], longest))
            continue
        here = Counter(item for items in sets for item in items)
        # Share of the group's antecedents that hold the item, times share of the item's that are here.
        typical = min(here, key=lambda item: (-(here[item] ** 2) / everywhere[item], plain(item)))
        rest = f" (+{len(here) - 1})" if len(here) > 1 else ""
        names.append(shorten(plain(typical), longest - len(rest)) + rest)
    return names
