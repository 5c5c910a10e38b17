"""Members of a business: their roles, and how they go. A business never loses its last owner."""

from __future__ import annotations

from accounts.errors import Conflict, InvalidInput, NotYours
from accounts.events import record
from accounts.models import Business, Member, User
from accounts.permissions import Role


class LastOwner(Conflict):
    """The deed would leave a business that nobody may manage."""

    code = "last_owner"
    retry = False


def members_of(business: Business) -> list[Member]:
    """Everyone in the business, owners first, then by name. One query."""
    rank = {role: place for place, role in enumerate(Role.values)}
    members = Member.objects.of(business).select_related("user")
    return sorted(members, key=lambda m: (rank[m.role], str(m.user).lower(), m.pk))


def member_count(business: Business) -> int:
    return Member.objects.of(business).count()


def change_role(business: Business, *, member_id: int, role: str, actor: User) -> Member:
    """Give a member another role. Errors: NotYours, InvalidInput for an unknown role, LastOwner."""
    if role not in Role.values:
        raise InvalidInput(f"A role is one of {', '.join(Role.values)}.", field="role")
    member = _locked_member(business, member_id)
    if member.role == role:
        return member
    _keep_an_owner(member)
    before, member.role = member.role, role
    member.save(update_fields=["role"])
    record(
        "accounts.member.role_changed", business=business, actor=actor, subject=member,
        user=member.user_id, before=before, after=role,
    )  # fmt: skip
    return member


def remove_member(business: Business, *, member_id: int, actor: User) -> None:
    """Take a member out; they lose access with the next request. Errors: NotYours, LastOwner."""
    member = _locked_member(business, member_id)
    _keep_an_owner(member)
    left = member.user_id == actor.pk
    record(
        "accounts.member.left" if left else "accounts.member.removed",
        business=business, actor=actor, subject=member, user=member.user_id, role=member.role,
    )  # fmt: skip
    member.delete()


def _locked_member(business: Business, member_id: int) -> Member:
    """The member, with the business locked, so that two owners cannot demote each other at the same moment."""
    Business.objects.select_for_update().get(pk=business.pk)
    member: Member | None = Member.objects.of(business).select_related("user").filter(pk=member_id).first()
    if member is None:
        raise NotYours("There is no such member.")
    return member


def _keep_an_owner(member: Member) -> None:
    """Errors: LastOwner when `member` is the only one. For deeds that end an ownership."""
    if member.role != Role.OWNER:
        return
    others = Member.objects.of(member.business).filter(role=Role.OWNER).exclude(pk=member.pk)
    if not others.exists():
        raise LastOwner("This is the last owner. Make somebody else an owner first.")
