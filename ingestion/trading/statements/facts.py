"""A parsed record to the row of a fact."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from ingestion.pipeline.rows import BrokerTradeRow, CashFlowRow, ExecutionRow
from ingestion.trading.matching.instruments import Instrument, instrument_of
from ingestion.trading.reading.model import Parsed, ParsedCash, ParsedExecution, ParsedTrade

PLACES = Decimal("0.0000000001")
FactRow = ExecutionRow | BrokerTradeRow | CashFlowRow
STREAM_OF: dict[type, str] = {
    ParsedExecution: "executions",
    ParsedTrade: "broker_trades",
    ParsedCash: "cash_flows",
}


def fact_row(record: Parsed, key: str, *, version_at: datetime, currency: str, grade: str) -> FactRow:
    """The row of one record; `currency` is the account's, for records that name none.

    An instrument nobody understands, one priced in nobody knows what, and one in another currency than the account are
    kept with `supported` false: they are shown and counted nowhere.
    """
    head = (key, version_at, 0)
    if isinstance(record, ParsedExecution):
        return _execution(record, head, currency, grade)
    if isinstance(record, ParsedTrade):
        return _trade(record, head, currency, grade)
    return CashFlowRow(
        *head, record.at, _text(record.at_text, 60), None, record.kind, _fine(record.amount),
        record.currency.lower() or currency, record.native_id, record.sequence, _text(record.comment, 255), grade,
    )  # fmt: skip


def _execution(record: ParsedExecution, head: tuple[str, datetime, int], currency: str, grade: str) -> ExecutionRow:
    meant = instrument_of(record.symbol, record.asset_class, record.multiplier)
    is_worth_known = meant.multiplier is not None or record.gross is not None or record.effect == "open"
    is_supported = meant.supported and is_worth_known and _is_own(record.currency, currency)
    if meant.asset_class in ("fx", "cfd") and meant.multiplier is None and record.gross is None:
        is_supported = is_supported and record.effect == "open"
    return ExecutionRow(
        *head, record.at, _text(record.at_text, 60), record.session_date, record.symbol, _name(meant),
        meant.asset_class, record.side, _fine(record.quantity), _fine(record.price),
        _fine(meant.multiplier or Decimal(1)), record.effect,
        record.native_id, record.order_id, record.position_id, record.sequence,
        None if record.gross is None else _fine(record.gross), _fine(record.commission), _fine(record.fees),
        record.currency.lower() or currency, is_supported, grade,
    )  # fmt: skip


def _trade(record: ParsedTrade, head: tuple[str, datetime, int], currency: str, grade: str) -> BrokerTradeRow:
    meant = instrument_of(record.symbol, record.asset_class, record.multiplier)
    gross, commission, fees, swap = (_fine(v) for v in (record.gross, record.commission, record.fees, record.swap))
    return BrokerTradeRow(
        *head, record.opened_at, record.closed_at, _text(record.opened_text, 60), _text(record.closed_text, 60),
        record.session_date, record.symbol, _name(meant), meant.asset_class, record.direction,
        _fine(record.quantity), _maybe(record.entry_price), _maybe(record.exit_price), _maybe(meant.multiplier),
        gross, commission, fees, swap, gross + commission + fees + swap, record.currency.lower() or currency,
        record.native_id, record.position_id, record.sequence, _maybe(record.stop), record.stop_quality.value,
        _maybe(record.target), _maybe(record.mae), _maybe(record.mfe), record.exit_reason, _text(record.setup, 60),
        _text(record.comment, 255), list(record.flags), meant.supported and _is_own(record.currency, currency), grade,
    )  # fmt: skip


def _is_own(stated: str, currency: str) -> bool:
    return not stated or stated.lower() == currency


def _name(meant: Instrument) -> str:
    return meant.name[:80]


def _fine(value: Decimal) -> Decimal:
    """To the ten places that are kept; a value beyond all bounds stays as it is, and is refused by name."""
    return value.quantize(PLACES) if value.is_finite() and abs(value) < Decimal(10) ** 18 else value


def _maybe(value: Decimal | None) -> Decimal | None:
    return None if value is None else _fine(value)


def _text(value: str, most: int) -> str:
    return value[:most]
