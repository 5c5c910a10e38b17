"""Reading what the payments rules look at. A fixed number of queries, whatever the size of the ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Q, Sum, Value
from django.db.models.functions import Coalesce, NullIf

from accounts.models import Business
from accounts.periods import Period, local_day
from analytics.models import PaymentDay
from analytics.payments.metrics.model import Metrics
from analytics.payments.metrics.queries import latest_snapshot
from analytics.payments.reader import sources_shown
from ingestion.models import Charge, Dispute, FraudWarning, Payout, Reconciliation, Refund, Source
from recommendations.payments.desk import (
    Declines,
    OpenDispute,
    PaymentsDesk,
    SourceState,
    TroubledPayout,
    Warned,
)

WATCHED = (Source.State.ACTIVE, Source.State.NEEDS_RECONNECT, Source.State.CONNECTING)
WARNED_WITHIN = timedelta(days=120)
MOST_WARNINGS = 200
DECLINE_CODES = 5


def payments_desk(business: Business, *, as_of: datetime) -> PaymentsDesk:
    """What is known as of `as_of`: the newest metrics, and the records that advice is about. Fifteen queries.

    Empty: without any snapshot the metrics are those of a business that never sold anything.
    """
    today = local_day(as_of, business.time_zone)
    newest = latest_snapshot(business, as_of=as_of)
    metrics = newest.metrics if newest else Metrics(as_of=today, currency=business.currency)
    facts = _Facts(business, tuple(source.pk for source in sources_shown(business)), today)
    return PaymentsDesk(
        as_of=as_of,
        metrics=metrics,
        disputes=_disputes(facts, as_of),
        warnings=_warnings(facts, as_of),
        chargeback_reasons=_chargeback_reasons(facts),
        descriptor=_descriptor(facts),
        refund_count_90=_refund_count(facts),
        declines=_declines(facts, metrics.currency),
        payouts=_payouts(facts),
        sources=_sources(business),
        first_charge=_first_charge(facts),
    )


@dataclass(frozen=True, slots=True)
class _Facts:
    """The facts of one business's sources in use, seen from `today` (exclusive)."""

    business: Business
    sources: tuple[int, ...]
    today: date

    def of(self, model: Any) -> Any:
        return model.objects.of(self.business).filter(source__in=self.sources)

    def trailing(self, model: Any, days: int) -> Any:
        window = Period(self.today - timedelta(days=days), self.today, self.business.time_zone)
        return self.of(model).within(window)


def _disputes(facts: _Facts, as_of: datetime) -> tuple[OpenDispute, ...]:
    return tuple(
        OpenDispute(
            id=row.external_id,
            currency=row.currency,
            amount=row.amount,
            reason=row.reason,
            due_by=row.evidence_due_by,
            brand=row.brand,
            is_chargeback=row.is_chargeback,
        )
        for row in facts.of(Dispute).answerable(as_of=as_of)
    )


def _warnings(facts: _Facts, as_of: datetime) -> tuple[Warned, ...]:
    """Actionable warnings on charges that were taken, not given back in full and not disputed yet."""
    recent = facts.of(FraudWarning).filter(actionable=True, created_at__gte=as_of - WARNED_WITHIN)
    warned = {row.charge: row for row in recent.order_by("-created_at", "external_id")[:MOST_WARNINGS]}
    if not warned:
        return ()
    disputed = set(facts.of(Dispute).filter(charge__in=warned).values_list("charge", flat=True))
    charges = facts.of(Charge).successful().filter(external_id__in=warned, disputed=False)
    return tuple(
        Warned(
            id=warned[charge.external_id].external_id,
            charge=charge.external_id,
            currency=charge.currency,
            amount=(charge.amount_captured or charge.amount) - charge.amount_refunded,
            created_at=warned[charge.external_id].created_at,
        )
        for charge in charges.order_by("external_id")
        if charge.external_id not in disputed and charge.amount_refunded < (charge.amount_captured or charge.amount)
    )


