"""The face of the trader's rules: what each is worth, and the deeds that add, switch and remove one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.access import desk_view
from accounts.errors import InvalidInput
from accounts.requests import BusinessRequest
from analytics.models import TradingRule
from analytics.trading.faces import Shown, Table, face
from analytics.trading.inference.stat import decimal
from analytics.trading.rules.calc import Says
from analytics.trading.rules.kinds import KINDS, words
from analytics.trading.rules.module import RULES, OwnRules, Tried
from analytics.trading.rules.services import add_rule, as_rule, remove_rule, switch_rule

WORDS = {
    Says.HELPS: ("Would have helped", "good"),
    Says.COSTS: ("Would have cost", "bad"),
    Says.UNPROVEN: ("No evidence either way", ""),
    Says.FEW: ("Too few breaches to say", ""),
    Says.NONE: ("Always kept", "good"),
    Says.BLIND: ("Not measurable from this file", ""),
}


def context(shown: Shown[OwnRules]) -> dict[str, Any]:
    result = shown.result
    assert result is not None
    tried = {one.rule: one for one in result.tried}
    mine = TradingRule.objects.of(shown.business).order_by("pk")
    return {
        "strip": shown.cells("trading.rules_obeyed", "trading.rules_effect"),
        "rows": [_row(shown, row, tried.get(row.pk)) for row in mine],
        "kinds": list(KINDS.values()),
        "suggested": [{"rule": one, "cell": shown.cell(one.key), "q": decimal(one.q)} for one in result.suggested],
        "compared": sum(one.q is not None for one in result.tried),
        "kept": sum(one.says in (Says.HELPS, Says.COSTS) for one in result.tried),
    }


def _row(shown: Shown[OwnRules], row: TradingRule, tried: Tried | None) -> dict[str, Any]:
    said, tone = WORDS[tried.says] if tried else ("Not computed yet", "")
    return {
        "id": row.pk,
        "words": words(as_rule(row)),
        "active": row.active,
        "tried": tried,
        "says": said,
        "tone": tone,
        "cell": shown.cell(tried.key) if tried else None,
        "q": decimal(tried.q) if tried else None,
    }


def table(result: OwnRules) -> Table:
    """One row a rule that was active when the account was computed."""
    header = ("rule", "says", "broken", "left_out", "days", "effect", "low", "high", "p", "q", "currency")
    return Table(header, [
        [one.words, one.says.value, one.broken, one.effect.dropped, one.effect.days, one.effect.money, one.effect.low,
         one.effect.high, one.effect.p, one.q, result.currency]
        for one in result.tried
    ])  # fmt: skip


FACE = face(RULES, "rules", icon="flag", order=100, context=context, table=table)


@require_POST
@desk_view("trading", permission="write:recommendations")
def add(request: BusinessRequest) -> HttpResponse:
    """Set a rule."""
    kind, value = str(request.POST.get("kind", "")), str(request.POST.get("value", ""))
    try:
        row = add_rule(request.business, kind=kind, value=value, by=request.user, at=request.now)
    except InvalidInput as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"{words(as_rule(row))}: the accounts are being held against it.")
    return redirect("trading:rules", business=request.business.slug)


@require_POST
@desk_view("trading", permission="write:recommendations")
def switch(request: BusinessRequest, rule: int) -> HttpResponse:
    """Turn a rule off, or on again."""
    row = switch_rule(request.business, rule, by=request.user, at=request.now)
    messages.success(request, f"{words(as_rule(row))}: {'on' if row.active else 'off'}.")
    return redirect("trading:rules", business=request.business.slug)


@require_POST
@desk_view("trading", permission="write:recommendations")
def remove(request: BusinessRequest, rule: int) -> HttpResponse:
    """Take a rule back."""
    remove_rule(request.business, rule, by=request.user, at=request.now)
    messages.success(request, "The rule is gone.")
    return redirect("trading:rules", business=request.business.slug)
