"""Updates find what is new and what changed late; trouble delays them and is written where its owner looks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Event, Job
from accounts.testing.world import World
from ingestion.models import BalanceTransaction, Charge, Dispute, Payout, Refund, Source, StreamCursor, SyncRun
from ingestion.providers.stripe import backfill
from ingestion.providers.stripe.incremental import sync
from ingestion.providers.stripe.sweep import sweep
from ingestion.providers.stripe.tests.conftest import make_source
from ingestion.providers.stripe.tests.far_side import deliver, held, move
from ingestion.sandbox.stripe.server import ReplayServer
from ingestion.sources.tasks import reconcile_all, sweep_all, sync_all

pytestmark = pytest.mark.django_db
Drain = Callable[..., list[Any]]


def update(source: Source, run_jobs: Drain) -> Job:
    sync.enqueue(source.business, source_id=source.pk)
    (job,) = [job for job in run_jobs() if job.name == "ingestion.stripe.sync"]
    source.refresh_from_db()
    return job


class TestUpdate:
    def test_brings_what_is_new(self, imported: Source, stripe: ReplayServer, now: Any, run_jobs: Drain) -> None:
        before = held(imported)
        move(stripe, now, days=3)
        update(imported, run_jobs)
        after = held(imported)
        assert len(after["charges"]) > len(before["charges"])
        assert len(after["balance_transactions"]) > len(before["balance_transactions"])
        assert imported.last_synced_at is not None

    def test_equals_a_fresh_import(self, imported: Source, stripe: ReplayServer, now: Any, run_jobs: Drain) -> None:
        move(stripe, now, days=9)
        update(imported, run_jobs)
        sweep.enqueue(imported.business, source_id=imported.pk)
        run_jobs()
        updated = held(imported)
        backfill.restart(imported)
        run_jobs()
        assert held(imported) == updated

    def test_reads_two_days_of_overlap(self, imported: Source, stripe: ReplayServer, now: Any, run_jobs: Drain) -> None:
        cursor = StreamCursor.objects.of(imported.business).get(stream="charges", window="")
        stripe.world.requests.clear()
        update(imported, run_jobs)
        first = next(request for request in stripe.world.requests if request["path"] == "/v1/charges")
        read_from = int(first["form"]["created"]["gte"])
        assert datetime.fromisoformat(cursor.cursor).timestamp() - read_from == pytest.approx(48 * 3600, abs=1)

    def test_moves_no_cursor_when_a_page_fails(self, imported: Source, stripe: ReplayServer, run_jobs: Drain) -> None:
        before = StreamCursor.objects.of(imported.business).get(stream="refunds", window="").cursor
        stripe.world.faults.add({"kind": "error", "times": 1000, "path": "/v1/refunds"})
        update(imported, run_jobs)
        assert StreamCursor.objects.of(imported.business).get(stream="refunds", window="").cursor == before

    def test_begins_with_the_import_where_that_never_ended(self, source: Source, run_jobs: Drain) -> None:
        sync.enqueue(source.business, source_id=source.pk)
        names = [job.name for job in run_jobs()]
        assert names[:2] == ["ingestion.stripe.sync", "ingestion.stripe.backfill"]
        source.refresh_from_db()
        assert source.state == Source.State.ACTIVE


class TestOpenRecords:
    @pytest.fixture
    def company(self) -> str:
        return "established"

    def test_follow_their_late_changes_without_any_event(
        self, imported: Source, stripe: ReplayServer, now: Any, run_jobs: Drain
    ) -> None:
        """Payouts leave, ledger rows become available, disputes are decided weeks later."""
        waiting = BalanceTransaction.objects.of(imported.business).filter(status="pending").count()
        moving = set(Payout.objects.of(imported.business).filter(status="in_transit").values_list("pk", flat=True))
        assert waiting
        assert moving
        move(stripe, now, days=20)
        update(imported, run_jobs)
        update(imported, run_jobs)
        due = BalanceTransaction.objects.of(imported.business).filter(
            status="pending", available_on__lte=imported.last_synced_at
        )
        assert not due.exists()
        assert set(Payout.objects.of(imported.business).filter(pk__in=moving).values_list("status", flat=True)) <= {
            "paid",
            "failed",
        }

    def test_a_dispute_that_was_decided_is_read_again(
        self, imported: Source, stripe: ReplayServer, now: Any, run_jobs: Drain
    ) -> None:
        with stripe.world.lock:
            told = stripe.world.happen(imported.external_account, {"scenario": "dispute_opened"})
        opened = next(event.change.obj["id"] for event in told if event.change.obj["object"] == "dispute")
        move(stripe, now, hours=1)
        update(imported, run_jobs)
        disputes = Dispute.objects.of(imported.business)
        assert disputes.open().filter(external_id=opened).exists()
        move(stripe, now, days=60)
        with stripe.world.lock:
            stripe.world.happen(imported.external_account, {"scenario": "dispute_closed", "dispute": opened})
        move(stripe, now, days=5)
        update(imported, run_jobs)
        assert disputes.get(external_id=opened).status in ("won", "lost")


class TestWhatIsTakenBack:
    def test_a_refund_that_fails_gives_the_charge_its_money_back(
        self, imported: Source, stripe: ReplayServer, now: Any, run_jobs: Drain
    ) -> None:
        """A refunded charge is no end: the sums of what was refunded follow Stripe in both directions."""
        with stripe.world.lock:
            told = stripe.world.happen(imported.external_account, {"scenario": "refund"})
        refund = next(event.change.obj for event in told if event.change.obj["object"] == "refund")
        charges = Charge.objects.of(imported.business)
        deliver(told)
        before = charges.get(external_id=refund["charge"])
        assert before.amount_refunded == before.amount
        now.shift(timedelta(hours=1))
        with stripe.world.lock:
            stripe.world.move_to(stripe.world.at + 3600)
            told = stripe.world.happen(imported.external_account, {"scenario": "refund_failed", "refund": refund["id"]})
        deliver(told)
        assert Refund.objects.of(imported.business).get(external_id=refund["id"]).status == "failed"
        assert charges.get(external_id=refund["charge"]).amount_refunded < before.amount_refunded

    def test_a_payout_that_fails_after_it_was_paid(
        self, imported: Source, stripe: ReplayServer, now: Any, run_jobs: Drain
    ) -> None:
        paid = Payout.objects.of(imported.business).filter(status="paid").order_by("-created_at")[0]
        with stripe.world.lock:
            given = {"scenario": "payout_failed", "payout": paid.external_id}
            told = stripe.world.happen(imported.external_account, given)
        deliver(told)
        paid.refresh_from_db()
        assert (paid.status, bool(paid.failure_code)) == ("failed", True)
        ledger = BalanceTransaction.objects.of(imported.business).filter(source_object=paid.external_id)
        assert sum(row.net for row in ledger) == 0


class TestTrouble:
    def test_a_storm_of_429_only_delays(
        self, imported: Source, stripe: ReplayServer, now: Any, run_jobs: Drain, waits: list[float]
    ) -> None:
        move(stripe, now, days=2)
        stripe.world.faults.add({"kind": "rate_limit", "times": 60, "every": 2})
        job = update(imported, run_jobs)
        assert job.state == Job.State.DONE
        assert len(waits) >= 10
        stormy = held(imported)
        stripe.world.faults.clear()
        backfill.restart(imported)
        run_jobs()
        assert {row[0] for row in held(imported)["charges"]} == {row[0] for row in stormy["charges"]}

    @pytest.mark.parametrize("kind", ["html", "cut", "error"])
    def test_broken_answers_are_asked_for_again(
        self, imported: Source, stripe: ReplayServer, run_jobs: Drain, kind: str
    ) -> None:
        fault = {"kind": kind, "times": 3}
        stripe.world.faults.add({**fault, "status": 502} if kind == "error" else fault)
        assert update(imported, run_jobs).state == Job.State.DONE

    def test_an_outage_leaves_the_job_waiting_and_the_run_failed(
        self, imported: Source, stripe: ReplayServer, run_jobs: Drain
    ) -> None:
        stripe.world.faults.add({"kind": "error", "times": 10_000})
        job = update(imported, run_jobs)
        assert job.state == Job.State.QUEUED
        assert job.error_code == "source_down"
        run = SyncRun.objects.of(imported.business).newest_first()[0]
        assert (run.state, run.error_code) == (SyncRun.State.FAILED, "source_down")
        assert imported.state == Source.State.ACTIVE

    def test_revoked_access_asks_the_owner_to_reconnect_and_does_not_loop(
        self, imported: Source, stripe: ReplayServer, run_jobs: Drain
    ) -> None:
        with stripe.world.lock:
            stripe.world.disconnect(imported.external_account)
        job = update(imported, run_jobs)
        assert job.state == Job.State.FAILED
        assert imported.state == Source.State.NEEDS_RECONNECT
        assert imported.state_reason
        assert Event.objects.filter(name="ingestion.sources.refused", business=imported.business).count() == 1
        sync_all.enqueue()
        assert [job.name for job in run_jobs()] == ["ingestion.sync_all"]

    def test_one_source_s_failure_is_its_own(
        self, imported: Source, stripe: ReplayServer, world: World, run_jobs: Drain
    ) -> None:
        broken = make_source(world, account="acct_1unknown", business=world.other, state=Source.State.ACTIVE)
        sync_all.enqueue()
        run_jobs()
        broken.refresh_from_db()
        imported.refresh_from_db()
        assert (broken.state, imported.state) == (Source.State.NEEDS_RECONNECT, Source.State.ACTIVE)

    def test_another_business_s_source_is_no_source(self, imported: Source, world: World, run_jobs: Drain) -> None:
        """A job carries its business; a foreign number in its arguments finds nothing."""
        job = sync.enqueue(world.other, source_id=imported.pk)
        run_jobs()
        job.refresh_from_db()
        assert (job.state, job.error_code) == (Job.State.FAILED, "not_found")


class TestSweep:
    def test_reads_everything_anew_when_events_no_longer_reach_back(
        self, imported: Source, run_jobs: Drain, now: Any, stripe: ReplayServer
    ) -> None:
        now.shift(timedelta(days=30))
        sweep.enqueue(imported.business, source_id=imported.pk)
        names = [job.name for job in run_jobs()]
        assert names[:2] == ["ingestion.stripe.sweep", "ingestion.stripe.backfill"]
        assert Event.objects.filter(name="ingestion.sources.reimported").count() == 1

    def test_moves_its_watermark_only_when_all_is_stored(
        self, imported: Source, run_jobs: Drain, now: Any, stripe: ReplayServer
    ) -> None:
        before = imported.events_watermark
        move(stripe, now, days=6)
        stripe.world.faults.add({"kind": "error", "times": 10_000, "path": "/v1/charges/"})
        sweep.enqueue(imported.business, source_id=imported.pk)
        run_jobs()
        imported.refresh_from_db()
        assert imported.events_watermark == before
        stripe.world.faults.clear()
        run_jobs(ahead=timedelta(hours=2))
        imported.refresh_from_db()
        assert imported.events_watermark > before

    def test_asks_for_at_most_twenty_types_at_once(
        self, imported: Source, run_jobs: Drain, stripe: ReplayServer
    ) -> None:
        stripe.world.requests.clear()
        sweep.enqueue(imported.business, source_id=imported.pk)
        run_jobs()
        asked = [request for request in stripe.world.requests if request["path"] == "/v1/events"]
        assert len(asked) >= 2
        assert {request["status"] for request in asked} == {200}


class TestSchedule:
    def test_every_readable_source_gets_its_own_jobs(self, imported: Source, world: World, run_jobs: Drain) -> None:
        make_source(world, account="", auth_mode=Source.AuthMode.UPLOAD, state=Source.State.ACTIVE)
        make_source(world, account="acct_1gone", state=Source.State.REVOKED)
        for kind in (sync_all, sweep_all, reconcile_all):
            kind.enqueue()
        names = [
            job.name for job in run_jobs() if job.business is not None and job.name.startswith("ingestion.stripe.")
        ]
        assert sorted(names) == ["ingestion.stripe.reconcile", "ingestion.stripe.sweep", "ingestion.stripe.sync"]

    def test_a_waiting_job_is_not_doubled(self, imported: Source, wakeups: Any, run_jobs: Drain) -> None:
        for _ in range(3):
            sync_all.enqueue()
            sync_all.handler(SimpleNamespace(as_of=timezone.now()))
        assert Job.objects.filter(name="ingestion.stripe.sync").count() == 1
