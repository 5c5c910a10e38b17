"""The states of a statement, written in one place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from ingestion.models import Statement
from ingestion.trading.reading.model import Question, Totals
from ingestion.trading.statements.mappings import fingerprint
from ingestion.trading.statements.understand import Understood

State = Statement.State


def enter(statement: Statement, state: str, *, also: Sequence[str] = ()) -> None:
    """On to the next state; what went wrong before is over."""
    statement.state = state
    statement.error_code = statement.error_message = ""
    statement.finished_at = None
    statement.save(update_fields=["state", "error_code", "error_message", "finished_at", *also])


def end(
    statement: Statement, state: str, *, now: datetime, code: str = "", message: str = "", also: Sequence[str] = ()
) -> None:
    statement.state = state
    statement.error_code, statement.error_message = code[:60], message[:500]
    statement.finished_at = now
    statement.save(update_fields=["state", "error_code", "error_message", "finished_at", *also])


def keep_reading(statement: Statement, found: Understood) -> None:
    """How the file was read: its format, what was decided and by whom, what it says it adds up to."""
    reading = found.reading
    statement.format = reading.format[:30]
    statement.format_version = reading.version[:12]
    statement.confidence = min(reading.confidence, Decimal(1))
    statement.encoding, statement.delimiter = reading.encoding[:20], reading.delimiter[:4]
    statement.header_fingerprint = fingerprint(reading.header)
    statement.decisions = [asdict(decision) for decision in reading.decisions]
    statement.questions = []
    statement.totals = totals_json(reading.totals)
    statement.save(
        update_fields=[
            "format", "format_version", "confidence", "encoding", "delimiter", "header_fingerprint", "decisions",
            "questions", "totals",
        ]
    )  # fmt: skip


def ask(statement: Statement, questions: Sequence[Question]) -> None:
    statement.questions = [asdict(question) for question in questions]
    statement.state = State.NEEDS_INPUT
    statement.save(update_fields=["questions", "state"])


def totals_json(totals: Totals) -> dict[str, Any]:
    """What the statement states, decimals as text; what it does not state is left out."""
    stated = {name: value for name, value in asdict(totals).items() if value not in (None, ())}
    return {name: _plain(value) for name, value in stated.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return value
