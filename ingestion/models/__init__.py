"""Sources, their synchronisation records, and the canonical facts."""

from ingestion.models.facts import Fact, FactQuerySet
from ingestion.models.fx import FxRate
from ingestion.models.payments import (
    BalanceTransaction,
    Charge,
    Dispute,
    FraudWarning,
    Invoice,
    Payout,
    Refund,
    Subscription,
)
from ingestion.models.quality import BalanceReading, DirtyDay, QuarantinedRow, Reconciliation
from ingestion.models.runs import RawPage, StreamCursor, SyncRun, Upload
from ingestion.models.sources import OAuthState, Source

__all__ = [
    "BalanceReading",
    "BalanceTransaction",
    "Charge",
    "DirtyDay",
    "Dispute",
    "Fact",
    "FactQuerySet",
    "FraudWarning",
    "FxRate",
    "Invoice",
    "OAuthState",
    "Payout",
    "QuarantinedRow",
    "RawPage",
    "Reconciliation",
    "Refund",
    "Source",
    "StreamCursor",
    "Subscription",
    "SyncRun",
    "Upload",
]
