"""Messages on their way, over a real connection: signed, retried, never lost, never doubled."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from standardwebhooks.webhooks import Webhook

from accounts.errors import Conflict, InvalidInput
from accounts.models import Business
from accounts.testing.world import World
from recommendations.events import AdviceEvent, Happened
from recommendations.models import OutboundEndpoint, OutboundMessage
from recommendations.outbound import services
from recommendations.outbound.delivery import attempt
from recommendations.outbound.payloads import MOST_BYTES, for_slack
from recommendations.outbound.schedule import GIVEN_UP_AFTER
from recommendations.outbound.sending import Answer
from recommendations.testing.receiver import Receiver

State = OutboundMessage.State
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.OUTBOUND_PRIVATE_HOSTS = ["localhost"]
    listening = Receiver().begin()
    yield listening
    listening.die()


@pytest.fixture(autouse=True)
def _no_worker(wakeups: Any) -> None:
    """Jobs are written; the tests do the sending themselves."""


def endpoint(world: World, receiver: Receiver, clock: datetime, **given: Any) -> tuple[OutboundEndpoint, str]:
    known = {"kind": "webhook", "name": "Automation", "url": receiver.url, "events": [], "header": ""} | given
    return services.add_endpoint(world.business, user=world.owner, now=clock, **known)


def happened(business: Business, at: datetime, number: int = 1, **changes: Any) -> AdviceEvent:
    known = {
        "kind": Happened.CREATED, "business": business, "recommendation_id": f"00000000-0000-0000-0000-{number:012d}",
        "desk": "payments", "rule": "refund_rate", "title": f"Advice {number} <b>", "status": "open",
        "priority": "high", "revision": 1, "at": at,
    }  # fmt: skip
    return AdviceEvent(**(known | changes))


def step() -> AbstractContextManager[Any]:
    return nullcontext()


def send_due(business: Business, now: datetime) -> list[str]:
    due = OutboundMessage.objects.of(business).filter(state=State.WAITING, due_at__lte=now).order_by("due_at")
    return [attempt(step, row.pk, now=now) for row in due]


@pytest.mark.django_db
class TestOneMessage:
    def test_is_signed_so_that_the_library_accepts_it(self, world: World, clock: datetime, receiver: Receiver) -> None:
        _, key = endpoint(world, receiver, clock, header="Bearer abc")
        services.tell_advice(happened(world.business, clock))
        assert send_due(world.business, clock) == ["delivered"]
        ((headers, body),) = receiver.taken
        payload = json.loads(body)
        assert payload["type"] == "recommendation.created" and headers["authorization"] == "Bearer abc"
        with time_machine.travel(clock, tick=False):  # the library compares with its own clock
            assert Webhook(key).verify(body.decode(), headers) == payload
        assert payload["data"]["url"].endswith("/recommendations/00000000-0000-0000-0000-000000000001/")

    def test_both_keys_sign_for_a_day_after_a_rotation(self, world: World, clock: datetime, receiver: Receiver) -> None:
        made, old = endpoint(world, receiver, clock)
        new = services.rotate(made, user=world.owner, now=clock)
        for at, keys in ((clock, [new, old]), (clock + DAY, [new])):
            services.tell_advice(happened(world.business, at))
            send_due(world.business, at)
            headers, body = receiver.taken[-1]
            assert headers["webhook-signature"].split(" ") == [
                Webhook(key).sign(headers["webhook-id"], at, body.decode()) for key in keys
            ]

    @pytest.mark.parametrize(("status", "state"), [(204, "delivered"), (302, "waiting"), (404, "waiting"),
                                                   (500, "waiting")])  # fmt: skip
    def test_only_2xx_is_a_delivery_and_redirects_are_not_followed(
        self, world: World, clock: datetime, receiver: Receiver, status: int, state: str
    ) -> None:
        endpoint(world, receiver, clock)
        receiver.status, receiver.headers = status, {"Location": "http://localhost:1/"}
        services.tell_advice(happened(world.business, clock))
        assert send_due(world.business, clock) == [state] and len(receiver.taken) == 1

    def test_a_receiver_that_asks_for_a_pause_gets_it(self, world: World, clock: datetime, receiver: Receiver) -> None:
        endpoint(world, receiver, clock)
        receiver.status, receiver.headers = 429, {"Retry-After": "3600"}
        services.tell_advice(happened(world.business, clock))
        send_due(world.business, clock)
        assert OutboundMessage.objects.get().due_at == clock + HOUR

    def test_gone_switches_the_endpoint_off_and_mails_the_owners(
        self, world: World, clock: datetime, receiver: Receiver
    ) -> None:
        made, _ = endpoint(world, receiver, clock)
        receiver.status = 410
        services.tell_advice(happened(world.business, clock))
        send_due(world.business, clock)
        made.refresh_from_db()
        assert made.state == "disabled" and "switched off" in mail.outbox[0].subject
        assert mail.outbox[0].to == [world.owner.email]
        assert send_due(world.business, clock + DAY) == ["off"]
        services.resume(made, user=world.owner)
        receiver.status = 200
        assert send_due(world.business, clock + DAY) == ["delivered"]

    def test_five_days_of_failures_switch_it_off(self, world: World, clock: datetime, receiver: Receiver) -> None:
        made, _ = endpoint(world, receiver, clock)
        receiver.die()
        services.tell_advice(happened(world.business, clock))
        send_due(world.business, clock)
        services.tell_advice(happened(world.business, clock + GIVEN_UP_AFTER, 2))
        send_due(world.business, clock + GIVEN_UP_AFTER)
        made.refresh_from_db()
        assert made.state == "disabled"
        receiver.begin()

    def test_a_name_that_moved_inside_is_not_called(
        self, world: World, clock: datetime, receiver: Receiver, settings: Any
    ) -> None:
        endpoint(world, receiver, clock)
        services.tell_advice(happened(world.business, clock))
        settings.OUTBOUND_PRIVATE_HOSTS = []
        assert send_due(world.business, clock) == ["waiting"] and receiver.taken == []
        assert "https://" in OutboundMessage.objects.get().attempts[0]["error"]

    def test_what_is_under_way_is_not_sent_by_a_second_worker(
        self, world: World, clock: datetime, receiver: Receiver
    ) -> None:
        endpoint(world, receiver, clock)
        services.tell_advice(happened(world.business, clock))
        pk = OutboundMessage.objects.get().pk
        seen: list[str] = []

        def meanwhile(*args: Any) -> Answer:
            seen.append(attempt(step, pk, now=clock))
            return Answer(200)

        assert attempt(step, pk, now=clock, send=meanwhile) == "delivered" and seen == ["not due"]

    def test_it_stays_small_and_drops_figures_first(self, world: World, clock: datetime, receiver: Receiver) -> None:
        endpoint(world, receiver, clock)
        figure = {"metric": "payments.net", "value": "1", "n": 1, "as_of": "2026-06-15", "currency": "usd",
                  "note": "x" * 300}  # fmt: skip
        services.tell_advice(happened(world.business, clock, figures=(figure,) * 500, title="t" * 9_000))
        body = json.dumps(OutboundMessage.objects.get().payload)
        assert len(body) <= MOST_BYTES + 500 and OutboundMessage.objects.get().payload["data"]["figures"]


@pytest.mark.django_db
class TestEndpoints:
    def test_slack_gets_blocks_and_its_own_characters_escaped(self, world: World, clock: datetime) -> None:
        payload = {
            "type": "recommendation.created",
            "business": {"name": "A"},
            "data": {"title": "<b> & c", "url": "u"},
        }
        made = for_slack(payload)
        assert (
            "&lt;b&gt; &amp; c" in made["blocks"][0]["text"]["text"] and made["blocks"][1]["elements"][0]["url"] == "u"
        )

    def test_only_chosen_events_go_out(self, world: World, clock: datetime, receiver: Receiver) -> None:
        endpoint(world, receiver, clock, events=["recommendation.outcome"])
        services.tell_advice(happened(world.business, clock))
        assert not OutboundMessage.objects.exists()

    def test_another_business_hears_nothing(self, world: World, clock: datetime, receiver: Receiver) -> None:
        endpoint(world, receiver, clock)
        services.tell_advice(happened(world.other, clock))
        assert not OutboundMessage.objects.exists()

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({"url": "https://127.0.0.1/x"}, "private network"), ({"events": ["everything"]}, "Unknown events"),
            ({"kind": "slack"}, "Slack's addresses"), ({"header": "a\r\nb: c"}, "one line"),
        ],
    )  # fmt: skip
    def test_bad_input_is_refused_and_keeps_nothing(
        self, world: World, clock: datetime, receiver: Receiver, given: dict[str, Any], words: str
    ) -> None:
        with pytest.raises(InvalidInput, match=words):
            endpoint(world, receiver, clock, **given)
        assert not OutboundEndpoint.objects.exists()

    def test_ten_are_enough(self, world: World, clock: datetime, receiver: Receiver) -> None:
        for _ in range(10):
            endpoint(world, receiver, clock)
        with pytest.raises(Conflict, match="at most 10"):
            endpoint(world, receiver, clock)


@pytest.mark.django_db
def test_thirty_days_with_a_receiver_that_dies_lose_and_double_nothing(
    world: World, clock: datetime, receiver: Receiver
) -> None:
    """Three messages a day; the receiver is away from day 4 to 6, on day 12, and answers 503 on day 20."""
    endpoint(world, receiver, clock)
    away, number = False, 0
    for hour in range(30 * 24):
        now, day = clock + hour * HOUR, hour // 24
        if (day in (4, 5, 6, 12)) != away:
            away = not away
            receiver.die() if away else receiver.begin()
        receiver.status = 503 if day == 20 else 200
        if hour % 8 == 0:
            number += 1
            services.tell_advice(happened(world.business, now, number))
        send_due(world.business, now)
    for hour in range(48):
        send_due(world.business, clock + 30 * DAY + hour * HOUR)
    messages = OutboundMessage.objects.of(world.business)
    assert messages.filter(state=State.DELIVERED).count() == messages.count() == number == 90
    delivered = [headers["webhook-id"] for headers, _ in receiver.taken]
    accepted = [row.message_id for row in messages if row.attempts[-1]["status"] == 200]
    assert sorted(set(delivered)) == sorted(accepted) and len(accepted) == 90
    assert OutboundEndpoint.objects.get().state == "active" and OutboundEndpoint.objects.get().failing_since is None
