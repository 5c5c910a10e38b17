"""Registers the rules module: each active rule and all of them together, against one account."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from analytics.figures import Figure
from analytics.trading.inference.bootstrap import Interval
from analytics.trading.inference.multiplicity import benjamini_hochberg
from analytics.trading.inference.samples import SLICE
from analytics.trading.modules import Beside, Rule, module
from analytics.trading.record import Record
from analytics.trading.rules import keys as _keys  # noqa: F401 - registers the metrics
from analytics.trading.rules.calc import Effect, Says, breaks, effects_of, is_blind, obeyed_share, says
from analytics.trading.rules.kinds import words
from analytics.trading.sheet import Sheet


@dataclass(frozen=True)
class Tried:
    """One rule against the record. `broken` counts decisions as traded; `q` is p adjusted for all rules tried."""

    rule: int
    words: str
    says: Says
    broken: int
    effect: Effect
    q: float | None = None

    @property
    def key(self) -> str:
        return f"trading.rule_effect:{self.rule}"


@dataclass(frozen=True)
class Suggestion:
    """A rule that is not set and would have helped, after every other candidate was counted."""

    kind: str
    value: str
    words: str
    effect: Effect
    q: float

    @property
    def key(self) -> str:
        return f"trading.rule_effect:{self.kind}-{self.value}"


@dataclass(frozen=True)
class OwnRules:
    """All active rules. `together` is None without any. `candidates` counts the rules that were tried beside them."""

    n: int
    currency: str
    tried: tuple[Tried, ...]
    candidates: int
    suggested: tuple[Suggestion, ...]
    together: Effect | None
    stored: tuple[tuple[str, Figure], ...]

    @property
    def figures(self) -> dict[str, Figure]:
        return dict(self.stored)


def compute(record: Record, beside: Beside, seed: int) -> OwnRules:
    """Every active rule alone and all together. Empty: no rules, or no decisions: nothing tried."""
    rules = tuple(rule for rule in beside.rules if rule.active) if len(record) else ()
    effects = effects_of(record, [*((rule,) for rule in rules), rules], seed=seed) if rules else []
    together = effects[-1] if effects else None
    tried = _adjusted([_tried(record, rule, effect) for rule, effect in zip(rules, effects[:-1], strict=True)])
    sheet = Sheet(record, beside)
    sheet.number("trading.rules_obeyed", obeyed_share(record, rules))
    sheet.money(
        "trading.rules_effect", together.money if together else None, interval=_interval(together),
        n=together.dropped if together else 0,
    )  # fmt: skip
    for one in tried:
        sheet.money(
            "trading.rule_effect", None if one.says is Says.BLIND else one.effect.money,
            interval=_interval(one.effect), n=one.effect.dropped, under=one.key,
        )  # fmt: skip
    candidates, suggested = _suggested(record, rules, seed)
    for found in suggested:
        sheet.money(
            "trading.rule_effect", found.effect.money, interval=_interval(found.effect), n=found.effect.dropped,
            under=found.key,
        )  # fmt: skip
    figures = tuple(sheet.figures.items())
    return OwnRules(len(record), record.currency, tried, candidates, suggested, together, figures)


def _suggested(record: Record, mine: tuple[Rule, ...], seed: int) -> tuple[int, tuple[Suggestion, ...]]:
    """How many further rules could be tried, and those that would have helped, the largest effect first."""
    known = {(rule.kind, rule.params) for rule in mine}
    rules = [
        rule for rule in candidates(record) if (rule.kind, rule.params) not in known and not is_blind(record, rule)
    ]
    effects = effects_of(record, [(rule,) for rule in rules], seed=seed)
    tested = [(rule, effect) for rule, effect in zip(rules, effects, strict=True) if effect.p is not None]
    adjusted = benjamini_hochberg([effect.p or 0.0 for _, effect in tested])
    helps = [
        Suggestion(rule.kind, rule.params[0][1], words(rule), effect, q)
        for (rule, effect), q in zip(tested, adjusted, strict=True)
        if says(effect, q) is Says.HELPS
    ]
    return len(tested), tuple(sorted(helps, key=lambda one: -one.effect.money))


def candidates(record: Record) -> list[Rule]:
    """Stops, pauses and counts that many traders set; the count is the trader's own busy day."""
    if len(record) < SLICE.decisions:
        return []
    busy = int(np.quantile(np.unique(record.session, return_counts=True)[1], 0.75))
    wanted = [("stop_after_losses", str(n)) for n in (2, 3, 4)] + [("cooldown", str(n)) for n in (15, 30, 60)]
    return [Rule(0, kind, (("n", n),)) for kind, n in (*wanted, ("max_trades_a_day", str(max(1, busy))))]


def _tried(record: Record, rule: Rule, effect: Effect) -> Tried:
    if is_blind(record, rule):
        return Tried(rule.id, words(rule), Says.BLIND, 0, Effect(0, 0, 0.0))
    broken = int(breaks(record, (rule,), leave_out=False).sum())
    return Tried(rule.id, words(rule), Says.NONE, broken, effect)


def _adjusted(tried: list[Tried]) -> tuple[Tried, ...]:
    """With each rule's p adjusted for how many were tried."""
    tested = [one for one in tried if one.effect.p is not None]
    adjusted = dict(
        zip((one.rule for one in tested), benjamini_hochberg([one.effect.p or 0.0 for one in tested]), strict=True)
    )
    return tuple(
        one
        if one.says is Says.BLIND
        else replace(one, q=adjusted.get(one.rule), says=says(one.effect, adjusted.get(one.rule)))
        for one in tried
    )


def _interval(effect: Effect | None) -> Interval | None:
    if effect is None or effect.low is None or effect.high is None:
        return None
    return Interval(effect.low, effect.high, above_zero=float(effect.money > 0))


RULES = module("rules", "Rules", version="2", result=OwnRules, compute=compute)
