"""Calling a person: once for each thing, however often it is told."""

from __future__ import annotations

from datetime import datetime

from accounts.events import record
from accounts.models import Business, User
from billing.models import Attention


def call_a_person(
    kind: str,
    external_id: str,
    sentence: str,
    *,
    source: str,
    now: datetime,
    business: Business | None = None,
    **ids: str | int,
) -> bool:
    """Put one thing into the staff's list. Returns False when it was there already, also when it was resolved.

    `sentence` says in plain words what is wrong and what to decide; no names, no addresses.
    """
    values = {"business": business, "sentence": sentence[:300], "ids": ids, "opened_at": now}
    _, is_new = Attention.objects.get_or_create(
        source=source, kind=kind, external_id=external_id[:120], defaults=values
    )
    if is_new:
        record(
            f"billing.{source}.needs_a_person", business=business, kind=kind, external_id=external_id, reason=sentence
        )
    return is_new


def resolve(row: Attention, *, actor: User, now: datetime) -> bool:
    """Take a thing off the list. Returns False when it was resolved already."""
    if row.resolved_at is not None:
        return False
    row.resolved_at, row.resolved_by = now, actor
    row.save(update_fields=["resolved_at", "resolved_by"])
    return True
