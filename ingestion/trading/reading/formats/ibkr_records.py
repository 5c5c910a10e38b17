"""From rows of Interactive Brokers' tables to fills and cash."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ingestion.trading.reading.formats.base import BadValue, Cells, Outcome, accept
from ingestion.trading.reading.formats.ibkr_columns import asset_class, usual_multiplier
from ingestion.trading.reading.model import Kind, ParsedCash, ParsedExecution

EFFECTS = {"O": "open", "C": "close"}
CANCELLED = re.compile(r"\(ca\.?\)", re.IGNORECASE)
OWN_CURRENCY = re.compile(r"Comm in ([A-Z]{3})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """Rows of the Trades section. `multipliers`: symbol → money per point."""

    multipliers: Mapping[str, Decimal] = field(default_factory=dict)

    def execution(self, cells: Cells) -> Outcome:
        quantity = signed_quantity(cells)
        at, symbol, asset = cells.moment("at"), cells.needed_text("symbol"), asset_class(cells.text("asset"))
        codes = {code.strip() for code in cells.text("code").split(";")}
        currency = cells.text("currency").lower()
        own = OWN_CURRENCY.fullmatch(cells.table.match.row.cell(cells.table.places.get("commission", -1)))
        return accept(
            Kind.EXECUTION,
            ParsedExecution(
                symbol=symbol,
                side=1 if quantity > 0 else -1,
                quantity=abs(quantity),
                price=cells.decimal("price"),
                at=at.at,
                at_text=at.text,
                effect=_effect(codes),
                commission=cells.money("commission"),
                fee_currency=own[1].lower() if own else currency,
                currency=currency,
                multiplier=self.multipliers.get(symbol) or usual_multiplier(asset),
                asset_class=asset,
                account=cells.text("account"),
            ),
        )

    def cash(self, cells: Cells, kind: str) -> Outcome:
        """A line of a cash section; `kind` is empty where its sign tells deposit from withdrawal."""
        at, amount, text = cells.moment("at"), cells.decimal("amount"), cells.text("description")
        return accept(
            Kind.CASH,
            ParsedCash(
                kind or ("deposit" if amount >= 0 else "withdrawal"),
                amount,
                at.at,
                at.text,
                cells.text("currency").lower(),
                comment=text,
            ),
        )


@dataclass(frozen=True, slots=True)
class FlexRow:
    """Rows of a Flex query's trades. A cancelled trade comes again with reversed signs: both add up to nothing."""

    def execution(self, cells: Cells) -> Outcome:
        side_text = CANCELLED.sub("", cells.text("side"))
        side = 1 if side_text.upper().startswith("B") else -1 if side_text.upper().startswith("S") else 0
        if not side:
            raise BadValue("bad_side", f"“{side_text[:40]}” is neither buy nor sell.")
        if CANCELLED.search(cells.text("side")):
            side = -side
        at, asset = cells.moment("at"), asset_class(cells.text("asset"))
        currency = cells.text("currency").lower()
        return accept(
            Kind.EXECUTION,
            ParsedExecution(
                symbol=cells.needed_text("symbol"),
                side=side,
                quantity=abs(signed_quantity(cells)),
                price=cells.decimal("price"),
                at=at.at,
                at_text=at.text,
                native_id=cells.id("exec_id") or cells.id("trade_id") or cells.id("transaction_id"),
                order_id=cells.id("order_id"),
                effect=EFFECTS.get(cells.text("effect").upper(), ""),
                commission=cells.money("commission"),
                fees=cells.money("taxes"),
                fee_currency=cells.text("commission_currency").lower() or currency,
                currency=currency,
                multiplier=cells.maybe("multiplier") or usual_multiplier(asset),
                asset_class=asset,
                account=cells.text("account"),
            ),
        )


def _effect(codes: set[str]) -> str:
    """Opens, closes, or unknown where a fill does both."""
    found = [effect for code, effect in EFFECTS.items() if code in codes]
    return found[0] if len(found) == 1 else ""


def signed_quantity(cells: Cells) -> Decimal:
    quantity = cells.decimal("quantity")
    if not quantity:
        raise BadValue("bad_quantity", "A quantity of 0 cannot be traded.")
    return quantity
