"""Broker statements as they came in: the file or paste, every line of it, and what became of each."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.files import business_path
from accounts.tenancy import BusinessOwned, BusinessQuerySet
from ingestion.models.runs import SyncRun
from ingestion.models.sources import Source


def _statement_path(statement: Statement, filename: str) -> str:
    return business_path(statement.business, "statements", filename)


class StatementQuerySet(BusinessQuerySet):
    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-id")

    def under_way(self) -> Self:
        return self.filter(state__in=Statement.UNDER_WAY)


class Statement(BusinessOwned):
    """One file or paste of a broker account.

    lines = accepted + known + revised + duplicate + quarantined + other, always (`counts`).

    `source` is empty until the account is known: a file can be of an account that nobody named yet.
    """

    class Way(models.TextChoices):
        BASELINE = "baseline", "Baseline file"
        FILE = "file", "Appended file"
        PASTE = "paste", "Paste"

    class State(models.TextChoices):
        RECEIVED = "received", "Received"
        PARSING = "parsing", "Being read"
        NEEDS_INPUT = "needs_input", "Waits for an answer"
        MATCHING = "matching", "Being matched"
        RECONCILING = "reconciling", "Being reconciled"
        ANALYSING = "analysing", "Figures are being computed"
        DONE = "done", "Done"
        PARTIAL = "partial", "Done, some lines set aside"
        FAILED = "failed", "Failed"
        REJECTED = "rejected", "Not a statement"

    UNDER_WAY = (State.RECEIVED, State.PARSING, State.MATCHING, State.RECONCILING, State.ANALYSING)

    source = models.ForeignKey(Source, on_delete=models.CASCADE, null=True, blank=True, related_name="statements")
    way = models.CharField(max_length=8, choices=Way)
    file = models.FileField(max_length=255, upload_to=_statement_path)
    filename = models.CharField(max_length=255, blank=True)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    format = models.CharField(max_length=30, blank=True)
    format_version = models.CharField(max_length=12, blank=True)
    confidence = models.DecimalField(max_digits=4, decimal_places=3, null=True, blank=True)
    encoding = models.CharField(max_length=20, blank=True)
    delimiter = models.CharField(max_length=4, blank=True)
    header_fingerprint = models.CharField(max_length=64, blank=True)
    decisions = models.JSONField(default=list, blank=True)
    questions = models.JSONField(default=list, blank=True)
    answers = models.JSONField(default=dict, blank=True)
    counts = models.JSONField(default=dict, blank=True)
    totals = models.JSONField(default=dict, blank=True, help_text="What the statement says it adds up to.")
    reconciliation = models.JSONField(default=dict, blank=True)
    first_at = models.DateTimeField(null=True, blank=True)
    last_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=11, choices=State, default=State.RECEIVED)
    error_code = models.CharField(max_length=60, blank=True)
    error_message = models.CharField(max_length=500, blank=True)
    reads = models.PositiveIntegerField(default=0, help_text="How often it was read; a later reading holds.")
    run = models.ForeignKey(SyncRun, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = StatementQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["business", "source", "-created_at"], name="statement_of_account"),
            models.Index(fields=["business", "sha256"], name="statement_by_content"),
        ]

    def __str__(self) -> str:
        return self.filename or self.get_way_display()

    @property
    def is_under_way(self) -> bool:
        return self.state in self.UNDER_WAY


class StatementRow(BusinessOwned):
    """One line of a statement, word for word, in exactly one bucket. It lives as long as its statement."""

    class Status(models.TextChoices):
        ACCEPTED = "accepted", "Accepted"
        KNOWN = "known", "Already known"
        REVISED = "revised", "Changed a known record"
        POSSIBLE_DUPLICATE = "duplicate", "Possible duplicate"
        QUARANTINED = "quarantined", "Set aside"
        OTHER = "other", "Not a record"

    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    section = models.CharField(max_length=60, blank=True)
    kind = models.CharField(max_length=10)
    cells = models.JSONField()
    status = models.CharField(max_length=11, choices=Status)
    reason_code = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    records = models.JSONField(default=list, blank=True, help_text="External ids of the facts it became.")
    before = models.JSONField(null=True, blank=True, help_text="What a revision replaced.")
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolution = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["business", "statement", "number"], name="statement_row_once")]
        indexes = [
            models.Index(
                fields=["business", "statement"],
                condition=models.Q(status__in=["quarantined", "duplicate"]),
                name="statement_row_open",
            )
        ]

    def __str__(self) -> str:
        return f"line {self.number}"
