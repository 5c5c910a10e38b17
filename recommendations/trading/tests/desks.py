"""A trading desk to test rules on: an account in good order, and what differs from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from analytics.figures import Figure
from recommendations.trading.desk import AccountState, LastDay, TradingDesk

AS_OF = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)  # a Monday
D = Decimal


def figure(key: str, value: Any, *, low: Any = None, high: Any = None, n: int = 200) -> Figure:
    ends = tuple(None if end is None else D(str(end)) for end in (low, high))
    exact = value if isinstance(value, int) else D(str(value))
    return Figure(f"trading.{key}", exact, n, AS_OF, low=ends[0], high=ends[1], currency="usd")


def results(*figures: Figure, **more: Any) -> Any:
    """A module's stored result with these figures."""
    return SimpleNamespace(figures={one.metric: one for one in figures}, **more)


def monte_carlo(*, safe: Any = "1.4", floor: Any = "0.01", cushion: Any = 12) -> Any:
    return results(
        figure("mc_safe_size", safe), figure("mc_floor", floor, low="0.005", high="0.03"), figure("mc_cushion", cushion)
    )


def kpis(*, expectancy: int = 1500, low: int = 300, high: int = 2700, costs: int = -20_000) -> Any:
    return results(figure("expectancy", expectancy, low=low, high=high), figure("costs", costs))


GOOD = AccountState(
    id=7,
    label="Main",
    currency="usd",
    n=200,
    last_close=AS_OF - timedelta(days=2),
    daily_limit=D(500),
    last_day=LastDay(date(2026, 6, 12), -100.0, 250.0, 5),
    stops_known=D("0.9"),
    results={"monte_carlo": monte_carlo(), "kpis": kpis()},
)


def account(*, result: dict[str, Any] | None = None, **changes: Any) -> AccountState:
    """The good account with `changes`; `result` replaces single modules."""
    return replace(GOOD, results={**GOOD.results, **(result or {})}, **changes)


def desk(*accounts: AccountState, as_of: datetime = AS_OF) -> TradingDesk:
    return TradingDesk(as_of, accounts or (GOOD,))
