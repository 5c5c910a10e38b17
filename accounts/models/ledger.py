"""The frame's own records: events, jobs and inbound deliveries."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models.businesses import Business
from accounts.tenancy import BusinessQuerySet


class Event(models.Model):
    """Who did what, when, to which business. Ids only; written in the transaction of the deed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    business = models.ForeignKey(Business, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=80, help_text="desk.feature.past_tense")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    subject = models.CharField(max_length=80, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    ids = models.JSONField(default=dict)
    request_id = models.CharField(max_length=36, blank=True)
    at = models.DateTimeField(default=timezone.now)

    objects = BusinessQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["business", "-at"], name="event_of_business"),
            models.Index(fields=["name", "-at"], name="event_by_name"),
        ]

    def __str__(self) -> str:
        return self.name


class EventDay(models.Model):
    """What remains of events past their retention: how many of a name a business had on a day (UTC)."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=80)
    day = models.DateField()
    n = models.PositiveIntegerField()

    objects = BusinessQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["business", "name", "day"], nulls_distinct=False, name="event_day_once")
        ]

    def __str__(self) -> str:
        return f"{self.n} × {self.name} on {self.day}"


class Job(models.Model):
    """One durable unit of background work. The row is the truth; a broker message only wakes a worker."""

    class State(models.TextChoices):
        QUEUED = "queued", "Queued"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    business = models.ForeignKey(Business, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=80)
    queue = models.CharField(max_length=16)
    args = models.JSONField(default=dict)
    dedupe = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    due_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=8)
    lease = models.UUIDField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    progress_done = models.BigIntegerField(default=0)
    progress_total = models.BigIntegerField(default=0)
    progress_message = models.CharField(max_length=200, blank=True)
    result = models.JSONField(null=True, blank=True)
    error_code = models.CharField(max_length=60, blank=True)
    error_message = models.TextField(blank=True)
    request_id = models.CharField(max_length=36, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = BusinessQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(state="queued"), name="job_due"),
            models.Index(fields=["leased_until"], condition=models.Q(state="running"), name="job_leased"),
            models.Index(fields=["business", "-created_at"], name="job_of_business"),
            models.Index(fields=["finished_at"], name="job_finished"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["name", "business", "dedupe"],
                condition=models.Q(state="queued") & ~models.Q(dedupe=""),
                nulls_distinct=False,
                name="job_queued_once",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_over(self) -> bool:
        return self.state in (self.State.DONE, self.State.FAILED)

    @property
    def percent(self) -> int:
        """Whole percent of the progress that the handler reported; 0 while the total is unknown."""
        return min(100, 100 * self.progress_done // self.progress_total) if self.progress_total else 0


class InboxDelivery(models.Model):
    """One inbound webhook as it came: verified, stored, answered, then worked off by a job."""

    class State(models.TextChoices):
        RECEIVED = "received", "Received"
        PROCESSED = "processed", "Processed"
        IGNORED = "ignored", "Ignored"
        FAILED = "failed", "Failed"

    id = models.BigAutoField(primary_key=True)
    business = models.ForeignKey(Business, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    provider = models.CharField(max_length=20)
    endpoint = models.CharField(max_length=40)
    livemode = models.BooleanField()
    account = models.CharField(max_length=80, blank=True)
    event_id = models.CharField(max_length=120)
    event_type = models.CharField(max_length=120)
    event_created_at = models.DateTimeField(null=True, blank=True)
    payload = models.BinaryField()
    state = models.CharField(max_length=9, choices=State, default=State.RECEIVED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    outcome = models.CharField(max_length=300, blank=True)
    received_at = models.DateTimeField(default=timezone.now)
    processed_at = models.DateTimeField(null=True, blank=True)

    objects = BusinessQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "inbox deliveries"
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "endpoint", "livemode", "account", "event_id"], name="delivery_once"
            )
        ]
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=models.Q(state="received"), name="delivery_open"),
        ]

    def __str__(self) -> str:
        return f"{self.event_type} {self.event_id}"


class Heartbeat(models.Model):
    """When a background process was last alive; one row a process kind."""

    name = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
