"""What members are told: notifications in the drawer, and the daily digest."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.tenancy import BusinessOwned, BusinessQuerySet


class NotificationQuerySet(BusinessQuerySet):
    def standing(self) -> Self:
        """What is still so: alerts that were not resolved, and news."""
        return self.filter(resolved_at=None)

    def unread_by(self, user: models.Model) -> Self:
        return self.exclude(reads__user_id=user.pk)


class Notification(BusinessOwned):
    """One line in the drawer, for every member of the business.

    An alert needs attention now and is resolved when its cause is gone; news only tells.
    """

    class Kind(models.TextChoices):
        SOURCE = "source", "Source"
        JOB = "job", "Background work"
        RECOMMENDATION = "recommendation", "Recommendation"
        TRADING = "trading", "Trading"

    class Level(models.TextChoices):
        ALERT = "alert", "Needs attention"
        NEWS = "news", "News"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=14, choices=Kind)
    level = models.CharField(max_length=5, choices=Level)
    key = models.CharField(max_length=200, help_text="What it is about; one unresolved notification each.")
    title = models.CharField(max_length=200)
    text = models.CharField(max_length=500, blank=True)
    url_name = models.CharField(max_length=60, blank=True)
    url_id = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    resolved_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = NotificationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["business", "key"], condition=models.Q(resolved_at=None), name="notification_stands_once"
            )
        ]
        indexes = [models.Index(fields=["business", "-created_at"], name="notification_by_age")]

    def __str__(self) -> str:
        return self.title


class NotificationRead(BusinessOwned):
    """A member has seen a notification."""

    notification = models.ForeignKey(Notification, on_delete=models.CASCADE, related_name="reads")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["notification", "user"], name="notification_read_once")]

    def __str__(self) -> str:
        return f"{self.notification} seen by {self.user}"


class Digest(BusinessOwned):
    """The daily mail to one member. One row a member and day: a second run of the day finds it and sends nothing."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    day = models.DateField(help_text="The business's own day.")
    recommendations = models.JSONField(default=list, help_text="Ids of what it told.")
    covers_until = models.DateTimeField(help_text="Recommendations opened up to here were told or left out.")
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["business", "user", "day"], name="digest_once_a_day")]

    def __str__(self) -> str:
        return f"{self.day} to {self.user}"
