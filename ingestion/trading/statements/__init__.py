"""Statements: kept, read by a job, compared with what is known, and shown."""
