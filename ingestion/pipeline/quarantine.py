"""Rows that could not become facts, kept word for word."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b

from ingestion.models import QuarantinedRow, Source, SyncRun
from ingestion.pipeline.rows import Rejected

RAW_LIMIT = 100_000


def quarantine(
    source: Source, rejected: Sequence[Rejected], *, stream: str, observed_at: datetime, run: SyncRun | None = None
) -> None:
    """Keep `rejected` with their reasons. One that lies there already, unresolved, is not kept twice."""
    rows = [
        QuarantinedRow(
            business_id=source.business_id,
            source=source,
            run=run,
            stream=stream,
            external_id=storable(row.external_id)[:255],
            reason_code=storable(row.reason_code)[:60],
            reason=storable(row.reason)[:500],
            raw=storable(row.raw)[:RAW_LIMIT],
            fingerprint=_fingerprint(stream, row),
            created_at=observed_at,
        )
        for row in rejected
    ]
    QuarantinedRow.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)


def storable(text: str) -> str:
    """`text` with what Postgres cannot hold (NUL, lone surrogates) written as escapes."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\u0000")


def _fingerprint(stream: str, row: Rejected) -> str:
    parts = "\0".join((stream, row.external_id, row.reason_code, row.raw))
    return blake2b(parts.encode("utf-8", "backslashreplace"), digest_size=16).hexdigest()
