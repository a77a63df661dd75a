"""The named warnings of the package: each says what is statistically or practically doubtful.

Silence one with ``warnings.filterwarnings("ignore", category=kehu.warnings.<name>)``.
"""

import sys
import warnings


class KehuWarning(UserWarning):
    """Base of all warnings of the package."""


class SharedOrdersWarning(KehuWarning):
    """Orders name more than one customer, so an order number is probably not unique."""


class LayoutWarning(KehuWarning):
    """Labels of a saved figure overlap or are cut off."""


class FirstSheetWarning(KehuWarning):
    """A workbook has several sheets with something in them, and none was chosen: the first was read."""


class MissingWordWarning(KehuWarning):
    """A word that often stands for nothing, such as NULL, was read as an ordinary label."""


class GivenFamilyWarning(KehuWarning):
    """P-values were adjusted over the rules given, though more were searched to find them."""


class SmallExpectedWarning(KehuWarning):
    """A chi-squared test was used where fewer than 5 baskets are expected in a cell of the table."""


class SameBasketsWarning(KehuWarning):
    """Rules were tested on the very baskets they were found in, as if these were others."""


class NoRecentOrdersWarning(KehuWarning):
    """The last order lies so long before the date asked for that every customer seems to be gone."""


class BorderNotReachedWarning(KehuWarning):
    """Too few customers come back for a border between life-cycle stages to be read from all of them."""


class FewEventsWarning(KehuWarning):
    """So few events were seen that an estimate or its interval is hardly worth anything."""


class UnmatchedWarning(KehuWarning):
    """Many of the customers addressed are like no customer who was not, and were left out of a comparison."""


class NotComparableWarning(KehuWarning):
    """Before the campaign, or at a date without one, the groups already differ: no effect can be told."""


class ImbalanceWarning(KehuWarning):
    """Groups that were to be drawn at random differ more before the campaign than chance would have it."""


class FutureOrdersWarning(KehuWarning):
    """Orders lie after the day on which one looks back; they were left out."""


class UnmatchedReturnsWarning(KehuWarning):
    """Amounts are negative: returns were not matched to the sales they undo."""


class NoExposureWarning(KehuWarning):
    """All customers first ordered at the very end, so nobody had time to come back."""


class EmptyScoresWarning(KehuWarning):
    """Cut points of a score coincide or lie outside the data, so that some scores are given to nobody."""


class OnlyLuckWarning(KehuWarning):
    """Groups of customers do not differ in the next period beyond chance."""


class NotConvergedWarning(KehuWarning):
    """An algorithm stopped before its result settled."""


class NotIdentifiedWarning(KehuWarning):
    """The data do not say what a parameter is; the reason is in the result."""


class UnobservedCustomersWarning(KehuWarning):
    """Customers were observed for no time after their first order."""


class InfiniteMeanWarning(KehuWarning):
    """The fitted distribution of average spend has no finite mean, so some values are missing."""


class MissingValuesWarning(KehuWarning):
    """Some results could not be computed and are missing."""


class InconsistentJudgementsWarning(KehuWarning):
    """Judgements in pairs contradict each other more than a tenth of what random ones do."""


class DroppedRowsWarning(KehuWarning):
    """Rows with a missing answer were left out of an analysis."""


class NoRelationWarning(KehuWarning):
    """What was to explain an outcome explains no more of it than chance would."""


class PerfectFitWarning(KehuWarning):
    """What was to explain an outcome makes it up exactly, as if it had been worked out from it."""


class LostSamplesWarning(KehuWarning):
    """Many bootstrap samples gave no possible estimate, so that limits come from the others only."""


class SparseCutsWarning(KehuWarning):
    """Too few answers lie on one side of a cut between categories to test proportional odds."""


class SingleChildWarning(KehuWarning):
    """A criterion is divided into a single one, which says nothing."""


class ReversedItemWarning(KehuWarning):
    """An item of a scale goes against the others, as one that was not turned round."""


class ConstantCriterionWarning(KehuWarning):
    """A criterion is the same for all alternatives, so the data give it no weight."""


class OpposedCampsWarning(KehuWarning):
    """A group has two camps, though its consensus index is high."""


class UnclearGradeWarning(KehuWarning):
    """Two grades fit about equally well."""


class OverdispersionWarning(KehuWarning):
    """Shares scatter more than counts alone would, so limits were widened."""


class TooFewPeriodsWarning(KehuWarning):
    """Limits come from few periods and are uncertain themselves."""


def warn(message: str, category: type[KehuWarning]) -> None:
    """Issue a named warning that points at the line of the user's code."""
    level, frame = 2, sys._getframe(1)
    while frame is not None and frame.f_globals.get("__name__", "").partition(".")[0] == "kehu":
        level, frame = level + 1, frame.f_back
    warnings.warn(message, category, stacklevel=level)
