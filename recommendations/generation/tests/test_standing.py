"""What stands, what waits, what runs out, and what comes first: the rules of the one list."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.testing.world import World
from recommendations.board.services import decide
from recommendations.findings import Finding
from recommendations.generation.services import apply, expire_overdue
from recommendations.generation.settling import STALE
from recommendations.generation.states import failing_rules, muted_rules, offered, unmute
from recommendations.models import Outcome, Recommendation, RecommendationEvent
from recommendations.registry import RULES, Evaluation
from recommendations.testing.findings import RULE, finding, seen

DAY = timedelta(days=1)
Status = Recommendation.Status
REFUNDS, CANCEL = "payments.reduce_refunds", "payments.cancel_flow"


def see(world: World, *findings: Finding, at: datetime, **more: Any) -> dict[str, Recommendation]:
    """Let the rules of both desks see `findings`; the rows by subject."""
    for desk in ("payments", "trading"):
        own = tuple(one for one in findings if one.rule.startswith(desk))
        ran = tuple(key for key in RULES if key.startswith(desk))
        apply(world.business, desk=desk, evaluation=Evaluation(own, ran, (), **more), as_of=at)
    return {row.subject: row for row in Recommendation.objects.of(world.business).order_by("created_at", "pk")}


def kinds(row: Recommendation) -> list[str]:
    return list(RecommendationEvent.objects.filter(recommendation=row).order_by("pk").values_list("kind", flat=True))


class TestContradictions:
    def both(self, at: datetime, *, refunds: str, cancel: str) -> tuple[Finding, Finding]:
        return finding(as_of=at, rule=REFUNDS, points=refunds), finding(as_of=at, rule=CANCEL, points=cancel)

    def rows(self) -> dict[str, Recommendation]:
        return {row.rule: row for row in Recommendation.objects.all()}

    @pytest.mark.parametrize(("refunds", "cancel", "stands"), [("9", "3", REFUNDS), ("3", "9", CANCEL)])
    def test_the_better_stands_and_the_other_says_why_it_waits(
        self, world: World, clock: datetime, refunds: str, cancel: str, stands: str
    ) -> None:
        see(world, *self.both(clock, refunds=refunds, cancel=cancel), at=clock)
        rows = self.rows()
        other = rows[CANCEL if stands == REFUNDS else REFUNDS]
        assert rows[stands].status == Status.OPEN and other.status == Status.WAITING
        assert other.waits_for == rows[stands] and "opposite directions" in other.waiting_reason
        assert kinds(other) == ["created", "waiting"]

    def test_never_both_open_whatever_changes(self, world: World, clock: datetime) -> None:
        for day, points in enumerate(("3", "9", "2", "8")):
            see(world, *self.both(clock, refunds="5", cancel=points), at=clock + day * DAY)
            assert Recommendation.objects.filter(status=Status.OPEN).count() == 1
            assert Recommendation.objects.filter(status=Status.WAITING).count() == 1

    def test_what_waits_opens_when_the_other_is_dismissed(self, world: World, clock: datetime) -> None:
        see(world, *self.both(clock, refunds="9", cancel="3"), at=clock)
        decide(world.business, self.rows()[REFUNDS].pk, "dismissed", actor=world.owner, at=clock)
        waited = self.rows()[CANCEL]
        assert waited.status == Status.OPEN and waited.waits_for is None and kinds(waited)[-1] == "reopened"

    def test_what_was_accepted_stands_against_better_advice(self, world: World, clock: datetime) -> None:
        weak, strong = self.both(clock, refunds="3", cancel="30")
        see(world, weak, at=clock)
        decide(world.business, self.rows()[REFUNDS].pk, "accepted", actor=world.owner, at=clock)
        see(world, weak, strong, at=clock + DAY)
        assert self.rows()[CANCEL].status == Status.WAITING

    def test_about_different_things_both_stand(self, world: World, clock: datetime) -> None:
        pause = finding(as_of=clock, rule="trading.pause_edge", subject="account:7", points="9")
        sleeve = finding(as_of=clock, rule="trading.retire_sleeve", subject="account:8:sleeve:MNQ")
        assert {row.status for row in see(world, pause, sleeve, at=clock).values()} == {Status.OPEN}
        same = replace(sleeve, subject="account:7:sleeve:MNQ")
        assert see(world, pause, same, at=clock)["account:7:sleeve:MNQ"].status == Status.WAITING


class TestPriorities:
    def test_at_most_three_are_high_over_all_desks(self, world: World, clock: datetime) -> None:
        many = [finding(as_of=clock, subject=str(n), points=str(20 + n)) for n in range(4)]
        trading = finding(as_of=clock, rule="trading.upload_newer", subject="account:7", points="50")
        rows = see(world, *many, trading, at=clock)
        assert {subject for subject, row in rows.items() if row.priority == "high"} == {"account:7", "3", "2"}
        assert rows["0"].priority == rows["1"].priority == "medium"

    def test_a_place_that_becomes_free_is_taken(self, world: World, clock: datetime) -> None:
        rows = see(world, *(finding(as_of=clock, subject=str(n), points=str(20 + n)) for n in range(4)), at=clock)
        decide(world.business, rows["3"].pk, "dismissed", actor=world.owner, at=clock)
        rows["0"].refresh_from_db()
        assert rows["0"].priority == "high" and kinds(rows["0"]) == ["created", "updated"]

    def test_a_rule_that_seldom_helped_counts_half(self, world: World, clock: datetime) -> None:
        rows = see(world, *(finding(as_of=clock, subject=str(n)) for n in range(10)), at=clock)
        for place, row in enumerate(rows.values()):
            result = "worked" if place < 3 else "no_effect"
            Outcome.objects.create(business=world.business, recommendation=row, rule=RULE, result=result)
        again = see(world, finding(as_of=clock, subject="new"), at=clock)["new"]
        assert again.weight == Decimal("2.1")

    def test_less_than_half_sure_is_kept_but_not_shown(self, world: World, clock: datetime) -> None:
        see(world, replace(finding(as_of=clock), confidence=Decimal("0.499")), at=clock)
        rows = Recommendation.objects.of(world.business)
        assert not rows.shown_open(as_of=clock).exists() and rows.open_at(as_of=clock).count() == 1


class TestOldData:
    def stale(self, rule: str, subject: str) -> bool:
        return rule == RULE

    def test_starts_nothing_ends_nothing_and_puts_on_hold(self, world: World, clock: datetime) -> None:
        assert see(world, finding(as_of=clock), at=clock, is_stale=self.stale) == {}
        see(world, finding(as_of=clock), at=clock)
        row = see(world, at=clock + DAY, is_stale=self.stale)["payments"]
        assert row.status == Status.WAITING and row.waiting_reason == STALE
        assert kinds(row) == ["created", "waiting"]

    def test_newer_data_wakes_or_resolves_it(self, world: World, clock: datetime) -> None:
        both = finding(as_of=clock), finding(as_of=clock, subject="other")
        see(world, *both, at=clock)
        see(world, *both, at=clock + DAY, is_stale=self.stale)
        rows = see(world, both[0], at=clock + 2 * DAY)
        assert rows["payments"].status == Status.OPEN and rows["other"].status == Status.RESOLVED

    def test_runs_out_after_thirty_days(self, world: World, clock: datetime) -> None:
        see(world, finding(as_of=clock), at=clock)
        see(world, finding(as_of=clock), at=clock + 29 * DAY, is_stale=self.stale)
        assert see(world, at=clock + 30 * DAY, is_stale=self.stale)["payments"].status == Status.EXPIRED


class TestRunningOut:
    def test_a_rule_that_keeps_failing_lets_its_advice_run_out(self, world: World, clock: datetime) -> None:
        (row,) = seen(world.business, finding(as_of=clock), as_of=clock)
        broken = Evaluation((), tuple(key for key in RULES if key != RULE), (RULE,))
        for days, status in ((29, Status.OPEN), (30, Status.EXPIRED)):
            apply(world.business, desk="payments", evaluation=broken, as_of=clock + days * DAY)
            row.refresh_from_db()
            assert row.status == status

    def test_being_seen_again_keeps_it_valid(self, world: World, clock: datetime) -> None:
        for days in (0, 20, 40):
            (row,) = seen(world.business, finding(as_of=clock), as_of=clock + days * DAY)
        assert row.expires_at == clock + 70 * DAY and expire_overdue(world.business, as_of=clock + 69 * DAY) == 0

    def test_a_desk_that_was_switched_off_leaves_nothing_behind(self, world: World, clock: datetime) -> None:
        (row,) = seen(world.business, finding(as_of=clock), as_of=clock)
        assert expire_overdue(world.business, as_of=clock + 30 * DAY) == 1
        row.refresh_from_db()
        assert row.status == Status.EXPIRED

    def test_a_deadline_that_passed_is_no_success(self, world: World, clock: datetime) -> None:
        (row,) = seen(world.business, finding(as_of=clock, deadline=clock + DAY), as_of=clock)
        assert row.expires_at == clock + DAY
        seen(world.business, as_of=clock + 2 * DAY)
        row.refresh_from_db()
        assert row.status == Status.EXPIRED


class TestSilence:
    def test_three_dismissals_offer_to_mute_and_muting_is_heard(self, world: World, clock: datetime) -> None:
        for n in range(3):
            assert offered(world.business) == set()
            (row,) = seen(world.business, finding(as_of=clock, subject=str(n)), as_of=clock)[-1:]
            row = Recommendation.objects.get(subject=str(n))
            scope = "rule" if n == 2 else ""
            if n == 2:
                assert offered(world.business) == set()
            decide(world.business, row.pk, "dismissed", actor=world.owner, at=clock, scope=scope)
        assert muted_rules(world.business) == {RULE} and not offered(world.business)
        seen(world.business, finding(as_of=clock, subject="more"), as_of=clock)
        assert not Recommendation.objects.filter(subject="more").exists()
        assert unmute(world.business, RULE, actor=world.owner) and offered(world.business) == {RULE}

    def test_a_snooze_until_worse_wakes_when_it_is(self, world: World, clock: datetime) -> None:
        (row,) = seen(world.business, finding(as_of=clock), as_of=clock)
        half = Decimal("0.5")
        decide(world.business, row.pk, "snoozed", actor=world.owner, at=clock, worse_by=half)
        (row,) = seen(world.business, finding(as_of=clock, evidence="0.119"), as_of=clock + DAY)
        assert row.status == Status.SNOOZED
        (row,) = seen(world.business, finding(as_of=clock, evidence="0.12"), as_of=clock + DAY)
        assert row.status == Status.OPEN and row.snoozed_until_worse_by is None


def test_a_failing_rule_is_shown_as_failing_until_it_works(world: World, clock: datetime) -> None:
    others = tuple(key for key in RULES if key != RULE)
    for day in range(2):
        apply(world.business, desk="payments", evaluation=Evaluation((), others, (RULE,)), as_of=clock + day * DAY)
    (state,) = failing_rules(world.business)
    assert (state.rule, state.failed_at, state.ran_at) == (RULE, clock, clock + DAY)
    seen(world.business, as_of=clock + 2 * DAY)
    assert failing_rules(world.business) == []


def test_thirty_days_of_two_desks_make_no_duplicates(world: World, clock: datetime) -> None:
    """Values move, priorities change places, advice is taken and put aside: one standing row per rule and subject."""
    for day in range(30):
        at, moved = clock + day * DAY, str(3 + day % 5)
        found = [
            finding(as_of=at, points=moved), finding(as_of=at, rule=REFUNDS, points="6"),
            finding(as_of=at, rule=CANCEL, points=moved), finding(as_of=at, subject="source:1", points="40"),
            finding(as_of=at, rule="trading.pause_edge", subject="account:7", points=moved),
            finding(as_of=at, rule="trading.reduce_size", subject="account:7", points="5"),
        ]  # fmt: skip
        see(world, *found, at=at)
        if day in (5, 11):
            row = Recommendation.objects.filter(status=Status.OPEN).order_by("-weight").first()
            assert row is not None
            decide(world.business, row.pk, "dismissed" if day == 5 else "accepted", actor=world.owner, at=at)
    rows = Recommendation.objects.of(world.business)
    assert rows.count() == len(found) == rows.values("fingerprint").distinct().count()
