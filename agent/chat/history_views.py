"""Looking after one's conversations and answers: rename, archive, delete, say what one thinks."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts.access import business_view
from accounts.errors import NotYours, Problem
from accounts.requests import BusinessRequest
from agent.chat import feedback, queries, services
from agent.chat.views import is_htmx, thread_url


@require_POST
@business_view(permission="use:agent")
def rename(request: BusinessRequest, conversation: UUID) -> HttpResponse:
    """Give a conversation another name."""
    try:
        services.rename(request.business, request.user, conversation, request.POST.get("title", ""))
    except Problem as problem:
        if problem.status == NotYours.status:
            raise
        flash.error(request, problem.message)
    return redirect(thread_url(request, conversation))


@require_POST
@business_view(permission="use:agent")
def archive(request: BusinessRequest, conversation: UUID) -> HttpResponse:
    """Take a conversation out of the list."""
    services.archive(request.business, request.user, conversation, now=request.now)
    flash.success(request, "The conversation is archived.")
    return redirect("agent:start", business=request.business.slug)


@require_POST
@business_view(permission="use:agent")
def delete(request: BusinessRequest, conversation: UUID) -> HttpResponse:
    """Delete a conversation for good."""
    try:
        services.delete(request.business, request.user, conversation)
    except Problem as problem:
        if problem.status == NotYours.status:
            raise
        flash.error(request, problem.message)
        return redirect(thread_url(request, conversation))
    flash.success(request, "The conversation is deleted, with its questions and answers.")
    return redirect("agent:start", business=request.business.slug)


@require_POST
@business_view(permission="use:agent")
def rate(request: BusinessRequest, message: UUID) -> HttpResponse:
    """Keep what the person thinks of an answer."""
    answer = queries.answer(request.business, request.user, message)
    try:
        kept = feedback.rate(
            request.business,
            request.user,
            message,
            rating=request.POST.get("rating", ""),
            reason=request.POST.get("reason", ""),
            note=request.POST.get("note", ""),
            at=request.now,
        )
    except Problem as problem:
        if problem.status == NotYours.status or is_htmx(request):
            raise
        flash.error(request, problem.message)
        return redirect(thread_url(request, answer.conversation_id))
    if is_htmx(request):
        return render(request, "agent/chat/_feedback.html", {"message": answer, "feedback": kept, "said": True})
    flash.success(request, "Thank you. What you said is kept with the answer.")
    return redirect(f"{thread_url(request, answer.conversation_id)}#feedback-{answer.pk}")
