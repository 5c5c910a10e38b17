"""Mails to test with: the two steps of sending one, as its job takes them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.core import mail

from accounts.models import Member
from accounts.tenancy import acting_for
from recommendations.digests import services as digests
from recommendations.models import Digest, MailPreference
from recommendations.notifications import mailing
from recommendations.preferences.kinds import MailKind
from recommendations.preferences.mails import hand_over


def send_digest(member: Member, *, day: date, as_of: datetime, kind: str = "daily") -> Digest | None:
    """One try at a digest; the row if there is one afterwards."""
    with acting_for(member.business):
        made = digests.draft(member.business, member.pk, kind=MailKind(kind), day=day, as_of=as_of)
    if made is not None:
        hand_over(made, step=lambda: acting_for(member.business))
    return Digest.objects.filter(user=member.user, kind=kind, day=day).first()


def send_alerts(member: Member, *, as_of: datetime, kind: str = "alerts") -> bool:
    """One try at a mail of alerts, or of the coach's letters; whether one went out."""
    with acting_for(member.business):
        made = mailing.draft(member.business, member.pk, kind=MailKind(kind), as_of=as_of)
    return made is not None and hand_over(made, step=lambda: acting_for(member.business))


def prefer(member: Member, **values: Any) -> MailPreference:
    """Give a member a preference row of these values, replacing an earlier one."""
    row, _ = MailPreference.objects.update_or_create(member=member, defaults={"business": member.business, **values})
    return row


def links(sent: Any, word: str) -> list[str]:
    """The paths behind `word: https://…` in the plain text of a mail, in order."""
    found = [line.split(": ", 1)[1] for line in sent.body.splitlines() if line.startswith(f"{word}: ")]
    return ["/" + url.split("/", 3)[3] for url in found]


def newest() -> Any:
    """The mail that went out last."""
    return mail.outbox[-1]
