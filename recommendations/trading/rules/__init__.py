"""The rules of the trading desk. Importing this package registers them."""

from recommendations.trading.rules import data, edge, size

__all__ = ["data", "edge", "size"]
