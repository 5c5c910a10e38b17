"""Trades changed: mark the account stale, compute its modules anew, and close the statements that waited for it."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from accounts.jobs import JobRun, job, periodic
from accounts.models import Business
from analytics.models import TradingFreshness
from analytics.trading import features
from analytics.trading.loading import beside_of, record_of
from analytics.trading.snapshots.services import recompute as compute
from ingestion.models import DirtyDay, Source, Statement, Trade, TradingAccount
from ingestion.pipeline.followups import on_dirty

DESK = "trading"


@job("trading.recompute", queue="analytics")
def recompute(run: JobRun, *, source_id: int) -> dict[str, Any]:
    """Every module of one account. An account that is gone meanwhile is no failure."""
    if run.business is None:
        raise ValueError("An account belongs to a business.")
    features.load()
    account = Source.objects.of(run.business).filter(pk=source_id, trading_account__isnull=False).first()
    if account is None:
        return {"gone": True}
    _take_marks(run.business, account)
    record, beside = record_of(run.business, account), beside_of(run.business, account)
    done = compute(run.business, account, record, beside, now=run.as_of, progress=run.progress)
    closed = _close_statements(run.business, account, now=run.as_of)
    return {"written": len(done.written), "kept": len(done.kept), "failed": sorted(done.failed), "statements": closed}


@on_dirty(DESK)
def follow(source: Source) -> None:
    """Trades of the account changed: its figures are stale from now on, and one recomputation will do."""
    recompute_later(source, now=timezone.now())


def recompute_later(account: Source, *, now: datetime) -> None:
    """Mark the account stale and enqueue one recomputation. For everything that changes what modules read."""
    fresh, is_new = TradingFreshness.objects.get_or_create(
        business=account.business, source=account, defaults={"stale_since": now}
    )
    if not is_new and fresh.stale_since is None:
        TradingFreshness.objects.of(account.business).filter(pk=fresh.pk, stale_since=None).update(stale_since=now)
    recompute.enqueue(account.business, source_id=account.pk, dedupe=f"account:{account.pk}")


@periodic("trading.recompute.watch", queue="analytics", every=timedelta(minutes=5))
def watch(run: JobRun) -> dict[str, Any]:
    """Find accounts with changed days, or a statement, that no recomputation has taken."""
    dirty = DirtyDay.objects.filter(desk=DESK).values("source_id")
    waiting = Statement.objects.filter(state=Statement.State.ANALYSING, source__isnull=False).values("source_id")
    return {"accounts": _enqueue(Q(pk__in=dirty) | Q(pk__in=waiting))}


@periodic("trading.recompute.nightly", queue="analytics", daily_at=time(2, 40))
def nightly(run: JobRun) -> dict[str, Any]:
    """Every account with trades: a new version of a module computes anew, everything else keeps what it has."""
    return {"accounts": _enqueue(Q(pk__in=Trade.objects.values("source_id")))}


def _enqueue(which: Q) -> int:
    held = TradingAccount.objects.values("source_id")
    accounts = list(Source.objects.filter(which, pk__in=held).select_related("business").order_by("pk"))
    for account in accounts:
        recompute.enqueue(account.business, source_id=account.pk, dedupe=f"account:{account.pk}")
    return len(accounts)


def _take_marks(business: Business, account: Source) -> None:
    """Marks that a running merge holds stay for the next time; its facts cannot be seen yet."""
    marks = DirtyDay.objects.of(business).filter(desk=DESK, source=account).select_for_update(skip_locked=True)
    DirtyDay.objects.of(business).filter(pk__in=[mark.pk for mark in marks]).delete()


def _close_statements(business: Business, account: Source, *, now: datetime) -> int:
    """Statements that waited for their figures are done; with lines set aside they are done in part."""
    waiting = Statement.objects.of(business).filter(source=account, state=Statement.State.ANALYSING)
    closed = 0
    for statement in waiting.only("pk", "counts"):
        aside = any(statement.counts.get(name, 0) for name in ("quarantined", "duplicate"))
        state = Statement.State.PARTIAL if aside else Statement.State.DONE
        closed += waiting.filter(pk=statement.pk).update(state=state, finished_at=now)
    return closed
