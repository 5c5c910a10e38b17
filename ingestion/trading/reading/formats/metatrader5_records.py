"""From rows of an MT5 report to trades, fills and cash."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from ingestion.trading.reading.formats.base import BadValue, Cells, Outcome, accept, to_decimal
from ingestion.trading.reading.formats.cash import cash_kind
from ingestion.trading.reading.formats.metatrader5_shape import Shape
from ingestion.trading.reading.formats.table import Table
from ingestion.trading.reading.model import Kind, ParsedCash, ParsedExecution, ParsedTrade, StopQuality
from ingestion.trading.reading.numbers import POINT
from ingestion.trading.reading.rows import Row

CAUSES = (("[sl", "sl"), ("[tp", "tp"), ("so ", "stopout"), ("[so", "stopout"), ("so:", "stopout"))
CASH_KINDS = {"credit": "credit", "bonus": "credit", "interest": "financing", "dividend": "financing"}
EFFECTS = {"in": "open", "out": "close", "out by": "close"}


@dataclass(frozen=True, slots=True)
class PositionRow:
    """`comments`: (close time, symbol) → comment of the closing deal, which the Positions table leaves out."""

    currency: str
    comments: dict[tuple[str, str], str] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Sequence[Row], shapes: Sequence[Shape], deals: Table, currency: str) -> PositionRow:
        comments = {}
        for row, shape in zip(rows, shapes, strict=True):
            cells = Cells(row, deals)
            if shape is Shape.DEAL and cells.text("direction").lower() != "in" and cells.text("comment"):
                comments[(cells.text("at"), cells.text("symbol"))] = cells.text("comment")
        return cls(currency, comments)

    def trade(self, cells: Cells) -> Outcome:
        opened, closed = cells.moment("opened"), cells.moment("closed")
        symbol = cells.needed_text("symbol")
        ending = self.comments.get((cells.text("closed"), symbol), "")
        stop, target = cells.maybe("stop"), cells.maybe("target")
        number = cells.id("id")
        return accept(
            Kind.TRADE,
            ParsedTrade(
                symbol=symbol,
                direction=cells.side("type"),
                quantity=_volume(cells),
                entry_price=cells.decimal("entry"),
                exit_price=cells.decimal("exit"),
                opened_at=opened.at,
                closed_at=closed.at,
                opened_text=opened.text,
                closed_text=closed.text,
                gross=cells.decimal("profit"),
                native_id=number,
                position_id=number,
                commission=cells.money("commission"),
                swap=cells.money("swap"),
                currency=self.currency,
                stop=stop or None,
                stop_quality=StopQuality.LAST_KNOWN if stop else StopQuality.NONE,
                target=target or None,
                exit_reason=_cause(ending),
                comment=cells.title("type") or ending,
                flags=("ambiguous_time",) if opened.ambiguous or closed.ambiguous else (),
            ),
        )


@dataclass(frozen=True, slots=True)
class DealRow:
    currency: str

    def execution(self, cells: Cells) -> Outcome:
        """One fill; its swap is cash of its own, since a fill has no swap."""
        at, number = cells.moment("at"), cells.id("id")
        direction = cells.text("direction").lower()
        fill = ParsedExecution(
            symbol=cells.needed_text("symbol"),
            side=cells.side("type"),
            quantity=cells.quantity("volume"),
            price=cells.decimal("price"),
            at=at.at,
            at_text=at.text,
            native_id=number,
            order_id=cells.id("order"),
            effect=EFFECTS.get(direction, ""),
            commission=cells.money("commission"),
            fees=cells.money("fee"),
            fee_currency=self.currency,
            currency=self.currency,
            gross=None if direction == "in" else cells.decimal("profit"),
        )
        swap = cells.money("swap")
        if not swap:
            return accept(Kind.EXECUTION, fill)
        cash = ParsedCash("financing", swap, at.at, at.text, self.currency, f"{number}:swap", comment="Swap")
        return accept(Kind.EXECUTION, fill, cash)

    def cash(self, cells: Cells) -> Outcome:
        at, amount = cells.moment("at"), cells.decimal("profit")
        kind, comment = cells.text("type").lower(), cells.text("comment")
        return accept(
            Kind.CASH,
            ParsedCash(
                CASH_KINDS.get(kind) or cash_kind(comment if kind == "balance" else f"{kind} {comment}", amount),
                amount,
                at.at,
                at.text,
                self.currency,
                cells.id("id"),
                comment=comment,
            ),
        )


def _volume(cells: Cells) -> Decimal:
    """A position closed in parts prints `0.05 / 0.10`: what was closed, of what was opened."""
    text = cells.text("volume").partition("/")[0]
    volume = to_decimal(text, cells.table.styles.get("volume", POINT))
    if volume is None or volume <= 0:
        raise BadValue("bad_quantity", f"A volume of “{text[:40]}” cannot be traded.")
    return volume


def _cause(comment: str) -> str:
    lower = comment.lower()
    return next((reason for mark, reason in CAUSES if lower.startswith(mark) or f" {mark}" in lower), "")
