"""Telling: once each, in waking hours, not too often. The business is in Berlin, two hours ahead of UTC in June."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from accounts.models import Event, Job
from accounts.tenancy import acting_for
from analytics.testing.trading_desk import switch_on
from recommendations.models import Notification
from recommendations.trading import tasks
from recommendations.trading.moments import Moment
from recommendations.trading.services import coach, coach_is_due, is_quiet, tell
from recommendations.trading.tests.desks import AS_OF, account, desk
from recommendations.wording import Label, sentence

SUNDAY = datetime(2026, 6, 14, 16, 0, tzinfo=UTC)  # 18:00 in Berlin


def moment(kind="tilt", session="2026-06-12", *, subject="7", is_limit=False, cooldown=timedelta(days=3)):
    title = sentence("{what}", what=Label(f"{kind} {session}"))
    return Moment(kind, subject, session, title, (), "trading:bql", is_limit, cooldown)


@pytest.fixture
def say(world):
    def telling(*found, at=AS_OF):
        with acting_for(world.business):
            return tell(world.business, found, as_of=at)

    return telling


class TestTell:
    def test_raises_an_alert_with_an_event(self, say):
        assert say(moment()) == 1
        row = Notification.objects.get()
        assert (row.kind, row.level, row.key) == ("trading", "alert", "moment:tilt:7:2026-06-12")
        assert Event.objects.filter(name="trading.moments.raised").count() == 1

    def test_never_tells_the_same_twice_even_after_it_was_put_away(self, say):
        say(moment())
        assert say(moment()) == 0
        assert say(moment(), at=AS_OF + timedelta(days=30)) == 0
        assert Notification.objects.filter(resolved_at=None).count() == 0

    def test_a_kind_rests_for_its_cooldown(self, say):
        say(moment())
        assert say(moment(session="2026-06-16"), at=AS_OF + timedelta(days=2, hours=23)) == 0
        assert say(moment(session="2026-06-16"), at=AS_OF + timedelta(days=3)) == 1

    def test_another_account_has_a_rest_of_its_own(self, say):
        say(moment())
        assert say(moment(subject="8")) == 1

    def test_two_a_day_beside_limits(self, say):
        many = [moment(kind) for kind in ("tilt", "level", "edge")]
        limits = [moment("limit50", is_limit=True, cooldown=timedelta(0)), moment("floor", is_limit=True)]
        assert say(*many, *limits) == 4
        assert say(*many, at=AS_OF + timedelta(hours=2)) == 0
        assert say(*many, at=AS_OF + timedelta(hours=20)) == 1  # the third, on the next day

    def test_every_step_of_a_limit_is_told(self, say):
        steps = [moment(f"limit{step}", is_limit=True, cooldown=timedelta(0)) for step in (50, 75, 90)]
        assert [say(one) for one in steps] == [1, 1, 1]

    @pytest.mark.parametrize(("hour", "raised"), [(4, 0), (5, 1), (18, 1), (19, 0), (22, 0)])
    def test_keeps_quiet_at_night_and_speaks_in_the_morning(self, say, hour, raised):
        assert say(moment(), at=AS_OF.replace(hour=hour)) == raised

    def test_what_was_told_leaves_the_drawer_after_a_week(self, say):
        say(moment())
        say(at=AS_OF + timedelta(days=7))
        assert Notification.objects.get().resolved_at is not None

    def test_stands_in_the_drawer_of_the_business_alone(self, say, world, client_of):
        say(moment())
        page = reverse("recommendations:alerts", kwargs={"business": world.business.slug})
        assert "tilt 2026-06-12" in client_of(world.owner).get(page).content.decode()
        other = reverse("recommendations:alerts", kwargs={"business": world.other.slug})
        assert "tilt" not in client_of(world.stranger).get(other).content.decode()


class TestCoach:
    def write(self, world, *accounts, at=SUNDAY):
        with acting_for(world.business):
            return coach(world.business, desk(*accounts, as_of=at), as_of=at)

    def test_writes_once_a_week(self, world):
        assert self.write(world) == 1
        assert self.write(world, at=SUNDAY + timedelta(hours=3)) == 0
        row = Notification.objects.get()
        assert row.level == "news" and row.title == "Your margin of safety in Main" and "Keep the size" in row.text

    def test_the_next_letter_takes_the_place_of_the_last(self, world):
        fresh = account(last_close=SUNDAY + timedelta(days=6))
        assert [self.write(world), self.write(world, fresh, at=SUNDAY + timedelta(days=7))] == [1, 1]
        assert [row.key for row in Notification.objects.filter(resolved_at=None)] == ["coach:7:2026-W25"]

    def test_writes_nothing_to_who_rests(self, world):
        assert self.write(world, account(last_close=SUNDAY - timedelta(days=15))) == 0

    @pytest.mark.parametrize(
        ("at", "due"),
        [
            (SUNDAY, True),
            (SUNDAY - timedelta(minutes=1), False),
            (SUNDAY + timedelta(hours=5, minutes=59), True),
            (SUNDAY + timedelta(hours=6), False),
        ],
    )
    def test_is_due_on_sunday_evening_where_the_business_is(self, world, at, due):
        assert coach_is_due(world.business, as_of=at) is due


class TestTasks:
    def test_the_hour_finds_businesses_with_the_desk(self, world, wakeups):
        switch_on(world.business)
        done = tasks.hourly.handler(_Run(SUNDAY))
        assert done == {"watched": 1, "letters": 1}
        assert set(Job.objects.values_list("name", flat=True)) == {"trading.moments", "trading.coach"}

    def test_nobody_is_watched_at_night(self, world, wakeups):
        switch_on(world.business)
        assert tasks.hourly.handler(_Run(AS_OF.replace(hour=23))) == {"watched": 0, "letters": 0}

    def test_night_is_the_business_own(self, world):
        late = AS_OF.replace(hour=20)  # 22:00 in Berlin, 16:00 in New York
        assert is_quiet(world.business, as_of=late) and not is_quiet(world.other, as_of=late)


class _Run:
    def __init__(self, as_of):
        self.as_of, self.business = as_of, None
