"""Captured records of Odoo 17 and 18, in both shapes that many2one fields have."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from accounts.money import UnknownCurrency
from billing.odoo.mapping import BadRecord, address, many2one, moment, money, order_reading
from billing.orders.reading import OrderReading

CURRENCIES = {1: "eur", 2: "usd", 25: "jpy"}
WHEN = "2026-06-15 12:00:07"


def pair(number: int, name: str, *, pairs: bool) -> Any:
    return [number, name] if pairs else number


def captured(*, pairs: bool) -> dict[str, Any]:
    """One paid order with a section line, tax, and a refund of a second payment."""
    usd = pair(2, "USD", pairs=pairs)
    order = {
        "id": 42, "name": "S00042", "state": "sale", "write_date": "2026-06-15 11:59:58",
        "date_order": "2026-06-15 11:58:01",
        "partner_id": pair(9, "David Trader", pairs=pairs), "currency_id": usd, "amount_total": 297.5,
        "order_line": [61, 62], "transaction_ids": [15, 16], "invoice_ids": [],
    }  # fmt: skip
    empty = {"order_id": pair(42, "S00042", pairs=pairs), "write_date": WHEN, "product_uom_qty": 0.0}
    section = {"id": 61, "product_id": False, "display_type": "line_section", "name": "Subscriptions",
               "price_subtotal": 0.0, "price_total": 0.0, **empty}  # fmt: skip
    sold = {"id": 62, "product_id": pair(5, "[BW-TRADER] Trader", pairs=pairs), "display_type": False,
            "name": "Trader, a month", **empty, "price_subtotal": 250.0, "price_total": 297.5,
            "product_uom_qty": 1.0}  # fmt: skip
    shared = {
        "currency_id": usd,
        "sale_order_ids": [42],
        "last_state_change": "2026-06-15 12:00:00",
        "write_date": WHEN,
    }
    first = {"id": 15, "reference": "S00042-1", "state": "done", "operation": "online_redirect", "amount": 297.5,
             "source_transaction_id": False, **shared}  # fmt: skip
    second = {**first, "id": 16, "reference": "S00042-2", "last_state_change": "2026-07-15 12:00:00"}
    pending = {**first, "id": 18, "state": "pending"}
    back = {"id": 17, "reference": "R-S00042-2", "state": "done", "operation": "refund", "amount": -297.5,
            "source_transaction_id": pair(16, "S00042-2", pairs=pairs), **shared}  # fmt: skip
    return {
        "order": order, "lines": [section, sold], "transactions": [first, second, pending, back], "invoices": [],
        "partner": {"id": 9, "name": "David Trader", "email": " David@Trader.Example ", "write_date": WHEN},
        "products": {5: {"id": 5, "default_code": "BW-TRADER", "write_date": "2026-01-01 00:00:00"}},
    }  # fmt: skip


def read(**parts: Any) -> OrderReading:
    order = parts.pop("order")
    return order_reading(order, currencies=CURRENCIES, **parts)


@pytest.mark.parametrize("pairs", [True, False])
def test_both_shapes_are_the_same_order(pairs: bool) -> None:
    found = read(**captured(pairs=pairs))
    assert (found.id, found.name, found.email, found.total, found.currency) == (
        42, "S00042", "david@trader.example", 29_750, "usd"
    )  # fmt: skip
    assert [(line.sku, line.quantity, line.subtotal, line.total) for line in found.lines] == [
        ("BW-TRADER", Decimal(1), 25_000, 29_750)
    ]
    assert [(paid.ref, paid.amount, paid.refunded) for paid in found.payments] == [
        ("tx:15", 29_750, 0), ("tx:16", 29_750, 29_750)
    ]  # fmt: skip
    assert found.payments[0].paid_at == datetime(2026, 6, 15, 12, tzinfo=UTC)
    assert found.version == datetime(2026, 6, 15, 12, 0, 7, tzinfo=UTC)
    assert found.mark == read(**captured(pairs=not pairs)).mark


def invoice(**fields: Any) -> dict[str, Any]:
    return {
        "id": 4, "move_type": "out_invoice", "state": "posted", "payment_state": "paid", "amount_total": 297.5,
        "currency_id": 2, "invoice_date": "2026-06-16", "transaction_ids": [], "write_date": WHEN, **fields,
    }  # fmt: skip


class TestInvoices:
    def of(self, *invoices: dict[str, Any], transactions: bool = False) -> list[tuple[str, int, int]]:
        parts = captured(pairs=False) | {"invoices": list(invoices)}
        parts["transactions"] = parts["transactions"][:1] if transactions else []
        return [(paid.ref, paid.amount, paid.refunded) for paid in read(**parts).payments]

    def test_one_paid_by_bank_transfer_is_money(self) -> None:
        assert self.of(invoice()) == [("invoice:4", 29_750, 0)]

    @pytest.mark.parametrize("state", ["not_paid", "partial"])
    def test_an_open_one_is_none(self, state: str) -> None:
        assert self.of(invoice(payment_state=state)) == []

    def test_a_draft_or_a_credit_note_is_none(self) -> None:
        assert self.of(invoice(state="draft"), invoice(id=5, move_type="out_refund")) == []

    def test_one_that_a_transaction_paid_counts_once(self) -> None:
        assert self.of(invoice(transaction_ids=[15]), transactions=True) == [("tx:15", 29_750, 0)]

    def test_a_reversed_one_went_back(self) -> None:
        assert self.of(invoice(payment_state="reversed")) == [("invoice:4", 29_750, 29_750)]
        paid = self.of(invoice(payment_state="reversed", transaction_ids=[15]), transactions=True)
        assert paid == [("tx:15", 29_750, 29_750)]


class TestValues:
    @pytest.mark.parametrize(
        ("value", "found"), [([3, "x"], 3), ((3, "x"), 3), (3, 3), (False, None), (None, None), ([], None)]
    )
    def test_many2one(self, value: Any, found: int | None) -> None:
        assert many2one(value) == found

    def test_a_name_is_no_many2one(self) -> None:
        with pytest.raises(BadRecord):
            many2one("sale.order(3,)")

    @pytest.mark.parametrize(
        ("value", "currency", "minor"),
        [
            (0.1 + 0.2, "usd", 30),
            (297.49999999999994, "usd", 29_750),
            ("250.00", "eur", 25_000),
            (1200.0, "jpy", 1_200),
        ],
    )
    def test_floats_become_exact_minor_units(self, value: Any, currency: str, minor: int) -> None:
        assert money(value, currency) == minor

    @pytest.mark.parametrize("value", [False, None, [1]])
    def test_what_is_no_amount_is_refused(self, value: Any) -> None:
        with pytest.raises(BadRecord):
            money(value, "usd")

    def test_an_unknown_currency_is_not_guessed(self) -> None:
        with pytest.raises(UnknownCurrency):
            money(1.0, "xxx")

    def test_times_are_utc_with_or_without_fractions(self) -> None:
        assert moment("2026-06-15 12:00:07.123456").microsecond == 123456
        assert moment("2026-06-15") == datetime(2026, 6, 15, tzinfo=UTC)
        with pytest.raises(BadRecord):
            moment(False)

    @pytest.mark.parametrize("value", [False, "", "nobody", "a@b@c", "a b@c.example", "x" * 250 + "@b.example"])
    def test_what_cannot_be_an_address_is_none(self, value: Any) -> None:
        assert address(value) == ""
