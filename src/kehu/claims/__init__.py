"""Claims: what the source documents state, the public record, and an audit of the one by the other."""

from kehu.claims.audit import VERDICTS, Audit, audit
from kehu.claims.outlines import Outline, outline
from kehu.claims.paths import growth_paths, implied_base
from kehu.claims.reading import read
from kehu.claims.readings import shopper_readings
from kehu.claims.record import facts, find_figure, sources
from kehu.claims.texts import chinese
from kehu.claims.units import UNITS, convert

__all__ = [
    "UNITS",
    "VERDICTS",
    "Audit",
    "Outline",
    "audit",
    "chinese",
    "convert",
    "facts",
    "find_figure",
    "growth_paths",
    "implied_base",
    "outline",
    "read",
    "shopper_readings",
    "sources",
]
