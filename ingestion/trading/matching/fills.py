"""Fills to trades. Netting: one position an instrument, first in first out. Hedging: each position by its own id."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from ingestion.trading.matching.model import ZERO, Fill, Made, Matched, Orphan

PLACES = Decimal("0.0000000001")


@dataclass(slots=True)
class _Lot:
    quantity: Decimal
    price: Decimal


@dataclass(slots=True)
class _Position:
    """One decision while it is open: its lots, and what it has earned so far."""

    first: Fill
    lots: deque[_Lot] = field(default_factory=deque)
    held: Decimal = ZERO
    largest: Decimal = ZERO
    bought: Decimal = ZERO  # quantity that entered
    paid: Decimal = ZERO  # quantity × price of it
    sold: Decimal = ZERO
    received: Decimal = ZERO
    gross: Decimal = ZERO
    commission: Decimal = ZERO
    fees: Decimal = ZERO
    fills: list[Fill] = field(default_factory=list)
    exits: list[list[str | None]] = field(default_factory=list)

    def enter(self, fill: Fill) -> None:
        self.lots.append(_Lot(fill.quantity, fill.price))
        self.held += fill.quantity
        self.largest = max(self.largest, self.held)
        self.bought += fill.quantity
        self.paid += fill.quantity * fill.price
        self._note(fill)

    def leave(self, fill: Fill) -> None:
        """Close `fill.quantity` ≤ `held`, oldest lots first."""
        computed = self._take(fill)
        earned = computed if fill.gross is None else fill.gross
        self.held -= fill.quantity
        self.sold += fill.quantity
        self.received += fill.quantity * fill.price
        self.gross += earned
        self._note(fill)
        net = earned + fill.commission + fill.fees
        self.exits.append([fill.at.isoformat(), text_of(fill.quantity), text_of(fill.price), text_of(net)])

    def _take(self, fill: Fill) -> Decimal:
        left, earned = fill.quantity, ZERO
        while left:
            lot = self.lots[0]
            part = min(left, lot.quantity)
            earned += result(fill, self.first.side, lot.price, fill.price, part)
            lot.quantity -= part
            left -= part
            if not lot.quantity:
                self.lots.popleft()
        return earned

    def _note(self, fill: Fill) -> None:
        self.commission += fill.commission
        self.fees += fill.fees
        self.fills.append(fill)

    def made(self) -> Made:
        """The trade this is; without `closed_at` while something is held."""
        first, last = self.first, self.fills[-1]
        is_closed = not self.held
        expired = is_closed and not last.price and last.asset_class == "options"
        return Made(
            key=first.key,
            symbol=first.symbol,
            instrument=first.instrument,
            asset_class=first.asset_class,
            direction=first.side,
            opened_at=first.at,
            closed_at=last.at if is_closed else None,
            quantity=self.largest,
            entry_price=mean(self.paid, self.bought),
            exit_price=mean(self.received, self.sold),
            currency=first.currency,
            gross=self.gross.quantize(PLACES),
            commission=self.commission.quantize(PLACES),
            fees=self.fees.quantize(PLACES),
            sequence=last.sequence,
            stated_session=last.session_date if is_closed else None,
            stop_quality="none",
            exit_reason="expiry" if expired else "",
            members=list(dict.fromkeys(fill.key for fill in self.fills)),
            exits=self.exits,
            supported=all(fill.supported for fill in self.fills),
            grade=min((fill.grade for fill in self.fills), key=GRADES.index),
        )


#: The weakest evidence of a trade is the evidence of it.
GRADES = ["manual", "pasted", "", "file"]


def result(fill: Fill, direction: int, entry: Decimal, exit_price: Decimal, quantity: Decimal) -> Decimal:
    """direction × (exit − entry) × quantity × multiplier.

    An inverse contract earns direction × (1/entry − 1/exit) × quantity × multiplier.

    Source: contract specifications of linear and inverse futures (trading.md § 4.5).
    """
    if fill.inverse and entry and exit_price:
        return (direction * quantity * fill.multiplier * (1 / entry - 1 / exit_price)).quantize(PLACES)
    return direction * (exit_price - entry) * quantity * fill.multiplier


def match_fills(fills: Iterable[Fill], *, hedging: bool = False) -> Matched:
    """Trades from flat to flat, in the order (time, sequence, key); the order they are given in does not matter.

    A fill that crosses zero is split and its costs go along pro rata. A close without an open becomes an orphan.
    """
    groups: dict[tuple[str, str], list[Fill]] = {}
    for fill in fills:
        position = fill.position_id if hedging else ""
        groups.setdefault((fill.contract, position), []).append(fill)
    trades: list[Made] = []
    orphans: list[Orphan] = []
    for _, group in sorted(groups.items()):
        group.sort(key=lambda fill: (fill.at, fill.sequence, fill.key))
        _net(group, trades, orphans)
    return Matched(tuple(trades), tuple(orphans))


def _net(fills: Sequence[Fill], trades: list[Made], orphans: list[Orphan]) -> None:
    held: _Position | None = None
    for fill in fills:
        rest: Fill | None = fill
        if held is not None and fill.side != held.first.side:
            closing, rest = _split(fill, held.held)
            held.leave(closing)
            if not held.held:
                trades.append(held.made())
                held = None
        if rest is None:
            continue
        if held is None and rest.effect == "close":
            orphans.append(Orphan(rest.key, rest.contract, rest.quantity, rest.at, rest.commission + rest.fees))
            continue
        held = held or _Position(rest)
        held.enter(rest)
    if held is not None:
        trades.append(held.made())


def _split(fill: Fill, held: Decimal) -> tuple[Fill, Fill | None]:
    """The part that closes what is held, and what is left of it; nothing is lost between the two."""
    if fill.quantity <= held:
        return fill, None
    share = held / fill.quantity
    commission, fees = (fill.commission * share).quantize(PLACES), (fill.fees * share).quantize(PLACES)
    closing = replace(fill, quantity=held, commission=commission, fees=fees)
    rest = replace(
        fill,
        quantity=fill.quantity - held,
        commission=fill.commission - commission,
        fees=fill.fees - fees,
        gross=None,
    )
    return closing, rest


def mean(total: Decimal, quantity: Decimal) -> Decimal | None:
    return (total / quantity).quantize(PLACES) if quantity else None


def text_of(value: Decimal) -> str:
    return format(value.normalize(), "f")
