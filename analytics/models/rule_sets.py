"""The catalogue of prop firms' rules: the same for every business, one row a phase and version, never edited."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.utils import timezone


class RuleSetQuerySet(models.QuerySet[Any]):
    def in_force(self) -> Self:
        """The newest version of every phase."""
        newest = self.model._default_manager.filter(
            firm=models.OuterRef("firm"),
            program=models.OuterRef("program"),
            size=models.OuterRef("size"),
            phase=models.OuterRef("phase"),
            version__gt=models.OuterRef("version"),
        )
        return self.filter(~models.Exists(newest)).order_by("firm", "program", "size", "phase")


class RuleSet(models.Model):
    """One phase of a firm's programme at one account size, in one version.

    `rules` holds target, losses, days and consistency as `analytics.trading.shadow_boxing.rule_set.RuleSet` writes
    them. A change is a new row with the next version; a row that is written stays as it is.
    """

    class Evidence(models.TextChoices):
        OFFICIAL = "official", "The firm's own pages"
        DATASET = "dataset", "A public data set"
        REVIEW = "review", "A review"

    firm = models.CharField(max_length=60)
    program = models.CharField(max_length=60)
    size = models.DecimalField(max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3)
    phase = models.PositiveSmallIntegerField(default=1)
    version = models.PositiveIntegerField()
    effective_from = models.DateField(null=True, blank=True, help_text="Empty where the firm does not say.")
    effective_to = models.DateField(null=True, blank=True)
    verified_on = models.DateField()
    sources = models.JSONField(help_text="Addresses, as a list.")
    evidence = models.CharField(max_length=8, choices=Evidence)
    disputed = models.BooleanField(default=False)
    note = models.TextField(blank=True)
    rules = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[Any] = RuleSetQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "program", "size", "phase", "version"], name="rule_set_once")
        ]

    def __str__(self) -> str:
        return f"{self.firm} {self.program} {self.size:.0f}, phase {self.phase}, version {self.version}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write a new version. Errors: TypeError for a row that is written already."""
        if not self._state.adding:
            raise TypeError("A rule set is never edited; write its next version.")
        super().save(*args, **kwargs)
