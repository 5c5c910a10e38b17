"""Reading single values out of Stripe payloads of any API version, strictly.

A value that cannot be trusted raises `Unreadable`; the dispatcher turns that into a quarantined row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from accounts.money import THREE_DECIMAL, TWO_DECIMAL, ZERO_DECIMAL

JSON = dict[str, Any]
CURRENCIES = TWO_DECIMAL | ZERO_DECIMAL | THREE_DECIMAL
LARGEST_AMOUNT = 2**63 - 1
LATEST_TIME = 253_402_300_799  # the last second of the year 9999
ID = re.compile(r"[!-~]{1,255}")


class Unreadable(Exception):
    """A payload that must not become a fact; `code` is stable, the text is for people."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def amount(obj: JSON, key: str) -> int:
    """Minor units under `key`. Only a JSON integer counts: a mirror that writes "10.00" or 10.0 has lost the unit."""
    value = obj.get(key)
    if type(value) is not int:
        raise Unreadable("not_an_integer", f"{key} is {value!r}; Stripe amounts are whole minor units.")
    if not -LARGEST_AMOUNT <= value <= LARGEST_AMOUNT:
        raise Unreadable("out_of_range", f"{key} is {value}, more than a ledger can hold.")
    return value


def amount_or_zero(obj: JSON, key: str) -> int:
    return 0 if obj.get(key) is None else amount(obj, key)


def currency(obj: JSON) -> str:
    value = obj.get("currency")
    code = value.lower() if isinstance(value, str) else ""
    if code not in CURRENCIES:
        raise Unreadable("unknown_currency", f"The currency {value!r} is not known, so its amounts have no scale.")
    return code


def moment(obj: JSON, key: str) -> datetime:
    """The Unix time under `key`, aware, UTC."""
    value = obj.get(key)
    if type(value) is not int or not 0 <= value <= LATEST_TIME:
        raise Unreadable("bad_time", f"{key} is {value!r}; a Unix time in seconds was expected.")
    return datetime.fromtimestamp(value, UTC)


def moment_or_none(obj: JSON, key: str) -> datetime | None:
    return None if obj.get(key) is None else moment(obj, key)


def identity(obj: JSON) -> str:
    value = obj.get("id")
    if not isinstance(value, str) or not ID.fullmatch(value):
        raise Unreadable("no_id", "The object carries no usable id.")
    return value


def text(obj: JSON, key: str, limit: int = 255) -> str:
    """The text under `key`; empty when absent, null or not a text."""
    return clean(obj.get(key), limit)


def word(obj: JSON, key: str, limit: int = 60) -> str:
    """A value of Stripe's own vocabulary; unknown ones are kept."""
    return clean(obj.get(key), limit)


def clean(value: object, limit: int = 255) -> str:
    """`value` as a text that a column holds: JSON may carry NUL and lone surrogates, Postgres may not."""
    if not isinstance(value, str):
        return ""
    if value.isascii():
        return value.replace("\x00", "")[:limit]
    return value.encode("utf-8", "replace").decode().replace("\x00", "")[:limit]


def flag(obj: JSON, key: str) -> bool:
    return obj.get(key) is True


def reference(value: object) -> str:
    """The id of another object, whether the payload holds it as id or expanded."""
    return clean(value.get("id")) if isinstance(value, dict) else clean(value)


def nested(obj: JSON, *path: str) -> JSON:
    """The object at `path`; empty when any step of the way is missing."""
    for step in path:
        found = obj.get(step)
        if not isinstance(found, dict):
            return {}
        obj = found
    return obj


def listed(value: object) -> list[JSON]:
    """The objects of a Stripe list (`{object: list, data: […]}`) or of a plain array."""
    data: object = value.get("data") if isinstance(value, dict) else value
    return [item for item in data if isinstance(item, dict)] if isinstance(data, list) else []


def decimal_text(value: object) -> str:
    """A unit price as exact decimal text; empty when there is none (tiered or custom prices)."""
    if value is None or isinstance(value, bool):
        return ""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise Unreadable("not_a_number", f"A unit price is {value!r}.") from None
    if not number.is_finite():
        raise Unreadable("not_a_number", f"A unit price is {value!r}.")
    return format(number.normalize(), "f")


def first(values: Iterable[object]) -> object | None:
    """The first value that says something."""
    return next((value for value in values if value not in (None, "", {}, [])), None)
