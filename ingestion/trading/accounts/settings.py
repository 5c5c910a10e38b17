"""What an owner changes about a broker account, and what follows from it."""

from __future__ import annotations

from typing import Any

from accounts.events import record
from accounts.models import Business, User
from ingestion.models import Statement, TradingAccount
from ingestion.pipeline.followups import announce
from ingestion.trading.matching.service import rematch
from ingestion.trading.statements.answering import read_again

MATCHED_BY = frozenset({"mode", "session_zone", "session_roll"})
READ_BY = frozenset({"zone"})


def change(business: Business, account: TradingAccount, values: dict[str, Any], *, actor: User | None) -> int:
    """Write the changed settings; returns how many statements are read again.

    Another clock moves times and never results: the account's statements are read again, the oldest first. Another
    session or mode matches anew what is there. Limits and balances only make the figures stale.
    """
    label = values.pop("label", account.source.label)
    changed = {name for name, value in values.items() if getattr(account, name) != value}
    for name in changed:
        setattr(account, name, values[name])
    if label != account.source.label:
        account.source.label = label
        account.source.save(update_fields=["label"])
    if not changed:
        return 0
    account.save(update_fields=sorted(changed))
    record("trading.accounts.changed", business=business, actor=actor, subject=account.source, fields=sorted(changed))
    again = _read_all_again(business, account, actor) if changed & READ_BY else 0
    if changed & MATCHED_BY:
        rematch(business, account.source)
    announce(account.source, desks=("trading",))
    return again


def _read_all_again(business: Business, account: TradingAccount, actor: User | None) -> int:
    kept = Statement.objects.of(business).filter(
        source=account.source, state__in=(Statement.State.DONE, Statement.State.PARTIAL, Statement.State.ANALYSING)
    )
    statements = list(kept.order_by("created_at", "pk"))
    for statement in statements:
        statement.business = business
        statement.answers.pop("zone", None)  # it was answered for the clock that is no more
        read_again(statement, actor=actor)
    return len(statements)
