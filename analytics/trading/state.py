"""What every page of the desk needs to know first: which account, is there anything to show, and how fresh is it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from accounts.models import Business
from analytics.models import TradingFreshness
from analytics.trading.accounts import Account, accounts_of, choose
from ingestion.models import Statement


@dataclass(frozen=True, slots=True)
class DeskState:
    """`kind` is no_account, importing, no_trades, computing or ready.

    `waits` is the newest statement that needs an answer or failed; `under_way` one that is being read.
    `failed` names modules whose newest computation broke off; what they show is older.
    """

    kind: str
    accounts: tuple[Account, ...]
    account: Account | None
    n: int = 0
    computed_at: datetime | None = None
    stale_since: datetime | None = None
    failed: tuple[str, ...] = ()
    under_way: Statement | None = None
    waits: Statement | None = None
    last_upload: Statement | None = None


def desk_state(business: Business, asked: str = "") -> DeskState:
    """The account asked for and where it stands. Three queries, two without an account.

    Errors: NotYours for an account that is not the business's.
    """
    accounts = accounts_of(business)
    account = choose(accounts, asked) if accounts or asked else None
    newest = _newest(business, account)
    under_way = next((row for row in newest if row.state in Statement.UNDER_WAY), None)
    last = newest[0] if newest else None
    stuck = (Statement.State.NEEDS_INPUT, Statement.State.FAILED, Statement.State.REJECTED)
    waits = last if last is not None and last.state in stuck else None
    if account is None:
        kind = "importing" if under_way else "no_account"
        return DeskState(kind, accounts, None, under_way=under_way, waits=waits, last_upload=last)
    fresh = TradingFreshness.objects.of(business).filter(source=account.source).first()
    return DeskState(
        kind=_kind(account, fresh, under_way),
        accounts=accounts,
        account=account,
        n=fresh.n if fresh else 0,
        computed_at=fresh.computed_at if fresh else None,
        stale_since=fresh.stale_since if fresh else None,
        failed=tuple(sorted(fresh.failed)) if fresh else (),
        under_way=under_way,
        waits=waits,
        last_upload=last,
    )


def _newest(business: Business, account: Account | None) -> list[Statement]:
    """The newest statements of the account, and those whose account nobody knows yet."""
    mine = Q(source=account.source) | Q(source=None) if account else Q()
    wanted = ("pk", "source_id", "state", "filename", "created_at", "finished_at", "reconciliation", "error_message")
    return list(Statement.objects.of(business).filter(mine).newest_first().only(*wanted)[:5])


def _kind(account: Account, fresh: TradingFreshness | None, under_way: Statement | None) -> str:
    if account.closed_at is None:
        return "importing" if under_way else "no_trades"
    return "ready" if fresh is not None and fresh.computed_at is not None else "computing"
