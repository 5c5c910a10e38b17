"""How far the plan reaches: how many sources are read, and whether reading goes on at all.

A downgrade disconnects nothing. The sources that were connected first go on being read; the others rest, say so, and
go on where they stopped once the plan has room again.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from accounts.models import Business
from billing.entitlements import entitlements, require
from ingestion.models import Source

RESTS: Final = "Your plan does not read this source any more. What was read stays."


def used_sources(business: Business, now: datetime) -> int:
    """How many connected sources count against the plan; uploaded files never do."""
    return Source.objects.of(business).connected().exclude(auth_mode=Source.AuthMode.UPLOAD).count()


def require_room(business: Business, *, at: datetime, besides: int | None = None) -> None:
    """Allow one more connected source; `besides` is one that is counted as the new one. Errors: NotEntitled."""
    held = Source.objects.of(business).connected().exclude(auth_mode=Source.AuthMode.UPLOAD)
    require(business, "sources", at=at, used=held.exclude(pk=besides).count())


def require_reading(source: Source, *, at: datetime) -> None:
    """Allow reading this source now. Errors: NotEntitled when the plan has no room for it or a payment is missing."""
    require(source.business, "sources", at=at, used=_place(source))


def rests(business: Business, sources: Iterable[Source], *, at: datetime) -> frozenset[int]:
    """The ids of those of all the business's `sources` that the plan has no room to read."""
    found = entitlements(business, at=at)
    if found.working.get("sources", 0) is None:
        return frozenset()
    held = sorted((source for source in sources if _counts(source)), key=_seniority)
    return frozenset(source.pk for place, source in enumerate(held) if not found.has_room("sources", place))


def _place(source: Source) -> int:
    """How many of the business's sources come before this one."""
    held = Source.objects.of(source.business).connected().exclude(auth_mode=Source.AuthMode.UPLOAD)
    return sum(1 for other in held if _seniority(other) < _seniority(source))


def _counts(source: Source) -> bool:
    return source.is_connected and source.auth_mode != Source.AuthMode.UPLOAD


def _seniority(source: Source) -> tuple[datetime, int]:
    return source.connected_at, source.pk
