"""How fast one account may be asked: a token bucket, and back-off when Stripe says 429 or is away."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from accounts.errors import SourceDown

#: Stripe allows 25 a second and endpoint by default, and the account's own traffic needs most of it (§ 7.7).
PER_SECOND = 10.0
ATTEMPTS = 8
LONGEST_WAIT = 30.0

Sleep = Callable[[float], None]


def pause(seconds: float) -> None:
    """Every wait of this provider goes through here, so that a test can make them all instant."""
    time.sleep(seconds)


class Bucket:
    """At most `rate` requests a second on average, with a burst of one second's worth."""

    def __init__(
        self, rate: float = PER_SECOND, *, clock: Callable[[], float] = time.monotonic, sleep: Sleep | None = None
    ) -> None:
        self._rate, self._clock, self._sleep = rate, clock, sleep or (lambda seconds: pause(seconds))
        self._tokens, self._at = rate, clock()
        self._lock = threading.Lock()

    def take(self) -> None:
        """Wait until one request may be made."""
        if (wait := self._reserve()) > 0:
            self._sleep(wait)

    def _reserve(self) -> float:
        """Take a token, if need be one of the future; returns the seconds until it exists."""
        with self._lock:
            now = self._clock()
            self._tokens = min(self._rate, self._tokens + (now - self._at) * self._rate) - 1
            self._at = now
            return max(0.0, -self._tokens / self._rate)


class _Buckets:
    """One bucket per account and process."""

    def __init__(self) -> None:
        self._kept: dict[str, Bucket] = {}
        self._lock = threading.Lock()

    def of(self, account: str) -> Bucket:
        with self._lock:
            return self._kept.setdefault(account, Bucket())


buckets = _Buckets()


class TryLater(SourceDown):
    """A single refusal that the same call may outlive: 429, a lock, a 5xx, a lost connection."""


def retrying() -> Retrying:
    """Try again with exponential back-off and full jitter; the last failure rises as it is.

    Stripe sends no Retry-After that its SDK reads, and the SDK never repeats a 429, so waiting is done here.
    """
    return Retrying(
        retry=retry_if_exception_type(TryLater),
        wait=wait_random_exponential(multiplier=0.5, max=LONGEST_WAIT),
        stop=stop_after_attempt(ATTEMPTS),
        sleep=lambda seconds: pause(seconds),
        reraise=True,
    )
