"""The company's own diary: what it knows it did, written down by intent and not read back from API objects.

The truth that analytics is scored against comes from here, so a mistake in classifying ledger rows cannot hide.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal, NamedTuple

Bucket = Literal["gross", "refund", "dispute", "cost", "financing", "reserve", "movement"]


class Booking(NamedTuple):
    """A business meaning of money in the settlement currency.

    amount:  signed as in the ledger; a fee (`is_fee`) is positive and lowers the balance.
    """

    at: int
    bucket: Bucket
    currency: str
    amount: int
    customer: str
    is_fee: bool = False


class Attempt(NamedTuple):
    """One try to take money, as it stood at `known_at`; a later entry for the same charge replaces it.

    `succeeded` means captured money, not an authorisation.
    """

    at: int
    known_at: int
    charge: str
    intent: str
    succeeded: bool
    customer: str
    brand: str
    presentment: str


class DisputeStep(NamedTuple):
    """A dispute reached `status`. `is_chargeback` follows the networks: no inquiry, nothing prevented."""

    at: int
    dispute: str
    status: str
    opened_at: int
    charged_at: int
    brand: str
    is_chargeback: bool
    amount: int
    currency: str
    due_by: int | None


class PayoutStep(NamedTuple):
    at: int
    payout: str
    status: str
    arrival: int
    currency: str
    amount: int


class RecurringStep(NamedTuple):
    """From `at` on the subscription is worth `monthly` minor units a month."""

    at: int
    subscription: str
    customer: str
    currency: str
    monthly: Fraction


@dataclass(slots=True)
class Journal:
    """Everything up to and including `until`."""

    until: int
    bookings: list[Booking] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    disputes: list[DisputeStep] = field(default_factory=list)
    payouts: list[PayoutStep] = field(default_factory=list)
    recurring: list[RecurringStep] = field(default_factory=list)

    def write(self, entry: Booking | Attempt | DisputeStep | PayoutStep | RecurringStep) -> None:
        known_at = entry.known_at if isinstance(entry, Attempt) else entry.at
        if known_at <= self.until:
            self._page(entry).append(entry)

    def _page(self, entry: Booking | Attempt | DisputeStep | PayoutStep | RecurringStep) -> list[Any]:
        pages: dict[type, list[Any]] = {
            Booking: self.bookings,
            Attempt: self.attempts,
            DisputeStep: self.disputes,
            PayoutStep: self.payouts,
            RecurringStep: self.recurring,
        }
        return pages[type(entry)]
