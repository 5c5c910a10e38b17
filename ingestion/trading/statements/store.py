"""What the store holds of an account, as far as a statement is compared with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from accounts.models import Business
from ingestion.models import BrokerTrade, CashFlow, Execution, Source
from ingestion.pipeline.rows import BrokerTradeRow, CashFlowRow, ExecutionRow
from ingestion.trading.matching.instruments import instrument_of
from ingestion.trading.statements.diff import COMPARED, SECOND, Held, Near, Twins
from ingestion.trading.statements.facts import FactRow

AT_ONCE = 10_000
MODELS: dict[type, Any] = {ExecutionRow: Execution, BrokerTradeRow: BrokerTrade, CashFlowRow: CashFlow}
STREAMS: dict[str, type] = {"executions": ExecutionRow, "broker_trades": BrokerTradeRow, "cash_flows": CashFlowRow}


def held_facts(business: Business, account: Source, rows: Sequence[FactRow]) -> dict[str, Held]:
    """By stream, the held facts with a key of `rows`. A query a stream and ten thousand rows."""
    held: dict[str, Held] = {}
    for stream, kind in STREAMS.items():
        keys = [row.external_id for row in rows if type(row) is kind]
        if keys:
            held[stream] = _with_keys(business, account, kind, keys)
    return held


def _with_keys(business: Business, account: Source, kind: type, keys: Sequence[str]) -> Held:
    names = ("version_at", *COMPARED[kind])
    facts = MODELS[kind].objects.of(business).filter(source=account)
    found: dict[str, dict[str, Any]] = {}
    for start in range(0, len(keys), AT_ONCE):
        part = facts.filter(external_id__in=keys[start : start + AT_ONCE])
        for key, *values in part.values_list("external_id", *names):
            found[key] = dict(zip(names, values, strict=True))
    return found


def twins_nearby(business: Business, account: Source, first: datetime, last: datetime, *, families: set[str]) -> Twins:
    """Facts of the span that came in another format than `families`. Three queries."""
    return Twins(_near(business, account, first - SECOND, last + SECOND, families))


def _of(families: set[str]) -> Q:
    """Facts whose key says that they came in one of these formats."""
    found = Q(pk=None)
    for family in families:
        found |= Q(external_id__startswith=f"{family}:") | Q(external_id__startswith=f"{family}~:")
    return found


def _near(business: Business, account: Source, first: datetime, last: datetime, families: set[str]) -> Iterable[Near]:
    fills = Execution.objects.of(business).filter(source=account, at__range=(first, last)).exclude(_of(families))
    for key, symbol, kind, side, quantity, price, at in fills.values_list(
        "external_id", "symbol", "asset_class", "side", "quantity", "price", "at"
    ):
        yield Near(key, "executions", instrument_of(symbol, kind).contract, side, quantity, price, at)
    trades = BrokerTrade.objects.of(business).filter(
        Q(opened_at__lte=last) | Q(opened_at=None, closed_at__lte=last), source=account, closed_at__gte=first
    )
    for key, symbol, kind, side, quantity, price, at, opened, entry in trades.exclude(_of(families)).values_list(
        "external_id", "symbol", "asset_class", "direction", "quantity", "exit_price", "closed_at", "opened_at",
        "entry_price",
    ):  # fmt: skip
        contract = instrument_of(symbol, kind).contract
        yield Near(key, "broker_trades", contract, side, quantity, price, at, opened, entry)
    flows = CashFlow.objects.of(business).filter(source=account, at__range=(first, last)).exclude(_of(families))
    for key, amount, at in flows.values_list("external_id", "amount", "at"):
        yield Near(key, "cash_flows", "", 0, amount, None, at)
