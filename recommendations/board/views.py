"""The list, one recommendation, the slot on other pages, and deciding."""

from __future__ import annotations

from typing import Any
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
from recommendations.generation.states import failing_rules, mute, muted_rules, offered, unmute
from recommendations.models import Recommendation
from recommendations.notifications.services import announce_urgent
from recommendations.outcomes.records import track_records
from recommendations.outcomes.views import record_words
from recommendations.registry import RULES

Status = Recommendation.Status
SAID = {
    Status.ACCEPTED: "Accepted. How its outcome will be measured is written down now.",
    Status.DISMISSED: "Dismissed. It stays quiet for 30 days unless it gets worse.",
    Status.SNOOZED: "Snoozed. It comes back by itself.",
    Status.DONE: "Marked as done.",
    Status.FAILED: "Marked as failed.",
    Status.OPEN: "Open again.",
}
SOURCES = {"payments": "Your payment data", "trading": "Your broker statements"}
EFFORTS = {1: "Minutes", 2: "Hours", 3: "Days"}
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
        unsure=request.GET.get("unsure") == "1",
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
        "failing": [(_title(state.rule), state.failed_at) for state in failing_rules(request.business)],
        "muted": [(rule, _title(rule)) for rule in sorted(muted_rules(request.business))],
        "offered": [(rule, _title(rule)) for rule in sorted(offered(request.business))],
        "may_decide": request.member.may("write:recommendations"),
        "has_any": any(numbers.values()),
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
        "source": SOURCES.get(row.desk, "Your data"),
        "effort": EFFORTS.get(row.effort, ""),
        "record": record_words(track_records(request.business).get(row.rule)),
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
        **(_snooze(request) if status == Status.SNOOZED else {}),
        scope=request.POST.get("scope", "") if status == Status.DISMISSED else "",
        reason=request.POST.get("reason", ""),
        revision=_whole(request.POST.get("revision", "")),
    )
    announce_urgent(request.business, desk=row.desk, as_of=request.now)
    if request.headers.get("HX-Request") == "true":
        context = {"card": cards.card(request, row), "said": SAID[Status(status)]}
        return render(request, "recommendations/board/_card.html", context)
    messages.success(request, SAID[Status(status)])
    return redirect(_back(request))


@require_POST
@business_view(permission="write:recommendations")
def mute_rule(request: BusinessRequest) -> HttpResponse:
    """Hear a rule no more, or hear it again."""
    rule, wanted = request.POST.get("rule", ""), request.POST.get("muted", "")
    if rule not in RULES or wanted not in ("0", "1"):
        raise InvalidInput("Say which rule, and whether to mute it.", field="rule", value=rule[:80])
    if wanted == "1":
        mute(request.business, rule, actor=request.user, at=request.now)
        messages.success(request, f"Muted: {_title(rule)}. What it found already stays.")
    else:
        unmute(request.business, rule, actor=request.user)
        messages.success(request, f"Heard again from its next run: {_title(rule)}.")
    return redirect(_back(request))


def _title(rule: str) -> str:
    return RULES[rule].title if rule in RULES else rule


def _snooze(request: BusinessRequest) -> dict[str, Any]:
    """Until a day, or until it got worse by half."""
    asked = request.POST.get("days", "")
    if asked == "worse":
        return {"worse_by": cards.WORSE_BY}
    days = _whole(asked)
    if days is None:
        raise InvalidInput("Say for how many days to snooze.", field="days")
    return {"until": cards.snooze_end(days, now=request.now)}


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
