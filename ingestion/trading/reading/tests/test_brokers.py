"""Interactive Brokers and thinkorswim: many sections, one level of records."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal as D

from ingestion.trading.reading.model import Hints
from ingestion.trading.reading.read import read_statement
from ingestion.trading.reading.tests.cases import case_bytes, cash, fills, read_case, reasons

EASTERN = Hints(zone="America/New_York")


class TestActivityStatement:
    def test_executions_are_read_where_there_are_any_else_orders(self):
        reading = read_case("ibkr_activity.csv")
        assert [(f.symbol, f.side * f.quantity) for f in fills(reading)] == [
            ("TSLA", 400), ("TSLA", 600), ("TSLA", -1000),
            ("TSLA 16JAN26 260 C", 2), ("TSLA 16JAN26 260 C", -2), ("EUR.USD", 10000),
        ]  # fmt: skip
        levels = [line.reason_code for line in reading.lines if line.reason_code]
        assert levels == ["other_level"] * 3 and reading.buckets["bad"] == 0

    def test_the_file_names_its_zone_and_that_wins_over_the_account_s(self):
        reading = read_case("ibkr_activity.csv", Hints(zone="Europe/Berlin"))
        assert reading.questions == ()
        assert fills(reading)[0].at == datetime(2026, 1, 5, 14, 31, 2, tzinfo=UTC)

    def test_each_class_of_assets_has_its_own_header(self):
        last = fills(read_case("ibkr_activity.csv"))[-1]
        assert (last.asset_class, last.commission, last.fee_currency, last.price) == ("fx", D(-2), "usd", D("1.0850"))

    def test_multipliers_come_from_the_list_of_instruments(self):
        assert {f.symbol: f.multiplier for f in fills(read_case("ibkr_activity.csv"))} == {
            "TSLA": D(1), "TSLA 16JAN26 260 C": D(100), "EUR.USD": D(1),
        }  # fmt: skip

    def test_its_own_totals_are_read(self):
        totals = read_case("ibkr_activity.csv").totals
        assert (totals.closed_pnl, totals.commission) == (D("495.9"), D("-16.1"))
        assert totals.by_symbol == (("TSLA", D("388.8")), ("TSLA 16JAN26 260 C", D("107.1")))

    def test_fills_and_their_costs_add_up_to_what_it_says_was_realised(self):
        reading = read_case("ibkr_activity.csv")
        money = sum(-f.side * f.quantity * f.price * f.multiplier + f.commission for f in fills(reading)[:-1])
        assert money == reading.totals.closed_pnl

    def test_cash_is_read_and_its_totals_are_not(self):
        assert [(flow.kind, flow.amount) for flow in cash(read_case("ibkr_activity.csv"))] == [
            ("deposit", 5000),
            ("fee", -10),
        ]

    def test_open_positions_are_kept_apart(self):
        assert read_case("ibkr_activity.csv").buckets["open"] == 1


class TestFlex:
    def test_only_executions_are_read_and_a_repeated_header_is_no_record(self):
        reading = read_case("ibkr_flex.csv")
        assert (reading.format, dict(reading.buckets)) == ("ibkr_flex", {"header": 2, "execution": 4, "summary": 1})
        assert [f.native_id for f in fills(reading)] == [f"0000e1a7.aa0{number}" for number in (1, 2, 3, 4)]

    def test_times_have_no_zone_so_it_is_asked(self):
        assert [question.key for question in read_case("ibkr_flex.csv", Hints()).questions] == ["zone"]

    def test_a_zone_behind_the_time_is_taken(self):
        text = case_bytes("ibkr_flex.csv")
        for clock in (b";093105", b";094500", b";100000"):
            text = text.replace(clock, clock + b" EST")
        reading = read_statement(text)
        assert reading.questions == () and fills(reading)[0].at == datetime(2026, 1, 5, 14, 31, 5, tzinfo=UTC)

    def test_a_file_of_several_accounts_says_which_row_is_whose(self):
        reading = read_case("ibkr_flex.csv")
        assert reading.account.numbers == ("U1234567", "U7654321")
        assert [f.account for f in fills(reading)] == ["U1234567", "U1234567", "U7654321", "U7654321"]

    def test_xml_and_csv_are_the_same_fills(self):
        assert fills(read_case("ibkr_flex.xml", EASTERN)) == fills(read_case("ibkr_flex.csv", EASTERN))[:2]

    def test_xml_carries_cash_too(self):
        assert [(c.kind, c.amount, c.native_id) for c in cash(read_case("ibkr_flex.xml"))] == [
            ("deposit", 2500, "5900")
        ]

    def test_a_cancelled_trade_undoes_itself(self):
        lines = case_bytes("ibkr_flex.csv").splitlines()
        undone = lines[1].replace(b'"BUY","2"', b'"BUY (Ca.)","-2"').replace(b"aa01", b"aa09")
        both = fills(read_statement(b"\n".join([lines[0], lines[1], undone]), hints=EASTERN))
        assert [fill.side * fill.quantity for fill in both] == [2, -2]


class TestTransactionHistory:
    def test_buys_and_sells_are_fills_whatever_the_sign_of_their_quantity(self):
        reading = read_case("ibkr_history.csv", EASTERN)
        assert (reading.format, reading.account.currency, reading.questions) == ("ibkr_history", "usd", ())
        assert [(f.symbol, f.side * f.quantity, f.multiplier, f.commission) for f in fills(reading)] == [
            ("TSLA", 100, D(1), D("-1.00")),
            ("TSLA", -100, D(1), D("-1.35")),
            ("SPY   260116C00600000", 2, D(100), D("-1.30")),
        ]

    def test_a_date_without_a_time_is_the_beginning_of_that_day(self):
        assert fills(read_case("ibkr_history.csv", EASTERN))[0].at == datetime(2026, 1, 5, 5, tzinfo=UTC)

    def test_cash_is_told_by_its_type(self):
        assert [(c.kind, c.amount) for c in cash(read_case("ibkr_history.csv", EASTERN))] == [
            ("deposit", D(5000)), ("financing", D("-3.21")), ("fee", D("-10.00")),
        ]  # fmt: skip

    def test_parts_of_currency_trades_are_kept_and_not_read(self):
        reading = read_case("ibkr_history.csv", EASTERN)
        assert [line.reason_code for line in reading.lines if line.reason_code] == ["unknown_type"]


class TestThinkorswim:
    def test_trades_come_from_the_trade_history_leg_by_leg(self):
        reading = read_case("thinkorswim.csv", EASTERN)
        assert (reading.format, reading.buckets["execution"], reading.buckets["bad"]) == ("thinkorswim", 8, 0)
        assert reading.account.numbers == ("12345678SCHW",)

    def test_later_legs_of_a_spread_take_the_time_of_the_first(self):
        legs = [
            f
            for f in fills(read_case("thinkorswim.csv", EASTERN))
            if f.at == datetime(2026, 1, 6, 15, 59, 59, tzinfo=UTC)
        ]
        assert [(f.symbol, f.side, f.price, f.multiplier) for f in legs] == [
            ("SPY 16 JAN 26 600 CALL", -1, D("2.40"), D(100)),
            ("SPY 16 JAN 26 605 CALL", 1, D("1.20"), D(100)),
        ]

    def test_every_cost_the_cash_sections_print_is_kept_once(self):
        reading = read_case("thinkorswim.csv", EASTERN)
        on_fills = sum(fill.commission + fill.fees for fill in fills(reading))
        alone = sum(flow.amount for flow in cash(reading) if flow.kind == "fee")
        assert (on_fills, alone) == (D("-0.62") + D("-2.66") + D("-2.65") + 2 * D("-2.62"), D("-1.00"))

    def test_costs_find_their_trade_though_clocks_differ_by_seconds(self):
        sold = next(f for f in fills(read_case("thinkorswim.csv", EASTERN)) if f.symbol == "TSLA" and f.side < 0)
        assert sold.fees == D("-0.62")

    def test_premiums_in_the_cash_section_are_never_results(self):
        assert all(fill.gross is None for fill in fills(read_case("thinkorswim.csv", EASTERN)))
        assert [flow.amount for flow in cash(read_case("thinkorswim.csv", EASTERN)) if flow.kind != "fee"] == [D(2500)]

    def test_orders_that_never_traded_are_pending(self):
        assert read_case("thinkorswim.csv", EASTERN).buckets["pending"] == 1

    def test_dates_are_month_first_though_every_one_is_ambiguous(self):
        assert {fill.at.month for fill in fills(read_case("thinkorswim.csv", EASTERN))} == {1}

    def test_a_leg_without_any_first_leg_is_bad(self):
        text = case_bytes("thinkorswim.csv").replace(b",1/7/26 15:00:00,VERTICAL", b",,VERTICAL")
        assert reasons(read_statement(text, hints=EASTERN)) == ["no_first_leg", "no_first_leg"]

    def test_today_s_trade_activity_has_its_trades_under_filled_orders(self):
        text = (
            "Today's Trade Activity for 56037956SCHW (Individual) on 1/5/26 10:56:32\n\nWorking Orders\n"
            "Notes,,Time Placed,Spread,Side,Qty,Pos Effect,Symbol,Exp,Strike,Type,PRICE,,TIF,Mark,Status\n"
            ",,1/5/26 10:15:02,STOCK,BUY,+100,TO OPEN,ABC,,,STOCK,4.50,,DAY,4.50,OPEN\n\nFilled Orders\n"
            ",,Exec Time,Spread,Side,Qty,Pos Effect,Symbol,Exp,Strike,Type,Price,Net Price,"
            "Price Improvement,Order Type\n"
            ",,1/5/26 09:31:36,STOCK,SELL,-25,TO CLOSE,OCTO,,,STOCK,4.29,4.29,-,STP\n"
            ",,1/5/26 09:31:30,STOCK,BUY,+25,TO OPEN,OCTO,,,STOCK,4.33,4.33,-,STP\n\nCanceled Orders\n"
            "Notes,,Time Canceled,Spread,Side,Qty,Pos Effect,Symbol,Exp,Strike,Type,PRICE,,TIF,Status\n"
            ",,1/5/26 09:33:45,STOCK,SELL,-25,TO CLOSE,OCTO,,,STOCK,~,MKT,DAY,CANCELED\n"
        )
        reading = read_statement(text.encode(), hints=EASTERN)
        assert [(f.symbol, f.side * f.quantity, f.price) for f in fills(reading)] == [
            ("OCTO", -25, D("4.29")), ("OCTO", 25, D("4.33")),
        ]  # fmt: skip
        assert reading.buckets["pending"] == 2 and reading.account.numbers == ("56037956SCHW",)
