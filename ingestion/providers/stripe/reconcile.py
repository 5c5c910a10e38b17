"""The proof that the mirror equals the account (payments.md § 7.6).

Three comparisons: the ledger's sum against the balance, per currency; what Stripe lists against what is stored, per
month of the last 35 days; and each automatic payout against the ledger rows it paid out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Count, Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone

from accounts.events import record
from accounts.jobs import JobRun, job
from ingestion.models import BalanceReading, BalanceTransaction, Payout, Reconciliation, Source, SyncRun
from ingestion.pipeline.streams import stream_of
from ingestion.providers.stripe import backfill
from ingestion.providers.stripe.account import balances, save_balance
from ingestion.providers.stripe.client import StripeApi
from ingestion.providers.stripe.listings import LISTING_OF_STREAM, readable
from ingestion.providers.stripe.session import Session, reading
from ingestion.providers.stripe.windows import since

LOOK_BACK = timedelta(days=35)
PAYOUTS_CHECKED = 10
LEDGER = LISTING_OF_STREAM["balance_transactions"]


@dataclass(frozen=True, slots=True)
class CurrencyDrift:
    """Ledger against balance in minor units; drift = ledger − balance, 0 when the mirror is whole."""

    currency: str
    ledger: int
    balance: int
    drift: int
    balance_parts: dict[str, int]


@dataclass(frozen=True, slots=True)
class MonthDrift:
    """What Stripe lists in (part of) a month against what is stored."""

    stream: str
    month: str
    listed: int
    stored: int


@dataclass(frozen=True, slots=True)
class PayoutDrift:
    """A payout's amount against the net of the ledger rows in it, in minor units."""

    payout: str
    currency: str
    amount: int
    transactions: int
    drift: int


@dataclass(frozen=True, slots=True)
class Drift:
    """One reconciliation. Sound when nothing differs anywhere."""

    source: int
    read_at: datetime
    currencies: tuple[CurrencyDrift, ...]
    months: tuple[MonthDrift, ...]
    payouts: tuple[PayoutDrift, ...]

    @property
    def is_sound(self) -> bool:
        off = [row.drift for row in self.currencies] + [row.drift for row in self.payouts]
        return not any(off) and all(row.listed == row.stored for row in self.months)

    def as_json(self) -> dict[str, Any]:
        body = asdict(self)
        return {**body, "read_at": self.read_at.isoformat(), "sound": self.is_sound}


@job("ingestion.stripe.reconcile", queue="ingest", stepwise=True)
def reconcile(run: JobRun, *, source_id: int) -> dict[str, Any] | None:
    """Compare, keep the result, and read anew what differs. The re-read of the last 35 days mends most drift itself."""
    with reading(run, source_id, SyncRun.Kind.RECONCILE, origin="refresh") as session:
        if session is None:
            return {"skipped": "not connected"}
        with run.step():
            if not backfill.is_complete(session.source):
                return {"skipped": "the first import comes first"}
        months = list(_reread(session, as_of=timezone.now()))
        drift = compare(session, months=tuple(months))
        with run.step():
            before = _last_drifts(session.source)
            save(session.source, drift)
            if not drift.is_sound:
                _alarm(session.source, drift, before)
        session.announce()
        return drift.as_json()


def compare(session: Session, *, months: tuple[MonthDrift, ...]) -> Drift:
    """Ledger and payouts against what Stripe says now.

    Ledger rows made after the balance was read are left out; rows made just before it are read first.
    """
    fetched_at = timezone.now()
    for page in session.api.pages(LEDGER.path, **since(fetched_at - timedelta(hours=1))):
        session.store(page.objects, fetched_at=fetched_at)
    balance, read_at = session.api.balance(), timezone.now()
    with session.job.step():
        save_balance(session.source, balance, read_at=read_at)
        ledger = ledger_sums(session.source, until=read_at)
        recent = _recent_payouts(session.source)
    currencies = tuple(_currency_drifts(ledger, balances(balance)))
    payouts = tuple(_payout_drift(session.api, payout) for payout in recent)
    return Drift(session.source.pk, read_at, currencies, months, payouts)


def ledger_sums(source: Source, *, until: datetime) -> dict[str, int]:
    """Net of all ledger rows made up to `until`, by currency."""
    rows = BalanceTransaction.objects.of(source.business).from_source(source).filter(created_at__lte=until)
    return dict(rows.values_list("currency").annotate(net=Sum("net")).order_by("currency"))


