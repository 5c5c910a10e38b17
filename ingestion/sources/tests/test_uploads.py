"""Files brought in by hand: every bad one gets its sentence, every good one becomes facts, twice the same as once."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import Event
from accounts.testing.world import World
from ingestion.models import BalanceTransaction, Payout, QuarantinedRow, Source, SyncRun, Upload

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Any], Client]
Drain = Callable[..., list[Any]]
HEADER = "id,Type,Source,Amount,Fee,Net,Currency,Created (UTC),Available On (UTC),Description\n"
GOOD = "".join(
    f"txn_{n},charge,ch_{n},{n}.50,0.50,{n}.00,eur,2026-05-0{n} 10:00,2026-05-0{n} 12:00,Order {n}\n"
    for n in range(1, 8)
)


@pytest.fixture(autouse=True)
def _storage(settings: Any) -> None:
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}


def send(client: Client, data: str | bytes, name: str = "balance.csv") -> Any:
    content = data.encode() if isinstance(data, str) else data
    return client.post(
        reverse("sources:upload", kwargs={"business": "acme"}), {"file": SimpleUploadedFile(name, content)}
    )


@pytest.fixture
def owner(world: World, client_of: ClientOf, wakeups: Any) -> Client:
    return client_of(world.owner)


class TestGoodFiles:
    def test_become_facts_of_an_upload_source(self, owner: Client, world: World, run_jobs: Drain) -> None:
        response = send(owner, HEADER + GOOD)
        upload = Upload.objects.of(world.business).get()
        assert response["Location"] == reverse(
            "sources:upload_report", kwargs={"business": "acme", "upload_id": upload.pk}
        )
        run_jobs()
        upload.refresh_from_db()
        assert (upload.state, upload.kind) == (Upload.State.DONE, "balance")
        assert upload.counts == {"seen": 7, "new": 7, "changed": 0, "unchanged": 0, "quarantined": 0}
        assert BalanceTransaction.objects.of(world.business).count() == 7
        assert upload.source.auth_mode == Source.AuthMode.UPLOAD
        assert SyncRun.objects.of(world.business).get().kind == SyncRun.Kind.UPLOAD
        assert Event.objects.filter(name="ingestion.uploads.received", actor=world.owner).exists()

    def test_twice_the_same_writes_nothing(self, owner: Client, world: World, run_jobs: Drain) -> None:
        for _ in range(2):
            send(owner, HEADER + GOOD)
            run_jobs()
        second = Upload.objects.of(world.business).order_by("-pk")[0]
        assert second.counts == {"seen": 7, "new": 0, "changed": 0, "unchanged": 7, "quarantined": 0}
        assert Source.objects.of(world.business).count() == 1

    def test_other_kinds_join_the_same_source(self, owner: Client, world: World, run_jobs: Drain) -> None:
        send(owner, HEADER + GOOD)
        send(
            owner,
            "id,Amount,Currency,Created (UTC),Arrival Date (UTC),Status\npo_1,5.00,eur,2026-05-02,2026-05-03,paid\n",
        )
        run_jobs()
        assert Payout.objects.of(world.business).get().amount == 500
        assert Source.objects.of(world.business).count() == 1

    def test_may_come_zipped(self, owner: Client, world: World, run_jobs: Drain) -> None:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("balance.csv", HEADER + GOOD)
        send(owner, packed.getvalue(), "balance.zip")
        run_jobs()
        assert BalanceTransaction.objects.of(world.business).count() == 7

    def test_bad_lines_are_set_aside_and_the_rest_is_kept(self, owner: Client, world: World, run_jobs: Drain) -> None:
        bad = "txn_x,charge,ch_x,1.00,0,1.00,zzz,2026-05-01,,x\ntxn_y,charge,ch_y,abc,0,1.00,eur,2026-05-01,,y\n"
        send(owner, HEADER + GOOD + bad)
        run_jobs()
        upload = Upload.objects.of(world.business).get()
        assert (upload.counts["new"], upload.counts["quarantined"]) == (7, 2)
        assert {row.external_id for row in QuarantinedRow.objects.of(world.business)} == {"txn_x", "txn_y"}
        html = owner.get(reverse("sources:upload_report", kwargs={"business": "acme", "upload_id": upload.pk})).content
        assert b"Line 9" in html

    def test_are_read_in_batches_and_may_be_repeated(
        self, owner: Client, world: World, run_jobs: Drain, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("ingestion.sources.uploads.ROWS_AT_ONCE", 3)
        send(owner, HEADER + GOOD)
        run_jobs()
        assert Upload.objects.of(world.business).get().counts["new"] == 7

    def test_mark_days_dirty_in_the_business_s_own_zone(self, owner: Client, world: World, run_jobs: Drain) -> None:
        from ingestion.models import DirtyDay

        called: list[Source] = []
        from ingestion.pipeline import followups

        followups.on_dirty("payments")(called.append)
        try:
            send(owner, HEADER + GOOD)
            (job,) = [job for job in run_jobs() if job.name == "ingestion.uploads.read"]
        finally:
            followups._follow_ups["payments"].pop(f"{called.append.__module__}.{called.append.__qualname__}", None)
        assert job.state == "done"
        assert DirtyDay.objects.of(world.business).count() in (0, 7)  # taken when the desk above listens


class TestBadFiles:
    @pytest.mark.parametrize(
        ("data", "code", "words"),
        [
            ("a,b,c\n1,2,3\n", "unknown_header", "none of Stripe"),
            (HEADER.replace(",Fee", "") + "x\n", "missing_columns", "fee"),
            ((HEADER + GOOD.replace("Order 1", "\xdcbung")).encode("latin-1"), "bad_encoding", "line 2"),
            (HEADER + 'txn_1,charge,ch_1,"1,234","0","1,234",eur,2026-05-01,,x\n', "ambiguous_decimals", "1,234"),
            (HEADER + "txn_1,charge,ch_1,1.00,0,1.00,eur,05/06/2026,,x\n", "ambiguous_dates", "05/06/2026"),
            (HEADER, "no_rows", "no lines"),
            (b"\x1f\x8b\x08\x00aaaa", "not_csv", "no CSV"),
            (b"PK\x03\x04broken", "bad_zip", "cannot be read"),
        ],
    )
    def test_end_with_a_sentence_that_helps(
        self, owner: Client, world: World, run_jobs: Drain, data: Any, code: str, words: str
    ) -> None:
        send(owner, data)
        run_jobs()
        upload = Upload.objects.of(world.business).get()
        assert (upload.state, upload.report["code"]) == (Upload.State.FAILED, code)
        html = owner.get(reverse("sources:upload_report", kwargs={"business": "acme", "upload_id": upload.pk}))
        assert "This file was not read" in html.content.decode()
        assert words in upload.report["error"]
        assert not BalanceTransaction.objects.of(world.business).exists()
        assert upload.file.open().read()

    def test_bombs_are_refused(self, owner: Client, world: World, run_jobs: Drain) -> None:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("balance.csv", b"0" * 30_000_000)
        send(owner, packed.getvalue(), "bomb.zip")
        run_jobs()
        assert Upload.objects.of(world.business).get().report["code"] == "too_large"

    def test_too_many_bytes_are_refused_at_the_door(self, owner: Client, settings: Any) -> None:
        settings.UPLOAD_MAX_BYTES = 100
        response = send(owner, HEADER + GOOD)
        assert response.status_code == 400
        assert b"A file may have" in response.content
        assert not Upload.objects.exists()

    def test_empty_files_are_refused_at_the_door(self, owner: Client) -> None:
        assert b"The file is empty" in send(owner, b"").content
        assert not Upload.objects.exists()

    def test_a_form_without_a_file_says_so(self, owner: Client) -> None:
        assert owner.post(reverse("sources:upload", kwargs={"business": "acme"})).status_code == 400

    @pytest.mark.parametrize("name", ["../../etc/passwd.csv", "a\x00b.csv", "x" * 400 + ".csv", "<b>.csv"])
    def test_names_cannot_lead_anywhere(self, owner: Client, world: World, name: str) -> None:
        send(owner, HEADER + GOOD, name)
        upload = Upload.objects.of(world.business).get()
        assert upload.file.name.startswith(f"businesses/{world.business.pk}/uploads/")
        assert ".." not in upload.file.name

    def test_viewers_and_strangers_cannot_upload(self, world: World, client_of: ClientOf) -> None:
        for person, status in ((world.viewer, 403), (world.member, 403), (world.stranger, 404)):
            assert send(client_of(person), HEADER + GOOD).status_code == status
        assert not Upload.objects.exists()
