"""The page of what the assistant used, for those who pay for it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import business_view
from accounts.requests import BusinessRequest
from agent.llm.configuration import chosen_model
from agent.usage.queries import usage_report


@require_safe
@business_view(permission="write:business")
def usage_page(request: BusinessRequest) -> HttpResponse:
    context = {"report": usage_report(request.business, now=request.now), "model": chosen_model()}
    return render(request, "agent/usage/page.html", context)
