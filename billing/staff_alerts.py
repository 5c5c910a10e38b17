"""Telling staff of something that cannot wait for somebody to look at a list."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse

from accounts.models import User


def alert_staff(subject: str, text: str, *, page: str) -> int:
    """Mail a crucial alert with the address of the console's list `page` (a URL name); returns to how many people.

    Goes to STAFF_ALERT_EMAILS, or to every active member of staff where none are named. No names of customers.
    Errors: those of the mail server; the caller's transaction then keeps nothing and the alert is tried again.
    """
    people = list(settings.STAFF_ALERT_EMAILS) or list(
        User.objects.filter(is_staff=True, is_active=True).order_by("email").values_list("email", flat=True)
    )
    address = settings.BASE_URL.rstrip("/") + reverse(page)
    for email in people:
        send_mail(f"Crucial: {subject}", f"{text}\n\n{address}\n", settings.DEFAULT_FROM_EMAIL, [email])
    return len(people)
