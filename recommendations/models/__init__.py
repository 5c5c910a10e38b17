"""Decisions to take, and things to know."""

from recommendations.models.advice import Recommendation, RecommendationEvent
from recommendations.models.notifications import (
    Digest,
    MailPreference,
    Notification,
    NotificationRead,
    NotificationTold,
)
from recommendations.models.outbound import OutboundEndpoint, OutboundMessage
from recommendations.models.outcomes import Outcome, OutcomePlan, RuleState

__all__ = [
    "Digest", "MailPreference", "Notification", "NotificationRead", "NotificationTold", "OutboundEndpoint",
    "OutboundMessage", "Outcome", "OutcomePlan", "Recommendation", "RecommendationEvent", "RuleState",
]  # fmt: skip
