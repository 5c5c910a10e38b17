"""Fates drawn by chance: how often sales are refunded, disputed, warned about, or declined at first."""

from __future__ import annotations

from random import Random
from typing import Final

from ingestion.sandbox.moments import DAY, HOUR, MINUTE
from ingestion.sandbox.payments import charges
from ingestion.sandbox.payments.books import Books
from ingestion.sandbox.payments.charge_shape import Sale
from ingestion.sandbox.payments.disputes import Case
from ingestion.sandbox.payments.lives import DisputePlan, Life, Plan, RefundPlan
from ingestion.sandbox.timeline import JSON
from ingestion.sandbox.variants import Profile

REASONS: Final = (
    ("fraudulent", 38),
    ("product_not_received", 22),
    ("subscription_canceled", 14),
    ("unrecognized", 10),
    ("product_unacceptable", 8),
    ("credit_not_processed", 5),
    ("duplicate", 3),
)
CASES: Final = (("chargeback", 86), ("inquiry", 9), ("resolution", 3), ("block", 2))
REFUND_REASONS: Final = (("requested_by_customer", 80), ("duplicate", 6), (None, 14))
ANSWERED, WON = 0.6, 0.38
RETRIES, REDEEMED = 0.7, 0.6


def sell(books: Books, profile: Profile, sale: Sale, at: int) -> JSON:
    """One order at the till: a decline or two, then money and a drawn fate; returns the last charge."""
    rng = books.draws.of("sale", sale.key)
    if rng.random() < profile.failure_rate:
        charge = charges.fail(books, sale, at)
        if rng.random() > RETRIES:
            return charge
        at += rng.randint(1, 9) * MINUTE
        if rng.random() > REDEEMED:
            return charges.fail(books, sale, at)
    return Life(books, sale, drawn_plan(rng, profile, sale, at)).live()


def drawn_plan(rng: Random, profile: Profile, sale: Sale, at: int) -> Plan:
    """Chance decides; a refund and a dispute exclude each other here (the incidents have one with both)."""
    lot = rng.random()
    if sale.method == "sepa_debit":
        return Plan(at, start="debited", settles=(at + rng.randint(3, 6) * DAY, 0))
    if lot < profile.dispute_rate:
        return _disputed(rng, at)
    if lot < profile.dispute_rate + profile.refund_rate:
        return Plan(at, refunds=(_refund(rng, sale, at),))
    if lot > 0.985:
        return Plan(at, start="authorised", capture=_later_capture(rng, sale, at))
    return Plan(at)


def _later_capture(rng: Random, sale: Sale, at: int) -> tuple[int, int]:
    part = rng.choice((100, 100, 100, 60, 80))
    return at + rng.randint(4, 60) * HOUR, max(sale.amount * part // 100, 1)


def _refund(rng: Random, sale: Sale, at: int) -> RefundPlan:
    part = rng.choice((100, 100, 100, 100, 50, 30))
    reason = rng.choices([name for name, _ in REFUND_REASONS], [weight for _, weight in REFUND_REASONS])[0]
    return RefundPlan(at + rng.randint(6, 24 * 24) * HOUR, max(sale.amount * part // 100, 1), reason)


def _disputed(rng: Random, at: int) -> Plan:
    reason = rng.choices([name for name, _ in REASONS], [weight for _, weight in REASONS])[0]
    kind = rng.choices([name for name, _ in CASES], [weight for _, weight in CASES])[0]
    opened = at + rng.randint(5 * 24, 45 * 24) * HOUR
    case = Case(reason=reason, case_type=kind)
    warned = opened - rng.randint(2, 4) * DAY if reason == "fraudulent" and rng.random() < 0.6 else 0
    return Plan(at, dispute=DisputePlan(opened, case, _course(rng, opened, case)), warned_at=warned)


def _course(rng: Random, opened: int, case: Case) -> tuple[tuple[int, str], ...]:
    """How a case goes on: answered and decided after weeks, or lost by silence."""
    if case.case_type in ("block", "resolution"):
        return ()
    answered_at = opened + rng.randint(2, 8) * DAY
    decided_at = answered_at + rng.randint(25, 60) * DAY
    silent_at = opened + (case.answer_days + 2) * DAY
    if case.is_inquiry:
        return ((answered_at, "warning_under_review"), (decided_at, "warning_closed"))
    if rng.random() > ANSWERED:
        return ((silent_at, "lost"),)
    return ((answered_at, "under_review"), (decided_at, "won" if rng.random() < WON else "lost"))
