"""Writes metric snapshots.

A snapshot is never edited: other inputs supersede it, equal inputs write nothing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from accounts.events import record
from accounts.models import Business
from accounts.periods import local_day
from analytics.figures import to_json
from analytics.models import MetricSnapshot, PaymentsFreshness
from analytics.payments.calendar import add_months, month_start
from analytics.payments.ledger import AccountState, Ledger
from analytics.payments.metrics.calc import compute_metrics
from analytics.payments.metrics.model import MODEL_VERSION
from analytics.payments.metrics.sheet import figures
from analytics.payments.reader import LedgerReader, sources_in_use

COMPARED_WITH = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Recomputed:
    """Days looked at, ascending, and how many snapshots are new among them."""

    days: tuple[date, ...] = ()
    written: int = 0


def recompute_metrics(business: Business, *, as_of: datetime) -> Recomputed:
    """Bring the snapshots up to date: today's, the one 30 days before, and the month starts that went stale.

    On the first run, and for a new model, that is every month start since the first charge.
    Empty: without a connected source nothing is written; the last snapshots stay.
    """
    today = local_day(as_of, business.time_zone)
    sources = sources_in_use(business)
    if not sources:
        return Recomputed()
    reader = LedgerReader(business, sources, latest=today)
    freshness, _ = PaymentsFreshness.objects.of(business).get_or_create(
        business=business, defaults={"time_zone": business.time_zone}
    )
    days = due_days(reader.first_charge, today=today, stale_since=_stale_since(freshness))
    written = sum(_snapshot(reader, day, today=today, now=as_of) for day in days)
    _mark_fresh(freshness)
    if written:
        record("payments.metrics.recomputed", business=business, days=len(days), written=written)
    return Recomputed(days, written)


def due_days(first_charge: date | None, *, today: date, stale_since: date | None) -> tuple[date, ...]:
    """The as-of days to compute, ascending: month starts after `stale_since`, today, and 30 days before
    it.
    """
    days = {today}
    if first_charge is not None and first_charge < today - COMPARED_WITH:
        days.add(today - COMPARED_WITH)
    if first_charge is not None and stale_since is not None:
        month = add_months(month_start(max(first_charge, stale_since)), 1)
        while month <= today:
            days.add(month)
            month = add_months(month, 1)
    return tuple(sorted(days))


def inputs_hash(ledger: Ledger, *, as_of: date) -> str:
    """A fingerprint of everything a snapshot is computed from, its model included."""
    return hashlib.sha256(f"{MODEL_VERSION}|{as_of}|{ledger!r}".encode()).hexdigest()


def _snapshot(reader: LedgerReader, day: date, *, today: date, now: datetime) -> bool:
    """Write the snapshot of one day unless the live one has the same inputs. True when it is new."""
    live = MetricSnapshot.objects.of(reader.business).live().filter(as_of=day, model_version=MODEL_VERSION).first()
    state = reader.account_state()
    account = state if day == today else _account_then(live, state)
    ledger = reader.ledger(day, account=account)
    fingerprint = inputs_hash(ledger, as_of=day)
    if live is not None and live.inputs_hash == fingerprint:
        return False
    metrics = compute_metrics(ledger, as_of=day)
    if live is not None:
        MetricSnapshot.objects.of(reader.business).filter(pk=live.pk).update(superseded_at=now)
    MetricSnapshot.objects.create(
        business=reader.business,
        as_of=day,
        model_version=MODEL_VERSION,
        values=metrics.to_json(),
        figures={key: to_json(figure) for key, figure in figures(metrics).items()},
        inputs_hash=fingerprint,
        computed_at=now,
    )
    return True


def _account_then(live: MetricSnapshot | None, now: AccountState) -> AccountState:
    """What the provider allowed on a past day is only known if a snapshot of that day noted it."""
    if live is None:
        return AccountState(region=now.region)
    known = live.metrics
    return AccountState(
        charges_enabled=known.charges_enabled,
        payouts_enabled=known.payouts_enabled,
        disabled_reason=known.disabled_reason,
        region=now.region,
    )


def _stale_since(freshness: PaymentsFreshness) -> date | None:
    """A new model, or another currency of the business, makes the whole history stale."""
    computed_with = (freshness.metrics_model, freshness.currency)
    wanted = (MODEL_VERSION, freshness.business.currency)
    return freshness.stale_since if computed_with == wanted else date.min


def _mark_fresh(freshness: PaymentsFreshness) -> None:
    """Note what was computed; days that went stale meanwhile (another revision) stay stale."""
    mine = PaymentsFreshness.objects.of(freshness.business).filter(pk=freshness.pk)
    mine.update(metrics_model=MODEL_VERSION, currency=freshness.business.currency)
    mine.filter(revision=freshness.revision).update(stale_since=None)
