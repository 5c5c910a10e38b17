"""Verifying an answer in the chat, and the page of what was verified."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import business_view
from accounts.errors import NotYours, Problem
from accounts.requests import BusinessRequest
from agent.chat import queries
from agent.chat.views import is_htmx, thread_url
from agent.verified import answers


@require_safe
@business_view(permission="use:agent")
def index(request: BusinessRequest) -> HttpResponse:
    """Every verified answer: its question and note, who stands for it since when, how often it was used, its state."""
    rows = [(found, answers.owner_name(found)) for found in answers.verified_answers(request.business)]
    context = {"rows": rows, "may_write": request.member.may("write:notes")}
    return render(request, "agent/verified/index.html", context)


@require_POST
@business_view(permission="write:notes")
def verify(request: BusinessRequest, message: UUID) -> HttpResponse:
    """Stand for an answer of one's own. HTMX gets the outcome under the answer, everyone else the conversation."""
    answer = queries.answer(request.business, request.user, message)
    note = request.POST.get("note", "")
    try:
        kept = answers.verify(request.business, request.user, message, note=note, now=request.now)
    except Problem as problem:
        if problem.status == NotYours.status:
            raise
        if is_htmx(request):
            context = {"message": answer, "note": note, "problem": problem.message}
            return render(request, "agent/verified/_deed.html", context)
        flash.error(request, problem.message)
        return redirect(thread_url(request, answer.conversation_id))
    if is_htmx(request):
        return render(request, "agent/verified/_done.html", {"words": answers.words_of(kept)})
    flash.success(request, "Verified. This question is answered in this way from now on, with figures of the day.")
    return redirect(f"{thread_url(request, answer.conversation_id)}#feedback-{answer.pk}")


@require_POST
@business_view(permission="write:notes")
def withdraw(request: BusinessRequest, verified: int) -> HttpResponse:
    """No longer stand for it."""
    answers.withdraw(answers.verified_of(request.business, verified), user=request.user)
    flash.success(request, "Withdrawn. The question is answered as any other again.")
    return redirect("agent:verified", business=request.business.slug)
