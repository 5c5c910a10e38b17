"""Rules held against a record, causally: at every entry only what was closed before it is known. Plain NumPy.

Source: trading.md § 7, Rules.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from analytics.trading.inference.blocks import block_length
from analytics.trading.inference.bootstrap import day_sums, of_draws, sums
from analytics.trading.inference.samples import SLICE
from analytics.trading.modules import Rule
from analytics.trading.record import Floats, Record
from analytics.trading.rules.kinds import hours_of

Mask = NDArray[np.bool_]
FALSE_DISCOVERIES = 0.10
#: Sums of cents in binary are off by far less.
CENT = 1e-6
REPS = 4_000


class Says(StrEnum):
    HELPS = "helps"
    COSTS = "costs"
    UNPROVEN = "unproven"
    FEW = "few"  # too few decisions would have been left out
    NONE = "none"  # the rule was never broken
    BLIND = "blind"  # the statement does not hold what the rule looks at


@dataclass(frozen=True, slots=True)
class Effect:
    """What keeping rules would have changed: money in major units, gained positive, with its 90 % interval.

    dropped: decisions that would not have been taken; days: on how many days. p: two-sided, by resampled days.
    """

    dropped: int
    days: int
    money: float
    low: float | None = None
    high: float | None = None
    p: float | None = None


@dataclass(slots=True)
class _Day:
    """What is known of a session at an entry: decisions taken, and what was closed.

    A stop holds until the next session, so the longest losing run and the deepest loss of the day are kept.
    """

    taken: int = 0
    closed: float = 0.0
    deepest: float = 0.0
    losses: int = 0
    longest: int = 0
    last_loss: float = float("-inf")
    open: list[tuple[float, int]] = field(default_factory=list)


def is_blind(record: Record, rule: Rule) -> bool:
    """Whether the statement lacks what the rule looks at."""
    if rule.kind in ("max_risk", "stop_required"):
        return not bool((record.risk > 0).any())
    if rule.kind in ("hours", "cooldown"):
        return not bool(np.isfinite(record.opened).any())
    return False


def breaks(record: Record, rules: Sequence[Rule], *, leave_out: bool) -> Mask:
    """Decisions whose entry broke one of the rules.

    leave_out: such decisions are taken as not made, so that what follows is judged without them, from the breach on;
               else everything is judged as it was traded.
    """
    broken = np.zeros(len(record), dtype=np.bool_)
    seen = [rule for rule in rules if not is_blind(record, rule)]
    if not seen:
        return broken
    local = _local_minutes(record) if any(rule.kind == "hours" for rule in seen) else np.full(len(record), np.nan)
    entered = np.where(np.isfinite(record.opened), record.opened, record.closed)
    days: dict[int, _Day] = {}
    for i in record.by_entry:
        day = days.setdefault(int(record.session[i]), _Day())
        _settle(day, record, float(entered[i]))
        broken[i] = any(_breaks(rule, record, int(i), day, float(entered[i]), float(local[i])) for rule in seen)
        if not (leave_out and broken[i]):
            day.taken += 1
            heapq.heappush(day.open, (float(record.closed[i]), int(i)))
    return broken


def obeyed_share(record: Record, rules: Sequence[Rule]) -> float | None:
    """Share of decisions inside all rules, as they were traded. Empty: None without rules that can be looked at."""
    if not len(record) or all(is_blind(record, rule) for rule in rules):
        return None
    return 1.0 - float(breaks(record, rules, leave_out=False).mean())


def effect_of(record: Record, rules: Sequence[Rule], *, seed: int, reps: int = REPS) -> Effect:
    """The difference that keeping these rules together makes."""
    return effects_of(record, [rules], seed=seed, reps=reps)[0]


def effects_of(record: Record, tried: Sequence[Sequence[Rule]], *, seed: int, reps: int = REPS) -> list[Effect]:
    """The difference that leaving broken decisions out makes, for each set of rules, by the same resampled days.

    Blocks are as long as the longest that any of them needs.
    Empty: no interval below 20 such decisions on 8 days.
    """
    dropped = [breaks(record, rules, leave_out=True) for rules in tried]
    found = [
        Effect(int(mask.sum()), len(np.unique(record.session[mask])), float(-record.net[mask].sum()))
        for mask in dropped
    ]
    enough = [at for at, one in enumerate(found) if SLICE.met(one.dropped, one.days)]
    if not enough:
        return found
    saved: Floats = np.stack([np.where(dropped[at], -record.net, 0.0) for at in enough], axis=1)
    by_day = day_sums(record.session, saved)
    block = max(block_length(by_day[:, column]) for column in range(len(enough)))
    drawn = sums(by_day, block=block, seed=seed, reps=reps)
    for column, at in enumerate(enough):
        found[at] = _sure(found[at], drawn[:, column])
    return found


def _sure(effect: Effect, drawn: Floats) -> Effect:
    between = of_draws(drawn)
    beyond = min(int((drawn <= 0).sum()), int((drawn >= 0).sum()))
    return replace(effect, low=between.low, high=between.high, p=min(1.0, 2 * (beyond + 1) / (len(drawn) + 1)))


def says(effect: Effect, q: float | None) -> Says:
    """What can be said of an effect; `q` is its p adjusted for all rules that were tried."""
    if not effect.dropped:
        return Says.NONE
    if q is None or effect.low is None or effect.high is None:
        return Says.FEW
    if q <= FALSE_DISCOVERIES and effect.low > 0:
        return Says.HELPS
    if q <= FALSE_DISCOVERIES and effect.high < 0:
        return Says.COSTS
    return Says.UNPROVEN


def _settle(day: _Day, record: Record, now: float) -> None:
    """Take in what was closed up to this entry."""
    while day.open and day.open[0][0] <= now:
        closed, i = heapq.heappop(day.open)
        net = float(record.net[i])
        day.closed += net
        day.deepest = min(day.deepest, day.closed)
        day.losses = day.losses + 1 if net < 0 else 0
        day.longest = max(day.longest, day.losses)
        if net < 0:
            day.last_loss = closed


def _breaks(rule: Rule, record: Record, i: int, day: _Day, now: float, minute: float) -> bool:
    params = dict(rule.params)
    if rule.kind == "max_trades_a_day":
        return day.taken >= int(params["n"])
    if rule.kind == "max_loss_a_day":
        return day.deepest <= -float(params["amount"]) + CENT
    if rule.kind == "stop_after_losses":
        return day.longest >= int(params["n"])
    if rule.kind == "cooldown":
        return bool(np.isfinite(record.opened[i])) and now - day.last_loss < 60 * int(params["n"])
    if rule.kind == "instruments":
        return str(record.instrument[i]).lower() not in {name.lower() for name in params["names"].split(", ")}
    if rule.kind == "max_risk":
        return bool(record.risk[i] > float(params["amount"]))
    if rule.kind == "stop_required":
        return not bool(record.risk[i] > 0)
    return minute == minute and not _inside(minute, params)


def _inside(minute: float, params: dict[str, str]) -> bool:
    start, end = (at.hour * 60 + at.minute for at in hours_of(params))
    return start <= minute < end if start < end else minute >= start or minute < end


def _local_minutes(record: Record) -> Floats:
    """Minute of the day of every entry in the record's zone; NaN where the entry's time is unknown."""
    zone = ZoneInfo(record.zone)
    return np.array([_minute(at, zone) for at in record.opened], dtype=np.float64)


def _minute(seconds: float, zone: ZoneInfo) -> float:
    if seconds != seconds:
        return float("nan")
    local = datetime.fromtimestamp(seconds, tz=zone)
    return float(local.hour * 60 + local.minute)
