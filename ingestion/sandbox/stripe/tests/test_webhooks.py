"""Signed webhooks: the bytes that are sent are the bytes that are signed."""

from __future__ import annotations

import json

import httpx
import pytest
import stripe

from ingestion.sandbox.stripe.server import ReplayServer
from ingestion.sandbox.stripe.tests.conftest import NOW, Inbox
from ingestion.sandbox.stripe.webhooks import Weather, scatter, sign

SECRET = "whsec_sandbox"


class TestSignature:
    def test_agrees_with_the_vector_of_the_reference(self) -> None:
        """payments.md § 17."""
        header = sign(b'{"id":"evt_1","object":"event"}', ["whsec_test_secret"], 1700000000)
        assert header == "t=1700000000,v1=0c8670ed117751cc551a20e35839447075c42800ea3cf3e8a2fbda99cd1e6edd"

    def test_agrees_with_the_sdk(self) -> None:
        payload = '{"größe": "ü"}'
        made = stripe.WebhookSignature.generate_signature_header(payload, SECRET, timestamp=NOW)
        assert sign(payload.encode(), [SECRET], NOW) == made

    def test_a_rotation_signs_with_both_secrets(self) -> None:
        header = sign(b"{}", ["whsec_new", "whsec_old"], NOW)
        assert header.count("v1=") == 2


@pytest.fixture
def listening(lever: httpx.Client, inbox: Inbox) -> Inbox:
    lever.post("/webhook", json={"url": inbox.url, "secret": SECRET})
    return inbox


class TestDelivery:
    def test_arrives_signed_and_names_its_account(
        self, server: ReplayServer, lever: httpx.Client, listening: Inbox
    ) -> None:
        told = lever.post("/advance", json={"scenarios": [{"scenario": "charge", "amount": 1234}]}).json()
        assert [one["status"] for one in told["delivered"]] == [200]
        body, signature = listening.received[0]
        assert signature == sign(body, [SECRET], NOW)
        event = json.loads(body)
        assert event["id"] == told["events"][0]["id"]
        assert event["type"] == "charge.succeeded"
        assert event["account"] == server.account()
        assert event["livemode"] is False
        assert event["data"]["object"]["amount"] == 1234

    def test_a_refused_one_can_be_found_and_sent_again(
        self, lever: httpx.Client, http: httpx.Client, listening: Inbox
    ) -> None:
        listening.status = 500
        told = lever.post("/advance", json={"scenarios": [{"scenario": "charge"}]}).json()
        assert told["undelivered"] == [told["events"][0]["id"]]
        page = http.get("/v1/events", params={"delivery_success": "false"}).json()
        assert [event["id"] for event in page["data"]] == told["undelivered"]
        assert page["data"][0]["pending_webhooks"] == 1
        listening.status = 200
        assert lever.post("/deliver", json={}).json()["undelivered"] == []
        assert len(listening.received) == 2

    def test_nobody_listening_is_no_error(self, lever: httpx.Client) -> None:
        lever.post("/webhook", json={"url": "http://127.0.0.1:9/none", "secret": SECRET})
        told = lever.post("/advance", json={"scenarios": [{"scenario": "charge"}]}).json()
        assert [one["status"] for one in told["delivered"]] == [0]

    def test_only_subscribed_types_are_sent(self, lever: httpx.Client, inbox: Inbox) -> None:
        lever.post("/webhook", json={"url": inbox.url, "secret": SECRET, "enabled_events": ["charge.dispute.*"]})
        lever.post("/advance", json={"scenarios": [{"scenario": "charge"}, {"scenario": "dispute_opened"}]})
        assert {json.loads(body)["type"] for body, _ in inbox.received} == {
            "charge.dispute.created", "charge.dispute.funds_withdrawn"
        }  # fmt: skip

    def test_weather_shuffles_repeats_and_loses(self, lever: httpx.Client, listening: Inbox) -> None:
        """Every event either arrives, perhaps twice, or is reported as lost."""
        weather = {"shuffle": True, "duplicate": 0.3, "drop": 0.1, "seed": 7}
        told = lever.post("/advance", json={"days": 20, "deliver": weather}).json()
        sent = [event["id"] for event in told["events"]]
        arrived = [json.loads(body)["id"] for body, _ in listening.received]
        assert len(arrived) > len(set(arrived))
        assert told["undelivered"]
        assert set(arrived) | set(told["undelivered"]) == set(sent)
        assert set(arrived).isdisjoint(told["undelivered"])
        assert list(dict.fromkeys(arrived)) != [name for name in sent if name in arrived]

    def test_events_can_happen_silently(self, lever: httpx.Client, listening: Inbox) -> None:
        lever.post("/advance", json={"days": 5, "deliver": False})
        assert listening.received == []

    def test_leaving_on_stripes_side_is_told(self, server: ReplayServer, lever: httpx.Client, listening: Inbox) -> None:
        lever.post("/revoke", json={"account": "established"})
        event = json.loads(listening.received[0][0])
        assert event["type"] == "account.application.deauthorized"
        assert event["data"]["object"]["id"].startswith("ca_")
        assert event["account"] == server.account()


def test_fair_weather_changes_nothing(server: ReplayServer) -> None:
    events = server.world.shop(server.account()).log.events
    assert scatter(events, Weather()) == (events, [])
