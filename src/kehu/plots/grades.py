"""Chart of a fuzzy evaluation: how far each criterion and the whole belong to each grade."""

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import FixedLocator, MaxNLocator

from kehu.evaluation import GradeEvaluation
from kehu.figures.look import GREY, INK
from kehu.figures.numerals import number, percent
from kehu.figures.ticks import Localised, Names, Percents, literal, shorten
from kehu.figures.ticks import width as text_width
from kehu.figures.words import say
from kehu.plots._canvas import SHADES, canvas, note_size
from kehu.plots._rows import legend_of_rows
from kehu.plots._rules import dot, growth
from kehu.plots._weights import ROW, letters, named

_LONGEST = 24
_HIGH, _LOW = 0.78, 0.58  # of a row


class _WholeFirst(Localised):
    """The word for the whole at the place 0, then names from the data."""

    def __init__(self, names: list[str], language: str) -> None:
        super().__init__(language)
        self._names = names

    def __call__(self, x: float, pos: int | None = None) -> str:  # noqa: ARG002
        """Name at a place."""
        place = round(x)
        if place == 0:
            return say("note.whole", self.language)
        return self._names[place - 1] if 0 < place <= len(self._names) else ""


def grade_membership(
    evaluation: GradeEvaluation, *, ax: Axes | None = None, language: str = "en", width: str = "single"
) -> Axes:
    """Bars of membership by grade, for the whole and below it for its criteria, with their weights.

    Of a hierarchy the bars of parts of a part are lower.

    Parameters
    ----------
    evaluation : kehu.evaluation.GradeEvaluation
        What `kehu.evaluation.fuzzy_evaluation` gives.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure, as tall as the criteria need, when not given.
    language : {"en", "zh"}
        Language of the labels.
    width : {"single", "double", "slide"}
        Size of a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError
        If it is no such result.

    Examples
    --------
    >>> import pandas as pd
    >>> from kehu.evaluation import fuzzy_evaluation
    >>> membership = pd.DataFrame({"good": [0.5, 0.1], "poor": [0.5, 0.9]}, index=["speed", "care"])
    >>> ax = grade_membership(fuzzy_evaluation(membership, {"speed": 0.7, "care": 0.3}))
    >>> [text.get_text() for text in ax.texts]
    ['38%', '62%', '50%', '50%', '10%', '90%']
    """
    if not isinstance(evaluation, GradeEvaluation):
        raise TypeError(
            f"evaluation must come from kehu.evaluation.fuzzy_evaluation, got {type(evaluation).__name__}"
        )
    grades, levels = list(evaluation.membership.index), evaluation.levels
    shares, names = levels[grades].to_numpy(dtype=float), [str(name) for name in levels.index]
    weights = levels["weight"].to_numpy(dtype=float)
    # Of a hierarchy the goal stands first; else the whole has no row yet.
    has_goal = bool((levels["level"] == 0).any())
    # What is divided stands out from its parts.
    heights = np.where(levels["level"] > 1, _LOW, _HIGH)
    if not has_goal:
        heights = np.concatenate([[_HIGH], heights])
        shares = np.vstack([evaluation.membership.to_numpy(dtype=float), shares])
        weights = np.concatenate([[1.0], weights])
    places = np.arange(len(shares))
    colours = SHADES(np.linspace(0.95, 0.12, len(grades))) if len(grades) > 1 else SHADES([0.7])
    with canvas(ax, language=language, width=width, height=28 + ROW * max(len(shares), 4)) as ax:
        left, handles, scale = np.zeros(len(shares)), [], growth(ax)
        for grade, share, colour in zip(grades, shares.T, colours, strict=True):
            look = {"color": colour, "edgecolor": "white", "linewidth": 0.4 * scale}
            ax.barh(places, share, left=left, height=heights, **look)
            left = left + share
            handles.append(dot(named(grade, 20), colour, GREY, "s"))
        bars = letters(ax) - min(max(map(text_width, names)), _LONGEST) - 14
        _write_shares(ax, shares, colours, 4 / bars)
        chosen = grades.index(evaluation.grade)
        corner = (float(shares[0, :chosen].sum()), -_HIGH / 2)
        frame = {"fill": False, "edgecolor": INK, "linewidth": 1.2 * scale, "zorder": 3}
        ax.add_patch(Rectangle(corner, float(shares[0, chosen]), _HIGH, clip_on=False, **frame))
        ax.axhline(0.5, color=GREY, linewidth=0.5 * scale)
        ax.set_ylim(len(shares) - 0.4, -0.6)
        ax.set_xlim(0, 1)
        ax.yaxis.set_major_locator(FixedLocator(places))
        shown = [literal(shorten(name, _LONGEST)) for name in names]
        ax.yaxis.set_major_formatter(Names(names, _LONGEST) if has_goal else _WholeFirst(shown, language))
        ax.tick_params(axis="y", length=0)
        ax.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        ax.xaxis.set_major_formatter(Percents(language))
        ax.set_xlabel(_below(evaluation, language), linespacing=1.4)
        right = ax.secondary_yaxis("right")
        right.yaxis.set_major_locator(FixedLocator(places))
        right.yaxis.set_major_formatter(Names([f"{weight:.3f}" for weight in weights]))
        right.tick_params(length=0)
        right.spines[:].set_visible(False)
        right.set_ylabel(say("weight", language))
        handles.append(dot(say("note.grade_of_whole", language), "none", INK, "s"))
        legend_of_rows(ax, handles)
    return ax


def _write_shares(ax: Axes, shares: np.ndarray, colours: np.ndarray, least: float) -> None:
    """Write memberships into bars that are long enough."""
    middles = np.cumsum(shares, axis=1) - shares / 2
    dark = np.array([np.dot(mpl.colors.to_rgb(colour), (0.3, 0.59, 0.11)) < 0.55 for colour in colours])
    for row, column in zip(*np.nonzero(shares >= least), strict=True):
        style = {"ha": "center", "va": "center", "fontsize": note_size(ax)}
        colour = "white" if dark[column] else INK
        text = percent(round(float(shares[row, column]), 2))
        ax.text(middles[row, column], row, text, color=colour, **style)


def _below(evaluation: GradeEvaluation, language: str) -> str:
    label = say("axis.membership", language)
    if evaluation.score is None:
        return label
    return f"{label}\n{say('note.score_of_whole', language, value=number(evaluation.score, language))}"
