"""Odoo calls: the address with a secret in it, and what is made of a call. A call is a hint, never a fact."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from ipaddress import ip_address, ip_network
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt

from accounts import inbox
from accounts.errors import InvalidInput, NotYours, TooLarge
from accounts.inbox import Outcome, inbox_handler
from accounts.models import InboxDelivery
from accounts.ratelimit import client_ip, rate_limited
from accounts.tenancy import as_owner
from billing.odoo import tasks
from billing.odoo.mapping import BadRecord, moment
from billing.odoo.readback import FOLLOWED

PROVIDER: Final = "odoo"
ENDPOINT: Final = "order-paid"
MAX_BODY: Final = 64 * 1024
#: 22 characters of the URL-safe alphabet are 132 bits; a shorter secret is taken for none.
SHORTEST_SECRET: Final = 22
FLOOD: Final = "500/s"


@csrf_exempt
@as_owner("Odoo speaks here; which business an order belongs to is found out later, if any.")
@rate_limited("webhooks.odoo", limit=FLOOD, shared=False)
def receive(request: HttpRequest, secret: str) -> HttpResponse:
    """Answer 204 once the body is stored; 404 to whoever does not know the address, whatever else is wrong."""
    if not knows(secret, settings.ODOO_WEBHOOK_SECRETS) or not is_from(request, settings.ODOO_WEBHOOK_NETWORKS):
        raise NotYours("There is nothing here.")
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    body, now = body_of(request, MAX_BODY), timezone.now()
    inbox.accept(
        provider=PROVIDER, endpoint=ENDPOINT, livemode=True, account=settings.ODOO_DB,
        # Odoo names its calls by nothing, so the same words are the same call.
        event_id=hashlib.sha256(body).hexdigest(), event_type=_type(body), payload=body, event_created=None, now=now,
    )  # fmt: skip
    return HttpResponse(status=204)


@inbox_handler(PROVIDER)
def handle(batch: list[InboxDelivery]) -> dict[int, Outcome | Exception]:
    """Turn each hint into a job that reads back; several about one record become one job."""
    return {delivery.pk: _follow(bytes(delivery.payload), delivery.account) for delivery in batch}


def knows(secret: str, secrets: list[str]) -> bool:
    """Whether `secret` is one of those in use. Each is compared in full, so that the time tells nothing."""
    usable = [known for known in secrets if len(known) >= SHORTEST_SECRET]
    return sum(constant_time_compare(secret, known) for known in usable) > 0


def is_from(request: HttpRequest, networks: list[str]) -> bool:
    """Whether the caller's address lies in one of `networks`; any does where none are named."""
    if not networks:
        return True
    try:
        caller = ip_address(client_ip(request))
    except ValueError:
        return False
    return any(caller in ip_network(network, strict=False) for network in networks)


def body_of(request: HttpRequest, limit: int) -> bytes:
    """The raw body, never more of it than `limit`. Errors: TooLarge."""
    stated = request.META.get("CONTENT_LENGTH") or "0"
    if not stated.isdigit() or int(stated) > limit:
        raise TooLarge(f"A call may have at most {limit // 1024} KiB.", limit=limit)
    return request.read(limit + 1)


def _type(body: bytes) -> str:
    try:
        return str(_hint(body)[0])
    except InvalidInput:
        return "unreadable"


def _follow(body: bytes, database: str) -> Outcome:
    try:
        model, record, version = _hint(body)
    except InvalidInput as problem:
        return Outcome(ignored=problem.message)
    tasks.read_back.enqueue(
        model=model, record=record, version=version, database=database, step=0,
        dedupe=f"{database}:{model}:{record}:{version}"[:120],
    )  # fmt: skip
    return Outcome(note=f"Reading {model} {record} back.")


def _hint(body: bytes) -> tuple[str, int, str]:
    """(model, id, write date or "") that a call names. Errors: InvalidInput for anything else."""
    try:
        said: Any = json.loads(body)
    except ValueError:
        raise InvalidInput("The call is not JSON.") from None
    if not isinstance(said, dict):
        raise InvalidInput("The call is not an object.")
    model, record = said.get("_model"), said.get("_id", said.get("id"))
    if model not in FOLLOWED:
        raise InvalidInput(f"Nothing follows the model {str(model)[:60]!r}.")
    if not isinstance(record, int) or isinstance(record, bool) or not 0 < record < 2**53:
        raise InvalidInput("The call names no record.")
    return model, record, _version(said.get("write_date"))


def _version(value: Any) -> str:
    try:
        told: datetime = moment(value)
    except BadRecord:
        return ""
    return told.isoformat()
