"""API keys: how a program speaks for a business, within scopes, until somebody takes the key back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from accounts.errors import InvalidInput, NotSignedIn, NotYours
from accounts.events import record
from accounts.models import ApiKey, Business, User
from accounts.permissions import KEY_SCOPES
from accounts.secrets import new_token, token_hash
from accounts.tenancy import bind

PREFIX = "bw_"
SHOWN = 11
#: `last_used_at` is for people who tidy up; to the minute is exact enough and spares a write per call.
USE_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key and, this once, its text."""

    key: ApiKey
    text: str


def keys_of(business: Business) -> QuerySet[ApiKey]:
    """All keys, the newest first; revoked and expired ones stay as a record."""
    return ApiKey.objects.of(business).select_related("created_by").order_by("-created_at", "-pk")


def create_key(
    business: Business,
    *,
    name: str,
    scopes: Iterable[str],
    actor: User,
    now: datetime,
    expires_at: datetime | None = None,
) -> NewKey:
    """Make a key; its text is returned and never kept. Errors: InvalidInput for a bad name, scope or end."""
    wanted = sorted(set(scopes))
    if not name.strip():
        raise InvalidInput("A key needs a name.", field="name")
    if not wanted or not KEY_SCOPES.issuperset(wanted):
        raise InvalidInput(f"Scopes are one or more of {', '.join(sorted(KEY_SCOPES))}.", field="scopes")
    if expires_at is not None and expires_at <= now:
        raise InvalidInput("The end of a key lies in the future.", field="expires_at")
    text = new_token(PREFIX)
    key = ApiKey.objects.create(
        business=business, name=name.strip()[:80], prefix=text[:SHOWN], key_hash=token_hash(text), scopes=wanted,
        created_by=actor, created_at=now, expires_at=expires_at,
    )  # fmt: skip
    record("accounts.key.created", business=business, actor=actor, subject=key, scopes=",".join(wanted))
    return NewKey(key, text)


def revoke_key(business: Business, *, key_id: int, actor: User, now: datetime) -> None:
    """End a key at once. Errors: NotYours when there is no working key of that id."""
    if not ApiKey.objects.of(business).filter(pk=key_id, revoked_at=None).update(revoked_at=now):
        raise NotYours("There is no such working key.")
    record("accounts.key.revoked", business=business, actor=actor, subject=f"accounts.apikey:{key_id}")


def key_presented(text: str, *, now: datetime) -> ApiKey:
    """The working key whose text was presented; binds the transaction to it and its business.

    Errors: NotSignedIn, the same for unknown, revoked and expired ones.
    """
    hashed = token_hash(text)
    bind(credential=hashed)
    key: ApiKey | None = ApiKey.objects.filter(key_hash=hashed).first()
    if key is None or key.revoked_at is not None or (key.expires_at is not None and key.expires_at <= now):
        raise NotSignedIn("This API key does not work (any more).", code="invalid_key")
    bind(business=Business(pk=key.business_id))
    if key.last_used_at is None or now - key.last_used_at >= USE_NOTED_EVERY:
        key.last_used_at = now
        key.save(update_fields=["last_used_at"])
    return key
