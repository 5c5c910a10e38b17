""" "Already purchased?": a buyer types order number and address, and is written to where both belong together.

The answer on the page is always the same, and is given before anything is looked at.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from django.conf import settings
from django.urls import reverse

from accounts.errors import InvalidInput
from accounts.ratelimit import Limit, consume
from accounts.tenancy import lifted
from billing.activation import links
from billing.autopsy import items
from billing.mails import send_order_mail
from billing.models import OdooOrder
from billing.odoo import tasks
from billing.odoo.mapping import address

PER_ORDER: Final = Limit.read("5/h")
NUMBER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9/_-]{0,39}")


def ask(*, number: str, email: str) -> None:
    """Take a buyer's question; a job answers it by mail, or not at all.

    Errors: InvalidInput for what cannot be an order number or an address, TooMany by order.
    """
    wanted, where = number.strip().upper(), address(email)
    if not NUMBER.fullmatch(wanted):
        raise InvalidInput("This is no order number. It stands in the mail of your purchase.", field="order")
    if not where:
        raise InvalidInput("This is no e-mail address.", field="email")
    consume("activation_order", wanted, PER_ORDER)
    with lifted("a buyer asks by order number; whose order it is, is found out by a job"):
        tasks.look_up.enqueue(number=wanted, then_mail=where, dedupe=f"{wanted}:{where}"[:120])


def answer_buyer(*, number: str, email: str, now: datetime) -> int:
    """Mail what the order allows: a new link, the order page, or where to sign in. Returns how many mails.

    Silent where the order is unknown, not paid, or another address bought it: whoever asks learns nothing.
    """
    held = OdooOrder.objects.select_for_update(of=("self",)).filter(number__iexact=number, email=email)
    order = held.order_by("-ordered_at", "-pk").first() if email else None
    if order is None:
        return 0
    if links.can_activate(order):
        links.send_link(order, now=now)
        return 1
    if order.status == OdooOrder.Status.PAID and order.business_id is not None:
        sign_in = settings.BASE_URL.rstrip("/") + reverse("account_login")
        send_order_mail("activation/email_active", to=email, order=order, business=order.business, sign_in_url=sign_in)
        return 1
    item = items.item_of(order)
    if item is None:
        return 0
    items.mail_page.enqueue(item_id=item.pk, dedupe=f"item:{item.pk}")
    return 1
