"""Durable background work.

A `Job` row is the truth; a broker message only wakes a worker. Whatever is lost between the two is found again by the
sweep: jobs that are due are sent once more, jobs whose lease ran out go back to the queue. A worker claims a job by a
conditional update, keeps the lease alive from a second connection, and writes "done" in the same transaction as the
work itself, on condition that it still holds the lease. So a killed worker, a lost broker or a message delivered twice
costs a delay, never the work and never a second effect.
"""

from __future__ import annotations

import inspect
import random
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts import wakeup
from accounts.errors import Problem
from accounts.leases import Lease, LeaseLost
from accounts.models import Business, Job
from accounts.requests import request_id
from accounts.tenancy import TENANT_ROLE, acting_for

logger = structlog.get_logger(__name__)

QUEUES = ("ingest", "analytics", "notifications", "agent")
FIRST_RETRY = timedelta(seconds=5)
LONGEST_RETRY = timedelta(hours=1)
Handler = Callable[..., Any]


@dataclass(slots=True)
class JobRun:
    """One attempt at a job, as its handler sees it. `as_of` is the moment the attempt began."""

    job: Job
    business: Business | None
    as_of: datetime
    lease: Lease
    stepwise: bool = False

    def progress(self, done: int, total: int = 0, message: str = "") -> None:
        """Tell whoever watches how far the work is. Cheap: the lease writes it, about once a second."""
        self.lease.report(done, total, message)

    @contextmanager
    def step(self) -> Iterator[None]:
        """One transaction of a stepwise job, in the tenant context, refused once the lease is lost."""
        if self.business is None:
            with transaction.atomic(durable=True):
                self.lease.confirm()
                yield
            return
        with acting_for(self.business):
            self.lease.confirm()
            yield


@dataclass(frozen=True, slots=True)
class JobKind:
    """A registered handler under its stable name."""

    name: str
    queue: str
    handler: Handler
    max_attempts: int
    stepwise: bool
    accepts: frozenset[str] = field(default_factory=frozenset)

    def enqueue(
        self,
        business: Business | None = None,
        *,
        dedupe: str = "",
        due_at: datetime | None = None,
        **args: Any,
    ) -> Job:
        """Write the job in the caller's transaction; a worker is woken when that commits.

        With `dedupe`, an equal job that still waits is returned instead of a second one.
        """
        job = Job(
            business=business, name=self.name, queue=self.queue, args=args, dedupe=dedupe,
            max_attempts=self.max_attempts, due_at=due_at or timezone.now(), request_id=request_id.get(),
        )  # fmt: skip
        if not dedupe:
            job.save(force_insert=True)
        elif not _insert_once(job):
            return _waiting_twin(job)
        if due_at is None:
            transaction.on_commit(lambda: wakeup.send(self.queue, job.pk))
        return job


REGISTRY: dict[str, JobKind] = {}


def job(name: str, *, queue: str, max_attempts: int = 8, stepwise: bool = False) -> Callable[[Handler], JobKind]:
    """Register a handler `(run, **args)`.

    A plain job runs whole in one tenant transaction, which also marks it done. A stepwise job opens its transactions
    itself with `run.step()` and must be resumable between any two of them. Arguments the handler no longer knows are
    dropped, so old and new workers overlap at a deploy.
    """
    if queue not in QUEUES:
        raise ValueError(f"Unknown queue {queue!r}.")

    def register(handler: Handler) -> JobKind:
        known = frozenset(
            p.name for p in inspect.signature(handler).parameters.values() if p.kind is inspect.Parameter.KEYWORD_ONLY
        )
        if name in REGISTRY and REGISTRY[name].handler.__qualname__ != handler.__qualname__:
            raise ValueError(f"Two handlers are named {name!r}.")
        REGISTRY[name] = JobKind(name, queue, handler, max_attempts, stepwise, known)
        return REGISTRY[name]

    return register


@dataclass(frozen=True, slots=True)
class Schedule:
    """When beat enqueues a job of its own: every so often, or daily at a time (UTC)."""

    kind: JobKind
    every: timedelta | None = None
    daily_at: time | None = None


PERIODIC: dict[str, Schedule] = {}


