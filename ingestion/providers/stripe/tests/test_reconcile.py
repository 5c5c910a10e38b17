"""Drift is seen, told, shown and mended."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Event, Job
from ingestion.models import BalanceReading, BalanceTransaction, Charge, Reconciliation, Source
from ingestion.providers.stripe.reconcile import reconcile
from ingestion.sandbox.stripe.server import ReplayServer

pytestmark = pytest.mark.django_db
Drain = Callable[..., list[Any]]


@pytest.fixture
def company() -> str:
    return "established"


def compare(source: Source, run_jobs: Drain) -> dict[str, Any]:
    reconcile.enqueue(source.business, source_id=source.pk)
    (job,) = [job for job in run_jobs() if job.name == "ingestion.stripe.reconcile"]
    assert job.state == Job.State.DONE, job.error_message
    return job.result


class TestReconcile:
    def test_finds_no_drift_after_an_import(self, imported: Source, run_jobs: Drain) -> None:
        result = compare(imported, run_jobs)
        assert result["sound"] is True
        assert {row["drift"] for row in result["currencies"]} == {0}
        assert any(row["ledger"] for row in result["currencies"])
        assert all(row["listed"] == row["stored"] for row in result["months"])
        assert result["payouts"]
        assert {row["drift"] for row in result["payouts"]} == {0}

    def test_keeps_one_row_a_currency_with_its_balance(self, imported: Source, run_jobs: Drain) -> None:
        result = compare(imported, run_jobs)
        rows = Reconciliation.objects.of(imported.business)
        assert sorted(row.currency for row in rows) == [row["currency"] for row in result["currencies"]]
        assert BalanceReading.objects.of(imported.business).count() > rows.count()

    def test_mends_a_recent_loss_by_reading_again(self, imported: Source, run_jobs: Drain) -> None:
        newest = BalanceTransaction.objects.of(imported.business).order_by("-created_at")[0]
        newest.delete()
        assert compare(imported, run_jobs)["sound"] is True
        assert BalanceTransaction.objects.of(imported.business).filter(external_id=newest.external_id).exists()

    def test_tells_an_old_loss_and_reads_everything_anew(self, imported: Source, run_jobs: Drain) -> None:
        oldest = BalanceTransaction.objects.of(imported.business).exclude(net=0).order_by("created_at")[0]
        oldest.delete()
        result = compare(imported, run_jobs)
        drifts = {row["currency"]: row["drift"] for row in result["currencies"]}
        assert drifts[oldest.currency] == -oldest.net
        assert Event.objects.filter(name="ingestion.reconciliation.drifted", business=imported.business).count() == 1
        assert Job.objects.filter(name="ingestion.stripe.backfill").count() == 2
        assert compare(imported, run_jobs)["sound"] is True

    def test_does_not_import_night_after_night_for_a_drift_that_stays(
        self, imported: Source, run_jobs: Drain, stripe: ReplayServer
    ) -> None:
        row = BalanceTransaction.objects.of(imported.business).order_by("created_at")[0]
        row.pk, row.external_id, row.net, row.amount, row.fee = None, "txn_phantom", 100, 100, 0
        row.save(force_insert=True)
        for _ in range(3):
            assert compare(imported, run_jobs)["sound"] is False
        assert Job.objects.filter(name="ingestion.stripe.backfill").count() == 2
        assert Event.objects.filter(name="ingestion.reconciliation.drifted").count() == 3

    def test_counts_what_is_stored_but_not_listed(self, imported: Source, run_jobs: Drain) -> None:
        row = Charge.objects.of(imported.business).order_by("-created_at")[0]
        row.pk, row.external_id = None, "ch_phantom"
        row.save(force_insert=True)
        months = compare(imported, run_jobs)["months"]
        assert [month["stored"] - month["listed"] for month in months if month["stored"] != month["listed"]] == [1]


class TestCommand:
    def run(self, source_id: int) -> tuple[dict[str, Any], int]:
        out = io.StringIO()
        try:
            call_command("reconcile", source=source_id, stdout=out)
        except SystemExit as ended:
            return json.loads(out.getvalue()), int(ended.code or 0)
        return json.loads(out.getvalue()), 0

    def test_prints_the_drift_as_json(self, imported: Source) -> None:
        result, code = self.run(imported.pk)
        assert code == 0
        assert result["sound"] is True
        assert result["source"] == imported.pk

    def test_says_drift_by_its_exit_code(self, imported: Source) -> None:
        BalanceTransaction.objects.of(imported.business).exclude(net=0).order_by("created_at")[0].delete()
        result, code = self.run(imported.pk)
        assert code == 1
        assert any(row["drift"] for row in result["currencies"])

    def test_says_why_it_could_not_compare(self, imported: Source, stripe: ReplayServer) -> None:
        with stripe.world.lock:
            stripe.world.disconnect(imported.external_account)
        result, code = self.run(imported.pk)
        assert code == 2
        assert result["error"]["code"] == "not_permitted"

    def test_refuses_an_unknown_source(self, db: Any) -> None:
        with pytest.raises(CommandError):
            call_command("reconcile", source=999_999)
