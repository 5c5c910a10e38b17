"""A paid order whose link was mailed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from billing.models import OdooOrder
from billing.testing.odoo import payment, reading, taken


def token_in(body: str) -> str:
    """The token of the newest link in a mail."""
    found = re.search(r"/activate/link/([\w-]+)/", body)
    assert found, body
    return found.group(1)


@pytest.fixture
def order(db: Any, run_jobs: Callable[..., Any]) -> OdooOrder:
    """S00042, paid today by david@trader.example, who has not opened it."""
    now = timezone.now()
    paid = reading(version=now, ordered_at=now, payments=(payment(paid_at=now),))
    made = taken(paid, now=now)
    run_jobs()
    return made


@pytest.fixture
def token(order: OdooOrder) -> str:
    return token_in(mail.outbox[-1].body)
