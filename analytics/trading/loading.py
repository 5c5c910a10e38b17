"""Reads an account's record: its closed decisions as columns, and what modules may know beside them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import numpy as np

from accounts.models import Business
from analytics.trading.modules import Beside
from analytics.trading.record import Floats, Record, normalised_size, number_of
from ingestion.models import CashFlow, Source, Trade, TradingAccount

COLUMNS = (
    "key", "instrument", "setup", "exit_reason", "direction", "opened_at", "closed_at", "session_date", "quantity",
    "entry_price", "exit_price", "net", "gross", "initial_risk", "stop_quality", "mae", "mfe", "currency",
    "stop", "exits",
)  # fmt: skip
#: Money that is moved, not won or lost. Financing and fees booked apart from trades are results of the account.
MOVED = ("deposit", "withdrawal", "credit", "payout", "transfer", "adjustment")
BOOKED_APART = ("financing", "fee")


@dataclass(frozen=True, slots=True)
class Terms:
    """What an account's settings say of its record: currency, the zone of its sessions, a stated first balance."""

    currency: str
    zone: str = ""
    balance: Decimal | None = None
    asset_class: str = ""


def record_of(business: Business, account: Source, *, as_of: datetime | None = None) -> Record:
    """The account's closed decisions, up to and with those closed at `as_of` where it is given. Three queries."""
    settings = TradingAccount.objects.of(business).get(source=account)
    trades = Trade.objects.of(business).of_account(account).counted().in_close_order()
    trades = trades if as_of is None else trades.filter(closed_at__lte=as_of)
    flows = CashFlow.objects.of(business).filter(source=account, kind__in=MOVED).order_by("at", "sequence", "pk")
    flows = flows if as_of is None else flows.filter(at__lte=as_of)
    rows = list(trades.values_list(*COLUMNS))
    terms = Terms(settings.currency, settings.session_zone, settings.starting_balance, settings.asset_class)
    return record_from(terms, rows, [(at.timestamp(), amount) for at, amount in flows.values_list("at", "amount")])


def booked_apart(business: Business, account: Source) -> Decimal:
    """Financing and fees that the statement books beside trades; they are in no decision's result. One query."""
    rows = CashFlow.objects.of(business).filter(source=account, kind__in=BOOKED_APART)
    return sum(rows.values_list("amount", flat=True), Decimal(0))


def record_from(terms: Terms, rows: list[tuple[Any, ...]], moved: list[tuple[float, Decimal]]) -> Record:
    """The record of closed decisions given as rows of `COLUMNS` in close order, and of money moved, in order."""
    columns = dict(zip(COLUMNS, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(COLUMNS, ())
    instrument = np.asarray(columns["instrument"], dtype=np.str_)
    quantity, net, gross = (_floats(columns[name]) for name in ("quantity", "net", "gross"))
    opened = _floats([t.timestamp() if t else None for t in columns["opened_at"]])
    closed = _floats([t.timestamp() for t in columns["closed_at"]])
    balance, flows = starting(terms.balance, moved, before=_first(opened, closed))
    days = [number_of(day or at.date()) for day, at in zip(columns["session_date"], columns["closed_at"], strict=True)]
    return Record(
        currency=columns["currency"][0] if rows else terms.currency,
        zone=terms.zone or "UTC",
        keys=columns["key"],
        instrument=instrument,
        setup=np.asarray(columns["setup"], dtype=np.str_),
        exit_reason=np.asarray(columns["exit_reason"], dtype=np.str_),
        direction=np.asarray(columns["direction"], dtype=np.int64),
        opened=opened,
        closed=closed,
        session=np.asarray(days, dtype=np.int64),
        quantity=quantity,
        size=normalised_size(instrument, quantity),
        entry=_floats(columns["entry_price"]),
        exit=_floats(columns["exit_price"]),
        net=net,
        gross=gross,
        costs=_floats([n - g for n, g in zip(columns["net"], columns["gross"], strict=True)]),
        risk=_risk(columns),
        mae=_floats(columns["mae"]),
        mfe=_floats(columns["mfe"]),
        exact=columns["net"],
        stop=_floats(columns["stop"]),
        first_exit=_exit_prices(columns["exits"], 0),
        last_exit=_exit_prices(columns["exits"], -1),
        balance=balance,
        flows=flows,
        asset_class=terms.asset_class,
    )


def starting(
    stated: Decimal | None, moved: list[tuple[float, Decimal]], *, before: float
) -> tuple[Decimal | None, tuple[tuple[float, Decimal], ...]]:
    """The balance when the first decision was opened, and the money moved after it.

    Money moved before belongs to that balance. Empty: None when neither a balance is stated nor money was moved
    before, or when there would be nothing to trade with; then nothing is said in percent.
    """
    earlier = [amount for at, amount in moved if at <= before]
    later = tuple((at, amount) for at, amount in moved if at > before)
    if stated is None and not earlier:
        return None, later
    balance = (stated or Decimal(0)) + sum(earlier, Decimal(0))
    return (balance if balance > 0 else None), later


def _first(opened: Floats, closed: Floats) -> float:
    """When the account's first decision began, as far as that is known."""
    entered = np.where(np.isfinite(opened), opened, closed)
    return float(entered.min()) if len(entered) else float("inf")


def _risk(columns: dict[str, tuple[Any, ...]]) -> Floats:
    """Initial risk, where the initial stop is known; the last stop of a trade says nothing of it (trading.md § 5)."""
    known = zip(columns["initial_risk"], columns["stop_quality"], strict=True)
    return _floats([risk if quality == "initial" and risk and risk > 0 else None for risk, quality in known])


def _exit_prices(exits: tuple[list[list[Any]], ...], which: int) -> Floats:
    """The price of one exit of each decision that was closed in parts; an exit is [moment, quantity, price, net]."""
    return _floats([parts[which][2] if len(parts) > 1 else None for parts in exits])


def _floats(values: Any) -> Floats:
    return np.array([np.nan if value is None else float(value) for value in values], dtype=np.float64)


# Beside the record ---------------------------------------------------------------------------------------------------

Part = Callable[[Business, Source], Any]
_parts: dict[str, Part] = {}


def beside(field: str) -> Callable[[Part], Part]:
    """Register who reads one field of `Beside`, such as the trader's rules: `(business, account) -> value`."""

    def register(part: Part) -> Part:
        _parts[field] = part
        return part

    return register


def beside_of(business: Business, account: Source) -> Beside:
    """What modules may know beside the record. One query a registered part; `extra` also names the account."""
    known = {field: part(business, account) for field, part in sorted(_parts.items())}
    extra = (("account", str(account.pk)), *known.pop("extra", ()))
    return Beside(extra=extra, **known)


@beside("daily_loss_limit")
def daily_loss_limit(business: Business, account: Source) -> Decimal | None:
    """The limit the trader set for the account, in major units."""
    found = TradingAccount.objects.of(business).filter(source=account).values_list("daily_loss_limit", flat=True)
    limit: Decimal | None = found.first()
    return limit
