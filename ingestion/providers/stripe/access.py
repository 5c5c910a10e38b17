"""From a source to the right to read it."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from accounts.errors import SourceRefused
from ingestion.models import Source
from ingestion.providers.stripe.client import Access, StripeApi


def api_of(source: Source) -> StripeApi:
    """Errors: SourceRefused when the source cannot be read (uploads, disconnected, no key)."""
    return StripeApi(access_of(source))


def access_of(source: Source) -> Access:
    """The platform's key as the connected account, or the key the owner pasted."""
    pace_key = f"source:{source.pk}"
    if not source.is_connected or source.auth_mode == Source.AuthMode.UPLOAD:
        raise SourceRefused("This source is not connected to Stripe.", code="not_connected")
    if source.auth_mode == Source.AuthMode.OAUTH:
        return Access(platform_key(), account=source.external_account, pace_key=pace_key)
    secret: Any = source.secret
    key = secret.get("key", "") if isinstance(secret, dict) else ""
    if not key:
        raise SourceRefused("The key of this source is gone. Connect it again.", code="access_revoked")
    return Access(key, pace_key=pace_key)


def platform_key() -> str:
    """Errors: SourceRefused when this installation has none."""
    key: str = settings.STRIPE_SECRET_KEY
    if not key:
        raise SourceRefused("This installation has no Stripe key.", code="not_configured")
    return key
