"""The simulated trader is as he is said to be, and his statements are read as what they are."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from itertools import pairwise
from statistics import mean

import pytest

from ingestion.sandbox.trading.layouts import interactive_brokers, metatrader5, projectx, tradovate
from ingestion.sandbox.trading.trader import POINT, Truth, history
from ingestion.trading.matching.fills import match_fills
from ingestion.trading.matching.model import Fill
from ingestion.trading.reading.model import Hints, ParsedCash, ParsedExecution, ParsedTrade
from ingestion.trading.reading.read import read_statement

LAST = date(2026, 6, 12)
TRADES = history(last=LAST, n=120)


def test_tells_the_same_story_every_time():
    assert history(last=LAST, n=120) == TRADES
    assert history(last=LAST, n=50) != TRADES[:50] and len(history(last=LAST, n=50)) == 50
    assert history(last=LAST, n=0) == []


def test_trades_one_at_a_time():
    ends = [(trade.opened_at, trade.closed_at) for trade in TRADES]
    assert all(before[1] <= after[0] for before, after in pairwise(ends))


@pytest.mark.parametrize("revenge", [1.0, 1.6])
def test_trades_larger_after_a_loss_exactly_if_that_is_his_habit(revenge):
    trades = history(last=LAST, n=1500, truth=Truth(revenge=revenge))
    pairs = [(b.gross < 0, a.quantity) for b, a in pairwise(trades) if b.closed_at.date() == a.closed_at.date()]
    ratio = mean(q for lost, q in pairs if lost) / mean(q for lost, q in pairs if not lost)
    assert ratio == pytest.approx(revenge, abs=0.15)


def test_metatrader_is_read_as_what_was_traded():
    reading = read_statement(metatrader5(TRADES), filename="report.html", hints=Hints(zone="UTC"))
    assert (reading.format, reading.questions) == ("mt5", ())
    read = [(r.direction, r.quantity, r.closed_at, r.net) for r in reading.records if isinstance(r, ParsedTrade)]
    assert read == [(t.direction, t.quantity, t.closed_at, t.net) for t in TRADES]


def test_metatrader_s_balance_is_the_deposit_and_the_result():
    reading = read_statement(metatrader5(TRADES), filename="report.html", hints=Hints(zone="UTC"))
    (deposit,) = [r for r in reading.records if isinstance(r, ParsedCash)]
    assert deposit.kind == "deposit" and deposit.at < min(trade.opened_at for trade in TRADES)
    assert reading.totals.balance == deposit.amount + sum(trade.net for trade in TRADES)


@pytest.mark.parametrize(("layout", "form"), [(tradovate, "tradovate"), (projectx, "projectx")])
def test_other_desks_are_read_as_what_was_traded(layout, form):
    reading = read_statement(layout(TRADES), hints=Hints(zone="America/Chicago"))
    assert (reading.format, reading.questions) == (form, ())
    read = sorted((r.closed_at, r.direction, r.quantity, r.gross) for r in reading.records)
    assert read == sorted((t.closed_at, t.direction, t.quantity, t.gross) for t in TRADES)


def test_interactive_brokers_fills_become_the_same_trades():
    reading = read_statement(interactive_brokers(TRADES), filename="u.csv", hints=Hints(zone="America/New_York"))
    fills = [_fill(n, r) for n, r in enumerate(reading.records) if isinstance(r, ParsedExecution)]
    made = sorted(match_fills(fills).trades, key=lambda trade: trade.closed_at or trade.opened_at)
    assert [(m.direction, m.quantity, m.closed_at, m.net) for m in made] == [
        (t.direction, t.quantity, t.closed_at, t.net) for t in TRADES
    ]


def _fill(number: int, record: ParsedExecution) -> Fill:
    named = {"contract": "MNQ", "instrument": "MNQ", "asset_class": "futures", "multiplier": POINT, "currency": "usd"}
    same = ("symbol", "side", "quantity", "price", "at", "sequence", "commission", "fees")
    return Fill(str(number), **named, **{name: getattr(record, name) for name in same})


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def test_tradovate_says_the_gross_result_of_each_pair():
    read = [row["pnl"].replace("$", "").replace("(", "-").replace(")", "") for row in rows(tradovate(TRADES))]
    assert [Decimal(text) for text in read] == [trade.gross for trade in TRADES]


def test_projectx_says_gross_and_fees():
    read = [(Decimal(row["PnL"]), -Decimal(row["Fees"])) for row in rows(projectx(TRADES))]
    assert read == [(trade.gross, trade.fees) for trade in TRADES]
