"""One message over the wire: to the checked machine, no redirects, within 15 seconds."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import urllib3
from standardwebhooks.webhooks import Webhook

from recommendations.outbound.addresses import Target

TIMEOUT_SECONDS = 15.0
MOST_READ = 2_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `status` is 0 where nobody answered, and `error` says why."""

    status: int
    error: str = ""
    retry_after: timedelta | None = None
    milliseconds: int = 0

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300


Post = Callable[[Target, bytes, dict[str, str]], Answer]


def post(target: Target, body: bytes, headers: dict[str, str]) -> Answer:
    """Send, and read at most two kilobytes of the answer. Never raises for what the other side does."""
    began = time.monotonic()
    limits = urllib3.Timeout(total=TIMEOUT_SECONDS)
    options: dict[str, Any] = {"timeout": limits, "retries": False, "maxsize": 1}
    if target.scheme == "https":
        pool: Any = urllib3.HTTPSConnectionPool(
            target.ip, target.port, server_hostname=target.host, assert_hostname=target.host, **options
        )
    else:
        pool = urllib3.HTTPConnectionPool(target.ip, target.port, **options)
    named = target.host if target.port in (80, 443) else f"{target.host}:{target.port}"
    try:
        found = pool.urlopen("POST", target.path, body=body, headers={**headers, "Host": named}, redirect=False,
                             preload_content=False)  # fmt: skip
        found.read(MOST_READ)
        pause, status, error = _pause(found.headers.get("Retry-After", "")), int(found.status), ""
        found.release_conn()
    except (urllib3.exceptions.HTTPError, OSError) as problem:
        pause, status, error = None, 0, type(problem).__name__
    finally:
        pool.close()
    return Answer(status, error, pause, int((time.monotonic() - began) * 1000))


def signed(message_id: str, payload: dict[str, Any], *, keys: list[str], header: str, at: datetime) -> tuple[
    bytes, dict[str, str]
]:  # fmt: skip
    """Body and headers by Standard Webhooks; with several keys, one signature each."""
    body = json.dumps(payload, separators=(",", ":"), ensure_ascii=False)
    marks = " ".join(Webhook(key).sign(message_id, at, body) for key in keys)
    headers = {
        "Content-Type": "application/json", "User-Agent": "Bellwether", "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": marks,
    }  # fmt: skip
    return body.encode(), headers | ({"Authorization": header} if header else {})


def _pause(text: str) -> timedelta | None:
    """A pause in seconds; a date is left to the schedule, which is slower than most dates ask for."""
    return timedelta(seconds=min(int(text), 10**6)) if text.strip().isdigit() else None
