"""The console's billing lists."""

from billing.admin import activations, catalogue, grants, loyalty, orders, reports, sales

__all__ = ["activations", "catalogue", "grants", "loyalty", "orders", "reports", "sales"]
