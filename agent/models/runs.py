"""The work of answering one question, and what the page was told meanwhile."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.tenancy import BusinessOwned
from agent.models.conversations import Conversation, Message


class AgentRun(BusinessOwned):
    """One question being answered: by which engine, how it went, how long it took.

    `engine` and `model` are what answered in the end; `fallback` says in one word why the analyst did so in place of a
    model. `idempotency_key` is the sender's; the same key of the same person is the same run.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Stopped"

    class Fallback(models.TextChoices):
        NONE = "", "None"
        BUDGET = "budget", "The month's budget is used up"
        UNPRICED = "unpriced", "The model has no known price"
        PROVIDER = "provider", "The provider failed"
        LIMIT = "limit", "A limit of the run was reached"
        UNGROUNDED = "ungrounded", "A figure could not be traced"

    OPEN = (State.WAITING, State.RUNNING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="runs")
    question = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="run")
    answer = models.OneToOneField(Message, on_delete=models.SET_NULL, null=True, blank=True, related_name="answered_by")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    engine = models.CharField(max_length=40, blank=True)
    model = models.CharField(max_length=80, blank=True)
    prompt_version = models.CharField(max_length=16, blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    fallback = models.CharField(max_length=10, choices=Fallback, blank=True)
    error = models.CharField(max_length=300, blank=True, help_text="What went wrong, in words for staff.")
    idempotency_key = models.CharField(max_length=80, blank=True)
    history = models.JSONField(default=list, blank=True, help_text="The provider's messages of this run, lossless.")
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    first_text_ms = models.PositiveIntegerField(null=True, blank=True)
    total_ms = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["business", "user", "idempotency_key"],
                condition=~models.Q(idempotency_key=""),
                name="agent_run_once",
            )
        ]
        indexes = [models.Index(fields=["business", "-created_at"], name="agent_run_by_time")]

    def __str__(self) -> str:
        return f"{self.get_state_display()} by {self.engine or 'nobody yet'}"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN


class RunEvent(BusinessOwned):
    """One thing the page learns while a run goes on. `seq` counts from 1 in a run and leaves no gap.

    `body` by kind: tool {tool, label, status}; text {text}, a piece of the draft, plain text; notice {text}; ended {}.
    """

    class Kind(models.TextChoices):
        TOOL = "tool", "A tool was called"
        TEXT = "text", "Text arrived"
        NOTICE = "notice", "Something to know"
        ENDED = "ended", "The run ended"

    run = models.ForeignKey(AgentRun, on_delete=models.CASCADE, related_name="events")
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=6, choices=Kind)
    body = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "seq"], name="run_event_order")]

    def __str__(self) -> str:
        return f"{self.seq}: {self.get_kind_display()}"
