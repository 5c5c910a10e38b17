"""Rollups and snapshots, one module a desk."""

from analytics.models.cohort import CohortCell
from analytics.models.packet import Packet
from analytics.models.payments import (
    MetricSnapshot,
    PaymentBrandDay,
    PaymentDay,
    PaymentsFreshness,
    ReadinessSnapshot,
)
from analytics.models.rule_sets import RuleSet
from analytics.models.trading import TradingFreshness, TradingSnapshot
from analytics.models.trading_rules import TradingRule

__all__ = [
    "CohortCell",
    "MetricSnapshot",
    "Packet",
    "PaymentBrandDay",
    "PaymentDay",
    "PaymentsFreshness",
    "ReadinessSnapshot",
    "RuleSet",
    "TradingFreshness",
    "TradingRule",
    "TradingSnapshot",
]
