"""`/webhooks/pdf/delivered`: whoever makes the PDF says that it went out. Signed, and the same word counts once."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from accounts import inbox
from accounts.errors import InvalidInput, NotAllowed, NotYours
from accounts.inbox import Outcome, inbox_handler
from accounts.models import InboxDelivery
from accounts.ratelimit import rate_limited
from accounts.tenancy import as_owner
from billing.autopsy import items
from billing.models import WorkItem
from billing.odoo.webhook import SHORTEST_SECRET, body_of

PROVIDER: Final = "pdf"
HEADER: Final = "HTTP_X_BELLWETHER_SIGNATURE"
MAX_BODY: Final = 16 * 1024
TOLERANCE_SECONDS: Final = 300
SIGNATURE: Final = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})")


@csrf_exempt
@as_owner("the maker of PDFs speaks here; orders belong to no business")
@rate_limited("webhooks.pdf", limit="100/s", shared=False)
def receive(request: HttpRequest) -> HttpResponse:
    """Answer 204 once the body is stored; 404 without a secret set up, 403 for a wrong or old signature."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    secrets = [secret for secret in settings.PDF_WEBHOOK_SECRETS if len(secret) >= SHORTEST_SECRET]
    if not secrets:
        raise NotYours("There is nothing here.")
    body, now = body_of(request, MAX_BODY), timezone.now()
    check_signature(body, request.META.get(HEADER, ""), secrets=secrets, now=now)
    order, delivery = _said(body)
    inbox.accept(
        provider=PROVIDER, endpoint="delivered", livemode=True, account="", event_id=f"{order}:{delivery}",
        event_type="delivered", payload=body, event_created=None, now=now,
    )  # fmt: skip
    return HttpResponse(status=204)


@inbox_handler(PROVIDER)
def handle(batch: list[InboxDelivery]) -> dict[int, Outcome | Exception]:
    return {delivery.pk: _deliver(bytes(delivery.payload), now=delivery.received_at) for delivery in batch}


def sign(body: bytes, secret: str, timestamp: int) -> str:
    """The header that a caller sends: HMAC-SHA256 over `<timestamp>.<body>`."""
    mark = hmac.new(secret.encode(), b"%d." % timestamp + body, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={mark}"


def check_signature(body: bytes, header: str, *, secrets: list[str], now: datetime) -> None:
    """Errors: NotAllowed for a signature that is missing, wrong, or older than five minutes."""
    found = SIGNATURE.fullmatch(header)
    if found is None:
        raise NotAllowed("The signature is missing.", code="bad_signature")
    timestamp = int(found.group(1))
    marks = [sign(body, secret, timestamp) for secret in secrets]
    if sum(hmac.compare_digest(header, mark) for mark in marks) == 0:
        raise NotAllowed("The signature is wrong.", code="bad_signature")
    if abs(now.timestamp() - timestamp) > TOLERANCE_SECONDS:
        raise NotAllowed("The signature is too old.", code="old_signature")


def _said(body: bytes) -> tuple[str, str]:
    """(order number, delivery id). Errors: InvalidInput."""
    try:
        said: Any = json.loads(body)
    except ValueError:
        said = None
    if not isinstance(said, dict) or not all(isinstance(said.get(key), str) for key in ("order", "delivery_id")):
        raise InvalidInput("The body is {order, delivery_id}, both texts.")
    order, delivery = said["order"].strip().upper(), said["delivery_id"].strip()
    if not order or not delivery or len(order) > 40 or len(delivery) > 60:
        raise InvalidInput("The body is {order, delivery_id}, both texts.")
    return order, delivery


def _deliver(body: bytes, *, now: datetime) -> Outcome:
    order, _ = _said(body)
    with transaction.atomic():
        held = WorkItem.objects.filter(order__number__iexact=order).select_related("order", "plan")
        open_items = list(held.exclude(state__in=items.OVER).order_by("pk")[:2])
        if len(open_items) == 1:
            items.move(open_items[0], WorkItem.State.DELIVERED, now=now)
            return Outcome(note=f"The report of {order} is delivered.")
        if open_items:
            return Outcome(ignored=f"{order} has several reports in work; mark the one that is meant in the console.")
        return Outcome(ignored=f"{order} has no report in work." if held else f"No report belongs to {order}.")
