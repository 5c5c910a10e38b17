"""What the trading rules, the coach and the moments read: each account with its stored results.

Plain values. `queries.trading_desk` fills it; tests build it by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from analytics.figures import Figure
from recommendations.trading import keys as _keys  # noqa: F401 - registers the metrics quoted here


@dataclass(frozen=True, slots=True)
class Waiting:
    """The newest statement, where it waits, failed or does not tie. `kind`: question, failed or conflict."""

    id: str
    kind: str
    filename: str
    message: str = ""
    questions: int = 0
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LastDay:
    """The last session with a close. Money in major units; `deepest` is 0 or below."""

    day: date
    deepest: float
    net: float
    decisions: int


@dataclass(frozen=True, slots=True)
class AccountState:
    """One account. `results` are the live module results by key; a module that was never computed is missing."""

    id: int
    label: str
    currency: str
    n: int
    last_close: datetime | None
    daily_limit: Decimal | None = None
    last_day: LastDay | None = None
    stops_known: Decimal | None = None
    monthly_decisions: Decimal | None = None
    months: Decimal | None = None
    waiting: Waiting | None = None
    superseded: int = 0
    results: Mapping[str, Any] = field(default_factory=dict)
    before: Mapping[str, Any] = field(default_factory=dict)

    def figure(self, module: str, key: str) -> Figure | None:
        """A stored figure that has a value. Empty: None where the module or the value is missing."""
        result = self.results.get(module)
        found = result.figures.get(key) if result is not None else None
        return found if found is not None and found.value is not None else None


@dataclass(frozen=True, slots=True)
class TradingDesk:
    """All accounts of a business with trades, as of one moment. Nothing here is live: it is what was uploaded."""

    as_of: datetime
    accounts: tuple[AccountState, ...] = ()

    def known_at(self, subject: str) -> datetime | None:
        """The last close of the account that `subject` names: what was uploaded is known until then."""
        named = next((one for one in self.accounts if subject.split(":")[:2] == ["account", str(one.id)]), None)
        return named.last_close if named else None

    def own(self, account: AccountState, key: str, value: Decimal | int, *, n: int, note: str = "") -> Figure:
        """A figure of a rule's own evidence; `key` is registered in `recommendations.trading.keys`."""
        currency = account.currency if key == "day_loss" else ""
        return Figure(f"trading.{key}", value, n, account.last_close or self.as_of, currency=currency, note=note)
