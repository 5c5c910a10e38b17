"""Reading what the trading rules look at. Stored results only; a fixed number of queries an account."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Min, Q
from pydantic import ValidationError

from accounts.models import Business
from analytics.models import TradingSnapshot
from analytics.trading import features
from analytics.trading.accounts import Account, accounts_of
from analytics.trading.modules import MODULES
from analytics.trading.shadow_boxing.catalogue import in_force
from analytics.trading.snapshots.codec import from_json
from analytics.trading.snapshots.queries import stored_many
from ingestion.models import Statement, Trade
from recommendations.trading.desk import AccountState, LastDay, TradingDesk, Waiting

STUCK = {
    Statement.State.NEEDS_INPUT: "question",
    Statement.State.FAILED: "failed",
    Statement.State.REJECTED: "failed",
}
MONTH = 30
CONFLICTS = ("bad",)  # a total that is off only because the statement is of a part of the time is no conflict


def trading_desk(business: Business, *, as_of: datetime) -> TradingDesk:
    """Every account with its newest results. Six queries an account, and two more."""
    features.load()
    newest = {(one.key, one.phase): one.version for one in in_force()}
    return TradingDesk(as_of, tuple(_account(business, account, newest) for account in accounts_of(business)))


def _account(business: Business, account: Account, newest: dict[tuple[str, int], int]) -> AccountState:
    kept = {key: one.result for key, one in stored_many(business, account.source, MODULES.values()).items()}
    trades = Trade.objects.of(business).of_account(account.source).counted()
    counted = trades.aggregate(n=Count("pk"), stops=Count("pk", filter=Q(stop_quality="initial")),
                                first=Min("closed_at"), last=Max("closed_at"))  # fmt: skip
    n, months = counted["n"], _months(counted["first"], counted["last"])
    return AccountState(
        id=account.source.pk,
        label=account.label,
        currency=account.currency,
        n=n,
        last_close=account.closed_at,
        daily_limit=account.settings.daily_loss_limit,
        last_day=_last_day(trades),
        stops_known=Decimal(counted["stops"]) / n if n else None,
        monthly_decisions=Decimal(n) / months if months else None,
        months=months,
        waiting=_waiting(business, account),
        superseded=_superseded(kept, newest),
        results=kept,
        before=_before(business, account),
    )


def _months(first: datetime | None, last: datetime | None) -> Decimal | None:
    """Length of the record in months of thirty days; None for less than a month, too little to speak of a month."""
    if first is None or last is None or (last - first).days < MONTH:
        return None
    return Decimal((last - first).days) / MONTH


def _last_day(trades: Any) -> LastDay | None:
    """The last session's running result, in close order."""
    last = trades.in_close_order().reverse().values_list("session_date", flat=True).first()
    if last is None:
        return None
    results = [float(net) for net in trades.filter(session_date=last).in_close_order().values_list("net", flat=True)]
    running = deepest = 0.0
    for net in results:
        running += net
        deepest = min(deepest, running)
    return LastDay(last, deepest, running, len(results))


def _waiting(business: Business, account: Account) -> Waiting | None:
    """The newest statement, unless all is well with it."""
    mine = Statement.objects.of(business).filter(Q(source=account.source) | Q(source=None))
    row = mine.newest_first().first()
    if row is None:
        return None
    kind = STUCK.get(row.state, "")
    if not kind and row.reconciliation.get("tone") in CONFLICTS:
        kind = "conflict"
    if not kind:
        return None
    return Waiting(
        id=str(row.pk),
        kind=kind,
        filename=row.filename,
        message=row.error_message,
        questions=len(row.questions),
        at=row.finished_at or row.created_at,
    )


def _superseded(kept: dict[str, Any], newest: dict[tuple[str, int], int]) -> int:
    """Programmes of the last run of which any phase has a newer version now."""
    result = kept.get("shadow_boxing")
    programmes = result.programmes if result is not None else ()
    return sum(any(newest.get((r.key, r.phase), r.version) > r.version for r in one.rules) for one in programmes)


def _before(business: Business, account: Account) -> Mapping[str, Any]:
    """What the behavioural level was before the newest computation, to tell a fall. One query."""
    module = MODULES.get("bql")
    if module is None:
        return {}
    rows = TradingSnapshot.objects.of(business).filter(source=account.source, module="bql")
    row = rows.exclude(superseded_at=None).order_by("-computed_at", "-pk").first()
    if row is None:
        return {}
    try:
        return {"bql": from_json(module.result, row.values)}
    except ValidationError:  # written by a version this one cannot read; then there is nothing to compare with
        return {}
