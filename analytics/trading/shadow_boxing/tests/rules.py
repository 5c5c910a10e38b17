"""Rule sets and days written by hand, for the tests of the engines."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from analytics.testing.traders import record_of_results
from analytics.trading.shadow_boxing.days import Days, cut
from analytics.trading.shadow_boxing.rule_set import Base, Evidence, Limits, MaxLoss, Reset, RuleSet, Target, limits_of

BASIC = RuleSet(
    firm="Example", program="Static", size=Decimal(1_000), currency="usd", phase=1, version=1,
    effective_from=date(2026, 1, 1), verified_on=date(2026, 10, 1), sources=("https://example.com/rules",),
    evidence=Evidence.OFFICIAL, max_loss=MaxLoss(Decimal(100), Base.AMOUNT), target=Target(Decimal(60), Base.AMOUNT),
)  # fmt: skip


def rules(**changes: Any) -> RuleSet:
    return replace(BASIC, **changes)


def limits(**changes: Any) -> Limits:
    return limits_of(rules(**changes))


def days_of(*days: list[float]) -> Days:
    """Days with exactly these results, one list a day. Each day has as many trades as the longest: fill with 0."""
    widest = max(len(day) for day in days)
    assert all(len(day) == widest for day in days)
    record = record_of_results([float(result) for day in days for result in day], a_day=widest, balance=Decimal(1_000))
    return cut(record, Reset())


def with_extremes(days: Days, *, mae: list[float], mfe: list[float]) -> Days:
    """The same days with the worst and best unrealised money of each trade."""
    before = np.concatenate([np.zeros((len(days), 1)), days.close[:, :-1]], axis=1)
    shape = days.close.shape
    return replace(
        days,
        low=np.minimum(days.low, before - np.reshape(mae, shape)),
        high=np.maximum(days.high, before + np.reshape(mfe, shape)),
        intratrade=True,
    )
