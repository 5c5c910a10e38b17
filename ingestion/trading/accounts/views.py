"""The page of one broker account's settings."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import desk_view
from accounts.requests import BusinessRequest
from ingestion.trading.accounts.settings import change
from ingestion.trading.statements.forms import AccountForm
from ingestion.trading.statements.queries import account_settings, history

DESK, READ, WRITE = "trading", "read:sources", "write:sources"


@require_safe
@desk_view(DESK, permission=READ)
def account_page(request: BusinessRequest, source_id: int) -> HttpResponse:
    return _page(request, source_id)


def _page(request: BusinessRequest, source_id: int, form: AccountForm | None = None) -> HttpResponse:
    account = account_settings(request.business, source_id)
    context = {
        "account": account,
        "form": form or AccountForm(instance=account, initial={"label": account.source.label}),
        "statements": history(request.business, account=account.source),
        "may_write": request.member.may(WRITE),
    }
    return render(request, "trading/account/page.html", context, status=400 if form else 200)


@require_POST
@desk_view(DESK, permission=WRITE)
def account_save(request: BusinessRequest, source_id: int) -> HttpResponse:
    held = account_settings(request.business, source_id)
    form = AccountForm(request.POST, instance=account_settings(request.business, source_id))
    if not form.is_valid():
        return _page(request, source_id, form)
    again = change(request.business, held, dict(form.cleaned_data), actor=request.user)
    said = f"Saved. {again} statements are read again with the new clock." if again else "Saved."
    messages.success(request, said)
    return redirect("trading:account", business=request.business.slug, source_id=source_id)
