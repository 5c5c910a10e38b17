"""What the statement says it adds up to, against what was read of it (trading.md § 4.6). Plain values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from ingestion.trading.reading.model import ZERO, Kind, Parsed, ParsedCash, ParsedExecution, ParsedTrade, Reading

CENT = Decimal("0.01")
GREEN, AMBER, RED = "good", "warn", "bad"
WORST = (GREEN, AMBER, RED)
MOVED = frozenset({"deposit", "withdrawal", "credit", "payout", "transfer", "adjustment"})


@dataclass(frozen=True, slots=True)
class Check:
    """One total of the statement beside ours; difference = ours − stated."""

    key: str
    label: str
    stated: str
    ours: str
    difference: str
    tone: str
    note: str = ""


def reconcile(reading: Reading) -> dict[str, Any]:
    """`{tone, checks}`; the tone is the worst of the checks.

    Empty: no checks and an empty tone where the statement states no totals.
    """
    records = reading.records
    aside = sum(1 for line in reading.lines if line.kind is Kind.BAD)
    checks = list(_checks(reading, records, aside))
    tone = max((check.tone for check in checks), key=WORST.index, default="")
    return {"tone": tone, "checks": [asdict(check) for check in checks]}


def _checks(reading: Reading, records: tuple[Parsed, ...], aside: int) -> Iterator[Check]:
    stated = reading.totals
    trades = [record for record in records if isinstance(record, ParsedTrade)]
    fills = [record for record in records if isinstance(record, ParsedExecution)]
    closed = _closed(trades, fills)
    if stated.closed_pnl is not None and closed:
        gross, net = closed
        ours = min((net, gross), key=lambda value: abs(value - stated.closed_pnl))  # type: ignore[operator]
        note = "" if ours == net else "before costs, as the statement counts it"
        yield _check("closed_pnl", "Closed result", stated.closed_pnl, ours, aside, note)
    if trades:
        yield from _of_trades(stated, trades, aside)
    if stated.balance is not None and closed:
        yield _balance(reading, stated.balance, closed[1], records)


def _of_trades(stated: Any, trades: list[ParsedTrade], aside: int) -> Iterator[Check]:
    nets = [trade.net for trade in trades]
    pairs = (
        ("gross_profit", "Sum of winners", stated.gross_profit, sum((x for x in nets if x > 0), ZERO)),
        ("gross_loss", "Sum of losers", stated.gross_loss, -sum((x for x in nets if x < 0), ZERO)),
        ("commission", "Commission", stated.commission, sum((t.commission for t in trades), ZERO)),
        ("swap", "Swap", stated.swap, sum((t.swap for t in trades), ZERO)),
    )
    for key, label, said, ours in pairs:
        if said is not None:
            yield _check(key, label, abs(said) if key == "gross_loss" else said, ours, aside)
    if stated.trades is not None:
        yield _check("trades", "Trades", Decimal(stated.trades), Decimal(len(trades)), aside)
    if stated.wins is not None:
        wins = sum(1 for net in nets if net >= 0)
        yield _check("wins", "Winners (a result of zero counts)", Decimal(stated.wins), Decimal(wins), aside)
    by_symbol = dict(stated.by_symbol)
    for symbol, said in sorted(by_symbol.items()):
        ours = sum((trade.net for trade in trades if trade.symbol == symbol), ZERO)
        yield _check(f"symbol:{symbol}", symbol, said, ours, aside)


def _closed(trades: list[ParsedTrade], fills: list[ParsedExecution]) -> tuple[Decimal, Decimal] | None:
    """Result before and after costs; None where the file does not say what its fills realised."""
    if trades:
        return sum((t.gross for t in trades), ZERO), sum((t.net for t in trades), ZERO)
    if fills and any(fill.gross is not None for fill in fills):
        gross = sum((fill.gross or ZERO for fill in fills), ZERO)
        return gross, gross + sum((fill.commission + fill.fees for fill in fills), ZERO)
    return None


def _balance(reading: Reading, stated: Decimal, net: Decimal, records: tuple[Parsed, ...]) -> Check:
    """Start + money moved + result. A difference is amber: the statement may begin in the middle of the account."""
    flows = sum((record.amount for record in records if isinstance(record, ParsedCash)), ZERO)
    ours = (reading.account.starting_balance or ZERO) + flows + net
    difference = ours - stated
    tone = GREEN if abs(difference) <= CENT else AMBER
    note = "" if tone == GREEN else "The statement seems to be of a part of the account's life."
    return Check("balance", "Balance", _text(stated), _text(ours), _text(difference), tone, note)


def _check(key: str, label: str, stated: Decimal, ours: Decimal, aside: int, note: str = "") -> Check:
    """Green within a cent; amber where lines set aside can be why; else red."""
    difference = ours - stated
    tone = GREEN if abs(difference) <= CENT else AMBER if aside else RED
    if tone == AMBER:
        note = f"{aside} lines are set aside."
    return Check(key, label, _text(stated), _text(ours), _text(difference), tone, note)


def _text(value: Decimal) -> str:
    return format(value.normalize() if value else ZERO, "f")
