"""Fills to trades: examples by hand, and what holds for any fills."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ingestion.trading.matching.fills import match_fills
from ingestion.trading.matching.model import ZERO, Fill

START = datetime(2026, 3, 2, 14, tzinfo=UTC)


def fill(number: int, side: int, quantity: str, price: str, **fields: Any) -> Fill:
    given = {"contract": "MNQ 6-06", "symbol": "MNQM6", "instrument": "MNQ", "asset_class": "futures"} | fields
    given = {"at": START + timedelta(minutes=number), "multiplier": Decimal(2), "currency": "usd"} | given
    return Fill(f"e{number:04d}", side=side, quantity=Decimal(quantity), price=Decimal(price), **given)


def nets(*fills: Fill, **options: Any) -> list[Decimal]:
    return [trade.net for trade in match_fills(fills, **options).trades]


class TestNetting:
    def test_a_round_trip_is_one_trade(self):
        (trade,) = match_fills([fill(1, 1, "2", "100"), fill(2, -1, "2", "103")]).trades
        assert (trade.key, trade.direction, trade.quantity, trade.gross) == ("e0001", 1, 2, 12)
        assert (trade.entry_price, trade.exit_price) == (100, 103)
        assert trade.members == ["e0001", "e0002"]

    def test_scaling_in_and_out_is_one_decision_with_weighted_prices(self):
        fills = [fill(1, 1, "1", "100"), fill(2, 1, "3", "104"), fill(3, -1, "2", "106"), fill(4, -1, "2", "102")]
        (trade,) = match_fills(fills).trades
        assert (trade.quantity, trade.entry_price, trade.exit_price) == (4, 103, 104)
        assert trade.gross == 8
        # First in, first out: 1 × (106−100) + 1 × (106−104), then 2 × (102−104); twice that in money.
        assert [exit_[3] for exit_ in trade.exits] == ["16", "-8"]

    def test_a_fill_through_zero_is_split_and_its_costs_with_it(self):
        fills = [fill(1, 1, "1", "100"), fill(2, -1, "4", "110", commission=Decimal(-4)), fill(3, 1, "3", "105")]
        first, second = match_fills(fills).trades
        assert (first.direction, first.gross, first.commission) == (1, 20, -1)
        assert (second.key, second.direction, second.gross, second.commission) == ("e0002", -1, 30, -3)

    def test_costs_that_do_not_divide_are_kept_to_the_last_digit(self):
        fills = [fill(1, 1, "1", "100"), fill(2, -1, "3", "100", commission=Decimal("-0.01")), fill(3, 1, "2", "100")]
        assert sum(trade.commission for trade in match_fills(fills).trades) == Decimal("-0.01")

    def test_an_open_position_is_kept_with_what_it_has_earned(self):
        (trade,) = match_fills([fill(1, -1, "2", "100"), fill(2, 1, "1", "90")]).trades
        assert (trade.closed_at, trade.session_date, trade.gross) == (None, None, 20)

    def test_a_close_without_its_open_is_no_trade(self):
        matched = match_fills([fill(1, -1, "1", "100", effect="close"), fill(2, 1, "1", "90", effect="open")])
        assert [orphan.key for orphan in matched.orphans] == ["e0001"]
        assert [trade.closed_at for trade in matched.trades] == [None]

    def test_more_closed_than_held_leaves_the_rest_an_orphan(self):
        fills = [fill(1, 1, "1", "100", effect="open"), fill(2, -1, "3", "101", effect="close")]
        matched = match_fills(fills)
        assert [trade.gross for trade in matched.trades] == [2]
        assert [orphan.quantity for orphan in matched.orphans] == [2]

    def test_fills_of_one_second_follow_their_sequence(self):
        at = {"at": START}
        fills = [fill(2, -1, "1", "101", sequence=1, **at), fill(1, 1, "1", "100", sequence=0, **at)]
        (trade,) = match_fills(fills).trades
        assert (trade.direction, trade.gross) == (1, 2)

    def test_what_the_broker_says_a_close_realised_holds(self):
        assert nets(fill(1, 1, "1", "1.1"), fill(2, -1, "1", "1.2", gross=Decimal("9.87"))) == [Decimal("9.87")]

    def test_an_inverse_contract_earns_in_reciprocals(self):
        fills = [fill(1, 1, "100", "50000", inverse=True), fill(2, -1, "100", "62500", inverse=True)]
        assert nets(*fills) == [Decimal("0.0008")]

    def test_an_option_that_ends_at_zero_expired(self):
        opened, ended = fill(1, 1, "1", "3", asset_class="options"), fill(2, -1, "1", "0", asset_class="options")
        assert match_fills([opened, ended]).trades[0].exit_reason == "expiry"


class TestHedging:
    def test_positions_are_matched_by_their_id_and_never_first_in_first_out(self):
        fills = [
            fill(1, 1, "1", "100", position_id="7"),
            fill(2, 1, "1", "110", position_id="8"),
            fill(3, -1, "1", "120", position_id="8"),
            fill(4, -1, "1", "90", position_id="7"),
        ]
        assert nets(*fills, hedging=True) == [-20, 20]
        assert len(nets(*fills)) == 1


steps = st.lists(
    st.tuples(
        st.sampled_from((1, -1)), st.integers(1, 5), st.integers(90, 110), st.integers(0, 300), st.integers(0, 3)
    ),
    max_size=25,
)


def made_of(drawn: list[tuple[int, int, int, int, int]]) -> list[Fill]:
    return [
        fill(number, side, str(size), str(price), commission=-Decimal(cents) / 100, at=START + timedelta(minutes=gap))
        for number, (side, size, price, cents, gap) in enumerate(drawn)
    ]


@given(steps)
def test_trades_and_what_is_open_add_up_to_the_cash_of_the_fills(drawn):
    fills = made_of(drawn)
    trades = match_fills(fills).trades
    cash = sum((-f.side * f.price * f.quantity * 2 + f.commission for f in fills), ZERO)
    held = sum((f.side * f.quantity for f in fills), ZERO)
    worth = ZERO
    for trade in trades:
        if trade.closed_at is None:
            left = _left(trade, fills)
            worth += sum(price * size for price, size in left) * 2 * trade.direction
            assert sum(size for _, size in left) * trade.direction == held
    assert sum((trade.net for trade in trades), ZERO) == cash + worth


def _left(trade: Any, fills: list[Fill]) -> list[tuple[Decimal, Decimal]]:
    """Lots of an open trade: its entries, less its exits from the oldest on."""
    ordered = sorted(fills, key=lambda f: (f.at, f.sequence, f.key))
    start = next(i for i, f in enumerate(ordered) if f.key == trade.key)
    before = sum((f.side * f.quantity for f in ordered[:start]), ZERO)
    lots: list[list[Decimal]] = []
    for f in ordered[start:]:
        size = abs(before + f.side * f.quantity) if f.key == trade.key else f.quantity
        if f.side == trade.direction:
            lots.append([f.price, size])
            continue
        while size:
            part = min(size, lots[0][1])
            lots[0][1] -= part
            size -= part
            if not lots[0][1]:
                lots.pop(0)
    return [(price, size) for price, size in lots]


@given(steps, st.randoms(use_true_random=False))
def test_the_order_fills_are_given_in_does_not_matter(drawn, random):
    fills = made_of(drawn)
    shuffled = fills.copy()
    random.shuffle(shuffled)
    assert match_fills(shuffled) == match_fills(fills)
