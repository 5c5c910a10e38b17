"""Addresses of order pages: signed, expiring, for whoever holds them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse

from accounts.errors import NotYours
from billing.models import WorkItem

SALT = "billing.autopsy.page"


def page_token(item: WorkItem, *, now: datetime) -> str:
    """A signed text that names the item and the moment its link ends."""
    ends = now + timedelta(days=settings.ORDER_LINK_DAYS)
    return signing.dumps([item.pk, int(ends.timestamp())], salt=SALT)


def order_page(item: WorkItem, *, now: datetime) -> str:
    """The full address of the item's page."""
    return settings.BASE_URL.rstrip("/") + reverse("orders:page", kwargs={"token": page_token(item, now=now)})


def item_id_of(token: str, *, now: datetime) -> int:
    """The item a link names. Errors: NotYours for one that is forged or has ended."""
    try:
        number, ends = signing.loads(token, salt=SALT)
        is_open = int(ends) > now.timestamp()
        item = int(number)
    except (signing.BadSignature, ValueError, TypeError):
        raise NotYours("This link is not one of ours.") from None
    if not is_open:
        raise NotYours("This link has ended. Ask for a new one with your order number.", code="link_expired")
    return item
