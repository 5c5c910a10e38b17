"""One-off reports: the work that an order asks for, its clock, its files and what happened to it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models import Business
from accounts.tenancy import BusinessQuerySet
from billing.models.orders import OdooOrder
from billing.models.plans import Plan


def file_path(instance: WorkFile, filename: str) -> str:
    """Where an upload lies: under its work item, with a name that nobody can guess or inject."""
    return f"orders/{instance.item_id}/{instance.sha256[:32]}"


class WorkItem(models.Model):
    """A report that somebody has to write. The clock runs while it is `open`, stands while a file is missing."""

    class State(models.TextChoices):
        OPEN = "open", "In work"
        WAITING = "waiting", "Waiting for the customer"
        DELIVERED = "delivered", "Delivered"
        CANCELLED = "cancelled", "Cancelled"

    business = models.ForeignKey(Business, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    order = models.ForeignKey(OdooOrder, on_delete=models.CASCADE, related_name="work_items")
    line = models.BigIntegerField(help_text="Id of the sale.order.line.")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    due_at = models.DateTimeField(null=True, blank=True, help_text="Empty while the clock stands.")
    late_at = models.DateTimeField(null=True, blank=True, help_text="When staff was told that it is late.")
    delivered_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[Any] = BusinessQuerySet.as_manager()

    class Meta:
        ordering = ("due_at", "pk")
        constraints = [models.UniqueConstraint(fields=["order", "line"], name="work_item_once")]
        indexes = [models.Index(fields=["due_at"], condition=models.Q(state="open"), name="work_item_due")]

    def __str__(self) -> str:
        return f"{self.plan} for {self.order}"

    @property
    def is_over(self) -> bool:
        return self.state in (self.State.DELIVERED, self.State.CANCELLED)


class WorkStep(models.Model):
    """One thing that happened to a work item; the customer reads them."""

    business = models.ForeignKey(Business, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    item = models.ForeignKey(WorkItem, on_delete=models.CASCADE, related_name="steps")
    kind = models.CharField(max_length=16)
    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects: ClassVar[Any] = BusinessQuerySet.as_manager()

    class Meta:
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return self.kind


class WorkFile(models.Model):
    """A file that the customer sent for the report; the same bytes are kept once."""

    business = models.ForeignKey(Business, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    item = models.ForeignKey(WorkItem, on_delete=models.CASCADE, related_name="files")
    file = models.FileField(upload_to=file_path, max_length=200)
    name = models.CharField(max_length=120)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    uploaded_at = models.DateTimeField()

    objects: ClassVar[Any] = BusinessQuerySet.as_manager()

    class Meta:
        ordering = ("uploaded_at", "pk")
        constraints = [models.UniqueConstraint(fields=["item", "sha256"], name="work_file_once")]

    def __str__(self) -> str:
        return self.name
