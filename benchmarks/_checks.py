"""What one shop with a known truth tells of a method."""

from typing import NamedTuple

LEVEL = 0.95


class Held(NamedTuple):
    """Whether an interval held the truth; None where the fit said that it is not identified."""

    what: str
    inside: bool | None


class Alarm(NamedTuple):
    """Whether something was found in a shop in which there is nothing, by a test of this level."""

    what: str
    found: bool
    level: float = 0.05


Check = Held | Alarm


def held(what: str, low: float, truth: float, high: float) -> Held:
    return Held(what, bool(low <= truth <= high))
