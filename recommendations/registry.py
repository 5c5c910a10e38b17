"""The rules, by name. A rule reads a desk's figures and yields findings; it writes nothing and knows no clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import structlog

from recommendations.findings import Finding

logger = structlog.get_logger(__name__)

DAILY = "daily"
HOURLY = "hourly"

RuleFunction = Callable[[Any], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A registered rule. `key` is `desk.what_to_do`; `title` says the condition in a few words, for filters."""

    key: str
    title: str
    cadence: str
    evaluate: RuleFunction

    @property
    def desk(self) -> str:
        return self.key.split(".", 1)[0]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a run of rules saw, and the rules that failed; a failing rule neither adds nor expires anything."""

    findings: tuple[Finding, ...]
    ran: tuple[str, ...]
    failed: tuple[str, ...]


RULES: dict[str, Rule] = {}


def rule(key: str, title: str, *, cadence: str = DAILY) -> Callable[[RuleFunction], RuleFunction]:
    """Register a rule. Errors: ValueError when the key is taken or names no desk."""

    def register(evaluate: RuleFunction) -> RuleFunction:
        if key in RULES:
            raise ValueError(f"{key} is registered twice")
        if "." not in key:
            raise ValueError(f"{key} names no desk")
        RULES[key] = Rule(key, title, cadence, evaluate)
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
    return Evaluation(tuple(findings), tuple(ran), tuple(failed))


def _named(one: Rule, desk: Any) -> Iterator[Finding]:
    for finding in one.evaluate(desk):
        if finding.rule != one.key:
            raise ValueError(f"{one.key} yielded a finding of {finding.rule}")
        yield finding
