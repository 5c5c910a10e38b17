from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.periods import Period
from accounts.testing.pages import FiveQuestions
from analytics.payments.payouts.queries import payout_list, payout_summary
from analytics.testing import payments as make
from analytics.testing.desk import computed_desk

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)


class TestPayoutsPage(FiveQuestions):
    url = "payments:payouts"
    queries = 15

    @pytest.fixture(autouse=True)
    def _desk(self, world):
        computed_desk(world.business, as_of=timezone.now(), days=60)


class TestContent:
    def test_names_failures(self, world, client_of):
        computed_desk(world.business, as_of=timezone.now(), days=60)
        address = reverse("payments:payouts", kwargs={"business": world.business.slug})
        html = client_of(world.owner).get(address).content.decode()
        assert "1\u00a0payout failed, 1\u00a0payout pulled from the bank" in html
        assert "account closed" in html


class TestPayoutSummary:
    def test_sums_what_arrived(self, world):
        """Two payouts of 50.00 and a failed one in June, one in May."""
        of = make.source(world.business)
        make.save(
            make.payout(of, date(2026, 6, 2)),
            make.payout(of, date(2026, 6, 9)),
            make.payout(of, date(2026, 6, 10), status="failed"),
            make.payout(of, date(2026, 5, 30)),
        )
        period = Period(date(2026, 6, 1), date(2026, 6, 15), world.business.time_zone)
        found = payout_summary(world.business, period=period, as_of=NOW)
        assert (found.paid_out.value, found.paid_out_before.value, found.failed.value) == (10_000, 5_000, 1)
        assert [(week.paid, week.failed) for week in found.weeks] == [(1, 0), (1, 1)]

    def test_belongs_to_one_business(self, world):
        make.save(make.payout(make.source(world.other), date(2026, 6, 2)))
        make.source(world.business)
        period = Period(date(2026, 6, 1), date(2026, 6, 15), world.business.time_zone)
        assert payout_summary(world.business, period=period, as_of=NOW).paid_out.value == 0
        assert payout_list(world.business, period=period, as_of=NOW).rows == ()