def _chargeback_reasons(facts: _Facts) -> Counter[str]:
    rows = facts.trailing(Dispute, 180).chargebacks().values("reason").annotate(n=Count("pk"))
    return Counter({row["reason"]: row["n"] for row in rows.order_by("-n", "reason")})


def _descriptor(facts: _Facts) -> str:
    newest = facts.trailing(Charge, 30).successful().exclude(descriptor="").order_by("-created_at").first()
    return newest.descriptor if newest else ""


def _refund_count(facts: _Facts) -> int:
    made: int = facts.trailing(Refund, 90).exclude(status__in=("failed", "canceled")).count()
    return made


def _declines(facts: _Facts, currency: str) -> Declines:
    """Decline codes of the last 30 days, and the largest attempt of every intent that never succeeded."""
    month = facts.trailing(Charge, 30)
    codes = month.filter(status="failed").values("failure_code").annotate(n=Count("pk"))
    intents = (
        month.filter(currency=currency)
        .annotate(attempt=Coalesce(NullIf("payment_intent", Value("")), "external_id"))
        .values("source", "attempt")
        .annotate(won=Count("pk", filter=Q(status="succeeded")), most=Max("amount"))
        .filter(won=0)
    )
    total = intents.aggregate(money=Sum("most"), n=Count("attempt"))
    listed = tuple((row["failure_code"], row["n"]) for row in codes.order_by("-n", "failure_code")[:DECLINE_CODES])
    return Declines(listed, total["money"] or 0, total["n"])


def _payouts(facts: _Facts) -> tuple[TroubledPayout, ...]:
    troubled = facts.trailing(Payout, 60).filter(Q(status="failed") | Q(amount__lt=0))
    return tuple(
        TroubledPayout(
            row.external_id, row.arrival_date, row.currency, row.amount, row.status == "failed", row.failure_code
        )
        for row in troubled.order_by("-arrival_date", "external_id")[:20]
    )


def _first_charge(facts: _Facts) -> date | None:
    days = facts.of(PaymentDay).filter(charges__gt=0).order_by("day")
    found: date | None = days.values_list("day", flat=True).first()
    return found


def _sources(business: Business) -> tuple[SourceState, ...]:
    watched = Source.objects.of(business).filter(state__in=WATCHED).order_by("pk")
    drifts = _drifts(business)
    return tuple(_source(row, drifts.get(row.pk, ())) for row in watched)


def _drifts(business: Business) -> dict[int, tuple[tuple[str, int], ...]]:
    """The newest reconciliation per source and currency, where it did not come out even."""
    newest = (
        Reconciliation.objects.of(business)
        .order_by("source_id", "currency", "-ran_at", "-pk")
        .distinct("source_id", "currency")
    )
    found: dict[int, tuple[tuple[str, int], ...]] = {}
    for row in newest:
        if row.drift:
            found[row.source_id] = (*found.get(row.source_id, ()), (row.currency, row.drift))
    return found


def _source(row: Source, drift: tuple[tuple[str, int], ...]) -> SourceState:
    asked: Mapping[str, Any] = row.account_value("requirements") or {}
    past_due = list(asked.get("past_due") or ())
    due = [field for field in asked.get("currently_due") or () if field not in past_due]
    deadline = asked.get("current_deadline")
    return SourceState(
        id=row.pk,
        label=row.label,
        state=row.state,
        reason=row.state_reason,
        last_synced_at=row.last_synced_at,
        is_upload=row.auth_mode == Source.AuthMode.UPLOAD,
        drift=drift,
        charges_enabled=row.account_value("charges_enabled", True) is not False,
        payouts_enabled=row.account_value("payouts_enabled", True) is not False,
        disabled_reason=asked.get("disabled_reason") or "",
        requirements=(*past_due, *due),
        requirements_deadline=datetime.fromtimestamp(deadline, tz=UTC) if isinstance(deadline, int) else None,
    )
