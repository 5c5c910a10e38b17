"""A verified plan: how a question is known again, what is kept of its answer, and following it with today's figures."""

from __future__ import annotations

from accounts.errors import Problem
from agent.analyst.draft import Draft
from agent.analyst.engine import TRADING, Analyst, understand
from agent.analyst.intents import is_follow_up, normalised
from agent.analyst.lexicon import LEXICON
from agent.analyst.narratives import NARRATIVES
from agent.analyst.plans import PLANS, Found
from agent.analyst.slots import period_of
from agent.models import Message
from agent.tools.envelope import ERROR
from agent.tools.registry import Ask
from recommendations.wording import visible

OPENING = "\"'“”‘«([¿¡"
CLOSING = "\"'“”’»)].,;:!?…"
METRICS = {"", *(name for name, _ in LEXICON.metrics)}
COMPONENTS = {"", *(name for name, _ in LEXICON.components)}


class Broken(Exception):
    """A plan no longer works. Its text says why, for people of the business."""


def key_of(question: str) -> str:
    """The wording by which a question is known again: normalised, without the punctuation around its words.

    Inside a word it stays, because `2026-10` and `1.5` are not `2026 10` and `1 5`. Empty: there was no word.
    """
    words = (word.lstrip(OPENING).rstrip(CLOSING) for word in normalised(visible(question)).split())
    return " ".join(word for word in words if word)


def is_verifiable(message: Message) -> bool:
    """Whether an answer has a plan that can be followed again: the analyst's, complete, from an intent it knows."""
    return bool(message.slots) and message.engine == Analyst.name and message.status == Message.Status.FINAL


def stands_alone(message: Message, question: str, ask: Ask) -> bool:
    """Whether the question alone, without what was said before it, leads to the plan of its answer.

    `ask` is as of the answer. Asked elsewhere, a question that leans on others would mean something else.
    """
    text = normalised(question)
    found = None if is_follow_up(text) else understand(text, {}, ask)
    return found is not None and found.slots == message.slots


def follow(plan: dict[str, str], question: str, ask: Ask) -> Draft:
    """The answer of a plan with figures as of `ask.now`; `last month` is read anew, as of its day. Errors: Broken."""
    if reason := _gone(plan, ask):
        raise Broken(reason)
    text = normalised(question)
    period = period_of(text, today=ask.today) if plan["period"] else ""
    try:
        draft = Analyst().follow(Found(plan["intent"], text, plan["metric"], period, plan["component"]), ask)
    except Problem:
        raise Broken("A reading that it needs is not there any more.") from None
    if any(result.status == ERROR for result, _ in draft.results):
        raise Broken("A reading that it needs was refused.")
    return draft


def _gone(plan: dict[str, str], ask: Ask) -> str:
    if plan["intent"] not in NARRATIVES or plan["intent"] not in PLANS:
        return "Questions of this kind are no longer answered."
    if plan["intent"] in TRADING and "trading" not in ask.business.desks:
        return "The trading desk is switched off."
    if plan["metric"] not in METRICS or plan["component"] not in COMPONENTS:
        return "What it is about is no longer measured."
    return ""
