"""The page for appending trades: paste, see what would change, confirm."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import desk_view
from accounts.errors import Problem
from accounts.ratelimit import rate_limited
from accounts.requests import BusinessRequest
from ingestion.models import Statement
from ingestion.trading.statements.forms import PasteForm, QuestionsForm, StatementForm
from ingestion.trading.statements.preview import Preview, preview
from ingestion.trading.statements.queries import broker_accounts, history
from ingestion.trading.statements.receive import receive
from ingestion.trading.statements.views import DESK, WRITE, chosen, to_statement

ANSWER = "known:"


@require_safe
@desk_view(DESK, permission=WRITE)
def append_page(request: BusinessRequest) -> HttpResponse:
    return _page(request)


def _page(request: BusinessRequest, form: PasteForm | None = None, status: int = 200, **more: Any) -> HttpResponse:
    accounts = tuple(broker_accounts(request.business))
    context = {
        "form": form or PasteForm(accounts=accounts),
        "file_form": StatementForm(accounts=accounts, auto_id="file_%s"),
        "newest": history(request.business)[:5],
        **more,
    }
    return render(request, "trading/append/page.html", context, status=status)


@require_POST
@desk_view(DESK, permission=WRITE)
@rate_limited("trading.preview", limit="120/h", by="business")
def append_preview(request: BusinessRequest) -> HttpResponse:
    """What the text would change. Nothing is written."""
    form = PasteForm(request.POST, accounts=broker_accounts(request.business))
    if not form.is_valid():
        return _page(request, form, 400)
    known = _known(request)
    try:
        found = _preview(request, form, known)
        if found.questions and "answer-0" in request.POST:
            asked = QuestionsForm([asdict(question) for question in found.questions], request.POST)
            if not asked.is_valid():
                return _page(request, form, 400, found=found, known=known, questions=asked)
            known |= asked.answers
            found = _preview(request, form, known)
    except Problem as problem:
        form.add_error("text", problem.message)
        return _page(request, form, 400)
    questions = QuestionsForm([asdict(question) for question in found.questions])
    return _page(request, form, found=found, known=known, questions=questions)


@require_POST
@desk_view(DESK, permission=WRITE)
@rate_limited("trading.append", limit="60/h", by="business")
def append_paste(request: BusinessRequest) -> HttpResponse:
    """Append the text that was previewed."""
    form = PasteForm(request.POST, accounts=broker_accounts(request.business))
    if not form.is_valid():
        return _page(request, form, 400)
    try:
        statement, is_new = receive(
            request.business,
            data=form.cleaned_data["text"].encode(),
            filename="paste.txt",
            way=Statement.Way.PASTE,
            user=request.user,
            now=request.now,
            account=chosen(request, form.cleaned_data["account"]),
            answers=_known(request),
        )
    except Problem as problem:
        form.add_error("text", problem.message)
        return _page(request, form, 400)
    messages.success(request, "The trades are being read." if is_new else "This text was appended before; here it is.")
    return to_statement(request, statement)


def _preview(request: BusinessRequest, form: PasteForm, known: dict[str, str]) -> Preview:
    account = chosen(request, form.cleaned_data["account"])
    return preview(request.business, form.cleaned_data["text"], answers=known, account=account, now=request.now)


def _known(request: BusinessRequest) -> dict[str, str]:
    """Answers given in an earlier round of the same preview."""
    return {key.removeprefix(ANSWER): str(value)[:200] for key, value in request.POST.items() if key.startswith(ANSWER)}
