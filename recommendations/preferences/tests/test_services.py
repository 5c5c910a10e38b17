"""What a member chose: bad input named by its field, defaults without a row, one kind stopped at a time."""

from __future__ import annotations

import importlib
from datetime import datetime, time
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.errors import InvalidInput
from accounts.models import Event, Member
from accounts.testing.world import World
from recommendations.models import MailPreference
from recommendations.preferences.hours import Hours
from recommendations.preferences.kinds import MailKind
from recommendations.preferences.queries import preferences_of
from recommendations.preferences.services import Choice, choice_of, choose, stop

ALL = frozenset({"source", "job", "trading", "coach"})


@pytest.fixture
def member(world: World) -> Member:
    return Member.objects.select_related("user", "business").get(business=world.business, user=world.viewer)


BAD: list[tuple[dict[str, Any], str]] = [
    ({"advice": "hourly"}, "advice"),
    ({"advice": ""}, "advice"),
    ({"told": frozenset({"weather"})}, "told"),
    ({"told": frozenset({"source", ""})}, "told"),
    ({"time_zone": "Mars/Olympus"}, "time_zone"),
    ({"time_zone": "europe/berlin"}, "time_zone"),
    ({"time_zone": "../../etc/passwd"}, "time_zone"),
    ({"quiet_from": time(22)}, "quiet_until"),
    ({"quiet_until": time(7)}, "quiet_from"),
    ({"quiet_from": time(0)}, "quiet_until"),  # midnight is a time, not nothing
    ({"quiet_from": time(8), "quiet_until": time(7, 30)}, "quiet_until"),  # half an hour a day is too little
    ({"quiet_from": time(0, 59), "quiet_until": time(0)}, "quiet_until"),
    ({"quiet_from": time(0), "quiet_until": time(23, 30)}, "quiet_until"),
]


@pytest.mark.parametrize(("values", "field"), BAD)
def test_what_cannot_be_chosen_names_its_field_and_changes_nothing(
    member: Member, clock: datetime, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        choose(member, Choice(**values), at=clock)
    assert caught.value.details["field"] == field and not MailPreference.objects.exists()


@pytest.mark.parametrize(
    "values",
    [
        {"quiet_from": time(22), "quiet_until": time(7)},
        {"quiet_from": time(9), "quiet_until": time(9)},
        {"quiet_from": time(1), "quiet_until": time(0)},
        {"time_zone": "Asia/Kolkata", "advice": "weekly", "told": frozenset()},
    ],
)
def test_what_was_chosen_holds(member: Member, clock: datetime, values: dict[str, Any]) -> None:
    assert choose(member, Choice(**values), at=clock) and choice_of(member) == Choice(**values)
    assert not choose(member, Choice(**values), at=clock)
    assert Event.objects.filter(name="recommendations.preferences.changed").count() == 1
    fresh = Member.objects.get(pk=member.pk)
    assert choice_of(fresh) == Choice(**values)


def test_the_defaults_hold_without_a_row(member: Member) -> None:
    found = preferences_of(member)
    assert (found.advice, found.told, found.hours) == ("daily", ALL, Hours("Europe/Berlin"))


def test_the_zone_is_the_business_own_until_another_is_chosen(member: Member, clock: datetime) -> None:
    choose(member, Choice(quiet_from=time(22), quiet_until=time(7)), at=clock)
    assert preferences_of(member).hours.zone == "Europe/Berlin"
    choose(member, Choice(time_zone="America/New_York"), at=clock)
    assert preferences_of(member).hours.zone == "America/New_York"


def test_mails_of_a_desk_that_is_off_are_not_wanted(member: Member) -> None:
    found = preferences_of(member)
    assert found.wants("source", member.business) and not found.wants("trading", member.business)
    member.business.desks = ["payments", "trading"]
    assert found.wants("trading", member.business) and found.wants("coach", member.business)


def test_half_a_window_never_reaches_the_table(member: Member) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        MailPreference.objects.create(business=member.business, member=member, quiet_from=time(22))


class TestStopping:
    @pytest.mark.parametrize(
        ("kind", "advice", "after", "told"),
        [
            ("daily", "daily", "never", ALL),
            ("daily", "weekly", "weekly", ALL),  # an old link does not end what was chosen since
            ("weekly", "weekly", "never", ALL),
            ("weekly", "daily", "daily", ALL),
            ("daily", "never", "never", ALL),
            ("alerts", "daily", "daily", {"coach"}),
            ("coach", "daily", "daily", {"source", "job", "trading"}),
        ],
    )
    def test_ends_that_kind_alone(
        self, member: Member, clock: datetime, kind: str, advice: str, after: str, told: set[str]
    ) -> None:
        window = {"quiet_from": time(22), "quiet_until": time(7), "time_zone": "Asia/Kolkata"}
        choose(member, Choice(advice=advice, **window), at=clock)
        stop(member, MailKind(kind), at=clock)
        assert choice_of(member) == Choice(advice=after, told=frozenset(told), **window)


def test_who_had_switched_the_daily_mail_off_stays_without_it(world: World, member: Member, clock: datetime) -> None:
    """The column is still there for processes of the version before; the migration copies what it says."""
    chosen = Member.objects.get(business=world.business, user=world.manager)
    choose(chosen, Choice(advice="weekly"), at=clock)
    fold = importlib.import_module("recommendations.migrations.0008_mail_preferences_row_security").FOLD
    with connection.cursor() as cursor:
        cursor.execute("update accounts_member set wants_digest = false where id in (%s, %s)", [member.pk, chosen.pk])
        cursor.execute(fold)
        cursor.execute(fold)
    assert {row.member_id: row.advice for row in MailPreference.objects.all()} == {
        member.pk: "never", chosen.pk: "weekly",
    }  # fmt: skip
    assert preferences_of(Member.objects.get(pk=member.pk)).told == ALL
