"""Reads what a packet is made of, and the packets that were made."""

from __future__ import annotations

from typing import Any

from django.db.models import Count

from accounts.errors import NotYours
from accounts.models import Business
from accounts.money import to_minor
from analytics.models import Packet
from analytics.trading.accounts import Account
from analytics.trading.modules import MODULES
from analytics.trading.packet.document import Inputs
from analytics.trading.snapshots.queries import stored_many
from ingestion.models import Source, Statement, Trade

PARTS = ("kpis", "slices", "bql", "psychology", "monte_carlo", "shadow_boxing")
SHOWN = 20
TIES = {"good": "agree", "warn": "partly", "bad": "differ"}


def packets(business: Business, account: Source) -> list[Packet]:
    """The account's packets, the newest first, twenty at most. One query."""
    mine = Packet.objects.of(business).filter(source=account).select_related("requested_by")
    return list(mine.newest_first()[:SHOWN])


def packet_of(business: Business, packet_id: int) -> Packet:
    """Errors: NotYours when the business has no such packet."""
    found: Packet | None = Packet.objects.of(business).select_related("source").filter(pk=packet_id).first()
    if found is None:
        raise NotYours("There is no such packet.")
    return found


def inputs_of(business: Business, account: Account, *, with_trades: bool) -> Inputs | None:
    """What is stored of the account. Empty: None before its figures were computed. Four queries."""
    kept = stored_many(business, account.source, [MODULES[key] for key in PARTS if key in MODULES])
    if "kpis" not in kept:
        return None
    counted = Trade.objects.of(business).of_account(account.source).counted()
    grades = counted.order_by().values_list("grade").annotate(n=Count("pk")).order_by("grade")
    return Inputs(
        account=account.label,
        broker=account.settings.broker,
        currency=account.currency,
        zone=account.zone,
        stored=kept,
        statements=_statements(business, account.source),
        grades=tuple((str(grade), int(n)) for grade, n in grades),
        trades=_trades(business, account) if with_trades else (),
    )


def _statements(business: Business, account: Source) -> tuple[dict[str, Any], ...]:
    wanted = (Statement.State.ANALYSING, Statement.State.DONE, Statement.State.PARTIAL)
    rows = Statement.objects.of(business).filter(source=account, state__in=wanted).order_by("created_at", "pk")
    return tuple(
        {
            "name": row.filename or row.get_way_display(),
            "format": row.format or "unknown",
            "lines": int(row.counts.get("lines", sum(v for v in row.counts.values() if isinstance(v, int)))),
            "accepted": int(row.counts.get("accepted", 0)),
            "aside": int(row.counts.get("quarantined", 0)) + int(row.counts.get("duplicate", 0)),
            "ties": TIES.get(str(row.reconciliation.get("tone", "")), "not stated"),
        }
        for row in rows
    )


def _trades(business: Business, account: Account) -> tuple[tuple[Any, ...], ...]:
    rows = Trade.objects.of(business).of_account(account.source).counted().order_by("-closed_at", "-sequence", "-key")
    found = rows.values_list("closed_at", "instrument", "direction", "quantity", "net")
    return tuple((at, name, side, size, to_minor(net, account.currency)) for at, name, side, size, net in found)