def save(source: Source, drift: Drift) -> list[Reconciliation]:
    """One row a currency; the months and payouts that differ lie in the detail of each."""
    detail = {
        "months": [asdict(row) for row in drift.months if row.listed != row.stored],
        "payouts": [asdict(row) for row in drift.payouts if row.drift],
    }
    rows = [
        Reconciliation(
            business=source.business,
            source=source,
            currency=row.currency,
            ran_at=drift.read_at,
            ledger=row.ledger,
            balance=row.balance,
            drift=row.drift,
            detail={**detail, "parts": row.balance_parts},
        )
        for row in drift.currencies
    ]
    return Reconciliation.objects.bulk_create(rows)


def latest_reading(source: Source) -> list[BalanceReading]:
    """The newest reading of each currency."""
    readings = BalanceReading.objects.of(source.business).filter(source=source)
    return list(readings.order_by("currency", "-read_at").distinct("currency"))


def _alarm(source: Source, drift: Drift, before: dict[str, int]) -> None:
    """Tell, and read everything again, since the ledger lacks or repeats something older than the re-read reached.

    A drift that an earlier import did not mend is told again but not read again night after night.
    """
    record(
        "ingestion.reconciliation.drifted",
        business=source.business,
        subject=source,
        currencies=",".join(row.currency for row in drift.currencies if row.drift),
        payouts=sum(1 for row in drift.payouts if row.drift),
    )
    if any(row.drift and before.get(row.currency) != row.drift for row in drift.currencies):
        backfill.restart(source)


def _last_drifts(source: Source) -> dict[str, int]:
    rows = Reconciliation.objects.of(source.business).filter(source=source)
    return dict(rows.order_by("currency", "-ran_at").distinct("currency").values_list("currency", "drift"))


def _reread(session: Session, *, as_of: datetime) -> Iterator[MonthDrift]:
    """List every stream's last 35 days again, store what is new, and count both sides by month."""
    end = datetime.fromtimestamp(int(as_of.timestamp()), UTC)
    created = {"gte": int((end - LOOK_BACK).timestamp()), "lt": int(end.timestamp())}
    for listing in readable(session.unreadable):
        listed: Counter[str] = Counter()
        fetched_at = timezone.now()
        for page in session.api.pages(listing.path, created=created, **listing.list_params()):
            listed.update(_month(obj.get("created")) for obj in page.objects)
            session.store(page.objects, fetched_at=fetched_at)
            fetched_at = timezone.now()
        with session.job.step():
            stored = _stored_by_month(session.source, listing.stream, start=end - LOOK_BACK, end=end)
        for month in sorted({*listed, *stored}):
            yield MonthDrift(listing.stream, month, listed[month], stored.get(month, 0))


def _stored_by_month(source: Source, stream: str, *, start: datetime, end: datetime) -> dict[str, int]:
    facts = stream_of(stream).model.objects.of(source.business).filter(source=source)
    rows = facts.filter(created_at__gte=start, created_at__lt=end).annotate(month=TruncMonth("created_at", tzinfo=UTC))
    counted = rows.values("month").annotate(n=Count("pk")).order_by("month")
    return {f"{row['month']:%Y-%m}": row["n"] for row in counted}


def _month(created: object) -> str:
    return f"{datetime.fromtimestamp(created, UTC):%Y-%m}" if type(created) is int else ""


def _currency_drifts(ledger: dict[str, int], balance: dict[str, dict[str, int]]) -> Iterator[CurrencyDrift]:
    for currency in sorted({*ledger, *balance}):
        parts = balance.get(currency, {"available": 0, "pending": 0, "reserved": 0})
        held, summed = sum(parts.values()), ledger.get(currency, 0)
        yield CurrencyDrift(currency, summed, held, summed - held, parts)


def _recent_payouts(source: Source) -> list[Payout]:
    rows = Payout.objects.of(source.business).from_source(source)
    return list(rows.filter(automatic=True, status="paid").order_by("-created_at", "external_id")[:PAYOUTS_CHECKED])


def _payout_drift(api: StripeApi, payout: Payout) -> PayoutDrift:
    """The rows that a payout pays out sum to its amount; the payout's own row, which takes it away, is left out."""
    rows = [row for page in api.pages(LEDGER.path, payout=payout.external_id) for row in page.objects]
    nets = [row["net"] for row in rows if row.get("source") != payout.external_id and type(row.get("net")) is int]
    total = sum(nets)
    return PayoutDrift(payout.external_id, payout.currency, payout.amount, total, payout.amount - total)
