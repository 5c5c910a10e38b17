"""Where a business wants to be told of things by program, and every message on its way there."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from accounts.secrets import EncryptedJSONField
from accounts.tenancy import BusinessOwned


class OutboundEndpoint(BusinessOwned):
    """One address. `secret` holds {"url", "key", "older_key", "header"}: an address of Slack is a secret by itself.

    `events` empty means all. `failing_since` is the first failure since the last success.
    """

    class Kind(models.TextChoices):
        WEBHOOK = "webhook", "Signed webhook"
        SLACK = "slack", "Slack"

    class State(models.TextChoices):
        ACTIVE = "active", "Active"
        PAUSED = "paused", "Paused"
        DISABLED = "disabled", "Switched off after failures"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=7, choices=Kind)
    name = models.CharField(max_length=80)
    host = models.CharField(max_length=255, help_text="Of the address, to be shown.")
    secret: models.Field[Any, Any] = EncryptedJSONField(editable=False)
    older_key_until = models.DateTimeField(null=True, blank=True, help_text="Until then both keys sign.")
    events = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.ACTIVE)
    state_reason = models.CharField(max_length=200, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["business", "created_at"], name="outbound_endpoint_of")]

    def __str__(self) -> str:
        return self.name


class OutboundMessage(BusinessOwned):
    """One message to one endpoint. `message_id` stays the same over all attempts, so a receiver can tell doubles.

    `attempts` are [{"at", "status", "error", "ms"}], oldest first; status 0 where nobody answered.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        DELIVERED = "delivered", "Delivered"
        FAILED = "failed", "Given up"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    endpoint = models.ForeignKey(OutboundEndpoint, on_delete=models.CASCADE, related_name="messages")
    message_id = models.CharField(max_length=40)
    event = models.CharField(max_length=40)
    payload = models.JSONField()
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    attempts = models.JSONField(default=list, blank=True)
    due_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["business", "message_id"], name="outbound_message_once")]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(state="waiting"), name="outbound_message_due"),
            models.Index(fields=["business", "endpoint", "-created_at"], name="outbound_message_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.event}: {self.get_state_display()}"
