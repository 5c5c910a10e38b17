"""The automation "Send Webhook Notification": one POST, one second, no signature, no second try."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from ingestion.sandbox.odoo.books import JSON, MANY2ONE, Books

TIMEOUT_SECONDS: Final = 1
FIELDS: Final = ("amount_total", "currency_id", "name", "partner_id", "state", "write_date")


@dataclass(slots=True)
class Automation:
    """Where the shop calls, and how.

    in_transaction:  the call goes out before the change is visible to anyone, as older releases do it.
    pairs:           many2one fields are `[id, name]` instead of bare ids.
    lose:            that many of the next calls are never sent.
    """

    url: str = ""
    in_transaction: bool = False
    pairs: bool = False
    lose: int = 0
    fields: tuple[str, ...] = FIELDS


def payload(books: Books, model: str, number: int, automation: Automation) -> bytes:
    """The body as Odoo writes it: underscored names first by sorting, what JSON does not know as text."""
    row = books.row(model, number)
    body: JSON = {"_action": "Tell Bellwether(#7)", "_id": number, "_model": model, "id": number}
    for name in automation.fields:
        if name in row:
            body[name] = _plain(books, name, row[name], automation.pairs)
    return json.dumps(body, sort_keys=True, default=str).encode()


def post(url: str, body: bytes) -> int:
    """The receiver's status, 0 where none came within a second."""
    target = urlsplit(url)
    connection = http.client.HTTPConnection(target.hostname or "127.0.0.1", target.port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("POST", target.path or "/", body, {"Content-Type": "application/json"})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def _plain(books: Books, name: str, value: Any, pairs: bool) -> Any:
    if name not in MANY2ONE or not pairs or value is False:
        return value
    return [value, books.row(MANY2ONE[name], value).get("display_name", "")]
