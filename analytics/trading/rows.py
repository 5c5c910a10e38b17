"""The decisions behind the desk's figures, by name: one explicitly ordered query of one account."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import DecimalField, ExpressionWrapper, F, Q, QuerySet, Value, Window
from django.db.models.functions import Coalesce, ExtractHour, ExtractIsoWeekDay, RowNumber

from accounts.errors import NotYours
from accounts.models import Business
from accounts.money import exponent
from analytics.evidence.rows import Column, RowSet, rows
from ingestion.models import Trade, TradingAccount

TRADES = "trading.trades"
COLUMNS = (
    Column("key", "Decision"),
    Column("instrument", "Instrument"),
    Column("direction", "Direction"),
    Column("opened_at", "Opened", "moment"),
    Column("closed_at", "Closed", "moment"),
    Column("session_date", "Session", "day"),
    Column("quantity", "Size"),
    Column("net_minor", "Net", "money"),
    Column("exit_reason", "Exit"),
)
OUTCOMES = {"win": Q(net__gt=0), "loss": Q(net__lt=0), "zero": Q(net=0)}
MOST_KEYS = 500


@rows(TRADES)
def trades(
    business: Business,
    *,
    account: str,
    start: str = "",
    end: str = "",
    instrument: str = "",
    outcome: str = "",
    direction: str = "",
    setup: str | None = None,
    hour: str = "",
    weekday: str = "",
    held_from: str = "",
    held_to: str = "",
    order: str = "",
    keys: str = "",
) -> RowSet:
    """Closed decisions of an account, newest first, in the sessions [start, end).

    `hour` (0 to 23) is of the entry in the account's session zone, `weekday` (1 Monday to 7 Sunday) of the session;
    `held_from` and `held_to` are seconds of holding; `order` is the place among the session's decisions by entry, or
    `6+`, and stands alone; `keys` are at most 500 decisions, divided by commas.
    """
    held = TradingAccount.objects.of(business).filter(source_id=int(account)).first()
    if held is None:
        raise NotYours("There is no such account.")
    facts: QuerySet[Trade] = Trade.objects.of(business).filter(source_id=held.source_id).counted()
    facts = _ordinal(facts, order) if order else facts
    facts = facts.filter(session_date__gte=start) if start else facts
    facts = facts.filter(session_date__lt=end) if end else facts
    facts = facts.filter(OUTCOMES[outcome]) if outcome else facts
    equal = {"instrument": instrument or None, "direction": int(direction) if direction else None, "setup": setup}
    facts = facts.filter(**{name: value for name, value in equal.items() if value is not None})
    facts = _at(facts, ZoneInfo(held.session_zone), hour=hour, weekday=weekday) if hour or weekday else facts
    facts = _held(facts, held_from, held_to) if held_from or held_to else facts
    facts = facts.filter(key__in=keys.split(",")[:MOST_KEYS]) if keys else facts
    minor = ExpressionWrapper(
        F("net") * Value(Decimal(10) ** exponent(held.currency or "usd")),
        output_field=DecimalField(max_digits=28, decimal_places=10),
    )
    return RowSet("Decisions", COLUMNS, facts.annotate(net_minor=minor).order_by("-closed_at", "-sequence", "-key"))


def _at(facts: QuerySet[Trade], zone: ZoneInfo, *, hour: str, weekday: str) -> QuerySet[Trade]:
    if hour:
        facts = facts.annotate(_hour=ExtractHour("opened_at", tzinfo=zone)).filter(_hour=int(hour))
    if weekday:
        facts = facts.annotate(_weekday=ExtractIsoWeekDay("session_date")).filter(_weekday=int(weekday))
    return facts


def _held(facts: QuerySet[Trade], least: str, most: str) -> QuerySet[Trade]:
    facts = facts.annotate(_held=F("closed_at") - F("opened_at"))
    facts = facts.filter(_held__gte=timedelta(seconds=float(least))) if least else facts
    return facts.filter(_held__lt=timedelta(seconds=float(most))) if most else facts


def _ordinal(facts: QuerySet[Trade], order: str) -> QuerySet[Trade]:
    entered = (Coalesce("opened_at", "closed_at"), "closed_at", "sequence", "key")
    place = Window(RowNumber(), partition_by=F("session_date"), order_by=entered)
    wanted = {"_order__gte": int(order[:-1])} if order.endswith("+") else {"_order": int(order)}
    return facts.filter(pk__in=facts.order_by().annotate(_order=place).filter(**wanted).values("pk"))
