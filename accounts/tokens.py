"""Tokens of API clients: a short access token that is only read, and a refresh token that is used once.

Each log-in starts a family of refresh tokens. Presenting one that was already used means that two parties hold the same
token, so the whole family ends and its owner has to log in again.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import jwt
from django.conf import settings
from django.utils.crypto import constant_time_compare

from accounts.errors import NotSignedIn
from accounts.events import record
from accounts.models import RateWindow, RefreshToken, User
from accounts.secrets import new_token, token_hash

ALGORITHM = "HS256"
PREFIX = "bwr_"


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What a client gets: `expires_in` is the access token's lifetime in seconds."""

    user: User
    access: str
    refresh: str
    expires_in: int


def issue_tokens(user: User, *, now: datetime, family: uuid.UUID | None = None) -> TokenPair:
    """A fresh pair; starts a family unless one is continued."""
    refresh = new_token(PREFIX)
    RefreshToken.objects.create(
        user=user, family=family or uuid.uuid4(), token_hash=token_hash(refresh),
        password_mark=user.get_session_auth_hash(), created_at=now, expires_at=now + settings.JWT_REFRESH_LIFETIME,
    )  # fmt: skip
    lifetime: timedelta = settings.JWT_ACCESS_LIFETIME
    claims = {
        "user_id": str(user.pk), "email": user.email, "type": "access",
        "iat": int(now.timestamp()), "exp": int((now + lifetime).timestamp()),
    }  # fmt: skip
    access = jwt.encode(claims, settings.JWT_KEY, algorithm=ALGORITHM)
    return TokenPair(user, access, refresh, int(lifetime.total_seconds()))


def rotate_tokens(refresh: str, *, now: datetime) -> TokenPair | None:
    """A new pair for a refresh token, which is used up by it.

    Empty: None when the token does not work. A reused one has then ended its family, which the caller must commit.
    """
    token = RefreshToken.objects.select_for_update().filter(token_hash=token_hash(refresh)).first()
    if token is None or token.revoked_at is not None or token.expires_at <= now:
        return None
    if token.used_at is not None:
        _end_family(token, now)
        record("accounts.token.reused", actor=token.user, subject=token.user, family=token.family)
        return None
    user = token.user
    if not user.is_active or not constant_time_compare(token.password_mark, user.get_session_auth_hash()):
        _end_family(token, now)
        return None
    token.used_at = now
    token.save(update_fields=["used_at"])
    return issue_tokens(user, now=now, family=token.family)


def revoke_tokens(refresh: str, *, now: datetime) -> None:
    """End the log-in a refresh token belongs to. An unknown one is no failure: it does not work anyway."""
    token = RefreshToken.objects.filter(token_hash=token_hash(refresh)).first()
    if token is not None and token.revoked_at is None:
        _end_family(token, now)
        record("accounts.user.signed_out", actor=token.user, subject=token.user)


def revoke_all_tokens(user: User, *, now: datetime) -> None:
    """End every log-in of a person."""
    RefreshToken.objects.filter(user=user, revoked_at=None).update(revoked_at=now)


def user_of_access(access: str, *, now: datetime) -> User:
    """Who an access token speaks for. Errors: NotSignedIn when it is expired, forged or of a person who is gone."""
    try:
        # The end is compared with the request's own moment, so that one request has one time.
        claims = jwt.decode(
            access, settings.JWT_KEY, algorithms=[ALGORITHM],
            options={"require": ["exp", "user_id"], "verify_exp": False, "verify_iat": False},
        )  # fmt: skip
        user_id = uuid.UUID(str(claims["user_id"]))
        expired = int(claims["exp"]) <= now.timestamp()
    except (jwt.PyJWTError, ValueError, TypeError):
        raise NotSignedIn("This access token is not valid.", code="invalid_token") from None
    if expired or claims.get("type") != "access":
        raise NotSignedIn("This access token has expired. Refresh it.", code="token_expired")
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        raise NotSignedIn("This access token is not valid.", code="invalid_token")
    return user


def prune_credentials(*, now: datetime) -> int:
    """Delete ended refresh tokens and closed rate windows. A used token stays as long as it could be reused."""
    tokens = RefreshToken.objects.filter(expires_at__lt=now).delete()[0]
    return tokens + RateWindow.objects.filter(ends_at__lt=now).delete()[0]


def _end_family(token: RefreshToken, now: datetime) -> None:
    RefreshToken.objects.filter(family=token.family, revoked_at=None).update(revoked_at=now)
