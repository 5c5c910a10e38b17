"""Two presses at the same moment, over two real connections: one business."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Business, Member, User
from accounts.secrets import token_hash
from billing.models import Activation, Grant
from billing.plans.catalogue import ensure_catalogue
from billing.testing.odoo import EMAIL, reading, taken


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_make_one_business(wakeups: Any) -> None:
    ensure_catalogue()  # a test that commits may have emptied it
    now = timezone.now()
    order = taken(reading(version=now, ordered_at=now), now=now)
    token = "t" * 43
    Activation.objects.create(
        order=order, email=EMAIL, token_hash=token_hash(token), created_at=now, expires_at=now + timedelta(minutes=9)
    )
    together, answers = threading.Barrier(2, timeout=30), []

    def press() -> None:
        client = Client()
        together.wait()
        try:
            answers.append(client.post(f"/activate/link/{token}/").status_code)
        finally:
            connection.close()

    pressing = [threading.Thread(target=press) for _ in range(2)]
    for thread in pressing:
        thread.start()
    for thread in pressing:
        thread.join(60)
    assert sorted(answers) == [302, 404]
    assert (Business.objects.count(), User.objects.count(), Member.objects.count()) == (1, 1, 1)
    assert Grant.objects.filter(source="odoo").count() == 1
