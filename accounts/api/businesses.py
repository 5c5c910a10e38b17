"""Businesses and who belongs to them, for programs that act for a person."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from ninja import Router
from ninja.responses import Status

from accounts import businesses, invitations, members
from accounts.access import api_business
from accounts.api.auth import calling_user
from accounts.api.schemas import (
    BusinessIn,
    BusinessOut,
    BusinessPatch,
    InvitationIn,
    InvitationOut,
    InvitationsOut,
    MemberOut,
    MembersOut,
    RoleIn,
)
from accounts.models import Business
from accounts.ratelimit import rate_limited
from accounts.requests import BusinessRequest

router = Router(tags=["businesses"])


@router.post("", response={201: BusinessOut}, summary="Create a business")
@rate_limited("business_new", limit="10/h", by="user")
def create(request: BusinessRequest, body: BusinessIn) -> Status:
    """The caller becomes its owner."""
    profile = businesses.BusinessProfile(**_renamed(body.dict()))
    business = businesses.create_business(profile, owner=calling_user(request))
    return Status(201, BusinessOut.of(business))


@router.get("/{business_id}", response=BusinessOut, summary="One business")
def show(request: BusinessRequest, business_id: UUID) -> BusinessOut:
    return BusinessOut.of(api_business(request, business_id, permission="read:analytics"))


@router.patch("/{business_id}", response=BusinessOut, summary="Change a business")
def update(request: BusinessRequest, business_id: UUID, body: BusinessPatch) -> BusinessOut:
    business = _managed(request, business_id, "write:business")
    changes = _renamed(body.dict(exclude_unset=True))
    return BusinessOut.of(businesses.update_business(business, actor=calling_user(request), **changes))


@router.get("/{business_id}/members", response=MembersOut, summary="Members")
def list_members(request: BusinessRequest, business_id: UUID) -> MembersOut:
    business = _managed(request, business_id, "read:members")
    return MembersOut(members=[MemberOut.of(member) for member in members.members_of(business)])


@router.patch("/{business_id}/members/{member_id}", response=MemberOut, summary="Change a role")
def change_role(request: BusinessRequest, business_id: UUID, member_id: int, body: RoleIn) -> MemberOut:
    business = _managed(request, business_id, "write:members")
    changed = members.change_role(business, member_id=member_id, role=body.role, actor=calling_user(request))
    return MemberOut.of(changed)


@router.delete("/{business_id}/members/{member_id}", response={204: None}, summary="Remove a member")
def remove_member(request: BusinessRequest, business_id: UUID, member_id: int) -> Status:
    business = _managed(request, business_id, "write:members")
    members.remove_member(business, member_id=member_id, actor=calling_user(request))
    return Status(204, None)


@router.get("/{business_id}/invitations", response=InvitationsOut, summary="Open invitations")
def list_invitations(request: BusinessRequest, business_id: UUID) -> InvitationsOut:
    business = _managed(request, business_id, "read:members")
    return InvitationsOut(invitations=[InvitationOut.of(row) for row in invitations.open_invitations(business)])


@router.post("/{business_id}/invitations", response={201: InvitationOut}, summary="Invite by mail")
@rate_limited("invite", limit="50/h", by="user")
def invite(request: BusinessRequest, business_id: UUID, body: InvitationIn) -> Status:
    business = _managed(request, business_id, "write:members")
    sent = invitations.invite(business, email=body.email, role=body.role, actor=calling_user(request), now=request.now)
    return Status(201, InvitationOut.of(sent))


@router.delete("/{business_id}/invitations/{invitation_id}", response={204: None}, summary="Withdraw an invitation")
def revoke_invitation(request: BusinessRequest, business_id: UUID, invitation_id: int) -> Status:
    business = _managed(request, business_id, "write:members")
    invitations.revoke_invitation(business, invitation_id=invitation_id, actor=calling_user(request), now=request.now)
    return Status(204, None)


def _managed(request: BusinessRequest, business_id: UUID, permission: str) -> Business:
    """The business for a deed that only a person may do. Errors: NotAllowed, also for keys."""
    calling_user(request)
    return api_business(request, business_id, permission=permission)


def _renamed(values: dict[str, Any]) -> dict[str, Any]:
    """The API's names and spelling as the model's; explicit nulls only where the model knows them."""
    if "founded_at" in values:
        values["founded_on"] = values.pop("founded_at")
    if isinstance(values.get("currency"), str):
        values["currency"] = str(values["currency"]).lower()
    return {name: value for name, value in values.items() if value is not None or name in NULLABLE}


NULLABLE = {"founded_on", "revenue_estimate"}
