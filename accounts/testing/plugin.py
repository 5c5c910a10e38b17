"""Fixtures that every test may use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from django.test import Client

    from accounts.testing.world import World


@pytest.fixture
def clock() -> datetime:
    """The fixed moment of the standing world."""
    from accounts.testing.world import MOMENT

    return MOMENT


@pytest.fixture
def world(db: Any) -> World:
    from accounts.testing.world import make_world

    return make_world()


@pytest.fixture
def client_of() -> Callable[[Any], Client]:
    """A browser in which a person is signed in; `None` for nobody."""

    from django.test import Client

    def make(user: Any) -> Client:
        client = Client()
        if user is not None:
            client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return make


@pytest.fixture
def wakeups(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, Any]]]:
    """What would have gone to the broker, instead of sending it."""
    sent: list[tuple[str, Any]] = []
    monkeypatch.setattr("accounts.wakeup.send", lambda queue, job_id: sent.append((queue, job_id)))
    monkeypatch.setattr("accounts.inbox._nudge.soon", lambda: sent.append(("inbox", None)))
    yield sent


@pytest.fixture
def run_jobs(wakeups: list[tuple[str, Any]]) -> Callable[..., list[Any]]:
    """Run every job that is due, and those they enqueue, in this process; returns the jobs as they ended."""
    from django.utils import timezone

    from accounts import jobs
    from accounts.models import Job

    def drain(*, ahead: timedelta = timedelta(0), most: int = 200) -> list[Any]:
        ended: list[Any] = []
        for _ in range(most):
            now = timezone.now() + ahead
            job = Job.objects.filter(state=Job.State.QUEUED, due_at__lte=now).order_by("due_at", "created_at").first()
            if job is None:
                return ended
            assert jobs.work(job.pk, now=now)
            job.refresh_from_db()
            ended.append(job)
        raise AssertionError(f"More than {most} jobs: do they enqueue each other?")

    return drain
