"""Whatever the figures, a gain is exactly the recomputed score at the stated target, and never below zero."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.payments.readiness.calc import counterfactual
from recommendations.payments import rules as _rules  # noqa: F401 - registers the rules
from recommendations.payments.tests.desks import desk
from recommendations.registry import evaluate, rules_of


def decimals(low: str, high: str) -> st.SearchStrategy[Decimal | None]:
    known = st.decimals(Decimal(low), Decimal(high), places=4, allow_nan=False, allow_infinity=False)
    return st.none() | known


FIGURES = st.fixed_dictionaries(
    {
        "revenue_cv": decimals("0", "2"),
        "weekly_cv": decimals("0", "3"),
        "growth": decimals("-1", "1"),
        "top1_share": decimals("0.0001", "1"),
        "refund_ratio_90": decimals("0", "1.2"),
        "payout_fail_rate": decimals("0", "1"),
        "avg_monthly_net_scale": decimals("-5000", "200000"),
        "failed_payouts_60": st.integers(0, 3),
        "disputes_180": st.integers(0, 120),
        "payments_180": st.integers(0, 4000),
        "history_months": st.integers(0, 30),
        "days_since_last_payment": st.integers(0, 60),
    }
)
REASONS = st.dictionaries(
    st.sampled_from(["fraudulent", "unrecognized", "subscription_canceled", "general"]), st.integers(1, 20)
)


@settings(max_examples=150, deadline=None)
@given(figures=FIGURES, reasons=REASONS)
def test_a_gain_is_the_recomputed_score(figures: dict[str, Any], reasons: dict[str, int]) -> None:
    on = desk(records={"chargeback_reasons": Counter(reasons)}, **figures)
    result = evaluate(rules_of("payments"), on)
    assert result.failed == ()
    for finding in result.findings:
        if finding.gain is None or finding.target is None:
            continue
        field = finding.target.metric.removeprefix("payments.")
        after = counterfactual(on.metrics, **{field: finding.target.value})
        assert after.raw is not None and on.score.raw is not None
        assert after.score is not None and on.score.score is not None
        assert finding.gain.raw == after.raw - on.score.raw >= 0
        assert finding.gain.score == after.score - on.score.score >= 0
        lifted = {cap.key for cap in on.score.caps} - {cap.key for cap in after.caps}
        assert set(finding.gain.lifted) == lifted
