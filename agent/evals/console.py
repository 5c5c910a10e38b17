"""The console's view of evaluations, of what people said of answers, and of the cases drafted from it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import F, Window
from django.db.models.functions import Lag
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.admin.actions import reasoned_action
from accounts.admin.base import ConsoleAdmin
from agent.evals.candidates import propose
from agent.models import EvaluationCandidate, EvaluationRun, Feedback

#: Of these the list shows what they were when the engine was asked before.
COMPARED = ("right_tools", "figures_right", "p95_ms")


@admin.register(EvaluationRun)
class EvaluationRunAdmin(ConsoleAdmin):
    """A row an engine and measurement, the newest first: filtered by engine, the list is its trend."""

    console_group, console_icon = "Agent", "monitoring"
    list_display = (
        "at", "engine", "holds", "tools", "figures", "ungrounded", "p95", "most_input_tokens", "cost_usd", "instead",
        "model", "revision",
    )  # fmt: skip
    list_filter = ("engine", "model")
    search_fields = ("engine", "model", "revision")
    date_hierarchy = "at"
    ordering = ("-at", "engine")

    def get_queryset(self, request: HttpRequest) -> Any:
        before = {
            f"{name}_before": Window(Lag(name), partition_by=[F("engine"), F("model")], order_by=F("at").asc())
            for name in COMPARED
        }
        return super().get_queryset(request).annotate(**before)

    @admin.display(description="Right tools", ordering="right_tools")
    def tools(self, run: Any) -> str:
        return compared(run.right_tools, run.right_tools_before)

    @admin.display(description="Figures right", ordering="figures_right")
    def figures(self, run: Any) -> str:
        return compared(run.figures_right, run.figures_right_before)

    @admin.display(description="p95 ms", ordering="p95_ms")
    def p95(self, run: Any) -> str:
        before = "" if run.p95_ms_before is None else f" (was {run.p95_ms_before:,})"
        return f"{run.p95_ms:,}{before}"

    @admin.display(description="Bounds hold", boolean=True)
    def holds(self, run: EvaluationRun) -> bool:
        return not run.broken


def compared(share: Decimal | None, before: Decimal | None) -> str:
    """A share in percent, and where it changed what it was before."""
    if share is None:
        return "–"
    return f"{share:.1%}" if before in (None, share) else f"{share:.1%} (was {before:.1%})"


@reasoned_action("Make it an evaluation case", event="agent.evals.candidate_made")
def make_candidate(row: Feedback, request: HttpRequest, reason: str) -> bool:
    """Draft a case of what did not help."""
    propose(row, by=request.user, at=timezone.now())  # type: ignore[arg-type]
    return True


@admin.register(Feedback)
class FeedbackAdmin(ConsoleAdmin):
    """What people said of answers: begin with those that did not help."""

    console_group, console_icon = "Agent", "thumb_down"
    list_display = ("at", "business", "rating", "reason", "note", "engine", "is_candidate")
    list_filter = ("rating", "reason", "message__engine")
    search_fields = ("=message__id", "business__slug")
    list_select_related = ("business", "message", "candidate")
    date_hierarchy = "at"
    ordering = ("-at",)
    actions = (make_candidate,)

    @admin.display(description="Answered by", ordering="message__engine")
    def engine(self, feedback: Feedback) -> str:
        return feedback.message.engine

    @admin.display(description="Candidate", boolean=True)
    def is_candidate(self, feedback: Feedback) -> bool:
        return hasattr(feedback, "candidate")


@admin.register(EvaluationCandidate)
class EvaluationCandidateAdmin(ConsoleAdmin):
    console_group, console_icon = "Agent", "quiz"
    list_display = ("created_at", "business", "said", "made_by")
    search_fields = ("business__slug",)
    list_select_related = ("business", "feedback", "made_by")
    ordering = ("-created_at",)
    exclude = ("draft",)
    readonly_fields = ("toml",)

    @admin.display(description="Draft")
    def toml(self, candidate: EvaluationCandidate) -> SafeString:
        """Line by line, for copying."""
        return format_html("<pre>{}</pre>", candidate.draft)

    @admin.display(description="What was said")
    def said(self, candidate: EvaluationCandidate) -> str:
        return str(candidate.feedback.get_reason_display())
