"""What happens in the shop: an order is placed, paid, renewed, refunded, cancelled; a customer changes address."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from ingestion.sandbox.odoo.books import CATALOGUE, TAX, Books, Product

CENT = Decimal("0.01")


def place(
    books: Books, *, email: str, sku: str, name: str = "", currency: str = "USD", quantity: int = 1,
    price: str = "", discount: str = "0", state: str = "sent",
) -> int:  # fmt: skip
    """A quotation of one product; returns the order's id. Errors: KeyError for an unknown product or currency."""
    product, held = _product(books, sku), books.named("res.currency", name=currency)
    if held is None:
        raise KeyError(f"no currency {currency}")
    unit = Decimal(price) if price else product.price.get(currency, product.price["USD"])
    share = 1 - Decimal(discount) / 100
    untaxed = (unit * quantity * share).quantize(CENT, ROUND_HALF_UP)
    total = (untaxed * (1 + TAX.get(currency, Decimal(0)))).quantize(CENT, ROUND_HALF_UP)
    partner = books.add("res.partner", name=name or email, email=email, display_name=name or email)
    order = books.add(
        "sale.order", name="", state=state, date_order=books.now(), partner_id=partner, currency_id=held["id"],
        amount_untaxed=float(untaxed), amount_tax=float(total - untaxed), amount_total=float(total),
        order_line=[], transaction_ids=[], invoice_ids=[], invoice_status="no", client_order_ref=False,
    )  # fmt: skip
    found = books.named("product.product", default_code=sku)
    line = books.add(
        "sale.order.line", order_id=order, product_id=found["id"] if found else False, display_type=False,
        name=product.name, product_uom_qty=float(quantity), price_unit=float(unit), discount=float(Decimal(discount)),
        price_subtotal=float(untaxed), price_total=float(total), currency_id=held["id"],
    )  # fmt: skip
    books.write("sale.order", order, name=f"S{order:05d}", display_name=f"S{order:05d}", order_line=[line])
    return order


def pay(books: Books, order: int, *, amount: str = "", state: str = "done", currency: str = "") -> int:
    """A payment of the order, whole unless `amount` says less; a payment that is `done` confirms it."""
    row = books.row("sale.order", order)
    code = books.named("res.currency", name=currency) if currency else None
    number = len(row["transaction_ids"]) + 1
    paid = books.add(
        "payment.transaction", reference=f"{row['name']}-{number}", state=state, operation="online_redirect",
        amount=float(Decimal(amount)) if amount else row["amount_total"],
        currency_id=code["id"] if code else row["currency_id"], source_transaction_id=False, sale_order_ids=[order],
        invoice_ids=[], last_state_change=books.now(), partner_id=row["partner_id"],
    )  # fmt: skip
    confirmed = "sale" if state == "done" and row["state"] in ("draft", "sent") else row["state"]
    books.write("sale.order", order, state=confirmed, transaction_ids=[*row["transaction_ids"], paid])
    return paid


def confirm(books: Books, order: int) -> None:
    """The seller confirms the order; nothing was paid by that."""
    books.write("sale.order", order, state="sale")


def refund(books: Books, order: int, *, amount: str = "", transaction: int = 0) -> int:
    """Money back for one payment, the newest unless named: a child transaction with a negative amount."""
    row = books.row("sale.order", order)
    done = [
        number for number in row["transaction_ids"]
        if (paid := books.row("payment.transaction", number))["state"] == "done" and paid["operation"] != "refund"
    ]  # fmt: skip
    source = books.row("payment.transaction", transaction or done[-1])
    back = Decimal(amount) if amount else Decimal(str(source["amount"]))
    given = books.add(
        "payment.transaction", reference=f"R-{source['reference']}", state="done", operation="refund",
        amount=-float(back), currency_id=source["currency_id"], source_transaction_id=source["id"],
        sale_order_ids=[order], invoice_ids=[], last_state_change=books.now(), partner_id=row["partner_id"],
    )  # fmt: skip
    books.write("sale.order", order, transaction_ids=[*row["transaction_ids"], given])
    return given


def invoice(books: Books, order: int, *, payment_state: str = "paid") -> int:
    """An invoice of the order, such as one that was paid by bank transfer without any payment provider."""
    row = books.row("sale.order", order)
    made = books.add(
        "account.move", name=f"INV/{order:05d}", move_type="out_invoice", state="posted", payment_state=payment_state,
        amount_total=row["amount_total"], amount_residual=0.0 if payment_state == "paid" else row["amount_total"],
        currency_id=row["currency_id"], invoice_date=books.now()[:10], invoice_origin=row["name"],
        reversed_entry_id=False, transaction_ids=[], partner_id=row["partner_id"],
    )  # fmt: skip
    books.write("sale.order", order, invoice_ids=[*row["invoice_ids"], made], state="sale")
    return made


def settle_invoice(books: Books, order: int, *, payment_state: str) -> None:
    """The newest invoice's payment state changes; the order itself is not written, as in Odoo."""
    books.write("account.move", books.row("sale.order", order)["invoice_ids"][-1], payment_state=payment_state)


def cancel(books: Books, order: int) -> None:
    books.write("sale.order", order, state="cancel")


def change_email(books: Books, order: int, *, email: str) -> None:
    """The customer's address changes; the order itself is not written, as in Odoo."""
    books.write("res.partner", books.row("sale.order", order)["partner_id"], email=email)


def delete(books: Books, order: int) -> None:
    books.row("sale.order", order)
    del books.tables["sale.order"][order]


def _product(books: Books, sku: str) -> Product:
    for product in CATALOGUE:
        if product.sku == sku:
            return product
    row: dict[str, Any] | None = books.named("product.product", default_code=sku)
    if row is None:
        raise KeyError(f"no product {sku}")
    return Product(sku, row["name"], {"USD": Decimal(25)})
