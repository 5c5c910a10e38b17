"""Alerts about sources and failed work, and news of urgent advice: raised once, resolved when the cause is gone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from accounts.models import Business, Job, User
from ingestion.models import Source, SyncRun
from recommendations.models import Notification, NotificationRead, Recommendation
from recommendations.outbound.services import tell_alert
from recommendations.wording import clean

Kind = Notification.Kind
Level = Notification.Level
ENDED = (SyncRun.State.DONE, SyncRun.State.FAILED)


@dataclass(frozen=True, slots=True)
class Notice:
    """What should stand in the drawer now; `key` says what it is about."""

    kind: str
    level: str
    key: str
    title: str
    text: str = ""
    url_name: str = ""
    url_id: str = ""


def settle(business: Business, kind: str, wanted: Iterable[Notice], *, as_of: datetime) -> int:
    """Make the unresolved notifications of one kind equal to `wanted`; returns how many are new.

    What already stands is left alone, so nobody is told twice; what is no longer wanted is resolved.
    """
    notices = {notice.key: notice for notice in wanted}
    standing = set(Notification.objects.of(business).standing().filter(kind=kind).values_list("key", flat=True))
    gone = standing - notices.keys()
    if gone:
        over = Notification.objects.of(business).standing().filter(kind=kind, key__in=gone)
        for row in over.filter(level=Level.ALERT).order_by("pk"):
            tell_alert(business, row, at=as_of, raised=False)
        over.update(resolved_at=as_of)
    fresh = [_row(business, notices[key], as_of) for key in notices if key not in standing]
    Notification.objects.bulk_create(fresh, ignore_conflicts=True)
    for row in fresh:
        if row.level == Level.ALERT:
            tell_alert(business, row, at=as_of, raised=True)
    return len(fresh)


def announce_urgent(business: Business, *, desk: str, as_of: datetime) -> int:
    """Tell of open recommendations with high priority; those that were decided or expired are resolved."""
    rows = Recommendation.objects.of(business).shown_open(as_of=as_of).filter(priority=Recommendation.Priority.HIGH)
    notices = [
        Notice(
            Kind.RECOMMENDATION, Level.NEWS, f"recommendation:{row.pk}", row.title[:200], row.body[:300],
            "recommendations:detail", str(row.pk),
        )
        for row in rows.order_by("-weight", "-pk")[:20]
    ]  # fmt: skip
    return settle(business, Kind.RECOMMENDATION, notices, as_of=as_of)


def watch_sources(business: Business, *, as_of: datetime) -> int:
    """Raise an alert for each source that cannot be read or whose last update failed; resolve the others."""
    sources = Source.objects.of(business).exclude(state=Source.State.DISCONNECTED).order_by("pk")
    failed = _failed_runs(business)
    wanted = [notice for source in sources for notice in _trouble(source, failed.get(source.pk))]
    return settle(business, Kind.SOURCE, wanted, as_of=as_of)


def watch_jobs(business: Business, *, as_of: datetime) -> int:
    """Raise an alert for each kind of work whose newest job failed for good; resolve those that worked since."""
    newest = (
        Job.objects.of(business).filter(finished_at__isnull=False).order_by("name", "-finished_at").distinct("name")
    )
    wanted = [
        Notice(
            Kind.JOB, Level.ALERT, f"job:{row.name}", "Background work failed",
            clean(f"{row.name}: {row.error_message}", limit=300),
        )
        for row in newest
        if row.state == Job.State.FAILED and not row.name.startswith("ingestion.")
    ]  # fmt: skip
    return settle(business, Kind.JOB, wanted, as_of=as_of)


def resolve(row: Notification, *, at: datetime) -> bool:
    """Take one notification out of the drawer; returns False when it is out already."""
    return bool(Notification.objects.filter(pk=row.pk, resolved_at=None).update(resolved_at=at))


def mark_read(business: Business, user: User, *, at: datetime) -> int:
    """Note that `user` has seen everything that stands now; returns how many were new to them."""
    unread = Notification.objects.of(business).standing().unread_by(user).values_list("pk", flat=True)
    reads = [NotificationRead(business=business, notification_id=pk, user=user, at=at) for pk in unread]
    NotificationRead.objects.bulk_create(reads, ignore_conflicts=True)
    return len(reads)


def _row(business: Business, notice: Notice, as_of: datetime) -> Notification:
    return Notification(
        business=business, kind=notice.kind, level=notice.level, key=notice.key[:200], title=notice.title,
        text=notice.text[:500], url_name=notice.url_name, url_id=notice.url_id, created_at=as_of,
    )  # fmt: skip


def _trouble(source: Source, failed: SyncRun | None) -> Iterable[Notice]:
    label = clean(source.label, limit=80)
    about = {"url_name": "sources:page", "url_id": str(source.pk)}
    if source.state in (Source.State.NEEDS_RECONNECT, Source.State.REVOKED):
        reason = clean(source.state_reason, limit=300) or "Its access was withdrawn."
        text = f"{reason} An owner or manager has to connect it again; what was read stays."
        yield Notice(
            Kind.SOURCE, Level.ALERT, f"source:{source.pk}:access", f"{label} has to be reconnected", text, **about
        )
    elif failed is not None:
        text = clean(failed.message, limit=300) or "The provider did not answer."
        yield Notice(
            Kind.SOURCE, Level.ALERT, f"source:{source.pk}:sync", f"{label} could not be updated", text, **about
        )


def _failed_runs(business: Business) -> dict[int, SyncRun]:
    """The newest ended run of each source, where that one failed."""
    newest = (
        SyncRun.objects.of(business)
        .filter(state__in=ENDED)
        .order_by("source_id", "-started_at", "-pk")
        .distinct("source_id")
    )
    return {run.source_id: run for run in newest if run.state == SyncRun.State.FAILED}
