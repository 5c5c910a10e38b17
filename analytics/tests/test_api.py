from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from analytics.testing.desk import computed_desk

PATHS = ("metrics", "metrics/history", "readiness", "readiness/history", "payments/disputes", "payments/payouts")


@pytest.fixture
def desk(world):
    computed_desk(world.business, as_of=timezone.now(), days=60)
    return world


def get(client, path, **query):
    return client.get(f"/api/v1/{path}", query)


@pytest.mark.parametrize("path", PATHS)
class TestAccess:
    def test_a_member_reads_without_naming_the_only_business(self, desk, client_of, path):
        assert get(client_of(desk.viewer), path).status_code == 200

    def test_a_stranger_is_refused(self, desk, client_of, path):
        response = get(client_of(desk.stranger), path, business_id=desk.business.pk)
        assert response.status_code == 403
        assert response.json()["error"]["code"] == "not_allowed"

    def test_nobody_is_asked_to_sign_in(self, desk, client_of, path):
        assert get(client_of(None), path).status_code == 401

    def test_another_business_sees_none_of_it(self, desk, client_of, path):
        """The stranger's own business has no figures, and nothing of Acme's leaks into the answer."""
        response = get(client_of(desk.stranger), path)
        assert response.status_code == 200
        assert "dp_" not in response.content.decode()
        assert "po_" not in response.content.decode()

    def test_an_id_that_is_none_is_refused(self, desk, client_of, path):
        assert get(client_of(desk.owner), path, business_id="nonsense").status_code in (400, 422)


class TestMetrics:
    def test_have_the_agreed_shape(self, desk, client_of):
        """120 sales of 10.00 in 60 days, 5.00 refunded each Monday, one dispute of 10.00."""
        body = get(client_of(desk.owner), "metrics", period="90d").json()
        assert body["revenue_gross"] == 120_000
        assert body["revenue_total"] == 120_000 - body["refunds"] - 1000
        assert set(body) >= {"volatility", "chargeback_ratio", "growth", "refund_ratio", "currency", "as_of"}
        figure = body["figures"]["payments.revenue_gross_30"]
        assert (figure["value"], figure["unit"], figure["currency"]) == (60_000, "money", "usd")
        assert client_of(desk.owner).get(figure["evidence"]).status_code == 200

    def test_a_gap_has_a_reason_and_no_value(self, desk, client_of):
        figure = get(client_of(desk.owner), "metrics").json()["figures"]["payments.growth"]
        assert figure["value"] is None
        assert "6 complete months" in figure["gap"]

    def test_an_unknown_period_is_refused(self, desk, client_of):
        response = get(client_of(desk.owner), "metrics", period="soon")
        assert (response.status_code, response.json()["error"]["code"]) == (400, "invalid_input")

    def test_history_is_ascending_and_cut(self, desk, client_of):
        days = [row["as_of"] for row in get(client_of(desk.owner), "metrics/history").json()["metrics"]]
        assert days == sorted(days)
        assert len(days) >= 2
        cut = get(client_of(desk.owner), "metrics/history", start_date=days[-1]).json()["metrics"]
        assert [row["as_of"] for row in cut] == days[-1:]

    def test_history_refuses_an_end_before_its_start(self, desk, client_of):
        today = date(2026, 6, 1)
        response = get(client_of(desk.owner), "metrics/history", start_date=today, end_date=today - timedelta(1))
        assert response.status_code == 400


class TestReadiness:
    def test_components_add_up_to_raw(self, desk, client_of):
        body = get(client_of(desk.owner), "readiness").json()
        assert sum(Decimal(part["contribution"]) for part in body["components"].values()) == Decimal(body["raw"])
        assert len(body["components"]) == 9

    def test_says_what_it_is_and_is_not(self, desk, client_of):
        body = get(client_of(desk.owner), "readiness").json()
        assert (body["score"], body["tier"], body["model"]) == (39, "not_ready", "r1")
        assert "No lender is contacted." in body["disclaimer"]
        assert body["hurts"][0]["title"] == "Less than three months of payment history"
        assert body["confidence"]["level"] == "low"

    def test_is_empty_before_anything_was_sold(self, desk, client_of):
        body = get(client_of(desk.stranger), "readiness").json()
        assert (body["score"], body["tier"], body["components"]) == (None, "insufficient_data", {})

    def test_history_is_limited(self, desk, client_of):
        scores = get(client_of(desk.owner), "readiness/history", limit=1).json()["scores"]
        assert len(scores) == 1
        assert get(client_of(desk.owner), "readiness/history", limit=0).status_code == 400


class TestDisputesAndPayouts:
    def test_disputes_list_deadlines_and_reasons(self, desk, client_of):
        body = get(client_of(desk.owner), "payments/disputes").json()
        assert [row["days_left"] for row in body["answer_by"]] == [1]
        assert {row["reason"]: row["n"] for row in body["by_reason"]} == {"fraudulent": 1, "unrecognized": 1}
        assert (body["opened"]["value"], len(body["disputes"]), body["next_cursor"]) == (2, 2, None)

    def test_payouts_are_paged(self, desk, client_of):
        client = client_of(desk.owner)
        first = get(client, "payments/payouts").json()
        second = get(client, "payments/payouts", cursor=first["next_cursor"]).json()
        seen = [row["id"] for row in first["payouts"] + second["payouts"]]
        assert len(seen) == len(set(seen)) > 25
        assert first["figures"]["payments.failed_payouts"]["value"] == 1

    def test_a_made_up_cursor_is_refused(self, desk, client_of):
        assert get(client_of(desk.owner), "payments/payouts", cursor="x'1").status_code == 400
