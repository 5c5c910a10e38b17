"""What allauth's provider asks us about clients, scopes and resources."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from allauth.idp.oidc.models import Client
from django.conf import settings
from django.core.exceptions import ValidationError

SCOPE = "bellwether:read"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
GRANTS = frozenset({Client.GrantType.AUTHORIZATION_CODE, Client.GrantType.REFRESH_TOKEN})
MOST_REDIRECTS = 10


def resource() -> str:
    """What tokens are for: the MCP endpoint, as its metadata names it."""
    return f"{settings.MCP_BASE_URL}/mcp"


def issuer() -> str:
    """Who gives the tokens. With the slash that URL types put there: clients compare it letter by letter."""
    return f"{settings.BASE_URL}/"


class Adapter(DefaultOIDCAdapter):
    """One scope, reading; one resource, MCP; clients that may register themselves but only as what they can be."""

    scope_display = {SCOPE: "Read the figures, advice and knowledge of one business"}

    def generate_client_secret(self) -> str:
        """Of letters that survive every encoding: clients escape a secret in the header, the provider does not."""
        return secrets.token_urlsafe(32)

    def get_issuer(self) -> str:
        return issuer()

    def validate_client_registration(self, *, client: Client, client_metadata: dict[str, Any], **kwargs: Any) -> None:
        """Redirects over https or to the caller's own machine; code and refresh grants; our scope and no other.

        Errors: ValidationError, which is answered as invalid_client_metadata.
        """
        redirects = client.get_redirect_uris()
        if len(redirects) > MOST_REDIRECTS:
            raise ValidationError(f"At most {MOST_REDIRECTS} redirect URIs.")
        for uri in redirects:
            check_redirect(uri)
        if not set(client.get_grant_types()) <= GRANTS:
            raise ValidationError("Only authorization_code and refresh_token are granted here.")
        client.set_redirect_uris(with_both_loopbacks(redirects))
        client.set_grant_types(sorted(GRANTS))
        # A request without a scope means this one; without it there would be nothing to consent to.
        client.set_scopes([SCOPE])
        client.set_default_scopes([SCOPE])

    def validate_resource_uris(self, *, uris: list[str], **kwargs: Any) -> None:
        """Errors: ValidationError for a token that would be meant for somebody else."""
        if any(uri.rstrip("/") != resource() for uri in uris):
            raise ValidationError(f"Tokens are given for {resource()} only.")

    def populate_server_metadata(self, data: dict[str, Any]) -> None:
        data["scopes_supported"] = [SCOPE]
        data["grant_types_supported"] = sorted(GRANTS)
        data["response_types_supported"] = ["code"]
        data["authorization_response_iss_parameter_supported"] = True
        data["client_id_metadata_document_supported"] = False

    def is_cimd_url_allowed(self, url: str) -> bool:
        """Never: fetching a document that a stranger names would let him look into our network."""
        return False


def check_redirect(uri: str) -> None:
    """Errors: ValidationError for a redirect that could run a script or carry a code in the clear."""
    try:
        parts = urlsplit(uri)
        host = parts.hostname or ""
    except ValueError:
        raise ValidationError("A redirect URI cannot be read.") from None
    is_own_machine = parts.scheme == "http" and host in LOOPBACK
    if not host or parts.fragment or parts.username or not (parts.scheme == "https" or is_own_machine):
        raise ValidationError("Redirects go to https addresses, or to http on the client's own machine.")


def with_both_loopbacks(uris: Sequence[str]) -> list[str]:
    """`localhost` beside `127.0.0.1`: a client may listen on another port each time, which only the number allows."""
    both = list(uris)
    for uri in uris:
        parts = urlsplit(uri)
        if parts.scheme == "http" and parts.hostname == "localhost":
            port = f":{parts.port}" if parts.port else ""
            both.append(parts._replace(netloc=f"127.0.0.1{port}").geturl())
    return list(dict.fromkeys(both))
