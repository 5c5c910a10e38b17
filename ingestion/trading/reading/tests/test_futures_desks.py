"""Tradovate, ProjectX, NinjaTrader and Rithmic: pairs, sessions, costs, and what is no trade."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal as D

import pytest

from ingestion.trading.reading.model import Hints, Kind
from ingestion.trading.reading.read import read_statement
from ingestion.trading.reading.tests.cases import case_bytes, fills, read_case, reasons, trades

CHICAGO = Hints(zone="America/Chicago")


class TestTradovate:
    def test_a_row_is_a_pair_and_the_earlier_fill_opened(self):
        found = [(t.direction, t.quantity, t.entry_price, t.exit_price, t.gross, t.pair) for t in
                 trades(read_case("tradovate.csv", CHICAGO))]  # fmt: skip
        assert found == [
            (1, D(2), D("21500.25"), D("21510.25"), D(40), ("9001", "9002")),
            (-1, D(1), D("21490.75"), D("21520.00"), D("-58.50"), ("9004", "9003")),
            (1, D(1), D("21520.00"), D("21525.00"), D(10), ("9004", "9005")),
            (-1, D(3), D("6010.50"), D("6010.25"), D("3.75"), ("9008", "9007")),
        ]

    def test_equal_times_go_by_the_number_of_the_fill_and_say_so(self):
        *sure, guessed = trades(read_case("tradovate.csv", CHICAGO))
        assert guessed.flags == ("direction_unknown",) and not any(trade.flags for trade in sure)

    def test_times_are_of_the_clock_that_is_asked_for(self):
        data = case_bytes("tradovate.csv")
        assert [question.key for question in read_statement(data).questions] == ["zone"]
        assert trades(read_statement(data, hints=CHICAGO))[0].opened_at == datetime(2026, 1, 5, 15, 31, 5, tzinfo=UTC)

    def test_milliseconds_since_1970_need_no_zone(self):
        text = case_bytes("tradovate.csv").decode().splitlines()
        rows = [text[0], "MNQH6,-2,0,0.25,9001,9002,2,21500.25,21510.25,$40.00,1767627065000,1767627910000,14min"]
        reading = read_statement("\n".join(rows).encode())
        assert trades(reading)[0].opened_at == datetime(2026, 1, 5, 15, 31, 5, tzinfo=UTC)

    def test_position_history_carries_its_session_and_leaves_open_positions_out(self):
        reading = read_case("tradovate_positions.csv", CHICAGO)
        assert (reading.format, reading.account.mode) == ("tradovate_positions", "netting")
        assert [(t.session_date, t.gross, t.currency) for t in trades(reading)] == [
            (date(2026, 1, 6), D(40), "usd"), (date(2026, 1, 6), D("-58.50"), "usd"),
        ]  # fmt: skip
        assert reading.buckets["open"] == 1

    def test_only_filled_orders_are_fills(self):
        reading = read_case("tradovate_orders.csv", CHICAGO)
        assert [(f.side, f.quantity, f.price, f.native_id) for f in fills(reading)] == [
            (1, D(2), D("21500.25"), "5001"), (-1, D(2), D("21510.25"), "5002"),
        ]  # fmt: skip
        assert reading.buckets["pending"] == 1


class TestProjectX:
    def test_results_are_before_fees_and_the_session_is_the_file_s_own(self):
        one, *rest = trades(read_case("projectx.csv", Hints()))
        assert (one.gross, one.fees, one.net, one.session_date) == (D(40), D("-1.48"), D("38.52"), date(2026, 1, 6))
        assert one.opened_at == datetime(2026, 1, 5, 23, 31, 5, tzinfo=UTC) and len(rest) == 2

    def test_rows_that_differ_only_in_their_id_are_two_trades(self):
        assert [t.native_id for t in trades(read_case("projectx.csv"))] == ["700001", "700002", "700003"]

    def test_it_asks_for_nothing(self):
        assert read_case("projectx.csv", Hints()).questions == ()

    def test_orders_bid_is_a_buy_and_what_was_not_filled_is_pending(self):
        reading = read_case("projectx_orders.csv", Hints())
        assert [(f.side, f.effect, f.account) for f in fills(reading)] == [
            (1, "open", "50KTC-V2-4711"), (-1, "close", "50KTC-V2-4711"),
        ]  # fmt: skip
        assert reading.buckets["pending"] == 2


class TestNinjaTrader:
    @pytest.mark.parametrize("name", ["ninjatrader.csv", "ninjatrader_local.csv"])
    def test_fills_are_the_same_in_us_and_local_writing(self, name):
        found = fills(read_case(name))
        assert [(f.side, f.quantity, f.price, f.effect, f.commission) for f in found] == [
            (1, D(2), D("21500.25"), "open", D("-1.48")), (-1, D(2), D("21510.25"), "close", D("-1.48")),
            (-1, D(1), D("21490.75"), "open", D("-0.74")), (1, D(1), D("21520"), "close", D("-0.74")),
        ]  # fmt: skip
        assert [f.at for f in found][2] == datetime(2026, 1, 13, 13, 2, tzinfo=UTC)

    def test_profit_is_after_all_fees_which_are_not_taken_off_again(self):
        one, two = trades(read_case("ninjatrader_trades.csv"))
        assert (one.gross, one.commission, one.fees, one.net) == (D("40.00"), D("-1.48"), D("-1.48"), D("37.04"))
        assert (two.gross, two.net) == (D("-58.50"), D("-59.98"))

    def test_the_worst_and_best_moments_are_money_and_exits_have_reasons(self):
        one, two = trades(read_case("ninjatrader_trades.csv"))
        assert (one.mae, one.mfe, one.exit_reason, one.setup) == (D("-6.50"), D(45), "tp", "Entry")
        assert (two.mae, two.exit_reason, two.setup) == (D("-58.50"), "sl", "Fade")
        assert one.native_id == two.native_id == ""

    def test_another_action_is_bad(self):
        text = case_bytes("ninjatrader.csv").replace(b"Sell,2", b"Transfer,2")
        assert reasons(read_statement(text, hints=Hints(zone="UTC"))) == ["bad_side"]


class TestRithmic:
    def test_accounts_of_one_file_are_told_apart_and_working_orders_are_no_trades(self):
        reading = read_case("rithmic.csv")
        assert [(f.account, f.side) for f in fills(reading)] == [
            ("APEX-1", 1), ("APEX-1", -1), ("APEX-2", 1), ("APEX-2", -1),
        ]  # fmt: skip
        assert reading.buckets["pending"] == 2 and reading.buckets["header"] == 2

    def test_a_blank_commission_is_its_rate_times_the_contracts(self):
        assert [f.commission for f in fills(read_case("rithmic.csv"))] == [D("-1.04")] * 4

    def test_performance_lists_results_before_costs(self):
        one, two = trades(read_case("rithmic_performance.csv"))
        assert (one.direction, one.gross, one.net) == (1, D(40), D("37.92"))
        assert (two.direction, two.net, two.session_date) == (-1, D("-59.54"), date(2026, 1, 6))


@pytest.mark.parametrize(
    "name", ["tradovate.csv", "tradovate_positions.csv", "projectx.csv", "ninjatrader_trades.csv",
             "rithmic_performance.csv"]
)  # fmt: skip
def test_a_result_that_does_not_follow_from_its_prices_is_noticed(name):
    reading = read_case(name, CHICAGO)
    assert all(line.kind is not Kind.BAD for line in reading.lines)
    tampered = case_bytes(name).replace(b"40.00", b"47.00").replace(b"37.04", b"44.04")
    changed = read_statement(tampered, hints=CHICAGO)
    assert set(reasons(changed)) <= {"result_mismatch", "multiplier_mismatch"} and reasons(changed)
