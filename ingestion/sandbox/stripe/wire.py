"""Requests and answers as values, and errors in Stripe's shape."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl

from ingestion.sandbox.timeline import JSON

API_VERSION: Final = "2026-10-28.endive"
DOCS: Final = "https://stripe.com/docs/error-codes/"


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request. Header names are lower case; `form` holds query or body parameters, brackets unfolded."""

    method: str
    path: str
    form: JSON
    headers: Mapping[str, str]
    body: bytes = b""
    base: str = ""

    @property
    def account(self) -> str:
        return self.headers.get("stripe-account", "")


@dataclass(slots=True)
class Answer:
    """What goes back: `payload` as JSON, or `text` as is. `cut` sends only half of the promised body."""

    status: int = 200
    payload: Any = None
    text: str = ""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    hang_for: float = 0
    cut: bool = False

    @property
    def data(self) -> bytes:
        if self.text or self.payload is None:
            return self.text.encode()
        return json.dumps(self.payload, separators=(",", ":")).encode()


class ApiError(Exception):
    """A refusal in Stripe's shape: `{"error": {"type", "code", "message", "param"}}`."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        type: str = "invalid_request_error",
        code: str = "",
        param: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.type, self.code, self.param, self.message = status, type, code, param, message
        self.headers = dict(headers or {})

    def answer(self, request_id: str) -> Answer:
        error: JSON = {}
        if self.code:
            error |= {"code": self.code, "doc_url": DOCS + self.code.replace("_", "-")}
        error["message"] = self.message
        if self.param:
            error["param"] = self.param
        error |= {"request_log_url": f"https://dashboard.stripe.com/test/logs/{request_id}", "type": self.type}
        return Answer(self.status, {"error": error}, headers=self.headers)


class OAuthError(Exception):
    """A refusal in OAuth's shape: `{"error", "error_description"}`."""

    def __init__(self, error: str, description: str, *, status: int = 400) -> None:
        super().__init__(description)
        self.error, self.description, self.status = error, description, status

    def answer(self) -> Answer:
        return Answer(self.status, {"error": self.error, "error_description": self.description})


def missing(kind: str, name: str, *, param: str = "id", status: int = 404) -> ApiError:
    return ApiError(f"No such {kind}: '{name}'", status=status, code="resource_missing", param=param)


def unfold(encoded: str) -> JSON:
    """Stripe's form encoding as nested values: `a[gte]=1&b[]=x` → {"a": {"gte": "1"}, "b": ["x"]}."""
    form: JSON = {}
    for name, value in parse_qsl(encoded, keep_blank_values=True):
        head, *rest = name.replace("]", "").split("[")
        if not rest:
            form[head] = value
        elif rest[0] == "" or rest[0].isdigit():
            form.setdefault(head, []).append(value)
        else:
            form.setdefault(head, {})[rest[0]] = value
    return form
