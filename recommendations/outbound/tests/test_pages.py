"""The pages of outbound messages: who may see them, what they show, and that a key is shown once."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.testing.deeds import FourRefusals
from accounts.testing.pages import FiveQuestions
from accounts.testing.world import World
from recommendations.models import OutboundEndpoint, OutboundMessage
from recommendations.outbound import services


def made(world: World, *, business: Any = None) -> OutboundEndpoint:
    return services.add_endpoint(
        business or world.business, kind="webhook", name="Automation", url="https://hooks.example.com/x", events=[],
        header="", user=world.owner, now=timezone.now(), resolver=lambda host, port: ["93.184.216.34"],
    )[0]  # fmt: skip


def message(endpoint: OutboundEndpoint, state: str = "failed") -> OutboundMessage:
    payload = {"type": "test.message", "data": {"title": "A <title>"}}
    return OutboundMessage.objects.create(
        business=endpoint.business, endpoint=endpoint, message_id=f"msg_{uuid4().hex}", event="test.message",
        payload=payload, state=state, attempts=[{"at": "x", "status": 503, "error": "", "ms": 12}],
    )  # fmt: skip


class TestListPage(FiveQuestions):
    url = "recommendations:outbound"
    permission = "write:business"


class TestEndpointPage(FiveQuestions):
    url = "recommendations:outbound-endpoint"
    permission = "write:business"

    @pytest.fixture(autouse=True)
    def _endpoint(self, world: World, wakeups: Any) -> None:
        self.endpoint = made(world)
        message(self.endpoint)

    def page_kwargs(self, world: World) -> dict[str, UUID]:
        return {"endpoint": self.endpoint.pk}


class TestDeed(FourRefusals):
    url = "recommendations:outbound-deed"
    permission = "write:business"
    form = {"deed": "pause"}

    def deed_kwargs(self, world: World) -> dict[str, UUID]:
        return {"endpoint": made(world).pk}


class TestReplayDeed(FourRefusals):
    url = "recommendations:outbound-replay"
    permission = "write:business"

    def deed_kwargs(self, world: World) -> dict[str, UUID]:
        endpoint = made(world)
        return {"endpoint": endpoint.pk, "message": message(endpoint).pk}


@pytest.mark.django_db
class TestDeeds:
    @pytest.fixture(autouse=True)
    def _quiet(self, wakeups: Any) -> None: ...

    def address(self, world: World, name: str, **kwargs: Any) -> str:
        return reverse(f"recommendations:{name}", kwargs={"business": world.business.slug, **kwargs})

    def test_a_key_is_shown_once(self, world: World, client_of: Any, monkeypatch: Any) -> None:
        monkeypatch.setattr("recommendations.outbound.addresses.resolve", lambda host, port: ["93.184.216.34"])
        monkeypatch.setattr(services.add_endpoint, "__kwdefaults__", {"resolver": lambda h, p: ["93.184.216.34"]})
        form = {"kind": "webhook", "name": "Mine", "url": "https://hooks.example.com/x"}
        client, address = client_of(world.owner), self.address(world, "outbound")
        first = client.post(address, form).content.decode()
        key = OutboundEndpoint.objects.get().secret["key"]
        assert key in first and key not in client.get(address).content.decode()

    def test_a_bad_address_is_told_beside_its_field(self, world: World, client_of: Any) -> None:
        form = {"kind": "webhook", "name": "Mine", "url": "https://127.0.0.1/x"}
        html = client_of(world.owner).post(self.address(world, "outbound"), form).content.decode()
        assert "leads into a private network" in html and not OutboundEndpoint.objects.exists()

    @pytest.mark.parametrize(("deed", "state"), [("pause", "paused"), ("resume", "active")])
    def test_states_change(self, world: World, client_of: Any, deed: str, state: str) -> None:
        endpoint = made(world)
        client_of(world.owner).post(self.address(world, "outbound-deed", endpoint=endpoint.pk), {"deed": deed})
        endpoint.refresh_from_db()
        assert endpoint.state == state

    def test_test_rotate_remove_and_what_is_none(self, world: World, client_of: Any) -> None:
        endpoint, client = made(world), client_of(world.owner)
        before, address = endpoint.secret["key"], self.address(world, "outbound-deed", endpoint=endpoint.pk)
        client.post(address, {"deed": "test"})
        assert OutboundMessage.objects.get().event == "test.message"
        client.post(address, {"deed": "rotate"})
        endpoint.refresh_from_db()
        assert endpoint.secret["older_key"] == before != endpoint.secret["key"]
        client.post(address, {"deed": "explode"})
        assert OutboundEndpoint.objects.count() == 1
        client.post(address, {"deed": "remove"})
        assert not OutboundEndpoint.objects.exists()

    def test_a_message_is_sent_again_unless_it_waits(self, world: World, client_of: Any) -> None:
        endpoint = made(world)
        ended, waiting = message(endpoint), message(endpoint, "waiting")
        for row in (ended, waiting):
            client_of(world.owner).post(self.address(world, "outbound-replay", endpoint=endpoint.pk, message=row.pk))
        ended.refresh_from_db()
        assert ended.state == "waiting" and ended.due_at <= timezone.now()

    def test_the_log_shows_titles_as_text(self, world: World, client_of: Any) -> None:
        endpoint = made(world)
        message(endpoint)
        html = (
            client_of(world.owner).get(self.address(world, "outbound-endpoint", endpoint=endpoint.pk)).content.decode()
        )
        assert "A &lt;title&gt;" in html and "HTTP 503" in html


def test_an_endpoint_of_another_business_is_nothing(world: World, client_of: Any, clock: datetime) -> None:
    theirs = made(world, business=world.other)
    address = reverse("recommendations:outbound-endpoint",
                      kwargs={"business": world.business.slug, "endpoint": theirs.pk})  # fmt: skip
    assert client_of(world.owner).get(address).status_code == 404
