"""Reads a `Ledger` as of any day from rollups and facts. Everything large is summed in SQL.

One reader serves many days: what does not depend on the day (daily totals, rates, subscriptions) is read
once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import Count, F, Max, Min, Q, Sum

from accounts.models import Business
from accounts.periods import day_start
from analytics.models import PaymentBrandDay, PaymentDay
from analytics.payments.calendar import add_months, month_start
from analytics.payments.ledger import (
    RATE_GOOD_FOR,
    AccountState,
    BrandMonth,
    DayTotals,
    DisputeTotals,
    IntentCounts,
    Ledger,
    PayerWindow,
    PayoutDay,
    Rates,
)
from analytics.payments.metrics.calc import SCALE_CURRENCIES
from analytics.payments.subscriptions.book import MrrChange
from analytics.payments.subscriptions.queries import mrr_changes
from ingestion.models import BalanceReading, Dispute, FxRate, Payout, Source
from ingestion.models.payments import OPEN_DISPUTES
from ingestion.providers.registry import PROVIDERS

MONTHS_READ = 26
MENA = frozenset(["ae", "bh", "dz", "eg", "iq", "jo", "kw", "lb", "ly", "ma", "om", "qa", "sa", "tn", "ye"])

PAYERS = """
select count(*), coalesce(sum(gross), 0), coalesce((array_agg(gross order by gross desc))[1:10], '{{}}'),
  coalesce(sum(gross::numeric * gross), 0)
from (
  select {payer} as payer, sum({amount})::bigint as gross
  from ingestion_charge c {joins}
  where c.business_id = %(business)s and c.source_id = any(%(sources)s)
    and c.created_at >= %(start)s and c.created_at < %(end)s and c.status = 'succeeded' and c.captured
  group by 1
) payers
where gross > 0
"""
PAYER = "coalesce(nullif(c.payer_key, ''), c.external_id)"
CAPTURED = "coalesce(nullif(c.amount_captured, 0), c.amount)"
OWN_CURRENCY = ""
SETTLED = """
  left join ingestion_balancetransaction b
    on b.business_id = c.business_id and b.source_id = c.source_id and b.external_id = c.balance_transaction
  join unnest(%(currencies)s::text[], %(days)s::date[], %(factors)s::numeric[]) as f(currency, day, factor)
    on f.currency = coalesce(b.currency, c.currency) and f.day = (c.created_at at time zone %(zone)s)::date
"""
ACTIVE = f"""
select count(distinct {PAYER}) from ingestion_charge c
where c.business_id = %(business)s and c.source_id = any(%(sources)s)
  and c.created_at >= %(start)s and c.created_at < %(end)s and c.status = 'succeeded' and c.captured
"""  # noqa: S608 - constants of this module
INTENTS = """
select count(*), count(*) filter (where not paid) from (
  select bool_or(c.status = 'succeeded' and c.captured) as paid
  from ingestion_charge c
  where c.business_id = %(business)s and c.source_id = any(%(sources)s)
    and c.created_at >= %(start)s and c.created_at < %(end)s
  group by c.source_id, coalesce(nullif(c.payment_intent, ''), c.external_id)
  having bool_or(c.status = 'failed' or (c.status = 'succeeded' and c.captured))
) intents
"""


def sources_in_use(business: Business) -> tuple[Source, ...]:
    """The sources whose facts count: those connected, live ones before test ones.

    Empty: none are connected; snapshots then stay as they are.
    """
    connected = list(_payment_sources(business).connected().order_by("pk"))
    live = [source for source in connected if source.livemode]
    return tuple(live or connected)


def sources_shown(business: Business) -> tuple[Source, ...]:
    """The sources whose facts pages show: those in use, or the former ones when nothing is connected any more."""
    return sources_in_use(business) or tuple(_payment_sources(business).order_by("pk"))


def _payment_sources(business: Business) -> Any:
    """Without those of other desks: a broker account, which is always live, would hide a shop's test account."""
    elsewhere = [key for key, provider in PROVIDERS.items() if "payments" not in provider.desks]
    return Source.objects.of(business).exclude(provider__in=elsewhere)


