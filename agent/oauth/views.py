"""The page that says how to connect another assistant, and which ones are in."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts.access import business_view
from accounts.requests import BusinessRequest
from agent.oauth.adapter import resource
from agent.oauth.consent import consents_of, withdraw


@business_view(permission="use:agent")
def connect_page(request: BusinessRequest) -> HttpResponse:
    context = {
        "address": resource(),
        "base_url": settings.BASE_URL,
        "consents": consents_of(request.business),
        "may_withdraw": request.member.may("write:keys"),
    }
    return render(request, "agent/connect/page.html", context)


@require_POST
@business_view(permission="write:keys")
def withdraw_consent(request: BusinessRequest, consent: int) -> HttpResponse:
    withdraw(request.business, consent_id=consent, actor=request.user)
    messages.success(request, "The program can no longer read this business.")
    return redirect("agent:connect", business=request.business.slug)
