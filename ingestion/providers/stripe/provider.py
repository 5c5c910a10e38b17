"""Stripe, as the registry knows it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import IO, ClassVar

from ingestion.providers.base import JSON, Auth, Export, FileUpload, Mapped, OAuth2, PastedKey, Provider, Stream
from ingestion.providers.stripe.csv_exports import read_export
from ingestion.providers.stripe.mapping import map_object

OVERLAP = timedelta(hours=48)

SUBSCRIPTION_EVENTS = tuple(
    f"customer.subscription.{what}"
    for what in (
        "created",
        "updated",
        "deleted",
        "paused",
        "resumed",
        "trial_will_end",
        "pending_update_applied",
        "pending_update_expired",
    )
)
#: Events that change the account itself rather than one of its records.
ACCOUNT_EVENTS = (
    "account.updated",
    "account.application.authorized",
    "account.application.deauthorized",
    "capability.updated",
)
#: Events that move money without naming a ledger row, which has no events of its own: the newest rows are read.
LEDGER_EVENTS = (
    "balance.available",
    "reserve.hold.created",
    "reserve.hold.updated",
    "reserve.plan.created",
    "reserve.plan.disabled",
    "reserve.plan.expired",
    "reserve.plan.updated",
    "reserve.release.created",
)
#: Events about something of which only the charge is kept.
CHARGE_EVENTS = ("review.opened", "review.closed")


class Stripe(Provider):
    """Balance transactions are the ledger; the other streams explain it. Order is the order of the first import."""

    key: ClassVar[str] = "stripe"
    label: ClassVar[str] = "Stripe"
    desks: ClassVar[tuple[str, ...]] = ("payments", "customers")
    auth: ClassVar[tuple[Auth, ...]] = (
        OAuth2(scope="read_only"),
        PastedKey(label="Restricted key", scope="read_only", example="rk_live_…"),
        FileUpload(kinds=(("balance", "Balance"), ("payouts", "Payouts"), ("disputes", "Disputes"))),
    )
    streams: ClassVar[tuple[Stream, ...]] = (
        Stream("balance_transactions", "Balance transactions", ("balance_transaction",), OVERLAP),
        Stream(
            "charges",
            "Charges",
            ("charge",),
            OVERLAP,
            events=(
                "charge.succeeded",
                "charge.failed",
                "charge.pending",
                "charge.captured",
                "charge.updated",
                "charge.expired",
                "charge.refunded",
            ),
        ),
        Stream(
            "refunds",
            "Refunds",
            ("refund",),
            OVERLAP,
            events=("charge.refund.updated", "refund.created", "refund.updated", "refund.failed"),
        ),
        Stream(
            "disputes",
            "Disputes",
            ("dispute",),
            OVERLAP,
            events=(
                "charge.dispute.created",
                "charge.dispute.updated",
                "charge.dispute.closed",
                "charge.dispute.funds_withdrawn",
                "charge.dispute.funds_reinstated",
            ),
        ),
        Stream(
            "payouts",
            "Payouts",
            ("payout",),
            OVERLAP,
            events=(
                "payout.created",
                "payout.updated",
                "payout.paid",
                "payout.failed",
                "payout.canceled",
                "payout.reconciliation_completed",
            ),
        ),
        Stream(
            "fraud_warnings",
            "Early fraud warnings",
            ("radar.early_fraud_warning",),
            OVERLAP,
            events=("radar.early_fraud_warning.created", "radar.early_fraud_warning.updated"),
        ),
        Stream("subscriptions", "Subscriptions", ("subscription",), OVERLAP, events=SUBSCRIPTION_EVENTS),
        Stream("invoices", "Invoices", ("invoice",), OVERLAP, events=("invoice.paid", "invoice.payment_failed")),
    )

    def map_object(self, obj: JSON, *, version_at: datetime) -> Iterator[Mapped]:
        return map_object(obj, version_at=version_at)

    def read_file(self, file: IO[bytes]) -> Export:
        return read_export(file)
