"""Rules about disputes and fraud warnings. Source: payments.md § 14."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from analytics.figures import Figure, Rows, ratio
from analytics.payments.metrics.sheet import programme_figures
from recommendations.confidence import RECORDED_WORDS, of_sample
from recommendations.findings import Finding, Impact, days_left
from recommendations.outcomes.checks import Measured, Unmeasured
from recommendations.payments.desk import PaymentsDesk
from recommendations.registry import HOURLY, rule
from recommendations.wording import Constant, Label, sentence

LINE = Decimal("0.005")
GOOD = Decimal("0.003")
REASON_SHARE = Decimal("0.3")
LEAST_UNRECOGNISED = 3
UNRECOGNISED = ("unrecognized", "fraudulent")
WANTED_OUT = ("subscription_canceled", "credit_not_processed")
HALF_YEAR = Constant("180 days")
CHARGEBACKS = ("reducing-chargebacks",)
WEEK = timedelta(days=7)
#: Disputes follow a payment by weeks, so eight weeks are looked at, and thirty days waited for the last of them.
DISPUTED = Measured("outcomes.chargeback_share", horizon=56, baseline=182, settle=30)


@rule(
    "payments.answer_dispute", "Disputes waiting for an answer", cadence=HOURLY, effort=2, stale_after=WEEK,
    needs=("payments.dispute_amount",), confidence=RECORDED_WORDS,
    check=Unmeasured("A single dispute is won or lost; what would have happened without the answer cannot be known."),
)  # fmt: skip
def answer_dispute(desk: PaymentsDesk) -> Iterator[Finding]:
    """A dispute that can still be answered. It is about money and a date; it claims no points."""
    for dispute in desk.disputes:
        rows = Rows.of("recommendations.dispute", id=dispute.id)
        amount = desk.own("dispute_amount", dispute.amount, n=1, currency=dispute.currency, rows=rows)
        left = desk.own("answer_days_left", max(0, days_left(dispute.due_by, as_of=desk.today)), n=1, rows=rows)
        reason = _reason(dispute.reason)
        yield Finding(
            rule="payments.answer_dispute",
            subject=f"dispute:{dispute.id}",
            title=sentence("Answer the dispute over {amount}", amount=amount),
            body=(
                sentence("Dispute {id} is open with the reason “{reason}”.", id=Label(dispute.id), reason=reason),
                sentence("Evidence is due on {due}: {left} left.", due=dispute.due_by, left=left),
                sentence("After that date the amount is lost without being looked at."),
            ),
            figures=(amount, left),
            evidence=Decimal(dispute.amount),
            exposure=amount,
            impact=Impact(
                Decimal(dispute.amount),
                Decimal(0),
                Decimal(dispute.amount),
                currency=dispute.currency,
                method="The disputed amount, once; how often an answer wins is not known, so the range begins at "
                "nothing.",
            ),
            deadline=dispute.due_by,
            knowledge=CHARGEBACKS,
            action="disputes",
        )


@rule(
    "payments.refund_fraud_warning", "Payments reported as fraud", cadence=HOURLY, effort=1, stale_after=WEEK,
    needs=("payments.warned_amount", "payments.dispute_ratio"), confidence=RECORDED_WORDS,
    check=Unmeasured("Whether this one payment would have been disputed cannot be known once it is refunded."),
)  # fmt: skip
def refund_fraud_warning(desk: PaymentsDesk) -> Iterator[Finding]:
    """An actionable early fraud warning without a dispute yet: a refund now avoids the chargeback."""
    if not desk.warnings:
        return
    fewer = desk.metrics.disputes_180 - 1
    gain = desk.gain(disputes_180=fewer) if fewer >= 0 else None
    for warned in desk.warnings:
        rows = Rows.of("recommendations.charge", id=warned.charge)
        amount = desk.own("warned_amount", warned.amount, n=1, currency=warned.currency, rows=rows)
        yield Finding(
            rule="payments.refund_fraud_warning",
            subject=f"charge:{warned.charge}",
            title=sentence("Refund the payment of {amount} that was reported as fraud", amount=amount),
            body=(
                sentence(
                    "The card's issuer reported charge {charge} on {day}.",
                    charge=Label(warned.charge), day=warned.created_at,
                ),
                sentence("A refund before it is disputed avoids the chargeback and its fee."),
            ),
            figures=(amount, desk.figure("dispute_ratio")),
            evidence=Decimal(warned.amount),
            gain=gain,
            exposure=amount,
            knowledge=CHARGEBACKS,
            action="disputes",
        )  # fmt: skip


@rule(
    "payments.lower_disputes", "Too many disputes", effort=3, stale_after=WEEK,
    needs=("payments.dispute_ratio", "payments.disputes_180", "payments.payments_180"),
    confidence="Chargebacks ÷ (chargebacks + 2), 180 days: one half at two of them.",
    check=DISPUTED,
)  # fmt: skip
def lower_disputes(desk: PaymentsDesk) -> Iterator[Finding]:
    """The smoothed dispute ratio is at 0.5 % or more. Without any chargeback there is nothing to lower."""
    metrics = desk.metrics
    if metrics.disputes_180 < 1 or metrics.dispute_ratio < LINE or desk.score.score is None:
        return
    smoothed, opened, base = (desk.figure(name) for name in ("dispute_ratio", "disputes_180", "payments_180"))
    body = [
        sentence(
            "In the last {window}, {opened} of {base} payments became chargebacks; smoothed for small numbers that is "
            "{ratio}.",
            window=HALF_YEAR, opened=opened, base=base, ratio=smoothed,
        )
    ]  # fmt: skip
    figures = [smoothed, opened, base]
    for reason, count in desk.chargeback_reasons.most_common(1):
        top = desk.own("reason_chargebacks", count, n=metrics.disputes_180)
        body.append(
            sentence("The most frequent reason is “{reason}”; in number: {top}.", reason=_reason(reason), top=top)
        )
        figures.append(top)
    near = min(_headrooms(desk), key=lambda pair: pair[1].value or 0, default=None)
    if near is not None:
        label, headroom = near
        body.append(
            sentence(
                "Room to the line of {programme} at last month's volume, in cases: {left}.",
                left=headroom,
                programme=label,
            )
        )
        figures.append(headroom)
    yield Finding(
        rule="payments.lower_disputes",
        subject="payments",
        title=sentence("Bring disputes down from {ratio} of payments", ratio=smoothed),
        body=tuple(body),
        figures=tuple(figures),
        evidence=metrics.dispute_ratio,
        confidence=of_sample(metrics.disputes_180, half=2),
        target=desk.target("dispute_ratio", GOOD),
        gain=desk.gain(dispute_ratio=GOOD),
        knowledge=CHARGEBACKS,
        action="disputes",
    )


@rule(
    "payments.clearer_descriptor", "Charges customers do not recognise", effort=1, stale_after=WEEK,
    needs=("payments.disputes_180",), check=DISPUTED,
    confidence="Chargebacks for these reasons ÷ (the same + 2), 180 days.",
)  # fmt: skip
def clearer_descriptor(desk: PaymentsDesk) -> Iterator[Finding]:
    """Three in ten chargebacks or more, and at least three, say that the charge was not recognised."""
    yield from _for_reasons(
        desk,
        "payments.clearer_descriptor",
        UNRECOGNISED,
        least=LEAST_UNRECOGNISED,
        title="Make your name on card statements clearer",
        advice="Use the name customers know; a receipt that shows the same name helps as well.",
        descriptor=desk.descriptor,
    )


@rule(
    "payments.cancel_flow", "Customers who wanted to cancel or get money back", effort=3, stale_after=WEEK,
    needs=("payments.disputes_180",), check=DISPUTED,
    confidence="Chargebacks for these reasons ÷ (the same + 2), 180 days: a single one stays below what is shown.",
)  # fmt: skip
def cancel_flow(desk: PaymentsDesk) -> Iterator[Finding]:
    """Three in ten chargebacks or more come from people who wanted out, or their money back."""
    yield from _for_reasons(
        desk,
        "payments.cancel_flow",
        WANTED_OUT,
        least=1,
        title="Make cancelling and refunds easier than a dispute",
        advice="Let customers cancel where they signed up, confirm at once, and answer refund requests within a day.",
    )


def _for_reasons(
    desk: PaymentsDesk, key: str, reasons: tuple[str, ...], *, least: int, title: str, advice: str, descriptor: str = ""
) -> Iterator[Finding]:
    total = sum(desk.chargeback_reasons.values())
    count = sum(desk.chargeback_reasons[reason] for reason in reasons)
    if count < least or ratio(count, total) < REASON_SHARE or desk.score.score is None:
        return
    rows = _chargebacks(desk)
    share = desk.own("reason_share", ratio(count, total), n=total, rows=rows)
    counted = desk.own("reason_chargebacks", count, n=total, rows=rows)
    body = [
        sentence(
            "Of the chargebacks of the last {window}, {share} say {reasons}; in number: {count}.",
            count=counted, window=HALF_YEAR, share=share,
            reasons=Label(" or ".join(f"“{reason.replace('_', ' ')}”" for reason in reasons)),
        )
    ]  # fmt: skip
    if descriptor:
        body.append(sentence("Statements now show “{descriptor}”.", descriptor=Label(descriptor)))
    body.append(sentence(advice))
    left = max(0, desk.metrics.disputes_180 - count)
    yield Finding(
        rule=key,
        subject="payments",
        title=sentence(title),
        body=tuple(body),
        figures=(share, counted, desk.figure("disputes_180")),
        evidence=ratio(count, total),
        confidence=of_sample(count, half=2),
        target=desk.target("disputes_180", left),
        gain=desk.gain(disputes_180=left),
        knowledge=CHARGEBACKS,
        action="disputes",
    )


def _headrooms(desk: PaymentsDesk) -> list[tuple[Label, Figure]]:
    """Headroom to each network line of the last whole month, with the line's name."""
    made = programme_figures(desk.metrics)
    return [(Label(row.label), made[f"payments.programme_headroom:{row.programme}"]) for row in desk.metrics.programmes]


def _chargebacks(desk: PaymentsDesk) -> Rows:
    return Rows.of("payments.chargebacks", start=desk.today - timedelta(days=180), end=desk.today)


def _reason(reason: str) -> Label:
    return Label(reason.replace("_", " ") or "not given")