def periodic(
    name: str,
    *,
    queue: str,
    every: timedelta | None = None,
    daily_at: time | None = None,
    max_attempts: int = 3,
) -> Callable[[Handler], JobKind]:
    """Register a job that names no business and that beat enqueues by itself. Give either `every` or `daily_at`."""
    if (every is None) == (daily_at is None):
        raise ValueError("Give either every or daily_at.")

    def register(handler: Handler) -> JobKind:
        kind = job(name, queue=queue, max_attempts=max_attempts)(handler)
        PERIODIC[name] = Schedule(kind, every, daily_at)
        return kind

    return register


# The worker's side ---------------------------------------------------------------------------------------------------


def work(job_id: uuid.UUID, *, now: datetime) -> bool:
    """Claim one job and run it to an end. Returns False when somebody else has it, or it is not due."""
    lease = Lease.claim(job_id, now=now)
    if lease is None:
        return False
    claimed = lease.job
    kind = REGISTRY.get(claimed.name)
    if kind is None:
        lease.fail("unknown_job", f"No handler is named {claimed.name}.")
        return True
    token = request_id.set(claimed.request_id or claimed.pk.hex)
    try:
        with (
            structlog.contextvars.bound_contextvars(job=claimed.name, job_id=str(claimed.pk)),
            lease.kept_alive(),
        ):
            _attempt(kind, lease, now)
    finally:
        request_id.reset(token)
    return True


def _attempt(kind: JobKind, lease: Lease, now: datetime) -> None:
    claimed = lease.job
    run = JobRun(claimed, claimed.business, now, lease, kind.stepwise)
    args = {name: value for name, value in claimed.args.items() if name in kind.accepts}
    try:
        with _behind_the_wall(run):
            if kind.stepwise:
                result = kind.handler(run, **args)
                with run.step():
                    _follow(run, result)
                    lease.finish(result)
                return
            with run.step():
                result = kind.handler(run, **args)
                _follow(run, result)
                lease.finish(result)
    except LeaseLost:
        logger.warning("lease lost; another worker has the job")
    except Problem as problem:
        _give_up_or_retry(lease, problem, retry=problem.retry)
    except Exception as error:
        logger.exception("job failed")
        _give_up_or_retry(lease, error, retry=True)


@contextmanager
def _behind_the_wall(run: JobRun) -> Iterator[None]:
    """Between the steps of a business's job the session is the tenant role too: code outside a step sees no rows."""
    if run.business is None or connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("select set_config('role', %s, false)", [TENANT_ROLE])
    try:
        yield
    finally:
        _leave_the_wall()


def _leave_the_wall() -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("reset role")
    except DatabaseError:
        connection.close()  # the server went away; a new connection starts as the owner


def _give_up_or_retry(lease: Lease, error: Exception, *, retry: bool) -> None:
    code = getattr(error, "code", "") or type(error).__name__
    message = str(error)[:2000]
    if retry and lease.job.attempts < lease.job.max_attempts:
        lease.retry(code, message, at=timezone.now() + _pause(lease.job.attempts, error))
        return
    lease.fail(code, message)
    _tell(lease.job, code, message)


def _pause(attempts: int, error: Exception) -> timedelta:
    """Exponential back-off with full jitter above one half, never shorter than the other side asked for."""
    ceiling = min(FIRST_RETRY * 2 ** (attempts - 1), LONGEST_RETRY)
    asked: timedelta = getattr(error, "retry_after", None) or timedelta(0)
    return max(ceiling * random.uniform(0.5, 1.0), asked)  # noqa: S311 - jitter, not a secret


Follower = Callable[[JobRun, Any], None]
_FOLLOWERS: dict[str, list[Follower]] = {}


def after(name: str) -> Callable[[Follower], Follower]:
    """Register what a higher app does when the job `name` of a lower one ends well, such as enqueueing its own.

    It gets `(run, result)` in the transaction that marks the job done, so both happen or neither.
    """

    def register(follower: Follower) -> Follower:
        _FOLLOWERS.setdefault(name, []).append(follower)
        return follower

    return register


def _follow(run: JobRun, result: Any) -> None:
    for follower in _FOLLOWERS.get(run.job.name, ()):
        follower(run, result)


