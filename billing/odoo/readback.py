"""Reading orders back: what Odoo itself says about them, whatever a webhook claimed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from accounts.errors import Problem
from billing.odoo.client import JSON, OdooApi
from billing.odoo.mapping import (
    INVOICE_FIELDS,
    LINE_FIELDS,
    ORDER_FIELDS,
    TRANSACTION_FIELDS,
    many2one,
    order_reading,
    text,
)
from billing.orders.reading import OrderReading

#: The models whose writes change what an order means, and the field that leads to the order.
FOLLOWED: Final = ("sale.order", "payment.transaction", "account.move", "res.partner")
AT_ONCE: Final = 50


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An order whose records make no sense to us; a person looks at it, and the others go on."""

    id: int
    name: str
    why: str


def read_orders(api: OdooApi, ids: Iterable[int]) -> Iterator[OrderReading | Unreadable]:
    """The orders of these ids as they are now; those that are gone are left out. A fixed number of calls each 50."""
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), AT_ONCE):
        yield from _batch(api, wanted[start : start + AT_ONCE])


def find_order(api: OdooApi, name: str) -> int | None:
    """The id of the order with this number, such as S00042; None when there is none."""
    found = api.search("sale.order", [["name", "=ilike", name]], ["name"], limit=2)
    return int(found[0]["id"]) if len(found) == 1 else None


def orders_of(api: OdooApi, model: str, record: int) -> list[int]:
    """The ids of the orders that a record of a followed model is about."""
    if model == "sale.order":
        return [record]
    if model == "payment.transaction":
        rows = api.search(model, [["id", "=", record]], ["sale_order_ids"])
        return sorted({order for row in rows for order in row["sale_order_ids"]})
    field = {"account.move": "invoice_ids", "res.partner": "partner_id"}[model]
    return [int(row["id"]) for row in api.search("sale.order", [[field, "in", [record]]], ["name"])]


def changed_since(api: OdooApi, since: datetime, *, partners: Iterable[int]) -> list[int]:
    """The ids of orders that something was written about since `since`: itself, its payments, invoices, customer.

    `partners` are the customers whose address matters; there may be many more in Odoo.
    """
    when = ["write_date", ">=", since.strftime("%Y-%m-%d %H:%M:%S")]
    found = {int(row["id"]) for row in api.search("sale.order", [when], ["name"])}
    for row in api.search("payment.transaction", [when], ["sale_order_ids"]):
        found.update(row["sale_order_ids"])
    moves = [int(row["id"]) for row in api.search("account.move", [when], ["name"])]
    known = sorted(set(partners))
    moved = (
        [int(row["id"]) for row in api.search("res.partner", [["id", "in", known], when], ["name"])] if known else []
    )
    for field, records in (("invoice_ids", moves), ("partner_id", moved)):
        if records:
            found |= {int(row["id"]) for row in api.search("sale.order", [[field, "in", records]], ["name"])}
    return sorted(found)


def _batch(api: OdooApi, ids: list[int]) -> Iterator[OrderReading | Unreadable]:
    orders = api.search("sale.order", [["id", "in", ids]], ORDER_FIELDS)
    if not orders:
        return
    lines = api.search("sale.order.line", [["order_id", "in", [row["id"] for row in orders]]], LINE_FIELDS)
    transactions = _transactions(api, _all(orders, "transaction_ids"))
    invoices = {row["id"]: row for row in api.read("account.move", _all(orders, "invoice_ids"), INVOICE_FIELDS)}
    partners = _by_id(api, "res.partner", orders, "partner_id", ("name", "email", "write_date"))
    products = _by_id(api, "product.product", lines, "product_id", ("default_code", "write_date"))
    currencies = _currencies(api, [*orders, *transactions, *invoices.values()])
    for order in orders:
        own = set(order["transaction_ids"])
        yield _reading(
            order,
            lines=[row for row in lines if many2one(row["order_id"]) == order["id"]],
            products=products,
            partner=partners.get(many2one(order["partner_id"]) or 0, {"id": 0, "write_date": order["write_date"]}),
            transactions=[
                row for row in transactions
                if row["id"] in own or (many2one(row["source_transaction_id"]) or 0) in own
            ],
            invoices=[invoices[number] for number in order["invoice_ids"] if number in invoices],
            currencies=currencies,
        )  # fmt: skip


def _reading(order: JSON, **parts: Any) -> OrderReading | Unreadable:
    try:
        return order_reading(order, **parts)
    except Problem as problem:
        return Unreadable(int(order["id"]), text(order["name"]), problem.message)
    except (KeyError, TypeError, ValueError) as error:
        return Unreadable(int(order["id"]), text(order["name"]), f"A field is not as expected ({error}).")


def _transactions(api: OdooApi, ids: list[int]) -> list[JSON]:
    """Payments and the refunds that came from them; releases differ in whether an order lists its refunds."""
    if not ids:
        return []
    own = api.read("payment.transaction", ids, TRANSACTION_FIELDS)
    children = api.search("payment.transaction", [["source_transaction_id", "in", ids]], TRANSACTION_FIELDS)
    return list({row["id"]: row for row in [*own, *children]}.values())


def _by_id(api: OdooApi, model: str, rows: list[JSON], field: str, fields: tuple[str, ...]) -> dict[int, JSON]:
    ids = {number for row in rows if (number := many2one(row[field])) is not None}
    return {int(row["id"]): row for row in api.read(model, ids, fields)}


def _currencies(api: OdooApi, rows: list[JSON]) -> dict[int, str]:
    found = _by_id(api, "res.currency", rows, "currency_id", ("name",))
    return {number: text(row["name"]).lower() for number, row in found.items()}


def _all(rows: list[JSON], field: str) -> list[int]:
    ids: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        ids[field] += row[field]
    return ids[field]
