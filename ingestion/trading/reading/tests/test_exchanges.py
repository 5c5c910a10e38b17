"""Exchanges, stock brokers and ATAS: coins, fees in any coin, sides of a close, days without times, options."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal as D

import pytest

from ingestion.trading.reading.model import Hints
from ingestion.trading.reading.read import read_statement
from ingestion.trading.reading.tests.cases import case_bytes, cash, fills, read_case, reasons, trades

NOTHING = Hints()


class TestBinance:
    def test_amounts_carry_their_coin_and_fees_may_be_in_the_bought_one(self):
        found = fills(read_case("binance.csv", NOTHING))
        assert [(f.side, f.quantity, f.price, f.commission, f.currency) for f in found] == [
            (1, D(10), D("150.00"), D("-1.5"), "usd"), (1, D(5), D("152.00"), D("-0.760"), "usd"),
            (-1, D(15), D("160.00"), D(0), "usd"),
        ]  # fmt: skip

    def test_a_fee_in_a_third_coin_is_named_and_in_no_result(self):
        reading = read_case("binance.csv", NOTHING)
        (left_out,) = [made for made in reading.decisions if made.key.startswith("fees:")]
        assert left_out.key == "fees:BNB" and "no result" in left_out.because

    def test_the_older_layout_has_a_column_for_the_coin(self):
        assert [f.commission for f in fills(read_case("binance_old.csv", NOTHING))] == [D("-1.5"), D("-1.55")]

    def test_futures_realise_on_closing_fills_only_and_before_fees(self):
        reading = read_case("binance_futures.csv", NOTHING)
        assert [(f.gross, f.commission) for f in fills(reading)] == [
            (None, D("-0.268")), (D("2.5"), D("-0.135")), (D("2.6"), D("-0.135")), (None, D("-1.4")),
        ]  # fmt: skip
        assert reading.questions == () and reading.account.zone == "UTC"


class TestBybit:
    @pytest.mark.parametrize("name", ["bybit.csv", "bybit_sides.csv"])
    def test_a_close_is_named_or_is_the_side_of_the_closing_order(self, name):
        assert [(t.direction, t.symbol) for t in trades(read_case(name, NOTHING))] == [(1, "OPUSDT"), (-1, "BTCUSDT")]

    def test_there_is_no_time_of_entry_and_costs_are_in_the_result(self):
        one, two = trades(read_case("bybit.csv", NOTHING))
        assert one.opened_at is None and one.flags == ("costs_included",) and two.exit_reason == "tp"
        assert one.closed_at == datetime(2026, 1, 5, 10, 5, 40, tzinfo=UTC)


class TestKraken:
    def test_a_fill_is_known_by_its_number(self):
        one, two = fills(read_case("kraken.csv", NOTHING))
        assert (one.native_id, one.currency, one.commission) == ("TDLH43-DVQXD-2KHVYY", "usd", D("-1.07200"))
        assert (two.side, two.quantity) == (-1, D("0.01"))


class TestAtas:
    def test_the_sign_of_the_volume_is_the_direction(self):
        one, two = trades(read_case("atas.csv"))
        assert [(t.direction, t.quantity, t.gross) for t in (one, two)] == [
            (1, D(2), D("40.00")), (-1, D(1), D("-58.50")),
        ]  # fmt: skip

    def test_volumes_of_one_sign_are_bad(self):
        text = case_bytes("atas.csv").replace(b"21510.25,-2", b"21510.25,2")
        assert reasons(read_statement(text, hints=Hints(zone="UTC"))) == ["bad_volume"]


class TestStocks:
    def test_tastytrade_prices_are_by_unit_and_effects_are_told(self):
        reading = read_case("tastytrade.csv", NOTHING)
        sold, bought = fills(reading)
        assert (bought.price, bought.multiplier, bought.effect, bought.commission) == (D("4.55"), D(100), "open", D(-1))
        assert (sold.price, sold.side, sold.effect, sold.fees) == (D("5.10"), -1, "close", D("-0.13"))
        assert [(c.kind, c.amount) for c in cash(reading)] == [("deposit", D("5000.00"))]

    def test_webull_takes_filled_orders_only_and_knows_options_by_their_symbol(self):
        reading = read_case("webull.csv", NOTHING)
        assert [(f.side, f.price, f.multiplier) for f in fills(reading)] == [
            (1, D("239.95"), D(1)), (-1, D("242.10"), D(1)), (1, D("4.55"), D(100)),
        ]  # fmt: skip
        assert fills(reading)[0].at == datetime(2026, 1, 5, 14, 31, 5, tzinfo=UTC)
        assert reading.buckets["pending"] == 1

    def test_schwab_trades_on_the_day_it_says_as_of(self):
        reading = read_case("schwab.csv", NOTHING)
        found = fills(reading)
        assert [(f.side, f.at.day, f.quantity, f.multiplier) for f in found] == [
            (-1, 13, D(10), D(1)), (1, 5, D(10), D(1)), (1, 6, D(1), D(100)),
        ]  # fmt: skip
        assert [(c.kind, c.amount) for c in cash(reading)] == [("financing", D("12.30")), ("deposit", D("5000.00"))]
        assert reading.buckets["summary"] == 1

    def test_etrade_names_its_account_above_the_table(self):
        reading = read_case("etrade.csv", NOTHING)
        assert reading.account.numbers == ("4711",)
        assert [(f.side, f.quantity, f.commission) for f in fills(reading)] == [
            (-1, D(10), D("-0.03")), (1, D(10), D(0)), (1, D(1), D("-0.66")),
        ]  # fmt: skip
        assert [c.kind for c in cash(reading)] == ["financing", "deposit"]
