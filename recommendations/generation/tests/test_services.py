"""How findings meet the rows that are already there."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from accounts.models import Event
from accounts.testing.world import World
from recommendations.board.services import decide
from recommendations.generation.services import apply
from recommendations.models import Recommendation, RecommendationEvent
from recommendations.registry import RULES, Evaluation
from recommendations.testing.findings import RULE, finding, seen

DAY = timedelta(days=1)
Status = Recommendation.Status


def kinds(row: Recommendation) -> list[str]:
    return list(
        RecommendationEvent.objects.filter(recommendation=row).order_by("at", "pk").values_list("kind", flat=True)
    )


def test_a_new_finding_becomes_one_open_row_with_its_evidence(world: World, clock: datetime) -> None:
    (row,) = seen(world.business, finding(as_of=clock), as_of=clock)
    assert row.status == Status.OPEN and row.priority == "medium" and row.weight == row.gain
    assert row.evidence_figures()[0].metric == "payments.refund_ratio_90"
    assert kinds(row) == ["created"]
    assert Event.objects.filter(name="recommendations.generation.ran", business=world.business).count() == 1


def test_thirty_daily_runs_make_no_second_row_and_no_noise(world: World, clock: datetime) -> None:
    for day in range(30):
        (row,) = seen(world.business, finding(as_of=clock), as_of=clock + day * DAY)
    assert Recommendation.objects.count() == 1 and kinds(row) == ["created"] and row.revision == 1


def test_the_same_finding_twice_in_a_run_is_one_row(world: World, clock: datetime) -> None:
    assert len(seen(world.business, finding(as_of=clock), finding(as_of=clock), as_of=clock)) == 1


@pytest.mark.parametrize(
    ("evidence", "points", "told"), [("0.081", "4.3", False), ("0.1", "4.3", True), ("0.08", "10", True)]
)
def test_an_open_row_follows_its_evidence(
    world: World, clock: datetime, evidence: str, points: str, told: bool
) -> None:
    seen(world.business, finding(as_of=clock), as_of=clock)
    (row,) = seen(world.business, finding(as_of=clock, evidence=evidence, points=points), as_of=clock + DAY)
    assert f"{row.evidence.normalize():f}" == evidence and row.revision == 2
    assert kinds(row) == ["created", *(["updated"] if told else [])]


def test_a_row_is_resolved_when_its_condition_clears(world: World, clock: datetime) -> None:
    (row,) = seen(world.business, finding(as_of=clock), as_of=clock)
    assert seen(world.business, as_of=clock + DAY) == []
    row.refresh_from_db()
    assert row.status == Status.RESOLVED and row.closed_at == clock + DAY and kinds(row)[-1] == "resolved"


def test_what_comes_back_is_a_new_row(world: World, clock: datetime) -> None:
    seen(world.business, finding(as_of=clock), as_of=clock)
    seen(world.business, as_of=clock + DAY)
    seen(world.business, finding(as_of=clock), as_of=clock + 2 * DAY)
    assert sorted(Recommendation.objects.values_list("status", flat=True)) == ["open", "resolved"]


def test_a_failed_rule_expires_nothing(world: World, clock: datetime) -> None:
    (row,) = seen(world.business, finding(as_of=clock), as_of=clock)
    others = tuple(key for key in RULES if key != RULE)
    apply(world.business, desk="payments", evaluation=Evaluation((), others, (RULE,)), as_of=clock + DAY)
    row.refresh_from_db()
    assert row.status == Status.OPEN


class TestDismissed:
    @pytest.mark.parametrize(
        ("days", "evidence", "status"),
        [
            (1, "0.08", Status.DISMISSED),
            (29, "0.0999", Status.DISMISSED),  # 24.9 % worse
            (1, "0.1", Status.OPEN),  # 25 % worse
            (29, "0.08", Status.DISMISSED),
            (30, "0.08", Status.OPEN),
        ],
    )
    def test_rests_thirty_days_unless_it_gets_worse(
        self, world: World, clock: datetime, days: int, evidence: str, status: str
    ) -> None:
        (row,) = seen(world.business, finding(as_of=clock), as_of=clock)
        decide(world.business, row.pk, "dismissed", actor=world.owner, at=clock)
        (row,) = seen(world.business, finding(as_of=clock, evidence=evidence), as_of=clock + days * DAY)
        assert row.status == status
        assert ("reopened" in kinds(row)) is (status == Status.OPEN)

    def test_worsening_slowly_counts_from_the_day_it_was_dismissed(self, world: World, clock: datetime) -> None:
        (row,) = seen(world.business, finding(as_of=clock), as_of=clock)
        decide(world.business, row.pk, "dismissed", actor=world.owner, at=clock)
        for day, evidence in enumerate(("0.088", "0.096", "0.104"), start=1):
            (row,) = seen(world.business, finding(as_of=clock, evidence=evidence), as_of=clock + day * DAY)
        assert row.status == Status.OPEN

    def test_is_resolved_too_when_its_condition_clears(self, world: World, clock: datetime) -> None:
        (row,) = seen(world.business, finding(as_of=clock), as_of=clock)
        decide(world.business, row.pk, "dismissed", actor=world.owner, at=clock)
        assert seen(world.business, as_of=clock + DAY) == []


class TestSnoozed:
    def test_sleeps_and_wakes_by_itself(self, world: World, clock: datetime) -> None:
        (row,) = seen(world.business, finding(as_of=clock), as_of=clock)
        decide(world.business, row.pk, "snoozed", actor=world.owner, at=clock, until=clock + 7 * DAY)
        (row,) = seen(world.business, finding(as_of=clock), as_of=clock + 6 * DAY)
        assert row.status == Status.SNOOZED
        (row,) = seen(world.business, finding(as_of=clock), as_of=clock + 7 * DAY)
        assert row.status == Status.OPEN and kinds(row)[-1] == "reopened"


class TestAccepted:
    def test_keeps_what_was_accepted(self, world: World, clock: datetime) -> None:
        (row,) = seen(world.business, finding(as_of=clock), as_of=clock)
        decide(world.business, row.pk, "accepted", actor=world.owner, at=clock)
        (row,) = seen(world.business, finding(as_of=clock, evidence="0.5", title="Other"), as_of=clock + DAY)
        assert row.status == Status.ACCEPTED and row.title == "Bring refunds down"

    def test_is_done_when_its_condition_clears(self, world: World, clock: datetime) -> None:
        (row,) = seen(world.business, finding(as_of=clock), as_of=clock)
        decide(world.business, row.pk, "accepted", actor=world.owner, at=clock)
        seen(world.business, as_of=clock + DAY)
        row.refresh_from_db()
        assert row.status == Status.DONE and kinds(row) == ["created", "accepted", "done"]


def test_another_business_with_the_same_finding_has_its_own_row(world: World, clock: datetime) -> None:
    (mine,) = seen(world.business, finding(as_of=clock), as_of=clock)
    (theirs,) = seen(world.other, finding(as_of=clock), as_of=clock)
    assert mine.fingerprint != theirs.fingerprint
    seen(world.business, as_of=clock + DAY)
    theirs.refresh_from_db()
    assert theirs.status == Status.OPEN
