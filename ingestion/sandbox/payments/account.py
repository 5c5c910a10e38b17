"""The account object and its balance."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ingestion.sandbox.timeline import JSON
from ingestion.sandbox.variants import Profile


def account_object(profile: Profile, account: str, created: int, *, restricted_since: int | None, at: int) -> JSON:
    """The account as Stripe shows it to a platform at moment `at`."""
    restricted = restricted_since is not None and at >= restricted_since
    due = ["individual.verification.document", "external_account"] if restricted else []
    email = f"owner@{profile.name.lower().replace(' ', '').replace('&', '')}.example"
    return {
        "id": account,
        "object": "account",
        "business_profile": {
            "annual_revenue": None,
            "estimated_worker_count": None,
            "mcc": "5499",
            "name": profile.name,
            "product_description": None,
            "support_email": email,
            "support_phone": None,
            "support_url": None,
            "url": None,
        },
        "business_type": "company",
        "capabilities": {
            "card_payments": "active",
            "sepa_debit_payments": "active",
            "transfers": "inactive" if restricted else "active",
        },
        "charges_enabled": True,
        "controller": {"type": "account"},
        "country": profile.country,
        "created": created,
        "default_currency": profile.default_currency,
        "details_submitted": True,
        "email": email,
        "external_accounts": {
            "object": "list",
            "data": [],
            "has_more": False,
            "total_count": 0,
            "url": f"/v1/accounts/{account}/external_accounts",
        },
        "future_requirements": _requirements([], None, None),
        "metadata": {},
        "payouts_enabled": not restricted,
        "requirements": _requirements(
            due, restricted_since if restricted else None, "requirements.past_due" if restricted else None
        ),
        "settings": _settings(profile),
        "tos_acceptance": {"date": created},
        "type": "standard",
    }


def balance(rows: Iterable[JSON], at: int, *, livemode: bool, currencies: Iterable[str] = ("eur", "usd")) -> JSON:
    """Available and pending per currency: the sums of the nets of all rows by then, split by `available_on`."""
    available = dict.fromkeys(currencies, 0)
    pending = dict.fromkeys(available, 0)
    for row in rows:
        if row["created"] <= at:
            side = available if row["available_on"] <= at else pending
            side[row["currency"]] = side.get(row["currency"], 0) + row["net"]
            (pending if side is available else available).setdefault(row["currency"], 0)
    return {
        "object": "balance",
        "available": _funds(available),
        "connect_reserved": _funds(dict.fromkeys(available, 0), split=False),
        "livemode": livemode,
        "pending": _funds(pending),
    }


def _funds(amounts: dict[str, int], *, split: bool = True) -> list[JSON]:
    made: list[JSON] = []
    for currency, amount in sorted(amounts.items()):
        entry: dict[str, Any] = {"amount": amount, "currency": currency}
        if split:
            entry["source_types"] = {"card": amount}
        made.append(entry)
    return made


def _requirements(due: list[str], deadline: int | None, reason: str | None) -> JSON:
    return {
        "alternatives": [],
        "current_deadline": deadline,
        "currently_due": due,
        "disabled_reason": reason,
        "errors": [],
        "eventually_due": due,
        "past_due": due,
        "pending_verification": [],
    }


def _settings(profile: Profile) -> JSON:
    weekdays = profile.payouts[0][1]
    names = ("monday", "tuesday", "wednesday", "thursday", "friday")
    schedule: JSON = {"delay_days": 4, "interval": "daily"}
    if len(weekdays) == 1:
        schedule = {
            "delay_days": 4,
            "interval": "weekly",
            "weekly_anchor": names[weekdays[0]],
            "weekly_payout_days": [names[weekdays[0]]],
        }
    return {
        "branding": {"icon": None, "logo": None, "primary_color": None, "secondary_color": None},
        "card_issuing": {"tos_acceptance": {"date": None, "ip": None}},
        "card_payments": {
            "decline_on": {"avs_failure": False, "cvc_failure": True},
            "statement_descriptor_prefix": profile.descriptor[:10],
            "statement_descriptor_prefix_kana": None,
            "statement_descriptor_prefix_kanji": None,
        },
        "dashboard": {"display_name": profile.name, "timezone": profile.zone},
        "payments": {
            "statement_descriptor": profile.descriptor,
            "statement_descriptor_kana": None,
            "statement_descriptor_kanji": None,
        },
        "payouts": {"debit_negative_balances": True, "schedule": schedule, "statement_descriptor": None},
        "sepa_debit_payments": {},
    }
