"""The row and the file of a statement."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile

from accounts.models import Business, User
from ingestion.models import Source, Statement


def keep(
    business: Business,
    *,
    data: bytes,
    filename: str,
    sha256: str,
    way: str,
    user: User | None,
    now: datetime,
    account: Source | None,
    answers: dict[str, Any],
) -> Statement:
    """The row and its file, not yet given to anyone."""
    statement = Statement(
        business=business,
        source=account,
        way=way,
        filename=filename[-255:],
        size=len(data),
        sha256=sha256,
        answers=answers,
        uploaded_by=user,
        created_at=now,
    )
    statement.file.save(filename or "paste.txt", ContentFile(data), save=False)
    statement.save()
    return statement
