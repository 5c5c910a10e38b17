"""A file or paste comes in: kept, told apart from what came before, and given to a job."""

from __future__ import annotations

import hashlib
from datetime import datetime

from accounts.errors import InvalidInput, TooLarge
from accounts.events import record
from accounts.models import Business, Job, User
from billing.entitlements import require_work
from ingestion.models import Source, Statement
from ingestion.trading.reading import rows as limits
from ingestion.trading.statements.keeping import keep
from ingestion.trading.statements.reading_job import read_statement_job

ENDED_BADLY = (Statement.State.FAILED, Statement.State.REJECTED)


def receive(
    business: Business,
    *,
    data: bytes,
    filename: str,
    way: str,
    user: User | None,
    now: datetime,
    account: Source | None = None,
    answers: dict[str, str] | None = None,
) -> tuple[Statement, bool]:
    """Keep the bytes and enqueue their reading; returns the statement and whether it is new.

    The same bytes for the same account give the earlier statement and no new job, unless that one failed.
    Errors: InvalidInput for an empty file, TooLarge above 25 MB, NotEntitled while a payment is missing.
    """
    require_work(business, at=now)
    if not data.strip():
        raise InvalidInput("The file is empty.", code="empty", field="file")
    if len(data) > limits.MAX_BYTES:
        most = limits.MAX_BYTES // 2**20
        raise TooLarge(f"A statement may have {most} MB. Export a shorter period.", limit=limits.MAX_BYTES)
    digest = hashlib.sha256(data).hexdigest()
    if earlier := _earlier(business, digest, account):
        return earlier, False
    statement = keep(
        business, data=data, filename=filename, sha256=digest, way=way, user=user, now=now, account=account,
        answers=answers or {},
    )  # fmt: skip
    record("trading.statements.received", business=business, actor=user, subject=statement, size=len(data), way=way)
    enqueue(statement)
    return statement, True


def enqueue(statement: Statement) -> Job:
    """Read it, or read it again. One that waits already is not queued twice."""
    return read_statement_job.enqueue(statement.business, statement_id=statement.pk, dedupe=f"statement:{statement.pk}")


def _earlier(business: Business, digest: str, account: Source | None) -> Statement | None:
    same = Statement.objects.of(business).filter(sha256=digest).exclude(state__in=ENDED_BADLY)
    if account is not None:
        same = same.filter(source=account)
    return same.order_by("created_at", "pk").first()