_LISTENERS: list[Callable[[Job, str, str], None]] = []


def on_failure(listener: Callable[[Job, str, str], None]) -> Callable[[Job, str, str], None]:
    """Register who is told `(job, code, message)` when a job is given up, such as the notifications."""
    _LISTENERS.append(listener)
    return listener


def _tell(failed: Job, code: str, message: str) -> None:
    for listener in _LISTENERS:
        listener(failed, code, message)


# The sweep -----------------------------------------------------------------------------------------------------------


def sweep(*, now: datetime) -> dict[str, int]:
    """Find what was lost: requeue jobs whose lease ran out, wake workers for jobs that are due. Runs as the owner."""
    requeued = _requeue_expired(now)
    due = list(
        Job.objects.filter(state=Job.State.QUEUED, due_at__lte=now).order_by("due_at").values("pk", "queue")[:500]
    )
    for row in due:
        wakeup.send(row["queue"], row["pk"])
    return {"requeued": requeued, "woken": len(due)}


def _requeue_expired(now: datetime) -> int:
    expired = Job.objects.filter(state=Job.State.RUNNING, leased_until__lt=now)
    exhausted = expired.filter(attempts__gte=F("max_attempts"))
    exhausted.update(
        state=Job.State.FAILED, lease=None, finished_at=now,
        error_code="worker_lost", error_message="The worker was lost in every attempt.",
    )  # fmt: skip
    requeued = 0
    for lost in expired.order_by("leased_until")[:500]:
        requeued += _requeue(lost, now)
    return requeued


def _requeue(lost: Job, now: datetime) -> int:
    """Back to the queue; where an equal job already waits there, that one will do the work."""
    mine = Job.objects.filter(pk=lost.pk, lease=lost.lease, state=Job.State.RUNNING)
    twin = Q(name=lost.name, business=lost.business_id, dedupe=lost.dedupe, state=Job.State.QUEUED)
    if lost.dedupe and Job.objects.filter(twin).exists():
        return mine.update(
            state=Job.State.DONE, lease=None, finished_at=now, error_code="superseded",
            error_message="The worker was lost; an equal job took over.",
        )  # fmt: skip
    return mine.update(state=Job.State.QUEUED, lease=None, leased_until=None, due_at=now)


def retry_failed(failed: Job) -> bool:
    """Put a failed job back in the queue with its attempts counted anew; what the retry button does."""
    updated = Job.objects.filter(pk=failed.pk, state=Job.State.FAILED).update(
        state=Job.State.QUEUED,
        attempts=0,
        due_at=timezone.now(),
        error_code="",
        error_message="",
        finished_at=None,
    )
    if updated:
        transaction.on_commit(lambda: wakeup.send(failed.queue, failed.pk))
    return bool(updated)


def cancel_queued(waiting: Job, *, reason: str) -> bool:
    """End a job that still waits; False when a worker was faster. It can be retried like any that failed."""
    return bool(
        Job.objects.filter(pk=waiting.pk, state=Job.State.QUEUED).update(
            state=Job.State.FAILED, error_code="cancelled", error_message=reason, finished_at=timezone.now()
        )
    )


def prune(*, now: datetime) -> int:
    """Delete jobs that ended longer than JOB_RETENTION_DAYS ago."""
    limit = now - timedelta(days=settings.JOB_RETENTION_DAYS)
    return Job.objects.filter(finished_at__lt=limit).delete()[0]


# Enqueueing once -----------------------------------------------------------------------------------------------------


def _insert_once(new: Job) -> bool:
    created = Job.objects.bulk_create([new], ignore_conflicts=True)
    # ignore_conflicts cannot say whether the row was written, so ask for it by its own key.
    return Job.objects.filter(pk=created[0].pk).exists()


def _waiting_twin(wanted: Job) -> Job:
    twins = Job.objects.filter(name=wanted.name, business=wanted.business_id, dedupe=wanted.dedupe)
    found = twins.order_by("-created_at").first()
    if found is None:
        raise RuntimeError(
            f"Job {wanted.name} was neither written nor found; is the transaction bound to its business?"
        )
    return found
