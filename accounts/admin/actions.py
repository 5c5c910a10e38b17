"""Deeds of staff: each asks for a reason, and each leaves an event that holds it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from accounts.errors import Problem
from accounts.events import record
from accounts.models import Business

MOST = 500
LONGEST_REASON = 300
#: `(row, request, reason)`; False means that there was nothing to do for this row.
Deed = Callable[[Any, HttpRequest, str], bool | None]
Action = Callable[[Any, HttpRequest, models.QuerySet[Any]], HttpResponse | None]


def reasoned_action(label: str, *, event: str, superusers_only: bool = False) -> Callable[[Deed], Action]:
    """Turn `deed(row, request, reason)` into an admin action for the list of a ModelAdmin.

    The first press leads to a page that lists the rows and asks why. The second does the deed row by row, each in a
    transaction with its event (`event`, about the row, of its business, with the reason). A row whose deed returns
    False or raises a Problem is skipped and counted.

        actions = [retry]

        @reasoned_action("Retry", event="accounts.job.retried")
        def retry(job, request, reason): return retry_failed(job)
    """

    def decorate(deed: Deed) -> Action:
        def action(admin: Any, request: HttpRequest, queryset: models.QuerySet[Any]) -> HttpResponse | None:
            if superusers_only and not request.user.is_superuser:
                raise PermissionDenied
            rows = list(queryset[: MOST + 1])
            reason = request.POST.get("reason", "").strip()[:LONGEST_REASON]
            if len(rows) > MOST:
                messages.error(request, f"At most {MOST} rows at a time.")
                return None
            if not reason:
                return _ask(admin, request, rows, label, action.__name__)
            done = sum(_done(deed, row, request, event, reason) for row in rows)
            _tell(request, label, done, len(rows) - done)
            return None

        action.__name__ = deed.__name__
        action.__doc__ = deed.__doc__
        action.short_description = label  # type: ignore[attr-defined]
        return action

    return decorate


def _ask(admin: Any, request: HttpRequest, rows: list[Any], label: str, name: str) -> HttpResponse:
    context = {
        **admin.admin_site.each_context(request),
        "title": label,
        "opts": admin.model._meta,
        "rows": rows,
        "action": name,
        "checkbox": ACTION_CHECKBOX_NAME,
        "longest": LONGEST_REASON,
        "missing": "reason" in request.POST,
    }
    return TemplateResponse(request, "accounts/console/reason.html", context)


def _done(deed: Deed, row: Any, request: HttpRequest, event: str, reason: str) -> bool:
    try:
        with transaction.atomic():
            if deed(row, request, reason) is False:
                return False
            record(event, business=_business(row), actor=request.user, subject=row, reason=reason)  # type: ignore[arg-type]
    except Problem as problem:
        messages.warning(request, f"{row}: {problem.message}")
        return False
    return True


def _business(row: Any) -> Business | None:
    return row if isinstance(row, Business) else getattr(row, "business", None)


def _tell(request: HttpRequest, label: str, done: int, skipped: int) -> None:
    if done:
        messages.success(request, f"{label}: {done} done.")
    if skipped:
        messages.warning(request, f"{label}: {skipped} skipped, because their state does not allow it.")
