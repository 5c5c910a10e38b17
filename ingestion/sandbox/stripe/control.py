"""The sandbox's own levers under `/_sandbox`: faults, time, scenarios, webhooks, revocation, and looking inside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from ingestion.sandbox.moments import DAY, HOUR, epoch
from ingestion.sandbox.stripe.events import Event
from ingestion.sandbox.stripe.webhooks import Endpoint, Weather
from ingestion.sandbox.stripe.wire import Answer, Request
from ingestion.sandbox.stripe.world import World
from ingestion.sandbox.timeline import JSON
from ingestion.sandbox.truth import as_json

STEPS: Final = {"days": DAY, "hours": HOUR, "seconds": 1}


def answer_control(world: World, request: Request) -> Answer:
    """Answer one `/_sandbox` request; what it cannot do is a 400 with a sentence."""
    handler = ROUTES.get((request.method, request.path.removeprefix("/_sandbox").rstrip("/")))
    if handler is None:
        return Answer(404, {"error": f"no lever {request.method} {request.path}"})
    try:
        return Answer(payload=handler(world, request.form))
    except (ValueError, KeyError, TypeError) as error:
        return Answer(400, {"error": str(error)})


def _describe(world: World, given: JSON) -> JSON:
    with world.lock:
        return world.described()


def _truth(world: World, given: JSON) -> JSON:
    with world.lock:
        return as_json(world.shop(world.account_of(given["account"])).truth())


def _requests(world: World, given: JSON) -> JSON:
    with world.lock:
        return {"requests": list(world.requests)}


def _forget_requests(world: World, given: JSON) -> JSON:
    with world.lock:
        world.requests.clear()
    return {"requests": []}


def _add_fault(world: World, given: JSON) -> JSON:
    with world.lock:
        world.faults.add(given)
        return {"faults": world.faults.listed()}


def _faults(world: World, given: JSON) -> JSON:
    with world.lock:
        return {"faults": world.faults.listed()}


def _clear_faults(world: World, given: JSON) -> JSON:
    with world.lock:
        world.faults.clear()
    return {"faults": []}


def _set_webhook(world: World, given: JSON) -> JSON:
    secrets = given.get("secrets") or [given["secret"]]
    with world.lock:
        world.endpoint = Endpoint(given["url"], tuple(secrets), tuple(given.get("enabled_events", ["*"])))
        return world.described()


def _advance(world: World, given: JSON) -> JSON:
    """Move time (`to`, or `days`/`hours`/`seconds`), then play `scenarios`; deliver the events unless told not to."""
    with world.lock:
        told = world.move_to(_moment(world, given))
        for scenario in given.get("scenarios", []):
            account = world.account_of(scenario.get("account") or given.get("account") or _only(world))
            told += world.happen(account, {name: value for name, value in scenario.items() if name != "account"})
    return _sent(world, told, given)


def _deliver(world: World, given: JSON) -> JSON:
    """Send events again: those named in `events`, or all that never arrived."""
    with world.lock:
        chosen = world.named(given["events"]) if "events" in given else world.undelivered()
    return _sent(world, chosen, {"deliver": {}, **given})


def _revoke(world: World, given: JSON) -> JSON:
    """The owner ends the connection on Stripe's side, or a `key` stops working."""
    if "key" in given:
        with world.lock:
            world.memory.revoked.add(given["key"])
            world.on_change(world.memory)
        return {"revoked": given["key"]}
    with world.lock:
        account = world.account_of(given["account"])
        if account not in world.memory.connected:
            raise ValueError(f"{account} is not connected")
        told = world.disconnect(account)
    return _sent(world, told, given)


def _connect(world: World, given: JSON) -> JSON:
    """Connect without the page, for tests."""
    with world.lock:
        account = world.account_of(given["account"])
        world.connect(account, given.get("scope", "read_only"))
    return {"account": account}


def _sent(world: World, told: list[Event], given: Mapping[str, Any]) -> JSON:
    """Deliver outside the lock: the receiver may ask the sandbox back before it answers."""
    wanted = given.get("deliver", {})
    made = [] if wanted is False else world.send(told, Weather(**wanted) if isinstance(wanted, dict) else None)
    return {
        "now": world.at,
        "events": [{"id": event.id, "type": event.type, "account": event.account} for event in told],
        "delivered": [delivery._asdict() for delivery in made],
        "undelivered": [event.id for event in told if not event.delivered],
    }


def _moment(world: World, given: Mapping[str, Any]) -> int:
    if "to" in given:
        return epoch(datetime.fromisoformat(given["to"]))
    return world.at + sum(int(given.get(name, 0)) * length for name, length in STEPS.items())


def _only(world: World) -> str:
    if len(world.memory.connected) != 1:
        raise ValueError("name the account: none or several are connected")
    return next(iter(world.memory.connected))


ROUTES: Final[Mapping[tuple[str, str], Callable[[World, JSON], JSON]]] = {
    ("GET", ""): _describe,
    ("GET", "/truth"): _truth,
    ("GET", "/requests"): _requests,
    ("DELETE", "/requests"): _forget_requests,
    ("GET", "/faults"): _faults,
    ("POST", "/faults"): _add_fault,
    ("DELETE", "/faults"): _clear_faults,
    ("POST", "/webhook"): _set_webhook,
    ("POST", "/advance"): _advance,
    ("POST", "/deliver"): _deliver,
    ("POST", "/revoke"): _revoke,
    ("POST", "/connect"): _connect,
}
