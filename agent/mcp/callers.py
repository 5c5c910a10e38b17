"""Who calls over MCP: the business a token speaks for, and what it may do there."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from allauth.idp.oidc.models import Token

from accounts import keys
from accounts.errors import NotSignedIn
from accounts.models import Business, Member
from accounts.tenancy import bind, tenant_transaction
from agent.models import McpConsent
from agent.oauth.adapter import SCOPE, resource

#: What a key must carry to use the tools: asking, and reading what the tools read.
NEEDED = frozenset({"use:agent", "read:analytics"})


@dataclass(frozen=True, slots=True)
class Caller:
    """A verified token: exactly one business, never an argument of a tool. `client` names the key or the program."""

    business_id: uuid.UUID
    client: str
    user_id: uuid.UUID | None = None

    def as_claims(self) -> dict[str, str]:
        return {
            "business": str(self.business_id),
            "client": self.client,
            "user": "" if self.user_id is None else str(self.user_id),
        }

    @classmethod
    def from_claims(cls, claims: dict[str, str]) -> Caller:
        user = claims.get("user", "")
        return cls(uuid.UUID(claims["business"]), claims["client"], uuid.UUID(user) if user else None)


def caller_of(token: str, *, now: datetime) -> Caller | None:
    """Who presents `token`.

    Empty: None for a token that does not work (any more) or lacks a scope; the answer says nothing more.
    """
    return _of_key(token, now=now) if token.startswith(keys.PREFIX) else _of_grant(token, now=now)


def _of_key(token: str, *, now: datetime) -> Caller | None:
    with tenant_transaction():
        try:
            key = keys.key_presented(token, now=now)
        except NotSignedIn:
            return None
        if not NEEDED.issubset(key.scopes):
            return None
        return Caller(key.business_id, f"key {key.name}"[:120])


def _of_grant(token: str, *, now: datetime) -> Caller | None:
    """A token of the OAuth provider: given for this resource, to a program a member let in, who is still a member."""
    with tenant_transaction():
        held = Token.objects.lookup(Token.Type.ACCESS_TOKEN, token)
        if held is None or held.user is None or not held.user.is_active or SCOPE not in held.get_scopes():
            return None
        if resource() not in [uri.rstrip("/") for uri in held.get_resources()]:
            return None
        bind(user=held.user)
        consent = McpConsent.objects.filter(user_id=held.user_id, client_id=held.client_id).first()
        if consent is None:
            return None
        member = Member.objects.filter(user_id=held.user_id, business_id=consent.business_id).first()
        if member is None or not all(member.may(permission) for permission in NEEDED):
            return None
        bind(business=Business(pk=consent.business_id))
        if consent.last_used_at is None or now - consent.last_used_at >= keys.USE_NOTED_EVERY:
            consent.last_used_at = now
            consent.save(update_fields=["last_used_at"])
        return Caller(consent.business_id, consent.client_name or consent.client_id, held.user_id)
