"""A database connection that a thread keeps, for the one write that has to be fast.

Where connections are pooled, a request takes one out, has it checked by a round trip, and returns it: that costs more
than the single INSERT of a webhook. So a thread that accepts webhooks keeps a plain connection, outside any request's
transaction, on which the statement stays prepared, and finds out that it broke by using it.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import psycopg
from django.db import connection

#: What a pooler between us and the server answers that hands each statement to another server connection.
NOT_PREPARED = (psycopg.errors.InvalidSqlStatementName, psycopg.errors.DuplicatePreparedStatement)
PREPARE_FROM = 2


class OwnConnection(threading.local):
    """One autocommitting connection a thread, opened at first use. Statements used again are prepared."""

    def __init__(self) -> None:
        self._open: psycopg.Connection[Any] | None = None
        self._prepare_from: int | None = PREPARE_FROM

    def fetch_one(self, statement: str, values: Sequence[Any]) -> tuple[Any, ...] | None:
        """Run one statement, committed when this returns, and give its first row.

        It may run twice when the connection breaks in the middle: only for statements that may be repeated.
        Errors: Django's database errors.
        """
        with connection.wrap_database_errors:
            try:
                return self._run(statement, values)
            except psycopg.OperationalError:  # the server was restarted since the last use
                self.close()
            except NOT_PREPARED:
                self.close()
                self._prepare_from = None
            return self._run(statement, values)

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None

    def _run(self, statement: str, values: Sequence[Any]) -> tuple[Any, ...] | None:
        if self._open is None:
            self._open = self._connect()
        found: tuple[Any, ...] | None = self._open.execute(statement, values).fetchone()
        return found

    def _connect(self) -> psycopg.Connection[Any]:
        parameters = connection.get_connection_params() | {
            "cursor_factory": psycopg.Cursor,
            "autocommit": True,
            "prepare_threshold": self._prepare_from,
        }
        return psycopg.connect(**parameters)
