"""The records of the stand-in, in the shapes that Odoo's `read` gives: ids, naive UTC texts, floating-point money."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

JSON = dict[str, Any]
Tables = dict[str, dict[int, JSON]]

#: Fields that point at one record, and at which model.
MANY2ONE: Final = {
    "partner_id": "res.partner",
    "currency_id": "res.currency",
    "order_id": "sale.order",
    "product_id": "product.product",
    "source_transaction_id": "payment.transaction",
    "reversed_entry_id": "account.move",
}
MODELS: Final = (
    "res.currency", "res.partner", "product.product", "sale.order", "sale.order.line", "payment.transaction",
    "account.move",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Product:
    """A product of the shop: `price` before tax, by currency."""

    sku: str
    name: str
    price: dict[str, Decimal]


CATALOGUE: Final = (
    Product("BW-TRADER", "Trader, a month", {"USD": Decimal(250), "EUR": Decimal(230)}),
    Product("BW-AUTOPSY", "Edge Autopsy", {"USD": Decimal(99), "EUR": Decimal(92)}),
    Product("BW-AUTOPSY-PLUS", "Edge Autopsy Plus", {"USD": Decimal(149), "EUR": Decimal(138)}),
    Product("MUG-01", "Enamel mug", {"USD": Decimal(18), "EUR": Decimal(17)}),
)
#: Value-added tax by currency of the order; enough to tell amounts with and without it apart.
TAX: Final = {"USD": Decimal(0), "EUR": Decimal("0.19")}


@dataclass(slots=True)
class Books:
    """All records, by model and id. `clock` gives seconds; a write stamps `write_date` with whole seconds, as Odoo.

    first:  the first id of each model; a server that forgets at its end starts elsewhere the next time.
    """

    clock: Callable[[], float]
    first: int = 1
    tables: Tables = field(default_factory=lambda: {model: {} for model in MODELS})

    def copy(self) -> Books:
        """An independent draft, which stands for an open transaction."""
        return Books(self.clock, self.first, deepcopy(self.tables))

    def now(self) -> str:
        return datetime.fromtimestamp(self.clock(), UTC).strftime("%Y-%m-%d %H:%M:%S")

    def add(self, model: str, **values: Any) -> int:
        rows = self.tables[model]
        number = max(rows, default=self.first - 1) + 1
        rows[number] = {"id": number, "create_date": self.now(), "write_date": self.now(), **values}
        return number

    def write(self, model: str, number: int, **values: Any) -> None:
        self.row(model, number).update(values, write_date=self.now())

    def row(self, model: str, number: int) -> JSON:
        """Errors: KeyError with Odoo's sentence when there is none."""
        try:
            return self.tables[model][number]
        except KeyError:
            raise KeyError(f"Record does not exist or has been deleted.\n(Record: {model}({number},))") from None

    def named(self, model: str, **wanted: Any) -> JSON | None:
        for row in self.tables[model].values():
            if all(row.get(name) == value for name, value in wanted.items()):
                return row
        return None


def opened(clock: Callable[[], float], first: int = 1) -> Books:
    """The books of a shop before its first order: currencies and products."""
    books = Books(clock, first)
    for code in ("USD", "EUR", "GBP"):
        books.add("res.currency", name=code, display_name=code)
    for product in CATALOGUE:
        books.add(
            "product.product",
            name=product.name,
            default_code=product.sku,
            display_name=f"[{product.sku}] {product.name}",
        )
    return books
