"""Connect Standard OAuth, as far as Stripe is concerned: the address of the consent, the code, the revocation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import stripe
from django.conf import settings
from stripe import HTTPClient, StripeClient

from accounts.errors import Problem, SourceDown, SourceRefused
from ingestion.providers.stripe.access import platform_key
from ingestion.providers.stripe.client import Access, new_client, redacted

SCOPE = "read_only"


@dataclass(frozen=True, slots=True)
class Grant:
    """What the owner allowed. The access token is not kept: the platform's key reads as the account."""

    account: str
    livemode: bool
    scope: str


def is_configured() -> bool:
    """Whether this installation can ask for consent at all."""
    return bool(settings.STRIPE_SECRET_KEY and settings.STRIPE_CONNECT_CLIENT_ID)


def consent_url(*, state: str, redirect_uri: str) -> str:
    """Where the owner says yes. Errors: SourceRefused when this installation is not set up for it."""
    if not is_configured():
        raise SourceRefused("This installation is not registered with Stripe Connect.", code="not_configured")
    params: Any = {
        "scope": SCOPE,
        "stripe_landing": "login",
        "state": state,
        "redirect_uri": redirect_uri,
    }
    return _platform().oauth.authorize_url(params)


def exchange(code: str, *, http_client: HTTPClient | None = None) -> Grant:
    """Redeem a code, once: it is short-lived and works a single time, so nothing here is repeated.

    Errors: SourceRefused when Stripe does not take the code, SourceDown when it cannot be asked.
    """
    try:
        token = _platform(http_client).oauth.token({"grant_type": "authorization_code", "code": code})
    except stripe.StripeError as error:
        raise _translated(error) from None
    granted = token.to_dict()
    account = granted.get("stripe_user_id")
    if not isinstance(account, str) or not account.startswith("acct_") or len(account) > 80:
        raise SourceDown("Stripe's answer names no account.", code="bad_answer")
    return Grant(account, granted.get("livemode") is True, str(granted.get("scope") or SCOPE))


def deauthorize(account: str, *, http_client: HTTPClient | None = None) -> bool:
    """Give the right back. Returns False when it was revoked before. Errors: SourceDown."""
    try:
        _platform(http_client).oauth.deauthorize({"stripe_user_id": account})
    except stripe.oauth_error.OAuthError:
        return False
    except (stripe.AuthenticationError, stripe.PermissionError, stripe.InvalidRequestError):
        return False
    except stripe.StripeError as error:
        raise _translated(error) from None
    return True


def _platform(http_client: HTTPClient | None = None) -> StripeClient:
    """A client without an account header, which a token request would otherwise inherit."""
    return new_client(Access(platform_key()), http_client)


def _translated(error: stripe.StripeError) -> Problem:
    status = error.http_status or 0
    text = redacted(error.user_message or str(error))
    if isinstance(error, stripe.APIConnectionError) or status >= 500 or status == 429:
        return SourceDown("Stripe cannot be reached right now. Start the connection again in a minute.")
    return SourceRefused(
        "Stripe did not accept the consent. Start the connection again.", code="consent_refused", stripe=text
    )
