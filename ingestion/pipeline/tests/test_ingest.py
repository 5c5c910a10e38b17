"""Payloads and files → facts, whatever is wrong with some of them."""

from __future__ import annotations

import hashlib
import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.tenancy import acting_for
from accounts.testing.world import World
from ingestion.models import BalanceTransaction, Payout, QuarantinedRow, RawPage, Source, SyncRun
from ingestion.pipeline.followups import on_dirty
from ingestion.pipeline.ingest import ingest
from ingestion.pipeline.raw_pages import pack, payloads
from ingestion.pipeline.report import MergeReport
from ingestion.pipeline.runs import open_run
from ingestion.pipeline.tasks import prune
from ingestion.pipeline.tests.payloads import JSON, ledger_object, payout_object
from ingestion.testing.factories import SEEN, make_source

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> Path:
    """Private storage of the test's own."""
    storage = {"BACKEND": "accounts.files.PrivateDiskStorage", "OPTIONS": {"location": str(tmp_path / "media")}}
    settings.STORAGES = {**settings.STORAGES, "default": storage}
    return tmp_path


@pytest.fixture
def source(world: World) -> Source:
    return make_source(world.business)


def ingested(source: Source, *objects: JSON, origin: str = "backfill", **extra: Any) -> list[MergeReport]:
    with acting_for(source.business):
        return ingest(source, objects, origin=origin, **({"observed_at": SEEN} | extra))


