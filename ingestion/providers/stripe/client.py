"""Speaking to Stripe's API: read only, paced, patient, and never quoting a key.

Answers stay the JSON that Stripe wrote: the SDK's objects are no dictionaries and cannot be stored.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import stripe
from django.conf import settings
from stripe import HTTPClient, RequestsClient, StripeClient

from accounts.errors import SourceDown, SourceRefused
from ingestion.providers.stripe.pace import Bucket, TryLater, buckets, retrying

JSON = dict[str, Any]
PAGE = 100
TIMEOUT = (5.0, 20.0)
PERSONAL = frozenset(
    {
        "billing_details",
        "customer_address",
        "customer_email",
        "customer_name",
        "customer_phone",
        "customer_shipping",
        "customer_tax_ids",
        "evidence",
        "receipt_email",
        "receipt_url",
        "shipping",
    }
)
BUSY_PAUSE = timedelta(seconds=60)
KEYS = re.compile(r"\b((?:sk|rk|pk|ac|ca|whsec)_(?:live_|test_)?)[A-Za-z0-9_*]{4,}")


@dataclass(frozen=True, slots=True)
class Access:
    """With which key, and as which connected account. The key stays out of `repr`."""

    api_key: str = field(repr=False)
    account: str = ""
    pace_key: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list, newest first."""

    objects: list[JSON]
    has_more: bool


class Missing(Exception):
    """Stripe knows no such object."""


class StripeApi:
    """Read access to one Stripe account.

    Errors of every call: SourceRefused when the owner has to act, SourceDown when trying later helps.
    """

    def __init__(self, access: Access, *, http_client: HTTPClient | None = None, bucket: Bucket | None = None) -> None:
        self._access = access
        self._client = new_client(access, http_client)
        self._bucket = bucket or buckets.of(access.pace_key or access.account or "platform")

    def account(self) -> JSON:
        return self.get("/v1/account")

    def balance(self) -> JSON:
        return self.get("/v1/balance")

    def page(self, path: str, **params: Any) -> Page:
        """One page of a list. Ranges are given as `created={"gte": …, "lt": …}`."""
        body = self.get(path, limit=PAGE, **params)
        data = body.get("data")
        if not isinstance(data, list):
            raise SourceDown(f"Stripe's answer to {path} is not a list.", code="bad_answer")
        return Page([item for item in data if isinstance(item, dict)], body.get("has_more") is True)

    def pages(self, path: str, **params: Any) -> Iterator[Page]:
        """All pages of a list, newest first."""
        while True:
            page = self.page(path, **params)
            yield page
            if not page.has_more or not page.objects:
                return
            params["starting_after"] = page.objects[-1]["id"]

    def get(self, path: str, **params: Any) -> JSON:
        """One object. Errors: Missing when it does not exist."""
        return retrying()(self._get, path, params)

    def _get(self, path: str, params: JSON) -> JSON:
        self._bucket.take()
        try:
            response = self._client.raw_request("get", path, **params)
        except stripe.StripeError as error:
            raise translated(error, path) from None
        body = json.loads(response.body, object_hook=without_people)
        if not isinstance(body, dict):
            raise SourceDown(f"Stripe's answer to {path} is not an object.", code="bad_answer")
        return body


def new_client(access: Access, http_client: HTTPClient | None = None) -> StripeClient:
    """The SDK's client on the configured addresses; waiting and repeating are ours (see `pace`), so its are off."""
    return StripeClient(
        access.api_key,
        stripe_account=access.account or None,
        client_id=settings.STRIPE_CONNECT_CLIENT_ID or None,
        base_addresses={"api": settings.STRIPE_API_BASE, "connect": settings.STRIPE_CONNECT_BASE},
        max_network_retries=0,
        http_client=http_client or RequestsClient(timeout=TIMEOUT),
    )


def translated(error: stripe.StripeError, path: str) -> Exception:
    """What an SDK error means for us: try later, the owner must act, or there is nothing."""
    status = error.http_status or 0
    text = redacted(error.user_message or str(error))
    if isinstance(error, stripe.RateLimitError) or status == 429:
        return TryLater("Stripe asks us to slow down.", retry_after=BUSY_PAUSE)
    if isinstance(error, stripe.APIConnectionError) or status >= 500 or status == 409:
        return TryLater("Stripe cannot be reached right now.", retry_after=BUSY_PAUSE, path=path)
    if isinstance(error, stripe.AuthenticationError):
        return SourceRefused("Stripe no longer accepts this connection.", code="access_revoked", stripe=text)
    if isinstance(error, stripe.PermissionError):
        return SourceRefused(f"The connection may not read {_noun(path)}.", code="not_permitted", stripe=text)
    if status == 404 or error.code == "resource_missing":
        return Missing(text)
    if isinstance(error, stripe.InvalidRequestError):
        return SourceRefused(f"Stripe refused to list {_noun(path)}: {text}", code="request_refused")
    return SourceDown(f"Stripe answered with an error: {text}", retry_after=BUSY_PAUSE, path=path)


def without_people(obj: JSON) -> JSON:
    """`obj` without names, addresses and what people wrote: no figure needs them, so they are not even kept raw."""
    for key in PERSONAL.intersection(obj):
        del obj[key]
    return obj


def redacted(text: str) -> str:
    """`text` without anything that could be a key, a code or a secret."""
    return KEYS.sub(r"\1…", text)


def _noun(path: str) -> str:
    """`/v1/balance_transactions/txn_1` as a person would say it."""
    parts = [part for part in path.split("/") if part and part != "v1"]
    noun = parts[1] if parts[:1] == ["radar"] and len(parts) > 1 else parts[0] if parts else "this"
    return noun.replace("_", " ")
