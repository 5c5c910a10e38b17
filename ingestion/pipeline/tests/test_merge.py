"""The merge: what is written, what is counted, what is left alone."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.errors import NotYours
from accounts.tenancy import acting_for
from accounts.testing.world import World
from ingestion.models import (
    BalanceTransaction,
    Charge,
    DirtyDay,
    Dispute,
    Payout,
    QuarantinedRow,
    Source,
    Subscription,
    SyncRun,
)
from ingestion.pipeline.merge import merge
from ingestion.pipeline.report import MergeReport
from ingestion.pipeline.rows import Rejected
from ingestion.pipeline.runs import close_run, open_run
from ingestion.pipeline.statements import STAGE_HEADS, statements_of
from ingestion.pipeline.streams import STREAMS
from ingestion.testing.factories import (
    NOON,
    SAMPLE_ROWS,
    SEEN,
    balance_transaction_row,
    charge_row,
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


def merged(source: Source, stream: str, *rows: Any, **extra: Any) -> MergeReport:
    with acting_for(source.business):
        report = merge(source, stream, rows, observed_at=SEEN, **extra)
    assert report.seen == report.new + report.changed + report.unchanged + report.quarantined == len(rows)
    return report


def ledger(source: Source, *rows: Any, **extra: Any) -> MergeReport:
    return merged(source, "balance_transactions", *rows, **extra)


def counts(report: MergeReport) -> tuple[int, int, int, int]:
    return report.new, report.changed, report.unchanged, report.quarantined


def row_versions(table: str = "ingestion_balancetransaction") -> list[tuple[Any, ...]]:
    """Changes when any row is written or only locked."""
    with connection.cursor() as cursor:
        cursor.execute(f"select external_id, ctid::text, xmin::text, xmax::text from {table} order by 1")
        return list(cursor.fetchall())


class TestMerge:
    @pytest.mark.parametrize("key", list(STREAMS))
    def test_stores_every_column_of_every_stream(self, source: Source, key: str) -> None:
        stream, row = STREAMS[key], SAMPLE_ROWS[key]
        assert counts(merged(source, key, row)) == (1, 0, 0, 0)
        fact = stream.model.objects.of(source.business).get()
        assert {name: getattr(fact, name) for name in stream.columns} == row._asdict()
        assert (fact.source_id, fact.observed_at) == (source.pk, SEEN)

    def test_brings_awkward_texts_through_unharmed(self, source: Source) -> None:
        text = "tab\t newline\n return\r back\\slash \\N quote\" 'single' \x1f ünïcödé 🎈"
        ledger(source, balance_transaction_row(description=text, source_object="\\N"))
        fact = BalanceTransaction.objects.of(source.business).get()
        assert (fact.description, fact.source_object) == (text, "\\N")

    def test_brings_awkward_json_through_unharmed(self, source: Source) -> None:
        items = [{"id": 'a"\\\t\n', "unit_amount": "0.5", "nested": [None, True, {"é": "🎈"}]}]
        merged(source, "subscriptions", subscription_row(items=items))
        assert Subscription.objects.of(source.business).get().items == items

    def test_counts_new_changed_and_unchanged(self, source: Source) -> None:
        ledger(source, balance_transaction_row("a"), balance_transaction_row("b"))
        report = ledger(
            source,
            balance_transaction_row("a"),
            balance_transaction_row("b", amount=2000, version_at=LATER),
            balance_transaction_row("c"),
        )
        assert counts(report) == (1, 1, 1, 0)
        assert BalanceTransaction.objects.of(source.business).get(external_id="b").amount == 2000

    def test_keeps_the_newer_version_when_the_older_comes_late(self, source: Source) -> None:
        ledger(source, balance_transaction_row(amount=2000, version_at=LATER))
        assert counts(ledger(source, balance_transaction_row(amount=1000))) == (0, 0, 1, 0)
        assert BalanceTransaction.objects.of(source.business).get().amount == 2000

    def test_of_two_versions_in_one_second_the_more_final_holds(self, source: Source) -> None:
        pending = payout_row(status="pending", version_rank=10)
        paid = payout_row(status="paid", version_rank=50)
        for first, second in ((pending, paid), (paid, pending)):
            merged(source, "payouts", first)
            merged(source, "payouts", second)
            assert Payout.objects.of(source.business).get().status == "paid"
            Payout.objects.of(source.business).delete()

    def test_an_identical_replay_writes_nothing(self, source: Source) -> None:
        rows = [balance_transaction_row(f"txn_{n}") for n in range(50)]
        ledger(source, *rows)
        DirtyDay.objects.of(source.business).delete()
        before = row_versions()
        report = ledger(source, *reversed(rows))
        assert counts(report) == (0, 0, 50, 0)
        assert report.dirty_days == frozenset()
        assert row_versions() == before
        assert not DirtyDay.objects.of(source.business).exists()

    def test_the_same_content_seen_later_counts_as_unchanged_and_remembers_when(self, source: Source) -> None:
        ledger(source, balance_transaction_row())
        DirtyDay.objects.of(source.business).delete()
        report = ledger(source, balance_transaction_row(version_at=LATER))
        assert counts(report) == (0, 0, 1, 0)
        assert BalanceTransaction.objects.of(source.business).get().version_at == LATER
        assert not DirtyDay.objects.of(source.business).exists()

    def test_counts_all_but_the_winner_of_a_repeated_key_as_unchanged(self, source: Source) -> None:
        old, new = balance_transaction_row(amount=1), balance_transaction_row(amount=2, version_at=LATER)
        assert counts(ledger(source, new, old, new, old)) == (1, 0, 3, 0)
        assert BalanceTransaction.objects.of(source.business).get().amount == 2

    def test_keeps_the_sources_of_one_business_apart(self, source: Source, world: World) -> None:
        second = make_source(world.business, external_account="acct_second")
        ledger(source, balance_transaction_row(amount=1))
        assert counts(ledger(second, balance_transaction_row(amount=2))) == (1, 0, 0, 0)
        amounts = BalanceTransaction.objects.of(world.business).order_by("amount").values_list("amount", flat=True)
        assert list(amounts) == [1, 2]

    def test_goes_on_over_several_batches(self, source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("ingestion.pipeline.merge.BATCH", 7)
        rows = [balance_transaction_row(f"txn_{n % 40}", amount=n, version_at=SEEN + timedelta(n)) for n in range(60)]
        report = ledger(source, *rows)
        assert (report.new, report.new + report.changed + report.unchanged) == (40, 60)
        held = BalanceTransaction.objects.of(source.business).values_list("external_id", "amount")
        assert dict(held) == {f"txn_{n}": n + 40 if n < 20 else n for n in range(40)}

    def test_a_replay_in_batches_still_finds_the_one_row_that_differs(
        self, source: Source, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("ingestion.pipeline.merge.BATCH", 10)
        rows = [balance_transaction_row(f"txn_{n:02}") for n in range(50)]
        ledger(source, *rows)
        before = {row[0]: row[1:] for row in row_versions()}
        rows[37] = rows[37]._replace(amount=7, net=-52, version_at=LATER)
        report = ledger(source, *rows, balance_transaction_row("txn_new"), balance_transaction_row("bad", net=5))
        assert counts(report) == (1, 1, 49, 1)
        after = {row[0]: row[1:] for row in row_versions()}
        assert {key for key in after if after[key] != before.get(key)} == {"txn_37", "txn_new"}

    def test_a_replay_in_batches_writes_nothing(self, source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("ingestion.pipeline.merge.BATCH", 10)
        rows = [balance_transaction_row(f"txn_{n:02}") for n in range(50)]
        ledger(source, *rows)
        before = row_versions()
        report = ledger(source, *rows, rows[3])
        assert (counts(report), report.dirty_days) == ((0, 0, 51, 0), frozenset())
        assert row_versions() == before

    def test_nothing_is_nothing(self, source: Source) -> None:
        assert ledger(source) == MergeReport("balance_transactions")

    def test_works_as_the_owner_too(self, source: Source) -> None:
        report = merge(source, "balance_transactions", [balance_transaction_row()], observed_at=SEEN)
        assert counts(report) == (1, 0, 0, 0)

    def test_refuses_a_source_that_is_gone(self, source: Source) -> None:
        held = Source.objects.get(pk=source.pk)
        source.delete()
        with pytest.raises(NotYours):
            merge(held, "balance_transactions", [balance_transaction_row()], observed_at=SEEN)

    def test_does_not_know_a_stream_nobody_keeps(self, source: Source) -> None:
        with pytest.raises(KeyError):
            merge(source, "customers", [], observed_at=SEEN)

    def test_needs_the_same_number_of_queries_for_any_number_of_rows(
        self, source: Source, django_assert_num_queries: Any
    ) -> None:
        rows = [balance_transaction_row(f"txn_{n}") for n in range(500)]
        source.business.time_zone  # noqa: B018 - loaded before counting
        with django_assert_num_queries(11):
            merge(source, "balance_transactions", rows, observed_at=SEEN)


class TestEnds:
    """Final states are never reopened, except paid → failed, won or lost → appeal, succeeded → failed."""

    def test_an_open_state_never_displaces_an_end_however_new(self, source: Source) -> None:
        merged(source, "disputes", dispute_row(status="lost", version_rank=70))
        late = dispute_row(status="needs_response", version_rank=30, version_at=LATER)
        assert counts(merged(source, "disputes", late)) == (0, 0, 1, 0)
        assert Dispute.objects.of(source.business).get().status == "lost"

    def test_an_end_displaces_an_open_state_even_when_it_is_told_late(self, source: Source) -> None:
        merged(source, "disputes", dispute_row(status="under_review", version_rank=40, version_at=LATER))
        assert counts(merged(source, "disputes", dispute_row(status="lost", version_rank=70))) == (0, 1, 0, 0)

    def test_a_lost_dispute_can_be_appealed_and_then_won(self, source: Source) -> None:
        for hours, (status, rank) in enumerate((("lost", 70), ("appeal_under_review", 90), ("won", 70))):
            merged(
                source,
                "disputes",
                dispute_row(status=status, version_rank=rank, version_at=SEEN + timedelta(hours=hours)),
            )
        assert Dispute.objects.of(source.business).get().status == "won"

    def test_a_paid_payout_can_fail_and_a_failed_one_is_never_paid(self, source: Source) -> None:
        merged(source, "payouts", payout_row(status="paid", version_rank=50))
        merged(source, "payouts", payout_row(status="failed", version_rank=70, version_at=LATER))
        again = payout_row(status="paid", version_rank=50, version_at=LATER + timedelta(days=1))
        assert counts(merged(source, "payouts", again)) == (0, 0, 1, 0)
        assert Payout.objects.of(source.business).get().status == "failed"

    def test_what_has_ended_can_still_change_in_other_ways(self, source: Source) -> None:
        merged(source, "charges", charge_row())
        merged(source, "charges", charge_row(amount_refunded=500, version_at=LATER))
        assert Charge.objects.of(source.business).get().amount_refunded == 500


class TestQuarantine:
    def test_keeps_bad_rows_with_their_reason_and_loses_no_good_one(self, source: Source) -> None:
        report = ledger(
            source,
            balance_transaction_row("good"),
            balance_transaction_row("nul", description="\0"),
            balance_transaction_row("huge", amount=2**80, net=0),
            Rejected("strange", "unknown_currency", "No scale.", '{"id": "strange"}'),
        )
        assert counts(report) == (1, 0, 0, 3)
        kept = QuarantinedRow.objects.of(source.business).order_by("external_id")
        assert [(row.external_id, row.reason_code) for row in kept] == [
            ("huge", "out_of_range"),
            ("nul", "nul_character"),
            ("strange", "unknown_currency"),
        ]
        assert kept[2].raw == '{"id": "strange"}'

    def test_finds_the_rows_that_only_the_database_refuses(self, source: Source) -> None:
        rows = [balance_transaction_row(f"txn_{n:02}") for n in range(40)]
        rows[3] = balance_transaction_row("wrong_net", amount=100, fee=0, net=99)
        rows[31] = balance_transaction_row("wrong_too", amount=100, fee=0, net=98)
        assert counts(ledger(source, *rows)) == (38, 0, 0, 2)
        kept = QuarantinedRow.objects.of(source.business).order_by("external_id")
        assert [row.external_id for row in kept] == ["wrong_net", "wrong_too"]
        assert {row.reason_code for row in kept} == {"balance_transaction_net_adds_up"}

    def test_finds_json_that_the_database_refuses(self, source: Source) -> None:
        report = merged(
            source, "subscriptions", subscription_row("bad", items=[{"id": "\0"}]), subscription_row("good")
        )
        assert counts(report) == (1, 0, 0, 1)

    def test_a_batch_of_nothing_but_bad_rows_is_counted_too(self, source: Source) -> None:
        rows = [balance_transaction_row(f"txn_{n}", amount=1, fee=0, net=5) for n in range(9)]
        assert counts(ledger(source, *rows)) == (0, 0, 0, 9)

    def test_keeps_the_same_bad_row_once_until_it_is_resolved(self, source: Source, clock: Any) -> None:
        bad = Rejected("strange", "unknown_currency", "No scale.", "{}")
        ledger(source, bad)
        ledger(source, bad, bad)
        assert QuarantinedRow.objects.of(source.business).count() == 1
        QuarantinedRow.objects.of(source.business).update(resolved_at=clock)
        ledger(source, bad)
        assert QuarantinedRow.objects.of(source.business).open().count() == 1

    def test_stores_what_the_database_could_not_hold_as_escapes(self, source: Source) -> None:
        ledger(source, Rejected("a\0b", "bad", "why \ud800", "raw \0 \udfff"))
        kept = QuarantinedRow.objects.of(source.business).get()
        assert (kept.external_id, kept.reason, kept.raw) == ("a\\u0000b", "why \\ud800", "raw \\u0000 \\udfff")


class TestRun:
    def test_adds_up_what_its_merges_did(self, source: Source, clock: Any) -> None:
        run = open_run(source, SyncRun.Kind.BACKFILL, started_at=clock)
        ledger(source, balance_transaction_row("a"), balance_transaction_row("b"), run=run)
        ledger(source, balance_transaction_row("a", amount=7, version_at=LATER), run=run)
        merged(source, "charges", charge_row(), charge_row(paid=None), run=run)
        close_run(run, finished_at=clock, message="Done.")
        stored = SyncRun.objects.of(source.business).get()
        assert (stored.seen, stored.new, stored.changed, stored.unchanged, stored.quarantined) == (5, 3, 1, 0, 1)
        assert (stored.state, stored.finished_at, stored.message) == ("done", clock, "Done.")

    def test_is_named_by_the_facts_it_wrote(self, source: Source, clock: Any) -> None:
        run = open_run(source, SyncRun.Kind.BACKFILL, started_at=clock)
        ledger(source, balance_transaction_row(), run=run)
        assert BalanceTransaction.objects.of(source.business).get().run_id == run.pk

    def test_says_why_it_failed(self, source: Source, clock: Any) -> None:
        run = close_run(open_run(source, "sweep", started_at=clock), finished_at=clock, problem=NotYours("Gone."))
        assert (run.state, run.error_code, run.message) == ("failed", "not_found", "Gone.")


def test_prices_keep_their_fractions(world: World) -> None:
    source = make_source(world.business)
    ledger(source, balance_transaction_row(exchange_rate=Decimal("1.123456789012"), created_at=NOON))
    assert BalanceTransaction.objects.of(world.business).get().exchange_rate == Decimal("1.123456789012")


class TestPlan:
    """A lookup by anything but the unique key reads the whole business for each row: hours instead of seconds."""

    @pytest.mark.parametrize("as_tenant", [True, False], ids=["tenant", "owner"])
    @pytest.mark.parametrize(
        "statistics",
        [
            "select 1",
            "analyze ingestion_balancetransaction",
            # What a vacuum notes while all rows belong to an import that is still running.
            "update pg_class set reltuples = 0 where relname like '%balance%transaction%'",
        ],
        ids=["none", "of another business", "of an empty table"],
    )
    def test_goes_by_the_key_whatever_the_statistics_say(self, world: World, as_tenant: bool, statistics: str) -> None:
        known, newcomer = make_source(world.business), make_source(world.other)
        ledger(known, *(balance_transaction_row(f"txn_{n}") for n in range(3000)))
        statements = statements_of(STREAMS["balance_transactions"])
        values = {
            "business": newcomer.business_id, "source": newcomer.pk, "run": None, "observed_at": SEEN, "zone": "UTC",
        }  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(statistics)
            with acting_for(world.other) if as_tenant else transaction.atomic():
                cursor.execute(statements.stage)
                cursor.execute(STAGE_HEADS)
                for statement in (statements.decide, statements.keep_winners, statements.probe):
                    cursor.execute("explain " + statement.as_string(connection.connection), values)
                    plan = "\n".join(line for (line,) in cursor.fetchall())
                    assert "using balance_transaction_key on ingestion_balancetransaction f" in plan
                    assert "balance_transaction_created" not in plan

    @pytest.mark.parametrize("key", list(STREAMS))
    def test_no_other_index_of_a_fact_can_serve_a_lookup(self, key: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "select count(*) from pg_index where indrelid = %s::regclass and not indisunique and indpred is null",
                [STREAMS[key].table],
            )
            assert cursor.fetchone() == (0,)
