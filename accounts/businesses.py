"""Businesses: made by whoever signs up for them, changed by their owners."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import available_timezones

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import NoReverseMatch, reverse
from django.utils.crypto import get_random_string
from django.utils.text import slugify

from accounts.errors import InvalidInput
from accounts.events import record
from accounts.models import Business, Desk, Member, User
from accounts.money import exponent
from accounts.permissions import Role
from accounts.tenancy import bind

SUFFIX = "abcdefghijkmnpqrstuvwxyz23456789"
ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class BusinessProfile:
    """What a business says about itself. `revenue_estimate` is a year's, in minor units of `currency`."""

    name: str
    currency: str = "usd"
    time_zone: str = "UTC"
    industry: str = ""
    legal_entity: str = ""
    founded_on: date | None = None
    revenue_estimate: int | None = None


def create_business(profile: BusinessProfile, *, owner: User) -> Business:
    """Write the business and its first owner, and bind the transaction to it.

    The slug follows the name; where it is taken it gets a random tail. Whether it is taken shows only in the attempt:
    another business's row cannot be seen from here.
    """
    _check(_values(profile))
    for attempt in range(ATTEMPTS):
        business = Business(slug=_slug(profile.name, unique=attempt > 0), **_values(profile))
        bind(business=business, user=owner)
        try:
            with transaction.atomic():
                business.save(force_insert=True)
        except IntegrityError:
            continue
        Member.objects.create(business=business, user=owner, role=Role.OWNER)
        record("accounts.business.created", business=business, actor=owner, subject=business)
        return business
    raise InvalidInput("This name could not be used. Try another.", field="name")


def update_business(business: Business, *, actor: User, **changes: Any) -> Business:
    """Write the fields that really change, with one event that names them.

    Empty:  nothing different, nothing written.
    Errors: InvalidInput for another currency once there is a revenue estimate it would silently re-denominate.
    """
    changed = sorted(name for name, value in changes.items() if getattr(business, name) != value)
    if not changed:
        return business
    if "currency" in changed and business.revenue_estimate is not None and "revenue_estimate" not in changes:
        raise InvalidInput("Give the revenue estimate in the new currency, too.", field="revenue_estimate")
    _check({name: changes[name] for name in changed})
    for name in changed:
        setattr(business, name, changes[name])
    business.save(update_fields=changed)
    record("accounts.business.updated", business=business, actor=actor, subject=business, fields=",".join(changed))
    return business


def home_of(business: Business) -> str:
    """The address a member lands on: the first page of its first desk, or the settings where no desk has pages."""
    return _first_address([name for name in settings.BUSINESS_HOME if _is_on(name, business)], business)


def after_onboarding(business: Business) -> str:
    """The address after a business was made: connecting its first source."""
    return _first_address(settings.BUSINESS_FIRST_STEP, business)


def _first_address(names: list[str], business: Business) -> str:
    for name in names:
        try:
            return reverse(name, kwargs={"business": business.slug})
        except NoReverseMatch:
            continue
    return reverse("accounts:settings", kwargs={"business": business.slug})


def _is_on(name: str, business: Business) -> bool:
    """Whether the desk that a URL name belongs to is switched on; names of no desk always are."""
    desk = name.partition(":")[0]
    return desk not in Desk.values or desk in business.desks


def _check(values: dict[str, Any]) -> None:
    """Errors: InvalidInput for a blank name, an unknown currency or an unknown time zone."""
    if not values.get("name", "given").strip():
        raise InvalidInput("A business needs a name.", field="name")
    if "currency" in values:
        exponent(values["currency"])
    if values.get("time_zone", "UTC") not in available_timezones():
        raise InvalidInput("This is no time zone of the IANA list, such as Europe/Berlin.", field="time_zone")


def _slug(name: str, *, unique: bool) -> str:
    base = slugify(name)[:48].strip("-") or "business"
    return f"{base}-{get_random_string(5, SUFFIX)}" if unique else base


def _values(profile: BusinessProfile) -> dict[str, Any]:
    return {name: getattr(profile, name) for name in profile.__dataclass_fields__}
