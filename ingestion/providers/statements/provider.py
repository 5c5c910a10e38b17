"""Broker statements as a provider: accounts are sources, what they yield comes in files only."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import ClassVar

from ingestion.providers.base import JSON, Auth, FileUpload, Mapped, Provider, Stream

_NEVER = timedelta(0)


class Statements(Provider):
    """A shell for pages and follow-ups; `ingestion.trading.statements` reads the files, in states of its own."""

    key: ClassVar[str] = "statements"
    label: ClassVar[str] = "Broker statement"
    desks: ClassVar[tuple[str, ...]] = ("trading",)
    auth: ClassVar[tuple[Auth, ...]] = (FileUpload((("statement", "Statement of a broker"),)),)
    streams: ClassVar[tuple[Stream, ...]] = (
        Stream("executions", "Fills", ("execution",), _NEVER),
        Stream("broker_trades", "Trades", ("trade",), _NEVER),
        Stream("cash_flows", "Cash", ("cash",), _NEVER),
    )

    @property
    def reads_files(self) -> bool:
        """Not through the uploads of sources: a statement belongs to an account, which the file itself tells."""
        return False

    def map_object(self, obj: JSON, *, version_at: datetime) -> Iterator[Mapped]:
        """No broker is asked, so there are no payloads."""
        yield from ()
