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
from ingestion.models.statements import Statement, StatementRow
from ingestion.models.trading import BrokerTrade, CashFlow, Execution, HeaderMapping, Trade, TradingAccount

__all__ = [
    "BalanceReading",
    "BalanceTransaction",
    "BrokerTrade",
    "CashFlow",
    "Charge",
    "DirtyDay",
    "Dispute",
    "Execution",
    "Fact",
    "FactQuerySet",
    "FraudWarning",
    "FxRate",
    "HeaderMapping",
    "Invoice",
    "OAuthState",
    "Payout",
    "QuarantinedRow",
    "RawPage",
    "Reconciliation",
    "Refund",
    "Source",
    "Statement",
    "StatementRow",
    "StreamCursor",
    "Subscription",
    "SyncRun",
    "Trade",
    "TradingAccount",
    "Upload",
]
