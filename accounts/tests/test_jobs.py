"""Jobs: claimed once, finished with their work, retried by the type of the error, found again when lost."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from accounts import jobs
from accounts.errors import InvalidInput, SourceDown
from accounts.jobs import JobRun, job, periodic, retry_failed, sweep, work
from accounts.leases import Lease
from accounts.models import Business, Event, Job
from accounts.testing.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch: pytest.MonkeyPatch, wakeups: Any) -> Iterator[None]:
    monkeypatch.setattr(jobs, "REGISTRY", {})
    monkeypatch.setattr(jobs, "PERIODIC", {})
    yield


def note(run: JobRun, *, text: str = "done") -> dict[str, str]:
    """A handler with a visible effect: one event."""
    Event.objects.create(business=run.business, name="test.job.noted", subject=text)
    return {"noted": text}


def enqueued(world: World, handler: Any = note, *, max_attempts: int = 3, stepwise: bool = False, **args: Any) -> Job:
    kind = job("test.note", queue="ingest", max_attempts=max_attempts, stepwise=stepwise)(handler)
    return kind.enqueue(world.business, **args)


def notes() -> int:
    return Event.objects.filter(name="test.job.noted").count()


class TestWork:
    def test_runs_the_handler_and_keeps_its_result(self, world: World) -> None:
        row = enqueued(world, text="hello")
        assert work(row.pk, now=timezone.now())
        row.refresh_from_db()
        assert (row.state, row.result, row.attempts, notes()) == ("done", {"noted": "hello"}, 1, 1)

    def test_happens_once_however_often_the_message_comes(self, world: World) -> None:
        row = enqueued(world)
        outcomes = [work(row.pk, now=timezone.now()) for _ in range(3)]
        assert outcomes == [True, False, False] and notes() == 1

    def test_waits_until_it_is_due(self, world: World) -> None:
        row = enqueued(world, due_at=timezone.now() + timedelta(hours=1))
        assert not work(row.pk, now=timezone.now())
        assert work(row.pk, now=timezone.now() + timedelta(hours=2))

    def test_drops_arguments_the_handler_no_longer_knows(self, world: World) -> None:
        row = enqueued(world, text="kept", colour="dropped")
        work(row.pk, now=timezone.now())
        row.refresh_from_db()
        assert row.result == {"noted": "kept"}

    def test_fails_a_name_that_nobody_registered(self, world: World) -> None:
        row = Job.objects.create(business=world.business, name="test.gone", queue="ingest")
        work(row.pk, now=timezone.now())
        row.refresh_from_db()
        assert (row.state, row.error_code) == ("failed", "unknown_job")

    def test_sees_its_own_business_only(self, world: World) -> None:
        def count(run: JobRun) -> dict[str, int]:
            return {"businesses": Business.objects.count()}

        row = enqueued(world, count)
        work(row.pk, now=timezone.now())
        row.refresh_from_db()
        assert row.result == {"businesses": 1}


class TestErrors:
    @pytest.mark.parametrize(
        ("error", "state", "code"),
        [
            (InvalidInput("bad"), "failed", "invalid_input"),
            (SourceDown("away"), "queued", "source_down"),
            (KeyError("bug"), "queued", "KeyError"),
        ],
    )
    def test_are_retried_by_their_type(self, world: World, error: Exception, state: str, code: str) -> None:
        def fail(run: JobRun) -> None:
            note(run)
            raise error

        row = enqueued(world, fail)
        work(row.pk, now=timezone.now())
        row.refresh_from_db()
        assert (row.state, row.error_code) == (state, code)
        assert notes() == 0, "a failed attempt leaves nothing behind"

    def test_end_after_the_last_attempt(self, world: World) -> None:
        def fail(run: JobRun) -> None:
            raise SourceDown("away")

        row = enqueued(world, fail, max_attempts=2)
        for hours in (0, 3):
            work(row.pk, now=timezone.now() + timedelta(hours=hours))
        row.refresh_from_db()
        assert (row.state, row.attempts) == ("failed", 2)

    def test_wait_as_long_as_the_other_side_asked(self, world: World) -> None:
        def fail(run: JobRun) -> None:
            raise SourceDown("busy", retry_after=timedelta(minutes=20))

        row = enqueued(world, fail)
        before = timezone.now()
        work(row.pk, now=before)
        row.refresh_from_db()
        assert row.due_at >= before + timedelta(minutes=20)

    def test_tell_whoever_listens_when_given_up(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        told: list[str] = []
        monkeypatch.setattr(jobs, "_LISTENERS", [lambda failed, code, message: told.append(f"{code}: {message}")])

        def fail(run: JobRun) -> None:
            raise InvalidInput("no such file")

        work(enqueued(world, fail).pk, now=timezone.now())
        assert told == ["invalid_input: no such file"]

    def test_can_be_retried_by_hand(self, world: World) -> None:
        row = Job.objects.create(business=world.business, name="x", queue="ingest", state="failed", attempts=8)
        assert retry_failed(row) and not retry_failed(row)
        row.refresh_from_db()
        assert (row.state, row.attempts) == ("queued", 0)


class TestLeases:
    def test_go_to_one_worker(self, world: World) -> None:
        row = enqueued(world)
        now = timezone.now()
        assert Lease.claim(row.pk, now=now) is not None
        assert Lease.claim(row.pk, now=now) is None

    def test_keep_a_late_worker_from_finishing(self, world: World) -> None:
        """The first worker stalls, the sweep requeues, a second one claims: the first one's work is rolled back."""

        def stall(run: JobRun) -> None:
            note(run)
            Job.objects.filter(pk=run.job.pk).update(lease=uuid.uuid4())

        row = enqueued(world, stall)
        work(row.pk, now=timezone.now())
        row.refresh_from_db()
        assert row.state == "running" and notes() == 0

    def test_that_ran_out_are_found_by_the_sweep(self, world: World) -> None:
        row = enqueued(world)
        now = timezone.now()
        Lease.claim(row.pk, now=now)
        assert sweep(now=now)["requeued"] == 0
        assert sweep(now=now + timedelta(minutes=5))["requeued"] == 1
        assert work(row.pk, now=now + timedelta(minutes=5)) and notes() == 1

    def test_do_not_go_round_for_ever(self, world: World) -> None:
        row = enqueued(world, max_attempts=1)
        now = timezone.now()
        Lease.claim(row.pk, now=now)
        sweep(now=now + timedelta(minutes=5))
        row.refresh_from_db()
        assert (row.state, row.error_code) == ("failed", "worker_lost")

    def test_give_way_to_an_equal_job_that_waits(self, world: World) -> None:
        row = enqueued(world, dedupe="same")
        now = timezone.now()
        Lease.claim(row.pk, now=now)
        twin = enqueued(world, dedupe="same")
        sweep(now=now + timedelta(minutes=5))
        row.refresh_from_db()
        assert (row.state, row.error_code) == ("done", "superseded") and twin.pk != row.pk


