"""Turns of a conversation as the page prints them: marks are links, sources are chips, a run shows its steps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString

from accounts.requests import BusinessRequest
from agent.chat.evidence import KIND
from agent.chat.queries import Turn
from agent.chat.rendering import plain_draft, render_answer, render_question
from agent.chat.runs import GIVEN_UP
from agent.models import AgentRun, Feedback, Message, RunEvent
from agent.verified.plans import is_verifiable
from analytics.evidence.links import evidence_url

QUESTION, ANSWER, RUNNING, ENDED = "question", "answer", "running", "ended"
#: What a tool does, where "Reading" and its name would not say it.
DOES = {
    "calculate": "Calculating", "search_knowledge": "Searching the knowledge pages",
    "list_metrics": "Looking up metrics", "get_lineage": "Tracing a figure", "explain_change": "Comparing two periods",
}  # fmt: skip
FALLBACKS = {
    AgentRun.Fallback.BUDGET: "This month's budget for models is used up, so the deterministic analyst answered.",
    AgentRun.Fallback.UNPRICED: "The model has no known price, so the deterministic analyst answered.",
    AgentRun.Fallback.PROVIDER: "The model could not be reached, so the deterministic analyst answered.",
    AgentRun.Fallback.LIMIT: "The model took more than it may, so the deterministic analyst answered.",
    AgentRun.Fallback.UNGROUNDED: "The model gave a figure without a source, so the deterministic analyst answered.",
}
NO_EVIDENCE = "What this answer stood on is no longer kept; ask again for figures with their sources."
CUT_SHORT = "The answer was cut short before its end."
STOPPED = "Stopped. There is no answer to this question."


@dataclass(frozen=True, slots=True)
class Chip:
    """A source under an answer."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Bubble:
    """One turn as the page prints it. `key` names it on the page; `after` is the last event it shows."""

    kind: str
    key: UUID
    body: SafeString | str
    at: datetime
    citations: tuple[Chip, ...] = ()
    checked: str = ""
    suggestions: tuple[str, ...] = ()
    is_error: bool = False
    notices: tuple[str, ...] = ()
    message: Message | None = None
    feedback: Feedback | None = None
    steps: tuple[str, ...] = ()
    after: int = 0
    state: str = ""
    may_verify: bool = False
    pace: str = ""

    @property
    def role(self) -> str:
        return "user" if self.kind == QUESTION else "assistant"


def bubble(request: BusinessRequest, turn: Turn) -> Bubble:
    """One turn, ready to print."""
    if turn.message is None:
        assert turn.run is not None
        return _run(turn, turn.run, now=request.now)
    if turn.message.role == Message.Role.USER:
        return Bubble(QUESTION, turn.message.pk, render_question(turn.message.text), turn.message.created_at)
    return _answer(request, turn, turn.message)


def checked_words(message: Message) -> str:
    """How the number check came out: `Checked: 9 of 9 figures`."""
    total = message.grounding.get("figures", 0)
    if not total:
        return ""
    return f"Checked: {message.grounding.get('matched', 0)} of {total} figures"


def steps_of(events: Iterable[RunEvent]) -> tuple[str, ...]:
    """What the tools did, as chips: `Reading disputes …`."""
    return tuple(_step(event.body) for event in events if event.kind == RunEvent.Kind.TOOL)


def draft_of(events: Iterable[RunEvent]) -> str:
    """The text as far as it has arrived, plain. A notice begins it anew: what was written before it does not count."""
    text = ""
    for event in events:
        if event.kind == RunEvent.Kind.NOTICE:
            text = ""
        elif event.kind == RunEvent.Kind.TEXT:
            text += event.body.get("text", "")
    return plain_draft(text)


def state_words(run: AgentRun, events: Iterable[RunEvent]) -> str:
    if draft_of(events):
        return "A draft. Its figures are checked when it is complete."
    if run.state == AgentRun.State.WAITING:
        return "Waiting for its turn. You can leave this page; the answer will be here."
    return "Working on it. You can leave this page; the answer will be here."


def pace_of(run: AgentRun, *, now: datetime) -> str:
    """How long the page waits before it asks again: less often, the longer it takes."""
    age = now - run.created_at
    return "700ms" if age < timedelta(seconds=20) else "1500ms" if age < timedelta(minutes=1) else "4s"


def _run(turn: Turn, run: AgentRun, *, now: datetime) -> Bubble:
    if not run.is_open:
        failed = run.state == AgentRun.State.FAILED
        return Bubble(
            ENDED, run.pk, GIVEN_UP if failed else STOPPED, run.ended_at or run.created_at, is_error=failed,
            suggestions=(run.question.text,),
        )  # fmt: skip
    return Bubble(
        RUNNING, run.pk, draft_of(turn.events), run.created_at,
        steps=steps_of(turn.events), notices=turn.notices, after=turn.events[-1].seq if turn.events else 0,
        state=state_words(run, turn.events), pace=pace_of(run, now=now),
    )  # fmt: skip


def _answer(request: BusinessRequest, turn: Turn, message: Message) -> Bubble:
    kept = message.created_at > request.now - timedelta(days=settings.TOOL_CALL_RETENTION_DAYS)
    body = render_answer(
        message.text,
        evidence={body["id"]: body for body in message.evidence} if kept else {},
        evidence_url=lambda ref: evidence_url(request.business, KIND, message.pk, ref),
        source_url=lambda doc: _page_url(request, message, doc),
    )
    return Bubble(
        ANSWER,
        turn.run.pk if turn.run else message.pk,
        body,
        message.created_at,
        citations=tuple(
            Chip(cited["title"], _page_url(request, message, cited["doc_id"])) for cited in message.citations
        ),
        checked=checked_words(message),
        suggestions=tuple(message.suggestions),
        is_error=message.status == Message.Status.REPLACED,
        notices=tuple(_notices(turn, message, kept=kept)),
        message=message,
        feedback=turn.feedback,
        may_verify=is_verifiable(message) and request.member.may("write:notes"),
    )


def _notices(turn: Turn, message: Message, *, kept: bool) -> Iterable[str]:
    """What to know about an answer: the run's last word, or else why the analyst stood in."""
    if turn.last_word:
        yield turn.last_word
    elif turn.run and turn.run.fallback:
        yield FALLBACKS[AgentRun.Fallback(turn.run.fallback)]
    if message.verified:
        yield message.verified
    if message.status == Message.Status.PARTIAL:
        yield CUT_SHORT
    if message.evidence and not kept:
        yield NO_EVIDENCE


def _step(body: dict[str, str]) -> str:
    label = body.get("label", "")
    words = DOES.get(body.get("tool", "")) or f"Reading {label[:1].lower()}{label[1:]}"
    return f"{words}: nothing came of it" if body.get("status") == "error" else f"{words} …"


def _page_url(request: BusinessRequest, message: Message, doc_id: str) -> str:
    """The address of a page this answer cites; empty for any other page, whatever the text says."""
    if doc_id not in {cited["doc_id"] for cited in message.citations}:
        return ""
    return reverse("agent:knowledge", args=[request.business.slug, doc_id])
