"""MetaTrader 5 reports: any language, any container, one level of records."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal as D

import pytest

from ingestion.trading.reading.model import Hints
from ingestion.trading.reading.read import read_statement
from ingestion.trading.reading.tests.cases import case_bytes, cash, fills, read_case, reasons, trades


@pytest.mark.parametrize("name", ["mt5_report_en.html", "mt5_report_de.html"])
def test_a_report_gives_positions_once_and_cash_from_its_deals(name):
    reading = read_case(name)
    assert (reading.format, reading.encoding, reading.sections_used) == ("mt5", "utf-16-le", ("positions",))
    assert (reading.account.numbers, reading.account.mode) == (("7009988",), "hedging")
    assert (len(trades(reading)), len(fills(reading)), len(cash(reading))) == (5, 0, 2)
    assert sum(trade.net for trade in trades(reading)) == reading.totals.closed_pnl == D("-841.27")
    assert (reading.totals.trades, reading.totals.wins, reading.totals.balance) == (5, 2, D(4000))


def test_the_language_of_the_headers_changes_nothing():
    assert read_case("mt5_report_de.html").records == read_case("mt5_report_en.html").records


def test_hidden_cells_shift_no_column():
    trade = trades(read_case("mt5_report_en.html"))[1]
    assert (trade.symbol, trade.direction, trade.quantity) == ("XAUUSD", -1, D("0.2"))
    assert (trade.entry_price, trade.exit_price, trade.swap) == (D("2051.30"), D("2055.10"), D("-4.35"))


def test_the_closing_deal_tells_why_a_position_ended():
    causes = {trade.native_id: trade.exit_reason for trade in trades(read_case("mt5_report_en.html"))}
    assert causes == {"5001": "tp", "5004": "sl", "5007": "", "5010": "stopout", "5011": ""}


def test_the_comment_of_a_position_hides_in_a_cell_without_a_column():
    text = case_bytes("mt5_report_en.html").decode("utf-16")
    hidden = text.replace('<td class="hidden" colspan="8"></td>', '<td class="hidden" colspan="8">opening range</td>')
    first = trades(read_statement(hidden.encode(), hints=Hints(zone="UTC")))[0]
    assert (first.comment, first.exit_reason, first.quantity) == ("opening range", "tp", D(1))


def test_a_position_closed_in_parts_is_what_was_closed_of_it_and_no_order():
    text = (
        case_bytes("mt5_report_en.html")
        .decode("utf-16")
        .replace("<td>0.2</td><td>2 051.30", "<td>0.1 / 0.2</td><td>2 051.30", 1)
    )
    found = trades(read_statement(text.encode(), hints=Hints(zone="UTC")))
    assert len(found) == 5 and found[1].quantity == D("0.1")


def test_orders_are_never_records():
    reading = read_case("mt5_report_en.html")
    orders = [
        (line.kind, line.reason_code) for line in reading.lines if line.section == "orders" and " / " in line.cells[4]
    ]
    assert orders == [("summary", "other_level"), ("pending", "")]


def test_deals_alone_become_fills_with_their_effect():
    reading = read_case("mt5_deals.html")
    assert reading.account.mode == "netting" and reading.sections_used == ("deals",)
    assert [fill.effect for fill in fills(reading)] == ["open", "close"] * 5
    assert [flow.amount for flow in cash(reading) if flow.kind == "financing"] == [D("-4.35")]
    total = sum(f.commission + f.fees + (f.gross or 0) for f in fills(reading)) + sum(c.amount for c in cash(reading))
    assert total == D("4000.00")


def test_two_deals_of_one_second_keep_their_order():
    same = [
        fill for fill in fills(read_case("mt5_deals.html")) if fill.at == datetime(2026, 2, 5, 12, 45, 10, tzinfo=UTC)
    ]
    assert [(fill.native_id, fill.sequence) for fill in same] == [("9008", 0), ("9009", 1)]


def test_the_semicolon_file_with_names_twice_is_the_same_report():
    plain = [
        (t.native_id, t.quantity, t.entry_price, t.exit_price, t.gross) for t in trades(read_case("mt5_report_en.html"))
    ]
    italian = [
        (t.native_id, t.quantity, t.entry_price, t.exit_price, t.gross)
        for t in trades(read_case("mt5_positions_it.csv"))
    ]
    assert italian == plain


def test_rows_pasted_without_their_header_are_read():
    body = case_bytes("mt5_positions_it.csv").split(b"\r\n", 1)[1]
    assert trades(read_statement(body, hints=Hints(zone="UTC"))) == trades(read_case("mt5_positions_it.csv"))


def test_a_row_cut_off_is_bad_not_lost():
    text = case_bytes("mt5_positions_it.csv")
    cut = text[: text.rindex(b"2026.02.05 12:45:11") - 5]
    reading = read_statement(cut, hints=Hints(zone="UTC"))
    assert (len(trades(reading)), reasons(reading)) == (4, ["broken_row"])


def test_every_row_is_in_one_bucket():
    reading = read_case("mt5_report_en.html")
    assert sum(reading.buckets.values()) == len(reading.lines) and reading.buckets["unknown"] == 0
