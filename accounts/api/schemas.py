"""What the API of people and businesses takes and gives."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Field, Schema
from pydantic import AwareDatetime

from accounts.models import ApiKey, Business, Invitation, Member, User
from accounts.tokens import TokenPair


class ErrorBody(Schema):
    code: str
    message: str
    details: dict[str, Any] = {}


class ErrorOut(Schema):
    """The one shape of every failure."""

    error: ErrorBody


class MembershipOut(Schema):
    id: UUID
    name: str
    slug: str
    role: str


class UserOut(Schema):
    """A person. `id` is null where the address still has to be proved."""

    id: UUID | None
    email: str
    name: str
    avatar_url: str = ""
    theme: str = "system"
    businesses: list[MembershipOut] = []

    @classmethod
    def of(cls, user: User) -> UserOut:
        """With the businesses of the person; the transaction must be bound to them. One query."""
        members = Member.objects.filter(user=user).select_related("business").order_by("business__name")
        businesses = [
            MembershipOut(id=m.business_id, name=m.business.name, slug=m.business.slug, role=m.role) for m in members
        ]
        return cls(
            id=user.pk, email=user.email, name=user.name, avatar_url=user.avatar_url, theme=user.theme,
            businesses=businesses,
        )  # fmt: skip


class SignUpIn(Schema):
    email: str = Field(max_length=254)
    password: str = Field(max_length=256)
    name: str = Field(max_length=120)


class SignUpOut(Schema):
    """The same for a new and for a known address. A token comes with /auth/verify."""

    user: UserOut
    token: None = None
    refresh_token: None = None
    verification: Literal["required"] = "required"


class VerifyIn(Schema):
    email: str = Field(max_length=254)
    code: str = Field(max_length=20)


class EmailIn(Schema):
    email: str = Field(max_length=254)


class LogInIn(Schema):
    email: str = Field(max_length=254)
    password: str = Field(max_length=256)
    totp: str = Field("", max_length=20, description="Code of the authenticator, or a recovery code.")


class RefreshIn(Schema):
    refresh_token: str = Field(max_length=200)


class TokensOut(Schema):
    """`token` goes into `Authorization: Bearer`; `refresh_token` works once, at /auth/refresh."""

    user: UserOut
    token: str
    refresh_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the scheme's name
    expires_in: int

    @classmethod
    def of(cls, pair: TokenPair) -> TokensOut:
        return cls(
            user=UserOut.of(pair.user), token=pair.access, refresh_token=pair.refresh, expires_in=pair.expires_in
        )


class ProfileIn(Schema):
    name: str | None = Field(None, max_length=120)
    avatar_url: str | None = Field(None, max_length=200)
    theme: Literal["system", "light", "dark"] | None = None


class BusinessIn(Schema):
    """`revenue_estimate` is a year's, in minor units of `currency`; `founded_at` is a day."""

    name: str = Field(min_length=1, max_length=120)
    currency: str = Field("usd", pattern="^[a-zA-Z]{3}$")
    time_zone: str = Field("UTC", max_length=64)
    industry: str = Field("", max_length=80)
    legal_entity: str = Field("", max_length=120)
    founded_at: date | None = None
    revenue_estimate: int | None = Field(None, ge=0, le=10**15)


class BusinessPatch(Schema):
    name: str | None = Field(None, min_length=1, max_length=120)
    currency: str | None = Field(None, pattern="^[a-zA-Z]{3}$")
    time_zone: str | None = Field(None, max_length=64)
    industry: str | None = Field(None, max_length=80)
    legal_entity: str | None = Field(None, max_length=120)
    founded_at: date | None = None
    revenue_estimate: int | None = Field(None, ge=0, le=10**15)


class BusinessOut(Schema):
    id: UUID
    name: str
    slug: str
    currency: str
    time_zone: str
    industry: str
    legal_entity: str
    founded_at: date | None
    revenue_estimate: int | None
    desks: list[str]

    @classmethod
    def of(cls, business: Business) -> BusinessOut:
        names = ("id", "name", "slug", "currency", "time_zone", "industry", "legal_entity", "revenue_estimate", "desks")
        return cls(**{name: getattr(business, name) for name in names}, founded_at=business.founded_on)


class MemberOut(Schema):
    id: int
    user_id: UUID
    name: str
    email: str
    role: str
    joined_at: datetime

    @classmethod
    def of(cls, member: Member) -> MemberOut:
        person = member.user
        return cls(
            id=member.pk, user_id=person.pk, name=person.name, email=person.email, role=member.role,
            joined_at=member.joined_at,
        )  # fmt: skip


class RoleIn(Schema):
    role: str = Field(max_length=8)


class InvitationIn(Schema):
    email: str = Field(max_length=254)
    role: str = Field("viewer", max_length=8)


class InvitationOut(Schema):
    id: int
    email: str
    role: str
    created_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, invitation: Invitation) -> InvitationOut:
        return cls.from_orm(invitation)


class KeyIn(Schema):
    name: str = Field(max_length=80)
    scopes: list[str] = Field(max_length=20)
    expires_at: AwareDatetime | None = None


class KeyOut(Schema):
    id: int
    name: str
    prefix: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None

    @classmethod
    def of(cls, key: ApiKey) -> KeyOut:
        return cls.from_orm(key)


class NewKeyOut(Schema):
    """`text` is the key itself; it is shown this once."""

    key: KeyOut
    text: str


class MembersOut(Schema):
    members: list[MemberOut]


class InvitationsOut(Schema):
    invitations: list[InvitationOut]


class KeysOut(Schema):
    keys: list[KeyOut]
