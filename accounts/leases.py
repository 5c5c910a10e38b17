"""A worker's hold on a job.

The lease is a random token with an end. Every write that ends an attempt is conditional on the token, so whoever lost
the lease cannot finish a job that another worker has taken over meanwhile.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import F, QuerySet
from django.utils import timezone

from accounts.models import Job

logger = structlog.get_logger(__name__)
REPORT_EVERY = 0.7


class LeaseLost(Exception):
    """The lease ran out and another worker may have the job."""


@dataclass(slots=True)
class Lease:
    """A claimed job, its token, and the progress still to be written."""

    job: Job
    token: uuid.UUID
    _report: tuple[int, int, str] | None = None
    _stop: threading.Event = field(default_factory=threading.Event)

    @classmethod
    def claim(cls, job_id: uuid.UUID, *, now: datetime) -> Lease | None:
        """Take the job if it waits and is due; exactly one of any number of workers succeeds."""
        token = uuid.uuid4()
        claimed = Job.objects.filter(pk=job_id, state=Job.State.QUEUED, due_at__lte=now).update(
            state=Job.State.RUNNING, lease=token, leased_until=now + _length(), attempts=F("attempts") + 1,
            started_at=now, error_code="", error_message="",
        )  # fmt: skip
        if not claimed:
            return None
        return cls(Job.objects.select_related("business").get(pk=job_id), token)

    def report(self, done: int, total: int, message: str) -> None:
        self._report = (done, total, message[:200])

    def confirm(self) -> None:
        """See that the job is still ours. Errors: LeaseLost when another worker may have it.

        `for no key update` would block the lease's own heartbeat until the step commits, and so lose long steps; the
        row lock therefore belongs to the last write of the job alone, which is conditional on the token.
        """
        if not self._mine().exists():
            raise LeaseLost

    def finish(self, result: Any) -> None:
        """Mark the job done; inside the transaction of the work for plain jobs."""
        self._end(state=Job.State.DONE, result=result if isinstance(result, dict) else None, **self._reported())

    def fail(self, code: str, message: str) -> None:
        self._end(state=Job.State.FAILED, error_code=code[:60], error_message=message, **self._reported())

    def retry(self, code: str, message: str, *, at: datetime) -> None:
        if not self._mine().update(
            state=Job.State.QUEUED,
            lease=None,
            leased_until=None,
            due_at=at,
            error_code=code[:60],
            error_message=message,
        ):
            logger.warning("lease lost before the retry could be noted")

    @contextmanager
    def kept_alive(self) -> Iterator[None]:
        """Extend the lease and write progress from a thread with a connection of its own while the block runs."""
        if connection.in_atomic_block:  # a test's transaction: a second connection would not see the row
            yield
            return
        beating = threading.Thread(target=self._beat, name=f"lease-{self.job.pk}", daemon=True)
        beating.start()
        try:
            yield
        finally:
            self._stop.set()
            beating.join()

    def _beat(self) -> None:
        extend_at = timezone.now() + _length() / 3
        try:
            while not self._stop.wait(REPORT_EVERY):
                now = timezone.now()
                if self._report is None and now < extend_at:
                    continue
                try:
                    self._mine().update(leased_until=now + _length(), **self._reported())
                    extend_at = now + _length() / 3
                except DatabaseError:
                    connection.close()  # the next beat opens a new one
        finally:
            connection.close()

    def _end(self, **values: Any) -> None:
        ended = self._mine().update(lease=None, leased_until=None, finished_at=timezone.now(), **values)
        if not ended:
            raise LeaseLost

    def _mine(self) -> QuerySet[Job]:
        return Job.objects.filter(pk=self.job.pk, lease=self.token, state=Job.State.RUNNING)

    def _reported(self) -> dict[str, Any]:
        report, self._report = self._report, None
        if report is None:
            return {}
        done, total, message = report
        return {"progress_done": done, "progress_total": total, "progress_message": message}


def _length() -> timedelta:
    return timedelta(seconds=settings.JOB_LEASE_SECONDS)
