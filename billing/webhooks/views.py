"""The account endpoint: events about our own sales. Customers' accounts have an endpoint and a secret of their own."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from accounts import inbox
from accounts.errors import TooLarge
from accounts.ratelimit import rate_limited
from accounts.tenancy import as_owner
from billing.stripe.signature import MAX_BODY, read_event

PROVIDER = "stripe_billing"
ENDPOINT = "account"
FLOOD = "500/s"


@csrf_exempt
@as_owner("Stripe speaks here; which business it is about is found out later.")
@rate_limited("webhooks.billing.stripe", limit=FLOOD, shared=False)
def receive(request: HttpRequest) -> HttpResponse:
    """Answer 200 once the delivery is committed; 400 or 413 to whatever is not Stripe's."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    stated = request.META.get("CONTENT_LENGTH") or "0"
    if not stated.isdigit() or int(stated) > MAX_BODY:
        raise TooLarge("A webhook may have at most 1 MiB.", limit=MAX_BODY)
    body, now = request.read(MAX_BODY + 1), timezone.now()
    event = read_event(
        body, request.META.get("HTTP_STRIPE_SIGNATURE", ""), secrets=settings.BILLING_STRIPE_WEBHOOK_SECRETS, now=now
    )
    inbox.accept(
        provider=PROVIDER,
        endpoint=ENDPOINT,
        livemode=event.livemode,
        account=event.account,
        event_id=event.id,
        event_type=event.type,
        payload=body,
        event_created=event.created,
        now=now,
    )
    return HttpResponse(status=200, headers={"Content-Length": "0"})
