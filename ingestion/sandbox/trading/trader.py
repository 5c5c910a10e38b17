"""One simulated trader of one future, whose truth is known: his edge, and what losing does to his size and his pace.

Everything follows from the seed and the last day: the same trader has the same history at every start.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from ingestion.sandbox.draws import Draws

SYMBOL: Final = "MNQM6"
POINT: Final = Decimal(2)  # money for one point of one contract
TICK: Final = Decimal("0.25")
FEE: Final = Decimal("1.24")  # a contract, there and back
FIRST_PRICE: Final = 84_000  # in ticks
OPENS: Final = time(14, 30)
START_BALANCE: Final = Decimal(25_000)


@dataclass(frozen=True, slots=True)
class Truth:
    """What the trader is like; what analytics should find, and no more.

    edge:      mean result in units of risk. Zero is a trader without one.
    revenge:   how much larger he trades after a loss of the same day; 1 is a trader without the habit.
    haste:     how much sooner he enters after a loss than after a win.
    """

    edge: float = 0.07
    revenge: float = 1.6
    haste: float = 0.55
    stop_ticks: int = 48
    contracts: int = 2


@dataclass(frozen=True, slots=True)
class SimulatedTrade:
    """One round trip; prices on the tick, times on the second, in UTC."""

    number: int
    direction: int
    quantity: int
    entry: Decimal
    exit: Decimal
    opened_at: datetime
    closed_at: datetime
    reason: str

    @property
    def gross(self) -> Decimal:
        return self.direction * (self.exit - self.entry) * self.quantity * POINT

    @property
    def fees(self) -> Decimal:
        """A cost, negative."""
        return -FEE * self.quantity

    @property
    def net(self) -> Decimal:
        return self.gross + self.fees


def history(*, last: date, n: int = 400, seed: str = "trader", truth: Truth | None = None) -> list[SimulatedTrade]:
    """The last `n` trades up to and with the day `last`, the oldest first. Empty: none for n = 0."""
    truth = truth or Truth()
    draws = Draws(seed, seed)
    days: list[date] = []
    sizes: list[int] = []
    day = last
    while sum(sizes) < n:
        if day.weekday() < 5:
            days.append(day)
            sizes.append(draws.of("day", len(days)).choice((3, 4, 5, 6, 7)))
        day -= timedelta(days=1)
    made: list[SimulatedTrade] = []
    for number in range(len(days), 0, -1):
        made += _day(draws, number, days[number - 1], sizes[number - 1], truth, start=len(made))
    return made[len(made) - n :]


def _day(draws: Draws, number: int, day: date, size: int, truth: Truth, *, start: int) -> Iterator[SimulatedTrade]:
    """Trades of one session. He widens his size and hurries after a loss; the result itself knows nothing of that."""
    rng = draws.of("session", number)
    at = datetime.combine(day, OPENS, UTC) + timedelta(seconds=rng.randrange(30, 2400))
    price = FIRST_PRICE + rng.randrange(-4000, 4000)
    after_loss = False
    for order in range(size):
        quantity = round(truth.contracts * (truth.revenge if after_loss else 1) * rng.choice((1, 1, 1, 1.5)))
        risked = truth.stop_ticks
        move = round(risked * max(-1.0, min(3.0, rng.gauss(truth.edge, 1.0))))
        direction = rng.choice((1, -1))
        held = timedelta(seconds=rng.randrange(40, 1500))
        reason = "sl" if move == -risked else "tp" if move == 3 * risked else "manual"
        yield SimulatedTrade(
            start + order + 1,
            direction,
            quantity,
            price * TICK,
            (price + direction * move) * TICK,
            at,
            at + held,
            reason,
        )
        after_loss = move < 0
        pause = rng.randrange(120, 1800) * (truth.haste if after_loss else 1)
        at += held + timedelta(seconds=round(pause))
        price += direction * move + rng.randrange(-60, 60)
