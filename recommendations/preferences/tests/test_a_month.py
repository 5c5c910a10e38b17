"""Thirty days with both autumn changes of the clock, in which workers die, jobs repeat and the mail server fails.

Every hour beat ticks, and jobs run through their leases as in a real house. Afterwards each mail that was
due went out exactly once, none in somebody's quiet hours, and every alert that lasted was told once to each.
"""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives

from accounts import jobs
from accounts.jobs import JobRun, sweep
from accounts.models import Business, Job, Member
from accounts.testing.world import World
from recommendations.digests import services as digests
from recommendations.digests.tasks import digest_all
from recommendations.models import Digest, Notification, NotificationTold
from recommendations.notifications import mailing
from recommendations.notifications.services import Notice, settle
from recommendations.notifications.tasks import mail_all
from recommendations.preferences.queries import preferences_of
from recommendations.testing.findings import finding, seen
from recommendations.testing.mails import prefer

BEGINS, DAYS = datetime(2026, 10, 12, tzinfo=UTC), 30  # Berlin turns on 25 October, New York on 1 November
STEP, DAY = timedelta(hours=1), timedelta(days=1)
WANTS: dict[str, dict[str, Any]] = {
    "owner": {"advice": "daily", "quiet_from": time(21), "quiet_until": time(9, 30)},
    "manager": {
        "advice": "weekly",
        "time_zone": "America/New_York",
        "quiet_from": time(1, 30),
        "quiet_until": time(2, 30),
    },
    "member": {"advice": "daily", "quiet_from": time(7), "quiet_until": time(2)},  # open from two to seven at night
    "viewer": {"advice": "never", "tells_job": False, "time_zone": "Asia/Kolkata"},
}


class Killed(BaseException):
    """A worker that is gone: nothing of its own catches it, as nothing catches a power cut."""


class Chaos:
    """Fails now and then, by one seeded draw: before the row is committed, at the server, and after the hand-over."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.draw = random.Random(7)
        self.sent: list[tuple[datetime, str, str]] = []
        self.now = BEGINS
        self.deaths: Counter[str] = Counter()
        self._send = EmailMultiAlternatives.send
        for module in (digests, mailing):
            monkeypatch.setattr(module, "compose", self._wrap(module.compose))
        monkeypatch.setattr(EmailMultiAlternatives, "send", lambda message: self.send(message))

    def happens(self, what: str, chance: float) -> bool:
        hit = self.draw.random() < chance
        self.deaths[what] += hit
        return hit

    def send(self, message: Any) -> None:
        if self.happens("server", 0.2):
            raise OSError("The mail server is away.")
        self._send(message)
        self.sent.append((self.now, message.to[0], message.extra_headers["Message-ID"]))
        if self.happens("after", 0.2):
            raise Killed

    def _wrap(self, compose: Any) -> Any:
        def composed(*args: Any, **kwargs: Any) -> Any:
            if self.happens("before", 0.2):
                raise Killed
            return compose(*args, **kwargs)

        return composed


class House:
    """Beat and a worker, at a clock that a test moves."""

    def __init__(self, chaos: Chaos, time_machine: Any) -> None:
        self.chaos, self.clock = chaos, time_machine

    def tick(self, at: datetime) -> None:
        """Beat looks, now and then twice; a worker works off what there is and comes back after it died."""
        self._to(at)
        for kind in (digest_all, mail_all) * (2 if self.chaos.happens("two beats", 0.2) else 1):
            kind.handler(JobRun(Job(), None, at, None))  # type: ignore[arg-type]
        for minutes in range(0, 60, 6):
            if not Job.objects.filter(state__in=("queued", "running")).exists():
                break
            self._to(at + timedelta(minutes=minutes))
            self._work(self.chaos.now)

    def _to(self, now: datetime) -> None:
        self.chaos.now = now
        self.clock.move_to(now, tick=False)

    def _work(self, now: datetime) -> None:
        sweep(now=now)
        while due := list(Job.objects.filter(state="queued", due_at__lte=now).order_by("created_at")):
            for job in due:
                self._attempt(job, now)

    def _attempt(self, job: Job, now: datetime) -> None:
        try:
            jobs.work(job.pk, now=now)
            if self.chaos.happens("repeat", 0.2):
                Job.objects.filter(pk=job.pk, state="done").update(state="queued", lease=None, dedupe="")
                jobs.work(job.pk, now=now)
        except Killed:
            Job.objects.filter(pk=job.pk).update(leased_until=now)  # its lease runs out before the next look


@pytest.fixture
def people(world: World) -> dict[str, Member]:
    Member.objects.filter(business=world.business).update(joined_at=BEGINS - 60 * DAY)
    Business.objects.filter(pk=world.business.pk).update(desks=["payments", "trading"])
    found = {}
    for name, wants in WANTS.items():
        found[name] = Member.objects.select_related("user", "business").get(
            business=world.business, user=getattr(world, name)
        )
        prefer(found[name], **wants)
    return found


def lives(world: World, at: datetime) -> None:
    """A day's events: advice each noon, an alert in the evening that lasts two days, one at night that soon ends."""
    day = (at - BEGINS).days
    if at.hour == 12:
        titles = (finding(as_of=at, subject=str(n), title="Advice") for n in range(max(0, day - 2), day + 1))
        seen(world.business, *titles, as_of=at)
    keys = [f"lasting {n}" for n in range(day + 1) if timedelta(hours=20) <= at - BEGINS - n * DAY < 3 * DAY]
    keys += [f"short {day}"] if at.hour == 0 and day % 3 == 0 else []
    settle(world.business, "trading", [Notice("trading", "alert", key, key) for key in keys], as_of=at)


