"""The first import brings everything, survives being killed, and repeats nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from accounts import jobs
from accounts.models import Job
from ingestion.models import (
    BalanceReading,
    BalanceTransaction,
    Charge,
    Dispute,
    RawPage,
    Source,
    StreamCursor,
    SyncRun,
)
from ingestion.pipeline.streams import STREAMS
from ingestion.providers.stripe import backfill, session
from ingestion.sandbox.stripe.server import ReplayServer

pytestmark = pytest.mark.django_db
Drain = Callable[..., list[Any]]


def stored(source: Source) -> dict[str, int]:
    return {key: stream.model.objects.of(source.business).count() for key, stream in STREAMS.items()}


class TestBackfillOfAnEstablishedCompany:
    @pytest.fixture
    def company(self) -> str:
        return "established"

    def test_brings_every_record_of_every_stream(self, imported: Source) -> None:
        """Subscriptions belong to another of the sandbox's companies."""
        held = stored(imported)
        assert held["balance_transactions"] > 500
        assert {key for key, number in held.items() if number} >= {
            "balance_transactions",
            "charges",
            "refunds",
            "disputes",
            "payouts",
            "fraud_warnings",
        }
        disputes = Dispute.objects.of(imported.business)
        charges = {row.external_id: row.created_at for row in Charge.objects.of(imported.business)}
        assert all(row.charge_created_at == charges[row.charge] for row in disputes)


class TestBackfill:
    def test_leaves_the_source_active_with_its_account_and_balance(self, imported: Source) -> None:
        assert imported.last_synced_at is not None
        assert imported.account["charges_enabled"] is True
        assert imported.account["timezone"]
        assert BalanceReading.objects.of(imported.business).count() >= 1
        assert imported.events_watermark is not None

    def test_counts_every_row_it_saw(self, imported: Source) -> None:
        run = SyncRun.objects.of(imported.business).get(kind=SyncRun.Kind.BACKFILL)
        assert run.state == SyncRun.State.DONE
        assert run.seen == run.new + run.changed + run.unchanged + run.quarantined
        assert run.quarantined == 0
        assert run.new == sum(stored(imported).values())

    def test_keeps_no_names_or_addresses_of_people(self, imported: Source) -> None:
        import gzip

        pages = RawPage.objects.of(imported.business)
        text = b"".join(gzip.decompress(page.file.open("rb").read()) for page in pages)
        assert b"balance_transaction" in text
        assert b"@example.com" not in text
        assert b"billing_details" not in text

    def test_asks_only_as_the_connected_account(self, imported: Source, stripe: ReplayServer) -> None:
        assert {request["account"] for request in stripe.world.requests} == {imported.external_account}

    def test_a_second_import_writes_nothing(self, imported: Source, run_jobs: Drain) -> None:
        before = list(Charge.objects.of(imported.business).order_by("pk").values_list("pk", "content_hash"))
        backfill.restart(imported)
        run_jobs()
        again = SyncRun.objects.of(imported.business).filter(kind=SyncRun.Kind.BACKFILL).newest_first()[0]
        assert (again.new, again.changed) == (0, 0)
        assert again.seen == again.unchanged > 0
        rows = Charge.objects.of(imported.business).order_by("pk").values_list("pk", "content_hash")
        assert list(rows) == before

    def test_does_nothing_for_a_source_that_was_disconnected_meanwhile(
        self, source: Source, run_jobs: Drain, stripe: ReplayServer
    ) -> None:
        backfill.enqueue(source)
        Source.objects.filter(pk=source.pk).update(state=Source.State.DISCONNECTED)
        (job,) = run_jobs()
        assert job.state == Job.State.DONE
        assert stripe.world.requests == []


class TestStopping:
    def test_stops_between_two_pages_once_the_owner_disconnected(
        self, source: Source, run_jobs: Drain, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        whole = session.Session.store
        pages = 0

        def counting(self: Any, *args: Any, **kwargs: Any) -> None:
            nonlocal pages
            pages += 1
            if pages == 3:
                Source.objects.filter(pk=source.pk).update(state=Source.State.DISCONNECTED)
            whole(self, *args, **kwargs)

        monkeypatch.setattr(session.Session, "store", counting)
        backfill.enqueue(source)
        (job,) = run_jobs()
        source.refresh_from_db()
        assert (job.state, job.error_code, pages) == (Job.State.FAILED, "not_connected", 3)
        assert source.state == Source.State.DISCONNECTED

    def test_an_import_under_way_is_not_doubled(self, source: Source, wakeups: Any) -> None:
        backfill.enqueue(source)
        Job.objects.update(state=Job.State.RUNNING)
        backfill.enqueue(source)
        assert Job.objects.count() == 1

    def test_an_import_that_was_given_up_begins_again_by_itself(self, source: Source, run_jobs: Drain) -> None:
        from ingestion.sources.tasks import sync_all

        sync_all.enqueue()
        run_jobs()
        source.refresh_from_db()
        assert source.state == Source.State.ACTIVE


class TestResumption:
    def test_goes_on_with_the_page_it_was_at(
        self, source: Source, run_jobs: Drain, monkeypatch: pytest.MonkeyPatch, stripe: ReplayServer
    ) -> None:
        """A worker that dies between two pages: nothing is lost, nothing twice, and done windows are not read again."""
        whole = session.Session.store
        pages = 0

        class Killed(BaseException):
            """What no handler catches, like the process going away."""

        def dying(self: Any, *args: Any, **kwargs: Any) -> bool:
            nonlocal pages
            pages += 1
            if pages == 7:
                raise Killed
            return whole(self, *args, **kwargs)

        monkeypatch.setattr(session.Session, "store", dying)
        backfill.enqueue(source)
        job = Job.objects.get()
        with pytest.raises(Killed):
            jobs.work(job.pk, now=job.due_at)
        done_before = StreamCursor.objects.of(source.business).filter(done=True).count()
        assert 0 < done_before < 8 * 12
        Job.objects.filter(pk=job.pk).update(state=Job.State.QUEUED, lease=None)
        stripe.world.requests.clear()
        monkeypatch.setattr(session.Session, "store", whole)
        run_jobs()

        source.refresh_from_db()
        assert source.state == Source.State.ACTIVE
        assert SyncRun.objects.of(source.business).filter(kind=SyncRun.Kind.BACKFILL).count() == 1
        first_window = next(r for r in stripe.world.requests if r["path"] == "/v1/balance_transactions")
        assert "2026-06" in set(StreamCursor.objects.of(source.business).values_list("window", flat=True))
        assert int(first_window["form"]["created"]["gte"]) < 1_780_272_000  # not June again, which was done

    def test_equals_an_import_that_was_never_interrupted(
        self, source: Source, run_jobs: Drain, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        whole = session.Session.store
        countdown = iter([False, False, True] * 200)

        def stumbling(self: Any, *args: Any, **kwargs: Any) -> bool:
            if next(countdown):
                raise ConnectionError("the network went away")
            return whole(self, *args, **kwargs)

        monkeypatch.setattr(session.Session, "store", stumbling)
        backfill.enqueue(source)
        Job.objects.update(max_attempts=1000)
        for _ in range(5):
            run_jobs(ahead=timedelta(days=1), most=1000)
        monkeypatch.setattr(session.Session, "store", whole)
        ids = set(BalanceTransaction.objects.of(source.business).values_list("external_id", flat=True))
        backfill.restart(source)
        run_jobs(ahead=timedelta(days=1))
        assert ids == set(BalanceTransaction.objects.of(source.business).values_list("external_id", flat=True))
