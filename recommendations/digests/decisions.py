"""Deciding from a mail: a signed link that holds for one member, one recommendation and the revision they were told of.

The link shows; only a post acts, through the board's own service, with the member as the actor and their permission
as it is at that moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse

from accounts.errors import NotYours
from accounts.models import Member
from recommendations.models import Digest, Recommendation

SALT = "recommendations.decide"
HOLDS = timedelta(days=14)
SNOOZE = timedelta(days=7)
Status = Recommendation.Status
#: What can be done from a mail, as its buttons say it.
DEEDS = {Status.ACCEPTED: "Accept", Status.SNOOZED: "Snooze for a week", Status.DISMISSED: "Dismiss"}


@dataclass(frozen=True, slots=True)
class Link:
    """What a link carries. `digest` is the row of its mail, which knows what was told."""

    business: UUID
    member: int
    recommendation: UUID
    revision: int
    deed: str
    digest: int
    expires_at: datetime


def deed_url(member: Member, row: Recommendation, deed: str, digest: Digest) -> str:
    """The whole address of one button in a mail."""
    expires_at = digest.covers_until + HOLDS
    body = [
        member.business_id.hex, member.pk, row.pk.hex, row.revision, str(deed), digest.pk, int(expires_at.timestamp()),
    ]  # fmt: skip
    token = signing.dumps(body, salt=SALT)
    return settings.BASE_URL + reverse("recommendations:decide-by-mail", args=[token])


def read_link(token: str) -> Link:
    """Errors: NotYours for anything we did not sign, or that was cut. An expired link reads well: it can say so."""
    try:
        business, member, recommendation, revision, deed, digest, expires = signing.loads(token, salt=SALT)
        return Link(
            UUID(business), int(member), UUID(recommendation), int(revision), _offered(deed), int(digest),
            datetime.fromtimestamp(expires, tz=UTC),
        )  # fmt: skip
    except (signing.BadSignature, ValueError, TypeError, OverflowError, AttributeError):
        raise NotYours("This link is not one of ours, or a part of it is missing.") from None


def _offered(deed: object) -> str:
    """Errors: ValueError for what no mail offers."""
    if deed not in DEEDS:
        raise ValueError(deed)
    return str(deed)
