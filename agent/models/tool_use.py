"""What stays of tool calls when their arguments and results are forgotten."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from accounts.tenancy import BusinessOwned
from agent.models.conversations import ToolCall


class ToolUse(BusinessOwned):
    """One day's calls of a tool, by where they came from and how they ended. Days are UTC; no words, no people."""

    day = models.DateField()
    tool = models.CharField(max_length=60)
    channel = models.CharField(max_length=4, choices=ToolCall.Channel)
    status = models.CharField(max_length=20)
    calls = models.PositiveIntegerField()
    rows = models.PositiveBigIntegerField()
    milliseconds = models.PositiveBigIntegerField()

    class Meta:
        verbose_name_plural = "tool use"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["business", "day", "tool", "channel", "status"], name="tool_use_once")
        ]

    def __str__(self) -> str:
        return f"{self.tool} on {self.day}"
