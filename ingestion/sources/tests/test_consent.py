"""Connecting by consent: the right business, the right person, the right browser, once, in time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Event, Job, Member
from accounts.testing.world import World
from ingestion.models import OAuthState, Source
from ingestion.providers.stripe import oauth
from ingestion.sandbox.stripe.server import ReplayServer
from ingestion.sources.connecting import ConsentInvalid, business_slug_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("wakeups", "stripe", "now")]
ClientOf = Callable[[Any], Client]
CALLBACK = "/integrations/stripe/callback"


def start(client: Client, world: World) -> dict[str, str]:
    """Press the button; returns the query that Stripe gets."""
    response = client.post(reverse("sources:consent", kwargs={"business": world.business.slug}))
    assert response.status_code == 302, response.content
    query = parse_qs(urlsplit(response["Location"]).query)
    return {name: values[0] for name, values in query.items()}


def code_for(stripe: ReplayServer, variant: str = "declining") -> str:
    """What Stripe sends back once the owner of that account said yes."""
    account = stripe.account(variant)
    with stripe.world.lock:
        stripe.world.connect(account)
        return stripe.world.issue_code(account, "read_only")


class TestStart:
    def test_asks_stripe_to_read_only(self, world: World, client_of: ClientOf, stripe: ReplayServer) -> None:
        response = client_of(world.owner).post(reverse("sources:consent", kwargs={"business": "acme"}))
        assert response["Location"].startswith(f"{stripe.url}/oauth/authorize?")
        query = start(client_of(world.owner), world)
        assert query["scope"] == "read_only"
        assert query["stripe_landing"] == "login"
        assert query["response_type"] == "code"
        assert query["client_id"] == stripe.client_id
        assert query["redirect_uri"].endswith(CALLBACK)

    def test_keeps_the_nonce_only_as_a_hash(self, world: World, client_of: ClientOf) -> None:
        query = start(client_of(world.owner), world)
        stored = OAuthState.objects.get()
        nonce = query["state"].rpartition(".")[2]
        assert len(nonce) >= 43
        assert nonce not in stored.nonce_hash
        assert (stored.business, stored.user) == (world.business, world.owner)

    def test_only_a_post_starts(self, world: World, client_of: ClientOf) -> None:
        url = reverse("sources:consent", kwargs={"business": "acme"})
        assert client_of(world.owner).get(url).status_code == 405
        assert not OAuthState.objects.exists()

    def test_needs_the_right_to_write_sources(self, world: World, client_of: ClientOf) -> None:
        url = reverse("sources:consent", kwargs={"business": "acme"})
        for person, status in ((world.manager, 302), (world.member, 403), (world.viewer, 403), (world.stranger, 404)):
            assert client_of(person).post(url).status_code == status

    def test_says_when_the_installation_is_not_set_up(self, world: World, client_of: ClientOf, settings: Any) -> None:
        settings.STRIPE_CONNECT_CLIENT_ID = ""
        url = reverse("sources:consent", kwargs={"business": "acme"})
        assert client_of(world.owner).post(url).status_code == 409
        page = client_of(world.owner).get(reverse("sources:connect", kwargs={"business": "acme"}))
        assert b"not registered" in page.content


class TestCallback:
    def come_back(self, client: Client, **query: str) -> Any:
        return client.get(CALLBACK, query)

    def test_connects_the_account_and_begins_its_import(
        self, world: World, client_of: ClientOf, stripe: ReplayServer
    ) -> None:
        client = client_of(world.owner)
        query = start(client, world)
        response = self.come_back(client, state=query["state"], code=code_for(stripe))
        source = Source.objects.of(world.business).get()
        assert response["Location"] == reverse("sources:page", kwargs={"business": "acme", "source_id": source.pk})
        assert (source.external_account, source.state) == (stripe.account("declining"), Source.State.CONNECTING)
        assert (source.auth_mode, source.livemode, source.secret) == (Source.AuthMode.OAUTH, False, None)
        assert source.label == "Fable & Thread"
        assert Job.objects.get(name="ingestion.stripe.backfill").business == world.business
        assert Event.objects.filter(name="ingestion.sources.connected", actor=world.owner).count() == 1

    def test_takes_the_business_from_the_stored_state_and_from_nowhere_else(
        self, world: World, client_of: ClientOf, stripe: ReplayServer
    ) -> None:
        """The brief's callback read `business_id` from the query: with it anyone could bind an account elsewhere."""
        Member.objects.create(business=world.other, user=world.owner, role="owner")
        client = client_of(world.owner)
        query = start(client, world)
        self.come_back(client, state=query["state"], code=code_for(stripe), business_id=str(world.other.pk))
        assert Source.objects.of(world.business).count() == 1
        assert not Source.objects.of(world.other).exists()

    def test_a_state_cannot_be_carried_over_to_another_business(
        self, world: World, client_of: ClientOf, stripe: ReplayServer
    ) -> None:
        Member.objects.create(business=world.other, user=world.owner, role="owner")
        client = client_of(world.owner)
        nonce = start(client, world)["state"].rpartition(".")[2]
        response = self.come_back(client, state=f"{world.other.slug}.{nonce}", code=code_for(stripe))
        assert response.status_code == 400
        assert not Source.objects.exists()

    def test_a_state_works_once(self, world: World, client_of: ClientOf, stripe: ReplayServer) -> None:
        client = client_of(world.owner)
        query = start(client, world)
        self.come_back(client, state=query["state"], code=code_for(stripe))
        again = self.come_back(client, state=query["state"], code=code_for(stripe, "young"))
        assert again.status_code == 400
        assert Source.objects.count() == 1

    def test_a_state_is_used_up_by_a_refusal(self, world: World, client_of: ClientOf, stripe: ReplayServer) -> None:
        client = client_of(world.owner)
        query = start(client, world)
        response = self.come_back(client, state=query["state"], error="access_denied", error_description="no")
        assert response["Location"] == reverse("sources:connect", kwargs={"business": "acme"})
        assert b"You declined" in client.get(response["Location"]).content
        assert not Source.objects.exists()
        assert self.come_back(client, state=query["state"], code=code_for(stripe)).status_code == 400

    @pytest.mark.parametrize("code", ["", "ac_wrong", "x" * 300])
    def test_a_bad_code_connects_nothing(self, world: World, client_of: ClientOf, code: str) -> None:
        client = client_of(world.owner)
        response = self.come_back(client, state=start(client, world)["state"], code=code)
        assert response.status_code == 302
        assert not Source.objects.exists()
        assert OAuthState.objects.get().used_at is not None

    def test_a_code_is_never_tried_twice(self, world: World, client_of: ClientOf, stripe: ReplayServer) -> None:
        client = client_of(world.owner)
        stripe.world.faults.add({"kind": "error", "times": 5, "path": "/oauth/token"})
        self.come_back(client, state=start(client, world)["state"], code=code_for(stripe))
        asked = [request for request in stripe.world.requests if request["path"] == "/oauth/token"]
        assert len(asked) <= 1
        assert not Source.objects.exists()

    def test_a_state_lasts_ten_minutes(self, world: World, client_of: ClientOf, stripe: ReplayServer, now: Any) -> None:
        client = client_of(world.owner)
        query = start(client, world)
        now.shift(timedelta(minutes=10, seconds=1))
        assert self.come_back(client, state=query["state"], code=code_for(stripe)).status_code == 400

    def test_belongs_to_the_person_who_started(self, world: World, client_of: ClientOf, stripe: ReplayServer) -> None:
        query = start(client_of(world.owner), world)
        response = self.come_back(client_of(world.manager), state=query["state"], code=code_for(stripe))
        assert response.status_code == 400
        assert not Source.objects.exists()

    def test_belongs_to_the_browser_that_started(self, world: World, client_of: ClientOf, stripe: ReplayServer) -> None:
        query = start(client_of(world.owner), world)
        response = self.come_back(client_of(world.owner), state=query["state"], code=code_for(stripe))
        assert response.status_code == 400

    def test_looks_at_the_membership_again(self, world: World, client_of: ClientOf, stripe: ReplayServer) -> None:
        client = client_of(world.manager)
        query = start(client, world)
        Member.objects.filter(user=world.manager).update(role="viewer")
        assert self.come_back(client, state=query["state"], code=code_for(stripe)).status_code == 403
        Member.objects.filter(user=world.manager).delete()
        assert self.come_back(client, state=query["state"], code=code_for(stripe)).status_code == 404

    def test_leads_to_the_login_first(self, client_of: ClientOf) -> None:
        assert "/accounts/login/" in self.come_back(client_of(None), state="acme.x", code="ac_1")["Location"]

    @pytest.mark.parametrize("state", ["", "acme", ".", "acme.", "x" * 300, "acme.wrong", "é.ü"])
    def test_refuses_states_it_never_gave(self, world: World, client_of: ClientOf, state: str) -> None:
        assert self.come_back(client_of(world.owner), state=state, code="ac_1").status_code in (400, 404)

    def test_an_account_connected_elsewhere_is_refused_clearly(
        self, world: World, client_of: ClientOf, stripe: ReplayServer
    ) -> None:
        Source.objects.create(
            business=world.other, provider="stripe", label="x", external_account=stripe.account("declining"),
            livemode=False, auth_mode="oauth", state="active",
        )  # fmt: skip
        client = client_of(world.owner)
        response = self.come_back(client, state=start(client, world)["state"], code=code_for(stripe))
        assert b"already connected to another business" in client.get(response["Location"]).content
        assert not Source.objects.of(world.business).exists()

    def test_reconnecting_takes_up_the_earlier_source(
        self, world: World, client_of: ClientOf, stripe: ReplayServer
    ) -> None:
        earlier = Source.objects.create(
            business=world.business, provider="stripe", label="x", external_account=stripe.account("declining"),
            livemode=False, auth_mode="oauth", state="needs_reconnect", state_reason="Stripe said no.",
        )  # fmt: skip
        client = client_of(world.owner)
        self.come_back(client, state=start(client, world)["state"], code=code_for(stripe))
        earlier.refresh_from_db()
        assert Source.objects.count() == 1
        assert (earlier.state, earlier.state_reason) == (Source.State.CONNECTING, "")

    def test_reconnecting_an_imported_account_reads_what_happened_since(
        self, world: World, client_of: ClientOf, stripe: ReplayServer, imported: Source
    ) -> None:
        Source.objects.update(state="needs_reconnect")
        client = client_of(world.owner)
        self.come_back(client, state=start(client, world)["state"], code=code_for(stripe, "young"))
        queued = Job.objects.filter(state="queued").values_list("name", flat=True)
        assert sorted(queued) == ["ingestion.stripe.sweep", "ingestion.stripe.sync"]

    def test_refuses_the_other_mode(
        self, world: World, client_of: ClientOf, stripe: ReplayServer, settings: Any
    ) -> None:
        settings.STRIPE_LIVEMODE = True
        client = client_of(world.owner)
        response = self.come_back(client, state=start(client, world)["state"], code=code_for(stripe))
        assert b"other mode" in client.get(response["Location"]).content
        assert not Source.objects.exists()


