"""The account endpoint takes what Stripe signed for it, once, and nothing else."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Any

import pytest
from django.test import Client

from accounts.models import InboxDelivery

SECRET = "whsec_billing_secret"
EVENT = {
    "id": "evt_1", "object": "event", "type": "customer.subscription.updated", "created": 1_780_000_000,
    "livemode": False, "data": {"object": {"id": "sub_1", "object": "subscription"}},
}  # fmt: skip
pytestmark = pytest.mark.django_db


def send(body: bytes, *, secret: str = SECRET, at: float | None = None, header: str | None = None) -> int:
    stamp = int(time.time() if at is None else at)
    mark = hmac.new(secret.encode(), b"%d." % stamp + body, hashlib.sha256).hexdigest()
    answer = Client().post(
        "/webhooks/billing/stripe", body, content_type="application/json",
        headers={"Stripe-Signature": f"t={stamp},v1={mark}" if header is None else header},
    )  # fmt: skip
    return answer.status_code


@pytest.fixture(autouse=True)
def _quiet(wakeups: Any) -> None:
    """No drain is woken; these tests look at what was stored."""


class TestTheEndpoint:
    def test_stores_what_is_signed(self) -> None:
        assert send(json.dumps(EVENT).encode()) == 200
        row = InboxDelivery.objects.get()
        assert (row.provider, row.endpoint, row.event_id) == ("stripe_billing", "account", "evt_1")
        assert row.state == "received" and not row.livemode

    def test_takes_a_repetition_for_the_same(self) -> None:
        body = json.dumps(EVENT).encode()
        assert [send(body) for _ in range(3)] == [200, 200, 200]
        assert InboxDelivery.objects.count() == 1

    @pytest.mark.parametrize(
        ("given", "status"),
        [
            ({"secret": "whsec_wrong"}, 400),
            ({"secret": "whsec_test_secret"}, 400),  # that of customers' accounts
            ({"at": 1_700_000_000.0}, 400),
            ({"at": 4_000_000_000.0}, 400),
            ({"header": ""}, 400),
            ({"header": "t=now,v1=abc"}, 400),
        ],
        ids=["another secret", "the connect endpoint's", "replayed later", "from the future", "unsigned", "garbled"],
    )
    def test_refuses_what_is_forged_or_stale(self, given: dict[str, Any], status: int) -> None:
        assert send(json.dumps(EVENT).encode(), **given) == status
        assert not InboxDelivery.objects.exists()

    @pytest.mark.parametrize("body", [b"{}", b"[]", b"null", b"\xff\xfe", b"not json", b'{"id": 1}'])
    def test_refuses_what_is_signed_but_no_event(self, body: bytes) -> None:
        assert send(body) == 400

    def test_refuses_a_body_that_was_changed_on_the_way(self) -> None:
        body = json.dumps(EVENT).encode()
        stamp = int(time.time())
        mark = hmac.new(SECRET.encode(), b"%d." % stamp + body, hashlib.sha256).hexdigest()
        assert send(body + b"\n", header=f"t={stamp},v1={mark}") == 400

    def test_refuses_what_is_too_large(self) -> None:
        assert send(b"x" * (1024 * 1024 + 1)) == 413

    def test_takes_both_secrets_while_one_is_being_replaced(self, settings: Any) -> None:
        settings.BILLING_STRIPE_WEBHOOK_SECRETS = ["whsec_new", SECRET]
        assert send(json.dumps(EVENT).encode()) == 200
        assert send(json.dumps(EVENT | {"id": "evt_2"}).encode(), secret="whsec_new") == 200

    def test_is_not_read_by_browsers(self) -> None:
        assert Client().get("/webhooks/billing/stripe").status_code == 405

    def test_answers_that_it_cannot_tell_without_a_secret(self, settings: Any) -> None:
        settings.BILLING_STRIPE_WEBHOOK_SECRETS = []
        assert send(json.dumps(EVENT).encode()) == 503
