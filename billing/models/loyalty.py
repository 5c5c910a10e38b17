"""Paid months, what they unlock, and what was unlocked."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone

from accounts.models import Business
from accounts.tenancy import BusinessOwned, BusinessQuerySet
from billing.models.orders import OdooOrder


class PaidMonth(models.Model):
    """One paid period of an order. The rows follow from the order's payments: a refund takes its row away."""

    business = models.ForeignKey(Business, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    order = models.ForeignKey(OdooOrder, on_delete=models.CASCADE, related_name="paid_months")
    number = models.PositiveIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    payment = models.CharField(max_length=40)

    objects: ClassVar[Any] = BusinessQuerySet.as_manager()

    class Meta:
        ordering = ("starts_at", "pk")
        constraints = [models.UniqueConstraint(fields=["order", "number"], name="paid_month_once")]
        indexes = [models.Index(fields=["business", "starts_at"], name="paid_month_of_business")]

    def __str__(self) -> str:
        return f"period {self.number} of {self.order}"


class Perk(models.Model):
    """Something that opens after a number of paid months. Shared by all businesses; retired, never deleted."""

    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    text = models.CharField(max_length=200, help_text="What it is, in one sentence to the customer.")
    after_months = models.PositiveSmallIntegerField(validators=[MinValueValidator(1)])
    retired_at = models.DateTimeField(null=True, blank=True, help_text="Since then nobody new reaches it.")

    class Meta:
        ordering = ("after_months", "key")

    def __str__(self) -> str:
        return self.name


class Unlock(BusinessOwned):
    """A perk that a business reached. `revoked_at` where a refund took the month away that it stood on."""

    perk = models.ForeignKey(Perk, on_delete=models.PROTECT, related_name="unlocks")
    reached_at = models.DateTimeField(help_text="The moment its last month was completed.")
    recorded_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("reached_at", "pk")
        constraints = [models.UniqueConstraint(fields=["business", "perk"], name="unlock_once")]

    def __str__(self) -> str:
        return f"{self.perk} of {self.business}"
