"""Subscriptions and invoices, as far as recurring revenue needs them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ingestion.pipeline.rows import InvoiceRow, SubscriptionRow
from ingestion.providers.stripe.mapping import ranks
from ingestion.providers.stripe.mapping.fields import (
    JSON,
    Unreadable,
    amount,
    amount_or_zero,
    currency,
    decimal_text,
    first,
    flag,
    identity,
    listed,
    moment,
    moment_or_none,
    nested,
    reference,
    text,
    word,
)


def subscription(obj: JSON, version_at: datetime) -> SubscriptionRow:
    """One subscription with its recurring items and running discounts.

    Periods moved from the subscription to its items; a cancellation "at period end" becomes the date it means.
    """
    status = word(obj, "status", 30)
    items = [_item(item, obj) for item in _items(obj)]
    return SubscriptionRow(
        external_id=identity(obj),
        version_at=version_at,
        version_rank=ranks.SUBSCRIPTION.get(status, ranks.UNKNOWN),
        created_at=moment(obj, "created"),
        customer=reference(obj.get("customer")),
        status=status,
        currency=_currency(obj),
        items=items,
        discounts=_discounts(obj),
        trial_end=moment_or_none(obj, "trial_end"),
        cancel_at=_cancel_at(obj),
        canceled_at=moment_or_none(obj, "canceled_at"),
        ended_at=moment_or_none(obj, "ended_at"),
    )


def invoice(obj: JSON, version_at: datetime) -> InvoiceRow:
    """One invoice with its recurring lines."""
    status = word(obj, "status", 20) or _old_invoice_status(obj)
    parent = nested(obj, "parent", "subscription_details")
    return InvoiceRow(
        external_id=identity(obj),
        version_at=version_at,
        version_rank=ranks.INVOICE.get(status, ranks.UNKNOWN),
        created_at=moment(obj, "created" if obj.get("created") is not None else "date"),
        customer=reference(obj.get("customer")),
        subscription=reference(parent.get("subscription") or obj.get("subscription")),
        status=status,
        currency=currency(obj),
        total=amount(obj, "total"),
        lines=[_line(line) for line in listed(obj.get("lines")) if _is_recurring(line)],
    )


def _items(obj: JSON) -> list[JSON]:
    """Items; the oldest subscriptions have one plan and a quantity instead."""
    items = listed(obj.get("items"))
    if items or not isinstance(obj.get("plan"), dict):
        return items
    return [{"id": "", "plan": obj["plan"], "quantity": obj.get("quantity")}]


def _item(item: JSON, owner: JSON) -> dict[str, Any]:
    price = _price(item)
    ends = moment_or_none(item, "current_period_end") or moment_or_none(owner, "current_period_end")
    return {
        "id": text(item, "id"),
        **_terms(price),
        "quantity": _quantity(item),
        "usage_type": text(nested(price, "recurring"), "usage_type") or text(price, "usage_type") or "licensed",
        "period_end": ends.isoformat() if ends else None,
    }


def _line(line: JSON) -> dict[str, Any]:
    period = nested(line, "period")
    starts, ends = moment_or_none(period, "start"), moment_or_none(period, "end")
    terms = _terms(_price(line))
    pricing = nested(line, "pricing")
    return {
        **terms,
        "price": terms["price"] or reference(nested(pricing, "price_details").get("price")),
        "unit_amount": terms["unit_amount"] or decimal_text(pricing.get("unit_amount_decimal")),
        "quantity": _quantity(line),
        "amount": amount_or_zero(line, "amount"),
        "period_start": starts.isoformat() if starts else None,
        "period_end": ends.isoformat() if ends else None,
        "discount": sum(amount_or_zero(part, "amount") for part in listed(line.get("discount_amounts"))),
    }


def _price(holder: JSON) -> JSON:
    """The price of an item or line: `price`, or `plan` in older payloads, or expanded inside `pricing`."""
    inside = nested(holder, "pricing", "price_details").get("price")
    found = first((holder.get("price"), holder.get("plan"), inside))
    if isinstance(found, dict):
        return found
    return {"id": found} if isinstance(found, str) else {}


def _terms(price: JSON) -> dict[str, Any]:
    """What a price says, in one shape for prices and plans. `unit_amount` is exact decimal text of minor units."""
    recurring = nested(price, "recurring")
    unit = first((price.get("unit_amount_decimal"), price.get("amount_decimal")))
    plain = next((price[key] for key in ("unit_amount", "amount") if price.get(key) is not None), None)
    count = recurring.get("interval_count") or price.get("interval_count") or 1
    return {
        "price": text(price, "id"),
        "unit_amount": decimal_text(unit if unit is not None else plain),
        "interval": text(recurring, "interval") or text(price, "interval"),
        "interval_count": count if type(count) is int and count > 0 else 1,
    }


def _quantity(holder: JSON) -> int:
    value = holder.get("quantity")
    if value is None:
        return 1
    if type(value) is not int or value < 0:
        raise Unreadable("not_an_integer", f"quantity is {value!r}.")
    return value


def _discounts(obj: JSON) -> list[dict[str, Any]]:
    """Coupons that run. Discounts listed only by id say nothing about their coupon and are left out."""
    candidates = [*listed(obj.get("discounts")), nested(obj, "discount")]
    rows = [_discount(candidate) for candidate in candidates if candidate]
    return [row for row in rows if row["percent_off"] or row["amount_off"]]


def _discount(obj: JSON) -> dict[str, Any]:
    coupon = nested(obj, "coupon") or nested(obj, "source", "coupon")
    starts, ends = moment_or_none(obj, "start"), moment_or_none(obj, "end")
    return {
        "coupon": text(coupon, "id"),
        "percent_off": decimal_text(coupon.get("percent_off")),
        "amount_off": amount_or_zero(coupon, "amount_off"),
        "currency": text(coupon, "currency").lower(),
        "duration": text(coupon, "duration"),
        "start": starts.isoformat() if starts else None,
        "end": ends.isoformat() if ends else None,
    }


def _cancel_at(obj: JSON) -> datetime | None:
    if obj.get("cancel_at") is not None or not flag(obj, "cancel_at_period_end"):
        return moment_or_none(obj, "cancel_at")
    ends = [moment_or_none(holder, "current_period_end") for holder in (obj, *listed(obj.get("items")))]
    return max((end for end in ends if end is not None), default=None)


def _currency(obj: JSON) -> str:
    """The subscription's currency; older ones carry it only on their plans."""
    if obj.get("currency"):
        return currency(obj)
    said = [_price(item).get("currency") for item in _items(obj)]
    return currency({"currency": first(said)})


def _is_recurring(line: JSON) -> bool:
    price = _price(line)
    if text(line, "type") == "subscription" or price.get("recurring") or price.get("interval"):
        return True
    return bool(nested(line, "parent", "subscription_item_details"))


def _old_invoice_status(obj: JSON) -> str:
    if flag(obj, "paid"):
        return "paid"
    if flag(obj, "forgiven"):
        return "uncollectible"
    return "draft" if obj.get("closed") is None and not flag(obj, "attempted") else "open"
