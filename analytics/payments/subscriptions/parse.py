"""From the stored JSON of subscriptions and invoices to the book's plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from fractions import Fraction
from typing import Any, cast
from zoneinfo import ZoneInfo

from analytics.payments.subscriptions.book import Discount, Interval, Item

JSON = Mapping[str, Any]
INTERVALS = ("day", "week", "month", "year")


def item(row: JSON, *, known: JSON | None = None) -> Item:
    """One item or invoice line. Terms that the row lacks are taken from `known`, the same price elsewhere.

    Empty: without a price or an interval the item has no unit amount; it is left out of sums and counted.
    """
    own = {name: value for name, value in row.items() if value not in ("", None)}
    if "interval" not in own:
        own.pop("interval_count", None)  # a count means nothing without the interval it counts
    terms = {**(known or {}), **own}
    interval, amount = terms.get("interval"), terms.get("unit_amount")
    priced = amount is not None and interval in INTERVALS
    return Item(
        unit_amount=Fraction(str(amount)) if priced else None,
        quantity=int(terms.get("quantity", 1)),
        interval=cast(Interval, interval) if interval in INTERVALS else "month",
        interval_count=int(terms.get("interval_count") or 1),
        usage_type=terms.get("usage_type") or "licensed",
    )


def items(rows: Iterable[JSON]) -> tuple[Item, ...]:
    return tuple(item(row) for row in rows)


def billed_items(lines: Iterable[JSON], *, known: Mapping[str, JSON]) -> tuple[Item, ...]:
    """The items that an invoice's lines say are billed from now on.

    A credit for unused time is no item. Of several lines of one price, such as a pro rata one and the regular
    one, the line that runs longest counts.
    """
    kept: dict[str, JSON] = {}
    for line in lines:
        price = line.get("price") or ""
        if int(line.get("amount") or 0) < 0:
            continue
        if price not in kept or _runs_until(line) > _runs_until(kept[price]):
            kept[price] = line
    return tuple(item(line, known=known.get(price)) for price, line in sorted(kept.items()))


def discounts(rows: Iterable[JSON], *, currency: str, zone: ZoneInfo) -> tuple[Discount, ...]:
    """Coupons of a subscription; an amount off in another currency cannot be taken off and is left out."""
    return tuple(
        Discount(
            duration=row.get("duration") or "",
            percent_off=Fraction(str(row.get("percent_off") or 0)),
            amount_off=int(row.get("amount_off") or 0),
            starts=local(row.get("start"), zone),
            ends=local(row.get("end"), zone),
        )
        for row in rows
        if not row.get("amount_off") or row.get("currency") in ("", None, currency)
    )


def local(moment: datetime | str | None, zone: ZoneInfo) -> date | None:
    """The business's own day of a moment, stored or as ISO text."""
    if moment is None:
        return None
    known = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return known.astimezone(zone).date()


def _runs_until(line: JSON) -> str:
    return line.get("period_end") or ""
