"""The desk's frame: which account, what is read of it, which rows stand behind a figure, and when it is computed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from accounts.errors import NotYours
from accounts.tenancy import acting_for
from analytics.evidence.rows import row_totals
from analytics.figures import Rows
from analytics.models import TradingFreshness, TradingSnapshot
from analytics.testing.traders import Trader, record_of_results, simulated
from analytics.testing.trading_desk import NOW, account, save
from analytics.trading import tasks
from analytics.trading.accounts import accounts_of, chosen_account
from analytics.trading.faces import said
from analytics.trading.loading import beside_of, booked_apart, record_of, starting
from analytics.trading.state import desk_state
from ingestion.models import CashFlow, DirtyDay, Source, Statement, Trade, TradingAccount
from ingestion.pipeline.followups import announce


def flow(of: Source, kind: str, amount: str, at: datetime) -> None:
    known = {"at": at, "kind": kind, "amount": Decimal(amount), "currency": "usd"}
    known |= {"observed_at": NOW, "version_at": at, "content_hash": 1}
    CashFlow.objects.create(business=of.business, source=of, external_id=f"{kind}{at}", **known)


class TestAccounts:
    def test_the_latest_close_comes_first_and_another_may_be_asked_for(self, world):
        old, new, empty = (account(world.business, label=name) for name in ("Old", "New", "Empty"))
        save(old, simulated(Trader(n=4)))
        save(new, simulated(Trader(n=40)))
        with acting_for(world.business):
            assert [one.label for one in accounts_of(world.business)] == ["New", "Old", "Empty"]
            assert chosen_account(world.business) == new
            assert chosen_account(world.business, str(empty.pk)) == empty

    def test_another_business_has_none_of_them(self, world):
        mine = account(world.business)
        with acting_for(world.other), pytest.raises(NotYours):
            chosen_account(world.other, str(mine.pk))
        with acting_for(world.other):
            assert accounts_of(world.other) == ()

    def test_the_number_is_masked(self, world):
        account(world.business, label="Main", number_last4="4711")
        assert accounts_of(world.business)[0].label == "Main …4711"


class TestRecord:
    def test_what_was_saved_is_read_again(self, world):
        kept = simulated(Trader(n=60))
        of = account(world.business)
        save(of, kept)
        read = record_of(world.business, of)
        assert read.exact == kept.exact and read.keys == kept.keys
        assert np.allclose(read.closed, kept.closed) and (read.session == kept.session).all()
        assert np.allclose(read.size, kept.size) and np.allclose(read.costs, kept.costs)
        assert np.allclose(read.risk, np.round(kept.risk, 2))
        assert (read.balance, read.currency) == (kept.balance, "usd")

    def test_open_and_unsupported_trades_count_nowhere(self, world):
        of = account(world.business)
        save(of, record_of_results([1, 2, 3]))
        Trade.objects.filter(key="t000001").update(supported=False)
        Trade.objects.filter(key="t000002").update(closed_at=None)
        assert record_of(world.business, of).net.tolist() == [1.0]

    def test_a_stop_that_is_not_the_initial_one_is_no_risk(self, world):
        of = account(world.business)
        save(of, simulated(Trader(n=4)))
        Trade.objects.filter(key="t000000").update(stop_quality="last_known")
        assert np.isfinite(record_of(world.business, of).risk).tolist() == [False, True, True, True]

    def test_reads_stops_and_the_exits_of_decisions_that_were_closed_in_parts(self, world):
        of = account(world.business)
        save(of, record_of_results([1, 2]))
        parts = [["2026-01-05T09:00:00+00:00", "1", "101.5", "4"], ["2026-01-05T09:10:00+00:00", "1", "103", "5"]]
        Trade.objects.filter(key="t000000").update(exits=parts, stop=Decimal("99.5"))
        Trade.objects.filter(key="t000001").update(exits=parts[:1])
        read = record_of(world.business, of)
        assert (read.first_exit[0], read.last_exit[0], read.stop[0]) == (101.5, 103, 99.5)
        assert np.isnan([read.first_exit[1], read.last_exit[1], read.stop[1]]).all()

    def test_reads_up_to_a_moment(self, world):
        kept = simulated(Trader(n=12))
        of = account(world.business)
        save(of, kept)
        at = datetime.fromtimestamp(float(kept.closed[4]), tz=UTC)
        assert len(record_of(world.business, of, as_of=at)) == 5

    def test_an_account_without_trades_is_an_empty_record(self, world):
        of = account(world.business)
        assert len(record_of(world.business, of)) == 0

    def test_asks_three_times_whatever_the_number_of_trades(self, world, django_assert_num_queries):
        of = account(world.business)
        save(of, simulated(Trader(n=200)))
        with django_assert_num_queries(3):
            record_of(world.business, of)
        assert beside_of(world.business, of).daily_loss_limit is None

    def test_money_moved_before_belongs_to_the_balance_and_fees_to_neither(self, world):
        of = account(world.business)
        kept = record_of_results([10, -5], balance=None)
        save(of, kept)
        first = datetime.fromtimestamp(float(kept.opened[0]), tz=UTC)
        flow(of, "deposit", "1000", first - timedelta(days=1))
        flow(of, "withdrawal", "-200", first + timedelta(minutes=45))
        flow(of, "fee", "-7", first)
        read = record_of(world.business, of)
        assert read.balance == 1000
        assert [amount for _, amount in read.flows] == [-200]
        assert booked_apart(world.business, of) == -7

    def test_another_business_reads_nothing(self, world):
        of = account(world.business)
        save(of, simulated(Trader(n=4)))
        with acting_for(world.other), pytest.raises(TradingAccount.DoesNotExist):
            record_of(world.other, of)


@pytest.mark.parametrize(
    ("stated", "moved", "balance"),
    [
        (None, [], None),
        (Decimal(500), [], 500),
        (Decimal(500), [(1.0, Decimal(100))], 600),
        (None, [(9.0, Decimal(100))], None),
        (Decimal(100), [(1.0, Decimal(-100))], None),
    ],
)
def test_the_balance_before_the_first_decision(stated, moved, balance):
    assert starting(stated, moved, before=5.0)[0] == balance


class TestRows:
    @pytest.fixture
    def of(self, world):
        of = account(world.business)
        save(of, record_of_results([10, -5, 0, 7, -3, 4], a_day=3))
        return of

    @pytest.mark.parametrize(
        ("filters", "n", "net"),
        [
            ({}, 6, 1300),
            ({"outcome": "loss"}, 2, -800),
            ({"outcome": "zero"}, 1, 0),
            ({"hour": "8"}, 2, 1700),
            ({"weekday": "2"}, 3, 800),
            ({"order": "2"}, 2, -800),
            ({"order": "2+"}, 4, -400),
            ({"start": "2026-01-06"}, 3, 800),
            ({"instrument": "Y"}, 0, None),
            ({"keys": "t000000,t000003"}, 2, 1700),
            ({"held_to": "1800"}, 0, None),
            ({"held_from": "1800"}, 6, 1300),
            ({"direction": "-1"}, 0, None),
        ],
    )
    def test_filters_count_and_add_up(self, world, of, filters, n, net):
        found = row_totals(world.business, Rows.of("trading.trades", account=of.pk, **filters))
        assert found.n == n
        assert [total for _, _, total in found.sums] == ([] if net is None else [net])

    def test_another_business_lists_nothing(self, world, of):
        with acting_for(world.other), pytest.raises(NotYours):
            row_totals(world.other, Rows.of("trading.trades", account=of.pk))


class TestTasks:
    def test_changed_trades_are_stale_until_they_are_computed(self, world, run_jobs):
        of = account(world.business)
        save(of, simulated(Trader(n=30)))
        DirtyDay.objects.create(business=world.business, source=of, desk="trading", day=NOW.date())
        announce(of, desks=["trading"])
        announce(of, desks=["trading"])
        assert TradingFreshness.objects.get(source=of).stale_since is not None
        jobs = [job for job in run_jobs() if job.name == "trading.recompute"]
        assert [job.state for job in jobs] == ["done"]
        fresh = TradingFreshness.objects.get(source=of)
        assert (fresh.stale_since, fresh.n) == (None, 30) and "kpis" not in fresh.failed
        assert TradingSnapshot.objects.filter(source=of, module="kpis").exists()
        assert not DirtyDay.objects.filter(source=of).exists()

    @pytest.mark.parametrize(("counts", "state"), [({"accepted": 5}, "done"), ({"quarantined": 1}, "partial")])
    def test_statements_that_waited_are_done(self, world, run_jobs, counts, state):
        of = account(world.business)
        waiting = Statement.objects.create(
            business=world.business,
            source=of,
            way="baseline",
            size=1,
            sha256="a" * 64,
            state="analysing",
            counts=counts,
        )
        tasks.recompute.enqueue(world.business, source_id=of.pk)
        run_jobs()
        waiting.refresh_from_db()
        assert (waiting.state, waiting.finished_at is not None) == (state, True)

    def test_an_account_that_is_gone_is_no_failure(self, world, run_jobs):
        tasks.recompute.enqueue(world.business, source_id=987654)
        assert run_jobs()[0].state == "done"

    def test_what_nobody_took_is_found(self, world, run_jobs):
        of, other = account(world.business), account(world.other)
        save(other, simulated(Trader(n=4)))
        DirtyDay.objects.create(business=world.business, source=of, desk="trading", day=NOW.date())
        tasks.watch.enqueue()
        assert [job.args for job in run_jobs() if job.name == "trading.recompute"] == [{"source_id": of.pk}]
        tasks.nightly.enqueue()
        assert [job.args for job in run_jobs() if job.name == "trading.recompute"] == [{"source_id": other.pk}]


class TestState:
    def test_tells_what_a_page_can_show(self, world):
        assert desk_state(world.business).kind == "no_account"
        of = account(world.business)
        assert desk_state(world.business).kind == "no_trades"
        statement = Statement.objects.create(
            business=world.business, source=of, way="baseline", size=1, sha256="a" * 64, state="parsing"
        )
        assert desk_state(world.business).kind == "importing"
        save(of, simulated(Trader(n=4)))
        Statement.objects.filter(pk=statement.pk).update(state="needs_input")
        found = desk_state(world.business)
        assert (found.kind, found.waits, found.under_way) == ("computing", statement, None)
        TradingFreshness.objects.create(
            business=world.business, source=of, computed_at=NOW, n=4, failed={"kpis": "ValueError"}
        )
        found = desk_state(world.business)
        assert (found.kind, found.n, found.failed) == ("ready", 4, ("kpis",))


def test_exported_cells_run_no_formula():
    assert [said(cell) for cell in ("=1+1", "+a", -5, Decimal("1E+3"), None)] == ["'=1+1", "'+a", "-5", "1000", ""]
