"""Answering with a model: settings, prices, budgets, the conversation with the provider, and the check of its text."""
