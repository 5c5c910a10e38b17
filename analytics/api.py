"""The routers of the figures, for the API's mount."""

from __future__ import annotations

from analytics.payments.disputes.api import router as disputes
from analytics.payments.metrics.api import router as metrics
from analytics.payments.payouts.api import router as payouts
from analytics.payments.readiness.api import router as readiness
from analytics.series.api import router as series
from analytics.trading.api import build_router as trading
from analytics.trading.packet.api import router as packet

ROUTERS = [("", metrics), ("", series), ("", readiness), ("", disputes), ("", payouts), ("", trading()), ("", packet)]
