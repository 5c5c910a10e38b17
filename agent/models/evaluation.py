"""What evaluations came to, and questions of people that may become cases of one."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.tenancy import BusinessOwned
from agent.models.conversations import Feedback


class EvaluationRun(models.Model):
    """One engine asked every known question, as `make eval` measured it. Of no business: its world is made up.

    Shares are of all questions that ask for it, null where none does. `input_tokens` are of first questions, all
    requests together: the middle and the most. `broken`: the bounds that did not hold, in words.
    """

    key = models.UUIDField(unique=True, help_text="Of the measurement; kept twice, it is one row.")
    at = models.DateTimeField()
    engine = models.CharField(max_length=40)
    model = models.CharField(max_length=80, blank=True)
    prompt_version = models.CharField(max_length=16, blank=True)
    revision = models.CharField(max_length=40, blank=True, help_text="The commit that was measured.")
    questions = models.PositiveIntegerField()
    right_tools = models.DecimalField(max_digits=5, decimal_places=4)
    recall = models.DecimalField(max_digits=5, decimal_places=4, null=True)
    precision = models.DecimalField(max_digits=5, decimal_places=4, null=True)
    figures_right = models.DecimalField(max_digits=5, decimal_places=4, null=True)
    citations_valid = models.DecimalField(max_digits=5, decimal_places=4, null=True)
    abstained = models.DecimalField(max_digits=5, decimal_places=4, null=True)
    ungrounded = models.PositiveIntegerField(help_text="Numbers without a source in what was shown.")
    instead = models.PositiveIntegerField(help_text="Questions that the analyst answered in the engine's place.")
    p50_ms = models.PositiveIntegerField()
    p95_ms = models.PositiveIntegerField()
    input_tokens = models.PositiveIntegerField()
    most_input_tokens = models.PositiveIntegerField()
    cost_usd = models.DecimalField(max_digits=14, decimal_places=6)
    broken = models.JSONField(default=list, blank=True)
    kept_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["engine", "-at"], name="evaluation_by_engine")]

    def __str__(self) -> str:
        return f"{self.engine}, {self.at:%Y-%m-%d}"


class EvaluationCandidate(BusinessOwned):
    """A question somebody was unhappy with, drafted as a case by staff. It goes with the answer it is about.

    `draft` is TOML: what was asked and called, with places to say what would have been right. It holds no figures.
    """

    feedback = models.OneToOneField(Feedback, on_delete=models.CASCADE, related_name="candidate")
    draft = models.TextField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"Candidate of {self.created_at:%Y-%m-%d}"
