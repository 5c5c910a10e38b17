"""One record against one phase's rules, trade by trade, as the firm would have counted. Plain Python.

At each trade the floors are looked at first, the target after them: on one trade a breach beats the target. Inside a
trade the worst moment is taken before the best one. Source: trading.md § 8.3.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from analytics.trading.shadow_boxing.days import Days
from analytics.trading.shadow_boxing.rule_set import DayBy, Limits, Share, Trailing

#: Amounts closer than this are equal; sums of cents in binary are off by far less.
EPS = 1e-6


class Verdict(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    OPEN = "open"


class Cause(StrEnum):
    TARGET = "target"
    MAX_LOSS = "max_loss"
    DAILY_LOSS = "daily_loss"
    CONSISTENCY = "consistency"
    TIME = "time"
    INACTIVITY = "inactivity"
    NONE = ""


@dataclass(frozen=True, slots=True)
class DayEnd:
    """The account at the end of a firm day. `low` is its worst equity on the day; floors are those it was held to."""

    day: int
    balance: float
    low: float
    floor: float
    daily_floor: float | None


@dataclass(frozen=True, slots=True)
class Replayed:
    """What one phase came to.

    day, trade:  of the event: an index into the days, and the trade's position in the record; −1 while it is open.
    level:       the floor that was reached, or the target. `value` is the equity or balance at that moment.
    closest:     the least room to a floor before the end, in money, with the trade at which it was left.
    paused:      days the daily limit ended early.
    """

    verdict: Verdict
    cause: Cause
    day: int
    trade: int
    value: float
    level: float
    closest: float
    closest_trade: int
    trading_days: int
    best_day: float
    balance: float
    paused: int
    ends: tuple[DayEnd, ...] = ()


@dataclass(slots=True)
class Account:
    """An account on its way: what the rules look back at."""

    balance: float
    peak: float
    trading_days: int = 0
    profitable: int = 0
    best: float = 0.0
    green: float = 0.0
    paused: int = 0
    closest: float = float("inf")
    closest_trade: int = -1
    ends: list[DayEnd] = field(default_factory=list)

    @classmethod
    def fresh(cls, limits: Limits) -> Account:
        return cls(limits.initial, limits.initial)


@dataclass(frozen=True, slots=True)
class _Event:
    verdict: Verdict
    cause: Cause
    trade: int
    value: float
    level: float


def replay(days: Days, limits: Limits, *, size: float = 1.0, start: int = 0) -> Replayed:
    """The phase from day `start` on, at `size` times the record's money, until its first event or the record's end."""
    account = Account.fresh(limits)
    for day in range(start, len(days)):
        late = _out_of_time(days, limits, day, start)
        event = _Event(Verdict.FAILED, late, int(days.first[day]), account.balance, 0.0) if late else None
        event = event or _play(account, days, limits, day, size)
        if event is not None:
            return _result(account, event, day)
    return _result(account, None, -1)


def floor_of(limits: Limits, peak: float) -> float:
    """The max-loss floor after a peak of that height."""
    base = limits.initial if limits.mode is Trailing.STATIC else peak
    return min(limits.cap, base - limits.max_loss)


def consistent(limits: Limits, *, best: float, profit: float, green: float) -> bool:
    """Whether the best day weighs no more than the rule allows."""
    share = limits.consistency
    if share is None:
        return True
    wholes = {
        Share.OF_PROFIT: profit,
        Share.OF_GREEN_DAYS: green,
        Share.OF_TARGET: limits.target - limits.initial,
    }
    return best <= limits.consistency_most * wholes[share] + EPS


def _play(account: Account, days: Days, limits: Limits, day: int, size: float) -> _Event | None:
    """One day, trade by trade; leaves the account as it stands after it."""
    began = account.balance
    peak, high, worst = account.peak, began, began
    floor, daily_floor = floor_of(limits, peak), _daily_floor(limits, began, began)
    result, first = 0.0, int(days.first[day])
    for j in range(int(days.count[day])):
        low, top = began + size * float(days.low[day, j]), began + size * float(days.high[day, j])
        result = size * float(days.close[day, j])
        balance = began + result
        worst = min(worst, low)
        breach = _breach(account, limits, low, balance, floor, daily_floor, first + j)
        if limits.mode is Trailing.INTRADAY:
            peak = max(peak, top)
        elif limits.mode is Trailing.CLOSED:
            peak = max(peak, balance)
        high = max(high, top if limits.daily_on_equity else balance)
        floor, daily_floor = floor_of(limits, peak), _daily_floor(limits, began, high)
        breach = breach or _breach(account, limits, balance, balance, floor, daily_floor, first + j)
        if breach is not None and breach.cause is Cause.DAILY_LOSS and limits.daily_pauses:
            account.paused += 1
            result = min(result, breach.level - began)
            breach = _beyond(limits, began + result, floor, first + j)
            if breach is None:
                break
        event = breach or _at_target(account, days, limits, day, result, first + j)
        if event is not None:
            account.balance = began + result
            _count_day(account, days, limits, day, result)
            _close_day(account, days, limits, day, worst, floor, daily_floor)
            return event
    account.balance = began + result
    end_of_day = _end_of_day(account, limits, floor, first + int(days.count[day]) - 1)
    _count_day(account, days, limits, day, result)
    _close_day(account, days, limits, day, worst, floor, daily_floor)
    account.peak = max(peak, account.balance)
    return end_of_day


def _breach(
    account: Account, limits: Limits, low: float, balance: float, floor: float, daily_floor: float, trade: int
) -> _Event | None:
    """The higher of the floors that were reached: on its way down the account met that one first."""
    seen = low if limits.daily_on_equity else balance
    watched = [(daily_floor, seen, Cause.DAILY_LOSS)]
    if not limits.at_close_of_day:
        watched.append((floor, low, Cause.MAX_LOSS))
    for level, value, cause in sorted(watched, key=lambda one: (one[0], one[2] is Cause.MAX_LOSS), reverse=True):
        room = value - level
        if room < account.closest and not (cause is Cause.DAILY_LOSS and limits.daily_pauses):
            account.closest, account.closest_trade = room, trade
        if _reached(limits, value, level):
            return _Event(Verdict.FAILED, cause, trade, value, level)
    return None


def _beyond(limits: Limits, balance: float, floor: float, trade: int) -> _Event | None:
    """A day that was paused may have been closed below the account's floor all the same."""
    if limits.at_close_of_day or not _reached(limits, balance, floor):
        return None
    return _Event(Verdict.FAILED, Cause.MAX_LOSS, trade, balance, floor)


