"""The far side of these tests: the sandbox Stripe on loopback, and no waiting anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from accounts.testing.world import MOMENT, World
from ingestion.models import Source
from ingestion.providers.stripe import pace
from ingestion.sandbox.stripe.server import ReplayServer


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Every wait of the provider, noted instead of spent."""
    noted: list[float] = []
    monkeypatch.setattr(pace, "pause", noted.append)
    return noted


@pytest.fixture
def company() -> str:
    """Which sandbox company is read; a young one keeps tests short, `established` has everything."""
    return "young"


@pytest.fixture
def stripe(settings: Any, company: str) -> Iterator[ReplayServer]:
    """A Stripe of our own, told as of the standing world's moment, with one company connected."""
    with ReplayServer(as_of=MOMENT, connected=(company,), clock=MOMENT.timestamp) as server:
        settings.STRIPE_API_BASE = settings.STRIPE_CONNECT_BASE = server.url
        settings.STRIPE_SECRET_KEY = server.secret_key
        settings.STRIPE_CONNECT_CLIENT_ID = server.client_id
        settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}
        yield server


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The sandbox's time is ours too."""
    import time_machine

    with time_machine.travel(MOMENT, tick=True) as traveller:
        yield traveller


@pytest.fixture
def source(stripe: ReplayServer, world: World, now: Any, company: str) -> Source:
    """The sandbox company, connected by consent and not read yet."""
    return make_source(world, account=stripe.account(company))


def make_source(world: World, *, account: str = "acct_1sandbox", **changes: Any) -> Source:
    values = {
        "business": world.business,
        "provider": "stripe",
        "label": "Sandbox company",
        "external_account": account,
        "livemode": False,
        "auth_mode": Source.AuthMode.OAUTH,
        "connected_at": MOMENT,
        "account": {"unreadable": []},
        **changes,
    }
    return Source.objects.create(**values)


@pytest.fixture
def imported(source: Source, run_jobs: Callable[..., list[Any]]) -> Source:
    """The same company after its first import."""
    from ingestion.providers.stripe import backfill

    backfill.enqueue(source)
    run_jobs()
    source.refresh_from_db()
    assert source.state == Source.State.ACTIVE
    return source
