"""Orders as they were read in Odoo, and the queue of those that wait for a person."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models import Business
from accounts.tenancy import BusinessQuerySet
from billing.models.plans import Plan


class OdooOrder(models.Model):
    """One order, as the reading that holds says. It belongs to no business until somebody activated it.

    park:           a code while a person has to decide; `why` is the sentence.
    accepted_mark:  the reading that a person waved through; another reading is asked about again.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", "Not paid"
        PARTLY_PAID = "partly_paid", "Partly paid"
        PAID = "paid", "Paid"
        REFUNDED = "refunded", "Refunded"
        CANCELLED = "cancelled", "Cancelled"

    class FoundBy(models.TextChoices):
        WEBHOOK = "webhook", "Webhook"
        POLLER = "poller", "Poller"
        PERSON = "person", "A person"

    business = models.ForeignKey(Business, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    database = models.CharField(max_length=80)
    external_id = models.BigIntegerField(help_text="Id of the sale.order.")
    number = models.CharField(max_length=40, help_text="As the customer knows it, such as S00042.")
    status = models.CharField(max_length=11, choices=Status, default=Status.WAITING)
    park = models.CharField(max_length=24, blank=True)
    why = models.CharField(max_length=300, blank=True)
    email = models.EmailField(blank=True)
    customer = models.CharField(max_length=120, blank=True)
    partner = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    total = models.BigIntegerField(help_text="Minor units, including tax.")
    paid = models.BigIntegerField(default=0)
    refunded = models.BigIntegerField(default=0)
    until = models.DateTimeField(null=True, blank=True, help_text="Paid access ends then, grace included.")
    ordered_at = models.DateTimeField()
    version = models.DateTimeField(help_text="Newest write date of the records it was read from.")
    observed_at = models.DateTimeField()
    mark = models.CharField(max_length=64)
    accepted_mark = models.CharField(max_length=64, blank=True)
    reading = models.JSONField(default=dict)
    found_by = models.CharField(max_length=7, choices=FoundBy)
    first_seen_at = models.DateTimeField(default=timezone.now)
    activated_at = models.DateTimeField(null=True, blank=True)
    dismissed_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = BusinessQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["database", "external_id"], name="odoo_order_once")]
        indexes = [
            models.Index(fields=["-first_seen_at"], condition=~models.Q(park=""), name="odoo_order_parked"),
            models.Index(fields=["number"], name="odoo_order_number"),
            models.Index(fields=["business"], name="odoo_order_business"),
        ]

    def __str__(self) -> str:
        return self.number or f"order {self.external_id}"

    @property
    def key(self) -> str:
        """Names the order for ever: database and id."""
        return f"{self.database}:{self.external_id}"


class ParkedOrder(OdooOrder):
    """The orders that wait for a person; the same table."""

    class Meta:
        proxy = True


class SkuRule(models.Model):
    """What a person said a SKU stands for, beside the plans' own SKUs. Without a plan it opens nothing."""

    sku = models.CharField(max_length=64, unique=True)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    def __str__(self) -> str:
        return f"{self.sku}: {self.plan or 'opens nothing'}"


class OdooCursor(models.Model):
    """How far the changes of one Odoo database have been read."""

    database = models.CharField(max_length=80, primary_key=True)
    watermark = models.DateTimeField(help_text="Everything written before was read.")
    polled_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.database
