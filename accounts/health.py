"""Is the house alive, is it ready, and how does it feel: for probes and for Prometheus."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from celery import current_app
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from accounts.models import Heartbeat, InboxDelivery, Job
from accounts.tenancy import as_owner

BEAT_SILENCE = timedelta(minutes=2)
OLDEST_DUE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Check:
    """One question of readiness and its answer."""

    name: str
    ok: bool
    detail: str


@as_owner("a probe belongs to no business")
def live(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked, so that a lost database restarts no web server."""
    return JsonResponse({"status": "live"})


@as_owner("a probe belongs to no business")
def ready(request: HttpRequest) -> HttpResponse:
    """503 when the database or the broker is away, beat is silent, or work lies due for too long.

    `?only=database` asks one check: a balancer must not take every web server out because beat is silent.
    """
    only = request.GET.get("only", "")
    checks = [check for check in readiness(now=timezone.now()) if only in ("", check.name)]
    ok = bool(checks) and all(check.ok for check in checks)
    body = {
        "status": "ready" if ok else "not ready",
        "checks": {c.name: {"ok": c.ok, "detail": c.detail} for c in checks},
    }
    return JsonResponse(body, status=200 if ok else 503)


@as_owner("metrics of the process and the queues, no business's data")
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text format; only with METRICS_TOKEN as bearer token, and nothing at all when none is set."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not settings.METRICS_TOKEN or not hmac.compare_digest(given.encode(), settings.METRICS_TOKEN.encode()):
        return HttpResponse(status=404)
    return HttpResponse(generate_latest(_registry(timezone.now())), content_type="text/plain; version=0.0.4")


def readiness(*, now: datetime) -> list[Check]:
    """The four checks. Without a database the ones that need it are not asked."""
    database = _database()
    if not database.ok:
        return [database, _broker()]
    return [database, _broker(), _beat(now), _due(now)]


def _database() -> Check:
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
        return Check("database", True, "answers")
    except DatabaseError as error:
        return Check("database", False, type(error).__name__)


def _broker() -> Check:
    try:
        with current_app.connection_for_write(connect_timeout=2) as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=2)
        return Check("broker", True, broker.transport_cls if isinstance(broker.transport_cls, str) else "answers")
    except Exception as error:  # each transport raises its own kind
        return Check("broker", False, type(error).__name__)


def _beat(now: datetime) -> Check:
    beat = Heartbeat.objects.filter(name="beat").first()
    if beat is None:
        return Check("beat", False, "never seen")
    silence = now - beat.at
    return Check("beat", silence < BEAT_SILENCE, f"{int(silence.total_seconds())} s ago")


def _due(now: datetime) -> Check:
    oldest = Job.objects.filter(state=Job.State.QUEUED, due_at__lte=now).aggregate(at=Min("due_at"))["at"]
    if oldest is None:
        return Check("oldest_due_job", True, "none waits")
    age = now - oldest
    return Check("oldest_due_job", age < OLDEST_DUE, f"{int(age.total_seconds())} s")


def _registry(now: datetime) -> CollectorRegistry:
    registry = CollectorRegistry()
    by_state = Gauge("bellwether_jobs", "Jobs by queue and state", ["queue", "state"], registry=registry)
    for row in Job.objects.values("queue", "state").annotate(n=Count("pk")):
        by_state.labels(row["queue"], row["state"]).set(row["n"])
    inbox = Gauge(
        "bellwether_inbox_deliveries",
        "Deliveries by provider and state",
        ["provider", "state"],
        registry=registry,
    )
    for open_ in InboxDelivery.objects.values("provider", "state").annotate(n=Count("pk")):
        inbox.labels(open_["provider"], open_["state"]).set(open_["n"])
    check = Gauge("bellwether_ready", "Readiness checks: 1 is well", ["check"], registry=registry)
    for answer in readiness(now=now):
        check.labels(answer.name).set(int(answer.ok))
    return registry
