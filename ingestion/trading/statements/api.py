"""Statements for programs: the same services and queries as the pages."""

from __future__ import annotations

import base64
import binascii
import csv
import io
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, File, Form, Router, Schema
from ninja.files import UploadedFile
from ninja.responses import Status

from accounts.access import api_business
from accounts.api.auth import calling_user
from accounts.errors import InvalidInput
from accounts.models import Business
from accounts.ratelimit import rate_limited
from accounts.requests import BusinessRequest
from ingestion.models import Source, Statement, Trade
from ingestion.trading.statements import answering
from ingestion.trading.statements.forms import LONGEST_PASTE
from ingestion.trading.statements.preview import Preview, preview
from ingestion.trading.statements.queries import (
    account_settings,
    newest_baseline,
    statement_detail,
    statement_of,
    status_json,
    trades_page,
)
from ingestion.trading.statements.receive import receive

router = Router(tags=["trading"])
DESK, READ, WRITE = "trading", "read:sources", "write:sources"
MOST_ROWS = 5_000


class StatementOut(Schema):
    """Where a statement stands. `counts`: lines = accepted + known + revised + duplicate + quarantined + other."""

    id: int
    account: int | None
    way: str
    filename: str
    state: str
    message: str
    error_code: str
    percent: int
    format: str
    counts: dict[str, int]
    questions: list[dict[str, Any]]
    decisions: list[dict[str, Any]]
    reconciliation: dict[str, Any]
    first_at: datetime | None
    last_at: datetime | None
    created_at: datetime
    finished_at: datetime | None


class AppendIn(Schema):
    """Give `text` (rows as pasted, with their header) or `rows` (objects of one shape). `preview` writes nothing."""

    text: str = Field("", max_length=LONGEST_PASTE)
    rows: list[dict[str, str | int | float | None]] = Field([], max_length=MOST_ROWS)
    file: str = Field("", max_length=35_000_000, description="A file as base64, with its `filename`.")
    filename: str = Field("", max_length=255)
    account: int | None = None
    answers: dict[str, str] = {}
    preview: bool = False


class ChangeOut(Schema):
    field: str
    before: str
    after: str


class EntryOut(Schema):
    line: int
    fate: str
    what: str
    at: str
    amount: str
    reason: str
    changes: list[ChangeOut]


class PreviewOut(Schema):
    """What appending would do: new, known, changed field by field, and missing inside the span. Missing stays."""

    label: str
    account: str
    counts: dict[str, int]
    entries: list[EntryOut]
    missing: list[dict[str, str]]
    questions: list[dict[str, Any]]

    @classmethod
    def of(cls, found: Preview) -> PreviewOut:
        return cls(
            label=found.label,
            account=found.account,
            counts=found.counts,
            entries=[EntryOut(**asdict(entry)) for entry in found.entries],
            missing=[{"what": one.what, "at": one.at.isoformat(), "key": one.key} for one in found.missing],
            questions=[asdict(question) for question in found.questions],
        )


class TradeOut(Schema):
    """One closed decision; decimals as text, costs negative."""

    id: int
    account: int
    key: str
    symbol: str
    instrument: str
    direction: int
    opened_at: datetime | None
    closed_at: datetime
    session_date: date | None
    quantity: str
    entry_price: str | None
    exit_price: str | None
    gross: str
    commission: str
    fees: str
    swap: str
    net: str
    currency: str
    exit_reason: str
    setup: str
    supported: bool

    @classmethod
    def of(cls, trade: Trade) -> TradeOut:
        same = (
            "key", "symbol", "instrument", "direction", "opened_at", "closed_at", "session_date", "currency",
            "exit_reason", "setup", "supported",
        )  # fmt: skip
        amounts = ("quantity", "entry_price", "exit_price", "gross", "commission", "fees", "swap", "net")
        known = {name: getattr(trade, name) for name in same}
        known |= {name: _text(getattr(trade, name)) for name in amounts}
        return cls(id=trade.pk, account=trade.source_id, **known)


class TradesOut(Schema):
    """Newest close first. `next_cursor` is null on the last page."""

    trades: list[TradeOut]
    next_cursor: str | None


class AnswersIn(Schema):
    """Question key → answer."""

    answers: dict[str, str]


@router.post("/trader/baseline/upload", response={202: StatementOut}, summary="Upload a statement")
@rate_limited("trading.upload.api", limit="60/h", by="user")
def upload(
    request: BusinessRequest,
    file: File[UploadedFile],
    account: Form[int | None] = None,
    business_id: Form[UUID | None] = None,
) -> Status:
    """The file is kept and read in the background. The same file for the same account gives the earlier statement."""
    business = api_business(request, business_id, permission=WRITE, desk=DESK)
    return _received(request, business, file.read(), file.name or "statement", Statement.Way.BASELINE, account, {})