def _reached(limits: Limits, value: float, level: float) -> bool:
    return value <= level + EPS if limits.touch else value < level - EPS


def _daily_floor(limits: Limits, began: float, high: float) -> float:
    reference = high if limits.daily_from_high else began
    return reference - (limits.daily * began if limits.daily_of_day else limits.daily)


def _at_target(account: Account, days: Days, limits: Limits, day: int, result: float, trade: int) -> _Event | None:
    balance = account.balance + result
    if balance < limits.target - EPS:
        return None
    counted = account.trading_days + _counts(days, limits, day, result)
    profitable = account.profitable + (result >= limits.profitable_threshold - EPS and result > 0)
    if counted < limits.min_days or profitable < limits.profitable_days:
        return None
    best, green = max(account.best, result), account.green + max(result, 0.0)
    if consistent(limits, best=best, profit=balance - limits.initial, green=green):
        return _Event(Verdict.PASSED, Cause.TARGET, trade, balance, limits.target)
    if limits.consistency_fails:
        return _Event(Verdict.FAILED, Cause.CONSISTENCY, trade, balance, limits.target)
    return None


def _end_of_day(account: Account, limits: Limits, floor: float, trade: int) -> _Event | None:
    if not limits.at_close_of_day:
        return None
    room = account.balance - floor
    if room < account.closest:
        account.closest, account.closest_trade = room, trade
    if _reached(limits, account.balance, floor):
        return _Event(Verdict.FAILED, Cause.MAX_LOSS, trade, account.balance, floor)
    return None


def _counts(days: Days, limits: Limits, day: int, result: float) -> bool:
    if limits.day_by is DayBy.OPEN:
        return bool(days.opens[day])
    return limits.day_by is DayBy.CLOSE or result >= limits.day_threshold - EPS


def _count_day(account: Account, days: Days, limits: Limits, day: int, result: float) -> None:
    account.trading_days += _counts(days, limits, day, result)
    account.profitable += result >= limits.profitable_threshold - EPS and result > 0
    account.best = max(account.best, result)
    account.green += max(result, 0.0)


def _close_day(
    account: Account, days: Days, limits: Limits, day: int, worst: float, floor: float, daily_floor: float
) -> None:
    shown = daily_floor if daily_floor > float("-inf") else None
    account.ends.append(DayEnd(int(days.number[day]), account.balance, worst, floor, shown))


def _out_of_time(days: Days, limits: Limits, day: int, start: int) -> Cause:
    number = days.number
    if limits.time_limit is not None and number[day] - number[start] >= limits.time_limit:
        return Cause.TIME
    if limits.inactivity is not None and day > start and number[day] - number[day - 1] > limits.inactivity:
        return Cause.INACTIVITY
    return Cause.NONE


def _result(account: Account, event: _Event | None, day: int) -> Replayed:
    return Replayed(
        verdict=event.verdict if event else Verdict.OPEN,
        cause=event.cause if event else Cause.NONE,
        day=day,
        trade=event.trade if event else -1,
        value=event.value if event else account.balance,
        level=event.level if event else 0.0,
        closest=account.closest,
        closest_trade=account.closest_trade,
        trading_days=account.trading_days,
        best_day=account.best,
        balance=account.balance,
        paused=account.paused,
        ends=tuple(account.ends),
    )
