"""The same far side as the provider's tests."""

from ingestion.providers.stripe.tests.conftest import company, imported, now, source, stripe, waits

__all__ = ["company", "imported", "now", "source", "stripe", "waits"]
