"""Which days a merge makes stale, in the business's own time, and how they are taken."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Business
from accounts.periods import local_day
from accounts.tenancy import acting_for
from accounts.testing.world import World
from ingestion.models import DirtyDay, Source
from ingestion.pipeline.dirty import mark_dirty, take_dirty_days
from ingestion.pipeline.merge import merge
from ingestion.testing.factories import (
    SEEN,
    balance_transaction_row,
    dispute_row,
    make_source,
    payout_row,
    subscription_row,
)

pytestmark = pytest.mark.django_db
LATER = SEEN + timedelta(hours=1)


@pytest.fixture
def source(world: World) -> Source:
    return make_source(world.business)


def days_of(source: Source, stream: str, *rows: Any) -> set[date]:
    report = merge(source, stream, rows, observed_at=SEEN)
    marked = set(DirtyDay.objects.of(source.business).filter(source=source).values_list("day", flat=True))
    assert report.dirty_days <= marked
    return set(report.dirty_days)


def in_zone(source: Source, zone: str) -> Source:
    Business.objects.filter(pk=source.business_id).update(time_zone=zone)
    return Source.objects.select_related("business").get(pk=source.pk)


class TestTheDayOfAMoment:
    @pytest.mark.parametrize(
        ("zone", "moment", "day"),
        [
            ("UTC", datetime(2026, 3, 10, 23, 59, 59, tzinfo=UTC), date(2026, 3, 10)),
            ("Europe/Berlin", datetime(2026, 3, 10, 23, 30, tzinfo=UTC), date(2026, 3, 11)),
            ("America/Los_Angeles", datetime(2026, 3, 10, 6, 59, tzinfo=UTC), date(2026, 3, 9)),
            ("Pacific/Kiritimati", datetime(2026, 3, 10, 10, 0, tzinfo=UTC), date(2026, 3, 11)),
            ("Asia/Kathmandu", datetime(2026, 3, 10, 18, 14, tzinfo=UTC), date(2026, 3, 10)),
            ("Asia/Kathmandu", datetime(2026, 3, 10, 18, 15, tzinfo=UTC), date(2026, 3, 11)),
            # The clocks of Berlin go forward on 29 March 2026 at 01:00 UTC, and back on 25 October.
            ("Europe/Berlin", datetime(2026, 3, 28, 22, 59, tzinfo=UTC), date(2026, 3, 28)),
            ("Europe/Berlin", datetime(2026, 3, 28, 23, 0, tzinfo=UTC), date(2026, 3, 29)),
            ("Europe/Berlin", datetime(2026, 3, 29, 22, 0, tzinfo=UTC), date(2026, 3, 30)),
            ("Europe/Berlin", datetime(2026, 10, 24, 22, 0, tzinfo=UTC), date(2026, 10, 25)),
            ("Europe/Berlin", datetime(2026, 10, 25, 22, 59, tzinfo=UTC), date(2026, 10, 25)),
            ("Europe/Berlin", datetime(2026, 10, 25, 23, 0, tzinfo=UTC), date(2026, 10, 26)),
        ],
    )
    def test_is_the_own(self, source: Source, zone: str, moment: datetime, day: date) -> None:
        row = balance_transaction_row(created_at=moment)
        assert days_of(in_zone(source, zone), "balance_transactions", row) == {day}

    @settings(
        max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
    )
    @given(
        moment=st.datetimes(datetime(2015, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
        zone=st.sampled_from(
            ["UTC", "Europe/Berlin", "America/New_York", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kolkata"]
        ),
        number=st.integers(0, 10**9),
    )
    def test_agrees_with_the_calendar_that_pages_use(
        self, source: Source, moment: datetime, zone: str, number: int
    ) -> None:
        row = balance_transaction_row(f"txn_{number}_{moment}_{zone}", created_at=moment)
        days = days_of(in_zone(source, zone), "balance_transactions", row)
        assert days <= {local_day(moment, zone)}


class TestAChange:
    def test_marks_the_day_before_and_the_day_after(self, source: Source) -> None:
        first, second = datetime(2026, 3, 10, 12, tzinfo=UTC), datetime(2026, 4, 20, 12, tzinfo=UTC)
        days_of(source, "balance_transactions", balance_transaction_row(created_at=first))
        moved = balance_transaction_row(created_at=second, version_at=LATER)
        assert days_of(source, "balance_transactions", moved) == {date(2026, 3, 10), date(2026, 4, 20)}

    def test_of_a_dispute_marks_its_own_its_charges_and_its_closing_day(self, source: Source) -> None:
        opened, charged, closed = (datetime(2026, month, 5, 12, tzinfo=UTC) for month in (3, 1, 5))
        days_of(source, "disputes", dispute_row(created_at=opened, charge_created_at=charged))
        lost = dispute_row(
            created_at=opened, charge_created_at=charged, closed_at=closed, status="lost", version_rank=70
        )
        assert days_of(source, "disputes", lost) == {opened.date(), charged.date(), closed.date()}

    def test_of_a_payout_marks_its_arrival_as_it_stands(self, source: Source) -> None:
        created = datetime(2026, 3, 10, 23, 30, tzinfo=UTC)
        row = payout_row(created_at=created, arrival_date=date(2026, 3, 12))
        assert days_of(source, "payouts", row) == {date(2026, 3, 12), date(2026, 3, 11)}

    def test_of_a_subscription_marks_the_day_it_happened(self, source: Source) -> None:
        days_of(source, "subscriptions", subscription_row())
        changed = subscription_row(items=[], version_at=datetime(2026, 7, 1, 12, tzinfo=UTC))
        assert date(2026, 7, 1) in days_of(source, "subscriptions", changed)

    def test_that_loses_marks_nothing(self, source: Source) -> None:
        days_of(source, "balance_transactions", balance_transaction_row(version_at=LATER))
        older = balance_transaction_row(amount=5, created_at=datetime(2020, 1, 1, tzinfo=UTC))
        assert days_of(source, "balance_transactions", older) == set()


class TestTaking:
    def test_removes_the_marks_newest_first(self, source: Source, world: World) -> None:
        days = [date(2026, 3, day) for day in (1, 2, 3)]
        mark_dirty(source, desk="payments", days=days)
        with acting_for(world.business):
            assert take_dirty_days(world.business, desk="payments", limit=2) == [
                (source.pk, days[2]),
                (source.pk, days[1]),
            ]
            assert take_dirty_days(world.business, desk="payments") == [(source.pk, days[0])]
            assert take_dirty_days(world.business, desk="payments") == []

    def test_leaves_other_desks_and_businesses_alone(self, source: Source, world: World) -> None:
        mark_dirty(source, desk="commerce", days=[date(2026, 3, 1)])
        mark_dirty(make_source(world.other), desk="payments", days=[date(2026, 3, 1)])
        assert take_dirty_days(world.business, desk="payments") == []
        assert DirtyDay.objects.count() == 2

    def test_a_day_is_marked_once(self, source: Source) -> None:
        for _ in range(3):
            mark_dirty(source, desk="payments", days=[date(2026, 3, 1)])
        assert DirtyDay.objects.of(source.business).count() == 1
