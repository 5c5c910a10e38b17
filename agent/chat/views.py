"""The chat: a list of conversations, one of them, and asking. Works without scripts: a post leads to the answer."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.access import business_view
from accounts.errors import NotYours, Problem
from accounts.requests import BusinessRequest
from agent.analyst.suggestions import suggestions
from agent.chat import queries, services
from agent.chat.bubbles import RUNNING, Bubble, bubble
from agent.llm.configuration import chosen_model
from agent.models import Conversation
from agent.tools.registry import Ask


@require_safe
@business_view(permission="use:agent")
def start(request: BusinessRequest) -> HttpResponse:
    """A new conversation, with questions that work on this business's data."""
    return _chat(request, None, ())


@require_safe
@business_view(permission="use:agent")
def thread(request: BusinessRequest, conversation: UUID) -> HttpResponse:
    """One conversation of the person who looks."""
    found = queries.conversation(request.business, request.user, conversation)
    return _chat(request, found, queries.turns(request.business, request.user, found))


@require_POST
@business_view(permission="use:agent")
def ask(request: BusinessRequest) -> HttpResponse:
    """Take a question. HTMX gets the two new turns, everyone else the page with the answer, or with its run."""
    text = request.POST.get("message", "")
    try:
        run = services.ask(
            request.business,
            request.user,
            text,
            now=request.now,
            conversation_id=_conversation_id(request),
            key=_key(request.POST.get("key", ""), text),
        )
    except Problem as problem:
        if problem.status == NotYours.status:
            raise
        return _refused(request, problem)
    if is_htmx(request) and request.POST.get("conversation"):
        newest = queries.turns_of_run(request.business, request.user, run)
        context = {"bubbles": [bubble(request, turn) for turn in newest], "swap": True}
        return render(request, "agent/chat/_turns.html", context | fresh(request))
    address = f"{thread_url(request, run.conversation_id)}#latest"
    if is_htmx(request):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)


def is_htmx(request: BusinessRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def thread_url(request: BusinessRequest, conversation: UUID) -> str:
    return reverse("agent:conversation", args=[request.business.slug, conversation])


def fresh(request: BusinessRequest) -> dict[str, Any]:
    """What a form needs to be sent once more: a new key, so that the next question is another one."""
    return {"key": uuid4().hex, "business": request.business}


def _chat(request: BusinessRequest, conversation: Conversation | None, turns: Sequence[queries.Turn]) -> HttpResponse:
    bubbles = [bubble(request, turn) for turn in turns]
    search = request.GET.get("q", "").strip()[: queries.LONGEST_SEARCH]
    context = {
        "conversation": conversation,
        "conversations": queries.conversations(request.business, request.user, search=search),
        "search": search,
        "bubbles": bubbles,
        "is_running": any(one.kind == RUNNING for one in bubbles),
        "offered": _offered(request, bubbles),
        "model": chosen_model(),
        "draft": request.GET.get("message", "")[:500],
    }
    return render(request, "agent/chat/page.html", context | fresh(request))


def _offered(request: BusinessRequest, bubbles: Sequence[Bubble]) -> tuple[str, ...]:
    if bubbles:
        return bubbles[-1].suggestions
    return suggestions(Ask(request.business, request.user, request.now))


def _refused(request: BusinessRequest, problem: Problem) -> HttpResponse:
    if is_htmx(request):
        return render(request, "agent/chat/_refused.html", {"problem": problem}, status=200)
    flash.error(request, problem.message)
    conversation = _conversation_id(request)
    if conversation is None:
        return redirect("agent:start", business=request.business.slug)
    return redirect("agent:conversation", business=request.business.slug, conversation=conversation)


def _conversation_id(request: BusinessRequest) -> UUID | None:
    text = request.POST.get("conversation", "")
    try:
        return UUID(text) if text else None
    except ValueError:
        raise NotYours("There is no such conversation.") from None


def _key(given: str, text: str) -> str:
    """The idempotency key of a form: sent again it is the same run; with other words it is another question.

    A page that the browser brings back from its memory still holds the old key.
    """
    return f"{given[:40]}:{hashlib.sha256(text.encode()).hexdigest()[:16]}" if given else ""
