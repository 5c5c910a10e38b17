"""Stripe's own CSV exports → the same rows as the API's objects."""

from ingestion.providers.stripe.csv_exports.reading import Export, read_export

__all__ = ["Export", "read_export"]
