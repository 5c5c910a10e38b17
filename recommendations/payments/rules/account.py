"""Rules about the accounts themselves: verification, and whether their data is complete. Source: payments.md § 14."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from analytics.figures import Figure
from recommendations.confidence import RECORDED_WORDS
from recommendations.findings import Finding
from recommendations.outcomes.checks import Unmeasured
from recommendations.payments.desk import PaymentsDesk, SourceState
from recommendations.registry import HOURLY, rule
from recommendations.wording import Label, Sentence, sentence

STALE = timedelta(hours=24)
READABLE = ("active", "needs_reconnect")


@rule(
    "payments.finish_verification", "Verification is open", effort=2,
    needs=("payments.requirements_due",), confidence=RECORDED_WORDS,
    check=Unmeasured("Verification is open or it is not: once it is finished there is nothing to compare."),
)  # fmt: skip
def finish_verification(desk: PaymentsDesk) -> Iterator[Finding]:
    """The provider asks for details, or has restricted the account. The gain is the cap that would be lifted."""
    for source in desk.sources:
        if not (source.requirements or source.disabled_reason):
            continue
        asked = desk.own("requirements_due", len(source.requirements), n=len(source.requirements))
        yield Finding(
            rule="payments.finish_verification",
            subject=f"source:{source.id}",
            title=sentence("Finish the verification of {account}", account=Label(source.label)),
            body=tuple(_asked(source, asked)),
            figures=(asked,),
            evidence=Decimal(len(source.requirements) + source.restricted),
            gain=desk.gain(**_without_restriction(desk, source)),
            deadline=source.requirements_deadline,
            knowledge=("payout-timing",),
            action="sources",
        )


@rule(
    "payments.reconnect", "A source needs attention", cadence=HOURLY, effort=1,
    needs=("payments.hours_since_sync", "payments.ledger_drift"), confidence=RECORDED_WORDS,
    check=Unmeasured("It makes the figures complete again; the business itself does not change by it."),
)  # fmt: skip
def reconnect(desk: PaymentsDesk) -> Iterator[Finding]:
    """A source cannot be read, is older than a day, or does not equal its balance. It costs confidence, not points."""
    for source in desk.sources:
        trouble = tuple(_trouble(desk, source))
        if not trouble:
            continue
        hours = desk.own("hours_since_sync", _hours(desk, source), n=1)
        drift = [
            desk.own("ledger_drift", amount, n=1, currency=currency) for currency, amount in source.drift if amount
        ]
        yield Finding(
            rule="payments.reconnect",
            subject=f"source:{source.id}",
            title=sentence("Look after the source {account}", account=Label(source.label)),
            body=trouble,
            figures=(hours, *drift, desk.figure("payments_365")),
            evidence=Decimal(_hours(desk, source) + sum(abs(amount) for _, amount in source.drift)),
            action="sources",
        )


def _asked(source: SourceState, asked: Figure) -> Iterator[Sentence]:
    if source.requirements:
        named = ", ".join(field.replace("_", " ").replace(".", " ") for field in source.requirements[:3])
        yield sentence("Open requests for details: {asked}, among them {fields}.", asked=asked, fields=Label(named))
    if source.requirements_deadline is not None:
        yield sentence("They are due on {day}.", day=source.requirements_deadline)
    if source.restricted:
        reason = Label(source.disabled_reason.replace("_", " ").replace(".", " ") or "not given")
        yield sentence("The account is restricted; the stated reason is “{reason}”.", reason=reason)


def _without_restriction(desk: PaymentsDesk, source: SourceState) -> dict[str, bool | str]:
    """The account state once this source is verified; other restricted sources stay as they are."""
    others = [other for other in desk.sources if other.id != source.id]
    return {
        "charges_enabled": all(other.charges_enabled for other in others),
        "payouts_enabled": all(other.payouts_enabled for other in others),
        "disabled_reason": next((other.disabled_reason for other in others if other.disabled_reason), ""),
    }


def _trouble(desk: PaymentsDesk, source: SourceState) -> Iterator[Sentence]:
    if source.state == "needs_reconnect":
        reason = Label(source.reason or "access was refused")
        yield sentence("The account cannot be read any more: {reason}.", reason=reason)
    elif source.state == "active" and not source.is_upload and _hours(desk, source) > STALE.total_seconds() // 3600:
        hours = desk.own("hours_since_sync", _hours(desk, source), n=1)
        yield sentence("Its data is {hours} hours old.", hours=hours)
    for currency, amount in source.drift:
        if amount and source.state in READABLE:
            drift = desk.own("ledger_drift", amount, n=1, currency=currency)
            yield sentence("The ledger differs from the balance by {drift}.", drift=drift)


def _hours(desk: PaymentsDesk, source: SourceState) -> int:
    """Whole hours since the last update; 0 when it never was updated."""
    if source.last_synced_at is None:
        return 0
    return max(0, int((desk.as_of - source.last_synced_at).total_seconds() // 3600))
