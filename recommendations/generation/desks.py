"""Which desk is read how before its rules run. A desk adds a line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from recommendations.payments import rules as _payments_rules  # noqa: F401 - registers the rules
from recommendations.payments.queries import payments_desk
from recommendations.trading import rules as _trading_rules  # noqa: F401
from recommendations.trading.queries import trading_desk

READERS: dict[str, Callable[..., Any]] = {"payments": payments_desk, "trading": trading_desk}
