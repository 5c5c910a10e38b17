"""Connected accounts of a business, and the pending consent to connect one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.secrets import EncryptedJSONField
from accounts.tenancy import BusinessOwned, BusinessQuerySet

CONSENT_LIFETIME = timedelta(minutes=10)


class SourceQuerySet(BusinessQuerySet):
    def connected(self) -> Self:
        """Sources that hold their external account, also while they cannot read it."""
        return self.filter(state__in=Source.CONNECTED)

    def syncable(self) -> Self:
        """Sources whose external account can be asked now."""
        return self.filter(state=Source.State.ACTIVE).exclude(auth_mode=Source.AuthMode.UPLOAD)


class Source(BusinessOwned):
    """One connected external account of a business, such as a Stripe account."""

    class AuthMode(models.TextChoices):
        OAUTH = "oauth", "Connected by consent"
        KEY = "key", "Restricted key"
        UPLOAD = "upload", "Uploaded files"

    class State(models.TextChoices):
        CONNECTING = "connecting", "Connecting"
        ACTIVE = "active", "Active"
        NEEDS_RECONNECT = "needs_reconnect", "Needs to be reconnected"
        REVOKED = "revoked", "Revoked"
        DISCONNECTED = "disconnected", "Disconnected"

    CONNECTED = (State.CONNECTING, State.ACTIVE, State.NEEDS_RECONNECT)

    provider = models.CharField(max_length=20)
    label = models.CharField(max_length=120)
    external_account = models.CharField(max_length=80, blank=True, help_text="The provider's id, such as acct_…")
    livemode = models.BooleanField(default=True)
    auth_mode = models.CharField(max_length=6, choices=AuthMode)
    secret = EncryptedJSONField(null=True, blank=True, editable=False)
    state = models.CharField(max_length=15, choices=State, default=State.CONNECTING)
    state_reason = models.CharField(max_length=300, blank=True)
    connected_at = models.DateTimeField(default=timezone.now)
    last_attempt_at = models.DateTimeField(null=True, blank=True)
    last_synced_at = models.DateTimeField(null=True, blank=True)
    events_watermark = models.DateTimeField(null=True, blank=True)
    account = models.JSONField(default=dict, blank=True, help_text="What the provider says about the account.")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects: ClassVar[Any] = SourceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "livemode", "external_account"],
                condition=models.Q(state__in=["connecting", "active", "needs_reconnect"])
                & ~models.Q(external_account=""),
                name="source_account_once",
            ),
            models.CheckConstraint(
                condition=models.Q(auth_mode__in=["oauth", "key", "upload"]), name="source_auth_mode_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["connecting", "active", "needs_reconnect", "revoked", "disconnected"]),
                name="source_state_known",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def is_connected(self) -> bool:
        return self.state in self.CONNECTED

    def account_value(self, key: str, default: Any = None) -> Any:
        """What the provider last said about the account under `key`; `default` before it was ever asked."""
        return self.account.get(key, default)


class OAuthState(BusinessOwned):
    """A consent that was asked for and has not come back yet. The nonce is kept as a hash, and works once."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    provider = models.CharField(max_length=20)
    nonce_hash = models.CharField(max_length=64, unique=True)
    session_key_hash = models.CharField(max_length=64)
    livemode = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "OAuth state"

    def __str__(self) -> str:
        return f"{self.provider} consent of {self.user}"

    def is_open(self, *, now: datetime) -> bool:
        return self.used_at is None and now < self.created_at + CONSENT_LIFETIME
