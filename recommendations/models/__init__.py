"""Decisions to take, and things to know."""

from recommendations.models.advice import Recommendation, RecommendationEvent
from recommendations.models.notifications import Digest, Notification, NotificationRead

__all__ = ["Digest", "Notification", "NotificationRead", "Recommendation", "RecommendationEvent"]
