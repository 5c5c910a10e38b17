"""Plain-text mails about orders, from a template with its subject on the first line."""

from __future__ import annotations

from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string

from accounts.invitations import MailFailed


def send_order_mail(template: str, *, to: str, **context: Any) -> None:
    """Render `billing/<template>.txt` and send it. Errors: MailFailed, after which the caller writes nothing."""
    subject, _, text = render_to_string(f"billing/{template}.txt", context).strip().partition("\n")
    try:
        send_mail(" ".join(subject.split()), text.strip() + "\n", settings.DEFAULT_FROM_EMAIL, [to])
    except (OSError, SMTPException) as error:
        raise MailFailed("The mail could not be sent.") from error
