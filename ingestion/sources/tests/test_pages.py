"""The pages of sources, asked the five questions and then their own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Event, Job
from accounts.testing.pages import FiveQuestions
from accounts.testing.world import MOMENT, World
from ingestion.models import QuarantinedRow, Reconciliation, Source, SyncRun, Upload
from ingestion.providers.stripe.tests.conftest import make_source
from ingestion.sources import tasks

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Any], Client]


def a_source(world: World) -> Source:
    source = make_source(world, account="acct_1page", state=Source.State.ACTIVE, last_synced_at=MOMENT)
    for number in range(3):
        SyncRun.objects.create(
            business=world.business, source=source, kind="incremental", state="failed", started_at=MOMENT,
            finished_at=MOMENT + timedelta(seconds=3), error_code="not_permitted", message=f"No {number}",
        )  # fmt: skip
        QuarantinedRow.objects.create(
            business=world.business, source=source, stream="charges", external_id=f"ch_{number}",
            reason_code="unknown_currency", reason="The currency 'zzz' is not known.", raw="<script>alert(1)</script>",
            fingerprint=str(number),
        )  # fmt: skip
    Reconciliation.objects.create(
        business=world.business, source=source, currency="eur", ran_at=MOMENT, ledger=100, balance=70, drift=30
    )
    return source


def an_upload(world: World, **changes: Any) -> Upload:
    source = make_source(world, account="", auth_mode="upload", state="active")
    values = {"kind": "", "filename": "balance.csv", "size": 10, "sha256": "ab", "created_at": MOMENT, **changes}
    return Upload.objects.create(business=world.business, source=source, file="x", **values)


class TestSourcesPage(FiveQuestions):
    url = "sources:list"
    permission = "read:sources"


class TestConnectPage(FiveQuestions):
    url = "sources:connect"
    permission = "write:sources"


class TestUploadPage(FiveQuestions):
    url = "sources:upload"
    permission = "write:sources"


class AboutASource(FiveQuestions):
    permission = "read:sources"

    @pytest.fixture(autouse=True)
    def _source(self, world: World) -> None:
        self.source = a_source(world)

    def page_kwargs(self, world: World) -> dict[str, Any]:
        return {"source_id": self.source.pk}


class AboutAnUpload(FiveQuestions):
    permission = "read:sources"

    @pytest.fixture(autouse=True)
    def _upload(self, world: World) -> None:
        self.upload = an_upload(world)

    def page_kwargs(self, world: World) -> dict[str, Any]:
        return {"upload_id": self.upload.pk}


class TestSourcePage(AboutASource):
    url = "sources:page"


class TestSourceProgress(AboutASource):
    url = "sources:progress"


class TestUploadReport(AboutAnUpload):
    url = "sources:upload_report"


class TestUploadProgress(AboutAnUpload):
    url = "sources:upload_progress"


@pytest.mark.usefixtures("wakeups")
class TestWhatPagesSay:
    def page(self, client: Client, source: Source) -> str:
        url = reverse("sources:page", kwargs={"business": "acme", "source_id": source.pk})
        return client.get(url).content.decode()

    def test_a_business_without_sources_gets_one_button(self, world: World, client_of: ClientOf) -> None:
        html = client_of(world.owner).get(reverse("sources:list", kwargs={"business": "acme"})).content.decode()
        assert 'data-empty="no_source"' in html
        assert reverse("sources:connect", kwargs={"business": "acme"}) in html

    def test_failed_runs_say_what_to_do(self, world: World, client_of: ClientOf) -> None:
        html = self.page(client_of(world.owner), a_source(world))
        assert "No 2" in html
        assert "Give the key read permission" in html

    def test_rejected_rows_are_shown_word_for_word_and_harmless(self, world: World, client_of: ClientOf) -> None:
        html = self.page(client_of(world.owner), a_source(world))
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
        assert "<script>alert(1)" not in html

    def test_drift_is_on_the_page(self, world: World, client_of: ClientOf) -> None:
        html = self.page(client_of(world.owner), a_source(world))
        assert "differs" in html
        assert "€0.30" in html

    def test_viewers_see_no_buttons(self, world: World, client_of: ClientOf) -> None:
        html = self.page(client_of(world.viewer), a_source(world))
        assert "Sync now" not in html
        assert "Disconnect" not in html
        assert "Set aside" not in html

    @pytest.mark.parametrize("name", ["list", "page"])
    def test_the_number_of_queries_does_not_grow_with_rows(self, world: World, client_of: ClientOf, name: str) -> None:
        source = a_source(world)
        client = client_of(world.owner)
        url = reverse(
            f"sources:{name}", kwargs={"business": "acme", **({"source_id": source.pk} if name == "page" else {})}
        )
        client.get(url)
        with CaptureQueriesContext(connection) as few:
            client.get(url)
        SyncRun.objects.bulk_create(
            SyncRun(business=world.business, source=source, kind="sweep", started_at=MOMENT) for _ in range(30)
        )
        for number in range(5):
            tasks.enqueue(make_source(world, account=f"acct_{number}"), "sync")
        with CaptureQueriesContext(connection) as many:
            client.get(url)
        assert len(many) == len(few) <= 18

    def test_shows_progress_while_a_job_is_open_and_reloads_when_it_is_over(
        self, world: World, client_of: ClientOf
    ) -> None:
        source = a_source(world)
        client = client_of(world.owner)
        job = tasks.enqueue(source, "sync")
        assert job is not None
        Job.objects.filter(pk=job.pk).update(
            state="running", progress_done=3, progress_total=9, progress_message="Charges, 2026-05"
        )
        html = self.page(client, source)
        assert 'hx-trigger="every 2s"' in html
        assert "Charges, 2026-05" in html
        Job.objects.filter(pk=job.pk).update(state="done")
        url = reverse("sources:progress", kwargs={"business": "acme", "source_id": source.pk})
        assert client.get(url, headers={"HX-Request": "true"})["HX-Refresh"] == "true"

    def test_sync_now_enqueues_one_job(self, world: World, client_of: ClientOf) -> None:
        source = a_source(world)
        url = reverse("sources:sync", kwargs={"business": "acme", "source_id": source.pk})
        for _ in range(2):
            assert client_of(world.owner).post(url).status_code == 302
        assert Job.objects.filter(name="ingestion.stripe.backfill", args__source_id=source.pk).count() == 1
        assert Event.objects.filter(name="ingestion.sources.sync_requested", actor=world.owner).count() == 1

    def test_what_cannot_be_read_cannot_be_synchronised(self, world: World, client_of: ClientOf) -> None:
        source = make_source(world, account="acct_1gone", state=Source.State.REVOKED)
        url = reverse("sources:sync", kwargs={"business": "acme", "source_id": source.pk})
        assert client_of(world.owner).post(url).status_code == 409

    @pytest.mark.parametrize("name", ["sync", "disconnect"])
    def test_writing_needs_a_post_and_the_right(self, world: World, client_of: ClientOf, name: str) -> None:
        source = a_source(world)
        url = reverse(f"sources:{name}", kwargs={"business": "acme", "source_id": source.pk})
        assert client_of(world.owner).get(url).status_code == 405
        for person, status in ((world.member, 403), (world.viewer, 403), (world.stranger, 404)):
            assert client_of(person).post(url).status_code == status

    def test_rejected_rows_can_be_set_aside(self, world: World, client_of: ClientOf) -> None:
        source = a_source(world)
        row = QuarantinedRow.objects.first()
        assert row is not None
        url = reverse("sources:resolve", kwargs={"business": "acme", "source_id": source.pk, "row_id": row.pk})
        assert client_of(world.viewer).post(url).status_code == 403
        assert client_of(world.stranger).post(url).status_code == 404
        client_of(world.owner).post(url)
        row.refresh_from_db()
        assert row.resolved_at is not None


@pytest.mark.usefixtures("wakeups")
class TestOtherBusinesses:
    """A foreign number under one's own business is a missing one."""

    @pytest.mark.parametrize("name", ["page", "progress"])
    def test_reading(self, world: World, client_of: ClientOf, name: str) -> None:
        source = a_source(world)
        url = reverse(f"sources:{name}", kwargs={"business": world.other.slug, "source_id": source.pk})
        assert client_of(world.stranger).get(url).status_code == 404

    @pytest.mark.parametrize("name", ["sync", "disconnect"])
    def test_writing(self, world: World, client_of: ClientOf, name: str) -> None:
        source = a_source(world)
        url = reverse(f"sources:{name}", kwargs={"business": world.other.slug, "source_id": source.pk})
        assert client_of(world.stranger).post(url).status_code == 404
        source.refresh_from_db()
        assert source.state == Source.State.ACTIVE
        assert not Job.objects.exists()

    def test_rejected_rows(self, world: World, client_of: ClientOf) -> None:
        theirs, mine = a_source(world), make_source(world, account="acct_2", business=world.other)
        row = QuarantinedRow.objects.filter(source=theirs)[0]
        kwargs = {"business": world.other.slug, "source_id": mine.pk, "row_id": row.pk}
        client_of(world.stranger).post(reverse("sources:resolve", kwargs=kwargs))
        row.refresh_from_db()
        assert row.resolved_at is None

    @pytest.mark.parametrize("name", ["upload_report", "upload_progress"])
    def test_uploads(self, world: World, client_of: ClientOf, name: str) -> None:
        upload = an_upload(world)
        url = reverse(f"sources:{name}", kwargs={"business": world.other.slug, "upload_id": upload.pk})
        assert client_of(world.stranger).get(url).status_code == 404
