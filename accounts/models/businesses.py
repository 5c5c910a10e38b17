"""Businesses, their members, invitations and API keys."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone

from accounts.permissions import Role, may
from accounts.tenancy import BusinessOwned

currency_code = RegexValidator(r"^[a-z]{3}$", "Three lower-case letters of an ISO currency.")


def _default_desks() -> list[str]:
    return ["payments"]


class Desk(models.TextChoices):
    PAYMENTS = "payments", "Payments"
    COMMERCE = "commerce", "Commerce"
    CUSTOMERS = "customers", "Customers"
    MARKET = "market", "Market"
    TRADING = "trading", "Trading"


class Business(models.Model):
    """The tenant: a shop, a trader, a collector."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    currency = models.CharField(max_length=3, default="usd", validators=[currency_code])
    time_zone = models.CharField(max_length=64, default="UTC")
    industry = models.CharField(max_length=80, blank=True)
    legal_entity = models.CharField(max_length=120, blank=True)
    founded_on = models.DateField(null=True, blank=True)
    revenue_estimate = models.BigIntegerField(
        null=True, blank=True, help_text="A year, in minor units of the currency."
    )
    desks = ArrayField(models.CharField(max_length=16, choices=Desk), default=_default_desks)
    is_demo = models.BooleanField(default=False)
    plan_version = models.UUIDField(
        default=uuid.uuid4, editable=False, help_text="Renewed whenever what the business may use changes."
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "businesses"

    def __str__(self) -> str:
        return self.name


class Member(BusinessOwned):
    """A user in a business, with a role."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="members")
    role = models.CharField(max_length=8, choices=Role, default=Role.VIEWER)
    joined_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["business", "user"], name="member_once")]

    def __str__(self) -> str:
        return f"{self.user} in {self.business}"

    def may(self, permission: str) -> bool:
        return may(self.role, permission)


class Invitation(BusinessOwned):
    """An open offer to join; the link's token is kept only as a hash."""

    email = models.EmailField()
    role = models.CharField(max_length=8, choices=Role, default=Role.VIEWER)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["business", "email"],
                condition=models.Q(accepted_at=None, revoked_at=None),
                name="invitation_open_once",
            )
        ]

    def __str__(self) -> str:
        return self.email


class ApiKey(BusinessOwned):
    """A key for integrations: shown once, kept as a hash, limited to scopes."""

    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12)
    key_hash = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=40))
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
