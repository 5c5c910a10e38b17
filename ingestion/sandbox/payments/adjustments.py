"""Ledger rows that no sale makes: Stripe's monthly bills, a top-up, a reserve, an advance, an instant payout."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Final

from ingestion.sandbox.moments import DAY, HOUR, MINUTE, days, local_date, local_midnight
from ingestion.sandbox.payments.books import Books
from ingestion.sandbox.payments.payouts import create_payout, settle_payout

#: Minor units per screened charge.
RADAR_FEE: Final = 5
TAX_PERCENT: Final = 19
ADVANCE: Final = 1_200_000
ADVANCE_COST: Final = 132_000
WITHHELD_PERCENT: Final = 12


def bill_monthly(books: Books, first: date, last: date) -> None:
    """On the first of each month Stripe bills the month before; cost in the amount, none in `fee`."""
    screened: Counter[tuple[str, str]] = Counter()
    for row in list(books.ledger):
        if row["reporting_category"] == "charge":
            screened[_month(books, row["created"]), row["currency"]] += 1
    for day in days(first, last):
        if day.day != 1 or day == first:
            continue
        at = local_midnight(day, books.zone) + 6 * HOUR
        month = _month(books, local_midnight(day, books.zone) - DAY)
        for currency in ("eur", "usd"):
            fee = screened[month, currency] * RADAR_FEE
            if fee:
                _bill(books, at, currency, fee, month)


def _bill(books: Books, at: int, currency: str, fee: int, month: str) -> None:
    for kind, category, amount, text in (
        ("stripe_fee", "fee", fee, f"Radar for Fraud Teams ({month})"),
        ("tax_fee", "tax", (fee * TAX_PERCENT + 50) // 100, f"VAT on Stripe fees ({month})"),
    ):
        if amount:
            books.post(
                at=at,
                type=kind,
                category=category,
                bucket="cost",
                currency=currency,
                amount=-amount,
                source=None,
                story=f"{kind}/{month}/{currency}",
                description=text,
            )


def _month(books: Books, at: int) -> str:
    return f"{local_date(at, books.zone):%Y-%m}"


def top_up(books: Books, at: int, amount: int = 150_000) -> None:
    """Money wired in from the bank. It looks like income and is none."""
    source = books.draws.id("tu_1", books.account, at)
    books.post(
        at=at,
        type="topup",
        category="topup",
        bucket="movement",
        currency="usd",
        amount=amount,
        source=source,
        story=source,
        description="Top-up",
    )


def hold_reserve(books: Books, at: int, released_at: int, amount: int = 80_000) -> None:
    """Stripe holds a part of the balance back for a while, then lets most of it go."""
    hold, release = (books.draws.id("resv_1", books.account, when) for when in (at, released_at))
    for when, kind, signed, source in (
        (at, "reserve_hold", -amount, hold),
        (released_at, "reserve_release", amount * 3 // 4, release),
    ):
        books.post(
            at=when,
            type=kind,
            category="risk_reserved_funds",
            bucket="reserve",
            currency="eur",
            amount=signed,
            source=source,
            story=hold,
            description="Risk reserve",
        )


def pay_instantly(books: Books, at: int, amount: int = 40_000) -> None:
    """A payout by hand, in minutes, for a fee; its rows cannot be listed by payout."""
    payout = create_payout(books, "eur", amount, at, rows=[], automatic=False, fee=amount // 100)
    settle_payout(books, payout, at + 5 * MINUTE)


def advance(books: Books, at: int) -> None:
    """A Stripe Capital advance, paid back by a share of each later EUR sale until it is repaid with its cost."""
    source = books.draws.id("cap_1", books.account, at)
    books.post(
        at=at,
        type="advance",
        category="advance",
        bucket="financing",
        currency="eur",
        amount=ADVANCE,
        source=source,
        story=source,
        description="Stripe Capital advance",
    )
    owed = ADVANCE + ADVANCE_COST
    sales = [row for row in books.ledger if row["reporting_category"] == "charge" and row["currency"] == "eur"]
    for row in sorted(sales, key=lambda row: (row["created"], row["id"])):
        part = min(row["amount"] * WITHHELD_PERCENT // 100, owed)
        if part and row["created"] > at:
            owed -= part
            books.post(
                at=row["created"],
                type="anticipation_repayment",
                category="anticipation_repayment",
                bucket="financing",
                currency="eur",
                amount=-part,
                source=row["source"],
                story=source,
                description="Repayment of advance",
            )
