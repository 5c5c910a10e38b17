"""A till for browsers: a product, an address, one button. It stands for Odoo's own shop pages."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from ingestion.sandbox.odoo.books import CATALOGUE, JSON, Product
from ingestion.sandbox.stripe.wire import Answer

if TYPE_CHECKING:
    from ingestion.sandbox.odoo.shop import OdooShop

STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:32rem;margin:3rem auto;padding:0 1rem;color:#1b1f24}"
    "label{display:block;margin:0 0 1rem}input{display:block;width:100%;font:inherit;padding:.4rem}"
    "button{font:inherit;padding:.5rem 1rem}"
)


def answer_till(shop: OdooShop, method: str, path: str, form: JSON) -> Answer:
    """`GET /shop` lists, `GET /shop/<sku>` asks, `POST /shop/<sku>` orders and pays."""
    if path == "":
        items = "".join(f'<li><a href="/odoo/shop/{p.sku}">{escape(p.name)}</a></li>' for p in CATALOGUE)
        return _page("Shop", f"<ul>{items}</ul>")
    product = next((p for p in CATALOGUE if p.sku == path.removeprefix("/")), None)
    if product is None:
        return _page("Nothing here", "<p>This product is not sold.</p>", status=404)
    if method != "POST":
        return _page(product.name, _form(product))
    email = str(form.get("email", "")).strip()
    if "@" not in email:
        return _page(product.name, "<p><strong>An e-mail address is needed.</strong></p>" + _form(product), status=400)
    order = shop.do("place", email=email, name=str(form.get("name", "")), sku=product.sku)
    shop.do("pay", order=order)
    name = escape(shop.books.row("sale.order", order)["name"])
    return _page("Thank you", f"<p>Your order is <strong id='order'>{name}</strong>. A mail is on its way.</p>")


def _form(product: Product) -> str:
    return (
        f"<p>{product.price['USD']} USD. No money moves: this shop is simulated.</p>"
        "<form method='post'><label>Your name<input name='name' autocomplete='name'></label>"
        "<label>E-mail<input name='email' type='email' required></label><button>Pay now</button></form>"
    )


def _page(title: str, body: str, *, status: int = 200) -> Answer:
    page = (
        f"<!doctype html><html lang='en'><meta charset='utf-8'><title>{escape(title)}</title>"
        f"<meta name='viewport' content='width=device-width'><style>{STYLE}</style><h1>{escape(title)}</h1>"
        f"{body}</html>"
    )
    return Answer(status, text=page, content_type="text/html; charset=utf-8")
