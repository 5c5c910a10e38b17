"""The weekly mail: Mondays, new or worse advice since the last mail of either kind, and what was measured."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core import mail

from accounts.models import Member
from accounts.testing.world import World
from analytics.figures import Figure, to_json
from recommendations.models import Outcome, OutcomePlan, Recommendation
from recommendations.testing.findings import finding, seen
from recommendations.testing.mails import newest, prefer, send_digest

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
MONDAY = datetime(2026, 6, 15, 6, 30, tzinfo=UTC)  # half past eight in Berlin


@pytest.fixture
def owner(world: World) -> Member:
    Member.objects.filter(business=world.business).update(joined_at=MONDAY - 90 * DAY)
    member = Member.objects.select_related("user", "business").get(business=world.business, user=world.owner)
    prefer(member, advice="weekly")
    return member


def weekly(owner: Member, weeks: int = 0) -> str | None:
    """The mail of a Monday; None where none went out."""
    before, at = len(mail.outbox), MONDAY + weeks * WEEK
    send_digest(owner, day=at.date(), as_of=at, kind="weekly")
    return newest().body if len(mail.outbox) > before else None


def measured(world: World, result: str, *, at: datetime, title: str, ends: tuple[str, str, str] | None) -> None:
    """Advice that was taken and whose outcome was found out at `at`."""
    (row,) = seen(world.business, finding(as_of=at, subject=title, title=title), as_of=MONDAY - 60 * DAY)[:1]
    Recommendation.objects.filter(pk=row.pk).update(status="done", closed_at=MONDAY - 50 * DAY)
    effect = None
    if ends is not None:
        value, low, high = (Decimal(end) for end in ends)
        effect = to_json(Figure("payments.refund_ratio_90", value, 900, at.date(), low=low, high=high))
    OutcomePlan.objects.create(business=world.business, recommendation=row, method="before_after", metric="x")
    Outcome.objects.create(
        business=world.business, recommendation=row, rule=row.rule, result=result, effect=effect, measured_at=at
    )


class TestAdvice:
    def test_is_that_of_the_whole_week(self, world: World, owner: Member) -> None:
        seen(world.business, finding(as_of=MONDAY, title="Bring refunds down"), as_of=MONDAY - 6 * DAY)
        said = weekly(owner)
        assert said is not None and "the week until 15 Jun 2026" in said and "Bring refunds down" in said
        assert "Stop the weekly mail: http" in said

    def test_is_not_told_again_but_told_when_it_got_worse(self, world: World, owner: Member) -> None:
        seen(world.business, finding(as_of=MONDAY), as_of=MONDAY - HOUR)
        assert weekly(owner) is not None
        seen(world.business, finding(as_of=MONDAY), as_of=MONDAY + DAY)
        assert weekly(owner, 1) is None
        seen(world.business, finding(as_of=MONDAY, evidence="0.2"), as_of=MONDAY + 8 * DAY)
        said = weekly(owner, 2)
        assert said is not None and "It got worse since we last wrote." in said

    def test_that_the_daily_mail_told_is_not_told_again(self, world: World, owner: Member) -> None:
        prefer(owner, advice="daily")
        friday = MONDAY - 3 * DAY
        seen(world.business, finding(as_of=friday), as_of=friday - HOUR)
        send_digest(owner, day=friday.date(), as_of=friday)
        assert len(mail.outbox) == 1
        prefer(owner, advice="weekly")
        assert weekly(owner) is None

    def test_is_at_most_five_most_important_first(self, world: World, owner: Member) -> None:
        several = [finding(as_of=MONDAY, subject=str(n), title=f"Worth {n}", points=str(n)) for n in range(1, 8)]
        seen(world.business, *several, as_of=MONDAY - DAY)
        said = weekly(owner) or ""
        assert [line for line in said.splitlines() if "Worth" in line] == [f"{n}. Worth {8 - n}" for n in range(1, 6)]
        assert "And 2 more." in said

    def test_a_week_without_news_sends_nothing(self, owner: Member) -> None:
        assert weekly(owner) is None


class TestOutcomes:
    @pytest.mark.parametrize(
        ("result", "ends", "says"),
        [
            ("worked", ("-0.061", "-0.070", "-0.052"), "Worked: −6.1\u00a0pp (−7.0\u00a0pp to −5.2\u00a0pp)"),
            (
                "no_effect",
                ("0.002", "-0.01", "0.014"),
                "No measurable effect: +0.20\u00a0pp (−1.0\u00a0pp to +1.4\u00a0pp)",
            ),
            ("harmed", ("0.03", "0.02", "0.04"), "Harmed: +3.0\u00a0pp (+2.0\u00a0pp to +4.0\u00a0pp)"),
        ],
    )
    def test_come_with_their_interval_also_without_advice(
        self, world: World, owner: Member, result: str, ends: tuple[str, str, str], says: str
    ) -> None:
        measured(world, result, at=MONDAY - 2 * DAY, title="Clearer names", ends=ends)
        said = weekly(owner)
        assert said is not None and f"Clearer names: {says}" in said and says in newest().alternatives[0][0]
        assert newest().subject == f"Acme: Clearer names: {says}".replace("\u00a0", " ") and "/outcome/" in said
        assert weekly(owner, 1) is None

    def test_that_could_not_be_judged_are_left_out(self, world: World, owner: Member) -> None:
        measured(world, "unknowable", at=MONDAY - 2 * DAY, title="Clearer names", ends=None)
        assert weekly(owner) is None

    def test_of_the_week_before_are_left_out(self, world: World, owner: Member) -> None:
        measured(world, "worked", at=MONDAY - 8 * DAY, title="Clearer names", ends=("-0.1", "-0.2", "-0.05"))
        assert weekly(owner) is None

    def test_of_another_business_are_theirs(self, world: World, owner: Member) -> None:
        row = seen(world.other, finding(as_of=MONDAY, title="CANARY"), as_of=MONDAY - DAY)[0]
        Outcome.objects.create(
            business=world.other, recommendation=row, rule=row.rule, result="worked", measured_at=MONDAY - DAY
        )
        assert weekly(owner) is None

    def test_are_not_part_of_the_daily_mail(self, world: World, owner: Member) -> None:
        measured(world, "worked", at=MONDAY - 2 * HOUR, title="Clearer names", ends=("-0.1", "-0.2", "-0.05"))
        prefer(owner, advice="daily")
        send_digest(owner, day=MONDAY.date(), as_of=MONDAY)
        assert mail.outbox == []
