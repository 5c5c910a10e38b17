"""How data came in: runs, cursors, kept pages and uploads."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.files import business_path
from accounts.tenancy import BusinessOwned, BusinessQuerySet
from ingestion.models.sources import Source


def _raw_path(page: RawPage, filename: str) -> str:
    return business_path(page.business, "raw", filename)


def _upload_path(upload: Upload, filename: str) -> str:
    return business_path(upload.business, "uploads", filename)


class SyncRunQuerySet(BusinessQuerySet):
    def newest_first(self) -> SyncRunQuerySet:
        return self.order_by("-started_at", "-id")


class SyncRun(BusinessOwned):
    """One attempt to bring data of a source in. seen = new + changed + unchanged + quarantined, always."""

    class Kind(models.TextChoices):
        BACKFILL = "backfill", "First import"
        INCREMENTAL = "incremental", "Update"
        SWEEP = "sweep", "Sweep of events"
        REFRESH = "refresh", "Refresh of open records"
        UPLOAD = "upload", "Upload"
        WEBHOOK = "webhook", "Webhook"
        REPLAY = "replay", "Replay"
        RECONCILE = "reconcile", "Reconciliation"

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="runs")
    kind = models.CharField(max_length=11, choices=Kind)
    state = models.CharField(max_length=7, choices=State, default=State.RUNNING)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    seen = models.BigIntegerField(default=0)
    new = models.BigIntegerField(default=0)
    changed = models.BigIntegerField(default=0)
    unchanged = models.BigIntegerField(default=0)
    quarantined = models.BigIntegerField(default=0)
    message = models.CharField(max_length=300, blank=True)
    error_code = models.CharField(max_length=60, blank=True)
    job = models.ForeignKey("accounts.Job", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects: ClassVar[Any] = SyncRunQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["business", "source", "-started_at"], name="run_of_source")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    seen=models.F("new") + models.F("changed") + models.F("unchanged") + models.F("quarantined")
                ),
                name="run_counts_add_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.source}"


class StreamCursor(BusinessOwned):
    """How far one window of one stream was read, so that an interrupted import goes on where it stopped."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="cursors")
    stream = models.CharField(max_length=40)
    window = models.CharField(max_length=20, blank=True, help_text="Such as 2026-05; empty for the running cursor.")
    cursor = models.CharField(max_length=255, blank=True)
    done = models.BooleanField(default=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["business", "source", "stream", "window"], name="cursor_once")]

    def __str__(self) -> str:
        return f"{self.stream} {self.window}".strip()


class RawPage(BusinessOwned):
    """Payloads as the provider sent them: gzip of JSON lines in private storage."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="raw_pages")
    run = models.ForeignKey(SyncRun, on_delete=models.CASCADE, null=True, blank=True, related_name="raw_pages")
    stream = models.CharField(max_length=40, blank=True, help_text="Empty when one page holds several kinds.")
    file = models.FileField(max_length=255, upload_to=_raw_path)
    rows = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, help_text="Of the uncompressed lines.")
    fetched_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["business", "source", "fetched_at"], name="raw_page_of_source"),
            models.Index(fields=["business", "sha256"], name="raw_page_by_content"),
        ]

    def __str__(self) -> str:
        return f"{self.rows} payloads of {self.fetched_at:%Y-%m-%d %H:%M}"


class Upload(BusinessOwned):
    """A file that a member brought in by hand."""

    class State(models.TextChoices):
        RECEIVED = "received", "Received"
        RUNNING = "running", "Being read"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="uploads")
    kind = models.CharField(max_length=40)
    file = models.FileField(max_length=255, upload_to=_upload_path)
    filename = models.CharField(max_length=255)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=State, default=State.RECEIVED)
    counts = models.JSONField(default=dict, blank=True)
    report = models.JSONField(default=dict, blank=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["business", "source", "-created_at"], name="upload_of_source")]

    def __str__(self) -> str:
        return self.filename
