"""The agent's tools. Importing this package registers them."""

from agent.tools import general, payments

__all__ = ["general", "payments"]
