"""The inbox: stored once, worked off by batches, retried, replayable."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts import inbox
from accounts.errors import InvalidInput, SourceDown
from accounts.inbox import Outcome, accept, drain, inbox_handler, replay
from accounts.models import InboxDelivery
from accounts.testing.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def handled(monkeypatch: pytest.MonkeyPatch, wakeups: Any) -> Iterator[list[str]]:
    """A provider `test` whose handler notes what it was given."""
    monkeypatch.setattr(inbox, "_HANDLERS", {})
    given: list[str] = []

    @inbox_handler("test")
    def handle(batch: list[InboxDelivery]) -> dict[int, Outcome | Exception]:
        given.extend(row.event_id for row in batch)
        return {row.pk: Outcome(note="ok") for row in batch}

    yield given


def send(event_id: str = "evt_1", *, account: str = "acct_1", provider: str = "test") -> bool:
    return accept(
        provider=provider, endpoint="connect", livemode=False, account=account, event_id=event_id,
        event_type="charge.succeeded", payload=b"{}", event_created=None, now=timezone.now(),
    )  # fmt: skip


def refuse_with(error: Exception) -> None:
    inbox._HANDLERS["test"] = lambda batch: {row.pk: error for row in batch}


class TestAccept:
    def test_stores_a_delivery_once(self) -> None:
        assert [send(), send(), send("evt_2")] == [True, False, True]
        assert InboxDelivery.objects.count() == 2

    def test_takes_one_id_of_two_accounts_as_two(self) -> None:
        assert [send(account="acct_1"), send(account="acct_2")] == [True, True]

    def test_puts_a_failed_delivery_back_to_work(self, handled: list[str]) -> None:
        send()
        InboxDelivery.objects.update(state="failed", attempts=10)
        assert send()
        drain(now=timezone.now())
        assert handled == ["evt_1"]

    def test_leaves_a_processed_delivery_alone(self, handled: list[str]) -> None:
        send()
        drain(now=timezone.now())
        assert not send()
        drain(now=timezone.now())
        assert handled == ["evt_1"]


class TestDrain:
    def test_works_in_order_of_receipt(self, handled: list[str]) -> None:
        for number in range(120):
            send(f"evt_{number}")
        assert drain(now=timezone.now()) == 120
        assert handled == [f"evt_{number}" for number in range(120)]
        assert set(InboxDelivery.objects.values_list("state", flat=True)) == {"processed"}

    def test_tries_again_after_a_passing_failure(self, world: World) -> None:
        send()
        refuse_with(SourceDown("away"))
        drain(now=timezone.now())
        row = InboxDelivery.objects.get()
        assert row.state == "received" and "away" in row.outcome
        assert drain(now=timezone.now()) == 0, "not before its next attempt is due"
        assert drain(now=timezone.now() + timedelta(minutes=2)) == 1

    @pytest.mark.parametrize("attempts", [1, 10])
    def test_ends_a_final_failure_and_an_endless_one(self, attempts: int) -> None:
        send()
        InboxDelivery.objects.update(attempts=attempts - 1)
        refuse_with(InvalidInput("unreadable") if attempts == 1 else SourceDown("away"))
        drain(now=timezone.now())
        assert InboxDelivery.objects.get().state == "failed"

    def test_survives_a_handler_with_a_bug(self) -> None:
        def broken(batch: list[InboxDelivery]) -> dict[int, Outcome | Exception]:
            raise KeyError("bug")

        send()
        inbox._HANDLERS["test"] = broken
        drain(now=timezone.now())
        assert "KeyError" in InboxDelivery.objects.get().outcome

    def test_ignores_what_nobody_handles_and_keeps_it(self) -> None:
        send(provider="nobody")
        drain(now=timezone.now())
        row = InboxDelivery.objects.get()
        assert row.state == "ignored" and bytes(row.payload) == b"{}"


def test_replay_works_a_delivery_off_again(handled: list[str]) -> None:
    send()
    drain(now=timezone.now())
    replay(InboxDelivery.objects.get())
    drain(now=timezone.now())
    assert handled == ["evt_1", "evt_1"]
