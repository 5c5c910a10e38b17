from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from accounts.testing.world import World
from ingestion.models import Statement
from ingestion.testing.statements import FarSide, upload
from ingestion.trading.reading.model import Reading


@pytest.fixture
def far_side(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> FarSide:
    settings.MEDIA_ROOT = tmp_path
    # Figures have tests of their own; here only the end of their job matters, which closes the statement.
    done = SimpleNamespace(written=(), kept=(), failed={})
    monkeypatch.setattr("analytics.trading.tasks.compute", lambda *args, **options: done)
    far = FarSide()
    monkeypatch.setattr("ingestion.trading.statements.understand.read_statement", far.read)
    return far


@pytest.fixture
def read(world: World, far_side: FarSide, run_jobs: Callable[..., Any]) -> Callable[..., Statement]:
    """Upload a reading under a name, run the jobs, and give the statement as it ended."""
    if "trading" not in world.business.desks:
        world.business.desks = [*world.business.desks, "trading"]
        world.business.save(update_fields=["desks"])

    def now(name: str, reading: Reading | Callable[..., Reading] | Exception, **options: Any) -> Statement:
        statement = upload(world.business, far_side.file(name, reading), **options)
        run_jobs()
        statement.refresh_from_db()
        return statement

    return now
