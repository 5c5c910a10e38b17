"""Contracts: roots of symbols, money per point, and files that contradict it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal as D

import pytest

from ingestion.trading.reading.contracts import multiplier_of, root_of, verified
from ingestion.trading.reading.invariants import checked
from ingestion.trading.reading.model import Kind, Line, ParsedTrade

AT = datetime(2026, 1, 5, 15, 0, tzinfo=UTC)
TRADE = ParsedTrade(
    "MNQH6", 1, D(2), D("21500.25"), D("21510.25"), AT, AT, "", "", D(40), multiplier=D(2), asset_class="futures"
)


def lines(*trades: ParsedTrade) -> list[Line]:
    return [Line(number, (), Kind.TRADE, records=(trade,)) for number, trade in enumerate(trades, start=1)]


@pytest.mark.parametrize(
    "symbol",
    [
        "MNQZ6",
        "MNQZ26",
        "MNQZ2026",
        "MNQ 12-26",
        "MNQ DEC26",
        "/MNQZ26:XCME",
        "/MNQ",
        "CON.F.US.MNQ.Z26",
        "CME_MINI:MNQ1!",
        "mnqz6",
    ],
)
def test_every_spelling_of_a_contract_has_one_root(symbol):
    assert root_of(symbol) == "MNQ" and multiplier_of(symbol) == 2


@pytest.mark.parametrize(
    ("symbol", "value"),
    [
        ("NQH6", "20"),
        ("MES 03-26", "5"),
        ("ESH6", "50"),
        ("M2KH6", "5"),
        ("MYMH6", "0.5"),
        ("CLG6", "1000"),
        ("MGCJ6", "10"),
        ("MBTF6", "0.1"),
    ],
)
def test_multipliers_are_data(symbol, value):
    assert multiplier_of(symbol) == D(value)


@pytest.mark.parametrize(
    ("symbol", "root"), [("/ES", "ES"), ("CL=F", "CL"), ("ESH6", "ES"), ("/ETHZ26", "ETH"), ("MES", "MES")]
)
def test_a_root_that_may_be_a_share_needs_a_mark(symbol, root):
    assert root_of(symbol) == root


@pytest.mark.parametrize(
    "symbol", ["EURUSD", "AAPL", "BTCUSDT", "XAUUSD", "US100", "", "MNQZ", "NQZ6X", "ES", "CL", "ETH", "BTC", "HE"]
)
def test_what_is_no_known_future_has_no_multiplier(symbol):
    assert multiplier_of(symbol) is None


def test_prices_that_give_the_result_are_left_alone():
    assert [line.kind for line in verified(lines(TRADE, replace(TRADE, direction=-1, gross=D(-40))))] == [
        Kind.TRADE
    ] * 2


def test_a_symbol_with_another_multiplier_is_blocked_whole_and_others_are_not():
    odd = replace(TRADE, gross=D(400))
    other = replace(TRADE, symbol="MESH6", multiplier=D(5), gross=D(100))
    found = verified(lines(odd, replace(odd, gross=D(40)), odd, other))
    assert [line.reason_code for line in found] == ["multiplier_mismatch"] * 3 + [""]
    assert found[0].records == () and found[0].kind is Kind.BAD


def test_one_result_among_many_that_does_not_tie_out_is_set_aside_alone():
    found = verified(lines(TRADE, TRADE, replace(TRADE, gross=D("40.50"))))
    assert [line.reason_code for line in found] == ["", "", "result_mismatch"]


def test_averaged_prices_may_be_rounded():
    rounded = replace(TRADE, quantity=D(3), entry_price=D("21500.08"), gross=D("61.00"))
    assert verified(lines(rounded))[0].kind is Kind.TRADE


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"opened_at": datetime(2026, 1, 6, tzinfo=UTC)}, "closes_before_it_opens"),
        ({"quantity": D("0.5")}, "bad_quantity"),
        ({"commission": D(-2000)}, "commission_too_large"),
        ({"symbol": ""}, "bad_symbol"),
    ],
)
def test_rows_no_market_can_have_produced(change, code):
    assert checked(lines(replace(TRADE, **change)))[0].reason_code == code


def test_a_real_move_of_the_market_is_no_outlier():
    prices = [D(100), D(130), D(131), D(132)]
    trades = [
        replace(TRADE, symbol="TSLA", asset_class="stocks", multiplier=None, entry_price=price) for price in prices
    ]
    assert [line.kind for line in checked(lines(*trades))] == [Kind.TRADE] * 4
