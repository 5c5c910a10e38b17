"""A record against every programme: the replay of all phases, the chances, the sizes. Plain NumPy and plain values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import numpy as np

from analytics.trading.inference.samples import RULE_REPLAY_ONLY_BELOW
from analytics.trading.record import Record, day_of
from analytics.trading.shadow_boxing.chances import Chances, Futures, Plan, Rolling, chances, rolling
from analytics.trading.shadow_boxing.days import Days, cut
from analytics.trading.shadow_boxing.replay import Cause, Replayed, Verdict, replay
from analytics.trading.shadow_boxing.rule_set import Limits, Reset, RuleSet, limits_of

#: Points of a headroom series that are kept, the last one always among them.
POINTS = 150
STRESS_PLAN = Plan(paths=2_000, outer=0, sizes=())
#: The stress: every trade was this many median losses under water before it was closed.
STRESS = 0.5


@dataclass(frozen=True, slots=True)
class Point:
    """One firm day of the replay, in money of the programme."""

    day: date
    balance: float
    low: float
    floor: float
    daily_floor: float | None


@dataclass(frozen=True, slots=True)
class PhaseResult:
    """One phase of the replay. `at`, `decision`, `net` and `instrument` are of the trade that ended it."""

    rules: RuleSet
    verdict: Verdict
    cause: Cause
    at: datetime | None
    decision: str
    instrument: str
    net: float
    value: float
    level: float
    room: float | None
    room_decision: str
    trading_days: int
    best_day: float
    balance: float
    paused: int
    too_large: int
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Programme:
    """One programme: the rules of all its phases, and the phases the replay came to; the last holds the verdict.

    `chances` is None, and the page says why, for short records.
    """

    key: str
    title: str
    size: float
    currency: str
    disputed: bool
    rules: tuple[RuleSet, ...]
    phases: tuple[PhaseResult, ...]
    chances: Chances | None
    stressed: float | None
    rolling: Rolling

    @property
    def last(self) -> PhaseResult:
        return self.phases[-1]

    @property
    def has_target(self) -> bool:
        return self.rules[-1].target is not None

    @property
    def outlook(self) -> float:
        """What programmes are sorted by: the chance to pass, or to survive where there is no target."""
        if self.chances is None:
            return 0.0
        return _outlook(self.chances, self.rules)


def _outlook(found: Chances, phases: Sequence[RuleSet]) -> float:
    return found.passed.p if phases[-1].target is not None else found.open.p


def study(
    record: Record, rule_sets: Iterable[RuleSet], *, seed: int, plan: Plan | None = None
) -> tuple[Programme, ...]:
    """Every programme: those with a target by their chance to pass, then those without by their chance to survive."""
    cuts: dict[Reset, Days] = {}
    rooms: dict[bytes, _Room] = {}
    found = []
    for phases in programmes_of(rule_sets):
        reset = phases[0].reset
        days = cuts[reset] = cuts.get(reset) or cut(record, reset)
        alike = days.first.tobytes() + days.opens.tobytes()  # firms whose days fall alike meet the same futures
        rooms[alike] = rooms.get(alike) or _Room(record, days, seed, plan)
        found.append(_programme(record, phases, days, rooms[alike]))
    return tuple(sorted(found, key=lambda one: (not one.has_target, -one.outlook, one.title, one.size)))


def programmes_of(rule_sets: Iterable[RuleSet]) -> list[tuple[RuleSet, ...]]:
    """Rule sets by programme, phases in order."""
    grouped: dict[str, list[RuleSet]] = {}
    for one in rule_sets:
        grouped.setdefault(one.key, []).append(one)
    return [tuple(sorted(phases, key=lambda one: one.phase)) for phases in grouped.values()]


def is_short(record: Record, days: Days) -> bool:
    """Whether there is too little for chances; the replay is shown all the same."""
    return not RULE_REPLAY_ONLY_BELOW.met(len(record), len(days))


class _Room:
    """What programmes share whose days hold the same trades: the draws."""

    def __init__(self, record: Record, days: Days, seed: int, plan: Plan | None) -> None:
        self.short = is_short(record, days)
        if not self.short:
            self.futures = Futures(days, seed=seed, plan=plan)
            self.stressed = None if days.intratrade else Futures(under_water(days, record), seed=seed, plan=STRESS_PLAN)


def under_water(days: Days, record: Record) -> Days:
    """The days of a closed-trade record as if every trade had been half a median loss down before its close."""
    before = np.concatenate([np.zeros((len(days), 1)), days.close[:, :-1]], axis=1)
    return replace(days, low=np.minimum(days.low, before - STRESS * record.unit))


def _programme(record: Record, phases: Sequence[RuleSet], days: Days, room: _Room) -> Programme:
    limits = [limits_of(one) for one in phases]
    stressed = None if room.short or room.stressed is None else room.stressed
    return Programme(
        key=phases[0].key,
        title=phases[0].title,
        size=float(phases[0].size),
        currency=phases[0].currency,
        disputed=any(one.disputed for one in phases),
        rules=tuple(phases),
        phases=tuple(_replays(record, phases, limits, days)),
        chances=None if room.short else chances(room.futures, limits),
        stressed=None if stressed is None else _outlook(chances(stressed, limits), phases),
        rolling=rolling(days, limits),
    )


def _replays(record: Record, phases: Sequence[RuleSet], limits: Sequence[Limits], days: Days) -> Iterable[PhaseResult]:
    """One phase after the other, each from the day after the last one was passed."""
    start = 0
    for rules, found in zip(phases, limits, strict=True):
        past = replay(days, found, start=start)
        yield _result(record, rules, past)
        if past.verdict is not Verdict.PASSED:
            return
        start = past.day + 1


def _result(record: Record, rules: RuleSet, past: Replayed) -> PhaseResult:
    trade, known = past.trade, past.trade >= 0
    return PhaseResult(
        rules=rules,
        verdict=past.verdict,
        cause=past.cause,
        at=datetime.fromtimestamp(float(record.closed[trade]), tz=UTC) if known else None,
        decision=record.keys[trade] if known else "",
        instrument=str(record.instrument[trade]) if known else "",
        net=float(record.net[trade]) if known else 0.0,
        value=past.value,
        level=past.level,
        room=past.closest if np.isfinite(past.closest) else None,
        room_decision=record.keys[past.closest_trade] if past.closest_trade >= 0 else "",
        trading_days=past.trading_days,
        best_day=past.best_day,
        balance=past.balance,
        paused=past.paused,
        too_large=int((record.quantity > rules.max_contracts).sum()) if rules.max_contracts else 0,
        points=_thinned(past),
    )


def _thinned(past: Replayed) -> tuple[Point, ...]:
    """At most `POINTS` days, evenly, the last and the tightest among them."""
    ends = past.ends
    if not ends:
        return ()
    kept = set(np.linspace(0, len(ends) - 1, min(len(ends), POINTS)).round().astype(int).tolist())
    kept.add(min(range(len(ends)), key=lambda i: ends[i].low - ends[i].floor))
    return tuple(
        Point(day_of(end.day), end.balance, end.low, end.floor, end.daily_floor)
        for end in (ends[i] for i in sorted(kept))
    )
