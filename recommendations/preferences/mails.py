"""Making a mail to a member, handing it to the mail server once, and the signed link that ends its kind."""

from __future__ import annotations

import smtplib
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import structlog
from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.errors import NotYours
from accounts.models import Member
from recommendations.preferences.kinds import MailKind

logger = structlog.get_logger(__name__)
SALT = "recommendations.digest"  # older links, which end the daily mail, carry it too
Step = Callable[[], AbstractContextManager[None]]
LASTING = range(500, 600)


@dataclass(frozen=True, slots=True)
class Draft:
    """A mail whose row is written: what to do when the server has it (`keep`), and when it has not (`undo`)."""

    mail: EmailMultiAlternatives
    keep: Callable[[], Any]
    undo: Callable[[], Any]


def hand_over(draft: Draft, *, step: Step) -> bool:
    """Give a mail to the server, once; returns False where the server refuses the address for good.

    The row that keeps others from sending it is committed already. An error that says nothing was sent takes the row
    back, for another try. A process that dies here leaves the row: a mail may be lost, it is never sent twice. `step`
    opens one short transaction of the business.
    """
    try:
        draft.mail.send()
    except smtplib.SMTPRecipientsRefused as refused:
        if not all(code in LASTING for code, _ in refused.recipients.values()):
            _undo(draft, step)
            raise
        logger.warning("the mail server refuses an address for good")
        return False
    except Exception:
        _undo(draft, step)
        raise
    with step():
        draft.keep()
    return True


def compose(
    kind: MailKind, member: Member, *, subject: str, template: str, context: dict[str, Any], key: str
) -> EmailMultiAlternatives:
    """A mail in plain text and HTML, with a way out of this kind that needs no log-in.

    `template` is a path without its ending; `key` names the mail, so that a repeated one carries the same Message-ID.
    """
    business = member.business
    stop_url = settings.BASE_URL + reverse("recommendations:digest-stop", args=[stop_token(member, kind)])
    path = reverse("recommendations:preferences", kwargs={"business": business.slug})
    page = {
        **context,
        "business": business,
        "member": member,
        "stop_url": stop_url,
        "stops": kind.label,
        "settings_url": settings.BASE_URL + path,
    }
    with timezone.override(business.time_zone):  # a job has no request that says whose days are meant
        text, html = (render_to_string(f"{template}.{form}", page) for form in ("txt", "html"))
    mail = EmailMultiAlternatives(
        subject=" ".join(f"{business.name}: {subject}".split())[:200],
        body=text,
        to=[member.user.email],
        headers={
            "Message-ID": f"<{uuid.uuid5(business.pk, f'{kind}:{member.pk}:{key}')}@{_host()}>",
            "List-Unsubscribe": f"<{stop_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )
    mail.attach_alternative(html, "text/html")
    return mail


def stop_token(member: Member, kind: MailKind) -> str:
    """What a link that ends one kind of mail carries; it holds for as long as the membership."""
    return signing.dumps([str(member.business_id), member.pk, kind.value], salt=SALT)


def read_stop_token(token: str) -> tuple[uuid.UUID, int, MailKind]:
    """Business, member and kind of a link in a mail. Errors: NotYours for anything we did not sign."""
    try:
        business, member, *kind = signing.loads(token, salt=SALT)
        return uuid.UUID(business), int(member), MailKind(kind[0]) if kind else MailKind.DAILY
    except (signing.BadSignature, ValueError, TypeError):
        raise NotYours("This link is not one of ours.") from None


def _undo(draft: Draft, step: Step) -> None:
    with step():
        draft.undo()


def _host() -> str:
    return settings.BASE_URL.split("//", 1)[-1].split("/", 1)[0].split(":", 1)[0]
