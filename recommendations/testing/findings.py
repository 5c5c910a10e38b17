"""Findings and rows to test with."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from accounts.models import Business
from analytics.figures import Figure
from analytics.payments.readiness.calc import Gain
from recommendations.findings import Finding
from recommendations.generation.services import apply
from recommendations.models import Recommendation
from recommendations.payments import rules as _rules  # noqa: F401 - registers the rules
from recommendations.registry import RULES, Evaluation
from recommendations.wording import Label, sentence

RULE = "payments.clearer_descriptor"  # a small effort, so its points count as they are


def finding(
    *,
    as_of: datetime,
    subject: str = "payments",
    rule: str = RULE,
    title: str = "Bring refunds down",
    evidence: str = "0.08",
    points: str | None = "4.2",
    lifted: tuple[str, ...] = (),
    deadline: datetime | None = None,
) -> Finding:
    """A finding about refunds; `points` None claims no gain."""
    share = Figure("payments.refund_ratio_90", Decimal(evidence), 120, as_of.date())
    return Finding(
        rule=rule,
        subject=subject,
        title=sentence("{title}", title=Label(title)),
        body=(sentence("Refunds were {share} of sales.", share=share),),
        figures=(share,),
        evidence=Decimal(evidence),
        gain=None if points is None else Gain(Decimal(points), round(Decimal(points)), lifted),
        deadline=deadline,
        knowledge=("funding-readiness-factors",),
    )


def seen(business: Business, *findings: Finding, as_of: datetime, **changes: Any) -> list[Recommendation]:
    """Let the rules see `findings`, and only them; returns the standing rows, most important first."""
    ran = tuple(RULES)
    apply(business, desk="payments", evaluation=Evaluation(findings, ran, ()), as_of=as_of, **changes)
    return list(Recommendation.objects.of(business).standing().order_by("-weight", "pk"))
