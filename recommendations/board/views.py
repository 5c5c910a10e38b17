"""The list, one recommendation, the slot on other pages, and deciding."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from accounts.access import business_view
from accounts.errors import InvalidInput
from accounts.requests import BusinessRequest
from recommendations.board import cards
from recommendations.board.queries import Filters, counts, history, listed, one, top
from recommendations.board.services import decide
from recommendations.models import Recommendation
from recommendations.notifications.services import announce_urgent
from recommendations.registry import RULES

Status = Recommendation.Status
SAID = {
    Status.ACCEPTED: "Accepted. It is marked as done once its reason is gone.",
    Status.DISMISSED: "Dismissed. It stays quiet for 30 days unless it gets worse.",
    Status.SNOOZED: "Snoozed. It comes back by itself.",
    Status.DONE: "Marked as done.",
    Status.OPEN: "Open again.",
}
ORDERS = (
    ("-weight", "Most important"),
    ("-gain", "Largest gain"),
    ("deadline", "Next deadline"),
    ("-created", "Newest"),
)


@require_safe
@business_view(permission="read:analytics")
def board(request: BusinessRequest) -> HttpResponse:
    """All recommendations of the business, by status, priority and rule."""
    filters = Filters(
        status=request.GET.get("status") or Status.OPEN,
        priority=request.GET.get("priority", ""),
        rule=request.GET.get("rule", ""),
        sort=request.GET.get("sort") or "-weight",
    )
    page = listed(request.business, filters=filters, as_of=request.now, cursor=request.GET.get("cursor", ""))
    numbers = counts(request.business, as_of=request.now)
    context = {
        "cards": [cards.card(request, row) for row in page.rows],
        "next_cursor": page.next_cursor,
        "filters": filters,
        "tabs": [(status, label, numbers[status]) for status, label in Status.choices],
        "priorities": Recommendation.Priority.choices,
        "rules": [(rule.key, rule.title) for rule in RULES.values()],
        "orders": ORDERS,
        "is_filtered": bool(filters.priority or filters.rule),
        "has_any": any(numbers.values()),
        "wants_digest": request.member.wants_digest,
    }
    return render(request, "recommendations/board/page.html", context)


@require_safe
@business_view(permission="read:analytics")
def detail(request: BusinessRequest, recommendation: UUID) -> HttpResponse:
    """One recommendation: why, what it would bring, and what happened to it."""
    row = one(request.business, recommendation)
    context = {
        "row": row,
        "card": cards.card(request, row),
        "evidence": cards.evidence_rows(request, row),
        "target": row.target_figure(),
        "lifted": cards.lifted(row),
        "pages": [(doc, doc.replace("-", " ").capitalize()) for doc in row.knowledge],
        "rule": RULES.get(row.rule),
        "timeline": [
            {
                "at": event.at,
                "title": event.get_kind_display(),
                "text": " · ".join(filter(None, (str(event.actor or ""), event.reason))),
            }
            for event in history(request.business, row)
        ],
    }
    return render(request, "recommendations/board/detail.html", context)


@require_safe
@business_view(permission="read:analytics")
def slot(request: BusinessRequest, desk: str) -> HttpResponse:
    """The three of a desk that matter most, for its pages."""
    rows = top(request.business, as_of=request.now, desk=desk)
    return render(request, "recommendations/board/_slot.html", {"cards": [cards.card(request, row) for row in rows]})


@require_POST
@business_view(permission="write:recommendations")
def decide_one(request: BusinessRequest, recommendation: UUID) -> HttpResponse:
    """Take a decision; answers with the changed card, or leads back to where the button was."""
    status = request.POST.get("status", "")
    row = decide(
        request.business,
        recommendation,
        status,
        actor=request.user,
        at=request.now,
        until=_until(request) if status == Status.SNOOZED else None,
        reason=request.POST.get("reason", ""),
        revision=_whole(request.POST.get("revision", "")),
    )
    announce_urgent(request.business, desk=row.desk, as_of=request.now)
    if request.headers.get("HX-Request") == "true":
        context = {"card": cards.card(request, row), "said": SAID[Status(status)]}
        return render(request, "recommendations/board/_card.html", context)
    messages.success(request, SAID[Status(status)])
    return redirect(_back(request))


def _until(request: BusinessRequest) -> datetime:
    days = _whole(request.POST.get("days", ""))
    if days is None:
        raise InvalidInput("Say for how many days to snooze.", field="days")
    return cards.snooze_end(days, now=request.now)


def _whole(text: str) -> int | None:
    if not text:
        return None
    if not text.isdecimal() or len(text) > 6:
        raise InvalidInput("That is not a whole number.", value=text[:20])
    return int(text)


def _back(request: BusinessRequest) -> str:
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return wanted
    return reverse("recommendations:list", args=[request.business.slug])
