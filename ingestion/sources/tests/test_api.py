"""The API's paths and shapes that the brief fixes, and that no id of another business opens anything."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Member
from accounts.testing.world import MOMENT, World
from ingestion.models import OAuthState, Source, Upload
from ingestion.providers.stripe.tests.conftest import make_source
from ingestion.sandbox.stripe.server import ReplayServer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("wakeups")]
ClientOf = Callable[[Any], Client]
API = "/api/v1"


@pytest.fixture(autouse=True)
def _storage(settings: Any) -> None:
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}


class TestStatus:
    URL = f"{API}/integrations/stripe/status"

    def test_before_and_after_connecting(self, world: World, client_of: ClientOf) -> None:
        client = client_of(world.viewer)
        assert client.get(self.URL).json() == {"connected": False}
        make_source(world, account="acct_1a", state=Source.State.ACTIVE, last_synced_at=MOMENT)
        body = client.get(self.URL).json()
        assert (body["connected"], body["account_id"]) == (True, "acct_1a")
        assert body["last_synced_at"].startswith("2026-06-15T12:00:00")

    def test_a_revoked_connection_is_none(self, world: World, client_of: ClientOf) -> None:
        make_source(world, account="acct_1a", state=Source.State.REVOKED, state_reason="Revoked.")
        body = client_of(world.owner).get(self.URL).json()
        assert (body["connected"], body["state"]) == (False, "revoked")

    def test_business_id_may_be_left_out_only_with_one_business(self, world: World, client_of: ClientOf) -> None:
        client = client_of(world.owner)
        Member.objects.create(business=world.other, user=world.owner, role="viewer")
        assert client.get(self.URL).status_code == 400
        assert client.get(self.URL, {"business_id": str(world.business.pk)}).status_code == 200

    def test_a_foreign_business_is_refused(self, world: World, client_of: ClientOf) -> None:
        for identity in (world.business.pk, uuid.uuid4()):
            response = client_of(world.stranger).get(self.URL, {"business_id": str(identity)})
            assert response.status_code == 403
            assert response.json()["error"]["code"] == "not_allowed"
        assert client_of(world.stranger).get(self.URL, {"business_id": "not-a-uuid"}).status_code == 400
        assert client_of(None).get(self.URL).status_code == 401


@pytest.mark.usefixtures("stripe")
class TestConnect:
    URL = f"{API}/integrations/stripe/connect"

    def test_a_get_leads_to_the_page_and_starts_nothing(self, world: World, client_of: ClientOf) -> None:
        response = client_of(world.owner).get(self.URL)
        assert response["Location"] == "/b/acme/sources/connect/"
        assert not OAuthState.objects.exists()

    def test_a_post_gives_the_address_of_the_consent(
        self, world: World, client_of: ClientOf, stripe: ReplayServer
    ) -> None:
        body = client_of(world.owner).post(self.URL).json()
        assert body["url"].startswith(f"{stripe.url}/oauth/authorize?")
        assert OAuthState.objects.get().business == world.business

    def test_needs_the_right(self, world: World, client_of: ClientOf) -> None:
        assert client_of(world.viewer).post(self.URL).status_code == 403
        query = f"{self.URL}?business_id={world.business.pk}"
        assert client_of(world.stranger).post(query).status_code == 403

    def test_the_callback_hands_over_without_a_business(self, client_of: ClientOf) -> None:
        response = client_of(None).get(
            f"{API}/integrations/stripe/callback", {"code": "ac_1", "state": "s", "business_id": "x"}
        )
        assert response["Location"] == "/integrations/stripe/callback?code=ac_1&state=s"


class TestSources:
    def test_lists_only_one_s_own(self, world: World, client_of: ClientOf) -> None:
        make_source(world, account="acct_1a")
        make_source(world, account="acct_1b", business=world.other)
        body = client_of(world.owner).get(f"{API}/sources").json()
        assert [row["account_id"] for row in body["sources"]] == ["acct_1a"]
        assert "secret" not in body["sources"][0]

    def test_reads_now_on_request(self, world: World, client_of: ClientOf) -> None:
        source = make_source(world, account="acct_1a")
        response = client_of(world.owner).post(f"{API}/sources/{source.pk}/sync")
        assert response.status_code == 202
        assert response.json()["name"] == "ingestion.stripe.backfill"

    def test_a_foreign_source_is_a_missing_one(self, world: World, client_of: ClientOf) -> None:
        source = make_source(world, account="acct_1a")
        assert client_of(world.stranger).post(f"{API}/sources/{source.pk}/sync").status_code == 404
        assert client_of(world.viewer).post(f"{API}/sources/{source.pk}/sync").status_code == 403


class TestUploads:
    DATA = b"id,Amount,Currency,Created (UTC),Arrival Date (UTC),Status\npo_1,5.00,eur,2026-05-02,2026-05-03,paid\n"

    def send(self, client: Client, **form: Any) -> Any:
        return client.post(f"{API}/uploads", {"file": SimpleUploadedFile("payouts.csv", self.DATA), **form})

    def test_takes_a_file_and_tells_how_it_went(
        self, world: World, client_of: ClientOf, run_jobs: Callable[..., Any]
    ) -> None:
        client = client_of(world.owner)
        made = self.send(client)
        assert made.status_code == 202, made.content
        run_jobs()
        body = client.get(f"{API}/uploads/{made.json()['id']}").json()
        assert (body["state"], body["kind"], body["counts"]["new"]) == ("done", "payouts", 1)

    def test_business_id_in_the_body_is_checked(self, world: World, client_of: ClientOf) -> None:
        assert self.send(client_of(world.stranger), business_id=str(world.business.pk)).status_code == 403
        assert not Upload.objects.exists()

    def test_a_foreign_upload_is_a_missing_one(self, world: World, client_of: ClientOf) -> None:
        made = self.send(client_of(world.owner)).json()
        assert client_of(world.stranger).get(f"{API}/uploads/{made['id']}").status_code == 404

    def test_too_large_is_413(self, world: World, client_of: ClientOf, settings: Any) -> None:
        settings.UPLOAD_MAX_BYTES = 10
        assert self.send(client_of(world.owner)).status_code == 413
