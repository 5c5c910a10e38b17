"""Pages for whoever has not bought yet: prices, the way to buy, and larger houses."""

from __future__ import annotations

from email.utils import parseaddr

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from accounts.models import Member
from accounts.permissions import Role
from billing.plans.queries import DEFAULT_CURRENCY, price_list


@require_safe
def pricing(request: HttpRequest) -> HttpResponse:
    """All public plans, in the currency that was chosen."""
    prices = price_list(currency=request.GET.get("currency", DEFAULT_CURRENCY).lower()[:3])
    return render(request, "pages/pricing.html", {"prices": prices})


@require_safe
def enterprise(request: HttpRequest) -> HttpResponse:
    contact = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    return render(request, "pages/enterprise.html", {"contact": contact})


@require_safe
def start(request: HttpRequest, plan: str) -> HttpResponse:
    """From a price to the business that shall have the plan: sign up, set up, or choose on the way."""
    wish = {"plan": plan, "currency": request.GET.get("currency", "").lower()[:3]}
    here = f"{request.path}?{urlencode({'currency': wish['currency']})}"
    if not request.user.is_authenticated:
        return redirect(f"{reverse('account_signup')}?{urlencode({'next': here})}")
    owned = Member.objects.filter(user=request.user, role=Role.OWNER).select_related("business")
    mine = list(owned.order_by("business__name"))
    if not mine:
        return redirect(f"{reverse('accounts:business_new')}?{urlencode({'next': here})}")
    choices = [
        (row.business.name, f"{reverse('billing:plan', args=[row.business.slug])}?{urlencode(wish)}#buy")
        for row in mine
    ]
    if len(choices) == 1:
        return redirect(choices[0][1])
    return render(request, "billing/choose.html", {"choices": choices})
