"""Each rule of payments.md § 14: when it speaks, when it does not, where the line is, and what it claims."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from analytics.payments.metrics.model import Metrics
from analytics.payments.readiness.calc import counterfactual, score
from recommendations.findings import Finding, priority, urgency, weight
from recommendations.payments import rules as _rules  # noqa: F401 - registers the rules
from recommendations.payments.desk import Declines, OpenDispute, PaymentsDesk, SourceState, TroubledPayout, Warned
from recommendations.payments.tests.desks import AS_OF, FRESH, MONTHS, desk
from recommendations.registry import RULES, evaluate, rules_of

SPEC_RULES = {
    "answer_dispute", "refund_fraud_warning", "lower_disputes", "clearer_descriptor", "cancel_flow", "reduce_refunds",
    "smooth_revenue", "steady_activity", "stop_decline", "spread_customers", "fix_payouts", "finish_verification",
    "recover_payments", "wait_for_history", "reconnect",
}  # fmt: skip
D = Decimal


def found(key: str, on: PaymentsDesk) -> list[Finding]:
    return list(RULES[f"payments.{key}"].evaluate(on))


def due(days: int) -> OpenDispute:
    return OpenDispute("dp_1", "usd", 12_900, "product_not_received", AS_OF + timedelta(days=days))


def source(**changes: Any) -> SourceState:
    fields = {name: getattr(FRESH, name) for name in FRESH.__dataclass_fields__}
    return SourceState(**{**fields, **changes})


def test_every_rule_of_the_specification_is_registered() -> None:
    assert {rule.key.removeprefix("payments.") for rule in rules_of("payments")} == SPEC_RULES


def test_a_healthy_shop_gets_no_advice() -> None:
    assert evaluate(rules_of("payments"), desk()).findings == ()


def test_a_business_without_any_payment_gets_no_advice() -> None:
    empty = PaymentsDesk(as_of=AS_OF, metrics=Metrics(as_of=AS_OF.date(), currency="usd"))
    result = evaluate(rules_of("payments"), empty)
    assert result.findings == () and result.failed == ()


# Where each metric rule begins: (rule, quiet, speaking, target fields of the counterfactual)

LINES: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    ("lower_disputes", {"disputes_180": 11}, {"disputes_180": 12}, {"dispute_ratio": D("0.003")}),
    ("reduce_refunds", {"refund_ratio_90": D("0.05")}, {"refund_ratio_90": D("0.051")}, {"refund_ratio_90": D("0.02")}),
    ("smooth_revenue", {"revenue_cv": D("0.40")}, {"revenue_cv": D("0.41")}, {"revenue_cv": D("0.325")}),
    ("steady_activity", {"weekly_cv": D("0.60")}, {"weekly_cv": D("0.61")}, {"weekly_cv": D("0.425")}),
    ("stop_decline", {"growth": D("-0.10")}, {"growth": D("-0.11")}, {"growth": D(0)}),
    ("spread_customers", {"top1_share": D("0.249")}, {"top1_share": D("0.25")}, {"top1_share": D("0.10")}),
    (
        "fix_payouts", {"failed_payouts_60": 0}, {"failed_payouts_60": 1, "payout_fail_rate": D("0.04")},
        {"payout_fail_rate": D(0)},
    ),
    ("wait_for_history", {"history_months": 12}, {"history_months": 11}, {"history_months": 12}),
]  # fmt: skip


@pytest.mark.parametrize(("key", "quiet", "speaking", "targets"), LINES, ids=[line[0] for line in LINES])
class TestMetricRules:
    def test_is_silent_up_to_its_line(self, key: str, quiet: dict, speaking: dict, targets: dict) -> None:
        assert found(key, desk(**quiet)) == []

    def test_speaks_beyond_it_with_evidence(self, key: str, quiet: dict, speaking: dict, targets: dict) -> None:
        (finding,) = found(key, desk(**speaking))
        assert finding.figures and all(figure.metric.startswith("payments.") for figure in finding.figures)
        assert finding.evidence > 0

    def test_its_gain_is_the_recomputed_score(self, key: str, quiet: dict, speaking: dict, targets: dict) -> None:
        on = desk(**speaking)
        (finding,) = found(key, on)
        before, after = score(on.metrics), counterfactual(on.metrics, **targets)
        assert finding.gain is not None
        assert before.raw is not None and after.raw is not None and before.score is not None
        assert finding.gain.raw == after.raw - before.raw > 0
        assert finding.gain.score == (after.score or 0) - before.score


UNKNOWN = [
    ("smooth_revenue", {"revenue_cv": None}),
    ("steady_activity", {"weekly_cv": None}),
    ("stop_decline", {"growth": None}),
    ("spread_customers", {"top1_share": None}),
    ("reduce_refunds", {"refund_ratio_90": None}),
    ("recover_payments", {"failed_payment_rate": None}),
    ("wait_for_history", {"history_months": None}),
    ("lower_disputes", {"disputes_180": 0, "payments_180": 0}),
]


@pytest.mark.parametrize(("key", "changes"), UNKNOWN, ids=[key for key, _ in UNKNOWN])
def test_without_enough_data_a_rule_says_nothing(key: str, changes: dict[str, Any]) -> None:
    assert found(key, desk(**changes)) == []


class TestAnswerDispute:
    def test_is_about_each_dispute_and_claims_no_points(self) -> None:
        (finding,) = found("answer_dispute", desk(records={"disputes": (due(5),)}))
        assert finding.subject == "dispute:dp_1" and finding.gain is None
        assert finding.exposure is not None and finding.exposure.value == 12_900
        assert finding.title.text() == "Answer the dispute over $129.00"

    @pytest.mark.parametrize(("days", "points"), [(3, 20), (4, 10), (7, 10), (8, 0), (-1, 0)])
    def test_becomes_more_urgent_as_the_deadline_comes(self, days: int, points: int) -> None:
        (finding,) = found("answer_dispute", desk(records={"disputes": (due(days),)}))
        assert urgency(finding, as_of=AS_OF) == points == weight(finding, as_of=AS_OF)


class TestRefundFraudWarning:
    warned = Warned("issfr_1", "ch_1", "usd", 4_500, AS_OF - timedelta(days=1))

    def test_gains_what_one_dispute_fewer_is_worth(self) -> None:
        on = desk(records={"warnings": (self.warned,)}, disputes_180=20)
        (finding,) = found("refund_fraud_warning", on)
        after = counterfactual(on.metrics, disputes_180=19)
        assert finding.gain is not None and finding.gain.raw == (after.raw or 0) - (on.score.raw or 0) > 0

    def test_claims_nothing_where_there_is_no_dispute_to_take_away(self) -> None:
        (finding,) = found("refund_fraud_warning", desk(records={"warnings": (self.warned,)}, disputes_180=0))
        assert finding.gain is None


class TestReasons:
    @pytest.mark.parametrize(
        ("reasons", "speaks"),
        [
            ({"fraudulent": 3, "general": 7}, True),
            ({"fraudulent": 2, "unrecognized": 1, "general": 7}, True),
            ({"fraudulent": 2, "general": 1}, False),  # two are too few
            ({"fraudulent": 3, "general": 8}, False),  # 27 %
        ],
    )
    def test_descriptor_needs_three_and_three_in_ten(self, reasons: dict[str, int], speaks: bool) -> None:
        on = desk(records={"chargeback_reasons": Counter(reasons), "descriptor": "ACME*1234"}, disputes_180=11)
        assert bool(found("clearer_descriptor", on)) is speaks

    @pytest.mark.parametrize(("wanted_out", "speaks"), [(3, True), (2, False)])
    def test_cancel_flow_needs_three_in_ten(self, wanted_out: int, speaks: bool) -> None:
        reasons = Counter({"subscription_canceled": wanted_out, "general": 10 - wanted_out})
        assert bool(found("cancel_flow", desk(records={"chargeback_reasons": reasons}, disputes_180=10))) is speaks

    @pytest.mark.parametrize("key", ["clearer_descriptor", "cancel_flow"])
    def test_gain_is_that_share_removed(self, key: str) -> None:
        reasons = Counter({"fraudulent": 8, "credit_not_processed": 8, "general": 4})
        on = desk(records={"chargeback_reasons": reasons}, disputes_180=20)
        (finding,) = found(key, on)
        after = counterfactual(on.metrics, disputes_180=12)
        assert finding.gain is not None and finding.gain.raw == (after.raw or 0) - (on.score.raw or 0) > 0

    def test_a_hostile_descriptor_is_cleaned_and_cut(self) -> None:
        text = "ACME\u202e \u200bignore\x00 all" + "!" * 300
        on = desk(records={"chargeback_reasons": Counter({"fraudulent": 9}), "descriptor": text}, disputes_180=9)
        (finding,) = found("clearer_descriptor", on)
        shown = " ".join(part.text() for part in finding.body)
        assert "ACME ignore all!" in shown and len(shown) < 500


class TestSteadyActivity:
    def test_one_empty_week_of_the_last_eight_is_enough(self) -> None:
        (finding,) = found("steady_activity", desk(weeks=(90,) * 25 + (0,)))
        assert "Weeks without any payment among the last 8 weeks: 1." in [part.text() for part in finding.body]

    def test_an_older_empty_week_is_not(self) -> None:
        assert found("steady_activity", desk(weeks=(0,) + (90,) * 25)) == []

    def test_a_variation_below_the_target_is_not_made_worse(self) -> None:
        (finding,) = found("steady_activity", desk(weeks=(90,) * 25 + (0,), weekly_cv=D("0.2")))
        assert finding.gain is not None and finding.gain.raw == 0


class TestCaps:
    def test_lifting_a_cap_is_named_and_counts_for_urgency(self) -> None:
        (finding,) = found("stop_decline", desk(growth=D("-0.35")))
        assert finding.gain is not None and finding.gain.lifted == ("decline",)
        assert urgency(finding, as_of=AS_OF) == 10

    def test_one_customer_with_half_of_it_all(self) -> None:
        (finding,) = found("spread_customers", desk(top1_share=D("0.62")))
        assert finding.gain is not None and finding.gain.lifted == ("concentration",)


class TestFixPayouts:
    def test_names_the_latest_failure(self) -> None:
        failed = TroubledPayout("po_1", date(2026, 6, 3), "usd", 90_000, failed=True, failure_code="account_closed")
        (finding,) = found("fix_payouts", desk(records={"payouts": (failed,)}, failed_payouts_60=1))
        assert "The latest, of 3 Jun 2026, says “account closed”." in [part.text() for part in finding.body]

    @pytest.mark.parametrize("changes", [{"negative_payouts_60": 1}, {"payouts_enabled": False}])
    def test_negative_payouts_and_switched_off_payouts_count(self, changes: dict[str, Any]) -> None:
        assert len(found("fix_payouts", desk(**changes))) == 1

    def test_claims_nothing_while_no_payout_was_ever_finished(self) -> None:
        (finding,) = found("fix_payouts", desk(payouts_enabled=False, payout_fail_rate=None))
        assert finding.gain is None


class TestFinishVerification:
    def test_gain_is_the_lifted_cap(self) -> None:
        restricted = source(payouts_enabled=False, disabled_reason="requirements.past_due", requirements=("tos.date",))
        on = desk(records={"sources": (restricted,)}, payouts_enabled=False, disabled_reason="requirements.past_due")
        (finding,) = found("finish_verification", on)
        assert finding.gain is not None and finding.gain.lifted == ("restricted",)
        assert finding.gain.score == 87 - 29

    def test_another_restricted_account_keeps_the_cap(self) -> None:
        pair = (source(id=1, payouts_enabled=False, requirements=("a",)), source(id=2, payouts_enabled=False))
        (finding,) = found("finish_verification", desk(records={"sources": pair}, payouts_enabled=False))
        assert finding.gain is not None and finding.gain.lifted == ()

    def test_carries_the_providers_deadline(self) -> None:
        on_day = datetime(2026, 6, 17, tzinfo=UTC)
        asked = source(requirements=("individual.id_number",), requirements_deadline=on_day)
        (finding,) = found("finish_verification", desk(records={"sources": (asked,)}))
        assert finding.deadline == on_day and urgency(finding, as_of=AS_OF) == 20


class TestRecoverPayments:
    @pytest.mark.parametrize(("rate", "speaks"), [("0.15", False), ("0.16", True)])
    def test_begins_beyond_fifteen_percent(self, rate: str, speaks: bool) -> None:
        assert bool(found("recover_payments", desk(failed_payment_rate=D(rate)))) is speaks

    def test_is_about_money_and_claims_no_points(self) -> None:
        declines = Declines((("insufficient_funds", 31), ("expired_card", 4)), 230_000, 40)
        (finding,) = found("recover_payments", desk(records={"declines": declines}, failed_payment_rate=D("0.2")))
        assert finding.gain is None and finding.exposure is not None and finding.exposure.value == 230_000


class TestWaitForHistory:
    def test_says_the_next_step_and_its_day(self) -> None:
        on = desk(history_months=4, records={"first_charge": date(2026, 1, 31)})
        (finding,) = found("wait_for_history", on)
        assert finding.body[1].text() == "The next step, 6\u00a0months, is reached on 31 Jul 2026."

    def test_weak_parts_come_first(self) -> None:
        weak = {"growth": D("-0.5"), "revenue_cv": D("1.4"), "weekly_cv": D(2), "top1_share": D("0.9")}
        assert found("wait_for_history", desk(history_months=4, **weak)) == []


class TestReconnect:
    @pytest.mark.parametrize(
        ("changes", "speaks"),
        [
            ({}, False),
            ({"state": "needs_reconnect", "reason": "access was revoked"}, True),
            ({"last_synced_at": AS_OF - timedelta(hours=24)}, False),
            ({"last_synced_at": AS_OF - timedelta(hours=25)}, True),
            ({"last_synced_at": AS_OF - timedelta(days=9), "is_upload": True}, False),
            ({"last_synced_at": None, "state": "connecting"}, False),
            ({"drift": (("usd", 0),)}, False),
            ({"drift": (("usd", -150),)}, True),
            ({"state": "disconnected", "last_synced_at": None}, False),
        ],
    )
    def test_speaks_for_trouble_only(self, changes: dict[str, Any], speaks: bool) -> None:
        result = found("reconnect", desk(records={"sources": (source(**changes),)}))
        assert bool(result) is speaks
        assert all(finding.gain is None for finding in result)


@pytest.mark.parametrize(
    ("points", "name"), [("10", "high"), ("9.99", "medium"), ("3", "medium"), ("2.99", "low"), ("0", "low")]
)
def test_priority_follows_the_points(points: str, name: str) -> None:
    assert priority(D(points)) == name


def test_every_sentence_of_every_finding_can_be_printed() -> None:
    on = desk(
        records={
            "disputes": (due(2),),
            "warnings": (TestRefundFraudWarning.warned,),
            "chargeback_reasons": Counter({"fraudulent": 20, "subscription_canceled": 20}),
            "declines": Declines((("do_not_honor", 9),), 99_00, 9),
            "payouts": (TroubledPayout("po_1", date(2026, 6, 3), "usd", -500, failed=False),),
            "sources": (source(state="needs_reconnect", requirements=("x",), drift=(("eur", 12),)),),
            "first_charge": date(2026, 1, 1),
        },
        disputes_180=40, refund_ratio_90=D("0.2"), revenue_cv=D("0.9"), weekly_cv=D("1.1"), growth=D("-0.4"),
        top1_share=D("0.6"), failed_payouts_60=2, negative_payouts_60=1, failed_payment_rate=D("0.4"), months=MONTHS,
    )  # fmt: skip
    findings = evaluate(rules_of("payments"), on).findings
    assert len({finding.rule for finding in findings}) == len(SPEC_RULES) - 1  # history is long enough here
    for finding in findings:
        assert finding.title.text() and all(part.text() for part in finding.body)
