"""The console's view of what comes in: sources, runs, quarantine, uploads, rates, and the facts, read-only."""

from ingestion.admin import facts, rates, records, sources, trading

__all__ = ["facts", "rates", "records", "sources", "trading"]
