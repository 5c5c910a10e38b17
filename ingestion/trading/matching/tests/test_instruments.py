"""One spelling a contract, whatever the broker writes."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ingestion.trading.matching.instruments import instrument_of


@pytest.mark.parametrize(
    "symbol", ["MNQZ6", "MNQZ26", "mnqz6", "MNQ 12-26", "MNQ DEC26", "/MNQZ26:XCME", "CON.F.US.MNQ.Z26"]
)
def test_a_future_has_one_contract_however_it_is_spelled(symbol):
    found = instrument_of(symbol)
    assert (found.contract, found.name, found.asset_class, found.multiplier) == ("MNQ 6-12", "MNQ", "futures", 2)


@pytest.mark.parametrize(
    "symbol", ["EURUSD", "eurusd-2", "EURUSD.", "EURUSDm", "EUR/USD", "EUR.USD", "eurusd.pro", "EURUSD#"]
)
def test_suffixes_of_brokers_name_no_other_pair(symbol):
    assert (instrument_of(symbol).contract, instrument_of(symbol).asset_class) == ("EURUSD", "fx")


@pytest.mark.parametrize(
    ("symbol", "name", "kind", "is_supported"),
    [
        ("XAUUSD", "XAUUSD", "cfd", True),
        ("BTCUSDT", "BTCUSDT", "crypto", True),
        ("SOL-USDT", "SOLUSDT", "crypto", True),
        ("US30.cash", "US30.CASH", "cfd", True),
        ("QQQZ9", "QQQZ9", "futures", False),
        ("<script>", "<SCRIPT>", "cfd", False),
        ("SPXW 260320C05000000", "SPXW", "options", True),
    ],
)
def test_what_a_symbol_is(symbol, name, kind, is_supported):
    found = instrument_of(symbol)
    assert (found.name, found.asset_class, found.supported) == (name, kind, is_supported)


def test_a_coin_margined_perpetual_is_inverse():
    assert instrument_of("BTCUSD_PERP").inverse
    assert not instrument_of("BTCUSDT_PERP").inverse


def test_what_the_file_states_holds():
    assert instrument_of("MNQZ6", stated=Decimal(3)).multiplier == 3
    assert instrument_of("TSLA", "stocks").multiplier == 1
