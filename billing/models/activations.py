"""Links by which a buyer opens what an order paid for."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models import Business
from accounts.tenancy import BusinessQuerySet
from billing.models.orders import OdooOrder


class Activation(models.Model):
    """One mailed link: good once, for a while, for one order. The token is kept only as a hash."""

    business = models.ForeignKey(Business, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    order = models.ForeignKey(OdooOrder, on_delete=models.CASCADE, related_name="activations")
    email = models.EmailField(help_text="Where the link went.")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    consumed_at = models.DateTimeField(null=True, blank=True)
    consumed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = BusinessQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=models.Q(consumed_at=None, revoked_at=None), name="activation_open_once"
            )
        ]

    def __str__(self) -> str:
        return f"link for {self.order}"
