"""The record of who did what."""

from __future__ import annotations

from typing import Any

from django.db import models

from accounts.models import Business, Event, User
from accounts.requests import request_id


def record(
    event: str,
    *,
    business: Business | None = None,
    actor: User | None = None,
    subject: models.Model | str = "",
    reason: str = "",
    **ids: Any,
) -> None:
    """Write one event in the current transaction, so that it exists exactly when the deed does.

    `event` is `desk.feature.past_tense`; `ids` hold identifiers and counts only, never personal data.
    """
    Event.objects.create(
        business=business,
        name=event,
        actor=actor,
        subject=_name(subject),
        reason=reason[:300],
        ids={key: value if isinstance(value, int | bool) else str(value) for key, value in ids.items()},
        request_id=request_id.get(),
    )


def _name(subject: models.Model | str) -> str:
    if isinstance(subject, models.Model):
        return f"{subject._meta.label_lower}:{subject.pk}"
    return subject[:80]
