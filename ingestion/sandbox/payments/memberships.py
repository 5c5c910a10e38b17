"""Who subscribes when, and the few contracts that are scripted so that every status appears."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ingestion.sandbox.moments import DAY, HOUR, local_midnight
from ingestion.sandbox.payments.books import Books
from ingestion.sandbox.payments.catalog import COUPONS, OFFERS
from ingestion.sandbox.payments.contracts import Contract, contract
from ingestion.sandbox.payments.customers import customer
from ingestion.sandbox.payments.subscriptions import Subscriber
from ingestion.sandbox.variants import Profile


def run_memberships(books: Books, profile: Profile, *, first: date, as_of: int) -> None:
    """Every subscription of the company, to the end of the books."""
    for agreed in (*_drawn(books, profile, first, as_of), *(_scripted(books, as_of) if profile.eventful else ())):
        if agreed.starts_at <= books.until:
            Subscriber(books, profile, agreed, books.draws.of("subscriber", agreed.key)).run()


def _drawn(books: Books, profile: Profile, first: date, as_of: int) -> Iterator[Contract]:
    """Spread over the whole history, and on at the same pace after `as_of`."""
    start = local_midnight(first, books.zone)
    pace = max((as_of - start) // max(profile.subscribers, 1), 1)
    number = 0
    while (opening := start + number * pace) <= books.until:
        rng = books.draws.of("signup", number)
        at = opening + rng.randrange(pace)
        person = customer(books.draws, "member", number, currency=rng.choice(("eur", "eur", "usd")))
        yield contract(books, f"member/{number}", person, at)
        number += 1


def _scripted(books: Books, as_of: int) -> Iterator[Contract]:
    def agreed(key: str, offer: str, days_ago: int, **given: object) -> Contract:
        person = customer(books.draws, "scripted", key, currency=offer.rpartition("-")[2])
        starts_at = as_of - days_ago * DAY - 2 * HOUR
        return Contract(f"scripted/{key}", person, ((OFFERS[offer], 1),), starts_at, **given)  # type: ignore[arg-type]

    yield agreed("trial", "house-eur", 5, trial_days=14, ends="trialing")
    yield agreed("past-due", "house-eur", 132, ends="past_due", ends_near=as_of - 2 * DAY)
    yield agreed("unpaid", "office-usd", 132, ends="unpaid", ends_near=as_of - 12 * DAY)
    yield agreed("leaving", "office-eur", 101, ends="scheduled", ends_near=as_of - 3 * DAY)
    yield agreed("never-paid", "house-usd", 50, ends="incomplete_expired")
    yield agreed("discounted", "house-eur", 40, coupon=COUPONS["WELCOME20"], ends="stays")
    yield agreed("friend", "office-eur", 200, coupon=COUPONS["FRIENDS"], ends="stays")
    yield agreed("loyal", "house-usd", 70, coupon=COUPONS["LOYAL3"], ends="stays")
    yield agreed("yearly", "year-eur", 300, ends="stays")
    yield agreed("seasonal", "crate-usd", 250, ends="stays")
    yield agreed("weekly", "tasting-eur", 60, ends="stays")
