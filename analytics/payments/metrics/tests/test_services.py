from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from analytics.figures import canonical
from analytics.models import MetricSnapshot, PaymentsFreshness, ReadinessSnapshot
from analytics.payments.metrics import services
from analytics.payments.metrics.services import due_days, recompute_metrics
from analytics.payments.readiness.services import recompute_readiness
from analytics.payments.rollups.services import refresh_rollups
from analytics.testing import payments as make
from ingestion.models import FxRate, Invoice, Subscription

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
TODAY = date(2026, 6, 15)


@pytest.fixture
def shop(world):
    of = make.source(world.business)
    make.steady_shop(of, days=200, until=TODAY)
    return of


def computed(of, now=NOW):
    refresh_rollups(of.business, as_of=now)
    return recompute_metrics(of.business, as_of=now)


def live(of, day=TODAY) -> MetricSnapshot:
    return MetricSnapshot.objects.of(of.business).live().get(as_of=day)


class TestDueDays:
    def test_are_today_and_thirty_days_before_in_the_steady_state(self):
        assert due_days(date(2025, 1, 10), today=TODAY, stale_since=None) == (date(2026, 5, 16), TODAY)

    def test_are_every_month_start_since_the_first_charge_on_day_one(self):
        days = due_days(date(2026, 2, 10), today=TODAY, stale_since=date.min)
        assert days == (
            date(2026, 3, 1),
            date(2026, 4, 1),
            date(2026, 5, 1),
            date(2026, 5, 16),
            date(2026, 6, 1),
            TODAY,
        )

    def test_are_the_month_starts_after_a_day_that_went_stale(self):
        days = due_days(date(2024, 2, 10), today=TODAY, stale_since=date(2026, 4, 30))
        assert days == (date(2026, 5, 1), date(2026, 5, 16), date(2026, 6, 1), TODAY)

    def test_are_today_only_before_the_first_charge(self):
        assert due_days(None, today=TODAY, stale_since=date.min) == (TODAY,)


class TestRecompute:
    def test_writes_the_whole_history_on_day_one(self, shop):
        """200 days before 15 June is 27 November: December to June, mid May and today."""
        result = computed(shop)
        assert [day.isoformat() for day in result.days] == [
            "2025-12-01", "2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01",
            "2026-05-01", "2026-05-16", "2026-06-01", "2026-06-15",
        ]  # fmt: skip
        assert result.written == 9

    def test_reads_the_shop_as_it_is(self, shop):
        """Two sales of 10.00 a day, one refund of 5.00 each Monday."""
        computed(shop)
        metrics = live(shop).metrics
        assert (metrics.revenue_gross_30, metrics.payments_180, metrics.fees_30) == (60_000, 360, 1_800)
        assert (metrics.history_months, metrics.n_months) == (6, 6)
        assert (metrics.payers_365, metrics.active_customers_90, metrics.top1_share) == (40, 40, Decimal("0.025"))
        assert (metrics.intents_30, metrics.failed_payment_rate) == (60, 0)
        assert (metrics.payout_fail_rate, metrics.payout_regularity) == (0, 1)
        assert metrics.days_since_last_payment == 1

    def test_the_same_inputs_write_nothing(self, shop):
        computed(shop)
        before = [canonical([row.values, row.figures]) for row in MetricSnapshot.objects.order_by("pk")]
        services.PaymentsFreshness.objects.update(stale_since=date(2025, 1, 1))
        assert recompute_metrics(shop.business, as_of=NOW).written == 0
        after = [canonical([row.values, row.figures]) for row in MetricSnapshot.objects.order_by("pk")]
        assert before == after

    def test_other_inputs_supersede_and_never_edit(self, shop):
        computed(shop)
        old = live(shop)
        make.save(make.sale(shop, make.at(date(2026, 6, 12)), 99_000))
        result = computed(shop, NOW + timedelta(hours=1))
        old_again = MetricSnapshot.objects.get(pk=old.pk)
        assert result.written == 1
        assert (old_again.values, old_again.superseded_at) == (old.values, NOW + timedelta(hours=1))
        assert live(shop).metrics.revenue_gross_30 == old.metrics.revenue_gross_30 + 99_000

    def test_late_facts_recompute_the_month_starts_after_them(self, shop):
        computed(shop)
        make.save(make.sale(shop, make.at(date(2026, 3, 20))))
        result = computed(shop)
        assert [day.isoformat() for day in result.days[:2]] == ["2026-04-01", "2026-05-01"]
        assert result.written == 5

    def test_days_that_go_stale_meanwhile_stay_stale(self, shop):
        refresh_rollups(shop.business, as_of=NOW)
        recompute_metrics(shop.business, as_of=NOW)
        freshness = PaymentsFreshness.objects.get()
        PaymentsFreshness.objects.update(stale_since=date(2026, 1, 1), revision=freshness.revision + 1)
        services._mark_fresh(freshness)
        assert PaymentsFreshness.objects.get().stale_since == date(2026, 1, 1)

    def test_a_new_model_recomputes_the_history(self, shop, monkeypatch):
        computed(shop)
        monkeypatch.setattr(services, "MODEL_VERSION", "m2")
        assert recompute_metrics(shop.business, as_of=NOW).written == 9

    def test_another_currency_recomputes_the_history(self, shop):
        computed(shop)
        shop.business.currency = "eur"
        shop.business.save(update_fields=["currency"])
        assert recompute_metrics(shop.business, as_of=NOW).written == 9
        assert live(shop).metrics.partial == ("usd",)

    def test_a_business_without_a_connected_source_keeps_its_snapshots(self, shop):
        computed(shop)
        shop.state = "revoked"
        shop.save(update_fields=["state"])
        assert recompute_metrics(shop.business, as_of=NOW + timedelta(days=3)).days == ()
        assert live(shop)

    def test_test_mode_data_does_not_mix_with_live_data(self, shop, world):
        trial = make.source(world.business, livemode=False)
        make.save(make.sale(trial, make.at(TODAY - timedelta(1)), 10**9))
        computed(shop)
        assert live(shop).metrics.revenue_gross_30 == 60_000

    def test_an_account_restriction_counts_today_and_is_remembered(self, shop):
        shop.account = {"charges_enabled": True, "payouts_enabled": False, "requirements": {}}
        shop.save(update_fields=["account"])
        computed(shop)
        assert live(shop).metrics.restricted
        assert not live(shop, date(2026, 6, 1)).metrics.restricted

    def test_another_business_facts_change_nothing(self, shop, world):
        computed(shop)
        theirs = make.source(world.other)
        make.steady_shop(theirs, days=50, until=TODAY, sales_a_day=9)
        refresh_rollups(world.other, as_of=NOW)
        services.PaymentsFreshness.objects.update(stale_since=date(2025, 1, 1))
        assert recompute_metrics(shop.business, as_of=NOW).written == 0


