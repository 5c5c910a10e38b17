"""The life of a subscription at the till: bought, renewed, failing, cancelled, changed."""

from __future__ import annotations

from typing import Any, Final

from ingestion.sandbox.moments import DAY, cycle
from ingestion.sandbox.stripe.billing import invoices
from ingestion.sandbox.stripe.billing.till import Till
from ingestion.sandbox.stripe.wire import ApiError
from ingestion.sandbox.timeline import JSON

SESSION_LASTS: Final = DAY
NOTICE: Final = 3 * DAY


def subscribe(till: Till, session: JSON, *, base: str, coupon: JSON | None = None) -> JSON:
    """Make the subscription of a completed session and take the first payment, unless a trial comes first."""
    about = session["subscription_data"]
    price = till.find("price", session["line_items"][0]["price"])
    trial = int(about.get("trial_period_days") or 0)
    first_end = till.at + trial * DAY if trial else cycle(till.at, price["recurring"]["interval"], 1, 1)
    item = {
        "id": till.new_id("item"), "object": "subscription_item", "price": price, "quantity": 1,
        "current_period_start": till.at, "current_period_end": first_end,
    }  # fmt: skip
    discounts = [] if coupon is None else [
        {"id": till.new_id("discount"), "object": "discount", "source": {"type": "coupon", "coupon": coupon}}
    ]  # fmt: skip
    subscription = till.add("subscription", {
        "customer": session["customer"], "currency": price["currency"], "status": "trialing" if trial else "active",
        "items": {"object": "list", "data": [item], "has_more": False}, "metadata": about.get("metadata") or {},
        "start_date": till.at, "billing_cycle_anchor": first_end if trial else till.at, "periods": 0,
        "trial_start": till.at if trial else None, "trial_end": first_end if trial else None,
        "cancel_at": None, "cancel_at_period_end": False, "canceled_at": None, "ended_at": None,
        "pause_collection": None, "latest_invoice": None, "discounts": discounts,
        "automatic_tax": {"enabled": session["automatic_tax"]["enabled"]}, "told_of_trial_end": False,
        "collection_method": "charge_automatically", "billing_mode": {"type": "flexible"},
    })  # fmt: skip
    till.tell("customer.subscription.created", subscription)
    said = f"{price['nickname']} (trial)" if trial else price["nickname"]
    parts = [(said, 0 if trial else amount_of(subscription))]
    invoices.issue(till, subscription, parts, "subscription_create", base=base)
    return subscription


def amount_of(subscription: JSON) -> int:
    """A period's price after running discounts."""
    amount: int = subscription["items"]["data"][0]["price"]["unit_amount"]
    for discount in subscription["discounts"]:
        amount -= round(amount * (discount["source"]["coupon"]["percent_off"] or 0) / 100)
    return amount


def run_until(till: Till, moment: int, *, base: str) -> None:
    """Let everything happen that is due by `moment`, in order of time."""
    while (due := _next(till)) is not None and due[0] <= moment:
        till.at = max(till.at, due[0])
        due[1](till, due[2], base)
    till.at = max(till.at, moment)


def _next(till: Till) -> Any:
    due = [entry for subscription in till.tables["subscription"].values() for entry in _due(till, subscription)]
    due += [
        (session["expires_at"], _expire, session)
        for session in till.tables["checkout.session"].values()
        if session["status"] == "open"
    ]
    return min(due, key=lambda entry: entry[0]) if due else None


def _due(till: Till, subscription: JSON) -> list[Any]:
    status = subscription["status"]
    if status in ("canceled", "incomplete_expired", "unpaid", "paused"):
        return []
    end = period_end(subscription)
    due = [(end, _roll, subscription)]
    if status == "trialing" and not subscription["told_of_trial_end"]:
        due.append((end - NOTICE, _notice, subscription))
    invoice = till.tables["invoice"].get(subscription["latest_invoice"] or "")
    if status == "past_due" and invoice and invoice["next_payment_attempt"]:
        due.append((invoice["next_payment_attempt"], _retry, subscription))
    return due


def period_end(subscription: JSON) -> int:
    end: int = subscription["items"]["data"][0]["current_period_end"]
    return end


