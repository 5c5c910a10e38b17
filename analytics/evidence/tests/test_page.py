from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.periods import local_day
from accounts.testing.pages import FiveQuestions
from analytics.evidence.rows import QUERIES, exported, row_page
from analytics.figures import Rows
from analytics.models import MetricSnapshot, ReadinessSnapshot
from analytics.payments.metrics.queries import figures_of
from analytics.testing import payments as make
from analytics.testing.desk import computed_desk


@pytest.fixture
def desk(world):
    computed_desk(world.business, as_of=timezone.now(), days=60)
    return world


def newest(model, business):
    return model.objects.of(business).live().newest_first().first()


def address(world, kind, key, metric, name="figure"):
    kwargs = {"business": world.business.slug, "kind": kind, "key": key, "metric": metric}
    return reverse(f"evidence:{name}", kwargs=kwargs)


class TestEvidencePage(FiveQuestions):
    url = "evidence:figure"
    queries = 14

    @pytest.fixture(autouse=True)
    def _desk(self, desk):
        pass

    def page_kwargs(self, world):
        key = str(newest(MetricSnapshot, world.business).pk)
        return {"kind": "metrics", "key": key, "metric": "payments.revenue_gross_90"}


class TestRowsFile(FiveQuestions):
    url = "evidence:rows"
    permission = "export:data"

    @pytest.fixture(autouse=True)
    def _desk(self, desk):
        pass

    def page_kwargs(self, world):
        key = str(newest(MetricSnapshot, world.business).pk)
        return {"kind": "metrics", "key": key, "metric": "payments.revenue_gross_90"}

    def test_holds_the_rows_that_add_up_to_the_figure(self):
        response = self.client_of(self.world.owner).get(self.address(self.world))
        lines = response.content.decode("utf-8-sig").splitlines()
        assert lines[0].startswith("Ledger row,Booked,Category,Amount (minor units)")
        assert sum(int(line.split(",")[3]) for line in lines[1:]) == 120_000


class TestEveryFigure:
    def test_of_a_metric_snapshot_has_a_page(self, desk, client_of):
        client, row = client_of(desk.owner), newest(MetricSnapshot, desk.business)
        for key, figure in figures_of(row).items():
            response = client.get(address(desk, "metrics", row.pk, key))
            assert response.status_code == 200, key
            assert (figure.gap or figure.metric) and response.content

    def test_of_the_score_and_the_period_has_a_page(self, desk, client_of):
        client, row = client_of(desk.owner), newest(ReadinessSnapshot, desk.business)
        for metric in ("payments.readiness", "payments.readiness_raw", "payments.readiness_confidence"):
            assert client.get(address(desk, "readiness", row.pk, metric)).status_code == 200, metric
        for metric in ("payments.net", "payments.charges", "payments.paid_out", "payments.chargebacks"):
            assert client.get(address(desk, "period", "28d", metric)).status_code == 200, metric


class TestComputingAgain:
    @pytest.mark.parametrize(
        ("kind", "model", "metric"),
        [
            ("metrics", MetricSnapshot, "payments.revenue_net_90"),
            ("metrics", MetricSnapshot, "payments.payout_regularity"),
            ("readiness", ReadinessSnapshot, "payments.readiness"),
        ],
    )
    def test_gives_the_same(self, desk, client_of, kind, model, metric):
        url = address(desk, kind, newest(model, desk.business).pk, metric)
        assert "facts: the same." in client_of(desk.owner).get(url + "?again=1").content.decode()

    def test_says_when_facts_have_changed(self, desk, client_of):
        url = address(desk, "metrics", newest(MetricSnapshot, desk.business).pk, "payments.active_customers_90")
        make.Charge.objects.of(desk.business).filter(payer_key="cus_7").delete()
        assert "Facts have changed since" in client_of(desk.owner).get(url + "?again=1").content.decode()

    def test_counts_and_adds_up_the_rows(self, desk, client_of):
        url = address(desk, "metrics", newest(MetricSnapshot, desk.business).pk, "payments.revenue_gross_90")
        html = client_of(desk.owner).get(url + "?again=1").content.decode()
        assert "120\u00a0rows behind it" in html
        assert "amount $1,200.00" in html


class TestRefusals:
    @pytest.mark.parametrize(
        ("kind", "key", "metric"),
        [
            ("metrics", "999999999", "payments.growth"),
            ("metrics", "x", "payments.growth"),
            ("metrics", "9" * 30, "payments.growth"),
            ("nothing", "1", "payments.growth"),
            ("period", "soon", "payments.net"),
            ("period", "28d", "payments.unheard_of"),
        ],
    )
    def test_what_does_not_exist_is_not_found(self, desk, client_of, kind, key, metric):
        assert client_of(desk.owner).get(address(desk, kind, key, metric)).status_code == 404

    def test_another_business_snapshot_is_not_found(self, desk, client_of):
        computed_desk(desk.other, as_of=timezone.now(), days=10)
        theirs = newest(MetricSnapshot, desk.other).pk
        assert client_of(desk.owner).get(address(desk, "metrics", theirs, "payments.growth")).status_code == 404

    @pytest.mark.parametrize("page", ["0", "-1", "x", "1001", "99999999999999"])
    def test_a_page_out_of_bounds_is_refused(self, desk, client_of, page):
        url = address(desk, "period", "28d", "payments.net")
        assert client_of(desk.owner).get(f"{url}?page={page}").status_code == 400


class TestRowQueries:
    def test_list_nothing_of_another_business(self, desk):
        make.source(desk.other)
        end = str(local_day(timezone.now(), "Europe/Berlin"))
        for name, query in QUERIES.items():
            if query.__module__ != "analytics.payments.rows":
                continue
            params = {"end": end} | ({"start": "2020-01-01"} if name == "payments.closed_disputes" else {})
            assert not query(desk.other, **params).facts.exists(), name

    def test_are_paged_by_fifty(self, desk):
        behind = Rows.of("payments.charges", end=local_day(timezone.now(), "Europe/Berlin"))
        first, last = (row_page(desk.business, behind, number=number) for number in (1, 3))
        assert (len(first.rows), first.more) == (50, True)
        assert (len(last.rows), last.more) == (20, False)

    def test_exported_text_cannot_become_a_formula(self, desk):
        of = make.source(desk.business)
        make.save(make.charge(of, timezone.now() - timedelta(days=2), payer_key="=cmd()", status="succeeded"))
        behind = Rows.of("payments.charges", end=local_day(timezone.now(), "Europe/Berlin"))
        cells = [cell for row in exported(desk.business, behind) for cell in row]
        assert "'=cmd()" in cells
