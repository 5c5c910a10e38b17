"""Rules about refunds, payouts and payments that failed. Source: payments.md § 14."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from analytics.figures import Figure, Rows
from recommendations.confidence import RECORDED_WORDS, of_sample
from recommendations.findings import Finding, Impact
from recommendations.outcomes.checks import Measured, Unmeasured
from recommendations.payments.desk import PaymentsDesk
from recommendations.registry import rule
from recommendations.wording import Constant, Label, Sentence, sentence

MANY_REFUNDS = Decimal("0.05")
FEW_REFUNDS = Decimal("0.02")
MANY_FAILURES = Decimal("0.15")
WEEK = timedelta(days=7)


@rule(
    "payments.reduce_refunds", "Many refunds", effort=3, stale_after=WEEK,
    needs=("payments.refund_ratio_90", "payments.refunds_90"),
    confidence="Refunds ÷ (refunds + 5), 90 days: one half at five of them.",
    check=Measured("outcomes.refund_share", horizon=28, baseline=84, settle=14),
)  # fmt: skip
def reduce_refunds(desk: PaymentsDesk) -> Iterator[Finding]:
    """Over 5 % of the quarter's gross revenue was given back."""
    value = desk.metrics.refund_ratio_90
    if value is None or value <= MANY_REFUNDS:
        return
    share, amount = desk.figure("refund_ratio_90"), desk.figure("refunds_90")
    count = desk.own("refund_count_90", desk.refund_count_90, n=desk.refund_count_90, rows=amount.rows)
    yield Finding(
        rule="payments.reduce_refunds",
        subject="payments",
        title=sentence("Bring refunds down from {share} of sales", share=share),
        body=(
            sentence(
                "In the last {window} you gave back {amount}; refunds made: {count}.",
                window=Constant("90 days"), amount=amount, count=count,
            ),
            sentence("Look at what is refunded most often: descriptions, delivery times and sizes come first."),
        ),
        figures=(share, amount, count),
        evidence=value,
        confidence=of_sample(desk.refund_count_90, half=5),
        impact=_fewer_refunds(desk, value),
        target=desk.target("refund_ratio_90", FEW_REFUNDS),
        gain=desk.gain(refund_ratio_90=FEW_REFUNDS),
        knowledge=("funding-readiness-factors",),
        action="metrics",
    )  # fmt: skip


@rule(
    "payments.fix_payouts", "Payouts that failed or turned negative", effort=2, stale_after=WEEK,
    needs=("payments.failed_payouts_60", "payments.negative_payouts_60"), confidence=RECORDED_WORDS,
    check=Unmeasured("Payouts are too few: a month without a failed one happens by itself as well."),
)  # fmt: skip
def fix_payouts(desk: PaymentsDesk) -> Iterator[Finding]:
    """A payout failed or was pulled from the bank within 60 days, or payouts are switched off."""
    metrics = desk.metrics
    if not (metrics.failed_payouts_60 or metrics.negative_payouts_60) and metrics.payouts_enabled:
        return
    rows = Rows.of("payments.payouts", start=desk.today - timedelta(days=60), end=desk.today)
    failed = desk.own("failed_payouts_60", metrics.failed_payouts_60, n=metrics.payouts_180, rows=rows)
    negative = desk.own("negative_payouts_60", metrics.negative_payouts_60, n=metrics.payouts_180, rows=rows)
    known = metrics.payout_fail_rate is not None
    yield Finding(
        rule="payments.fix_payouts",
        subject="payments",
        title=sentence("Get payouts to arrive"),
        body=tuple(_payout_trouble(desk, failed, negative)),
        figures=(failed, negative, *([desk.figure("payout_fail_rate")] if known else [])),
        evidence=Decimal(metrics.failed_payouts_60 + metrics.negative_payouts_60 + (not metrics.payouts_enabled)),
        target=desk.target("payout_fail_rate", 0) if known else None,
        gain=desk.gain(payout_fail_rate=Decimal(0)) if known else None,
        knowledge=("payout-timing",),
        action="payouts",
    )


@rule(
    "payments.recover_payments", "Payments that never succeeded", effort=2, stale_after=WEEK,
    needs=("payments.failed_payment_rate",),
    confidence="Payments that never succeeded ÷ (the same + 5), 30 days: one half at five of them.",
    check=Measured("outcomes.failed_share", horizon=28, baseline=84),
)  # fmt: skip
def recover_payments(desk: PaymentsDesk) -> Iterator[Finding]:
    """More than 15 % of the month's payment intents never succeeded. It is about money; it claims no points."""
    value = desk.metrics.failed_payment_rate
    if value is None or value <= MANY_FAILURES:
        return
    rate = desk.figure("failed_payment_rate")
    declines, month = desk.declines, Constant("30 days")
    money = desk.own(
        "unrecovered_30", declines.unrecovered, n=declines.intents, currency=desk.metrics.currency, rows=rate.rows
    )
    body = [sentence("In the last {window}, {rate} of payment attempts never succeeded.", window=month, rate=rate)]
    figures = [rate, money]
    if declines.unrecovered:
        body.append(sentence("They were worth {money}; part of it can be won back by retrying.", money=money))
    for code, count in declines.codes[:1]:
        top = desk.own("declined_attempts_30", count, n=sum(n for _, n in declines.codes), rows=rate.rows)
        reason = Label(code.replace("_", " ") or "not given")
        body.append(sentence("The most frequent reason is “{reason}”, seen on {top} of them.", reason=reason, top=top))
        figures.append(top)
    yield Finding(
        rule="payments.recover_payments",
        subject="payments",
        title=sentence("Win back failed payments"),
        body=tuple(body),
        figures=tuple(figures),
        evidence=value,
        exposure=money if declines.unrecovered else None,
        confidence=of_sample(declines.intents, half=5),
        impact=_won_back(desk) if declines.unrecovered else None,
        knowledge=("revenue-stability",),
        action="metrics",
    )


def _fewer_refunds(desk: PaymentsDesk, share: Decimal) -> Impact:
    """Sales kept a month if the share came down to its target; nothing, if refunds only become returns by dispute."""
    kept = desk.monthly((share - FEW_REFUNDS) * desk.metrics.revenue_gross_90, 90)
    method = "Gross sales of 90 days × the share above 2 %, a month; the range begins at no change."
    return Impact(kept, Decimal(0), kept, method, desk.metrics.currency)


def _won_back(desk: PaymentsDesk) -> Impact:
    lost = Decimal(desk.declines.unrecovered)
    method = "Half of what never came in within 30 days; the range runs from none to all of it."
    return Impact((lost / 2).quantize(Decimal(1)), Decimal(0), lost, method, desk.metrics.currency)


def _payout_trouble(desk: PaymentsDesk, failed: Figure, negative: Figure) -> Iterator[Sentence]:
    window = Constant("60 days")
    if failed.value:
        yield sentence("Payouts that failed in the last {window}: {failed}.", window=window, failed=failed)
    code = next((payout for payout in desk.payouts if payout.failed), None)
    if code is not None:
        reason = Label(code.failure_code.replace("_", " ") or "not given")
        yield sentence("The latest, of {day}, says “{reason}”.", day=code.arrival_date, reason=reason)
    if negative.value:
        yield sentence(
            "Payouts below zero in the last {window}: {negative}. That money was pulled from your bank account.",
            window=window, negative=negative,
        )  # fmt: skip
    if not desk.metrics.payouts_enabled:
        yield sentence("Payouts are switched off for the account.")
