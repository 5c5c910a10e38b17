"""Payloads as they came, kept as gzip of JSON lines in private storage."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.files.base import ContentFile

from ingestion.models import RawPage, Source, SyncRun

#: Level 1 packs JSON four to one; level 6 would take three times as long for a fifth less.
LEVEL = 1


@dataclass(frozen=True, slots=True)
class Packed:
    """Compressed payloads before they are stored."""

    data: bytes
    rows: int
    sha256: str


def pack(payloads: Sequence[bytes]) -> Packed | None:
    """Compress payloads, one a line; None for none. The stamp inside is fixed: equal input gives equal bytes."""
    if not payloads:
        return None
    lines = b"\n".join(payload.strip() for payload in payloads) + b"\n"
    return Packed(gzip.compress(lines, LEVEL, mtime=0), len(payloads), hashlib.sha256(lines).hexdigest())


def keep(
    source: Source, packed: Packed, *, fetched_at: datetime, run: SyncRun | None = None, stream: str = ""
) -> RawPage:
    """Store a page, unless the source already holds one with exactly these payloads."""
    held = RawPage.objects.of(source.business).filter(source=source, sha256=packed.sha256).first()
    if held is not None:
        return held
    page = RawPage(
        business=source.business,
        source=source,
        run=run,
        stream=stream,
        rows=packed.rows,
        sha256=packed.sha256,
        fetched_at=fetched_at,
    )
    page.file.save("page.jsonl.gz", ContentFile(packed.data), save=False)
    page.save()
    return page


def payloads(page: RawPage) -> Iterator[bytes]:
    """The payloads of a kept page, in the order they came."""
    with page.file.open("rb") as stored, gzip.open(stored) as lines:
        yield from (line.rstrip(b"\n") for line in lines)
