from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.periods import Period
from accounts.testing.pages import FiveQuestions
from analytics.payments.metrics.queries import metric_history, metric_summary
from analytics.testing import payments as make
from analytics.testing.desk import computed_desk, recompute
from ingestion.models import FxRate

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)


class TestMetricsPage(FiveQuestions):
    url = "payments:metrics"
    queries = 17

    @pytest.fixture(autouse=True)
    def _desk(self, world):
        computed_desk(world.business, as_of=timezone.now(), days=60)


class TestMetricsFile(FiveQuestions):
    url = "payments:metrics-file"
    permission = "export:data"

    @pytest.fixture(autouse=True)
    def _desk(self, world):
        computed_desk(world.business, as_of=timezone.now(), days=60)

    def test_lists_the_buckets_of_the_period(self):
        response = self.client_of(self.world.owner).get(self.address(self.world) + "?period=7d")
        lines = response.content.decode("utf-8-sig").splitlines()
        assert lines[0] == "from,gross,refunds,disputes,net,cost,charges,failed,currency"
        assert len(lines) == 8
        assert response["Content-Type"] == "text/csv; charset=utf-8"


class TestContent:
    def test_shows_period_and_snapshot_with_their_evidence(self, world, client_of):
        computed_desk(world.business, as_of=timezone.now(), days=60)
        address = reverse("payments:metrics", kwargs={"business": world.business.slug})
        html = client_of(world.owner).get(address + "?period=28d").content.decode()
        assert f"/b/{world.business.slug}/evidence/period/28d/payments.net/" in html
        assert "Largest customer" in html
        assert "Needs 6 complete months" in html

    def test_an_unknown_period_is_refused(self, world, client_of):
        address = reverse("payments:metrics", kwargs={"business": world.business.slug})
        assert client_of(world.owner).get(address + "?period=soon").status_code == 400


def summary(world, start, end):
    return metric_summary(world.business, period=Period(start, end, world.business.time_zone), as_of=NOW)


class TestMetricSummary:
    def test_compares_with_the_period_before(self, world):
        """Ten days of two sales of 10.00, five days of them in the period."""
        of = make.source(world.business)
        make.steady_shop(of, days=10, until=date(2026, 6, 11))
        recompute(world.business, as_of=NOW)
        found = summary(world, date(2026, 6, 6), date(2026, 6, 16))
        assert (found.totals["payments.gross"].value, found.before["payments.gross"].value) == (10_000, 10_000)
        assert found.totals["payments.charges"].value == 10

    @pytest.mark.parametrize(
        ("days", "grain", "buckets"), [(7, "day", 7), (31, "day", 31), (32, "week", 5), (365, "month", 13)]
    )
    def test_cuts_into_buckets_that_fit_the_period(self, world, days, grain, buckets):
        found = summary(world, date(2026, 6, 15) - timedelta(days=days), date(2026, 6, 15))
        assert (found.grain, len(found.buckets)) == (grain, buckets)

    def test_buckets_add_up_to_the_totals(self, world):
        of = make.source(world.business)
        make.steady_shop(of, days=100, until=date(2026, 6, 15))
        recompute(world.business, as_of=NOW)
        for days in (10, 45, 365):
            found = summary(world, date(2026, 6, 15) - timedelta(days=days), date(2026, 6, 15))
            assert sum(bucket.net for bucket in found.buckets) == found.totals["payments.net"].value
            assert sum(bucket.before_net or 0 for bucket in found.buckets) == found.before["payments.net"].value

    def test_converts_at_the_days_rate_and_names_what_is_missing(self, world):
        of = make.source(world.business)
        day = date(2026, 6, 10)
        FxRate.objects.create(day=day, currency="usd", per_eur=Decimal("1.25"))
        make.save(make.sale(of, make.at(day), 1000, currency="eur"), make.sale(of, make.at(day), 9, currency="sek"))
        recompute(world.business, as_of=NOW)
        found = summary(world, date(2026, 6, 1), date(2026, 6, 15))
        assert (found.totals["payments.gross"].value, found.partial) == (1250, ("sek",))
        assert "SEK" in found.totals["payments.gross"].note

    def test_is_zero_and_says_so_without_a_source(self, world):
        found = summary(world, date(2026, 6, 1), date(2026, 6, 15))
        assert (found.state.kind, found.totals["payments.net"].value, found.latest) == ("no_source", 0, {})
        assert found.totals["payments.refund_ratio"].gap

    def test_shows_former_sources_when_none_is_connected_any_more(self, world):
        of = make.source(world.business)
        make.steady_shop(of, days=10, until=date(2026, 6, 11))
        recompute(world.business, as_of=NOW)
        of.state = "revoked"
        of.save(update_fields=["state"])
        assert summary(world, date(2026, 6, 6), date(2026, 6, 16)).totals["payments.gross"].value == 10_000

    def test_belongs_to_one_business(self, world):
        computed_desk(world.other, as_of=NOW, days=40)
        found = summary(world, date(2026, 6, 1), date(2026, 6, 15))
        assert found.totals["payments.gross"].value == 0
        assert metric_history(world.business, as_of=NOW) == ()

    def test_asks_the_same_number_of_times_whatever_the_ledger(self, world, django_assert_num_queries):
        computed_desk(world.business, as_of=NOW, days=30)
        with django_assert_num_queries(3):
            summary(world, date(2026, 6, 1), date(2026, 6, 15))
        computed_desk(world.business, as_of=NOW, days=200)
        with django_assert_num_queries(3):
            summary(world, date(2026, 6, 1), date(2026, 6, 15))