class TestDisconnect:
    def test_gives_access_back_and_keeps_the_facts(
        self, world: World, client_of: ClientOf, source: Source, stripe: ReplayServer
    ) -> None:
        url = reverse("sources:disconnect", kwargs={"business": "acme", "source_id": source.pk})
        client_of(world.owner).post(url)
        source.refresh_from_db()
        assert source.state == Source.State.DISCONNECTED
        assert source.external_account not in stripe.world.memory.connected
        assert Event.objects.filter(name="ingestion.sources.disconnected", actor=world.owner).exists()

    def test_tolerates_that_it_was_revoked_before(
        self, world: World, client_of: ClientOf, source: Source, stripe: ReplayServer
    ) -> None:
        with stripe.world.lock:
            stripe.world.disconnect(source.external_account)
        url = reverse("sources:disconnect", kwargs={"business": "acme", "source_id": source.pk})
        assert client_of(world.owner).post(url).status_code == 302
        source.refresh_from_db()
        assert source.state == Source.State.DISCONNECTED

    def test_changes_nothing_while_stripe_is_away(
        self, world: World, client_of: ClientOf, source: Source, stripe: ReplayServer
    ) -> None:
        stripe.world.faults.add({"kind": "error", "times": 9, "path": "/oauth"})
        url = reverse("sources:disconnect", kwargs={"business": "acme", "source_id": source.pk})
        assert client_of(world.owner).post(url).status_code == 503
        source.refresh_from_db()
        assert source.state == Source.State.CONNECTING


