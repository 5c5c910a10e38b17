"""Rate limits: what is counted, for whom, and where."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpRequest
from django.test import RequestFactory
from django.test.utils import override_settings

from accounts import ratelimit
from accounts.errors import TooMany
from accounts.models import RateWindow
from accounts.ratelimit import Limit, ProcessWindows, caller, client_ip, consume, rate_limited
from accounts.testing.world import World


@pytest.fixture(autouse=True)
def _limits(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Limits on, counters empty, and a clock that stands still in the middle of a window."""
    cache.clear()
    ratelimit.process_windows.clear()
    monkeypatch.setattr(ratelimit, "time", SimpleNamespace(time=lambda: 1_781_524_830.0))
    with override_settings(RATE_LIMITS=True):
        yield
    cache.clear()


def at(monkeypatch: pytest.MonkeyPatch, moment: float) -> None:
    monkeypatch.setattr(ratelimit, "time", SimpleNamespace(time=lambda: moment))


def request(method: str = "post", **meta: Any) -> HttpRequest:
    made: HttpRequest = getattr(RequestFactory(), method)("/", **meta)
    made.user = SimpleNamespace(is_authenticated=False, pk=None)  # type: ignore[assignment]
    return made


class TestALimit:
    @pytest.mark.parametrize(
        ("text", "times", "seconds"), [("20/m", 20, 60), ("5/10s", 5, 10), ("100/h", 100, 3600), ("1/2d", 1, 172_800)]
    )
    def test_is_read_from_a_word(self, text: str, times: int, seconds: int) -> None:
        assert Limit.read(text) == Limit(times, seconds)

    @pytest.mark.parametrize("text", ["", "20", "20/", "m/20", "20/y"])
    def test_is_refused_when_it_is_none(self, text: str) -> None:
        with pytest.raises((ValueError, KeyError, IndexError)):
            Limit.read(text)


class TestConsuming:
    def test_opens_again_with_the_next_window(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for _ in range(3):
            consume("x", "a", Limit(3, 60))
        with pytest.raises(TooMany) as refused:
            consume("x", "a", Limit(3, 60))
        assert 1 <= refused.value.retry_after.total_seconds() <= 61
        at(monkeypatch, 1_781_524_830.0 + refused.value.retry_after.total_seconds())
        consume("x", "a", Limit(3, 60))

    def test_keeps_names_and_callers_apart(self) -> None:
        for name in ("x", "y"):
            for who in ("a", "b"):
                consume(name, who, Limit(1, 60))

    def test_is_off_where_settings_say_so(self) -> None:
        with override_settings(RATE_LIMITS=False):
            for _ in range(5):
                consume("x", "a", Limit(1, 60))

    def test_survives_a_counter_that_vanishes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(cache, "add", lambda *_, **__: True)
        consume("x", "a", Limit(1, 60))

    def test_of_one_process_touches_no_shared_store(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(cache, "add", lambda *_, **__: 1 / 0)
        consume("x", "a", Limit(1, 60), shared=False)
        with pytest.raises(TooMany):
            consume("x", "a", Limit(1, 60), shared=False)


@pytest.mark.django_db(transaction=True)
class TestTheTable:
    @pytest.fixture(autouse=True)
    def _table(self) -> Iterator[None]:
        with override_settings(RATE_LIMIT_STORE="database"):
            yield

    def test_counts_although_the_request_is_rolled_back(self) -> None:
        for _ in range(2):
            with pytest.raises(ZeroDivisionError), transaction.atomic():
                consume("login", "someone@example.com", Limit(2, 60))
                raise ZeroDivisionError
        with pytest.raises(TooMany):
            consume("login", "someone@example.com", Limit(2, 60))
        window = RateWindow.objects.get()
        assert window.count == 3 and "someone" not in window.key

    def test_leaves_the_connection_at_hand_alone(self) -> None:
        with transaction.atomic():
            before = connection.connection
            consume("x", "a", Limit(1, 60))
            assert connection.connection is before


class TestTheAddress:
    @pytest.mark.parametrize(
        ("proxies", "forwarded", "seen"),
        [
            (0, "6.6.6.6", "10.0.0.1"),
            (1, "6.6.6.6", "6.6.6.6"),
            (1, "1.1.1.1, 6.6.6.6", "6.6.6.6"),
            (2, "1.1.1.1, 6.6.6.6, 10.9.9.9", "6.6.6.6"),
            (2, "6.6.6.6", "6.6.6.6"),
            (1, "", "10.0.0.1"),
            (1, " , ", "10.0.0.1"),
        ],
    )
    def test_is_believed_as_far_as_our_proxies_wrote_it(self, proxies: int, forwarded: str, seen: str) -> None:
        with override_settings(TRUSTED_PROXY_COUNT=proxies):
            assert client_ip(request(REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=forwarded)) == seen


class TestTheDecorator:
    def test_counts_writing_only_and_by_whom_it_says(self, world: World) -> None:
        @rate_limited("deed", limit="1/m", by="user")
        def view(request: HttpRequest) -> str:
            return "done"

        def ask(person: Any, method: str = "post") -> str:
            made = request(method)
            made.user = person
            return view(made)

        assert [ask(world.owner, "get") for _ in range(3)] == ["done"] * 3
        assert ask(world.owner) == ask(world.viewer) == "done"
        with pytest.raises(TooMany):
            ask(world.owner)

    def test_knows_keys_businesses_and_nobody(self, world: World) -> None:
        made = request(REMOTE_ADDR="10.0.0.1")
        assert caller(made, "user") == caller(made, "ip") == "ip:10.0.0.1"
        made.business = world.business  # type: ignore[attr-defined]
        assert caller(made, "business") == f"business:{world.business.pk}"
        made.api_key = SimpleNamespace(pk=7)  # type: ignore[attr-defined]
        assert caller(made, "user") == "key:7"

    def test_becomes_a_page_with_the_time_to_wait(self, world: World, client_of: Any) -> None:
        mine = client_of(world.owner)
        answers = [mine.post("/onboarding/business/", {"name": ""}) for _ in range(11)]
        assert [a.status_code for a in answers] == [200] * 10 + [429]
        assert int(answers[-1]["Retry-After"]) >= 1


class TestWindowsOfOneProcess:
    def test_count_each_key_for_itself(self) -> None:
        windows = ProcessWindows(most=10)
        assert [windows.count("a", 60, now=0), windows.count("a", 60, now=1), windows.count("b", 60, now=1)] == [
            1,
            2,
            1,
        ]

    def test_forget_the_ended_ones_when_there_are_too_many(self) -> None:
        windows = ProcessWindows(most=2)
        windows.count("ended", 10, now=0)
        windows.count("open", 99, now=0)
        windows.count("new", 99, now=50)
        assert windows.count("open", 99, now=50) == 2
        assert windows.count("ended", 10, now=50) == 1

    def test_stay_within_their_number_under_a_flood_of_callers(self) -> None:
        windows = ProcessWindows(most=2)
        for number in range(100):
            windows.count(f"caller {number}", 99, now=0)
        assert len(windows._held) <= 2
