"""What a person is told by mail, over the API: the same service as the page."""

from __future__ import annotations

from datetime import datetime, time
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import ConfigDict

from accounts.access import api_business
from accounts.api.auth import calling_user
from accounts.models import Member
from recommendations.preferences.queries import members_with_preferences, preferences_of
from recommendations.preferences.services import Choice, choice_of, choose

router = Router(tags=["Notifications"])


class PreferencesOut(Schema):
    """`told` are kinds of alerts, and `coach`. Quiet hours are by the clock on the wall in `effective_time_zone`.

    An empty `time_zone` is the business's.
    """

    advice: str
    told: list[str]
    quiet_from: time | None
    quiet_until: time | None
    time_zone: str
    effective_time_zone: str


class PreferencesIn(Schema):
    """What is left out stays as it is; quiet hours end with both of them `null`."""

    model_config = ConfigDict(extra="forbid")

    advice: str | None = None
    told: list[str] | None = None
    quiet_from: time | None = None
    quiet_until: time | None = None
    time_zone: str | None = None
    business_id: UUID | None = None


@router.get("/notifications/preferences", response=PreferencesOut, summary="What you are told by mail")
def read_preferences(request: HttpRequest, business_id: UUID | None = None) -> PreferencesOut:
    """The caller's own, in one business; a key is no person and has none."""
    return _shape(_member(request, business_id))


@router.patch("/notifications/preferences", response=PreferencesOut, summary="Choose what you are told by mail")
def change_preferences(request: HttpRequest, body: PreferencesIn, business_id: UUID | None = None) -> PreferencesOut:
    """Change some of it. A value that cannot be chosen is a 400 that names its field, and changes nothing."""
    member = _member(request, body.business_id or business_id)
    now, given = choice_of(member), body.model_dump(exclude_unset=True)
    choice = Choice(
        advice=now.advice if body.advice is None else body.advice,
        told=now.told if body.told is None else frozenset(body.told),
        quiet_from=_clock(given["quiet_from"]) if "quiet_from" in given else now.quiet_from,
        quiet_until=_clock(given["quiet_until"]) if "quiet_until" in given else now.quiet_until,
        time_zone=now.time_zone if body.time_zone is None else body.time_zone,
    )
    moment: datetime = request.now  # type: ignore[attr-defined]
    choose(member, choice, at=moment)
    return _shape(member)


def _member(request: HttpRequest, business_id: UUID | None) -> Member:
    """The caller's membership. Errors: those of `api_business`, and NotAllowed for a key."""
    business = api_business(request, business_id, permission="read:analytics")
    return members_with_preferences().get(business=business, user=calling_user(request))


def _clock(given: time | None) -> time | None:
    """A time of day on any wall: whatever zone was sent with it is left out."""
    return None if given is None else given.replace(tzinfo=None)


def _shape(member: Member) -> PreferencesOut:
    found = preferences_of(member)
    return PreferencesOut(
        advice=found.advice,
        told=sorted(found.told),
        quiet_from=found.hours.quiet_from,
        quiet_until=found.hours.quiet_until,
        time_zone=found.zone,
        effective_time_zone=found.hours.zone,
    )
