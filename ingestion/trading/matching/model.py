"""What goes into matching and what comes out: plain values, decimals in major units, costs negative."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Fill:
    """One execution. `contract` is what positions are held in; `gross` what the broker says this fill realised."""

    key: str
    contract: str
    symbol: str
    instrument: str
    asset_class: str
    side: int
    quantity: Decimal
    price: Decimal
    at: datetime
    multiplier: Decimal
    currency: str
    sequence: int = 0
    gross: Decimal | None = None
    commission: Decimal = ZERO
    fees: Decimal = ZERO
    effect: str = ""
    position_id: str = ""
    session_date: date | None = None
    supported: bool = True
    inverse: bool = False
    grade: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One completed row of the broker: a round trip or a fragment of one."""

    key: str
    contract: str
    symbol: str
    instrument: str
    asset_class: str
    direction: int
    quantity: Decimal
    entry_price: Decimal | None
    exit_price: Decimal | None
    opened_at: datetime | None
    closed_at: datetime
    gross: Decimal
    currency: str
    multiplier: Decimal | None = None
    commission: Decimal = ZERO
    fees: Decimal = ZERO
    swap: Decimal = ZERO
    position_id: str = ""
    sequence: int = 0
    stop: Decimal | None = None
    stop_quality: str = ""
    target: Decimal | None = None
    mae: Decimal | None = None
    mfe: Decimal | None = None
    exit_reason: str = ""
    setup: str = ""
    flags: tuple[str, ...] = ()
    session_date: date | None = None
    supported: bool = True
    grade: str = ""

    @property
    def net(self) -> Decimal:
        return self.gross + self.commission + self.fees + self.swap


@dataclass(slots=True)
class Made:
    """A trade as matching makes it; the columns of `Trade`. An open one has no `closed_at`."""

    key: str
    symbol: str
    instrument: str
    asset_class: str
    direction: int
    opened_at: datetime | None
    closed_at: datetime | None
    quantity: Decimal
    entry_price: Decimal | None
    exit_price: Decimal | None
    currency: str
    gross: Decimal = ZERO
    commission: Decimal = ZERO
    fees: Decimal = ZERO
    swap: Decimal = ZERO
    sequence: int = 0
    session_date: date | None = None
    stated_session: date | None = None
    initial_risk: Decimal | None = None
    stop: Decimal | None = None
    stop_quality: str = ""
    target: Decimal | None = None
    mae: Decimal | None = None
    mfe: Decimal | None = None
    exit_reason: str = ""
    setup: str = ""
    members: list[str] = field(default_factory=list)
    exits: list[list[str | None]] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    supported: bool = True
    grade: str = ""

    @property
    def net(self) -> Decimal:
        return self.gross + self.commission + self.fees + self.swap


@dataclass(frozen=True, slots=True)
class Orphan:
    """A close, or a part of one, whose opening is in no statement. It is no trade: what it earned cannot be known."""

    key: str
    contract: str
    quantity: Decimal
    at: datetime
    costs: Decimal


@dataclass(frozen=True, slots=True)
class Matched:
    """Trades closed and open, and the closes nobody opened."""

    trades: tuple[Made, ...]
    orphans: tuple[Orphan, ...] = ()
