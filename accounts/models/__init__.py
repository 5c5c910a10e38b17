"""The ground floor's tables."""

from accounts.models.businesses import ApiKey, Business, Desk, Invitation, Member
from accounts.models.credentials import EmailCode, RateWindow, RefreshToken
from accounts.models.ledger import Event, EventDay, Heartbeat, InboxDelivery, Job
from accounts.models.users import User

__all__ = [
    "ApiKey",
    "Business",
    "Desk",
    "EmailCode",
    "Event",
    "EventDay",
    "Heartbeat",
    "InboxDelivery",
    "Invitation",
    "Job",
    "Member",
    "RateWindow",
    "RefreshToken",
    "User",
]