@router.get("/trader/baseline/status", response=StatementOut, summary="Where a statement stands")
def status(request: HttpRequest, statement: int | None = None, business_id: UUID | None = None) -> dict[str, Any]:
    """The given statement, or the newest baseline."""
    business = api_business(request, business_id, permission=READ, desk=DESK)
    newest = newest_baseline(business) if statement is None else statement_of(business, statement)
    if newest is None:
        raise InvalidInput("There is no statement yet.", code="no_statement")
    return status_json(statement_detail(business, newest.pk))


@router.post("/trader/trades/append", response={200: PreviewOut, 202: StatementOut}, summary="Append trades")
@rate_limited("trading.append.api", limit="60/h", by="user")
def append(request: BusinessRequest, body: AppendIn, business_id: UUID | None = None) -> Status:
    """Rows, a pasted text or a file. Known records stay, changed ones are revised, missing ones are never deleted."""
    business = api_business(request, business_id, permission=WRITE, desk=DESK)
    data = _bytes_of(body)
    if body.preview:
        account = _account(business, body.account)
        text = data.decode("utf-8", "replace")
        found = preview(business, text, answers=body.answers, account=account, now=request.now)
        return Status(200, PreviewOut.of(found))
    way = Statement.Way.FILE if body.file else Statement.Way.PASTE
    name = body.filename or ("statement" if body.file else "paste.txt")
    return _received(request, business, data, name, way, body.account, body.answers)


@router.post("/trader/statements/{statement_id}/answers", response={202: StatementOut}, summary="Answer its questions")
def answers(request: BusinessRequest, statement_id: int, body: AnswersIn, business_id: UUID | None = None) -> Status:
    """Every open question at once; reading goes on with the answers."""
    business = api_business(request, business_id, permission=WRITE, desk=DESK)
    statement = statement_of(business, statement_id)
    answering.answer(statement, body.answers, actor=calling_user(request))
    return Status(202, status_json(statement_detail(business, statement_id)))


@router.get("/trader/trades/history", response=TradesOut, summary="Closed trades")
def trades(
    request: HttpRequest,
    cursor: str = "",
    limit: int = 100,
    account: int | None = None,
    business_id: UUID | None = None,
) -> TradesOut:
    business = api_business(request, business_id, permission="read:analytics", desk=DESK)
    limit = max(1, min(limit, 500))
    found = trades_page(business, account=account, after=_cursor(cursor), limit=limit + 1)
    shown = found[:limit]
    is_more = len(found) > limit
    last = shown[-1] if shown else None
    following = f"{last.closed_at.isoformat()}~{last.pk}" if is_more and last is not None and last.closed_at else None
    encoded = base64.urlsafe_b64encode(following.encode()).decode() if following else None
    return TradesOut(trades=[TradeOut.of(one) for one in shown], next_cursor=encoded)


def _received(
    request: BusinessRequest, business: Business, data: bytes, name: str, way: str, account: int | None,
    given: dict[str, str],
) -> Status:  # fmt: skip
    statement, _ = receive(
        business, data=data, filename=name, way=way, user=calling_user(request), now=request.now,
        account=_account(business, account), answers=given,
    )  # fmt: skip
    return Status(202, status_json(statement_detail(business, statement.pk)))


def _account(business: Business, account: int | None) -> Source | None:
    return None if account is None else account_settings(business, account).source


def _bytes_of(body: AppendIn) -> bytes:
    """The one of the three that was given. Errors: InvalidInput for none or several."""
    if sum(bool(one) for one in (body.text, body.rows, body.file)) != 1:
        raise InvalidInput("Give one of text, rows and file.", code="nothing_given")
    if body.text:
        return body.text.encode()
    if body.file:
        try:
            return base64.b64decode(body.file, validate=True)
        except binascii.Error:
            raise InvalidInput("The file is no base64.", code="not_base64", field="file") from None
    written = io.StringIO()
    writer = csv.DictWriter(written, list(body.rows[0]), extrasaction="ignore")
    writer.writeheader()
    writer.writerows(body.rows)
    return written.getvalue().encode()


def _cursor(text: str) -> tuple[datetime, int] | None:
    if not text:
        return None
    try:
        moment, _, pk = base64.urlsafe_b64decode(text.encode()).decode().partition("~")
        at = datetime.fromisoformat(moment)
        if at.tzinfo is None:
            raise ValueError("naive")
        return at, int(pk)
    except (ValueError, OverflowError):
        raise InvalidInput("This cursor is not one of ours.", code="bad_cursor", field="cursor") from None


def _text(value: Decimal | None) -> str | None:
    return None if value is None else format(value.normalize(), "f")