def test_each_mail_once_and_none_in_quiet_hours(
    world: World, people: dict[str, Member], monkeypatch: pytest.MonkeyPatch, time_machine: Any, wakeups: Any
) -> None:
    chaos = Chaos(monkeypatch)
    house = House(chaos, time_machine)
    for n in range(DAYS * 24):
        lives(world, BEGINS + n * STEP)
        house.tick(BEGINS + n * STEP)
    assert min(chaos.deaths.values()) > 10, "the month was as bad as it should be"
    _no_mail_twice(chaos)
    _none_in_quiet_hours(chaos, people)
    _each_period_once(people)
    _each_lasting_alert_once(people)


def _no_mail_twice(chaos: Chaos) -> None:
    assert max(Counter(message_id for _, _, message_id in chaos.sent).values()) == 1
    assert len(chaos.sent) == len(mail.outbox)


def _none_in_quiet_hours(chaos: Chaos, people: dict[str, Member]) -> None:
    hours = {member.user.email: preferences_of(member).hours for member in people.values()}
    assert [at for at, to, _ in chaos.sent if hours[to].is_quiet(at)] == []


def _each_period_once(people: dict[str, Member]) -> None:
    """A row for each of a member's own mornings of the month, Mondays for the weekly one, and each was handed over."""
    whole = [(BEGINS + n * DAY).date() for n in range(1, DAYS - 1)]
    for name, kind, days in (
        ("owner", "daily", whole),
        ("member", "daily", whole),
        ("manager", "weekly", [day for day in whole if day.weekday() == 0]),
    ):
        rows = Digest.objects.filter(user=people[name].user, day__in=whole)
        assert sorted(rows.values_list("day", flat=True)) == days, name
        assert {row.kind for row in rows} == {kind}
        assert all(row.handed_at for row in rows), "there was something new each day"
    assert not Digest.objects.filter(user=people["viewer"].user).exists()


def _each_lasting_alert_once(people: dict[str, Member]) -> None:
    lasting = Notification.objects.filter(key__startswith="lasting", created_at__lt=BEGINS + (DAYS - 2) * DAY)
    assert lasting.count() == DAYS - 2
    for member in people.values():
        told = NotificationTold.objects.filter(user=member.user, notification__in=lasting)
        assert told.count() == lasting.count()
    night = NotificationTold.objects.filter(user=people["owner"].user, notification__key__startswith="short")
    assert not night.exists(), "what was over before the morning is not told in the morning"


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York"])
def test_the_month_has_a_day_of_twenty_five_hours(zone: str) -> None:
    offsets = {(BEGINS + n * DAY).astimezone(ZoneInfo(zone)).utcoffset() for n in range(DAYS)}
    assert len(offsets) == 2 and date(2026, 10, 25) > BEGINS.date()
