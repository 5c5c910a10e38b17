"""Webhooks of customers' accounts: the receiver that stores, and the worker that reads what changed.

Acceptance does nothing but check the signature and write one row; it opens no session and no tenant transaction.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from accounts import inbox
from accounts.errors import Problem, SourceRefused, TooLarge
from accounts.events import record
from accounts.inbox import Outcome, inbox_handler
from accounts.models import InboxDelivery
from accounts.ratelimit import rate_limited
from accounts.tenancy import acting_for, as_owner
from billing.stripe.signature import MAX_BODY, WebhookEvent, parse_event, read_event
from ingestion.models import Source, SyncRun
from ingestion.pipeline.followups import announce
from ingestion.pipeline.ingest import ingest
from ingestion.pipeline.runs import close_run, open_run
from ingestion.providers.stripe.access import api_of
from ingestion.providers.stripe.account import save_account
from ingestion.providers.stripe.changes import DEAUTHORISED, Changes, Fetched, fetch
from ingestion.providers.stripe.client import JSON
from ingestion.providers.stripe.provider import Stripe
from ingestion.providers.stripe.session import note_refusal

PROVIDER = "stripe"
ENDPOINT = "connect"
Outcomes = dict[int, Outcome | Exception]
#: Beyond this many deliveries a second one process starts to refuse; Stripe sends them again.
FLOOD = "2000/s"


@csrf_exempt
@as_owner("Stripe speaks here; whose account it is about is found out later.")
@rate_limited("webhooks.stripe", limit=FLOOD, shared=False)
def receive(request: HttpRequest) -> HttpResponse:
    """Answer 200 once the delivery is committed; 400 or 413 to whatever is not Stripe's."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    body, now = _body(request), timezone.now()
    event = read_event(
        body, request.META.get("HTTP_STRIPE_SIGNATURE", ""), secrets=settings.STRIPE_WEBHOOK_SECRETS, now=now
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
    # With a stated length the server need not send the empty body in chunks.
    return HttpResponse(status=200, headers={"Content-Length": "0"})


@inbox_handler(PROVIDER)
def handle(batch: list[InboxDelivery]) -> Outcomes:
    """Work off deliveries, all of one account together. One account's trouble does not touch another's."""
    outcomes: Outcomes = {}
    by_account: dict[tuple[bool, str], list[InboxDelivery]] = defaultdict(list)
    for delivery in batch:
        by_account[delivery.livemode, delivery.account].append(delivery)
    for (livemode, account), deliveries in sorted(by_account.items()):
        source = _source_of(livemode, account)
        if source is None:
            outcomes |= _unknown_account(account, deliveries)
            continue
        try:
            outcomes |= _work(source, deliveries)
        except Exception as error:
            outcomes |= {delivery.pk: error for delivery in deliveries}
    return outcomes


def _body(request: HttpRequest) -> bytes:
    """The raw body, never more of it than the limit."""
    stated = request.META.get("CONTENT_LENGTH") or "0"
    if not stated.isdigit() or int(stated) > MAX_BODY:
        raise TooLarge("A webhook may have at most 1 MiB.", limit=MAX_BODY)
    return request.read(MAX_BODY + 1)


def _source_of(livemode: bool, account: str) -> Source | None:
    """The connected source of an account in this mode; there is at most one in all businesses."""
    if not account:
        return None
    # Runs as the owner, before any business is known: the account decides which one it is.
    held = Source.objects.select_related("business").filter(provider=PROVIDER, state__in=Source.CONNECTED)
    return held.filter(livemode=livemode, external_account=account).first()


def _unknown_account(account: str, deliveries: list[InboxDelivery]) -> Outcomes:
    """Keep them, tell the staff, and connect nothing: a webhook never makes a source."""
    record(
        "ingestion.webhooks.account_unknown",
        subject=f"stripe:{account}"[:80],
        reason="A webhook came for an account that no business has connected.",
        deliveries=len(deliveries),
    )
    ignored = Outcome(ignored=f"No business has connected {account or 'this account'}.")
    return {delivery.pk: ignored for delivery in deliveries}


def _work(source: Source, deliveries: list[InboxDelivery]) -> Outcomes:
    changes, outcomes = Changes(), Outcomes()
    for delivery in deliveries:
        event = _event(delivery)
        if isinstance(event, Problem):
            outcomes[delivery.pk] = event
        elif event.type == DEAUTHORISED:
            _revoke(source, event)
            outcomes[delivery.pk] = Outcome(business=source.business, note="The owner revoked the connection.")
        elif changes.add(event.type, event.object, created=event.created):
            outcomes[delivery.pk] = Outcome(business=source.business)
        else:
            outcomes[delivery.pk] = Outcome(business=source.business, ignored=f"Nothing follows {event.type}.")
    if not changes.is_empty and source.is_connected:
        outcomes |= _read_changes(source, changes, [pk for pk, outcome in outcomes.items() if _is_open(outcome)])
    return outcomes


def _is_open(outcome: Outcome | Exception) -> bool:
    return isinstance(outcome, Outcome) and not outcome.ignored and not outcome.note


def _event(delivery: InboxDelivery) -> WebhookEvent | Problem:
    try:
        return parse_event(bytes(delivery.payload))
    except Problem as problem:
        return problem


def _read_changes(source: Source, changes: Changes, waiting: list[int]) -> Outcomes:
    """Read the touched objects and merge them. A refused reading is made up for by the sweep after reconnecting."""
    fetched_at = timezone.now()
    try:
        api = api_of(source)
        fetched = fetch(api, changes, unreadable=source.account_value("unreadable", []))
        account = api.account() if changes.account else None
    except SourceRefused as refusal:
        with acting_for(source.business):
            note_refusal(source, refusal)
        later = Outcome(business=source.business, ignored=f"{refusal.message} The next sweep reads it.")
        return dict.fromkeys(waiting, later)
    with acting_for(source.business):
        _store(source, fetched, account, fetched_at)
    return {}


def _store(source: Source, fetched: Fetched, account: JSON | None, fetched_at: datetime) -> None:
    run = open_run(source, SyncRun.Kind.WEBHOOK, started_at=fetched_at)
    reports = ingest(source, fetched.current, origin="webhook", observed_at=fetched_at, run=run)
    for created, obj in fetched.gone:
        reports += ingest(source, [obj], origin="webhook", observed_at=fetched_at, event_created=created, run=run)
    close_run(run, finished_at=timezone.now())
    if account is not None:
        save_account(source, account)
    if any(report.dirty_days for report in reports):
        announce(source, desks=Stripe.desks)


def _revoke(source: Source, event: WebhookEvent) -> None:
    """The owner took the right away at Stripe: stop reading, keep what is known.

    A deauthorisation older than the connection belongs to an earlier one and changes nothing.
    """
    if event.created < source.connected_at - timedelta(minutes=5):
        return
    with acting_for(source.business):
        held = Source.objects.of(source.business).filter(pk=source.pk, state__in=Source.CONNECTED)
        source.state = Source.State.REVOKED
        source.state_reason = "Access was revoked in Stripe. Connect again to go on."
        if held.update(state=source.state, state_reason=source.state_reason, secret=None):
            record("ingestion.sources.revoked", business=source.business, subject=source, reason="Revoked in Stripe.")
