"""Invitations: a link by mail that lets its addressee, and nobody else, join a business."""

from __future__ import annotations

from datetime import datetime
from smtplib import SMTPException

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.core.validators import validate_email
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse

from accounts import gates
from accounts.errors import InvalidInput, NotAllowed, NotYours, Problem
from accounts.events import record
from accounts.models import Business, Invitation, Member, User
from accounts.permissions import Role
from accounts.secrets import new_token, token_hash
from accounts.tenancy import bind


class MailFailed(Problem):
    """The mail server did not take the message; nothing was written."""

    code = "mail_failed"
    status = 503
    retry = True


def open_invitations(business: Business) -> QuerySet[Invitation]:
    """Those not yet accepted or withdrawn, newest first; expired ones stay listed so that they can be sent again."""
    waiting = Invitation.objects.of(business).filter(accepted_at=None, revoked_at=None)
    return waiting.select_related("invited_by").order_by("-created_at", "-pk")


def invite(business: Business, *, email: str, role: str, actor: User, now: datetime) -> Invitation:
    """Write an invitation and mail its link; an open one to the same address is withdrawn by it.

    Errors: InvalidInput for an address that is none or a member's already, MailFailed.
    """
    address = _address(email)
    if role not in Role.values:
        raise InvalidInput(f"A role is one of {', '.join(Role.values)}.", field="role")
    if Member.objects.of(business).filter(user__email__iexact=address).exists():
        raise InvalidInput("This person is a member already.", field="email", code="already_member")
    others = open_invitations(business).exclude(email=address).filter(expires_at__gt=now).count()
    people = Member.objects.filter(business=business).count()
    gates.ask_limit("members", business, used=people + others, now=now)
    Invitation.objects.of(business).filter(email=address, accepted_at=None, revoked_at=None).update(revoked_at=now)
    token = new_token()
    invitation = Invitation.objects.create(
        business=business, email=address, role=role, token_hash=token_hash(token), invited_by=actor,
        created_at=now, expires_at=now + settings.INVITATION_LIFETIME,
    )  # fmt: skip
    record("accounts.invitation.sent", business=business, actor=actor, subject=invitation, role=role)
    _mail(invitation, token)
    return invitation


def revoke_invitation(business: Business, *, invitation_id: int, actor: User, now: datetime) -> None:
    """Withdraw an open invitation. Errors: NotYours when there is no open one of that id."""
    waiting = Invitation.objects.of(business).filter(pk=invitation_id, accepted_at=None, revoked_at=None)
    if not waiting.update(revoked_at=now):
        raise NotYours("There is no such open invitation.")
    record(
        "accounts.invitation.revoked", business=business, actor=actor, subject=f"accounts.invitation:{invitation_id}"
    )


def offered_invitation(token: str, *, user: User, now: datetime) -> Invitation:
    """The invitation a link means, if `user` may accept it now. Binds the transaction to its business.

    Errors: NotYours for an unknown, used or withdrawn link, NotAllowed for somebody else's, InvalidInput when expired.
    """
    hashed = token_hash(token)
    bind(credential=hashed)
    invitation: Invitation | None = Invitation.objects.filter(token_hash=hashed).first()
    if invitation is None or invitation.accepted_at or invitation.revoked_at:
        raise NotYours("This invitation is no longer open. Ask for a new one.")
    if invitation.email.lower() != user.email.lower():
        raise NotAllowed(
            "This invitation was sent to another e-mail address. Sign in with that one to accept it.",
            code="wrong_address",
        )
    if invitation.expires_at <= now:
        raise InvalidInput("This invitation has expired. Ask for a new one.", code="invitation_expired")
    bind(business=Business(pk=invitation.business_id))
    return invitation


def accept_invitation(token: str, *, user: User, now: datetime) -> Member:
    """Join the business, once. A member who is in already keeps the role they have.

    Errors: those of `offered_invitation`, and the plan's when its limit was lowered since.
    """
    invitation = offered_invitation(token, user=user, now=now)
    people = Member.objects.filter(business=invitation.business).exclude(user=user)
    gates.ask_limit("members", invitation.business, used=people.count(), now=now)
    mine = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None)
    if not mine.update(accepted_at=now):
        raise NotYours("This invitation is no longer open. Ask for a new one.")
    business = invitation.business
    member, is_new = Member.objects.get_or_create(
        business=business, user=user, defaults={"role": invitation.role, "joined_at": now}
    )
    if is_new:
        record("accounts.member.joined", business=business, actor=user, subject=member, role=member.role)
    return member


def _address(email: str) -> str:
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise InvalidInput("This is no e-mail address.", field="email") from None
    return address


def _mail(invitation: Invitation, token: str) -> None:
    context = {
        "invitation": invitation,
        "url": settings.BASE_URL.rstrip("/") + reverse("accounts:invitation", kwargs={"token": token}),
        "days": settings.INVITATION_LIFETIME.days,
    }
    subject = " ".join(render_to_string("accounts/email/invitation_subject.txt", context).split())
    text = render_to_string("accounts/email/invitation.txt", context)
    try:
        send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, [invitation.email])
    except (OSError, SMTPException) as error:
        raise MailFailed("The mail could not be sent, so nobody was invited. Try again later.") from error
