"""What a request carries once the frame has looked at it."""

from __future__ import annotations

from contextvars import ContextVar
from datetime import datetime

from django.http import HttpRequest

from accounts.models import Business, Member, User
from accounts.periods import Period

#: The id of the request or job at work; goes into every log line and event.
request_id: ContextVar[str] = ContextVar("request_id", default="")


class BusinessRequest(HttpRequest):
    """A request to a page of one business, after access was checked."""

    user: User
    business: Business
    member: Member
    period: Period
    now: datetime
