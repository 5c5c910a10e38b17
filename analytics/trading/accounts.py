"""The broker accounts of a business, and which one a page is about.

Figures are of one account and never added up over accounts: one decision copied to three accounts is still one
decision (docs/decisions/0012).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Max, OuterRef, QuerySet, Subquery
from django.http import HttpRequest

from accounts.errors import NotYours
from accounts.models import Business
from accounts.requests import BusinessRequest
from ingestion.models import Source, Trade, TradingAccount


@dataclass(frozen=True, slots=True)
class Account:
    """One account as pages name it. `closed_at` is its latest close; None before the first."""

    source: Source
    label: str
    currency: str
    zone: str
    closed_at: datetime | None
    settings: TradingAccount


def accounts_of(business: Business) -> tuple[Account, ...]:
    """The business's accounts, the one with the latest close first; those without trades last. One query."""
    return tuple(_account(row) for row in _newest_first(business))


def chosen_account(business: Business, asked: str = "") -> Source:
    """The account of `?account=`, or the one with the latest close. One query.

    Errors: NotYours for an account that is not the business's, and where it has none.
    """
    return choose(accounts_of(business), asked).source


def choose(accounts: tuple[Account, ...], asked: str = "") -> Account:
    """One of the accounts. Errors: NotYours when `asked` is none of them, or there are none."""
    for one in accounts:
        if not asked or str(one.source.pk) == asked:
            return one
    raise NotYours("There is no such account.")


def asked_account(request: HttpRequest | BusinessRequest) -> str:
    """What `?account=` says; empty for the default."""
    return str(request.GET.get("account", ""))


def _newest_first(business: Business) -> QuerySet[TradingAccount]:
    latest = (
        Trade.objects.of(business)
        .filter(source=OuterRef("source"))
        .counted()
        .order_by()
        .values("source")
        .annotate(latest=Max("closed_at"))
        .values("latest")
    )
    held = TradingAccount.objects.of(business).select_related("source").annotate(closed_at=Subquery(latest))
    return held.order_by(F("closed_at").desc(nulls_last=True), "pk")


def _account(row: TradingAccount) -> Account:
    label = row.source.label or str(row)
    if row.number_last4 and row.number_last4 not in label:
        label = f"{label} …{row.number_last4}"
    return Account(row.source, label, row.currency, row.session_zone, row.closed_at, row)  # type: ignore[attr-defined]
