"""Any order, any repetition and any delay of a subscription's events ends in the same grants."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Event
from accounts.testing.world import World
from billing.models import Grant, Subscription
from billing.stripe.facts import subscription_facts
from billing.stripe.signature import WebhookEvent
from billing.subscriptions.services import Read, apply, sync_subscription
from billing.testing.stripe import CUSTOMER, NAME, FakeApi, make_customer, open_invoice, subscription
from billing.webhooks.handler import Worker

START = datetime(2026, 6, 1, tzinfo=UTC)
NOW = START + timedelta(days=40)
DAY = timedelta(days=1)

#: A life: bought, renewal failed, paid again, cancelled for the period's end, over.
LIFE = (
    subscription(START, status="incomplete"),
    subscription(START),
    subscription(START, status="past_due", latest_invoice=open_invoice(START + 30 * DAY)),
    subscription(START, period=60),
    subscription(START, period=60, cancel_at_period_end=True),
    subscription(START, period=60, status="canceled", ended_at=int((START + 60 * DAY).timestamp())),
)
TYPES = (
    "customer.subscription.created", "customer.subscription.updated", "invoice.payment_failed", "invoice.paid",
    "customer.subscription.updated", "customer.subscription.deleted", "customer.subscription.trial_will_end",
    "invoice.upcoming",
)  # fmt: skip


def event(number: int) -> WebhookEvent:
    """The `number`th event; what it carries is as old as its moment, and must not matter."""
    kind = TYPES[number]
    about: dict[str, Any] = LIFE[min(number, len(LIFE) - 1)]
    if kind.startswith("invoice."):
        about = open_invoice(START) | ({"id": None} if kind == "invoice.upcoming" else {})
    return WebhookEvent(f"evt_{number}", kind, START + number * DAY, False, "", about)


def names_it(numbers: list[int]) -> bool:
    """Whether one of the events names the subscription itself."""
    return any(TYPES[number] != "invoice.upcoming" for number in numbers)


def outcome(world: World) -> tuple[Any, ...]:
    held = Grant.objects.of(world.business).filter(source="stripe")
    rows = Subscription.objects.of(world.business)
    return (
        list(held.values_list("plan__key", "state", "valid_from", "valid_until", "read_only_from")),
        list(rows.values_list("status", "period_end", "cancel_at", "ended_at", "past_due_since", "parked")),
    )


def forget(world: World) -> None:
    Grant.objects.of(world.business).filter(source="stripe").delete()
    Subscription.objects.of(world.business).delete()


def play(world: World, order: list[int], *, state: int) -> tuple[Any, ...]:
    """Deliver events in `order` while Stripe is at `state`, and see what is left."""
    forget(world)
    api = FakeApi()
    api.put("subscriptions", LIFE[state])
    api.put("invoices", open_invoice(START + 30 * DAY) | {"status": "paid"})
    worker = None
    for place, number in enumerate(order):
        if place % 3 == 0 or worker is None:
            worker = Worker(now=NOW + timedelta(seconds=place), api=api)  # type: ignore[arg-type]
        worker.follow(event(number))
    return outcome(world)


@pytest.mark.django_db
class TestAnyOrder:
    @pytest.mark.parametrize("state", range(len(LIFE)))
    def test_of_all_events_ends_the_same(self, world: World, state: int) -> None:
        make_customer(world.business)
        expected = play(world, [0, 1, 2, 3, 4, 5], state=state)
        for order in itertools.islice(itertools.permutations(range(6)), 0, 720, 41):
            assert play(world, list(order), state=state) == expected

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        orders=st.lists(st.integers(0, len(TYPES) - 1), min_size=1, max_size=12).filter(
            lambda told: set(told) & {0, 1, 4, 5}
        ),
        state=st.integers(1, len(LIFE) - 1),
    )
    def test_of_any_events_however_often_ends_the_same(self, world: World, orders: list[int], state: int) -> None:
        _ensure_customer(world)
        assert play(world, orders, state=state) == play(world, [1], state=state)

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        ages=st.lists(st.tuples(st.integers(0, len(LIFE) - 1), st.integers(0, 5)), max_size=8),
        last=st.integers(0, len(LIFE) - 1),
    )
    def test_of_slow_answers_never_beats_the_newest(self, world: World, ages: list[tuple[int, int]], last: int) -> None:
        """Each worker read Stripe at some moment and writes later, in any order; the newest reading holds."""
        _ensure_customer(world)
        readings = [Read(subscription_facts(LIFE[state]), NOW + timedelta(seconds=age)) for state, age in ages]
        newest = Read(subscription_facts(LIFE[last]), NOW + timedelta(seconds=60))
        forget(world)
        apply(world.business, newest, checkout=None, now=NOW)
        expected = outcome(world)
        for place in range(len(readings) + 1):
            forget(world)
            for reading in [*readings[:place], newest, *readings[place:]]:
                apply(world.business, reading, checkout=None, now=NOW)
            assert _live(outcome(world)) == _live(expected)


def _live(found: tuple[Any, ...]) -> tuple[Any, ...]:
    """A grant that was given and ended, and one that was never given, open the same: nothing."""
    grants, rows = found
    return [row for row in grants if row[1] == "active"], rows


def _ensure_customer(world: World) -> None:
    from billing.models import BillingCustomer

    if not BillingCustomer.objects.filter(stripe_id=CUSTOMER).exists():
        make_customer(world.business)


@pytest.mark.django_db
class TestASync:
    def test_reads_once_for_a_batch_of_events(self, world: World) -> None:
        make_customer(world.business)
        api = FakeApi()
        api.put("subscriptions", LIFE[1])
        worker = Worker(now=NOW, api=api)  # type: ignore[arg-type]
        for _ in range(5):
            worker.follow(event(1))
        assert api.asked.count(f"/v1/subscriptions/{NAME}") == 1

    def test_writes_and_records_once(self, world: World) -> None:
        make_customer(world.business)
        api = FakeApi()
        api.put("subscriptions", LIFE[1])
        found = [sync_subscription(api, NAME, now=NOW)[0] for _ in range(3)]  # type: ignore[arg-type]
        assert found == ["changed", "same", "same"]
        assert Event.objects.filter(name="billing.grants.granted", business=world.business).count() == 1

    def test_believes_no_metadata_about_whose_it_is(self, world: World) -> None:
        api = FakeApi()
        api.put("subscriptions", subscription(START, metadata={"business": str(world.business.pk)}))
        assert sync_subscription(api, NAME, now=NOW) == ("nobody", None)  # type: ignore[arg-type]
        assert not Grant.objects.filter(source="stripe").exists()

    def test_of_what_stripe_forgot_changes_nothing_and_calls_a_person(self, world: World) -> None:
        from billing.models import Attention

        make_customer(world.business)
        api = FakeApi()
        api.put("subscriptions", LIFE[1])
        sync_subscription(api, NAME, now=NOW)  # type: ignore[arg-type]
        sync_subscription(FakeApi(), NAME, now=NOW)  # type: ignore[arg-type]
        assert Grant.objects.get(external_id=NAME).state == "active"
        assert Attention.objects.get().kind == "missing_at_source"
