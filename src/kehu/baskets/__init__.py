"""Baskets: which items were bought together, kept sparse, from any form they come in."""

from kehu.baskets.core import Baskets

__all__ = ["Baskets"]
