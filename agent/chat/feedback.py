"""What a person thought of an answer."""

from __future__ import annotations

import uuid
from datetime import datetime

from accounts.errors import InvalidInput
from accounts.events import record
from accounts.models import Business, User
from agent.chat import queries
from agent.models import Feedback

LONGEST_NOTE = 500


def rate(
    business: Business,
    user: User,
    message_id: uuid.UUID,
    *,
    rating: str,
    reason: str = "",
    note: str = "",
    at: datetime,
) -> Feedback:
    """Keep what the person says of an answer of theirs; a second opinion replaces the first.

    Errors: NotYours for any other message, InvalidInput for a rating or reason that does not exist, or a long note.
    """
    message = queries.answer(business, user, message_id)
    if rating not in Feedback.Rating.values:
        raise InvalidInput("A rating is up or down.", field="rating")
    if reason not in Feedback.Reason.values:
        raise InvalidInput("That is none of the reasons.", field="reason")
    words = note.replace("\x00", "").strip()
    if len(words) > LONGEST_NOTE:
        raise InvalidInput(f"A note has at most {LONGEST_NOTE} characters.", field="note")
    kept, _ = Feedback.objects.update_or_create(
        business=business, message=message, user=user,
        defaults={"rating": rating, "reason": reason, "note": words, "at": at},
    )  # fmt: skip
    record("agent.chat.rated", business=business, actor=user, subject=message, rating=rating, given_reason=reason)
    return kept
