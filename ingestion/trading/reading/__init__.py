"""Bytes of a statement to parsed lines. Plain Python: no database, no clock."""
