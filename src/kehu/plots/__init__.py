"""Charts of results: each takes a result and gives back the axes it drew on.

Where no axes are given, a chart makes a figure of its own in the project's style. Nothing is shown or saved
here; see `kehu.figures.save`.
"""

from kehu.plots.baskets import basket_size, item_frequency
from kehu.plots.cleaning import cleaning_ledger
from kehu.plots.orders import concentration, order_value, orders_over_time, weekly_rhythm

__all__ = [
    "basket_size",
    "cleaning_ledger",
    "concentration",
    "item_frequency",
    "order_value",
    "orders_over_time",
    "weekly_rhythm",
]
