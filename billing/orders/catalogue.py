"""What each SKU stands for: the plans' own SKUs, and the rules that staff made for others."""

from __future__ import annotations

from billing.models import Plan, PlanPrice, SkuRule
from billing.orders.calc import IGNORED, Price, Terms


def catalogue() -> dict[str, Terms]:
    """Terms by SKU, retired plans and prices included: they serve orders of their time. Three queries."""
    prices: dict[int, list[Price]] = {}
    for row in PlanPrice.objects.all():
        prices.setdefault(row.plan_id, []).append(Price(row.currency, row.amount, row.retired_at))
    plans = {plan.pk: plan for plan in Plan.objects.exclude(kind=Plan.Kind.FREE)}
    terms = {pk: _terms(plan, prices.get(pk, [])) for pk, plan in plans.items()}
    found = {plan.odoo_sku: terms[pk] for pk, plan in plans.items() if plan.odoo_sku}
    for rule in SkuRule.objects.all():
        found[rule.sku] = terms[rule.plan_id] if rule.plan_id else IGNORED
    return found


def _terms(plan: Plan, prices: list[Price]) -> Terms:
    return Terms(plan.key, plan.kind, plan.interval, tuple(prices), plan.retired_at)
