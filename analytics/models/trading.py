"""What the trading desk computed: one snapshot a module and account, superseded, never edited."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.utils import timezone

from accounts.tenancy import BusinessOwned, BusinessQuerySet
from ingestion.models import Source


class TradingSnapshotQuerySet(BusinessQuerySet):
    def live(self) -> Self:
        """Snapshots that nothing has superseded."""
        return self.filter(superseded_at=None)


class TradingSnapshot(BusinessOwned):
    """The result of one module for one account. `values` is the module's result; equal `inputs_hash`, equal values.

    `as_of` is the data's own time, the last close; `n` the decisions it stands on.
    """

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+")
    module = models.CharField(max_length=30)
    version = models.CharField(max_length=12)
    seed = models.BigIntegerField()
    as_of = models.DateTimeField()
    n = models.PositiveIntegerField()
    values = models.JSONField()
    inputs_hash = models.CharField(max_length=64)
    record_hash = models.CharField(max_length=64)
    took_ms = models.PositiveIntegerField(default=0)
    computed_at = models.DateTimeField(default=timezone.now)
    superseded_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = TradingSnapshotQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["business", "source", "module"],
                condition=models.Q(superseded_at=None),
                name="trading_snapshot_live_once",
            )
        ]
        indexes = [
            models.Index(fields=["business", "source", "module", "-computed_at"], name="trading_snapshot_newest")
        ]

    def __str__(self) -> str:
        return f"{self.module} as of {self.as_of:%Y-%m-%d %H:%M}"


class TradingFreshness(BusinessOwned):
    """How an account's snapshots stand to its trades. `failed` names modules that could not be computed, and why."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+")
    stale_since = models.DateTimeField(null=True, blank=True)
    record_hash = models.CharField(max_length=64, blank=True)
    n = models.PositiveIntegerField(default=0)
    failed = models.JSONField(default=dict, blank=True)
    computed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["business", "source"], name="trading_freshness_once")]
        verbose_name_plural = "trading freshness"

    def __str__(self) -> str:
        return f"{self.n} trades"
