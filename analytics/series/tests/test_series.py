"""Metrics over time and what their changes are made of: sums of the facts, to the last unit."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.errors import InvalidInput, NotYours
from accounts.models import Business
from accounts.periods import Period
from accounts.testing.world import World
from analytics.evidence.rows import row_totals
from analytics.models import PaymentDay
from analytics.payments.metrics.queries import metric_summary
from analytics.series.model import change_of, series_of, starts, suitable
from analytics.testing import payments as facts
from analytics.testing.traders import Trader, simulated
from analytics.testing.trading_desk import account, save, switch_on

DAY = timedelta(days=1)


def days_of_sale(business: Business, *, as_of: datetime, **changes: Any) -> None:
    """Sixty days: in the newest thirty there are fewer and larger payments, and more refunds."""
    source = facts.source(business, last_synced_at=as_of)
    for passed in range(1, 61):
        new = passed <= 30
        row = {"gross": 90_000 if new else 80_001, "charges": 7 if new else 13, "refunds": 4_000 if new else 1_000,
               "disputes": 500 if passed % 7 == 0 else 0, "currency": business.currency} | changes  # fmt: skip
        PaymentDay.objects.create(business=business, source=source, day=(as_of - passed * DAY).date(), **row)


@pytest.fixture
def month(world: World, clock: datetime) -> Period:
    days_of_sale(world.business, as_of=clock)
    today = clock.date()
    return Period(today - 30 * DAY, today, world.business.time_zone)


@pytest.mark.parametrize("grain", ["day", "week", "month"])
@pytest.mark.parametrize("metric", ["payments.gross", "payments.net", "payments.refunds", "payments.charges"])
def test_steps_add_up_to_the_total_of_the_page(
    world: World, clock: datetime, month: Period, metric: str, grain: str
) -> None:
    found = series_of(world.business, metric, period=month, as_of=clock, grain=grain)
    page = metric_summary(world.business, period=month, as_of=clock).totals[metric]
    assert [point.start for point in found.points] == starts(month, grain)
    assert sum(point.figure.value for point in found.points) == page.value  # type: ignore[misc]


@pytest.mark.parametrize(
    ("metric", "by"),
    [
        ("payments.net", "parts"), ("payments.net", "currency"), ("payments.gross", "volume_and_value"),
        ("payments.refunds", "currency"), ("payments.charges", "currency"),
    ],
)  # fmt: skip
def test_parts_add_up_to_the_change(world: World, clock: datetime, month: Period, metric: str, by: str) -> None:
    found = change_of(world.business, metric, period=month, as_of=clock, by=by)
    assert found.parts and found.by == by
    total = sum(int(part.contribution.value or 0) for part in found.parts)
    assert total == int(found.now.value or 0) - int(found.before.value or 0)


def test_fewer_and_larger_payments_are_told_apart(world: World, clock: datetime, month: Period) -> None:
    found = change_of(world.business, "payments.gross", period=month, as_of=clock)
    parts = {part.key: int(part.contribution.value or 0) for part in found.parts}
    # 210 payments against 390 at 6,153.92 on average: −180 of them are −1,107,706.15 in minor units.
    assert parts["Number of payments"] == -1_107_706
    assert parts["Average payment"] == 30 * 90_000 - 30 * 80_001 + 1_107_706


def test_amounts_without_a_rate_are_named(world: World, clock: datetime) -> None:
    days_of_sale(world.business, as_of=clock, currency="jpy")
    today = clock.date()
    found = change_of(
        world.business, "payments.net", period=Period(today - 30 * DAY, today, "UTC"), as_of=clock, by="currency"
    )
    assert found.missing == ("jpy",) and found.now.value == 0


@pytest.mark.parametrize(
    ("metric", "by", "words"),
    [
        ("payments.nothing", "", "no series"), ("", "", "no series"), ("trading.net", "", "no series"),
        ("payments.dispute_ratio", "", "cannot be laid apart"), ("payments.net", "moon", "parts, currency"),
    ],
)  # fmt: skip
def test_what_cannot_be_explained_says_so(
    world: World, clock: datetime, month: Period, metric: str, by: str, words: str
) -> None:
    with pytest.raises(InvalidInput, match=words):
        change_of(world.business, metric, period=month, as_of=clock, by=by)


def test_too_many_steps_are_refused(world: World, clock: datetime) -> None:
    long = Period(clock.date() - 400 * DAY, clock.date(), "UTC")
    with pytest.raises(InvalidInput, match="more than 60 steps"):
        series_of(world.business, "payments.net", period=long, as_of=clock, grain="day")
    assert suitable(long) == "month"


def test_another_business_has_its_own_series(world: World, clock: datetime, month: Period) -> None:
    found = series_of(world.other, "payments.gross", period=month, as_of=clock)
    assert {point.figure.value for point in found.points} == {0}


@given(first=st.dates(date(2024, 1, 1), date(2026, 1, 1)), length=st.integers(1, 200))
def test_steps_cover_a_period_without_gap_or_overlap(first: date, length: int) -> None:
    period = Period(first, first + length * DAY, "UTC")
    for grain in ("day", "week", "month"):
        steps = starts(period, grain)
        assert steps[0] == period.start and steps == sorted(set(steps)) and steps[-1] < period.end


class TestTrading:
    @pytest.fixture
    def whole(self, world: World) -> Period:
        switch_on(world.business)
        record = simulated(Trader(n=160))
        save(account(world.business), record)
        first, last = (date(1970, 1, 1) + int(day) * DAY for day in (record.session.min(), record.session.max()))
        middle = first + (last - first) // 2
        return Period(middle, middle + (middle - first), "UTC")

    @pytest.mark.parametrize("by", ["instrument", "setup", "direction", "weekday"])
    @pytest.mark.parametrize("metric", ["trading.net", "trading.decisions", "trading.costs"])
    def test_parts_add_up_and_each_shows_its_decisions(
        self, world: World, clock: datetime, whole: Period, metric: str, by: str
    ) -> None:
        found = change_of(world.business, metric, period=whole, as_of=clock, by=by)
        total = sum(int(part.contribution.value or 0) for part in found.parts)
        assert total == int(found.now.value or 0) - int(found.before.value or 0)
        for part in found.parts:
            if part.now is not None and part.now.rows is not None:
                assert row_totals(world.business, part.now.rows).n == part.now.n

    def test_steps_add_up(self, world: World, clock: datetime, whole: Period) -> None:
        found = series_of(world.business, "trading.net", period=whole, as_of=clock)
        total = change_of(world.business, "trading.net", period=whole, as_of=clock).now
        difference = sum(int(point.figure.value or 0) for point in found.points) - int(total.value or 0)
        assert abs(difference) <= len(found.points)  # each step is rounded by itself
        assert sum(point.figure.n for point in found.points) == total.n

    def test_an_account_of_another_business_is_nothing(self, world: World, clock: datetime, whole: Period) -> None:
        switch_on(world.other)
        theirs = account(world.other)
        with pytest.raises(NotYours):
            series_of(world.business, "trading.net", period=whole, as_of=clock, account=str(theirs.pk))
