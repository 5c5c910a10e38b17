"""The agent's tools. Importing this package registers them."""

from agent.tools import general, payments, trading

__all__ = ["general", "payments", "trading"]
