"""The deterministic analyst: question → intent → slots → plan → narrative. No model, no key, no cost.

It answers what it understands, says what it can answer where it does not, and never guesses.
"""

from __future__ import annotations

from dataclasses import replace

from agent.analyst.draft import Draft, Line
from agent.analyst.intents import asks_for_rows, intent_of, is_beyond, is_follow_up, is_why, normalised
from agent.analyst.lexicon import LEXICON
from agent.analyst.narratives import NARRATIVES
from agent.analyst.narratives.shared import behind, said
from agent.analyst.plans import Found, run_plan
from agent.analyst.slots import component_of, metric_of, names_component, period_of
from agent.analyst.suggestions import suggestions
from agent.engines import Event, Question, Tell, silent
from agent.tools.registry import Ask

#: What “why?” means after an answer of each kind.
WHY_AFTER = {
    "readiness_score": "readiness_hurts",
    "readiness_change": "readiness_hurts",
    "funding_eligible": "readiness_hurts",
    "component": "component",
    "readiness_hurts": "define",
    "metric": "metric_why",
    "disputes_due": "dispute_reasons",
    "programmes": "dispute_reasons",
    "payouts": "howto",
    "trading_edge": "trading_futures",
    "trading_result": "trading_edge",
    "metric_steps": "metric_why",
    "trading_conduct": "trading_rules",
    "trading_prop": "trading_futures",
}
TRADING = frozenset(intent.name for intent in LEXICON.intents if intent.desk == "trading")
#: A passage's score from which it is quoted though nobody knows what was asked; off-topic questions reach 0.3.
NEAR = 0.5
LONGEST_QUERY = 500
KEEPS_METRIC = frozenset({"metric", "metric_why", "metric_steps"})
NEEDS_PERIOD = frozenset({"metric", "metric_why", "metric_steps", "trading_result", "payouts", "dispute_reasons"})


class Analyst:
    """The engine that is always there."""

    name = "analyst/1"

    def answer(self, question: Question, ask: Ask, tell: Tell = silent) -> Draft:
        """Answer one question. Below the floor the draft abstains and offers questions that work on this data.

        It takes milliseconds, so it tells of its tools when all of them are done.
        """
        draft = self._answer(question, ask)
        for result, _ in draft.results:
            tell(Event.tool(result))
        return draft

    def _answer(self, question: Question, ask: Ask) -> Draft:
        text = normalised(question.text)
        found = understand(text, question.context, ask)
        if found is None and not is_beyond(text):
            return self._look_up(text, ask)
        if found is None or (found.intent not in NARRATIVES and found.intent != "greeting"):
            return self._abstain(ask)
        if found.intent in TRADING and "trading" not in ask.business.desks:
            return self._abstain(ask)
        if found.intent == "greeting":
            return replace(self._abstain(ask), intent="greeting", abstained=False, lines=(_welcome(),))
        return self.follow(found, ask)

    def follow(self, found: Found, ask: Ask) -> Draft:
        """The answer to what was understood. Errors: NotYours where a tool of its plan is of a desk switched off."""
        found = run_plan(found, ask)
        draft = Draft(
            intent=found.intent,
            lines=tuple(NARRATIVES[found.intent](found)),
            results=found.calls,
            suggestions=suggestions(ask, after=found.intent),
            context=found.slots,
        )
        return replace(draft, lines=tuple(behind(draft))) if found.rows else draft

    def _look_up(self, text: str, ask: Ask) -> Draft:
        """What a page or note says about a question that asks for none of our figures. It abstains unless one is near;
        a follow-up is about what was said before, so nothing is handed on.
        """
        found = run_plan(Found("lookup", text[:LONGEST_QUERY]), ask)
        passages = [passage for result in found.searches for passage in result.passages]
        if not passages or passages[0].score < NEAR:
            return self._abstain(ask)
        lines = tuple(NARRATIVES["lookup"](found))
        return Draft("lookup", lines, results=found.calls, suggestions=suggestions(ask))

    def _abstain(self, ask: Ask) -> Draft:
        return Draft(
            intent="",
            lines=(
                said("I cannot answer that from this business's data, and I do not guess."),
                said("I can answer questions about readiness, revenue, disputes, payouts, and what to do next."),
            ),
            suggestions=suggestions(ask),
            abstained=True,
        )


def understand(text: str, context: dict[str, str], ask: Ask) -> Found | None:
    """What a normalised question asks, with what it leaves to the question before it. None below the floor."""
    period, metric = period_of(text, today=ask.today), metric_of(text)
    before, old_period = context.get("intent", ""), context.get("period", "")
    if before and asks_for_rows(text):
        return replace(_again(before, text, context, period=old_period), rows=True)
    if before and is_why(text):
        return _again(WHY_AFTER.get(before, before), _topic(before), context, period=old_period)
    if before in NEEDS_PERIOD and is_follow_up(text) and period and not metric:
        return _again(before, text, context, period=period)
    if names_component(text):
        return Found("component", text, component=component_of(text))
    intent = intent_of(text)
    if not intent and before and is_follow_up(text):
        intent = "metric" if metric else before if period else ""
    if not intent:
        return None
    if not period and is_follow_up(text) and intent in NEEDS_PERIOD:
        period = old_period
    kept = context.get("metric", "") if intent in KEEPS_METRIC and not metric else metric
    return Found(intent, text, metric=kept, period=period)


def _again(intent: str, text: str, context: dict[str, str], *, period: str) -> Found:
    return Found(intent, text, context.get("metric", ""), period, context.get("component", ""))


def _topic(before: str) -> str:
    """What “why?” looks up where the answer is a page."""
    topics = {"readiness_hurts": "how is the readiness score calculated", "payouts": "why payouts fail"}
    return topics.get(before, before)


def _welcome() -> Line:
    return said(
        "Ask me about your readiness, revenue, disputes, payouts, or what to do next. Each number has a source."
    )
