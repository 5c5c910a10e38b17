"""Payouts: what Stripe sends to the bank, and the exact rows each automatic one carried."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final

from ingestion.sandbox.journal import PayoutStep
from ingestion.sandbox.moments import DAY, HOUR, business_days_after, days, epoch, moment_of
from ingestion.sandbox.payments.books import Books
from ingestion.sandbox.timeline import JSON

#: Automatic payouts are cut shortly after midnight UTC.
CUT: Final = 300
ARRIVES_AFTER: Final = 2
FAILS_AFTER: Final = 2 * DAY


@dataclass(frozen=True, slots=True)
class Schedule:
    """When which balance is paid out.

    weekdays:     settlement currency → weekdays (Monday = 0).
    paused_from:  no payouts from this moment on, None for never.
    failing_near: the first EUR payout cut on or after this moment is returned by the bank.
    canceled_near: the first EUR payout cut on or after this moment is canceled before it arrives.
    """

    weekdays: Mapping[str, tuple[int, ...]]
    paused_from: int | None = None
    failing_near: int | None = None
    canceled_near: int | None = None


def pay_out(books: Books, schedule: Schedule, first: date) -> None:
    """Cut every automatic payout from `first` to the end of the books.

    Each carries all rows that became available and were in none before, so its amount is the sum of their nets and
    the payout's own row closes them to zero.
    """
    waiting: dict[str, list[tuple[int, int, JSON]]] = defaultdict(list)
    for number, row in enumerate(books.ledger):
        heapq.heappush(waiting[row["currency"]], (row["available_on"], number, row))
    fate = _Fates(schedule)
    last = moment_of(books.until).date()
    for day in days(first, last):
        at = epoch(datetime.combine(day, time(), UTC)) + CUT
        if at > books.until or (schedule.paused_from is not None and at >= schedule.paused_from):
            break
        for currency, weekdays in schedule.weekdays.items():
            if day.weekday() not in weekdays:
                continue
            rows = _ripe(waiting[currency], at)
            for returned in _cut(books, currency, rows, at, fate.of(currency, at)):
                heapq.heappush(waiting[currency], (returned["available_on"], len(books.ledger), returned))


class _Fates:
    """Hands the two scripted misfortunes to the first payout that comes due for them."""

    def __init__(self, schedule: Schedule) -> None:
        self.due = [
            (when, fate)
            for when, fate in ((schedule.failing_near, "failed"), (schedule.canceled_near, "canceled"))
            if when is not None
        ]

    def of(self, currency: str, at: int) -> str:
        for entry in self.due:
            if currency == "eur" and at >= entry[0]:
                self.due.remove(entry)
                return entry[1]
        return "paid"


def _ripe(waiting: list[tuple[int, int, JSON]], at: int) -> list[JSON]:
    rows = []
    while waiting and waiting[0][0] <= at - CUT:
        rows.append(heapq.heappop(waiting)[2])
    return rows


def _cut(books: Books, currency: str, rows: list[JSON], at: int, fate: str) -> list[JSON]:
    """One payout and its life; returns ledger rows that have to be paid out again."""
    total = sum(row["net"] for row in rows)
    if not rows:
        return []
    payout = create_payout(books, currency, total, at, rows=rows)
    story, arrival = payout["id"], payout["arrival_date"] + 8 * HOUR
    payout = books.change(
        at + HOUR, "payout.reconciliation_completed", payout, story=story, reconciliation_status="completed"
    )
    if fate == "canceled":
        return _returned(books, payout, at + 3 * HOUR, "canceled")
    payout = books.change(at + 6 * HOUR, "payout.updated", payout, story=story, status="in_transit")
    payout = settle_payout(books, payout, arrival)
    if fate == "failed":
        return _returned(books, payout, arrival + FAILS_AFTER, "failed")
    return []


def create_payout(
    books: Books, currency: str, amount: int, at: int, *, rows: list[JSON], automatic: bool = True, fee: int = 0
) -> JSON:
    """Take `amount` out of the balance (a negative one fills it from the bank) and announce the payout."""
    payout_id = books.draws.id("po_1", books.account, currency, at, amount, automatic)
    arrival = business_days_after(at, ARRIVES_AFTER) if automatic else at
    row = books.post(
        at=at,
        type="payout",
        category="payout",
        bucket="movement",
        currency=currency,
        amount=-amount,
        fee=fee,
        source=payout_id,
        story=payout_id,
        description="STRIPE PAYOUT",
    )
    payout = _blank(books, payout_id, currency, amount, at, arrival) | {
        "automatic": automatic,
        "balance_transaction": row["id"],
        "method": "standard" if automatic else "instant",
        "reconciliation_status": "in_progress" if automatic else "not_applicable",
    }
    if automatic and at <= books.until:
        books.payout_rows[payout_id] = [row["id"], *(carried["id"] for carried in rows)]
    _note(books, payout, at)
    return books.publish(at, "payout.created", payout, story=payout_id)


def settle_payout(books: Books, payout: JSON, at: int) -> JSON:
    payout = books.change(
        at,
        "payout.paid",
        payout,
        story=payout["id"],
        status="paid",
        trace_id={"status": "supported", "value": payout["id"][-12:].upper()},
    )
    _note(books, payout, at)
    return payout


def return_payout(books: Books, payout: JSON, at: int, status: str) -> tuple[JSON, JSON]:
    """The bank (`failed`) or the owner (`canceled`) sends it back; returns (payout, ledger row)."""
    row = books.post(
        at=at,
        type="payout_failure" if status == "failed" else "payout_cancel",
        category="payout_reversal",
        bucket="movement",
        currency=payout["currency"],
        amount=payout["amount"],
        source=payout["id"],
        story=payout["id"],
        description="STRIPE PAYOUT FAILURE" if status == "failed" else "STRIPE PAYOUT CANCEL",
    )
    reason = (
        {"failure_code": "account_closed", "failure_message": "The bank account has been closed."}
        if status == "failed"
        else {}
    )
    payout = books.change(
        at,
        f"payout.{status}",
        payout,
        story=payout["id"],
        status=status,
        failure_balance_transaction=row["id"],
        **reason,
    )
    _note(books, payout, at)
    return payout, row


def _returned(books: Books, payout: JSON, at: int, status: str) -> list[JSON]:
    _, row = return_payout(books, payout, at, status)
    return [row] if at <= books.until else []


def _blank(books: Books, payout_id: str, currency: str, amount: int, at: int, arrival: int) -> JSON:
    return {
        "id": payout_id,
        "object": "payout",
        "amount": amount,
        "application_fee": None,
        "application_fee_amount": None,
        "arrival_date": arrival,
        "automatic": True,
        "balance_transaction": None,
        "created": at,
        "currency": currency,
        "description": "STRIPE PAYOUT",
        "destination": books.draws.id("ba_1", books.account, currency),
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": books.livemode,
        "metadata": {},
        "method": "standard",
        "original_payout": None,
        "payout_method": None,
        "reconciliation_status": "in_progress",
        "reversed_by": None,
        "source_type": "card",
        "statement_descriptor": None,
        "status": "pending",
        "trace_id": {"status": "pending", "value": None},
        "type": "bank_account",
    }


def _note(books: Books, payout: JSON, at: int) -> None:
    books.journal.write(
        PayoutStep(at, payout["id"], payout["status"], payout["arrival_date"], payout["currency"], payout["amount"])
    )
