"""What members are told: notifications in the drawer, mails, and what each member wants of both."""

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


class NotificationTold(BusinessOwned):
    """A member was written to about a notification. The row comes first, so that nobody is written to twice.

    `sent_at` is empty while the mail server has not confirmed it; who knows then whether the mail went out.
    """

    notification = models.ForeignKey(Notification, on_delete=models.CASCADE, related_name="told")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["notification", "user"], name="notification_told_once")]
        indexes = [models.Index(fields=["business", "user", "-at"], name="notification_told_newest")]

    def __str__(self) -> str:
        return f"{self.notification} told to {self.user}"


class Digest(BusinessOwned):
    """The daily or weekly mail to one member. One row a member, kind and day: a second run finds it and sends nothing.

    Neither `handed_at` nor `sent_at`: there was nothing to tell. `handed_at` alone: given to the mail server, which
    never confirmed it; it is not sent again, and what it told is told once more by the next one.
    """

    class Kind(models.TextChoices):
        DAILY = "daily", "Daily"
        WEEKLY = "weekly", "Weekly"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=6, choices=Kind, default=Kind.DAILY, db_default="daily")
    day = models.DateField(help_text="The member's own day; a Monday for a weekly one.")
    recommendations = models.JSONField(default=list, help_text="What it told: id, revision and figures of each.")
    covers_until = models.DateTimeField(help_text="Recommendations opened up to here were told or left out.")
    handed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["business", "user", "kind", "day"], name="digest_once_a_period")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.day} to {self.user}"


class MailPreference(BusinessOwned):
    """What one member wants to be told by mail, and when not. Without a row the defaults hold.

    Quiet hours are by the clock on the wall in `time_zone`, or in the business's zone where that is empty. They may
    cross midnight; equal times are none.
    """

    class Advice(models.TextChoices):
        DAILY = "daily", "Each morning"
        WEEKLY = "weekly", "On Monday mornings"
        NEVER = "never", "Never"

    member = models.OneToOneField("accounts.Member", on_delete=models.CASCADE, related_name="mail_preference")
    advice = models.CharField(max_length=6, choices=Advice, default=Advice.DAILY)
    tells_source = models.BooleanField(default=True, help_text="A source cannot be read.")
    tells_job = models.BooleanField(default=True, help_text="Background work failed for good.")
    tells_trading = models.BooleanField(default=True, help_text="Moments of trading.")
    tells_coach = models.BooleanField(default=True, help_text="The coach's letter on Sundays.")
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(quiet_from=None, quiet_until=None)
                | models.Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="mail_preference_whole_quiet_window",
            )
        ]

    def __str__(self) -> str:
        return f"Mails to {self.member}"
