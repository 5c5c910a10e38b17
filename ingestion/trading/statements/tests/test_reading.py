"""A statement from its bytes to trades: states, counters, repetition, and everything that goes wrong on the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Job
from ingestion.models import BrokerTrade, CashFlow, Execution, Source, Statement, StatementRow, Trade, TradingAccount
from ingestion.testing.statements import (
    bad_line,
    parsed_cash,
    parsed_fill,
    parsed_trade,
    reading_of,
    upload,
)
from ingestion.trading.accounts.recognise import number_hash
from ingestion.trading.reading.document import Unreadable
from ingestion.trading.reading.model import Decision, Question, StatedAccount, Totals
from ingestion.trading.statements.answering import answer, keep_duplicates, read_again
from ingestion.trading.statements.lines import BUCKETS
from ingestion.trading.statements.reading_job import watch

pytestmark = pytest.mark.django_db


def adds_up(statement: Statement) -> bool:
    counted = StatementRow.objects.filter(statement=statement).count()
    return statement.counts["lines"] == sum(statement.counts[bucket] for bucket in BUCKETS) == counted


def trades() -> list[tuple[Any, ...]]:
    return list(Trade.objects.order_by("key").values_list("key", "net", "quantity", "closed_at", "members"))


class TestFirstUpload:
    def test_makes_the_account_the_facts_and_the_trades(self, read, world):
        statement = read(
            "a", reading_of(parsed_trade(native_id="1"), parsed_trade(9, "-4", native_id="2"), parsed_cash())
        )
        assert statement.state == "done" and adds_up(statement)
        account = TradingAccount.objects.get()
        assert (account.number_last4, account.currency, account.asset_class) == ("1001", "usd", "futures")
        assert account.number_hash == number_hash(world.business, "acc-1001") != number_hash(world.other, "acc-1001")
        assert (account.session_zone, account.session_roll.hour) == ("America/Chicago", 17)
        assert [row[1] for row in trades()] == [Decimal("8.76"), Decimal("-5.24")]
        assert CashFlow.objects.get().amount == 1000
        assert statement.counts["accepted"] == 3 and statement.counts["other"] == 1

    def test_sets_lines_aside_with_their_reason_and_their_text(self, read):
        statement = read("a", reading_of(parsed_trade(native_id="1"), bad_line()))
        assert (statement.state, statement.counts["quarantined"]) == ("partial", 1)
        row = StatementRow.objects.get(status="quarantined")
        assert (row.reason_code, row.cells) == ("bad_number", ["=1+2"])
        assert adds_up(statement)

    def test_what_the_store_refuses_is_set_aside_line_by_line(self, read):
        huge = parsed_trade(9, native_id="2", quantity=Decimal(10) ** 20)
        statement = read("a", reading_of(parsed_trade(native_id="1"), huge))
        assert (statement.counts["accepted"], statement.counts["quarantined"]) == (1, 1)
        assert StatementRow.objects.get(status="quarantined").reason_code == "out_of_range"

    def test_an_unsupported_symbol_is_kept_and_counts_nowhere(self, read):
        statement = read("a", reading_of(parsed_trade(native_id="1"), parsed_trade(9, native_id="2", symbol="<x>")))
        assert statement.counts["unsupported"] == 1 and statement.state == "done"
        assert BrokerTrade.objects.filter(supported=False).count() == 1
        assert Trade.objects.counted().count() == 1

    def test_results_in_another_currency_are_kept_apart(self, read):
        read("a", reading_of(parsed_trade(native_id="1"), parsed_trade(9, native_id="2", currency="eur")))
        assert [trade.supported for trade in Trade.objects.order_by("key")] == [True, False]

    def test_two_trades_on_one_second_and_equal_rows_are_all_real(self, read):
        same = parsed_trade()
        statement = read("a", reading_of(same, same, parsed_trade(0, "6")))
        assert statement.counts["accepted"] == 3
        assert BrokerTrade.objects.count() == 3

    def test_no_file_and_no_statement_are_told(self, read):
        statement = read("a", Unreadable("no_tables", "This page holds no table."))
        assert (statement.state, statement.error_code) == ("rejected", "no_tables")
        assert Job.objects.get(name="ingestion.trading.read_statement").attempts == 1
        assert not Source.objects.exists()

    def test_too_many_rows_are_told(self, read, world, run_jobs, far_side, monkeypatch):
        monkeypatch.undo()
        monkeypatch.setattr("ingestion.trading.reading.rows.MAX_ROWS", 5)
        for module in ("delimited", "html", "workbook"):
            monkeypatch.setattr(f"ingestion.trading.reading.containers.{module}.MAX_ROWS", 5, raising=False)
        monkeypatch.setattr("accounts.wakeup.send", lambda queue, job_id: None)
        statement = upload(world.business, b"Symbol,Time\n" + b"ES,2026-01-01 10:00:00\n" * 9)
        run_jobs()
        statement.refresh_from_db()
        assert (statement.state, statement.error_code) == ("rejected", "too_many_rows")

    def test_the_statements_own_totals_are_compared(self, read):
        records = (parsed_trade(native_id="1"), parsed_trade(9, "-4", native_id="2"))
        green = read("a", reading_of(*records, totals=Totals(closed_pnl=Decimal("3.52"), trades=2)))
        assert green.reconciliation["tone"] == "good"
        red = read("b", reading_of(*records, totals=Totals(closed_pnl=Decimal(99))))
        (check,) = red.reconciliation["checks"]
        assert (check["tone"], check["stated"]) == ("bad", "99")


class TestAgain:
    def test_the_same_bytes_give_the_earlier_result_and_no_job(self, read, world, far_side):
        first = read("a", reading_of(parsed_trade(native_id="1")))
        again = upload(world.business, b"a", account=first.source)
        assert again.pk == first.pk and Statement.objects.count() == 1
        assert Job.objects.filter(name="ingestion.trading.read_statement").count() == 1

    def test_overlapping_exports_add_what_is_new(self, read):
        read("a", reading_of(*(parsed_trade(n * 9, native_id=str(n)) for n in range(4))))
        second = read("b", reading_of(*(parsed_trade(n * 9, native_id=str(n)) for n in range(2, 6))))
        assert (second.counts["accepted"], second.counts["known"]) == (2, 2)
        assert BrokerTrade.objects.count() == 6 and adds_up(second)

    def test_equal_rows_without_an_id_count_once_more_only_beyond_what_is_held(self, read):
        read("a", reading_of(parsed_trade(), parsed_trade()))
        second = read("b", reading_of(parsed_trade(), parsed_trade(), parsed_trade(), parsed_trade(30)))
        assert (second.counts["accepted"], second.counts["known"]) == (2, 2)

    def test_a_changed_row_is_a_revision_and_the_old_values_are_kept(self, read):
        read("a", reading_of(parsed_trade(native_id="1")))
        second = read("b", reading_of(parsed_trade(native_id="1", commission=Decimal("-2.5"))))
        assert second.counts["revised"] == 1
        assert StatementRow.objects.get(status="revised").before == {"commission": ["-1.24", "-2.5"]}
        assert Trade.objects.get().net == Decimal("7.5")

    def test_a_shorter_export_takes_nothing_away(self, read):
        read("a", reading_of(parsed_trade(native_id="1", stop=Decimal(19990))))
        second = read("b", reading_of(parsed_trade(native_id="1")))
        assert second.counts["known"] == 1
        assert BrokerTrade.objects.get().stop == 19990

    def test_nothing_new_writes_nothing(self, read):
        records = (parsed_trade(native_id="1"), parsed_fill(40, 1), parsed_fill(41, -1), parsed_cash())
        read("a", reading_of(*records))
        before = [list(model.objects.order_by("pk").values()) for model in (BrokerTrade, Execution, CashFlow, Trade)]
        second = read("b", reading_of(*records))
        assert second.counts["known"] == 4 and second.state == "done"
        after = [list(model.objects.order_by("pk").values()) for model in (BrokerTrade, Execution, CashFlow, Trade)]
        assert after == before

    def test_reading_it_again_gives_the_same_counts(self, read, run_jobs):
        first = read("a", reading_of(parsed_trade(native_id="1"), parsed_trade(), bad_line()))
        counts = first.counts
        read_again(first, actor=None)
        run_jobs()
        first.refresh_from_db()
        assert first.counts == counts and adds_up(first) and first.state == "partial"


class TestOtherExports:
    def test_the_same_trade_from_another_export_waits_for_its_owner(self, read):
        read("a", reading_of(parsed_trade(native_id="1")))
        late = parsed_trade(native_id="77")
        second = read("b", reading_of(_later(late, 1), parsed_trade(60, native_id="78"), form="tradovate"))
        assert (second.counts["duplicate"], second.counts["accepted"]) == (1, 1)
        assert second.state == "partial" and Trade.objects.count() == 2
        assert StatementRow.objects.get(status="duplicate").before == {"twin": "projectx:1"}

    def test_two_seconds_apart_are_two_trades(self, read):
        read("a", reading_of(parsed_trade(native_id="1")))
        second = read("b", reading_of(_later(parsed_trade(native_id="77"), 2), form="tradovate"))
        assert second.counts["accepted"] == 1

    def test_fills_of_a_trade_that_is_known_wait_too(self, read):
        read("a", reading_of(parsed_trade(native_id="1")))
        opened, closed = parsed_fill(0, 1, "20000", native_id="5"), parsed_fill(5, -1, "20005", native_id="6")
        second = read("b", reading_of(opened, closed, form="kraken"))
        assert second.counts["duplicate"] == 2 and not Execution.objects.exists()

    def test_what_the_owner_keeps_is_counted(self, read, run_jobs):
        read("a", reading_of(parsed_trade(native_id="1")))
        second = read("b", reading_of(parsed_trade(native_id="77"), form="tradovate"))
        row = StatementRow.objects.get(status="duplicate")
        keep_duplicates(second, [row.number], keep=True, actor=None)
        run_jobs()
        second.refresh_from_db()
        assert second.counts["accepted"] == 1 and BrokerTrade.objects.count() == 2

    def test_what_the_owner_leaves_out_is_settled(self, read, run_jobs):

        read("a", reading_of(parsed_trade(native_id="1")))
        second = read("b", reading_of(parsed_trade(native_id="77"), form="tradovate"))
        keep_duplicates(second, [2], keep=False, actor=None)
        second.refresh_from_db()
        assert second.state == "done" and second.counts["duplicate"] == 0 and second.counts["other"] == 2
        assert adds_up(second) and BrokerTrade.objects.count() == 1
        read_again(second, actor=None)
        run_jobs()
        second.refresh_from_db()
        assert second.counts["duplicate"] == 0 and BrokerTrade.objects.count() == 1


class TestAccounts:
    def test_one_file_of_two_accounts_becomes_two_statements(self, read):
        records = (
            parsed_trade(native_id="1", account="A-1"),
            parsed_trade(native_id="2", account="B-2"),
            parsed_trade(30, native_id="3", account="B-2"),
        )
        read("a", reading_of(*records, account=StatedAccount(("A-1", "B-2"), currency="usd")))
        first, second = Statement.objects.order_by("source_id")
        assert (first.counts["accepted"], first.counts["other"]) == (1, 3)
        assert (second.counts["accepted"], second.counts["other"]) == (2, 2)
        assert adds_up(first) and adds_up(second)
        assert TradingAccount.objects.count() == 2
        assert [Trade.objects.filter(source=one.source).count() for one in (first, second)] == [1, 2]

    def test_a_file_without_a_number_asks_where_there_is_an_account(self, read, run_jobs):
        read("a", reading_of(parsed_trade(native_id="1")))
        second = read("b", reading_of(parsed_trade(60, native_id="2"), account=StatedAccount(currency="usd")))
        assert second.state == "needs_input"
        (question,) = second.questions
        account = TradingAccount.objects.get().source
        assert question["key"] == "account" and [str(account.pk), "PROJECTX …1001"] in question["choices"]
        answer(second, {"account": str(account.pk)}, actor=None)
        run_jobs()
        second.refresh_from_db()
        assert (second.state, second.source) == ("done", account)

    def test_a_file_of_another_account_than_the_chosen_is_never_mixed_in(self, read):
        first = read("a", reading_of(parsed_trade(native_id="1")))
        other = reading_of(parsed_trade(native_id="9"), account=StatedAccount(("ACC-2002",), currency="usd"))
        second = read("b", other, account=first.source)
        assert second.state == "needs_input" and BrokerTrade.objects.count() == 1

    def test_the_zone_that_was_answered_is_remembered_on_the_account(self, read, run_jobs):
        def asks(hints: Any) -> Any:
            zone = hints.answers.get("zone") or hints.zone
            if not zone:
                question = Question("zone", "Which clock?", (("UTC", "UTC"), ("+02:00", "UTC+2")))
                return reading_of(parsed_trade(native_id="1"), questions=(question,))
            made_by = "person" if "zone" in hints.answers else "account"
            return reading_of(parsed_trade(native_id="1"), decisions=(Decision("zone", zone, made_by, ""),))

        first = read("a", asks)
        assert first.state == "needs_input" and not BrokerTrade.objects.exists()
        answer(first, {"zone": "+02:00"}, actor=None)
        run_jobs()
        assert TradingAccount.objects.get().zone == "+02:00"
        assert read("b", asks).state == "done"

    def test_an_unknown_currency_is_asked_for(self, read):
        statement = read("a", reading_of(parsed_trade(native_id="1"), account=StatedAccount(("X1",))))
        assert [question["key"] for question in statement.questions] == ["currency"]


class TestWaiting:
    def test_a_second_upload_waits_while_one_is_read(self, read, world, far_side, run_jobs):
        first = read("a", reading_of(parsed_trade(native_id="1")))
        Statement.objects.filter(pk=first.pk).update(state="matching")
        second = read("b", reading_of(parsed_trade(60, native_id="2")), account=first.source)
        assert second.state == "received"
        watch.enqueue()
        run_jobs()
        for one in (first, second):
            one.refresh_from_db()
            assert one.state == "done"

    def test_a_failure_can_be_tried_again(self, read, world, far_side, run_jobs):
        statement = read("a", ZeroDivisionError("oops"))
        assert (statement.state, statement.error_code) == ("failed", "problem")
        far_side.file("a", reading_of(parsed_trade(native_id="1")))
        read_again(statement, actor=None)
        run_jobs(ahead=timedelta(hours=1))
        statement.refresh_from_db()
        assert statement.state == "done" and Trade.objects.count() == 1

    def test_another_business_sees_nothing_of_it(self, read, world, far_side):
        read("a", reading_of(parsed_trade(native_id="1")))
        theirs = upload(world.other, b"a")
        assert theirs.business_id == world.other.pk and Statement.objects.count() == 2


def _later(trade: Any, seconds: int) -> Any:
    return replace(trade, closed_at=trade.closed_at + timedelta(seconds=seconds))
