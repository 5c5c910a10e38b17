"""Conversations, their messages, every tool call that stands behind an answer, and what people said of it."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models import User
from accounts.tenancy import BusinessOwned, BusinessQuerySet


class ConversationQuerySet(BusinessQuerySet):
    def of_user(self, user: User) -> Self:
        """A conversation belongs to the person who began it; teammates do not see it."""
        return self.filter(user_id=user.pk, archived_at=None)


class Conversation(BusinessOwned):
    """A person's thread of questions about one business. `context` carries what a follow-up refers to."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    title = models.CharField(max_length=120)
    context = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = ConversationQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["business", "user", "-updated_at"], name="conversation_newest")]

    def __str__(self) -> str:
        return self.title


class Message(BusinessOwned):
    """One turn. An answer keeps the outcome of its number check and the evidence and pages it cites.

    `evidence`: figures by reference, as printed, with the address of what they stand on. `citations`: pages. `slots`:
    what the analyst understood, empty where it followed no plan. `verified`: who stood for the answer's plan, in words.
    """

    class Role(models.TextChoices):
        USER = "user", "Person"
        ASSISTANT = "assistant", "Bellwether"

    class Status(models.TextChoices):
        FINAL = "final", "Final"
        ABSTAINED = "abstained", "Could not answer"
        REPLACED = "replaced", "Replaced because a number could not be traced"
        PARTIAL = "partial", "Cut short"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    seq = models.PositiveIntegerField()
    role = models.CharField(max_length=9, choices=Role)
    text = models.TextField()
    status = models.CharField(max_length=9, choices=Status, default=Status.FINAL)
    engine = models.CharField(max_length=40, blank=True)
    intent = models.CharField(max_length=40, blank=True)
    evidence = models.JSONField(default=list, blank=True)
    citations = models.JSONField(default=list, blank=True)
    suggestions = models.JSONField(default=list, blank=True)
    grounding = models.JSONField(default=dict, blank=True)
    slots = models.JSONField(default=dict, db_default={}, blank=True)
    verified = models.TextField(blank=True, default="", db_default="")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "seq"], name="message_order")]
        indexes = [models.Index(fields=["business", "created_at"], name="message_by_time")]

    def __str__(self) -> str:
        return self.text[:60]


class ToolCall(BusinessOwned):
    """One reading by a tool: who asked, with which arguments, what came back.

    Calls of the chat belong to the answer they were made for; calls over MCP have none, and name their client.
    """

    class Channel(models.TextChoices):
        CHAT = "chat", "Chat"
        MCP = "mcp", "MCP"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, null=True, blank=True, related_name="tool_calls")
    channel = models.CharField(max_length=4, choices=Channel, default=Channel.CHAT)
    client = models.CharField(max_length=120, blank=True, help_text="The program that called, as it names itself.")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    call = models.CharField(max_length=12, help_text="The prefix of the evidence references it gave.")
    tool = models.CharField(max_length=60)
    args = models.JSONField(default=dict)
    status = models.CharField(max_length=20)
    result = models.JSONField(default=dict, help_text="The envelope as it was returned.")
    rows = models.PositiveIntegerField(default=0)
    milliseconds = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "call"], name="tool_call_once")]
        indexes = [models.Index(fields=["business", "-created_at"], name="tool_call_by_time")]

    def __str__(self) -> str:
        return self.tool


class Feedback(BusinessOwned):
    """What a person thought of an answer. One row a person and answer; a second opinion replaces the first."""

    class Rating(models.TextChoices):
        UP = "up", "Helpful"
        DOWN = "down", "Not helpful"

    class Reason(models.TextChoices):
        NONE = "", "No reason given"
        WRONG = "wrong", "A figure is wrong"
        UNRELATED = "unrelated", "It answers another question"
        INCOMPLETE = "incomplete", "Something is missing"
        UNCLEAR = "unclear", "I do not understand it"

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="feedback")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    rating = models.CharField(max_length=4, choices=Rating)
    reason = models.CharField(max_length=10, choices=Reason, blank=True)
    note = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "feedback"
        constraints = [models.UniqueConstraint(fields=["message", "user"], name="feedback_once")]

    def __str__(self) -> str:
        return self.get_rating_display()
