"""Opening what was bought: a link, once, makes or joins a business and gives it the plan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction

from accounts.businesses import BusinessProfile, create_business
from accounts.errors import InvalidInput, NotAllowed, NotSignedIn, NotYours
from accounts.events import record
from accounts.models import Business, Desk, Member, User
from accounts.people import mark_email_verified
from accounts.permissions import Role
from accounts.secrets import token_hash
from accounts.tenancy import lifted
from accounts.tokens import revoke_all_tokens
from billing.activation import links
from billing.models import Activation, OdooOrder
from billing.orders import services as orders

WHY = "a link is found by its secret, and its order belongs to no business yet"


class LinkGone(NotYours):
    """Unknown, used, replaced or expired; which one it is, is only told to whoever holds a real link."""

    code = "link_gone"


@dataclass(frozen=True, slots=True)
class Offer:
    """What a link opens, for the page that asks before anything happens."""

    order: OdooOrder
    email: str
    person_exists: bool
    businesses: tuple[Business, ...]


@dataclass(frozen=True, slots=True)
class Activated:
    """What came of it. `is_new_person` says that nobody had to prove anything but the mailbox."""

    business: Business
    user: User
    is_new_person: bool


def offered(token: str, *, visitor: User | None, now: datetime) -> Offer:
    """What the link offers; reading it uses nothing up. Errors: LinkGone."""
    with lifted(WHY):
        link = _open_link(token, now=now)
        person = visitor or _person(link.email)
        return Offer(link.order, link.email, _is_proved(person) if person else False, tuple(_owned_by(visitor)))


def activate(token: str, *, visitor: User | None, into: UUID | None = None, now: datetime) -> Activated:
    """Use the link up: person, business, membership and grant, in one transaction.

    visitor: who is signed in; the order then becomes theirs, because they hold the link.
    into:    a business that the visitor owns; without it a new one is made.
    A person whose address is proved already has to sign in, since a mailbox alone must not pass their second factor.
    Errors: LinkGone, NotSignedIn `sign_in_first`, NotAllowed for a closed account, InvalidInput for a foreign business.
    """
    with lifted(WHY):
        link = _open_link(token, now=now, lock=True)
        order = OdooOrder.objects.select_for_update(of=("self",)).get(pk=link.order_id)
        if not links.can_activate(order):
            raise LinkGone("This order cannot be activated any more.")
        user, is_new = (visitor, False) if visitor else _proved_person(link, order, now=now)
        business = _own_business(user, into) if into else _new_business(order, user)
        link.consumed_at, link.consumed_by, link.business = now, user, business
        link.save(update_fields=["consumed_at", "consumed_by", "business"])
        order.business, order.activated_at = business, now
        order.save(update_fields=["business", "activated_at"])
        orders.settle(order, now=now)
        record("billing.activation.completed", business=business, actor=user, subject=link, order=order.pk)
        return Activated(business, user, is_new)


def mail_again(token: str, *, now: datetime) -> None:
    """Mail a new link for the order of an old one, to the address that Odoo has. Silent about unknown links."""
    with lifted(WHY):
        link = Activation.objects.select_related("order").filter(token_hash=token_hash(token)).first()
        if link is not None and links.can_activate(link.order):
            links.mail_link.enqueue(order_id=link.order_id, dedupe=f"again:{link.order_id}")


def _open_link(token: str, *, now: datetime, lock: bool = False) -> Activation:
    held = Activation.objects.select_for_update(of=("self",)) if lock else Activation.objects.all()
    link = held.select_related("order").filter(token_hash=token_hash(token)).first()
    if link is None or link.revoked_at is not None:
        raise LinkGone("This link does not work (any more).")
    if link.consumed_at is not None:
        raise LinkGone("This link was used. Sign in to open your desk.", code="link_used")
    if link.expires_at <= now:
        raise LinkGone("This link has expired.", code="link_expired")
    return link


def _person(email: str) -> User | None:
    return User.objects.filter(email__iexact=email).first()


def _is_proved(person: User) -> bool:
    return EmailAddress.objects.filter(user=person, email__iexact=person.email, verified=True).exists()


def _proved_person(link: Activation, order: OdooOrder, *, now: datetime) -> tuple[User, bool]:
    """The person behind the mailbox: new, or one who signed up and never proved the address."""
    person = _person(link.email) or _new_person(link.email, order.customer)
    if not person.is_active:
        raise NotAllowed("This account is closed. Write to us.", code="account_closed")
    if _is_proved(person):
        raise NotSignedIn("Sign in with the address of your purchase, then open the link again.", code="sign_in_first")
    # Whoever typed this address at sign-up did not own it: their password and tokens end here.
    person.set_unusable_password()
    person.save(update_fields=["password"])
    revoke_all_tokens(person, now=now)
    mark_email_verified(person)
    return person, True


def _new_person(email: str, name: str) -> User:
    try:
        with transaction.atomic():
            person = User.objects.create_user(email, None, name=name or email.partition("@")[0])
    except IntegrityError:  # two orders of one buyer, activated at the same moment
        person = User.objects.get(email__iexact=email)
    else:
        record("accounts.user.signed_up", actor=person, subject=person)
    return person


def _owned_by(visitor: User | None) -> list[Business]:
    if visitor is None:
        return []
    members = Member.objects.filter(user=visitor, role=Role.OWNER).select_related("business")
    return [member.business for member in members.order_by("business__name")]


def _own_business(user: User, wanted: UUID) -> Business:
    found = [business for business in _owned_by(user) if business.pk == wanted]
    if not found:
        raise InvalidInput("Choose a business that you own.", field="into")
    return found[0]


def _new_business(order: OdooOrder, user: User) -> Business:
    """A business with the trading desk for who bought it; what the plan has besides is switched on by its grant."""
    name = f"{order.customer or user.name or 'My'} Trading"[:120]
    business = create_business(BusinessProfile(name=name, currency=_currency(order)), owner=user)
    business.desks = [Desk.TRADING]
    business.save(update_fields=["desks"])
    return business


def _currency(order: OdooOrder) -> str:
    return order.currency or "usd"


def as_visitor(user: Any) -> User | None:
    """The person who is signed in, if anybody is."""
    return user if isinstance(user, User) else None
