"""Disputes and early fraud warnings: what a cardholder's bank does, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ingestion.sandbox.journal import DisputeStep
from ingestion.sandbox.moments import DAY
from ingestion.sandbox.payments.books import DISPUTE_FEE, Books, settle
from ingestion.sandbox.payments.charges import payer_of
from ingestion.sandbox.timeline import JSON

COUNTED_CASES: Final = frozenset({"chargeback", "compliance", ""})
FUNDS_KEPT: Final = frozenset({"inquiry", "block"})
REASON_CODES: Final = {
    ("visa", "fraudulent"): "10.4",
    ("visa", "product_not_received"): "13.1",
    ("visa", "subscription_canceled"): "13.2",
    ("visa", "product_unacceptable"): "13.3",
    ("visa", "credit_not_processed"): "13.7",
    ("visa", "duplicate"): "12.6",
    ("mastercard", "fraudulent"): "4837",
    ("mastercard", "product_not_received"): "4853",
    ("mastercard", "subscription_canceled"): "4853",
    ("amex", "fraudulent"): "F29",
    ("amex", "product_not_received"): "C08",
}
EVENTS: Final = {
    "won": "charge.dispute.closed",
    "lost": "charge.dispute.closed",
    "warning_closed": "charge.dispute.closed",
}


@dataclass(frozen=True, slots=True)
class Case:
    """What the bank files. amount: minor units of the charge; None disputes all of it."""

    reason: str = "fraudulent"
    case_type: str = "chargeback"
    amount: int | None = None
    answer_days: int = 12

    @property
    def is_inquiry(self) -> bool:
        return self.case_type == "inquiry"


def open_dispute(books: Books, charge: JSON, at: int, case: Case) -> tuple[JSON, JSON]:
    """File the case; a chargeback takes the money and a fee at once. Returns (charge, dispute)."""
    dispute_id = books.draws.id("du_1", books.account, charge["id"], at)
    amount = case.amount or charge["amount"]
    rows = [] if case.case_type in FUNDS_KEPT else [_withdraw(books, charge, at, amount, dispute_id)]
    made = {
        "id": dispute_id,
        "object": "dispute",
        "amount": amount,
        "balance_transactions": rows,
        "charge": charge["id"],
        "created": at,
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": _evidence(charge),
        "evidence_details": {
            "due_by": _due_by(at, case),
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": case.is_inquiry,
        "livemode": books.livemode,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method_details": _method(charge, case),
        "reason": case.reason,
        "status": _first_status(case),
    }
    books.publish(at, "charge.dispute.created", made, story=charge["id"])
    _note(books, charge, made, at)
    if rows:
        books.timeline.add(at, "charge.dispute.funds_withdrawn", made, story=charge["id"])
    charge = books.change(at, "", charge, story=charge["id"], disputed=True)
    return charge, made


def answer(books: Books, charge: JSON, made: JSON, at: int) -> JSON:
    """Evidence is handed in; the bank thinks."""
    status = {
        "needs_response": "under_review",
        "warning_needs_response": "warning_under_review",
        "appeal_needs_response": "appeal_under_review",
    }[made["status"]]
    details = made["evidence_details"]
    return move(
        books,
        charge,
        made,
        at,
        status,
        evidence_details={**details, "has_evidence": True, "submission_count": details["submission_count"] + 1},
    )


def close(books: Books, charge: JSON, made: JSON, at: int, status: str) -> JSON:
    """End it as `won`, `lost` or `warning_closed`; a win brings money and fee back."""
    if status != "won":
        details = {**made["evidence_details"], "past_due": not made["evidence_details"]["has_evidence"]}
        return move(books, charge, made, at, status, evidence_details=details)
    row = _reinstate(books, charge, made, at)
    made = move(books, charge, made, at, "won", balance_transactions=[*made["balance_transactions"], row])
    books.timeline.add(at, "charge.dispute.funds_reinstated", made, story=charge["id"])
    return made


def move(books: Books, charge: JSON, made: JSON, at: int, status: str, **changed: object) -> JSON:
    event = EVENTS.get(status, "charge.dispute.updated")
    made = books.change(at, event, made, story=charge["id"], status=status, **changed)
    _note(books, charge, made, at)
    return made


def warn(books: Books, charge: JSON, at: int, fraud_type: str = "made_with_stolen_card") -> JSON:
    """The issuer reports the charge as fraud (Visa TC40, Mastercard SAFE); a refund now may prevent a dispute."""
    made = {
        "id": books.draws.id("issfr_1", books.account, charge["id"], at),
        "object": "radar.early_fraud_warning",
        "actionable": not charge["refunded"] and not charge["disputed"],
        "charge": charge["id"],
        "created": at,
        "fraud_type": fraud_type,
        "livemode": books.livemode,
        "payment_intent": charge["payment_intent"],
    }
    return books.publish(at, "radar.early_fraud_warning.created", made, story=charge["id"])


def settle_warning(books: Books, made: JSON, at: int) -> JSON:
    """The charge was refunded or disputed: nothing left to do about the warning."""
    return books.change(at, "radar.early_fraud_warning.updated", made, story=made["charge"], actionable=False)


def _first_status(case: Case) -> str:
    if case.is_inquiry:
        return "warning_needs_response"
    return {"block": "prevented", "resolution": "lost"}.get(case.case_type, "needs_response")


def _due_by(at: int, case: Case) -> int | None:
    if case.case_type in ("block", "resolution"):
        return None
    return at - at % DAY + (case.answer_days + 1) * DAY - 1


def _method(charge: JSON, case: Case) -> JSON:
    kind = charge["payment_method_details"]["type"]
    if kind == "klarna":
        return {"klarna": {"chargeback_loss_reason_code": None, "reason_code": "high_risk_order"}, "type": "klarna"}
    brand = charge["payment_method_details"][kind].get("brand", "visa")
    code = REASON_CODES.get((brand, case.reason), "4853" if brand == "mastercard" else "10.4")
    return {"card": {"brand": brand, "case_type": case.case_type, "network_reason_code": code}, "type": "card"}


def _withdraw(books: Books, charge: JSON, at: int, amount: int, dispute_id: str) -> JSON:
    target, value, rate = settle(amount, charge["currency"], at)
    return books.post(
        at=at,
        type="adjustment",
        category="dispute",
        bucket="dispute",
        currency=target,
        amount=-value,
        fee=DISPUTE_FEE[target],
        source=dispute_id,
        story=charge["id"],
        description=f"Chargeback withdrawal for {charge['id']}",
        rate=rate,
        customer=payer_of(charge),
    )


def _reinstate(books: Books, charge: JSON, made: JSON, at: int) -> JSON:
    taken = made["balance_transactions"][0]
    return books.post(
        at=at,
        type="adjustment",
        category="dispute_reversal",
        bucket="dispute",
        currency=taken["currency"],
        amount=-taken["amount"],
        fee=-taken["fee"],
        source=made["id"],
        story=charge["id"],
        description=f"Chargeback reversal for {charge['id']}",
        customer=payer_of(charge),
    )


def _note(books: Books, charge: JSON, made: JSON, at: int) -> None:
    card = made["payment_method_details"].get("card", {})
    books.journal.write(
        DisputeStep(
            at=at,
            dispute=made["id"],
            status=made["status"],
            opened_at=made["created"],
            charged_at=charge["created"],
            brand=card.get("brand", ""),
            is_chargeback=card.get("case_type", "") in COUNTED_CASES,
            amount=made["amount"],
            currency=made["currency"],
            due_by=made["evidence_details"]["due_by"],
        )
    )


def _evidence(charge: JSON) -> JSON:
    return {
        "customer_email_address": charge["billing_details"]["email"],
        "customer_name": charge["billing_details"]["name"],
        "product_description": None,
        "uncategorized_text": None,
    }
