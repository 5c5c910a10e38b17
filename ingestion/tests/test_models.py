"""What the tables themselves refuse, and the small questions their rows answer."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.periods import Period
from accounts.testing.world import MOMENT, World
from ingestion.models import (
    BalanceReading,
    BalanceTransaction,
    Charge,
    Dispute,
    OAuthState,
    Payout,
    Reconciliation,
    Source,
    SyncRun,
)
from ingestion.pipeline.merge import merge
from ingestion.testing.factories import (
    SEEN,
    balance_transaction_row,
    charge_row,
    dispute_row,
    make_source,
    payout_row,
)

pytestmark = pytest.mark.django_db


class TestSource:
    def test_an_account_is_connected_once_across_businesses(self, world: World) -> None:
        make_source(world.business, external_account="acct_1")
        with pytest.raises(IntegrityError, match="source_account_once"), transaction.atomic():
            make_source(world.other, external_account="acct_1")
        make_source(world.other, external_account="acct_1", livemode=False)

    @pytest.mark.parametrize("state", ["revoked", "disconnected"])
    def test_an_account_that_was_let_go_can_be_connected_again(self, world: World, state: str) -> None:
        make_source(world.business, external_account="acct_1", state=state)
        make_source(world.other, external_account="acct_1")

    def test_uploads_without_an_account_may_be_many(self, world: World) -> None:
        make_source(world.business, external_account="")
        make_source(world.other, external_account="")

    def test_knows_no_other_state(self, world: World) -> None:
        with pytest.raises(IntegrityError, match="source_state_known"):
            make_source(world.business, state="paused")

    def test_its_secret_is_readable_here_and_not_in_the_table(self, world: World) -> None:
        source = make_source(world.business, secret={"key": "rk_live_123"})
        assert Source.objects.get(pk=source.pk).secret == {"key": "rk_live_123"}
        with connection.cursor() as cursor:
            cursor.execute("select secret from ingestion_source where id = %s", [source.pk])
            assert "rk_live" not in cursor.fetchone()[0]

    def test_lists_which_can_be_asked_now(self, world: World) -> None:
        active = make_source(world.business, auth_mode="key", external_account="a")
        make_source(world.business, auth_mode="key", external_account="b", state="needs_reconnect")
        make_source(world.business, external_account="c")
        make_source(world.other, auth_mode="key", external_account="d")
        assert list(Source.objects.of(world.business).syncable()) == [active]
        assert Source.objects.of(world.business).connected().count() == 3

    def test_takes_its_facts_along_even_when_deleted_in_raw_sql(self, world: World) -> None:
        source, other = make_source(world.business), make_source(world.other)
        for of in (source, other):
            merge(of, "charges", [charge_row()], observed_at=SEEN)
        with connection.cursor() as cursor:
            cursor.execute("delete from ingestion_dirtyday; delete from ingestion_source where id = %s", [source.pk])
        assert list(Charge.objects.values_list("source_id", flat=True)) == [other.pk]

    def test_goes_with_its_business(self, world: World) -> None:
        merge(make_source(world.business), "charges", [charge_row()], observed_at=SEEN)
        world.business.delete()
        assert not Charge.objects.exists() and not Source.objects.exists()


class TestCountsThatMustAddUp:
    def test_of_a_run(self, world: World) -> None:
        source = make_source(world.business)
        with pytest.raises(IntegrityError, match="run_counts_add_up"):
            SyncRun.objects.create(business=world.business, source=source, kind="sweep", seen=3, new=1)

    def test_of_a_reconciliation(self, world: World) -> None:
        source = make_source(world.business)
        with pytest.raises(IntegrityError, match="drift_adds_up"):
            Reconciliation.objects.create(
                business=world.business, source=source, currency="usd", ledger=5, balance=3, drift=0
            )

    def test_of_a_balance(self, world: World) -> None:
        assert BalanceReading(available=5, pending=-2, reserved=4).total == 7


class TestOAuthState:
    def test_is_open_for_ten_minutes_and_once(self, world: World) -> None:
        state = OAuthState(business=world.business, user=world.owner, created_at=MOMENT)
        assert state.is_open(now=MOMENT + timedelta(minutes=9, seconds=59))
        assert not state.is_open(now=MOMENT + timedelta(minutes=10))
        state.used_at = MOMENT
        assert not state.is_open(now=MOMENT)


class TestReadingFacts:
    def test_within_a_period_of_the_own_days(self, world: World) -> None:
        source = make_source(world.business)
        period = Period(date(2026, 3, 29), date(2026, 3, 30), "Europe/Berlin")
        moments = {
            "before": period.starts_at - timedelta(seconds=1),
            "first": period.starts_at,
            "last": period.ends_at - timedelta(seconds=1),
            "after": period.ends_at,
        }
        rows = [balance_transaction_row(key, created_at=moment) for key, moment in moments.items()]
        merge(source, "balance_transactions", rows, observed_at=SEEN)
        inside = BalanceTransaction.objects.of(world.business).within(period).order_by("created_at")
        assert [row.external_id for row in inside] == ["first", "last"]

    def test_within_a_period_of_payouts_goes_by_arrival(self, world: World) -> None:
        source = make_source(world.business)
        rows = [payout_row(f"po_{day}", arrival_date=date(2026, 3, day)) for day in (11, 12, 13)]
        merge(source, "payouts", rows, observed_at=SEEN)
        inside = Payout.objects.of(world.business).within(Period(date(2026, 3, 12), date(2026, 3, 13), "UTC"))
        assert [row.external_id for row in inside] == ["po_12"]

    def test_successful_charges_are_captured_ones(self, world: World) -> None:
        source = make_source(world.business)
        rows = [
            charge_row("yes"),
            charge_row("authorised", captured=False),
            charge_row("failed", status="failed", paid=False),
        ]
        merge(source, "charges", rows, observed_at=SEEN)
        assert [row.external_id for row in Charge.objects.of(world.business).successful()] == ["yes"]

    def test_answerable_disputes_are_open_and_in_time_nearest_first(self, world: World) -> None:
        source = make_source(world.business)
        rows: list[Any] = [
            dispute_row("far", evidence_due_by=MOMENT + timedelta(9)),
            dispute_row("near", evidence_due_by=MOMENT + timedelta(1)),
            dispute_row("late", evidence_due_by=MOMENT - timedelta(1)),
            dispute_row("reviewed", evidence_due_by=MOMENT + timedelta(1), status="under_review"),
            dispute_row("undated"),
            dispute_row("won", status="won", version_rank=70),
        ]
        merge(source, "disputes", rows, observed_at=SEEN)
        disputes = Dispute.objects.of(world.business)
        assert [row.external_id for row in disputes.answerable(as_of=MOMENT)] == ["near", "far"]
        assert disputes.open().count() == 5

    def test_a_window_is_read_through_its_index(self, world: World) -> None:
        source = make_source(world.business)
        start = SEEN
        rows = [balance_transaction_row(f"txn_{n}", created_at=start + timedelta(hours=n)) for n in range(3000)]
        merge(source, "balance_transactions", rows, observed_at=SEEN)
        with connection.cursor() as cursor:
            cursor.execute("analyze ingestion_balancetransaction")
            cursor.execute("set local enable_seqscan = off")  # so few rows may be read either way; can it be used?
        period = Period(start.date(), start.date() + timedelta(2), "UTC")
        plan = BalanceTransaction.objects.of(world.business).from_source(source).within(period).explain()
        assert "balance_transaction_created" in plan
