"""A prop firm's published rules, one phase of one programme in one version. Immutable: a change is a new version.

Plain Python. Amounts are major units of the rule set's currency; shares are fractions. Source: trading.md § 8.1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from enum import StrEnum


class Base(StrEnum):
    AMOUNT = "amount"
    INITIAL = "initial"  # a share of the account's size
    DAY_START = "day_start_reference"  # a share of the day's own reference


class Reference(StrEnum):
    BALANCE = "balance"
    HIGHER = "max(balance,equity)"
    INTRADAY_HIGH = "intraday_high"


class Trailing(StrEnum):
    STATIC = "static"
    EOD = "eod_trailing"
    CLOSED = "closed_balance_trailing"
    INTRADAY = "intraday_trailing"


class Lock(StrEnum):
    NONE = "none"
    INITIAL = "initial"
    AMOUNT = "initial+amount"
    TARGET = "target"


class DayBy(StrEnum):
    OPEN = "open"
    CLOSE = "close"
    QUALIFYING = "qualifying"


class Share(StrEnum):
    OF_PROFIT = "best_day/total_profit"
    OF_GREEN_DAYS = "best_day/positive_days"
    OF_TARGET = "best_day/target"


class Evidence(StrEnum):
    OFFICIAL = "official"
    DATASET = "dataset"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Reset:
    """When the firm's day begins: a local time in a zone."""

    zone: str = "UTC"
    at: time = time(0)


@dataclass(frozen=True, slots=True)
class Target:
    value: Decimal
    base: Base = Base.INITIAL

    def amount(self, size: Decimal) -> Decimal:
        return self.value if self.base is Base.AMOUNT else self.value * size


@dataclass(frozen=True, slots=True)
class DailyLoss:
    """The most a day may lose below its reference. `pauses` ends the day instead of the account."""

    value: Decimal
    base: Base = Base.INITIAL
    reference: Reference = Reference.BALANCE
    on_equity: bool = True
    pauses: bool = False


@dataclass(frozen=True, slots=True)
class MaxLoss:
    """The floor under the account. `lock` is the level above which a trailing floor no longer rises.

    `touch`: reaching the floor is a breach; else only falling below it. `at_close_of_day`: looked at once a day.
    """

    value: Decimal
    base: Base = Base.INITIAL
    mode: Trailing = Trailing.STATIC
    lock: Lock = Lock.NONE
    lock_amount: Decimal = Decimal(0)
    touch: bool = True
    at_close_of_day: bool = False

    def amount(self, size: Decimal) -> Decimal:
        return self.value if self.base is Base.AMOUNT else self.value * size


@dataclass(frozen=True, slots=True)
class Consistency:
    """The most one day may weigh. `fails`: reaching the target beyond it ends the account; else it only delays."""

    share: Share
    most: Decimal
    fails: bool = False


@dataclass(frozen=True, slots=True)
class RuleSet:
    """One phase of a programme. `key` names the programme; phases of one programme share it and follow `phase`."""

    firm: str
    program: str
    size: Decimal
    currency: str
    phase: int
    version: int
    effective_from: date | None
    verified_on: date
    sources: tuple[str, ...]
    evidence: Evidence
    max_loss: MaxLoss
    target: Target | None = None
    daily_loss: DailyLoss | None = None
    reset: Reset = field(default_factory=Reset)
    min_days: int = 0
    day_by: DayBy = DayBy.CLOSE
    day_threshold: Decimal = Decimal(0)
    profitable_days: int = 0
    profitable_threshold: Decimal = Decimal(0)
    consistency: Consistency | None = None
    time_limit_days: int | None = None
    inactivity_days: int | None = None
    max_contracts: int | None = None
    restrictions: tuple[str, ...] = ()
    disputed: bool = False
    note: str = ""
    effective_to: date | None = None
    id: int = 0

    @property
    def key(self) -> str:
        """Firm, programme and size as one word for addresses."""
        words = f"{self.firm} {self.program} {self.size.normalize():f}".lower()
        return "-".join("".join(c if c.isalnum() else " " for c in words).split())

    @property
    def title(self) -> str:
        return f"{self.firm} {self.program}"


@dataclass(frozen=True, slots=True)
class Limits:
    """A rule set as plain numbers for the engines. Amounts of money; `inf` where there is no such rule."""

    initial: float
    target: float  # the balance to reach
    max_loss: float
    mode: Trailing
    cap: float  # the floor never rises above it
    touch: bool
    at_close_of_day: bool
    daily: float  # a share where `daily_of_day`, else money
    daily_of_day: bool
    daily_from_high: bool
    daily_on_equity: bool
    daily_pauses: bool
    min_days: int
    day_by: DayBy
    day_threshold: float
    profitable_days: int
    profitable_threshold: float
    consistency: Share | None
    consistency_most: float
    consistency_fails: bool
    time_limit: int | None
    inactivity: int | None

    @property
    def has_target(self) -> bool:
        return self.target != float("inf")


def limits_of(rules: RuleSet) -> Limits:
    """What the engines read of a rule set."""
    size = rules.size
    target = size + rules.target.amount(size) if rules.target else None
    daily, loss = rules.daily_loss, rules.max_loss.amount(size)
    share = daily is not None and daily.base is Base.DAY_START
    amount = _daily_amount(daily, size)
    return Limits(
        initial=float(size),
        target=float(target) if target is not None else float("inf"),
        max_loss=float(loss),
        mode=rules.max_loss.mode,
        cap=_cap(rules, target, loss),
        touch=rules.max_loss.touch,
        at_close_of_day=rules.max_loss.at_close_of_day,
        daily=amount,
        daily_of_day=share,
        daily_from_high=daily is not None and daily.reference is Reference.INTRADAY_HIGH,
        daily_on_equity=daily is not None and daily.on_equity,
        daily_pauses=daily is not None and daily.pauses,
        min_days=rules.min_days,
        day_by=rules.day_by,
        day_threshold=float(rules.day_threshold * size),
        profitable_days=rules.profitable_days,
        profitable_threshold=float(rules.profitable_threshold * size),
        consistency=rules.consistency.share if rules.consistency else None,
        consistency_most=float(rules.consistency.most) if rules.consistency else float("inf"),
        consistency_fails=bool(rules.consistency and rules.consistency.fails),
        time_limit=rules.time_limit_days,
        inactivity=rules.inactivity_days,
    )


def _daily_amount(daily: DailyLoss | None, size: Decimal) -> float:
    if daily is None:
        return float("inf")
    return float(daily.value * size) if daily.base is Base.INITIAL else float(daily.value)


def _cap(rules: RuleSet, target: Decimal | None, loss: Decimal) -> float:
    """Where a trailing floor stops: at the start, at the start plus an amount, or where it is at the target."""
    lock = rules.max_loss.lock
    if lock is Lock.INITIAL:
        return float(rules.size)
    if lock is Lock.AMOUNT:
        return float(rules.size + rules.max_loss.lock_amount)
    if lock is Lock.TARGET and target is not None:
        return float(target - loss)
    return float("inf")
