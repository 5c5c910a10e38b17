"""Programs that people let in."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.tenancy import BusinessOwned


class McpConsent(BusinessOwned):
    """A person let a program read one business. Its tokens are worth nothing without this row, and end with it.

    One row a person and program: consenting anew, perhaps for another business, replaces it.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    client_id = models.CharField(max_length=100)
    client_name = models.CharField(max_length=100, blank=True)
    granted_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "client_id"], name="mcp_consent_once")]

    def __str__(self) -> str:
        return self.client_name or self.client_id
