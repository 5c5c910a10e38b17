"""Loaded before settings are read: gives the suite a database server and the standing world."""

from __future__ import annotations

import os
from typing import Any

import pytest

from config import embedded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
embedded.prepare([])

pytest_plugins = ["accounts.testing.plugin", "billing.testing.plugin"]


@pytest.fixture(scope="session", autouse=True)
def _no_models() -> None:
    """No test asks a real model; those that speak to a stand-in on the loopback allow it for themselves."""
    from pydantic_ai import models

    models.ALLOW_MODEL_REQUESTS = False


@pytest.fixture(scope="session", autouse=True)
def _reference_data() -> None:
    """Plans, prices of models, knowledge pages and prop firms' rules are there from the first start, and a test on
    real transactions empties every table after itself. Django tells of that as it tells of a migration; then they are
    written again.
    """
    from django.db.models.signals import post_migrate

    post_migrate.connect(write_reference_data, dispatch_uid="reference data of the tests")


def write_reference_data(sender: Any, **known: Any) -> None:
    """What every installation has from its first day."""
    from agent.llm.prices import EVER, ensure_prices
    from analytics.models import RuleSet
    from analytics.trading.shadow_boxing.catalogue import write_first
    from billing.plans.catalogue import ensure_catalogue

    if sender.label == "billing":
        ensure_catalogue()
    if sender.label == "agent":
        ensure_prices(today=EVER)
        restore_knowledge()
    if sender.label == "analytics" and not RuleSet.objects.exists():
        write_first(RuleSet.objects)


KNOWLEDGE = {
    "agent_storedpassage": "id, doc_id, seq, title, heading, anchor, text, tokens, digest",
    "agent_passagevector": 'id, passage_id, "window", model_id, embedding',
}
_kept: dict[str, bytes] = {}


def restore_knowledge() -> None:
    """Load the pages once a process; after that put back what was loaded, which takes a fraction of the time."""
    from django.db import connection

    from agent.knowledge.loading import load

    if not _kept:
        load()
        for table, columns in KNOWLEDGE.items():
            with connection.cursor() as cursor, cursor.copy(f"copy {table} ({columns}) to stdout") as copy:
                _kept[table] = b"".join(bytes(part) for part in copy)
        return
    for table, columns in KNOWLEDGE.items():
        with connection.cursor() as cursor:
            cursor.execute(f"select exists (select from {table} where business_id is null)")
            if not cursor.fetchone()[0]:
                with cursor.copy(f"copy {table} ({columns}) from stdin") as copy:
                    copy.write(_kept[table])
