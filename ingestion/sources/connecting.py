"""Connecting an account and letting it go again."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from accounts.errors import Conflict, InvalidInput, NotAllowed, SourceDown
from accounts.events import record
from accounts.models import Business, User
from accounts.secrets import token_hash
from billing.entitlements import require_work
from ingestion.models import OAuthState, Source
from ingestion.providers.stripe import backfill, oauth
from ingestion.providers.stripe.access import platform_key
from ingestion.providers.stripe.account import account_facts
from ingestion.providers.stripe.client import Access, StripeApi
from ingestion.providers.stripe.keys import check_key
from ingestion.sources import tasks
from ingestion.sources.limits import require_room

PROVIDER = "stripe"
#: Stripe's words for "the owner said no", which is an answer and not an error.
DENIED = "access_denied"


class ConsentInvalid(InvalidInput):
    """The state is unknown, used, too old, or belongs to another person or browser."""

    code = "consent_invalid"


class AlreadyConnected(Conflict):
    """A connected source, here or in another business, holds this account."""

    code = "already_connected"
    retry = False


@dataclass(frozen=True, slots=True)
class Connection:
    """What a source is made of, however the owner connected it."""

    account: str
    livemode: bool
    auth_mode: str
    #: Encrypted at rest; its column is typed as text.
    secret: Any = field(default=None, repr=False)


def start_consent(
    business: Business, *, user: User, session_key: str, livemode: bool, redirect_uri: str, now: datetime
) -> str:
    """Remember that this person, in this browser, for this business, is on the way to Stripe; returns where to.

    `session_key` is empty for API clients, which have no browser session yet; then only the person is checked later.
    Errors: NotEntitled when a payment is missing; whether there is room shows when the account is known.
    """
    require_work(business, at=now)
    nonce = secrets.token_urlsafe(32)
    OAuthState.objects.create(
        business=business,
        user=user,
        provider=PROVIDER,
        nonce_hash=token_hash(nonce),
        session_key_hash=_session_hash(session_key),
        livemode=livemode,
        created_at=now,
    )
    record("ingestion.sources.consent_started", business=business, actor=user)
    return oauth.consent_url(state=f"{business.slug}.{nonce}", redirect_uri=redirect_uri)


def business_slug_of(state: str) -> str:
    """Which business a state says it is for. Only a hint of where to look: the stored state decides.

    Errors: ConsentInvalid.
    """
    slug, _, nonce = state.rpartition(".")
    if not slug or not nonce or len(state) > 200:
        raise ConsentInvalid("This link back from Stripe is not valid. Start the connection again.")
    return slug


def redeem_state(business: Business, *, state: str, user: User, session_key: str, now: datetime) -> OAuthState:
    """Use up the stored state, whatever comes of the consent. It works once, for ten minutes, for who started it.

    Errors: ConsentInvalid.
    """
    nonce = state.rpartition(".")[2]
    states = OAuthState.objects.of(business).filter(provider=PROVIDER, nonce_hash=token_hash(nonce), used_at=None)
    stored = states.select_for_update().first()
    if stored is None or not stored.is_open(now=now):
        raise ConsentInvalid("This link back from Stripe was used already or is too old. Start the connection again.")
    same_browser = stored.session_key_hash in ("", _session_hash(session_key))
    if stored.user_id != user.pk or not same_browser:
        raise ConsentInvalid("This connection was started by somebody else. Start it again yourself.")
    stored.used_at = now
    stored.save(update_fields=["used_at"])
    return stored


def finish_consent(stored: OAuthState, *, code: str, user: User, now: datetime) -> Source:
    """Exchange the code and connect the account to the business of the stored state.

    Errors: InvalidInput without a code, SourceRefused, SourceDown, AlreadyConnected.
    """
    if not code or len(code) > 255:
        raise InvalidInput("Stripe sent no code. Start the connection again.", code="consent_refused")
    grant = oauth.exchange(code)
    if grant.livemode != stored.livemode:
        oauth.deauthorize(grant.account)
        raise InvalidInput(
            "Stripe answered for the other mode (test instead of live, or the reverse).", code="wrong_mode"
        )
    connection = Connection(grant.account, grant.livemode, Source.AuthMode.OAUTH)
    return connect(stored.business, connection, user=user, now=now)


def connect_key(business: Business, *, key: str, user: User, now: datetime) -> Source:
    """Connect with a restricted key that the owner made. The key is tried on every list before it is kept.

    Errors: InvalidInput (no restricted key, or permissions missing, by name), SourceRefused, SourceDown,
    AlreadyConnected, NotEntitled.
    """
    checked = check_key(key)
    connection = Connection(checked.account["id"], checked.livemode, Source.AuthMode.KEY, {"key": checked.key})
    facts = {**account_facts(checked.account), "unreadable": list(checked.unreadable)}
    return connect(business, connection, user=user, now=now, facts=facts)


def connect(
    business: Business, connection: Connection, *, user: User, now: datetime, facts: dict[str, Any] | None = None
) -> Source:
    """Make the source, or take up an earlier one of the same account, and begin its first import.

    Errors: AlreadyConnected when another business holds the account, NotEntitled when the plan has no room for it.
    """
    source = _earlier(business, connection) or Source(business=business, provider=PROVIDER, created_by=user)
    require_room(business, at=now, besides=source.pk)
    facts = facts if facts is not None else _facts_of(connection)
    source.label = str(facts.get("display_name") or connection.account)
    source.external_account, source.livemode = connection.account, connection.livemode
    source.auth_mode, source.secret = connection.auth_mode, connection.secret
    source.state, source.state_reason, source.connected_at = Source.State.CONNECTING, "", now
    source.account = {"unreadable": [], **facts}
    try:
        with transaction.atomic():
            source.save()
    except IntegrityError:
        raise AlreadyConnected(
            "This Stripe account is already connected to another business in Bellwether. Disconnect it there first.",
            account=connection.account,
        ) from None
    record("ingestion.sources.connected", business=business, actor=user, subject=source, mode=connection.auth_mode)
    _begin_reading(source)
    return source


def disconnect(source: Source, *, actor: User, now: datetime) -> None:
    """Stop reading the account and forget how to. Facts and figures stay, and say since when they are stale.

    Errors: SourceDown when Stripe cannot be asked to revoke; then nothing changed and trying again helps.
    """
    if not source.is_connected:
        return
    if source.auth_mode == Source.AuthMode.OAUTH:
        oauth.deauthorize(source.external_account)
    source.state, source.secret = Source.State.DISCONNECTED, None
    source.state_reason = f"Disconnected on {now:%-d %B %Y}."
    source.save(update_fields=["state", "secret", "state_reason"])
    record("ingestion.sources.disconnected", business=source.business, actor=actor, subject=source)


def require_outcome(*, error: str) -> None:
    """Errors: NotAllowed when the owner said no at Stripe, SourceDown for any other answer than a code."""
    if error == DENIED:
        raise NotAllowed("You declined the connection in Stripe. Nothing was connected.", code="consent_declined")
    if error:
        raise SourceDown("Stripe could not complete the connection. Start it again.", code="consent_failed")


def _begin_reading(source: Source) -> None:
    """The first import; or, for an account that was imported before, what happened since."""
    if not backfill.is_complete(source):
        backfill.enqueue(source)
        return
    for verb in ("sync", "sweep"):
        tasks.enqueue(source, verb)


def _facts_of(connection: Connection) -> dict[str, Any]:
    """What the account says about itself; a connection does not fail because Stripe is slow just now."""
    access = Access(platform_key(), account=connection.account, pace_key=f"account:{connection.account}")
    try:
        return account_facts(StripeApi(access).account())
    except SourceDown:
        return {"display_name": connection.account}


def _earlier(business: Business, connection: Connection) -> Source | None:
    """The source this business had, or has, for the same account: its facts go on."""
    same = Source.objects.of(business).filter(
        provider=PROVIDER, external_account=connection.account, livemode=connection.livemode
    )
    return same.select_for_update().order_by("-connected_at").first()


def _session_hash(session_key: str) -> str:
    return hashlib.sha256(session_key.encode()).hexdigest() if session_key else ""
