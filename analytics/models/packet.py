"""Packets: documents made of stored results, and what became of them."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.files import business_path
from accounts.tenancy import BusinessOwned, BusinessQuerySet
from ingestion.models import Source


def _packet_path(packet: Packet, filename: str) -> str:
    return business_path(packet.business, "packets", filename)


class PacketQuerySet(BusinessQuerySet):
    def newest_first(self) -> Self:
        return self.order_by("-requested_at", "-pk")


class Packet(BusinessOwned):
    """One document of one account. The same `content_hash` on the same paper has the same bytes.

    `delivered_at` and `delivery_note` come from outside, where a person hands the document on and says so.
    """

    class State(models.TextChoices):
        REQUESTED = "requested", "Requested"
        READY = "ready", "Ready"
        FAILED = "failed", "Failed"
        DELIVERED = "delivered", "Delivered"

    class Paper(models.TextChoices):
        A4 = "a4", "A4"
        LETTER = "us-letter", "Letter"

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+")
    paper = models.CharField(max_length=9, choices=Paper, default=Paper.A4)
    with_trades = models.BooleanField(default=False)
    state = models.CharField(max_length=9, choices=State, default=State.REQUESTED)
    content_hash = models.CharField(max_length=64, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveIntegerField(default=0)
    file = models.FileField(max_length=255, blank=True, upload_to=_packet_path)
    error = models.CharField(max_length=300, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    requested_at = models.DateTimeField(default=timezone.now)
    ready_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    delivery_note = models.CharField(max_length=300, blank=True)

    objects: ClassVar[Any] = PacketQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["business", "source", "-requested_at"], name="packet_of_account")]

    def __str__(self) -> str:
        return f"packet of {self.requested_at:%Y-%m-%d}"
