"""Who belongs to a business: members, their roles, and invitations."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import invitations, members
from accounts.access import business_view
from accounts.businesses import home_of
from accounts.errors import NotSignedIn
from accounts.forms import InviteForm
from accounts.models import User
from accounts.permissions import Role
from accounts.ratelimit import rate_limited
from accounts.requests import BusinessRequest
from accounts.views.deeds import do


@require_safe
@business_view(permission="read:members")
def members_page(request: BusinessRequest) -> HttpResponse:
    context = {
        "members": members.members_of(request.business),
        "invitations": list(invitations.open_invitations(request.business)),
        "may_manage": request.member.may("write:members"),
        "roles": Role.choices,
        "form": InviteForm(),
    }
    return render(request, "accounts/members.html", context)


@require_POST
@business_view(permission="write:members")
@rate_limited("invite", limit="50/h", by="business")
def invite(request: BusinessRequest) -> HttpResponse:
    email, role = request.POST.get("email", ""), request.POST.get("role", "")
    return do(
        request,
        lambda: invitations.invite(request.business, email=email, role=role, actor=request.user, now=request.now),
        done=f"An invitation is on its way to {email}.",
        back=_members(request),
    )


@require_POST
@business_view(permission="write:members")
def revoke_invitation(request: BusinessRequest, invitation: int) -> HttpResponse:
    return do(
        request,
        lambda: invitations.revoke_invitation(
            request.business, invitation_id=invitation, actor=request.user, now=request.now
        ),
        done="The invitation no longer works.",
        back=_members(request),
    )


@require_POST
@business_view(permission="write:members")
def change_role(request: BusinessRequest, member: int) -> HttpResponse:
    role = request.POST.get("role", "")
    return do(
        request,
        lambda: members.change_role(request.business, member_id=member, role=role, actor=request.user),
        done="The role is changed.",
        back=_home_unless_owner(request, member),
    )


@require_POST
@business_view(permission="write:members")
def remove(request: BusinessRequest, member: int) -> HttpResponse:
    return do(
        request,
        lambda: members.remove_member(request.business, member_id=member, actor=request.user),
        done="Removed. They have no access any more.",
        back=_home_unless_owner(request, member),
    )


@require_POST
@business_view(permission="read:analytics")
def leave(request: BusinessRequest) -> HttpResponse:
    """Everyone may go by themselves, except the last owner."""
    return do(
        request,
        lambda: members.remove_member(request.business, member_id=request.member.pk, actor=request.user),
        done=f"You left {request.business.name}.",
        back=reverse("home"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@rate_limited("invitation", limit="30/m", by="ip", methods=("GET", "POST"))
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind a mailed link. Reading it changes nothing; the button joins."""
    if not isinstance(request.user, User):
        raise NotSignedIn("Sign in with the address the invitation was sent to.")
    now = request.now  # type: ignore[attr-defined]
    if request.method == "POST":
        joined = invitations.accept_invitation(token, user=request.user, now=now)
        return redirect(home_of(joined.business))
    offer = invitations.offered_invitation(token, user=request.user, now=now)
    return render(request, "accounts/invitation.html", {"invitation": offer})


def _members(request: BusinessRequest) -> str:
    return reverse("accounts:members", kwargs={"business": request.business.slug})


def _home_unless_owner(request: BusinessRequest, member: int) -> str:
    """Whoever changes themselves may no longer see the members' page."""
    return reverse("home") if member == request.member.pk else _members(request)
