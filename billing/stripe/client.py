"""Speaking to our own Stripe account. Answers stay the JSON that Stripe wrote.

Unlike the reading of customers' accounts, a call here is made while a person waits: it is tried twice more on a lost
connection or a 5xx, under one idempotency key, and then says so.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import stripe
from django.conf import settings
from stripe import HTTPClient, RequestsClient, StripeClient

from accounts.errors import InvalidInput, Problem, SourceDown, SourceRefused

JSON = dict[str, Any]
TIMEOUT = (5.0, 20.0)
PAGE = 100
RETRIES = 2


class NotSelling(Problem):
    """This installation has no Stripe key of its own, so nothing can be bought here."""

    code = "not_selling"
    status = 503


class CardRefused(InvalidInput):
    """The payment itself was declined; another card or another day may help."""

    code = "payment_declined"


class Missing(Exception):
    """Stripe knows no such object."""


class BillingApi:
    """Our account at Stripe.

    Errors of every call: Missing, CardRefused, SourceRefused when Stripe says no for good, SourceDown when later helps.
    """

    def __init__(self, *, http_client: HTTPClient | None = None) -> None:
        if not settings.BILLING_STRIPE_SECRET_KEY:
            raise NotSelling("Nothing can be bought here yet. Write to us instead.")
        self._client = StripeClient(
            settings.BILLING_STRIPE_SECRET_KEY,
            base_addresses={"api": settings.BILLING_STRIPE_API_BASE},
            max_network_retries=RETRIES,
            http_client=http_client or RequestsClient(timeout=TIMEOUT),
        )

    def get(self, path: str, **params: Any) -> JSON:
        return self._call("get", path, params)

    def post(self, path: str, *, key: str = "", **params: Any) -> JSON:
        """`key` is the idempotency key of a deed that must not happen twice, whatever becomes of the answer."""
        return self._call("post", path, params | ({"idempotency_key": key} if key else {}))

    def each(self, path: str, **params: Any) -> Iterator[JSON]:
        """Every object of a list, newest first."""
        while True:
            page = self.get(path, limit=PAGE, **params)
            found = page["data"]
            yield from found
            if not page.get("has_more") or not found:
                return
            params["starting_after"] = found[-1]["id"]

    def _call(self, method: str, path: str, params: JSON) -> JSON:
        try:
            response = self._client.raw_request(method, path, **params)
        except stripe.StripeError as error:
            raise _translated(error) from None
        body = json.loads(response.body)
        if not isinstance(body, dict):
            raise SourceDown("Stripe's answer cannot be read.", code="bad_answer")
        return body


def _translated(error: stripe.StripeError) -> Exception:
    """What an SDK error means for whoever wants to pay. No text of Stripe's is shown that could hold a key."""
    status = error.http_status or 0
    if isinstance(error, stripe.CardError):
        return CardRefused("The payment was declined. Nothing was changed; try another way to pay.")
    if isinstance(error, stripe.AuthenticationError | stripe.PermissionError):
        return SourceRefused("Stripe does not accept this installation's key.", code="key_refused")
    if status == 404 or error.code == "resource_missing":
        return Missing(str(getattr(error, "param", "") or "object"))
    if isinstance(error, stripe.APIConnectionError | stripe.RateLimitError) or status >= 500 or status == 409:
        return SourceDown(
            "Stripe cannot be reached right now. Try again in a minute.", retry_after=timedelta(minutes=1)
        )
    return SourceRefused(
        "Stripe refused this.", code=error.code or "request_refused", param=str(getattr(error, "param", "") or "")
    )
