"""Questions whose plan a member stands for."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.tenancy import BusinessOwned


class VerifiedAnswer(BusinessOwned):
    """How a question is to be answered from now on, by whoever of the business asks it. It holds no figure.

    `key` is the question as it is known again, `plan` the analyst's slots: intent, metric, period, component. It
    belongs to no message: it stays when the conversation goes. `broken` says why its plan did not work when it was
    last asked; empty while it does.
    """

    LONGEST = 500
    LONGEST_NOTE = 300
    MOST = 100

    key = models.CharField(max_length=LONGEST)
    question = models.CharField(max_length=LONGEST)
    plan = models.JSONField()
    note = models.CharField(max_length=LONGEST_NOTE, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    verified_at = models.DateTimeField(default=timezone.now)
    uses = models.PositiveIntegerField(default=0)
    last_used_at = models.DateTimeField(null=True, blank=True)
    broken = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-verified_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["business", "key"], name="verified_once")
        ]

    def __str__(self) -> str:
        return self.question[:60]
