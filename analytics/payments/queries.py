"""What every page of the payments desk needs to know first: is there data, and how fresh is it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.models import Business
from analytics.payments.reader import sources_shown
from ingestion.models import Source

STALE_AFTER = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class DeskState:
    """`kind` is no_source, importing, or ready. `stale_since` is set when a source lags by more than a day."""

    kind: str
    source_ids: tuple[int, ...]
    label: str
    last_synced_at: datetime | None
    stale_since: datetime | None


def desk_state(business: Business, *, as_of: datetime) -> DeskState:
    """The desk's sources and their freshness. One query; two when nothing is connected any more."""
    known = sources_shown(business)
    read = [source.last_synced_at for source in known if source.last_synced_at]
    oldest = min(read, default=None)
    return DeskState(
        kind=_kind(known),
        source_ids=tuple(source.pk for source in known),
        label=", ".join(source.label for source in known),
        last_synced_at=oldest,
        stale_since=_stale_since(known, as_of=as_of),
    )


def _kind(sources: Sequence[Source]) -> str:
    if not sources:
        return "no_source"
    waiting = all(source.state == Source.State.CONNECTING and not source.last_synced_at for source in sources)
    return "importing" if waiting else "ready"


def _stale_since(sources: Sequence[Source], *, as_of: datetime) -> datetime | None:
    """An uploaded source is as fresh as its file, so it never lags."""
    asked = [s for s in sources if s.auth_mode != Source.AuthMode.UPLOAD and s.last_synced_at]
    late = [s.last_synced_at for s in asked if s.last_synced_at and as_of - s.last_synced_at > STALE_AFTER]
    return min(late, default=None)
