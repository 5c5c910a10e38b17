"""Levers of the till under `/_sandbox/till`: time, cards, money back, and how events travel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from ingestion.sandbox.moments import DAY, HOUR, moment_of
from ingestion.sandbox.stripe.billing import life, sessions
from ingestion.sandbox.stripe.billing.forms import whole
from ingestion.sandbox.stripe.billing.till import TillEvent
from ingestion.sandbox.stripe.webhooks import Weather
from ingestion.sandbox.timeline import JSON

if TYPE_CHECKING:
    from ingestion.sandbox.stripe.world import World


def answer_lever(world: World, name: str, given: JSON) -> JSON:
    """Pull one lever and send what it caused. Errors: KeyError for an unknown one, ApiError for unknown objects."""
    with world.lock:
        told = LEVERS[name](world, given)
        world.keep_till()
    wanted = given.get("deliver")
    if wanted is not None:
        with world.lock:
            events = told if told is not None else world.till.waiting
            world.till.waiting = [event for event in world.till.waiting if event not in events]
        made = [] if wanted is False else world.send_till(events, Weather(**wanted))
    else:
        made = world.send_till(world.till.take_waiting())
    with world.lock:
        return {
            "now": moment_of(world.till.at).isoformat(),
            "delivered": [delivery._asdict() for delivery in made],
            "waiting": [event.type for event in world.till.waiting],
            "subscriptions": list(world.till.tables["subscription"].values()),
        }


def _advance(world: World, given: JSON) -> None:
    """Let time pass at the till alone: `days`, `hours`, or `to_period_end` of a subscription."""
    till = world.till
    if "to_period_end" in given:
        wanted = life.period_end(till.find("subscription", given["to_period_end"])) + 1 - till.at
    else:
        wanted = int(given.get("days", 0)) * DAY + int(given.get("hours", 0)) * HOUR
    till.ahead += max(wanted, 0)
    life.run_until(till, till.at + max(wanted, 0), base=world.base)


def _hold(world: World, given: JSON) -> None:
    """Keep events back (`hold` true), so that they are sent by hand."""
    world.till.sends = not given.get("hold", True)


def _deliver(world: World, given: JSON) -> list[TillEvent]:
    """Send again: all events, or those whose `types` are named; in the weather of `deliver`."""
    types = given.get("types")
    return [event for event in world.till.events if not types or event.type in types]


def _card(world: World, given: JSON) -> None:
    world.till.find("customer", given["customer"])["card"] = "works" if given.get("works", True) else "declines"


def _status(world: World, given: JSON) -> None:
    """Put a subscription into a state that only time or staff lead to, such as paused."""
    subscription = world.till.find("subscription", given["subscription"])
    subscription["status"] = given["status"]
    if given["status"] in ("canceled", "incomplete_expired"):
        subscription["ended_at"] = world.till.at
    world.till.tell("customer.subscription.updated", subscription)


def _refund(world: World, given: JSON) -> None:
    invoice = world.till.find("invoice", given["invoice"])
    amount = whole(given.get("amount"), invoice["amount_paid"])
    world.till.tell("charge.refunded", {
        "id": invoice["charge_id"], "object": "charge", "customer": invoice["customer"],
        "amount": invoice["amount_paid"], "amount_refunded": amount, "currency": invoice["currency"],
        "refunded": amount == invoice["amount_paid"],
    })  # fmt: skip


def _dispute(world: World, given: JSON) -> None:
    invoice = world.till.find("invoice", given["invoice"])
    world.till.tell("charge.dispute.created", {
        "id": world.till.new_id("dispute"), "object": "dispute", "charge": invoice["charge_id"],
        "customer": invoice["customer"], "amount": invoice["amount_paid"], "currency": invoice["currency"],
    })  # fmt: skip


def _settle(world: World, given: JSON) -> None:
    sessions.settle(world.till, world.till.find("checkout.session", given["session"]), succeeded=given["succeeded"])


def _forget(world: World, given: JSON) -> None:
    """A customer is deleted in Stripe's dashboard."""
    customer = world.till.find("customer", given["customer"])
    customer["deleted"] = True
    world.till.tell("customer.deleted", customer)


LEVERS: Final[Mapping[str, Callable[[Any, JSON], list[TillEvent] | None]]] = {
    "advance": _advance,
    "hold": _hold,
    "deliver": _deliver,
    "card": _card,
    "status": _status,
    "refund": _refund,
    "dispute": _dispute,
    "settle": _settle,
    "forget": _forget,
}
