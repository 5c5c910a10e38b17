"""The books of one company: where every simulated happening is written, three ways at once.

The timeline gets the API object, the ledger its money rows, the journal what it meant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from accounts.money import to_major, to_minor
from ingestion.sandbox.draws import Draws
from ingestion.sandbox.journal import Booking, Bucket, Journal
from ingestion.sandbox.moments import DAY, utc_midnight
from ingestion.sandbox.timeline import JSON, Timeline, evolve

#: Which balance a presentment currency settles to.
SETTLES_TO: Final[Mapping[str, str]] = {"eur": "eur", "gbp": "eur", "usd": "usd", "jpy": "usd"}
#: Stripe's price of a card payment in the settlement currency: basis points and fixed part.
PRICES: Final[Mapping[str, tuple[int, int]]] = {"eur": (150, 25), "usd": (290, 30)}
CONVERSION_BPS: Final = 200
DISPUTE_FEE: Final[Mapping[str, int]] = {"eur": 2000, "usd": 1500}
MID_RATES: Final[Mapping[str, Decimal]] = {"gbp": Decimal("1.17"), "jpy": Decimal("0.0067")}
RATE_PLACES: Final[Mapping[str, Decimal]] = {"gbp": Decimal("0.00001"), "jpy": Decimal("0.0000001")}
#: Card money is held this long before it can be paid out.
SETTLEMENT_DAYS: Final = 4


@dataclass(slots=True)
class Books:
    """Identity, chance and records of one account."""

    account: str
    name: str
    descriptor: str
    zone: ZoneInfo
    opened: int
    livemode: bool
    draws: Draws
    timeline: Timeline
    journal: Journal
    ledger: list[JSON] = field(default_factory=list)
    #: payout id → ids of the ledger rows it carried, its own row included
    payout_rows: dict[str, list[str]] = field(default_factory=dict)

    @property
    def until(self) -> int:
        return self.timeline.until

    def publish(self, at: int, type: str, obj: JSON, *, story: str) -> JSON:
        """Put a new object on the timeline."""
        self.timeline.add(at, type, obj, story=story)
        return obj

    def change(self, at: int, type: str, obj: JSON, *, story: str, **changed: Any) -> JSON:
        """Put a later state of an object on the timeline and return it."""
        return evolve(self.timeline, at, type, obj, story=story, **changed)

    def post(
        self,
        *,
        at: int,
        type: str,
        category: str,
        bucket: Bucket,
        currency: str,
        amount: int,
        source: str | None,
        story: str,
        fee: int = 0,
        held_days: int = 0,
        description: str | None = None,
        rate: Decimal | None = None,
        customer: str = "",
    ) -> JSON:
        """Write one ledger row; its fee is a cost, its amount belongs to `bucket`.

        held_days: whole days until the money can be paid out, counted to UTC midnight; 0 is at once.
        """
        row = {
            "id": self.draws.id("txn_3" if type == "charge" else "txn_1", self.account, type, source, at, amount),
            "object": "balance_transaction",
            "amount": amount,
            "available_on": utc_midnight(at) + held_days * DAY if held_days else at,
            "balance_type": "payments",
            "created": at,
            "currency": currency,
            "description": description,
            "exchange_rate": float(rate) if rate else None,
            "fee": fee,
            "fee_details": fee_details(fee, currency),
            "net": amount - fee,
            "reporting_category": category,
            "source": source,
            "status": "pending" if held_days else "available",
            "type": type,
        }
        if at <= self.until:
            self.ledger.append(row)
            self.timeline.add(at, "", row, story=story)
            self.journal.write(Booking(at, bucket, currency, amount, customer))
            if fee:
                self.journal.write(Booking(at, "cost", currency, fee, customer, is_fee=True))
        return row


def fee_details(fee: int, currency: str) -> list[JSON]:
    if not fee:
        return []
    kind, text = ("stripe_fee", "Stripe processing fees") if fee > 0 else ("stripe_fee", "Dispute fee returned")
    return [{"amount": fee, "application": None, "currency": currency, "description": text, "type": kind}]


def rate_on(at: int, currency: str) -> Decimal | None:
    """Conversion of one major unit into the settlement currency that day; None where none is needed.

    A slow triangle of ±3 % in 90 days, so that refunds meet another rate than their charge did.
    """
    if currency not in MID_RATES:
        return None
    phase = (at // DAY) % 90
    tilt = Decimal(min(phase, 90 - phase) * 2 - 45) / 1500
    return (MID_RATES[currency] * (1 + tilt)).quantize(RATE_PLACES[currency])


def settle(amount: int, currency: str, at: int) -> tuple[str, int, Decimal | None]:
    """(settlement currency, amount in its minor units, rate or None)."""
    target, rate = SETTLES_TO[currency], rate_on(at, currency)
    if rate is None:
        return target, amount, None
    return target, to_minor(to_major(amount, currency) * rate, target), rate


def processing_fee(amount: int, currency: str, *, converted: bool, method: str = "card") -> int:
    """Stripe's fee in minor units of the settlement currency, rounded half up."""
    if method == "sepa_debit":
        return 35
    bps, fixed = (299, 35) if method == "klarna" else PRICES[currency]
    bps += CONVERSION_BPS if converted else 0
    return (amount * bps + 5000) // 10_000 + fixed
