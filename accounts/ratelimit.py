"""Rate limits: how often one address, person or business may do something.

A window is counted in a place that all processes share and that no rollback undoes: a refused log-in must count, though
its transaction keeps nothing. With Redis that is the cache; without, a table written over a connection of its own.
"""

from __future__ import annotations

import functools
import hashlib
import inspect
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, TypeVar

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest

from accounts.errors import TooMany

View = TypeVar("View", bound=Callable[..., Any])
By = Literal["ip", "user", "business"]
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}

MOST_PROCESS_WINDOWS = 10_000

_COUNT = """
insert into accounts_ratewindow (key, count, ends_at)
values (%(key)s, 1, to_timestamp(%(ends)s))
on conflict (key) do update set count = accounts_ratewindow.count + 1
returning count
"""


class ProcessWindows:
    """Counts of this process alone, for limits that shield it from a flood and must cost next to nothing.

    When `most` windows are held, those that ended are forgotten; if none did, all are: under such a flood of callers a
    new count each is the lesser evil.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._held: dict[str, tuple[int, int]] = {}  # key → (count, end of the window)

    def count(self, key: str, ends: int, *, now: float) -> int:
        with self._lock:
            if key not in self._held and len(self._held) >= self._most:
                self._held = {k: held for k, held in self._held.items() if held[1] > now}
                if len(self._held) >= self._most:
                    self._held = {}
            counted = self._held.get(key, (0, ends))[0] + 1
            self._held[key] = (counted, ends)
            return counted

    def clear(self) -> None:
        self._held = {}


process_windows = ProcessWindows(MOST_PROCESS_WINDOWS)


@dataclass(frozen=True, slots=True)
class Limit:
    """`times` in each window of `seconds`."""

    times: int
    seconds: int

    @classmethod
    def read(cls, text: str) -> Limit:
        """Read `20/m`, `5/10s` or `100/h`. Errors: ValueError for anything else, at import time."""
        times, _, window = text.partition("/")
        return cls(int(times), int(window[:-1] or 1) * UNITS[window[-1]])


def rate_limited(
    name: str, *, limit: str, by: By = "ip", shared: bool = True, methods: tuple[str, ...] = ("POST",)
) -> Callable[[View], View]:
    """Refuse a view or API operation with TooMany once its caller used up `limit`, counted under `name`.

    `by="business"` needs `request.business` and so belongs below `business_view`. With `shared=False` each process
    counts for itself, which is a guard against floods rather than a quota. Requests of other methods are not counted.
    """
    allowed = Limit.read(limit)

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if request.method in methods:
                consume(name, caller(request, by), allowed, shared=shared)
            return view(request, *args, **kwargs)

        # The API reads parameters from the signature and would look their types up in this module.
        wrapped.__signature__ = inspect.signature(view, eval_str=True)  # type: ignore[attr-defined]
        return wrapped  # type: ignore[return-value]

    return decorate


def consume(name: str, who: str, limit: Limit, *, shared: bool = True) -> None:
    """Count one use by `who`. Errors: TooMany with the time until the window ends."""
    if not settings.RATE_LIMITS:
        return
    now = time.time()
    window = int(now // limit.seconds)
    ends = (window + 1) * limit.seconds
    # Only a digest is kept: neither addresses nor e-mails lie about in the cache.
    key = f"rate:{name}:{hashlib.sha256(who.encode()).hexdigest()[:32]}:{limit.seconds}:{window}"
    counted = _counted(key, ends, limit.seconds) if shared else process_windows.count(key, ends, now=now)
    if counted > limit.times:
        raise TooMany("Too many attempts. Wait a little and try again.", retry_after=timedelta(seconds=ends - now + 1))


def caller(request: HttpRequest, by: By) -> str:
    """Who is counted: the address, the person (or the address of nobody), or the business."""
    if by == "business":
        return f"business:{request.business.pk}"  # type: ignore[attr-defined]
    key = getattr(request, "api_key", None)
    if by == "user" and key is not None:
        return f"key:{key.pk}"
    if by == "user" and request.user.is_authenticated:
        return f"user:{request.user.pk}"
    return f"ip:{client_ip(request)}"


def client_ip(request: HttpRequest) -> str:
    """The caller's address; X-Forwarded-For counts only as far as TRUSTED_PROXY_COUNT proxies wrote it."""
    direct = str(request.META.get("REMOTE_ADDR") or "unknown")
    trusted: int = settings.TRUSTED_PROXY_COUNT
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    if trusted <= 0 or not hops:
        return direct
    return hops[max(0, len(hops) - trusted)][:64]


def _counted(key: str, ends: int, seconds: int) -> int:
    return _in_table(key, ends) if settings.RATE_LIMIT_STORE == "database" else _in_cache(key, seconds)


def _in_cache(key: str, seconds: int) -> int:
    cache.add(key, 0, timeout=seconds + 1)
    try:
        counted: int = cache.incr(key)
    except ValueError:  # it ran out between the two
        return 1
    return counted


def _in_table(key: str, ends: int) -> int:
    """Count over a second connection of the pool, which therefore must be larger than the number of threads."""
    with closing(connection.copy()) as own, own.cursor() as cursor:
        cursor.execute(_COUNT, {"key": key, "ends": ends})
        return int(cursor.fetchone()[0])
