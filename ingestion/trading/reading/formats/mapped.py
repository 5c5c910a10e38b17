"""A table nobody has seen before: read by what a person says its columns are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import ClassVar

from ingestion.trading.reading.contracts import multiplier_of
from ingestion.trading.reading.formats.base import (
    Cells,
    Column,
    Conventions,
    Match,
    Outcome,
    Table,
    TableFormat,
    Ties,
    What,
    accept,
    header_line,
    line,
    other,
    preamble,
)
from ingestion.trading.reading.formats.guesses import (
    FIELDS,
    NEEDED,
    FieldGuess,
    guess_fields,
    guess_header,
    guess_layout,
)
from ingestion.trading.reading.headers import HeaderMatch
from ingestion.trading.reading.model import Hints, Kind, ParsedExecution, ParsedTrade, Question, Reading
from ingestion.trading.reading.rows import Document, Unreadable

NO_STATEMENT = Unreadable(
    "not_a_statement",
    "This is no statement: there is no table with dates and amounts in it. "
    "Export the account's history as CSV, HTML or XLSX.",
)
LAYOUTS = (("trade", "One closed trade, with its result"), ("execution", "One fill: a buy or a sell"))


class Mapped(TableFormat):
    """Reads with `hints.mapping` (column of the file → field), or asks for it."""

    key: ClassVar[str] = "mapped"
    label: ClassVar[str] = "Your own mapping"

    def match(self, document: Document) -> Match:
        """Errors: Unreadable where no row looks like column names above data."""
        header = guess_header(document)
        if header is None:
            raise NO_STATEMENT
        return Match(Decimal("0.1"), 0, header)

    def read(self, document: Document, match: Match, hints: Hints) -> Reading:
        assert match.header is not None
        mapping = _mapping(match.header, hints)
        layout = hints.answers.get("rows", "")
        if layout not in NEEDED:
            layout = guess_layout(mapping.values(), match.header)
        missing = [name for name in NEEDED[layout] if not _is_mapped(name, mapping)]
        if missing:
            return _questions(document, match, layout, missing, mapping)
        reader = _Reader(layout, _columns(match.header, mapping))
        return reader.read(document, match, hints)


class _Reader(TableFormat):
    key: ClassVar[str] = "mapped"
    label: ClassVar[str] = "Your own mapping"
    ties: ClassVar[Ties | None] = Ties("symbol", "quantity", "entry_price", "exit_price", "gross")

    def __init__(self, layout: str, columns: tuple[Column, ...]) -> None:
        self._layout = layout
        self.columns = columns  # type: ignore[misc]

    def record(self, cells: Cells) -> Outcome:
        return _trade(cells) if self._layout == "trade" else _execution(cells)


def _trade(cells: Cells) -> Outcome:
    opened, closed = cells.maybe_moment("opened_at"), cells.moment("closed_at")
    commission, fees, swap = cells.cost("commission"), cells.cost("fees"), cells.money("swap")
    net = cells.maybe("net")
    gross = cells.maybe("gross") if "gross" in cells else None
    if gross is None:
        gross = cells.decimal("net") - commission - fees - swap if net is not None else cells.decimal("gross")
    flags = ("ambiguous_time",) if closed.ambiguous or (opened and opened.ambiguous) else ()
    return accept(
        Kind.TRADE,
        ParsedTrade(
            symbol=cells.needed_text("symbol"),
            direction=cells.side("direction"),
            quantity=cells.quantity("quantity"),
            entry_price=cells.maybe("entry_price"),
            exit_price=cells.maybe("exit_price"),
            opened_at=opened.at if opened else None,
            closed_at=closed.at,
            opened_text=opened.text if opened else "",
            closed_text=closed.text,
            gross=gross,
            native_id=cells.id("id"),
            commission=commission,
            fees=fees,
            swap=swap,
            account=cells.text("account"),
            flags=flags,
        ),
    )


def _execution(cells: Cells) -> Outcome:
    at = cells.moment("at")
    symbol = cells.needed_text("symbol")
    return accept(
        Kind.EXECUTION,
        ParsedExecution(
            symbol=symbol,
            side=cells.side("side"),
            quantity=cells.quantity("quantity"),
            price=cells.decimal("price"),
            at=at.at,
            at_text=at.text,
            native_id=cells.id("id"),
            commission=cells.cost("commission"),
            fees=cells.cost("fees"),
            multiplier=multiplier_of(symbol) if any(c.isdigit() for c in symbol) else None,
            account=cells.text("account"),
            gross=cells.maybe("gross"),
        ),
    )


def _mapping(header: HeaderMatch, hints: Hints) -> dict[str, str]:
    """Column → field, from the remembered mapping and from answers `column:<field>`."""
    mapping = {column: FIELDS.get(name, FieldGuess(name)).field for column, name in hints.mapping.items()}
    for key, column in hints.answers.items():
        if key.startswith("column:"):
            mapping[column] = key.removeprefix("column:")
    present = {cell.strip() for cell in header.row.cells}
    return {column: name for column, name in mapping.items() if column.strip() in present}


def _is_mapped(name: str, mapping: Mapping[str, str]) -> bool:
    return any(choice in mapping.values() for choice in name.split("|"))


def _columns(header: HeaderMatch, mapping: Mapping[str, str]) -> tuple[Column, ...]:
    return tuple(
        Column(name, column, FIELDS[name].what if name in FIELDS else What.TEXT) for column, name in mapping.items()
    )


def _questions(
    document: Document, match: Match, layout: str, missing: Sequence[str], mapping: Mapping[str, str]
) -> Reading:
    """Nothing is read; every needed column is asked for, with a guess where its name suggests one."""
    assert match.header is not None
    header = match.header
    names = tuple(dict.fromkeys(cell.strip() for cell in header.row.cells if cell.strip()))
    guesses = guess_fields(header)
    questions = [Question("rows", "What is one row of this table?", LAYOUTS, "", layout)]
    for name in missing:
        first = name.split("|")[0]
        suggested = next((guesses[choice] for choice in name.split("|") if choice in guesses), "")
        questions.append(
            Question(
                f"column:{first}",
                f"Which column holds the {FIELDS[first].label}?",
                tuple((column, column) for column in names if column not in mapping),
                "This header is new to us.",
                suggested,
            )
        )
    table = Table(header, (), Conventions(Hints()))
    return unread(document, header, table, tuple(questions))


def unread(document: Document, header: HeaderMatch, table: Table, questions: tuple[Question, ...]) -> Reading:
    """A reading whose body is not understood yet: every row kept, none a record."""
    lines = [*preamble(document.rows[: header.index]), header_line(header.row)]
    for row in document.rows[header.index + 1 :]:
        kind = Kind.BLANK if row.is_blank else Kind.HEADER if table.is_header(row) else Kind.UNKNOWN
        reason = "" if kind is not Kind.UNKNOWN else "It waits for what the columns are."
        lines.append(line(row, other(kind, "unmapped" if reason else "", reason)))
    return Reading(
        format="unknown",
        label="Unknown table",
        version="1",
        confidence=Decimal(0),
        encoding=document.encoding,
        delimiter=document.delimiter,
        header=header.row.cells,
        lines=tuple(lines),
        questions=questions,
    )


MAPPED = Mapped()
