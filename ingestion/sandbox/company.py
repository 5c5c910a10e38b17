"""One simulated company: everything that happened to it, any moment of it, and the truth about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from ingestion.sandbox.draws import Draws, make_id
from ingestion.sandbox.journal import Journal
from ingestion.sandbox.moments import DAY, epoch, local_date, local_midnight, months_before, utc_midnight
from ingestion.sandbox.payments import account as accounts
from ingestion.sandbox.payments import adjustments
from ingestion.sandbox.payments.books import Books
from ingestion.sandbox.payments.incidents import live_incidents
from ingestion.sandbox.payments.memberships import run_memberships
from ingestion.sandbox.payments.orders import take_orders
from ingestion.sandbox.payments.payouts import Schedule, pay_out
from ingestion.sandbox.timeline import JSON, Change, Timeline
from ingestion.sandbox.truth import Truth, known_truth
from ingestion.sandbox.variants import Profile, profile_of

#: Days of trading before the first whole month counts, so that `months` of history are complete at `as_of`.
HEAD_START = 3


@dataclass(frozen=True)
class Company:
    """The company as it was built.

    as_of:  the moment its story is told from; incidents are dated back from it.
    until:  how far it was simulated; later than `as_of` lets a server move on in time.
    """

    profile: Profile
    seed: int
    size: str
    as_of: datetime
    until: datetime
    first: date
    account: str
    books: Books

    @cached_property
    def changes(self) -> list[Change]:
        """Every change of every object in order of time."""
        return self.books.timeline.in_order()

    def objects(self, at: datetime | None = None) -> Iterator[JSON]:
        """Every object as it was at `at` (default: `as_of`), oldest first; ledger rows with their status then."""
        moment = epoch(at or self.as_of)
        latest: dict[str, JSON] = {}
        for change in self.changes:
            if change.at > moment:
                break
            latest[change.obj["id"]] = change.obj
        for obj in latest.values():
            yield settled(obj, moment)

    def account_object(self, at: datetime | None = None) -> JSON:
        return accounts.account_object(
            self.profile, self.account, self.books.opened, restricted_since=self.paused_from, at=epoch(at or self.as_of)
        )

    def balance(self, at: datetime | None = None) -> JSON:
        return accounts.balance(self.books.ledger, epoch(at or self.as_of), livemode=self.books.livemode)

    def truth(self, day: date | None = None) -> Truth:
        """What is known to be so on `day` (exclusive; default the local date of `as_of`)."""
        day = day or local_date(epoch(self.as_of), self.books.zone)
        return known_truth(self.books.journal, day, self.books.zone)

    @property
    def paused_from(self) -> int | None:
        days = self.profile.payouts_paused_for
        return utc_midnight(epoch(self.as_of) - days * DAY) if days else None


def settled(obj: JSON, moment: int) -> JSON:
    """A ledger row turns from pending to available by the clock alone; everything else is as it is."""
    if obj["object"] != "balance_transaction" or obj["status"] == "available" or obj["available_on"] > moment:
        return obj
    return {**obj, "status": "available"}


def build_company(
    variant: str = "established",
    *,
    as_of: datetime,
    size: str = "demo",
    seed: int = 1,
    until: datetime | None = None,
    livemode: bool = False,
) -> Company:
    """Simulate one company.

    The same arguments give the same objects, ids included. A later `until` only continues the story.
    Errors: ValueError for an unknown variant or size, a naive `as_of`, or an `until` before it.
    """
    until = until or as_of
    if until < as_of:
        raise ValueError("a company cannot end before its as_of")
    profile = profile_of(variant, size)
    zone = ZoneInfo(profile.zone)
    anchor, end = epoch(as_of), epoch(until)
    today = local_date(anchor, zone)
    account = make_id("acct_1", f"{seed}/{variant}/{size}")
    first = months_before(today, profile.months) - timedelta(days=HEAD_START)
    books = Books(
        account=account,
        name=profile.name,
        descriptor=profile.descriptor,
        zone=zone,
        opened=local_midnight(first, zone) - 2 * DAY,
        livemode=livemode,
        draws=Draws(f"{seed}/{variant}/{size}", f"{seed}/{variant}/{size}/{anchor}"),
        timeline=Timeline(end),
        journal=Journal(end),
    )
    company = Company(profile, seed, size, as_of, until, first, account, books)
    _trade(company, anchor, today)
    return company


def _trade(company: Company, anchor: int, today: date) -> None:
    books, profile, first = company.books, company.profile, company.first
    last = local_date(books.until, books.zone)
    take_orders(books, profile, first=first, last=last, as_of=today)
    run_memberships(books, profile, first=first, as_of=anchor)
    if profile.eventful:
        live_incidents(books, anchor, wholesale=profile.wholesale)
        adjustments.top_up(books, anchor - 130 * DAY)
        adjustments.hold_reserve(books, anchor - 110 * DAY, anchor - 40 * DAY)
        adjustments.pay_instantly(books, anchor - 64 * DAY)
    if profile.has_advance:
        adjustments.advance(books, anchor - 150 * DAY)
    adjustments.bill_monthly(books, first, last)
    books.ledger.sort(key=lambda row: (row["created"], row["id"]))
    pay_out(
        books,
        Schedule(
            weekdays=dict(profile.payouts),
            paused_from=company.paused_from,
            failing_near=anchor - 50 * DAY if profile.eventful else None,
            canceled_near=anchor - 100 * DAY if profile.eventful else None,
        ),
        first,
    )