def _expire(till: Till, session: JSON, base: str) -> None:
    session["status"] = "expired"
    till.tell("checkout.session.expired", session)


def _notice(till: Till, subscription: JSON, base: str) -> None:
    subscription["told_of_trial_end"] = True
    till.tell("customer.subscription.trial_will_end", subscription)


def _roll(till: Till, subscription: JSON, base: str) -> None:
    """A period is over: end what was cancelled for then, else begin the next and ask for it."""
    if subscription["cancel_at_period_end"] or subscription["cancel_at"]:
        end(till, subscription)
        return
    item = subscription["items"]["data"][0]
    if subscription["status"] == "trialing":
        subscription["billing_cycle_anchor"] = item["current_period_end"]
    subscription["periods"] += 1
    start = item["current_period_end"]
    item["current_period_start"] = start
    interval = item["price"]["recurring"]["interval"]
    item["current_period_end"] = cycle(subscription["billing_cycle_anchor"], interval, 1, subscription["periods"])
    if item["current_period_end"] <= start:
        item["current_period_end"] = cycle(start, interval, 1, 1)
    _ask_for_money(till, subscription, [(item["price"]["nickname"], amount_of(subscription))], base=base)


def _ask_for_money(till: Till, subscription: JSON, parts: list[tuple[str, int]], *, base: str) -> None:
    invoice = invoices.issue(till, subscription, parts, "subscription_cycle", base=base)
    subscription["status"] = "active" if invoice["status"] == "paid" else "past_due"
    till.tell("customer.subscription.updated", subscription)


def _retry(till: Till, subscription: JSON, base: str) -> None:
    invoice = till.find("invoice", subscription["latest_invoice"])
    if invoices.attempt(till, invoice):
        subscription["status"] = "active"
    elif invoice["next_payment_attempt"] is None:
        subscription["status"] = "unpaid"
    till.tell("customer.subscription.updated", subscription)


def pay_open(till: Till, subscription: JSON) -> None:
    """A new card pays what is open at once."""
    invoice = till.tables["invoice"].get(subscription["latest_invoice"] or "")
    if invoice and invoice["status"] == "open" and invoices.attempt(till, invoice):
        subscription["status"] = "active"
        till.tell("customer.subscription.updated", subscription)


def end(till: Till, subscription: JSON) -> None:
    subscription |= {"status": "canceled", "ended_at": till.at, "canceled_at": subscription["canceled_at"] or till.at}
    till.tell("customer.subscription.deleted", subscription)


def cancel_at_period_end(till: Till, subscription: JSON, *, wanted: bool) -> None:
    """Cancel for the end of the period, or take that back."""
    subscription |= {
        "cancel_at_period_end": wanted,
        "cancel_at": period_end(subscription) if wanted else None,
        "canceled_at": till.at if wanted else None,
    }
    till.tell("customer.subscription.updated", subscription)


def proration(till: Till, subscription: JSON, price: JSON, moment: int) -> list[tuple[str, int]]:
    """What the rest of the period gives back and costs, by the second, as Stripe counts."""
    item = subscription["items"]["data"][0]
    if subscription["status"] == "trialing":
        return []
    whole = item["current_period_end"] - item["current_period_start"]
    rest = max(item["current_period_end"] - moment, 0)
    old, new = item["price"], price
    return [
        (f"Unused time on {old['nickname']}", -round(old["unit_amount"] * rest / whole)),
        (f"Remaining time on {new['nickname']}", round(new["unit_amount"] * rest / whole)),
    ]


def change(till: Till, subscription: JSON, price: JSON, moment: int, *, base: str) -> None:
    """Move to another price at once; refuse when the card does, so that nothing has changed."""
    parts = proration(till, subscription, price, moment)
    customer = till.find("customer", subscription["customer"])
    if customer["card"] != "works" and sum(amount for _, amount in parts) > 0:
        raise ApiError("Your card was declined.", status=402, type="card_error", code="card_declined")
    subscription["items"]["data"][0]["price"] = price
    if parts:
        invoices.issue(till, subscription, parts, "subscription_update", base=base)
    till.tell("customer.subscription.updated", subscription)
