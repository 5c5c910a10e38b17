"""What was promised when advice was taken, what came of it, and how each rule fares."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.tenancy import BusinessOwned, BusinessQuerySet
from analytics.figures import Figure, from_json


class OutcomePlan(BusinessOwned):
    """How the outcome of one accepted recommendation will be judged; written once, never changed.

    Days are the business's own, half-open. `minimum` is the smallest change that would be told from chance four times
    in five. `method` is `none` where nothing can be measured; `reason` says why.
    """

    class Method(models.TextChoices):
        BEFORE_AFTER = "before_after", "Before and after"
        DIFFERENCE = "difference", "Against controls"
        NONE = "none", "Cannot be measured"

    recommendation = models.OneToOneField(
        "recommendations.Recommendation", on_delete=models.CASCADE, related_name="plan"
    )
    method = models.CharField(max_length=12, choices=Method)
    metric = models.CharField(max_length=80, blank=True)
    series = models.CharField(max_length=80, blank=True)
    better = models.SmallIntegerField(default=0, help_text="+1 up, -1 down.")
    currency = models.CharField(max_length=3, blank=True)
    controls = models.JSONField(default=list, help_text="Subjects that were left alone.")
    before_from = models.DateField(null=True, blank=True)
    before_until = models.DateField(null=True, blank=True)
    after_from = models.DateField(null=True, blank=True)
    after_until = models.DateField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True, help_text="Measured from this day on, when late facts are in.")
    baseline = models.JSONField(default=list, help_text="Day, numerator, denominator, as they stood at acceptance.")
    baseline_figure = models.JSONField(null=True, blank=True)
    minimum = models.DecimalField(max_digits=24, decimal_places=12, null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    frozen_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[Any] = BusinessQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["business", "due_on"], name="outcome_plan_due")]

    def __str__(self) -> str:
        return f"{self.recommendation_id}: {self.get_method_display()}"

    def baseline_value(self) -> Figure | None:
        return from_json(self.baseline_figure) if self.baseline_figure else None


class Outcome(BusinessOwned):
    """What came of a recommendation, measured once from the facts as they were then."""

    class Result(models.TextChoices):
        WORKED = "worked", "Worked"
        NO_EFFECT = "no_effect", "No measurable effect"
        HARMED = "harmed", "Harmed"
        UNKNOWABLE = "unknowable", "Unknowable"

    recommendation = models.OneToOneField(
        "recommendations.Recommendation", on_delete=models.CASCADE, related_name="outcome"
    )
    rule = models.CharField(max_length=80)
    result = models.CharField(max_length=10, choices=Result)
    effect = models.JSONField(null=True, blank=True, help_text="After less before with its 90 % interval, as a figure.")
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    measured_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[Any] = BusinessQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["business", "rule"], name="outcome_by_rule")]

    def __str__(self) -> str:
        return f"{self.recommendation_id}: {self.get_result_display()}"

    def figures(self) -> dict[str, Figure]:
        """Effect, before and after by name; those that are known."""
        bodies = {"effect": self.effect, "before": self.before, "after": self.after}
        return {name: from_json(body) for name, body in bodies.items() if body}


class RuleState(BusinessOwned):
    """How a rule stands with one business: when it last ran or failed, and whether it was muted."""

    rule = models.CharField(max_length=80)
    ran_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True, help_text="Since when it fails; empty while it works.")
    muted_at = models.DateTimeField(null=True, blank=True)
    muted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects: ClassVar[Any] = BusinessQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["business", "rule"], name="rule_state_once")]

    def __str__(self) -> str:
        return self.rule
