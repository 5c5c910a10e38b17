"""Replaces the trades of an account by what its facts make of them; what did not change is not written."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from accounts.errors import NotYours
from accounts.events import record
from accounts.models import Business
from ingestion.models import BrokerTrade, Execution, Source, Trade, TradingAccount
from ingestion.pipeline.inserting import insert_rows
from ingestion.trading.matching.calc import match
from ingestion.trading.matching.instruments import instrument_of
from ingestion.trading.matching.model import Fill, Made, Orphan, Part
from ingestion.trading.reading.zones import Roll

BATCH = 500
COLUMNS = (
    "symbol", "instrument", "asset_class", "direction", "opened_at", "closed_at", "session_date", "sequence",
    "quantity", "entry_price", "exit_price", "gross", "commission", "fees", "swap", "net", "currency", "initial_risk",
    "stop", "stop_quality", "target", "mae", "mfe", "exit_reason", "setup", "members", "exits", "flags", "supported",
    "grade",
)  # fmt: skip
OF_FILL = (
    "external_id", "symbol", "instrument", "asset_class", "side", "quantity", "price", "at", "multiplier", "currency",
    "sequence", "gross", "commission", "fees", "effect", "position_id", "session_date", "supported", "grade",
)  # fmt: skip
OF_PART = (
    "external_id", "symbol", "instrument", "asset_class", "direction", "quantity", "entry_price", "exit_price",
    "opened_at", "closed_at", "gross", "currency", "multiplier", "commission", "fees", "swap", "position_id",
    "sequence", "stop", "stop_quality", "target", "mae", "mfe", "exit_reason", "setup", "flags", "session_date",
    "supported", "grade",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rematched:
    """What became of an account's trades."""

    trades: int
    open: int
    new: int
    changed: int
    gone: int
    orphans: tuple[Orphan, ...]

    @property
    def wrote(self) -> bool:
        return bool(self.new or self.changed or self.gone)


def rematch(business: Business, account: Source) -> Rematched:
    """Match all facts of the account anew and write the difference, in the caller's transaction.

    Errors: NotYours for a source that is no broker account of the business.
    """
    settings = TradingAccount.objects.of(business).filter(source=account).first()
    if settings is None:
        raise NotYours("There is no such account.")
    matched = match(
        fills_of(business, account),
        parts_of(business, account),
        hedging=settings.mode == TradingAccount.Mode.HEDGING,
        roll=Roll(settings.session_roll, settings.session_zone or "UTC"),
    )
    new, changed, gone = _write(business, account, matched.trades)
    still_open = sum(1 for trade in matched.trades if trade.closed_at is None)
    result = Rematched(len(matched.trades), still_open, new, changed, gone, matched.orphans)
    if result.wrote:
        record("trading.trades.matched", business=business, subject=account, new=new, changed=changed, gone=gone)
    return result


def fills_of(business: Business, account: Source) -> list[Fill]:
    rows = Execution.objects.of(business).filter(source=account).order_by("at", "sequence", "external_id")
    return [fill_of(*row) for row in rows.values_list(*OF_FILL)]


def parts_of(business: Business, account: Source) -> list[Part]:
    rows = BrokerTrade.objects.of(business).filter(source=account).order_by("closed_at", "sequence", "external_id")
    return [part_of(*row) for row in rows.values_list(*OF_PART)]


def fill_of(key: str, symbol: str, instrument: str, asset_class: str, *values: Any) -> Fill:
    """The fill that the values of `OF_FILL` describe."""
    known = dict(zip(OF_FILL[4:], values, strict=True))
    meant = instrument_of(symbol, asset_class)
    return Fill(
        key=key, contract=meant.contract, symbol=symbol, instrument=instrument, asset_class=asset_class,
        inverse=meant.inverse, **known,
    )  # fmt: skip


def part_of(key: str, symbol: str, instrument: str, asset_class: str, *values: Any) -> Part:
    """The completed row that the values of `OF_PART` describe."""
    known = dict(zip(OF_PART[4:], values, strict=True))
    known["flags"] = tuple(known["flags"])
    contract = instrument_of(symbol, asset_class).contract
    return Part(key=key, contract=contract, symbol=symbol, instrument=instrument, asset_class=asset_class, **known)


def _write(business: Business, account: Source, made: tuple[Made, ...]) -> tuple[int, int, int]:
    """Insert, update and delete so that the account's trades are `made`. What a member tagged stays tagged."""
    held = {trade.key: trade for trade in Trade.objects.of(business).filter(source=account)}
    new: list[tuple[Any, ...]] = []
    changed: list[Trade] = []
    for one in made:
        trade = held.pop(one.key, None)
        values = _values(one)
        if trade is None:
            new.append((business.pk, account.pk, one.key, *values.values()))
        elif any(getattr(trade, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(trade, name, value)
            changed.append(trade)
    Trade.objects.of(business).filter(pk__in=[trade.pk for trade in held.values()]).delete()
    insert_rows(Trade, ("business_id", "source_id", "key", *COLUMNS), new)
    Trade.objects.bulk_update(changed, COLUMNS, batch_size=BATCH)
    return len(new), len(changed), len(held)


def _values(one: Made) -> dict[str, Any]:
    values = {name: getattr(one, name) for name in COLUMNS}
    values["currency"] = one.currency
    values["net"] = one.net
    for name, value in values.items():
        if isinstance(value, Decimal):
            values[name] = value.quantize(Decimal("0.0000000001"))
    return values
