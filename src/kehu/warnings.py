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


def warn(message: str, category: type[KehuWarning]) -> None:
    """Issue a named warning that points at the line of the user's code."""
    level, frame = 2, sys._getframe(1)
    while frame is not None and frame.f_globals.get("__name__", "").partition(".")[0] == "kehu":
        level, frame = level + 1, frame.f_back
    warnings.warn(message, category, stacklevel=level)
