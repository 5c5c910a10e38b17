"""The world of the questions, committed, so that runs are worked on as in production."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic_ai import models

from accounts.models import Business
from agent.evals import world


@pytest.fixture
def asked_world(transactional_db: None, wakeups: Any, monkeypatch: pytest.MonkeyPatch) -> Business:
    monkeypatch.setattr(models, "ALLOW_MODEL_REQUESTS", True)  # to the loopback only
    return world.make()
