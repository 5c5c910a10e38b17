"""The payments desk's rollups (recomputed day by day) and snapshots (superseded, never edited).

Money is integer minor units of the row's currency; days are the business's own.
"""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, Self

from django.db import models
from django.utils import timezone

from accounts.tenancy import BusinessOwned, BusinessQuerySet
from analytics.payments.metrics.model import Metrics
from ingestion.models import Source


class DayQuerySet(BusinessQuerySet):
    def between(self, start: date, end: date) -> Self:
        """Days in [start, end)."""
        return self.filter(day__gte=start, day__lt=end)


class PaymentDay(BusinessOwned):
    """One day of one source in one currency: ledger sums in settlement currency, counts by the charge's own.

    Refunds, disputes and cost are positive when money left the business.
    """

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    currency = models.CharField(max_length=3)
    gross = models.BigIntegerField(default=0)
    refunds = models.BigIntegerField(default=0)
    disputes = models.BigIntegerField(default=0)
    cost = models.BigIntegerField(default=0)
    financing = models.BigIntegerField(default=0)
    charges = models.BigIntegerField(default=0, help_text="Successful ones.")
    failed = models.BigIntegerField(default=0)
    chargebacks = models.BigIntegerField(default=0, help_text="Opened on this day.")
    chargebacks_by_charge_date = models.BigIntegerField(default=0, help_text="About charges of this day.")

    objects: ClassVar[Any] = DayQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["business", "source", "day", "currency"], name="payment_day_once")
        ]
        indexes = [
            models.Index(fields=["business", "day"], name="payment_day_of_business"),
            models.Index(
                fields=["business", "day"],
                condition=models.Q(charges__gt=0),
                name="payment_day_with_charges",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.currency}"


class PaymentBrandDay(BusinessOwned):
    """One day of one source and card brand: what the networks divide by, and what they count."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    brand = models.CharField(max_length=30, blank=True)
    charges = models.BigIntegerField(default=0)
    charges_cnp = models.BigIntegerField(default=0, help_text="Card not present.")
    chargebacks = models.BigIntegerField(default=0)
    disputes = models.BigIntegerField(default=0, help_text="All of them, inquiries included.")
    fraud_warnings = models.BigIntegerField(default=0)

    objects: ClassVar[Any] = DayQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["business", "source", "day", "brand"], name="payment_brand_day_once")
        ]
        indexes = [models.Index(fields=["business", "day"], name="brand_day_of_business")]

    def __str__(self) -> str:
        return f"{self.day} {self.brand}"


class PaymentsFreshness(BusinessOwned):
    """Since which day the snapshots no longer match the rollups; None when they do.

    `revision` counts refreshes of the rollups, so a recompute can tell whether one came in between.
    """

    stale_since = models.DateField(null=True, blank=True)
    revision = models.BigIntegerField(default=0)
    refreshed_at = models.DateTimeField(default=timezone.now)
    time_zone = models.CharField(max_length=64, blank=True, help_text="In which the rollups' days were cut.")
    currency = models.CharField(max_length=3, blank=True, help_text="In which the snapshots were computed.")
    metrics_model = models.CharField(max_length=8, blank=True)
    readiness_model = models.CharField(max_length=8, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["business"], name="payments_freshness_once")]
        verbose_name_plural = "payments freshness"

    def __str__(self) -> str:
        return f"revision {self.revision}"


class SnapshotQuerySet(BusinessQuerySet):
    def live(self) -> Self:
        """Snapshots that nothing has superseded."""
        return self.filter(superseded_at=None)

    def newest_first(self) -> Self:
        return self.order_by("-as_of", "-id")


class MetricSnapshot(BusinessOwned):
    """All metrics as of one day (exclusive), every window in one row. A correction writes a new row.

    `values` is `Metrics.to_json()`, `figures` what pages show, by key. Equal `inputs_hash`, equal bytes.
    """

    as_of = models.DateField()
    model_version = models.CharField(max_length=8)
    values = models.JSONField()
    figures = models.JSONField()
    inputs_hash = models.CharField(max_length=64)
    computed_at = models.DateTimeField(default=timezone.now)
    superseded_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = SnapshotQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["business", "model_version", "as_of"],
                condition=models.Q(superseded_at=None),
                name="metric_snapshot_live_once",
            )
        ]
        indexes = [models.Index(fields=["business", "-as_of"], name="metric_snapshot_newest")]

    def __str__(self) -> str:
        return f"metrics as of {self.as_of}"

    @property
    def metrics(self) -> Metrics:
        return Metrics.from_json(self.values)


class ReadinessSnapshot(BusinessOwned):
    """The score as of one day, with all its parts.

    `score` and `raw` are empty while nothing was ever sold.
    """

    metrics = models.ForeignKey(MetricSnapshot, on_delete=models.CASCADE, related_name="+")
    as_of = models.DateField()
    model = models.CharField(max_length=8)
    score = models.PositiveSmallIntegerField(null=True, blank=True)
    tier = models.CharField(max_length=20)
    raw = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    components = models.JSONField(default=list)
    caps = models.JSONField(default=list)
    confidence = models.DecimalField(max_digits=14, decimal_places=12)
    confidence_level = models.CharField(max_length=6)
    band_low = models.PositiveSmallIntegerField(null=True, blank=True)
    band_high = models.PositiveSmallIntegerField(null=True, blank=True)
    trend = models.CharField(max_length=9, blank=True)
    delta = models.SmallIntegerField(null=True, blank=True)
    inputs_hash = models.CharField(max_length=64)
    computed_at = models.DateTimeField(default=timezone.now)
    superseded_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = SnapshotQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["business", "model", "as_of"],
                condition=models.Q(superseded_at=None),
                name="readiness_snapshot_live_once",
            ),
            models.CheckConstraint(
                condition=models.Q(score=None) | models.Q(score__lte=100), name="readiness_score_of_100"
            ),
        ]
        indexes = [models.Index(fields=["business", "-as_of"], name="readiness_snapshot_newest")]

    def __str__(self) -> str:
        return f"readiness {self.score} as of {self.as_of}"
