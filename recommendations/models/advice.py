"""Recommendations and what happened to them."""

from __future__ import annotations

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from accounts.tenancy import BusinessOwned, BusinessQuerySet
from analytics.figures import Figure, from_json


class RecommendationQuerySet(BusinessQuerySet):
    def standing(self) -> Self:
        """The rows that speak for their fingerprint: a new finding meets these, not a second row."""
        return self.filter(status__in=Recommendation.STANDING)

    def of_desk(self, desk: str) -> Self:
        return self.filter(desk=desk)

    def shown_open(self, *, as_of: datetime) -> Self:
        """What asks for a decision now: open, or asleep until a time that has come, and sure enough."""
        return self.open_at(as_of=as_of).sure()

    def sure(self) -> Self:
        """At least half sure."""
        return self.filter(confidence__gte=Recommendation.SURE)

    def open_at(self, *, as_of: datetime) -> Self:
        """The same, however unsure."""
        awake = models.Q(status=Recommendation.Status.SNOOZED, snoozed_until__lte=as_of)
        return self.filter(models.Q(status=Recommendation.Status.OPEN) | awake)


class Recommendation(BusinessOwned):
    """One piece of advice about one subject, kept up to date until somebody decides or its reason is gone.

    `weight` is what lists are sorted by (`findings.weight`). `evidence` is how bad it is, in the rule's own measure; it
    decides whether a dismissed or snoozed row speaks up again. `waiting` rows ask for nothing: they contradict a better
    one (`waits_for`), or their data is old. What was accepted is frozen.
    """

    class Status(models.TextChoices):
        OPEN = "open", "Open"
        ACCEPTED = "accepted", "Accepted"
        DISMISSED = "dismissed", "Dismissed"
        SNOOZED = "snoozed", "Snoozed"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        WAITING = "waiting", "Waiting"
        RESOLVED = "resolved", "Resolved"
        EXPIRED = "expired", "Expired"

    class Scope(models.TextChoices):
        SUBJECT = "subject", "This one"
        RULE = "rule", "All of this kind"

    class Priority(models.TextChoices):
        HIGH = "high", "High"
        MEDIUM = "medium", "Medium"
        LOW = "low", "Low"

    STANDING = (Status.OPEN, Status.WAITING, Status.SNOOZED, Status.ACCEPTED, Status.DISMISSED)
    SURE = Decimal("0.5")  # less confidence than this is not shown unless asked for

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    desk = models.CharField(max_length=16)
    rule = models.CharField(max_length=80)
    subject = models.CharField(max_length=300)
    fingerprint = models.CharField(max_length=64)
    title = models.CharField(max_length=300)
    body = models.TextField()
    figures = models.JSONField(default=list, help_text="The evidence, as figures.")
    target = models.JSONField(null=True, blank=True)
    exposure = models.JSONField(null=True, blank=True, help_text="Money at stake, as a figure.")
    gain = models.DecimalField(max_digits=10, decimal_places=6, null=True, blank=True, help_text="Raw points.")
    gain_score = models.SmallIntegerField(null=True, blank=True, help_text="Points of the final score.")
    gain_caps = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    confidence = models.DecimalField(
        max_digits=4, decimal_places=3, default=1, help_text="0 to 1, by the rule's formula."
    )
    impact = models.JSONField(null=True, blank=True, help_text="What it would bring a month, with range and method.")
    effort = models.SmallIntegerField(default=1, help_text="1 minutes, 2 hours, 3 days.")
    urgency = models.SmallIntegerField(default=0)
    weight = models.DecimalField(max_digits=10, decimal_places=6, default=0)
    priority = models.CharField(max_length=6, choices=Priority, default=Priority.LOW)
    evidence = models.DecimalField(max_digits=24, decimal_places=6, default=0)
    decided_evidence = models.DecimalField(max_digits=24, decimal_places=6, null=True, blank=True)
    knowledge = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    action = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=9, choices=Status, default=Status.OPEN)
    snoozed_until = models.DateTimeField(null=True, blank=True)
    snoozed_until_worse_by = models.DecimalField(max_digits=6, decimal_places=4, null=True, blank=True)
    deadline = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Valid until then unless it is seen again.")
    waits_for = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    waiting_reason = models.CharField(max_length=300, blank=True)
    revision = models.PositiveIntegerField(default=1)
    as_of = models.DateTimeField(help_text="The moment the figures were read.")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    opened_at = models.DateTimeField(default=timezone.now, help_text="When it last asked for a decision anew.")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.CharField(max_length=300, blank=True)
    dismissed_scope = models.CharField(max_length=7, choices=Scope, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = RecommendationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["business", "fingerprint"],
                condition=models.Q(status__in=["open", "waiting", "snoozed", "accepted", "dismissed"]),
                name="recommendation_stands_once",
            ),
            models.CheckConstraint(
                condition=models.Q(snoozed_until__isnull=False)
                | models.Q(snoozed_until_worse_by__gt=0)
                | ~models.Q(status="snoozed"),
                name="recommendation_snoozed_until_something",
            ),
            models.CheckConstraint(
                condition=models.Q(confidence__gte=0, confidence__lte=1), name="recommendation_confidence_a_share"
            ),
        ]
        indexes = [
            models.Index(fields=["business", "status", "-weight"], name="recommendation_by_weight"),
            models.Index(fields=["business", "-created_at"], name="recommendation_by_age"),
        ]

    def __str__(self) -> str:
        return self.title

    def status_at(self, as_of: datetime) -> str:
        """The status a reader sees: a snooze that has run out is open again."""
        over = self.snoozed_until is not None and self.snoozed_until <= as_of
        return self.Status.OPEN if self.status == self.Status.SNOOZED and over else self.status

    def evidence_figures(self) -> tuple[Figure, ...]:
        return tuple(from_json(body) for body in self.figures)

    def target_figure(self) -> Figure | None:
        return from_json(self.target) if self.target else None

    def exposure_figure(self) -> Figure | None:
        return from_json(self.exposure) if self.exposure else None


class RecommendationEvent(BusinessOwned):
    """One thing that happened to a recommendation: found, changed, decided, gone."""

    class Kind(models.TextChoices):
        CREATED = "created", "Found"
        UPDATED = "updated", "Evidence changed"
        REOPENED = "reopened", "Open again"
        ACCEPTED = "accepted", "Accepted"
        DISMISSED = "dismissed", "Dismissed"
        SNOOZED = "snoozed", "Snoozed"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        WAITING = "waiting", "Put on hold"
        RESOLVED = "resolved", "No longer true"
        EXPIRED = "expired", "Ran out"
        OUTCOME = "outcome", "Outcome measured"

    recommendation = models.ForeignKey(Recommendation, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=9, choices=Kind)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(max_length=300, blank=True)
    weight = models.DecimalField(max_digits=10, decimal_places=6, default=0)
    evidence = models.DecimalField(max_digits=24, decimal_places=6, default=0)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["business", "recommendation", "at"], name="recommendation_event_order")]

    def __str__(self) -> str:
        return f"{self.recommendation}: {self.get_kind_display()}"