class TestKey:
    def paste(self, client: Client, key: str) -> Any:
        return client.post(reverse("sources:key", kwargs={"business": "acme"}), {"key": key})

    def test_connects_with_a_restricted_key_kept_encrypted(
        self, world: World, client_of: ClientOf, stripe: ReplayServer, run_jobs: Callable[..., Any]
    ) -> None:
        key = "rk_test_" + stripe.account("young").removeprefix("acct_")
        assert self.paste(client_of(world.owner), key).status_code == 302
        source = Source.objects.of(world.business).get()
        assert source.secret == {"key": key}
        assert source.auth_mode == Source.AuthMode.KEY
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("select secret from ingestion_source")
            assert key not in cursor.fetchone()[0]
        run_jobs()
        source.refresh_from_db()
        assert source.state == Source.State.ACTIVE

    @pytest.mark.parametrize(
        ("key", "words"),
        [
            ("sk_live_abcdefghijkl", b"full secret key"),
            ("pk_test_abcdefghijkl", b"no restricted Stripe key"),
            ("rk_test_unknownunknown", b"does not accept this key"),
            ("", b"required"),
            ("rk_test_" + "x" * 400, b"at most"),
        ],
    )
    def test_says_what_is_wrong_with_a_key(self, world: World, client_of: ClientOf, key: str, words: bytes) -> None:
        response = self.paste(client_of(world.owner), key)
        assert response.status_code == 400
        assert words in response.content
        assert not key or key.encode() not in response.content
        assert not Source.objects.exists()

    def test_names_the_permissions_a_key_lacks(
        self, world: World, client_of: ClientOf, stripe: ReplayServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from accounts.errors import SourceRefused
        from ingestion.providers.stripe import keys

        whole = keys.StripeApi.get

        def limited(self: Any, path: str, **params: Any) -> Any:
            if path in ("/v1/disputes", "/v1/subscriptions"):
                raise SourceRefused("no", code="not_permitted")
            return whole(self, path, **params)

        monkeypatch.setattr(keys.StripeApi, "get", limited)
        response = self.paste(client_of(world.owner), "rk_test_" + stripe.account("young").removeprefix("acct_"))
        assert b"lacks read permission for: disputes." in response.content


def test_a_state_s_business_is_only_a_hint() -> None:
    assert business_slug_of("acme.nonce") == "acme"
    with pytest.raises(ConsentInvalid):
        business_slug_of("acme")


def test_the_platform_client_of_oauth_carries_no_account(stripe: ReplayServer) -> None:
    """A token request inherits its client's account header, and Stripe would refuse it."""
    oauth.deauthorize("acct_1unknown")
    assert [request["account"] for request in stripe.world.requests] == [""]