class TestCurrencies:
    def test_payers_are_weighed_in_the_business_currency(self, world):
        """100.00 dollars and 100.00 euros at 1.25: 125.00 of 225.00."""
        of = make.source(world.business)
        day = TODAY - timedelta(2)
        FxRate.objects.create(day=day, currency="usd", per_eur=Decimal("1.25"))
        make.save(
            make.sale(of, make.at(day), 10_000, payer_key="a"),
            make.sale(of, make.at(day), 10_000, payer_key="b", currency="eur"),
        )
        computed(of)
        metrics = live(of).metrics
        assert (metrics.revenue_gross_30, metrics.partial, metrics.payers_365) == (22_500, (), 2)
        assert metrics.top1_share == Decimal("0.555555555556")

    def test_a_missing_rate_is_named(self, world):
        of = make.source(world.business)
        make.save(make.sale(of, make.at(TODAY - timedelta(2)), 10_000, currency="sek"))
        computed(of)
        assert (live(of).metrics.partial, live(of).metrics.revenue_gross_30) == (("sek",), 0)


class TestSubscriptions:
    def test_are_read_from_invoices_and_agreements(self, world):
        of = make.source(world.business)
        begun = make.at(date(2026, 3, 1))
        item = {
            "id": "si",
            "price": "p",
            "unit_amount": "1500",
            "quantity": 2,
            "interval": "month",
            "interval_count": 1,
        }
        known = {"version_at": begun, "content_hash": 0, "observed_at": begun, "business": of.business, "source": of}
        Subscription.objects.create(
            external_id="sub", created_at=begun, customer="c", status="active", currency="usd", items=[item], **known
        )
        lines = [
            {"price": "p", "unit_amount": "1500", "quantity": quantity, "interval": "month"} for quantity in (1, 2)
        ]
        for month, line in ((3, lines[0]), (6, lines[1])):
            Invoice.objects.create(
                external_id=f"in_{month}",
                created_at=make.at(date(2026, month, 1)),
                customer="c",
                subscription="sub",
                status="paid",
                currency="usd",
                total=1500,
                lines=[line],
                **known,
            )
        computed(of)
        metrics = live(of).metrics
        assert (metrics.mrr, metrics.mrr_expansion, metrics.subscribers) == (3000, 1500, 1)


class TestReadiness:
    def test_scores_every_snapshot_once(self, shop):
        computed(shop)
        assert recompute_readiness(shop.business, as_of=NOW) == 9
        assert recompute_readiness(shop.business, as_of=NOW) == 0

    def test_compares_with_thirty_days_before(self, shop):
        computed(shop)
        recompute_readiness(shop.business, as_of=NOW)
        scores = {row.as_of: row for row in ReadinessSnapshot.objects.of(shop.business).live()}
        today = scores[TODAY]
        assert today.delta == today.score - scores[TODAY - timedelta(30)].score
        assert today.trend in ("improving", "stable", "declining")

    def test_supersedes_with_its_metrics(self, shop):
        computed(shop)
        recompute_readiness(shop.business, as_of=NOW)
        make.save(make.sale(shop, make.at(date(2026, 6, 12)), 99_000))
        computed(shop)
        recompute_readiness(shop.business, as_of=NOW)
        rows = ReadinessSnapshot.objects.of(shop.business).filter(as_of=TODAY)
        assert rows.count() == 2
        assert rows.live().get().metrics_id == live(shop).pk

    def test_a_business_that_never_sold_has_no_score(self, world):
        of = make.source(world.business)
        computed(of)
        recompute_readiness(of.business, as_of=NOW)
        row = ReadinessSnapshot.objects.of(of.business).get()
        assert (row.score, row.tier, row.components) == (None, "insufficient_data", [])


class TestJobs:
    def test_dirty_days_lead_to_a_score(self, shop, run_jobs):
        from analytics.payments.rollups.tasks import refresh

        refresh.enqueue(shop.business, dedupe="refresh")
        ended = run_jobs()
        assert [(job.name, job.state) for job in ended][:3] == [
            ("payments.rollups.refresh", "done"),
            ("analytics.payments.metrics.recompute", "done"),
            ("analytics.payments.readiness.recompute", "done"),
        ]
        assert ReadinessSnapshot.objects.of(shop.business).exists()

    def test_the_watch_finds_dirty_businesses_and_the_hour_connected_ones(self, shop, run_jobs):
        from analytics.payments.metrics.tasks import hourly
        from analytics.payments.rollups.tasks import watch

        watch.enqueue()
        hourly.enqueue()
        names = [job.name for job in run_jobs()]
        assert names.count("payments.rollups.refresh") == 1
        assert "analytics.payments.readiness.recompute" in names
