"""What Stripe says about the account itself, and its balance."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ingestion.models import BalanceReading, Source
from ingestion.providers.stripe.client import JSON
from ingestion.providers.stripe.mapping.fields import clean, listed, nested

REQUIREMENTS = ("currently_due", "past_due", "eventually_due", "disabled_reason", "current_deadline")


def account_facts(obj: JSON) -> dict[str, Any]:
    """The part of the account object that the desk uses; no names, no addresses of people."""
    requirements = nested(obj, "requirements")
    created = obj.get("created")
    return {
        "charges_enabled": obj.get("charges_enabled") is not False,
        "payouts_enabled": obj.get("payouts_enabled") is not False,
        "requirements": {key: requirements.get(key) for key in REQUIREMENTS},
        "timezone": clean(nested(obj, "settings", "dashboard").get("timezone"), 64) or "UTC",
        "default_currency": clean(obj.get("default_currency"), 3).lower(),
        "country": clean(obj.get("country"), 2),
        "statement_descriptor": clean(nested(obj, "settings", "payments").get("statement_descriptor"), 60),
        "display_name": display_name(obj),
        "created": created if type(created) is int else None,
    }


def display_name(obj: JSON) -> str:
    """What the account calls itself; its id when it says nothing."""
    profile, dashboard = nested(obj, "business_profile"), nested(obj, "settings", "dashboard")
    return clean(dashboard.get("display_name"), 120) or clean(profile.get("name"), 120) or clean(obj.get("id"), 120)


def save_account(source: Source, obj: JSON) -> None:
    """Keep what the account says now, beside what we noted about the connection itself."""
    source.account = {**source.account, **account_facts(obj)}
    source.save(update_fields=["account"])


def opened_at(source: Source) -> datetime | None:
    """When the account was opened, if Stripe told."""
    created = source.account_value("created")
    return datetime.fromtimestamp(created, UTC) if type(created) is int and created > 0 else None


def balances(obj: JSON) -> dict[str, dict[str, int]]:
    """Available, pending and reserved minor units by currency."""
    found: dict[str, dict[str, int]] = {}
    parts = (("available", "available"), ("pending", "pending"), ("reserved", "connect_reserved"))
    for part, key in parts:
        for row in listed(obj.get(key)):
            currency, amount = clean(row.get("currency"), 3).lower(), row.get("amount")
            if currency and type(amount) is int:
                sums = found.setdefault(currency, {"available": 0, "pending": 0, "reserved": 0})
                sums[part] += amount
    return found


def save_balance(source: Source, obj: JSON, *, read_at: datetime) -> list[BalanceReading]:
    """One reading a currency."""
    readings = [
        BalanceReading(business=source.business, source=source, currency=currency, read_at=read_at, **sums)
        for currency, sums in sorted(balances(obj).items())
    ]
    return BalanceReading.objects.bulk_create(readings, ignore_conflicts=True)
