"""The rules, by name. A rule reads a desk's figures and yields findings; it writes nothing and knows no clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog

from recommendations.findings import Finding
from recommendations.outcomes.checks import OutcomeCheck, Unmeasured

logger = structlog.get_logger(__name__)

DAILY = "daily"
HOURLY = "hourly"

RuleFunction = Callable[[Any], Iterable[Finding]]


UNSTATED = Unmeasured("The rule does not say how its outcome could be measured.")


@dataclass(frozen=True, slots=True)
class Rule:
    """A registered rule. `key` is `desk.what_to_do`; `title` says the condition in a few words, for filters.

    needs:       metric keys it reads; documentation, and what a reader may look up.
    confidence:  how the confidence of its findings comes about, in words.
    effort:      1 minutes, 2 hours, 3 days.
    stale_after: how old its data may be; older data puts its advice on hold. None where old data is the advice.
    check:       how its outcome is measured, or why it cannot be.
    """

    key: str
    title: str
    cadence: str
    evaluate: RuleFunction
    needs: tuple[str, ...] = ()
    confidence: str = ""
    effort: int = 1
    stale_after: timedelta | None = None
    check: OutcomeCheck = UNSTATED

    @property
    def desk(self) -> str:
        return self.key.split(".", 1)[0]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a run of rules saw, and the rules that failed; a failing rule neither adds nor expires anything.

    `is_stale` says of a rule and a subject whether the data behind them is older than the rule allows: then nothing
    starts, nothing ends, and what stands is put on hold.
    """

    findings: tuple[Finding, ...]
    ran: tuple[str, ...]
    failed: tuple[str, ...]
    is_stale: Callable[[str, str], bool] = lambda rule, subject: False


RULES: dict[str, Rule] = {}


def rule(
    key: str,
    title: str,
    *,
    cadence: str = DAILY,
    needs: tuple[str, ...] = (),
    confidence: str = "",
    effort: int = 1,
    stale_after: timedelta | None = None,
    check: OutcomeCheck = UNSTATED,
) -> Callable[[RuleFunction], RuleFunction]:
    """Register a rule. Errors: ValueError when the key is taken or names no desk, or the effort is unknown."""

    def register(evaluate: RuleFunction) -> RuleFunction:
        if key in RULES:
            raise ValueError(f"{key} is registered twice")
        if "." not in key:
            raise ValueError(f"{key} names no desk")
        if effort not in (1, 2, 3):
            raise ValueError(f"{key}: effort is 1, 2 or 3")
        RULES[key] = Rule(key, title, cadence, evaluate, needs, confidence, effort, stale_after, check)
        return evaluate

    return register


def rules_of(desk: str) -> list[Rule]:
    return [found for key, found in sorted(RULES.items()) if found.desk == desk]


def evaluate(rules: Iterable[Rule], desk: Any) -> Evaluation:
    """Run `rules` over one desk's figures. One failing rule never stops the others."""
    findings: list[Finding] = []
    ran, failed = [], []
    for one in rules:
        try:
            found = list(_named(one, desk))
        except Exception:
            logger.exception("rule failed", rule=one.key)
            failed.append(one.key)
            continue
        ran.append(one.key)
        findings += found
    return Evaluation(tuple(findings), tuple(ran), tuple(failed), lambda rule, subject: _is_stale(rule, subject, desk))


def _is_stale(key: str, subject: str, desk: Any) -> bool:
    """Whether the data behind a subject is older than the rule allows; data of unknown age is not."""
    found = RULES.get(key)
    if found is None or found.stale_after is None:
        return False
    known = desk.known_at(subject)
    return known is not None and desk.as_of - known > found.stale_after


def _named(one: Rule, desk: Any) -> Iterator[Finding]:
    for finding in one.evaluate(desk):
        if finding.rule != one.key:
            raise ValueError(f"{one.key} yielded a finding of {finding.rule}")
        yield finding
