"""Test tools of ingestion: factories for sources, runs and facts."""
