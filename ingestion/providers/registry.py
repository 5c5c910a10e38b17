"""The providers Bellwether speaks to. Adding one is a folder beside this file and a line below."""

from __future__ import annotations

from ingestion.providers.base import Provider
from ingestion.providers.statements.provider import Statements
from ingestion.providers.stripe.provider import Stripe

PROVIDERS: dict[str, Provider] = {provider.key: provider for provider in (Stripe(), Statements())}


def provider_of(key: str) -> Provider:
    """Errors: KeyError for a provider that is not registered."""
    return PROVIDERS[key]
