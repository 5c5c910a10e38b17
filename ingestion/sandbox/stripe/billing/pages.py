"""What a customer sees: the page to pay on and the portal, in the sandbox's plain looks."""

from __future__ import annotations

from html import escape

from ingestion.sandbox.moments import moment_of
from ingestion.sandbox.stripe.billing import life, sessions
from ingestion.sandbox.stripe.billing.forms import unfolded
from ingestion.sandbox.stripe.billing.invoices import RATES
from ingestion.sandbox.stripe.billing.till import Till
from ingestion.sandbox.stripe.oauth import STYLE
from ingestion.sandbox.stripe.wire import Answer, ApiError, Request
from ingestion.sandbox.timeline import JSON

HTML = "text/html; charset=utf-8"
MORE = "button.plain{background:#fff;color:#1c2430;border-color:#8a94a0}select,input{font:inherit;padding:.3rem}"


def answer_page(till: Till, request: Request, *, base: str) -> Answer:
    """`/pay/…`, `/portal/…` and `/invoice/…`; a POST is a button, and leads on."""
    _, kind, name, *_ = [*request.path.split("/"), "", ""]
    try:
        if kind == "pay":
            return _pay(till, till.find("checkout.session", name), request, base)
        if kind == "portal":
            return _portal(till, till.find("billing_portal.session", name), request)
        return _invoice(till.find("invoice", name.removesuffix(".pdf")))
    except ApiError as refused:
        return _page("Not possible", f"<p>{escape(refused.message)}</p>", status=refused.status)


def _pay(till: Till, session: JSON, request: Request, base: str) -> Answer:
    if session["status"] != "open":
        return _page("This checkout is over", "<p>Go back and start again.</p>", status=410)
    if request.method != "POST":
        return _pay_page(till, session)
    given = unfolded(request.body.decode("utf-8", "replace"))
    decision = given.get("decision")
    if decision == "pay":
        try:
            sessions.pay(till, session, given, base=base)
        except ApiError as refused:
            return _pay_page(till, session, said=refused.message)
    elif decision == "debit":
        sessions.pay_later(till, session, base=base)
    elif decision == "fail":
        return _pay_page(till, session, said="Your card was declined. Try another one.")
    else:
        return _to(session["cancel_url"])
    return _to(session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"]))


def _pay_page(till: Till, session: JSON, *, said: str = "") -> Answer:
    price = till.find("price", session["line_items"][0]["price"])
    trial = session["subscription_data"].get("trial_period_days")
    countries = "".join(f"<option>{code}</option>" for code in sorted(RATES))
    code = (
        '<label>Promotion code <input name="promotion_code" autocomplete="off"></label>'
        if session["allow_promotion_codes"] else ""
    )  # fmt: skip
    tax_id = (
        '<label>Tax id <input name="tax_id" autocomplete="off"></label>'
        if session["tax_id_collection"]["enabled"] else ""
    )  # fmt: skip
    note = f'<p role="alert"><strong>{escape(said)}</strong></p>' if said else ""
    free = f"<p>{escape(str(trial))} days free, then:</p>" if trial else ""
    return _page(
        f"Sandbox: pay for {price['nickname']}",
        f"""{note}{free}<p><strong>{_money(price["unit_amount"], price["currency"])}</strong> a
{escape(price["recurring"]["interval"])}, plus tax. No real card is involved.</p>
<form method="post"><fieldset><legend>Billing</legend><label>Country <select name="country">{countries}</select></label>
{tax_id}{code}</fieldset>
<p><button name="decision" value="pay">Pay</button>
<button class="plain" name="decision" value="debit">Pay by bank debit</button>
<button class="plain" name="decision" value="fail">Use a card that is declined</button>
<button class="plain" name="decision" value="cancel">Go back</button></p></form>""",
    )


def _portal(till: Till, session: JSON, request: Request) -> Answer:
    if request.method == "POST":
        _portal_deed(till, session, unfolded(request.body.decode("utf-8", "replace")))
        return Answer(303, headers={"Location": request.path})
    own = [obj for obj in till.newest_first("subscription") if obj["customer"] == session["customer"]]
    customer = till.find("customer", session["customer"])
    rows = "".join(_subscription(obj) for obj in own) or "<p>No subscription.</p>"
    swap = "declines" if customer["card"] == "works" else "works"
    return _page(
        "Sandbox: billing portal",
        f"""{rows}<form method="post"><p>Your card {escape(customer["card"])}.
<button class="plain" name="card" value="{swap}">Use a card that {swap}</button></p></form>
<p><a href="{escape(session["return_url"] or "/")}">Back to Bellwether</a></p>""",
    )


def _portal_deed(till: Till, session: JSON, given: JSON) -> None:
    if given.get("card") in ("works", "declines"):
        customer = till.find("customer", session["customer"])
        customer["card"] = given["card"]
        till.tell("customer.updated", customer)
    for obj in till.newest_first("subscription"):
        if obj["customer"] != session["customer"]:
            continue
        if given.get("card") == "works":
            life.pay_open(till, obj)
        if obj["id"] == given.get("subscription") and obj["status"] != "canceled":
            life.cancel_at_period_end(till, obj, wanted=given.get("decision") == "cancel")


def _subscription(obj: JSON) -> str:
    item = obj["items"]["data"][0]
    until = f"{moment_of(life.period_end(obj)):%-d %B %Y}"
    if obj["status"] == "canceled":
        return f"<p>{escape(item['price']['nickname'])}: ended.</p>"
    ends = obj["cancel_at_period_end"]
    said = f"ends on {until}" if ends else f"renews on {until}"
    deed, label = ("resume", "Don't cancel plan") if ends else ("cancel", "Cancel plan")
    return f"""<form method="post"><fieldset><legend>{escape(item["price"]["nickname"])}</legend>
<p>{_money(item["price"]["unit_amount"], obj["currency"])}, {escape(obj["status"].replace("_", " "))}, {said}.</p>
<input type="hidden" name="subscription" value="{obj["id"]}">
<button class="plain" name="decision" value="{deed}">{label}</button></fieldset></form>"""


def _invoice(invoice: JSON) -> Answer:
    rows = "".join(
        f"<p>{escape(line['description'] or '')}: {_money(line['amount'], invoice['currency'])}</p>"
        for line in invoice["lines"]["data"]
    )
    total = _money(invoice["total"], invoice["currency"])
    return _page(f"Sandbox: invoice {invoice['number']}", f"{rows}<p><strong>{total}</strong>, {invoice['status']}</p>")


def _money(minor: int, currency: str) -> str:
    return f"{minor / 100:,.2f} {escape(currency.upper())}"


def _to(target: str) -> Answer:
    return Answer(303, headers={"Location": target})


def _page(title: str, body: str, *, status: int = 200) -> Answer:
    text = f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>
<meta name="viewport" content="width=device-width"><style>{STYLE}{MORE}</style><h1>{escape(title)}</h1>{body}</html>"""
    return Answer(status, text=text, content_type=HTML)
