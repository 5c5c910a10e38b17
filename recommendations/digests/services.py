"""The daily mail: what newly asks for a decision, at most once a day and member, and nothing when there is nothing."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.errors import NotYours
from accounts.events import record
from accounts.models import Business, Member
from recommendations.models import Digest, Recommendation

SEND_FROM, SEND_UNTIL = 8, 12  # local hours; a tick that was missed is made up for until noon
MOST = 5
FIRST_LOOKS_BACK = timedelta(days=1)
SALT = "recommendations.digest"


def due_day(business: Business, *, as_of: datetime) -> date | None:
    """The business's own day whose digest should go out at `as_of`; None outside the sending hours."""
    local = as_of.astimezone(ZoneInfo(business.time_zone))
    return local.date() if SEND_FROM <= local.hour < SEND_UNTIL else None


def recipients(business: Business) -> list[Member]:
    """Members who want the digest and may read what it tells."""
    members = Member.objects.filter(business=business, wants_digest=True, user__is_active=True)
    return [
        member for member in members.select_related("user").order_by("joined_at", "pk") if member.may("read:analytics")
    ]


def send_digest(business: Business, member: Member, *, day: date, as_of: datetime) -> Digest | None:
    """Send the digest of `day` to one member; returns None when it was already dealt with.

    The row is written first, so a second run of the same day finds it. Mail that cannot be sent raises and takes the
    row back with the transaction; a crash after the hand-over may send twice, under the same Message-ID.
    """
    news = _news(business, member, as_of=as_of)
    digest, created = Digest.objects.get_or_create(
        business=business,
        user=member.user,
        day=day,
        defaults={"recommendations": [str(row.pk) for row in news], "covers_until": as_of},
    )
    if not created:
        return None
    if news:
        message(business, member, news, day=day).send()
        digest.sent_at = as_of
        digest.save(update_fields=["sent_at"])
        record("recommendations.digest.sent", business=business, actor=member.user, subject=digest, count=len(news))
    return digest


def message(business: Business, member: Member, news: list[Recommendation], *, day: date) -> EmailMultiAlternatives:
    """The mail in plain text and HTML, with a way out that needs no log-in."""
    out = settings.BASE_URL + reverse("recommendations:digest-stop", args=[stop_token(business, member)])
    path = reverse("recommendations:list", kwargs={"business": business.slug})
    context = {
        "business": business,
        "member": member,
        "day": day,
        "items": [(row, settings.BASE_URL + path + f"{row.pk}/") for row in news[:MOST]],
        "more": max(0, len(news) - MOST),
        "list_url": settings.BASE_URL + path,
        "stop_url": out,
    }
    mail = EmailMultiAlternatives(
        subject=_subject(business, news),
        body=render_to_string("recommendations/digests/mail.txt", context),
        to=[member.user.email],
        headers={
            "Message-ID": f"<{_message_id(business, member, day)}@{_host()}>",
            "List-Unsubscribe": f"<{out}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )
    mail.attach_alternative(render_to_string("recommendations/digests/mail.html", context), "text/html")
    return mail


def stop_token(business: Business, member: Member) -> str:
    return signing.dumps([str(business.pk), member.pk], salt=SALT)


def read_stop_token(token: str) -> tuple[uuid.UUID, int]:
    """Business and member of a link in a mail. Errors: NotYours for anything we did not sign."""
    try:
        business, member = signing.loads(token, salt=SALT)
        return uuid.UUID(business), int(member)
    except (signing.BadSignature, ValueError, TypeError):
        raise NotYours("This link is not one of ours.") from None


def set_wants_digest(member: Member, wanted: bool) -> None:
    """Turn the daily mail of one member on or off."""
    if member.wants_digest == wanted:
        return
    member.wants_digest = wanted
    member.save(update_fields=["wants_digest"])
    name = "subscribed" if wanted else "stopped"
    record(f"recommendations.digest.{name}", business=member.business, actor=member.user, subject=member)


def _news(business: Business, member: Member, *, as_of: datetime) -> list[Recommendation]:
    """What opened, or opened again, since the last digest; for a first one since yesterday."""
    last = Digest.objects.of(business).filter(user=member.user).order_by("-covers_until").first()
    since = last.covers_until if last else max(member.joined_at, as_of - FIRST_LOOKS_BACK)
    rows = Recommendation.objects.of(business).shown_open(as_of=as_of).filter(opened_at__gt=since, opened_at__lte=as_of)
    return list(rows.order_by("-weight", "-pk"))


def _subject(business: Business, news: list[Recommendation]) -> str:
    first = " ".join(news[0].title.split())
    return f"{business.name}: {first}" if len(news) == 1 else f"{business.name}: {first}, and {len(news) - 1} more"


def _message_id(business: Business, member: Member, day: date) -> uuid.UUID:
    return uuid.uuid5(business.pk, f"digest:{member.pk}:{day}")


def _host() -> str:
    return settings.BASE_URL.split("//", 1)[-1].split("/", 1)[0].split(":", 1)[0]
