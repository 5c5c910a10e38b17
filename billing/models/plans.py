"""The catalogue: plans, their prices in each currency, and what each opens. Shared by all businesses."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models

from accounts.models import Desk
from accounts.models.businesses import currency_code


class Plan(models.Model):
    """Something one can buy. It is retired, never deleted, while anybody holds it."""

    class Kind(models.TextChoices):
        FREE = "free", "Free"
        SUBSCRIPTION = "subscription", "Subscription"
        ONE_OFF = "one_off", "One-off"

    class Interval(models.TextChoices):
        NONE = "", "Once"
        MONTH = "month", "A month"
        YEAR = "year", "A year"

    key = models.SlugField(max_length=40, unique=True, help_text="Stable name in code, links and orders.")
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.SUBSCRIPTION)
    interval = models.CharField(max_length=5, choices=Interval, default=Interval.MONTH, blank=True)
    desk = models.CharField(max_length=16, choices=Desk, blank=True, help_text="The one desk it is about, if it is.")
    lead = models.CharField(max_length=160, blank=True, help_text="For whom, in one sentence.")
    ticks = ArrayField(models.CharField(max_length=120), default=list, blank=True, help_text="What the page lists.")
    trial_days = models.PositiveSmallIntegerField(default=0)
    is_public = models.BooleanField(default=True, help_text="Shown on the pricing page.")
    retired_at = models.DateTimeField(null=True, blank=True, help_text="Since then nobody can buy it.")
    order = models.PositiveSmallIntegerField(default=100)
    odoo_sku = models.CharField(max_length=64, blank=True, help_text="Internal reference of the product in Odoo.")
    stripe_product_id = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ("order", "key")
        constraints = [
            models.UniqueConstraint(fields=["odoo_sku"], condition=~models.Q(odoo_sku=""), name="plan_sku_once"),
            models.CheckConstraint(
                condition=models.Q(kind="subscription") ^ models.Q(interval=""), name="plan_interval_fits_kind"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_on_sale(self) -> bool:
        return self.retired_at is None and self.kind != self.Kind.FREE


class PlanPrice(models.Model):
    """What a plan costs in one currency, excluding tax. A changed price is a new row; old ones serve who has them."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="prices")
    currency = models.CharField(max_length=3, validators=[currency_code])
    amount = models.BigIntegerField(validators=[MinValueValidator(0)], help_text="Minor units, excluding tax.")
    stripe_price_id = models.CharField(max_length=80, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("plan", "currency")
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "currency"], condition=models.Q(retired_at=None), name="plan_price_once"
            ),
            models.UniqueConstraint(
                fields=["stripe_price_id"], condition=~models.Q(stripe_price_id=""), name="plan_price_stripe_once"
            ),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="plan_price_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.plan} in {self.currency}"


class PlanFeature(models.Model):
    """One thing a plan opens. `value` is 1 or 0 for a switch, a count for a limit; empty is without limit."""

    class Kind(models.TextChoices):
        SWITCH = "bool", "On or off"
        LIMIT = "limit", "How many"
        METERED = "metered", "How many a month"

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="features")
    key = models.CharField(max_length=40, help_text="As in billing/features.py.")
    kind = models.CharField(max_length=8, choices=Kind)
    value = models.BigIntegerField(null=True, blank=True, validators=[MinValueValidator(0)])

    class Meta:
        ordering = ("plan", "key")
        constraints = [models.UniqueConstraint(fields=["plan", "key"], name="plan_feature_once")]

    def __str__(self) -> str:
        return f"{self.key} of {self.plan}"
