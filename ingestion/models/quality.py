"""The facts' quality: rejected rows, stale days, and whether the mirror equals the source."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.utils import timezone

from accounts.tenancy import BusinessOwned, BusinessQuerySet
from ingestion.models.runs import SyncRun
from ingestion.models.sources import Source


class QuarantineQuerySet(BusinessQuerySet):
    def open(self) -> Self:
        return self.filter(resolved_at=None)


class QuarantinedRow(BusinessOwned):
    """A row that could not become a fact, word for word, with the reason."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="quarantine")
    run = models.ForeignKey(SyncRun, on_delete=models.SET_NULL, null=True, blank=True, related_name="quarantine")
    stream = models.CharField(max_length=40, blank=True)
    external_id = models.CharField(max_length=255, blank=True)
    reason_code = models.CharField(max_length=60)
    reason = models.CharField(max_length=500)
    raw = models.TextField()
    fingerprint = models.CharField(max_length=32, help_text="Of stream, id, reason code and raw text.")
    created_at = models.DateTimeField(default=timezone.now)
    resolved_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = QuarantineQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["business", "source", "-created_at"],
                condition=models.Q(resolved_at=None),
                name="quarantine_open",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["business", "source", "fingerprint"],
                condition=models.Q(resolved_at=None),
                name="quarantine_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.stream} {self.external_id}: {self.reason_code}"


class DirtyDay(BusinessOwned):
    """A day of the business whose figures no longer match its facts. Deleted before it is recomputed."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="dirty_days")
    desk = models.CharField(max_length=16)
    day = models.DateField()
    marked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["business", "source", "desk", "day"], name="dirty_day_once")]

    def __str__(self) -> str:
        return f"{self.desk} {self.day}"


class BalanceReading(BusinessOwned):
    """The account's own balance at one moment, in minor units of `currency`."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="balance_readings")
    currency = models.CharField(max_length=3)
    available = models.BigIntegerField()
    pending = models.BigIntegerField()
    reserved = models.BigIntegerField(default=0)
    read_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["business", "source", "currency", "read_at"], name="balance_reading_once")
        ]

    def __str__(self) -> str:
        return f"{self.currency} at {self.read_at:%Y-%m-%d %H:%M}"

    @property
    def total(self) -> int:
        return self.available + self.pending + self.reserved


class Reconciliation(BusinessOwned):
    """Whether the mirror equals the source, in minor units: drift = ledger sum − balance."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="reconciliations")
    currency = models.CharField(max_length=3)
    ran_at = models.DateTimeField(default=timezone.now)
    ledger = models.BigIntegerField()
    balance = models.BigIntegerField()
    drift = models.BigIntegerField()
    detail = models.JSONField(default=dict, blank=True)

    class Meta:
        indexes = [models.Index(fields=["business", "source", "-ran_at"], name="reconciliation_of_source")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(drift=models.F("ledger") - models.F("balance")),
                name="reconciliation_drift_adds_up",
            )
        ]

    def __str__(self) -> str:
        return f"{self.currency} drift {self.drift}"
