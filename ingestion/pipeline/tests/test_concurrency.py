"""Several merges, and the taking of dirty days, at the same time on real connections."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier, Event
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.tenancy import acting_for
from accounts.testing.world import World
from ingestion.models import BalanceTransaction, DirtyDay, Source
from ingestion.pipeline.dirty import mark_dirty, take_dirty_days
from ingestion.pipeline.merge import merge
from ingestion.pipeline.report import MergeReport
from ingestion.testing.factories import SEEN, balance_transaction_row, charge_row, make_source

pytestmark = pytest.mark.django_db(transaction=True)
LIMIT = 60


@pytest.fixture
def source(world: World) -> Source:
    return make_source(world.business)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as threads:
        yield threads


def own_connection(work: Callable[[], Any]) -> Callable[[], Any]:
    """Run on a connection of the thread's own, and close it."""

    def run() -> Any:
        try:
            return work()
        finally:
            connection.close()

    return run


def merging(source: Source, *batches: tuple[str, list[Any]], at: Barrier | None = None) -> Callable[[], Any]:
    """A tenant transaction that merges the batches one after the other, begun together with its rivals."""

    def work() -> list[MergeReport]:
        if at is not None:
            at.wait(LIMIT)
        with acting_for(source.business):
            return [merge(source, stream, rows, observed_at=SEEN) for stream, rows in batches]

    return own_connection(work)


class TestMergesAtOnce:
    def test_lose_no_update_and_count_each_row_once(self, source: Source, pool: ThreadPoolExecutor) -> None:
        """Four writers bring overlapping versions of the same 300 keys in different orders."""
        start = Barrier(4)

        def rows(writer: int) -> list[Any]:
            numbers = range(300) if writer % 2 else range(299, -1, -1)
            version = SEEN + timedelta(hours=writer)
            return [balance_transaction_row(f"txn_{n:03}", amount=writer, version_at=version) for n in numbers]

        jobs = [pool.submit(merging(source, ("balance_transactions", rows(n)), at=start)) for n in (3, 0, 2, 1)]
        reports = [report for job in jobs for report in job.result(LIMIT)]
        assert sum(report.new for report in reports) == 300
        assert sum(report.seen for report in reports) == 1200
        held = BalanceTransaction.objects.of(source.business).values_list("amount", flat=True)
        assert list(held) == [3] * 300

    def test_never_wait_for_each_other_in_a_circle(self, source: Source, pool: ThreadPoolExecutor) -> None:
        """Two transactions merge two streams, and the same keys in two batches, each the other way round."""
        start = Barrier(2)
        ledger = [balance_transaction_row(f"txn_{n}") for n in range(100)]
        charges = [charge_row(f"ch_{n}") for n in range(100)]
        there = [("balance_transactions", ledger[:50]), ("charges", charges), ("balance_transactions", ledger[50:])]
        back = [("balance_transactions", ledger[50:]), ("charges", charges), ("balance_transactions", ledger[:50])]
        jobs = [pool.submit(merging(source, *batches, at=start)) for batches in (there, back)]
        reports = [report for job in jobs for report in job.result(LIMIT)]
        assert sum(report.new for report in reports) == 200

    def test_into_different_sources_do_not_wait_at_all(
        self, source: Source, world: World, pool: ThreadPoolExecutor
    ) -> None:
        other = make_source(world.other)
        with transaction.atomic():
            merge(source, "balance_transactions", [balance_transaction_row()], observed_at=SEEN)
            done = pool.submit(merging(other, ("balance_transactions", [balance_transaction_row()])))
            assert done.result(LIMIT)[0].new == 1


class TestTakingDirtyDaysDuringAMerge:
    def test_leaves_a_day_whose_new_facts_cannot_be_seen_yet(
        self, source: Source, world: World, pool: ThreadPoolExecutor
    ) -> None:
        """Else the mark would be gone before the facts behind it came, and the day would stay wrong for ever."""
        day = balance_transaction_row().created_at.date()
        mark_dirty(source, desk="payments", days=[day, date(2026, 1, 1)])
        merged, may_end = Event(), Event()

        def slow_merge() -> None:
            with acting_for(world.business):
                merge(source, "balance_transactions", [balance_transaction_row()], observed_at=SEEN)
                merged.set()
                assert may_end.wait(LIMIT)

        running = pool.submit(own_connection(slow_merge))
        assert merged.wait(LIMIT)
        with acting_for(world.business):
            assert take_dirty_days(world.business, desk="payments") == [(source.pk, date(2026, 1, 1))]
        may_end.set()
        running.result(LIMIT)
        with acting_for(world.business):
            assert take_dirty_days(world.business, desk="payments") == [(source.pk, day)]

    def test_a_recomputation_that_fails_gives_the_marks_back(self, source: Source, world: World) -> None:
        mark_dirty(source, desk="payments", days=[date(2026, 1, 1)])
        with pytest.raises(ZeroDivisionError), acting_for(world.business):
            take_dirty_days(world.business, desk="payments")
            raise ZeroDivisionError
        assert DirtyDay.objects.of(world.business).count() == 1


class TestDeletingASourceDuringAMerge:
    def test_waits_and_then_refuses_rather_than_leave_facts_without_a_source(
        self, source: Source, pool: ThreadPoolExecutor
    ) -> None:
        """The deletion could not see the facts when it began; once it can, a second one takes them along."""
        merged, may_end = Event(), Event()

        def slow_merge() -> None:
            with acting_for(source.business):
                merge(source, "balance_transactions", [balance_transaction_row()], observed_at=SEEN)
                merged.set()
                assert may_end.wait(LIMIT)

        def delete() -> None:
            with connection.cursor() as cursor:
                cursor.execute("set application_name = 'deleting'")
            source.delete()

        merging_now = pool.submit(own_connection(slow_merge))
        assert merged.wait(LIMIT)
        deleting = pool.submit(own_connection(delete))
        while not _waits("deleting"):
            assert not deleting.done()
        may_end.set()
        merging_now.result(LIMIT)
        with pytest.raises(IntegrityError):
            deleting.result(LIMIT)
        assert BalanceTransaction.objects.count() == Source.objects.count() == 1
        source.delete()
        assert not Source.objects.exists()
        assert not BalanceTransaction.objects.exists()


def _waits(application: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from pg_stat_activity where application_name = %s and wait_event_type = 'Lock'",
            [application],
        )
        return bool(cursor.fetchone()[0])
