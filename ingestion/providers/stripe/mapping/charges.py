"""Charges and refunds."""

from __future__ import annotations

from datetime import datetime

from ingestion.pipeline.rows import ChargeRow, RefundRow
from ingestion.providers.stripe.mapping import ranks
from ingestion.providers.stripe.mapping.fields import (
    JSON,
    amount,
    amount_or_zero,
    clean,
    currency,
    first,
    flag,
    identity,
    moment,
    nested,
    reference,
    text,
    word,
)

BRANDS = {
    "american express": "amex",
    "amex": "amex",
    "american_express": "amex",
    "diners club": "diners",
    "diners_club": "diners",
    "diners": "diners",
    "discover": "discover",
    "jcb": "jcb",
    "mastercard": "mastercard",
    "master card": "mastercard",
    "visa": "visa",
    "unionpay": "unionpay",
    "china unionpay": "unionpay",
    "cartes_bancaires": "cartes_bancaires",
    "eftpos_australia": "eftpos_australia",
    "eftpos_au": "eftpos_australia",
    "interac": "interac",
    "link": "link",
}
#: Where a payload of any version keeps the card: payment_method_details since 2019, source, then card before.
CARD_PATHS = (
    ("payment_method_details", "card"),
    ("payment_method_details", "card_present"),
    ("payment_method_details", "interac_present"),
    ("source", "card"),
    ("source",),
    ("card",),
)
PRESENT = frozenset({"card_present", "interac_present"})


def charge(obj: JSON, version_at: datetime) -> ChargeRow:
    """One attempt to take money. Decided from its state: an authorisation says `paid` but is not `captured`."""
    external_id = identity(obj)
    status, total = charge_status(obj), amount(obj, "amount")
    captured = obj.get("captured") is not False and status == "succeeded"
    refunded = amount_or_zero(obj, "amount_refunded")
    card = _card(obj)
    return ChargeRow(
        external_id=external_id,
        version_at=version_at,
        version_rank=_rank(status, captured, total, refunded),
        created_at=moment(obj, "created"),
        currency=currency(obj),
        amount=total,
        # Records older than partial captures hold nothing here; then all of it was captured.
        amount_captured=(amount_or_zero(obj, "amount_captured") or total) if captured else 0,
        amount_refunded=refunded,
        status=status,
        captured=captured,
        paid=flag(obj, "paid"),
        customer=reference(obj.get("customer")),
        payer_key=_payer_key(obj, card, external_id),
        payment_intent=reference(obj.get("payment_intent")),
        brand=brand_of(card),
        card_present=text(nested(obj, "payment_method_details"), "type") in PRESENT,
        failure_code=word(obj, "failure_code", 80),
        descriptor=_descriptor(obj),
        disputed=flag(obj, "disputed") or bool(reference(obj.get("dispute"))),
        balance_transaction=reference(obj.get("balance_transaction")),
        invoice=reference(obj.get("invoice")),
    )


def charge_status(obj: JSON) -> str:
    """Today's word for the status: `paid` was one until 2014, and before that there was only the flag."""
    status = word(obj, "status", 20)
    if status == "paid":
        return "succeeded"
    if status:
        return status
    return "succeeded" if flag(obj, "paid") else "failed"


def refund(obj: JSON, version_at: datetime) -> RefundRow:
    """Money given back by the business. Refunds older than their status field have all succeeded."""
    status = word(obj, "status", 20) or "succeeded"
    return RefundRow(
        external_id=identity(obj),
        version_at=version_at,
        version_rank=ranks.REFUND.get(status, ranks.UNKNOWN),
        created_at=moment(obj, "created"),
        currency=currency(obj),
        amount=amount(obj, "amount"),
        status=status,
        charge=reference(obj.get("charge")),
        payment_intent=reference(obj.get("payment_intent")),
        reason=word(obj, "reason"),
        failure_reason=word(obj, "failure_reason"),
        balance_transaction=reference(obj.get("balance_transaction")),
    )


def brand_of(card: JSON) -> str:
    """The network in one spelling; empty where no card was used. An unknown brand keeps its own name."""
    said = first((card.get("brand"), card.get("type")))
    name = clean(said, 30).strip().lower()
    return BRANDS.get(name, "" if name == "unknown" else name)


def _card(obj: JSON) -> JSON:
    for path in CARD_PATHS:
        found = nested(obj, *path)
        if found.get("brand") or found.get("fingerprint"):
            return found
    # Before 2014 the card named its brand `type`; a `type` deeper down means the kind of payment method.
    return nested(obj, "card")


def _payer_key(obj: JSON, card: JSON, external_id: str) -> str:
    """Who paid: the customer, else the card, else somebody of whom only this charge is known (§ 10, top1_share)."""
    if customer := reference(obj.get("customer")):
        return customer
    if fingerprint := text(card, "fingerprint"):
        return f"card:{fingerprint}"
    return f"charge:{external_id}"


def _descriptor(obj: JSON) -> str:
    said = first((obj.get("calculated_statement_descriptor"), obj.get("statement_descriptor")))
    return clean(said)


def _rank(status: str, captured: bool, total: int, refunded: int) -> int:
    """Refunded is no end for good: a refund that fails gives the charge its money back."""
    if status != "succeeded":
        return ranks.CHARGE.get(status, ranks.UNKNOWN)
    if not captured:
        return 40
    return ranks.CHARGE["succeeded"] if not refunded else (60 if refunded >= total else 55)
