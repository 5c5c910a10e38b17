"""Facts of the payments desk. Money is integer minor units of `currency`, a lower-case ISO code."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models

from ingestion.models.facts import Fact, FactQuerySet

OPEN_DISPUTES = (
    "warning_needs_response",
    "warning_under_review",
    "needs_response",
    "under_review",
    "appeal_needs_response",
    "appeal_under_review",
)
ANSWERABLE_DISPUTES = ("warning_needs_response", "needs_response", "appeal_needs_response")


def _key(name: str) -> models.UniqueConstraint:
    return models.UniqueConstraint(fields=["business", "source", "external_id"], name=f"{name}_key")


def _window(name: str, column: str = "created_at") -> models.Index:
    """For reads of a range of days."""
    return _reading(["business", column, "source"], column, f"{name}_{column.removesuffix('_at')}")


def _reading(fields: list[str], column: str, name: str) -> models.Index:
    """An index for reads that have a condition on `column`, and for no other: see `Fact`."""
    return models.Index(fields=fields, condition=models.Q((f"{column}__isnull", False)), name=name)


def _reference() -> models.CharField:
    """An id of another record at the provider."""
    return models.CharField(max_length=255, blank=True, default="", db_collation="C")


def _word(length: int = 60) -> models.CharField:
    """A value from the provider's own vocabulary; unknown words are kept."""
    return models.CharField(max_length=length, blank=True, default="")


class BalanceTransactionQuerySet(FactQuerySet):
    def in_bucket(self, *buckets: str) -> Self:
        return self.filter(bucket__in=buckets)


class BalanceTransaction(Fact):
    """One line of the account's ledger, the truth about its money. net = amount − fee, always."""

    class Bucket(models.TextChoices):
        GROSS = "gross", "Gross revenue"
        REFUND = "refund", "Refunds"
        DISPUTE = "dispute", "Dispute losses"
        COST = "cost", "Processing cost"
        FINANCING = "financing", "Financing"
        RESERVE = "reserve", "Reserves"
        MOVEMENT = "movement", "Movements"

    created_at = models.DateTimeField()
    available_on = models.DateTimeField()
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    fee = models.BigIntegerField()
    net = models.BigIntegerField()
    type = _word()
    reporting_category = _word()
    bucket = models.CharField(max_length=9, choices=Bucket)
    status = _word(20)
    source_object = _reference()
    exchange_rate = models.DecimalField(max_digits=24, decimal_places=12, null=True, blank=True)
    description = models.TextField(blank=True, default="")

    objects: ClassVar[Any] = BalanceTransactionQuerySet.as_manager()

    class Meta:
        constraints = [
            _key("balance_transaction"),
            models.CheckConstraint(
                condition=models.Q(net=models.F("amount") - models.F("fee")),
                name="balance_transaction_net_adds_up",
            ),
        ]
        indexes = [
            _window("balance_transaction"),
            models.Index(
                fields=["business", "available_on"],
                condition=models.Q(status="pending"),
                name="balance_transaction_pending",
            ),
        ]


class ChargeQuerySet(FactQuerySet):
    def successful(self) -> Self:
        """Money was taken, not only authorised: succeeded and captured."""
        return self.filter(status="succeeded", captured=True)


class Charge(Fact):
    """One attempt to take money from a payer, in presentment currency."""

    created_at = models.DateTimeField()
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    amount_captured = models.BigIntegerField()
    amount_refunded = models.BigIntegerField()
    status = _word(20)
    captured = models.BooleanField()
    paid = models.BooleanField()
    customer = _reference()
    payer_key = models.CharField(
        max_length=255,
        blank=True,
        default="",
        db_collation="C",
        help_text="Who paid: customer, else card fingerprint.",
    )
    payment_intent = _reference()
    brand = _word(30)
    card_present = models.BooleanField(default=False)
    failure_code = _word(80)
    descriptor = models.CharField(max_length=255, blank=True, default="")
    disputed = models.BooleanField(default=False)
    balance_transaction = _reference()
    invoice = _reference()

    objects: ClassVar[Any] = ChargeQuerySet.as_manager()

    class Meta:
        constraints = [_key("charge")]
        indexes = [_window("charge")]


