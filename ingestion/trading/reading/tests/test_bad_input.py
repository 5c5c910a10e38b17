"""What people really upload: refused with a sentence they can act on, asked about, or set aside row by row."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal as D

import pytest

from ingestion.trading.reading import rows
from ingestion.trading.reading.document import open_document
from ingestion.trading.reading.model import Hints
from ingestion.trading.reading.read import read_statement
from ingestion.trading.reading.rows import MAX_BYTES, Unreadable
from ingestion.trading.reading.tests.cases import case_bytes, fills, reasons, trades
from ingestion.trading.reading.tests.sheets import OFFICE, workbook, zipped

HINTS = Hints(zone="UTC")
BINANCE_LEDGER = b"User_ID,UTC_Time,Account,Operation,Coin,Change,Remark\n1,2026-01-01 00:00:00,Spot,Buy,BTC,0.1,\n"
PAGE = b"<html><body><h1>Welcome</h1><table><tr><td>Log in</td><td>Sign up</td></tr></table></body></html>"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b" \r\n\t\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b",,,\n,,,\n", "empty"),
        (b"%PDF-1.7 ...", "pdf"),
        (b"\x89PNG\r\n\x1a\n....", "image"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", "old_excel"),
        (b"\x1f\x8b\x08....", "gzip"),
        (b"Time,Price\n2026,1\x002\n", "nul_bytes"),
        (PAGE, "not_a_statement"),
        (b"<html><body><p>Nothing here</p></body></html>", "no_tables"),
        (b"Dear broker,\n\nplease send me my statement.\n\nYours\n", "not_a_statement"),
        (b"Name,Colour,Shape\nA,red,round\nB,blue,square\n", "not_a_statement"),
        (BINANCE_LEDGER, "binance_ledger"),
        (b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a x='1'/>", "xml_doctype"),
        (b"<?xml version='1.0'?><FlexQueryResponse><Trade symbol='A'", "broken_xml"),
        (b"PK\x03\x04 broken", "bad_zip"),
    ],
)
def test_what_is_no_statement_is_refused_with_a_reason(data, code):
    with pytest.raises(Unreadable) as refused:
        read_statement(data)
    assert refused.value.code == code and refused.value.message.endswith(".")


def test_a_zip_that_is_no_spreadsheet_says_to_unpack_it():
    with pytest.raises(Unreadable, match="Unpack it"):
        read_statement(zipped({"statement.csv": "a,b\n1,2\n"}))


def test_a_spreadsheet_that_unpacks_to_a_mountain_is_refused():
    bomb = zipped({"xl/workbook.xml": "<workbook>" + " " * 15_000_000 + "</workbook>"})
    assert len(bomb) < 100_000
    with pytest.raises(Unreadable) as refused:
        read_statement(bomb)
    assert refused.value.code == "zip_bomb"


def test_a_cell_far_to_the_right_does_not_make_a_row_of_thousands():
    sheet = '<worksheet><sheetData><row r="1"><c r="XFD1"><v>1</v></c></row></sheetData></worksheet>'
    book = f'<workbook xmlns:r="{OFFICE}"><sheets><sheet r:id="a"/></sheets></workbook>'
    links = '<Relationships><Relationship Id="a" Target="worksheets/s.xml"/></Relationships>'
    data = zipped({"xl/workbook.xml": book, "xl/_rels/workbook.xml.rels": links, "xl/worksheets/s.xml": sheet})
    with pytest.raises(Unreadable) as refused:
        read_statement(data)
    assert refused.value.code == "too_many_columns"


def test_a_file_of_more_than_25_mb_is_refused_unread():
    with pytest.raises(Unreadable) as refused:
        open_document(b"a" * (MAX_BYTES + 1))
    assert refused.value.code == "too_large"


@pytest.mark.parametrize("opening", [b"<!-- ", b"<script>", b"<td title='", b'<td "', b"<table", b"<", b"&amp"])
def test_a_page_of_openings_that_never_close_is_gone_through_once(opening):
    page = b"<html><table><tr><td>1</td></tr></table>" + opening * 40_000
    assert len(open_document(page).rows) >= 1


def test_cells_as_long_as_a_book_are_no_numbers_and_no_times():
    book = b"9" * 100_000
    data = case_bytes("ibkr_flex.csv").replace(b'"21510.25"', book).replace(b'"20260106;100000"', book)
    assert reasons(read_statement(data, hints=HINTS)) == ["bad_number", "bad_time"]


@pytest.mark.parametrize("row", [b"1,2\n", b"\n"])
def test_as_many_rows_as_allowed_are_read_and_one_more_is_refused(row, monkeypatch):
    assert rows.MAX_ROWS == 200_000
    monkeypatch.setattr(rows, "MAX_ROWS", 300)
    assert len(open_document(b"a,b\n" + row * 299).rows) == 300
    with pytest.raises(Unreadable) as refused:
        open_document(b"a,b\n" + row * 300)
    assert refused.value.code == "too_many_rows"


def test_a_thousand_that_may_be_a_fraction_is_asked_never_guessed():
    body = b"".join(b'AAPL;buy;"1,234";2026-01-0%d 10:00:00;"2,500"\n' % day for day in (5, 6, 7))
    mapping = {"Ticker": "symbol", "Side": "side", "Qty": "quantity", "When": "at", "Price": "price"}
    data = b"Ticker;Side;Qty;When;Price\n" + body
    open_ = read_statement(data, hints=Hints(zone="UTC", mapping=mapping))
    assert [question.key for question in open_.questions] == ["decimals:Qty", "decimals:Price"]
    answers = {"decimals:Qty": "point", "decimals:Price": "comma"}
    answered = read_statement(data, hints=Hints(zone="UTC", mapping=mapping, answers=answers))
    assert answered.questions == () and fills(answered)[0].quantity == 1234 and fills(answered)[0].price == D("2.500")


def test_dates_that_may_be_either_are_asked_never_guessed():
    data = case_bytes("ibkr_flex.csv").replace(b"20260105;", b"05/01/2026 ").replace(b"20260106;", b"05/01/2026 ")
    data = (
        data.replace(b"20260107;", b"05/01/2026 ").replace(b" 093105", b" 09:31:05").replace(b" 100000", b" 10:00:00")
    )
    reading = read_statement(data.replace(b" 094500", b" 09:45:00"), hints=HINTS)
    assert [question.key for question in reading.questions] == ["dates:DateTime"]


def test_a_number_that_a_spreadsheet_made_a_date_sets_its_row_aside():
    data = case_bytes("tradingview_en.csv").replace(b"412.10", b"12-Oct")
    reading = read_statement(data, hints=Hints(zone="UTC", answers={"symbol": "MSFT"}))
    assert reasons(reading) == ["mangled_number"] and len(trades(reading)) == 1


def test_a_trade_number_that_a_spreadsheet_shortened_sets_its_row_aside():
    data = case_bytes("mt5_positions_it.csv").replace(b";5001;", b";1,23457E+11;")
    assert reasons(read_statement(data, hints=HINTS)) == ["mangled_id"]


def test_dates_that_a_spreadsheet_made_numbers_are_read():
    serial = (datetime(2026, 2, 2, 9, 0, 5) - datetime(1899, 12, 30)).total_seconds() / 86_400
    data = case_bytes("ibkr_flex.csv").replace(b"20260105;093105", f"{serial:.8f}".encode())
    assert fills(read_statement(data, hints=HINTS))[0].at.isoformat() == "2026-02-02T09:00:05+00:00"


def test_a_column_too_narrow_is_no_date():
    data = case_bytes("ibkr_flex.csv").replace(b"20260105;094500", b"########")
    assert reasons(read_statement(data, hints=HINTS)) == ["bad_time"]


def test_an_unclosed_quote_does_not_swallow_the_rest():
    data = case_bytes("tradingview_en.csv").replace(b"Take profit", b'"Take profit') + b"9,note,,,,,,,,,,,,\n" * 20
    reading = read_statement(data, hints=Hints(zone="UTC", answers={"symbol": "MSFT"}))
    assert len(reading.lines) == 27 and len(trades(reading)) == 1


def test_formulas_in_text_stay_word_for_word():
    data = case_bytes("ctrader_history.csv").replace(b",scalp", b",=HYPERLINK(1)+cmd")
    reading = read_statement(data)
    assert trades(reading)[1].comment == "=HYPERLINK(1)+cmd"
    assert any("=HYPERLINK(1)+cmd" in line.cells for line in reading.lines)


def test_a_price_far_from_its_neighbours_is_set_aside():
    data = case_bytes("mt5_positions_it.csv").decode()
    lines = data.splitlines()
    odd = lines[1].replace("1,08100", "108,100").replace("5001", "5002").replace("09:00:05", "09:10:00")
    reading = read_statement("\n".join([lines[0], lines[1], odd, *lines[2:]]).encode(), hints=HINTS)
    assert reasons(reading) == ["price_outlier"] and len(trades(reading)) == 5


def test_an_unknown_table_asks_for_each_column_it_needs_and_suggests():
    data = b"Ticker;Side;Qty;Entry;Exit;Closed;P&L\nAAPL;long;10;100,5;101,5;2026-01-05 10:00;10,00\n"
    reading = read_statement(data, hints=HINTS)
    assert reading.format == "unknown" and reading.buckets["unknown"] == 1
    suggested = {question.key: question.suggested for question in reading.questions}
    assert suggested == {
        "rows": "trade", "column:symbol": "Ticker", "column:direction": "Side", "column:quantity": "Qty",
        "column:closed_at": "Closed", "column:gross": "P&L",
    }  # fmt: skip


def test_answers_to_those_questions_read_the_table():
    data = b"Ticker;Side;Qty;Entry;Exit;Closed;P&L\nAAPL;long;10;100,5;101,5;2026-01-05 10:00;10,00\n"
    names = {"symbol": "Ticker", "direction": "Side", "quantity": "Qty", "closed_at": "Closed", "gross": "P&L"}
    answers = {"rows": "trade"} | {f"column:{field}": column for field, column in names.items()}
    reading = read_statement(data, hints=Hints(zone="UTC", answers=answers))
    assert (reading.format, reading.questions) == ("mapped", ())
    assert (trades(reading)[0].gross, trades(reading)[0].direction) == (D("10.00"), 1)


def test_answers_nobody_was_offered_answer_nothing():
    data = b"Ticker;Side;Qty;When;Price\nAAPL;buy;1,234;2026-01-05 10:00;2,500\n"
    mapping = {"Ticker": "symbol", "Side": "side", "Qty": "quantity", "When": "at", "Price": "price"}
    answers = {"decimals:Qty": "maybe", "rows": "everything", "zone": "Mars/Olympus", "column:colour": "Ticker"}
    reading = read_statement(data, hints=Hints(mapping=mapping, answers=answers))
    assert {question.key for question in reading.questions} >= {"column:symbol"}
    without = {key: value for key, value in answers.items() if not key.startswith("column:")}
    reading = read_statement(data, hints=Hints(mapping=mapping, answers=without))
    assert [question.key for question in reading.questions] == ["decimals:Qty", "decimals:Price", "zone"]


def test_a_class_that_only_ends_in_hidden_hides_nothing():
    page = (
        b'<html><table><tr><td class="overflow-hidden">a</td><td class="x hidden">b</td><td>c</td></tr></table></html>'
    )
    assert open_document(page).rows[0].cells == ("a", "c")


def test_a_remembered_mapping_works_in_short_words():
    data = b"Ticker;Side;Qty;Entry;Exit;Closed;Net\nAAPL;short;10;100,5;101,5;2026-01-05 10:00;-11,20\n"
    mapping = {"Ticker": "symbol", "Side": "direction", "Qty": "quantity", "Entry": "entry", "Exit": "exit",
               "Closed": "closed", "Net": "net"}  # fmt: skip
    trade = trades(read_statement(data, hints=Hints(zone="UTC", mapping=mapping)))[0]
    assert (trade.direction, trade.entry_price, trade.exit_price, trade.net) == (
        -1,
        D("100.5"),
        D("101.5"),
        D("-11.20"),
    )


def test_a_spreadsheet_from_the_terminal_reads_like_its_page():
    names = [
        "Time",
        "Position",
        "Symbol",
        "Type",
        "Volume",
        "Price",
        "S / L",
        "T / P",
        "Time",
        "Price",
        "Commission",
        "Swap",
        "Profit",
    ]
    opened, closed = datetime(2026, 2, 2, 9, 0, 5), datetime(2026, 2, 2, 10, 30)
    row = [opened, 5001, "EURUSD", "buy", "1", 1.081, 1.079, 1.084, closed, 1.084, -6.0, 0.0, 300.0]
    sheet = [
        ["Trade History Report"],
        ["Account:", None, None, "7009988 (USD, Sample-Live02, real, Hedge)"],
        ["Positions"],
        names,
        row,
    ]
    reading = read_statement(workbook([sheet]), hints=HINTS)
    page = next(t for t in trades(read_statement(case_bytes("mt5_report_en.html"), hints=HINTS)))
    trade = trades(reading)[0]
    assert (trade.opened_at, trade.closed_at, trade.net) == (page.opened_at, page.closed_at, page.net)
    assert (reading.account.numbers, trade.entry_price) == (("7009988",), D("1.081"))


def test_prices_and_results_tell_what_a_quantity_means():
    head = b"Ticker;Side;Qty;Entry;Exit;Closed;P&L\n"
    body = b"".join(
        b"AAPL;long;1,%d;100;102;2026-01-0%d 10:00;%d\n" % (230 + day, day, 2 * (1230 + day)) for day in (5, 6, 7)
    )
    mapping = {"Ticker": "symbol", "Side": "direction", "Qty": "quantity", "Entry": "entry", "Exit": "exit",
               "Closed": "closed", "P&L": "gross"}  # fmt: skip
    reading = read_statement(head + body, hints=Hints(zone="UTC", mapping=mapping))
    assert reading.questions == () and [trade.quantity for trade in trades(reading)] == [1235, 1236, 1237]
    assert next(d for d in reading.decisions if d.key == "decimals:Qty").because.startswith("Quantity times price")
