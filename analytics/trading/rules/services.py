"""Writes the trader's rules: one event each, and every account is computed anew."""

from __future__ import annotations

from datetime import datetime

from accounts.errors import InvalidInput, NotYours
from accounts.events import record
from accounts.models import Business, User
from analytics.models import TradingRule
from analytics.trading.loading import beside
from analytics.trading.modules import Rule
from analytics.trading.rules.kinds import read_value
from analytics.trading.tasks import recompute_later
from ingestion.models import Source, TradingAccount

MOST_RULES = 20


@beside("rules")
def active_rules(business: Business, account: Source) -> tuple[Rule, ...]:
    """The rules in force, oldest first. They hold for every account."""
    rows = TradingRule.objects.of(business).filter(active=True).order_by("pk")
    return tuple(as_rule(row) for row in rows)


def as_rule(row: TradingRule) -> Rule:
    return Rule(row.pk, row.kind, tuple(sorted(row.params.items())), row.active)


def add_rule(business: Business, *, kind: str, value: str, by: User, at: datetime) -> TradingRule:
    """Errors: InvalidInput for a value the kind cannot have, the same rule twice, or more than twenty rules."""
    params = dict(read_value(kind, value))
    rules = TradingRule.objects.of(business)
    if rules.filter(kind=kind, params=params).exists():
        raise InvalidInput("You have this rule already.")
    if rules.count() >= MOST_RULES:
        raise InvalidInput(f"More than {MOST_RULES} rules nobody keeps. Remove one first.")
    row = TradingRule.objects.create(business=business, kind=kind, params=params, created_at=at, updated_at=at)
    record("trading.rules.added", business=business, actor=by, subject=row)
    _compute_anew(business, at=at)
    return row


def switch_rule(business: Business, rule_id: int, *, by: User, at: datetime) -> TradingRule:
    """Turn a rule off, or on again. Errors: NotYours."""
    row = _rule(business, rule_id)
    row.active, row.updated_at = not row.active, at
    row.save(update_fields=["active", "updated_at"])
    record("trading.rules.switched", business=business, actor=by, subject=row, active=row.active)
    _compute_anew(business, at=at)
    return row


def remove_rule(business: Business, rule_id: int, *, by: User, at: datetime) -> None:
    """Errors: NotYours."""
    row = _rule(business, rule_id)
    record("trading.rules.removed", business=business, actor=by, subject=row)
    row.delete()
    _compute_anew(business, at=at)


def _rule(business: Business, rule_id: int) -> TradingRule:
    row: TradingRule | None = TradingRule.objects.of(business).filter(pk=rule_id).select_for_update().first()
    if row is None:
        raise NotYours("There is no such rule.")
    return row


def _compute_anew(business: Business, *, at: datetime) -> None:
    accounts = TradingAccount.objects.of(business).select_related("source__business").order_by("pk")
    for account in accounts:
        recompute_later(account.source, now=at)
