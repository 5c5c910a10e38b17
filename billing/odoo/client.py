"""Speaking to Odoo over JSON-RPC: reads only, with time limits, and never quoting the key."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

import httpx
from django.conf import settings

from accounts.errors import SourceDown, SourceRefused

JSON = dict[str, Any]
TIMEOUT: Final = httpx.Timeout(15.0, connect=5.0)
PAGE: Final = 200
REFUSALS: Final = ("odoo.exceptions.AccessDenied", "odoo.exceptions.AccessError")


class Missing(Exception):
    """Odoo has no such record any more."""


@dataclass(frozen=True, slots=True)
class Access:
    """Where the database is and who reads it. The key stays out of `repr`."""

    url: str
    database: str
    login: str
    key: str = field(repr=False)

    @classmethod
    def configured(cls) -> Access | None:
        """What the settings say; None where no Odoo is set up."""
        if not settings.ODOO_URL:
            return None
        return cls(settings.ODOO_URL.rstrip("/"), settings.ODOO_DB, settings.ODOO_LOGIN, settings.ODOO_API_KEY)


class OdooApi:
    """Reads of one Odoo database.

    Errors of every call: SourceRefused when the log-in or a right is missing, SourceDown when trying later helps,
    Missing when a record is gone.
    """

    def __init__(self, access: Access, *, transport: httpx.BaseTransport | None = None) -> None:
        self.access = access
        self._client = httpx.Client(timeout=TIMEOUT, transport=transport, follow_redirects=False)
        self._numbers = count(1)
        self._user: int | None = None

    def close(self) -> None:
        self._client.close()

    def __enter__(self) -> OdooApi:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read(self, model: str, ids: Iterable[int], fields: Sequence[str]) -> list[JSON]:
        """Records by id. Errors: Missing when one of them is gone."""
        wanted = sorted(set(ids))
        return self._rows(model, "read", [wanted], {"fields": list(fields)}) if wanted else []

    def search(
        self, model: str, domain: Sequence[Any], fields: Sequence[str], *, limit: int = 0, order: str = "id"
    ) -> list[JSON]:
        """All records that meet `domain`, page by page; with `limit` only the first page of that length."""
        found: list[JSON] = []
        while True:
            options = {"fields": list(fields), "limit": limit or PAGE, "offset": len(found), "order": order}
            page = self._rows(model, "search_read", [list(domain)], options)
            found += page
            if limit or len(page) < PAGE:
                return found

    def user(self) -> int:
        """The id of the user the key belongs to. Errors: SourceRefused when it does not work."""
        if self._user is None:
            access = self.access
            found = self._call("common", "authenticate", [access.database, access.login, access.key, {}])
            if not isinstance(found, int) or isinstance(found, bool):
                raise SourceRefused("Odoo does not take this log-in.", code="access_revoked")
            self._user = found
        return self._user

    def _rows(self, model: str, method: str, args: list[Any], options: JSON) -> list[JSON]:
        access = self.access
        found = self._call(
            "object", "execute_kw", [access.database, self.user(), access.key, model, method, args, options]
        )
        if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
            raise SourceDown(f"Odoo's answer about {model} is not a list of records.", code="bad_answer")
        return found

    def _call(self, service: str, method: str, args: list[Any]) -> Any:
        body = {
            "jsonrpc": "2.0", "method": "call", "id": next(self._numbers),
            "params": {"service": service, "method": method, "args": args},
        }  # fmt: skip
        try:
            response = self._client.post(f"{self.access.url}/jsonrpc", json=body)
            answer = response.json() if response.status_code == 200 else None
        except (httpx.HTTPError, ValueError) as error:
            raise SourceDown("Odoo cannot be reached right now.", kind=type(error).__name__) from None
        if not isinstance(answer, dict):
            raise SourceDown("Odoo cannot be reached right now.", http=response.status_code)
        if (failure := answer.get("error")) is not None:
            raise _translated(failure)
        return answer.get("result")


def _translated(failure: Any) -> Exception:
    """What an error of Odoo means for us. Its own traceback may quote arguments, so only the sentence is kept."""
    data = failure.get("data") if isinstance(failure, dict) else None
    kind = str((data or {}).get("name", ""))
    message = " ".join(str((data or {}).get("message", "")).split())[:200]
    if kind == "odoo.exceptions.MissingError":
        return Missing(message)
    if kind in REFUSALS:
        return SourceRefused("Odoo refuses this reading. Check the rights of its user.", code="not_permitted")
    return SourceDown(f"Odoo answered with an error: {kind} {message}".strip(), code="bad_answer")
