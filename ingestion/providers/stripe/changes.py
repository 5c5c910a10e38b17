"""From events to the objects they are about: coalesced, read again, merged (payments.md § 7.5).

An event says that something changed, not what is true now: events come in any order, twice, or a second apart. So the
object is read again, and what was read last wins.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from ingestion.providers.stripe.client import JSON, StripeApi
from ingestion.providers.stripe.listings import LISTING_OF_OBJECT, LISTING_OF_STREAM
from ingestion.providers.stripe.mapping.fields import clean, reference
from ingestion.providers.stripe.provider import ACCOUNT_EVENTS, CHARGE_EVENTS, LEDGER_EVENTS, OVERLAP, Stripe
from ingestion.providers.stripe.windows import since

KNOWN_EVENTS: tuple[str, ...] = tuple(
    sorted(
        {
            *ACCOUNT_EVENTS,
            *LEDGER_EVENTS,
            *CHARGE_EVENTS,
            *(event for stream in Stripe.streams for event in stream.events),
        }
    )
)
DEAUTHORISED = "account.application.deauthorized"
#: Accounts on old versions report refunds only as a change of their charge.
REFUNDED = "charge.refunded"


@dataclass(slots=True)
class Changes:
    """What a batch of events touches, each object once."""

    objects: set[tuple[str, str]] = field(default_factory=set)
    refunded_charges: set[str] = field(default_factory=set)
    account: bool = False
    #: The earliest moment at which money moved without naming a ledger row.
    ledger_since: datetime | None = None
    #: The newest copy that came with an event, for objects that can no longer be read.
    copies: dict[tuple[str, str], tuple[datetime, JSON]] = field(default_factory=dict)

    def add(self, event_type: str, obj: JSON, *, created: datetime) -> bool:
        """Take one event in. Returns False for events that no stream and no account field follows."""
        if event_type in ACCOUNT_EVENTS:
            self.account = True
            return True
        if event_type in LEDGER_EVENTS:
            self.ledger_since = min(created, self.ledger_since or created)
            return True
        if event_type not in KNOWN_EVENTS:
            return False
        if event_type in CHARGE_EVENTS:
            return self._add_charge(reference(obj.get("charge")))
        key = (clean(obj.get("object")), clean(obj.get("id")))
        if key[0] not in LISTING_OF_OBJECT or not key[1]:
            return False
        self.objects.add(key)
        if event_type == REFUNDED:
            self.refunded_charges.add(key[1])
        if key not in self.copies or self.copies[key][0] <= created:
            self.copies[key] = (created, obj)
        return True

    def _add_charge(self, charge: str) -> bool:
        if charge:
            self.objects.add(("charge", charge))
        return bool(charge)

    @property
    def is_empty(self) -> bool:
        return not self.objects and not self.account and self.ledger_since is None


@dataclass(frozen=True, slots=True)
class Fetched:
    """Objects as they are now, and last copies of those that are gone."""

    current: list[JSON]
    gone: list[tuple[datetime, JSON]]


def fetch(api: StripeApi, changes: Changes, *, unreadable: Iterable[str] = ()) -> Fetched:
    """Read every touched object once. Streams the key may not read are left out."""
    current: list[JSON] = []
    gone: list[tuple[datetime, JSON]] = []
    closed = set(unreadable)
    for kind, external_id in sorted(changes.objects):
        listing = LISTING_OF_OBJECT[kind]
        if listing.stream in closed:
            continue
        obj = listing.one(api, external_id)
        if obj is not None:
            current.append(obj)
        elif (kind, external_id) in changes.copies:
            gone.append(changes.copies[kind, external_id])
    for charge in sorted(changes.refunded_charges):
        current.extend(_refunds_of(api, charge))
    if changes.ledger_since is not None:
        current.extend(_ledger_rows(api, changes.ledger_since))
    return Fetched(current, gone)


def _refunds_of(api: StripeApi, charge: str) -> list[JSON]:
    listing = LISTING_OF_STREAM["refunds"]
    expand = [f"data.{path}" for path in listing.expand_one]
    rows = [row for page in api.pages(listing.path, charge=charge, expand=expand) for row in page.objects]
    return [row for row in rows if reference(row.get("charge")) == charge]


def _ledger_rows(api: StripeApi, moved_at: datetime) -> list[JSON]:
    pages = api.pages(LISTING_OF_STREAM["balance_transactions"].path, **since(moved_at - OVERLAP))
    return [row for page in pages for row in page.objects]
