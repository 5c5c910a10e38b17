"""Pages of statements: history and upload, one statement, what a member answers about it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import desk_view
from accounts.errors import Problem
from accounts.ratelimit import rate_limited
from accounts.requests import BusinessRequest
from ingestion.models import Source, Statement, TradingAccount
from ingestion.trading.statements import answering
from ingestion.trading.statements.forms import MappingForm, QuestionsForm, StatementForm
from ingestion.trading.statements.queries import (
    STEPS,
    account_settings,
    broker_accounts,
    history,
    mappings_of,
    statement_detail,
    statement_of,
    table_head,
)
from ingestion.trading.statements.receive import receive

DESK, READ, WRITE = "trading", "read:sources", "write:sources"


@require_safe
@desk_view(DESK, permission=READ)
def statements_page(request: BusinessRequest) -> HttpResponse:
    return _statements_page(request)


def _statements_page(request: BusinessRequest, form: StatementForm | None = None) -> HttpResponse:
    accounts = tuple(broker_accounts(request.business))
    context = {
        "statements": history(request.business),
        "accounts": accounts,
        "mappings": mappings_of(request.business),
        "form": form or StatementForm(accounts=accounts),
        "may_write": request.member.may(WRITE),
    }
    return render(request, "trading/statements/list.html", context, status=400 if form else 200)


@require_POST
@desk_view(DESK, permission=WRITE)
@rate_limited("trading.upload", limit="60/h", by="business")
def statement_upload(request: BusinessRequest) -> HttpResponse:
    form = StatementForm(request.POST, request.FILES, accounts=broker_accounts(request.business))
    if not form.is_valid():
        return _statements_page(request, form)
    file = form.cleaned_data["file"]
    way = Statement.Way.FILE if Statement.objects.of(request.business).exists() else Statement.Way.BASELINE
    try:
        statement, is_new = receive(
            request.business,
            data=file.read(),
            filename=file.name or "statement",
            way=way,
            user=request.user,
            now=request.now,
            account=chosen(request, form.cleaned_data["account"]),
        )
    except Problem as problem:
        form.add_error("file", problem.message)
        return _statements_page(request, form)
    said = f"{statement} is uploaded and being read." if is_new else f"{statement} was uploaded before; here it is."
    messages.success(request, said)
    return to_statement(request, statement)


@require_safe
@desk_view(DESK, permission=READ)
def statement_page(request: BusinessRequest, statement_id: int) -> HttpResponse:
    return _statement_page(request, statement_id)


def _statement_page(request: BusinessRequest, statement_id: int, form: QuestionsForm | None = None) -> HttpResponse:
    detail = statement_detail(request.business, statement_id)
    context = {
        "detail": detail,
        "statement": detail.statement,
        "form": form or QuestionsForm(detail.statement.questions),
        "steps": _steps(detail.step),
        "may_write": request.member.may(WRITE),
    }
    return render(request, "trading/statements/page.html", context, status=400 if form else 200)


@require_safe
@desk_view(DESK, permission=READ)
def statement_progress(request: BusinessRequest, statement_id: int) -> HttpResponse:
    """The fragment that is polled while the statement is read; when that is over the page is loaded anew."""
    detail = statement_detail(request.business, statement_id)
    if not detail.is_under_way and request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Refresh": "true"})
    context = {"detail": detail, "statement": detail.statement, "steps": _steps(detail.step)}
    return render(request, "trading/statements/_progress.html", context)


@require_POST
@desk_view(DESK, permission=WRITE)
def statement_answer(request: BusinessRequest, statement_id: int) -> HttpResponse:
    statement = statement_of(request.business, statement_id)
    form = QuestionsForm(statement.questions, request.POST)
    if not form.is_valid():
        return _statement_page(request, statement_id, form)
    answering.answer(statement, form.answers, actor=request.user)
    messages.success(request, "Thank you. It is read on.")
    return to_statement(request, statement)


@require_POST
@desk_view(DESK, permission=WRITE)
@rate_limited("trading.retry", limit="60/h", by="business")
def statement_retry(request: BusinessRequest, statement_id: int) -> HttpResponse:
    statement = statement_of(request.business, statement_id)
    answering.read_again(statement, actor=request.user)
    messages.success(request, "It is read again.")
    return to_statement(request, statement)


@require_POST
@desk_view(DESK, permission=WRITE)
def statement_duplicates(request: BusinessRequest, statement_id: int) -> HttpResponse:
    statement = statement_of(request.business, statement_id)
    numbers = [int(number) for number in request.POST.getlist("line") if number.isdigit()]
    keep = request.POST.get("do") == "keep"
    settled = answering.keep_duplicates(statement, numbers, keep=keep, actor=request.user)
    messages.success(request, f"{settled} lines {'are counted' if keep else 'are left out'}.")
    return to_statement(request, statement)


@require_safe
@desk_view(DESK, permission=WRITE)
def mapping_page(request: BusinessRequest, statement_id: int) -> HttpResponse:
    return _mapping_page(request, statement_of(request.business, statement_id))


def _mapping_page(request: BusinessRequest, statement: Statement, form: MappingForm | None = None) -> HttpResponse:
    header, rows = table_head(statement)
    guesses = {q["suggested"]: q["key"].removeprefix("column:") for q in statement.questions if q.get("suggested")}
    context = {
        "statement": statement,
        "header": header,
        "rows": rows,
        "form": form or MappingForm(header, guesses),
    }
    return render(request, "trading/statements/mapping.html", context, status=400 if form else 200)


@require_POST
@desk_view(DESK, permission=WRITE)
def mapping_save(request: BusinessRequest, statement_id: int) -> HttpResponse:
    statement = statement_of(request.business, statement_id)
    header, _ = table_head(statement)
    form = MappingForm(header, {}, request.POST)
    if form.is_valid():
        try:
            answering.map_columns(statement, form.columns, rows=form.cleaned_data["rows"], actor=request.user)
        except Problem as problem:
            form.add_error(None, problem.message)
        else:
            messages.success(request, "The columns are kept. The statement is read on.")
            return to_statement(request, statement)
    return _mapping_page(request, statement, form)


def chosen(request: BusinessRequest, account: str) -> Source | None:
    """The account a form names; None for the one the file tells."""
    settings: TradingAccount | None = account_settings(request.business, int(account)) if account.isdigit() else None
    return settings.source if settings else None


def to_statement(request: BusinessRequest, statement: Statement) -> HttpResponse:
    return redirect("trading:statement", business=request.business.slug, statement_id=statement.pk)


def _steps(reached: int) -> list[dict[str, Any]]:
    """The steps of reading: which are behind, and which is under way."""
    return [
        {"label": label, "is_done": number < reached, "is_now": number == reached}
        for number, (_, label) in enumerate(STEPS)
    ]
