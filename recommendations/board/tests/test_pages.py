"""The list, one recommendation, the slot, and deciding with and without scripts; the API in the brief's shape."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.testing.deeds import FourRefusals
from accounts.testing.pages import FiveQuestions
from accounts.testing.world import World
from recommendations.findings import Impact
from recommendations.generation.services import apply
from recommendations.generation.states import muted_rules
from recommendations.models import Recommendation
from recommendations.registry import Evaluation
from recommendations.testing.findings import RULE, finding, seen

ClientOf = Callable[[Any], Client]


@pytest.fixture
def row(world: World, clock: datetime) -> Recommendation:
    return seen(
        world.business, finding(as_of=clock, lifted=("decline",), deadline=clock + timedelta(days=2)), as_of=clock
    )[0]


class TestBoardPage(FiveQuestions):
    url = "recommendations:list"
    queries = 15

    def test_needs_as_many_queries_for_many_rows_as_for_none(
        self, world: World, clock: datetime, django_assert_num_queries: Any
    ) -> None:
        seen(world.business, *(finding(as_of=clock, subject=str(n)) for n in range(20)), as_of=clock)
        client = self.client_of(world.owner)
        with django_assert_num_queries(self.queries):
            page = client.get(self.address(world)).content.decode()
        assert page.count('<article class="recommendation"') == 20


class TestSlot(FiveQuestions):
    url = "recommendations:slot"
    queries = 11


class TestDetailPage(FiveQuestions):
    url = "recommendations:detail"
    queries = 13

    @pytest.fixture(autouse=True)
    def _row(self, row: Recommendation) -> None:
        self.row = row

    def page_kwargs(self, world: World) -> dict[str, Any]:
        return {"recommendation": self.row.pk}

    def test_shows_evidence_gain_and_history(self) -> None:
        page = self.client_of(self.world.viewer).get(self.address(self.world)).content.decode()
        assert "Refund ratio" in page and "+4.2" in page and "Revenue fell by 30" in page and "Found" in page

    def test_each_figure_opens_what_it_stands_on(self) -> None:
        address = reverse(
            "evidence:figure",
            kwargs={
                "business": self.world.business.slug, "kind": "recommendation", "key": str(self.row.pk),
                "metric": "payments.refund_ratio_90",
            },
        )  # fmt: skip
        assert address in self.client_of(self.world.viewer).get(self.address(self.world)).content.decode()
        assert self.client_of(self.world.viewer).get(address).status_code == 200
        assert self.client_of(self.world.stranger).get(address).status_code == 404


def decide_url(world: World, row: Recommendation) -> str:
    return reverse("recommendations:decide", args=[world.business.slug, row.pk])


class TestDeciding:
    def test_without_scripts_it_leads_back_with_a_message(
        self, world: World, client_of: ClientOf, row: Recommendation
    ) -> None:
        back = reverse("recommendations:list", args=[world.business.slug]) + "?status=open"
        response = client_of(world.member).post(
            decide_url(world, row), {"status": "accepted", "next": back}, follow=True
        )
        assert response.redirect_chain == [(back, 302)] and "Accepted." in response.content.decode()
        row.refresh_from_db()
        assert row.status == "accepted" and row.decided_by == world.member

    def test_htmx_gets_the_changed_card_with_a_way_back(
        self, world: World, client_of: ClientOf, row: Recommendation
    ) -> None:
        client = client_of(world.member)
        card = client.post(
            decide_url(world, row), {"status": "dismissed"}, headers={"HX-Request": "true"}
        ).content.decode()
        assert "Open again" in card and "<html" not in card and f'id="recommendation-{row.pk}"' in card
        client.post(decide_url(world, row), {"status": "open"}, headers={"HX-Request": "true"})
        row.refresh_from_db()
        assert row.status == "open"

    def test_a_snooze_takes_days(self, world: World, client_of: ClientOf, row: Recommendation) -> None:
        client_of(world.member).post(decide_url(world, row), {"status": "snoozed", "days": "7"})
        row.refresh_from_db()
        assert row.status == "snoozed" and row.snoozed_until is not None and row.decided_at is not None
        assert row.snoozed_until - row.decided_at == timedelta(days=7)

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({"status": "expired"}, 400), ({"status": "snoozed"}, 400), ({"status": "snoozed", "days": "x"}, 400),
            ({"status": "snoozed", "days": "-1"}, 400), ({"status": "snoozed", "days": "4000"}, 400), ({}, 400),
            ({"status": "accepted", "revision": "99"}, 409),
        ],
    )  # fmt: skip
    def test_what_cannot_be_done_changes_nothing(
        self, world: World, client_of: ClientOf, row: Recommendation, body: dict[str, str], status: int
    ) -> None:
        assert client_of(world.member).post(decide_url(world, row), body).status_code == status
        row.refresh_from_db()
        assert row.status == "open" and row.revision == 1

    def test_a_viewer_may_not_and_sees_no_buttons(self, world: World, client_of: ClientOf, row: Recommendation) -> None:
        viewer = client_of(world.viewer)
        assert viewer.post(decide_url(world, row), {"status": "accepted"}).status_code == 403
        page = viewer.get(reverse("recommendations:list", args=[world.business.slug])).content.decode()
        assert decide_url(world, row) not in page

    def test_a_stranger_finds_nothing(self, world: World, client_of: ClientOf, row: Recommendation) -> None:
        stranger = client_of(world.stranger)
        assert stranger.post(decide_url(world, row), {"status": "accepted"}).status_code == 404
        through_own = reverse("recommendations:decide", args=[world.other.slug, row.pk])
        assert stranger.post(through_own, {"status": "accepted"}).status_code == 404
        assert stranger.get(reverse("recommendations:detail", args=[world.other.slug, row.pk])).status_code == 404

    def test_reading_never_decides(self, world: World, client_of: ClientOf, row: Recommendation) -> None:
        assert client_of(world.member).get(decide_url(world, row)).status_code == 405

    def test_it_never_leads_to_another_host(self, world: World, client_of: ClientOf, row: Recommendation) -> None:
        body = {"status": "accepted", "next": "https://evil.example/"}
        response = client_of(world.member).post(decide_url(world, row), body)
        assert response["Location"] == reverse("recommendations:list", args=[world.business.slug])


class TestStandingPages:
    def page(self, client: Client, world: World, query: str = "") -> str:
        return client.get(reverse("recommendations:list", args=[world.business.slug]) + query).content.decode()

    def test_what_waits_says_for_what(self, world: World, client_of: ClientOf, clock: datetime) -> None:
        pair = (("payments.reduce_refunds", "9"), ("payments.cancel_flow", "3"))
        seen(world.business, *(finding(as_of=clock, rule=rule, points=p) for rule, p in pair), as_of=clock)
        page = self.page(client_of(world.viewer), world, "?status=waiting")
        assert "It waits for" in page and "opposite directions" in page

    def test_what_is_unsure_is_shown_only_when_asked_for(
        self, world: World, client_of: ClientOf, clock: datetime
    ) -> None:
        seen(world.business, replace(finding(as_of=clock, title="Doubtful"), confidence=Decimal("0.4")), as_of=clock)
        client = client_of(world.viewer)
        assert "Doubtful" not in self.page(client, world) and "Doubtful" in self.page(client, world, "?unsure=1")

    def test_a_failing_rule_is_named(self, world: World, client_of: ClientOf, clock: datetime) -> None:
        apply(world.business, desk="payments", evaluation=Evaluation((), (), (RULE,)), as_of=clock)
        assert "Charges customers do not recognise” has failed since" in self.page(client_of(world.viewer), world)

    def test_muting_is_offered_done_and_undone(self, world: World, client_of: ClientOf, clock: datetime) -> None:
        client = client_of(world.member)
        for n in range(3):
            seen(world.business, finding(as_of=clock, subject=str(n)), as_of=clock)
            row = Recommendation.objects.get(subject=str(n))
            client.post(decide_url(world, row), {"status": "dismissed", "reason": "Not relevant"})
        assert "Mute it" in self.page(client, world) and "Mute it" not in self.page(client_of(world.viewer), world)
        address = reverse("recommendations:mute", args=[world.business.slug])
        client.post(address, {"rule": RULE, "muted": "1"})
        assert "Hear it again" in self.page(client, world)
        client.post(address, {"rule": RULE, "muted": "0"})
        assert "Hear it again" not in self.page(client, world)
        assert client.post(address, {"rule": "x.y", "muted": "1"}).status_code == 400

    def test_snoozes_until_worse(self, world: World, client_of: ClientOf, row: Recommendation) -> None:
        client_of(world.member).post(decide_url(world, row), {"status": "snoozed", "days": "worse"})
        row.refresh_from_db()
        assert row.snoozed_until is None and row.snoozed_until_worse_by == Decimal("0.5")
        assert "worse by 50%" in self.page(client_of(world.viewer), world, "?status=snoozed")

    def test_impact_is_shown_with_range_and_method(self, world: World, client_of: ClientOf, clock: datetime) -> None:
        impact = Impact(Decimal(12_000), Decimal(0), Decimal(24_000), "Half of it.", "usd")
        (row,) = seen(world.business, replace(finding(as_of=clock), impact=impact), as_of=clock)
        address = reverse("recommendations:detail", args=[world.business.slug, row.pk])
        page = client_of(world.viewer).get(address).content.decode()
        assert "$120.00 a month (nothing to $240.00)" in page and "Half of it." in page


class TestMuteDeed(FourRefusals):
    url = "recommendations:mute"
    permission = "write:recommendations"
    form = {"rule": RULE, "muted": "1"}


class TestEmptyStates:
    def page(self, client: Client, world: World, query: str = "") -> str:
        return client.get(reverse("recommendations:list", args=[world.business.slug]) + query).content.decode()

    def test_each_emptiness_has_its_own_words(self, world: World, client_of: ClientOf, clock: datetime) -> None:
        client = client_of(world.owner)
        assert "No recommendations yet" in self.page(client, world)
        seen(world.business, finding(as_of=clock), as_of=clock)
        assert "Nothing matches" in self.page(client, world, "?priority=high")
        assert "There are none in this state" in self.page(client, world, "?status=done")
        seen(world.business, as_of=clock)
        assert "Nothing needs a decision" in self.page(client, world)

    def test_an_unknown_filter_is_an_error_that_says_what_is_known(self, world: World, client_of: ClientOf) -> None:
        response = client_of(world.owner).get(reverse("recommendations:list", args=[world.business.slug]) + "?sort=x")
        assert response.status_code == 400


class TestApi:
    def patch(self, client: Client, row: object, **body: Any) -> Any:
        return client.patch(f"/api/v1/recommendations/{row}", body, content_type="application/json")

    def test_lists_in_the_briefs_shape(self, world: World, client_of: ClientOf, row: Recommendation) -> None:
        body = client_of(world.viewer).get("/api/v1/recommendations", {"business_id": str(world.business.pk)}).json()
        (shown,) = body["recommendations"]
        assert body["next_cursor"] is None
        assert shown["id"] == str(row.pk) and shown["status"] == "open" and shown["priority"] == "high"
        assert shown["gain"] == {"points": "4.200000", "score": 4, "lifts": ["decline"]}
        assert shown["figures"][0]["metric"] == "payments.refund_ratio_90" and shown["figures"][0]["value"] == "0.08"

    @pytest.mark.parametrize(("query", "n"), [("", 1), ("?status=open", 1), ("?status=done", 0), ("?priority=low", 0)])
    def test_filters(self, world: World, client_of: ClientOf, row: Recommendation, query: str, n: int) -> None:
        assert len(client_of(world.owner).get(f"/api/v1/recommendations{query}").json()["recommendations"]) == n

    @pytest.mark.parametrize("status", ["accepted", "dismissed"])
    def test_decides_as_the_brief_asks(
        self, world: World, client_of: ClientOf, row: Recommendation, status: str
    ) -> None:
        response = self.patch(client_of(world.member), row.pk, status=status)
        assert response.status_code == 200 and response.json()["status"] == status

    def test_snoozes_until_a_time(self, world: World, client_of: ClientOf, row: Recommendation) -> None:
        response = self.patch(client_of(world.member), row.pk, status="snoozed", snoozed_until="2999-01-01T00:00:00Z")
        assert response.status_code == 400
        assert self.patch(client_of(world.member), row.pk, status="snoozed").status_code == 400

    def test_a_stale_revision_is_a_conflict(self, world: World, client_of: ClientOf, row: Recommendation) -> None:
        response = self.patch(client_of(world.member), row.pk, status="accepted", revision=7)
        assert response.status_code == 409 and response.json()["error"]["code"] == "conflict"

    @pytest.mark.parametrize(
        ("header", "status"), [('"1"', 200), ("1", 200), ('W/"1"', 200), ("*", 200), ('"7"', 409), ('"x"', 400)]
    )
    def test_if_match_is_the_revision(
        self, world: World, client_of: ClientOf, row: Recommendation, header: str, status: int
    ) -> None:
        response = client_of(world.member).patch(
            f"/api/v1/recommendations/{row.pk}", {"status": "accepted"}, content_type="application/json",
            headers={"If-Match": header},
        )  # fmt: skip
        assert response.status_code == status
        assert (response.headers.get("ETag") == '"2"') is (status == 200)

    def test_snoozes_until_worse_and_dismisses_a_whole_rule(
        self, world: World, client_of: ClientOf, row: Recommendation
    ) -> None:
        client = client_of(world.member)
        assert self.patch(client, row.pk, status="snoozed", worse_by="11").status_code == 400
        snoozed = self.patch(client, row.pk, status="snoozed", worse_by="0.5").json()
        assert Decimal(snoozed["snoozed_until_worse_by"]) == Decimal("0.5")
        assert self.patch(client, row.pk, status="dismissed", scope="rule").status_code == 200
        assert muted_rules(world.business) == {RULE}

    def test_filters_by_desk_and_doubt(self, world: World, client_of: ClientOf, clock: datetime) -> None:
        seen(world.business, replace(finding(as_of=clock), confidence=Decimal("0.3")), as_of=clock)
        client = client_of(world.viewer)
        counts = [
            len(client.get(f"/api/v1/recommendations?{query}").json()["recommendations"])
            for query in ("", "unsure=true", "unsure=true&desk=payments", "unsure=true&desk=trading")
        ]
        assert counts == [0, 1, 1, 0]
        assert client.get("/api/v1/recommendations?desk=x").status_code == 400

    def test_who_may_not_and_who_is_nobody(self, world: World, client_of: ClientOf, row: Recommendation) -> None:
        assert self.patch(client_of(world.viewer), row.pk, status="accepted").status_code == 403
        assert self.patch(client_of(world.stranger), row.pk, status="accepted").status_code == 404
        assert self.patch(client_of(world.member), uuid.uuid4(), status="accepted").status_code == 404
        assert self.patch(client_of(None), row.pk, status="accepted").status_code == 401
        other = client_of(world.stranger).get("/api/v1/recommendations", {"business_id": str(world.business.pk)})
        assert other.status_code == 403
        row.refresh_from_db()
        assert row.status == "open"
