"""Failures on demand: storms of 429, server errors, silence, bodies that stop half way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from ingestion.sandbox.stripe.wire import Answer, ApiError, Request
from ingestion.sandbox.timeline import JSON

KINDS: Final = ("rate_limit", "error", "timeout", "cut", "html")
HTML: Final = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


@dataclass(slots=True)
class Fault:
    """One kind of failure for the next `times` requests that match.

    kind:          rate_limit (429), error (`status`, default 500), timeout (silence for `seconds`), cut (half a
                   body), html (a proxy's error page).
    path, account: only requests whose path starts with it, only of that account; empty matches all.
    every:         strike each n-th matching request only.
    retry_after:   the `Retry-After` header in seconds; should_retry the `Stripe-Should-Retry` header.
    """

    kind: str
    times: int = 1
    path: str = ""
    account: str = ""
    every: int = 1
    status: int = 500
    seconds: float = 30.0
    retry_after: int | None = None
    should_retry: bool | None = None
    seen: int = 0
    struck: int = 0

    def matches(self, request: Request) -> bool:
        if self.struck >= self.times or not request.path.startswith(self.path):
            return False
        if self.account and request.account != self.account:
            return False
        self.seen += 1
        return self.seen % self.every == 0

    def headers(self) -> dict[str, str]:
        headers = {}
        if self.retry_after is not None:
            headers["Retry-After"] = str(self.retry_after)
        if self.should_retry is not None:
            headers["Stripe-Should-Retry"] = str(self.should_retry).lower()
        return headers


@dataclass(slots=True)
class Faults:
    """The failures in wait, first come first served."""

    waiting: list[Fault] = field(default_factory=list)

    def add(self, given: Mapping[str, Any]) -> Fault:
        """From a control request; ValueError for an unknown kind or field."""
        if given.get("kind") not in KINDS:
            raise ValueError(f"kind is one of {', '.join(KINDS)}")
        try:
            fault = Fault(**given)
        except TypeError as error:
            raise ValueError(str(error)) from None
        self.waiting.append(fault)
        return fault

    def clear(self) -> None:
        self.waiting.clear()

    def listed(self) -> list[JSON]:
        return [asdict(fault) for fault in self.waiting]

    def strike(self, request: Request) -> Fault | None:
        """The fault that hits `request`, if one does."""
        for fault in self.waiting:
            if fault.matches(request):
                fault.struck += 1
                return fault
        return None


def failure(fault: Fault, request_id: str) -> Answer | None:
    """What a fault answers instead of the real thing; None for `cut`, which spoils the real answer."""
    if fault.kind == "rate_limit":
        error = ApiError(
            "Request rate limit exceeded. You can learn more about rate limits here "
            "https://stripe.com/docs/rate-limits.",
            status=429,
            code="rate_limit",
            headers={"Stripe-Rate-Limited-Reason": "endpoint-rate", **fault.headers()},
        )
        return error.answer(request_id)
    if fault.kind == "error":
        broken = ApiError("An unknown error occurred", status=fault.status, type="api_error", headers=fault.headers())
        return broken.answer(request_id)
    if fault.kind == "timeout":
        return Answer(status=0, hang_for=fault.seconds)
    if fault.kind == "html":
        return Answer(502, text=HTML, content_type="text/html", headers=fault.headers())
    return None
