"""Stripe's list semantics: newest first, cursors, `created` ranges, filters, `has_more`, and `expand`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from ingestion.sandbox.stripe.store import INDEXED, Store, Table, Window
from ingestion.sandbox.stripe.wire import ApiError, missing
from ingestion.sandbox.timeline import JSON

COMMON: Final = frozenset({"limit", "starting_after", "ending_before", "created", "expand"})
BOUNDS: Final = ("gt", "gte", "lt", "lte")
MAX_EXPAND_DEPTH: Final = 4


@dataclass(frozen=True, slots=True)
class Resource:
    """One listable kind: its URL, and the parameters it understands besides the common ones."""

    path: str
    kind: str
    filters: frozenset[str] = frozenset()

    @property
    def noun(self) -> str:
        return self.kind.rpartition(".")[2]


RESOURCES: Final = {
    resource.path: resource
    for resource in (
        Resource(
            "/v1/balance_transactions", "balance_transaction", frozenset({"currency", "payout", "source", "type"})
        ),
        Resource("/v1/charges", "charge", frozenset({"customer", "payment_intent", "transfer_group"})),
        Resource("/v1/refunds", "refund", frozenset({"charge", "payment_intent"})),
        Resource("/v1/disputes", "dispute", frozenset({"charge", "payment_intent"})),
        Resource("/v1/payouts", "payout", frozenset({"arrival_date", "destination", "status"})),
        Resource(
            "/v1/radar/early_fraud_warnings", "radar.early_fraud_warning", frozenset({"charge", "payment_intent"})
        ),
        Resource(
            "/v1/subscriptions",
            "subscription",
            frozenset({"collection_method", "customer", "price", "status", "test_clock"}),
        ),
        Resource(
            "/v1/invoices",
            "invoice",
            frozenset({"collection_method", "customer", "due_date", "status", "subscription"}),
        ),
    )
}
#: The ledger's older address.
ALIASES: Final = {"/v1/balance/history": "/v1/balance_transactions"}


def list_objects(store: Store, resource: Resource, form: Mapping[str, Any], *, at: int) -> JSON:
    """One page of `resource` as its account has it at `at`."""
    check_names(form, COMMON | resource.filters)
    table = store.table(resource.kind)
    wanted = {name: form[name] for name in INDEXED.get(resource.kind, ()) if form.get(name)}
    among = _carried(store, form["payout"]) if resource.kind == "balance_transaction" and form.get("payout") else None
    window = window_of(table, form)
    matching = filter(_predicate(resource, form), table.chosen(window, wanted, among))
    page, has_more = page_of(matching, form, window)
    return envelope(resource.path, [store.view(at)(obj) for obj in page], has_more)


def page_of(matching: Iterable[JSON], form: Mapping[str, Any], window: Window) -> tuple[list[JSON], bool]:
    """(objects newest first, has_more) of one page."""
    limit = limit_of(form)
    found = list(islice(matching, limit + 1))
    page = found[:limit]
    return (page[::-1] if window.upwards else page), len(found) > limit


def envelope(path: str, data: list[JSON], has_more: bool) -> JSON:
    return {"object": "list", "data": data, "has_more": has_more, "url": path}


def window_of(table: Table, form: Mapping[str, Any]) -> Window:
    """Where to read, from `created` and the cursors."""
    low, high = table.between(**created_range(form.get("created")))
    after, before = form.get("starting_after"), form.get("ending_before")
    if after and before:
        raise ApiError("You can only specify one of these parameters: `starting_after`, `ending_before`.")
    if after:
        return Window(low, min(high, table.position(after, param="starting_after")))
    if before:
        return Window(max(low, table.position(before, param="ending_before") + 1), high, upwards=True)
    return Window(low, high)


def created_range(given: Any) -> dict[str, int | None]:
    """A `created` parameter, exact or with gt, gte, lt, lte, as a half-open range."""
    if given is None:
        return {"gte": None, "lt": None}
    if not isinstance(given, dict):
        exact = integer(given, "created")
        return {"gte": exact, "lt": exact + 1}
    check_names(given, frozenset(BOUNDS), prefix="created")
    bounds = {name: integer(value, f"created[{name}]") for name, value in given.items()}
    lows = [bounds[name] + step for name, step in (("gte", 0), ("gt", 1)) if name in bounds]
    highs = [bounds[name] + step for name, step in (("lt", 0), ("lte", 1)) if name in bounds]
    return {"gte": max(lows, default=None), "lt": min(highs, default=None)}


def limit_of(form: Mapping[str, Any]) -> int:
    limit = integer(form.get("limit", "10"), "limit")
    if limit < 1:
        raise ApiError(
            "This value must be greater than or equal to 1.", param="limit", code="parameter_invalid_integer"
        )
    if limit > 100:
        raise ApiError("This value must be less than or equal to 100.", param="limit", code="parameter_invalid_integer")
    return limit


def integer(value: Any, param: str) -> int:
    try:
        return int(str(value))
    except ValueError:
        raise ApiError(f"Invalid integer: {value}", param=param, code="parameter_invalid_integer") from None


def check_names(form: Mapping[str, Any], known: frozenset[str], *, prefix: str = "") -> None:
    for name in form:
        if name not in known:
            param = f"{prefix}[{name}]" if prefix else name
            raise ApiError(f"Received unknown parameter: {param}", param=param, code="parameter_unknown")


def expand(store: Store, obj: JSON, form: Mapping[str, Any], *, listed: bool) -> JSON:
    """`obj` with ids replaced by objects along each `expand` path; a path that leads nowhere is ignored."""
    given = form.get("expand", [])
    for path in [given] if isinstance(given, str) else given:
        names = path.split(".")
        if len(names) - listed > MAX_EXPAND_DEPTH:
            raise ApiError("You cannot expand more than 4 levels of a property.", param="expand")
        obj = _expand(store, obj, names)
    return obj


def _expand(store: Store, value: Any, names: list[str]) -> Any:
    if isinstance(value, list):
        return [_expand(store, entry, names) for entry in value]
    if isinstance(value, str):
        value = store.find(value) or value
    if not names or not isinstance(value, dict) or names[0] not in value:
        return value
    return {**value, names[0]: _expand(store, value[names[0]], names[1:])}


def _carried(store: Store, payout: str) -> list[int]:
    found = store.table("payout").find(payout)
    if found is None:
        raise missing("payout", payout, param="payout", status=400)
    if not found["automatic"]:
        raise ApiError(
            "Balance transaction history can only be filtered on automatic transfers, not manual.", param="payout"
        )
    return store.carried(payout)


def _predicate(resource: Resource, form: Mapping[str, Any]) -> Callable[[JSON], bool]:
    checks: list[Callable[[JSON], bool]] = []
    if resource.kind == "subscription":
        checks.append(_subscription_status(form.get("status", "")))
        if price := form.get("price"):
            checks.append(lambda sub: any(item["price"]["id"] == price for item in sub["items"]["data"]))
    elif status := form.get("status"):
        checks.append(lambda obj: obj["status"] == status)
    if resource.kind == "invoice" and (wanted := form.get("subscription")):
        checks.append(lambda bill: bill["parent"]["subscription_details"]["subscription"] == wanted)
    if resource.kind == "payout" and "arrival_date" in form:
        span = created_range(form["arrival_date"])
        checks.append(lambda payout: within(payout["arrival_date"], span))
    for name in ("collection_method", "destination", "transfer_group"):
        if name in form:
            checks.append(lambda obj, name=name: obj.get(name) == form[name])  # type: ignore[misc]
    return lambda obj: all(check(obj) for check in checks)


def _subscription_status(status: str) -> Callable[[JSON], bool]:
    if status == "all":
        return lambda sub: True
    if status == "ended":
        return lambda sub: sub["status"] in ("canceled", "incomplete_expired")
    if status:
        return lambda sub: sub["status"] == status
    return lambda sub: sub["status"] != "canceled"


def within(value: int, span: Mapping[str, int | None]) -> bool:
    low, high = span["gte"], span["lt"]
    return (low is None or value >= low) and (high is None or value < high)