@dataclass(frozen=True)
class LedgerReader:
    """Reads ledgers of one business for days up to `latest` (exclusive)."""

    business: Business
    sources: tuple[Source, ...]
    latest: date

    def ledger(self, as_of: date, *, account: AccountState | None = None) -> Ledger:
        """The ledger as of `as_of`.

        `account` is what the provider allowed then, None when that is not known.
        """
        first, last = self._charge_days(as_of)
        start = add_months(month_start(as_of), -MONTHS_READ)
        return Ledger(
            currency=self.business.currency,
            days=tuple(row for row in self._days if start <= row.day < as_of),
            first_charge=first,
            last_charge=last,
            rates=self.rates,
            payers=self._payers(as_of),
            intents=self._intents(as_of),
            disputes=self._disputes(as_of),
            payouts=self._payouts(as_of),
            brands=self._brands(as_of),
            held=self._held(as_of),
            account=account,
            mrr_changes=tuple(row for row in self._mrr_changes if row.day < as_of),
        )

    def account_state(self) -> AccountState:
        """What the providers allow now; of several accounts the most restricted."""
        states = [source.account for source in self.sources if source.account]
        requirements = [state.get("requirements") or {} for state in states]
        reasons = [found.get("disabled_reason") or "" for found in requirements]
        return AccountState(
            charges_enabled=all(state.get("charges_enabled", True) for state in states),
            payouts_enabled=all(state.get("payouts_enabled", True) for state in states),
            disabled_reason=next((reason for reason in reasons if reason), ""),
            currently_due=_union(found.get("currently_due") for found in requirements),
            past_due=_union(found.get("past_due") for found in requirements),
            region="mena" if any((s.get("country") or "").lower() in MENA for s in states) else "",
        )

    @cached_property
    def first_charge(self) -> date | None:
        return self._charge_days(self.latest)[0]

    @cached_property
    def rates(self) -> Rates:
        """Reference rates of every currency that occurs, and of the US dollar for volume lines."""
        return rates_for(self.business, self._days, until=self.latest)

    @cached_property
    def _source_ids(self) -> list[int]:
        return [source.pk for source in self.sources]

    @cached_property
    def _days(self) -> tuple[DayTotals, ...]:
        return day_totals(self.business, self._source_ids, end=self.latest)

    @cached_property
    def _mrr_changes(self) -> tuple[MrrChange, ...]:
        return mrr_changes(self.business, self._source_ids)

    def _charge_days(self, as_of: date) -> tuple[date | None, date | None]:
        with_charges = PaymentDay.objects.of(self.business).filter(source__in=self._source_ids, charges__gt=0)
        found = with_charges.filter(day__lt=as_of).aggregate(first=Min("day"), last=Max("day"))
        return found["first"], found["last"]

    def _window(self, as_of: date, n_days: int) -> dict[str, Any]:
        zone = self.business.time_zone
        return {
            "business": self.business.pk,
            "sources": self._source_ids,
            "start": day_start(as_of - timedelta(days=n_days), zone),
            "end": day_start(as_of, zone),
            "zone": zone,
        }

    def _payers(self, as_of: date) -> PayerWindow:
        start = as_of - timedelta(days=365)
        own = self.business.currency
        foreign = any(row.currency != own for row in self._days if start <= row.day < as_of)
        parameters = self._window(as_of, 365)
        if foreign:
            parameters |= self._factors(start, as_of)
        amount = f"round(coalesce(b.amount, {CAPTURED}) * f.factor)" if foreign else CAPTURED
        statement = PAYERS.format(payer=PAYER, amount=amount, joins=SETTLED if foreign else OWN_CURRENCY)
        n, gross, top, squares = self._one(statement, parameters)
        (active,) = self._one(ACTIVE, self._window(as_of, 90))
        return PayerWindow(n, int(gross), tuple(int(amount) for amount in top), int(squares), active)

    def _factors(self, start: date, end: date) -> dict[str, Any]:
        """Minor units of the business's currency for one of each other currency, by day."""
        own = self.business.currency
        rows = []
        for currency in sorted({row.currency for row in self._days} | {own}):
            for offset in range((end - start).days):
                day = start + timedelta(days=offset)
                factor = self.rates.factor(currency, own, day)
                if factor is not None:
                    rows.append((currency, day, Decimal(factor.numerator) / Decimal(factor.denominator)))
        return {
            "currencies": [row[0] for row in rows],
            "days": [row[1] for row in rows],
            "factors": [row[2] for row in rows],
        }

    def _intents(self, as_of: date) -> IntentCounts:
        return IntentCounts(*self._one(INTENTS, self._window(as_of, 30)))

    def _disputes(self, as_of: date) -> DisputeTotals:
        window = self._window(as_of, 365)
        known = Dispute.objects.of(self.business).filter(source__in=self._source_ids, created_at__lt=window["end"])
        in_window = Q(closed_at__gte=window["start"], closed_at__lt=window["end"])
        closed = known.filter(in_window).aggregate(
            won=Count("pk", filter=Q(status="won")), lost=Count("pk", filter=Q(status="lost"))
        )
        still_open = known.filter(Q(status__in=OPEN_DISPUTES) | Q(closed_at__gte=window["end"]))
        sums = list(
            still_open.values_list("currency").annotate(n=Count("pk"), total=Sum("amount")).order_by("currency")
        )
        return DisputeTotals(
            won=closed["won"],
            lost=closed["lost"],
            open_count=sum(n for _, n, _ in sums),
            open_exposure=tuple((currency, total) for currency, _, total in sums),
        )

    def _payouts(self, as_of: date) -> tuple[PayoutDay, ...]:
        window = Payout.objects.of(self.business).filter(
            source__in=self._source_ids,
            arrival_date__gte=as_of - timedelta(days=180),
            arrival_date__lt=as_of,
        )
        days = window.values("arrival_date").annotate(
            n_paid=Count("pk", filter=Q(status="paid")),
            n_failed=Count("pk", filter=Q(status="failed")),
            n_negative=Count("pk", filter=Q(amount__lt=0)),
        )
        return tuple(
            PayoutDay(row["arrival_date"], row["n_paid"], row["n_failed"], row["n_negative"])
            for row in days.order_by("arrival_date")
        )

    def _brands(self, as_of: date) -> tuple[BrandMonth, ...]:
        this = month_start(as_of)
        rows: list[BrandMonth] = []
        for back in (2, 1):
            month = add_months(this, -back)
            rows += brand_month(self.business, self._source_ids, month)
        return tuple(rows)

    def _held(self, as_of: date) -> tuple[tuple[str, int], ...]:
        """Reserved balances at the last reading of each source and currency."""
        before = day_start(as_of + timedelta(days=1), self.business.time_zone)
        readings = BalanceReading.objects.of(self.business).filter(source__in=self._source_ids, read_at__lt=before)
        last = readings.order_by("source_id", "currency", "-read_at").distinct("source_id", "currency")
        return tuple((row.currency, row.reserved) for row in last if row.reserved)

    def _one(self, statement: str, parameters: dict[str, Any]) -> Any:
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchone()


