"""Payloads of several API versions become the same rows; what cannot be trusted becomes a reason."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.pipeline.rows import Rejected
from ingestion.providers.stripe.mapping import map_object, ranks
from ingestion.providers.stripe.tests import payloads
from ingestion.providers.stripe.tests.payloads import CREATED, SEEN_AT


def row(obj: dict[str, Any]) -> Any:
    return next(map_object(obj, version_at=SEEN_AT)).row


class TestBalanceTransaction:
    def test_keeps_amounts_in_minor_units_and_times_in_utc(self) -> None:
        mapped = row(payloads.balance_transaction())
        assert (mapped.amount, mapped.fee, mapped.net, mapped.currency) == (10_000, 320, 9_680, "usd")
        assert mapped.created_at == datetime.fromtimestamp(CREATED, UTC)
        assert (mapped.version_at, mapped.bucket, mapped.source_object) == (SEEN_AT, "gross", "ch_1")

    @pytest.mark.parametrize(
        ("category", "bucket"),
        [
            ("charge", "gross"),
            ("charge_failure", "gross"),
            ("partial_capture_reversal", "gross"),
            ("refund", "refund"),
            ("refund_failure", "refund"),
            ("dispute", "dispute"),
            ("dispute_reversal", "dispute"),
            ("fee", "cost"),
            ("tax", "cost"),
            ("advance", "financing"),
            ("advance_funding", "financing"),
            ("risk_reserved_funds", "reserve"),
            ("connect_reserved_funds", "reserve"),
            ("payout", "movement"),
            ("payout_reversal", "movement"),
            ("topup", "movement"),
            ("topup_reversal", "movement"),
            ("transfer", "movement"),
            ("issuing_transaction", "movement"),
            ("other_adjustment", "movement"),
            ("connect_collection_transfer", "movement"),
            ("something_of_next_year", "movement"),
        ],
    )
    def test_sorts_by_reporting_category(self, category: str, bucket: str) -> None:
        mapped = row(payloads.balance_transaction(reporting_category=category, type="adjustment"))
        assert (mapped.bucket, mapped.reporting_category) == (bucket, category)

    @pytest.mark.parametrize(
        ("changes", "category", "bucket"),
        [
            ({"type": "charge"}, "charge", "gross"),
            ({"type": "payment"}, "charge", "gross"),
            ({"type": "payment_refund"}, "refund", "refund"),
            ({"type": "payout_cancel"}, "payout_reversal", "movement"),
            ({"type": "payout_failure"}, "payout_reversal", "movement"),
            ({"type": "stripe_fee"}, "fee", "cost"),
            ({"type": "adjustment", "source": "dp_1", "amount": -100, "fee": 0, "net": -100}, "dispute", "dispute"),
            ({"type": "adjustment", "source": "du_1"}, "dispute_reversal", "dispute"),
            ({"type": "adjustment", "source": "ch_1"}, "other_adjustment", "movement"),
            ({"type": "transfer", "source": "po_1"}, "payout", "movement"),
        ],
    )
    def test_derives_the_category_from_the_type_when_it_is_absent(
        self, changes: dict[str, Any], category: str, bucket: str
    ) -> None:
        obj = payloads.balance_transaction(**changes)
        del obj["reporting_category"]
        assert (row(obj).reporting_category, row(obj).bucket) == (category, bucket)

    def test_knows_chargebacks_of_old_ledgers_by_their_description(self) -> None:
        obj = payloads.balance_transaction(type="adjustment", description="Chargeback withdrawal for ch_1")
        del obj["reporting_category"]
        assert row(obj).bucket == "dispute"

    @pytest.mark.parametrize("kind", ["reserve_hold", "payout_minimum_balance_hold"])
    def test_holds_reserves_apart_by_type(self, kind: str) -> None:
        assert row(payloads.balance_transaction(type=kind, reporting_category="other_adjustment")).bucket == "reserve"

    def test_holds_risk_reserves_apart_by_balance_type(self) -> None:
        assert row(payloads.balance_transaction(balance_type="risk_reserved")).bucket == "reserve"

    def test_refuses_a_net_that_does_not_add_up(self) -> None:
        assert row(payloads.balance_transaction(net=9_000)).reason_code == "net_mismatch"

    def test_keeps_the_exchange_rate_exactly(self) -> None:
        obj = json.loads('{"rate": 1.166667}', parse_float=Decimal)
        assert row(payloads.balance_transaction(exchange_rate=obj["rate"])).exchange_rate == Decimal("1.166667")

    @pytest.mark.parametrize("amount", ["10.00", 10.0, 1000.5, None, True, "1000", 2**70])
    def test_refuses_amounts_that_are_no_whole_minor_units(self, amount: object) -> None:
        rejected = row(payloads.balance_transaction(amount=amount))
        assert isinstance(rejected, Rejected)
        assert rejected.external_id == "txn_1"
        assert json.loads(rejected.raw)["amount"] == amount

    @pytest.mark.parametrize("currency", ["xyz", "", None, 840, "us"])
    def test_refuses_currencies_without_a_known_scale(self, currency: object) -> None:
        assert row(payloads.balance_transaction(currency=currency)).reason_code == "unknown_currency"


class TestCharge:
    def test_reads_a_charge_of_today(self) -> None:
        mapped = row(payloads.charge())
        assert (mapped.status, mapped.captured, mapped.amount_captured) == ("succeeded", True, 10_000)
        assert (mapped.brand, mapped.payer_key, mapped.card_present) == ("visa", "cus_1", False)
        assert (mapped.descriptor, mapped.invoice) == ("ACME* ORDER", "")

    def test_reads_a_charge_of_2013(self) -> None:
        mapped = row(payloads.charge_of_2013())
        assert (mapped.status, mapped.captured, mapped.amount_captured) == ("succeeded", True, 2_500)
        assert (mapped.brand, mapped.payer_key, mapped.currency) == ("amex", "card:fp_old", "usd")
        assert mapped.invoice == "in_old"

    def test_reads_the_card_of_the_years_between(self) -> None:
        source = {"id": "card_9", "object": "card", "brand": "MasterCard", "fingerprint": "fp_9"}
        obj = payloads.charge(customer={"id": "cus_9", "object": "customer"}, source=source)
        del obj["payment_method_details"]
        assert (row(obj).brand, row(obj).payer_key) == ("mastercard", "cus_9")

    def test_reads_status_paid_of_2014_as_succeeded(self) -> None:
        assert row(payloads.charge(status="paid")).status == "succeeded"

    def test_counts_an_authorisation_as_nothing_captured(self) -> None:
        mapped = row(payloads.charge(captured=False, amount_captured=0))
        assert (mapped.paid, mapped.captured, mapped.amount_captured) == (True, False, 0)

    def test_decides_from_the_state_and_not_from_the_name_of_an_event(self) -> None:
        """Public fixtures carry a failed, uncaptured charge under charge.captured."""
        mapped = row(payloads.charge(status="failed", paid=False, captured=False, failure_code="card_declined"))
        assert (mapped.status, mapped.amount_captured, mapped.failure_code) == ("failed", 0, "card_declined")

    def test_keeps_a_partial_capture(self) -> None:
        assert row(payloads.charge(amount_captured=4_000)).amount_captured == 4_000

    def test_gives_a_payer_of_its_own_to_a_charge_without_customer_or_card(self) -> None:
        obj = payloads.charge(customer=None, payment_method_details={"type": "sepa_debit", "sepa_debit": {}})
        assert (row(obj).payer_key, row(obj).brand) == ("charge:ch_1", "")

    def test_tells_cards_that_were_present(self) -> None:
        details = {"type": "card_present", "card_present": {"brand": "visa", "fingerprint": "fp_2"}}
        assert row(payloads.charge(payment_method_details=details)).card_present is True

    def test_keeps_unknown_statuses_and_brands(self) -> None:
        details = {"type": "card", "card": {"brand": "moonpay", "fingerprint": "f"}}
        mapped = row(payloads.charge(status="levitating", payment_method_details=details))
        assert (mapped.status, mapped.brand, mapped.version_rank) == ("levitating", "moonpay", ranks.UNKNOWN)

    def test_yields_the_refunds_and_ledger_row_expanded_inside(self) -> None:
        obj = payloads.charge(
            balance_transaction=payloads.balance_transaction(),
            refunds={"object": "list", "data": [payloads.refund()]},
        )
        mapped = list(map_object(obj, version_at=SEEN_AT))
        assert [item.stream for item in mapped] == ["charges", "balance_transactions", "refunds"]
        assert mapped[0].row.balance_transaction == "txn_1"

    def test_ranks_later_states_higher(self) -> None:
        states = [
            payloads.charge(status="pending"),
            payloads.charge(captured=False),
            payloads.charge(),
            payloads.charge(amount_refunded=100),
            payloads.charge(amount_refunded=10_000),
        ]
        found = [row(state).version_rank for state in states]
        assert found == sorted(found)
        assert len(set(found)) == len(found)


class TestRefund:
    def test_reads_refunds_older_than_their_status(self) -> None:
        obj = payloads.refund()
        del obj["status"]
        assert row(obj).status == "succeeded"

    def test_lets_failed_follow_succeeded(self) -> None:
        assert row(payloads.refund(status="failed")).version_rank > row(payloads.refund()).version_rank


class TestDispute:
    @pytest.mark.parametrize(
        ("status", "case_type", "counts"),
        [
            ("needs_response", "chargeback", True),
            ("won", "chargeback", True),
            ("lost", "compliance", True),
            ("lost", None, True),
            ("needs_response", "inquiry", False),
            ("warning_needs_response", "chargeback", False),
            ("warning_closed", None, False),
            ("prevented", "chargeback", False),
            ("lost", "resolution", False),
            ("lost", "block", False),
        ],
    )
    def test_counts_chargebacks_as_the_networks_do(self, status: str, case_type: str | None, counts: bool) -> None:
        card = {"brand": "visa", "case_type": case_type}
        obj = payloads.dispute(status=status, payment_method_details={"card": card})
        assert row(obj).is_chargeback is counts

    def test_reads_brand_and_charge_time_from_an_expanded_charge(self) -> None:
        obj = payloads.dispute(charge=payloads.charge())
        del obj["payment_method_details"]
        mapped = row(obj)
        assert (mapped.brand, mapped.charge) == ("visa", "ch_1")
        assert mapped.charge_created_at == datetime.fromtimestamp(CREATED, UTC)

    def test_reads_the_deadline_of_old_payloads(self) -> None:
        obj = payloads.dispute(evidence_due_by=CREATED + 5, evidence_details=None)
        assert row(obj).evidence_due_by == datetime.fromtimestamp(CREATED + 5, UTC)

    def test_dates_a_win_by_the_ledger_row_that_returned_the_money(self) -> None:
        rows = [
            payloads.balance_transaction(id="txn_7", amount=-100, fee=15, net=-115),
            payloads.balance_transaction(id="txn_8", created=CREATED + 99),
        ]
        mapped = list(map_object(payloads.dispute(status="won", balance_transactions=rows), version_at=SEEN_AT))
        assert mapped[0].row.closed_at == datetime.fromtimestamp(CREATED + 99, UTC)
        assert [item.stream for item in mapped] == ["disputes", "balance_transactions", "balance_transactions"]

    def test_dates_a_loss_by_its_deadline_whenever_it_is_read(self) -> None:
        obj = payloads.dispute(status="lost")
        later = next(map_object(obj, version_at=datetime(2027, 1, 1, tzinfo=UTC))).row
        assert row(obj).closed_at == later.closed_at == datetime.fromtimestamp(CREATED + 604_800, UTC)

    def test_leaves_an_open_dispute_without_an_end(self) -> None:
        assert row(payloads.dispute()).closed_at is None

    def test_lets_an_appeal_follow_the_verdict(self) -> None:
        verdict, appeal = row(payloads.dispute(status="lost")), row(payloads.dispute(status="appeal_needs_response"))
        assert appeal.version_rank > verdict.version_rank


class TestPayout:
    def test_reads_the_arrival_as_a_utc_day(self) -> None:
        assert row(payloads.payout()).arrival_date == date(2026, 5, 29)

    def test_keeps_a_payout_that_pulled_money_from_the_bank(self) -> None:
        assert row(payloads.payout(amount=-700)).amount == -700

    def test_lets_failed_follow_paid(self) -> None:
        assert row(payloads.payout(status="failed")).version_rank > row(payloads.payout()).version_rank


class TestSubscription:
    def test_reads_items_of_today(self) -> None:
        (item,) = row(payloads.subscription()).items
        assert item == {
            "id": "si_1",
            "price": "price_1",
            "unit_amount": "3000",
            "interval": "month",
            "interval_count": 1,
            "quantity": 2,
            "usage_type": "licensed",
            "period_end": "2026-06-27T20:26:40+00:00",
        }

    def test_reads_the_single_plan_of_old_subscriptions(self) -> None:
        obj = payloads.subscription(
            plan={"id": "gold", "amount": 999, "currency": "eur", "interval": "year", "interval_count": 1},
            quantity=3,
            current_period_end=CREATED + 10,
        )
        del obj["items"], obj["currency"]
        mapped = row(obj)
        assert mapped.currency == "eur"
        assert (mapped.items[0]["unit_amount"], mapped.items[0]["quantity"]) == ("999", 3)
        assert mapped.items[0]["period_end"] == "2026-05-28T20:26:50+00:00"

    def test_turns_cancel_at_period_end_into_the_date_it_means(self) -> None:
        mapped = row(payloads.subscription(cancel_at_period_end=True))
        assert mapped.cancel_at == datetime.fromtimestamp(CREATED + 2_592_000, UTC)

    @pytest.mark.parametrize("where", ["discount", "discounts", "source"])
    def test_finds_the_coupon_wherever_a_version_keeps_it(self, where: str) -> None:
        coupon = {"id": "TEN", "percent_off": 10.5, "duration": "forever"}
        discount = {"id": "di_1", "coupon": coupon, "start": CREATED, "end": None}
        changes: dict[str, Any] = {
            "discount": {"discount": discount},
            "discounts": {"discounts": ["di_0", discount]},
            "source": {"discounts": [{"id": "di_1", "source": {"coupon": coupon}, "start": CREATED}]},
        }[where]
        (found,) = row(payloads.subscription(**changes)).discounts
        assert (found["coupon"], found["percent_off"], found["duration"]) == ("TEN", "10.5", "forever")

    def test_keeps_prices_below_a_cent_exactly(self) -> None:
        obj = payloads.subscription()
        obj["items"]["data"][0]["price"] |= {"unit_amount": None, "unit_amount_decimal": "0.05"}
        assert row(obj).items[0]["unit_amount"] == "0.05"


class TestInvoice:
    def test_reads_recurring_lines_of_today(self) -> None:
        mapped = row(payloads.invoice())
        assert (mapped.subscription, mapped.status, mapped.total) == ("sub_1", "paid", 6_000)
        (line,) = mapped.lines
        assert (line["price"], line["unit_amount"], line["quantity"], line["discount"]) == ("price_1", "3000", 2, 500)

    def test_reads_an_invoice_from_before_its_status(self) -> None:
        plan = {"id": "gold", "amount": 6_000, "interval": "month"}
        lines = {"data": [{"id": "sub_1", "type": "subscription", "plan": plan, "amount": 6_000, "quantity": 1}]}
        obj = payloads.invoice(paid=True, date=CREATED, subscription="sub_1", lines=lines)
        del obj["status"], obj["created"], obj["parent"]
        mapped = row(obj)
        assert (mapped.status, mapped.subscription, mapped.lines[0]["interval"]) == ("paid", "sub_1", "month")


class TestAnyObject:
    def test_leaves_kinds_alone_that_no_stream_keeps(self) -> None:
        for obj in ({"object": "customer", "id": "cus_1"}, {}, {"object": ["charge"]}):
            assert list(map_object(obj, version_at=SEEN_AT)) == []

    @pytest.mark.parametrize("identity", [None, "", "with space", "x" * 256, 7, "nul\x00"])
    def test_refuses_objects_without_a_usable_id(self, identity: object) -> None:
        assert row(payloads.charge(id=identity)).reason_code == "no_id"

    def test_drops_what_no_text_column_holds(self) -> None:
        assert row(payloads.charge(calculated_statement_descriptor="a\x00b\ud800é")).descriptor == "ab?é"

    @pytest.mark.parametrize("created", [None, -1, "yesterday", 10**12, 1.5])
    def test_refuses_times_that_are_none(self, created: object) -> None:
        assert row(payloads.refund(created=created)).reason_code == "bad_time"

    @settings(max_examples=300, deadline=None)
    @given(data=st.data())
    def test_never_crashes_on_a_field_of_the_wrong_kind(self, data: st.DataObject) -> None:
        """Third-party fixtures contradict themselves; each becomes a row or a reason, never an exception."""
        make = data.draw(
            st.sampled_from(
                [
                    payloads.balance_transaction,
                    payloads.charge,
                    payloads.charge_of_2013,
                    payloads.refund,
                    payloads.dispute,
                    payloads.payout,
                    payloads.subscription,
                    payloads.invoice,
                ]
            )
        )
        obj = make()
        key = data.draw(st.sampled_from(sorted(set(obj) - {"object"})))
        obj[key] = data.draw(
            st.recursive(
                st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
                lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
                max_leaves=5,
            )
        )
        assert list(map_object(obj, version_at=SEEN_AT))
