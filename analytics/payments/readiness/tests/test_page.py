from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.testing.pages import FiveQuestions
from analytics.payments.readiness.queries import readiness, readiness_history
from analytics.testing import payments as make
from analytics.testing.desk import computed_desk, recompute


def page(world, client_of, user=None):
    return client_of(user or world.owner).get(reverse("payments:readiness", kwargs={"business": world.business.slug}))


class TestReadinessPage(FiveQuestions):
    url = "payments:readiness"
    queries = 13

    @pytest.fixture(autouse=True)
    def _desk(self, world):
        computed_desk(world.business, as_of=timezone.now(), days=60)


class TestContent:
    @pytest.fixture
    def html(self, world, client_of):
        computed_desk(world.business, as_of=timezone.now(), days=200)
        return page(world, client_of).content.decode()

    def test_explains_the_score(self, html):
        for text in ("What helps", "What hurts", "How it adds up", "No lender is contacted", "Weekly activity"):
            assert text in html

    def test_draws_the_history(self, html):
        assert "The score went from" in html
        assert "readiness-history-spec" in html

    def test_every_part_leads_to_its_evidence(self, html, world):
        assert f"/b/{world.business.slug}/evidence/metrics/" in html
        assert f"/b/{world.business.slug}/evidence/readiness/" in html


class TestEmptyStates:
    def test_without_a_source(self, world, client_of):
        assert 'data-empty="no_source"' in page(world, client_of).content.decode()

    def test_while_the_first_import_runs(self, world, client_of):
        make.source(world.business, state="connecting", last_synced_at=None)
        assert 'data-empty="importing"' in page(world, client_of).content.decode()

    def test_before_the_first_computation(self, world, client_of):
        make.source(world.business)
        assert 'data-empty="not_enough"' in page(world, client_of).content.decode()

    def test_before_anything_was_sold(self, world, client_of):
        make.source(world.business)
        recompute(world.business, as_of=timezone.now())
        html = page(world, client_of).content.decode()
        assert "There is no successful charge to score yet." in html
        assert "How it adds up" not in html

    def test_a_lagging_source_is_named(self, world, client_of):
        computed_desk(world.business, as_of=timezone.now() - timedelta(hours=30), days=40)
        assert "was last read on" in page(world, client_of).content.decode()


class TestQueries:
    def test_belong_to_one_business(self, world):
        now = timezone.now()
        computed_desk(world.business, as_of=now, days=60)
        assert readiness(world.business, as_of=now).score.score is not None
        assert readiness(world.other, as_of=now).snapshot_id is None
        assert readiness_history(world.other, as_of=now) == ()

    def test_give_back_the_score_as_it_was_computed(self, world):
        from analytics.payments.readiness.calc import score

        now = timezone.now()
        computed_desk(world.business, as_of=now, days=200)
        found = readiness(world.business, as_of=now)
        fresh = score(found.metrics)
        assert found.score.components == fresh.components
        assert found.score.caps == fresh.caps
        assert found.band == fresh.band
        assert sum(found.shown.values()) == round(fresh.raw, 2)

    def test_ask_once_whatever_the_ledger(self, world, django_assert_num_queries):
        now = timezone.now()
        computed_desk(world.business, as_of=now, days=60)
        with django_assert_num_queries(2):
            readiness(world.business, as_of=now)
            readiness_history(world.business, as_of=now)
