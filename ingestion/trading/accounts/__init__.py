"""Broker accounts: recognising them, and what their owner sets."""
