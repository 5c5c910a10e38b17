"""The demo's broker account: about four hundred trades, brought in the way a member's file comes in."""

from __future__ import annotations

from datetime import date, datetime

from accounts.models import Business, User
from ingestion.models import Statement
from ingestion.sandbox.trading.layouts import metatrader5
from ingestion.sandbox.trading.trader import history
from ingestion.trading.statements.receive import receive

TRADES = 400


def ensure_statement(business: Business, *, user: User, last: date, now: datetime) -> bool:
    """Upload the trader's report once; a worker reads it. False where the business has a statement already."""
    if Statement.objects.of(business).exists():
        return False
    receive(
        business, data=metatrader5(history(last=last, n=TRADES)), filename="harbour-report.html",
        way=Statement.Way.BASELINE, user=user, now=now, answers={"zone": "UTC"},
    )  # fmt: skip
    return True
