"""What a machine must not decide about money: it waits here for a person."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models import Business
from accounts.tenancy import BusinessQuerySet


class Attention(models.Model):
    """One thing that needs a person: a refund, a dispute, an amount or product that does not fit a plan.

    Written once for `(kind, external_id)`, however often it is told. `ids` holds identifiers and amounts, nothing else.
    """

    class Kind(models.TextChoices):
        REFUND = "refund", "Refund"
        DISPUTE = "dispute", "Dispute"
        AMOUNT_MISMATCH = "amount_mismatch", "Amount does not match the plan"
        UNKNOWN_PRODUCT = "unknown_product", "Unknown product"
        UNKNOWN_CUSTOMER = "unknown_customer", "Nobody we know"
        DOUBLE_SUBSCRIPTION = "double_subscription", "Two live subscriptions"
        ORPHAN = "orphan", "Paid without a business"
        MISSING_AT_SOURCE = "missing_at_source", "Gone where it was sold"

    business = models.ForeignKey(Business, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    source = models.CharField(max_length=6, help_text="stripe or odoo")
    kind = models.CharField(max_length=20, choices=Kind)
    external_id = models.CharField(max_length=120)
    sentence = models.CharField(max_length=300)
    ids = models.JSONField(default=dict, blank=True)
    opened_at = models.DateTimeField(default=timezone.now)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = BusinessQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "attention"
        constraints = [models.UniqueConstraint(fields=["source", "kind", "external_id"], name="attention_once")]
        indexes = [models.Index(fields=["-opened_at"], condition=models.Q(resolved_at=None), name="attention_open")]

    def __str__(self) -> str:
        return self.sentence
