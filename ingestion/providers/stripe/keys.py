"""Trying a pasted key before it is kept."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from accounts.errors import InvalidInput, SourceRefused
from ingestion.providers.stripe.client import JSON, Access, StripeApi
from ingestion.providers.stripe.listings import LISTINGS

RESTRICTED = re.compile(r"rk_(live|test)_[A-Za-z0-9]{8,250}")
FULL = re.compile(r"sk_(live|test)_")


@dataclass(frozen=True, slots=True)
class CheckedKey:
    """A restricted key, the account it opens, and the optional lists it may not read."""

    key: str = field(repr=False)
    livemode: bool
    account: JSON
    unreadable: tuple[str, ...]


def check_key(text: str) -> CheckedKey:
    """Ask for the account, the balance and one record of every list.

    Errors: InvalidInput for anything but a restricted key, and with the permissions that are missing; SourceDown.
    """
    key = text.strip()
    match = RESTRICTED.fullmatch(key)
    if match is None:
        raise InvalidInput(_advice(key), code="bad_key", field="key")
    api = StripeApi(Access(key, pace_key=f"check:{key[-8:]}"))
    missing, account = [], {}
    try:
        account = api.account()
        api.balance()
    except SourceRefused as refusal:
        if refusal.code != "not_permitted":
            raise InvalidInput("Stripe does not accept this key.", code="bad_key", field="key") from None
        missing.append("account and balance")
    unreadable = _unreadable(api)
    missing += [listing.stream for listing in LISTINGS if listing.stream in unreadable and not listing.optional]
    if missing or not isinstance(account.get("id"), str):
        names = ", ".join(name.replace("_", " ") for name in missing) or "account"
        raise InvalidInput(
            f"The key lacks read permission for: {names}. Add it in Stripe under Developers › API keys.",
            code="key_lacks_permission",
            field="key",
            missing=missing,
        )
    return CheckedKey(key, match[1] == "live", account, tuple(unreadable))


def _unreadable(api: StripeApi) -> list[str]:
    found = []
    for listing in LISTINGS:
        try:
            api.get(listing.path, limit=1)
        except SourceRefused:
            found.append(listing.stream)
    return found


def _advice(key: str) -> str:
    if FULL.match(key):
        return "This is a full secret key. Make a restricted key with read permissions only, and paste that."
    return "This is no restricted Stripe key. It begins with rk_live_ or rk_test_."
