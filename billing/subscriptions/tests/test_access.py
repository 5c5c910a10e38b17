"""What each state of a subscription gives, and when it ends (payments.md § 15)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from billing.stripe.facts import invoice_facts, session_facts, subscription_facts, subscription_of
from billing.subscriptions.calc import GRACE, SLACK, Access, access_of
from billing.testing.stripe import open_invoice, subscription

START = datetime(2026, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)
END = START + 30 * DAY


def seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def access(**given: Any) -> Access | None:
    return access_of(subscription_facts(subscription(START, **given)))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"status": "active"}, Access(START, valid_until=END + SLACK)),
        ({"status": "active", "cancel_at_period_end": True}, Access(START, valid_until=END)),
        ({"status": "active", "cancel_at": seconds(START + 9 * DAY)}, Access(START, valid_until=START + 9 * DAY)),
        ({"status": "active", "pause_collection": {"behavior": "void"}}, Access(START, valid_until=END + SLACK)),
        ({"status": "trialing", "trial_end": seconds(START + 14 * DAY)},
         Access(START, valid_until=START + 14 * DAY + SLACK)),
        ({"status": "trialing", "trial_end": seconds(END), "cancel_at_period_end": True},
         Access(START, valid_until=END)),
        ({"status": "past_due", "latest_invoice": open_invoice(END)}, Access(START, read_only_from=END + GRACE)),
        ({"status": "past_due"}, Access(START, read_only_from=END + GRACE)),
        ({"status": "past_due", "latest_invoice": open_invoice(END), "cancel_at": seconds(END + DAY)},
         Access(START, valid_until=END + DAY, read_only_from=END + GRACE)),
        ({"status": "unpaid"}, Access(START, read_only_from=START)),
        ({"status": "paused"}, Access(START, read_only_from=START)),
        ({"status": "incomplete"}, None),
        ({"status": "canceled", "ended_at": seconds(END)}, Access(START, ended_at=END)),
        ({"status": "incomplete_expired"}, Access(START, ended_at=START)),
        ({"status": "a state of the future"}, Access(START, ended_at=START)),
    ],
)  # fmt: skip
def test_access_follows_the_state(given: dict[str, Any], expected: Access | None) -> None:
    assert access(**given) == expected


class TestReadingStripe:
    def test_takes_the_period_of_older_payloads_too(self) -> None:
        old = subscription(START) | {"current_period_end": seconds(END + DAY)}
        del old["items"]["data"][0]["current_period_end"]
        assert subscription_facts(old).period_end == END + DAY

    def test_takes_the_latest_end_of_several_items_and_no_single_price(self) -> None:
        two = subscription(START)
        two["items"]["data"].append({**two["items"]["data"][0], "current_period_end": seconds(END + DAY)})
        facts = subscription_facts(two)
        assert (facts.period_end, facts.price_id, facts.amount) == (END + DAY, "", 50_000)

    def test_counts_a_quantity_as_no_plan_of_ours(self) -> None:
        several = subscription(START)
        several["items"]["data"][0]["quantity"] = 3
        facts = subscription_facts(several)
        assert (facts.price_id, facts.amount) == ("", 75_000)

    @pytest.mark.parametrize(
        ("coupon", "paid"),
        [
            ({"percent_off": 20, "duration": "forever"}, 20_000),
            ({"amount_off": 5_000, "duration": "repeating"}, 20_000),
            ({"amount_off": 99_999, "duration": "forever"}, 0),
            ({"percent_off": 50, "duration": "once"}, 25_000),
        ],
    )
    def test_counts_running_discounts_only(self, coupon: dict[str, Any], paid: int) -> None:
        old, new = {"coupon": coupon}, {"source": {"type": "coupon", "coupon": coupon}}
        for shape in (old, new):
            assert subscription_facts(subscription(START, discounts=[shape])).discounted == paid

    def test_knows_since_when_a_payment_fails(self) -> None:
        failing = subscription(START, status="past_due", latest_invoice=open_invoice(END))
        paid = subscription(START, latest_invoice={**open_invoice(END), "status": "paid"})
        assert subscription_facts(failing).failing_since == END
        assert subscription_facts(paid).failing_since is None

    def test_finds_whom_an_event_is_about(self) -> None:
        invoice = open_invoice(END)
        old = {**invoice, "parent": None, "subscription": {"id": "sub_old"}}
        assert subscription_of("invoice.paid", invoice) == "sub_acme"
        assert subscription_of("invoice.upcoming", {**invoice, "id": None}) == "sub_acme"
        assert subscription_of("invoice.paid", old) == "sub_old"
        assert subscription_of("customer.subscription.deleted", {"id": "sub_1"}) == "sub_1"
        assert subscription_of("charge.refunded", {"id": "ch_1"}) == ""

    def test_reads_invoices_without_tax_as_whole(self) -> None:
        invoice = open_invoice(END) | {"total_excluding_tax": None}
        assert invoice_facts(invoice).total_excluding_tax == 25_000 and invoice_facts(invoice).is_failing

    @pytest.mark.parametrize(("said", "is_paid"), [("paid", True), ("no_payment_required", True), ("unpaid", False)])
    def test_takes_a_session_for_paid_only_when_stripe_says_so(self, said: str, is_paid: bool) -> None:
        assert session_facts({"id": "cs_1", "payment_status": said}).is_paid is is_paid
