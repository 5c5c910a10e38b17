"""Rollups and snapshots, one module a desk."""

from analytics.models.payments import (
    MetricSnapshot,
    PaymentBrandDay,
    PaymentDay,
    PaymentsFreshness,
    ReadinessSnapshot,
)

__all__ = ["MetricSnapshot", "PaymentBrandDay", "PaymentDay", "PaymentsFreshness", "ReadinessSnapshot"]
