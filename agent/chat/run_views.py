"""Watching a run: what happened behind the last event that the page has, and stopping it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import business_view
from accounts.requests import BusinessRequest
from agent.chat import queries, runs
from agent.chat.bubbles import bubble, draft_of, pace_of, state_words, steps_of
from agent.chat.views import is_htmx, thread_url
from agent.models import AgentRun, RunEvent


@require_safe
@business_view(permission="use:agent")
def progress(request: BusinessRequest, run: UUID) -> HttpResponse:
    """What is new in a run behind `after`, or its answer once it has ended. Without HTMX, the conversation."""
    found = queries.run(request.business, request.user, run)
    if not is_htmx(request):
        return redirect(f"{thread_url(request, found.conversation_id)}#latest")
    if not found.is_open:
        return _ended(request, found)
    after = _number(request.GET.get("after", ""))
    events = queries.events(request.business, found)
    before = [event for event in events if event.seq <= after]
    new = [event for event in events if event.seq > after]
    notices = [event.body.get("text", "") for event in new if event.kind == RunEvent.Kind.NOTICE]
    context = {
        "key": found.pk,
        "steps": steps_of(new),
        "text": draft_of(events) if notices else draft_of(events)[len(draft_of(before)) :],
        "notices": notices,
        "state": state_words(found, events),
        "after": events[-1].seq if events else 0,
        "pace": pace_of(found, now=request.now),
    }
    return render(request, "agent/chat/_news.html", context)


@require_POST
@business_view(permission="use:agent")
def stop(request: BusinessRequest, run: UUID) -> HttpResponse:
    """Stop a run. One that has ended meanwhile shows its answer."""
    stopped = runs.stop(request.business, request.user, run, now=request.now)
    if is_htmx(request):
        return _ended(request, queries.run(request.business, request.user, stopped.pk))
    return redirect(f"{thread_url(request, stopped.conversation_id)}#latest")


def _ended(request: BusinessRequest, run: AgentRun) -> HttpResponse:
    last = queries.turns_of_run(request.business, request.user, run)[-1]
    return render(request, "agent/chat/_ended.html", {"bubble": bubble(request, last), "swap": True})


def _number(text: str) -> int:
    """The number of an event; 0 for anything else, which shows all."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
