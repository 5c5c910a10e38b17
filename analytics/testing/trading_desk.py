"""A trading desk that is up to date: an account with the trades of a simulated record, and its stored results."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from accounts.models import Business
from accounts.tenancy import acting_for
from analytics.trading import features
from analytics.trading.loading import beside_of, record_of
from analytics.trading.record import Record, day_of
from analytics.trading.snapshots.services import recompute
from ingestion.models import Source, Trade, TradingAccount

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)


def switch_on(business: Business) -> None:
    """The trading desk beside what the business has."""
    if "trading" not in business.desks:
        business.desks = [*business.desks, "trading"]
        business.save(update_fields=["desks"])


def account(business: Business, *, label: str = "Broker", **settings: Any) -> Source:
    """An account without trades."""
    switch_on(business)
    source = Source.objects.create(
        business=business, provider="statements", label=label, auth_mode="upload", state="active"
    )
    known = {"currency": "usd", "platform": "mt5", "broker": "Northwind", "session_zone": "UTC"}
    TradingAccount.objects.create(business=business, source=source, **(known | settings))
    return source


def save(of: Source, record: Record, *, sequence: int = 0) -> None:
    """The record's decisions as closed trades of the account; its balance as the stated one."""
    TradingAccount.objects.filter(source=of).update(starting_balance=record.balance, session_zone=record.zone)
    Trade.objects.bulk_create([_trade(of, record, i, sequence) for i in range(len(record))], batch_size=2000)


def computed_desk(
    business: Business, record: Record, *, now: datetime = NOW, only: Collection[str] = (), **settings: Any
) -> Source:
    """An account with the record's trades, every module computed; or `only` some, which spares a test seconds."""
    of = account(business, **settings)
    save(of, record)
    compute(of, now=now, only=only)
    return of


def compute(of: Source, *, now: datetime = NOW, only: Collection[str] = ()) -> None:
    """What the desk's job does for one account."""
    features.load()
    with acting_for(of.business):
        recompute(of.business, of, record_of(of.business, of), beside_of(of.business, of), now=now, only=only)


def _trade(of: Source, record: Record, i: int, sequence: int) -> Trade:
    gross = Decimal(str(round(float(record.gross[i]), 2)))
    net = record.exact[i]
    risk = float(record.risk[i])
    return Trade(
        business=of.business,
        source=of,
        key=record.keys[i],
        symbol=str(record.instrument[i]),
        instrument=str(record.instrument[i]),
        direction=int(record.direction[i]),
        opened_at=_moment(float(record.opened[i])),
        closed_at=_moment(float(record.closed[i])),
        session_date=day_of(int(record.session[i])),
        sequence=sequence,
        quantity=Decimal(str(round(float(record.quantity[i]), 4))),
        gross=gross,
        commission=net - gross,
        net=net,
        currency=record.currency,
        initial_risk=Decimal(str(round(risk, 2))) if risk == risk else None,
        stop_quality="initial" if risk == risk else "",
        setup=str(record.setup[i]),
        exit_reason=str(record.exit_reason[i]),
        supported=True,
        grade="file",
    )


def _moment(seconds: float) -> datetime | None:
    """To the microsecond, which is all the database keeps."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds) if seconds == seconds else None
