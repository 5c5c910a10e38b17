"""The chat: a list of conversations, one of them, and asking. Works without scripts: a post leads to the answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST, require_safe

from accounts.access import business_view
from accounts.errors import NotYours, Problem
from accounts.requests import BusinessRequest
from agent.analyst.suggestions import suggestions
from agent.chat import queries, services
from agent.chat.evidence import KIND
from agent.chat.rendering import render_answer, render_page, render_question
from agent.knowledge.pages import page_of
from agent.models import Conversation, Message
from agent.tools.registry import Ask
from analytics.evidence.links import evidence_url


@dataclass(frozen=True, slots=True)
class Chip:
    """A source under an answer."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Bubble:
    """One turn as the page prints it."""

    role: str
    body: SafeString
    at: datetime
    citations: tuple[Chip, ...] = ()
    checked: str = ""
    suggestions: tuple[str, ...] = ()
    is_error: bool = False


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
    return _chat(request, found, queries.messages(request.business, found))


@require_POST
@business_view(permission="use:agent")
def ask(request: BusinessRequest) -> HttpResponse:
    """Take a question. HTMX gets the two new turns, everyone else the page with the answer."""
    try:
        answer = services.ask(
            request.business,
            request.user,
            request.POST.get("message", ""),
            now=request.now,
            conversation_id=_conversation_id(request),
        )
    except Problem as problem:
        if problem.status == NotYours.status:
            raise
        return _refused(request, problem)
    conversation = answer.conversation
    if request.headers.get("HX-Request") == "true" and request.POST.get("conversation"):
        newest = queries.messages(request.business, conversation)[-2:]
        context = {"bubbles": [bubble(request, turn) for turn in newest], "swap": True}
        return render(request, "agent/chat/_turns.html", context)
    address = reverse("agent:conversation", args=[request.business.slug, conversation.pk])
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Redirect": f"{address}#latest"})
    return redirect(f"{address}#latest")


@require_POST
@business_view(permission="use:agent")
def archive(request: BusinessRequest, conversation: UUID) -> HttpResponse:
    """Take a conversation out of the list."""
    services.archive(request.business, request.user, conversation, now=request.now)
    flash.success(request, "The conversation is archived.")
    return redirect("agent:start", business=request.business.slug)


@require_safe
@business_view(permission="use:agent")
def knowledge(request: BusinessRequest, doc_id: str) -> HttpResponse:
    """A knowledge page, with its source and the day it was reviewed."""
    page = page_of(doc_id)
    context = {"page": page, "body": render_page(page.body.split("\n", 1)[-1])}
    return render(request, "agent/knowledge/page.html", context)


def bubble(request: BusinessRequest, message: Message) -> Bubble:
    """A stored turn, ready to print: marks are links, sources are chips."""
    if message.role == Message.Role.USER:
        return Bubble("user", render_question(message.text), message.created_at)
    known = {body["id"]: body for body in message.evidence}
    body = render_answer(
        message.text,
        evidence=known,
        evidence_url=lambda ref: evidence_url(request.business, KIND, message.pk, ref),
        source_url=lambda doc: _page_url(request, message, doc),
    )
    return Bubble(
        "assistant",
        body,
        message.created_at,
        citations=tuple(
            Chip(cited["title"], _page_url(request, message, cited["doc_id"])) for cited in message.citations
        ),
        checked=checked_words(message),
        suggestions=tuple(message.suggestions),
        is_error=message.status == Message.Status.REPLACED,
    )


def checked_words(message: Message) -> str:
    """How the number check came out: `Checked: 9 of 9 figures`."""
    total = message.grounding.get("figures", 0)
    if not total:
        return ""
    return f"Checked: {message.grounding.get('matched', 0)} of {total} figures"


def _chat(request: BusinessRequest, conversation: Conversation | None, turns: tuple[Message, ...]) -> HttpResponse:
    bubbles = [bubble(request, turn) for turn in turns]
    offered = suggestions(Ask(request.business, request.user, request.now)) if not bubbles else bubbles[-1].suggestions
    context = {
        "conversation": conversation,
        "conversations": queries.conversations(request.business, request.user),
        "bubbles": bubbles,
        "offered": offered,
        "draft": request.GET.get("message", "")[:500],
    }
    return render(request, "agent/chat/page.html", context)


def _refused(request: BusinessRequest, problem: Problem) -> HttpResponse:
    if request.headers.get("HX-Request") == "true":
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


def _page_url(request: BusinessRequest, message: Message, doc_id: str) -> str:
    """The address of a page this answer cites; empty for any other page, whatever the text says."""
    if doc_id not in {cited["doc_id"] for cited in message.citations}:
        return ""
    return reverse("agent:knowledge", args=[request.business.slug, doc_id])
