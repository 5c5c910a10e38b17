"""Keeping an answer: its text after the number check, what it cites, and every tool call behind it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

import structlog

from agent.analyst.draft import Draft, without
from agent.analyst.engine import Analyst
from agent.engines import Answer
from agent.grounding import Grounding, check
from agent.knowledge.pages import page_of
from agent.models import AgentRun, Message, ToolCall

logger = structlog.get_logger(__name__)


def keep(run: AgentRun, answer: Answer, *, now: datetime, milliseconds: int) -> Message:
    """Write the message that answers the question of `run`, right behind it, and its tool calls."""
    draft, question = answer.draft, run.question
    text, grounding = draft.markdown(), check(draft.markdown(), draft.pool(question.text))
    status = _status(answer)
    if not grounding.holds:
        # A number without a source is a mistake of ours, so it is left out and looked into.
        logger.error("answer held an untraced number", intent=draft.intent, unmatched=len(grounding.unmatched))
        text = without(text, [missing.sentence for missing in grounding.unmatched])
        text = text or "I could not trace every number of this answer, so I do not give it."
        status = Message.Status.REPLACED
    kept = Message.objects.create(
        business_id=run.business_id,
        conversation_id=run.conversation_id,
        seq=question.seq + 1,
        role=Message.Role.ASSISTANT,
        text=text,
        status=status,
        engine=answer.engine,
        intent=draft.intent,
        evidence=[_evidence(cited.as_json()) for cited in draft.cited],
        citations=_citations(draft),
        suggestions=list(draft.suggestions),
        grounding=_outcome(grounding, answer),
        slots=draft.context if answer.engine == Analyst.name else {},
        verified=answer.verified,
        created_at=now,
    )
    _keep_calls(kept, run, draft, now=now, milliseconds=milliseconds)
    return kept


def _citations(draft: Draft) -> list[dict[str, str]]:
    """The documents cited, with the titles they had: a note may change or go, the answer stays as it was."""
    titles = {passage.chunk.doc_id: passage.chunk.title for result, _ in draft.results for passage in result.passages}
    return [{"doc_id": doc, "title": titles.get(doc) or page_of(doc).title} for doc in draft.docs]


def _status(answer: Answer) -> Message.Status:
    if answer.draft.abstained:
        return Message.Status.ABSTAINED
    return Message.Status.PARTIAL if answer.partial else Message.Status.FINAL


def _keep_calls(answer: Message, run: AgentRun, draft: Draft, *, now: datetime, milliseconds: int) -> None:
    """Every tool call with its arguments and what came back; they share the time of the answer."""
    share = milliseconds // max(1, len(draft.results))
    ToolCall.objects.bulk_create(
        ToolCall(
            business_id=answer.business_id, message=answer, user_id=run.user_id, call=result.call, tool=result.tool,
            args=args, status=result.status, result=result.as_json(), rows=len(result.rows), milliseconds=share,
            created_at=now,
        )
        for result, args in draft.results
    )  # fmt: skip


def _evidence(body: dict[str, object]) -> dict[str, object]:
    """What a chip shows: reference, name, value as printed, sample size, as-of."""
    return {name: body[name] for name in ("id", "metric", "label", "printed", "n", "as_of", "url")}


def _outcome(grounding: Grounding, answer: Answer) -> dict[str, object]:
    """The check's outcome, and what it made of a model's text; a rejected text is for review and never shown."""
    counts = {
        "figures": grounding.figures,
        "matched": grounding.matched,
        "unmatched": [asdict(missing) for missing in grounding.unmatched],
    }
    return counts | answer.review
