"""Odoo's address: who may call, what is kept, and that a call is never more than a hint."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client, override_settings
from django.utils import timezone

from accounts.inbox import drain
from accounts.models import InboxDelivery, Job
from billing.models import Activation, Grant, OdooOrder
from billing.odoo.webhook import MAX_BODY, knows

pytestmark = pytest.mark.django_db

SECRET, OLDER = settings.ODOO_WEBHOOK_SECRETS
CALL = {"_model": "sale.order", "_id": 42, "_action": "Tell us(#7)", "id": 42, "write_date": "2026-06-15 12:00:00",
        "state": "sale", "amount_total": 250.0}  # fmt: skip


@pytest.fixture(autouse=True)
def _quiet(wakeups: Any) -> None:
    """Nothing goes to a broker."""


def call(body: Any = CALL, *, secret: str = SECRET, method: str = "post", **headers: Any) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body, sort_keys=True).encode()
    send = getattr(Client(), method)
    return send(f"/webhooks/odoo/order-paid/{secret}", raw, content_type="application/json", **headers)


def outcome() -> tuple[str, str]:
    drain(now=timezone.now())
    delivery = InboxDelivery.objects.get()
    return delivery.state, delivery.outcome


class TestTheDoor:
    @pytest.mark.parametrize("secret", ["wrong", "x" * 32, SECRET[:-1], SECRET + "x", SECRET.upper(), "%00"])
    def test_a_wrong_secret_is_nothing_here(self, secret: str) -> None:
        assert call(secret=secret).status_code == 404
        assert InboxDelivery.objects.count() == 0

    @pytest.mark.parametrize("secret", [SECRET, OLDER])
    def test_two_secrets_work_during_a_rotation(self, secret: str) -> None:
        assert call(secret=secret).status_code == 204
        assert bytes(InboxDelivery.objects.get().payload) == json.dumps(CALL, sort_keys=True).encode()

    @override_settings(ODOO_WEBHOOK_SECRETS=[])
    def test_without_a_secret_the_door_is_closed(self) -> None:
        assert call().status_code == 404

    def test_a_short_secret_is_none(self) -> None:
        assert not knows("short", ["short"])
        assert knows("s" * 22, ["short", "s" * 22])

    @override_settings(ODOO_WEBHOOK_NETWORKS=["203.0.113.0/24", "2001:db8::/32"])
    def test_a_foreign_network_is_nothing_here(self) -> None:
        assert call().status_code == 404
        assert call(REMOTE_ADDR="203.0.113.77").status_code == 204
        assert call({**CALL, "_id": 5}, REMOTE_ADDR="2001:db8::5").status_code == 204
        assert call(REMOTE_ADDR="unknown").status_code == 404

    def test_only_posts_are_taken_and_never_too_many_bytes(self) -> None:
        assert call(method="put").status_code == 405
        assert call(b"x" * (MAX_BODY + 1)).status_code == 413
        assert InboxDelivery.objects.count() == 0

    def test_it_needs_neither_session_nor_csrf_token(self) -> None:
        strict = Client(enforce_csrf_checks=True)
        response = strict.post(f"/webhooks/odoo/order-paid/{SECRET}", b"{}", content_type="application/json")
        assert response.status_code == 204 and response.cookies == {}


class TestTheHint:
    def test_becomes_one_reading_back(self) -> None:
        call()
        assert outcome() == ("processed", "Reading sale.order 42 back.")
        job = Job.objects.get(name="billing.odoo.read_back")
        assert (job.args["model"], job.args["record"], job.args["step"]) == ("sale.order", 42, 0)
        assert job.args["version"] == "2026-06-15T12:00:00+00:00"

    def test_replayed_is_stored_and_read_once(self) -> None:
        for _ in range(5):
            assert call().status_code == 204
        outcome()
        assert Job.objects.filter(name="billing.odoo.read_back").count() == 1

    def test_a_forged_paid_order_grants_nothing(self) -> None:
        """Whoever learned the secret can at most make us read."""
        call({**CALL, "state": "sale", "payment_state": "paid", "amount_total": 0.01, "email": "evil@x.example"})
        outcome()
        assert (OdooOrder.objects.count(), Grant.objects.count(), Activation.objects.count()) == (0, 0, 0)
        assert mail.outbox == []

    @pytest.mark.parametrize(
        "body",
        [
            b"", b"not json", b"[]", b'"text"', b"{}", b"\xff\xfe\x00", b'{"_model":"res.users","_id":1}',
            b'{"_model":"sale.order"}', b'{"_model":"sale.order","_id":"42"}', b'{"_model":"sale.order","_id":-1}',
            b'{"_model":"sale.order","_id":true}', b'{"_model":"sale.order","_id":1e400}',
            b'{"_model":["sale.order"],"_id":1}',
        ],
    )  # fmt: skip
    def test_what_cannot_be_read_is_kept_with_a_reason(self, body: bytes) -> None:
        assert call(body).status_code == 204
        state, reason = outcome()
        assert state == "ignored" and reason
        assert Job.objects.count() == 0

    def test_a_bad_write_date_is_no_reason_to_lose_it(self) -> None:
        call({**CALL, "write_date": [1, "x"]})
        assert outcome()[0] == "processed"
        assert Job.objects.get().args["version"] == ""
