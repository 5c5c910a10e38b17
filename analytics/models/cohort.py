"""Cells of traders alike: quantiles that nobody can be found in."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class CohortCell(models.Model):
    """One cell that may be told, as of one night. It belongs to no business and holds no row of any."""

    asset_class = models.CharField(max_length=12, blank=True)
    style = models.CharField(max_length=20)
    size = models.CharField(max_length=20)
    businesses = models.PositiveIntegerField()
    decisions = models.PositiveBigIntegerField()
    quantiles = models.JSONField(help_text="Each measure at 0, 5, … 100 %.")
    computed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["asset_class", "style", "size"], name="cohort_cell_once")]

    def __str__(self) -> str:
        return ", ".join(part for part in (self.asset_class, self.style, self.size) if part)
