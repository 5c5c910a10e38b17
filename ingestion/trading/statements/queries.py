"""What pages and API show of statements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from accounts.errors import NotYours
from accounts.models import Business, Job
from ingestion.models import HeaderMapping, Source, Statement, StatementRow, Trade, TradingAccount
from ingestion.trading.statements.reading_job import BUSY, NAME

SHOWN = 50
LINES_SHOWN = 100
STEPS = (
    (Statement.State.RECEIVED, "Received"),
    (Statement.State.PARSING, "Read"),
    (Statement.State.MATCHING, "Matched"),
    (Statement.State.RECONCILING, "Reconciled"),
    (Statement.State.ANALYSING, "Analysed"),
)
TONES = {
    Statement.State.DONE: "good",
    Statement.State.PARTIAL: "warn",
    Statement.State.NEEDS_INPUT: "accent",
    Statement.State.FAILED: "bad",
    Statement.State.REJECTED: "bad",
}


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A statement in a list."""

    statement: Statement
    tone: str
    waits_for: str = ""

    @property
    def text(self) -> str:
        return f"Waits for {self.waits_for}" if self.waits_for else self.statement.get_state_display()


@dataclass(frozen=True, slots=True)
class StatementDetail:
    """One statement and what became of every line."""

    statement: Statement
    tone: str
    job: Job | None
    waits_for: Statement | None
    step: int
    aside: tuple[StatementRow, ...]
    duplicates: tuple[StatementRow, ...]
    revised: tuple[StatementRow, ...]
    unmapped: bool

    @property
    def is_under_way(self) -> bool:
        return self.statement.is_under_way

    @property
    def step_text(self) -> str:
        if self.waits_for is not None:
            return f"Waits until {self.waits_for} is read"
        if self.job is not None and self.job.progress_message:
            return self.job.progress_message
        return self.statement.get_state_display()


def history(business: Business, *, account: Source | None = None) -> tuple[StatementLine, ...]:
    """The newest statements first. Two queries."""
    rows = Statement.objects.of(business).select_related("source").newest_first()
    if account is not None:
        rows = rows.filter(source=account)
    shown = list(rows[:SHOWN])
    busy = {one.source_id: one for one in Statement.objects.of(business).filter(state__in=BUSY)}
    return tuple(_line(one, busy) for one in shown)


def _line(one: Statement, busy: dict[int | None, Statement]) -> StatementLine:
    ahead = busy.get(one.source_id)
    waits = str(ahead) if one.state == Statement.State.RECEIVED and ahead is not None and ahead.pk != one.pk else ""
    return StatementLine(one, TONES.get(Statement.State(one.state), "none"), waits)


def statement_of(business: Business, statement_id: int) -> Statement:
    """Errors: NotYours."""
    found = Statement.objects.of(business).select_related("source", "run").filter(pk=statement_id).first()
    if found is None:
        raise NotYours("There is no such statement.")
    statement: Statement = found
    statement.business = business
    return statement


def statement_detail(business: Business, statement_id: int) -> StatementDetail:
    """Errors: NotYours. Four queries; a fifth while it is under way."""
    statement = statement_of(business, statement_id)
    rows = StatementRow.objects.of(business).filter(statement=statement).order_by("number")
    open_rows = list(rows.filter(status__in=("quarantined", "duplicate", "revised"))[: 3 * LINES_SHOWN])
    states = [state.value for state, _ in STEPS]
    return StatementDetail(
        statement=statement,
        tone=TONES.get(Statement.State(statement.state), "none"),
        job=job_of(statement),
        waits_for=_ahead(statement),
        step=states.index(statement.state) if statement.state in states else len(states),
        aside=tuple(row for row in open_rows if row.status == "quarantined")[:LINES_SHOWN],
        duplicates=tuple(row for row in open_rows if row.status == "duplicate")[:LINES_SHOWN],
        revised=tuple(row for row in open_rows if row.status == "revised")[:LINES_SHOWN],
        unmapped=any(str(question["key"]).startswith("column:") for question in statement.questions),
    )


def job_of(statement: Statement) -> Job | None:
    """The newest job that reads it."""
    jobs = Job.objects.of(statement.business).filter(name=NAME, args__statement_id=statement.pk)
    return jobs.order_by("-created_at").first()


def _ahead(statement: Statement) -> Statement | None:
    if statement.state != Statement.State.RECEIVED:
        return None
    busy = Statement.objects.of(statement.business).filter(state__in=BUSY, source=statement.source_id)
    found: Statement | None = busy.exclude(pk=statement.pk).first()
    return found


def broker_accounts(business: Business) -> QuerySet[TradingAccount]:
    return TradingAccount.objects.of(business).select_related("source").order_by("pk")


def account_settings(business: Business, source_id: int) -> TradingAccount:
    """Errors: NotYours."""
    found = broker_accounts(business).filter(source_id=source_id).first()
    if found is None:
        raise NotYours("There is no such account.")
    found.source.business = business
    return found


def mappings_of(business: Business) -> QuerySet[HeaderMapping]:
    return HeaderMapping.objects.of(business).order_by("-created_at")


def table_head(statement: Statement, *, most: int = 5) -> tuple[list[str], list[list[str]]]:
    """The header of an unknown table and its first rows, from the file itself. Empty before it was read."""
    from ingestion.trading.reading.model import Hints, Kind
    from ingestion.trading.reading.read import read_statement

    with statement.file.open("rb") as file:
        reading = read_statement(file.read(), filename=statement.filename, hints=Hints())
    wanted = len(reading.header)
    body = [line for line in reading.lines if line.kind not in (Kind.BLANK, Kind.HEADER, Kind.SUMMARY)]
    return list(reading.header), [_padded(line.cells, wanted) for line in body[:most]]


def _padded(cells: tuple[str, ...], wanted: int) -> list[str]:
    return [*cells, *[""] * wanted][:wanted]


def trades_page(
    business: Business, *, account: int | None, after: tuple[datetime, int] | None, limit: int
) -> list[Trade]:
    """Closed trades, the newest close first, those before the cursor (moment, id). One query."""
    rows = Trade.objects.of(business).filter(closed_at__isnull=False)
    if account is not None:
        rows = rows.filter(source_id=account)
    if after is not None:
        moment, pk = after
        rows = rows.filter(Q(closed_at__lt=moment) | Q(closed_at=moment, pk__lt=pk))
    return list(rows.order_by("-closed_at", "-pk")[:limit])


def newest_baseline(business: Business) -> Statement | None:
    """The newest statement that came as a baseline; else the newest of any way."""
    rows = Statement.objects.of(business).select_related("source").newest_first()
    found: Statement | None = rows.filter(way=Statement.Way.BASELINE).first() or rows.first()
    return found


def status_json(detail: StatementDetail) -> dict[str, Any]:
    """A statement for programs."""
    one = detail.statement
    return {
        "id": one.pk,
        "account": one.source_id,
        "way": one.way,
        "filename": one.filename,
        "state": one.state,
        "message": detail.step_text if detail.is_under_way else one.error_message,
        "error_code": one.error_code,
        "percent": detail.job.percent if detail.job else 0,
        "format": one.format,
        "counts": one.counts,
        "questions": one.questions,
        "decisions": one.decisions,
        "reconciliation": one.reconciliation,
        "first_at": one.first_at,
        "last_at": one.last_at,
        "created_at": one.created_at,
        "finished_at": one.finished_at,
    }
