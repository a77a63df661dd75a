"""Shops with a known truth: what is planted can be found, and where nothing is planted nothing should be."""

from kehu.simulate.orders import MessyOrders, messy_orders

__all__ = ["MessyOrders", "messy_orders"]
