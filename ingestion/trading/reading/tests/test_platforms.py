"""cTrader and TradingView: what their headers carry, and what their tables leave out."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal as D

import pytest

from ingestion.trading.reading.model import Hints
from ingestion.trading.reading.read import read_statement
from ingestion.trading.reading.rows import Unreadable
from ingestion.trading.reading.tests.cases import case_bytes, read_case, reasons, trades

WITH_SYMBOL = Hints(zone="America/New_York", answers={"symbol": "MSFT"})


class TestCTrader:
    def test_zone_and_currency_stand_in_the_header(self):
        reading = read_case("ctrader_history.csv", Hints(zone="Asia/Singapore"))
        assert (reading.format, reading.account.zone, reading.account.currency) == ("ctrader", "+02:00", "usd")
        assert reading.questions == () and reading.account.numbers == ("4055123",)
        assert trades(reading)[0].opened_at == datetime(2026, 2, 2, 8, 0, 0, 120000, tzinfo=UTC)

    def test_days_come_first_and_quantities_carry_units(self):
        found = [
            (t.symbol, t.quantity, t.closed_at.day, t.closed_at.month) for t in trades(read_case("ctrader_history.csv"))
        ]
        assert found == [("EURUSD", D(1), 2, 2), ("XAUUSD", D(20), 3, 2), ("US100", D(1), 13, 2)]

    def test_net_is_what_the_broker_booked(self):
        assert [trade.net for trade in trades(read_case("ctrader_history.csv"))] == [D(144), D("38.80"), D("-52.35")]

    def test_what_net_holds_beyond_the_columns_is_a_fee(self):
        odd = case_bytes("ctrader_history.csv").replace(b"150.00,144.00", b"150.00,143.10")
        trade = trades(read_statement(odd))[0]
        assert (trade.gross, trade.commission, trade.fees, trade.net) == (D(150), D(-6), D("-0.90"), D("143.10"))

    def test_the_balance_after_the_newest_trade_is_read(self):
        assert read_case("ctrader_history.csv").totals.balance == D("10130.45")

    def test_older_exports_number_positions_and_name_columns_otherwise(self):
        text = (
            "Position ID,Symbol,Opening direction,Opening time,Closing time,Entry price,Closing price,Closing quantity,"
            "Commissions,Swap,Net (EUR)\n"
            "PID7,EURUSD,Sell,2026-02-03 09:00,2026-02-03 10:00,1.10,1.09,0.50 Lots,-2.50,0,497.50\n"
            "PID7,EURUSD,Sell,2026-02-03 09:00,2026-02-03 11:00,1.10,1.09,0.50 Lots,-2.50,0,497.50\n"
        )
        one, two = trades(read_statement(text.encode(), hints=Hints(zone="UTC")))
        assert (one.position_id, one.gross, one.currency) == (two.position_id, D(500), "eur")
        assert one.native_id != two.native_id

    def test_several_net_columns_are_refused(self):
        twice = case_bytes("ctrader_history.csv").replace(b"Balance USD", b"Net EUR")
        with pytest.raises(Unreadable, match="several Net columns"):
            read_statement(twice)

    def test_a_header_without_a_zone_asks_for_it(self):
        text = case_bytes("ctrader_history.csv").replace(b" (UTC+2)", b"")
        assert [question.key for question in read_statement(text).questions] == ["zone"]


class TestTradingView:
    @pytest.mark.parametrize("name", ["tradingview_en.csv", "tradingview_de.csv"])
    def test_two_rows_are_one_trade_and_the_exit_may_come_first(self, name):
        reading = read_case(name, WITH_SYMBOL)
        assert (reading.format, reading.account.currency, reading.questions) == ("tradingview", "usd", ())
        assert [(t.direction, t.entry_price, t.exit_price, t.gross) for t in trades(reading)] == [
            (1, D("408.20"), D("412.10"), D("38.00")),
            (-1, D("412.00"), D("415.00"), D("-31.00")),
        ]
        assert dict(reading.buckets) == {"header": 1, "trade": 2, "summary": 2, "open": 2}

    def test_the_best_and_the_worst_moment_are_kept(self):
        assert [(t.mae, t.mfe) for t in trades(read_case("tradingview_en.csv"))] == [(D(-12), D(45)), (D(-33), D(4))]

    def test_languages_give_the_same_trades(self):
        assert trades(read_case("tradingview_de.csv", WITH_SYMBOL)) == trades(
            read_case("tradingview_en.csv", WITH_SYMBOL)
        )

    def test_the_symbol_is_asked_for_it_is_not_in_the_table(self):
        assert [question.key for question in read_case("tradingview_en.csv").questions] == ["symbol"]

    def test_the_name_tradingview_gives_its_file_tells_the_symbol(self):
        data = case_bytes("tradingview_en.csv")
        reading = read_statement(data, filename="Breakout_CME_MINI_MNQ1!_2026-01-09_f3a1c.csv", hints=Hints(zone="UTC"))
        assert reading.questions == () and {trade.symbol for trade in trades(reading)} == {"MNQ1!"}

    def test_an_exit_without_its_entry_is_bad(self):
        text = case_bytes("tradingview_en.csv").replace(
            b"1,Entry Long,Breakout,2026-01-05 09:35,408.20,10,,,,,,,,\n", b""
        )
        assert reasons(read_statement(text, hints=WITH_SYMBOL)) == ["no_entry"]

    def test_a_renamed_profit_column_is_the_same_column(self):
        text = (
            case_bytes("tradingview_en.csv")
            .replace(b"Profit USD", b"Net P&L USD")
            .replace(b"Date/Time", b"Date and time")
        )
        assert trades(read_statement(text, hints=WITH_SYMBOL)) == trades(read_case("tradingview_en.csv", WITH_SYMBOL))

    def test_the_newest_columns_are_the_same_columns(self):
        text = (
            "Trade number,Type,Date and time,Signal,Price USD,Size (qty),Size (value),Net PnL USD,Net PnL %,"
            "Favorable excursion USD,Favorable excursion %,Adverse excursion USD,Adverse excursion %\n"
            "1,Entry long,2026-01-05 09:35,Breakout,408.20,10,4082,38.00,0.93,45.00,1.10,12.00,0.29\n"
            "1,Exit long,2026-01-05 10:45,Take profit,412.10,10,4121,38.00,0.93,45.00,1.10,12.00,0.29\n"
        )
        assert (
            trades(read_statement(text.encode(), hints=WITH_SYMBOL))
            == trades(read_case("tradingview_en.csv", WITH_SYMBOL))[:1]
        )
