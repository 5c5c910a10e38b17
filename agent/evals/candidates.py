"""A question somebody was unhappy with becomes the draft of a case: TOML that staff finish and move to the cases.

The draft names what was asked and called, never what came out: figures of a business do not leave it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from accounts.errors import Conflict
from accounts.models import User
from agent.models import EvaluationCandidate, Feedback, Message, ToolCall

EARLIER = 3
#: What no TOML text may hold: control characters that JSON leaves as they are, and halves of characters.
UNWRITABLE = re.compile(r"[\x7f\ud800-\udfff]")
HEAD = """\
# Drafted from what somebody said of an answer: {reason}.
# Names, amounts and addresses in the question belong to a business: write it anew before it leaves the console.
# Then correct the tools, give each figure the query of agent/evals/truth.py that says what it is, and move the case to
# agent/evals/cases/{desk}.toml.
"""


def propose(feedback: Feedback, *, by: User, at: datetime) -> EvaluationCandidate:
    """Draft a case from an unhappy word on an answer. Errors: Conflict for a happy one, and for a second draft."""
    if feedback.rating != Feedback.Rating.DOWN:
        raise Conflict("Only answers that did not help become cases.")
    business = feedback.business
    if EvaluationCandidate.objects.of(business).filter(feedback=feedback).exists():
        raise Conflict("It has been made a candidate already.")
    return EvaluationCandidate.objects.create(
        business=business, feedback=feedback, draft=draft_of(feedback), made_by=by, created_at=at
    )


def draft_of(feedback: Feedback) -> str:
    """The TOML of a case. Empty: an answer without tools and pages is a case that abstains or has both to be named."""
    answer = feedback.message
    calls = tuple(ToolCall.objects.of(feedback.business).filter(message=answer).order_by("call"))
    desk = _desk(answer)
    lines = [HEAD.format(reason=feedback.get_reason_display().lower(), desk=desk), "[[case]]"]
    lines += [f"{name} = {value}" for name, value in _fields(feedback, calls)]
    lines += _figures(answer, calls)
    return "\n".join(lines) + "\n"


def _fields(feedback: Feedback, calls: tuple[ToolCall, ...]) -> Iterator[tuple[str, str]]:
    answer = feedback.message
    *earlier, question = _questions(answer)
    yield "id", quoted(f"feedback-{feedback.pk}")
    if earlier:
        yield "after", _listed(earlier[-EARLIER:])
    yield "question", quoted(question)
    if answer.status == Message.Status.ABSTAINED:
        yield "abstain", "true"
    if calls:
        yield "tools", _listed(sorted({call.tool for call in calls}))
    if answer.citations:
        yield "cites", _listed([each["doc_id"] for each in answer.citations])


def _figures(answer: Message, calls: tuple[ToolCall, ...]) -> list[str]:
    """As a comment, each metric that was cited, with the period of the call it came from."""
    period_of = {call.call: call.result.get("period") for call in calls}
    lines = []
    for figure in answer.evidence:
        period = period_of.get(figure["id"].partition(".")[0])
        days = f', start = "{period["start"]}", end = "{_after(period["end"])}"' if period else ""
        lines.append(f'#   {{ metric = {quoted(figure["metric"])}, truth = "?"{days} }},')
    return ["# figures = [", *dict.fromkeys(lines), "# ]"] if lines else []


def _questions(answer: Message) -> list[str]:
    """What the person asked in this conversation, up to the question of this answer."""
    asked = Message.objects.of(answer.business).filter(
        conversation_id=answer.conversation_id, role=Message.Role.USER, seq__lt=answer.seq
    )  # fmt: skip
    return list(asked.order_by("seq").values_list("text", flat=True)) or [""]


def _desk(answer: Message) -> str:
    """The desk of the first cited figure; `shared` without one."""
    metrics = [figure["metric"].partition(".")[0] for figure in answer.evidence]
    return next((desk for desk in metrics if desk in ("payments", "trading")), "shared")


def quoted(text: str) -> str:
    """A text as a TOML string on one line, whatever is in it."""
    return json.dumps(UNWRITABLE.sub("", text), ensure_ascii=False)


def _listed(texts: list[str]) -> str:
    return f"[{', '.join(map(quoted, texts))}]"


def _after(last: str) -> str:
    return (date.fromisoformat(last) + timedelta(days=1)).isoformat()
