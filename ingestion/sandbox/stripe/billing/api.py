"""The `/v1` part of the till: who asks for what, answered once for each idempotency key."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable
from typing import Any, Final

from ingestion.sandbox.stripe.billing import sessions
from ingestion.sandbox.stripe.billing.forms import truth, unfolded, whole
from ingestion.sandbox.stripe.billing.life import end
from ingestion.sandbox.stripe.billing.till import Till
from ingestion.sandbox.stripe.events import KEPT_FOR
from ingestion.sandbox.stripe.lists import created_range, envelope, within
from ingestion.sandbox.stripe.wire import Answer, ApiError, Request, missing
from ingestion.sandbox.timeline import JSON

TABLES: Final = {
    "/v1/products": "product", "/v1/prices": "price", "/v1/customers": "customer",
    "/v1/checkout/sessions": "checkout.session", "/v1/subscriptions": "subscription", "/v1/invoices": "invoice",
    "/v1/billing_portal/sessions": "billing_portal.session",
}  # fmt: skip
#: Our own bookkeeping on objects, which Stripe's do not have.
PRIVATE: Final = ("card", "periods", "told_of_trial_end", "charge_id", "subscription_data")


def answers_for(path: str) -> bool:
    """Whether the till has this address, when the platform asks for itself."""
    return path == "/v1/events" or any(path == root or path.startswith(root + "/") for root in TABLES)


def answer_till(till: Till, request: Request, *, base: str) -> Answer:
    """Answer one request of the platform; ApiError carries every refusal."""
    path = request.path.rstrip("/")
    if request.method == "GET":
        return Answer(payload=_shown(till, _read(till, path, request.form), request.form))
    form = unfolded(request.body.decode("utf-8", "replace"))
    key = request.headers.get("idempotency-key", "")
    digest = hashlib.sha256(request.path.encode() + request.body).hexdigest()
    if key in till.answers:
        return _repeated(till.answers[key], digest)
    try:
        answer = Answer(payload=_shown(till, _write(till, request.method, path, form, base), form))
    except ApiError as refused:
        if key and refused.status == 402:
            till.answers[key] = (digest, refused.status, refused)
        raise
    if key:
        till.answers[key] = (digest, 200, copy.deepcopy(answer.payload))
    return answer


def _repeated(kept: tuple[str, int, Any], digest: str) -> Answer:
    known, status, payload = kept
    if known != digest:
        raise ApiError(
            "Keys for idempotent requests can only be used with the same parameters they were first used with.",
            type="idempotency_error",
        )
    if isinstance(payload, ApiError):
        raise payload
    return Answer(status, payload, headers={"Idempotent-Replayed": "true"})


def _read(till: Till, path: str, form: JSON) -> JSON:
    if path == "/v1/events":
        return _events(till, form)
    if path in TABLES:
        return _list(till, path, form)
    parent, _, name = path.rpartition("/")
    if parent not in TABLES:
        raise _unknown("GET", path)
    found = till.find(TABLES[parent], name)
    return {"id": name, "object": TABLES[parent], "deleted": True} if found.get("deleted") else found


def _list(till: Till, path: str, form: JSON) -> JSON:
    found = [obj for obj in till.newest_first(TABLES[path]) if _wanted(obj, form)]
    return _page(path, found, form)


def _wanted(obj: JSON, form: JSON) -> bool:
    if not within(obj["created"], created_range(form.get("created"))) or obj.get("deleted"):
        return False
    if obj["object"] == "subscription" and not _has_status(obj["status"], form.get("status", "")):
        return False
    if "active" in form and obj.get("active") is not truth(form["active"]):
        return False
    if "lookup_keys" in form and obj.get("lookup_key") not in form["lookup_keys"]:
        return False
    return all(obj.get(name) == form[name] for name in ("customer", "subscription", "product") if name in form)


def _has_status(status: str, wanted: str) -> bool:
    """Without a wish, Stripe leaves out what is over."""
    if not wanted:
        return status not in ("canceled", "incomplete_expired")
    return wanted in ("all", status)


def _events(till: Till, form: JSON) -> JSON:
    delivered = {"true": True, "false": False}.get(str(form.get("delivery_success", "")).lower())
    span = created_range(form.get("created"))
    found = [
        event.body()
        for event in reversed(till.events)
        if event.change.at >= till.at - KEPT_FOR
        and within(event.change.at, span)
        and (delivered is None or event.delivered is delivered)
        and form.get("type", event.type) == event.type
    ]
    return _page("/v1/events", found, form)


def _page(path: str, found: list[JSON], form: JSON) -> JSON:
    limit = min(max(whole(form.get("limit"), 10), 1), 100)
    after = form.get("starting_after")
    if after:
        names = [obj["id"] for obj in found]
        if after not in names:
            raise missing("object", after, param="starting_after", status=400)
        found = found[names.index(after) + 1 :]
    return envelope(path, found[:limit], len(found) > limit)


def _write(till: Till, method: str, path: str, form: JSON, base: str) -> JSON:
    root, name, verb = _split(path)
    kind = TABLES.get(root, "")
    if method == "DELETE" and kind == "subscription" and name:
        subscription = till.find(kind, name)
        end(till, subscription)
        return subscription
    if path == "/v1/invoices/create_preview":
        return sessions.preview(till, form)
    if kind and not name:
        return _create(till, kind, form, base)
    if kind == "checkout.session" and verb == "expire":
        return sessions.expire(till, till.find(kind, name))
    if kind == "subscription" and not verb:
        return sessions.change(till, till.find(kind, name), form, base=base)
    raise _unknown(method, path)


def _split(path: str) -> tuple[str, str, str]:
    """`/v1/checkout/sessions/cs_1/expire` as root, name and verb."""
    root = next((root for root in TABLES if path == root or path.startswith(root + "/")), "")
    name, _, verb = path.removeprefix(root).strip("/").partition("/")
    return root, name, verb


def _create(till: Till, kind: str, form: JSON, base: str) -> JSON:
    made: dict[str, Callable[[], JSON]] = {
        "product": lambda: _product(till, form),
        "price": lambda: _price(till, form),
        "customer": lambda: _customer(till, form),
        "checkout.session": lambda: sessions.open_checkout(till, form, base=base),
        "billing_portal.session": lambda: _portal(till, form, base),
    }
    if kind not in made:
        raise _unknown("POST", kind)
    return made[kind]()


def _product(till: Till, form: JSON) -> JSON:
    name = form.get("id", "")
    if name in till.tables["product"]:
        raise ApiError("Product already exists.", code="resource_already_exists", param="id")
    return till.add(
        "product", {"name": form["name"], "active": True, "metadata": form.get("metadata") or {}}, name=name
    )


def _price(till: Till, form: JSON) -> JSON:
    product = till.find("product", form["product"])
    recurring = {"interval": form["recurring"]["interval"], "interval_count": 1, "usage_type": "licensed"}
    return till.add("price", {
        "active": True, "product": product["id"], "currency": form["currency"], "type": "recurring",
        "unit_amount": int(form["unit_amount"]), "recurring": recurring, "lookup_key": form.get("lookup_key"),
        "tax_behavior": form.get("tax_behavior", "unspecified"), "metadata": form.get("metadata") or {},
        "nickname": product["name"],
    })  # fmt: skip


def _customer(till: Till, form: JSON) -> JSON:
    made = till.add("customer", {
        "email": form.get("email"), "name": form.get("name"), "metadata": form.get("metadata") or {},
        "address": None, "tax_exempt": "none", "card": "works",
    })  # fmt: skip
    till.tell("customer.created", made)
    return made


def _portal(till: Till, form: JSON, base: str) -> JSON:
    customer = till.find("customer", form["customer"])
    made = till.add("billing_portal.session", {"customer": customer["id"], "return_url": form.get("return_url")})
    made["url"] = f"{base}/portal/{made['id']}"
    return made


def _shown(till: Till, obj: JSON, form: JSON) -> JSON:
    """As Stripe shows it: without our bookkeeping, with what was asked to be expanded."""
    if obj.get("object") == "list":
        return {**obj, "data": [_shown(till, inner, {}) for inner in obj["data"]]}
    shown = {key: value for key, value in obj.items() if key not in PRIVATE}
    wanted = form.get("expand") or []
    if obj.get("object") == "subscription":
        if "latest_invoice" in wanted and obj["latest_invoice"]:
            shown["latest_invoice"] = _shown(till, till.find("invoice", obj["latest_invoice"]), {})
        if not any(name.startswith("discounts") for name in wanted):
            shown["discounts"] = [discount["id"] for discount in obj["discounts"]]
    return copy.deepcopy(shown)


def _unknown(method: str, path: str) -> ApiError:
    return ApiError(f"Unrecognized request URL ({method}: {path}).", status=404)
