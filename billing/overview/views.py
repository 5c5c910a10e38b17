"""The plan page of a business: its owners look, buy, change and go to the portal."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import business_view
from accounts.errors import Problem
from accounts.ratelimit import rate_limited
from accounts.requests import BusinessRequest
from billing.checkout.services import AlreadySubscribed, finish_checkout, start_checkout
from billing.models import Checkout, Plan
from billing.overview.queries import plan_overview
from billing.plans.queries import price_list
from billing.portal.services import portal_address
from billing.subscriptions.change import change_plan, preview_change

OWNER = "write:business"


@require_safe
@business_view(permission=OWNER)
def plan_page(request: BusinessRequest) -> HttpResponse:
    overview = plan_overview(request.business, now=request.now)
    held = overview.subscription if overview.subscription and overview.subscription.is_live else None
    asked = request.GET.get("currency", "").lower()[:3]
    currency = held.currency if held else asked or request.business.currency
    prices = price_list(currency=currency)
    wish = request.GET.get("plan", "")
    offers = [card for card in prices.subscriptions if card.plan.kind == Plan.Kind.SUBSCRIPTION]
    context = {
        "overview": overview,
        "prices": prices,
        "offers": sorted(offers, key=lambda card: card.plan.key != wish),
        "wish": wish,
        "held": held,
    }
    return render(request, "billing/plan.html", context)


@require_POST
@business_view(permission=OWNER)
@rate_limited("billing.checkout", limit="30/h", by="business")
def buy(request: BusinessRequest) -> HttpResponse:
    """Off to Stripe's page; only a POST gets here, so no link can start a purchase."""
    plan, currency = request.POST.get("plan", ""), request.POST.get("currency", "")
    try:
        address = start_checkout(request.business, plan=plan, currency=currency, actor=request.user, now=request.now)
    except AlreadySubscribed as refused:
        messages.warning(request, refused.message)
        return redirect("billing:plan", business=request.business.slug)
    return HttpResponseRedirect(address)


@require_safe
@business_view(permission=OWNER)
def after_checkout(request: BusinessRequest) -> HttpResponse:
    """Back from the till. The same sync as the webhook, whichever comes first."""
    session = request.GET.get("session", "")[:120]
    if not session:
        return render(request, "billing/return.html", {"ended": None})
    ended = finish_checkout(request.business, session=session, now=request.now)
    if ended.state == Checkout.State.DONE:
        messages.success(request, f"{ended.plan.name} is open. Thank you.")
        return redirect("billing:plan", business=request.business.slug)
    return render(request, "billing/return.html", {"ended": ended, "states": Checkout.State})


@require_POST
@business_view(permission=OWNER)
@rate_limited("billing.portal", limit="60/h", by="business")
def portal(request: BusinessRequest) -> HttpResponse:
    return HttpResponseRedirect(portal_address(request.business, actor=request.user))


@require_safe
@business_view(permission=OWNER)
@rate_limited("billing.preview", limit="60/h", by="business", methods=("GET",))
def change_page(request: BusinessRequest) -> HttpResponse:
    """What a change would cost now, line by line, before it is made."""
    wish = request.GET.get("plan", "")
    if not wish:
        return render(request, "billing/change.html", {"preview": None})
    try:
        preview = preview_change(request.business, plan=wish, now=request.now)
    except Problem as problem:
        return render(request, "billing/change.html", {"preview": None, "refused": problem.message})
    context = {"preview": preview, "counted_from": int(preview.at.timestamp())}
    return render(request, "billing/change.html", context)


@require_POST
@business_view(permission=OWNER)
@rate_limited("billing.change", limit="20/h", by="business")
def change(request: BusinessRequest) -> HttpResponse:
    stated = request.POST.get("counted_from", "")
    counted_from = datetime.fromtimestamp(int(stated), UTC) if stated.isdigit() and len(stated) < 12 else request.now
    held = change_plan(
        request.business, plan=request.POST.get("plan", ""), counted_from=counted_from, actor=request.user,
        now=request.now,
    )  # fmt: skip
    messages.success(request, f"Your plan is {held.plan} now.")
    return redirect("billing:plan", business=request.business.slug)
