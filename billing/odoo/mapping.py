"""Odoo's records as plain values. Pure; tested on both shapes that many2one fields have.

Odoo gives naive UTC texts, floating-point money, False for nothing, and a many2one as a bare id or as `[id, name]`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from accounts.errors import SourceDown
from accounts.money import to_minor
from billing.orders.reading import Line, OrderReading, Payment

Row = Mapping[str, Any]
ORDER_FIELDS: Final = (
    "name", "state", "write_date", "date_order", "partner_id", "currency_id", "amount_total", "order_line",
    "transaction_ids", "invoice_ids",
)  # fmt: skip
LINE_FIELDS: Final = (
    "order_id", "product_id", "display_type", "name", "product_uom_qty", "price_subtotal", "price_total", "write_date",
)  # fmt: skip
TRANSACTION_FIELDS: Final = (
    "reference", "state", "operation", "amount", "currency_id", "source_transaction_id", "sale_order_ids",
    "last_state_change", "write_date",
)  # fmt: skip
INVOICE_FIELDS: Final = (
    "move_type", "state", "payment_state", "amount_total", "currency_id", "invoice_date", "transaction_ids",
    "write_date",
)  # fmt: skip
#: An invoice counts as paid in these states; `reversed` is one whose money went back by a credit note.
INVOICE_PAID: Final = frozenset({"paid", "in_payment", "reversed"})


class BadRecord(SourceDown):
    """Odoo answered with a record we cannot read."""

    code = "bad_answer"


def many2one(value: Any) -> int | None:
    """The id of a many2one field in either shape; None where it is empty."""
    if isinstance(value, list | tuple):
        value = value[0] if value else None
    if value is False or value is None:
        return None
    if isinstance(value, int):
        return value
    raise BadRecord(f"Not a many2one: {value!r}.")


def moment(value: Any) -> datetime:
    """An aware time from Odoo's naive UTC text, with or without fractions of a second, or from a plain date."""
    try:
        return datetime.fromisoformat(str(value)).replace(tzinfo=UTC)
    except ValueError:
        raise BadRecord(f"Not a time: {value!r}.") from None


def money(value: Any, currency: str) -> int:
    """Minor units from a floating-point amount, by way of its decimal text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise BadRecord(f"Not an amount: {value!r}.")
    return to_minor(Decimal(str(value)), currency)


def text(value: Any) -> str:
    """A text field; Odoo says False where it is empty."""
    return value.strip() if isinstance(value, str) else ""


def address(value: Any) -> str:
    """An e-mail address in the one form we compare and store; "" where there is none that could be one."""
    found = text(value).lower()
    return found if found.count("@") == 1 and " " not in found and len(found) <= 254 else ""


def order_reading(
    order: Row,
    *,
    lines: Iterable[Row],
    products: Mapping[int, Row],
    partner: Row,
    transactions: Sequence[Row],
    invoices: Sequence[Row],
    currencies: Mapping[int, str],
) -> OrderReading:
    """One order from its records. `products` and `currencies` (lower-case codes) by their ids.

    Errors: BadRecord, and UnknownCurrency for one whose decimals are not known.
    """
    currency = _currency(order, currencies)
    lines, payments = list(lines), _payments(transactions, invoices, currencies)
    used = (products[number] for row in lines if (number := many2one(row["product_id"]) or 0) in products)
    parts = (order, partner, *lines, *used, *transactions, *invoices)
    return OrderReading(
        id=int(order["id"]),
        name=text(order["name"]),
        state=text(order["state"]),
        version=max(moment(part["write_date"]) for part in parts),
        ordered_at=moment(order["date_order"]),
        currency=currency,
        total=money(order["amount_total"], currency),
        email=address(partner.get("email")),
        customer=text(partner.get("name"))[:120],
        partner=int(partner["id"]),
        lines=tuple(_line(row, products, currency) for row in lines if not row["display_type"]),
        payments=tuple(sorted(payments, key=lambda payment: (payment.paid_at, payment.ref))),
    )


def _line(row: Row, products: Mapping[int, Row], currency: str) -> Line:
    product = products.get(many2one(row["product_id"]) or 0, {})
    return Line(
        id=int(row["id"]), sku=text(product.get("default_code")), name=text(row["name"])[:120],
        quantity=Decimal(str(row["product_uom_qty"])).normalize(), subtotal=money(row["price_subtotal"], currency),
        total=money(row["price_total"], currency),
    )  # fmt: skip


def _payments(transactions: Sequence[Row], invoices: Sequence[Row], currencies: Mapping[int, str]) -> list[Payment]:
    """Transactions that are done, and paid invoices that none of them paid."""
    done = [row for row in transactions if row["state"] == "done"]
    sold = [row for row in done if row["operation"] != "refund"]
    own = {int(row["id"]) for row in sold}
    issued = [row for row in invoices if row["move_type"] == "out_invoice" and row["state"] == "posted"]
    reversed_ids = {tx for row in issued if row["payment_state"] == "reversed" for tx in row["transaction_ids"]}
    found = [_transaction(row, done, currencies, is_reversed=row["id"] in reversed_ids) for row in sold]
    for row in issued:
        if row["payment_state"] in INVOICE_PAID and not own.intersection(row["transaction_ids"]):
            found.append(_invoice(row, currencies))
    return found


def _transaction(row: Row, done: Sequence[Row], currencies: Mapping[int, str], *, is_reversed: bool) -> Payment:
    currency = _currency(row, currencies)
    amount = money(row["amount"], currency)
    back = sum(
        abs(money(child["amount"], currency))
        for child in done
        if child["operation"] == "refund" and many2one(child["source_transaction_id"]) == row["id"]
    )
    return Payment(
        ref=f"tx:{row['id']}", paid_at=moment(row["last_state_change"] or row["write_date"]), amount=amount,
        currency=currency, refunded=amount if is_reversed else min(back, amount),
    )  # fmt: skip


def _invoice(row: Row, currencies: Mapping[int, str]) -> Payment:
    currency = _currency(row, currencies)
    amount = money(row["amount_total"], currency)
    return Payment(
        ref=f"invoice:{row['id']}", paid_at=moment(row["invoice_date"] or row["write_date"]), amount=amount,
        currency=currency, refunded=amount if row["payment_state"] == "reversed" else 0,
    )  # fmt: skip


def _currency(row: Row, currencies: Mapping[int, str]) -> str:
    found = currencies.get(many2one(row["currency_id"]) or 0)
    if found is None:
        raise BadRecord("An amount without a currency.")
    return found
