"""The right of a business to a plan, for a while."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.tenancy import BusinessOwned
from billing.models.plans import Plan


class Grant(BusinessOwned):
    """What a business may use, since when and until when, and who gave it.

    valid_until:     empty is without an end; the moment itself is outside.
    read_only_from:  from then on people read and nothing new is written, such as after a payment failed for a week.
    external_id:     the subscription at Stripe, the order line at Odoo; one grant for each.
    """

    class Source(models.TextChoices):
        STRIPE = "stripe", "Stripe"
        ODOO = "odoo", "Odoo"
        MANUAL = "manual", "By hand"
        TRIAL = "trial", "Trial"

    class State(models.TextChoices):
        ACTIVE = "active", "Active"
        ENDED = "ended", "Ended"

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="grants")
    source = models.CharField(max_length=6, choices=Source)
    external_id = models.CharField(max_length=120, blank=True)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True, blank=True)
    read_only_from = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=6, choices=State, default=State.ACTIVE)
    reason = models.CharField(max_length=300, blank=True)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-valid_from", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id"], condition=~models.Q(external_id=""), name="grant_once"
            ),
            models.CheckConstraint(condition=models.Q(state__in=["active", "ended"]), name="grant_state_known"),
            models.CheckConstraint(
                condition=models.Q(source__in=["stripe", "odoo", "manual", "trial"]), name="grant_source_known"
            ),
        ]
        indexes = [models.Index(fields=["business", "state"], name="grant_of_business")]

    def __str__(self) -> str:
        return f"{self.plan} ({self.get_source_display()})"