class TestIngest:
    def test_sorts_payloads_into_their_streams(self, source: Source) -> None:
        reports = ingested(
            source, payout_object(), ledger_object(1), {"object": "customer", "id": "cus_1"}, ledger_object(2)
        )
        assert [(report.stream, report.new) for report in reports] == [("balance_transactions", 2), ("payouts", 1)]
        assert Payout.objects.of(source.business).get().external_id == "po_1"

    def test_sets_aside_what_cannot_be_mapped(self, source: Source) -> None:
        (report,) = ingested(
            source, ledger_object(1), ledger_object(2, amount="10.00"), ledger_object(3, currency="xxx")
        )
        assert (report.seen, report.new, report.quarantined) == (3, 1, 2)
        kept = QuarantinedRow.objects.of(source.business).order_by("external_id")
        assert [(row.external_id, row.stream) for row in kept] == [
            ("txn_2", "balance_transactions"),
            ("txn_3", "balance_transactions"),
        ]
        assert json.loads(kept[0].raw)["amount"] == "10.00"

    def test_versions_are_the_events_own_time_else_when_they_were_fetched(self, source: Source) -> None:
        ingested(source, ledger_object(1))
        told = SEEN - timedelta(days=1)
        ingested(source, ledger_object(2), origin="webhook", event_created=told)
        versions = dict(BalanceTransaction.objects.of(source.business).values_list("external_id", "version_at"))
        assert versions == {"txn_1": SEEN, "txn_2": told}

    def test_adds_up_over_batches(self, source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("ingestion.pipeline.ingest.BATCH", 3)
        run = open_run(source, "backfill", started_at=SEEN)
        reports = ingested(source, *(ledger_object(n) for n in range(10)), payout_object(), run=run)
        assert {report.stream: report.new for report in reports} == {"balance_transactions": 10, "payouts": 1}
        run.refresh_from_db()
        assert (run.seen, run.new) == (11, 11)

    def test_nothing_gives_no_report(self, source: Source) -> None:
        assert ingested(source) == []
        assert not RawPage.objects.exists()


class TestRawPages:
    def test_keep_the_payloads_as_they_came(self, source: Source) -> None:
        objects = [ledger_object(1, unknown_field={"kept": True}), {"object": "customer", "id": "cus_1"}]
        ingested(source, *objects)
        page = RawPage.objects.of(source.business).get()
        assert [json.loads(line) for line in payloads(page)] == objects
        assert (page.rows, page.fetched_at) == (2, SEEN)
        assert page.sha256 == hashlib.sha256(b"".join(line + b"\n" for line in payloads(page))).hexdigest()

    def test_are_kept_once(self, source: Source) -> None:
        for _ in range(2):
            ingested(source, ledger_object())
        assert RawPage.objects.of(source.business).count() == 1

    def test_leave_webhooks_to_the_inbox(self, source: Source) -> None:
        ingested(source, ledger_object(), origin="webhook")
        assert not RawPage.objects.exists()

    def test_of_nothing_are_nothing(self) -> None:
        assert pack([]) is None


class TestCommand:
    """`manage.py ingest_stripe_objects --source <id> FILE.jsonl`"""

    def lines(self, files: Path, *lines: str | bytes) -> Path:
        path = files / "objects.jsonl"
        path.write_bytes(b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines))
        os.utime(path, (SEEN.timestamp(), SEEN.timestamp()))
        return path

    def call(self, path: Path, source: Source, *extra: str) -> None:
        call_command("ingest_stripe_objects", str(path), f"--source={source.pk}", *extra)

    def test_reads_a_file_and_prints_what_it_did(
        self, source: Source, files: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = self.lines(files, *(json.dumps(ledger_object(n)) for n in range(30)))
        self.call(path, source)
        run = SyncRun.objects.of(source.business).get()
        said = f"run={run.pk} seen=30 new=30 changed=0 unchanged=0 quarantined=0 days=1\n"
        assert capsys.readouterr().out == said
        assert (run.kind, run.state, run.seen) == ("upload", "done", 30)
        assert BalanceTransaction.objects.of(source.business).first().version_at == SEEN

    def test_reading_the_same_file_again_writes_no_fact(self, source: Source, files: Path) -> None:
        path = self.lines(files, *(json.dumps(ledger_object(n)) for n in range(30)))

        def versions() -> list[Any]:
            with connection.cursor() as cursor:
                cursor.execute("select ctid::text, xmin::text, xmax::text from ingestion_balancetransaction order by 1")
                return cursor.fetchall()

        self.call(path, source)
        before = versions()
        self.call(path, source)
        assert versions() == before
        assert SyncRun.objects.of(source.business).order_by("-pk")[0].unchanged == 30
        assert RawPage.objects.of(source.business).count() == 1

    @pytest.mark.parametrize(
        ("line", "code"),
        [
            ("not json", "malformed_json"),
            ('{"id": "txn_1", "object": "balance_trans', "malformed_json"),
            ('{"amount": NaN}', "malformed_json"),
            (b'{"id": "\xff\xfe"}', "malformed_json"),
            ("[" * 100_000, "malformed_json"),
            ("[]", "not_an_object"),
            ("null", "not_an_object"),
            ('"txn_1"', "not_an_object"),
            ("17", "not_an_object"),
        ],
    )
    def test_sets_a_bad_line_aside_with_its_number_and_reads_on(
        self, source: Source, files: Path, line: str | bytes, code: str
    ) -> None:
        self.call(self.lines(files, json.dumps(ledger_object(1)), "", line, json.dumps(ledger_object(2))), source)
        assert BalanceTransaction.objects.of(source.business).count() == 2
        kept = QuarantinedRow.objects.of(source.business).get()
        assert (kept.external_id, kept.reason_code) == ("line 3", code)
        assert kept.reason.startswith("Line 3:")
        run = SyncRun.objects.of(source.business).get()
        assert (run.seen, run.new, run.quarantined) == (3, 2, 1)

    def test_survives_values_that_no_column_holds(self, source: Source, files: Path) -> None:
        bad = [
            json.dumps(ledger_object(1, amount=2**70, net=2**70 - 59)),
            json.dumps(ledger_object(2, amount=10.5)),
            json.dumps(ledger_object(3, net=0)),
            json.dumps(ledger_object(4, created=-(10**18))),
            json.dumps(ledger_object(5, id="x" * 300)),
            json.dumps(ledger_object(6, id="txn\u0000")),
            json.dumps(ledger_object(7, currency="doge")),
            json.dumps(ledger_object(8, exchange_rate="abc")),
        ]
        awkward = json.dumps(ledger_object(9, description="nul \u0000 half \ud800 tab \t"))
        self.call(self.lines(files, *bad, awkward), source)
        run = SyncRun.objects.of(source.business).get()
        assert (run.seen, run.new, run.quarantined) == (9, 1, 8)

    def test_a_later_file_holds_newer_versions(self, source: Source, files: Path) -> None:
        self.call(
            self.lines(files, json.dumps(payout_object(amount=1))), source, "--observed-at=2026-06-02T00:00:00+00:00"
        )
        self.call(
            self.lines(files, json.dumps(payout_object(amount=2))), source, "--observed-at=2026-06-01T00:00:00+00:00"
        )
        assert Payout.objects.of(source.business).get().amount == 1

    def test_tells_the_desks_that_days_changed(
        self, source: Source, files: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("ingestion.pipeline.followups._follow_ups", {})
        told: list[int] = []

        @on_dirty("payments")
        def note(changed: Source) -> None:
            told.append(changed.pk)

        path = self.lines(files, json.dumps(ledger_object()))
        self.call(path, source)
        self.call(path, source)
        assert told == [source.pk]

    def test_refuses_what_it_cannot_read(self, source: Source, files: Path) -> None:
        with pytest.raises(CommandError, match="cannot be read"):
            self.call(files / "missing.jsonl", source)
        with pytest.raises(CommandError, match="no Stripe source"):
            call_command("ingest_stripe_objects", "x.jsonl", "--source=0")
        with pytest.raises(CommandError, match="observed-at"):
            self.call(self.lines(files), source, "--observed-at=2026-06-01T00:00:00")

    def test_a_run_that_broke_off_says_so_and_keeps_what_was_done(
        self, source: Source, files: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("ingestion.pipeline.lines.BATCH", 2)
        real, calls = merges_fail_after(1)
        monkeypatch.setattr("ingestion.pipeline.ingest.merge_encoded", real)
        path = self.lines(files, *(json.dumps(ledger_object(n)) for n in range(6)))
        with pytest.raises(OSError, match="disk"):
            self.call(path, source)
        assert calls == [2, 2]
        run = SyncRun.objects.of(source.business).get()
        assert (run.state, run.new) == ("failed", 2)
        assert BalanceTransaction.objects.of(source.business).count() == 2


def merges_fail_after(good: int) -> tuple[Any, list[int]]:
    """A merge that works `good` times and then meets a full disk; and the batches it was given."""
    from ingestion.pipeline.merge import merge_encoded

    calls: list[int] = []

    def merging(source: Source, encoded: Any, **extra: Any) -> MergeReport:
        calls.append(encoded.seen)
        if len(calls) > good:
            raise OSError("No space left on disk")
        return merge_encoded(source, encoded, **extra)

    return merging, calls


class TestPruning:
    def test_deletes_old_pages_with_their_files_and_keeps_the_facts(self, source: Source, files: Path) -> None:
        ingested(source, ledger_object(1))
        ingested(source, ledger_object(2), observed_at=SEEN + timedelta(days=60))
        assert prune(now=SEEN + timedelta(days=91)) == 1
        left = RawPage.objects.of(source.business).get()
        assert len(list((files / "media").rglob("*.gz"))) == 1
        assert [json.loads(line)["id"] for line in payloads(left)] == ["txn_2"]
        assert BalanceTransaction.objects.of(source.business).count() == 2
