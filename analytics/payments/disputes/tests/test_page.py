from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.periods import local_day, parse_period
from accounts.testing.pages import FiveQuestions
from analytics.payments.disputes.queries import dispute_list, dispute_summary
from analytics.testing import payments as make
from analytics.testing.desk import computed_desk, recompute


class TestDisputesPage(FiveQuestions):
    url = "payments:disputes"
    queries = 17

    @pytest.fixture(autouse=True)
    def _desk(self, world):
        computed_desk(world.business, as_of=timezone.now(), days=60)


def address(world, query=""):
    return reverse("payments:disputes", kwargs={"business": world.business.slug}) + query


class TestContent:
    def test_lists_what_waits_for_an_answer(self, world, client_of):
        computed_desk(world.business, as_of=timezone.now(), days=60)
        html = client_of(world.owner).get(address(world)).content.decode()
        for text in ("Waiting for your answer", "due soon", "fraudulent", "Distance to the card networks", "0.75 %"):
            assert text in html

    def test_shows_the_networks_lines_with_headroom(self, world, client_of):
        computed_desk(world.business, as_of=timezone.now(), days=60)
        html = client_of(world.owner).get(address(world)).content.decode()
        assert "Visa VAMP excessive" in html
        assert "1,49" in html

    def test_says_when_there_are_none(self, world, client_of):
        of = make.source(world.business)
        make.steady_shop(of, days=10, until=local_day(timezone.now(), "Europe/Berlin"))
        recompute(world.business, as_of=timezone.now())
        html = client_of(world.owner).get(address(world)).content.decode()
        assert "Nothing waits for an answer" in html
        assert "No dispute in this period" in html


class TestDisputeSummary:
    def test_belongs_to_one_business(self, world):
        now = timezone.now()
        computed_desk(world.other, as_of=now, days=40)
        period = parse_period("90d", as_of=now, zone=world.business.time_zone)
        make.source(world.business)
        found = dispute_summary(world.business, period=period, as_of=now)
        assert (found.opened.value, found.by_reason, found.answer_by) == (0, (), ())
        assert dispute_list(world.business, period=period, as_of=now).rows == ()

    def test_asks_five_times_whatever_the_ledger(self, world, django_assert_num_queries):
        now = timezone.now()
        computed_desk(world.business, as_of=now, days=60)
        period = parse_period("90d", as_of=now, zone=world.business.time_zone)
        with django_assert_num_queries(5):
            found = dispute_summary(world.business, period=period, as_of=now)
        assert [row.days_left for row in found.answer_by] == [2]

    def test_the_list_is_read_a_page_at_a_time(self, world):
        now = timezone.now()
        of = make.source(world.business)
        moment = now - timedelta(days=3)
        make.save([make.dispute(of, moment) for _ in range(60)])
        period = parse_period("28d", as_of=now, zone=world.business.time_zone)
        seen, cursor = [], ""
        for _ in range(3):
            page = dispute_list(world.business, period=period, as_of=now, cursor=cursor)
            seen += [row.pk for row in page.rows]
            cursor = page.next_cursor
        assert (len(seen), len(set(seen)), cursor) == (60, 60, "")
