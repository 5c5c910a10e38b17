"""The whole way, payloads to figures, against companies whose truth is known from their own diary."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from analytics.figures import half_up
from analytics.models import MetricSnapshot, PaymentDay
from analytics.payments.readiness.queries import readiness
from analytics.testing import payments as make
from analytics.testing.desk import recompute
from ingestion.models import FxRate
from ingestion.pipeline.ingest import ingest
from ingestion.sandbox.company import build_company
from ingestion.sandbox.export import api_objects

MOMENT = datetime(2026, 6, 15, 12, tzinfo=UTC)
EURO = Decimal("1.25")


@pytest.fixture(params=["established", "declining", "young", "restricted"])
def told(request, world):
    """(business, the truth as of its today) after its account was read once."""
    company = build_company(request.param, as_of=MOMENT, size="small", seed=1)
    account = company.account_object()
    business = world.business
    business.time_zone = account["settings"]["dashboard"]["timezone"]
    business.currency = account["default_currency"]
    business.save()
    FxRate.objects.bulk_create(
        FxRate(day=date(2023, 1, 1) + timedelta(days=offset), currency="usd", per_eur=EURO) for offset in range(1300)
    )
    of = make.source(business, account={name: account[name] for name in ("charges_enabled", "payouts_enabled")})
    ingest(of, api_objects(company), origin="file", observed_at=MOMENT)
    recompute(business, as_of=MOMENT)
    today = MetricSnapshot.objects.of(business).live().newest_first().first().as_of
    return business, company.truth(today), MetricSnapshot.objects.of(business).live().get(as_of=today).metrics


def by_month(business, name, *, before) -> Counter:
    sums: Counter = Counter()
    for row in PaymentDay.objects.of(business).filter(day__lt=before):
        sums[f"{row.day:%Y-%m}"] += getattr(row, name)
    return +sums


def test_rollups_say_what_happened(told):
    business, truth, metrics = told
    for check in (money_by_month_and_currency, counts_by_month):
        check(business, truth, metrics)


def test_metrics_say_what_is_true(told):
    for check in (history_and_windows, payouts, refund_ratio_in_the_headline_currency, largest_customer):
        check(*told)
    recurring_revenue(*told)
    a_score_that_explains_itself(*told)


def money_by_month_and_currency(business, truth, metrics):
    found: dict[tuple[str, str], Counter] = {}
    for row in PaymentDay.objects.of(business).filter(day__lt=truth.day):
        sums = found.setdefault((f"{row.day:%Y-%m}", row.currency), Counter())
        sums.update(gross=row.gross, refunds=row.refunds, disputes=row.disputes, cost=row.cost)
    names = ("gross", "refunds", "disputes", "cost")
    wanted = {key: {name: getattr(money, name) for name in names} for key, money in truth.money.items()}
    kept = {key: {name: sums[name] for name in names} for key, sums in found.items()}
    assert {key: value for key, value in kept.items() if any(value.values())} == {
        key: value for key, value in wanted.items() if any(value.values())
    }


def counts_by_month(business, truth, metrics):
    assert by_month(business, "charges", before=truth.day) == +truth.charges
    assert by_month(business, "failed", before=truth.day) == +truth.failed
    assert by_month(business, "chargebacks", before=truth.day) == +truth.chargebacks
    assert by_month(business, "chargebacks_by_charge_date", before=truth.day) == +truth.chargebacks_by_charge


def history_and_windows(business, truth, metrics):
    assert metrics.history_months == truth.history_months
    assert (metrics.payments_180, metrics.disputes_180) == (truth.charges_180, truth.chargebacks_180)
    assert metrics.active_customers_90 == truth.payers_90
    unsuccessful, tried = truth.intents_30
    assert metrics.intents_30 == tried
    if metrics.failed_payment_rate is not None:
        assert round(metrics.failed_payment_rate * tried) == unsuccessful


def payouts(business, truth, metrics):
    failed, paid = truth.payouts_180
    assert metrics.payouts_180 == failed + paid
    if failed + paid:
        assert round(metrics.payout_fail_rate * (failed + paid)) == failed


def refund_ratio_in_the_headline_currency(business, truth, metrics):
    def total(sums):
        return sum(amount * _factor(currency, business.currency) for currency, amount in sums.items())

    ratio = total(truth.refunds_90) / total(truth.gross_90)
    assert abs(Fraction(metrics.refund_ratio_90) - ratio) < Fraction(1, 10_000)


def largest_customer(business, truth, metrics):
    sums: Counter = Counter()
    for (payer, currency), amount in truth.gross_by_payer_365.items():
        sums[payer] += amount * _factor(currency, business.currency)
    share = max(sums.values()) / sum(sums.values())
    assert abs(Fraction(metrics.top1_share) - share) < Fraction(1, 1000)


def recurring_revenue(business, truth, metrics):
    wanted = sum(amount * _factor(currency, business.currency) for currency, amount in truth.mrr.items())
    assert (metrics.mrr or 0) == half_up(Fraction(wanted))


def a_score_that_explains_itself(business, truth, metrics):
    found = readiness(business, as_of=MOMENT)
    assert sum(part.contribution for part in found.score.components) == found.score.raw
    assert (found.score.binding_cap is not None) == (found.score.score < round(found.score.raw))
    assert metrics.partial == ()


def _factor(source: str, target: str) -> Fraction:
    per_eur = {"eur": Fraction(1), "usd": Fraction(EURO)}
    return per_eur[target] / per_eur[source]
