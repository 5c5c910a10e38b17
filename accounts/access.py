"""The one door to a business: who may see it, who may do what.

A stranger and an unknown business get the same answer. A member without the right gets 403.
"""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts import gates
from accounts.errors import InvalidInput, NotAllowed, NotSignedIn, NotYours
from accounts.models import Business, Member
from accounts.periods import asked_period, parse_period
from accounts.requests import BusinessRequest
from accounts.tenancy import bind

View = Callable[..., HttpResponse]


def business_view(*, permission: str) -> Callable[[View], View]:
    """Open a page of `<slug:business>` to members with `permission`; the view gets a BusinessRequest."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def wrapped(request: HttpRequest, *args: Any, business: str, **kwargs: Any) -> HttpResponse:
            enter(request, slug=business, permission=permission)
            return view(request, *args, **kwargs)

        wrapped.permission = permission  # type: ignore[attr-defined]
        return wrapped

    return decorate


def desk_view(desk: str, *, permission: str) -> Callable[[View], View]:
    """The same, for a page of a desk that the business has switched on, and that its plan has."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def checked(request: BusinessRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            _enter_desk(request, request.business, desk, permission)
            return view(request, *args, **kwargs)

        return business_view(permission=permission)(checked)

    return decorate


def enter(request: HttpRequest, *, slug: str, permission: str) -> None:
    """Check access, bind the transaction to the business, and put business, member and period on the request."""
    if not request.user.is_authenticated:
        raise NotSignedIn("Sign in to see this.")
    member = Member.objects.select_related("business").filter(user_id=request.user.pk, business__slug=slug).first()
    _enter(request, member, permission)


def api_business(request: HttpRequest, business_id: uuid.UUID | None, *, permission: str, desk: str = "") -> Business:
    """The business an API call means, bound and checked; with `desk`, also that the desk is on and in its plan.

    `business_id` may be left out by who has one business, and by a key, which belongs to one.
    Errors: InvalidInput when it is needed, NotAllowed for a business the caller is no member of.
    """
    business = _business_of_call(request, business_id, permission)
    if desk:
        _enter_desk(request, business, desk, permission)
    return business


def _business_of_call(request: HttpRequest, business_id: uuid.UUID | None, permission: str) -> Business:
    key = getattr(request, "api_key", None)
    if key is not None:
        return _business_of_key(request, key, business_id, permission)
    if not request.user.is_authenticated:
        raise NotSignedIn("Sign in, or send a token or key.")
    members = Member.objects.select_related("business").filter(user=request.user)
    if business_id is None:
        found = list(members[:2])
        if len(found) != 1:
            raise InvalidInput("business_id is needed: you are a member of none or several.", field="business_id")
        member: Member | None = found[0]
    else:
        member = members.filter(business_id=business_id).first()
    if member is None:
        raise NotAllowed("You are not a member of this business.")
    _enter(request, member, permission)
    return member.business


def _enter(request: HttpRequest, member: Member | None, permission: str) -> None:
    if member is None:
        raise NotYours("There is nothing here for you.")
    if not member.may(permission):
        raise NotAllowed(f"As {member.get_role_display().lower()} you may not do this.", permission=permission)
    bind(business=member.business)
    timezone.activate(member.business.time_zone)  # until the request ends; see the middleware
    entered: BusinessRequest = request  # type: ignore[assignment]
    entered.member = member
    entered.business = member.business
    entered.period = parse_period(asked_period(request.GET), as_of=entered.now, zone=member.business.time_zone)
    gates.pass_gates(request, desk="", permission=permission)


def _enter_desk(request: HttpRequest, business: Business, desk: str, permission: str) -> None:
    """What is missing in the plan is said before what is switched off: the one can be mended by its owner."""
    gates.pass_gates(request, desk=desk, permission=permission)
    if desk not in business.desks:
        raise NotYours(f"The {desk} desk is not switched on for {business.name}.", desk=desk)


def _business_of_key(request: HttpRequest, key: Any, business_id: uuid.UUID | None, permission: str) -> Business:
    business: Business = key.business
    if business_id is not None and business_id != key.business_id:
        raise NotAllowed("This key belongs to another business.")
    if permission not in key.scopes:
        raise NotAllowed("This key does not carry the scope.", permission=permission)
    bind(business=business)
    entered: BusinessRequest = request  # type: ignore[assignment]
    entered.business = business
    entered.period = parse_period(asked_period(request.GET), as_of=entered.now, zone=business.time_zone)
    gates.pass_gates(request, desk="", permission=permission)
    return business
