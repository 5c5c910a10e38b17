"""The outcome's page, its evidence, the API, and the agent's tool: all from one query."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.keys import create_key
from accounts.testing.pages import FiveQuestions
from accounts.testing.world import World
from analytics.figures import Figure, to_json
from recommendations.board.services import decide
from recommendations.models import Outcome, OutcomePlan, Recommendation
from recommendations.testing.findings import finding, seen

ClientOf = Callable[[Any], Client]
METRIC = "outcomes.refund_share"


@pytest.fixture
def row(world: World, clock: datetime) -> Recommendation:
    found = seen(world.business, finding(as_of=clock, rule="payments.reduce_refunds"), as_of=clock)[0]
    return decide(world.business, found.pk, "accepted", actor=world.owner, at=clock)


@pytest.fixture
def measured(row: Recommendation, clock: datetime) -> Outcome:
    """Refunds fell from 8.1 % to 2.0 %."""
    OutcomePlan.objects.filter(recommendation=row).update(
        method="before_after", reason="", minimum=Decimal("0.012"), due_on=date(2026, 7, 28),
        baseline_figure=to_json(Figure(METRIC, Decimal("0.08"), 84, clock.date())),
    )  # fmt: skip
    effect = Figure(METRIC, Decimal("-0.061"), 112, clock.date(), low=Decimal("-0.07"), high=Decimal("-0.052"))
    return Outcome.objects.create(
        business=row.business, recommendation=row, rule=row.rule, result="worked", measured_at=clock,
        effect=to_json(effect), before=to_json(Figure(METRIC, Decimal("0.081"), 84, clock.date())),
        after=to_json(Figure(METRIC, Decimal("0.02"), 28, clock.date())),
    )  # fmt: skip


class TestOutcomePage(FiveQuestions):
    url = "recommendations:outcome"
    queries = 12

    @pytest.fixture(autouse=True)
    def _row(self, measured: Outcome) -> None:
        self.row = measured.recommendation

    def page_kwargs(self, world: World) -> dict[str, Any]:
        return {"recommendation": self.row.pk}

    def test_says_what_came_of_it_and_how_that_is_known(self) -> None:
        page = self.client_of(self.world.viewer).get(self.address(self.world)).content.decode()
        assert "Worked" in page and "Before and after" in page and "not changed since" in page
        assert "1 of 1" in page and "6.1" in page

    @pytest.mark.parametrize("name", ["effect", "before", "after", "baseline"])
    def test_each_value_opens_its_evidence(self, name: str) -> None:
        address = reverse("evidence:figure", kwargs={
            "business": self.world.business.slug, "kind": "outcome", "key": str(self.row.pk), "metric": name,
        })  # fmt: skip
        assert self.client_of(self.world.viewer).get(address).status_code == 200
        assert self.client_of(self.world.stranger).get(address).status_code == 404


def page_of(client: Client, world: World, row: Recommendation) -> str:
    return client.get(reverse("recommendations:outcome", args=[world.business.slug, row.pk])).content.decode()


def test_what_cannot_be_measured_says_why(world: World, client_of: ClientOf, row: Recommendation) -> None:
    assert "It cannot be measured. The record before it is too short" in page_of(client_of(world.viewer), world, row)


def test_advice_that_was_not_taken_has_nothing_to_measure(world: World, client_of: ClientOf, clock: datetime) -> None:
    (row,) = seen(world.business, finding(as_of=clock), as_of=clock)
    assert "Nothing to measure yet" in page_of(client_of(world.viewer), world, row)


def test_the_card_tells_the_outcome(world: World, client_of: ClientOf, measured: Outcome) -> None:
    page = client_of(world.viewer).get(reverse("recommendations:list", args=[world.business.slug]) + "?status=accepted")
    assert "Worked:" in page.content.decode()


class TestApi:
    def url(self, row: Recommendation) -> str:
        return f"/api/v1/recommendations/{row.pk}/outcome"

    def test_answers_plan_and_outcome(self, world: World, client_of: ClientOf, measured: Outcome) -> None:
        body = client_of(world.viewer).get(self.url(measured.recommendation)).json()
        assert (body["state"], body["result"], body["metric"]) == ("measured", "worked", METRIC)
        assert body["effect"]["value"] == "-0.061" and body["effect"]["low"] == "-0.07"
        assert body["minimum_detectable"] == "0.012" and body["due_on"] == "2026-07-28"
        listed = client_of(world.viewer).get("/api/v1/recommendations").json()["recommendations"][0]
        assert listed["outcome"] == body

    def test_says_unknowable_with_the_reason(self, world: World, client_of: ClientOf, row: Recommendation) -> None:
        body = client_of(world.viewer).get(self.url(row)).json()
        assert (body["state"], body["result"]) == ("unmeasurable", "unknowable") and "too short" in body["reason"]

    @pytest.mark.parametrize("status", ["done", "failed"])
    def test_an_automation_reports_once(
        self, world: World, client_of: ClientOf, row: Recommendation, status: str
    ) -> None:
        client = client_of(world.member)
        for _ in range(2):
            response = client.post(
                self.url(row), {"status": status, "reason": "By the workflow"}, content_type="application/json"
            )
            assert response.status_code == 200 and response.json()["status"] == status
        row.refresh_from_db()
        assert row.status == status and row.decision_reason == "By the workflow"
        assert row.events.filter(kind=status).count() == 1

    @pytest.mark.parametrize(
        ("body", "status"), [({"status": "accepted"}, 400), ({"status": "done", "revision": 9}, 409)]
    )
    def test_refuses_what_is_no_report(
        self, world: World, client_of: ClientOf, row: Recommendation, body: dict[str, Any], status: int
    ) -> None:
        response = client_of(world.member).post(self.url(row), body, content_type="application/json")
        assert response.status_code == status

    @pytest.mark.parametrize(("scope", "status"), [("write:recommendations", 200), ("read:analytics", 403)])
    def test_a_key_needs_the_scope(
        self, world: World, client_of: ClientOf, row: Recommendation, scope: str, status: int
    ) -> None:
        key = create_key(world.business, name="n8n", scopes=[scope], actor=world.owner, now=timezone.now())
        response = client_of(None).post(
            self.url(row), {"status": "done"}, content_type="application/json",
            headers={"Authorization": f"Bearer {key.text}"},
        )  # fmt: skip
        assert response.status_code == status
        row.refresh_from_db()
        assert (row.status, row.decided_by) == (("done", None) if status == 200 else ("accepted", world.owner))

    def test_who_may_not_and_who_is_nobody(self, world: World, client_of: ClientOf, row: Recommendation) -> None:
        def post(person: Any) -> int:
            return (
                client_of(person).post(self.url(row), {"status": "done"}, content_type="application/json").status_code
            )

        assert (post(world.viewer), post(world.stranger), post(None)) == (403, 404, 401)
        missing = f"/api/v1/recommendations/{uuid.uuid4()}/outcome"
        assert client_of(world.viewer).get(missing).status_code == 404