def day_totals(
    business: Business, source_ids: Sequence[int], *, end: date, start: date | None = None
) -> tuple[DayTotals, ...]:
    """Daily totals over all sources, by day and currency, ascending. One query."""
    days = PaymentDay.objects.of(business).filter(source__in=source_ids, day__lt=end)
    if start is not None:
        days = days.filter(day__gte=start)
    names = [name for name in DayTotals.__dataclass_fields__ if name not in ("day", "currency")]
    sums = {f"sum_{name}": Sum(F(name)) for name in names}
    rows = days.values("day", "currency").annotate(**sums).order_by("day", "currency")
    return tuple(
        DayTotals(row["day"], row["currency"], **{name: int(row[f"sum_{name}"]) for name in names}) for row in rows
    )


def rates_for(business: Business, days: Sequence[DayTotals], *, until: date) -> Rates:
    """Reference rates of the currencies in `days`, of the business, and of the US dollar.

    No query if none is needed.
    """
    wanted = {row.currency for row in days} | {business.currency}
    if wanted == {business.currency} and business.currency in SCALE_CURRENCIES:
        return Rates()
    begin = min((row.day for row in days), default=until) - RATE_GOOD_FOR
    known = FxRate.objects.filter(currency__in=[*wanted, "usd"], day__gte=begin, day__lt=until)
    table: dict[str, list[tuple[date, Decimal]]] = {}
    for currency, day, rate in known.order_by("currency", "day").values_list("currency", "day", "per_eur"):
        table.setdefault(currency, []).append((day, rate))
    return Rates({currency: tuple(rows) for currency, rows in table.items()})


def brand_month(business: Business, source_ids: Sequence[int], month: date) -> list[BrandMonth]:
    """Counts by card brand in one calendar month, by brand. One query."""
    names = ("charges", "charges_cnp", "chargebacks", "disputes", "fraud_warnings")
    days = PaymentBrandDay.objects.of(business).filter(source__in=source_ids)
    sums = {f"sum_{name}": Sum(name) for name in names}
    rows = days.between(month, add_months(month, 1)).values("brand").annotate(**sums).order_by("brand")
    return [BrandMonth(month, row["brand"], **{name: int(row[f"sum_{name}"]) for name in names}) for row in rows]


def _union(lists: Any) -> tuple[str, ...]:
    return tuple(sorted({name for found in lists for name in found or ()}))