class Refund(Fact):
    """Money given back on a charge."""

    created_at = models.DateTimeField()
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    status = _word(20)
    charge = _reference()
    payment_intent = _reference()
    reason = _word()
    failure_reason = _word()
    balance_transaction = _reference()

    class Meta:
        constraints = [_key("refund")]
        indexes = [_window("refund")]


class DisputeQuerySet(FactQuerySet):
    def chargebacks(self) -> Self:
        """Disputes that the card networks count."""
        return self.filter(is_chargeback=True)

    def open(self) -> Self:
        """Disputes without a final state."""
        return self.filter(status__in=OPEN_DISPUTES)

    def answerable(self, *, as_of: datetime) -> Self:
        """Disputes that wait for evidence whose deadline has not passed at `as_of`, the nearest first."""
        waiting = self.filter(status__in=ANSWERABLE_DISPUTES, evidence_due_by__gte=as_of)
        return waiting.order_by("evidence_due_by", "external_id")


class Dispute(Fact):
    """A payer's objection at the bank. `is_chargeback` follows the networks' way of counting."""

    created_at = models.DateTimeField()
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    status = _word(40)
    reason = _word()
    case_type = _word(40)
    brand = _word(30)
    charge = _reference()
    charge_created_at = models.DateTimeField(null=True, blank=True)
    evidence_due_by = models.DateTimeField(null=True, blank=True)
    has_evidence = models.BooleanField(default=False)
    closed_at = models.DateTimeField(null=True, blank=True)
    is_chargeback = models.BooleanField()
    livemode = models.BooleanField(default=True)

    objects: ClassVar[Any] = DisputeQuerySet.as_manager()

    class Meta:
        constraints = [_key("dispute")]
        indexes = [
            _window("dispute"),
            _window("dispute", "closed_at"),
            _reading(["business", "charge"], "charge", "dispute_by_charge"),
        ]


class Payout(Fact):
    """Money sent to the bank account; negative when it was pulled from there."""

    day_column: ClassVar[str] = "arrival_date"

    created_at = models.DateTimeField()
    arrival_date = models.DateField()
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    status = _word(20)
    automatic = models.BooleanField()
    method = _word(20)
    failure_code = _word(80)
    balance_transaction = _reference()

    class Meta:
        constraints = [_key("payout")]
        indexes = [_window("payout"), _window("payout", "arrival_date")]


class FraudWarning(Fact):
    """An issuer's early report of fraud on a charge (Visa TC40, Mastercard SAFE)."""

    created_at = models.DateTimeField()
    charge = _reference()
    fraud_type = _word()
    actionable = models.BooleanField()

    class Meta:
        constraints = [_key("fraud_warning")]
        indexes = [
            _window("fraud_warning"),
            _reading(["business", "charge"], "charge", "fraud_warning_by_charge"),
        ]


class Subscription(Fact):
    """A customer's running agreement.

    `items`: id, price, unit_amount, quantity, interval, interval_count, usage_type, period_end. Unit amounts
    are minor units as decimal text, since prices may have fractions of a cent.
    """

    created_at = models.DateTimeField()
    customer = _reference()
    status = _word(30)
    currency = models.CharField(max_length=3)
    items = models.JSONField(default=list)
    discounts = models.JSONField(default=list)
    trial_end = models.DateTimeField(null=True, blank=True)
    cancel_at = models.DateTimeField(null=True, blank=True)
    canceled_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [_key("subscription")]
        indexes = [
            _window("subscription"),
            _reading(["business", "customer"], "customer", "subscription_by_customer"),
        ]


class Invoice(Fact):
    """A bill of a subscription.

    `lines`: the recurring ones, with price, unit_amount, quantity, interval, interval_count, period_start,
    period_end, discount.
    """

    created_at = models.DateTimeField()
    customer = _reference()
    subscription = _reference()
    status = _word(20)
    currency = models.CharField(max_length=3)
    total = models.BigIntegerField()
    lines = models.JSONField(default=list)

    class Meta:
        constraints = [_key("invoice")]
        indexes = [
            _window("invoice"),
            _reading(["business", "subscription"], "subscription", "invoice_by_subscription"),
        ]
