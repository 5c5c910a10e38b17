"""Shuffled, repeated and lost webhooks, then one sweep: the same tables as if all had come in order."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.models import Reconciliation, Source, SyncRun
from ingestion.providers.stripe.incremental import sync
from ingestion.providers.stripe.reconcile import reconcile
from ingestion.providers.stripe.sweep import sweep
from ingestion.providers.stripe.tests.far_side import deliver, held, move, undone
from ingestion.sandbox.stripe.events import Event
from ingestion.sandbox.stripe.server import ReplayServer
from ingestion.sandbox.stripe.webhooks import Weather, scatter

pytestmark = pytest.mark.django_db
Drain = Callable[..., list[Any]]
TABLES = ("balance_transactions", "charges", "refunds", "disputes", "payouts", "fraud_warnings")


@pytest.fixture
def told(imported: Source, stripe: ReplayServer, now: Any) -> list[Event]:
    """A lively week after the import: ordinary trade, and what goes wrong in it."""
    events = move(stripe, now, days=5)
    for scenario in ("dispute_opened", "refund", "refund_failed", "payout_failed", "fraud_warning", "failed_charge"):
        with stripe.world.lock:
            events += stripe.world.happen(imported.external_account, {"scenario": scenario})
    return events + move(stripe, now, days=2)


class TestConvergence:
    @pytest.fixture
    def company(self) -> str:
        return "established"

    def test_weather_does_not_matter(
        self, imported: Source, told: list[Event], run_jobs: Drain, stripe: ReplayServer
    ) -> None:
        assert len(told) > 30
        before = held(imported)
        with undone():
            deliver(told)
            clean = held(imported)
        assert held(imported) == before != clean

        @settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
        @given(seed=st.integers(0, 10_000))
        def check(seed: int) -> None:
            arriving, lost = scatter(told, Weather(shuffle=True, duplicate=0.3, drop=0.1, seed=seed))
            with undone():
                deliver(arriving)
                sweep.enqueue(imported.business, source_id=imported.pk)
                run_jobs()
                for table in TABLES:
                    assert held(imported)[table] == clean[table], (table, [event.type for event in lost])

        check()

    def test_no_webhook_at_all_is_made_up_for_by_one_sweep(
        self, imported: Source, told: list[Event], run_jobs: Drain
    ) -> None:
        with undone():
            deliver(told)
            clean = held(imported)
        sweep.enqueue(imported.business, source_id=imported.pk)
        run_jobs()
        assert held(imported) == clean

    def test_a_second_sweep_changes_nothing(self, imported: Source, told: list[Event], run_jobs: Drain) -> None:
        for _ in range(2):
            sweep.enqueue(imported.business, source_id=imported.pk)
            run_jobs()
        second = SyncRun.objects.of(imported.business).filter(kind=SyncRun.Kind.SWEEP).newest_first()[0]
        assert second.state == SyncRun.State.DONE
        assert (second.new, second.changed) == (0, 0)

    def test_ledger_equals_balance_in_every_currency_afterwards(
        self, imported: Source, told: list[Event], run_jobs: Drain
    ) -> None:
        random.Random(7).shuffle(told)
        deliver(told[: len(told) * 9 // 10])
        sweep.enqueue(imported.business, source_id=imported.pk)
        sync.enqueue(imported.business, source_id=imported.pk)
        run_jobs()
        reconcile.enqueue(imported.business, source_id=imported.pk)
        (job,) = [job for job in run_jobs() if job.name == "ingestion.stripe.reconcile"]
        assert job.result["sound"] is True, job.result
        rows = Reconciliation.objects.of(imported.business)
        assert rows.count() >= 1
        assert {row.drift for row in rows} == {0}
        assert all(row.ledger for row in rows)
