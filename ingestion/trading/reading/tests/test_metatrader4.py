"""MetaTrader 4 statements: every trap of the layout, on a file that has them all."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal as D

import pytest

from ingestion.trading.reading.model import Hints, Kind, StopQuality
from ingestion.trading.reading.read import read_statement
from ingestion.trading.reading.tests.cases import case_bytes, cash, read_case, reasons, trades


@pytest.mark.parametrize("name", ["mt4_statement.htm", "mt4_detailed.htm"])
def test_a_statement_gives_its_trades_cash_and_nothing_twice(name):
    reading = read_case(name)
    assert (reading.format, reading.account.numbers, reading.account.currency) == ("mt4", ("7712345",), "usd")
    assert (reading.buckets["trade"], reading.buckets["cash"], reading.buckets["pending"]) == (7, 4, 2)
    assert (reading.buckets["open"], reading.buckets["bad"], reading.buckets["unknown"]) == (1, 0, 0)
    assert sum(trade.net for trade in trades(reading)) == reading.totals.closed_pnl == D("-675.87")


def test_the_details_are_read_for_reconciliation():
    totals = read_case("mt4_detailed.htm").totals
    assert (totals.gross_profit, totals.gross_loss, totals.trades, totals.wins) == (D(785), D("1460.87"), 7, 3)
    assert (totals.deposits, totals.balance) == (D("8493.88"), D("7818.01"))


def test_profit_excludes_costs_and_a_stop_proves_no_initial_risk():
    trade = next(trade for trade in trades(read_case("mt4_statement.htm")) if trade.native_id == "81000130")
    assert (trade.direction, trade.gross, trade.commission, trade.swap) == (-1, D("-388.27"), D(-14), D("-18.40"))
    assert trade.net == D("-420.67")
    assert (trade.stop, trade.stop_quality, trade.exit_reason) == (D("150.3"), StopQuality.LAST_KNOWN, "sl")
    assert "gap" in trade.flags and trade.opened_text == "2026.03.06 20:10:00"


def test_tooltips_tell_why_a_trade_ended():
    causes = {trade.native_id: trade.exit_reason for trade in trades(read_case("mt4_statement.htm"))}
    assert (causes["81000102"], causes["81000110"], causes["81000150"]) == ("tp", "sl", "stopout")


def test_a_chain_of_partial_closes_is_one_position():
    chain = [trade for trade in trades(read_case("mt4_statement.htm")) if trade.symbol == "xauusd"]
    assert {trade.position_id for trade in chain} == {"81000120"} and len({trade.native_id for trade in chain}) == 2


def test_cash_rows_say_what_they_are():
    kinds = [(flow.kind, flow.amount) for flow in cash(read_case("mt4_statement.htm"))]
    assert kinds == [("deposit", D(10000)), ("financing", D("-6.12")), ("credit", D(100)), ("withdrawal", D(-1500))]


def test_a_balance_row_of_five_cells_is_cash_too():
    short = case_bytes("mt4_statement.htm").replace(b"<td colspan=10 align=left>", b"<td>")
    assert cash(read_statement(short, hints=Hints(zone="UTC")))[0].amount == D(10000)


def test_without_a_known_zone_it_is_asked_and_never_assumed():
    reading = read_case("mt4_statement.htm", Hints())
    assert [question.key for question in reading.questions] == ["zone"]
    assert ("America/New_York+07:00" in dict(reading.questions[0].choices)) is True


def test_the_account_s_server_zone_turns_times_into_utc():
    trade = trades(read_case("mt4_statement.htm", Hints(zone="America/New_York+07:00")))[0]
    assert trade.opened_at == datetime(2026, 3, 2, 7, 15, 27, tzinfo=UTC)


def test_yen_accounts_have_no_decimals():
    page = case_bytes("mt4_statement.htm").replace(b"Currency: USD", b"Currency: JPY").replace(b"280.00<", b"12 280<")
    assert trades(read_statement(page, hints=Hints(zone="UTC")))[0].gross == D(12280)


def test_a_trade_that_closes_before_it_opens_is_set_aside():
    page = case_bytes("mt4_statement.htm").replace(b"2026.03.02 11:02:40", b"2026.03.01 11:02:40")
    reading = read_statement(page, hints=Hints(zone="UTC"))
    assert reasons(reading) == ["closes_before_it_opens"] and reading.buckets["trade"] == 6


def test_rows_of_the_file_and_buckets_add_up():
    reading = read_case("mt4_detailed.htm")
    assert sum(reading.buckets.values()) == len(reading.lines) == case_bytes("mt4_detailed.htm").count(b"<tr")
    assert all(line.kind in (Kind.TRADE, Kind.CASH) for line in reading.lines if line.records)