class TestEnqueue:
    def test_returns_the_equal_job_that_still_waits(self, world: World) -> None:
        assert enqueued(world, dedupe="one").pk == enqueued(world, dedupe="one").pk

    def test_makes_a_new_one_when_the_equal_job_runs_already(self, world: World) -> None:
        first = enqueued(world, dedupe="one")
        Lease.claim(first.pk, now=timezone.now())
        assert enqueued(world, dedupe="one").pk != first.pk

    def test_keeps_businesses_apart(self, world: World) -> None:
        kind = job("test.note", queue="ingest")(note)
        assert kind.enqueue(world.business, dedupe="x").pk != kind.enqueue(world.other, dedupe="x").pk

    def test_wakes_a_worker_on_commit_only(
        self, world: World, wakeups: list[Any], django_capture_on_commit_callbacks: Any
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            row = enqueued(world)
            assert wakeups == []
        assert wakeups == [("ingest", row.pk)]

    def test_leaves_nothing_when_the_caller_fails(self, world: World) -> None:
        with pytest.raises(RuntimeError), transaction.atomic():
            enqueued(world)
            raise RuntimeError
        assert Job.objects.count() == 0

    def test_refuses_two_handlers_of_one_name(self) -> None:
        job("test.note", queue="ingest")(note)
        with pytest.raises(ValueError, match="Two handlers"):
            job("test.note", queue="ingest")(enqueued)


class TestStepwiseJobs:
    def test_commit_each_step(self, world: World) -> None:
        def two_steps(run: JobRun) -> None:
            with run.step():
                note(run)
            raise SourceDown("away")

        row = enqueued(world, two_steps, stepwise=True)
        work(row.pk, now=timezone.now())
        assert notes() == 1

    def test_are_done_after_the_last_step(self, world: World) -> None:
        def one_step(run: JobRun) -> dict[str, int]:
            with run.step():
                note(run)
            return {"steps": 1}

        row = enqueued(world, one_step, stepwise=True)
        work(row.pk, now=timezone.now())
        row.refresh_from_db()
        assert (row.state, row.result) == ("done", {"steps": 1})


@pytest.mark.django_db(transaction=True)
class TestOnRealConnections:
    def test_progress_is_seen_while_the_work_is_open(self, world: World) -> None:
        import threading

        seen = threading.Event()

        def slow(run: JobRun) -> None:
            run.progress(3, 10, "three of ten")
            assert seen.wait(20), "nobody saw the progress"

        row = enqueued(world, slow)
        worker = threading.Thread(target=_work_and_close, args=(row.pk, timezone.now()))
        worker.start()
        for _ in range(2000):
            row.refresh_from_db()
            if row.progress_message:
                break
            seen.wait(0.01)
        seen.set()
        worker.join()
        assert (row.progress_done, row.percent, row.progress_message) == (3, 30, "three of ten")

    def test_code_outside_a_step_sees_no_rows(self, world: World) -> None:
        found: list[int] = []

        def look(run: JobRun) -> None:
            found.append(Business.objects.count())
            with run.step():
                found.append(Business.objects.count())

        row = enqueued(world, look, stepwise=True)
        work(row.pk, now=timezone.now())
        assert found == [0, 1]
        assert Business.objects.count() == 2, "the role is given back"


def _work_and_close(pk: uuid.UUID, now: datetime) -> None:
    from django.db import connection

    try:
        work(pk, now=now)
    finally:
        connection.close()


class TestPeriodic:
    def test_enqueues_one_at_a_time(self, world: World) -> None:
        from accounts.tasks import enqueue_periodic

        periodic("test.tick", queue="ingest", every=timedelta(minutes=1))(note)
        enqueue_periodic("test.tick")
        enqueue_periodic("test.tick")
        assert Job.objects.filter(name="test.tick").count() == 1

    def test_needs_exactly_one_rhythm(self) -> None:
        with pytest.raises(ValueError):
            periodic("test.tick", queue="ingest")(note)
