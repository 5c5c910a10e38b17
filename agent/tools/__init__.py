"""The agent's tools. Importing this package registers them."""

from agent.tools import changes, general, lineage, payments, trading

__all__ = ["changes", "general", "lineage", "payments", "trading"]
