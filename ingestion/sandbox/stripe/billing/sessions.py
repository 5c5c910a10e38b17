"""Sessions of the till: ways to pay and to the portal, and what becomes of them."""

from __future__ import annotations

from typing import Any

from ingestion.sandbox.stripe.billing import invoices, life
from ingestion.sandbox.stripe.billing.forms import truth
from ingestion.sandbox.stripe.billing.till import Till
from ingestion.sandbox.stripe.wire import ApiError
from ingestion.sandbox.timeline import JSON

COUPONS = {"WELCOME20": {"id": "welcome20", "object": "coupon", "percent_off": 20, "duration": "forever",
                         "amount_off": None, "name": "Welcome"}}  # fmt: skip


def open_checkout(till: Till, form: JSON, *, base: str) -> JSON:
    """A session whose page waits at `/pay/<id>`."""
    if form.get("mode") != "subscription":
        raise ApiError("The sandbox sells subscriptions only.", param="mode")
    customer = till.find("customer", str(form.get("customer", "")))
    if customer.get("deleted"):
        raise ApiError(f"No such customer: '{customer['id']}'", status=404, code="resource_missing", param="customer")
    lines = form.get("line_items") or []
    if len(lines) != 1:
        raise ApiError("line_items: one price is expected.", param="line_items")
    price = till.find("price", lines[0]["price"])
    if not price["active"]:
        raise ApiError("The price specified is inactive.", param="line_items[0][price]")
    session = till.add("checkout.session", {
        "mode": "subscription", "status": "open", "payment_status": "unpaid", "customer": customer["id"],
        "client_reference_id": form.get("client_reference_id"), "metadata": form.get("metadata") or {},
        "subscription": None, "subscription_data": form.get("subscription_data") or {},
        "line_items": [{"price": price["id"], "quantity": 1}], "currency": price["currency"],
        "amount_subtotal": price["unit_amount"], "amount_total": price["unit_amount"],
        "automatic_tax": {"enabled": truth((form.get("automatic_tax") or {}).get("enabled"))},
        "tax_id_collection": {"enabled": truth((form.get("tax_id_collection") or {}).get("enabled"))},
        "allow_promotion_codes": truth(form.get("allow_promotion_codes")),
        "success_url": form["success_url"], "cancel_url": form.get("cancel_url"),
        "expires_at": till.at + life.SESSION_LASTS, "url": None,
    })  # fmt: skip
    session["url"] = f"{base}/pay/{session['id']}"
    return session


def expire(till: Till, session: JSON) -> JSON:
    if session["status"] != "open":
        raise ApiError('Only Checkout Sessions with a status in ["open"] can be expired.')
    session |= {"status": "expired", "url": None}
    till.tell("checkout.session.expired", session)
    return session


def pay(till: Till, session: JSON, given: JSON, *, base: str) -> None:
    """The button on the page: address and tax id go to the customer, then the first payment is taken.

    Errors: ApiError for an unknown promotion code.
    """
    code = str(given.get("promotion_code", "")).strip().upper()
    if code and (not session["allow_promotion_codes"] or code not in COUPONS):
        raise ApiError(f"The promotion code {code} is not known.", param="promotion_code")
    customer = till.find("customer", session["customer"])
    customer |= {
        "address": {"country": str(given.get("country", "US"))[:2]},
        "tax_exempt": "reverse" if str(given.get("tax_id", "")).strip() else "none",
        "card": "works",
    }
    till.tell("customer.updated", customer)
    subscription = life.subscribe(till, session, base=base, coupon=COUPONS.get(code))
    trial = subscription["status"] == "trialing"
    invoice = till.find("invoice", subscription["latest_invoice"])
    session |= {
        "status": "complete", "payment_status": "no_payment_required" if trial else "paid",
        "subscription": subscription["id"], "amount_total": invoice["total"], "url": None,
    }  # fmt: skip
    till.tell("checkout.session.completed", session)


def pay_later(till: Till, session: JSON, *, base: str) -> None:
    """A bank debit: the session completes, and the money is on its way."""
    subscription = life.subscribe(till, session, base=base)
    session |= {"status": "complete", "payment_status": "unpaid", "subscription": subscription["id"], "url": None}
    till.tell("checkout.session.completed", session)


def settle(till: Till, session: JSON, *, succeeded: bool) -> None:
    """What the bank said days later."""
    if succeeded:
        session["payment_status"] = "paid"
        till.tell("checkout.session.async_payment_succeeded", session)
        return
    till.tell("checkout.session.async_payment_failed", session)
    life.end(till, till.find("subscription", session["subscription"]))


def preview(till: Till, form: JSON) -> JSON:
    """The invoice that a change of price would make, not kept."""
    subscription = till.find("subscription", str(form.get("subscription", "")))
    details = form.get("subscription_details") or {}
    price = till.find("price", details["items"][0]["price"])
    parts = life.proration(till, subscription, price, int(details.get("proration_date") or till.at))
    return {"id": "upcoming_in", "object": "invoice", **invoices.draft(till, subscription, parts, "upcoming")}


def change(till: Till, subscription: JSON, form: JSON, *, base: str) -> JSON:
    """`POST /v1/subscriptions/<id>`: another price, or the end at the period's."""
    if "cancel_at_period_end" in form:
        life.cancel_at_period_end(till, subscription, wanted=truth(form["cancel_at_period_end"]))
    items: list[Any] = form.get("items") or []
    if items:
        own = subscription["items"]["data"][0]["id"]
        if items[0].get("id") != own:
            raise ApiError("The sandbox changes the one item there is.", param="items[0][id]")
        price = till.find("price", items[0]["price"])
        if price["currency"] != subscription["currency"]:
            raise ApiError("The currency of a subscription cannot change.", param="items[0][price]")
        life.change(till, subscription, price, int(form.get("proration_date") or till.at), base=base)
    return subscription
