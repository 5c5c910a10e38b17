"""What reading a statement gives: every line of it in one bucket, and what the file says about itself.

Prices, quantities and money are decimals in major units of the statement's currency, costs negative. Moments are aware
and in UTC; the text they were read from stays beside them, because a zone can turn out to be wrong.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

ZERO = Decimal(0)


class Kind(StrEnum):
    """The bucket of a line. Every line of a file is in exactly one."""

    TRADE = "trade"  # a completed round trip, or a part of one, as the broker prints it
    EXECUTION = "execution"  # one fill
    CASH = "cash"
    OPEN = "open"  # a position that was still open when the statement was made
    PENDING = "pending"  # an order that never traded
    SUMMARY = "summary"  # totals, and what the file says about itself
    HEADER = "header"
    BLANK = "blank"
    UNKNOWN = "unknown"  # nothing this format knows; kept, and shown
    BAD = "bad"  # meant as a record, and cannot be one: see the line's reason


class StopQuality(StrEnum):
    INITIAL = "initial"
    LAST_KNOWN = "last_known"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class ParsedExecution:
    """One fill. `side` is 1 for buy and −1 for sell; `effect` is open, close or empty where the file does not say."""

    symbol: str
    side: int
    quantity: Decimal
    price: Decimal
    at: datetime
    at_text: str
    native_id: str = ""
    order_id: str = ""
    position_id: str = ""
    effect: str = ""
    commission: Decimal = ZERO
    fees: Decimal = ZERO
    fee_currency: str = ""
    currency: str = ""
    multiplier: Decimal | None = None
    asset_class: str = ""
    account: str = ""  # as the file names it, where it holds several
    gross: Decimal | None = None  # realised by this fill, where the file says so
    session_date: date | None = None
    sequence: int = 0  # order among equal times


@dataclass(frozen=True, slots=True)
class ParsedTrade:
    """One completed row of the broker, perhaps a fragment of a decision. `direction` is 1 for long, −1 for short.

    `gross` excludes commission, fees and swap. `opened_at` is None where the format has no time of entry.
    """

    symbol: str
    direction: int
    quantity: Decimal
    entry_price: Decimal | None
    exit_price: Decimal | None
    opened_at: datetime | None
    closed_at: datetime
    opened_text: str
    closed_text: str
    gross: Decimal
    native_id: str = ""
    pair: tuple[str, str] | None = None  # fill ids of buy and sell
    position_id: str = ""
    commission: Decimal = ZERO
    fees: Decimal = ZERO
    swap: Decimal = ZERO
    currency: str = ""
    multiplier: Decimal | None = None
    asset_class: str = ""
    account: str = ""
    stop: Decimal | None = None
    stop_quality: StopQuality = StopQuality.NONE
    target: Decimal | None = None
    mae: Decimal | None = None  # worst unrealised money, ≤ 0
    mfe: Decimal | None = None  # best unrealised money, ≥ 0
    exit_reason: str = ""  # sl, tp, stopout, manual, expiry
    setup: str = ""
    comment: str = ""
    session_date: date | None = None
    flags: tuple[str, ...] = ()  # such as direction_unknown, ambiguous_time
    sequence: int = 0

    @property
    def net(self) -> Decimal:
        return self.gross + self.commission + self.fees + self.swap


@dataclass(frozen=True, slots=True)
class ParsedCash:
    """Money that moved without a trade.

    `kind`: deposit, withdrawal, credit, financing, fee, payout, transfer or adjustment.
    """

    kind: str
    amount: Decimal
    at: datetime
    at_text: str
    currency: str = ""
    native_id: str = ""
    account: str = ""
    comment: str = ""
    sequence: int = 0


Parsed = ParsedExecution | ParsedTrade | ParsedCash


@dataclass(frozen=True, slots=True)
class Line:
    """One line (or table row) of the file, word for word, and what it became. `records` is empty unless accepted."""

    number: int
    cells: tuple[str, ...]
    kind: Kind
    section: str = ""
    records: tuple[Parsed, ...] = ()
    reason_code: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Totals:
    """What the statement says it adds up to; None where it does not say. `closed_pnl` is after all costs."""

    closed_pnl: Decimal | None = None
    gross_profit: Decimal | None = None
    gross_loss: Decimal | None = None
    commission: Decimal | None = None
    swap: Decimal | None = None
    trades: int | None = None
    wins: int | None = None
    deposits: Decimal | None = None
    balance: Decimal | None = None
    by_symbol: tuple[tuple[str, Decimal], ...] = ()


@dataclass(frozen=True, slots=True)
class StatedAccount:
    """What the file says about the account(s) it is of."""

    numbers: tuple[str, ...] = ()
    name: str = ""
    broker: str = ""
    currency: str = ""
    mode: str = ""  # netting or hedging
    zone: str = ""  # IANA name or a fixed offset such as +02:00
    starting_balance: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """How something ambiguous was read, such as `decimals:Price` → comma.

    `made_by`: cell, header, format, account, evidence or person.
    """

    key: str
    value: str
    made_by: str
    because: str


@dataclass(frozen=True, slots=True)
class Question:
    """What only a person can tell: decimals, the order of a date, the zone, the columns of a header, the account."""

    key: str
    text: str
    choices: tuple[tuple[str, str], ...]  # (value, label); empty for a free text
    because: str = ""
    suggested: str = ""


@dataclass(frozen=True, slots=True)
class Hints:
    """What is known before reading: answers for this file, a remembered mapping, the account's own settings."""

    answers: dict[str, str] = field(default_factory=dict)  # question key → value
    zone: str = ""
    currency: str = ""
    mapping: dict[str, str] = field(default_factory=dict)  # column of the file → field, for an unknown header


@dataclass(frozen=True, slots=True)
class Reading:
    """The whole file. Open `questions` keep it from being accepted; `lines` are then as good as they can be."""

    format: str
    label: str
    version: str
    confidence: Decimal
    encoding: str
    delimiter: str
    header: tuple[str, ...]  # of the main table
    lines: tuple[Line, ...]
    account: StatedAccount = StatedAccount()
    totals: Totals = Totals()
    decisions: tuple[Decision, ...] = ()
    questions: tuple[Question, ...] = ()
    sections_used: tuple[str, ...] = ()

    @property
    def records(self) -> tuple[Parsed, ...]:
        return tuple(record for line in self.lines for record in line.records)

    @property
    def buckets(self) -> Counter[str]:
        """Lines by kind; they add up to all lines."""
        return Counter(line.kind.value for line in self.lines)
