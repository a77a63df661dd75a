"""Order lines: read a user's own files, clean them with a ledger, look at them, store them."""

from kehu.orders.clean import Cleaned, clean
from kehu.orders.customers import customer_summary
from kehu.orders.describe import Concentration, by_period, concentration, order_values, weekly_rhythm
from kehu.orders.outliers import unusual
from kehu.orders.read import read
from kehu.orders.schema import conform
from kehu.orders.store import store

__all__ = [
    "Cleaned",
    "Concentration",
    "by_period",
    "clean",
    "concentration",
    "conform",
    "customer_summary",
    "order_values",
    "read",
    "store",
    "unusual",
    "weekly_rhythm",
]
